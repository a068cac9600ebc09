//! What is read: capabilities, users, statuses; and who is refused.

use http::Request;
use serde_json::{Value, json};
use swyx_teams::emulator::{Options, Scenario};

use crate::gateway::client::Gateway;

#[tokio::test(start_paused = true)]
async fn requests_without_a_token_are_rejected() {
    let gateway = Gateway::with(&["ada"]);
    for token in ["", "Bearer", "Bearer x", "Basic x"] {
        for path in ["capabilities", "users", "statuses", "events", "users/ada/status"] {
            let request = Request::get(format!("/swyx/v1/{path}")).header("authorization", token);
            let answer = gateway.send(request.body(Vec::new()).expect("a request")).await.expect("an answer");
            assert_eq!(
                (answer.status.as_u16(), answer.header("www-authenticate")),
                (401, "Bearer"),
                "{token} {path}"
            );
            assert_eq!(answer.header("content-type"), "application/problem+json");
            assert_eq!((answer.text("type"), &answer.body["status"]), ("about:blank", &json!(401)));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn unknown_objects_are_rejected() {
    let gateway = Gateway::with(&["ada"]);
    for (path, status) in [
        ("/v2/users", 404),
        ("/v1", 404),
        ("/v1/users/ada", 404),
        ("/v1/users/ada/status", 405),
        ("/v1/users?after=x", 400),
        ("/v1/statuses?after=-1", 400),
        ("/v1/statuses?since=x.1", 410),
    ] {
        let answer = gateway.get(path).await;
        assert_eq!((answer.status.as_u16(), &answer.body["status"]), (status, &json!(status)), "{path}");
    }
    assert_eq!(gateway.get("/v1/users/ada/status").await.header("allow"), "PUT");
}

#[tokio::test(start_paused = true)]
async fn capabilities_match_the_state() {
    let gateway = Gateway::with(&[]);
    let all = json!({"version": 1, "statuses": ["Available", "Away", "DoNotDisturb", "Speaking"]});
    assert_eq!(gateway.get("/v1/capabilities").await.body, all);
    let state = json!({"swyx": {"settable": ["Away", "Available"]}}).to_string();
    let gateway = Gateway::new(Options::default().state(state));
    assert_eq!(gateway.get("/v1/capabilities").await.body["statuses"], json!(["Away", "Available"]));
}

#[tokio::test(start_paused = true)]
async fn members_with_a_mail_address_are_swyx_users() {
    let gateway = Gateway::new(Options::default());
    let users = gateway.get("/v1/users").await.body;
    let first = json!({"id": "1001", "name": "Anna Albrecht", "email": "anna.albrecht@contoso.example", "enabled": true});
    assert_eq!((&users["users"][0], &users["next"]), (&first, &Value::Null));
    assert_eq!(users["users"].as_array().map(Vec::len), Some(24), "all but the administrator");
}

#[tokio::test(start_paused = true)]
async fn mismatch_scenario_has_different_addresses() {
    let gateway = Gateway::new(Options::default().scenario(Scenario::UserMismatch).users(0));
    let users = gateway.get("/v1/users").await.body;
    let emails = users["users"].as_array().expect("users").iter().map(|user| user["email"].clone());
    let mail = |name: &str| json!(format!("{name}@contoso.example"));
    let wanted =
        [mail("anna.meyer"), mail("Bernd.Gross"), Value::Null, mail("info"), mail("info"), mail("karl.alt")];
    assert_eq!(emails.collect::<Vec<_>>(), wanted);
}

/// All pages of a list, and the cursor of the first.
async fn all(gateway: &Gateway, path: &str, list: &str) -> (Vec<Value>, Vec<usize>, Option<String>) {
    let (mut items, mut pages, mut cursor) = (Vec::new(), Vec::new(), None);
    let mut next = path.to_owned();
    loop {
        let page = gateway.get(&next).await.body;
        let these = page[list].as_array().unwrap_or_else(|| panic!("no {list}: {page}"));
        pages.push(these.len());
        items.extend(these.iter().cloned());
        cursor = cursor.or_else(|| page["cursor"].as_str().map(str::to_owned));
        let Some(token) = page["next"].as_str() else { return (items, pages, cursor) };
        next = format!("{path}{}after={token}", if path.contains('?') { '&' } else { '?' });
    }
}

#[tokio::test(start_paused = true)]
async fn lists_and_changes_have_pages_of_a_thousand() {
    let gateway = Gateway::new(Options::default().users(2_502));
    let (users, pages, _) = all(&gateway, "/v1/users", "users").await;
    assert_eq!((users.len(), pages), (2_501, vec![1_000, 1_000, 501]));
    let (statuses, pages, cursor) = all(&gateway, "/v1/statuses", "statuses").await;
    assert_eq!((statuses.len(), pages), (2_501, vec![1_000, 1_000, 501]));
    assert_eq!(statuses[7], json!({"id": "1008", "status": "Available", "inCall": false, "sequence": 0}));
    for number in 1001..=2201 {
        gateway.emulator.call(&number.to_string(), true).expect("a call");
    }
    gateway.emulator.call("1001", false).expect("a call");
    let since = format!("/v1/statuses?since={}", cursor.expect("a cursor"));
    let (changed, pages, cursor) = all(&gateway, &since, "statuses").await;
    assert_eq!(pages[0], 1_000);
    assert_eq!(changed[0], json!({"id": "1001", "status": "Available", "inCall": false, "sequence": 1202}));
    let others = changed.iter().filter(|status| status["inCall"] == true).count();
    assert_eq!(others, 1_200);
    let since = format!("/v1/statuses?since={}", cursor.expect("a cursor"));
    assert_eq!(all(&gateway, &since, "statuses").await.0.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn added_and_removed_users_change_the_list() {
    let gateway = Gateway::with(&["ada", "bob"]);
    gateway.emulator.add_swyx_user("eve", "Eve", None).expect("a new id");
    assert!(gateway.emulator.add_swyx_user("eve", "Eve", None).is_err(), "twice");
    assert!(gateway.emulator.add_swyx_user("", "Eve", None).is_err(), "no id");
    gateway.emulator.remove_swyx_user("ada").expect("ada");
    for (path, list) in [("/v1/users", "users"), ("/v1/statuses", "statuses")] {
        let ids =
            all(&gateway, path, list).await.0.into_iter().map(|item| item["id"].clone()).collect::<Vec<_>>();
        assert_eq!(ids, ["bob", "eve"], "{path}");
    }
    assert_eq!(gateway.set("ada", "Away").await.status, 404);
}
