//! Pasted values: invisible characters, typographic dashes, references of other tools, misspelt names.

use swyx_teams::check::{self, Checked};
use swyx_teams::diagnostic::{Diagnostic, Severity};
use swyx_teams::edit::apply_safe_fixes;

const TENANT: &str = "7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34";
const CLIENT: &str = "2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16";

/// A good file with another tenant id and client secret, both as TOML values.
fn settings(tenant: &str, secret: &str) -> String {
    format!(
        "[control_center]\nMsTeamsStatusSyncMode = 2\nMsTeamsTenantId = {tenant}\nMsTeamsClientId = \"{CLIENT}\"\nMsTeamsClientSecret = {secret}\n"
    )
}

fn checked(text: &str) -> Checked {
    check::check_bytes("a.toml", text.as_bytes().to_vec(), false)
}

/// The only finding of a text.
fn only(text: &str) -> Diagnostic {
    let checked = checked(text);
    assert_eq!(checked.diagnostics().len(), 1, "{text}\n{:?}", checked.diagnostics());
    checked.diagnostics()[0].clone()
}

#[test]
fn disguised_id_is_named_by_its_code_point_and_repaired() {
    let dashes = |dash: &str| format!("\"{}\"", TENANT.replace('-', dash));
    for (id, point) in [
        (format!("\"{TENANT}\u{200b}\""), "U+200B, an invisible character"),
        (format!("\"\u{feff}{TENANT}\""), "U+FEFF, an invisible character"),
        (format!("\"{TENANT}\\u200B\""), "U+200B, an invisible character"),
        (format!("' {TENANT}\u{ad} '"), "U+00AD, an invisible character"),
        (dashes("\u{2013}"), "U+2013, a typographic dash"),
        (dashes("\u{2011}"), "U+2011, a typographic dash"),
        (dashes("\\u2212"), "U+2212, a typographic dash"),
    ] {
        let text = settings(&id, "{ env = \"X\" }");
        let found = only(&text);
        assert_eq!((found.rule, found.severity), ("invalid-value", Severity::Error), "{id}");
        assert_eq!(found.message, format!("the id contains {point}"));
        let after = apply_safe_fixes(&checked(&text)).expect("a fix");
        assert_eq!(after.diagnostics(), [], "{id}");
        let draft = after.draft().expect("a draft");
        assert_eq!(draft.registration().tenant_id.map(|id| id.as_str()), Some(TENANT));
    }
    let found = only(&settings("\"7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c3\u{e4}\"", "{ env = \"X\" }"));
    assert_eq!(found.message, "this is not a valid id: it contains U+00E4, a character outside ASCII");
    assert_eq!(found.fix, None);
}

#[test]
fn secret_that_is_not_printable_ascii_is_an_error() {
    let secret = |middle: &str| format!("\"mE48Q~x7Kd.2hVn0sLq9{middle}RtYwZa1BcUf3GjPiOe5N\"");
    for (middle, words) in [
        ("\u{200b}", "U+200B, an invisible character"),
        ("\u{2013}", "U+2013, a typographic dash"),
        ("\u{a0}", "U+00A0, a space"),
        ("\\t", "U+0009, a control character"),
        ("\u{fc}", "a character outside ASCII"),
    ] {
        let checked = checked(&settings(&format!("\"{TENANT}\""), &secret(middle)));
        let found = checked.diagnostics().iter().find(|found| found.rule == "secret-shape").expect("found");
        assert_eq!(found.severity, Severity::Error);
        assert!(found.message.contains(words), "{}", found.message);
        assert!(!found.message.contains("FC"), "a letter of the secret is named: {}", found.message);
    }
    let token = settings(&format!("\"{TENANT}\""), "{ env = \"X\" }")
        + "[swyx]\ngateway_token = \"gate\u{2014}way-token-0123456789\"\n";
    let checked = checked(&token);
    assert!(checked.diagnostics().iter().any(|found| found.rule == "secret-shape"), "{token}");
}

#[test]
fn invisible_character_in_another_value_is_named_and_removed() {
    let plain = settings(&format!("\"{TENANT}\""), "{ env = \"X\" }");
    for (more, message) in [
        (
            "[entra]\nauthority = \"https://login.example.com/\u{202e}\"\n",
            "contains U+202E, an invisible character",
        ),
        (
            "[entra]\nauthority = \"https://login\u{200b}.example.com\"\n",
            "contains U+200B, an invisible character",
        ),
        ("[entra]\ngraph = \"https://graph\u{2011}eu.example.com\"\n", "contains U+2011, a typographic dash"),
        ("[entra]\ncloud = \"glo\u{ad}bal\"\n", "contains U+00AD, an invisible character"),
        ("[swyx]\nversion = \"14.\\u200B10\"\n", "contains U+200B, an invisible character"),
        (
            "[[user]]\nswyx = \"Jane\"\nteams = \" a@ex\u{ad}ample.com\u{200b}\"\n",
            "an account name contains U+00AD, an invisible character",
        ),
    ] {
        let text = format!("{plain}{more}");
        let found = only(&text);
        assert_eq!(found.message, message, "{more}");
        let after = apply_safe_fixes(&checked(&text)).expect("a fix");
        assert_eq!(after.diagnostics(), [], "{more}");
    }
    let found = only(&format!("{plain}[sync.status]\n\"Busy/InA\u{200b}Meeting\" = \"Away\"\n"));
    let message = "not a Microsoft Graph presence: it contains U+200B, an invisible character";
    assert_eq!((&*found.message, found.fix), (message, None));
    // Without the invisible character, these are invalid, too.
    for more in ["[swyx]\nversion = \"14\u{200b}\"\n", "[swyx]\nversion = \"14. \u{200b}10\"\n"] {
        let found = only(&format!("{plain}{more}"));
        assert_eq!((&*found.message, found.fix), ("contains U+200B, an invisible character", None));
    }
}

