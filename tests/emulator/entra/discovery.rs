//! What the tenant publishes, and the headers of its answers.

use http::Request;
use serde_json::{Value, json};
use swyx_teams::emulator::Options;

use crate::entra::client::Tenant;

/// The members of the live document, as of July 2026.
const MEMBERS: [&str; 25] = [
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "userinfo_endpoint",
    "device_authorization_endpoint",
    "end_session_endpoint",
    "response_types_supported",
    "response_modes_supported",
    "subject_types_supported",
    "scopes_supported",
    "id_token_signing_alg_values_supported",
    "token_endpoint_auth_methods_supported",
    "claims_supported",
    "tenant_region_scope",
    "cloud_instance_name",
    "cloud_graph_host_name",
    "msgraph_host",
    "rbac_url",
    "http_logout_supported",
    "frontchannel_logout_supported",
    "request_uri_parameter_supported",
    "kerberos_endpoint",
    "mtls_endpoint_aliases",
    "tls_client_certificate_bound_access_tokens",
];

#[tokio::test(start_paused = true)]
async fn openid_document_exists_for_every_tenant_name() {
    let tenant = Tenant::new(Options::default());
    let id = tenant.id();
    for name in [id.as_str(), "contoso.example", "CONTOSO.example", "common", "organizations"] {
        let answer = tenant.get(&format!("/{name}/v2.0/.well-known/openid-configuration")).await;
        assert_eq!(answer.status, 200, "{name}");
        let document = answer.json();
        for member in [
            "issuer",
            "authorization_endpoint",
            "token_endpoint",
            "jwks_uri",
            "device_authorization_endpoint",
        ] {
            let address = document[member].as_str().unwrap_or_default();
            assert!(address.starts_with("https://localhost:8443/"), "{name} {member} {address}");
        }
        let fixed = ["common", "organizations"].contains(&name);
        let issuer = if fixed { "{tenantid}".to_owned() } else { id.clone() };
        assert_eq!(document["issuer"], format!("https://localhost:8443/{issuer}/v2.0"));
        assert_eq!(document["id_token_signing_alg_values_supported"], json!(["RS256"]));
        assert_eq!(document["http_logout_supported"], true);
        assert_eq!(document["tls_client_certificate_bound_access_tokens"], true);
        let members = document.as_object().expect("an object");
        assert_eq!(MEMBERS.iter().find(|member| !members.contains_key(**member)), None);
        assert_eq!(members.len(), MEMBERS.len());
        assert_eq!(document["request_uri_parameter_supported"], false);
    }
    let first = tenant.get(&format!("/{id}/.well-known/openid-configuration")).await.json();
    assert_eq!(first["issuer"], format!("https://sts.windows.net/{id}/"));
}

#[tokio::test(start_paused = true)]
async fn openid_document_of_an_unknown_tenant_is_rejected() {
    let tenant = Tenant::new(Options::default());
    for (name, word, code) in [
        ("4f9d1a06-2c57-4b83-9e1f-6a0b7c8d2e35", "invalid_tenant", 90002),
        ("fabrikam.example", "invalid_tenant", 90002),
        ("nonsense", "invalid_request", 900023),
    ] {
        let answer = tenant.get(&format!("/{name}/v2.0/.well-known/openid-configuration")).await;
        assert_eq!((answer.json()["error"].as_str(), answer.code()), (Some(word), (code, 400)), "{name}");
        assert_eq!(answer.headers["cache-control"], "max-age=86400, private");
        assert!(!answer.headers.contains_key("pragma") && !answer.headers.contains_key("expires"));
        assert_eq!(answer.json()["trace_id"], answer.headers["x-ms-request-id"].to_str().expect("text"));
    }
}

#[tokio::test(start_paused = true)]
async fn instance_discovery_knows_one_host() {
    let tenant = Tenant::new(Options::default().base("https://localhost:4711"));
    let answer =
        tenant.get("/common/discovery/instance?api-version=1.1&authorization_endpoint=x").await.json();
    assert_eq!(answer["metadata"][0]["aliases"], json!(["localhost:4711"]));
    assert_eq!(answer["api-version"], "1.1");
}

