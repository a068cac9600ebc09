//! A file that was changed in the meantime, with a conflict: nothing is overwritten, nothing is lost.

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
    let answer = place.post("/save", &two.with(VERSION, "14.20")).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(place.text(), first);
}

/// The conflict between a form and a file that both changed the version, with the form's version chosen.
async fn chosen_version(place: &Place) -> Sheet {
    let form = place.form().await.with(VERSION, "14.10");
    place.write(&format!("{GOOD}\n[swyx]\nversion = \"14.20\"\n"));
    let answer = place.post("/save", &form).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    Sheet::read(&answer.body).and(&format!("choose {VERSION}"), "yours")
}

#[tokio::test]
async fn merge_detects_another_change_of_the_same_key() {
    let place = Place::new(GOOD);
    let choice = chosen_version(&place).await;
    let third = format!("{GOOD}\n[swyx]\nversion = \"14.30\"\n");
    place.write(&third);
    let answer = place.post("/merge", &choice).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(place.text(), third);
    let choice = Sheet::read(&answer.body).and(&format!("choose {VERSION}"), "yours");
    let answer = place.post("/merge", &choice).await;
    assert_eq!(answer.to.as_deref(), Some("/?saved"), "{}", answer.body);
    assert_eq!(place.text(), third.replace("14.30", "14.10"));
}

#[tokio::test]
async fn choices_are_saved_beside_another_change_of_another_key() {
    let place = Place::new(GOOD);
    let choice = chosen_version(&place).await;
    let third = format!("# third\n{}", place.text().replace("Mode = 2", "Mode = 1"));
    place.write(&third);
    let answer = place.post("/merge", &choice).await;
    assert_eq!(answer.to.as_deref(), Some("/?merged"), "{}", answer.body);
    assert_eq!(place.text(), third.replace("14.20", "14.10"));
}

pub(super) fn user(name: &str) -> String {
    format!("\n[[user]]\nswyx = \"{name}\"\nteams = \"{name}@example.com\"\n")
}

#[tokio::test]
async fn users_are_merged_row_by_row() {
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
        "ben – ben@example.com<",
        "cy – cy@example.com<",
        "di – di@example.com<",
        "from the file mine.secret",
        "from the environment variable THEIRS",
    ] {
        assert!(answer.body.contains(shown), "{shown}: {}", answer.body);
    }
    let choice = Sheet::read(&answer.body);
    // Different rows: each has a preselected choice.
    let choices =
        ["user[1]", "user[2]", "user[3]"].map(|key| choice.value(&format!("choose {key}")).to_owned());
    assert_eq!(choices, ["file", "file", "yours"]);
    assert!(!choice.has("choose user[0]"), "it is the same in both");
    let choice = choice.and("choose control_center.MsTeamsClientSecret", "yours");
    let answer = place.post("/merge", &choice).await;
    assert_eq!(answer.to.as_deref(), Some("/?saved"), "{}", answer.body);
    let expected = format!("{GOOD}{}{}{}{}", user("ann"), user("cy"), user("di"), user("ben"));
    assert_eq!(
        place.text().trim_end(),
        expected.trim_end().replace("{ env = \"SWYX_TEAMS_CLIENT_SECRET\" }", "{ file = \"mine.secret\" }")
    );
}

/// The same row has a choice of its own.
#[tokio::test]
async fn row_that_both_changed_is_chosen() {
    let place = Place::new(&format!("{GOOD}{}{}", user("ann"), user("ben")));
    let form = place.form().await.with("user[1].teams", "mine@example.com");
    let theirs = user("ben").replace("ben@example.com", "theirs@example.com");
    place.write(&format!("{GOOD}{theirs}{}", user("ann")));
    let answer = place.post("/save", &form).await;
    let choice = Sheet::read(&answer.body);
    assert!(!choice.has("choose user[0]") && answer.body.contains("changed by both"), "{}", answer.body);
    let answer = place.post("/merge", &choice.and("choose user[0]", "yours")).await;
    assert_eq!(answer.to.as_deref(), Some("/?saved"), "{}", answer.body);
    let mine = user("ben").replace("ben@example.com", "mine@example.com");
    assert_eq!(place.text(), format!("{GOOD}{mine}{}", user("ann")));
}

/// A row with a comment and a key that the form does not show.
pub(super) fn rich(name: &str) -> String {
    let row = user(name).replace("\n[[user]]", &format!("\n# about {name}\n[[user]]"));
    format!("{row}extension = \"1-{name}\" # of {name}\n")
}

