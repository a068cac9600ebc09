//! Counts the requests of one tenant by side and result, around the transport that all tenants share.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::http::{OpenFuture, Request, SendFuture, Transport, TransportError};

/// The requests of one tenant.
#[derive(Default)]
pub(in crate::cli) struct Meter {
    /// Entra ID and Microsoft Graph.
    pub(super) graph: Arc<Side>,
    /// The gateway.
    pub(super) gateway: Arc<Side>,
}

/// The requests to one side.
#[derive(Default)]
pub(super) struct Side {
    failures: [AtomicU64; REASONS.len()],
    /// How many event streams were opened.
    streams: AtomicU64,
    last_success: Mutex<Option<Instant>>,
}

/// Why a request failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    Unreachable,
    Timeout,
    Certificate,
    Proxy,
    OpenFiles,
    InvalidAnswer,
    Throttled,
    Rejected,
    ServerError,
}

/// The reasons with their words in the metrics.
const REASONS: [(Reason, &str); 9] = [
    (Reason::Unreachable, "unreachable"),
    (Reason::Timeout, "timeout"),
    (Reason::Certificate, "certificate"),
    (Reason::Proxy, "proxy"),
    (Reason::OpenFiles, "open_files"),
    (Reason::InvalidAnswer, "invalid_answer"),
    (Reason::Throttled, "throttled"),
    (Reason::Rejected, "rejected"),
    (Reason::ServerError, "server_error"),
];

impl From<&TransportError> for Reason {
    fn from(error: &TransportError) -> Self {
        match error {
            TransportError::Unreachable(_) => Self::Unreachable,
            TransportError::NoConnection(_) => Self::Timeout,
            TransportError::Certificate(_) | TransportError::NoTls => Self::Certificate,
            TransportError::Proxy(_) => Self::Proxy,
            TransportError::TooManyFiles(_) => Self::OpenFiles,
            TransportError::TooLarge(_) | TransportError::NotHttp => Self::InvalidAnswer,
        }
    }
}

/// Why an answer with this status counts as a failure. The contracts use 404 and 410 for users, sessions and positions that are gone.
fn reason_of(status: u16) -> Option<Reason> {
    match status {
        200..=299 | 404 | 410 => None,
        429 => Some(Reason::Throttled),
        400..=499 => Some(Reason::Rejected),
        500..=599 => Some(Reason::ServerError),
        _ => Some(Reason::InvalidAnswer),
    }
}

/// A page is never an answer of these interfaces: it comes from a portal or a proxy.
fn page_reason(headers: &http::HeaderMap) -> Option<Reason> {
    let kind = headers.get(http::header::CONTENT_TYPE)?.to_str().ok()?;
    kind.trim_start().to_ascii_lowercase().starts_with("text/html").then_some(Reason::InvalidAnswer)
}

impl Side {
    /// The failures so far, by the words of their reasons.
    pub(super) fn failures(&self) -> impl Iterator<Item = (&'static str, u64)> {
        REASONS.iter().zip(&self.failures).map(|((_, word), count)| (*word, count.load(Ordering::Relaxed)))
    }

    /// The time since the last request that succeeded; `None` before the first one.
    pub(super) fn since_success(&self) -> Option<Duration> {
        let last = *self.last_success.lock().unwrap_or_else(PoisonError::into_inner);
        last.map(|last| last.elapsed())
    }

    /// How many times the event stream was opened again.
    pub(super) fn reconnects(&self) -> u64 {
        self.streams.load(Ordering::Relaxed).saturating_sub(1)
    }

    fn failed(&self, reason: Reason) {
        let found = REASONS.iter().zip(&self.failures).find(|((known, _), _)| *known == reason);
        found.into_iter().for_each(|(_, count)| _ = count.fetch_add(1, Ordering::Relaxed));
    }

    fn count<B>(&self, result: &Result<http::Response<B>, TransportError>) {
        let reason = match result {
            Ok(answer) => reason_of(answer.status().as_u16()).or_else(|| page_reason(answer.headers())),
            Err(error) => Some(Reason::from(error)),
        };
        match reason {
            Some(reason) => self.failed(reason),
            None => {
                let mut last = self.last_success.lock().unwrap_or_else(PoisonError::into_inner);
                *last = Some(Instant::now());
            }
        }
    }
}

