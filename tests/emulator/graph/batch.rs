//! Batches: parts with their own answers, their own throttling and their own dependencies.

use serde_json::{Value, json};
use swyx_teams::emulator::Options;

use crate::faults::fault;
use crate::graph::tenant::{Answer, SYNC, Tenant, state};

fn part(id: &str, method: &str, url: &str) -> Value {
    json!({"id": id, "method": method, "url": url})
}

fn parts(answer: &Answer) -> Vec<(&str, u64)> {
    let parts = answer.body["responses"].as_array().unwrap_or_else(|| panic!("{}", answer.body));
    parts.iter().map(|part| (part["id"].as_str().unwrap(), part["status"].as_u64().unwrap())).collect()
}

#[tokio::test(start_paused = true)]
async fn batch_parts_are_answered_and_logged_separately() {
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
async fn dependents_of_a_failed_part_fail() {
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
async fn invalid_batch_is_rejected() {
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
async fn parts_are_throttled_separately() {
    let state = state(&[SYNC], json!({}));
    let faults = vec![fault("throttle=0.5")];
    let tenant = Tenant::of(Options::default().state(state).faults(faults));
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

#[tokio::test(start_paused = true)]
async fn batch_finds_applications_by_any_name() {
    let tenant = Tenant::with(&[], json!({}));
    let admin = tenant.admin();
    // A name with what is special in addresses and in OData, and how each is written there.
    let names = [
        ("a-b", "a-b", "a-b"),
        ("x'y", "x''y", "x%27%27y"),
        ("R&D + 100% #1?", "R%26D %2B 100%25 %231%3F", "R%26D%20%2B%20100%25%20%231%3F"),
        ("a/b (c=d)", "a%2Fb (c=d)", "a%2Fb%20%28c%3Dd%29"),
        ("Müller", "Müller", "M%C3%BCller"),
    ];
    for (name, plain, encoded) in names {
        let body = json!({"displayName": name, "uniqueName": name, "signInAudience": "AzureADMyOrg"});
        let made = tenant.post(&admin, "/applications", body).await;
        assert_eq!(made.status, 201, "{name}: {}", made.body);
        let urls = [
            format!("/applications?$filter=displayName eq '{plain}'&$select=id,displayName&$top=2"),
            format!("/applications?$filter=displayName%20eq%20'{encoded}'&$select=id,displayName&$top=2"),
            format!(
                "/applications?$filter=displayName%20eq%20%27{encoded}%27&$select=id%2CdisplayName&$top=2"
            ),
            format!("/applications(uniqueName='{plain}')?$select=id,displayName"),
            format!("/applications(uniqueName='{encoded}')?$select=id,displayName"),
            format!("applications(uniqueName=%27{encoded}%27)?$select=id,displayName"),
        ];
        let requests = urls.iter().enumerate().map(|(id, url)| part(&id.to_string(), "GET", url));
        let body = json!({"requests": requests.collect::<Vec<_>>()});
        for (url, found) in urls.iter().zip(tenant.post(&admin, "/$batch", body).await.parts()) {
            let one =
                if found.body["value"].is_array() { found.body["value"][0].clone() } else { found.body };
            assert_eq!((&one["id"], &one["displayName"]), (&made.body["id"], &json!(name)), "{url}");
            let members = one.as_object().expect("an object").keys().filter(|name| !name.contains("@odata"));
            assert_eq!(members.collect::<Vec<_>>(), ["id", "displayName"], "{url}");
        }
    }
    // A quote that is not doubled ends the text.
    let wrong = [
        part("1", "GET", "/applications?$filter=displayName eq 'x'y'"),
        part("2", "GET", "/applications(uniqueName='nobody')"),
    ];
    let answer = tenant.post(&admin, "/$batch", json!({"requests": wrong})).await;
    assert_eq!(parts(&answer), [("1", 400), ("2", 404)]);
}

#[tokio::test(start_paused = true)]
async fn batch_pages_deleted_applications() {
    let tenant = Tenant::with(&[], json!({}));
    let admin = tenant.admin();
    let mut ids = Vec::new();
    for name in ["one", "two", "three"] {
        let body = json!({"displayName": name, "uniqueName": name, "signInAudience": "AzureADMyOrg"});
        let id = tenant.post(&admin, "/applications", body).await.text("id");
        assert_eq!(tenant.call(&admin, "DELETE", &format!("/applications/{id}"), None).await.status, 204);
        ids.push(id);
    }
    let list = "/directory/deletedItems/microsoft.graph.application";
    let first = tenant.get(&admin, &format!("{list}?$select=id,appId,displayName&$top=2")).await;
    assert_eq!(first.each("id"), ids[..2]);
    assert_eq!(first.body["value"][0].as_object().map(serde_json::Map::len), Some(3));
    let second = tenant.get(&admin, &first.text("@odata.nextLink")).await;
    assert_eq!((second.each("id"), second.body.get("@odata.nextLink")), (vec![ids[2].as_str()], None));
    let urls = [
        format!("{list}?$select=id&$filter=displayName eq 'two'"),
        format!("{list}?$select=id&$filter=uniqueName eq 'two'&$top=1"),
        format!("{list}?$select=id&$filter=displayName eq 'four'"),
        format!("{list}?$select=nothing"),
    ];
    let requests = urls.iter().enumerate().map(|(id, url)| part(&id.to_string(), "GET", url));
    let found =
        tenant.post(&admin, "/$batch", json!({"requests": requests.collect::<Vec<_>>()})).await.parts();
    assert_eq!((found[0].each("id"), found[1].each("id")), (vec![ids[1].as_str()], vec![ids[1].as_str()]));
    assert_eq!((found[2].each("id"), found[3].status), (vec![], 400));
}
