//! Faults, limits and the log, in virtual time.

use std::time::Duration;

use http::Request;
use serde_json::json;
use swyx_teams::emulator::{Fault, Options, Part, Scenario};
use tokio::time::Instant;

use crate::entra::client::{Tenant, form};
use crate::faults::fault;

fn with(faults: &[Fault]) -> Tenant {
    Tenant::new(Options::default().faults(faults.to_vec()))
}

#[tokio::test(start_paused = true)]
async fn slow_fault_delays_each_response() {
    let tenant = with(&[fault("slow=100")]);
    let began = Instant::now();
    tenant.sign_in().await;
    tenant.get("/common/discovery/instance").await;
    assert_eq!(began.elapsed().as_millis(), 200);
    assert!(tenant.0.log().iter().all(|entry| entry.ms >= 100.0));
}

#[tokio::test(start_paused = true)]
async fn throttling_has_a_fractional_pause_and_leaves_sign_in_alone() {
    let tenant = with(&[fault("throttle=1")]);
    let token = tenant.sign_in().await.json()["access_token"].as_str().expect("a token").to_owned();
    let answer = tenant.graph(&token, "/users").await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()["error"]["code"].as_str()),
        (429, Some("TooManyRequests"))
    );
    let pause = answer.headers["retry-after"].to_str().expect("text");
    assert!(pause.contains('.') && (1.0..3.0).contains(&pause.parse::<f64>().expect("a number")), "{pause}");
    assert_eq!(tenant.0.log().last().and_then(|entry| entry.fault), Some("throttle"));
}

#[tokio::test(start_paused = true)]
async fn unavailable_fault_affects_sign_in_and_graph() {
    let tenant = with(&[fault("unavailable=1")]);
    let answer = tenant.sign_in().await;
    assert_eq!(
        (answer.code(), answer.json()["error"].as_str()),
        ((90033, 503), Some("temporarily_unavailable"))
    );
    let token = tenant.facts().admin_token.clone();
    for path in ["/users", "/$batch"] {
        let answer = tenant.graph(&token, path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["error"]["code"].as_str()),
            (503, Some("ServiceUnavailable"))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn sign_in_is_refused_with_any_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/aadsts.json");
    let rows: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(path).expect("the reference")).expect("rows");
    let mut compared = 0;
    for row in rows.as_array().expect("a list") {
        let code = row["code"].as_u64().expect("a code");
        let answer = with(&[fault(&format!("refuse-application={code}"))]).sign_in().await;
        assert_eq!(answer.code().0, code);
        // The pair of word and status that the reference has.
        if let (Some(word), Some(status)) = (row["error"].as_str(), row["status"].as_u64()) {
            let found =
                (answer.json()["error"].as_str().map(str::to_owned), u64::from(answer.status.as_u16()));
            assert_eq!(found, (Some(word.to_owned()), status), "{code}");
            compared += 1;
        }
    }
    assert!(compared > 20, "{compared}");
    let unknown = with(&[fault("refuse-application")]).sign_in().await;
    assert_eq!(unknown.code(), (7_009_999, 401));
    assert_eq!(unknown.json()["error"], "invalid_client");
}

#[tokio::test(start_paused = true)]
async fn application_and_administrator_are_refused_separately() {
    let tenant = with(&[fault("refuse-administrator=90099")]);
    assert_eq!(tenant.sign_in().await.status, 200);
    let fields = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    assert_eq!(tenant.token(&tenant.id(), &fields).await.code(), (90099, 400));
    let faults = tenant.0.log().into_iter().map(|entry| entry.fault).collect::<Vec<_>>();
    assert_eq!(faults, [None, Some("refuse-administrator")]);
}

