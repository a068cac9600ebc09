//! `secret-shape`: the value does not look like an Entra client secret.

use crate::diagnostic::{Diagnostic, Edit, Key, Severity};
use crate::rules::{Check, Rule};
use crate::secret::SecretFault;
use crate::settings::{Draft, keys};
use crate::text::describe_character;

pub(super) const RULE: Rule = Rule {
    id: "secret-shape",
    severity: Severity::Warning,
    title: "the value does not look like an Entra client secret",
    doc: "\
## What
A secret contains a character that is not printable ASCII, such as an invisible character or a
typographic dash: this is an error. Or the client secret is in quotation marks, contains `%7E`, is shorter than 16 or longer than 64
characters, or does not have the form of today's secrets: 37 to 40 characters, of which the fifth
and sixth are `Q~`.
## Why
Secrets get truncated, doubled or encoded when they are copied. Older secrets look different, so
the other cases are only warnings.
## Fix
Compare the first three characters with the hint in the portal, or create a new secret and copy its
complete Value. `swyx-teams check --fix` deletes invisible characters.
## Source
<https://learn.microsoft.com/graph/api/resources/passwordcredential>; the form is that of the secret
scanner gitleaks",
    keys: &keys::SECRETS,
    check: Check::Draft(check),
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    for (key, secret) in draft.inline_secrets() {
        if let Some(SecretFault::NotAscii(wrong)) = secret.fault() {
            let wrong = wrong.map_or_else(|| "a character outside ASCII".to_owned(), describe_character);
            let mut finding = RULE.at(key.clone(), format!("the secret contains {wrong}"));
            finding.severity = Severity::Error;
            let finding = finding.help("a secret consists of printable ASCII characters: copy it again");
            // A typographic dash may stand for another character, so it is not replaced.
            found.push(if secret.is_ascii_if_unmasked() {
                finding.safe_fix("delete invisible characters", Edit::Unmask(key))
            } else {
                finding
            });
        }
    }
    let client_secrets = draft.client_secret_faults();
    found.extend(client_secrets.filter_map(|(key, fault)| of_client_secret(key, fault)));
}

/// The finding about the form of a client secret. Other rules report the other faults.
fn of_client_secret(key: Key, fault: SecretFault) -> Option<Diagnostic> {
    let (message, help) = match fault {
        SecretFault::Quoted => {
            ("the secret has quotation marks around it", "remove the inner quotation marks")
        }
        SecretFault::UrlEncoded => ("the secret is URL-encoded", "copy it from the portal; write ~ for %7E"),
        SecretFault::Length => (
            "a client secret has 16 to 64 characters",
            "copy the complete secret again from the column \"Value\"",
        ),
        SecretFault::Unusual => (
            "this does not look like a current client secret",
            "ignore this if the secret is an older one; otherwise copy the column \"Value\" again",
        ),
        SecretFault::NotAscii(_)
        | SecretFault::Reference
        | SecretFault::Placeholder
        | SecretFault::SurroundingBlank
        | SecretFault::Guid
        | SecretFault::Empty => return None,
    };
    Some(RULE.at(key, message).help(help))
}
