//! Microsoft Graph: single calls and paged lists, each with a valid token.

use std::collections::HashSet;
use std::sync::Arc;

use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Method, StatusCode, Uri};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::entra::sign_in::{Credential, Token, as_application};
use crate::entra::{GraphError, RefusalReason, Service};
use crate::http::{
    Deadline, Limits, PauseObserver, Request, Response, SafeToken, Sender, Transport, bearer, content_type,
    request_id,
};
use crate::settings::Access;

/// The version of Graph at the end of its address.
const GRAPH_VERSION: &str = "v1.0";
/// The maximum number of pages of one list: 999,000 users.
const MAX_PAGES: usize = 1_000;
/// The maximum number of elements of one list, whatever the page size.
const MAX_ELEMENTS: usize = 1_000_000;

/// The Microsoft Graph client for one tenant.
pub struct Client {
    pub(super) sender: Sender,
    access: Access,
    credential: Credential,
    /// The current token. The lock makes concurrent calls wait for one new token instead of requesting
    /// several.
    token: Mutex<Option<Token>>,
}

impl Client {
    /// Creates a client for the tenant of `access`, over `transport`.
    pub fn new(
        access: &Access,
        credential: Credential,
        transport: Arc<dyn Transport>,
        limits: Limits,
    ) -> Self {
        let sender = Sender::new(transport, limits);
        Self { sender, access: access.clone(), credential, token: Mutex::new(None) }
    }

    /// Reports all following pauses before a repetition, for example because Graph throttles, to `observer`.
    pub fn observe_pauses(&mut self, observer: PauseObserver) {
        self.sender.observe_pauses(observer);
    }

    /// Sets a new deadline for all following calls, for example after a prompt.
    pub fn wait_until(&mut self, until: Deadline) {
        self.sender.wait_until(until);
    }

    /// The current time by the server's clock if an answer contained it, because the expiry dates of secrets
    /// use the same clock.
    pub fn now(&self) -> jiff::Timestamp {
        self.sender.now()
    }

    /// Seconds that this machine's clock is ahead of the server's.
    pub fn clock_ahead(&self) -> Option<i64> {
        self.sender.clock_ahead()
    }

    /// Returns a valid token: the current one, otherwise a new one.
    ///
    /// # Errors
    /// [`GraphError`] if the sign-in failed.
    pub async fn fetch_token(&self) -> Result<Token, GraphError> {
        let mut kept = self.token.lock().await;
        match &*kept {
            Some(token) if token.is_fresh() => Ok(token.clone()),
            _ => {
                let token = match &self.credential {
                    Credential::Secret(id, secret) => {
                        as_application(&self.sender, &self.access, *id, secret).await?
                    }
                    Credential::Token(token) => token.clone(),
                };
                Ok(kept.insert(token).clone())
            }
        }
    }

    /// Drops a token that Graph refused, unless it was already replaced. Returns whether a new token can be
    /// requested.
    pub(super) async fn forget(&self, refused: &Token) -> bool {
        let mut kept = self.token.lock().await;
        if kept.as_ref().is_some_and(|kept| kept.secret() == refused.secret()) {
            *kept = None;
        }
        matches!(self.credential, Credential::Secret(..))
    }

    /// Reads `path`, which starts after the version: `/users/…`.
    ///
    /// # Errors
    /// [`GraphError`]; any status but 2xx is [`GraphError::Refused`].
    pub async fn get(&self, path: &str) -> Result<Value, GraphError> {
        self.json(&Call::get(&self.address(path))).await
    }

