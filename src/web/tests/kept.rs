//! Input that cannot be saved is shown again, and is never lost without a question.

use axum::http::StatusCode;

use super::place::{Answer, GOOD, Place, Sheet};

const MODE: &str = "control_center.MsTeamsStatusSyncMode";
const SECRET: &str = "control_center.MsTeamsClientSecret";
const VERSION: &str = "swyx.version";
const BROKEN: &str = "[control_center\n";

fn assert_keeps(answer: &Answer, value: &str) -> Sheet {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("can no longer be read as settings"), "{}", answer.body);
    let again = Sheet::read(&answer.body);
    assert_eq!(again.value(VERSION), value);
    again
}

#[tokio::test]
async fn input_survives_a_broken_file_and_is_saved_when_the_file_is_fixed() {
    for broken in [BROKEN, "\u{0}"] {
        let place = Place::new(GOOD);
        let form = place.form().await.with(VERSION, "14.00");
        place.write(broken);
        let again = assert_keeps(&place.post("/save", &form).await, "14.00");
        assert_eq!(place.text(), broken);
        place.write(GOOD);
        assert_eq!(place.post("/save", &again).await.to.as_deref(), Some("/?saved"));
        assert!(place.text().contains("version = \"14.00\""));
    }
}

#[tokio::test]
async fn input_survives_a_broken_file_after_its_page_was_dropped() {
    let place = Place::new(GOOD);
    let form = place.form().await.with(VERSION, "14.00").with("page", "dropped");
    place.write(BROKEN);
    let again = assert_keeps(&place.post("/save", &form).await, "14.00");
    place.write(GOOD);
    let answer = place.post("/save", &again).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    let choice = Sheet::read(&answer.body);
    assert_eq!(choice.value(&format!("choose {VERSION}")), "yours");
    assert_eq!(place.post("/merge", &choice).await.to.as_deref(), Some("/?saved"));
    assert_eq!(place.text(), format!("{GOOD}\n[swyx]\nversion = \"14.00\"\n"));
}

/// If an answer is made from several readings, the file may break in between, and the input is lost.
#[tokio::test]
async fn each_answer_to_a_save_is_made_from_one_reading() {
    let place = Place::new(GOOD);
    let form = place.form().await.with(VERSION, "14.00");
    let theirs = format!("{GOOD}\n[swyx]\nversion = \"14.10\"\n");
    place.write(&theirs);
    let mut choice = None;
    for (text, path) in [(&*theirs, "/save"), (BROKEN, "/save"), (GOOD, "/merge"), (BROKEN, "/merge")] {
        place.write(text);
        let before = place.reads();
        let answer = place.post(path, choice.as_ref().filter(|_| path == "/merge").unwrap_or(&form)).await;
        assert!(answer.to.is_none(), "{path}");
        assert_eq!(place.reads() - before, 1, "{path}");
        if text == theirs {
            choice = Some(Sheet::read(&answer.body).and(&format!("choose {VERSION}"), "yours"));
        }
    }
    // A file that was deleted and then written by another process.
    std::fs::remove_file(&place.path).expect("removed");
    let choice = Sheet::read(&place.post("/save", &form).await.body);
    for text in [&*theirs, BROKEN] {
        place.write(text);
        let before = place.reads();
        assert!(place.post("/merge", &choice).await.to.is_none());
        assert_eq!(place.reads() - before, 1);
    }
}

#[tokio::test]
async fn choices_survive_a_broken_file() {
    let place = Place::new(GOOD);
    let form = place.form().await.with(VERSION, "14.00");
    let theirs = format!("{GOOD}\n[swyx]\nversion = \"14.10\"\n");
    place.write(&theirs);
    let choice = Sheet::read(&place.post("/save", &form).await.body);
    let choice = choice.and(&format!("choose {VERSION}"), "yours");
    place.write(BROKEN);
    let answer = place.post("/merge", &choice).await;
    assert!(answer.body.contains("can no longer be read as settings"), "{}", answer.body);
    let again = Sheet::read(&answer.body);
    let again = again.and(&format!("choose {VERSION}"), "yours");
    place.write(&theirs);
    assert_eq!(place.post("/merge", &again).await.to.as_deref(), Some("/?saved"));
    assert_eq!(place.text(), theirs.replace("14.10", "14.00"));
}

