//! Matches small lists.

use super::*;
use crate::users::Lists;

/// `name <email>`, with `-` in front for one who is not activated; the id is the place.
fn swyx(lines: &[&str]) -> Vec<SwyxUser> {
    let user = |(place, line): (usize, &&str)| {
        let (name, email) = line.trim_start_matches('-').split_once('<').unwrap_or((line, ""));
        let email = email.trim_end_matches('>');
        SwyxUser {
            id: place.to_string().into(),
            name: name.trim().into(),
            email: (!email.is_empty()).then(|| email.into()),
            enabled: !line.starts_with('-'),
        }
    };
    lines.iter().enumerate().map(user).collect()
}

/// `name <account name> mail`.
fn teams(lines: &[&str]) -> Vec<TeamsUser> {
    let user = |(place, line): (usize, &&str)| {
        let (name, rest) = line.split_once('<').expect("an account name");
        let (upn, mail) = rest.split_once('>').expect("an account name");
        TeamsUser {
            id: uuid::Uuid::from_u128(place as u128 + 1),
            name: name.trim().into(),
            mail: Some(mail.trim()).filter(|mail| !mail.is_empty()).map(Into::into),
            upn: upn.into(),
        }
    };
    lines.iter().enumerate().map(user).collect()
}

/// The pairs, and the findings without the unmatched of Teams, as text.
fn told(s: &[&str], t: &[&str], overrides: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    let (swyx, teams) = (swyx(s), teams(t));
    let overrides =
        overrides.iter().map(|(swyx, teams)| ((*swyx).to_owned(), (*teams).to_owned())).collect::<Vec<_>>();
    let matching = match_users(&swyx, &teams, &overrides);
    let lists = Lists { swyx: &swyx, teams: &teams, overrides: &overrides };
    let pairs = matching.pairs.iter().map(|pair| format!("{}={} {}", pair.swyx, pair.teams, pair.by.id()));
    let findings = matching.findings.iter().filter(|finding| finding.kind() != FindingKind::UNMATCHED_TEAMS);
    let findings = findings.map(|finding| {
        let who = finding.swyx().iter().map(ToString::to_string).collect::<Vec<_>>().join("+");
        let words = [finding.detail(lists), finding.suggestion(lists)].into_iter().flatten();
        let words = words.map(|words| format!(": {words}")).collect::<String>();
        format!("{} {who}{words}", finding.kind().id())
    });
    (pairs.collect(), findings.collect())
}

fn check(s: &[&str], t: &[&str], overrides: &[(&str, &str)], pairs: &[&str], findings: &[&str]) {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    assert_eq!(told(s, t, overrides), (owned(pairs), owned(findings)), "{s:?} {t:?} {overrides:?}");
}

#[test]
fn account_name_match_precedes_mail_match() {
    check(&["J <j@x>"], &["A <a@x> j@x", "J <j@x> other@x"], &[], &["0=1 account-name"], &[]);
    check(
        &["J <anna.meyer@x>"],
        &["Anna <anna.schmidt@x> anna.meyer@x"],
        &[],
        &["0=0 mail"],
        &["upn-differs 0: enter anna.schmidt@x"],
    );
}

#[test]
fn override_precedes_other_matches() {
    let both = ["Jane Roe <jane@x>", "Max <max@x>"];
    let accounts = ["A <jane@x>", "B <jr@x> jane.roe@x", "C <max@x>"];
    for (name, account) in
        [("Jane Roe", "jr@x"), ("0", "JR@x"), ("jane roe", "Jane.Roe@x"), (" Jane Roe ", "jr@x")]
    {
        check(&both, &accounts, &[(name, account)], &["0=1 override", "1=2 account-name"], &[]);
    }
}

#[test]
fn override_without_a_target_is_reported_without_fallback() {
    let (s, t) = (["Jane Roe <jane@x>"], ["A <jane@x>"]);
    let unknown = "override-unknown : user[0]: no Swyx user is Jan Roe";
    check(&s, &t, &[("Jan Roe", "jane@x")], &["0=0 account-name"], &[unknown]);
    check(&s, &t, &[("Jane Roe", "jr@x")], &[], &["override-unknown 0: user[0]: no Teams user is jr@x"]);
}

#[test]
fn ambiguous_override_is_reported() {
    let twins = ["Jane Roe <j1@x>", "Jane Roe <j2@x>", "-Jane Roe <j3@x>"];
    check(
        &twins,
        &["A <j1@x>", "B <j2@x>"],
        &[("Jane Roe", "j1@x")],
        &["0=0 account-name", "1=1 account-name"],
        &["override-ambiguous 0+1: user[0]: the Swyx users with the ids 0, 1 have this name"],
    );
    check(
        &["J <j@x>"],
        &["A <a@x> info@x", "B <b@x> info@x"],
        &[("J", "info@x")],
        &[],
        &["override-ambiguous 0: user[0]: several users have the mail address: a@x, b@x"],
    );
    check(
        &["J <j@x>"],
        &["A <a@x>", "B <b@x>"],
        &[("J", "a@x"), ("0", "b@x")],
        &["0=0 override"],
        &["override-ambiguous 0: user[1]: the Swyx user is already in user[0], which takes precedence"],
    );
}

