//! The names that provisioning gives to an application and to client secrets. A later run finds the application by its name, and the name
//! of a secret says to which installation it belongs and which secret it replaces. So the state is in Entra ID, and no file has to be
//! kept in sync with it.

use std::fmt;

use uuid::Uuid;

/// The unique name (`uniqueName`) of the application called `name`: letters, digits and hyphens; the same name gives the same result.
pub(super) fn unique_name(name: &str) -> String {
    // A long name, or one with other characters, gets a hash of its text to stay unique.
    const MAX_LEN: usize = 60;
    let slug = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    let slug = slug.take(MAX_LEN).collect::<String>();
    let is_faithful =
        name.len() <= MAX_LEN && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let mark = if is_faithful { String::new() } else { format!("-{:08x}", short(fingerprint(name))) };
    format!("{UNIQUE}{slug}{mark}")
}

/// Whether provisioning created a unique name.
pub(crate) fn is_ours(unique_name: &str) -> bool {
    unique_name.starts_with(UNIQUE)
}

const UNIQUE: &str = "swyx-teams-";

/// UUIDs version 5, derived only from a text.
fn fingerprint(text: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("swyx-teams:{text}").as_bytes())
}

/// The first eight hexadecimal digits: enough to distinguish the secrets of one application.
pub(super) fn short(id: Uuid) -> u32 {
    id.as_fields().0
}

/// One settings file on one machine: the owner of a stored secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    host: String,
    id: u32,
}

impl Installation {
    /// The installation of the settings file at `path`, an absolute path, on the machine `host`.
    pub fn new(host: &str, path: &std::path::Path) -> Self {
        const MAX_LEN: usize = 24;
        let id = short(fingerprint(&format!("{host}:{}", path.display())));
        let host = host.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c));
        Self { host: host.take(MAX_LEN).collect(), id }
    }

    /// A name that is unique on this machine.
    pub fn mark(&self) -> String {
        format!("swyx-teams.{:08x}", self.id)
    }
}

/// The name of a client secret, such as `swyx-teams on SWYX01 2026-11-25 (1a2b3c4d.5e6f7a8b after SECRET_ID)`: the machine, the day, the
/// installation, the run that created it, and the complete Secret ID of the one that it replaces, if any: a part of it may fit another
/// system's secret, which must never be removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SecretName {
    host: String,
    day: String,
    installation: u32,
    run: u32,
    after: Option<Uuid>,
}

impl SecretName {
    /// The name of the secret that one run creates for an installation, to replace the secret with the key id `after`.
    pub(super) fn new(of: &Installation, run: Uuid, now: jiff::Timestamp, after: Option<Uuid>) -> Self {
        let day = now.strftime("%Y-%m-%d").to_string();
        Self { host: of.host.clone(), day, installation: of.id, run: short(run), after }
    }

    /// Parses a name; `None` if provisioning did not create it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let hex = |digits: &str| (digits.len() == 8).then(|| u32::from_str_radix(digits, 16).ok()).flatten();
        let (before, marks) = text.strip_prefix("swyx-teams on ")?.strip_suffix(')')?.split_once(" (")?;
        let (host, day) = before.rsplit_once(' ')?;
        let (own, after) = match marks.split_once(" after ") {
            Some((own, after)) => (own, Some(complete_id(after)?)),
            None => (marks, None),
        };
        let (installation, run) = own.split_once('.')?;
        let (host, day) = (host.to_owned(), day.to_owned());
        Some(Self { host, day, installation: hex(installation)?, run: hex(run)?, after })
    }

    /// Whether the secret was created for this installation.
    pub(crate) fn is_of(&self, installation: &Installation) -> bool {
        self.installation == installation.id
    }

    /// Whether the same run created both.
    pub(crate) fn is_of_run_of(&self, other: &Self) -> bool {
        (self.installation, self.run) == (other.installation, other.run)
    }

    /// Whether both replace the same secret, or none.
    pub(crate) fn replaces_the_same_as(&self, other: &Self) -> bool {
        self.after == other.after
    }

    /// Whether the secret replaces the one with this key id.
    pub(super) fn replaces(&self, key_id: Uuid) -> bool {
        self.after == Some(key_id)
    }
}

/// The description of a certificate, such as `swyx-teams 1a2b3c4d after KEY_ID`: the installation, and the complete id of the certificate
/// that it replaces, if any. Entra ID cuts longer descriptions than 90 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CertificateName {
    installation: u32,
    after: Option<Uuid>,
}

impl CertificateName {
    /// The description of a certificate of an installation, which replaces the one with the key id `after`.
    pub(super) fn new(of: &Installation, after: Option<Uuid>) -> Self {
        Self { installation: of.id, after }
    }

