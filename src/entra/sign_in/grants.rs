//! Tokens from Entra ID: the grants of OAuth 2.0 (RFC 6749, section 4.4; RFC 8628), with the `oauth2` crate
//! over our own `send`.
//!
//! Only these functions use the crate's types: its `AccessToken` and `ClientSecret` are not wiped and can be
//! serialised, and its parse error contains the body of the answer.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use oauth2::basic::BasicClient;
use oauth2::{
    AsyncHttpClient, AuthType, ClientId, ClientSecret, DeviceAuthorizationUrl, HttpRequest, HttpResponse,
    RequestTokenError, Scope, StandardDeviceAuthorizationResponse, TokenResponse, TokenUrl,
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::token::Token;
use crate::entra::{GraphError, Service, SignInRefusal};
use crate::http::{
    Deadline, Limits, RequestId, SafeToken, Sender, Transport, content_type, host, request_id,
};
use crate::secret::Secret;
use crate::settings::{Access, ClientId as ApplicationId};

/// The credential for a token.
#[non_exhaustive]
pub enum Credential {
    /// The application's client id and secret.
    Secret(ApplicationId, Secret),
    /// An existing token of an administrator, or of an application in its place.
    Token(Token),
}

/// The prompt for an administrator: open the address and enter the code.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DevicePrompt {
    /// The address, for example `https://microsoft.com/devicelogin`.
    pub address: String,
    /// The code to enter there. It is useless without the administrator's own sign-in.
    pub code: String,
    /// How long the code is valid; 15 minutes by default.
    pub lifetime: Duration,
}

/// Signs in as the application.
pub(crate) async fn as_application(
    sender: &Sender,
    access: &Access,
    client_id: ApplicationId,
    secret: &Secret,
) -> Result<Token, GraphError> {
    let client = BasicClient::new(ClientId::new(client_id.to_string()))
        .set_client_secret(ClientSecret::new(Secret::expose(secret).to_owned()))
        .set_token_uri(address(access, "token", TokenUrl::new)?)
        .set_auth_type(AuthType::RequestBody);
    let carrier = Carrier::new(sender);
    let scope = Scope::new(resource(access, ".default"));
    let answer = client.exchange_client_credentials().add_scope(scope).request_async(&carrier).await;
    token(answer, &carrier, access)
}

/// Signs an administrator in on another device with a code, which `prompt` shows.
pub(super) async fn as_administrator(
    transport: Arc<dyn Transport>,
    access: &Access,
    scopes: &[&str],
    patience: Duration,
    prompt: &(dyn Fn(&DevicePrompt) + Send + Sync),
) -> Result<Token, GraphError> {
    let client = BasicClient::new(ClientId::new(access.admin_client_id.to_string()))
        .set_token_uri(address(access, "token", TokenUrl::new)?)
        .set_device_authorization_url(address(access, "devicecode", DeviceAuthorizationUrl::new)?)
        .set_auth_type(AuthType::RequestBody);
    let within = |time| {
        Sender::new(
            Arc::clone(&transport),
            Limits { until: Some(Deadline::after(time)), ..Limits::default() },
        )
    };
    let sender = within(patience);
    let carrier = Carrier::new(&sender);
    let scopes = scopes.iter().map(|name| Scope::new(resource(access, name)));
    let details = client.exchange_device_code().add_scopes(scopes).request_async(&carrier).await;
    let details: StandardDeviceAuthorizationResponse =
        details.map_err(|error| failure(error, &carrier, access))?;
    prompt(&DevicePrompt {
        address: details.verification_uri().as_str().to_owned(),
        code: details.user_code().secret().clone(),
        lifetime: details.expires_in(),
    });
    // The administrator may use the whole lifetime of the code.
    let sender = within(details.expires_in());
    let carrier = Carrier::new(&sender);
    let polling = client.exchange_device_access_token(&details);
    let polling = polling.request_async(&carrier, tokio::time::sleep, None);
    match tokio::time::timeout(details.expires_in(), polling).await {
        Ok(answer) => token(answer, &carrier, access),
        Err(_) => Err(TOO_LATE),
    }
}

