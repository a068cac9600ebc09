//! Responses that are read while they arrive.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use swyx_teams::http::{HttpError, Https, Limits, Transport, TransportError};
use swyx_teams::secret::Secret;
use swyx_teams::swyx::{Gateway, GatewayError, GatewayEvent};

use super::server::{request, serve};

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

/// A part of a body in chunked encoding (RFC 9112, section 7.1).
fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

/// A server that streams each given text, and then ends.
fn stepwise() -> (SocketAddr, Sender<String>) {
    let (give, take): (_, Receiver<String>) = channel();
    let take = Mutex::new(take);
    let (address, _) = serve(move |stream, _| {
        if request(stream).is_some() {
            stream.write_all(HEAD.as_bytes()).expect("sent");
            // Waiting for missing data must end.
            while let Ok(text) = take.lock().unwrap().recv_timeout(Duration::from_secs(20)) {
                stream.write_all(text.as_bytes()).expect("sent");
            }
        }
    });
    (address, give)
}

fn https() -> Https {
    let text = "[control_center]\nMsTeamsStatusSyncMode = 2\nMsTeamsTenantId = \"7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34\"\n\
        MsTeamsClientId = \"2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16\"\nMsTeamsClientSecret = { env = \"X\" }\n";
    let checked = swyx_teams::check::check_bytes("a.toml", text.as_bytes().to_vec(), false);
    let settings = checked.settings().expect("complete");
    Https::new(&settings.access, std::path::Path::new(".")).expect("HTTPS")
}

fn gateway(address: SocketAddr) -> Gateway {
    let address = format!("http://{address}").parse().expect("an address");
    let limits = Limits::default().repetitions(0);
    Gateway::new(&address, Secret::new("a-token"), std::sync::Arc::new(https()), limits)
}

/// The server sends each event only after the previous one was read, so a client that buffers whole responses would hang.
#[tokio::test]
async fn events_arrive_before_the_response_ends() {
    let (address, give) = stepwise();
    let mut events = gateway(address).events(None).await.expect("a stream");
    for _ in 0..3 {
        give.send(chunk("event: users\ndata: {}\n\n")).expect("the server waits");
        assert_eq!(events.next().await, Ok(Some(GatewayEvent::Users)));
    }
    give.send(chunk(":\n") + "0\r\n\r\n").expect("the server waits");
    assert_eq!(events.next().await, Ok(Some(GatewayEvent::Alive)));
    assert_eq!(events.next().await, Ok(None));
}

#[tokio::test]
async fn broken_stream_differs_from_a_finished_one() {
    let (address, give) = stepwise();
    let mut events = gateway(address).events(None).await.expect("a stream");
    give.send(chunk(":\n")).expect("the server waits");
    assert_eq!(events.next().await, Ok(Some(GatewayEvent::Alive)));
    drop(give);
    let error = events.next().await.expect_err("no end");
    assert!(
        matches!(error, GatewayError::Http(HttpError::Transport { .. })) && error.is_transient(),
        "{error}"
    );
}

#[tokio::test]
async fn stream_reports_an_unreachable_host() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let error = gateway(address).events(None).await.err().expect("no stream");
    assert!(
        matches!(error, GatewayError::Http(HttpError::Transport { why: TransportError::Unreachable(_), .. })),
        "{error}"
    );
    // And plain HTTP leads to this machine only.
    let request =
        http::Request::get("http://swyx.example.com/v1/events").body(Vec::new()).expect("a request");
    assert!(https().open(request).await.is_err());
}
