//! The administrator's sign-in in a browser: page, code, and its proof (PKCE).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use swyx_teams::emulator::Options;
use url::Url;

use crate::entra::client::{Answer, Tenant};

const TOOLS: &str = "14d82eec-204b-4c2f-b7e8-296a70dab67e";
const BACK: &str = "http://localhost:51234";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes()))
}

/// Opens the sign-in page with the usual parameters and these changes; an empty value leaves one out.
async fn open(tenant: &Tenant, changes: &[(&str, &str)]) -> Answer {
    let challenge = challenge(VERIFIER);
    let mut fields = vec![
        ("client_id", TOOLS),
        ("response_type", "code"),
        ("redirect_uri", BACK),
        ("response_mode", "form_post"),
        ("scope", "https://graph.microsoft.com/Application.ReadWrite.All openid profile"),
        ("state", "s<\">1"),
        ("nonce", "n1"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    for &(name, value) in changes {
        fields.retain(|(known, _)| *known != name);
        fields.push((name, value));
    }
    fields.retain(|(_, value)| !value.is_empty());
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    tenant.get(&format!("/{}/oauth2/v2.0/authorize?{query}", tenant.id())).await
}

/// The value of a hidden field.
fn field(page: &Answer, name: &str) -> String {
    let start = format!("<input type=hidden name={name} value=\"");
    let (_, rest) = page.text.split_once(&start).unwrap_or_else(|| panic!("{name} in {}", page.text));
    rest.split_once('"').expect("an end").0.to_owned()
}

async fn click(tenant: &Tenant, page: &Answer, answer: &str) -> Answer {
    let fields = [("ticket", field(page, "ticket")), ("answer", answer.to_owned())];
    let fields = fields.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>();
    tenant.post(&format!("/{}/oauth2/v2.0/authorize", tenant.id()), &fields).await
}

async fn code(tenant: &Tenant) -> String {
    let page = open(tenant, &[]).await;
    field(&click(tenant, &page, "accept").await, "code")
}

async fn redeem(tenant: &Tenant, code: &str, changes: &[(&str, &str)]) -> Answer {
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("client_id", TOOLS),
        ("code", code),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
    ];
    for &(name, value) in changes {
        fields.retain(|(known, _)| *known != name);
        fields.push((name, value));
    }
    tenant.token(&tenant.id(), &fields).await
}

#[tokio::test(start_paused = true)]
async fn a_click_gives_a_code_for_one_token() {
    let tenant = Tenant::new(Options::default());
    let page = open(&tenant, &[]).await;
    assert_eq!(page.status, 200);
    for text in ["Microsoft Graph Command Line Tools", "Application.ReadWrite.All", "@contoso.example"] {
        assert!(page.text.contains(text), "{text} in {}", page.text);
    }
    let back = click(&tenant, &page, "accept").await;
    assert!(back.text.contains(&format!("action=\"{BACK}/\"")), "{}", back.text);
    assert_eq!(field(&back, "state"), "s&lt;&quot;&gt;1");
    let code = field(&back, "code");
    let tokens = redeem(&tenant, &code, &[]).await;
    assert_eq!(tokens.status, 200, "{}", tokens.text);
    let tokens = tokens.json();
    let claims =
        tenant.verified(tokens["access_token"].as_str().expect("a token")).await.expect("valid").claims;
    assert_eq!(
        (claims["tid"].as_str(), claims["scp"].as_str()),
        (Some(tenant.id().as_str()), Some("Application.ReadWrite.All openid profile"))
    );
    let identity = tokens["id_token"].as_str().expect("a token");
    let identity = jsonwebtoken::dangerous::insecure_decode::<serde_json::Value>(identity).expect("a token");
    assert_eq!(identity.claims["nonce"], "n1");
    let again = redeem(&tenant, &code, &[]).await;
    assert_eq!((again.code(), &again.json()["error"]), ((54005, 400), &json!("invalid_grant")));
    // A page can be used once.
    assert_eq!(click(&tenant, &page, "accept").await.status, 400);
}

#[tokio::test(start_paused = true)]
async fn a_code_needs_its_verifier_its_address_and_its_client() {
    let tenant = Tenant::new(Options::default());
    let wrong = "A".repeat(43);
    for (changes, code_of, error) in [
        (vec![("code_verifier", wrong.as_str())], 501481, "invalid_grant"),
        (vec![("code_verifier", "")], 501481, "invalid_grant"),
        (vec![("redirect_uri", "http://localhost:51234/")], 500112, "invalid_client"),
        (vec![("redirect_uri", "http://127.0.0.1:51234")], 500112, "invalid_client"),
        (vec![("client_id", "04b07795-8ddb-461a-bbee-02f9e1bf7b46")], 70000, "invalid_grant"),
        (vec![("client_secret", "x")], 700025, "invalid_client"),
        (vec![("code", "other")], 70000, "invalid_grant"),
    ] {
        let code = code(&tenant).await;
        let refused = redeem(&tenant, &code, &changes).await;
        assert_eq!((refused.code().0, &refused.json()["error"]), (code_of, &json!(error)), "{changes:?}");
    }
    let code = code(&tenant).await;
    tokio::time::advance(Duration::from_secs(601)).await;
    assert_eq!(redeem(&tenant, &code, &[]).await.code(), (70008, 400));
}

#[tokio::test(start_paused = true)]
async fn only_registered_addresses_get_an_answer() {
    let tenant = Tenant::new(Options::default());
    for address in
        ["http://127.0.0.1:51234", "http://localhost:51234/callback", "https://localhost:51234", "urn:x"]
    {
        let page = open(&tenant, &[("redirect_uri", address)]).await;
        assert_eq!(page.status, 400, "{address}");
        assert!(page.text.contains("AADSTS50011") && page.headers.get("location").is_none(), "{address}");
    }
    for address in ["http://localhost", "http://localhost:1", "http://localhost:51234/"] {
        assert_eq!(open(&tenant, &[("redirect_uri", address)]).await.status, 200, "{address}");
    }
    let script = "<script>alert(1)</script>";
    let page = open(&tenant, &[("client_id", script)]).await;
    assert!(page.status == 400 && !page.text.contains(script), "{}", page.text);
}

#[tokio::test(start_paused = true)]
async fn errors_and_codes_in_the_address_return_with_the_state() {
    let tenant = Tenant::new(Options::default());
    let location = |answer: &Answer| {
        assert_eq!(answer.status, 302, "{}", answer.text);
        answer.headers["location"].to_str().expect("text").parse::<Url>().expect("an address")
    };
    let value = |address: &Url, name: &str| {
        address.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    };
    let page = open(&tenant, &[]).await;
    let cancelled = location(&click(&tenant, &page, "cancel").await);
    assert_eq!(value(&cancelled, "error").as_deref(), Some("access_denied"));
    assert!(value(&cancelled, "error_description").is_some_and(|text| text.starts_with("AADSTS65004")));
    for (change, code) in [
        (("response_type", "token"), "AADSTS700054"),
        (("code_challenge", "short"), "AADSTS501491"),
        (("code_challenge_method", "plain"), "AADSTS501481"),
        (("scope", ""), "AADSTS900144"),
    ] {
        let returned = location(&open(&tenant, &[change]).await);
        assert!(
            value(&returned, "error_description").is_some_and(|text| text.starts_with(code)),
            "{returned}"
        );
        assert_eq!(value(&returned, "state").as_deref(), Some("s<\">1"));
    }
    let page = open(&tenant, &[("response_mode", "query")]).await;
    let back = location(&click(&tenant, &page, "accept").await);
    let code = value(&back, "code").expect("a code");
    assert_eq!(
        (back.as_str().split('?').next(), value(&back, "state").as_deref()),
        (Some("http://localhost:51234/"), Some("s<\">1"))
    );
    assert_eq!(redeem(&tenant, &code, &[]).await.status, 200);
}
