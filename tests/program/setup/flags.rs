//! Flags: their keys in the file, missing answers, invalid answers.

use crate::setup::{
    REQUIRED, TENANT, WRITTEN, assert_complete, assert_usage_error, common, folder, required_with, setup,
    written,
};

#[test]
fn required_answers_are_sufficient() {
    let folder = folder();
    let run = setup(folder.path(), &REQUIRED);
    assert_complete(&run);
    assert_eq!(written(folder.path()).as_deref(), Some(WRITTEN));
    crate::common::system::assert_private(&folder.path().join("north.toml"));
    for told in [
        "1. write the answers to north.toml",
        "Presence.ReadWrite.All and User.ReadBasic.All",
        "and store it in the file north.secret",
        "application-name  SwyxMSTeamsPresenceSync",
        "The tenant is changed only after you agree to the plan.",
    ] {
        assert!(run.err.contains(told), "{told} is not in:\n{}", run.err);
    }
    assert!(!run.err.contains("Open questions"), "{}", run.err);
}

#[test]
fn every_answer_has_a_flag_and_a_place_in_the_file() {
    let folder = folder();
    let more = [
        "--swyx-version",
        "14.10",
        "--cloud",
        "us_gov_l4",
        "--application-name",
        "Presence of the north",
        "--user",
        "Jane Roe=jane.roe@example.com",
        "--user",
        "a = b=c@example.com",
        "--as-in-the-guide",
        "--new-secret",
        "--prune",
        "--secret-out",
        "new.secret",
        "--yes",
    ];
    let run = setup(folder.path(), &[&REQUIRED[..], &more].concat());
    assert_complete(&run);
    assert_eq!(
        written(folder.path()).expect("written"),
        "\
[swyx]
version = \"14.10\"

[control_center]
MsTeamsStatusSyncMode = 2
MsTeamsTenantId = \"7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34\"
MsTeamsClientSecret = { file = \"north.secret\" }

[entra]
cloud = \"us_gov_l4\"
application_name = \"Presence of the north\"

[[user]]
swyx = \"Jane Roe\"
teams = \"jane.roe@example.com\"

[[user]]
swyx = \"a = b\"
teams = \"c@example.com\"
"
    );
    for told in
        ["register the application Presence of the north", "2 users", "--yes agrees in advance", "new.secret"]
    {
        assert!(run.err.contains(told), "{told} is not in:\n{}", run.err);
    }
}

#[test]
fn missing_answers_are_listed_with_flag_and_line() {
    let folder = folder();
    for more in [&[][..], &["--no-input"]] {
        let run = setup(folder.path(), more);
        assert_usage_error(
            &run,
            &[
                "--mode is missing",
                "mode = 2 in an answers file",
                "--tenant is missing",
                "tenant = \"ID\" in an answers file",
                "--sign-in is missing",
                "SWYX_TEAMS_ADMIN_TOKEN",
                "--secret is missing",
            ],
        );
        for optional in ["--swyx-version", "--cloud", "--user", "--application-name"] {
            assert!(!run.err.contains(&format!("{optional} is missing")), "{}", run.err);
        }
    }
    for left_out in [0, 2, 4, 6] {
        let mut arguments = REQUIRED.to_vec();
        let flag = arguments.drain(left_out..left_out + 2).next().expect("a flag");
        let run = setup(folder.path(), &arguments);
        assert_usage_error(&run, &[&format!("{flag} is missing")]);
        assert_eq!(run.err.matches(" is missing").count(), 1, "{}", run.err);
    }
    assert_eq!(written(folder.path()), None, "nothing was written");
}

#[test]
fn invalid_flags_are_reported_by_rules_and_nothing_is_saved() {
    let folder = folder();
    for (flag, value, said) in [
        ("--swyx-version", "14", "a version has two numbers"),
        ("--swyx-version", "13.00", "mode 2 needs SwyxWare 13.25 or later, but the version is 13.00"),
        ("--mode", "3", "unknown mode"),
        ("--mode", "two", "expected a whole number"),
        ("--mode", "0", "the vendor does not document mode 0"),
        ("--tenant", "contoso.com", "this is a tenant name, not a tenant id"),
        ("--tenant", "", "--tenant: "),
        ("--cloud", "china", "no presence API in this cloud"),
        ("--cloud", "globel", "did you mean `global`?"),
        ("--application-name", "", "--application-name: "),
        ("--secret", "here", "never the secret itself: file:PATH"),
        ("--secret", "env:not a name", "--secret: "),
        (
            "--secret",
            "env:SWYX_TEAMS_ADMIN_TOKEN",
            "the variable `SWYX_TEAMS_ADMIN_TOKEN` is reserved for this program",
        ),
        (
            "--secret",
            "{ env = \"swyx_teams_trust\" }",
            "the variable `swyx_teams_trust` is reserved for this program",
        ),
        ("--secret", "{ command = [] }", "never the secret itself"),
        ("--user", "Jane Roe", "expected SWYX NAME=TEAMS ACCOUNT"),
        ("--user", "=jane.roe@example.com", "must not be empty"),
        ("--user", "Jane Roe=jane", "--user: "),
    ] {
        let run = setup(folder.path(), &required_with(flag, value));
        assert_usage_error(&run, &["error: ", said]);
        assert!(!run.err.contains("is missing"), "{flag} {value}:\n{}", run.err);
    }
    assert_eq!(written(folder.path()), None);
}

#[test]
fn contradicting_answers_are_rejected_together() {
    let folder = folder();
    let twice = ["--user", "A=jane@example.com", "--user", "B=jane@example.com"];
    assert_usage_error(&setup(folder.path(), &[&REQUIRED[..], &twice].concat()), &["--user: "]);
    assert_eq!(written(folder.path()), None);
}

#[test]
fn sign_in_method_must_be_possible() {
    let folder = folder();
    let with = |way: Option<&str>, token: Option<&str>| {
        let mut program = common::program(folder.path());
        program.env("PATH", folder.path());
        // Without trust, a file with a certificate authority of its own is not used to sign in.
        crate::setup::write(folder.path(), "north.toml", "[entra]\nca_file = \"own.pem\"\n");
        program.args(["setup", "north.toml"]).args(["--mode", "2", "--tenant", TENANT]);
        program.args(["--secret", "file:x"]).args(way.iter().flat_map(|way| ["--sign-in", way]));
        program.envs(token.map(|token| ("SWYX_TEAMS_ADMIN_TOKEN", token)));
        let output = program.output().expect("runs");
        (output.status.code(), String::from_utf8(output.stderr).expect("UTF-8"))
    };
    for (way, token, code, said) in [
        (Some("device-code"), None, 2, "--sign-in: there is no terminal"),
        (Some("token"), None, 2, "--sign-in: SWYX_TEAMS_ADMIN_TOKEN is not set"),
        (Some("token"), Some(" "), 2, "--sign-in: SWYX_TEAMS_ADMIN_TOKEN is not set"),
        (None, None, 2, "--sign-in is missing"),
        (
            Some("token"),
            Some("x"),
            2,
            "sign-in           token                                 from --sign-in",
        ),
        (None, Some("x"), 2, "from SWYX_TEAMS_ADMIN_TOKEN"),
        (Some("az"), Some("x"), 2, "sign-in           az "),
    ] {
        let (found, err) = with(way, token);
        assert_eq!(found, Some(code), "{way:?} {token:?}\n{err}");
        assert!(err.contains(said), "{said} is not in:\n{err}");
        let assert_complete =
            err.contains("error: `entra.ca_file` names a certificate authority that can impersonate ");
        assert_eq!(assert_complete, token == Some("x"), "{err}");
    }
}

#[test]
fn secret_without_a_writable_target_needs_secret_out() {
    for reference in ["env:X", "{ command = [\"pass\", \"x\"] }"] {
        let folder = folder();
        let mut arguments = required_with("--secret", reference);
        assert_usage_error(
            &setup(folder.path(), &arguments),
            &["--secret-out is missing", "secret-out = \"FILE\" in an answers file"],
        );
        assert_eq!(written(folder.path()), None);
        arguments.extend(["--secret-out", "new.secret"]);
        let run = setup(folder.path(), &arguments);
        assert_complete(&run);
        assert!(run.err.contains("and write it to new.secret"), "{}", run.err);
    }
}

#[test]
fn quiet_setup_prints_only_errors() {
    let folder = folder();
    let run = setup(folder.path(), &[&REQUIRED[..], &["--quiet"]].concat());
    assert_complete(&run);
    assert_eq!(run.err, "error: the Azure CLI (az) cannot be started; check that it is installed\n");
    assert_usage_error(&setup(folder.path(), &["--quiet", "--mode", "3"]), &["unknown mode"]);
}