const TOO_LATE: GraphError = GraphError::TooLate(CODE_EXPIRED);
/// The browser shows a refusal by a policy, and this program only sees the code expire.
pub(crate) const CODE_EXPIRED: &str = "the device code expired. If the browser refused it, a policy of the tenant forbids device codes (AADSTS530033, AADSTS530036 or \
                            AADSTS53003): sign in with --browser, --use-az or a token in SWYX_TEAMS_ADMIN_TOKEN. Otherwise start again";

/// `{authority}/{tenant}/oauth2/v2.0/{name}`.
pub(super) fn address<T, E>(
    access: &Access,
    name: &str,
    parse: impl FnOnce(String) -> Result<T, E>,
) -> Result<T, GraphError> {
    let address = format!("{}/{}/oauth2/v2.0/{name}", access.login_address(), access.tenant_id);
    parse(address).map_err(|_| not_entra(access, 0))
}

/// A permission of the cloud's Graph. A gateway in front of Graph has another address, but needs the same
/// tokens.
pub(super) fn resource(access: &Access, name: &str) -> String {
    format!("https://{}/{name}", access.cloud.graph_host())
}

pub(super) fn token<R: TokenResponse, T: oauth2::ErrorResponse>(
    answer: Result<R, RequestTokenError<GraphError, T>>,
    carrier: &Carrier<'_>,
    access: &Access,
) -> Result<Token, GraphError> {
    let answer = answer.map_err(|error| failure(error, carrier, access))?;
    let lifetime = answer.expires_in().unwrap_or(ASSUMED_LIFETIME);
    Ok(Token::new(Secret::new(answer.access_token().secret().as_str()), Some(lifetime)))
}

fn failure<T: oauth2::ErrorResponse>(
    error: RequestTokenError<GraphError, T>,
    carrier: &Carrier<'_>,
    access: &Access,
) -> GraphError {
    match (carrier.reason(), error) {
        (Some(reason), _) | (None, RequestTokenError::Request(reason)) => reason,
        // The crate stopped waiting.
        (None, RequestTokenError::ServerResponse(_)) => TOO_LATE,
        (None, RequestTokenError::Parse(..) | RequestTokenError::Other(_)) => not_entra(access, 200),
    }
}

fn not_entra(access: &Access, status: u16) -> GraphError {
    let address = access.login_address().parse::<http::Uri>();
    let host = address.ok().and_then(|address| address.host().map(str::to_owned)).unwrap_or_default();
    GraphError::NotMicrosoft { host, status, service: Service::Entra, kind: SafeToken::default() }
}

/// Sends the crate's requests and checks the answers.
///
/// While it waits for the administrator, the crate retries after every error of its client. So only transient
/// errors are returned as such. For a permanent error, for example a refusal, the reason is stored here, and
/// the crate gets an answer that ends the flow.
pub(super) struct Carrier<'a> {
    sender: &'a Sender,
    reason: Mutex<Option<GraphError>>,
}

impl<'a> Carrier<'a> {
    pub(super) fn new(sender: &'a Sender) -> Self {
        Self { sender, reason: Mutex::default() }
    }

