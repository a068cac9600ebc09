//! `certificate-not-registered`: the application does not have the certificate.

use super::online::{certificate_key, registered_certificate};
use crate::diagnostic::{Diagnostic, Severity};
use crate::entra::snapshot::{Seen, Snapshot};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: "certificate-not-registered",
    severity: Severity::Error,
    title: "the application does not have the certificate",
    doc: "\
## What
With `--online --as-admin`: the application in Entra ID has no certificate with the thumbprint of
`federated_services.certificate` or `federated_services.certificate_thumbprint`.
## Why
SwyxServer signs in with the certificate that Control Center created. Entra ID refuses it until the
same certificate is uploaded to the application.
## Fix
Download the certificate from Control Center, set `federated_services.certificate` to its file, and
run `swyx-teams apply`. It keeps all other certificates. Or upload it in the Entra portal, under App
registrations, the application, Certificates & secrets, Certificates.
## Source
<https://learn.microsoft.com/graph/api/resources/keycredential>",
    keys: &[keys::CERTIFICATE, keys::CERTIFICATE_THUMBPRINT],
    check: Check::Snapshot(check),
};

fn check(draft: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    tenant.registration()?;
    if draft.registration().uses_certificate() && registered_certificate(tenant)?.is_none() {
        let message =
            "the application in Entra ID does not have this certificate, so SwyxServer cannot sign in";
        let help =
            "set `federated_services.certificate` to the file from Control Center, then run swyx-teams apply";
        found.push(RULE.at(certificate_key(draft), message).help(help));
    }
    Ok(())
}
