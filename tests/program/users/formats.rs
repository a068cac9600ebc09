//! What is shown, in each format.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{MISMATCHED, OVERRIDES, users};
use crate::emulated::Emulated;

fn mismatched() -> Emulated {
    let emulated = Emulated::scenario("user-mismatch");
    emulated.write("a.toml", &format!("{}{OVERRIDES}", emulated.settings(2)));
    emulated
}

#[test]
fn complete_matching_exits_with_0() {
    let emulated = Emulated::scenario("ready");
    emulated.write("a.toml", &emulated.settings(2));
    let list = "email,name\nida.albrecht@contoso.example,Ida\nEVA.albrecht@contoso.example,Eva\n";
    let run = users(&emulated, list, &[]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    let expected = "2 of 2 activated Swyx users matched (2 by account name)\n\
                    Teams users without a Swyx user: 23 of 25 (-v lists them)\n\n\
                    info[spelling-differs]: matched with a different spelling\n\
                    \x20 Swyx user  e-mail address                Teams account                 remark\n\
                    \x20 Eva        EVA.albrecht@contoso.example  eva.albrecht@contoso.example  different case\n\
                    \x20 = help: no action needed; the vendor's pages do not say whether SwyxWare itself ignores the difference\n";
    assert_eq!(run.out, expected);
    let all = users(&emulated, list, &["-v"]);
    assert!(all.out.contains("\nmatched\n") && all.out.contains("by account name\n"), "{}", all.out);
    assert!(all.out.contains("paul.albrecht@contoso.example"), "{}", all.out);
    assert!(all.out.contains("without a Swyx user\n  Teams user "), "{}", all.out);
    assert_eq!(emulated.requests().len(), 4, "a sign-in and one page, twice");
}

#[test]
fn table_keeps_its_columns_at_80_columns() {
    let emulated = Emulated::scenario("ready");
    emulated.write("a.toml", &emulated.settings(2));
    emulated.write(
        "users.csv",
        "name;email\nKatharina von Hohenstein-Lichtenberg;ida.albrecht@a-long-name.contoso.example\nBo;b@x\n",
    );
    for columns in [40, 80, 120] {
        let mut command = emulated.program();
        command.args(["users", "a.toml", "--swyx", "users.csv"]).env("COLUMNS", columns.to_string());
        command.env("SECRET", emulated.fact("client_secret"));
        let run = emulated.finish(&mut command, emulated.fact("client_secret"));
        let lines = run.out.lines().skip_while(|line| !line.starts_with("  Swyx user")).collect::<Vec<_>>();
        let heading = lines.first().and_then(|line| line.find("e-mail")).expect("a heading");
        let table = lines.iter().take_while(|line| !line.contains("= help")).skip(1).collect::<Vec<_>>();
        let is_blank = |at: usize, line: &str| line.get(at..=at).is_none_or(|cell| cell == " ");
        for line in &table {
            assert!(line.chars().count() <= columns, "{columns}\n{}", run.out);
            // A space precedes each column in each line.
            assert!(is_blank(heading - 1, line), "{columns}\n{}", run.out);
        }
        let cell = table.iter().find(|line| line.contains("b@x")).and_then(|line| line.find("b@x"));
        assert_eq!(cell, Some(heading), "{columns}\n{}", run.out);
    }
}

#[test]
fn text_shows_every_kind_with_help_and_escapes_names() {
    let run = users(&mismatched(), MISMATCHED, &[]);
    assert_eq!(run.code, Some(1), "{}{}", run.out, run.err);
    for words in [
        "3 of 9 activated Swyx users matched (1 by account name, 1 by mail address, 1 by [[user]])\n",
        "Swyx users skipped because they are not activated: 1\n",
        "error[unmatched-swyx]",
        "perhaps clara.ohne@contoso.example (the same name)",
        "error[duplicate-email]",
        "error[ambiguous-mail]",
        "info.eins@contoso.example, info.zwei@contoso.example",
        "error[override-unknown]",
        "user[1]: no Swyx user is Nobody",
        "warning[upn-differs]",
        "enter anna.schmidt@contoso.example",
        "warning[confusable]",
        "contains U+0430; enter karl.alt@contoso.example",
        "warning[no-email]",
        "Karl\\u{202e}",
    ] {
        assert!(run.out.contains(words), "{words}\n{}", run.out);
    }
    assert!(!run.out.contains(['\u{202e}', '\u{1b}']) && !run.out.contains("unmatched-teams"), "{}", run.out);
    assert_eq!(run.out.matches("  = help: ").count(), 8, "{}", run.out);
}

#[test]
fn json_contains_everything() {
    let run = users(&mismatched(), MISMATCHED, &["--format", "json"]);
    assert_eq!(run.code, Some(1), "{}", run.err);
    let report: Value = serde_json::from_str(&run.out).expect("JSON");
    let keys = report.as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(keys, ["version", "path", "summary", "pairs", "findings", "diagnostics"]);
    assert_eq!((&report["version"], &report["path"]), (&1.into(), &"a.toml".into()));
    let summary = &report["summary"];
    let numbers = ["swyx", "disabled", "teams", "matched", "unmatched_swyx", "unmatched_teams"];
    assert_eq!(numbers.map(|name| summary[name].as_u64().unwrap()), [10, 1, 25, 3, 6, 22]);
    let pairs = report["pairs"].as_array().unwrap().iter();
    let pairs = pairs.map(|pair| {
        [&pair["swyx"]["id"], &pair["teams"]["upn"], &pair["matched_by"]].map(|text| text.as_str().unwrap())
    });
    assert_eq!(
        pairs.collect::<Vec<_>>(),
        [
            ["1", "anna.schmidt@contoso.example", "mail"],
            ["2", "BERND.GROSS@contoso.example", "account-name"],
            ["10", "eva.albrecht@contoso.example", "override"],
        ]
    );
    let mut kinds = BTreeMap::new();
    for finding in report["findings"].as_array().unwrap() {
        *kinds.entry(finding["finding"].as_str().unwrap()).or_insert(0) += 1;
    }
    let expected = [
        ("ambiguous-mail", 1),
        ("confusable", 1),
        ("duplicate-email", 1),
        ("no-email", 1),
        ("override-unknown", 1),
        ("spelling-differs", 1),
        ("unmatched-swyx", 2),
        ("unmatched-teams", 22),
        ("upn-differs", 1),
    ];
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn csv_has_a_line_per_user_and_no_formula() {
    let run = users(&mismatched(), MISMATCHED, &["--format", "csv"]);
    assert_eq!(run.code, Some(1), "{}", run.err);
    let lines = run.out.lines().collect::<Vec<_>>();
    // A header, 9 activated Swyx users, an override without a match, and 22 Teams users.
    assert_eq!(lines.len(), 1 + 9 + 1 + 22, "{}", run.out);
    for line in [
        "swyx_id,swyx_name,swyx_email,teams_upn,teams_mail,matched_by,finding,suggestion",
        "1,Anna Meyer,anna.meyer@contoso.example,anna.schmidt@contoso.example,anna.meyer@contoso.example,mail,upn-differs,enter anna.schmidt@contoso.example",
        "5,'=cmd,,,,,no-email,",
        "8,Ida,ida.albrecht@contoso.example,,,,duplicate-email,",
        ",,,,,,override-unknown,user[1]: no Swyx user is Nobody",
        ",,,clara.ohne@contoso.example,,,unmatched-teams,",
    ] {
        assert!(lines.contains(&line), "{line}\n{}", run.out);
    }
}

#[test]
fn too_many_users_for_the_interval_is_an_allowable_warning() {
    let emulated = Emulated::start(&["--users", "700"]);
    let settings =
        |allow| format!("{}\n[sync]\nrequests_per_30_seconds = 5\n{allow}\n", emulated.settings(2));
    let list = "name,email\n".to_owned() + &plain(480);
    emulated.write("a.toml", &settings("read_interval_seconds = 6"));
    let run = users(&emulated, &list, &[]);
    assert_eq!(run.code, Some(0), "a warning is no error: {}", run.out);
    assert!(run.err.contains("warning[read-budget]: reading the presences of 480 users every 6 s exceeds"));
    assert!(run.err.contains("set the interval to at least 7 s"), "{}", run.err);
    let run = users(&emulated, &list, &["--format", "json"]);
    let report: Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(report["diagnostics"][0]["rule"], "read-budget");
    assert_eq!(
        (report["diagnostics"][0]["key"].as_str(), run.err.as_str()),
        (Some("sync.read_interval_seconds"), "")
    );
    for fine in
        ["read_interval_seconds = 7", "read_interval_seconds = 6 # swyx-teams: allow(read-budget) known"]
    {
        emulated.write("a.toml", &settings(fine));
        let run = users(&emulated, &list, &[]);
        assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{fine}");
    }
}

/// Lines for the emulator's first plain users, as many of them as have no number in their address.
fn plain(count: usize) -> String {
    const FIRST: [&str; 24] = [
        "anna", "ben", "carla", "david", "eva", "felix", "greta", "hans", "ida", "jonas", "katrin", "lukas",
        "maria", "nils", "olga", "paul", "rita", "stefan", "tanja", "uwe", "vera", "willi", "yvonne", "zeno",
    ];
    const LAST: [&str; 20] = [
        "albrecht", "bauer", "conrad", "dietz", "engel", "fischer", "graf", "hahn", "jung", "keller", "lang",
        "maier", "neumann", "otto", "peters", "richter", "schulz", "thiel", "vogel", "weber",
    ];
    let line = |n: usize| {
        let (first, last) = (FIRST[n % FIRST.len()], LAST[n / FIRST.len() % LAST.len()]);
        format!("{first} {last},{first}.{last}@contoso.example\n")
    };
    (0..count).map(line).collect()
}

#[test]
fn csv_for_spreadsheets_begins_with_a_mark_and_is_accepted_as_a_list() {
    let emulated = mismatched();
    let plain = users(&emulated, MISMATCHED, &["--format", "csv"]);
    assert!(plain.out.starts_with("swyx_id,swyx_name,"), "{}", plain.out);
    let marked = users(&emulated, MISMATCHED, &["--format", "csv", "--delimiter", ";"]);
    assert!(marked.out.starts_with("\u{feff}swyx_id;swyx_name;"), "{}", marked.out);
    let saved = users(&emulated, MISMATCHED, &["--format", "csv", "--output", "out.csv"]);
    assert_eq!((saved.code, saved.out.as_str()), (plain.code, ""), "{}", saved.err);
    let again = users(&emulated, &marked.out, &["--format", "csv"]);
    assert_eq!(again.code, plain.code, "{}", again.err);
    let saved = std::fs::read_to_string(emulated.folder().join("out.csv")).expect("the file");
    assert!(saved.starts_with("\u{feff}swyx_id,"), "{saved}");
    assert_eq!(again.out.lines().count(), plain.out.lines().count(), "{}\n{}", again.out, plain.out);
    let wrong = users(&emulated, MISMATCHED, &["--delimiter", ";"]);
    assert_eq!(wrong.code, Some(2), "{}", wrong.err);
}

#[test]
fn output_does_not_overwrite_an_input() {
    let emulated = mismatched();
    let settings = std::fs::read(emulated.folder().join("a.toml")).expect("the file");
    for input in ["a.toml", "users.csv"] {
        let run = users(&emulated, MISMATCHED, &["--format", "csv", "--output", input]);
        assert_eq!(run.code, Some(2), "{}", run.err);
        assert!(run.err.contains("nothing was written"), "{}", run.err);
    }
    assert_eq!(std::fs::read(emulated.folder().join("a.toml")).expect("the file"), settings);
    assert_eq!(std::fs::read_to_string(emulated.folder().join("users.csv")).expect("the file"), MISMATCHED);
}

#[test]
fn list_comes_from_standard_input_and_needs_users() {
    use std::process::Stdio;
    let emulated = Emulated::scenario("ready");
    emulated.write("a.toml", &emulated.settings(2));
    for (list, code) in [("email,name\nida.albrecht@contoso.example,Ida\n", 0), ("email,name\n", 2)] {
        let path = emulated.write("list.csv", list);
        let mut command = emulated.program();
        command.args(["users", "--swyx", "-", "a.toml"]).env("SECRET", emulated.fact("client_secret"));
        command.stdin(Stdio::from(std::fs::File::open(path).expect("the list")));
        let run = emulated.finish(&mut command, "");
        assert_eq!(run.code, Some(code), "{}", run.err);
        assert_eq!(run.err.contains("there are no users in the file"), code == 2, "{}", run.err);
    }
}
