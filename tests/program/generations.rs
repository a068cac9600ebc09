//! Files of both generations: the keys of 14.20 and later, and the end of the secret or certificate.

use crate::common::{program, run, run_with_input};

const FILE: &str = "\
[swyx]
version = \"14.25\"

[federated_services]
tenant_id = \"7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34\"
client_id = \"2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16\"
login = \"secret\" # for now
client_secret = { file = \"teams.secret\" }
";

fn folder(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("swyx-teams.toml"), text).expect("written");
    folder
}

fn text(folder: &tempfile::TempDir) -> String {
    std::fs::read_to_string(folder.path().join("swyx-teams.toml")).expect("the file")
}

#[test]
fn check_compares_the_end_with_the_given_day_only_offline() {
    let folder = folder(&format!("{FILE}[entra]\ncredential_ends = 2027-05-29\n"));
    for (today, code, rule) in
        [("2027-04-01", 0, ""), ("2027-05-29", 1, "secret-expires-soon"), ("2027-05-30", 1, "secret-expired")]
    {
        let run = run(folder.path(), &["check", "--fail-on", "warning", "--today", today]);
        assert_eq!(run.code, Some(code), "{today}: {}", run.out);
        assert!(run.out.contains(rule), "{today}: {}", run.out);
    }
    let stdin =
        run_with_input(folder.path(), &["check", "--today", "2027-05-30", "-"], text(&folder).as_bytes());
    assert!(stdin.code == Some(1) && stdin.out.contains("secret-expired"), "{}", stdin.out);
    let online = run(folder.path(), &["check", "--today", "2027-05-30", "--online"]);
    assert!(online.code == Some(2) && online.err.contains("--today"), "{}", online.err);
    let wrong = run(folder.path(), &["check", "--today", "30.05.2027"]);
    assert!(wrong.code == Some(2) && wrong.err.contains("2027-05-29"), "{}", wrong.err);
    // An expired date must not prevent what renews it.
    let sheet = run(folder.path(), &["sheet"]);
    assert_eq!(sheet.code, Some(0), "{}", sheet.err);
}

#[test]
fn keys_of_both_generations_can_be_set_listed_and_compared() {
    let folder = folder(FILE);
    let set = [
        "set",
        "entra.credential_ends",
        "2027-05-29",
        "federated_services.contacts",
        "true",
        "federated_services.presence",
        "from_teams",
    ];
    std::fs::write(folder.path().join("before.toml"), FILE).expect("written");
    assert_eq!(run(folder.path(), &set).code, Some(0));
    let after = text(&folder);
    for line in ["credential_ends = 2027-05-29\n", "contacts = true\n", "login = \"secret\" # for now\n"] {
        assert!(after.contains(line), "{after}");
    }
    let refused = run(folder.path(), &["set", "entra.credential_ends", "soon"]);
    assert!(refused.code == Some(2) && refused.err.contains("2027-05-29"), "{}", refused.err);
    let list = run(folder.path(), &["list"]).out;
    assert!(list.contains("federated_services.contacts") && list.contains("2027-05-29"), "{list}");
    let diff = run(folder.path(), &["diff", "before.toml", "swyx-teams.toml"]).out;
    assert!(diff.contains("\"Speaking\" in Swyx is no longer forwarded to Teams"), "{diff}");
    assert!(diff.contains("The end of the secret or certificate changes"), "{diff}");
    let explain = run(folder.path(), &["explain", "federated_services.presence"]).out;
    assert!(explain.contains("not public"), "{explain}");
}

#[test]
fn secret_put_without_a_key_uses_the_place_of_the_file() {
    let folder = folder(FILE);
    let secret = b"Ab18Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d\n";
    let put = run_with_input(folder.path(), &["secret", "put", "--stdin"], secret);
    assert_eq!(put.code, Some(0), "{}", put.err);
    assert!(put.err.contains("federated_services.client_secret"), "{}", put.err);
    let stored = std::fs::read(folder.path().join("teams.secret")).expect("the secret");
    assert!(stored.starts_with(&secret[..40]));
}

#[test]
fn labels_of_the_sheet_are_on_one_line() {
    let action = "on_identity_removed = \"remove\"\n";
    let folder = folder(&FILE.replace("login =", &format!("{action}login =")));
    let sheet = run(folder.path(), &["sheet", "--language", "en"]).out;
    assert!(sheet.contains("  Teams Presence Synchronization  both ways\n"), "{sheet}");
    // The value of a long label is below it.
    let below = "  Action to be performed when the Entra ID identity is removed\n     ";
    assert!(sheet.contains(below) && sheet.contains("  Remove Swyx user\n"), "{sheet}");
}

#[test]
fn sync_refuses_presence_off_and_a_certificate() {
    let gateway = "gateway = \"https://127.0.0.1:1\"\ngateway_token = { file = \"teams.secret\" }\n";
    let with_gateway = FILE.replace("\n\n[fed", &format!("\n{gateway}\n[fed"));
    let secret = "client_secret = { file = \"teams.secret\" }\n";
    for (file, why) in [
        (with_gateway.replace(secret, &format!("{secret}presence = \"off\"\n")), "nothing to synchronise"),
        (
            with_gateway
                .replace("\"secret\" #", "\"certificate\" #")
                .replace(secret, "certificate = \"a.cer\"\n"),
            "the key stays in SwyxServer",
        ),
    ] {
        let folder = folder(&file);
        let run = run(folder.path(), &["sync", "--trust=1", "swyx-teams.toml"]);
        assert!(run.code != Some(0) && run.err.contains(why), "{why}: {}", run.err);
    }
}