#[tokio::test]
async fn same_form_saved_twice_is_no_conflict() {
    let place = Place::new(GOOD);
    let form = place.form().await.with(VERSION, "14.00");
    for _ in 0..2 {
        assert_eq!(place.post("/save", &form).await.to.as_deref(), Some("/?saved"));
    }
    // Changes that were merged, too.
    let form = place.form().await.with(VERSION, "14.10");
    place.write(&place.text().replace("Mode = 2", "Mode = 1"));
    for _ in 0..2 {
        assert_eq!(place.post("/save", &form).await.to.as_deref(), Some("/?merged"));
    }
    // The choices after a conflict, too.
    let form = place.form().await.with(VERSION, "14.10").with(MODE, "2");
    place.write(&place.text().replace("14.10", "14.20"));
    let form = form.with(VERSION, "14.00");
    let choice = Sheet::read(&place.post("/save", &form).await.body);
    let choice = choice.and(&format!("choose {VERSION}"), "yours");
    for _ in 0..2 {
        assert_eq!(place.post("/merge", &choice).await.to.as_deref(), Some("/?saved"));
    }
    // And a file that is created again.
    let form = place.form().await.with(MODE, "1").with(VERSION, "14.10");
    std::fs::remove_file(&place.path).expect("removed");
    let choice = Sheet::read(&place.post("/save", &form).await.body);
    for _ in 0..2 {
        assert_eq!(place.post("/merge", &choice).await.to.as_deref(), Some("/?saved"));
    }
    assert!(place.text().contains("version = \"14.10\"") && place.text().contains("Mode = 1"));
}

#[tokio::test]
async fn closing_asks_before_input_is_lost() {
    let place = Place::new(GOOD);
    let form = place.form().await;
    let closed = place.post("/close", &form).await;
    assert_eq!((closed.status, closed.to.as_deref()), (StatusCode::TEMPORARY_REDIRECT, Some("/leave")));
    // A status without a presence cannot be saved, and is input too.
    let incomplete = form.clone().and("sync.status[0].presence", "").and("sync.status[0].status", "Away");
    for (form, name, value) in
        [(form.with(VERSION, "14.00"), VERSION, "14.00"), (incomplete, "sync.status[0].status", "Away")]
    {
        let asked = place.post("/close", &form).await;
        assert_eq!(asked.status, StatusCode::CONFLICT);
        assert!(asked.body.contains("Not closed: you have unsaved changes"), "{}", asked.body);
        assert!(asked.body.contains("Close without saving"));
        let again = Sheet::read(&asked.body);
        assert_eq!(again.value(name), value);
        let closed = place.post("/close", &again.and("unsaved", "discard")).await;
        assert_eq!((closed.status, closed.to.as_deref()), (StatusCode::TEMPORARY_REDIRECT, Some("/leave")));
    }
}

#[tokio::test]
async fn closing_drops_the_secrets_that_were_not_saved() {
    let place = Place::new(GOOD);
    let form = place.form().await.with(SECRET, "text").with(&format!("{SECRET}.text"), "entered~canary");
    let again = Sheet::read(&place.post("/edit", &form).await.body);
    let address = format!("/?page={}", again.value("page"));
    assert!(place.get(&address).await.body.contains("Entered, not saved yet"));
    place.post("/close", &again.and("unsaved", "discard")).await;
    assert!(!place.get(&address).await.body.contains("Entered, not saved yet"));
}

#[tokio::test]
async fn secret_that_the_user_has_abandoned_is_not_selected_again() {
    let place = Place::new(GOOD);
    let form = place.form().await.with(SECRET, "text").with(&format!("{SECRET}.text"), "entered~canary");
    let refused = place.post("/save", &form.with("entra.renew_before_days", "999")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let again = Sheet::read(&refused.body);
    assert_eq!(again.value(SECRET), "text");
    let restored = Sheet::read(&place.get(&format!("/?page={}", again.value("page"))).await.body);
    assert_eq!((restored.value(SECRET), restored.value("entra.renew_before_days")), ("keep", ""));
    assert_eq!(place.post("/save", &restored).await.to.as_deref(), Some("/?unchanged"));
    assert_eq!(place.text(), GOOD);
}

/// `[swyx] version` and `[entra] cloud` have values that the form cannot show.
const HIDDEN: &str = "\n[swyx]\nversion = 14\n[entra]\ncloud = [1]\n";

#[tokio::test]
async fn hidden_value_stays_marked_for_removal_until_it_is_saved() {
    let place = Place::new(&format!("{GOOD}{HIDDEN}"));
    // Text beside the mark does not take it away.
    for beside in ["", "14.00"] {
        let form = place.form().await.with(VERSION, beside).and("removed", VERSION);
        let refused = place.post("/save", &form.with("entra.renew_before_days", "999")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let again = Sheet::read(&refused.body).with("entra.renew_before_days", "");
        assert_eq!(again.value("removed"), VERSION);
        assert_eq!(again.names().iter().filter(|name| **name == "removed").count(), 1);
        assert_eq!(place.post("/save", &again).await.to.as_deref(), Some("/?saved"));
        assert!(!place.text().contains("version = 14") && place.text().contains("cloud = [1]"));
        place.write(&format!("{GOOD}{HIDDEN}"));
    }
}

/// The attribute `data-was` of an input.
fn was<'a>(page: &'a str, name: &str) -> Option<&'a str> {
    let tag = page.split('<').find(|tag| tag.contains(&format!(" name=\"{name}\"")))?;
    tag.split_once("data-was=\"")?.1.split('"').next()
}

