//! Clients that use many resources. All waiting uses virtual time.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::web::guard::{Authenticator, Guard};
use crate::web::listen::Limits;
use crate::web::{GuardedSite, Listening, Site, listen};
use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Request, StatusCode, header};
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use super::fixture::{GuardFixture, HOST, ORIGIN, TEXT};

const FOR_EVER: Duration = Duration::from_hours(1);
/// More than the system keeps for a client that does not read.
const MUCH: usize = 64 << 20;

/// A server with a small page and a large page, with these limits.
async fn served(limits: Limits) -> SocketAddr {
    let listening = Listening { address: ([127, 0, 0, 1], 0).into(), tls: None };
    let bound = listen(&listening).await.expect("an address").within(limits);
    let address = bound.names().origin().strip_prefix("http://").expect("http").parse().expect("an address");
    let router = Router::new()
        .route("/", get(|| async { "here" }))
        .route("/much", get(|| async { Bytes::from(vec![b'x'; MUCH]) }));
    let authenticator = Arc::new(Authenticator::new(bound.names().clone()).expect("random bytes"));
    tokio::spawn(GuardedSite { bound, authenticator, router }.serve(std::future::pending()));
    address
}

async fn connected(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.expect("a connection")
}

/// The answer to these bytes, until the server closes the connection.
async fn ask(stream: &mut TcpStream, request: &str) -> String {
    let mut answer = Vec::new();
    // A refused client may find the connection reset.
    if stream.write_all(request.as_bytes()).await.is_ok() {
        let _ = stream.read_to_end(&mut answer).await;
    }
    String::from_utf8_lossy(&answer).into_owned()
}

async fn is_answered(address: SocketAddr) -> bool {
    let request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    ask(&mut connected(address).await, request).await.ends_with("here")
}

/// Asks once, so that the server is known to be at the connection, and keeps it.
async fn kept(address: SocketAddr) -> TcpStream {
    let mut stream = connected(address).await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("sent");
    let mut answer = Vec::new();
    while !answer.ends_with(b"here") {
        assert_ne!(stream.read_buf(&mut answer).await.expect("an answer"), 0);
    }
    stream
}

/// It uses no clock, otherwise idle connections would end by themselves.
const PATIENT: Limits = Limits { patience: None, ..Limits::ALL };

/// The real form on a socket, and a browser that can open its link.
struct Form {
    address: SocketAddr,
    authenticator: Arc<Authenticator>,
    _folder: tempfile::TempDir,
}

/// A session: the form's path and the cookie.
struct Session {
    home: String,
    cookie: String,
}

impl Form {
    async fn serve(limits: Limits) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.toml");
        std::fs::write(&path, TEXT).expect("a file");
        let listening = Listening { address: ([127, 0, 0, 1], 0).into(), tls: None };
        let bound = listen(&listening).await.expect("an address").within(limits);
        let address =
            bound.names().origin().strip_prefix("http://").expect("http").parse().expect("an address");
        let guarded = bound.guard(Arc::new(Site::new("a.toml", path))).expect("random bytes");
        let authenticator = Arc::clone(guarded.authenticator());
        tokio::spawn(guarded.serve(std::future::pending()));
        Self { address, authenticator, _folder: folder }
    }

    /// The head of a request, which leaves the connection open or not.
    fn request(&self, path: &str, cookies: &str, connection: &str) -> String {
        let host = self.address;
        format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: {connection}\r\nCookie: {cookies}\r\n\r\n"
        )
    }

    /// Opens a new link; `None` if the connection is refused.
    async fn open(&self) -> Option<Session> {
        let link = self.authenticator.link().expect("a link");
        let path = format!("/open/{}", link.rsplit('/').next().expect("a token"));
        let answer = ask(&mut connected(self.address).await, &self.request(&path, "", "close")).await;
        let value = |name: &str| {
            let line = answer.lines().find_map(|line| line.strip_prefix(name))?;
            Some(line.split(';').next().expect("a value").to_owned())
        };
        Some(Session { home: value("location: ")?, cookie: value("set-cookie: ")? })
    }

    /// Whether a request with these cookies gets the form.
    async fn is_shown(&self, session: &Session, cookies: &str) -> bool {
        let request = self.request(&session.home, cookies, "close");
        ask(&mut connected(self.address).await, &request).await.contains("MsTeamsTenantId")
    }

    /// A connection that has carried a request and stays open.
    async fn kept(&self, path: &str, cookies: &str) -> TcpStream {
        let mut stream = connected(self.address).await;
        stream.write_all(self.request(path, cookies, "keep-alive").as_bytes()).await.expect("sent");
        let mut answer = Vec::new();
        while !String::from_utf8_lossy(&answer).contains("</html>") {
            assert_ne!(stream.read_buf(&mut answer).await.expect("an answer"), 0);
        }
        stream
    }

    /// Whether the server has kept this connection open.
    async fn is_open(&self, stream: &mut TcpStream) -> bool {
        ask(stream, &self.request("/style.css", "", "close")).await.starts_with("HTTP/1.1 200")
    }
}

