//! The administrator's sign-in by device code, and refreshed tokens.

use std::time::Duration;

use base64::Engine as _;
use serde_json::{Value, json};
use swyx_teams::emulator::{DeviceCode, Options};

use crate::entra::client::{Answer, Tenant};

const TOOLS: &str = "14d82eec-204b-4c2f-b7e8-296a70dab67e";
const AZURE_CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
const SCOPE: &str = "Application.ReadWrite.All AppRoleAssignment.ReadWrite.All openid profile offline_access";

async fn begin(tenant: &Tenant, place: &str, client: &str, scope: &str) -> Answer {
    tenant.post(&format!("/{place}/oauth2/v2.0/devicecode"), &[("client_id", client), ("scope", scope)]).await
}

async fn poll(tenant: &Tenant, grant: &str, client: &str, code: &str) -> Answer {
    let fields = [("grant_type", grant), ("client_id", client), ("device_code", code), ("client_info", "1")];
    tenant.token("organizations", &fields).await
}

async fn code(tenant: &Tenant) -> String {
    let answer = begin(tenant, "organizations", TOOLS, SCOPE).await.json();
    answer["device_code"].as_str().expect("a code").to_owned()
}

fn with(device_code: DeviceCode) -> Tenant {
    Tenant::new(Options::default().device_code(device_code))
}

#[tokio::test(start_paused = true)]
async fn device_code_response_is_complete() {
    let tenant = with(DeviceCode::Approve);
    let answer = begin(&tenant, "contoso.example", TOOLS, SCOPE).await.json();
    assert_eq!((answer["expires_in"].as_u64(), answer["interval"].as_u64()), (Some(900), Some(5)));
    let (user_code, address) =
        (answer["user_code"].as_str().expect("a code"), answer["verification_uri"].as_str());
    let message = answer["message"].as_str().expect("a message");
    assert!(message.contains(user_code) && message.contains(address.expect("an address")));
    assert!(answer.get("verification_uri_complete").is_none());
    let page = tenant.get("/devicelogin").await;
    assert_eq!(page.status, 200);
    let german = "/common/oauth2/v2.0/devicecode?mkt=de-DE";
    let german = tenant.post(german, &[("client_id", TOOLS), ("scope", "User.Read")]).await.json();
    assert!(german["message"].as_str().expect("a message").starts_with("Zur Anmeldung"));
}

#[tokio::test(start_paused = true)]
async fn approved_code_gives_valid_tokens() {
    let tenant = with(DeviceCode::Approve);
    for grant in [GRANT, "device_code"] {
        let code = code(&tenant).await;
        let pending = poll(&tenant, grant, TOOLS, &code).await;
        assert_eq!(
            (pending.code(), pending.json()["error"].as_str()),
            ((70016, 400), Some("authorization_pending"))
        );
        let answer = poll(&tenant, grant, TOOLS, &code).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let body = answer.json();
        let token = body["access_token"].as_str().expect("a token");
        let claims = tenant.verified(token).await.expect("it verifies").claims;
        assert_eq!(claims["appid"], TOOLS);
        assert_eq!(claims["scp"], "Application.ReadWrite.All AppRoleAssignment.ReadWrite.All openid profile");
        assert_eq!((claims["appidacr"].as_str(), claims.get("roles")), (Some("0"), None));
        assert_eq!(claims["wids"], json!(["62e90394-69f5-4237-9190-012177145e10"]));
        let id = tenant
            .verified(body["id_token"].as_str().expect("an id token"))
            .await
            .expect("it verifies")
            .claims;
        assert_eq!((id["aud"].as_str(), id["tid"].as_str()), (Some(TOOLS), Some(tenant.id().as_str())));
        assert_eq!(id["iss"], format!("https://localhost:8443/{}/v2.0", tenant.id()));
        assert_eq!((&id["oid"], &id["preferred_username"]), (&claims["oid"], &claims["upn"]));
        let info = base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(body["client_info"].as_str().expect("info"));
        let info = serde_json::from_slice::<Value>(&info.expect("base64url")).expect("JSON");
        assert_eq!(info, json!({"uid": id["oid"], "utid": id["tid"]}));
        assert_eq!(poll(&tenant, grant, TOOLS, &code).await.code(), (70019, 400), "it is redeemed once");
    }
}