#[tokio::test]
async fn form_that_is_shown_again_names_the_values_of_the_file() {
    const USER: &str = "\n[[user]]\nswyx = \"Ann\"\nteams = \"ann@example.com\"\n";
    let place = Place::new(&format!("{GOOD}{USER}"));
    let form = place.form().await.with(MODE, "1").with("user[0].teams", "ann").with(SECRET, "file");
    let page = place.post("/edit", &form.with(&format!("{SECRET}.env"), "OTHER")).await.body;
    for (name, value) in [
        (MODE, Some("2")),
        ("user[0].teams", Some("ann@example.com")),
        ("user[0].swyx", None),
        (SECRET, Some("keep")),
        (&format!("{SECRET}.env"), Some("SWYX_TEAMS_CLIENT_SECRET")),
        (&format!("{SECRET}.file"), None),
        (VERSION, None),
    ] {
        assert_eq!(was(&page, name), value, "{name}");
    }
}

#[tokio::test]
async fn text_that_may_be_a_secret_is_not_shown_again_but_an_id_is() {
    let place = Place::new(GOOD);
    for entered in
        ["eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQi.c2ln", "0123456789abcdef0123456789abcdef", "gw~token"]
    {
        let form = place.form().await.with("entra.application_name", entered);
        for name in [format!("{SECRET}.env"), format!("{SECRET}.file"), "user[0].swyx".to_owned()] {
            let form = form.clone().forced(&name, entered).forced(SECRET, "file").and("add", "user");
            let body = place.post("/edit", &form).await.body;
            assert!(!body.contains(entered), "{name}: {entered}");
            assert!(body.contains("Your input is not shown"), "{name}: {entered}");
        }
    }
    const MISTYPED: &str = "7a3c5e10-4b1d-4f6a-9c2e-8dOb6f1a2c34";
    let form = place.form().await.with("control_center.MsTeamsTenantId", MISTYPED);
    let again = Sheet::read(&place.post("/save", &form).await.body);
    assert_eq!(again.value("control_center.MsTeamsTenantId"), MISTYPED);
}

#[tokio::test]
async fn page_is_shown_again_with_its_version_and_its_secrets() {
    let place = Place::new(GOOD);
    let form = place.form().await.with(SECRET, "text").with(&format!("{SECRET}.text"), "entered~canary");
    let again = Sheet::read(&place.post("/edit", &form).await.body);
    let theirs = format!("{GOOD}\n[entra]\ncloud = \"us_gov_l4\"\n");
    place.write(&theirs);
    let answer = place.get(&format!("/?page={}", again.value("page"))).await;
    assert!(answer.body.contains("data-restoring") && answer.body.contains("Entered, not saved yet"));
    assert!(!answer.body.contains("canary"));
    let restored = Sheet::read(&answer.body);
    assert_eq!(restored.value("entra.cloud"), "", "the version of the page");
    let answer = place.post("/save", &restored.with(VERSION, "14.00").with(SECRET, "text")).await;
    assert_eq!(answer.to.as_deref(), Some("/?merged"), "{}", answer.body);
    let expected = theirs.replace("{ env = \"SWYX_TEAMS_CLIENT_SECRET\" }", "\"entered~canary\"");
    assert_eq!(place.text(), format!("{expected}\n[swyx]\nversion = \"14.00\"\n"));
    // A dropped page becomes one of the current file.
    let answer = place.get("/?page=dropped").await;
    assert!(answer.body.contains("data-restoring"));
    assert_eq!(Sheet::read(&answer.body).value("entra.cloud"), "us_gov_l4");
}
