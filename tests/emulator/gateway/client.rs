//! A client of the gateway that speaks to the emulator in memory.

use std::time::Duration;

use http::{HeaderMap, Request, StatusCode, request::Builder};
use serde_json::{Value, json};
use swyx_teams::emulator::{Body, Emulator, Options};

/// An answer.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_else(|| panic!("no {name}: {}", self.body))
    }
}

/// The gateway of one emulator.
pub struct Gateway {
    pub emulator: Emulator,
}

impl Gateway {
    pub fn new(options: Options) -> Self {
        Self { emulator: Emulator::new(options).expect("a tenant") }
    }

    /// One with those users of SwyxServer, each with a mail address in Teams that is the id and a domain.
    pub fn with(ids: &[&str]) -> Self {
        let email = |id: &str| format!("{id}@contoso.example");
        let users = ids.iter().map(|id| json!({"userPrincipalName": email(id), "mail": email(id)}));
        let swyx = ids.iter().map(|id| json!({"id": id, "name": id.to_uppercase(), "email": email(id)}));
        let (users, swyx) = (users.collect::<Vec<_>>(), swyx.collect::<Vec<_>>());
        let state = json!({"users": users, "swyx": {"users": swyx}}).to_string();
        Self::new(Options::default().state(state))
    }

    fn request(&self, method: &str, path: &str) -> Builder {
        let token = &self.emulator.facts().gateway_token;
        Request::builder()
            .method(method)
            .uri(format!("/swyx{path}"))
            .header("authorization", format!("Bearer {token}"))
    }

    /// The router's response to any request; `Err` if the response is interrupted.
    pub async fn send(&self, request: Request<Vec<u8>>) -> Result<Answer, String> {
        let response = self.emulator.answer(request).await;
        let (head, body) = response.into_parts();
        let bytes = body.bytes().await.map_err(|error| error.to_string())?;
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok(Answer { status: head.status, headers: head.headers, body })
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path).body(Vec::new()).expect("a request")).await.expect("an answer")
    }

    pub async fn put(&self, path: &str, body: &str) -> Answer {
        let request = self.request("PUT", path).header("content-type", "application/json");
        self.send(request.body(Vec::from(body.to_owned())).expect("a request")).await.expect("an answer")
    }

    pub async fn set(&self, user: &str, status: &str) -> Answer {
        self.put(&format!("/v1/users/{user}/status"), &json!({"status": status}).to_string()).await
    }

    /// What Graph answers to a request with a token of the application.
    pub async fn graph(&self, method: &str, path: &str, body: &Value) -> Answer {
        let facts = self.emulator.facts();
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", facts.client_id.as_deref().expect("an application"))
            .append_pair("client_secret", facts.client_secret.as_deref().expect("a secret"))
            .append_pair("scope", "https://graph.microsoft.com/.default")
            .finish();
        let request = Request::post(format!("/{}/oauth2/v2.0/token", facts.tenant_id));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let token = self.send(request.body(Vec::from(form)).expect("a request")).await.expect("an answer");
        let request = Request::builder().method(method).uri(format!("/v1.0{path}"));
        let request = request.header("authorization", format!("Bearer {}", token.text("access_token")));
        let request = request.header("content-type", "application/json");
        self.send(request.body(Vec::from(body.to_string())).expect("a request")).await.expect("an answer")
    }

    /// A request that can be interrupted.
    pub async fn try_get(&self, path: &str) -> Result<Answer, String> {
        self.send(self.request("GET", path).body(Vec::new()).expect("a request")).await
    }

    /// The stream of events, or the status with which it is refused.
    pub async fn listen(&self, after: Option<&str>) -> Result<Stream, u16> {
        let mut request = self.request("GET", "/v1/events");
        if let Some(after) = after {
            request = request.header("last-event-id", after);
        }
        let request = request.body(Vec::new()).expect("a request");
        let response = self.emulator.answer(request).await;
        if response.status() != 200 {
            return Err(response.status().as_u16());
        }
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Ok(Stream { body: response.into_body(), text: String::new() })
    }
}

/// One event, or a comment, which has neither name nor data.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Event {
    pub id: String,
    pub name: String,
    pub data: Value,
}

impl Event {
    /// User, status and whether in a call.
    pub fn seen(&self) -> (&str, &str, bool) {
        assert_eq!(self.name, "status");
        let text = |name: &str| self.data[name].as_str().expect("a text");
        (text("id"), text("status"), self.data["inCall"].as_bool().expect("a bool"))
    }
}

/// A stream of events, read a frame at a time.
pub struct Stream {
    body: Body,
    text: String,
}

impl Stream {
    /// The next event or comment; `None` after an interrupted stream.
    pub async fn any(&mut self) -> Option<Event> {
        while !self.text.contains("\n\n") {
            let piece = self.body.next().await.ok()??;
            self.text.push_str(std::str::from_utf8(&piece).expect("UTF-8"));
        }
        let (block, rest) = self.text.split_once("\n\n").expect("a block");
        let mut event = Event::default();
        for line in block.lines() {
            match line.split_once(": ").unwrap_or((line, "")) {
                ("id", id) => event.id = id.to_owned(),
                ("event", name) => event.name = name.to_owned(),
                ("data", data) => event.data = serde_json::from_str(data).expect("JSON"),
                (other, _) => assert_eq!(other, ":"),
            }
        }
        self.text = rest.to_owned();
        Some(event)
    }

    /// The next event; `None` after an interrupted stream.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            let event = self.any().await?;
            if !event.name.is_empty() {
                return Some(event);
            }
        }
    }

    /// The next event, if one comes within that many virtual seconds.
    pub async fn within(&mut self, seconds: u64) -> Option<Event> {
        tokio::time::timeout(Duration::from_secs(seconds), self.next()).await.ok().flatten()
    }
}
