//! What is sent for each call, and what comes of a good answer.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use swyx_teams::http::{HttpError, Limits, TransportError};
use swyx_teams::secret::Secret;
use swyx_teams::settings::SwyxStatus;
use swyx_teams::swyx::{Gateway, GatewayError, SwyxUser, UserStatus};

use super::script::*;

#[tokio::test]
async fn capabilities_keep_only_known_statuses() {
    let words = ["Away", "Available", "Away", "LoggedOff", "none", "None", "speaking", "Dancing", "Speaking"];
    let script = Script::new([json(&json!({"version": 1, "statuses": words, "more": {}}))]);
    let statuses = gateway(&script).capabilities().await.unwrap();
    assert_eq!(statuses, [SwyxStatus::Away, SwyxStatus::Available, SwyxStatus::Speaking]);
    let sent = &script.sent()[0];
    assert_eq!(sent.line, format!("GET {ADDRESS}/v1/capabilities"));
    assert_eq!(sent.header("authorization"), format!("Bearer {TOKEN}"));
    assert!(sent.headers["authorization"].is_sensitive());
    assert_eq!(sent.header("accept"), "application/json");
}

#[tokio::test]
async fn unknown_version_differs_from_unknown_program() {
    let script = Script::new([json(&json!({"version": 2, "statuses": []}))]);
    let error = gateway(&script).capabilities().await.unwrap_err();
    assert_eq!(error, GatewayError::Version { host: "swyx.example.com".to_owned(), version: 2 });
}

#[tokio::test]
async fn users_are_read_with_missing_members() {
    let users = json!({"users": [
        {"id": "b", "name": "Jane Roe", "email": "jane.roe@example.com", "enabled": true, "more": [1, 2]},
        {"id": "a/ü", "name": "", "email": null, "enabled": false},
        {"id": "c", "name": "No member", "enabled": true},
        {"id": "d", "name": "Empty", "email": "", "enabled": true},
    ], "next": null});
    let read = gateway(&Script::new([json(&users)])).users().await.unwrap();
    let user = |id: &str, name: &str, email: Option<&str>, enabled| {
        let user = SwyxUser::new(id, name).enabled(enabled);
        match email {
            Some(email) => user.email(email),
            None => user,
        }
    };
    assert_eq!(
        read,
        [
            user("a/ü", "", None, false),
            user("b", "Jane Roe", Some("jane.roe@example.com"), true),
            user("c", "No member", None, true),
            user("d", "Empty", None, true),
        ]
    );
}

pub fn status(user: &str, status: Option<SwyxStatus>, in_call: bool, sequence: u64) -> UserStatus {
    UserStatus::new(user, status, in_call, sequence)
}

#[tokio::test]
async fn statuses_are_read_with_unknown_values() {
    const MOST: u64 = (1 << 53) - 1;
    let statuses = json!({"cursor": "c-1", "statuses": [
        {"id": "a", "status": "Away", "inCall": false, "sequence": 0},
        {"id": "b", "status": "Speaking", "inCall": true, "sequence": MOST},
        {"id": "c", "status": "LoggedOff", "inCall": false, "sequence": 3},
        {"id": "d", "status": "Dancing", "inCall": true, "sequence": 4},
    ]});
    let script = Script::new([json(&statuses)]);
    let read = gateway(&script).statuses(None).await.unwrap();
    assert_eq!(read.cursor.as_str(), "c-1");
    assert_eq!(
        read.statuses,
        [
            status("a", Some(SwyxStatus::Away), false, 0),
            status("b", Some(SwyxStatus::Speaking), true, MOST),
            status("c", None, false, 3),
            status("d", None, true, 4),
        ]
    );
    gateway(&script).statuses(Some(&cursor("c+1&x=%/"))).await.unwrap();
    assert_eq!(
        script.lines(),
        [format!("GET {ADDRESS}/v1/statuses"), format!("GET {ADDRESS}/v1/statuses?since=c%2B1%26x%3D%25%2F")]
    );
}

