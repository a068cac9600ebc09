//! The same users in Graph and in the API of the emulator.

use std::time::Duration;

use serde_json::{Value, json};
use swyx_teams::emulator::{Options, TeamsError};

use crate::faults::fault;
use crate::gateway::client::Gateway;

const ANNA: &str = "anna.albrecht@contoso.example";

/// The emulator with its scenario, and the object id of its first user.
async fn first_user() -> (Gateway, String) {
    let gateway = Gateway::new(Options::default());
    let users = gateway.graph("GET", "/users?$top=1&$select=id", &Value::Null).await;
    let id = users.body["value"][0]["id"].as_str().expect("an id").to_owned();
    (gateway, id)
}

async fn set(gateway: &Gateway, id: &str, action: &str, pair: Option<(&str, &str)>) {
    let mut body = json!({"sessionId": gateway.emulator.facts().client_id});
    if let Some((availability, activity)) = pair {
        body["availability"] = availability.into();
        body["activity"] = activity.into();
        body["expirationDuration"] = "PT5M".into();
    }
    let answer = gateway.graph("POST", &format!("/users/{id}/presence/{action}"), &body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

async fn read(gateway: &Gateway, id: &str) -> String {
    let answer = gateway.graph("GET", &format!("/users/{id}/presence"), &Value::Null).await;
    format!("{}/{}", answer.text("availability"), answer.text("activity"))
}

fn pair(availability: &str, activity: &str) -> Option<(String, String)> {
    Some((availability.to_owned(), activity.to_owned()))
}

#[tokio::test(start_paused = true)]
async fn users_are_found_by_every_name() {
    let (gateway, id) = first_user().await;
    for (turn, user) in ["1001", ANNA, "ANNA.Albrecht@contoso.example", &id].into_iter().enumerate() {
        gateway.emulator.call(user, turn % 2 == 0).expect(user);
        assert_eq!(gateway.emulator.swyx_status("1001").expect("anna").in_call, turn % 2 == 0, "{user}");
        gateway.emulator.set_teams_status(user, Some("Busy/InAMeeting")).expect(user);
        assert_eq!(gateway.emulator.presence(user), pair("Busy", "InAMeeting"), "{user}");
    }
    assert!(gateway.emulator.call("nobody", true).is_err());
    assert_eq!((gateway.emulator.swyx_status("nobody"), gateway.emulator.presence("nobody")), (None, None));
    assert_eq!(gateway.emulator.set_teams_status("nobody", None), Err(TeamsError::User));
}

#[tokio::test(start_paused = true)]
async fn active_sessions_are_counted() {
    let (gateway, id) = first_user().await;
    gateway.emulator.set_teams_status("1001", Some("Available/Available")).expect("anna");
    assert_eq!((gateway.emulator.open_sessions(), gateway.emulator.has_session("1001")), (0, false));
    set(&gateway, &id, "setPresence", Some(("Busy", "InACall"))).await;
    assert_eq!((gateway.emulator.open_sessions(), gateway.emulator.has_session("1001")), (1, true));
    assert_eq!(gateway.emulator.presence("1001"), pair("Busy", "InACall"));
    tokio::time::advance(Duration::from_secs(301)).await;
    assert_eq!((gateway.emulator.open_sessions(), gateway.emulator.has_session("1001")), (0, false));
    assert_eq!(gateway.emulator.presence("1001"), pair("Available", "Available"));
}

#[tokio::test(start_paused = true)]
async fn preferred_presence_wins_over_the_client() {
    let (gateway, id) = first_user().await;
    gateway.emulator.set_teams_status("1001", Some("Available/Available")).expect("anna");
    gateway.emulator.prefer("1001", Some("DoNotDisturb/DoNotDisturb")).expect("anna");
    assert_eq!(read(&gateway, &id).await, "DoNotDisturb/DoNotDisturb");
    gateway.emulator.prefer("1001", None).expect("anna");
    assert_eq!(read(&gateway, &id).await, "Available/Available");
    assert_eq!(gateway.emulator.prefer("1001", Some("Busy/InACall")), Err(TeamsError::Status));
}

#[tokio::test(start_paused = true)]
async fn lag_returns_the_earlier_state() {
    let (gateway, id) = first_user().await;
    gateway.emulator.set_faults(&[fault("presence-lag=5")]);
    gateway.emulator.set_teams_status("1001", Some("Away/Away")).expect("anna");
    tokio::time::advance(Duration::from_secs(4)).await;
    assert_eq!(read(&gateway, &id).await, "Offline/Offline");
    assert_eq!(gateway.emulator.presence("1001"), pair("Away", "Away"), "the truth");
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(read(&gateway, &id).await, "Away/Away");
}

#[tokio::test(start_paused = true)]
async fn journal_uses_one_id_per_user() {
    let (gateway, id) = first_user().await;
    let emulator = &gateway.emulator;
    tokio::time::advance(Duration::from_millis(1_500)).await;
    emulator.call("1001", true).expect("anna");
    emulator.call("1001", true).expect("anna");
    set(&gateway, &id, "setPresence", Some(("Busy", "InACall"))).await;
    emulator.call("1001", false).expect("anna");
    set(&gateway, &id, "clearPresence", None).await;
    emulator.set_teams_status("1001", Some("Away/Away")).expect("anna");
    gateway.set("1001", "Away").await;
    emulator.set_swyx_status("1001", "DoNotDisturb").expect("anna");
    emulator.set_teams_status("admin@contoso.example", None).expect("the administrator");
    let journal = emulator.journal();
    let lines = journal.iter().map(|line| (line.user.as_deref(), line.what, line.value.as_deref()));
    let anna = Some("1001");
    let wanted = [
        (anna, "call", None),
        (anna, "set-presence", Some("Busy/InACall")),
        (anna, "hangup", None),
        (anna, "clear-presence", None),
        (anna, "teams", Some("Away/Away")),
        (anna, "set-status", Some("Away")),
        (anna, "swyx-by-hand", Some("DoNotDisturb")),
        (None, "teams", None),
    ];
    assert_eq!(lines.collect::<Vec<_>>(), wanted);
    assert!(journal.iter().all(|line| line.at == 1.5));
}

#[tokio::test(start_paused = true)]
async fn rejected_presence_is_not_journalled() {
    let (gateway, id) = first_user().await;
    let body =
        json!({"sessionId": gateway.emulator.facts().client_id, "availability": "Busy", "activity": "Busy"});
    let answer = gateway.graph("POST", &format!("/users/{id}/presence/setPresence"), &body).await;
    assert_eq!((answer.status.as_u16(), gateway.emulator.journal().len()), (400, 0));
}