    /// The permanent error, if any.
    fn reason(&self) -> Option<GraphError> {
        self.reason.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    async fn answer(&self, request: &HttpRequest) -> Result<HttpResponse, GraphError> {
        let response = self.sender.send(request).await?;
        match refusal(&response) {
            Some(refused) if flow_continues(&refused) => Ok(response),
            Some(refused) => Err(GraphError::SignIn(refused)),
            None if response.status().is_success() && is_token_or_device_code(&response) => {
                Ok(with_whole_lifetime(response))
            }
            None => Err(GraphError::NotMicrosoft {
                host: host(request),
                status: response.status().as_u16(),
                service: Service::Entra,
                kind: content_type(&response),
            }),
        }
    }
}

/// The answer that makes the crate end the flow (RFC 6749, section 5.2).
const END_OF_FLOW: &[u8] = br#"{"error": "access_denied"}"#;

impl<'c> AsyncHttpClient<'c> for Carrier<'_> {
    type Error = GraphError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, GraphError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let reason = match self.answer(&request).await {
                Err(reason) if !reason.is_transient() => reason,
                answer => return answer,
            };
            *self.reason.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason);
            let mut end = HttpResponse::new(END_OF_FLOW.to_vec());
            *end.status_mut() = http::StatusCode::BAD_REQUEST;
            Ok(end)
        })
    }
}

/// Whether the device flow continues after this refusal (RFC 8628, section 3.5).
fn flow_continues(refused: &SignInRefusal) -> bool {
    matches!(refused.error.as_str(), Some("authorization_pending" | "slow_down"))
}

/// The members of a token endpoint error that are read. According to Microsoft, the text of
/// `error_description` may change.
#[derive(Deserialize)]
struct ErrorShape {
    error: String,
    #[serde(default)]
    error_codes: Vec<u32>,
    trace_id: Option<String>,
}

fn refusal(response: &HttpResponse) -> Option<SignInRefusal> {
    if response.status().is_success() {
        return None;
    }
    let shape = serde_json::from_slice::<ErrorShape>(response.body()).ok()?;
    let trace = RequestId::of(shape.trace_id.as_deref());
    let request = if trace.0.is_some() { trace } else { request_id(response.headers()) };
    Some(SignInRefusal::new(shape.error_codes.first().copied(), &shape.error, request))
}

/// The lifetime of a token without a readable `expires_in`. It is short, because the real one is unknown.
const ASSUMED_LIFETIME: Duration = Duration::from_secs(5 * 60);

/// Changes an `expires_in` that is a text or a fraction to whole seconds, and removes any other that is not
/// a number. RFC 6749 (section 5.1) recommends a number, but some proxies and older services send a text,
/// and the crate refuses that.
fn with_whole_lifetime(response: HttpResponse) -> HttpResponse {
    const LIFETIME: &str = "expires_in";
    let Ok(mut body) = serde_json::from_slice::<Map<String, Value>>(response.body()) else {
        return response;
    };
    let seconds = match body.get(LIFETIME) {
        None => return response,
        Some(Value::Number(number)) if number.is_u64() => return response,
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(_) => None,
    };
    match seconds.filter(|seconds: &f64| *seconds >= 0.0) {
        Some(seconds) => body.insert(LIFETIME.to_owned(), Value::from(seconds as u64)),
        None => body.remove(LIFETIME),
    };
    let (head, _) = response.into_parts();
    HttpResponse::from_parts(head, Value::Object(body).to_string().into_bytes())
}

/// Whether an answer is a token or the start of a device flow.
fn is_token_or_device_code(response: &HttpResponse) -> bool {
    let body = serde_json::from_slice::<Map<String, Value>>(response.body());
    body.is_ok_and(|body| body.contains_key("access_token") || body.contains_key("device_code"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unusual_lifetimes_are_read_or_dropped() {
        for (lifetime, expected) in [
            ("3599", r#"{"access_token":"a","expires_in":3599}"#),
            ("\"3599\"", r#"{"access_token":"a","expires_in":3599}"#),
            ("3599.7", r#"{"access_token":"a","expires_in":3599}"#),
            ("-1", r#"{"access_token":"a"}"#),
            ("\"soon\"", r#"{"access_token":"a"}"#),
            ("null", r#"{"access_token":"a"}"#),
        ] {
            let body = format!(r#"{{"access_token":"a","expires_in":{lifetime}}}"#);
            let response = with_whole_lifetime(HttpResponse::new(body.into_bytes()));
            assert_eq!(String::from_utf8_lossy(response.body()), expected, "{lifetime}");
        }
    }
}
