//! Sign-in of an application with a certificate: a signed assertion instead of a secret, newly made for each request.
//!
//! Source: <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use oauth2::basic::BasicClient;
use oauth2::{AuthType, ClientId, Scope, TokenUrl};
use serde_json::json;
use uuid::Uuid;

use super::administrator::of_tenant;
use super::grants::{Carrier, address, resource, token};
use super::key::SigningKey;
use super::token::Token;
use crate::entra::GraphError;
use crate::http::{Deadline, Limits, Sender, Transport};
use crate::settings::{Access, ClientId as ApplicationId};

/// The kind of assertion (RFC 7523, section 2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How long an assertion is valid.
const LIFETIME: Duration = Duration::from_secs(600);
/// How long before now an assertion starts, for clocks that are a little slow.
const HEAD_START: Duration = Duration::from_secs(60);
/// The code for an assertion outside its time range.
const WRONG_TIME: u32 = 700024;

/// Signs in as the automation application of the settings, instead of an administrator. `patience` is the time limit.
///
/// # Errors
/// [`GraphError`] if there is no token.
pub async fn as_automation(
    transport: Arc<dyn Transport>,
    access: &Access,
    client_id: ApplicationId,
    key: &SigningKey,
    patience: Duration,
) -> Result<Token, GraphError> {
    let limits = Limits { until: Some(Deadline::after(patience)), ..Limits::default() };
    let token = with_certificate(&Sender::new(transport, limits), access, client_id, key).await?;
    of_tenant(token, access)
}

/// Signs in as an application with its certificate. If Entra ID refuses the time of the assertion, its own time is used for a second
/// assertion: the clock of this machine is wrong.
async fn with_certificate(
    sender: &Sender,
    access: &Access,
    client_id: ApplicationId,
    key: &SigningKey,
) -> Result<Token, GraphError> {
    match sign_in(sender, access, client_id, key).await {
        Err(GraphError::SignIn(refused)) if refused.code == Some(WRONG_TIME) => {
            sign_in(sender, access, client_id, key).await
        }
        result => result,
    }
}

async fn sign_in(
    sender: &Sender,
    access: &Access,
    client_id: ApplicationId,
    key: &SigningKey,
) -> Result<Token, GraphError> {
    let client = BasicClient::new(ClientId::new(client_id.to_string()))
        .set_token_uri(address(access, "token", TokenUrl::new)?)
        .set_auth_type(AuthType::RequestBody);
    let audience = client.token_uri().as_str().to_owned();
    let assertion = make(key, &audience, client_id, sender.now())
        .ok_or(GraphError::Administrator("the assertion cannot be signed with this key"))?;
    let carrier = Carrier::new(sender);
    let answer = client
        .exchange_client_credentials()
        .add_scope(Scope::new(resource(access, ".default")))
        .add_extra_param("client_assertion_type", JWT_BEARER)
        .add_extra_param("client_assertion", assertion)
        .request_async(&carrier)
        .await;
    token(answer, &carrier, access)
}

/// An assertion for `audience`, the address of the token endpoint. `None` if signing fails.
fn make(key: &SigningKey, audience: &str, client_id: ApplicationId, now: Timestamp) -> Option<String> {
    let client_id = client_id.to_string();
    let start = now.checked_sub(HEAD_START).ok()?.as_second();
    let header = json!({"alg": "PS256", "typ": "JWT", "x5t#S256": key.thumbprint()});
    let claims = json!({
        "aud": audience, "iss": client_id, "sub": client_id, "jti": Uuid::new_v4(),
        "nbf": start, "iat": start, "exp": start.checked_add(i64::try_from(LIFETIME.as_secs()).ok()?)?,
    });
    let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&header), part(&claims));
    let signature = key.sign(signed.as_bytes())?;
    Some(format!("{signed}.{signature}"))
}
