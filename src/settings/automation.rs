//! Reads the table `[entra.automation]`: an application that signs in with a certificate, so that no person needs to.

use super::draft::AutomationDraft;
use super::keys;
use super::section::Section;
use crate::diagnostic::{Diagnostic, Key, Place, Severity, id};
use crate::secret::SecretSource;

/// Reads the table.
pub(super) fn read(section: &mut Section<'_>) -> AutomationDraft {
    let draft = AutomationDraft {
        client_id: section.id("client_id"),
        key: section.secret("key"),
        key_password: section.secret("key_password"),
        is_given: true,
    };
    section.require("client_id", "set it to the Application (client) ID of the automation application");
    section.require("key", "set it to `{ file = \"PATH\" }` or `{ keyring = \"swyx-teams/NAME\" }`");
    if matches!(draft.key, Some(SecretSource::Inline(_) | SecretSource::Env(_) | SecretSource::Command(_))) {
        let help = "write `{ file = \"PATH\" }` or `{ keyring = \"swyx-teams/NAME\" }`";
        section.add(error(keys::AUTOMATION_KEY, "the key must be in a file or in the secret store", help));
    }
    if matches!(draft.key_password, Some(SecretSource::Inline(_))) {
        let help = "write `{ env = \"NAME\" }`, `{ file = \"PATH\" }`, `{ keyring = \"swyx-teams/NAME\" }` or `{ command = [\"PROGRAM\"] }`";
        section.add(error(
            keys::AUTOMATION_KEY_PASSWORD,
            "the password of the key must not be in this file",
            help,
        ));
    }
    section.finish(Severity::Error);
    draft
}

fn error(key: Key, message: &str, help: &str) -> Diagnostic {
    Diagnostic::error(id::INVALID_VALUE, Place::Key(key), message).help(help)
}

#[cfg(test)]
mod tests {
    #[test]
    fn client_id_must_be_a_guid() {
        let rules = |id: &str| {
            let text = format!(
                "[control_center]\nMsTeamsStatusSyncMode = 1\n\
                 MsTeamsTenantId = \"7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34\"\n\
                 MsTeamsClientId = \"2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16\"\n\
                 MsTeamsClientSecret = {{ env = \"TEAMS\" }}\n\
                 [entra.automation]\nclient_id = \"{id}\"\nkey = {{ file = \"a.pem\" }}\n"
            );
            let checked = crate::check::check_bytes("a.toml", text.into(), false);
            checked.diagnostics().iter().map(|found| found.rule).collect::<Vec<_>>()
        };
        assert_eq!(rules("6b1e9d02-7f4a-4c85-a3d6-0e9b2f81c574"), Vec::<&str>::new());
        assert_eq!(rules("abc"), ["invalid-value"]);
    }
}
