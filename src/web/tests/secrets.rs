//! No answer holds a secret: not a stored one, not one that was entered, not one in the wrong place.

use crate::settings::keys::READ_ONLY_IN_FORMS;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};

use super::place::{GOOD, Place, Sheet};

/// A made-up secret in the form of Entra's secrets.
const CANARY: &str = "cAn8Q~ary.of-a_secret~that.nobody.sees01";
const ENTERED: &str = "eNt7Q~ered.but-not_saved~and.not.seen012";
const TOKEN: &str = "token-canary-of-the-gateway";
const SECRET: &str = "control_center.MsTeamsClientSecret";

fn stored() -> String {
    let text = GOOD.replace("{ env = \"SWYX_TEAMS_CLIENT_SECRET\" }", &format!("\"{CANARY}\""));
    format!("[swyx]\ngateway = \"https://swyx.example.com\"\ngateway_token = \"{TOKEN}\"\n{text}")
}

fn assert_unseen(what: &str, body: &str) {
    for secret in [CANARY, ENTERED, TOKEN] {
        // Also its beginning, in any encoding.
        let encoded = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect::<String>();
        for part in [secret, &secret[..9], &encoded] {
            assert!(!body.contains(part), "{what} shows a secret: {body}");
        }
    }
}

/// Forms that carry a secret wherever something can be entered.
async fn forms(place: &Place) -> Vec<Sheet> {
    let form = place.form().await;
    let given =
        |way: &str, value: &str| form.clone().forced(SECRET, way).forced(&format!("{SECRET}.{way}"), value);
    let mut forms = vec![
        form.clone(),
        given("text", ENTERED),
        given("command", &format!("pass\n{ENTERED}")),
        given("env", ENTERED),
        given("file", ENTERED),
        form.clone().and("add", ENTERED).and("remove", ENTERED).and("restore", CANARY),
        form.clone().and("user[3].swyx", ENTERED).and("user[3].teams", TOKEN),
        form.clone().and("sync.status[3].presence", ENTERED).and("sync.status[3].status", CANARY),
        form.clone().and(ENTERED, ENTERED),
        form.clone().and(&format!("swyx.{ENTERED}"), CANARY),
    ];
    let inputs = form
        .names()
        .into_iter()
        .filter(|name| name.contains('.') && !name.contains("Secret") && !name.contains("token"));
    for name in inputs {
        for secret in [ENTERED, CANARY, TOKEN] {
            forms.push(form.clone().with(name, secret));
            forms.push(form.clone().with(name, &format!("x {secret} y")));
        }
    }
    for key in READ_ONLY_IN_FORMS {
        forms.push(form.clone().forced(key.as_str(), ENTERED));
    }
    forms
}

#[tokio::test]
async fn no_route_reveals_a_secret() {
    let files = [
        stored(),
        format!(
            "{}\n[entra]\napplication_name = \"{CANARY}\"\ncloud = \"{CANARY}\"\n[[user]]\nswyx = \"{CANARY}\"\nteams = \"{CANARY}\"\n[sync.status]\n\"{CANARY}\" = \"{CANARY}\"\n",
            stored()
        ),
        format!("{}MsTeamsClientSecert = \"{CANARY}\"\n[\"{CANARY}\"]\nx = 1\n", stored()),
        stored()
            .replace("7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34", CANARY)
            .replace("= 2", &format!("= \"{CANARY}\"")),
        stored().replace(&format!("\"{CANARY}\""), &format!("{{ command = [\"pass\", \"{CANARY}\"] }}")),
        stored().replace(&format!("\"{CANARY}\""), &format!("{{ env = \"{CANARY}\" }}")),
        format!("{}x = = \"{CANARY}\"\n", stored()),
    ];
    for text in files {
        let place = Place::new(&text);
        let page = place.get("/").await;
        assert_unseen("the page", &page.body);
        for path in [
            "/?saved",
            "/?unchanged",
            "/style.css",
            "/icon.svg",
            "/script.js",
            &format!("/{CANARY}"),
            &format!("/?{CANARY}={CANARY}"),
        ] {
            assert_unseen(path, &place.get(path).await.body);
        }
        for method in [Method::PUT, Method::DELETE, Method::OPTIONS, Method::HEAD, Method::PATCH] {
            let request =
                Request::builder().method(method).uri("/save").body(Body::from(CANARY)).expect("a request");
            assert_unseen("another method", &place.send(request).await.body);
        }
        // A file that is not a form has no form to send.
        let forms = if page.body.contains("id=\"form\"") { forms(&place).await } else { Vec::new() };
        for form in forms {
            for path in ["/findings", "/edit", "/save"] {
                let answer = place.post(path, &form).await;
                assert_unseen(path, &answer.body);
                assert!(answer.to.is_none_or(|to| to.starts_with("/?")));
            }
            // The next request of a page that is shown again.
            let again = place.post("/edit", &form).await;
            assert_unseen("the page again", &place.post("/save", &Sheet::read(&again.body)).await.body);
            place.write(&format!("{text}# changed meanwhile\n"));
            let conflict = place.post("/save", &form).await;
            assert_unseen("a conflict", &conflict.body);
            assert_unseen("a choice", &place.post("/merge", &Sheet::read(&conflict.body)).await.body);
            place.write(&text);
        }
    }
}

