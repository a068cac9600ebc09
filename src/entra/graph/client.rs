//! Microsoft Graph: single calls and lists with their pages, each with a token that is still good.

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
    Deadline, Limits, Request, Response, SafeToken, Sender, Transport, bearer, content_type, request_id,
};
use crate::settings::Access;

/// Pages of one list at most: 999,000 users.
const MOST_PAGES: usize = 1_000;
/// Elements of one list at most, however large its pages are.
const MOST_ELEMENTS: usize = 1_000_000;

/// One tenant's Graph.
pub struct Client {
    pub(super) sender: Sender,
    access: Access,
    credential: Credential,
    /// The token in use. Whoever needs a new one waits here for the first to get it, so that only one is asked for.
    token: Mutex<Option<Token>>,
}

impl Client {
    /// A client for the tenant of `access`, over `transport`.
    pub fn new(
        access: &Access,
        credential: Credential,
        transport: Arc<dyn Transport>,
        limits: Limits,
    ) -> Self {
        let sender = Sender::new(transport, limits);
        Self { sender, access: access.clone(), credential, token: Mutex::new(None) }
    }

    /// Gives what follows another end of all waiting, as after a person took time to answer.
    pub fn wait_until(&mut self, until: Deadline) {
        self.sender.wait_until(until);
    }

    /// Now, by the other side's clock where an answer told it: dates of secrets are the other side's too.
    pub fn now(&self) -> jiff::Timestamp {
        self.sender.now()
    }

    /// Seconds that this machine's clock is ahead of the other side's.
    pub fn clock_ahead(&self) -> Option<i64> {
        self.sender.clock_ahead()
    }

    /// A token that is still good: the one in use, else a new one.
    ///
    /// # Errors
    /// [`GraphError`] says why the sign-in gave none.
    pub async fn token(&self) -> Result<Token, GraphError> {
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

    /// Forgets a token that Graph refused, unless another took its place already. Tells whether there can be a better one.
    pub(super) async fn forget(&self, refused: &Token) -> bool {
        let mut kept = self.token.lock().await;
        if kept.as_ref().is_some_and(|kept| kept.secret() == refused.secret()) {
            *kept = None;
        }
        matches!(self.credential, Credential::Secret(..))
    }

    /// Reads `path`, which starts behind the version: `/users/…`.
    ///
    /// # Errors
    /// [`GraphError`]; any status but 2xx is [`GraphError::Refused`].
    pub async fn get(&self, path: &str) -> Result<Value, GraphError> {
        self.json(&Call::get(&self.address(path))).await
    }

    pub(super) fn address(&self, path: &str) -> String {
        format!("{}{path}", self.access.graph_address())
    }

    /// The elements of a list whose first page is `page`, and of the pages that follow it.
    ///
    /// # Errors
    /// [`GraphError`]; a page on another host is not followed.
    pub async fn rest(&self, mut page: Value) -> Result<Vec<Value>, GraphError> {
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

    /// Whether a link leads to the host, and port, that this client speaks to.
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

    /// One call that gives JSON, or nothing.
    pub(super) async fn json(&self, call: &Call<'_>) -> Result<Value, GraphError> {
        self.decoded(call).await
    }

    /// One call whose answer is read straight into `T`.
    pub(super) async fn decoded<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<T, GraphError> {
        let response = self.call(call).await?;
        match parsed(response.body()) {
            Some(answer) if response.status().is_success() => Ok(answer),
            _ => Err(self.refusal(&response)),
        }
    }

    /// What an answer that is no success says, or a success that does not have the form it should.
    pub(super) fn refusal(&self, response: &Response) -> GraphError {
        let status = response.status();
        match parsed::<Value>(response.body()) {
            Some(answer) if !status.is_success() && is_error(&answer) => GraphError::Refused {
                host: self.host(),
                status: status.as_u16(),
                code: error_code(&answer),
                sense: sense(&answer),
                request: request_id(response.headers()),
            },
            _ => GraphError::NotMicrosoft {
                host: self.host(),
                status: status.as_u16(),
                service: Service::Graph,
                kind: content_type(response),
            },
        }
    }

    /// One call with a token; one that Graph does not accept is renewed once, for its back ends now and then refuse a good one.
    pub(super) async fn call(&self, call: &Call<'_>) -> Result<Response, GraphError> {
        let token = self.token().await?;
        let response = self.sent(call, &token).await?;
        if response.status() != StatusCode::UNAUTHORIZED || !self.forget(&token).await {
            return Ok(response);
        }
        let token = self.token().await?;
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

/// Whether a call may be sent again when nothing came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeats {
    /// Twice is as good as once.
    Freely,
    /// Only when it surely took no effect.
    UnlessItTookEffect,
}

impl<'a> Call<'a> {
    pub(super) fn get(address: &'a str) -> Self {
        Self { method: Method::GET, address, body: None, prefer: None, repeats: Repeats::Freely }
    }
}

const NOT_A_TOKEN: GraphError = GraphError::Administrator(
    "the token holds characters that no token has; was it copied whole, and nothing else?",
);

/// The pages of one list, as far as they were turned.
#[derive(Default)]
pub(super) struct Pages(HashSet<String>);

impl Pages {
    /// Allows the way to the page at `next`, when `elements` were read so far.
    ///
    /// # Errors
    /// [`GraphError`]: the page is on another host, was seen before, or is one too many.
    pub(super) fn turn(&mut self, client: &Client, next: &str, elements: usize) -> Result<(), GraphError> {
        if !client.is_ours(next) {
            return Err(GraphError::PageElsewhere { host: client.host() });
        }
        if self.0.len() >= MOST_PAGES || elements > MOST_ELEMENTS || !self.0.insert(next.to_owned()) {
            return Err(GraphError::EndlessPages { host: client.host() });
        }
        Ok(())
    }
}

/// The body of an answer: JSON, or nothing at all, which is null.
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

/// What the prose of a refusal says that no code does. The sentences are those that users of the service report; where Microsoft words
/// them anew, a refusal is an error that stops, and the next run goes on.
fn sense(answer: &Value) -> RefusalReason {
    const TOO_EARLY: [&str; 3] = [
        "does not reference a valid application object",
        "Not a valid reference update",
        // With 403, of all things.
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
