//! Statuses that are set, and calls that hide them.

use serde_json::json;
use swyx_teams::emulator::{Options, SwyxSeen};

use crate::gateway::client::Gateway;

#[tokio::test(start_paused = true)]
async fn setting_the_same_status_again_is_no_change() {
    let gateway = Gateway::with(&["ada"]);
    let answer = gateway.set("ada", "Away").await;
    let away = json!({"id": "ada", "status": "Away", "inCall": false, "sequence": 1});
    assert_eq!((answer.status.as_u16(), &answer.body), (200, &away));
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(gateway.set("ada", "Away").await.body, away);
    let speaking = json!({"id": "ada", "status": "Speaking", "inCall": false, "sequence": 2});
    assert_eq!(gateway.set("ada", "Speaking").await.body, speaking, "by hand it is no call");
}

#[tokio::test(start_paused = true)]
async fn call_shows_speaking_until_it_ends() {
    let gateway = Gateway::with(&["ada"]);
    gateway.emulator.call("ada@contoso.example", true).expect("a call");
    let answer = gateway.set("ada", "DoNotDisturb").await.body;
    assert_eq!((answer["status"].clone(), answer["inCall"].clone()), (json!("Speaking"), json!(true)));
    let SwyxSeen { status, in_call, set, .. } = gateway.emulator.swyx_status("ada").expect("a user");
    assert_eq!((status, in_call, set), ("Speaking", true, "DoNotDisturb"));
    gateway.emulator.call("ada", false).expect("a call");
    let answer = gateway.get("/v1/statuses").await.body;
    assert_eq!(answer["statuses"][0]["status"], "DoNotDisturb");
}

#[tokio::test(start_paused = true)]
async fn unsettable_statuses_are_rejected() {
    let gateway = Gateway::with(&["ada", "günther müller/1"]);
    for (path, body, status) in [
        ("/v1/users/eve/status", r#"{"status": "Away"}"#, 404),
        ("/v1/users/ada/status", r#"{"status": "LoggedOff"}"#, 422),
        ("/v1/users/ada/status", r#"{"status": "away"}"#, 422),
        ("/v1/users/ada/status", r#"{"status": 1}"#, 422),
        ("/v1/users/ada/status", "[]", 422),
        ("/v1/users/ada/status", "", 422),
        ("/v1/users/g%C3%BCnther%20m%C3%BCller%2F1/status", r#"{"status": "Away", "more": 1}"#, 200),
    ] {
        assert_eq!(gateway.put(path, body).await.status.as_u16(), status, "{path} {body}");
    }
    let state = json!({"swyx": {"users": [{"id": "ada"}], "settable": ["Away"]}}).to_string();
    let gateway = Gateway::new(Options::default().state(state));
    assert_eq!(
        (
            gateway.set("ada", "Away").await.status.as_u16(),
            gateway.set("ada", "Available").await.status.as_u16()
        ),
        (200, 422)
    );
}

#[tokio::test(start_paused = true)]
async fn invalid_states_are_rejected() {
    for (swyx, told) in [
        (
            json!({"settable": ["LoggedOff"]}),
            "swyx: settable: expected Available, Away, DoNotDisturb or Speaking",
        ),
        (json!({"users": [{"id": "a"}, {"id": ""}]}), "swyx: user 1: an id must have 1 to 200 characters"),
        (json!({"users": [{"id": "a"}, {"id": "a"}]}), "duplicate ids of SwyxServer's users"),
    ] {
        let options = Options::default().state(json!({"swyx": swyx}).to_string());
        let error = swyx_teams::emulator::Emulator::new(options).err().expect("an error");
        assert_eq!(error.to_string(), format!("invalid state: {told}"));
    }
}
