//! Batches: parts with their own answers, their own throttling and their own dependencies.

use serde_json::{Value, json};
use swyx_teams::emulator::{Fault, Options};

use crate::tenant::{Answer, SYNC, Tenant, state};

fn part(id: &str, method: &str, url: &str) -> Value {
    json!({"id": id, "method": method, "url": url})
}

fn parts(answer: &Answer) -> Vec<(&str, u64)> {
    let parts = answer.body["responses"].as_array().unwrap_or_else(|| panic!("{}", answer.body));
    parts.iter().map(|part| (part["id"].as_str().unwrap(), part["status"].as_u64().unwrap())).collect()
}

#[tokio::test(start_paused = true)]
async fn parts_are_answered_each_by_itself_and_logged() {
    let tenant = Tenant::with(&[SYNC], json!({}));
    let token = tenant.app(0).await;
    let id = tenant.user("ada@contoso.example").await;
    let clear = json!({"id": "3", "method": "post", "url": format!("users/{id}/presence/clearPresence"),
        "headers": {"content-type": "application/json"}, "body": {"sessionId": Tenant::app_id(0)}});
    let requests = [part("1", "GET", "/users?$top=1&$select=id"), part("2", "GET", "/domains"), clear];
    let answer = tenant.post(&token, "/$batch", json!({"requests": requests})).await;
    assert_eq!((answer.status, parts(&answer)), (200, vec![("1", 200), ("2", 403), ("3", 404)]));
    let first = &answer.body["responses"][0];
    assert!(first["headers"]["Content-Type"].as_str().unwrap().starts_with("application/json"));
    assert!(
        first["body"]["@odata.nextLink"].as_str().unwrap().starts_with("https://localhost:8443/v1.0/users?")
    );
    assert_eq!(answer.body["responses"][1]["body"]["error"]["code"], "Authorization_RequestDenied");
    let log = tenant.emulator.log();
    let entry = log.last().expect("an entry");
    assert_eq!(entry.path, "/v1.0/$batch");
    let logged = entry
        .parts
        .iter()
        .map(|part| (part.method.as_str(), part.path.as_str(), part.status))
        .collect::<Vec<_>>();
    let clear = format!("/users/{id}/presence/clearPresence");
    assert_eq!(logged, [("GET", "/users", 200), ("GET", "/domains", 403), ("POST", clear.as_str(), 404)]);
}

#[tokio::test(start_paused = true)]
async fn who_depends_on_a_failure_fails() {
    let tenant = Tenant::with(&[SYNC], json!({}));
    let token = tenant.app(0).await;
    let depends =
        |id: &str, url: &str, on: &[&str]| json!({"id": id, "method": "GET", "url": url, "dependsOn": on});
    let requests = [
        depends("a", "/users?$top=1", &["b"]),
        depends("b", "/users?$top=2", &[]),
        depends("c", "/users?$top=1", &["d"]),
        depends("d", "/domains", &["a"]),
        depends("e", "/users?$top=1", &["c", "b"]),
    ];
    let answer = tenant.post(&token, "/$batch", json!({"requests": requests})).await;
    let mut parts = parts(&answer);
    parts.sort_unstable();
    assert_eq!(parts, [("a", 200), ("b", 200), ("c", 424), ("d", 403), ("e", 424)]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_none_is_refused_whole() {
    let tenant = Tenant::with(&[SYNC], json!({}));
    let token = tenant.app(0).await;
    let get = |id: &str| part(id, "GET", "/users");
    let with = |name: &str, value: Value| {
        let mut part = get("1");
        part[name] = value;
        json!({"requests": [part]})
    };
    let numbered =
        |most: usize| json!({"requests": (0..most).map(|id| get(&id.to_string())).collect::<Vec<_>>()});
    assert_eq!(parts(&tenant.post(&token, "/$batch", numbered(20)).await).len(), 20);
    for body in [
        json!({}),
        json!({"requests": []}),
        numbered(21),
        json!({"requests": [get("1"), get("1")]}),
        json!({"requests": [{"method": "GET", "url": "/users"}]}),
        with("url", json!("https://elsewhere.example/users")),
        with("url", json!("/$batch")),
        with("url", json!("")),
        with("method", Value::Null),
        with("body", json!({"a": 1})),
        with("headers", json!({"a b": "c"})),
        with("dependsOn", json!("2")),
        with("dependsOn", json!([2])),
        with("dependsOn", json!(["1"])),
        with("dependsOn", json!(["2"])),
    ] {
        tenant.post(&token, "/$batch", body.clone()).await.assert_refused(400, "BadRequest");
    }
    tenant.get(&token, "/$batch").await.assert_refused(405, "Request_BadRequest");
}

#[tokio::test(start_paused = true)]
async fn each_part_is_throttled_by_itself() {
    let state = state(&[SYNC], json!({}));
    let faults = vec![Fault::Throttle(0.5)];
    let tenant = Tenant::of(Options { state: Some(state), faults, ..Options::default() });
    let token = tenant.app(0).await;
    let requests = (0..20).map(|id| part(&id.to_string(), "GET", "/users?$top=1")).collect::<Vec<_>>();
    let answer = tenant.post(&token, "/$batch", json!({"requests": requests})).await;
    let (mut passed, mut throttled) = (0, 0);
    for part in answer.body["responses"].as_array().unwrap() {
        match part["status"].as_u64() {
            Some(200) => passed += 1,
            Some(429) => {
                throttled += 1;
                let wait = part["headers"]["Retry-After"].as_str().unwrap();
                assert!(wait.contains('.') && wait.parse::<f64>().unwrap() > 0.0, "{wait}");
                assert_eq!(part["body"]["error"]["code"], "TooManyRequests");
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(passed > 2 && throttled > 2, "{passed} passed, {throttled} throttled");
}