#[tokio::test(start_paused = true)]
async fn a_proxy_answers_with_a_page() {
    let tenant = with(&[fault("html-body=1")]);
    for path in ["/common/discovery/instance", "/v1.0/users"] {
        let answer = tenant.get(path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.headers["content-type"].to_str().ok()),
            (502, Some("text/html"))
        );
        assert!(answer.text.starts_with("<html>"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_captive_portal_answers_200_with_a_page() {
    let tenant = with(&[fault("portal=1")]);
    for path in ["/common/discovery/instance", "/v1.0/users"] {
        let answer = tenant.get(path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.headers["content-type"].to_str().ok()),
            (200, Some("text/html"))
        );
        assert!(answer.text.starts_with("<html>"));
    }
}

#[tokio::test(start_paused = true)]
async fn dropped_response_has_an_effect() {
    let tenant = with(&[fault("drop-reply=1")]);
    let path = format!("/{}/oauth2/v2.0/token", tenant.id());
    let error = tenant.try_send(form(&path, &[("grant_type", "x")])).await.err().expect("no reply");
    assert_eq!(error, "the reply was dropped");
    let entry = tenant.0.log().pop().expect("a line");
    assert_eq!((entry.status, entry.fault), (400, Some("drop-reply")));
}

#[tokio::test(start_paused = true)]
async fn dropped_request_has_no_effect() {
    let add = async |fault: Fault| {
        let tenant = with(&[fault]);
        let administrator = tenant.facts().admin_token.clone();
        let path = format!("/v1.0/applications(appId='{}')/addPassword", tenant.client_id());
        let request = Request::post(path).header("authorization", format!("Bearer {administrator}"));
        let request = request.body(Vec::new()).expect("a request");
        let error = tenant.try_send(request).await.err().expect("no reply");
        let entry = tenant.0.log().pop().expect("a line");
        let secrets = tenant.0.snapshot().applications[0].secrets.len();
        (error, entry.status, entry.fault, secrets)
    };
    let dropped = add(fault("drop-request=1")).await;
    assert_eq!(dropped, ("the request was dropped".to_owned(), 0, Some("drop-request"), 1));
    let unheard = add(fault("drop-reply=1")).await;
    assert_eq!(unheard, ("the reply was dropped".to_owned(), 200, Some("drop-reply"), 2));
}

#[tokio::test(start_paused = true)]
async fn expired_token_fault_expires_tokens() {
    let tenant = with(&[fault("expired-token=1")]);
    let token = tenant.sign_in().await.json()["access_token"].as_str().expect("a token").to_owned();
    let answer = tenant.graph(&token, "/users").await;
    assert_eq!(answer.json()["error"]["code"], "InvalidAuthenticationToken");
    assert_eq!((answer.status.as_u16(), tenant.0.log()[1].fault), (401, Some("expired-token")));
    let entry = tenant.0.log().remove(0);
    assert_eq!((entry.status, entry.fault), (200, None), "signing in is no matter of a token");
}

#[tokio::test(start_paused = true)]
async fn clock_fault_shifts_dates_and_tokens() {
    let (ahead, right) = (with(&[fault("clock-skew=7200")]), with(&[]));
    let second = async |tenant: &Tenant| {
        let answer = tenant.sign_in().await;
        let date = answer.headers["date"].to_str().expect("text").to_owned();
        let token = answer.json()["access_token"].as_str().expect("a token").to_owned();
        let claims =
            jsonwebtoken::dangerous::insecure_decode::<serde_json::Value>(&token).expect("a token").claims;
        let date = jiff::fmt::rfc2822::parse(&date).expect("a date").timestamp().as_second();
        (date, claims["iat"].as_i64().expect("a time"))
    };
    let ((date, begin), (right, _)) = (second(&ahead).await, second(&right).await);
    assert!((7199..=7201).contains(&(date - right)), "{date} {right}");
    assert!((begin - date).abs() <= 1);
}

#[tokio::test(start_paused = true)]
async fn limits_match_the_documented_rates() {
    let tenant = Tenant::new(Options::default().enforce_limits(true));
    let token = tenant.facts().admin_token.clone();
    let path = "/users/00000000-0000-0000-0000-000000000001/presence";
    for _ in 0..1500 {
        assert_ne!(tenant.graph(&token, path).await.status, 429);
    }
    tokio::time::advance(Duration::from_millis(12_500)).await;
    let answer = tenant.graph(&token, path).await;
    assert_eq!((answer.status.as_u16(), answer.headers["retry-after"].to_str().ok()), (429, Some("17.500")));
    tokio::time::advance(Duration::from_millis(17_500)).await;
    assert_ne!(tenant.graph(&token, path).await.status, 429);
    assert_eq!(tenant.graph(&token, "/users").await.headers["x-ms-resource-unit"], "2");
    // Without limits, no request waits, but its cost is still reported.
    let free = with(&[]);
    let token = free.facts().admin_token.clone();
    for _ in 0..1501 {
        assert_ne!(free.graph(&token, path).await.status, 429);
    }
    assert_eq!(free.graph(&token, "/users?$select=id").await.headers["x-ms-resource-unit"], "1");
}

#[tokio::test(start_paused = true)]
async fn the_log_has_a_line_per_request_and_no_secret() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let tenant = Tenant::new(Options::default().log(file.path()));
    let token = tenant.sign_in().await.json()["access_token"].as_str().expect("a token").to_owned();
    tenant.graph(&token, &format!("/users?$filter=mail eq '{}'", tenant.secret()).replace(' ', "%20")).await;
    let text = std::fs::read_to_string(file.path()).expect("the log");
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"))
        .collect::<Vec<_>>();
    let members = lines[0].as_object().expect("an object").keys().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(members, ["method", "path", "status", "ms", "parts"]);
    assert_eq!((lines[0]["method"].as_str(), lines[0]["status"].as_u64()), (Some("POST"), Some(200)));
    assert_eq!((lines[1]["path"].as_str(), lines.len()), (Some("/v1.0/users"), 2));
    assert!(lines[0]["parts"].as_array().is_some_and(Vec::is_empty));
    for secret in [&tenant.secret(), &token, &tenant.facts().admin_token] {
        assert!(!text.contains(secret.as_str()));
    }
    assert_eq!(tenant.0.log().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn new_objects_are_not_visible_at_once() {
    let faults = vec![fault("replication-lag=10")];
    let tenant = Tenant::new(Options::default().scenario(Scenario::NoConsent).faults(faults));
    let administrator = tenant.facts().admin_token.clone();
    let path = format!("/applications(appId='{}')/addPassword", tenant.client_id());
    let added = tenant.graph_post(&administrator, &path, &json!({})).await;
    assert_eq!(added.status, 200, "{}", added.text);
    let secret = added.json()["secretText"].as_str().expect("a value").to_owned();
    assert_eq!(tenant.sign_in_with(&tenant.client_id(), &secret).await.code(), (7000215, 401));
    assert_eq!(tenant.sign_in().await.status, 200, "the old one is seen");
    tokio::time::advance(Duration::from_secs(10)).await;
    assert_eq!(tenant.sign_in_with(&tenant.client_id(), &secret).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn log_lists_the_parts_of_a_batch() {
    let tenant = with(&[]);
    let token = tenant.facts().admin_token.clone();
    let parts = json!({"requests": [
        {"id": "1", "method": "GET", "url": "/users?$top=1&$select=id"},
        {"id": "2", "method": "GET", "url": "/users/nobody@contoso.example"}]});
    assert_eq!(tenant.graph_post(&token, "/$batch", &parts).await.status, 200);
    let entry = tenant.0.log().pop().expect("a line");
    assert_eq!(entry.path, "/v1.0/$batch");
    let part = |part: &Part| (part.method.clone(), part.path.clone(), part.status);
    let part_of = |path: &str, status| ("GET".to_owned(), path.to_owned(), status);
    let found = entry.parts.iter().map(part).collect::<Vec<_>>();
    assert_eq!(found, [part_of("/users", 200), part_of("/users/nobody@contoso.example", 404)]);
}

#[tokio::test(start_paused = true)]
async fn batch_parts_are_throttled_separately() {
    let tenant = with(&[fault("throttle=0.5")]);
    let token = tenant.facts().admin_token.clone();
    let part = |id: usize| json!({"id": id.to_string(), "method": "GET", "url": "/organization"});
    let parts = json!({"requests": (0..20).map(part).collect::<Vec<_>>()});
    let answer = tenant.graph_post(&token, "/$batch", &parts).await;
    assert_eq!(answer.status, 200);
    let responses = answer.json()["responses"].as_array().expect("a list").clone();
    let throttled = responses.iter().filter(|one| one["status"] == 429).collect::<Vec<_>>();
    assert!(responses.len() == 20 && (1..20).contains(&throttled.len()), "{}", throttled.len());
    for part in throttled {
        let pause = part["headers"]["Retry-After"].as_str().or(part["headers"]["retry-after"].as_str());
        assert!(pause.expect("a pause").parse::<f64>().is_ok_and(|pause| pause >= 1.0));
    }
}