#[tokio::test]
async fn setting_a_status_returns_the_visible_one() {
    let id = "a/b?c#d%e ü.~";
    let script = Script::new([json(&json!({"id": id, "status": "Speaking", "inCall": true, "sequence": 9}))]);
    let shown = gateway(&script).set_status(id, SwyxStatus::DoNotDisturb).await.unwrap();
    assert_eq!(shown, status(id, Some(SwyxStatus::Speaking), true, 9));
    let sent = &script.sent()[0];
    assert_eq!(sent.line, format!("PUT {ADDRESS}/v1/users/a%2Fb%3Fc%23d%25e%20%C3%BC.~/status"));
    assert_eq!(sent.body, r#"{"status":"DoNotDisturb"}"#);
    assert_eq!(sent.header("content-type"), "application/json");
}

#[tokio::test]
async fn invalid_requests_are_not_sent() {
    let script = Script::new([html(200)]);
    let gateway = gateway(&script);
    for id in ["", ".", "..", "a\nb", &"ü".repeat(201)] {
        let error = gateway.set_status(id, SwyxStatus::Away).await.unwrap_err();
        assert!(matches!(error, GatewayError::UnknownUser { .. }), "{id}: {error}");
    }
    let error = gateway.set_status("a", SwyxStatus::None).await.unwrap_err();
    assert!(matches!(error, GatewayError::CannotBeSet { .. }));
    let token = Secret::new("two\nlines");
    let transport = Arc::clone(&script);
    let other = Gateway::new(&ADDRESS.parse().unwrap(), token, transport, once());
    assert_eq!(other.capabilities().await.unwrap_err(), GatewayError::NotAToken);
    assert_eq!(script.lines(), [""; 0]);
    // The cross-check: an id of 200 characters is sent.
    assert!(gateway.set_status(&"ü".repeat(200), SwyxStatus::Away).await.is_err());
    assert_eq!(script.lines().len(), 1);
}

#[tokio::test]
async fn trailing_slash_of_the_address_is_not_doubled() {
    let script = Script::new([json(&json!({"version": 1, "statuses": []}))]);
    let address = "https://swyx.example.com/".parse().unwrap();
    let gateway = Gateway::new(&address, Secret::new(TOKEN), Arc::clone(&script) as _, once());
    gateway.capabilities().await.unwrap();
    assert_eq!(script.lines(), ["GET https://swyx.example.com/v1/capabilities"]);
}

#[tokio::test(start_paused = true)]
async fn without_retries_requests_are_sent_once() {
    let script = Script::new([Reply::Failure(TransportError::NotHttp)]);
    assert!(gateway(&script).users().await.unwrap_err().is_transient());
    assert!(gateway(&script).set_status("a", SwyxStatus::Away).await.is_err());
    assert_eq!(script.lines().len(), 2);
    // The cross-check: by default, there are three retries.
    assert!(over(Arc::clone(&script) as _, Limits::default()).users().await.is_err());
    assert_eq!(script.lines().len(), 6);
}

#[tokio::test(start_paused = true)]
async fn attempt_has_a_time_limit() {
    let limit = Duration::from_secs(7);
    let script = Script::new([Reply::Never]);
    let gateway = over(Arc::clone(&script) as _, once().attempt(limit));
    let late = GatewayError::Http(HttpError::TimedOut { host: "swyx.example.com".to_owned(), limit });
    assert_eq!(gateway.users().await.unwrap_err(), late);
    assert_eq!(gateway.events(None).await.err().unwrap(), late);
}

/// What a synchronisation does beside other things needs futures that move between threads.
#[test]
fn client_futures_are_send() {
    fn moves<T: Send>(value: T) -> T {
        value
    }
    let script = Script::new([html(200)]);
    let gateway = gateway(&script);
    drop(moves(gateway.capabilities()));
    drop(moves(gateway.users()));
    drop(moves(gateway.statuses(None)));
    drop(moves(gateway.set_status("a", SwyxStatus::Away)));
    drop(moves(async { gateway.events(None).await.ok().unwrap().next().await.is_ok() }));
}
