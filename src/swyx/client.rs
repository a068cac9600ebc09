//! The gateway's calls. What is asked for with `GET` and `PUT` does the same twice as once, so it may be sent again.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Method, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;

use super::{Cursor, Events, GatewayError, SwyxUser, UserStatus, wire};
use crate::graph::{GraphError, Limits, Request, Response, Sender, Transport, bearer};
use crate::settings::{Endpoint, Secret, SwyxStatus};

/// Pages of one list at most.
const MOST_PAGES: usize = 10_000;
/// The version of the contract that is spoken here.
const VERSION: u32 = 1;

/// A site's gateway.
pub struct Gateway {
    sender: Sender,
    transport: Arc<dyn Transport>,
    attempt: Duration,
    address: String,
    host: String,
    token: Secret,
}

/// The statuses of all users, or those that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statuses {
    /// From where to go on.
    pub cursor: Cursor,
    /// The statuses, in no order.
    pub statuses: Vec<UserStatus>,
}

impl Gateway {
    /// The gateway at `address`, over `transport`.
    pub fn new(address: &Endpoint, token: Secret, transport: Arc<dyn Transport>, limits: Limits) -> Self {
        let text = address.as_str().trim_end_matches('/').to_owned();
        let host = text.parse::<http::Uri>().ok().and_then(|uri| uri.host().map(str::to_owned));
        Self {
            sender: Sender::new(Arc::clone(&transport), limits),
            transport,
            attempt: limits.attempt,
            address: text,
            host: host.unwrap_or_default(),
            token,
        }
    }

    /// The statuses that the gateway can set; what is not known here is left out.
    ///
    /// # Errors
    /// [`GatewayError`]; also where the gateway speaks another version of the contract.
    pub async fn capabilities(&self) -> Result<Vec<SwyxStatus>, GatewayError> {
        let capabilities = self.read::<wire::Capabilities>("/v1/capabilities").await?;
        if capabilities.version != VERSION {
            return Err(self.not_the_contract(200, "it speaks another version than 1"));
        }
        Ok(capabilities.statuses.iter().filter_map(|word| wire::status(word)).collect())
    }

