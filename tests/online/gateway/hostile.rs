//! A man in the middle puts the token into every part of a response: the client never repeats it.

use std::sync::{Arc, Mutex};

use serde_json::json;
use swyx_teams::http::TransportError;
use swyx_teams::settings::SwyxStatus;
use swyx_teams::swyx::GatewayError;
use tracing_subscriber::fmt::MakeWriter;

use super::script::*;

/// Replies that hold the token in every place.
fn echoes() -> Vec<Reply> {
    let headers = ["content-type", "location", "www-authenticate", "date", "retry-after", "request-id"];
    let headers = headers.map(|name| (name, TOKEN.to_owned())).to_vec();
    let problem = json!({"type": TOKEN, "title": TOKEN, "status": 404, "detail": TOKEN});
    let list = json!({"version": TOKEN, "statuses": [TOKEN], "users": [TOKEN], "cursor": TOKEN, "next": TOKEN, "id": TOKEN});
    let event = format!("id: {TOKEN} {TOKEN}\nevent: {TOKEN}\ndata: {TOKEN}\n\n");
    let mut replies = Vec::new();
    for status in [200, 204, 302, 400, 401, 403, 404, 410, 422, 429, 500, 503] {
        for kind in [TOKEN, "application/problem+json", "text/event-stream", "text/html"] {
            for body in [problem.to_string(), list.to_string(), event.clone(), TOKEN.to_owned()] {
                let mut headers = headers.clone();
                headers[0].1 = kind.to_owned();
                replies.push(Reply::Answer(status, headers, vec![text(&body)]));
            }
        }
    }
    replies.push(Reply::Failure(TransportError::NotHttp));
    replies
}

/// All that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

fn assert_silent(said: &str) {
    for hidden in [TOKEN, &TOKEN[..16], "4f1c9a7e2b"] {
        assert!(!said.contains(hidden), "{said}");
    }
}

async fn errors_of(reply: Reply) -> Vec<GatewayError> {
    let gateway = gateway(&Script::new([reply]));
    let cursor = cursor("c");
    let mut errors = Vec::new();
    errors.extend(gateway.capabilities().await.err());
    errors.extend(gateway.users().await.err());
    errors.extend(gateway.statuses(Some(&cursor)).await.err());
    errors.extend(gateway.set_status("a", SwyxStatus::Away).await.err());
    match gateway.events(Some(&cursor)).await {
        Err(error) => errors.push(error),
        Ok(mut events) => errors.extend(events.next().await.err()),
    }
    errors
}

#[tokio::test(start_paused = true)]
async fn no_response_reveals_the_token() {
    let log = Log::default();
    let all = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone());
    let _listens = tracing::subscriber::set_default(all.finish());
    let mut count = 0;
    for reply in echoes() {
        for error in errors_of(reply).await {
            assert_silent(&format!("{error} {error:?}"));
            count += 1;
        }
    }
    assert!(count > 900, "{count}");
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert_silent(&log);
    // The cross-check: the search finds it there.
    assert!(log.contains("/v1/capabilities") && log.contains("swyx.example.com"), "{log:.500}");
}
