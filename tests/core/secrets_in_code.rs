//! Who takes a secret out of its wrapping, and that nothing that is printed to find a fault in the program shows one.

use std::collections::BTreeMap;
use std::path::Path;

use swyx_teams::edit::{Change, NewValue};
use swyx_teams::secret::{Secret, SecretSource};

/// The files that expose secrets, and how often. A new line needs a reason.
const CALLERS: [(&str, usize); 17] = [
    // Names what the variable of the administrator's token contains, if it is no token.
    ("cli/administrator.rs", 1),
    // `--reveal` of `get` and `list`, in either format.
    ("cli/list.rs", 3),
    // Shows a new secret on the terminal, where the settings name a place that only a person can fill.
    ("cli/provision/progress.rs", 1),
    // `--reveal` of `sheet`.
    ("cli/sheet.rs", 1),
    // The header of every call to Graph and to the gateway.
    ("http/send.rs", 1),
    // The form of the token request.
    ("entra/sign_in/grants.rs", 1),
    // The form of the token request after a sign-in in the browser.
    ("entra/sign_in/browser/mod.rs", 1),
    // Opens a PFX file with its password.
    ("entra/sign_in/key.rs", 1),
    // Reads the claims of a token.
    ("entra/sign_in/token.rs", 1),
    // Writes a new secret into the file of `--secret-out`.
    ("provision/files.rs", 1),
    // Looks for the file's own secrets in the rest of the file, to mask them there too.
    ("settings/read.rs", 1),
    // Trims and checks a secret from the secret store, and reads a key from it.
    ("secret/fetch.rs", 2),
    // Writes a secret into the secret store.
    ("secret/keyring.rs", 1),
    // Writes a secret into its file.
    ("secret/save.rs", 1),
    // The wrapping itself: the way out, the lengths, comparisons with another, with a beginning and with a text around it, its control
    // characters, the variable that it names, and the fault of the text.
    ("secret/value.rs", 11),
    // Writes a secret that someone entered, and asks the second reader whether it is there.
    ("edit/change.rs", 1),
    ("edit/text/proof.rs", 1),
];

/// Calls in a text, comments left out: `x.expose()`, `Secret::expose(x)`, `map(Secret::expose)`, `x.expose_secret()`.
fn calls(text: &str) -> usize {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.map(|line| {
        let names = [".expose()", "::expose(", "::expose)", "::expose,", "expose_secret("];
        names.iter().map(|name| line.matches(name).count()).sum::<usize>()
    })
    .sum()
}

fn count(folder: &Path, root: &Path, counts: &mut BTreeMap<String, usize>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            count(&path, root, counts);
            continue;
        }
        let found = calls(&std::fs::read_to_string(&path).expect("a text"));
        if found > 0 {
            let name = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
            counts.insert(name, found);
        }
    }
}

#[test]
fn secrets_are_exposed_only_in_listed_places() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut counts = BTreeMap::new();
    count(&root, &root, &mut counts);
    let listed = CALLERS.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
    assert_eq!(counts, listed);
}

#[test]
fn new_callers_are_detected() {
    let code = "let a = secret.expose();\n// secret.expose()\nlet b = x.map(Secret::expose).or(Secret::expose(y));\nz.expose_secret()";
    assert_eq!(calls(code), 4);
}

const SECRETS: [&str; 3] = [
    "Ab18Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d",
    "=k7]V[uW?+x0*pL@3q.R:s6$M{t}9Z!v",
    "Zü9ßkÄ4w7é1LmP0xQ8vT2nR",
];

fn assert_hidden(what: &str, secret: &str, debug: &str) {
    let beginning = secret.chars().take(8).collect::<String>();
    assert!(!debug.contains(&beginning), "{what}: {debug}");
}

#[test]
fn debug_output_of_settings_contains_no_secret() {
    for secret in SECRETS {
        for (line, resolves) in [
            // A secret that is not ASCII is an error.
            ("MsTeamsClientSecret = Q", secret.is_ascii()),
            ("MsTeamsClientSecret = { command = [\"pass\", Q] }", true),
            ("MsTeamsClientSecret = { command = [\"pass\", 5, Q] }", false),
            ("MsTeamsClientSecret = { env = Q }", false),
            ("MsTeamsClientSecret = [Q]", false),
            ("MsTeamsClientSecert = Q", false),
            ("[swyx]\ngateway = \"https://a\"\ngateway_token = Q", false),
            ("[entra]\nadmin_client_id = Q\ncloud = Q\nauthority = Q\nca_file = [Q]", false),
        ] {
            let text = format!(
                "[control_center]\nMsTeamsStatusSyncMode = 2\nMsTeamsTenantId = \"8f1c2d3e-5a6b-4c7d-8e9f-0a1b2c3d4e5f\"\n\
                 MsTeamsClientId = \"2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16\"\n{}\n",
                line.replace('Q', &format!("\"{secret}\"")),
            );
            let checked = swyx_teams::check::check_bytes("a.toml", text.clone().into_bytes(), false);
            assert_hidden(line, secret, &format!("{checked:?}"));
            assert_hidden(line, secret, &format!("{:?}", checked.draft().expect("TOML")));
            let settings = checked.settings();
            assert_eq!(settings.is_ok(), resolves, "{line}");
            assert_hidden(line, secret, &format!("{settings:#?}"));
            let wrong = text.replace("2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16", secret);
            let checked = swyx_teams::check::check_bytes("a.toml", wrong.into_bytes(), false);
            assert_hidden(line, secret, &format!("{:#?}", checked.draft().expect("TOML")));
        }
    }
}

#[test]
fn debug_output_of_changes_contains_no_secret() {
    for secret in SECRETS {
        let inline = SecretSource::Inline(Secret::new(secret));
        let command = SecretSource::Command(vec!["pass".to_owned(), secret.to_owned()]);
        assert_hidden("a secret", secret, &format!("{:?}", Secret::new(secret)));
        assert_hidden("an inline secret", secret, &format!("{inline:?}"));
        assert_hidden("a command", secret, &format!("{command:#?}"));
        for value in [
            NewValue::Secret(inline),
            NewValue::Secret(command),
            NewValue::Text(secret.to_owned()),
            NewValue::User(secret.to_owned(), secret.to_owned()),
        ] {
            assert_hidden("a value", secret, &format!("{value:?}"));
            let key = "control_center.MsTeamsTenantId".parse().expect("a key");
            assert_hidden("a change", secret, &format!("{:#?}", Change::Set(key, value)));
        }
    }
}
