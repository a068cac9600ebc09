//! Responses over a real connection: redirects, pages, invalid and endless responses.

use super::certificates::{check, settings};
use super::server::*;
use crate::common::Run;

/// One run against a server that gives one answer to everything; and what reached the server.
fn against(answer: String) -> (Run, Vec<String>) {
    let authority = Authority::new("the authority");
    let folder = tempfile::tempdir().expect("a folder");
    authority.save(&folder.path().join("ca.pem"));
    let (address, seen) = https(authority.leaf(|_| {}), move |_| answer.clone());
    settings(folder.path(), address.port());
    (check(folder.path(), &[], &[]), seen.connections())
}

#[test]
fn redirect_is_rejected_and_no_secret_is_sent() {
    let (elsewhere, received) = listener();
    for status in
        ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"]
    {
        for target in [
            format!("https://127.0.0.1:{}/", elsewhere.port()),
            format!("http://localhost:{}/", elsewhere.port()),
        ] {
            let (run, seen) = against(http(status, &format!("location: {target}\r\n"), ""));
            assert_eq!(run.code, Some(3), "{}", run.err);
            let words = format!("unexpected redirect (HTTP {}), not followed", &status[..3]);
            assert!(run.err.contains(&words), "{}", run.err);
            assert_eq!(seen.len(), 1, "the secret was sent again");
        }
    }
    assert_eq!(received.connections(), Vec::<String>::new());
}

#[test]
fn page_of_a_proxy_is_identified() {
    let (run, _) = against(http("200 OK", "content-type: text/html\r\n", "<html>Please log on</html>"));
    assert_eq!(run.code, Some(3), "{}", run.err);
    assert!(
        run.err.contains(
            "HTTP 200, but not an answer from Entra ID (text/html); check for a proxy or a captive portal"
        ),
        "{}",
        run.err
    );

    // For the pause that is asked for, there is no time.
    let (run, _) = against(http(
        "502 Bad Gateway",
        "content-type: text/html\r\nretry-after: 86400\r\n",
        "<html>oh</html>",
    ));
    assert_eq!(run.code, Some(3), "{}", run.err);
    assert!(run.err.contains("localhost: service unavailable (HTTP 502)"), "{}", run.err);
}

#[test]
fn endless_response_is_limited() {
    let (run, _) =
        against(http("200 OK", "content-type: application/json\r\n", &"x".repeat(9 * 1024 * 1024)));
    assert_eq!(run.code, Some(3), "{}", run.err);
    assert!(run.err.contains("localhost: the answer is larger than 8 MiB"), "{}", run.err);
}

#[test]
fn invalid_and_incomplete_responses_are_distinguished() {
    for answer in
        ["hello\r\n\r\n".to_owned(), "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n{".to_owned()]
    {
        let authority = Authority::new("the authority");
        let folder = tempfile::tempdir().expect("a folder");
        authority.save(&folder.path().join("ca.pem"));
        let identity = authority.leaf(|_| {});
        let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(identity.chain, identity.key)
            .expect("a certificate");
        let config = std::sync::Arc::new(config);
        let (address, _) = serve(move |stream, _| {
            use std::io::Write;
            let connection =
                rustls::ServerConnection::new(std::sync::Arc::clone(&config)).expect("a connection");
            let mut stream = rustls::StreamOwned::new(connection, stream.try_clone().expect("a handle"));
            let _ = request(&mut stream);
            let _ = stream.write_all(answer.as_bytes()).and_then(|()| stream.flush());
        });
        settings(folder.path(), address.port());
        let run = check(folder.path(), &["--timeout", "1"], &[]);
        assert!(matches!(run.code, Some(3 | 4)), "{:?} {}", run.code, run.err);
        assert!(run.err.contains("error: a.toml: localhost: "), "{}", run.err);
    }
}
