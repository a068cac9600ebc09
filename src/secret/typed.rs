//! References to a secret that were typed as text, in the notation of another tool: that text would be sent as
//! the secret.

use super::entry::is_entry;
use super::shape::{is_variable_name, may_be_a_secret};
use crate::text::without_edges;

/// A reference that was typed as text. The name or the path is missing if it may be a secret, or is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TypedReference<'a> {
    /// To a variable.
    Variable(Option<&'a str>),
    /// To a file.
    File(Option<&'a str>),
    /// To an entry of the secret store that this program uses.
    Keyring(Option<&'a str>),
    /// To the output of a program, or to an entry of a secret store.
    Other,
}

/// The opening and closing marks of references: GitHub Actions, Ansible and Jinja, Azure Pipelines and shells,
/// Octopus and its variant in Azure Pipelines.
const MARKS: [(&str, &str); 6] =
    [("${{", "}}"), ("{{", "}}"), ("$(", ")"), ("${", "}"), ("#{", "}#"), ("#{", "}")];

/// The marks around a command of a shell.
const COMMAND_MARKS: [(&str, &str); 2] = [("$(", ")"), ("`", "`")];

/// The first words of references: of this program's own arguments, of shells and of secret stores.
const SCHEMES: [&str; 20] = [
    "env",
    "$env",
    "file",
    "command",
    "cmd",
    "vault",
    "op",
    "bw",
    "secret",
    "secrets",
    "keyvault",
    "kv",
    "ssm",
    "keyring",
    "keychain",
    "sops",
    "arn",
    "conjur",
    "doppler",
    "infisical",
];

/// The objects whose members are variables, in GitHub Actions, JavaScript and Terraform.
const OBJECTS: [&str; 6] = ["process.env.", "import.meta.env.", "env.", "secrets.", "vars.", "var."];

/// The tags of YAML that stand for another value.
const TAGS: [&str; 5] = ["!vault", "!secret", "!env", "!env_var", "!file"];

/// The folders in which absolute paths of secrets begin. A base64 text may begin with `/`, too.
const FOLDERS: [&str; 12] = [
    "/run/",
    "/var/",
    "/etc/",
    "/home/",
    "/root/",
    "/opt/",
    "/usr/",
    "/mnt/",
    "/srv/",
    "/tmp/",
    "/secrets/",
    "/vault/",
];

/// Returns the reference that a text is.
pub(crate) fn find_reference(text: &str) -> Option<TypedReference<'_>> {
    let text = without_edges(text);
    let between = |(open, close)| text.strip_prefix(open)?.strip_suffix(close);
    if let Some(name) =
        text.strip_prefix('$').or_else(|| between(("%", "%"))).filter(|name| is_constant(name))
    {
        // A password may look like this, too, but hardly without a digit.
        let is_plain = !name.contains(|c: char| c.is_ascii_digit());
        return Some(TypedReference::Variable(is_plain.then_some(name)));
    }
    if COMMAND_MARKS.into_iter().find_map(between).is_some_and(is_command_line) {
        return Some(TypedReference::Other);
    }
    if let Some(inner) = MARKS.into_iter().find_map(between) {
        let name = inner.trim();
        let is_name = !name.is_empty() && !name.contains(char::is_whitespace) && !may_be_a_secret(name);
        return is_name.then(|| to_variable(name));
    }
    if text.starts_with("@Microsoft.KeyVault(") || has_tag(text) {
        return Some(TypedReference::Other);
    }
    if let Some(inner) = between(("{", "}")) {
        let is_ours =
            ["env", "file", "keyring", "command"].iter().any(|name| inner.trim_start().starts_with(name));
        return (is_ours && inner.contains('=')).then_some(TypedReference::Other);
    }
    find_member(text).or_else(|| find_path(text)).or_else(|| find_scheme(text))
}

/// A reference such as `env:NAME` or `file:PATH`.
fn find_scheme(text: &str) -> Option<TypedReference<'_>> {
    let (scheme, rest) = text.split_once(':')?;
    let is = |known: &str| known.eq_ignore_ascii_case(scheme);
    // vals writes `ref+vault:` and the like.
    let is_known = SCHEMES.iter().any(|known| is(known)) || scheme.starts_with("ref+");
    if rest.is_empty() || !is_known {
        return None;
    }
    Some(if ["env", "$env"].iter().any(|known| is(known)) {
        to_variable(rest.trim())
    } else if is("file") {
        to_file(rest.strip_prefix("//").unwrap_or(rest).trim())
    } else if is("keyring") {
        let entry = rest.trim();
        TypedReference::Keyring(Some(entry).filter(|entry| is_entry(entry) && is_plain_name(entry)))
    } else {
        TypedReference::Other
    })
}

/// A reference such as `process.env.NAME`.
fn find_member(text: &str) -> Option<TypedReference<'_>> {
    let name = OBJECTS.iter().find_map(|object| text.strip_prefix(object))?;
    (is_variable_name(name) && !may_be_a_secret(name)).then(|| to_variable(name))
}

/// The path of a file, as shells and curl accept it.
fn find_path(text: &str) -> Option<TypedReference<'_>> {
    let path = text.strip_prefix('@').unwrap_or(text);
    let of_home = path.strip_prefix("~/").filter(|rest| !may_be_a_secret(rest));
    let is_path = FOLDERS.iter().any(|folder| path.starts_with(folder)) || path.starts_with("./");
    match of_home {
        // No shell replaces `~` in a settings file.
        Some(_) => Some(TypedReference::File(None)),
        None => (is_path && !may_be_a_secret(path)).then(|| to_file(path)),
    }
}