#[test]
fn only_unneeded_overrides_are_reported() {
    let same = "override-needless 0: user[0]: the e-mail address leads to the same account";
    check(&["J <j@x>"], &["A <J@x>"], &[("J", "j@x")], &["0=0 override"], &[same]);
    check(
        &["-J <j@x>"],
        &["A <j@x>"],
        &[("J", "j@x")],
        &[],
        &["override-needless 0: user[0]: the Swyx user is not activated"],
    );
    check(
        &["J <j@x>", "K <j@x>"],
        &["A <j@x>", "B <k@x>"],
        &[("J", "j@x"), ("K", "k@x")],
        &["0=0 override", "1=1 override"],
        &[],
    );
}

#[test]
fn case_and_unicode_form_are_ignored_but_reported() {
    check(
        &["B <Bernd.Gross@x>", "M <mu\u{308}ller@x>"],
        &["B <BERND.GROSS@x>", "M <m\u{fc}ller@x>"],
        &[],
        &["0=0 account-name", "1=1 account-name"],
        &["spelling-differs 0: different case", "spelling-differs 1: different Unicode normalization"],
    );
}

#[test]
fn ambiguous_users_are_not_matched() {
    check(&["J <j@x>", "K <J@x>"], &["A <j@x>"], &[], &[], &["duplicate-email 0+1"]);
    check(&["J <j@x>", "-K <j@x>"], &["A <j@x>"], &[], &["0=0 account-name"], &[]);
    check(&["J <info@x>"], &["A <a@x> info@x", "B <b@x> Info@x"], &[], &[], &["ambiguous-mail 0: a@x, b@x"]);
    check(&["J <a@x>", "K <info@x>"], &["A <a@x> info@x"], &[], &[], &["account-twice 0+1"]);
}

#[test]
fn override_wins_over_an_address_but_not_over_an_override() {
    check(&["J <j@x>", "K <k@x>"], &["A <j@x>"], &[("K", "j@x")], &["1=0 override"], &["account-twice 0+1"]);
    let (s, t) = (["J <j@x>", "K <k@x>"], ["A <a@x> mail@x"]);
    check(&s, &t, &[("J", "a@x"), ("K", "mail@x")], &[], &["account-twice 0+1"]);
}

#[test]
fn similar_users_are_suggested_but_not_matched() {
    let cases: &[(&str, &[&str], &str)] = &[
        ("J <jane.roe@old>", &["A <jane.roe@new>"], ": perhaps jane.roe@new (the same part before the @)"),
        ("Jane Roe <jr@x>", &["jane roe <j.r@x>"], ": perhaps j.r@x (the same name)"),
        ("J <jnae.roe@x>", &["A <jane.roe@x>"], ": perhaps jane.roe@x (one letter apart)"),
        ("J <jane.ro@x>", &["A <jane.roe@x>"], ": perhaps jane.roe@x (one letter apart)"),
        ("J <jane.roo@x>", &["A <jane.roe@x>"], ": perhaps jane.roe@x (one letter apart)"),
        ("J <jane.roe@x.>", &["A <jane.roe@x>"], ": perhaps jane.roe@x (the address looks the same)"),
        ("J < jane.roe@x>", &["A <jane.roe@x>"], ": perhaps jane.roe@x (the address looks the same)"),
        ("J <jane.roe@x>", &["A <janette.roe@x>"], ""),
        ("J <jane.roe@x>", &["A <jane.roe@y>", "B <jane.roe@z>"], ""),
        ("J <jane.roe@x>", &["A <jane.rod@x>", "B <jane.ros@x>"], ""),
        ("J <jr@x>", &["A <jo@x>"], ""),
        ("J <jane.roe>", &["A <@x>"], ""),
    ];
    for (one, all, words) in cases {
        check(&[one], all, &[], &[], &[&format!("unmatched-swyx 0{words}")]);
    }
}

#[test]
fn matched_account_is_not_suggested_again() {
    check(
        &["A <jane.roe@x>", "B <jane.roe@y>"],
        &["A <jane.roe@x>"],
        &[],
        &["0=0 account-name"],
        &["unmatched-swyx 1"],
    );
}

