//! `--output`, and patterns in path arguments.

use std::fs;

use super::{bad, folder_with};
use crate::common::{GOOD, run};

#[test]
fn results_are_the_same_in_a_file() {
    let folder = folder_with(&[("a.toml", GOOD), ("b.toml", &bad())]);
    for words in [
        &["check", "--format", "sarif", "a.toml", "b.toml"][..],
        &["check", "--color", "always", "b.toml"],
        &["check", "--fix", "--diff", "a.toml"],
        &["list", "--format", "json", "a.toml"],
        &["diff", "a.toml", "b.toml"],
        &["sheet", "a.toml"],
        &["explain", "tenant-twice"],
        &["rules", "--format", "markdown"],
        &["schema"],
        &["completions", "powershell"],
        &["man", "check"],
    ] {
        let plain = [&["--color", "never"], words].concat();
        let plain = if words.contains(&"--color") { vec!["check", "b.toml"] } else { plain };
        let printed = run(folder.path(), &plain);
        fs::write(folder.path().join("out"), "a longer text of an earlier run").expect("written");
        let written = run(folder.path(), &[words, &["--output", "out"]].concat());
        assert_eq!((written.code, written.out.as_str()), (printed.code, ""), "{words:?} {}", written.err);
        let text = fs::read_to_string(folder.path().join("out")).expect("written");
        assert!(!text.is_empty() || words.contains(&"--diff"), "{words:?}");
        assert_eq!(text, printed.out, "{words:?}");
    }
}

#[test]
fn settings_files_and_inputs_are_not_overwritten() {
    let folder = folder_with(&[("a.toml", GOOD), ("other.toml", GOOD), ("settings", GOOD)]);
    for (words, target) in [
        (&["check", "a.toml"][..], "a.toml"),
        (&["check", "a.toml"], "other.toml"),
        (&["check", "settings"], "./settings"),
        (&["--config", "settings", "sheet"], "settings"),
        (&["diff", "a.toml", "settings"], "settings"),
    ] {
        let run = run(folder.path(), &[words, &["--output", target]].concat());
        assert_eq!(run.code, Some(2), "{words:?}");
        assert!(run.err.contains("nothing was written"), "{words:?} {}", run.err);
        assert_eq!(fs::read_to_string(folder.path().join(target)).expect("there"), GOOD, "{words:?}");
    }
}

#[test]
fn secrets_and_settings_of_any_name_are_not_overwritten() {
    let secret = "made-up-secret\n";
    let certificate = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
    let folder =
        folder_with(&[("a.toml", GOOD), ("a.secret", secret), ("ca.pem", certificate), ("n.cfg", GOOD)]);
    for (target, content) in [("a.secret", secret), ("ca.pem", certificate), ("n.cfg", GOOD)] {
        for words in [&["check", "a.toml"][..], &["sheet", "a.toml"], &["schema"], &["rules"]] {
            let run = run(folder.path(), &[words, &["--output", target]].concat());
            assert_eq!(run.code, Some(2), "{words:?} {target}");
            assert_eq!(fs::read_to_string(folder.path().join(target)).expect("there"), content);
        }
    }
}

#[test]
fn failed_command_leaves_the_file_of_its_output() {
    let folder = folder_with(&[("out", "an earlier report"), ("a.toml", "[")]);
    for words in [&["sheet", "a.toml"][..], &["list", "missing.toml"]] {
        let run = run(folder.path(), &[words, &["--output", "out"]].concat());
        assert!(run.code.is_some_and(|code| code > 0), "{words:?}");
        assert_eq!(fs::read_to_string(folder.path().join("out")).expect("there"), "an earlier report");
    }
    let run = run(folder.path(), &["schema", "--output", "missing/out"]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("--output: missing/out cannot be written: "), "{}", run.err);
}

#[test]
fn hyphen_is_standard_output() {
    let folder = folder_with(&[("a.toml", GOOD)]);
    for words in [&["check", "a.toml"][..], &["list", "a.toml"], &["schema"]] {
        let printed = run(folder.path(), words);
        let with_hyphen = run(folder.path(), &[words, &["--output", "-"]].concat());
        assert_eq!((with_hyphen.code, with_hyphen.out), (printed.code, printed.out), "{words:?}");
    }
    assert!(!folder.path().join("-").exists());
}

#[test]
fn nothing_is_changed_if_the_results_cannot_be_written() {
    let fixable = GOOD.replace("MsTeamsTenantId = \"", "MsTeamsTenantId = \" ");
    let folder = folder_with(&[("a.toml", &fixable)]);
    let fix = |output: &str| run(folder.path(), &["check", "--fix", "a.toml", "--output", output]);
    let settings = || fs::read_to_string(folder.path().join("a.toml")).expect("there");
    fs::create_dir(folder.path().join("folder")).expect("made");
    for output in ["missing/x", "a.toml/x", "folder"] {
        let run = fix(output);
        assert_eq!(run.code, Some(2), "{output}");
        let words = format!("--output: {output} cannot be written: ");
        assert!(run.err.replace('\\', "/").contains(&words), "{}", run.err);
        assert_eq!(settings(), fixable, "{output}");
    }
    assert_eq!(fix("out").code, Some(0));
    assert_eq!(settings(), GOOD);
    // Trying it out leaves nothing.
    let names = fs::read_dir(folder.path()).expect("there").flatten().map(|entry| entry.file_name());
    assert_eq!(names.count(), 3);
}

#[cfg(unix)]
#[test]
fn only_results_with_names_or_secrets_are_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let folder = folder_with(&[("a.toml", GOOD)]);
    for (words, is_private) in
        [(&["check", "a.toml"][..], false), (&["schema"], false), (&["sheet", "a.toml"], true)]
    {
        let path = folder.path().join(words[0]);
        let run = run(folder.path(), &[words, &["--output", words[0]]].concat());
        assert_eq!(run.code, Some(0), "{}", run.err);
        let mode = fs::metadata(path).expect("there").permissions().mode();
        assert_eq!(mode & 0o077 == 0, is_private, "{words:?}: {mode:o}");
    }
}

#[test]
fn patterns_name_files_without_the_help_of_a_shell() {
    let folder = folder_with(&[("north/a.toml", GOOD), ("north/b.toml", &bad()), ("south/c.toml", GOOD)]);
    for (pattern, files) in [("north/*.toml", 2), ("*/c.toml", 1), ("n*", 2), ("north/[ab].toml", 2)] {
        let run = run(folder.path(), &["check", "--format", "json", pattern]);
        let report: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
        assert_eq!(report["summary"]["files"], files, "{pattern} {}", run.err);
    }
    let none = run(folder.path(), &["check", "*.toml"]);
    assert_eq!(none.code, Some(2));
    assert!(none.out.contains("nothing matches this pattern"), "{} {}", none.out, none.err);
    let none = run(folder.path(), &["sync", "*.toml"]);
    assert_eq!(none.code, Some(2));
    assert!(none.err.contains("*.toml: nothing matches this pattern"), "{}", none.err);
}
