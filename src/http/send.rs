//! Sends requests to Entra ID, Graph or the SwyxServer gateway.
//!
//! Each attempt has a time limit, and all attempts together have one. A requested pause (`Retry-After`, whole
//! or fractional seconds, or a date) is respected; otherwise pauses start at 1 s and double, with jitter. A
//! budget limits repetitions if everything fails. Source of the rules:
//! <https://learn.microsoft.com/graph/throttling>.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use http::HeaderMap;
use http::header::{DATE, HeaderValue, RETRY_AFTER};
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::answer::request_id;
use super::deadline::Deadline;
use super::error::HttpError;
use super::transport::{Request, Response, Streamed, Transport, TransportError};
use crate::secret::Secret;

/// The time limits.
///
/// ```
/// use std::time::Duration;
/// use swyx_teams::http::{Deadline, Limits};
///
/// let limits = Limits::default().until(Deadline::after(Duration::from_secs(60))).repetitions(1);
/// assert_eq!((limits.attempt, limits.repetitions), (Duration::from_secs(30), 1));
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// The limit of one attempt; 30 s by default.
    pub attempt: Duration,
    /// The deadline for everything, including repetitions and pauses; none by default.
    pub until: Option<Deadline>,
    /// The maximum number of repetitions of one request; 3 by default. With 0, every request is sent once,
    /// for callers with their own retry plan.
    pub repetitions: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { attempt: Duration::from_secs(30), until: None, repetitions: 3 }
    }
}

impl Limits {
    /// Sets the limit of one attempt.
    #[must_use]
    pub fn attempt(self, attempt: Duration) -> Self {
        Self { attempt, ..self }
    }

    /// Sets the deadline for everything, or removes it.
    #[must_use]
    pub fn until(self, until: impl Into<Option<Deadline>>) -> Self {
        Self { until: until.into(), ..self }
    }

    /// Sets the maximum number of repetitions of one request.
    #[must_use]
    pub fn repetitions(self, repetitions: usize) -> Self {
        Self { repetitions, ..self }
    }
}

/// Receives the reason and the duration of each pause before a repetition.
pub type PauseObserver = Arc<dyn Fn(&str, Duration) + Send + Sync>;

/// The first pause if none is requested.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The budget in tenths of a repetition: it starts with ten repetitions, and every success adds a tenth.
const FULL_BUDGET: u32 = 100;
const REPETITION: u32 = 10;
/// Means that no answer had a date yet.
const NO_CLOCK: i64 = i64::MIN;

/// Sends requests, and retries after transient errors.
pub struct Sender {
    transport: Arc<dyn Transport>,
    limits: Limits,
    budget: AtomicU32,
    clock_ahead: AtomicI64,
    pause_observer: Option<PauseObserver>,
}

impl Sender {
    /// Creates a sender over `transport`.
    pub fn new(transport: Arc<dyn Transport>, limits: Limits) -> Self {
        let (budget, clock_ahead) = (AtomicU32::new(FULL_BUDGET), AtomicI64::new(NO_CLOCK));
        Self { transport, limits, budget, clock_ahead, pause_observer: None }
    }

    /// Reports all following pauses to `observer`.
    pub fn observe_pauses(&mut self, observer: PauseObserver) {
        self.pause_observer = Some(observer);
    }

    fn report_pause(&self, why: &str, pause: Duration) {
        if let Some(observer) = &self.pause_observer {
            observer(why, pause);
        }
    }

    /// Sets a new deadline for all following requests.
    pub(crate) fn wait_until(&mut self, until: Deadline) {
        self.limits.until = Some(until);
    }

    /// Seconds that this machine's clock is ahead of the last answer's `Date`, accurate to one second plus
    /// the network delay.
    pub fn clock_ahead(&self) -> Option<i64> {
        Some(self.clock_ahead.load(Ordering::Relaxed)).filter(|ahead| *ahead != NO_CLOCK)
    }