    /// All users.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn users(&self) -> Result<Vec<SwyxUser>, GatewayError> {
        let mut users = Vec::new();
        let mut pages = Pages::new("/v1/users".to_owned());
        while let Some(path) = pages.path() {
            let page = self.read::<wire::Users>(&path).await?;
            users.extend(page.users.into_iter().map(SwyxUser::from));
            pages.turn(page.next).map_err(|why| self.not_the_contract(200, why))?;
        }
        Ok(users)
    }

    /// The statuses of all users, or of those whose status changed after `since`.
    ///
    /// # Errors
    /// [`GatewayError`]; [`GatewayError::UnknownCursor`] where the gateway cannot tell what changed: then all are to be read.
    pub async fn statuses(&self, since: Option<&Cursor>) -> Result<Statuses, GatewayError> {
        let path = match since {
            Some(cursor) => format!("/v1/statuses?since={}", encoded(&cursor.0)),
            None => "/v1/statuses".to_owned(),
        };
        let (mut cursor, mut statuses) = (None, Vec::new());
        let mut pages = Pages::new(path);
        while let Some(path) = pages.path() {
            let page = self.read::<wire::StatusPage>(&path).await?;
            statuses.extend(page.statuses.into_iter().map(UserStatus::from));
            cursor = cursor.or_else(|| Cursor::of(&page.cursor));
            pages.turn(page.next).map_err(|why| self.not_the_contract(200, why))?;
        }
        let cursor =
            cursor.ok_or_else(|| self.not_the_contract(200, "its cursor is empty, or no printable ASCII"))?;
        Ok(Statuses { cursor, statuses })
    }

    /// Sets the status of a user, and gives the one that is shown now.
    ///
    /// # Errors
    /// [`GatewayError`]; [`GatewayError::Refused`] with 404 for a user whom the gateway does not know, with 422 for a status that it cannot
    /// set.
    pub async fn set_status(&self, user: &str, status: SwyxStatus) -> Result<UserStatus, GatewayError> {
        let Some(status) = wire::SettableStatus::of(status) else {
            return Err(GatewayError::Refused { host: self.host.clone(), status: 422 });
        };
        let body = serde_json::to_vec(&wire::NewStatus { status }).unwrap_or_default();
        let mut request = self.request(&format!("/v1/users/{}/status", encoded(user)), body)?;
        *request.method_mut() = Method::PUT;
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let response = self.sender.send(&request).await?;
        self.parsed::<wire::Status>(&response).map(UserStatus::from)
    }

    /// The events from now on, or first those after `after`.
    ///
    /// # Errors
    /// [`GatewayError`]; [`GatewayError::UnknownCursor`] as with [`Gateway::statuses`].
    pub async fn events(&self, after: Option<&Cursor>) -> Result<Events, GatewayError> {
        let mut request = self.request("/v1/events", Vec::new())?;
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
        if let Some(cursor) = after.and_then(|cursor| HeaderValue::from_str(&cursor.0).ok()) {
            headers.insert("last-event-id", cursor);
        }
        let opening = tokio::time::timeout(self.attempt, self.transport.open(request)).await;
        let host = self.host.clone();
        let response = match opening {
            Err(_) => return Err(GraphError::TimedOut { host, limit: self.attempt }.into()),
            Ok(Err(why)) => return Err(GraphError::Transport { host, why }.into()),
            Ok(Ok(response)) => response,
        };
        let status = response.status();
        let kind =
            response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        match status {
            StatusCode::OK if kind.starts_with("text/event-stream") => {
                Ok(Events::new(response.into_body(), host))
            }
            StatusCode::OK => Err(self.not_the_contract(200, "it is no event stream")),
            status if status.is_server_error() => {
                let (wait, request) = (Duration::ZERO, crate::graph::RequestId::default());
                Err(GraphError::Unavailable { host, status: status.as_u16(), wait, request }.into())
            }
            status => Err(self.refusal(status)),
        }
    }

    async fn read<T: DeserializeOwned>(&self, path: &str) -> Result<T, GatewayError> {
        let response = self.sender.send(&self.request(path, Vec::new())?).await?;
        self.parsed(&response)
    }

    fn request(&self, path: &str, body: Vec<u8>) -> Result<Request, GatewayError> {
        let mut request = Request::new(body);
        let address = format!("{}{path}", self.address).parse();
        *request.uri_mut() =
            address.map_err(|_| self.not_the_contract(0, "the address is not understood"))?;
        let bearer = bearer(&self.token)
            .ok_or_else(|| GatewayError::Token { host: self.host.clone(), status: 401 })?;
        request.headers_mut().insert(AUTHORIZATION, bearer);
        Ok(request)
    }

    fn parsed<T: DeserializeOwned>(&self, response: &Response) -> Result<T, GatewayError> {
        let status = response.status();
        if !status.is_success() {
            return Err(self.refusal(status));
        }
        // The error's own text may show what is in the body.
        serde_json::from_slice(response.body())
            .map_err(|_| self.not_the_contract(status.as_u16(), "its members are not those of the contract"))
    }

    fn refusal(&self, status: StatusCode) -> GatewayError {
        let host = self.host.clone();
        match status.as_u16() {
            status @ (401 | 403) => GatewayError::Token { host, status },
            410 => GatewayError::UnknownCursor { host },
            429 => GraphError::Throttled { host, wait: Duration::ZERO }.into(),
            status @ 400..=499 => GatewayError::Refused { host, status },
            status => self.not_the_contract(status, "its status is none of the contract"),
        }
    }

    fn not_the_contract(&self, status: u16, why: &'static str) -> GatewayError {
        GatewayError::NotTheContract { host: self.host.clone(), status, why }
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// Turns the pages of one list.
struct Pages {
    first: String,
    next: Option<String>,
    seen: HashSet<String>,
}

impl Pages {
    fn new(first: String) -> Self {
        Self { next: Some(first.clone()), first, seen: HashSet::new() }
    }

    fn path(&mut self) -> Option<String> {
        self.next.take()
    }

    fn turn(&mut self, next: Option<String>) -> Result<(), &'static str> {
        let Some(next) = next else { return Ok(()) };
        if self.seen.len() >= MOST_PAGES || !self.seen.insert(next.clone()) {
            return Err("the pages of a list go round in a circle, or do not end");
        }
        let joint = if self.first.contains('?') { '&' } else { '?' };
        self.next = Some(format!("{}{joint}after={}", self.first, encoded(&next)));
        Ok(())
    }
}