#[tokio::test(start_paused = true)]
async fn client_polls_the_requested_number_of_times() {
    let tenant = Tenant::new(Options::default().device_polls(3));
    let code = code(&tenant).await;
    for _ in 0..3 {
        assert_eq!(poll(&tenant, GRANT, TOOLS, &code).await.code(), (70016, 400));
    }
    assert_eq!(poll(&tenant, GRANT, TOOLS, &code).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn rejected_and_expired_codes_are_reported() {
    let (declining, letting) = (with(DeviceCode::Decline), with(DeviceCode::Expire));
    for (tenant, error, number) in
        [(&declining, "authorization_declined", 65004), (&letting, "expired_token", 70020)]
    {
        let code = code(tenant).await;
        assert_eq!(poll(tenant, GRANT, TOOLS, &code).await.code(), (70016, 400));
        let answer = poll(tenant, GRANT, TOOLS, &code).await;
        assert_eq!((answer.code(), answer.json()["error"].as_str()), ((number, 400), Some(error)));
    }
}

#[tokio::test(start_paused = true)]
async fn code_expires_and_belongs_to_its_client() {
    let tenant = with(DeviceCode::Approve);
    let code = code(&tenant).await;
    let wrong = poll(&tenant, GRANT, TOOLS, "made-up").await;
    assert_eq!((wrong.code(), wrong.json()["error"].as_str()), ((70018, 400), Some("bad_verification_code")));
    assert_eq!(poll(&tenant, GRANT, AZURE_CLI, &code).await.code(), (70018, 400));
    assert_eq!(
        tenant.token("common", &[("grant_type", GRANT), ("client_id", TOOLS)]).await.code(),
        (900144, 400)
    );
    tokio::time::advance(Duration::from_secs(901)).await;
    assert_eq!(poll(&tenant, GRANT, TOOLS, &code).await.code(), (70020, 400));
}

#[tokio::test(start_paused = true)]
async fn invalid_code_requests_are_rejected() {
    let tenant = with(DeviceCode::Approve);
    let own = tenant.client_id();
    let other = "4f9d1a06-2c57-4b83-9e1f-6a0b7c8d2e35";
    for (place, client, scope, expected) in [
        ("organizations", other, "User.Read", (700016, 400)),
        ("fabrikam.example", TOOLS, "User.Read", (90002, 400)),
        ("organizations", own.as_str(), "User.Read", (50194, 400)),
        ("consumers", TOOLS, "User.Read", (9002332, 400)),
        ("organizations", TOOLS, "", (900144, 400)),
        ("organizations", TOOLS, "api://x/Read", (500011, 400)),
        ("organizations", TOOLS, "User.Read https://graph.microsoft.com/.default", (70011, 400)),
    ] {
        assert_eq!(begin(&tenant, place, client, scope).await.code(), expected, "{place} {client} {scope}");
    }
}

/// A device code, asked for and redeemed with further fields.
async fn redeem(tenant: &Tenant, client: &str, scope: &str, more: &[(&str, &str)]) -> Answer {
    let place = tenant.id();
    let code =
        begin(tenant, &place, client, scope).await.json()["device_code"].as_str().expect("a code").to_owned();
    let fields = [("grant_type", GRANT), ("client_id", client), ("device_code", &code)];
    let fields = [fields.as_slice(), more].concat();
    tenant.token(&place, &fields).await;
    tenant.token(&place, &fields).await
}

#[tokio::test(start_paused = true)]
async fn user_sign_in_depends_on_the_client() {
    let tenant = with(DeviceCode::Approve);
    let own = tenant.client_id();
    assert_eq!(
        redeem(&tenant, &own, "User.Read", &[]).await.code(),
        (7000218, 401),
        "it is no public client"
    );
    let secret = tenant.secret();
    let with_secret = redeem(&tenant, &own, "User.Read", &[("client_secret", &secret)]).await;
    assert_eq!(with_secret.status, 200);
    assert_eq!(redeem(&tenant, TOOLS, "User.Read", &[("client_secret", "x")]).await.code(), (700025, 401));
    assert_eq!(redeem(&tenant, AZURE_CLI, "Presence.Read.All", &[]).await.code(), (65002, 400));
    assert_eq!(redeem(&tenant, AZURE_CLI, "Application.ReadWrite.All", &[]).await.status, 200);
    let base = "https://localhost:8443/.default";
    let all = redeem(&tenant, TOOLS, base, &[]).await.json();
    assert!(
        all["scope"].as_str().expect("scopes").contains("https://localhost:8443/Application.ReadWrite.All")
    );
    let public = r#"{"applications": [{"isFallbackPublicClient": true}]}"#;
    let public = Tenant::new(Options::default().state(public));
    let client = public.client_id();
    assert_eq!(redeem(&public, &client, "User.Read", &[]).await.status, 200);
    let nothing = r#"{"applications": [{"isFallbackPublicClient": true}]}"#;
    let nothing = Tenant::new(Options::default().state(nothing));
    assert_eq!(redeem(&nothing, &client, base, &[]).await.code(), (65001, 400), "it declares nothing");
}

async fn refresh(tenant: &Tenant, client: &str, token: &str, scope: &str) -> Answer {
    let fields =
        [("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", token), ("scope", scope)];
    tenant.token(&tenant.id(), &fields).await
}

#[tokio::test(start_paused = true)]
async fn refresh_token_keeps_the_agreed_scopes() {
    let text = r#"{"applications": [{"isFallbackPublicClient": true}]}"#;
    let tenant = Tenant::new(Options::default().state(text));
    let client = tenant.client_id();
    let first = redeem(&tenant, &client, "User.Read openid offline_access", &[]).await.json();
    let token = first["refresh_token"].as_str().expect("a refresh token").to_owned();
    tokio::time::advance(Duration::from_secs(3600)).await;
    for scope in ["", "User.Read openid offline_access", "openid"] {
        let answer = refresh(&tenant, &client, &token, scope).await;
        assert_eq!(answer.status, 200, "{scope} {}", answer.text);
        let claims = tenant
            .verified(answer.json()["access_token"].as_str().expect("a token"))
            .await
            .expect("it verifies");
        assert!(claims.claims["scp"].as_str().expect("scopes").starts_with("User.Read"));
    }
    assert_eq!(refresh(&tenant, &client, &token, "User.ReadWrite.All").await.code(), (65001, 400));
    assert_eq!(refresh(&tenant, TOOLS, &token, "User.Read").await.code(), (70000, 400));
    assert_eq!(refresh(&tenant, &client, "made-up", "User.Read").await.code(), (70000, 400));
    tokio::time::advance(Duration::from_secs(91 * 24 * 3600)).await;
    assert_eq!(refresh(&tenant, &client, &token, "User.Read").await.code(), (70000, 400));
    let without = redeem(&tenant, &client, "User.Read", &[]).await.json();
    assert!(without.get("refresh_token").is_none() && without.get("id_token").is_none());
}
