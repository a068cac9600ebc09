//! The users of a tenant, page by page.

use serde_json::{Value, json};
use swyx_teams::entra::GraphError;
use swyx_teams::entra::graph::TeamsUser;
use uuid::Uuid;

use super::script::*;

const LIST: &str =
    "https://graph.microsoft.com/v1.0/users?$select=id,displayName,mail,userPrincipalName&$top=999";

fn shape(number: u128) -> Value {
    json!({"id": Uuid::from_u128(number), "displayName": "Jane", "mail": null, "userPrincipalName": format!("u{number}@x.example")})
}

fn user(number: u128) -> TeamsUser {
    let mut user = TeamsUser::new(Uuid::from_u128(number), format!("u{number}@x.example"));
    user.name = "Jane".into();
    user
}

fn page(users: &[Value], next: Option<&str>) -> Reply {
    let mut page = json!({"@odata.context": "x", "value": users});
    if let Some(next) = next {
        page["@odata.nextLink"] = json!(next);
    }
    json(200, &page)
}

#[tokio::test(start_paused = true)]
async fn all_pages_are_read_and_users_are_unique() {
    let next = |name: &str| format!("https://graph.microsoft.com/v1.0/users?$skiptoken={name}");
    let script = Script::new([
        good_token(),
        page(&[shape(1), shape(2)], Some(&next("a"))),
        page(&[], Some(&next("b"))),
        page(&[shape(2), shape(3)], None),
    ]);
    assert_eq!(client(&script).list_teams_users().await, Ok(vec![user(1), user(2), user(3)]));
    assert_eq!(script.sent(|sent| sent.uri.clone())[1..], [LIST.to_owned(), next("a"), next("b")]);
}

#[tokio::test(start_paused = true)]
async fn invalid_users_are_skipped() {
    let mut strange = vec![shape(1), json!({}), json!({"id": Uuid::from_u128(5)})];
    for (member, value) in [
        ("id", json!("5")),
        ("id", json!(null)),
        ("userPrincipalName", json!("")),
        ("userPrincipalName", json!(null)),
    ] {
        let mut shape = shape(7);
        shape[member] = value;
        strange.push(shape);
    }
    let mut full = shape(2);
    (full["mail"], full["displayName"], full["more"]) = (json!("m@x.example"), json!(null), json!([1]));
    strange.push(full);
    let script = Script::new([good_token(), page(&strange, None)]);
    let mut full = TeamsUser::new(Uuid::from_u128(2), "u2@x.example");
    full.mail = Some("m@x.example".into());
    assert_eq!(client(&script).list_teams_users().await, Ok(vec![user(1), full]));
}

#[tokio::test(start_paused = true)]
async fn foreign_next_pages_and_loops_are_rejected() {
    let elsewhere =
        Script::new([good_token(), page(&[shape(1)], Some("https://graph.example/v1.0/users?a"))]);
    let error = client(&elsewhere).list_teams_users().await.expect_err("elsewhere");
    assert!(matches!(error, GraphError::PageElsewhere { .. }), "{error}");
    assert_eq!(elsewhere.times().len(), 2);
    let circle =
        Script::new([good_token(), page(&[shape(1)], Some("https://graph.microsoft.com/v1.0/users?a"))]);
    let error = client(&circle).list_teams_users().await.expect_err("a circle");
    assert!(matches!(error, GraphError::EndlessPages { .. }), "{error}");
    assert_eq!(circle.times().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn invalid_list_is_not_an_empty_list() {
    let denied = json!({"error": {"code": "Authorization_RequestDenied", "message": "no"}});
    for (reply, refusal) in [
        (json(403, &denied), Some(403)),
        (json(200, &json!({})), None),
        (json(200, &json!({"value": [1]})), None),
        (json(200, &denied), None),
        (html(200), None),
    ] {
        let error =
            client(&Script::new([good_token(), reply])).list_teams_users().await.expect_err("no list");
        assert_eq!(error.refusal(), refusal, "{error}");
        assert!(
            refusal.is_some() || matches!(error, GraphError::NotMicrosoft { status: 200, .. }),
            "{error}"
        );
    }
}
