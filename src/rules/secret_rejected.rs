//! `secret-rejected`: client secret rejected.

use super::online::{refusal, refused, secret_place};
use crate::diagnostic::{Diagnostic, Severity};
use crate::entra::snapshot::{Seen, Snapshot};
use crate::rules::{Check, Rule};
use crate::secret::SecretFault;
use crate::settings::{Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: "secret-rejected",
    severity: Severity::Error,
    title: "client secret rejected",
    doc: "\
## What
With `--online`: the tenant and the application are found, but the client secret is refused. If the
secret itself looks wrong, the finding says what is wrong with it.
## Why
The Secret ID was copied instead of the Value; the secret was deleted, belongs to another
application, was damaged when it was copied, or was created only some minutes ago and has not
reached every server. Some of the codes are AADSTS7000215, AADSTS70002 and AADSTS700025.
## Fix
Create a new client secret and copy the column Value, which is shown only once. Enter it at the
place that `MsTeamsClientSecret` refers to, from SwyxWare 14.20 on `client_secret`.
## Source
<https://learn.microsoft.com/entra/identity-platform/reference-error-codes>",
    keys: &[keys::CLIENT_SECRET, keys::FEDERATED_CLIENT_SECRET],
    check: Check::Snapshot(check),
};

fn check(draft: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    let Some(refusal) = refusal(&RULE, tenant)? else { return Ok(()) };
    let otherwise = (
        "Entra ID rejected the application's credential",
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

/// Describes a fault of the secret without showing it, and a fix if it is more specific than that of the
/// refusal's code.
fn described(fault: SecretFault) -> (&'static str, Option<&'static str>) {
    const COPY: Option<&str> =
        Some("create a new secret in the portal and copy the column \"Value\"; it is shown once");
    match fault {
        SecretFault::Reference => (
            "is a reference, typed as text",
            Some("write a reference that this program knows: { env = \"NAME\" }"),
        ),
        SecretFault::Guid => ("has the form of a Secret ID", COPY),
        SecretFault::Placeholder => ("is a placeholder", COPY),
        SecretFault::Empty => ("is empty", COPY),
        SecretFault::SurroundingBlank => {
            ("has whitespace around it", Some("delete the whitespace around the secret"))
        }
        SecretFault::NotAscii(_) => ("contains a character that is not printable ASCII", COPY),
        SecretFault::Quoted => {
            ("has quotation marks around it", Some("delete the quotation marks around it"))
        }
        SecretFault::UrlEncoded => {
            ("is URL-encoded", Some("write it as the portal shows it: ~ instead of %7E"))
        }
        SecretFault::Length => ("is shorter than 16 or longer than 64 characters", None),
        SecretFault::Unusual => ("does not have the form of today's Entra secrets", None),
    }
}
