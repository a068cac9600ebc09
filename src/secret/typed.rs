//! References to a secret that were typed as text, in the notation of another tool: that text would be sent as
//! the secret.

use super::shape::{is_variable_name, may_be_a_secret};
use crate::text::without_edges;

/// A reference that was typed as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TypedReference<'a> {
    /// To this variable.
    Variable(&'a str),
    /// To another place, or to a variable whose name is not valid.
    Other,
}

/// The opening and closing marks of references: shells, GitHub Actions, Azure Pipelines, Octopus.
const MARKS: [(&str, &str); 4] = [("${{", "}}"), ("$(", ")"), ("${", "}"), ("#{", "}")];

/// The first words of references: of this program's own arguments, of shells and of secret stores.
const SCHEMES: [&str; 13] = [
    "env",
    "$env",
    "file",
    "command",
    "cmd",
    "vault",
    "ref+vault",
    "op",
    "secret",
    "secrets",
    "keyvault",
    "kv",
    "ssm",
];

/// Returns the reference that a text is.
pub(super) fn find_reference(text: &str) -> Option<TypedReference<'_>> {
    let text = without_edges(text);
    let between = |(open, close)| text.strip_prefix(open)?.strip_suffix(close);
    // A password may look like this, too, so the name is never repeated.
    if text.strip_prefix('$').or_else(|| between(("%", "%"))).is_some_and(is_constant) {
        return Some(TypedReference::Other);
    }
    if let Some(inner) = MARKS.into_iter().find_map(between) {
        let name = inner.trim();
        let is_name = !name.is_empty() && !name.contains(char::is_whitespace) && !may_be_a_secret(name);
        return is_name.then(|| to_variable(name));
    }
    if text.starts_with("@Microsoft.KeyVault(") {
        return Some(TypedReference::Other);
    }
    if let Some(inner) = between(("{", "}")) {
        let is_ours = ["env", "file", "command"].iter().any(|name| inner.trim_start().starts_with(name));
        return (is_ours && inner.contains('=')).then_some(TypedReference::Other);
    }
    let (scheme, rest) = text.split_once(':')?;
    if rest.is_empty() || !SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme)) {
        return None;
    }
    let is_variable = ["env", "$env"].iter().any(|known| known.eq_ignore_ascii_case(scheme));
    Some(if is_variable { to_variable(rest.trim()) } else { TypedReference::Other })
}

/// The variable at the end of a dotted name, such as `secrets.NAME` or `env:NAME`.
fn to_variable(name: &str) -> TypedReference<'_> {
    let last = name.rsplit(['.', ':']).next().unwrap_or_default();
    if is_constant(last) { TypedReference::Variable(last) } else { TypedReference::Other }
}

/// Whether a text is the usual name of a variable: upper-case letters, digits and `_`.
fn is_constant(name: &str) -> bool {
    let is_upper = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    is_variable_name(name) && name.chars().all(is_upper) && !may_be_a_secret(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_in_the_notation_of_other_tools_are_recognised() {
        for (text, name) in [
            ("env:SWYX_TEAMS_CLIENT_SECRET", Some("SWYX_TEAMS_CLIENT_SECRET")),
            ("$env:SECRET", Some("SECRET")),
            ("${env:SECRET}", Some("SECRET")),
            ("$TEAMS_SECRET", None),
            ("${TEAMS_SECRET}", Some("TEAMS_SECRET")),
            ("$(SwyxSecret)", None),
            ("%SECRET%", None),
            ("${{ secrets.SWYX }}", Some("SWYX")),
            ("#{Swyx.Secret}", None),
            ("${swyx-secret}", None),
            ("@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/s)", None),
            ("op://vault/item/field", None),
            ("vault:secret/data/swyx#value", None),
            ("file:teams.secret", None),
            ("{ env = \"SECRET\" }", None),
        ] {
            let expected = name.map_or(TypedReference::Other, TypedReference::Variable);
            assert_eq!(find_reference(text), Some(expected), "{text}");
        }
        for text in [
            "aBc8Q~0123456789012345678901234567890",
            "[old]Secret=of+32/letters?and.sig",
            // A password may begin like a reference.
            "$Sommer2024",
            "%Sommer2024%",
            "$Winter_Token_of_the_gateway_abcdefgh",
            "$aB3dE6gH9jK2mN5pQ8sT1vW4",
            "%aB3dE6gH9jK2mN5pQ8sT1vW4%",
            "a:b",
            "env:",
            "$",
            "{x}",
            "",
        ] {
            assert_eq!(find_reference(text), None, "{text}");
        }
    }
}
