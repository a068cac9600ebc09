//! The server itself, by plain sockets.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use swyx_teams::web::{Bound, Listening, Refused, Site, listen};

async fn bound() -> Bound {
    let address = ([127, 0, 0, 1], 0).into();
    listen(&Listening::new(address)).await.expect("an address")
}

/// A server on a thread of its own, until the sender is dropped.
fn served() -> (SocketAddr, tokio::sync::oneshot::Sender<()>, std::thread::JoinHandle<()>) {
    let (end, ends) = tokio::sync::oneshot::channel::<()>();
    let (tell, progress) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let bound = bound().await;
            let origin = bound.names().origin();
            tell.send(origin.strip_prefix("http://").expect("http").parse().expect("an address"))
                .expect("heard");
            let site = Arc::new(Site::new("a.toml", "/nowhere/a.toml"));
            let guarded = bound.guard(site).expect("random bytes");
            let end = async { drop(ends.await) };
            guarded.serve(end).await.expect("an end");
        });
    });
    (progress.recv().expect("an address"), end, thread)
}

fn ask(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    // A request that is rejected before it is fully read can cause a connection reset.
    let _ = stream.read_to_string(&mut answer);
    answer
}

#[test]
fn invalid_requests_are_rejected_without_harm() {
    let (address, end, thread) = served();
    let refused = [
        "GET / HTTP/1.0\r\n\r\n".to_owned(),
        format!("GET / HTTP/1.1\r\nHost: {address}\r\nHost: {address}\r\nConnection: close\r\n\r\n"),
        format!("GET http://evil.test/ HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"),
        "GET / HTTP/1.1\r\nConnection: close\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n".to_owned(),
    ];
    for request in refused {
        let answer = ask(address, &request);
        assert!(answer.contains(" 421 ") || answer.contains(" 400 "), "{request:?}: {answer}");
    }
    let long = format!("GET / HTTP/1.1\r\nHost: {address}\r\nX: {}\r\n\r\n", "x".repeat(1 << 20));
    let answer = ask(address, &long);
    assert!(answer.is_empty() || answer.contains(" 431 "), "{answer}");
    let plain = format!("GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    assert!(ask(address, &plain).starts_with("HTTP/1.1 401 "));
    drop(end);
    // Afterwards, another test may listen at this port.
    thread.join().expect("it ended");
}

#[tokio::test]
async fn remote_connections_require_tls() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let listening = Listening::new(address.parse().expect("an address"));
        assert!(matches!(listen(&listening).await, Err(Refused::NeedsTls(_))), "{address}");
    }
}
