//! Requests that no browser sends: they change nothing, and are not echoed.

use axum::http::StatusCode;

use super::place::{GOOD, Place, Sheet};

#[tokio::test]
async fn unknown_field_names_are_rejected() {
    let place = Place::new(&format!("{GOOD}\n[[user]]\nswyx = \"Ann\"\nteams = \"ann@example.com\"\n"));
    let before = place.text();
    let names = [
        "control_center.MsTeamsNothing",
        "control_center.MsTeamsClientSecret.password",
        "control_center.\"MsTeamsTenantId\"",
        "swyx.version.text",
        "swyx.",
        ".",
        "[0]",
        "user[0]",
        "user[0].phone",
        "user[0].swyx.x",
        "user[99999999999999999999].swyx",
        "user[-1].swyx",
        "user[00].swyx",
        "sync.status",
        "sync.status[0]",
        "sync.status[0].other",
        "sync.status[0].presence.x",
        "entra[0].cloud",
        "<script>.x",
        "x.y",
    ];
    for name in names {
        let form = place.form().await.with("swyx.version", "14.10").and(name, "canary-of-a-value");
        for path in ["/save", "/edit", "/findings"] {
            let answer = place.post(path, &form).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path} {name}: {}", answer.body);
            assert!(!answer.body.contains("canary") && !answer.body.contains("<script>."), "{name}");
        }
    }
    // A repeated name.
    let form = place.form().await.and("swyx.version", "14.10");
    assert_eq!(place.post("/save", &form).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(place.text(), before);
}

#[tokio::test]
async fn malformed_bodies_change_nothing() {
    let place = Place::new(GOOD);
    let page = place.form().await.value("page").to_owned();
    for body in [
        String::new(),
        "%".to_owned(),
        "=&=&&".to_owned(),
        "\u{0}".to_owned(),
        format!("page={page}"),
        format!("page={page}&%FF%FE=%FF"),
    ] {
        for path in ["/save", "/edit", "/merge"] {
            let answer = place.post_raw(path, body.clone()).await;
            assert!(!answer.status.is_server_error(), "{path} {body:?}");
        }
    }
    for value in ["user[7]", "swyx", "x", "", "sync.status[3]", "<b>"] {
        for name in ["remove", "removed", "add", "restore"] {
            let answer = place.post("/edit", &place.form().await.and(name, value)).await;
            assert_eq!(answer.status, StatusCode::OK);
            assert!(!answer.body.contains("<b>"));
        }
        assert_eq!(
            place.post("/save", &place.form().await.and("removed", value)).await.to.as_deref(),
            Some("/?unchanged")
        );
    }
    assert_eq!(place.text(), GOOD);
}

#[tokio::test]
async fn other_methods_and_paths_are_rejected() {
    let place = Place::new(GOOD);
    for path in ["/save", "/edit", "/findings", "/merge", "/close"] {
        assert_eq!(place.get(path).await.status, StatusCode::METHOD_NOT_ALLOWED);
    }
    for path in ["/", "/session", "/style.css", "/script.js", "/draft.js", "/icon.svg"] {
        assert_eq!(place.post(path, &Sheet(vec![])).await.status, StatusCode::METHOD_NOT_ALLOWED);
    }
    let answer = place.get("/%3Cscript%3Ealert(1)%3C/script%3E").await;
    assert_eq!((answer.status, answer.body.contains("script")), (StatusCode::NOT_FOUND, false));
}

#[tokio::test]
async fn unparsable_file_has_no_form() {
    for text in ["a = = 1\n", "[control_center\n", "\u{0}"] {
        let place = Place::new(text);
        let page = place.get("/").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("cannot be read as settings") && !page.body.contains("action=\"/save\""));
        let answer = place.post("/save", &Sheet(vec![("swyx.version".to_owned(), "14.10".to_owned())])).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains("can no longer be read as settings"), "{}", answer.body);
        assert_eq!(Sheet::read(&answer.body).value("swyx.version"), "14.10", "the input is shown again");
        assert_eq!(place.text(), text);
    }
}