#[tokio::test]
async fn renamed_row_that_the_file_changed_keeps_its_comment_and_its_place() {
    for (renamed, account) in [("anna", "ann@example.com"), ("zed", "zed@example.com")] {
        let place = Place::new(&format!("{GOOD}{}{}", rich("ann"), rich("ben")));
        let form = place.form().await.with("user[0].swyx", renamed).with("user[0].teams", account);
        let theirs = place.text().replace("ann@example.com", "theirs@example.com");
        place.write(&theirs);
        let answer = place.post("/save", &form).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert_eq!(answer.body.matches("changed by both").count(), 1, "{}", answer.body);
        let choice = Sheet::read(&answer.body).and("choose user[0]", "yours");
        let answer = place.post("/merge", &choice).await;
        assert_eq!(answer.to.as_deref(), Some("/?saved"), "{}", answer.body);
        let expected = theirs.replace("\"ann\"", &format!("\"{renamed}\""));
        assert_eq!(place.text(), expected.replace("theirs@example.com", account));
    }
}

#[tokio::test]
async fn row_renamed_in_the_file_can_be_renamed_back_with_its_comment() {
    let place = Place::new(&format!("{GOOD}{}{}", rich("ann"), rich("ben")));
    let form = place.form().await.with("user[0].teams", "mine@example.com");
    place.write(&place.text().replace("\"ann\"", "\"anna\""));
    let answer = place.post("/save", &form).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    let choice = Sheet::read(&answer.body).and("choose user[0]", "yours");
    let answer = place.post("/merge", &choice).await;
    assert_eq!(answer.to.as_deref(), Some("/?saved"), "{}", answer.body);
    let mine = rich("ann").replace("ann@example.com", "mine@example.com");
    assert_eq!(place.text(), format!("{GOOD}{mine}{}", rich("ben")));
}

/// The name may belong to a different user.
#[tokio::test]
async fn row_renamed_to_a_name_that_the_file_added_is_a_conflict() {
    let place = Place::new(&format!("{GOOD}{}", user("ann")));
    let form = place.form().await.with("user[0].swyx", "anna");
    let theirs = format!("{}{}", place.text(), user("anna"));
    place.write(&theirs);
    let answer = place.post("/save", &form).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.body.contains("changed by both"), "{}", answer.body);
    assert_eq!(place.text(), theirs);
}

/// A row that was removed in the file, and changed in the form.
#[tokio::test]
async fn row_that_was_removed_meanwhile_can_come_back() {
    let place = Place::new(&format!("{GOOD}{}{}", user("ann"), user("ben")));
    let form = place.form().await.with("user[1].teams", "mine@example.com");
    place.write(&format!("{GOOD}{}", user("ann")));
    let answer = place.post("/save", &form).await;
    let choice = Sheet::read(&answer.body);
    let answer = place.post("/merge", &choice.and("choose user[1]", "yours")).await;
    assert_eq!(answer.to.as_deref(), Some("/?saved"), "{}", answer.body);
    let mine = user("ben").replace("ben@example.com", "mine@example.com");
    assert_eq!(place.text(), format!("{GOOD}{}{mine}", user("ann")));
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
async fn deleted_file_is_reported_and_created_again_as_a_whole() {
    let text = format!("# about this site\n{GOOD}");
    let place = Place::new(&text);
    let form = place.form().await.with(MODE, "1");
    std::fs::remove_file(&place.path).expect("gone");
    let answer = place.post("/save", &form).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.body.contains("The file was deleted by another process"), "{}", answer.body);
    assert!(!answer.body.contains("choose "), "{}", answer.body);
    let deleted = Sheet::read(&answer.body);
    // It came back in the meantime: then the versions are compared.
    place.write(&text);
    assert_eq!(place.post("/merge", &deleted).await.status, StatusCode::CONFLICT);
    assert_eq!(place.text(), text);
    std::fs::remove_file(&place.path).expect("gone");
    let answer = place.post("/merge", &deleted).await;
    assert_eq!(answer.to.as_deref(), Some("/?saved"), "{}", answer.body);
    assert_eq!(place.text(), text.replace("Mode = 2", "Mode = 1"));
}

#[tokio::test]
async fn rejected_form_does_not_create_the_deleted_file_again() {
    let place = Place::new(GOOD);
    let form = place.form().await.with("control_center.MsTeamsTenantId", "nonsense");
    std::fs::remove_file(&place.path).expect("gone");
    let deleted = Sheet::read(&place.post("/save", &form).await.body);
    let answer = place.post("/merge", &deleted).await;
    assert_eq!(answer.to, None);
    assert!(answer.body.contains("this would add 1 error"), "{}", answer.body);
    assert!(!place.path.exists());
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
