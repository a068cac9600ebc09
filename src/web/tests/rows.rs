//! Users and status pairs: rows that are added, filled in, removed and restored without a script.

use axum::http::StatusCode;

use super::place::{GOOD, Place, Sheet};

const USERS: &str = "
[[user]]
swyx = \"Ann\" # first
teams = \"ann@example.com\"

[[user]]
swyx = \"Ben\"
teams = \"ben@example.com\"

# the third
[[user]]
swyx = \"Cy\"
teams = \"cy@example.com\"
";

async fn edit(place: &Place, form: &Sheet) -> Sheet {
    let answer = place.post("/edit", form).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    Sheet::read(&answer.body)
}

async fn save(place: &Place, form: &Sheet) {
    let answer = place.post("/save", form).await;
    assert_eq!(answer.to.as_deref(), Some("/?saved"), "{}", answer.body);
}

#[tokio::test]
async fn rows_are_added_and_filled_in() {
    let place = Place::new(GOOD);
    let form = edit(&place, &place.form().await.and("add", "user")).await;
    let form = form.with("user[0].swyx", "Ann").with("user[0].teams", "ann@example.com");
    // Input stays when another row is added, and an empty row is ignored.
    let form = edit(&place, &form.and("add", "user")).await;
    let form = edit(&place, &form.and("add", "user")).await;
    let form = form.with("user[2].swyx", "Ben").with("user[2].teams", "ben@example.com");
    save(&place, &form).await;
    let users = "\n[[user]]\nswyx = \"Ann\"\nteams = \"ann@example.com\"\n\n[[user]]\nswyx = \"Ben\"\nteams = \"ben@example.com\"\n";
    assert_eq!(place.text(), format!("{GOOD}{users}"));
}

#[tokio::test]
async fn rows_are_removed_restored_and_changed_together() {
    let place = Place::new(&format!("{GOOD}{USERS}"));
    let form = edit(&place, &place.form().await.and("remove", "user[0]")).await;
    let form = edit(&place, &form.and("remove", "user[1]")).await;
    let form = edit(&place, &form.and("restore", "user[0]")).await;
    let form = edit(&place, &form.and("add", "user")).await;
    let form =
        form.with("user[2].swyx", "Cyd").with("user[3].swyx", "Di").with("user[3].teams", "di@example.com");
    save(&place, &form).await;
    let expected = USERS
        .replace("[[user]]\nswyx = \"Ben\"\nteams = \"ben@example.com\"\n\n", "")
        .replace("\"Cy\"", "\"Cyd\"");
    assert_eq!(
        place.text(),
        format!("{GOOD}{expected}\n[[user]]\nswyx = \"Di\"\nteams = \"di@example.com\"\n")
    );
}

#[tokio::test]
async fn all_rows_can_be_replaced() {
    let place = Place::new(&format!("{GOOD}{USERS}"));
    let mut form = place.form().await;
    for row in 0..3 {
        form = form.and("removed", &format!("user[{row}]"));
    }
    let form = form.and("user[7].swyx", "Eve").and("user[7].teams", "eve@example.com");
    save(&place, &form).await;
    let text = place.text();
    assert!(text.starts_with(GOOD) && !text.contains("Ann") && !text.contains("Ben"), "{text}");
    assert!(text.ends_with("\n[[user]]\nswyx = \"Eve\"\nteams = \"eve@example.com\"\n"), "{text}");
    assert_eq!(text.matches("[[user]]").count(), 1);
}

