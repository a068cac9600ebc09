//! `client-id-is-microsofts`: the client id belongs to a Microsoft application.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, IdText, keys};

pub(super) const RULE: Rule = Rule {
    id: "client-id-is-microsofts",
    severity: Severity::Error,
    title: "the client id belongs to a Microsoft application",
    doc: "\
## What
`MsTeamsClientId` or `client_id` is the id of Microsoft Graph or of another Microsoft application.
## Why
You cannot create a secret for it. The portal shows its id next to yours, for example in the list of
API permissions.
## Fix
Copy the Application (client) ID of your own registration.
## Source
<https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in>",
    keys: &[keys::CLIENT_ID, keys::FEDERATED_CLIENT_ID],
    check: Check::Draft(check),
};

const MICROSOFT_APPLICATIONS: [(&str, &str); 6] = [
    ("00000003-0000-0000-c000-000000000000", "Microsoft Graph"),
    ("0bf30f3b-4a52-48df-9a82-234910c4a086", "Microsoft Graph Change Tracking"),
    ("14d82eec-204b-4c2f-b7e8-296a70dab67e", "Microsoft Graph Command Line Tools"),
    ("04b07795-8ddb-461a-bbee-02f9e1bf7b46", "the Azure CLI"),
    ("1950a258-227b-4e31-a9cf-717495945fc2", "Azure PowerShell"),
    ("de8bc8b5-d9f9-48b1-a8ad-b748da725064", "Graph Explorer"),
];

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    for registration in draft.registrations() {
        let Some(id) = registration.client_id.and_then(IdText::guid) else { continue };
        let id = id.to_string();
        if let Some((_, name)) = MICROSOFT_APPLICATIONS.iter().find(|(microsofts, _)| *microsofts == id) {
            let message = format!("this is the id of {name}, not of your application");
            let finding = RULE.at(registration.keys.client_id(), message);
            found.push(
                finding.help("copy the Application (client) ID from the overview page of your registration"),
            );
        }
    }
}
