//! The errors of the token endpoint.

use base64::Engine as _;
use http::Request;
use swyx_teams::emulator::{Options, Scenario};

use crate::entra::client::{Tenant, form};

/// The fields of a right request, some of them replaced, or left out where the value is empty.
fn fields(tenant: &Tenant, changes: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    let mut fields = vec![
        ("grant_type", "client_credentials".to_owned()),
        ("client_id", tenant.client_id()),
        ("client_secret", tenant.secret()),
        ("scope", "https://graph.microsoft.com/.default".to_owned()),
    ];
    for (name, value) in changes {
        fields.retain(|(found, _)| found != name);
        fields.push((name, (*value).to_owned()));
    }
    fields.retain(|(_, value)| !value.is_empty());
    fields
}

/// The tenant's name, the changes, and the code, error word and status that come back.
type Case<'a> = (&'a str, &'a [(&'static str, &'a str)], u64, &'a str, u16);

async fn ask(tenant: &Tenant, place: &str, changes: &[(&'static str, &str)]) -> crate::entra::client::Answer {
    let fields = fields(tenant, changes);
    let fields = fields.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>();
    tenant.token(place, &fields).await
}

#[tokio::test(start_paused = true)]
async fn each_sign_in_error_has_its_code_error_and_status() {
    let tenant = Tenant::new(Options::default());
    let id = tenant.id();
    let other = "4f9d1a06-2c57-4b83-9e1f-6a0b7c8d2e35";
    let two = "https://graph.microsoft.com/.default https://localhost:8443/.default";
    let nil = "00000000-0000-0000-0000-000000000000";
    let tools = "14d82eec-204b-4c2f-b7e8-296a70dab67e";
    let cases: &[Case<'_>] = &[
        (&id, &[("client_secret", "wrong")], 7000215, "invalid_client", 401),
        (&id, &[("client_secret", other)], 7000215, "invalid_client", 401),
        (&id, &[("client_secret", "")], 7000218, "invalid_client", 401),
        (&id, &[("client_secret", ""), ("client_assertion", "x.y.z")], 900144, "invalid_request", 400),
        (&id, &[("client_id", other)], 700016, "unauthorized_client", 400),
        (&id, &[("client_id", "no-guid")], 700016, "unauthorized_client", 400),
        (&id, &[("client_id", nil)], 700038, "unauthorized_client", 400),
        (&id, &[("client_id", &id)], 700038, "unauthorized_client", 400),
        (&id, &[("client_id", tools)], 700025, "invalid_client", 401),
        (&id, &[("client_id", "")], 900144, "invalid_request", 400),
        (&id, &[("grant_type", "")], 900144, "invalid_request", 400),
        (&id, &[("scope", "")], 900144, "invalid_request", 400),
        (&id, &[("grant_type", "no_such_grant")], 70003, "unsupported_grant_type", 400),
        (&id, &[("scope", "User.Read")], 1002012, "invalid_scope", 400),
        (&id, &[("scope", two)], 700022, "invalid_scope", 400),
        (&id, &[("scope", "api://not-a-registered-resource/.default")], 500011, "invalid_resource", 400),
        (other, &[], 90002, "invalid_request", 400),
        ("fabrikam.example", &[], 90002, "invalid_request", 400),
        ("nonsense", &[], 900023, "invalid_request", 400),
        ("common", &[], 9001023, "invalid_request", 400),
        ("consumers", &[], 9001023, "invalid_request", 400),
        ("organizations", &[], 50059, "invalid_request", 400),
        (&id, &[("grant_type", "refresh_token"), ("refresh_token", "x")], 70000, "invalid_grant", 400),
    ];
    for (place, changes, code, word, status) in cases {
        let answer = ask(&tenant, place, changes).await;
        assert_eq!(answer.code(), (*code, *status), "{place} {changes:?} {}", answer.text);
        assert_eq!(answer.json()["error"], *word, "{place} {changes:?}");
    }
    assert_eq!(ask(&tenant, "Contoso.Example", &[]).await.status, 200, "without a mistake there is none");
}

#[tokio::test(start_paused = true)]
async fn error_body_has_the_format_of_the_live_service() {
    let tenant = Tenant::new(Options::default());
    let mut request = form(&format!("/{}/oauth2/v2.0/token", tenant.id()), &[]);
    let wish = "0f0e0d0c-1111-4222-8333-444455556666";
    request.headers_mut().insert("client-request-id", wish.parse().expect("a value"));
    let missing = tenant.send(request).await;
    let answer = ask(&tenant, &tenant.id(), &[("client_secret", "wrong")]).await;
    let body = answer.json();
    let members = body.as_object().expect("an object").keys().map(String::as_str).collect::<Vec<_>>();
    let all =
        ["error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id", "error_uri"];
    assert_eq!(members, all);
    let text = body["error_description"].as_str().expect("text");
    assert!(text.starts_with(
        "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request"
    ));
    let (trace, correlation) =
        (body["trace_id"].as_str().expect("id"), body["correlation_id"].as_str().expect("id"));
    let timestamp = body["timestamp"].as_str().expect("a time");
    assert!(
        text.ends_with(&format!(" Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}"))
    );
    assert_eq!(body["error_uri"], "https://login.microsoftonline.com/error?code=7000215");
    for (name, value) in [
        ("content-type", "application/json; charset=utf-8"),
        ("cache-control", "no-store, no-cache"),
        ("pragma", "no-cache"),
        ("expires", "-1"),
        ("x-ms-request-id", trace),
    ] {
        assert_eq!(answer.headers[name], value);
    }
    assert!(missing.json().get("error_uri").is_none());
    assert_eq!(missing.json()["correlation_id"], wish);
}

#[tokio::test(start_paused = true)]
async fn secret_is_accepted_in_the_header_if_encoded() {
    let tenant = Tenant::new(Options::default());
    let ask = async |credential: String| {
        let mut request = form(
            &format!("/{}/oauth2/v2.0/token", tenant.id()),
            &[("grant_type", "client_credentials"), ("scope", "https://localhost:8443/.default")],
        );
        let value = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(credential));
        request.headers_mut().insert("authorization", value.parse().expect("a value"));
        tenant.send(request).await
    };
    let encoded = url::form_urlencoded::byte_serialize(tenant.secret().as_bytes()).collect::<String>();
    assert_eq!(ask(format!("{}:{encoded}", tenant.client_id())).await.status, 200);
    assert_eq!(ask(format!("{}:wrong", tenant.client_id())).await.code(), (7000215, 401));
}

#[tokio::test(start_paused = true)]
async fn invalid_and_large_bodies_are_rejected() {
    let tenant = Tenant::new(Options::default());
    let path = format!("/{}/oauth2/v2.0/token", tenant.id());
    let malformed = Request::post(&path).body(vec![0xff, 0xfe]).expect("a request");
    assert_eq!(tenant.send(malformed).await.code(), (9002313, 400));
    let json = Request::post(&path).body(Vec::from("{\"grant_type\": \"x\"}")).expect("a request");
    assert_eq!(tenant.send(json).await.code(), (900144, 400));
    let large = Request::post(&path).body(vec![b'a'; 5 << 20]).expect("a request");
    assert_eq!(tenant.send(large).await.status, 413);
}

#[tokio::test(start_paused = true)]
async fn errors_do_not_repeat_a_misplaced_secret() {
    let tenant = Tenant::new(Options::default());
    let secret = tenant.secret();
    let id = tenant.id();
    let (resource, two) = (format!("{secret}/.default"), format!("User.Read {secret}"));
    for (place, name, value) in [
        (&id, "client_id", &secret),
        (&id, "grant_type", &secret),
        (&id, "scope", &secret),
        (&id, "scope", &resource),
        (&id, "scope", &two),
        (&secret, "scope", &resource),
    ] {
        let answer = ask(&tenant, place, &[(name, value)]).await;
        assert!(!answer.text.contains(&secret) && answer.status.is_client_error(), "{name} {}", answer.text);
    }
    let answer = tenant.get(&format!("/{secret}/v2.0/.well-known/openid-configuration")).await;
    assert!(!answer.text.contains(&secret) && answer.status.is_client_error());
    // The cross-check: a secret in a response is detected.
    assert!(tenant.facts().to_json().contains(&secret));
}

#[tokio::test(start_paused = true)]
async fn future_secret_is_invalid_not_expired() {
    let start = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
    let text = format!(
        r#"{{"applications": [{{"secrets": [{{"value": "early", "startDateTime": "{start}"}},
            {{"value": "late", "endsInDays": -1}}]}}]}}"#
    );
    let tenant = Tenant::new(Options::default().state(text));
    let client = tenant.client_id();
    assert_eq!(tenant.sign_in_with(&client, "early").await.code(), (7000215, 401));
    assert_eq!(tenant.sign_in_with(&client, "late").await.code(), (7000222, 401));
    tokio::time::advance(std::time::Duration::from_secs(3601)).await;
    assert_eq!(tenant.sign_in_with(&client, "early").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn object_id_as_client_id_is_rejected() {
    let text = r#"{"applications": [{"id": "1b2c3d4e-5f60-4172-8394-a5b6c7d8e9f0",
        "secrets": [{"keyId": "2c3d4e5f-6071-4283-94a5-b6c7d8e9f012", "value": "abc"}]}]}"#;
    let tenant = Tenant::new(Options::default().state(text));
    for id in ["1b2c3d4e-5f60-4172-8394-a5b6c7d8e9f0", "2c3d4e5f-6071-4283-94a5-b6c7d8e9f012"] {
        assert_eq!(tenant.sign_in_with(id, "abc").await.code(), (700038, 400));
    }
    assert_eq!(tenant.sign_in().await.status, 200);
    let none = Tenant::new(Options::default().scenario(Scenario::Empty));
    assert!(none.facts().client_id.is_none() && none.facts().client_secret.is_none());
}
