//! The sign-in with a certificate instead of an administrator.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use swyx_teams::emulator::{Options, Scenario};
use swyx_teams::entra::GraphError;
use swyx_teams::entra::sign_in::{KeyError, SigningKey, Token, as_automation};
use swyx_teams::secret::Secret;

use super::memory::{Place, place};
use crate::certificates::{Issued, ec_key, issue, other_rsa_key, pem, rsa_key, valid};
use crate::faults::fault;

fn read(content: &[u8], password: Option<&str>) -> Result<SigningKey, KeyError> {
    SigningKey::read(content, password.map(Secret::new).as_ref(), Timestamp::now())
}

fn refused(content: &[u8], password: Option<&str>) -> KeyError {
    read(content, password).err().expect("refused")
}

/// A PFX file with a key and its certificate.
fn pfx(issued: &Issued, password: &str, algorithm: p12_keystore::EncryptionAlgorithm) -> Vec<u8> {
    let key = p12_keystore::PrivateKey::from_der(issued.pair.serialized_der()).expect("a key");
    let certificate = p12_keystore::Certificate::from_der(&issued.der).expect("a certificate");
    let chain = p12_keystore::PrivateKeyChain::new("id", key, [certificate]);
    let mut store = p12_keystore::KeyStore::new();
    store.add_entry("entry", p12_keystore::KeyStoreEntry::PrivateKeyChain(chain));
    store.writer(password).encryption_algorithm(algorithm).write().expect("a file")
}

async fn register(place: &Place, certificate: &Issued) {
    let facts = place.emulator.facts();
    let id = facts.client_id.as_deref().expect("an application");
    // Valid for long, so that a test can change the clock.
    let body = json!({"keyCredentials": [{"type": "AsymmetricX509Cert", "usage": "Verify", "key": certificate.key(),
        "startDateTime": "2025-01-01T00:00:00Z", "endDateTime": "2080-01-01T00:00:00Z"}]});
    let request = http::Request::patch(format!("/v1.0/applications(appId='{id}')"))
        .header("authorization", format!("Bearer {}", facts.admin_token))
        .header("content-type", "application/json");
    let request = request.body(body.to_string().into_bytes()).expect("a request");
    assert_eq!(place.emulator.answer(request).await.status(), 204);
}

async fn sign_in(place: &Place, key: &SigningKey) -> Result<Token, GraphError> {
    let settings = place.settings();
    let transport = Arc::clone(&place.transport);
    as_automation(transport, &settings.access, settings.client_id, key, Duration::from_secs(60)).await
}

#[tokio::test(start_paused = true)]
async fn every_form_of_a_key_signs_in() {
    use base64::Engine as _;
    use p12_keystore::EncryptionAlgorithm::{PbeWithHmacSha256AndAes256, PbeWithShaAnd3KeyTripleDesCbc};
    let place = place(Options::default());
    let certificate = valid("automation");
    register(&place, &certificate).await;
    let issuer = issue(other_rsa_key(), "issuer", 2020, 2090);
    let modern = pfx(&certificate, "made-up", PbeWithHmacSha256AndAes256);
    let text = base64::engine::general_purpose::STANDARD.encode(&modern);
    let open = pfx(&certificate, "", PbeWithHmacSha256AndAes256);
    for (what, content, password) in [
        ("PEM", certificate.pem_with_key().into_bytes(), None),
        (
            "PEM, key first",
            format!("{}{}", certificate.pair.serialize_pem(), certificate.pem()).into_bytes(),
            None,
        ),
        (
            "PEM with the issuer first",
            format!("{}{}", issuer.pem(), certificate.pem_with_key()).into_bytes(),
            None,
        ),
        (
            "PEM with Windows line ends",
            certificate.pem_with_key().replace('\n', "\r\n").into_bytes(),
            Some("ignored"),
        ),
        ("PFX", modern, Some("made-up")),
        (
            "PFX of older systems",
            pfx(&certificate, "made-up", PbeWithShaAnd3KeyTripleDesCbc),
            Some("made-up"),
        ),
        ("PFX without a password", open, None),
        ("PFX as text", text.into_bytes(), Some("made-up")),
    ] {
        let key = read(&content, password).unwrap_or_else(|error| panic!("{what}: {error}"));
        let token = sign_in(&place, &key).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(token.roles().is_some_and(|roles| !roles.is_empty()), "{what}");
    }
}

