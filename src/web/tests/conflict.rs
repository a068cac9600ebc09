//! A file that was changed in the meantime: nothing is overwritten, nothing is lost.

use axum::http::StatusCode;

use super::place::{GOOD, Place, Sheet};

const MODE: &str = "control_center.MsTeamsStatusSyncMode";
const VERSION: &str = "swyx.version";

#[tokio::test]
async fn both_versions_are_shown_and_the_choice_is_saved() {
    let text = format!("[swyx]\nversion = \"14.00\"\n{GOOD}");
    let place = Place::new(&text);
    let form = place.form().await.with(MODE, "1").with(VERSION, "14.10").with("entra.cloud", "global");
    let theirs = text.replace("14.00", "14.20") + "\n[sync]\nsession_minutes = 30 # theirs\n";
    place.write(&theirs);
    let answer = place.post("/save", &form).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(place.text(), theirs);
    for shown in ["14.10", "14.20", "changed by both", "changed by you", "changed in the file"] {
        assert!(answer.body.contains(shown), "{shown}: {}", answer.body);
    }
    // A key that only one side changed has a preselected choice; a key that both changed has none.
    let choice = Sheet::read(&answer.body);
    assert_eq!(choice.value(&format!("choose {MODE}")), "yours");
    assert_eq!(choice.value("choose entra.cloud"), "yours");
    assert_eq!(choice.value("choose sync.session_minutes"), "file");
    assert!(!choice.has(&format!("choose {VERSION}")));
    let answer = place.post("/merge", &choice.and(&format!("choose {VERSION}"), "yours")).await;
    assert_eq!(answer.to.as_deref(), Some("/?saved"), "{}", answer.body);
    let expected =
        theirs.replace("14.20", "14.10").replace("Mode = 2", "Mode = 1") + "\n[entra]\ncloud = \"global\"\n";
    assert_eq!(place.text(), expected);
}

#[tokio::test]
async fn second_tab_does_not_overwrite_the_first() {
    let place = Place::new(GOOD);
    let (one, two) = (place.form().await, place.form().await);
    let answer = place.post("/save", &one.with(VERSION, "14.10")).await;
    assert_eq!(answer.to.as_deref(), Some("/?saved"));
    let first = place.text();
    let answer = place.post("/save", &two.with(MODE, "1")).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(place.text(), first);
}

#[tokio::test]
async fn merge_detects_another_change_of_the_file() {
    let place = Place::new(GOOD);
    let form = place.form().await.with(MODE, "1");
    place.write(&format!("# second\n{GOOD}"));
    let answer = place.post("/save", &form).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    place.write(&format!("# third\n{GOOD}"));
    let answer = place.post("/merge", &Sheet::read(&answer.body)).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(place.text().starts_with("# third"));
    let answer = place.post("/merge", &Sheet::read(&answer.body)).await;
    assert_eq!(answer.to.as_deref(), Some("/?saved"), "{}", answer.body);
    assert_eq!(place.text(), format!("# third\n{}", GOOD.replace("Mode = 2", "Mode = 1")));
}

#[tokio::test]
async fn users_and_secrets_are_merged_as_a_whole() {
    let user = |name: &str| format!("\n[[user]]\nswyx = \"{name}\"\nteams = \"{name}@example.com\"\n");
    let place = Place::new(&format!("{GOOD}{}", user("ann")));
    let form = place
        .form()
        .await
        .and("user[1].swyx", "ben")
        .and("user[1].teams", "ben@example.com")
        .with("control_center.MsTeamsClientSecret", "file")
        .with("control_center.MsTeamsClientSecret.file", "mine.secret");
    let theirs = format!("{GOOD}{}{}{}", user("ann"), user("cy"), user("di"))
        .replace("SWYX_TEAMS_CLIENT_SECRET", "THEIRS");
    place.write(&theirs);
    let answer = place.post("/save", &form).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    for shown in [
        "2 rows, only here: ben – ben@example.com<",
        "3 rows, only here: cy – cy@example.com; di – di@example.com<",
        "from the file mine.secret",
        "from the environment variable THEIRS",
    ] {
        assert!(answer.body.contains(shown), "{shown}: {}", answer.body);
    }
    let choice = Sheet::read(&answer.body);
    let choice = choice.and("choose user", "yours").and("choose control_center.MsTeamsClientSecret", "yours");
    let answer = place.post("/merge", &choice).await;
    assert_eq!(answer.to.as_deref(), Some("/?saved"), "{}", answer.body);
    let expected = format!("{GOOD}{}{}", user("ann"), user("ben"));
    assert_eq!(
        place.text().trim_end(),
        expected.trim_end().replace("{ env = \"SWYX_TEAMS_CLIENT_SECRET\" }", "{ file = \"mine.secret\" }")
    );
}

#[tokio::test]
async fn deleted_or_created_file_is_a_conflict() {
    let place = Place::new(GOOD);
    let form = place.form().await.with(MODE, "1");
    std::fs::remove_file(&place.path).expect("gone");
    assert_eq!(place.post("/save", &form).await.status, StatusCode::CONFLICT);
    assert!(!place.path.exists());
    let form = place.form().await.with(MODE, "1");
    place.write("");
    assert_eq!(place.post("/save", &form).await.status, StatusCode::CONFLICT);
    assert_eq!(place.text(), "");
}

#[tokio::test]
async fn dropped_page_overwrites_nothing() {
    let place = Place::new(GOOD);
    let form = place.form().await.with(MODE, "1").with("page", "0");
    let answer = place.post("/save", &form).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(place.text(), GOOD);
    let answer = place.post("/merge", &Sheet::read(&answer.body)).await;
    assert_eq!(answer.to.as_deref(), Some("/?saved"), "{}", answer.body);
    assert_eq!(place.post("/merge", &Sheet(vec![])).await.status, StatusCode::GONE);
}

/// Adding a row turns a form of a dropped page into a page of the current file.
#[tokio::test]
async fn page_derived_from_a_dropped_page_overwrites_nothing() {
    let place = Place::new(&format!("{GOOD}\n[sync]\nread_interval_seconds = 5\n"));
    let form = place.form().await.with("page", "0");
    let theirs = format!("{GOOD}\n[sync]\nread_interval_seconds = 9\n");
    place.write(&theirs);
    let answer = place.post("/edit", &form.and("add", "user")).await;
    let form = Sheet::read(&answer.body).with("sync.read_interval_seconds", "5");
    let answer = place.post("/save", &form).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(place.text(), theirs);
}

#[tokio::test]
async fn rejected_merge_keeps_the_other_choices() {
    let place = Place::new(GOOD);
    let form = place.form().await.with("control_center.MsTeamsTenantId", "none");
    place.write(&format!("{GOOD}\n[sync]\nread_interval_seconds = 9\n"));
    let mut answer = place.post("/save", &form).await;
    for _ in 0..2 {
        assert_eq!(answer.status, StatusCode::CONFLICT);
        let choice = Sheet::read(&answer.body);
        assert_eq!(choice.value("choose sync.read_interval_seconds"), "file");
        assert_eq!(choice.value("choose control_center.MsTeamsTenantId"), "yours");
        answer = place.post("/merge", &choice).await;
        assert!(answer.body.contains("would add 1 error to the file"), "{}", answer.body);
    }
    assert!(place.text().contains("read_interval_seconds = 9"));
}
