//! A secret in any answer is refused or goes where it was meant to go, and is in no output.

use crate::canary::{CANARIES, Sweep, escaped};
use crate::setup::{folder, required_with, setup, write, written};

/// Answers files with a secret in the wrong place; `«C»` is the secret, `«Q»` is it in quotes.
const ANSWERS: [&str; 20] = [
    "secret = «Q»",
    "secret = [«Q»]",
    "secret = { value = «Q» }",
    "secret = { env = «Q» }",
    "secret = { command = «Q» }",
    "secret = { file = «Q», env = \"X\" }",
    "[secret]\nfile = «Q»",
    "client-secret = «Q»",
    "MsTeamsClientSecret = «Q»",
    "[control_center]\nMsTeamsClientSecret = «Q»",
    "«Q» = 1",
    "mode = «Q»",
    "swyx-version = «Q»",
    "cloud = «Q»",
    "sign-in = «Q»",
    "user = «Q»",
    "user = [«Q»]",
    "yes = «Q»",
    "secret = «Q»\nsecret = «Q»",
    "secret = \"«C»",
];

#[test]
fn secret_in_answers_is_rejected_and_not_repeated() {
    for canary in CANARIES {
        let sweep = Sweep::new(&[canary.secret]);
        for pattern in ANSWERS {
            let folder = folder();
            let quoted = format!("\"{}\"", escaped(canary.secret));
            write(
                folder.path(),
                "answers.toml",
                &pattern.replace("«Q»", &quoted).replace("«C»", canary.secret),
            );
            let run = setup(folder.path(), &["--answers", "answers.toml"]);
            assert_eq!(run.code, Some(2), "{} {pattern}\n{}", canary.name, run.err);
            assert_eq!(sweep.find(run.err.as_bytes()), None, "{} {pattern}\n{}", canary.name, run.err);
            assert_eq!((run.out.as_str(), written(folder.path())), ("", None));
        }
    }
}

#[test]
fn secret_in_a_flag_is_rejected_and_not_repeated() {
    for canary in CANARIES {
        let sweep = Sweep::new(&[canary.secret]);
        for flag in ["--secret", "--mode", "--swyx-version", "--cloud", "--sign-in", "--user"] {
            let folder = folder();
            let run = setup(folder.path(), &required_with(flag, canary.secret));
            assert_eq!(run.code, Some(2), "{} {flag}\n{}", canary.name, run.err);
            assert_eq!(sweep.find(run.err.as_bytes()), None, "{} {flag}\n{}", canary.name, run.err);
            assert_eq!((run.out.as_str(), written(folder.path())), ("", None));
        }
    }
}

#[test]
fn summary_contains_no_secret() {
    for canary in CANARIES {
        let folder = folder();
        let text = crate::setup::WRITTEN
            .replace("{ file = \"north.secret\" }", &format!("\"{}\"", escaped(canary.secret)));
        write(folder.path(), "north.toml", &text);
        let run = setup(folder.path(), &["--sign-in", "az", "--mode", "1"]);
        assert_eq!(
            Sweep::new(&[canary.secret]).find(run.err.as_bytes()),
            None,
            "{}\n{}",
            canary.name,
            run.err
        );
        // An id instead of a secret, and what is not ASCII, are errors; every other value is accepted.
        let assert_complete = run.err.contains("error: the Azure CLI (az) cannot be started");
        assert_eq!(
            (run.code, assert_complete),
            (Some(2), !canary.is_guid() && canary.secret.is_ascii()),
            "{}",
            run.err
        );
    }
}
