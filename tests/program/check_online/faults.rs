//! Faults during requests: messages and exit codes.

use crate::emulated::*;

/// A run of one file against an emulator with faults.
fn with_faults(arguments: &[&str], more: &[&str]) -> crate::common::Run {
    let emulated = Emulated::start(arguments);
    emulated.write("a.toml", &emulated.settings(2));
    emulated.check(&[&["--format", "json", "a.toml"], more].concat())
}

#[test]
fn unavailable_service_is_not_a_finding() {
    for fault in ["unavailable=1", "html-body=1", "throttle=1", "drop-reply=1"] {
        let run = with_faults(&["--fault", fault], &["--timeout", "1"]);
        // There is no time for a second try. Which of the two it is may depend on how long the first one took; where time is virtual,
        // other tests tell them apart.
        assert!(matches!(run.code, Some(3 | 4)), "{fault}: {:?} {}{}", run.code, run.out, run.err);
        assert!(run.err.contains("error: a.toml: localhost: "), "{fault}: {}", run.err);
        assert_eq!(findings(&run), Vec::<String>::new(), "{fault}");
        assert!(!skipped(&run).is_empty(), "{fault}");
    }
}

#[test]
fn rejected_tokens_are_renewed_once_then_reported() {
    let run = with_faults(&["--fault", "expired-token=1"], &[]);
    assert_eq!(run.code, Some(1), "{}{}", run.out, run.err);
    let found = findings(&run);
    assert!(found.iter().any(|one| one.starts_with("error directory-unreadable")), "{found:?}");
    assert!(found.iter().any(|one| one.starts_with("error presence-unreadable")), "{found:?}");
}

#[test]
fn wrong_clock_is_reported_without_side_effects() {
    for (skew, words) in
        [("3600", "60 minutes behind Microsoft's"), ("-3600", "60 minutes ahead of Microsoft's")]
    {
        let emulated = Emulated::start(&["--fault", &format!("clock-skew={skew}")]);
        emulated.write("a.toml", &emulated.settings(2));
        let run = emulated.check(&["--as-admin", "a.toml"]);
        assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
        assert!(run.out.contains(&format!("the clock of this machine is {words}")), "{}", run.out);
    }
}
