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

#[tokio::test]
async fn choices_survive_a_broken_file() {
    let place = Place::new(GOOD);
    let form = place.form().await.with(VERSION, "14.00");
    let theirs = GOOD.replace("Mode = 2", "Mode = 1");
    place.write(&theirs);
    let choice = Sheet::read(&place.post("/save", &form).await.body);
    place.write(BROKEN);
    let answer = place.post("/merge", &choice).await;
    assert!(answer.body.contains("can no longer be read as settings"), "{}", answer.body);
    let again = Sheet::read(&answer.body);
    assert_eq!(again.value(&format!("choose {VERSION}")), "yours");
    place.write(&theirs);
    assert_eq!(place.post("/merge", &again).await.to.as_deref(), Some("/?saved"));
    assert_eq!(place.text(), format!("{theirs}\n[swyx]\nversion = \"14.00\"\n"));
}

#[tokio::test]
async fn same_form_saved_twice_is_no_conflict() {
    let place = Place::new(GOOD);
    let form = place.form().await.with(VERSION, "14.00");
    for _ in 0..2 {
        assert_eq!(place.post("/save", &form).await.to.as_deref(), Some("/?saved"));
    }
    // The choices after a conflict, too.
    let form = place.form().await.with(VERSION, "14.10");
    place.write(&place.text().replace("Mode = 2", "Mode = 1"));
    let choice = Sheet::read(&place.post("/save", &form).await.body);
    for _ in 0..2 {
        assert_eq!(place.post("/merge", &choice).await.to.as_deref(), Some("/?saved"));
    }
    // And a file that is created again.
    let form = place.form().await.with(MODE, "2");
    std::fs::remove_file(&place.path).expect("removed");
    let choice = Sheet::read(&place.post("/save", &form).await.body);
    for _ in 0..2 {
        assert_eq!(place.post("/merge", &choice).await.to.as_deref(), Some("/?saved"));
    }
    assert!(place.text().contains("version = \"14.10\"") && place.text().contains("Mode = 2"));
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
        assert!(asked.body.contains("Close without saving") && asked.body.contains("formaction=\"leave\""));
        assert_eq!(Sheet::read(&asked.body).value(name), value);
    }
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
    let answer = place.post("/save", &restored.with(VERSION, "14.00")).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    let choice = Sheet::read(&answer.body);
    assert_eq!(choice.value(&format!("choose {VERSION}")), "yours");
    assert_eq!(choice.value("choose entra.cloud"), "file");
    // A dropped page becomes one of the current file.
    let answer = place.get("/?page=dropped").await;
    assert!(answer.body.contains("data-restoring"));
    assert_eq!(Sheet::read(&answer.body).value("entra.cloud"), "us_gov_l4");
}