#[test]
fn unusable_keys_are_described() {
    use p12_keystore::EncryptionAlgorithm::PbeWithHmacSha256AndAes256;
    let good = valid("automation");
    let key = good.pair.serialize_pem();
    let other = Issued { pair: other_rsa_key(), der: good.der.clone() };
    let curve = issue(ec_key(), "curve", 2020, 2090);
    let day = |text: &str| text.parse::<jiff::civil::Date>().expect("a day");
    let file = pfx(&good, "made-up", PbeWithHmacSha256AndAes256);
    let encrypted = pem("ENCRYPTED PRIVATE KEY", b"made up");
    for (what, content, password, expected) in [
        ("nothing", Vec::new(), None, KeyError::Unreadable),
        ("text", b"made up".to_vec(), None, KeyError::Unreadable),
        ("half a PFX file", file[..file.len() / 2].to_vec(), Some("made-up"), KeyError::UnsupportedPfx),
        ("a damaged PEM file", key.replace("-----END", "").into_bytes(), None, KeyError::Unreadable),
        ("a certificate alone", good.pem().into_bytes(), None, KeyError::NoPrivateKey),
        ("a certificate as DER", good.der.clone(), None, KeyError::Unreadable),
        ("a key alone", key.clone().into_bytes(), None, KeyError::NoCertificate),
        ("an encrypted key", format!("{}{encrypted}", good.pem()).into_bytes(), None, KeyError::EncryptedPem),
        ("another key", other.pem_with_key().into_bytes(), None, KeyError::Mismatch),
        ("a curve", curve.pem_with_key().into_bytes(), None, KeyError::NotRsa),
        ("a curve as PFX", pfx(&curve, "", PbeWithHmacSha256AndAes256), None, KeyError::NotRsa),
        (
            "a curve in its own form",
            format!("{}{}", good.pem(), pem("EC PRIVATE KEY", b"x")).into_bytes(),
            None,
            KeyError::NotRsa,
        ),
        (
            "an expired certificate",
            issue(rsa_key(), "old", 2001, 2002).pem_with_key().into_bytes(),
            None,
            KeyError::Expired(day("2002-01-01")),
        ),
        (
            "a future certificate",
            issue(rsa_key(), "new", 2080, 2081).pem_with_key().into_bytes(),
            None,
            KeyError::NotYetValid(day("2080-01-01")),
        ),
        ("a weak key", WEAK_KEY_AND_CERTIFICATE.as_bytes().to_vec(), None, KeyError::Weak),
        ("a wrong password", file.clone(), Some("wrong"), KeyError::WrongPassword),
        ("no password", file, None, KeyError::PasswordMissing),
    ] {
        let error = refused(&content, password);
        assert_eq!(error, expected, "{what}");
        let text = format!("{error} {error:?}");
        assert!(!text.contains("made-up") && !text.contains(&key[60..90]), "{what}: {text}");
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_are_reported_with_their_codes() {
    let place = place(Options::default());
    let key = read(valid("automation").pem_with_key().as_bytes(), None).expect("a key");
    let code = |result: Result<Token, GraphError>| match result.expect_err("refused") {
        GraphError::SignIn(refused) => refused.code,
        other => panic!("{other:?}"),
    };
    assert_eq!(code(sign_in(&place, &key).await), Some(700_027), "the certificate is not registered");
    let empty = super::memory::place(Options::default().scenario(Scenario::Empty));
    assert_eq!(code(sign_in(&empty, &key).await), Some(700_016));
}

/// The clock of this machine is wrong: the answer says what time it is, and the second assertion has that time.
#[tokio::test(start_paused = true)]
async fn a_wrong_clock_is_corrected_once() {
    for skew in ["clock-skew=7200", "clock-skew=-7200"] {
        let place = place(Options::default());
        let certificate = valid("automation");
        register(&place, &certificate).await;
        place.emulator.set_faults(&[fault(skew)]);
        let key = read(certificate.pem_with_key().as_bytes(), None).expect("a key");
        let before = place.emulator.log().len();
        assert!(sign_in(&place, &key).await.is_ok(), "{skew}");
        let statuses = place.emulator.log()[before..].iter().map(|entry| entry.status).collect::<Vec<_>>();
        assert_eq!(statuses, [401, 200], "{skew}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_request_repeats_an_assertion() {
    let place = place(Options::default());
    let certificate = valid("automation");
    register(&place, &certificate).await;
    let key = read(certificate.pem_with_key().as_bytes(), None).expect("a key");
    let recorder =
        Arc::new(Recorder { inner: Arc::clone(&place.transport), bodies: std::sync::Mutex::default() });
    let settings = place.settings();
    for _ in 0..2 {
        let transport = Arc::clone(&recorder) as Arc<dyn swyx_teams::http::Transport>;
        as_automation(transport, &settings.access, settings.client_id, &key, Duration::from_secs(60))
            .await
            .expect("a token");
    }
    let bodies = recorder.bodies.lock().unwrap();
    let field = |body: &String, name: &str| {
        let mut pairs = url::form_urlencoded::parse(body.as_bytes());
        pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned()).expect("a field")
    };
    let assertions = bodies.iter().map(|body| field(body, "client_assertion")).collect::<Vec<_>>();
    assert_eq!(bodies.len(), 2);
    assert_ne!(assertions[0], assertions[1]);
    let claims =
        |assertion: &str| jsonwebtoken::dangerous::insecure_decode::<Value>(assertion).expect("a token");
    let (first, second) = (claims(&assertions[0]), claims(&assertions[1]));
    assert_ne!(first.claims["jti"], second.claims["jti"]);
    assert_eq!(
        (first.header.alg, first.header.x5t_s256),
        (jsonwebtoken::Algorithm::PS256, Some(certificate.x5t_s256()))
    );
    let facts = place.emulator.facts();
    let audience = format!("{}/{}/oauth2/v2.0/token", facts.authority, facts.tenant_id);
    assert_eq!(first.claims["aud"], audience);
    assert_eq!(
        (&first.claims["iss"], &first.claims["sub"]),
        (&json!(facts.client_id), &json!(facts.client_id))
    );
    let time = |name: &str| first.claims[name].as_i64().expect("seconds");
    assert_eq!(time("exp") - time("nbf"), 600);
    assert!(!bodies[0].contains("client_secret"));
}

/// Keeps the bodies of requests.
struct Recorder {
    inner: Arc<dyn swyx_teams::http::Transport>,
    bodies: std::sync::Mutex<Vec<String>>,
}

impl swyx_teams::http::Transport for Recorder {
    fn send(&self, request: swyx_teams::http::Request) -> swyx_teams::http::SendFuture<'_> {
        self.bodies.lock().unwrap().push(String::from_utf8_lossy(request.body()).into_owned());
        self.inner.send(request)
    }
}

/// A key of 1,024 bits, for this test only, with its certificate.
const WEAK_KEY_AND_CERTIFICATE: &str = include_str!("weak_key.pem");
