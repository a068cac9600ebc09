//! The first segment of an address: the tenant.

use uuid::Uuid;

use super::super::state::Tenant;
use super::refusal::{Refusal, repeated};

/// The meaning of the first segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The emulated tenant, by its id or its domain.
    Tenant,
    /// `common`.
    Common,
    /// `organizations`.
    Organizations,
    /// `consumers`.
    Consumers,
}

/// Parses the first segment.
pub(super) fn place(segment: &str, tenant: &Tenant) -> Result<Place, Refusal> {
    match segment.to_lowercase().as_str() {
        "common" => return Ok(Place::Common),
        "organizations" => return Ok(Place::Organizations),
        "consumers" => return Ok(Place::Consumers),
        domain if domain == tenant.domain => return Ok(Place::Tenant),
        _ => {}
    }
    let shown = repeated(segment);
    match segment.parse::<Uuid>() {
        Ok(id) if id == tenant.id => return Ok(Place::Tenant),
        Err(_) if !is_domain(segment) => {
            let text = format!(
                "Specified tenant identifier '{shown}' is neither a valid DNS name, nor a valid external domain."
            );
            return Err(Refusal::new(900023, text));
        }
        _ => {}
    }
    let text = format!(
        "Tenant '{shown}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
    );
    Err(Refusal::new(90002, text))
}

/// Whether a text could be a domain: labels of letters, digits and hyphens, with at least one dot.
fn is_domain(text: &str) -> bool {
    let is_label =
        |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    text.contains('.') && text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenant_is_found_only_by_id_or_domain() {
        let tenant = Tenant {
            id: Uuid::from_u128(0x1234_5678),
            domain: "contoso.example".to_owned(),
            name: "Contoso".to_owned(),
            administrator: Uuid::nil(),
        };
        for (segment, expected) in [
            ("00000000-0000-0000-0000-000012345678", Ok(Place::Tenant)),
            ("Contoso.Example", Ok(Place::Tenant)),
            ("common", Ok(Place::Common)),
            ("organizations", Ok(Place::Organizations)),
            ("consumers", Ok(Place::Consumers)),
            ("00000000-0000-0000-0000-000012345679", Err(90002)),
            ("fabrikam.example", Err(90002)),
            ("contoso", Err(900023)),
            ("contoso .example", Err(900023)),
            ("<tenant-id>", Err(900023)),
            ("contoso..example", Err(900023)),
        ] {
            assert_eq!(place(segment, &tenant).map_err(|refusal| refusal.code), expected, "{segment}");
        }
    }
}