/// A transport that counts the requests to one side.
pub(super) struct MeteredTransport {
    pub(super) inner: Arc<dyn Transport>,
    pub(super) side: Arc<Side>,
    /// The time limit of a request. The caller drops a request that exceeds it.
    pub(super) limit: Duration,
}

/// A request without an answer so far.
struct Pending<'a> {
    side: &'a Side,
    start: Instant,
    limit: Duration,
    is_answered: bool,
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        // Otherwise, the request was not needed any more.
        if !self.is_answered && self.start.elapsed() >= self.limit {
            self.side.failed(Reason::Timeout);
        }
    }
}

impl MeteredTransport {
    async fn counted<B>(
        &self,
        answer: impl Future<Output = Result<http::Response<B>, TransportError>>,
    ) -> Result<http::Response<B>, TransportError> {
        let (side, start, limit) = (&*self.side, Instant::now(), self.limit);
        let mut pending = Pending { side, start, limit, is_answered: false };
        let result = answer.await;
        pending.is_answered = true;
        side.count(&result);
        result
    }
}

impl Transport for MeteredTransport {
    fn send(&self, request: Request) -> SendFuture<'_> {
        Box::pin(self.counted(self.inner.send(request)))
    }

    fn open(&self, request: Request) -> OpenFuture<'_> {
        Box::pin(async move {
            let opened = self.counted(self.inner.open(request)).await?;
            if opened.status().is_success() {
                self.side.streams.fetch_add(1, Ordering::Relaxed);
            }
            Ok(opened)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Response;

    /// Answers with the status that the path names; this one comes with a page.
    struct Canned;

    const PAGE: u16 = 203;

    impl Transport for Canned {
        fn send(&self, request: Request) -> SendFuture<'_> {
            let status = request.uri().path().trim_start_matches('/').parse();
            Box::pin(async move {
                match status {
                    Ok(0) => Err(TransportError::TooManyFiles("too many open files".to_owned())),
                    Ok(status) => {
                        let mut answer = Response::new(Vec::new());
                        *answer.status_mut() = http::StatusCode::from_u16(status).expect("a status");
                        if status == PAGE {
                            let kind = http::HeaderValue::from_static("text/html; charset=utf-8");
                            answer.headers_mut().insert(http::header::CONTENT_TYPE, kind);
                        }
                        Ok(answer)
                    }
                    Err(_) => std::future::pending().await,
                }
            })
        }
    }

    fn request(path: &str) -> Request {
        http::Request::get(format!("https://swyx.example.com/{path}")).body(Vec::new()).expect("a request")
    }

    #[tokio::test(start_paused = true)]
    async fn requests_are_counted_by_result() {
        let (side, limit) = (Arc::<Side>::default(), Duration::from_secs(20));
        let transport = MeteredTransport { inner: Arc::new(Canned), side: Arc::clone(&side), limit };
        assert_eq!(side.since_success(), None);
        for status in ["204", "404", "410", "0", "429", "429", "401", "503", "302", "203"] {
            let _ = transport.send(request(status)).await;
        }
        tokio::time::advance(Duration::from_secs(5)).await;
        assert_eq!(side.since_success(), Some(Duration::from_secs(5)));
        // A request that is dropped before its limit was not needed any more.
        for wait in [limit, limit / 2] {
            assert!(tokio::time::timeout(wait, transport.send(request("never"))).await.is_err());
        }
        let counted = side.failures().filter(|(_, count)| *count > 0).collect::<Vec<_>>();
        let expected = [
            ("timeout", 1),
            ("open_files", 1),
            ("invalid_answer", 2),
            ("throttled", 2),
            ("rejected", 1),
            ("server_error", 1),
        ];
        assert_eq!(counted, expected);
        assert_eq!(side.reconnects(), 0);
        for status in ["200", "503", "200", "200"] {
            let _ = transport.open(request(status)).await;
        }
        assert_eq!(side.reconnects(), 2);
    }
}