#[tokio::test]
async fn idle_connections_do_not_block_the_form() {
    for idle in [64, 200] {
        for (eviction, gets_in) in [(true, true), (false, false)] {
            let form = Form::serve(Limits { eviction, ..PATIENT }).await;
            let session = form.open().await.expect("a session");
            let mut holding = Vec::new();
            for at in 0..idle {
                // Some have sent nothing, some have requested a public asset, and the server has accepted all
                // of them.
                match (at % 2, at < 64) {
                    (0, true) => holding.push(form.kept("/", "").await),
                    _ => holding.push(connected(form.address).await),
                }
            }
            tokio::task::yield_now().await;
            // Each connection above is accepted before these, in the order of the system's queue.
            assert_eq!(form.open().await.is_some(), gets_in, "the link with {idle}");
            assert_eq!(form.is_shown(&session, &session.cookie).await, gets_in, "the session with {idle}");
        }
    }
}

#[tokio::test]
async fn the_oldest_connection_without_a_session_is_closed_first() {
    let form = Form::serve(Limits { connections: Some(3), ..PATIENT }).await;
    let session = form.open().await.expect("a session");
    let mut with_session = form.kept(&session.home, &session.cookie).await;
    let mut oldest = form.kept("/", "").await;
    let mut other = form.kept("/", "wrong=cookie").await;
    let mut new = form.kept("/", "").await;
    assert_eq!(oldest.read(&mut [0; 1]).await.unwrap_or_default(), 0, "it is closed");
    for stream in [&mut with_session, &mut other, &mut new] {
        assert!(form.is_open(stream).await);
    }
}

#[tokio::test]
async fn new_connection_is_rejected_if_all_others_have_a_session() {
    for (connections, answered) in [(Limits::ALL.connections, false), (None, true)] {
        let form = Form::serve(Limits { connections, ..PATIENT }).await;
        let session = form.open().await.expect("a session");
        let mut holding = Vec::new();
        for _ in 0..64 {
            holding.push(form.kept(&session.home, &session.cookie).await);
        }
        assert_eq!(form.is_shown(&session, &session.cookie).await, answered);
        // A connection that ends makes room.
        holding.pop();
        while !form.is_shown(&session, &session.cookie).await {}
    }
}

/// As many cookies as a browser keeps for a host, each with the maximum size.
#[tokio::test]
async fn foreign_cookies_do_not_lock_out_the_session() {
    let before = Some(16 << 10);
    for (header_bytes, shown) in [(Limits::ALL.header_bytes, true), (before, false)] {
        let form = Form::serve(Limits { header_bytes, ..PATIENT }).await;
        let session = form.open().await.expect("a session");
        let foreign = (0..180).map(|at| format!("c{at:03}={}", "x".repeat(4_096 - 4))).collect::<Vec<_>>();
        for at in [0, 90, 180] {
            let mut cookies = foreign.clone();
            cookies.insert(at, session.cookie.clone());
            assert_eq!(form.is_shown(&session, &cookies.join("; ")).await, shown, "ours after {at}");
        }
        assert!(form.is_shown(&session, &session.cookie).await);
    }
}