#[test]
fn confusable_letters_prevent_a_match_and_are_shown() {
    for (email, upn, letters) in [
        ("j\u{430}ne@x", "jane@x", "U+0430"),
        ("jane@x", "j\u{430}ne@x", "U+0430"),
        ("p\u{430}ul@x", "p\u{430}\u{443}l@x", ""),
        ("jane\u{200b}@x", "jane@x", "U+200B"),
        ("\u{202e}jane@x", "jane@x", "U+202E"),
        ("\u{3bf}l\u{430}f@x", "olaf@x", "U+03BF, U+0430"),
    ] {
        let (s, t) = (format!("J <{email}>"), format!("A <{upn}>"));
        let (pairs, findings) = told(&[&s], &[&t], &[]);
        assert_eq!(pairs, Vec::<String>::new());
        let confusable = findings.iter().find(|finding| finding.starts_with("confusable"));
        let upn = crate::text::shown(upn);
        let expected =
            (!letters.is_empty()).then(|| format!("confusable 0: contains {letters}: enter {upn}"));
        assert_eq!(confusable, expected.as_ref(), "{findings:?}");
        assert!(findings[0].starts_with("unmatched-swyx 0"));
    }
    // The same letters on both sides deceive nobody.
    check(&["J <j\u{430}ne@x>"], &["A <j\u{430}ne@x>"], &[], &["0=0 account-name"], &[]);
}

#[test]
fn user_without_address_is_not_matched_but_gets_a_hint() {
    check(
        &["Jane Roe", "Lift <  >", "Max"],
        &["Jane Roe <j@x>", "Max <m@x>"],
        &[("Max", "m@x")],
        &["2=1 override"],
        &["no-email 0: perhaps j@x (the same name)", "no-email 1"],
    );
}

#[test]
fn unmatched_teams_users_are_counted() {
    let (s, t) = (swyx(&["J <j@x>", "-K <k@x>"]), teams(&["A <j@x>", "B <b@x>", "G <g#EXT#@x> g@y"]));
    let found = match_users(&s, &t, &[]);
    let left = [1, 2].map(|place| Finding::new(FindingKind::UNMATCHED_TEAMS, &[], &[place], Note::Nothing));
    assert_eq!(found.findings, left);
    assert_eq!(found.disabled, 1);
    assert_eq!(match_users(&[], &[], &[]), Matching::default());
}

#[test]
fn findings_are_sorted_by_severity() {
    let (_, findings) =
        told(&["A <A@x>", "B", "C <c@x>", "D <d@x>", "E <d@x>"], &["A <a@x>", "C <cc@x> c@x"], &[]);
    let kinds = findings.iter().map(|finding| finding.split(' ').next().unwrap()).collect::<Vec<_>>();
    assert_eq!(kinds, ["duplicate-email", "upn-differs", "no-email", "spelling-differs"]);
}

#[test]
fn large_unmatched_lists_are_processed() {
    let s = (0..3_000).map(|n| SwyxUser {
        id: n.to_string().into(),
        name: format!("User {n}").into(),
        email: Some(format!("user.{n}@old.example").into()),
        enabled: true,
    });
    let t = (0..3_000).map(|n| TeamsUser {
        id: uuid::Uuid::from_u128(n),
        name: format!("User {n}").into(),
        mail: None,
        upn: format!("User.{n}@new.example").into(),
    });
    let (s, t) = (s.collect::<Vec<_>>(), t.collect::<Vec<_>>());
    let found = match_users(&s, &t, &[]);
    assert_eq!(found.pairs, []);
    let is_right = |finding: &&Finding| {
        let likely = finding.likely().map(|likely| likely.teams);
        finding.kind() == FindingKind::UNMATCHED_SWYX && likely == finding.swyx().first().copied()
    };
    assert_eq!(found.findings.iter().filter(is_right).count(), 3_000);
}

#[test]
fn account_with_the_name_of_another_user_is_reported() {
    let ours = ["Anna Bell <ben@x.example>", "Ben Carr <anna@x.example>", "Dora Eis <dora@x.example>"];
    let theirs = ["anna bell <anna@x.example>", "Ben Carr <ben@x.example>", "Dora Married <dora@x.example>"];
    let pairs = ["0=1 account-name", "1=0 account-name", "2=2 account-name"];
    let findings = [
        "name-of-another 0: the account's name is Ben Carr",
        "name-of-another 1: the account's name is anna bell",
    ];
    check(&ours, &theirs, &[], &pairs, &findings);
    // An override names the account on purpose.
    let ours = ["Anna Bell", "Ben Carr <ben@x.example>"];
    let theirs = ["Ben Carr <shared@x.example>", "Ben Carr <ben@x.example>"];
    let overrides = [("Anna Bell", "shared@x.example")];
    check(&ours, &theirs, &overrides, &["0=0 override", "1=1 account-name"], &[]);
}
