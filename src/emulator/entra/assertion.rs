//! Sign-in of an application with a certificate: a signed assertion instead of a secret.
//!
//! <https://learn.microsoft.com/en-us/entra/identity-platform/certificate-credentials>. The order of the checks is inferred. As with
//! Entra ID, an assertion may be used more than once.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::super::certificate::Signature;
use super::super::shared::Shared;
use super::super::state::{Application, KeyCredential, Tenant};
use super::super::time;
use super::form::Form;
use super::refusal::Refusal;

/// The only accepted `client_assertion_type`.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The accepted difference of the clocks; how much Entra ID accepts is not documented.
const SKEW: Duration = Duration::from_secs(300);
/// The smallest accepted RSA key in bits.
const MIN_RSA_BITS: usize = 2048;

/// Checks the assertion of a token request.
pub(super) fn check(
    shared: &Shared,
    tenant: &Tenant,
    application: &Application,
    form: &Form,
    assertion: &str,
) -> Result<(), Refusal> {
    if form.need("client_assertion_type")? != JWT_BEARER {
        let text = "The request body contains an invalid value for the parameter 'client_assertion_type'.";
        return Err(Refusal::new(90023, text));
    }
    let now = shared.clock.now();
    let parts = Parts::of(assertion).ok_or_else(|| malformed("The token is not a JSON Web Token."))?;
    let algorithm = parts.algorithm()?;
    let key = find_key(shared, application, &parts, algorithm)?;
    check_key(key, now)?;
    if !key.certificate.verifies(algorithm, parts.signed.as_bytes(), &parts.signature) {
        let text = "Client assertion contains an invalid signature. [Reason - The key was used, but the signature does not match.]";
        return Err(Refusal::new(700027, text));
    }
    check_parties(shared, tenant, application.app_id, &parts.claims)?;
    check_times(&parts.claims, now)
}

/// The decoded parts of an assertion.
struct Parts<'a> {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    /// The signed text.
    signed: &'a str,
    signature: Vec<u8>,
}

impl<'a> Parts<'a> {
    fn of(assertion: &'a str) -> Option<Self> {
        let (signed, signature) = assertion.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let object = |part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
        Some(Self {
            header: object(header)?,
            claims: object(claims)?,
            signed,
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }

    fn algorithm(&self) -> Result<Signature, Refusal> {
        match self.header.get("alg").and_then(Value::as_str) {
            Some("PS256") => Ok(Signature::Ps256),
            Some("RS256") => Ok(Signature::Rs256),
            // The sentence is inferred.
            _ => Err(Refusal::new(5002738, "The algorithm of the client assertion is not supported.")),
        }
    }

    /// The thumbprint that belongs to the algorithm. Some clients write it in plain Base64.
    fn thumbprint(&self, name: &str) -> Option<Vec<u8>> {
        let text = self.header.get(name)?.as_str()?.trim_end_matches('=');
        URL_SAFE_NO_PAD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).ok()
    }
}

/// The registered and visible certificate that the header names.
fn find_key<'a>(
    shared: &Shared,
    application: &'a Application,
    parts: &Parts<'_>,
    algorithm: Signature,
) -> Result<&'a KeyCredential, Refusal> {
    let name = match algorithm {
        Signature::Ps256 => "x5t#S256",
        Signature::Rs256 => "x5t",
    };
    let wanted = parts
        .thumbprint(name)
        .ok_or_else(|| malformed("No certificate thumbprint is specified in the token header."))?;
    let is_it = |key: &&KeyCredential| match algorithm {
        Signature::Ps256 => key.certificate.sha256() == wanted,
        Signature::Rs256 => key.certificate.sha1() == wanted,
    };
    let seen = application.key_credentials.iter().filter(|key| shared.sees_key(key));
    seen.filter(is_it).max_by_key(|key| key.end).ok_or_else(|| {
        let thumbprint = wanted.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
        let text = format!(
            "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was \
             not found., Thumbprint of key used by client: '{thumbprint}']"
        );
        Refusal::new(700027, text)
    })
}

fn check_key(key: &KeyCredential, now: Timestamp) -> Result<(), Refusal> {
    match key.certificate.rsa_bits() {
        None => return Err(Refusal::new(5002738, "The key of the certificate is not an RSA key.")),
        Some(bits) if bits < MIN_RSA_BITS => {
            return Err(Refusal::new(50032, "The key of the certificate is too weak."));
        }
        Some(_) => {}
    }
    if key.start <= now && now < key.end {
        return Ok(());
    }
    let text = "The provided certificate is not valid at this time: it is expired or not valid yet.";
    Err(Refusal::new(1000502, text))
}

fn check_parties(
    shared: &Shared,
    tenant: &Tenant,
    app_id: Uuid,
    claims: &Map<String, Value>,
) -> Result<(), Refusal> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let is_client = |name| text(name).parse::<Uuid>().is_ok_and(|id| id == app_id);
    if !is_client("iss") || !is_client("sub") {
        let text = "Client assertion application identifier doesn't match 'client_id' parameter.";
        return Err(Refusal::new(700021, text));
    }
    let of = |place: &str| format!("{}/{place}/oauth2/v2.0/token", shared.base);
    let audience = text("aud");
    if [of(&tenant.id.to_string()), of(&tenant.domain)].iter().any(|known| known == audience) {
        Ok(())
    } else {
        let text = "Client assertion audience claim does not match Realm issuer.";
        Err(Refusal::new(700023, text))
    }
}

fn check_times(claims: &Map<String, Value>, now: Timestamp) -> Result<(), Refusal> {
    let starts = seconds(claims, "nbf").unwrap_or(Timestamp::UNIX_EPOCH);
    let ends = seconds(claims, "exp").ok_or_else(|| malformed("The token has no expiration time."))?;
    if starts <= time::later(now, SKEW) && now < time::later(ends, SKEW) {
        return Ok(());
    }
    let (now, starts, ends) = (time::entra(now), time::entra(starts), time::entra(ends));
    let text = format!(
        "Client assertion is not within its valid time range. Current time: {now}, assertion valid from {starts}, expiry time of \
         assertion {ends}."
    );
    Err(Refusal::new(700024, text))
}

/// A time in seconds, also with a fraction (RFC 7519, section 2); one client writes it as a text.
fn seconds(claims: &Map<String, Value>, name: &str) -> Option<Timestamp> {
    let value = claims.get(name)?;
    let seconds = value.as_f64().or_else(|| value.as_str()?.parse().ok())?;
    Timestamp::from_duration(SignedDuration::try_from_secs_f64(seconds).ok()?).ok()
}

fn malformed(why: &str) -> Refusal {
    Refusal::new(50027, format!("JWT token is invalid or malformed. {why}"))
}