    /// Parses a description; `None` if provisioning did not create it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("swyx-teams ")?;
        let (installation, after) = match rest.split_once(" after ") {
            Some((installation, after)) => (installation, Some(complete_id(after)?)),
            None => (rest, None),
        };
        let is_complete = installation.len() == 8;
        let installation = u32::from_str_radix(installation, 16).ok().filter(|_| is_complete)?;
        Some(Self { installation, after })
    }

    /// Whether the certificate was added for this installation.
    pub(super) fn is_of(&self, installation: &Installation) -> bool {
        self.installation == installation.id
    }

    /// The key id of the certificate that it replaces.
    pub(super) fn after(&self) -> Option<Uuid> {
        self.after
    }
}

impl fmt::Display for CertificateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "swyx-teams {:08x}", self.installation)?;
        self.after.map_or(Ok(()), |after| write!(f, " after {after}"))
    }
}

/// Parses an id in the form in which `Display` writes it.
fn complete_id(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok().filter(|id| id.to_string() == text)
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, day, installation, run, after } = self;
        write!(f, "swyx-teams on {host} {day} ({installation:08x}.{run:08x}")?;
        match after {
            Some(after) => write!(f, " after {after})"),
            None => f.write_str(")"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn unique_names_are_url_safe_and_distinct() {
        assert_eq!(unique_name("presence"), "swyx-teams-presence");
        let names =
            ["SwyxMSTeamsPresenceSync", "swyxmsteamspresencesync", "Präsenz", "Pr-senz", "a b", "a.b", "a-b"];
        let given = names.map(unique_name);
        assert!(given.iter().all(|name| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')));
        assert_eq!(given.iter().collect::<std::collections::BTreeSet<_>>().len(), names.len());
        assert!(given[0].starts_with("swyx-teams-swyxmsteamspresencesync-") && is_ours(&given[0]));
        assert!(unique_name(&"x".repeat(120)).len() < 90);
    }

    #[test]
    fn secret_name_contains_installation_and_predecessor() {
        let installation = Installation::new("SWYX 01", Path::new("/etc/north.toml"));
        let (run, old) = (Uuid::from_u128(7 << 96), Uuid::from_u128((0x9c0d_1e2f << 96) + 1));
        let now = "2026-11-25T04:00:00Z".parse().expect("a time");
        let name = SecretName::new(&installation, run, now, Some(old));
        let text = name.to_string();
        assert!(
            text.starts_with("swyx-teams on SWYX01 2026-11-25 (")
                && text.ends_with(".00000007 after 9c0d1e2f-0000-0000-0000-000000000001)")
        );
        assert_eq!(SecretName::parse(&text), Some(name.clone()));
        assert!(name.is_of(&installation) && name.replaces(old) && !name.replaces(run));
        let begins_like_it = Uuid::from_u128((0x9c0d_1e2f << 96) + 2);
        assert!(!name.replaces(begins_like_it));
        let first = SecretName::new(&installation, run, now, None);
        assert_eq!(SecretName::parse(&first.to_string()), Some(first.clone()));
        assert!(first.is_of_run_of(&name) && !first.replaces_the_same_as(&name));
        let other = Installation::new("SWYX 01", Path::new("/etc/south.toml"));
        assert!(!name.is_of(&other));
        for text in [
            "",
            "SwyxServer",
            "swyx-teams on x",
            "swyx-teams on a b (1.2)",
            "swyx-teams on a b (0000000g.00000000)",
            "swyx-teams on a b (00000001.00000002 after 9c0d1e2f)",
        ] {
            assert_eq!(SecretName::parse(text), None, "{text}");
        }
    }

    #[test]
    fn certificate_name_is_short_and_contains_the_predecessor() {
        let installation = Installation::new("SWYX 01", Path::new("/etc/north.toml"));
        let name = CertificateName::new(&installation, Some(Uuid::max()));
        let text = name.to_string();
        assert!(text.len() <= 90, "{text}");
        let read = CertificateName::parse(&text).expect("a name");
        assert!(read.is_of(&installation) && read.after() == Some(Uuid::max()));
        assert!(!read.is_of(&Installation::new("SWYX 01", Path::new("/etc/south.toml"))));
        let first = CertificateName::new(&installation, None);
        assert_eq!(CertificateName::parse(&first.to_string()), Some(first));
        for text in [
            "",
            "CN=a",
            "swyx-teams",
            "swyx-teams 1",
            "swyx-teams 0000000g",
            "swyx-teams 00000001 after 9c0d1e2f",
        ] {
            assert_eq!(CertificateName::parse(text), None, "{text}");
        }
    }
}