const EXPERT: &str = "\
[swyx]
version = \"14.10\" # north

[control_center]
MsTeamsStatusSyncMode = 2 # as agreed
MsTeamsTenantId = \"7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34\"
MsTeamsClientId = \"2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16\"
MsTeamsClientSecret = { file = \"teams.secret\" }
";

#[test]
fn move_changes_the_table_and_keeps_the_rest() {
    let folder = folder(EXPERT);
    let shown = run(folder.path(), &["move", "--to-version", "14.25", "--diff"]);
    assert_eq!(shown.code, Some(0), "{}", shown.err);
    for line in ["-[control_center]\n", "+[federated_services]\n", "+login = \"secret\"\n"] {
        assert!(shown.out.contains(line), "{line} is not in:\n{}", shown.out);
    }
    assert_eq!(text(&folder), EXPERT, "--diff wrote");
    let moved = run(folder.path(), &["move", "swyx-teams.toml", "--to-version", "14.25"]);
    assert!(moved.code == Some(0) && moved.err.contains("saved"), "{}", moved.err);
    let after = text(&folder);
    for line in ["version = \"14.25\" # north\n", "presence = \"both\" # as agreed\n"] {
        assert!(after.contains(line), "{after}");
    }
    let check = run(folder.path(), &["check", "--fail-on", "info"]);
    assert_eq!(check.code, Some(0), "{}", check.out);
    let again = run(folder.path(), &["move"]);
    assert!(again.code == Some(0) && again.err.contains("no changes to save"), "{}", again.err);
    assert_eq!(text(&folder), after);
    assert_eq!(run(folder.path(), &["move", "--to-version", "14.10"]).code, Some(0));
    assert_eq!(text(&folder), EXPERT);
}

#[test]
fn move_refuses_what_it_cannot_move() {
    let unversioned = EXPERT.replace("version = \"14.10\" # north\n", "");
    let certificate = FILE.replace("\"secret\" #", "\"certificate\" #").replace("client_secret", "#");
    for (file, arguments, code, why) in [
        (unversioned.as_str(), &["move"][..], 2, "--to-version"),
        ("[swyx]\nversion = \"14.25\"\n", &["move"], 2, "no `[control_center]`"),
        (&certificate, &["move", "--to-version", "14.10"], 1, "`federated_services.login` (\"certificate\")"),
        (&EXPERT.replace("7a3c5e10-", ""), &["move", "--to-version", "14.25"], 1, "has errors"),
        (
            &format!("{EXPERT}{FILE}").replacen("[swyx]\nversion = \"14.25\"\n", "", 1),
            &["move"],
            1,
            "both tables",
        ),
        (FILE, &["move", "--to-version", "soon"], 2, "--to-version"),
        (EXPERT, &["move", "--to-version", "13.00"], 1, "mode-needs-version"),
    ] {
        let folder = folder(file);
        let run = run(folder.path(), arguments);
        assert!(run.code == Some(code) && run.err.contains(why), "{why}: {:?} {}", run.code, run.err);
        assert_eq!(text(&folder), file, "{why}");
    }
    let elsewhere = run(folder("").path(), &["move", "none.toml"]);
    assert!(elsewhere.code == Some(2) && elsewhere.err.contains("none.toml"), "{}", elsewhere.err);
}

#[test]
fn sheet_has_the_language_of_control_center() {
    let folder = folder(FILE);
    std::fs::write(folder.path().join("old.toml"), EXPERT).expect("written");
    for (file, german, english) in [
        ("swyx-teams.toml", "Anmeldedaten-Typ", "Login data type"),
        ("swyx-teams.toml", "endet die Windows-Anmeldung", "ends the Windows logon"),
        ("old.toml", "Experten-Einstellungen", "expert settings"),
        (
            "old.toml",
            "(aus der Datei teams.secret; --reveal zeigt es)",
            "(from the file teams.secret; --reveal shows it)",
        ),
    ] {
        let sheet = |variables: &[(&str, &str)], arguments: &[&str]| {
            let mut command = program(folder.path());
            let output =
                command.envs(variables.iter().copied()).arg("sheet").args(arguments).arg(file).output();
            let output = output.expect("the program");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).expect("UTF-8")
        };
        let is_german = |text: &str| {
            assert_ne!(text.contains(german), text.contains(english), "{text}");
            text.contains(german)
        };
        assert!(!is_german(&sheet(&[], &[])) && is_german(&sheet(&[], &["--language", "de"])));
        let de = [("LANG", "de_DE.UTF-8")];
        assert!(is_german(&sheet(&de, &[])) && !is_german(&sheet(&de, &["--language", "en"])));
        // Scripts do not depend on the locale.
        assert_eq!(sheet(&de, &["--format", "json"]), sheet(&[], &["--format", "json"]));
    }
    let json = run(folder.path(), &["sheet", "--format", "json", "--language", "de"]).out;
    assert!(json.contains("\"warnings\": [") && json.contains("Verzeichnis-ID (Mandant)"), "{json}");
}
