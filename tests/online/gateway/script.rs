//! A transport that answers from a script, whole or piece by piece, and notes what was sent.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use swyx_teams::http::{
    ChunkFuture, Chunks, Limits, OpenFuture, Request, Response, SendFuture, Streamed, Transport,
    TransportError,
};
use swyx_teams::secret::Secret;
use swyx_teams::swyx::{Cursor, Events, Gateway};

pub const TOKEN: &str = "gateway-token-4f1c9a7e2b-that-nobody-guesses";
pub const ADDRESS: &str = "https://swyx.example.com:9180/beside";

/// A part of a body.
#[derive(Clone, Debug)]
pub enum Piece {
    Bytes(Vec<u8>),
    After(Duration),
    Break(TransportError),
    Never,
}

/// One reply of the script: status, headers, body.
#[derive(Clone)]
pub enum Reply {
    Answer(u16, Vec<(&'static str, String)>, Vec<Piece>),
    Failure(TransportError),
    Never,
}

/// What was sent: method, address, headers and body.
#[derive(Clone)]
pub struct Sent {
    pub line: String,
    pub headers: http::HeaderMap,
    pub body: String,
}

impl Sent {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// Answers in turn; the last answer is given again and again.
pub struct Script {
    replies: Mutex<VecDeque<Reply>>,
    sent: Mutex<Vec<Sent>>,
}

impl Script {
    pub fn new(replies: impl IntoIterator<Item = Reply>) -> Arc<Self> {
        Arc::new(Self { replies: Mutex::new(replies.into_iter().collect()), sent: Mutex::default() })
    }

    pub fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }

    /// Method and address of each request.
    pub fn lines(&self) -> Vec<String> {
        self.sent().into_iter().map(|sent| sent.line).collect()
    }

    fn reply(&self, request: &Request) -> Reply {
        self.sent.lock().unwrap().push(Sent {
            line: format!("{} {}", request.method(), request.uri()),
            headers: request.headers().clone(),
            body: String::from_utf8(request.body().clone()).unwrap(),
        });
        let mut replies = self.replies.lock().unwrap();
        let reply = if replies.len() > 1 { replies.pop_front() } else { replies.front().cloned() };
        reply.expect("a script has a reply")
    }
}

impl Transport for Script {
    fn send(&self, request: Request) -> SendFuture<'_> {
        let opened = self.open(request);
        Box::pin(async move {
            let (parts, mut pieces) = opened.await?.into_parts();
            let mut body = Vec::new();
            while let Some(piece) = pieces.next().await? {
                body.extend(piece);
            }
            Ok(Response::from_parts(parts, body))
        })
    }

    fn open(&self, request: Request) -> OpenFuture<'_> {
        let reply = self.reply(&request);
        Box::pin(async move {
            match reply {
                Reply::Answer(status, headers, pieces) => {
                    let mut answer = Streamed::new(Box::new(Pieces(pieces.into())));
                    *answer.status_mut() = status.try_into().unwrap();
                    for (name, value) in headers {
                        answer.headers_mut().insert(name, value.parse().unwrap());
                    }
                    Ok(answer)
                }
                Reply::Failure(error) => Err(error),
                Reply::Never => std::future::pending().await,
            }
        })
    }
}

/// A transport that cannot stream.
pub struct WholeOnly(pub Arc<Script>);

impl Transport for WholeOnly {
    fn send(&self, request: Request) -> SendFuture<'_> {
        self.0.send(request)
    }
}

struct Pieces(VecDeque<Piece>);

impl Chunks for Pieces {
    fn next(&mut self) -> ChunkFuture<'_> {
        Box::pin(async move {
            loop {
                match self.0.front().cloned() {
                    None => return Ok(None),
                    Some(Piece::Bytes(bytes)) => {
                        self.0.pop_front();
                        return Ok(Some(bytes));
                    }
                    Some(Piece::After(pause)) => {
                        tokio::time::sleep(pause).await;
                        self.0.pop_front();
                    }
                    Some(Piece::Break(error)) => return Err(error),
                    Some(Piece::Never) => std::future::pending().await,
                }
            }
        })
    }
}

pub fn answer(status: u16, kind: &str, body: &str) -> Reply {
    let kind = vec![("content-type", kind.to_owned())];
    Reply::Answer(status, kind, vec![Piece::Bytes(body.as_bytes().to_vec())])
}

pub fn json(body: &Value) -> Reply {
    answer(200, "application/json", &body.to_string())
}

pub fn problem(status: u16) -> Reply {
    answer(
        status,
        "application/problem+json",
        &format!(r#"{{"type":"about:blank","title":"no","status":{status}}}"#),
    )
}

pub fn html(status: u16) -> Reply {
    answer(status, "text/html; charset=utf-8", "<html>Please log on</html>")
}

/// A stream of events.
pub fn stream(pieces: Vec<Piece>) -> Reply {
    Reply::Answer(200, vec![("content-type", "Text/Event-Stream; charset=utf-8".to_owned())], pieces)
}

pub fn text(text: &str) -> Piece {
    Piece::Bytes(text.as_bytes().to_vec())
}

pub fn once() -> Limits {
    Limits::default().repetitions(0)
}

pub fn over(transport: Arc<dyn Transport>, limits: Limits) -> Gateway {
    Gateway::new(&ADDRESS.parse().expect("an address"), Secret::new(TOKEN), transport, limits)
}

/// A gateway that sends everything once.
pub fn gateway(script: &Arc<Script>) -> Gateway {
    over(Arc::clone(script) as Arc<dyn Transport>, once())
}

pub fn cursor(text: &str) -> Cursor {
    Cursor::new(text).expect("a cursor")
}

/// The events of a stream of these pieces.
pub async fn events(pieces: Vec<Piece>) -> Events {
    gateway(&Script::new([stream(pieces)])).events(None).await.expect("a stream")
}
