//! Sign-in of an administrator in the browser of this machine: authorization code with PKCE, and an answer on loopback.
//!
//! Sources: <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow>, RFC 7636, RFC 8252 (section 7.3). The address
//! for the answer must be `http://localhost:{port}` without a path: Microsoft's clients have registered exactly that, for any port.

mod listener;
mod page;
mod request;

use std::sync::Arc;
use std::time::Duration;

use oauth2::basic::BasicClient;
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, CsrfToken, PkceCodeChallenge, RedirectUrl, Scope,
    TokenUrl,
};

use super::grants::{Carrier, address, resource, token};
use super::token::Token;
use crate::entra::{GraphError, SignInRefusal};
use crate::http::{Deadline, Limits, RequestId, Sender, Transport};
use crate::secret::Secret;
use crate::settings::Access;
use listener::{Answer, Listener};

/// How long the administrator has to sign in.
const LIFETIME: Duration = Duration::from_secs(15 * 60);

/// The prompt for an administrator: open the address in a browser on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BrowserPrompt {
    /// The address. It contains no secret: only the hash of the code verifier, and a random text that is valid for this sign-in.
    pub address: String,
    /// How long the sign-in is awaited.
    pub lifetime: Duration,
}

/// Signs an administrator in with the browser, which `prompt` opens.
pub(super) async fn with_browser(
    transport: Arc<dyn Transport>,
    access: &Access,
    scopes: &[&str],
    patience: Duration,
    prompt: &(dyn Fn(&BrowserPrompt) + Send + Sync),
) -> Result<Token, GraphError> {
    let listener = Listener::bind().await.map_err(|_| NO_PORT)?;
    let redirect = format!("http://localhost:{}", listener.port());
    let client = BasicClient::new(ClientId::new(access.admin_client_id.to_string()))
        .set_auth_uri(address(access, "authorize", AuthUrl::new)?)
        .set_token_uri(address(access, "token", TokenUrl::new)?)
        .set_redirect_uri(RedirectUrl::new(redirect).map_err(|_| NO_PORT)?)
        .set_auth_type(AuthType::RequestBody);
    let names = scopes.iter().map(|name| resource(access, name)).collect::<Vec<_>>();
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (page, state) = client
        .authorize_url(CsrfToken::new_random)
        .add_scopes(names.iter().cloned().map(Scope::new))
        .add_extra_param("response_mode", "form_post")
        .add_extra_param("prompt", "select_account")
        .set_pkce_challenge(challenge)
        .url();
    prompt(&BrowserPrompt { address: page.into(), lifetime: LIFETIME });
    let state = Secret::new(state.into_secret());
    let code = match tokio::time::timeout(LIFETIME, listener.wait(&state)).await {
        Ok(Answer::Code(code)) => code,
        Ok(Answer::Refused { code, error }) => {
            return Err(GraphError::SignIn(SignInRefusal::new(code, &error, RequestId::default())));
        }
        Ok(Answer::Abandoned) => return Err(ABANDONED),
        Err(_) => return Err(TOO_LATE),
    };
    let limits = Limits { until: Some(Deadline::after(patience)), ..Limits::default() };
    let sender = Sender::new(transport, limits);
    let carrier = Carrier::new(&sender);
    let answer = client
        .exchange_code(AuthorizationCode::new(Secret::expose(&code).to_owned()))
        .set_pkce_verifier(verifier)
        .add_extra_param("scope", names.join(" "))
        .request_async(&carrier)
        .await;
    token(answer, &carrier, access)
}

const NO_PORT: GraphError = GraphError::Administrator(
    "cannot listen on this machine for the answer of the browser; use --device-code, --use-az or a token in SWYX_TEAMS_ADMIN_TOKEN",
);
const ABANDONED: GraphError = GraphError::Administrator(
    "the sign-in page ended without an answer; it shows the reason. Try again, or use --device-code, --use-az or a token in SWYX_TEAMS_ADMIN_TOKEN",
);
const TOO_LATE: GraphError = GraphError::TooLate(
    "nobody signed in in the browser in time; try again, or use --device-code, --use-az or a token in SWYX_TEAMS_ADMIN_TOKEN",
);