    /// Reads `path` in Graph's beta version, which has members that version 1.0 lacks. Returns `None` if the
    /// settings name an address of Graph without a version.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub(crate) async fn get_beta(&self, path: &str) -> Option<Result<Value, GraphError>> {
        let address = self.access.graph_address();
        let base = address.strip_suffix(GRAPH_VERSION)?;
        Some(self.json(&Call::get(&format!("{base}beta{path}"))).await)
    }

    pub(super) fn address(&self, path: &str) -> String {
        format!("{}{path}", self.access.graph_address())
    }

    /// Returns the elements of the list that starts with `page`, including all following pages.
    ///
    /// # Errors
    /// [`GraphError`]; a page on another host is not followed.
    pub async fn read_rest(&self, mut page: Value) -> Result<Vec<Value>, GraphError> {
        let mut elements = Vec::new();
        let mut pages = Pages::default();
        loop {
            if let Some(Value::Array(values)) = page.get_mut("value").map(Value::take) {
                elements.extend(values);
            }
            let Some(next) = page.get("@odata.nextLink").and_then(Value::as_str).map(str::to_owned) else {
                return Ok(elements);
            };
            pages.turn(self, &next, elements.len())?;
            page = self.json(&Call::get(&next)).await?;
        }
    }

    /// Whether a link has the host and port of this client.
    fn is_ours(&self, link: &str) -> bool {
        let (Ok(link), Ok(own)) = (url::Url::parse(link), url::Url::parse(&self.access.graph_address()))
        else {
            return false;
        };
        link.origin() == own.origin() && link.username().is_empty() && link.password().is_none()
    }

    pub(super) fn host(&self) -> String {
        let address = self.access.graph_address().parse::<Uri>();
        address.ok().and_then(|address| address.host().map(str::to_owned)).unwrap_or_default()
    }

    /// Makes one call that returns JSON or nothing.
    pub(super) async fn json(&self, call: &Call<'_>) -> Result<Value, GraphError> {
        self.decoded(call).await
    }

    /// Makes one call and deserializes the answer into `T`.
    pub(super) async fn decoded<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<T, GraphError> {
        let response = self.call(call).await?;
        match parsed(response.body()) {
            Some(answer) if response.status().is_success() => Ok(answer),
            _ => Err(self.refusal(&response)),
        }
    }

    /// The error for an unsuccessful answer, or for a successful one in an unexpected format.
    pub(super) fn refusal(&self, response: &Response) -> GraphError {
        let status = response.status();
        match parsed::<Value>(response.body()) {
            Some(answer) if !status.is_success() && is_error(&answer) => GraphError::Refused {
                host: self.host(),
                status: status.as_u16(),
                code: error_code(&answer),
                reason: refusal_reason(&answer),
                request: request_id(response.headers()),
            },
            _ => not_microsoft(self.host(), response),
        }
    }

    /// Makes one call with a token. A rejected token is renewed once, because Graph's back ends sometimes
    /// refuse a valid one.
    pub(super) async fn call(&self, call: &Call<'_>) -> Result<Response, GraphError> {
        let token = self.fetch_token().await?;
        let response = self.sent(call, &token).await?;
        if response.status() != StatusCode::UNAUTHORIZED || !self.forget(&token).await {
            return Ok(response);
        }
        let token = self.fetch_token().await?;
        self.sent(call, &token).await
    }

    async fn sent(&self, call: &Call<'_>, token: &Token) -> Result<Response, GraphError> {
        let request = self.request(call, token)?;
        let sent = match call.repeats {
            Repeats::Freely => self.sender.send(&request).await,
            Repeats::UnlessItTookEffect => self.sender.send_once(&request).await,
        };
        Ok(sent?)
    }

    fn request(&self, call: &Call<'_>, token: &Token) -> Result<Request, GraphError> {
        let not_an_address = |_| GraphError::PageElsewhere { host: self.host() };
        let mut request = Request::new(call.body.map(Value::to_string).unwrap_or_default().into_bytes());
        *request.method_mut() = call.method.clone();
        *request.uri_mut() = call.address.parse().map_err(not_an_address)?;
        request.headers_mut().insert(AUTHORIZATION, bearer(token.secret()).ok_or(NOT_A_TOKEN)?);
        if call.body.is_some() {
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Some(wish) = call.prefer {
            request.headers_mut().insert("prefer", HeaderValue::from_static(wish));
        }
        Ok(request)
    }
}

/// One call.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    pub(super) address: &'a str,
    pub(super) body: Option<&'a Value>,
    /// The header `Prefer`.
    pub(super) prefer: Option<&'static str>,
    pub(super) repeats: Repeats,
}

/// Whether a call may be sent again if there was no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeats {
    /// The call is idempotent.
    Freely,
    /// Only if it certainly had no effect.
    UnlessItTookEffect,
}

impl<'a> Call<'a> {
    pub(super) fn get(address: &'a str) -> Self {
        Self { method: Method::GET, address, body: None, prefer: None, repeats: Repeats::Freely }
    }
}

const NOT_A_TOKEN: GraphError =
    GraphError::Administrator("the token contains invalid characters; copy exactly the complete token");

/// The pages of one list that were read so far.
#[derive(Default)]
pub(super) struct Pages(HashSet<String>);

impl Pages {
    /// Checks that the page at `next` may be requested after `elements` were read.
    ///
    /// # Errors
    /// [`GraphError`]: the page is on another host, was already read, or exceeds the maximum.
    pub(super) fn turn(&mut self, client: &Client, next: &str, elements: usize) -> Result<(), GraphError> {
        if !client.is_ours(next) {
            return Err(GraphError::PageElsewhere { host: client.host() });
        }
        if self.0.len() >= MAX_PAGES || elements > MAX_ELEMENTS || !self.0.insert(next.to_owned()) {
            return Err(GraphError::EndlessPages { host: client.host() });
        }
        Ok(())
    }
}

/// The error for an answer that cannot be Graph's.
pub(super) fn not_microsoft(host: String, response: &Response) -> GraphError {
    GraphError::NotMicrosoft {
        host,
        status: response.status().as_u16(),
        service: Service::Graph,
        kind: content_type(response),
    }
}

/// Parses the body of an answer: JSON, or empty, which becomes null.
fn parsed<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    serde_json::from_slice(if body.is_empty() { b"null" } else { body }).ok()
}

fn is_error(answer: &Value) -> bool {
    answer.is_null() || answer.get("error").is_some()
}

/// `error.code`. Source: <https://learn.microsoft.com/graph/errors>.
pub(super) fn error_code(answer: &Value) -> SafeToken {
    SafeToken::of(answer.pointer("/error/code").and_then(Value::as_str).unwrap_or_default())
}

/// Finds the reason that only the message of a refusal contains. The sentences are those that users of the
/// service report. If Microsoft changes them, the refusal ends the run with an error, and the next run
/// continues.
fn refusal_reason(answer: &Value) -> RefusalReason {
    const TOO_EARLY: [&str; 3] = [
        "does not reference a valid application object",
        "Not a valid reference update",
        // With status 403.
        "backing application of the service principal being created",
    ];
    const ALREADY_THERE: [&str; 2] = ["already exists", "already in use"];
    let message = answer.pointer("/error/message").and_then(Value::as_str).unwrap_or_default();
    let says = |sentences: &[&str]| sentences.iter().any(|sentence| message.contains(sentence));
    if says(&TOO_EARLY) {
        RefusalReason::TooEarly
    } else if says(&ALREADY_THERE) {
        RefusalReason::AlreadyThere
    } else {
        RefusalReason::Plain
    }
}