#[tokio::test]
async fn findings_are_next_to_the_entered_row() {
    let place = Place::new(&format!("{GOOD}{USERS}"));
    let form = place
        .form()
        .await
        .and("removed", "user[0]")
        .with("user[2].teams", "nobody")
        .and("user[5].swyx", "Di")
        .and("user[5].teams", "BEN@example.com");
    let answer = place.post("/findings", &form).await;
    let found: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
    let beside = found["findings"].as_array().expect("a list").iter();
    let beside = beside.map(|found| (found["rule"].as_str().unwrap(), found["beside"].as_str().unwrap()));
    assert_eq!(
        beside.collect::<Vec<_>>(),
        [("user-email", "user[2].teams"), ("user-duplicate", "user[5].teams")]
    );
    assert_eq!(found["findings"][1]["related"][0]["beside"], "user[1].teams");
    // The page shows the same.
    let answer = place.post("/save", &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let beside = answer.body.split("id=\"findings-of-user-5-teams\"").nth(1).expect("a place");
    assert!(beside.split("</div>").next().expect("an end").contains("class=\"error\""), "{beside}");
}

#[tokio::test]
async fn statuses_are_added_changed_and_removed() {
    let text =
        format!("{GOOD}\n[sync.status]\n\"Busy/InAMeeting\" = \"Away\" # why\n\"Away/Away\" = \"none\"\n");
    let place = Place::new(&text);
    let form = place.form().await;
    assert_eq!(form.value("sync.status.\"Busy/InAMeeting\""), "Away");
    let form = edit(&place, &form.and("add", "sync.status")).await;
    let form = form
        .with("sync.status[0].presence", "Offline/OffWork")
        .with("sync.status[0].status", "none")
        .with("sync.status.\"Busy/InAMeeting\"", "DoNotDisturb");
    let form = edit(&place, &form.and("remove", "sync.status.\"Away/Away\"")).await;
    save(&place, &form).await;
    assert_eq!(
        place.text(),
        format!(
            "{GOOD}\n[sync.status]\n\"Busy/InAMeeting\" = \"DoNotDisturb\" # why\n\"Offline/OffWork\" = \"none\"\n"
        )
    );
    // An invalid presence is reported next to the row.
    let form = place.form().await.and("sync.status[4].presence", "Busy").and("sync.status[4].status", "Away");
    let answer = place.post("/findings", &form).await;
    assert!(answer.body.contains("\"beside\":\"sync.status[4]\""), "{}", answer.body);
    assert_eq!(place.post("/save", &form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn inline_user_arrays_are_edited() {
    let text = format!(
        "user = [{{ swyx = \"Ann\", teams = \"ann@example.com\" }}, {{ swyx = \"Ben\", teams = \"ben@example.com\" }}]\n{GOOD}"
    );
    let place = Place::new(&text);
    let form = place.form().await.and("removed", "user[1]").with("user[0].swyx", "Anna");
    let form = form.and("user[2].swyx", "Cy").and("user[2].teams", "cy@example.com");
    save(&place, &form).await;
    let checked = crate::check::check_bytes("a.toml", place.text().into_bytes(), false);
    let users = &checked.draft().expect("TOML").users;
    let names = users.iter().map(|user| user.swyx.as_deref().unwrap()).collect::<Vec<_>>();
    assert_eq!(names, ["Anna", "Cy"], "{}", place.text());
}

#[tokio::test]
async fn duplicate_status_is_rejected_and_removed_one_can_be_readded() {
    let text = format!("{GOOD}\n[sync.status]\n\"Away/Away\" = \"none\"\n");
    let place = Place::new(&text);
    let form =
        place.form().await.and("sync.status[0].presence", "Away/Away").and("sync.status[0].status", "Away");
    let answer = place.post("/findings", &form).await;
    assert!(
        answer.body.contains("\"rule\":\"status-duplicate\"") && answer.body.contains("\"added\":1"),
        "{}",
        answer.body
    );
    let answer = place.post("/save", &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("this would add 1 error"), "{}", answer.body);
    let again = Sheet::read(&answer.body);
    assert_eq!(again.value("sync.status[0].presence"), "Away/Away");
    assert_eq!(place.text(), text);
    let two = again.and("sync.status[1].presence", "Busy/Busy").and("sync.status[1].status", "none");
    let two = two.and("sync.status[2].presence", "Busy/Busy").and("sync.status[2].status", "Away");
    assert!(place.post("/findings", &two).await.body.contains("\"added\":2"));
    save(&place, &form.and("removed", "sync.status.\"Away/Away\"")).await;
    assert_eq!(place.text(), text.replace("\"none\"", "\"Away\""));
}

#[tokio::test]
async fn status_without_a_presence_is_rejected_and_keeps_input() {
    let place = Place::new(GOOD);
    let form = place.form().await.and("sync.status[0].presence", "").and("sync.status[0].status", "Away");
    let answer = place.post("/save", &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("the presence is missing"), "{}", answer.body);
    let again = Sheet::read(&answer.body);
    assert_eq!(again.value("sync.status[0].status"), "Away");
    save(&place, &again.and("removed", "sync.status[0]").with("sync.read_interval_seconds", "5")).await;
    assert!(place.text().contains("read_interval_seconds = 5") && !place.text().contains("sync.status"));
}
