//! Clients that take much and give little. Time is virtual: it goes on when nobody has anything to do.

use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Request, StatusCode, header};
use axum::routing::get;
use swyx_teams::web::guard::Guard;
use swyx_teams::web::{Limits, Listening, listen};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use super::yard::{HOST, ORIGIN, TEXT, Yard};

const FOR_EVER: Duration = Duration::from_hours(1);
/// More than the system keeps for a client that does not read.
const MUCH: usize = 64 << 20;

/// A server of a small page and of a large one, within these limits.
async fn served(limits: Limits) -> SocketAddr {
    let listening = Listening { address: ([127, 0, 0, 1], 0).into(), tls: None };
    let bound = listen(&listening).await.expect("an address").within(limits);
    let address = bound.names().origin().strip_prefix("http://").expect("http").parse().expect("an address");
    let router = Router::new()
        .route("/", get(|| async { "here" }))
        .route("/much", get(|| async { Bytes::from(vec![b'x'; MUCH]) }));
    tokio::spawn(bound.serve(router, std::future::pending()));
    address
}

async fn connected(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.expect("a connection")
}

/// What comes back for these bytes, until the server closes.
async fn ask(stream: &mut TcpStream, request: &str) -> String {
    let mut answer = Vec::new();
    // Whoever is turned away may find the connection reset.
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

/// No clock is in it, or the idle ones would be gone by themselves.
const PATIENT: Limits = Limits { patience: None, ..Limits::ALL };

#[tokio::test]
async fn of_more_connections_than_there_are_places_the_last_are_closed() {
    let address = served(PATIENT).await;
    let mut holding = Vec::new();
    for _ in 0..64 {
        holding.push(kept(address).await);
    }
    assert!(!is_answered(address).await);
    // Whoever goes makes room.
    holding.pop();
    while !is_answered(address).await {}

    let address = served(Limits { connections: None, ..PATIENT }).await;
    let mut holding = Vec::new();
    for _ in 0..64 {
        holding.push(kept(address).await);
    }
    assert!(is_answered(address).await, "without the limit, all are let in");
}

/// How long it takes until the server closes, if it does.
async fn closed_after(mut stream: TcpStream, begun: &str) -> Option<Duration> {
    let start = Instant::now();
    let closed = timeout(FOR_EVER, ask(&mut stream, begun)).await;
    closed.ok().map(|_| start.elapsed())
}

#[tokio::test(start_paused = true)]
async fn whoever_is_slow_to_ask_is_closed() {
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
async fn many_that_say_nothing_keep_nobody_out_for_long() {
    for (limits, answered) in [(Limits::ALL, true), (PATIENT, false)] {
        let address = served(limits).await;
        let mut silent = Vec::new();
        for _ in 0..300 {
            silent.push(connected(address).await);
        }
        sleep(Duration::from_secs(12)).await;
        assert_eq!(is_answered(address).await, answered);
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_does_not_take_the_answer_loses_the_place() {
    for (patience, answered) in [(Limits::ALL.patience, true), (None, false)] {
        let address = served(Limits { connections: Some(1), patience, ..Limits::ALL }).await;
        let mut stream = connected(address).await;
        stream.write_all(b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("sent");
        // It has begun.
        stream.read_exact(&mut [0; 64]).await.expect("an answer");
        sleep(Duration::from_secs(30)).await;
        assert_eq!(is_answered(address).await, answered);
    }
}

#[tokio::test]
async fn large_heads_are_refused() {
    for (header_bytes, answered) in [(Limits::ALL.header_bytes, false), (None, true)] {
        let address = served(Limits { header_bytes, ..PATIENT }).await;
        let head = "x".repeat(32 << 10);
        let request = format!("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: {head}\r\n\r\n");
        let answer = ask(&mut connected(address).await, &request).await;
        assert_eq!(answer.ends_with("here"), answered, "{answer}");
    }
}

/// A form of which the end never comes.
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
async fn a_form_that_does_not_come_is_waited_for_ten_seconds() {
    for (yard, status) in
        [(Yard::closed(), Some(StatusCode::REQUEST_TIMEOUT)), (Yard::without(Guard::Token), None)]
    {
        let opened = yard.open().await;
        let request =
            Request::post("/save").header(header::HOST, HOST).header(header::COOKIE, &opened.cookie);
        let request = request.header(header::ORIGIN, ORIGIN).header("sec-fetch-site", "same-origin");
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let sent = yard.send(request.body(Body::new(Endless)).expect("a request"));
        let answer = timeout(FOR_EVER, sent).await.ok();
        assert_eq!(answer.map(|answer| answer.status), status);
        assert_eq!(yard.text(), TEXT);
    }
}

/// Nobody's form is read before it is known whose it is.
#[tokio::test(start_paused = true)]
async fn without_a_session_no_form_is_waited_for() {
    let yard = Yard::closed();
    let start = Instant::now();
    let request = Request::post("/save").header(header::HOST, HOST);
    let answer = yard.send(request.body(Body::new(Endless)).expect("a request")).await;
    assert_eq!((answer.status, start.elapsed()), (StatusCode::UNAUTHORIZED, Duration::ZERO));
}
