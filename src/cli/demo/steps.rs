//! The steps of the demo: the commands, their expected exit codes, and the files that they start from.

use std::path::Path;

use crate::cli::emulate;
use crate::cli::exit::Exit;
use crate::edit::toml_string;
use crate::emulator::Facts;

/// One step: its title, the words of the command, and its expected exit code.
pub(super) struct DemoStep {
    pub(super) title: &'static str,
    pub(super) words: Vec<String>,
    pub(super) exit: Exit,
}

impl DemoStep {
    fn new(title: &'static str, words: &[&str]) -> Self {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        Self { title, words, exit: Exit::Clean }
    }
}

/// The steps that run a command.
pub(super) fn steps(folder: &Path, settings: &Path, facts: &Facts) -> Vec<DemoStep> {
    let trust_option = &*emulate::trust_option(facts);
    let path = |path: &Path| path.display().to_string();
    let (file, mistake) = (path(settings), path(&folder.join("mistake.toml")));
    vec![
        wizard(&file, facts, trust_option),
        DemoStep::new(
            "plan again: there is nothing left to do",
            &["plan", trust_option, "--exit-code", &file],
        ),
        DemoStep::new("check the file, without any connection", &["check", &file]),
        DemoStep {
            exit: Exit::Findings,
            ..DemoStep::new("a common mistake: the Secret ID instead of the Value", &["check", &mistake])
        },
        DemoStep::new(
            "sign in as the application, and read its registration as an administrator",
            &["check", trust_option, "--online", "--as-admin", &file],
        ),
        DemoStep::new(
            "create a new client secret; the old one stays valid",
            &["rotate", trust_option, &file],
        ),
        DemoStep::new(
            "the new secret is in Control Center: remove the old one",
            &["rotate", trust_option, "--finish", &file],
        ),
    ]
}

fn wizard(file: &str, facts: &Facts, trust_option: &str) -> DemoStep {
    let answers = [
        ["--swyx-version", "14.10"],
        ["--mode", "2"],
        ["--tenant", &facts.tenant_id],
        ["--cloud", "global"],
        ["--secret", "file:teams.secret"],
        ["--sign-in", "token"],
    ];
    DemoStep::new(
        "the setup wizard, with its answers as flags: settings, application, permissions, secret, test, sheet",
        &[&["setup", trust_option, file], answers.as_flattened(), &["--yes"]].concat(),
    )
}

/// The settings that the wizard does not ask for.
pub(super) fn initial_settings(facts: &Facts) -> String {
    let ca_file = toml_string(facts.ca_file.as_deref().unwrap_or_default());
    format!(
        "[swyx]\n# A service next to SwyxServer; a real site provides its own.\ngateway = \"{}\"\ngateway_token = {{ file = \"gateway.token\" }}\n\n[entra]\n# The emulated tenant; a real tenant needs none of these keys.\nauthority = \"{}\"\ngraph = \"{}\"\nca_file = {ca_file}\n",
        facts.gateway, facts.authority, facts.graph
    )
}

/// The settings with a Secret ID instead of a secret.
pub(super) fn settings_with_mistake(facts: &Facts) -> String {
    format!(
        "[swyx]\nversion = \"14.10\"\n\n[control_center]\nMsTeamsStatusSyncMode = 2\nMsTeamsTenantId = \"{}\"\n\
         MsTeamsClientId = \"2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16\"\nMsTeamsClientSecret = \"4be1d0c7-9f52-4a38-8d16-37c5e2a90b64\"\n",
        facts.tenant_id
    )
}