#[test]
fn invisible_character_in_a_secret_is_removed() {
    let secret = |middle: &str| format!("\"mE48Q~x7Kd.2hVn0sLq9{middle}RtYwZa1BcUf3GjPiOe5N\"");
    let text = |middle: &str| settings(&format!("\"{TENANT}\""), &secret(middle));
    for middle in ["\u{2060}", "\u{200b}\u{ad}", "\\u2060"] {
        let after = apply_safe_fixes(&checked(&text(middle))).expect("a fix");
        let secret =
            |checked: &Checked| checked.draft().expect("a draft").registration().client_secret.cloned();
        assert!(secret(&after) == secret(&checked(&text(""))), "{middle:?}");
    }
    for middle in ["\u{2013}", "\u{2060}\u{fc}"] {
        assert!(apply_safe_fixes(&checked(&text(middle))).is_none(), "{middle:?}");
    }
}

#[test]
fn reference_typed_as_text_is_an_error_that_names_the_right_form() {
    for (text, help) in [
        ("env:SWYX_TEAMS_CLIENT_SECRET", "write { env = \"SWYX_TEAMS_CLIENT_SECRET\" }"),
        ("$(SwyxSecret)", "write { env = \"NAME\" }"),
        ("${SWYX_SECRET}", "write { env = \"SWYX_SECRET\" }"),
        ("%SWYX_SECRET%", "write { env = \"SWYX_SECRET\" }"),
        ("$SWYX", "write { env = \"SWYX\" }"),
        // Passwords may look like these.
        ("$SOMMER2024", "write { env = \"NAME\" }"),
        ("{{ vault_secret }}", "write { env = \"NAME\" }"),
        ("#{Secret}#", "write { env = \"NAME\" }"),
        ("env.NAME", "write { env = \"NAME\" }"),
        ("process.env.SECRET", "write { env = \"SECRET\" }"),
        ("${{ secrets.SWYX_SECRET }}", "write { env = \"SWYX_SECRET\" }"),
        ("env:SWYX_TEAMS_ADMIN_TOKEN", "write { env = \"NAME\" }"),
        ("file:north.secret", "write { file = \"north.secret\" }"),
        ("file:///etc/secret", "write { file = \"/etc/secret\" }"),
        ("/run/secrets/x", "write { file = \"/run/secrets/x\" }"),
        ("@/run/secrets/x", "write { file = \"/run/secrets/x\" }"),
        ("file:kX8~canary", "write { file = \"PATH\" }"),
        ("@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/s/1)", "write { command = "),
        ("op://vault/item/field", "write { command = "),
        ("vault:secret/data/swyx", "write { command = "),
        ("$(pass show teams/secret)", "write { command = "),
        ("keyring:foo", "write { keyring = \"swyx-teams/NAME\" }"),
        ("keyring:swyx-teams/north", "write { keyring = \"swyx-teams/north\" }"),
        ("keychain:foo", "write { command = "),
        ("!vault x", "write { command = "),
    ] {
        let text = settings(&format!("\"{TENANT}\""), &format!("'{text}'"));
        let found = only(&text);
        assert_eq!((found.rule, found.severity), ("secret-reference-as-text", Severity::Error), "{text}");
        let actual = found.help.unwrap_or_default();
        assert!(actual.starts_with(help), "{text}: {actual}");
        let excerpt = checked(&text);
        let marked = excerpt.source().excerpt(&found.place).expect("a line").marked;
        assert!(marked.trim_matches('\'').chars().all(|c| c == '*'), "{marked}");
    }
}

#[test]
fn name_or_path_of_whitespace_is_an_error() {
    let plain = settings(&format!("\"{TENANT}\""), "{ env = \"X\" }");
    for (blank, more) in [
        (" ", "[entra]\napplication_name = \" \"\n"),
        ("\u{200b}", "[[user]]\nswyx = \"\u{200b}\"\nteams = \"jane.roe@example.com\"\n"),
        ("\u{a0}", "[entra]\nca_file = \"\u{a0}\"\n"),
        ("\u{3000} ", "[[user]]\nswyx = \"\u{3000} \"\nteams = \"jane.roe@example.com\"\n"),
    ] {
        let found = only(&format!("{plain}{more}"));
        assert_eq!(
            (found.rule, &*found.message),
            ("invalid-value", "contains only whitespace or invisible characters"),
            "{blank:?}"
        );
    }
    let found = only(&settings(&format!("\"{TENANT}\""), "{ file = \" \" }"));
    assert_eq!(found.message, "contains only whitespace or invisible characters");
}

#[test]
fn help_for_a_proxy_shows_the_address_of_a_proxy() {
    let plain = settings(&format!("\"{TENANT}\""), "{ env = \"X\" }");
    let found = only(&format!("{plain}[entra]\nproxy = \"proxy.example.com:3128\"\n"));
    assert!(found.help.as_deref().is_some_and(|help| help.contains("http://host:port")), "{found:?}");
    let found = only(&format!("{plain}[entra]\ngraph = \"graph.example.com\"\n"));
    assert!(found.help.as_deref().is_some_and(|help| !help.contains("http://")), "{found:?}");
}
