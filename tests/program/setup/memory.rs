//! The settings file is the memory: what it knows is not asked for, and nothing of it is lost.

use crate::setup::{
    REQUIRED, TENANT, WRITTEN, assert_complete, assert_usage_error, common, folder, setup, write, written,
};

#[test]
fn answers_in_the_file_are_not_required_again() {
    let folder = folder();
    assert_complete(&setup(folder.path(), &REQUIRED));
    let file = folder.path().join("north.toml");
    let before = std::fs::metadata(&file).expect("there").modified().expect("known");
    let run = setup(folder.path(), &["--sign-in", "az"]);
    assert_complete(&run);
    assert!(run.err.contains("mode              2"), "{}", run.err);
    assert!(run.err.contains("from north.toml"), "{}", run.err);
    assert!(!run.err.contains("is now"), "{}", run.err);
    // What is known already is not written again, even if it is given.
    assert_complete(&setup(folder.path(), &REQUIRED));
    assert_eq!(std::fs::metadata(&file).expect("there").modified().expect("known"), before);
}

#[test]
fn incomplete_file_is_completed_and_otherwise_unchanged() {
    let folder = folder();
    let half = "\u{feff}# of the north\r\n[sync]\r\nsession_minutes = 20 # longer\r\n\r\n[swyx]\r\nversion = '14.10'\r\n\r\n\
                [control_center]\r\nMsTeamsTenantId = \"7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34\" # theirs";
    write(folder.path(), "north.toml", half);
    assert_usage_error(
        &setup(folder.path(), &["--sign-in", "az"]),
        &["--mode is missing", "--secret is missing"],
    );
    assert_eq!(written(folder.path()).as_deref(), Some(half), "nothing was written");
    assert_complete(&setup(folder.path(), &["--sign-in", "az", "--mode", "1", "--secret", "file:x"]));
    let wanted = format!("{half}\r\nMsTeamsStatusSyncMode = 1\r\nMsTeamsClientSecret = {{ file = \"x\" }}");
    assert_eq!(written(folder.path()), Some(wanted));
}

#[test]
fn existing_user_gets_the_new_account_and_others_are_added() {
    let folder = folder();
    let users = "\n[[user]]\nswyx = \"A\" # first\nteams = \"a@example.com\"\n\n[[user]]\nswyx = \"B\"\nteams = \"b@example.com\"\n";
    write(folder.path(), "north.toml", &format!("{WRITTEN}{users}"));
    let more = ["--sign-in", "az", "--user", "B=new@example.com", "--user", "C=c@example.com"];
    assert_complete(&setup(folder.path(), &more));
    let changed = users.replace("b@example.com", "new@example.com");
    let wanted = format!("{WRITTEN}{changed}\n[[user]]\nswyx = \"C\"\nteams = \"c@example.com\"\n");
    assert_eq!(written(folder.path()), Some(wanted));
}

#[test]
fn invalid_answer_in_the_file_is_shown_and_required_again() {
    let folder = folder();
    for (wrong, rule, flag, right) in [
        (WRITTEN.replace(TENANT, "contoso.com"), "tenant-not-guid", "--tenant", TENANT),
        (WRITTEN.replace("Mode = 2", "Mode = \"2\""), "mode-as-text", "--mode", "2"),
        (WRITTEN.replace("Mode = 2", "Mode = 0"), "mode-undocumented", "--mode", "2"),
        (
            WRITTEN.replace("{ file = \"north.secret\" }", "{}"),
            "invalid-value",
            "--secret",
            "file:north.secret",
        ),
    ] {
        write(folder.path(), "north.toml", &wrong);
        assert_usage_error(
            &setup(folder.path(), &["--sign-in", "az"]),
            &[rule, &format!("{flag} is missing")],
        );
        // An equally invalid answer is rejected, too.
        assert_usage_error(
            &setup(folder.path(), &["--sign-in", "az", flag, "0"]),
            &[&format!("error: {flag}: ")],
        );
        assert_eq!(written(folder.path()), Some(wrong));
        assert_complete(&setup(folder.path(), &["--sign-in", "az", flag, right]));
        assert_eq!(written(folder.path()).as_deref(), Some(WRITTEN));
    }
}

#[test]
fn file_with_other_errors_is_not_changed() {
    let folder = folder();
    for (text, said) in [
        (format!("{WRITTEN}\n[sync]\nsession_minutes = 1\n"), "fix these errors first; nothing was changed"),
        (format!("{WRITTEN}\n[entar]\n"), "unknown-key"),
        (WRITTEN.replace('{', ""), "syntax"),
    ] {
        write(folder.path(), "north.toml", &text);
        let run = setup(folder.path(), &REQUIRED);
        assert_eq!(run.code, Some(1), "{}", run.err);
        assert!(run.err.contains(said), "{said} is not in:\n{}", run.err);
        assert_eq!(written(folder.path()), Some(text));
    }
}

#[test]
fn missing_folder_and_folder_as_file_are_reported() {
    let folder = folder();
    let run = common::run(folder.path(), &[&["setup", "nowhere/north.toml"][..], &REQUIRED].concat());
    assert_eq!(run.code, Some(2), "{}", run.err);
    assert!(run.err.contains("nowhere/north.toml: no such file"), "{}", run.err);
    let run = common::run(folder.path(), &[&["setup", "."][..], &REQUIRED].concat());
    assert_eq!(run.code, Some(2), "{}", run.err);
}

#[test]
fn version_warnings_are_shown() {
    const WARNING: &str = "warning: this version has these settings under Federated Services";
    let folder = folder();
    let arguments = [&REQUIRED[..], &["--swyx-version", "14.20"]].concat();
    write(folder.path(), "north.toml", WRITTEN);
    let run = setup(folder.path(), &arguments);
    assert_complete(&run);
    assert!(run.err.contains(WARNING), "{}", run.err);
    assert!(written(folder.path()).is_some_and(|text| text.contains("[control_center]")));
}

#[test]
fn new_file_of_version_14_20_has_the_table_of_that_version() {
    let folder = folder();
    let run = setup(folder.path(), &[&REQUIRED[..], &["--swyx-version", "14.20"]].concat());
    assert_complete(&run);
    assert!(!run.err.contains("Federated Services"), "{}", run.err);
    let text = written(folder.path()).expect("the file");
    for line in ["[federated_services]\n", "presence = \"both\"\n", "login = \"secret\"\n"] {
        assert!(text.contains(line), "{line} is not in:\n{text}");
    }
    assert!(!text.contains("control_center"), "{text}");
}
