//! Findings while typing: the same as those of the command line for the text that a save would write.

use crate::check;
use serde_json::Value;

use super::place::{GOOD, Place, Sheet};

async fn findings(place: &Place, form: &Sheet) -> Value {
    let answer = place.post("/findings", form).await;
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{}", answer.body))
}

#[tokio::test]
async fn live_findings_match_a_check_of_the_saved_file() {
    let cases: [&[(&str, &str)]; 6] = [
        &[],
        &[("control_center.MsTeamsStatusSyncMode", "2"), ("swyx.version", "13.20")],
        &[("control_center.MsTeamsTenantId", "common")],
        &[
            ("entra.secret_lifetime_days", "10"),
            ("entra.renew_before_days", "20"),
            ("swyx.version", "fourteen"),
        ],
        &[("control_center.MsTeamsClientId", "")],
        &[("entra.cloud", "china"), ("sync.read_interval_seconds", "x")],
    ];
    for entered in cases {
        let place = Place::new(&format!("[swyx]\nversion = \"14.10\"\n{GOOD}"));
        let form = entered.iter().fold(place.form().await, |form, (name, value)| form.with(name, value));
        let live = findings(&place, &form).await;
        // Written without the form, so that refused values are written too.
        let text = entered.iter().fold(place.text(), |text, (name, value)| {
            let key = name.parse().expect("a key");
            use crate::edit::{Change, NewValue, edit_text};
            let change = match (value.parse(), *value) {
                (_, "") => Change::Unset(key),
                (Ok(number), _) if !name.ends_with("version") => Change::Set(key, NewValue::Integer(number)),
                (_, text) => Change::Set(key, NewValue::Text(text.to_owned())),
            };
            edit_text(&text, &[change]).expect("changed")
        });
        let checked = check::check_bytes("a.toml", text.into_bytes(), false);
        let expected = checked.diagnostics().iter().map(|found| {
            let line = checked.source().span(&found.place).start.line;
            (found.rule.to_owned(), found.message.clone(), found.help.clone(), line)
        });
        let found = live["findings"].as_array().expect("a list").iter().map(|found| {
            let text = |name: &str| found[name].as_str().map(str::to_owned);
            (
                text("rule").unwrap(),
                text("message").unwrap(),
                text("help"),
                found["line"].as_u64().unwrap() as usize,
            )
        });
        assert_eq!(found.collect::<Vec<_>>(), expected.collect::<Vec<_>>(), "{entered:?}");
        assert_eq!(live["changed"], !entered.is_empty());
    }
}

#[tokio::test]
async fn nothing_is_written_while_typing() {
    let place = Place::new(GOOD);
    let form = place.form().await.with("swyx.version", "14.10").and("add", "user");
    findings(&place, &form).await;
    place.post("/edit", &form).await;
    assert_eq!(place.text(), GOOD);
}

/// The work is counted in edits of one form, not in time: quadratic work would not end within a test.
#[tokio::test]
async fn thousand_rows_are_edited_in_linear_time() {
    let user = |at: usize| format!("\n[[user]]\nswyx = \"User {at}\"\nteams = \"user{at}@example.com\"\n");
    let place = Place::new(&format!("{GOOD}{}", (0..1000).map(user).collect::<String>()));
    let mut form = place.form().await;
    assert_eq!(form.value("user[999].teams"), "user999@example.com");
    for (name, value) in &mut form.0 {
        if name.ends_with("].swyx") {
            value.push('!');
        }
    }
    for at in 0..500 {
        form = form.and("removed", &format!("user[{}]", at * 2));
    }
    for at in 1000..1500 {
        form = form
            .and(&format!("user[{at}].swyx"), &format!("New {at}"))
            .and(&format!("user[{at}].teams"), &format!("new{at}@example.com"));
    }
    let live = findings(&place, &form).await;
    assert_eq!(live["findings"], Value::Array(Vec::new()));
    let answer = place.post("/save", &form).await;
    assert_eq!(answer.to.as_deref(), Some("/?saved"), "{}", answer.body);
    let checked = check::check_bytes("a.toml", place.text().into_bytes(), false);
    let users = &checked.draft().expect("TOML").users;
    assert_eq!(
        (users.len(), users[0].swyx.as_deref(), users[999].swyx.as_deref()),
        (1000, Some("User 1!"), Some("New 1499"))
    );
}
