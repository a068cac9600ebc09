//! A file that was changed in the meantime, without a conflict: the changes of both are saved without a question.

use axum::http::StatusCode;

use super::conflict::{rich, user};
use super::place::{GOOD, Place, Sheet};

const MODE: &str = "control_center.MsTeamsStatusSyncMode";
const VERSION: &str = "swyx.version";

/// Saves `form` after another process has written `theirs`.
async fn save_merged(place: &Place, form: &Sheet, theirs: &str) {
    place.write(theirs);
    let answer = place.post("/save", form).await;
    assert_eq!(answer.to.as_deref(), Some("/?merged"), "{}", answer.body);
}

#[tokio::test]
async fn changes_of_different_keys_are_both_saved() {
    let place = Place::new(GOOD);
    let form = place.form().await.with(MODE, "1");
    let theirs = format!("# theirs\n{GOOD}\n[sync]\nread_interval_seconds = 9 # theirs\n");
    save_merged(&place, &form, &theirs).await;
    assert_eq!(place.text(), theirs.replace("Mode = 2", "Mode = 1"));
    let shown = place.get("/?merged").await.body;
    assert!(shown.contains("Saved. The file had also been changed elsewhere"), "{shown}");
    assert!(shown.contains("data-saved"), "the browser drops the input that it stored");
}

#[tokio::test]
async fn form_without_own_changes_keeps_the_current_file() {
    let place = Place::new(GOOD);
    let form = place.form().await;
    let theirs = GOOD.replace("Mode = 2", "Mode = 1");
    save_merged(&place, &form, &theirs).await;
    assert_eq!(place.text(), theirs);
}

#[tokio::test]
async fn same_change_of_both_is_no_conflict() {
    let place = Place::new(GOOD);
    let form = place.form().await.with(MODE, "1");
    let theirs = format!("# theirs\n{}", GOOD.replace("Mode = 2", "Mode = 1"));
    save_merged(&place, &form, &theirs).await;
    assert_eq!(place.text(), theirs);
}

#[tokio::test]
async fn changes_of_different_rows_are_all_saved() {
    let place = Place::new(&format!("{GOOD}{}{}{}", rich("ann"), rich("ben"), rich("cy")));
    let form = place
        .form()
        .await
        .with("user[1].teams", "mine@example.com")
        .and("user[3].swyx", "di")
        .and("user[3].teams", "di@example.com");
    let new_cy = rich("cy").replace("cy@example.com", "theirs@example.com");
    save_merged(&place, &form, &format!("{GOOD}{}{new_cy}{}", rich("ben"), user("ed"))).await;
    let mine = rich("ben").replace("ben@example.com", "mine@example.com");
    assert_eq!(place.text(), format!("{GOOD}{mine}{new_cy}{}{}", user("ed"), user("di")));
}

/// Matched by index, the row after a removed one would get the comment and the unknown keys of the removed one.
#[tokio::test]
async fn removed_row_leaves_the_rest_of_other_rows_unchanged() {
    let place = Place::new(&format!("{GOOD}{}{}{}", rich("ann"), rich("ben"), rich("cy")));
    let form = place.form().await.and("removed", "user[0]");
    let new_cy = rich("cy").replace("cy@example.com", "new@example.com");
    save_merged(&place, &form, &format!("{GOOD}{}{}{new_cy}", rich("ann"), rich("ben"))).await;
    assert_eq!(place.text(), format!("{GOOD}{}{new_cy}", rich("ben")));
}

#[tokio::test]
async fn renamed_row_keeps_its_comment_its_place_and_its_unknown_keys() {
    for (renamed, account) in [("anna", "ann@example.com"), ("zed", "zed@example.com")] {
        let place = Place::new(&format!("{GOOD}{}{}", rich("ann"), rich("ben")));
        let form = place.form().await.with("user[0].swyx", renamed).with("user[0].teams", account);
        let theirs = format!("{}{}", place.text(), user("cy")).replace("Mode = 2", "Mode = 1");
        save_merged(&place, &form, &theirs).await;
        let expected = theirs.replace("\"ann\"", &format!("\"{renamed}\""));
        assert_eq!(place.text(), expected.replace("ann@example.com", account));
    }
}

/// A removed last row leaves no comment and no second blank line above the new one.
#[tokio::test]
async fn removed_and_added_rows_leave_one_blank_line() {
    let place = Place::new(&format!("{GOOD}{}{}", rich("ann"), rich("ben")));
    let form = place
        .form()
        .await
        .and("removed", "user[1]")
        .and("user[2].swyx", "di")
        .and("user[2].teams", "di@example.com");
    save_merged(&place, &form, &place.text().replace("Mode = 2", "Mode = 1")).await;
    let expected = format!("{GOOD}{}{}", rich("ann"), user("di")).replace("Mode = 2", "Mode = 1");
    assert_eq!(place.text(), expected);
}

/// More rows than have a choice of their own.
#[tokio::test]
async fn many_changed_rows_are_saved_beside_many_others() {
    let rows =
        |names: std::ops::Range<usize>| names.map(|name| user(&format!("u{name}"))).collect::<String>();
    let place = Place::new(&format!("{GOOD}{}", rows(0..300)));
    let mut form = place.form().await;
    for row in 0..150 {
        form = form.with(&format!("user[{row}].teams"), &format!("mine{row}@example.com"));
    }
    save_merged(&place, &form, &format!("{GOOD}{}", rows(0..200))).await;
    let text = place.text();
    assert_eq!(text.matches("\"mine").count(), 150);
    assert!(text.ends_with(&rows(150..200)), "{text}");
}

/// Each change alone is correct.
#[tokio::test]
async fn changes_that_add_an_error_together_are_shown() {
    let theirs = format!("{GOOD}\n[swyx]\nversion = \"14.10\"\n");
    let place = Place::new(&theirs.replace("Mode = 2", "Mode = 1"));
    let form = place.form().await.with(VERSION, "13.00");
    place.write(&theirs);
    let answer = place.post("/save", &form).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{:?}", answer.to);
    assert!(answer.body.contains("would add 1 error to the file as it is now"), "{}", answer.body);
    let choice = Sheet::read(&answer.body);
    assert_eq!(
        (choice.value(&format!("choose {VERSION}")), choice.value(&format!("choose {MODE}"))),
        ("yours", "file")
    );
    assert_eq!(place.text(), theirs);
}

#[tokio::test]
async fn file_that_moves_while_it_is_merged_is_not_overwritten() {
    let place = Place::new(GOOD);
    let form = place.form().await.with(MODE, "1");
    place.write(&format!("# second\n{GOOD}"));
    let third = format!("# third\n{GOOD}");
    place.write_after_read(&third);
    let answer = place.post("/save", &form).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(place.text(), third);
    // The choice is compared with the file once more.
    let choice = Sheet::read(&answer.body);
    assert_eq!(choice.value(&format!("choose {MODE}")), "yours");
    let answer = place.post("/merge", &choice).await;
    assert_eq!(answer.to.as_deref(), Some("/?merged"), "{}", answer.body);
    assert_eq!(place.text(), third.replace("Mode = 2", "Mode = 1"));
}