    /// The current time by the server's clock if an answer contained it.
    pub(crate) fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        let ahead = SignedDuration::from_secs(self.clock_ahead().unwrap_or(0));
        now.checked_sub(ahead).unwrap_or(now)
    }

    /// Sends a request and returns an answer from 200 to 299 or from 400 to 499, except 429. The request may
    /// be sent several times, so it must be idempotent: a read, or a sign-in.
    ///
    /// # Errors
    /// [`HttpError`] if there is no usable answer.
    pub async fn send(&self, request: &Request) -> Result<Response, HttpError> {
        self.send_while(request, HttpError::is_transient).await
    }

    /// Like [`Sender::send`], for a request that must not take effect twice: it is sent again only after an
    /// answer that says that it was not processed (429). After any other failure, it is unknown whether it
    /// took effect.
    ///
    /// # Errors
    /// [`HttpError`] if there is no usable answer.
    pub async fn send_once(&self, request: &Request) -> Result<Response, HttpError> {
        self.send_while(request, |error| matches!(error, HttpError::Throttled { .. })).await
    }

    async fn send_while(
        &self,
        request: &Request,
        repeats: fn(&HttpError) -> bool,
    ) -> Result<Response, HttpError> {
        let attempt = || self.attempt(request);
        attempt
            .retry(self.pauses())
            .sleep(tokio::time::sleep)
            .when(repeats)
            .adjust(|error, pause| pause.and_then(|pause| self.pause(error, pause)))
            .notify(|error, pause| {
                tracing::info!(pause_s = pause.as_secs_f64(), "{error}; trying again");
                self.report_pause(&error.to_string(), pause);
            })
            .await
    }

    /// Sends a request once, and returns an answer like [`Sender::send`] as soon as it starts. The limit of
    /// an attempt applies to its start.
    ///
    /// # Errors
    /// [`HttpError`] if there is no usable answer.
    pub async fn open(&self, request: &Request) -> Result<Streamed, HttpError> {
        self.answered(request, |request| self.transport.open(request)).await
    }

    async fn attempt(&self, request: &Request) -> Result<Response, HttpError> {
        self.answered(request, |request| self.transport.send(request)).await
    }

    async fn answered<B, F: Future<Output = Result<http::Response<B>, TransportError>>>(
        &self,
        request: &Request,
        send: impl FnOnce(Request) -> F,
    ) -> Result<http::Response<B>, HttpError> {
        let host = host(request);
        let limit = match self.limits.until {
            Some(until) => self.limits.attempt.min(until.remaining()),
            None => self.limits.attempt,
        };
        let start = Instant::now();
        let mut request = request.clone();
        let id = uuid::Uuid::new_v4();
        if let Ok(id) = HeaderValue::try_from(id.to_string()) {
            request.headers_mut().insert("client-request-id", id);
        }
        // Without the query, which may contain user names.
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let sent = tokio::time::timeout(limit, send(request)).await;
        let ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        let answer = match sent {
            Err(_) => Err(HttpError::TimedOut { host, limit }),
            Ok(Err(why)) => Err(HttpError::Transport { host, why }),
            Ok(Ok(response)) => {
                let (status, request) = (response.status().as_u16(), request_id(response.headers()));
                tracing::debug!(%method, path, status, ms, client_request_id = %id, "answered{request}");
                self.note_clock(response.headers());
                self.judged(host, response)
            }
        };
        match &answer {
            Ok(_) => self.earn(),
            Err(error) => tracing::debug!(%method, path, ms, client_request_id = %id, "{error}"),
        }
        answer
    }

    /// Converts unusable answers to errors.
    fn judged<B>(&self, host: String, response: http::Response<B>) -> Result<http::Response<B>, HttpError> {
        let (status, headers) = (response.status().as_u16(), response.headers());
        let wait = || retry_after(headers, self.now()).unwrap_or_default();
        match status {
            200..=299 | 400..=428 | 430..=499 => Ok(response),
            429 => Err(HttpError::Throttled { host, wait: wait() }),
            300..=399 => Err(HttpError::Redirected { host, status }),
            _ => Err(HttpError::Unavailable { host, status, wait: wait(), request: request_id(headers) }),
        }
    }

    /// The pauses before repetitions if no longer ones are requested.
    pub(crate) fn pauses(&self) -> ExponentialBuilder {
        let growing = ExponentialBuilder::default().with_min_delay(FIRST_PAUSE);
        growing.with_max_times(self.limits.repetitions).with_jitter()
    }

    /// The pause before the next attempt; `None` if it would end after the deadline, or the budget is spent.
    fn pause(&self, error: &HttpError, usual: Duration) -> Option<Duration> {
        let asked = match error {
            HttpError::Throttled { wait, .. } | HttpError::Unavailable { wait, .. } => *wait,
            _ => Duration::ZERO,
        };
        let pause = usual.max(asked);
        (self.has_time_for(pause) && self.spend()).then_some(pause)
    }

    fn has_time_for(&self, pause: Duration) -> bool {
        self.limits.until.is_none_or(|until| until.leaves(pause))
    }

    /// Waits for the requested pause if there is time for it.
    pub(crate) async fn wait(&self, pause: Duration) -> bool {
        if self.has_time_for(pause) && self.spend() {
            const WHY: &str = "parts of a batch were throttled";
            tracing::info!(pause_s = pause.as_secs_f64(), "{WHY}; trying them again");
            self.report_pause(WHY, pause);
            tokio::time::sleep(pause).await;
            true
        } else {
            false
        }
    }

    fn spend(&self) -> bool {
        let less = |budget: u32| budget.checked_sub(REPETITION);
        self.budget.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }

    fn earn(&self) {
        let more = |budget: u32| Some((budget + 1).min(FULL_BUDGET));
        let _ = self.budget.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }

    fn note_clock(&self, headers: &HeaderMap) {
        let date = headers.get(DATE).and_then(|date| date.to_str().ok()).and_then(http_date);
        if let Some(date) = date {
            self.clock_ahead
                .store(Timestamp::now().as_second().saturating_sub(date.as_second()), Ordering::Relaxed);
        }
    }
}

/// `Bearer TOKEN`, the value of `Authorization` (RFC 6750); `None` if the token contains characters that a
/// header cannot contain.
pub(crate) fn bearer(token: &Secret) -> Option<HeaderValue> {
    let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.expose())).ok()?;
    bearer.set_sensitive(true);
    Some(bearer)
}

/// The host of a request, for messages.
pub(crate) fn host(request: &Request) -> String {
    request.uri().host().unwrap_or_default().to_owned()
}

/// The pause that an answer requests: whole or fractional seconds, or a date (RFC 9110, section 10.2.3).
/// Graph's own sample has `2.128`.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    requested_pause(headers.get(RETRY_AFTER)?.to_str().ok()?, now)
}

/// Like [`retry_after`], for the text of the header. Anything except a date or a non-negative number is
/// ignored.
pub(crate) fn requested_pause(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let seconds = http_date(text)?.as_second().saturating_sub(now.as_second());
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}
