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
