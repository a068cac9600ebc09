//! The fixtures: for each rule the smallest bad file, its exact output, and its cure; and files before and after a change.

use std::collections::BTreeSet;
use std::path::Path;

use crate::common::{assert_file, folders, root, run, tenants};
use swyx_teams::check::{self, Checked};
use swyx_teams::report::{self, FileReport, Format, Options};
use swyx_teams::rules::{ALL, Rule};
use swyx_teams::source::MAX_BYTES;

/// How many users are matched, for rules that need to know.
const USERS: usize = 100_000;

/// Checks a fixture against the tenant that its rule is about, where it is about one. Its mode is that of a file which is its owner's alone, but for the rule that looks at the mode.
fn checked(path: &Path, rule: &str) -> Checked {
    let name = path.file_name().expect("a name").to_string_lossy().into_owned();
    let tenant = tenants::bad(rule).map(|bad| if name == "bad.toml" { bad } else { tenants::healthy() });
    let checked = match swyx_teams::os::read_regular(path, MAX_BYTES) {
        Ok((content, _)) => check::check_bytes(name.clone(), content, rule == "secret-file-exposed"),
        Err(_) => check::check_file(name.clone(), path),
    };
    match tenant {
        Some(tenant) => check::check_with_tenant(checked, &tenant),
        None if Rule::find(rule).is_some_and(Rule::is_counted) => check::check_with_users(checked, USERS),
        None if Rule::find(rule).is_some_and(Rule::is_of_several) && name == "bad.toml" => {
            check::check_with_copies(checked, "copy of bad.toml", 1)
        }
        None => checked,
    }
}

#[test]
fn every_rule_has_a_bad_file_with_exact_output_and_a_fix() {
    let ids = ALL.iter().map(|rule| rule.id).collect::<BTreeSet<_>>();
    assert_eq!(ids.len(), ALL.len(), "two rules have one id");
    let mut seen = BTreeSet::new();
    for folder in folders(&root().join("fixtures/rules")) {
        let id = folder.file_name().expect("a name").to_string_lossy().into_owned();
        let rule = Rule::find(&id).unwrap_or_else(|| panic!("fixtures/rules/{id} belongs to no rule"));
        assert_eq!(
            rule.is_online(),
            tenants::bad(&id).is_some(),
            "{id}: a bad tenant is missing, or too many"
        );
        let bad = checked(&folder.join("bad.toml"), &id);
        assert!(bad.diagnostics().iter().any(|found| found.rule == id), "{id}: bad.toml does not show it");
        let mut out = Vec::new();
        let stream = &mut anstream::StripStream::new(&mut out);
        report::write(Format::Human, &[FileReport::new(&bad, true)], &Options::default(), stream)
            .expect("written");
        assert_file(&folder.join("bad.txt"), &String::from_utf8(out).expect("UTF-8"));
        let good = checked(&folder.join("good.toml"), &id);
        assert!(good.diagnostics().iter().all(|found| found.rule != id), "{id}: good.toml shows it too");
        assert!(!good.has_errors(), "{id}: good.toml has errors");
        seen.insert(id);
    }
    let without = ids.iter().filter(|id| !seen.contains(**id)).collect::<Vec<_>>();
    assert!(without.is_empty(), "without fixtures: {without:?}");
}

#[test]
fn every_rule_documents_what_why_fix_and_source() {
    for rule in ALL {
        let sections = rule.doc.lines().filter(|line| line.starts_with("## ")).collect::<Vec<_>>();
        assert_eq!(sections, ["## What", "## Why", "## Fix", "## Source"], "{}", rule.id);
        assert!(rule.title.len() <= 60, "{}", rule.id);
    }
}

#[test]
fn safe_fix_removes_its_finding() {
    let mut fixed = 0;
    for folder in folders(&root().join("fixtures/rules")) {
        let id = folder.file_name().expect("a name").to_string_lossy().into_owned();
        let bad = checked(&folder.join("bad.toml"), &id);
        if bad
            .diagnostics()
            .iter()
            .any(|found| found.rule == id && found.fix.as_ref().is_some_and(|fix| fix.safe))
        {
            let after = swyx_teams::edit::apply_safe_fixes(&bad).expect("a fix changes something");
            assert!(after.diagnostics().iter().all(|found| found.rule != id), "{id}");
            fixed += 1;
        }
    }
    assert!(fixed >= 3, "only {fixed} rules have a fix");
}

#[test]
fn values_from_the_vendors_page_are_valid() {
    let path = root().join("fixtures/vendor/14.10.toml");
    let checked = check::check_file("14.10.toml", &path);
    assert_eq!(checked.diagnostics(), []);
    let settings = checked.settings().expect("complete");
    assert_eq!(
        (settings.mode.number(), checked.wanted().expect("complete").name()),
        (2, "SwyxMSTeamsPresenceSync")
    );
}

#[test]
fn changes_keep_all_other_bytes() {
    let cases = folders(&root().join("fixtures/write"));
    assert!(cases.len() >= 14);
    for case in cases {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::copy(case.join("before.toml"), folder.path().join("swyx-teams.toml")).expect("copied");
        let command = std::fs::read_to_string(case.join("command.txt")).expect("a command");
        let words = words(command.trim_end());
        let run = run(folder.path(), &words.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(run.code, Some(0), "{}: {}", case.display(), run.err);
        let found = std::fs::read(folder.path().join("swyx-teams.toml")).expect("the file");
        assert_file(&case.join("after.toml"), &String::from_utf8(found).expect("UTF-8"));
    }
}

/// Splits a command at blanks, but not inside of braces.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut depth = 0;
    for c in command.chars() {
        match c {
            ' ' if depth == 0 => words.push(String::new()),
            c => {
                depth += i32::from(c == '{') - i32::from(c == '}');
                words.last_mut().expect("one word").push(c);
            }
        }
    }
    words
}
