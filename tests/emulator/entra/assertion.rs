//! Sign-in of an application with a certificate.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use swyx_teams::emulator::Options;

use crate::certificates::{Issued, ec_key, issue, other_rsa_key, valid};
use crate::entra::client::{Answer, Tenant};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Registers certificates with the ready application.
async fn register(tenant: &Tenant, entries: &[Value]) {
    let path = format!("/v1.0/applications(appId='{}')", tenant.client_id());
    let request = http::Request::patch(path)
        .header("authorization", format!("Bearer {}", tenant.facts().admin_token))
        .header("content-type", "application/json");
    let body = json!({"keyCredentials": entries}).to_string();
    let answer = tenant.send(request.body(Vec::from(body)).expect("a request")).await;
    assert_eq!(answer.status, 204, "{}", answer.text);
}

fn entry(certificate: &Issued) -> Value {
    json!({"type": "AsymmetricX509Cert", "usage": "Verify", "key": certificate.key()})
}

fn claims(tenant: &Tenant) -> Value {
    let now = jiff::Timestamp::now().as_second();
    json!({"aud": format!("{}/{}/oauth2/v2.0/token", tenant.facts().authority, tenant.id()), "iss": tenant.client_id(),
        "sub": tenant.client_id(), "jti": "9b8e3a2c-7d16-4f05-b4c9-1e2f3a4b5c6d", "nbf": now - 60, "exp": now + 540})
}

fn header(certificate: &Issued) -> Header {
    let mut header = Header::new(Algorithm::PS256);
    header.x5t_s256 = Some(certificate.x5t_s256());
    header
}

fn signed(header: &Header, claims: &Value, certificate: &Issued) -> String {
    let pem = certificate.pair.serialize_pem();
    let key = match header.alg {
        Algorithm::ES256 => EncodingKey::from_ec_pem(pem.as_bytes()),
        _ => EncodingKey::from_rsa_pem(pem.as_bytes()),
    };
    jsonwebtoken::encode(header, claims, &key.expect("a key")).expect("a token")
}

async fn sign_in(tenant: &Tenant, kind: &str, assertion: &str) -> Answer {
    let client = tenant.client_id();
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", client.as_str()),
        ("scope", "https://graph.microsoft.com/.default"),
        ("client_assertion_type", kind),
        ("client_assertion", assertion),
    ];
    tenant.token(&tenant.id(), &fields).await
}

#[tokio::test(start_paused = true)]
async fn a_registered_certificate_signs_in() {
    let tenant = Tenant::new(Options::default());
    let certificate = valid("client");
    register(&tenant, &[entry(&certificate)]).await;
    let claims = claims(&tenant);
    let mut old = Header::new(Algorithm::RS256);
    old.x5t = Some(certificate.x5t());
    for header in [header(&certificate), old] {
        let assertion = signed(&header, &claims, &certificate);
        let answer = sign_in(&tenant, JWT_BEARER, &assertion).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let token = answer.json()["access_token"].as_str().expect("a token").to_owned();
        let claims = tenant.verified(&token).await.expect("valid").claims;
        assert_eq!((&claims["appid"], &claims["appidacr"]), (&json!(tenant.client_id()), &json!("2")));
    }
}

/// Clients write times as numbers, as numbers with a fraction, or as texts.
#[tokio::test(start_paused = true)]
async fn every_form_of_a_time_is_read() {
    let tenant = Tenant::new(Options::default());
    let certificate = valid("client");
    register(&tenant, &[entry(&certificate)]).await;
    let right = claims(&tenant);
    let end = right["exp"].as_i64().expect("seconds");
    for (end, status) in [
        (json!(end), 200),
        (json!(format!("{end}.25").parse::<f64>().expect("a number")), 200),
        (json!(end.to_string()), 200),
        (json!(1.5), 401),
        (json!("soon"), 401),
        (json!(1e300), 401),
    ] {
        let mut claims = right.clone();
        claims["exp"] = end.clone();
        let assertion = signed(&header(&certificate), &claims, &certificate);
        assert_eq!(sign_in(&tenant, JWT_BEARER, &assertion).await.status, status, "{end}");
    }
}

#[tokio::test(start_paused = true)]
async fn wrong_assertions_are_refused_with_their_codes() {
    let tenant = Tenant::new(Options::default());
    let (good, curve) = (valid("client"), issue(ec_key(), "curve", 2020, 2090));
    register(&tenant, &[entry(&good), entry(&curve)]).await;
    let right = claims(&tenant);
    let with = |name: &str, value: Value| {
        let mut claims = right.clone();
        claims[name] = value;
        signed(&header(&good), &claims, &good)
    };
    let now = right["nbf"].as_i64().expect("seconds");
    let other_key = Issued { pair: other_rsa_key(), der: good.der.clone() };
    let mut without = header(&good);
    without.x5t_s256 = None;
    let mut old_name = Header::new(Algorithm::PS256);
    old_name.x5t = Some(good.x5t());
    let mut ecdsa = Header::new(Algorithm::ES256);
    ecdsa.x5t_s256 = Some(curve.x5t_s256());
    for (what, assertion, code) in [
        ("no token", "x.y.z".to_owned(), 50027),
        ("no thumbprint", signed(&without, &right, &good), 50027),
        ("the thumbprint of the other algorithm", signed(&old_name, &right, &good), 50027),
        ("ES256", signed(&ecdsa, &right, &curve), 5002738),
        ("an unregistered certificate", signed(&header(&valid("x")), &right, &good), 700027),
        ("another key", signed(&header(&good), &right, &other_key), 700027),
        ("another issuer", with("iss", json!(tenant.id())), 700021),
        ("another subject", with("sub", json!(tenant.id())), 700021),
        ("another audience", with("aud", json!("https://login.microsoftonline.com/common/v2.0")), 700023),
        ("the past", with("exp", json!(now - 400)), 700024),
        ("the future", with("nbf", json!(now + 1000)), 700024),
        ("no end", with("exp", Value::Null), 50027),
    ] {
        let answer = sign_in(&tenant, JWT_BEARER, &assertion).await;
        assert_eq!(answer.code(), (code, 401), "{what}: {}", answer.text);
        assert_eq!(answer.json()["error"], "invalid_client", "{what}");
        assert!(!answer.text.contains(&assertion), "{what}");
    }
    let assertion = signed(&header(&good), &right, &good);
    assert_eq!(sign_in(&tenant, "jwt", &assertion).await.code(), (90023, 400));
    assert_eq!(sign_in(&tenant, "", &assertion).await.code(), (900144, 400));
    assert_eq!(sign_in(&tenant, JWT_BEARER, &assertion).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn an_expired_certificate_is_refused() {
    let tenant = Tenant::new(Options::default());
    let certificate = valid("client");
    let end = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(30);
    let mut entry = entry(&certificate);
    entry["endDateTime"] = json!(end.to_string());
    register(&tenant, &[entry]).await;
    let assertion = signed(&header(&certificate), &claims(&tenant), &certificate);
    assert_eq!(sign_in(&tenant, JWT_BEARER, &assertion).await.status, 200);
    tokio::time::advance(std::time::Duration::from_secs(60)).await;
    assert_eq!(sign_in(&tenant, JWT_BEARER, &assertion).await.code(), (1000502, 401));
}