/// How long it takes until the server closes, if it does.
async fn closed_after(mut stream: TcpStream, begun: &str) -> Option<Duration> {
    let start = Instant::now();
    let closed = timeout(FOR_EVER, ask(&mut stream, begun)).await;
    closed.ok().map(|_| start.elapsed())
}

#[tokio::test(start_paused = true)]
async fn slow_request_headers_close_the_connection() {
    let begun = ["", "GET / HT", "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "];
    for begun in begun {
        let address = served(Limits::ALL).await;
        let waited = closed_after(kept(address).await, begun).await.expect("it is closed");
        assert!((10..12).contains(&waited.as_secs()), "{begun:?}: {waited:?}");
        let address = served(PATIENT).await;
        assert_eq!(closed_after(kept(address).await, begun).await, None, "{begun:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn silent_connections_block_others_only_briefly() {
    for (limits, answered) in [(Limits::ALL, true), (PATIENT, false)] {
        let address = served(Limits { eviction: false, ..limits }).await;
        let mut silent = Vec::new();
        for _ in 0..300 {
            silent.push(connected(address).await);
        }
        sleep(Duration::from_secs(12)).await;
        assert_eq!(is_answered(address).await, answered);
    }
}

#[tokio::test(start_paused = true)]
async fn unread_response_closes_the_connection() {
    for (patience, answered) in [(Limits::ALL.patience, true), (None, false)] {
        let address = served(Limits { connections: Some(1), eviction: false, patience, ..Limits::ALL }).await;
        let mut stream = connected(address).await;
        stream.write_all(b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("sent");
        // It has begun.
        stream.read_exact(&mut [0; 64]).await.expect("an answer");
        sleep(Duration::from_secs(30)).await;
        assert_eq!(is_answered(address).await, answered);
    }
}

#[tokio::test]
async fn large_request_headers_are_rejected() {
    for (header_bytes, answered) in [(Limits::ALL.header_bytes, false), (Some(2 << 20), true)] {
        let address = served(Limits { header_bytes, ..PATIENT }).await;
        let head = "x".repeat(1 << 20);
        let request = format!("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: {head}\r\n\r\n");
        let answer = ask(&mut connected(address).await, &request).await;
        assert_eq!(answer.ends_with("here"), answered, "{answer}");
    }
}

/// A form that never ends.
struct Endless;

impl HttpBody for Endless {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, std::io::Error>>> {
        Poll::Pending
    }
}

#[tokio::test(start_paused = true)]
async fn endless_form_body_times_out_after_ten_seconds() {
    for (fixture, status) in [
        (GuardFixture::closed(), Some(StatusCode::REQUEST_TIMEOUT)),
        (GuardFixture::without(Guard::Token), None),
    ] {
        let opened = fixture.open().await;
        let request = Request::post(opened.at("save"))
            .header(header::HOST, HOST)
            .header(header::COOKIE, &opened.cookie);
        let request = request.header(header::ORIGIN, ORIGIN).header("sec-fetch-site", "same-origin");
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let sent = fixture.send(request.body(Body::new(Endless)).expect("a request"));
        let answer = timeout(FOR_EVER, sent).await.ok();
        assert_eq!(answer.map(|answer| answer.status), status);
        assert_eq!(fixture.text(), TEXT);
    }
}

/// No form is read before its session is known.
#[tokio::test(start_paused = true)]
async fn form_body_is_not_read_without_a_session() {
    let fixture = GuardFixture::closed();
    let opened = fixture.open().await;
    let start = Instant::now();
    let request = Request::post(opened.at("save")).header(header::HOST, HOST);
    let answer = fixture.send(request.body(Body::new(Endless)).expect("a request")).await;
    assert_eq!((answer.status, start.elapsed()), (StatusCode::UNAUTHORIZED, Duration::ZERO));
}
