//! The answers file: equivalent to flags, with positions in its errors.

use crate::setup::{
    REQUIRED, TENANT, WRITTEN, assert_complete, assert_usage_error, common, folder, setup, write, written,
};

/// As [`REQUIRED`], with the rest.
const WHOLE: &str = "\
swyx-version = \"14.10\" # as agreed
mode = 2
tenant = \"7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34\"
cloud = \"global\"
application-name = \"North\"
sign-in = \"az\"
secret = { file = \"north.secret\" }
user = [\"Jane Roe=jane.roe@example.com\", { swyx = \"B\", teams = \"b@example.com\" }]
secret-out = \"new.secret\"
as-in-the-guide = true
yes = true
";

#[test]
fn answers_file_is_equivalent_to_flags() {
    let (one, other) = (folder(), folder());
    write(one.path(), "answers.toml", WHOLE);
    let run = setup(one.path(), &["--answers", "answers.toml", "--no-input"]);
    assert_complete(&run);
    let more = [
        "--swyx-version",
        "14.10",
        "--cloud",
        "global",
        "--application-name",
        "North",
        "--user",
        "Jane Roe=jane.roe@example.com",
        "--user",
        "B=b@example.com",
    ];
    assert_complete(&setup(other.path(), &[&REQUIRED[..], &more].concat()));
    assert_eq!(written(one.path()), written(other.path()));
    for told in [
        "yes               yes",
        "from answers.toml",
        "answers.toml agrees in advance",
        "as-in-the-guide   yes",
    ] {
        assert!(run.err.contains(told), "{told} is not in:\n{}", run.err);
    }
}

#[test]
fn flags_override_answers_which_override_settings() {
    let folder = folder();
    let old = WRITTEN.replace("Mode = 2", "Mode = 1");
    write(folder.path(), "north.toml", &format!("{old}\n[entra]\ncloud = \"us_gov_l5\"\n"));
    write(folder.path(), "answers.toml", "mode = 2\ncloud = \"us_gov_l4\"\nsign-in = \"az\"\nyes = false\n");
    let run = setup(folder.path(), &["--answers", "answers.toml", "--cloud", "global"]);
    assert_complete(&run);
    assert_eq!(written(folder.path()), Some(format!("{WRITTEN}\n[entra]\ncloud = \"global\"\n")));
    for told in [
        "north.toml: mode changed from 1 to 2 (source: answers.toml)",
        "north.toml: cloud changed from us_gov_l5 to global (source: --cloud)",
        "only after you agree to the plan",
    ] {
        assert!(run.err.contains(told), "{told} is not in:\n{}", run.err);
    }
}

#[test]
fn users_can_be_pairs_tables_or_none() {
    let wanted = "\n[[user]]\nswyx = \"Jane Roe\"\nteams = \"jane.roe@example.com\"\n";
    for (users, added) in [
        ("user = [\"Jane Roe=jane.roe@example.com\"]", wanted),
        ("user = [{ swyx = \"Jane Roe\", teams = \"jane.roe@example.com\" }]", wanted),
        ("[[user]]\nteams = \"jane.roe@example.com\"\nswyx = \"Jane Roe\"", wanted),
        ("user = []", ""),
    ] {
        let folder = folder();
        write(folder.path(), "answers.toml", users);
        let run = setup(folder.path(), &[&REQUIRED[..], &["--answers", "answers.toml"]].concat());
        assert_complete(&run);
        assert_eq!(written(folder.path()), Some(format!("{WRITTEN}{added}")), "{users}");
        assert!(run.err.contains(if added.is_empty() { "none " } else { "1 user" }), "{}", run.err);
    }
}

#[test]
fn answers_errors_show_the_position_not_the_value() {
    for (text, said) in [
        ("mode = 2\nmode = 1", "answers.toml:2:1: "),
        ("mode = ", "answers.toml:1:"),
        ("tennant = \"canary\"", "answers.toml:1:1: unknown name `tennant`\n  did you mean `tenant`?"),
        (
            "client-secret = \"canary\"",
            "an answers file must not contain a secret; `secret` says where it is stored",
        ),
        ("[control_center]\nx = \"canary\"", "answers.toml:1:2: unknown name `control_center`"),
        ("mode = \"canary\"", "answers.toml:1:8: mode: expected an integer, found a string"),
        ("mode = 3", "answers.toml:1:8: mode: unknown mode"),
        ("mode = 0", "answers.toml:1:8: mode: the vendor does not document mode 0"),
        (
            "swyx-version = 14.10",
            "answers.toml:1:16: swyx-version: expected a string, found a float\n  put it in quotes",
        ),
        ("# one\ntenant = \"canary\"", "answers.toml:2:10: tenant: this is not a valid id"),
        ("cloud = \"canary\"", "answers.toml:1:9: cloud: not an allowed value"),
        (
            "sign-in = \"canary\"",
            "answers.toml:1:11: sign-in: not an allowed value\n  use one of `token`, `az`, `device-code`",
        ),
        ("sign-in = \"device-code\"", "answers.toml:1:11: sign-in: there is no terminal"),
        ("secret = \"canary\"", "answers.toml:1:10: secret: invalid reference to a secret"),
        ("secret = { value = \"canary\" }", "answers.toml:1:10: secret: invalid reference"),
        ("[secret]\nfile = \"canary\"", "answers.toml:1:1: secret: invalid reference"),
        ("secret = { env = \"no canary\" }", "answers.toml:1:10: secret: "),
        ("user = \"canary\"", "answers.toml:1:8: user: expected an array, found a string"),
        ("user = [\"canary\"]", "answers.toml:1:9: user: invalid user"),
        ("user = [{ swyx = \"canary\" }]", "answers.toml:1:9: user: invalid user"),
        ("user = [\"canary=x\"]", "answers.toml:1:9: user: "),
        (
            "user = [\n  { swyx = \"A\", teams = \"a@example.com\" },\n  { swyx = \"B\", teams = \"canary\" },\n]",
            "answers.toml:3:3: user: ",
        ),
        ("yes = \"canary\"", "answers.toml:1:7: yes: expected a boolean, found a string"),
        ("as-in-the-guide = 1", "answers.toml:1:19: as-in-the-guide: expected a boolean, found an integer"),
        ("secret-out = [\"canary\"]", "answers.toml:1:14: secret-out: expected a string, found an array"),
    ] {
        let folder = folder();
        write(folder.path(), "answers.toml", text);
        let run = setup(folder.path(), &["--answers", "answers.toml"]);
        assert_usage_error(&run, &[said]);
        assert!(!run.err.contains("canary"), "{text}:\n{}", run.err);
        assert_eq!(written(folder.path()), None, "{text}");
    }
}

#[test]
fn all_errors_are_reported_at_once_and_wrong_is_not_missing() {
    let folder = folder();
    write(
        folder.path(),
        "answers.toml",
        "mode = 3\ntenant = \"x\"\nsecret = \"y\"\nsign-in = \"z\"\nmore = 1\n",
    );
    let run = setup(folder.path(), &["--answers", "answers.toml", "--cloud", "moon"]);
    assert_usage_error(
        &run,
        &[":1:8: mode", ":2:10: tenant", ":3:10: secret", ":4:11: sign-in", ":5:1: unknown", "--cloud: "],
    );
    assert!(!run.err.contains("is missing"), "{}", run.err);
}

#[test]
fn unreadable_answers_file_is_reported() {
    let folder = folder();
    assert_usage_error(
        &setup(folder.path(), &["--answers", "nowhere.toml"]),
        &["nowhere.toml: no such file"],
    );
    assert_usage_error(&setup(folder.path(), &["--answers", "."]), &["this is a folder, not a regular file"]);
    std::fs::write(folder.path().join("a.toml"), b"\xff\xfem\0o\0d\0e\0").expect("written");
    assert_usage_error(&setup(folder.path(), &["--answers", "a.toml"]), &["a.toml:1:1: ", "UTF-16"]);
    assert_eq!(written(folder.path()), None);
}

#[test]
fn help_example_is_a_valid_answers_file() {
    let folder = folder();
    let help = common::run(folder.path(), &["setup", "--help"]).out;
    let (_, example) = help.split_once("prints:\n").expect("an example");
    let (example, _) = example.split_once("\n\n").expect("an end");
    assert!(example.contains(TENANT));
    write(folder.path(), "answers.toml", example);
    assert_complete(&setup(folder.path(), &["--answers", "answers.toml"]));
}

#[test]
fn answers_cannot_name_own_variables() {
    for answer in ["\"env:SWYX_TEAMS_ADMIN_TOKEN\"", "{ env = \"SWYX_TEAMS_ADMIN_TOKEN\" }"] {
        let folder = folder();
        let answers = format!(
            "mode = 2\ntenant = \"{TENANT}\"\nsign-in = \"az\"\nsecret = {answer}\nsecret-out = \"out\"\n"
        );
        write(folder.path(), "answers.toml", &answers);
        let run = setup(folder.path(), &["--answers", "answers.toml"]);
        assert_usage_error(
            &run,
            &["answers.toml:4:", "the variable `SWYX_TEAMS_ADMIN_TOKEN` is reserved for this program"],
        );
        assert_eq!(written(folder.path()), None);
    }
}