#[tokio::test(start_paused = true)]
async fn published_key_is_complete() {
    let tenant = Tenant::new(Options::default());
    let keys = tenant.get("/common/discovery/v2.0/keys").await.json();
    let key = &keys["keys"][0];
    assert_eq!(
        (key["kty"].as_str(), key["use"].as_str(), key["kid"] == key["x5t"]),
        (Some("RSA"), Some("sig"), true)
    );
    assert!(key["n"].as_str().expect("n").len() > 300 && key["x5c"][0].is_string());
    assert_eq!(keys["keys"].as_array().map(Vec::len), Some(1));
}

#[tokio::test(start_paused = true)]
async fn every_response_has_ids_and_a_date() {
    let tenant = Tenant::new(Options::default());
    let wish = "0f0e0d0c-1111-4222-8333-444455556666";
    for path in ["/common/discovery/instance", "/nowhere/at/all", "/v1.0/users", "/swyx/v1/users"] {
        let request =
            Request::get(path).header("client-request-id", wish).body(Vec::new()).expect("a request");
        let answer = tenant.send(request).await;
        assert_eq!(answer.headers["client-request-id"], wish, "{path}");
        assert!(answer.headers["request-id"].to_str().expect("text").parse::<uuid::Uuid>().is_ok());
        assert!(answer.headers["date"].to_str().expect("text").ends_with(" GMT"));
        assert_eq!(answer.headers.contains_key("x-ms-ags-diagnostic"), path.starts_with("/v1.0"), "{path}");
    }
    let query = format!("/common/discovery/instance?client-request-id={wish}");
    assert_eq!(tenant.get(&query).await.headers["client-request-id"], wish);
}

#[tokio::test(start_paused = true)]
async fn unknown_paths_are_404_and_subscriptions_are_empty() {
    let tenant = Tenant::new(Options::default());
    for path in ["/", "/swyx", "/v1.0", "/beta/users"] {
        assert_eq!(tenant.get(path).await.status, 404, "{path}");
    }
    let subscriptions = tenant.get("/subscriptions?api-version=2022-12-01").await.json();
    assert_eq!(subscriptions, json!({"value": []}));
    let page = tenant.get("/contoso.example/adminconsent?client_id=x").await;
    assert!(page.text.starts_with("<!doctype html>"));
}

#[tokio::test(start_paused = true)]
async fn graph_requires_a_valid_token_of_the_tenant() {
    let tenant = Tenant::new(Options::default());
    let refused = |answer: &crate::entra::client::Answer| {
        let body = answer.json();
        assert!(answer.headers["www-authenticate"].to_str().expect("text").starts_with("Bearer "));
        assert!(body["error"]["innerError"]["request-id"].is_string());
        (answer.status.as_u16(), body["error"]["code"].as_str().unwrap_or_default().to_owned())
    };
    let expected = (401, "InvalidAuthenticationToken".to_owned());
    let none = tenant.get("/v1.0/users").await;
    assert_eq!(refused(&none), expected);
    let foreign = Tenant::new(Options::default());
    let other = foreign.facts().admin_token.clone();
    for token in ["x", "a.b.c", other.as_str()] {
        assert_eq!(refused(&tenant.graph(token, "/users").await), expected);
    }
    let token = tenant.sign_in().await.json()["access_token"].as_str().expect("a token").to_owned();
    assert_ne!(tenant.graph(&token, "/users").await.status, 401);
    tokio::time::advance(std::time::Duration::from_secs(3600)).await;
    assert_eq!(refused(&tenant.graph(&token, "/users").await), expected);
    let administrator = tenant.facts().admin_token.clone();
    assert_ne!(tenant.graph(&administrator, "/users").await.status, 401, "it lives longer");
    let id_token = json!({}).to_string();
    assert_eq!(refused(&tenant.graph(&id_token, "/users").await), expected);
    assert_ne!(none.json(), Value::Null);
}