/// The file at a path. Only plain paths are named: they need no escaping.
fn to_file(path: &str) -> TypedReference<'_> {
    let is_path = path.contains(['/', '.']) && is_plain_name(path);
    TypedReference::File(is_path.then_some(path))
}

/// Whether a name needs no escaping, and cannot be a secret.
fn is_plain_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    name.chars().all(is_plain) && !may_be_a_secret(name)
}

/// Whether a text begins with a tag of YAML that stands for another value.
fn has_tag(text: &str) -> bool {
    text.split_once(char::is_whitespace).is_some_and(|(tag, _)| TAGS.contains(&tag))
}

/// Whether a text is a program with arguments. The first word of a password is no name of a program.
fn is_command_line(text: &str) -> bool {
    let is_of_programs = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    let program = text.trim().split_once(char::is_whitespace).map(|(program, _)| program);
    let starts_well = |program: &str| program.starts_with(|c: char| c.is_ascii_lowercase() || c == '/');
    program.is_some_and(|program| starts_well(program) && program.chars().all(is_of_programs))
        && !may_be_a_secret(text)
}

/// The variable at the end of a dotted name, such as `secrets.NAME` or `env:NAME`.
fn to_variable(name: &str) -> TypedReference<'_> {
    let last = name.rsplit(['.', ':']).next().unwrap_or_default();
    TypedReference::Variable(is_constant(last).then_some(last))
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
    fn references_to_variables_are_recognised() {
        for (text, name) in [
            ("env:SWYX_TEAMS_CLIENT_SECRET", Some("SWYX_TEAMS_CLIENT_SECRET")),
            ("$env:SECRET", Some("SECRET")),
            ("${env:SECRET}", Some("SECRET")),
            ("$TEAMS_SECRET", Some("TEAMS_SECRET")),
            ("$SWYX", Some("SWYX")),
            ("${TEAMS_SECRET}", Some("TEAMS_SECRET")),
            ("%SECRET%", Some("SECRET")),
            // A password may look like this.
            ("$SOMMER2024", None),
            ("%SOMMER2024%", None),
            ("$(SwyxSecret)", None),
            ("${{ secrets.SWYX }}", Some("SWYX")),
            ("{{ vault_secret }}", None),
            ("#{Swyx.Secret}", None),
            ("#{Secret}#", None),
            ("${swyx-secret}", None),
            ("env.NAME", Some("NAME")),
            ("process.env.SECRET", Some("SECRET")),
            ("secrets.SWYX", Some("SWYX")),
            ("var.client_secret", None),
        ] {
            assert_eq!(find_reference(text), Some(TypedReference::Variable(name)), "{text}");
        }
    }

    #[test]
    fn references_to_files_are_recognised() {
        for (text, path) in [
            ("file:teams.secret", Some("teams.secret")),
            ("file:///etc/secret", Some("/etc/secret")),
            ("FILE:/etc/secret", Some("/etc/secret")),
            ("/run/secrets/x", Some("/run/secrets/x")),
            ("@/run/secrets/x", Some("/run/secrets/x")),
            ("./teams.secret", Some("./teams.secret")),
            ("~/teams.secret", None),
            // A path that may be a secret, or needs escaping, is not named.
            ("file:hunter2", None),
            ("file:aBc8Q~0123456789012345678901234567890", None),
            ("file:C:\\teams.secret", None),
        ] {
            assert_eq!(find_reference(text), Some(TypedReference::File(path)), "{text}");
        }
    }

    #[test]
    fn references_to_the_secret_store_are_recognised() {
        for (text, entry) in [
            ("keyring:swyx-teams/north", Some("swyx-teams/north")),
            ("Keyring: swyx-teams/north", Some("swyx-teams/north")),
            ("keyring:foo", None),
            // A name that may be a secret, or needs escaping, is not named.
            ("keyring:swyx-teams/aBc8Q~0123456789012345678901234567890", None),
            ("keyring:swyx-teams/a \"b\"", None),
        ] {
            assert_eq!(find_reference(text), Some(TypedReference::Keyring(entry)), "{text}");
        }
    }

    #[test]
    fn references_to_programs_and_stores_are_recognised() {
        for text in [
            "$(pass show teams/secret)",
            "`pass show teams/secret`",
            "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/s)",
            "op://vault/item/field",
            "vault:secret/data/swyx#value",
            "ref+awsssm://swyx/secret",
            "keychain:foo",
            "!vault x",
            "{ env = \"SECRET\" }",
            "{ keyring = \"swyx-teams/north\" }",
        ] {
            assert_eq!(find_reference(text), Some(TypedReference::Other), "{text}");
        }
    }

    #[test]
    fn secrets_and_passwords_are_no_references() {
        for text in [
            "aBc8Q~0123456789012345678901234567890",
            "aBc8Q~0123456789012345678901234567890123",
            "env8Q~0123456789.12345678901234567890.23",
            "[old]Secret=of+32/letters?and.sig",
            // A password may begin like a reference.
            "$Sommer2024",
            "%Sommer2024%",
            "$Winter_Token_of_the_gateway_abcdefgh",
            "$aB3dE6gH9jK2mN5pQ8sT1vW4",
            "%aB3dE6gH9jK2mN5pQ8sT1vW4%",
            "$(Sommer 2024!)",
            "/aB3dE6gH9jK2mN5pQ8sT1vW4+/=",
            "/run/aB3dE6gH9jK2mN5pQ8sT1vW4",
            "env.aB3dE6gH9jK2mN5pQ8sT1vW4",
            "@Sommer/2024",
            "!Sommer 2024",
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
