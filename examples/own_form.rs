//! An admin form in another program: `cargo run --example own_form -- FILE [KEY=VALUE …]`.
//!
//! Without values, it prints the form of a settings file, as a web application would render it. With values, it prints the findings
//! that they would cause, as JSON, and saves the values if they add no error. It uses only the library, without features.
#![allow(clippy::print_stdout, reason = "this program prints its result")]

use std::collections::HashMap;
use std::error::Error;
use std::path::Path;

use swyx_teams::check;
use swyx_teams::edit::{self, Outcome};
use swyx_teams::form::{Form, Kind, Posted, Value, Values, collect_findings, preview};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("which file?")?;
    let sent = arguments
        .filter_map(|pair| pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())));
    let sent = sent.collect::<Vec<_>>();
    let answer = if sent.is_empty() { page(Path::new(&file)) } else { save(Path::new(&file), sent)? };
    println!("{answer}");
    Ok(())
}

/// Renders the form as text: one line per field, with its findings below.
fn page(path: &Path) -> String {
    let form = Form::new();
    let checked = check::check_file(path.to_string_lossy(), path);
    let values = Values::of(&form, &checked);
    let found = collect_findings(&form, &checked, None);
    let mut page = String::new();
    for section in form.sections.iter().filter(|section| !section.repeats) {
        page.push_str(&format!("{}\n", section.title));
        for field in &section.fields {
            let value = match values.get(&field.key) {
                Value::Text(text) => text.clone(),
                // The form shows only where the secret is stored.
                Value::Secret(secret) => secret.stored.clone().unwrap_or_default(),
                Value::Kept(_) => "…".to_owned(),
                // A kind that a later version adds.
                _ => continue,
            };
            // Only `swyx-teams set` changes addresses and commands. A form shows them.
            let is_command = matches!(values.get(&field.key), Value::Secret(secret) if secret.read_only);
            let mark = if field.read_only || is_command { " [read-only]" } else { "" };
            let choices = match &field.kind {
                Kind::Choice { choices, .. } => {
                    let values = choices.iter().map(|choice| choice.value.as_str());
                    format!(" ({})", values.collect::<Vec<_>>().join(", "))
                }
                _ => String::new(),
            };
            page.push_str(&format!("  {}{choices}{mark}: {value}\n", field.title));
            let beside = found.iter().filter(|found| found.beside.as_deref() == Some(&field.key));
            beside.for_each(|found| page.push_str(&format!("    {}: {}\n", found.severity, found.message)));
        }
    }
    page
}

/// Returns the findings as JSON, and saves the values if they add no error.
fn save(path: &Path, sent: Vec<(String, String)>) -> Result<String, Box<dyn Error>> {
    let form = Form::new();
    let name = path.to_string_lossy();
    let base = check::check_file(name.clone(), path);
    let posted = Posted::new(&form, &base, &Values::of(&form, &base), sent, HashMap::new())?;
    let preview = preview(&form, &base, &posted)?;
    let saved = if posted.can_be_saved() {
        // The writer checks that the file has not changed since the form was created, and that no read-only key changes. It
        // preserves comments, order and line ends.
        match edit::apply_from_form(&name, path, Some(&base), posted.changes())? {
            Outcome::Saved(_) => "saved",
            Outcome::Unchanged(_) => "unchanged",
            _ => "refused",
        }
    } else {
        "refused"
    };
    Ok(serde_json::to_string_pretty(&serde_json::json!({"saved": saved, "findings": preview.findings}))?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic fails the test")]

    use super::*;

    const TEXT: &str = "[control_center] # north\nMsTeamsStatusSyncMode = 1\n\
                        MsTeamsTenantId = \"7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34\"\n\
                        MsTeamsClientId = \"2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16\"\n\
                        MsTeamsClientSecret = \"xYz7Q~a-made-up.secret_of~the.example012\"\n";

    fn with_file(act: impl Fn(&Path)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        std::fs::write(&path, TEXT).unwrap();
        act(&path);
    }

    #[test]
    fn the_form_is_printed_without_the_secret() {
        with_file(|path| {
            let page = page(path);
            assert!(page.contains("  Synchronisation mode (MsTeamsStatusSyncMode) (1, 2, 0): 1\n"), "{page}");
            assert!(page.contains("in this file, as plain text\n    warning: "), "{page}");
            assert!(!page.contains("Q~"), "{page}");
        });
    }

    #[test]
    fn addresses_and_commands_are_shown_and_not_changed() {
        with_file(|path| {
            assert!(page(path).contains("  Authority [read-only]: \n"), "{}", page(path));
            let sent = [
                vec![("entra.authority", "https://elsewhere.example.com")],
                vec![("swyx.gateway_token", "command"), ("swyx.gateway_token.command", "sh")],
            ];
            for sent in sent {
                let sent = sent.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
                let answer = save(path, sent.collect()).unwrap();
                assert!(
                    answer.contains("\"saved\": \"refused\"") && answer.contains("cannot be changed"),
                    "{answer}"
                );
                assert_eq!(std::fs::read_to_string(path).unwrap(), TEXT);
            }
        });
    }

    #[test]
    fn values_are_saved_unless_they_add_an_error() {
        with_file(|path| {
            let send =
                |name: &str, value: &str| save(path, vec![(name.to_owned(), value.to_owned())]).unwrap();
            let answer = send("control_center.MsTeamsStatusSyncMode", "2");
            assert!(answer.contains("\"saved\": \"saved\""), "{answer}");
            assert_eq!(std::fs::read_to_string(path).unwrap(), TEXT.replace("Mode = 1", "Mode = 2"));
            let answer = send("control_center.MsTeamsTenantId", "common");
            assert!(
                answer.contains("\"saved\": \"refused\"") && answer.contains("tenant-not-guid"),
                "{answer}"
            );
            assert!(!answer.contains("Q~"), "{answer}");
            assert_eq!(std::fs::read_to_string(path).unwrap(), TEXT.replace("Mode = 1", "Mode = 2"));
        });
    }
}
