//! `secret-shape`: this does not look like an Entra client secret.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Check, Rule};
use crate::secret::SecretFault;
use crate::settings::{Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: "secret-shape",
    severity: Severity::Warning,
    title: "this does not look like an Entra client secret",
    doc: "\
## What
A client secret in quotation marks, with `%7E` in it, shorter than 16 or longer than 64 characters, or not of the form that Entra ID gives
its secrets today: 37 to 40 characters with `Q~` as fifth and sixth.
## Why
Secrets get cut, doubled or encoded when they are copied. Older secrets look different, so this is only a warning.
## Fix
Compare the first three characters with the hint that the portal shows, or create a new secret and copy its Value whole.
## Source
<https://learn.microsoft.com/graph/api/resources/passwordcredential>; the form is that of the secret scanner gitleaks",
    keys: &[keys::CLIENT_SECRET],
    check: Check::Draft(check),
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    let (message, help) = match draft.client_secret_fault() {
        Some(SecretFault::Quoted) => ("the secret itself is in quotation marks", "remove the inner ones"),
        Some(SecretFault::UrlEncoded) => {
            ("the secret is encoded for a web address", "copy it from the portal; write ~ for %7E")
        }
        Some(SecretFault::Length) => {
            ("a client secret has 16 to 64 characters", "copy it again, whole, from the column \"Value\"")
        }
        Some(SecretFault::Unusual) => (
            "this does not look like a client secret of today",
            "fine if it is an older one; else copy the column \"Value\"",
        ),
        Some(
            SecretFault::Placeholder | SecretFault::SurroundingBlank | SecretFault::Guid | SecretFault::Empty,
        )
        | None => return,
    };
    found.push(RULE.at(keys::CLIENT_SECRET, message).help(help));
}
