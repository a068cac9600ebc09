//! Errors when a list cannot be read, and their exit codes.

use super::users;
use crate::emulated::Emulated;

const LIST: &str = "name,email\nIda,ida.albrecht@contoso.example\n";

#[test]
fn invalid_list_is_rejected_with_all_lines() {
    let emulated = Emulated::scenario("ready");
    emulated.write("a.toml", &emulated.settings(2));
    let run = users(&emulated, "name;email\nIda;i@x\n;e@x\nEva;e@x;more\n", &[]);
    assert_eq!((run.code, run.out.as_str()), (Some(2), ""));
    assert!(
        run.err.starts_with(
            "error: users.csv: line 3: the name is missing\nerror: users.csv: line 4: 3 columns"
        ),
        "{}",
        run.err
    );
    assert_eq!(emulated.requests(), Vec::<String>::new(), "no sign-in for an invalid list");
}

#[test]
fn report_of_invalid_lines_is_limited() {
    let emulated = Emulated::scenario("ready");
    emulated.write("a.toml", &emulated.settings(2));
    let run = users(&emulated, &format!("name;email;enabled\n{}", "Ida;i@x;maybe\n".repeat(500)), &[]);
    assert_eq!(run.code, Some(2));
    assert_eq!(run.err.matches("error: users.csv: line ").count(), 20, "{}", run.err);
    assert_eq!(run.err.matches("aktiviert").count(), 2, "{}", run.err);
    assert!(run.err.contains("error: users.csv: 480 more lines with errors"), "{}", run.err);
}

#[test]
fn usage_errors_are_reported_before_the_sign_in() {
    let emulated = Emulated::scenario("ready");
    let settings = emulated.settings(2);
    let elsewhere = settings.replace(emulated.fact("graph"), "https://graph.example.com/v1.0");
    let gateway = format!(
        "[swyx]\ngateway = \"https://swyx.example.com:9180\"\ngateway_token = {{ env = \"TOKEN\" }}\n{settings}"
    );
    let no_secret = settings.replace("\"SECRET\"", "\"NOT_THERE\"");
    for (text, arguments, code, words) in [
        (&settings, ["--swyx", "nosuch.csv"].as_slice(), 2, "error: nosuch.csv: no such file or directory"),
        (&settings, &["--swyx", "."], 2, "error: .: "),
        (&settings, &[], 2, "`swyx.gateway` is not set: set it, or use --swyx FILE.csv"),
        (
            &elsewhere,
            &["--swyx", "users.csv"],
            2,
            "`entra.graph` leads to graph.example.com:443, which is not Microsoft's; ",
        ),
        (&gateway, &[], 2, "`swyx.gateway` leads to swyx.example.com:9180; "),
        (&no_secret, &["--swyx", "users.csv"], 2, "the environment variable NOT_THERE is not set"),
        (&"x = 1\n".to_owned(), &["--swyx", "users.csv"], 1, "fix these errors first"),
        (&"x = [\n".to_owned(), &["--swyx", "users.csv"], 1, "error[syntax]"),
    ] {
        emulated.write("a.toml", text);
        emulated.write("users.csv", LIST);
        let mut command = emulated.program();
        command.args(["users", "a.toml"]).args(arguments).env("SECRET", emulated.fact("client_secret"));
        let run = emulated.finish(&mut command, emulated.fact("client_secret"));
        assert_eq!((run.code, run.out.as_str()), (Some(code), ""), "{arguments:?} {}", run.err);
        assert!(run.err.contains(words), "{words}\n{}", run.err);
    }
    assert_eq!(emulated.requests(), Vec::<String>::new());
}

#[test]
fn rejection_is_not_a_finding() {
    for (scenario, words) in [
        ("no-consent", "does the application have User.ReadBasic.All?"),
        ("disabled", "run `swyx-teams check --online` for the cause"),
        ("expired-secret", "AADSTS7000222"),
    ] {
        let emulated = Emulated::scenario(scenario);
        emulated.write("a.toml", &emulated.settings(2));
        let run = users(&emulated, LIST, &[]);
        assert_eq!((run.code, run.out.as_str()), (Some(3), ""), "{scenario}: {}", run.err);
        assert!(run.err.contains(words), "{scenario}: {}", run.err);
    }
}

#[test]
fn failing_service_gives_3_or_4_and_single_failures_are_retried() {
    let emulated = Emulated::start(&["--fault", "unavailable=1"]);
    emulated.write("a.toml", &emulated.settings(2));
    let run = users(&emulated, LIST, &["--timeout", "1"]);
    assert!(matches!(run.code, Some(3 | 4)), "{:?} {}", run.code, run.err);
    assert!(run.err.starts_with("error: a.toml: localhost: "), "{}", run.err);
    let emulated = Emulated::start(&["--users", "2500"]);
    emulated.write("a.toml", &emulated.settings(2));
    let run = users(&emulated, LIST, &[]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.out.contains("Teams users without a Swyx user: 2499 of 2500"), "{}", run.out);
    assert_eq!(emulated.requests().len(), 1 + 3, "three pages");
}
