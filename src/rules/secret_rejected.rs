//! `secret-rejected`: Entra ID does not accept the client secret.

use super::online::{refusal, refused, secret_place};
use crate::diagnostic::{Diagnostic, Severity};
use crate::entra::snapshot::{Seen, Snapshot};
use crate::rules::{Check, Rule};
use crate::secret::SecretFault;
use crate::settings::{Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: "secret-rejected",
    severity: Severity::Error,
    title: "Entra ID does not accept the client secret",
    doc: "\
## What
With `--online`: tenant and application are found, but the client secret is refused. Where the secret that was fetched from its place looks
wrong, the finding says how.
## Why
The Secret ID was copied instead of the Value, the secret was deleted, belongs to another application, was damaged on its way, or was made in
the last minutes and is not known everywhere. Some codes are AADSTS7000215, AADSTS70002 and AADSTS700025.
## Fix
Create a new client secret, copy the column Value, which is shown once, and enter it where the reference of `MsTeamsClientSecret` leads.
## Source
<https://learn.microsoft.com/entra/identity-platform/reference-error-codes>",
    keys: &[keys::CLIENT_SECRET],
    check: Check::Snapshot(check),
};

fn check(draft: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    let Some(refusal) = refusal(&RULE, tenant)? else { return Ok(()) };
    let otherwise = (
        "Entra ID does not accept this credential of the application",
        "create a new secret in the portal and copy the column \"Value\"; it is shown once",
    );
    let mut finding = refused(&RULE, secret_place(draft), refusal, otherwise);
    if let Some(fault) = tenant.secret_fault {
        let (fault, cure) = described(fault);
        finding.message.push_str("; the secret ");
        finding.message.push_str(fault);
        finding.help = cure.map(str::to_owned).or(finding.help);
    }
    found.push(finding);
    Ok(())
}

/// What is to be seen of a secret without showing it, and what to do, where that is more than the refusal's code says.
fn described(fault: SecretFault) -> (&'static str, Option<&'static str>) {
    const COPY: Option<&str> =
        Some("create a new secret in the portal and copy the column \"Value\"; it is shown once");
    match fault {
        SecretFault::Guid => ("has the form of a Secret ID", COPY),
        SecretFault::Placeholder => ("is a placeholder", COPY),
        SecretFault::Empty => ("is empty", COPY),
        SecretFault::SurroundingBlank => {
            ("has blanks or line ends around it", Some("delete the blanks; they were copied along"))
        }
        SecretFault::Quoted => {
            ("stands in quotation marks of its own", Some("delete the quotation marks around it"))
        }
        SecretFault::UrlEncoded => {
            ("is written as in a web address", Some("write it as the portal shows it: ~ instead of %7E"))
        }
        SecretFault::Length => ("is shorter than 16 or longer than 64 characters, as no secret is", None),
        SecretFault::Unusual => ("does not have the form that Entra ID gives its secrets today", None),
    }
}