#[tokio::test]
async fn empty_or_masked_input_keeps_the_stored_secret() {
    for entered in ["", "****", "••••••••", "●●●●", "****************************************"]
    {
        for way in ["keep", "text", ""] {
            let place = Place::new(&stored());
            let form = place.form().await;
            assert_eq!(form.value(SECRET), "keep");
            let form = form.with(SECRET, way).with(&format!("{SECRET}.text"), entered);
            let answer = place.post("/save", &form).await;
            assert_eq!(answer.to.as_deref(), Some("/?unchanged"), "{way} {entered}: {}", answer.body);
            assert_eq!(place.text(), stored());
        }
    }
}

#[tokio::test]
async fn each_kind_of_secret_source_is_written() {
    for (way, entered, written) in [
        ("text", ENTERED, format!("\"{ENTERED}\"")),
        ("env", "NAME", "{ env = \"NAME\" }".to_owned()),
        ("file", "a b.secret", "{ file = \"a b.secret\" }".to_owned()),
        ("keyring", " swyx-teams/north ", "{ keyring = \"swyx-teams/north\" }".to_owned()),
    ] {
        let place = Place::new(&stored());
        let form = place.form().await.with(SECRET, way).with(&format!("{SECRET}.{way}"), entered);
        let answer = place.post("/save", &form).await;
        assert_eq!(answer.to.as_deref(), Some("/?saved"), "{way}: {}", answer.body);
        assert_eq!(place.text(), stored().replace(&format!("\"{CANARY}\""), &written));
    }
}

/// The inputs of unselected kinds are hidden; a value that the browser fills in there is not intended.
#[tokio::test]
async fn inputs_of_unselected_secret_kinds_are_ignored() {
    let place = Place::new(&stored());
    for way in ["keep", "env"] {
        let form = place.form().await.with(SECRET, way).with(&format!("{SECRET}.text"), ENTERED);
        let form = form.with(&format!("{SECRET}.env"), "NAME");
        let answer = place.post("/save", &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert!(!place.text().contains(ENTERED));
        assert_eq!(place.text().contains(CANARY), way == "keep");
    }
}

#[tokio::test]
async fn entered_secret_survives_a_redisplay_without_being_shown() {
    let place = Place::new(GOOD);
    let form = place.form().await.with(SECRET, "text").with(&format!("{SECRET}.text"), ENTERED);
    let answer = place.post("/edit", &form.and("add", "user")).await;
    assert_unseen("the page", &answer.body);
    assert!(answer.body.contains("Entered, not saved yet"));
    // Refused for something else, and then saved.
    let form = Sheet::read(&answer.body);
    assert_eq!((form.value(SECRET), form.value(&format!("{SECRET}.text"))), ("text", ""));
    let answer = place.post("/save", &form.with("entra.renew_before_days", "999")).await;
    assert_unseen("the page", &answer.body);
    let answer = place.post("/save", &Sheet::read(&answer.body).with("entra.renew_before_days", "")).await;
    assert_eq!(answer.to.as_deref(), Some("/?saved"), "{}", answer.body);
    assert_eq!(
        place.text(),
        GOOD.replace("{ env = \"SWYX_TEAMS_CLIENT_SECRET\" }", &format!("\"{ENTERED}\""))
    );
}

#[tokio::test]
async fn secret_is_removed_only_on_request() {
    let place = Place::new(&stored().replace("Mode = 2", "Mode = 1"));
    let answer = place.post("/save", &place.form().await.with(SECRET, "unset")).await;
    assert_eq!(answer.to.as_deref(), Some("/?saved"), "{}", answer.body);
    assert!(!place.text().contains("MsTeamsClientSecret"));
}

/// The check finds a page that reveals one.
#[test]
fn page_with_a_secret_is_detected() {
    let progress = std::panic::catch_unwind(|| assert_unseen("x", &format!("<input value=\"{CANARY}\">")));
    assert!(progress.is_err());
}

#[tokio::test]
async fn reserved_variable_is_rejected_as_secret_source() {
    let place = Place::new(GOOD);
    let form = place.form().await.with(SECRET, "env");
    for name in ["SWYX_TEAMS_ADMIN_TOKEN", "swyx_teams_admin_token", " Swyx_Teams_Trust "] {
        let answer = place.post("/save", &form.clone().with(&format!("{SECRET}.env"), name)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
        assert!(answer.body.contains("is reserved for this program"), "{}", answer.body);
        assert_eq!(place.text(), GOOD);
    }
    let answer = place.post("/save", &form.with(&format!("{SECRET}.env"), "SWYX_TOKEN")).await;
    assert_eq!(answer.to.as_deref(), Some("/?saved"), "{}", answer.body);
}

#[tokio::test]
async fn entry_of_another_program_is_rejected_and_a_secret_there_is_not_shown() {
    let place = Place::new(GOOD);
    let form = place.form().await.with(SECRET, "keyring");
    let input = format!("{SECRET}.keyring");
    for entry in ["github.com/north", "swyx-teams/", ENTERED] {
        let answer = place.post("/save", &form.clone().with(&input, entry)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
        assert!(answer.body.contains("must be <code>swyx-teams/</code> and a name"), "{}", answer.body);
        let shown = Sheet::read(&answer.body);
        assert_eq!(shown.value(SECRET), "keyring");
        assert_eq!(shown.value(&input), if entry == ENTERED { "" } else { entry });
        assert_eq!(place.text(), GOOD);
    }
    // The stored entry is shown.
    let answer = place.post("/save", &form.with(&input, "swyx-teams/north")).await;
    assert_eq!(answer.to.as_deref(), Some("/?saved"), "{}", answer.body);
    assert_eq!(place.form().await.value(&input), "swyx-teams/north");
}
