//! The calls of the gateway's contract.

use std::collections::HashSet;
use std::sync::Arc;

use http::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue,
};
use http::{Method, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::cursor::Cursor;
use super::error::GatewayError;
use super::events::Events;
use super::skipped::{Skipped, SkippedRecords};
use super::user::{Statuses, SwyxUser, UserStatus};
use super::wire::{self, Page};
use crate::endpoint::Endpoint;
use crate::http::{
    HttpError, Limits, Request, Response, Sender, Transport, TransportError, bearer, content_type, media_type,
};
use crate::secret::Secret;
use crate::settings::SwyxStatus;

/// The maximum number of pages of one list: 100,000 users in pages of five.
const MAX_PAGES: usize = 20_000;
/// The maximum number of elements of one list, independent of the page size.
const MAX_ELEMENTS: usize = 1_000_000;
/// The maximum size of one list in bytes: 268 for each of the maximum number of elements.
const MAX_BYTES: usize = 256 * 1024 * 1024;
/// All but the unreserved characters (RFC 3986, section 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One SwyxServer's gateway.
pub struct Gateway {
    sender: Sender,
    address: Endpoint,
    token: Secret,
    skipped: Arc<Skipped>,
}

impl Gateway {
    /// The gateway at `address`, which accepts `token`, over `transport`.
    pub fn new(address: &Endpoint, token: Secret, transport: Arc<dyn Transport>, limits: Limits) -> Self {
        Self {
            sender: Sender::new(transport, limits),
            address: address.clone(),
            token,
            skipped: Arc::default(),
        }
    }

    /// How many records of the gateway violate the contract at present. They are skipped.
    pub fn skipped(&self) -> SkippedRecords {
        self.skipped.counts()
    }

    /// The statuses that can be set, never [`SwyxStatus::None`]. Unknown values are left out.
    ///
    /// # Errors
    /// [`GatewayError`]; `Version` if the gateway implements another contract.
    pub async fn capabilities(&self) -> Result<Vec<SwyxStatus>, GatewayError> {
        let answer = self.get("/v1/capabilities", &[]).await?;
        let body = serde_json::from_slice::<wire::Capabilities<'_>>(answer.body());
        let capabilities = body.map_err(|_| self.not_a_gateway(&answer))?;
        if capabilities.version != wire::VERSION {
            return Err(GatewayError::Version { host: self.host(), version: capabilities.version });
        }
        let mut known = Vec::new();
        for status in capabilities.statuses.iter().filter_map(|word| wire::known(word)) {
            if !known.contains(&status) {
                known.push(status);
            }
        }
        Ok(known)
    }

    /// All users by id, each once. A user that violates the contract is skipped.
    ///
    /// # Errors
    /// [`GatewayError`]; `EndlessPages` after 20,000 pages, 1,000,000 users or 256 MiB, or if a page repeats.
    pub async fn users(&self) -> Result<Vec<SwyxUser>, GatewayError> {
        let mut users = Vec::new();
        let mut skipped = Vec::new();
        let read = |body: &[u8]| {
            let mut page = wire::add_users(body, &mut users)?;
            skipped.append(&mut page.skipped);
            Some(page)
        };
        self.pages("/v1/users", &[], None, read).await?;
        self.skipped.set_users(&skipped);
        // If the list changes while its pages are read, a user may be on two of them.
        users.sort_by(|one, other| one.id.cmp(&other.id));
        users.dedup_by(|one, other| one.id == other.id);
        Ok(users)
    }

    /// The statuses of all users, or of those whose status changed after `since`. A status that violates the contract is skipped.
    ///
    /// # Errors
    /// [`GatewayError`]; `UnknownCursor` if `since` is no longer known, `EndlessPages` as [`Gateway::users`].
    pub async fn statuses(&self, since: Option<&Cursor>) -> Result<Statuses, GatewayError> {
        let (mut statuses, mut cursor, mut skipped) = (Vec::new(), None, Vec::new());
        let refusals: &[StatusCode] = if since.is_some() { &[StatusCode::GONE] } else { &[] };
        let read = |body: &[u8]| {
            let (at, mut page) = wire::add_statuses(body, &mut statuses)?;
            skipped.append(&mut page.skipped);
            // A change while the pages are read comes after the first page's cursor.
            cursor.get_or_insert(at);
            Some(page)
        };
        self.pages("/v1/statuses", refusals, since, read).await?;
        self.skipped.add_statuses(statuses.iter().map(|status| &*status.user), skipped);
        let cursor = cursor.ok_or_else(|| GatewayError::EndlessPages { host: self.host() })?;
        Ok(Statuses { cursor, statuses })
    }

    /// Sets a user's status, and returns the visible one: during a call, the call's status stays visible.
    ///
    /// # Errors
    /// [`GatewayError`]; `UnknownUser`, `CannotBeSet` for a status that is not in the capabilities, or `Conflict` for one that cannot be
    /// set for this user at the moment.
    pub async fn set_status(&self, user: &str, status: SwyxStatus) -> Result<UserStatus, GatewayError> {
        if !wire::is_id(user) {
            return Err(GatewayError::UnknownUser { host: self.host() });
        }
        let status = wire::word(status).ok_or_else(|| GatewayError::CannotBeSet { host: self.host() })?;
        let path = format!("/v1/users/{}/status", utf8_percent_encode(user, RESERVED));
        let mut request = self.request(Method::PUT, &path)?;
        *request.body_mut() = serde_json::to_vec(&wire::SetStatus { status }).unwrap_or_default();
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let refusals = [StatusCode::NOT_FOUND, StatusCode::CONFLICT, StatusCode::UNPROCESSABLE_ENTITY];
        let answer = self.answer(&request, &refusals).await?;
        let shown = wire::status(answer.body()).filter(|shown| *shown.user == *user);
        shown.ok_or_else(|| self.not_a_gateway(&answer))
    }

    /// Opens the event stream, for events from now on or after `after`.
    ///
    /// # Errors
    /// [`GatewayError`]; `UnknownCursor` if `after` is no longer known.
    pub async fn events(&self, after: Option<&Cursor>) -> Result<Events, GatewayError> {
        let mut request = self.request(Method::GET, "/v1/events")?;
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
        // Compressing a stream delays events until a block is complete.
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(cursor) = after.and_then(|after| HeaderValue::from_str(after.as_str()).ok()) {
            headers.insert(HeaderName::from_static("last-event-id"), cursor);
        }
        let answer = self.sender.open(&request).await;
        let answer = answer.map_err(GatewayError::of)?;
        let refusals: &[StatusCode] = if after.is_some() { &[StatusCode::GONE] } else { &[] };
        self.judged(&answer, refusals)?;
        if media_type(&answer).eq_ignore_ascii_case("text/event-stream") {
            Ok(Events::new(answer, after, self.host(), Arc::clone(&self.skipped)))
        } else {
            Err(self.not_a_gateway(&answer))
        }
    }

    /// Reads all pages of a list; `read` parses the body of one page.
    async fn pages(
        &self,
        path: &str,
        refusals: &[StatusCode],
        since: Option<&Cursor>,
        mut read: impl FnMut(&[u8]) -> Option<Page>,
    ) -> Result<(), GatewayError> {
        let encoded = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
        let since = since.map(|since| format!("since={}", encoded(since.as_str())));
        let (mut seen, mut elements, mut bytes) = (HashSet::new(), 0, 0);
        let mut after = None;
        loop {
            let query = since.iter().chain(&after).map(String::as_str).collect::<Vec<_>>().join("&");
            let mark = if query.is_empty() { "" } else { "?" };
            let answer = self.get(&format!("{path}{mark}{query}"), refusals).await?;
            let page = read(answer.body()).ok_or_else(|| self.not_a_gateway(&answer))?;
            let Some(next) = page.next else { return Ok(()) };
            if next.is_empty() || next.len() > wire::MAX_TOKEN_LEN {
                return Err(self.not_a_gateway(&answer));
            }
            elements += page.elements;
            bytes += answer.body().len();
            after = Some(format!("after={}", encoded(&next)));
            let is_endless = seen.len() >= MAX_PAGES || elements > MAX_ELEMENTS || bytes > MAX_BYTES;
            if is_endless || !seen.insert(next) {
                return Err(GatewayError::EndlessPages { host: self.host() });
            }
        }
    }

    async fn get(&self, path: &str, refusals: &[StatusCode]) -> Result<Response, GatewayError> {
        self.answer(&self.request(Method::GET, path)?, refusals).await
    }

    /// The answer with status 200 to an idempotent request; all requests of the contract are idempotent.
    async fn answer(&self, request: &Request, refusals: &[StatusCode]) -> Result<Response, GatewayError> {
        let answer = self.sender.send(request).await;
        let answer = answer.map_err(GatewayError::of)?;
        self.judged(&answer, refusals)?;
        Ok(answer)
    }

    /// Turns statuses other than 200 into errors. `refusals` are those of the contract for the call. With the media type of another
    /// program, they are treated as another program's.
    fn judged<B>(&self, answer: &http::Response<B>, refusals: &[StatusCode]) -> Result<(), GatewayError> {
        let (host, status) = (self.host(), answer.status());
        let is_json = media_type(answer).to_ascii_lowercase().ends_with("json");
        Err(match status {
            StatusCode::OK => return Ok(()),
            StatusCode::UNAUTHORIZED => GatewayError::Unauthorized { host },
            StatusCode::NOT_FOUND if is_json && refusals.contains(&status) => {
                GatewayError::UnknownUser { host }
            }
            StatusCode::GONE if is_json && refusals.contains(&status) => GatewayError::UnknownCursor { host },
            StatusCode::CONFLICT if is_json && refusals.contains(&status) => GatewayError::Conflict { host },
            StatusCode::UNPROCESSABLE_ENTITY if is_json && refusals.contains(&status) => {
                GatewayError::CannotBeSet { host }
            }
            _ if is_json && status.is_client_error() => {
                GatewayError::Refused { host, status: status.as_u16() }
            }
            _ => self.not_a_gateway(answer),
        })
    }

    fn request(&self, method: Method, path: &str) -> Result<Request, GatewayError> {
        let mut request = Request::new(Vec::new());
        *request.method_mut() = method;
        let address = format!("{}{path}", self.address.as_str().trim_end_matches('/'));
        *request.uri_mut() = address.parse().map_err(|_| {
            GatewayError::Http(HttpError::Transport {
                host: self.host(),
                why: TransportError::Unreachable("the address is not understood"),
            })
        })?;
        let bearer = bearer(&self.token).ok_or(GatewayError::NotAToken)?;
        request.headers_mut().insert(AUTHORIZATION, bearer);
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        Ok(request)
    }

    fn host(&self) -> String {
        self.address.host().to_owned()
    }

    fn not_a_gateway<B>(&self, answer: &http::Response<B>) -> GatewayError {
        GatewayError::NotAGateway {
            host: self.host(),
            status: answer.status().as_u16(),
            kind: content_type(answer),
        }
    }
}
