//! Saving: the file contains the input and no other changes.

use axum::http::StatusCode;

use super::place::{GOOD, Place, Sheet};

const MODE: &str = "control_center.MsTeamsStatusSyncMode";

#[tokio::test]
async fn saving_preserves_comments_order_and_line_ends() {
    let text = "# north\r\n[control_center] # as agreed\r\nMsTeamsClientId = '2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16'\r\n\
                MsTeamsStatusSyncMode = 0x1 # for now\r\nMsTeamsTenantId = \"7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34\"\r\n\
                MsTeamsClientSecret = {env=\"S\"}\r\n";
    let place = Place::new(text);
    let form = place.form().await;
    assert_eq!(form.value(MODE), "1");
    let answer = place.post("/save", &form.with(MODE, "2").with("entra.secret_lifetime_days", "90")).await;
    assert_eq!((answer.status, answer.to.as_deref()), (StatusCode::SEE_OTHER, Some("/?saved")));
    let expected = text.replace("0x1", "2") + "\r\n[entra]\r\nsecret_lifetime_days = 90\r\n";
    assert_eq!(place.text(), expected);
    assert!(place.get("/?saved").await.body.contains("Saved."));
}

#[tokio::test]
async fn new_file_is_readable_only_by_its_owner() {
    let place = Place::empty();
    let form = place.form().await;
    let filled = form
        .with(MODE, "1")
        .with("control_center.MsTeamsTenantId", "7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34")
        .with("control_center.MsTeamsClientId", "2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16")
        .with("control_center.MsTeamsClientSecret", "env")
        .with("control_center.MsTeamsClientSecret.env", "SWYX_TEAMS_CLIENT_SECRET")
        .with("swyx.version", "14.10");
    let answer = place.post("/save", &filled).await;
    assert_eq!(answer.to.as_deref(), Some("/?saved"), "{}", answer.body);
    assert_eq!(
        place.text(),
        "[swyx]\nversion = \"14.10\"\n\n[control_center]\nMsTeamsStatusSyncMode = 1\n\
         MsTeamsTenantId = \"7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34\"\n\
         MsTeamsClientId = \"2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16\"\n\
         MsTeamsClientSecret = { env = \"SWYX_TEAMS_CLIENT_SECRET\" }\n"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&place.path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[tokio::test]
async fn change_that_adds_an_error_is_rejected_and_keeps_input() {
    let place = Place::new(GOOD);
    let form = place.form().await.with("entra.renew_before_days", "400").with("swyx.version", "13.20");
    let answer = place.post("/save", &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(place.text(), GOOD);
    assert!(answer.body.contains("Not saved: this would add 2 errors"), "{}", answer.body);
    let again = Sheet::read(&answer.body);
    assert_eq!(again.value("entra.renew_before_days"), "400");
    assert_eq!(again.value("swyx.version"), "13.20");
    // After the fix, it is saved.
    let answer =
        place.post("/save", &again.with("entra.renew_before_days", "40").with("swyx.version", "14.10")).await;
    assert_eq!(answer.to.as_deref(), Some("/?saved"), "{}", answer.body);
    assert!(place.text().contains("renew_before_days = 40\n"), "{}", place.text());
}

#[tokio::test]
async fn existing_errors_do_not_prevent_saving() {
    let text = "[control_center]\nMsTeamsStatusSyncMode = 3\n";
    let place = Place::new(text);
    let form = place.form().await;
    assert_eq!(form.value(MODE), "3");
    let answer = place.post("/save", &form.with("entra.cloud", "us_gov_l4")).await;
    assert_eq!(answer.to.as_deref(), Some("/?saved"), "{}", answer.body);
    assert_eq!(place.text(), format!("{text}\n[entra]\ncloud = \"us_gov_l4\"\n"));
}

#[tokio::test]
async fn empty_field_removes_its_key_and_missing_field_does_not() {
    let text = format!("{GOOD}\n[sync]\nread_interval_seconds = 5\nsession_minutes = 20\n");
    let place = Place::new(&text);
    let mut form = place.form().await.with("sync.read_interval_seconds", "");
    form.0.retain(|(name, _)| !name.starts_with("control_center") && name != "sync.session_minutes");
    let answer = place.post("/save", &form).await;
    assert_eq!(answer.to.as_deref(), Some("/?saved"), "{}", answer.body);
    assert_eq!(place.text(), text.replace("read_interval_seconds = 5\n", ""));
}

#[tokio::test]
async fn field_hidden_by_the_mode_keeps_its_value() {
    let text = format!("{GOOD}\n[sync]\nsession_minutes = 20\n");
    let place = Place::new(&text);
    let answer = place.post("/save", &place.form().await.with(MODE, "1")).await;
    assert_eq!(answer.to.as_deref(), Some("/?saved"), "{}", answer.body);
    assert_eq!(place.text(), text.replace("Mode = 2", "Mode = 1"));
    // Removed from the page completely, as a hostile script may do.
    let mut form = place.form().await.with(MODE, "2");
    form.0.retain(|(name, _)| !name.contains("Secret") && !name.contains("session"));
    assert_eq!(place.post("/save", &form).await.to.as_deref(), Some("/?saved"));
    assert_eq!(place.text(), text);
}

#[tokio::test]
async fn unrepresentable_value_is_replaced_by_input() {
    let text = GOOD.replace("Mode = 2", "Mode = \"2\"");
    let place = Place::new(&text);
    let form = place.form().await;
    assert_eq!(form.value(MODE), "");
    assert_eq!(place.post("/save", &form.clone().with(MODE, "2")).await.to.as_deref(), Some("/?saved"));
    assert_eq!(place.text(), GOOD);
    // A key that must not be empty, removed with its checkbox.
    place.write(&format!("{GOOD}\n[entra]\ncloud = 5\n"));
    let form = place.form().await;
    let answer = place.post("/save", &form.and("removed", "entra.cloud")).await;
    assert_eq!(answer.to.as_deref(), Some("/?saved"), "{}", answer.body);
    assert_eq!(place.text(), format!("{GOOD}\n[entra]\n"));
}

#[tokio::test]
async fn invalid_number_is_rejected_and_keeps_input() {
    let place = Place::new(GOOD);
    for (entered, rule) in
        [("ten", "expected an integer"), ("0", "must be 1 to 730"), ("1.5", "expected an integer")]
    {
        let form = place.form().await.with("entra.secret_lifetime_days", entered);
        let answer = place.post("/save", &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains(rule), "{entered}: {}", answer.body);
        assert_eq!(Sheet::read(&answer.body).value("entra.secret_lifetime_days"), entered);
    }
    assert_eq!(place.text(), GOOD);
}

#[cfg(unix)]
#[tokio::test]
async fn write_error_is_reported_and_keeps_input() {
    let place = Place::new(GOOD);
    let form = place.form().await.with(MODE, "1");
    // The folder is replaced by a file, so nothing can be written there, whatever the permissions.
    let folder = place.path.parent().expect("a folder").to_owned();
    std::fs::rename(&place.path, folder.with_extension("kept")).expect("moved");
    std::fs::create_dir(&place.path).expect("a folder in the file's place");
    let answer = place.post("/save", &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("nothing was changed"), "{}", answer.body);
    assert_eq!(Sheet::read(&answer.body).value(MODE), "1");
    std::fs::remove_file(folder.with_extension("kept")).expect("gone");
}
