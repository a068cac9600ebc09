//! A transport that answers from a script and notes what was sent and when.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use swyx_teams::entra::graph::Client;
use swyx_teams::entra::sign_in::Credential;
use swyx_teams::http::{Deadline, Limits, Request, Response, SendFuture, Transport, TransportError};
use swyx_teams::secret::Secret;
use swyx_teams::settings::Settings;
use tokio::time::Instant;

pub const SECRET: &str = "Ab18Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d";
pub const TENANT: &str = "7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34";
pub const CLIENT: &str = "2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16";

/// One reply of the script.
#[derive(Clone)]
pub enum Reply {
    Answer(u16, Vec<(&'static str, String)>, Vec<u8>),
    Failure(TransportError),
    Never,
}

/// What was sent.
pub struct Sent {
    pub at: Duration,
    pub uri: String,
    pub authorization: Option<String>,
    pub body: String,
}

/// Answers in turn; the last answer is given again and again.
pub struct Script {
    start: Instant,
    replies: Mutex<VecDeque<Reply>>,
    sent: Mutex<Vec<Sent>>,
}

impl Script {
    pub fn new(replies: impl IntoIterator<Item = Reply>) -> Arc<Self> {
        let replies = Mutex::new(replies.into_iter().collect());
        Arc::new(Self { start: Instant::now(), replies, sent: Mutex::default() })
    }

    /// What was sent so far.
    pub fn sent<T>(&self, look: impl Fn(&Sent) -> T) -> Vec<T> {
        self.sent.lock().unwrap().iter().map(look).collect()
    }

    /// When requests went out, in seconds.
    pub fn times(&self) -> Vec<f64> {
        self.sent(|sent| sent.at.as_secs_f64())
    }
}

impl Transport for Script {
    fn send(&self, request: Request) -> SendFuture<'_> {
        self.sent.lock().unwrap().push(Sent {
            at: self.start.elapsed(),
            uri: request.uri().to_string(),
            authorization: request
                .headers()
                .get("authorization")
                .map(|value| value.to_str().unwrap().to_owned()),
            body: String::from_utf8(request.body().clone()).unwrap(),
        });
        let mut replies = self.replies.lock().unwrap();
        let reply = if replies.len() > 1 { replies.pop_front() } else { replies.front().cloned() };
        Box::pin(async move {
            match reply.expect("a script has a reply") {
                Reply::Answer(status, headers, body) => {
                    let mut response = Response::new(body);
                    *response.status_mut() = status.try_into().unwrap();
                    for (name, value) in headers {
                        response.headers_mut().insert(name, value.parse().unwrap());
                    }
                    Ok(response)
                }
                Reply::Failure(error) => Err(error),
                Reply::Never => std::future::pending().await,
            }
        })
    }
}

/// A JSON answer.
pub fn json(status: u16, body: &Value) -> Reply {
    Reply::Answer(
        status,
        vec![("content-type", "application/json".to_owned())],
        body.to_string().into_bytes(),
    )
}

/// An HTML answer, as a proxy gives it.
pub fn html(status: u16) -> Reply {
    Reply::Answer(
        status,
        vec![("content-type", "text/html; charset=utf-8".to_owned())],
        b"<html>Please log on</html>".to_vec(),
    )
}

/// An answer that asks for a pause.
pub fn later(status: u16, retry_after: &str) -> Reply {
    Reply::Answer(status, vec![("retry-after", retry_after.to_owned())], Vec::new())
}

/// A token that is good for `seconds`, and no JWT.
pub fn token(name: &str, seconds: &Value) -> Reply {
    json(200, &json!({"token_type": "Bearer", "expires_in": seconds, "access_token": name}))
}

pub fn good_token() -> Reply {
    token("opaque", &json!(3599))
}

pub fn refusal(status: u16, error: &str, code: u32) -> Reply {
    json(
        status,
        &json!({"error": error, "error_codes": [code], "error_description": format!("AADSTS{code}: no"), "trace_id": TENANT}),
    )
}

pub fn settings() -> Settings {
    let text = format!(
        "[control_center]\nMsTeamsStatusSyncMode = 2\nMsTeamsTenantId = \"{TENANT}\"\nMsTeamsClientId = \"{CLIENT}\"\n\
         MsTeamsClientSecret = {{ env = \"X\" }}\n"
    );
    swyx_teams::check::check_bytes("a.toml", text.into_bytes(), false).settings().expect("complete")
}

/// A client that signs in with [`SECRET`], and waits as `limits` say.
pub fn client_with(script: &Arc<Script>, limits: Limits) -> Client {
    let transport = Arc::clone(script) as Arc<dyn Transport>;
    let settings = settings();
    let credential = Credential::Secret(settings.client_id, Secret::new(SECRET));
    Client::new(&settings.access, credential, transport, limits)
}

/// A client that has `seconds` for everything.
pub fn client_within(script: &Arc<Script>, seconds: u64) -> Client {
    let until = Some(Deadline::after(Duration::from_secs(seconds)));
    client_with(script, Limits::default().until(until))
}

pub fn client(script: &Arc<Script>) -> Client {
    client_within(script, 1_000_000)
}
