//! Host names of another page that resolve to this machine.

use crate::web::guard::{Guard, Names};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use super::fixture::{GuardFixture, HOST, Opened};

const WRONG: [&str; 16] = [
    "",
    "evil.test",
    "evil.test:8080",
    "127.0.0.1.evil.test:8080",
    "127.0.0.1",
    "127.0.0.1:8081",
    "127.0.0.1:80800",
    "localhost",
    "localhost.:8080",
    "LOCALHOST:8080",
    "[::1]:8080",
    "[::ffff:127.0.0.1]:8080",
    "0.0.0.0:8080",
    "2130706433:8080",
    "127.1:8080",
    "evil@127.0.0.1:8080",
];

async fn statuses(
    fixture: &GuardFixture,
    opened: &Opened,
    hosts: &[&str],
    forwarded: bool,
) -> Vec<StatusCode> {
    let mut statuses = Vec::new();
    for (path, posts) in opened.paths() {
        let mut request = Request::builder().method(if posts { "POST" } else { "GET" }).uri(path);
        for host in hosts {
            request = request.header(header::HOST, *host);
        }
        if forwarded {
            request = request.header("x-forwarded-host", HOST);
        }
        let answer = fixture.send(request.body(Body::empty()).expect("a request")).await;
        if answer.status == StatusCode::MISDIRECTED_REQUEST {
            assert_eq!(answer.body, "");
        }
        statuses.push(answer.status);
    }
    statuses
}

#[tokio::test]
async fn requests_for_other_hosts_are_rejected_on_every_path() {
    let fixture = GuardFixture::closed();
    let opened = &fixture.open().await;
    for host in WRONG {
        for forwarded in [false, true] {
            let statuses = statuses(&fixture, opened, &[host], forwarded).await;
            assert!(statuses.iter().all(|status| *status == StatusCode::MISDIRECTED_REQUEST), "{host}");
        }
    }
    for hosts in [&[][..], &[HOST, HOST], &[HOST, "evil.test"]] {
        let statuses = statuses(&fixture, opened, hosts, false).await;
        assert!(statuses.iter().all(|status| *status == StatusCode::MISDIRECTED_REQUEST), "{hosts:?}");
    }
    for host in [HOST, "localhost:8080"] {
        let statuses = statuses(&fixture, opened, &[host], false).await;
        assert!(statuses.iter().all(|status| *status != StatusCode::MISDIRECTED_REQUEST), "{host}");
    }
}

/// What a rebound name would read: the page itself, with the session's cookie.
#[tokio::test]
async fn dns_rebinding_reads_nothing() {
    for (fixture, reads) in [(GuardFixture::closed(), false), (GuardFixture::without(Guard::Host), true)] {
        let opened = fixture.open().await;
        let request = Request::get(&opened.home)
            .header(header::HOST, "evil.test:8080")
            .header(header::COOKIE, &opened.cookie);
        let answer = fixture.send(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.body.contains("MsTeamsTenantId"), reads);
    }
}

#[tokio::test]
async fn request_line_with_another_host_is_rejected() {
    let fixture = GuardFixture::closed();
    let request = Request::get("http://evil.test/").header(header::HOST, HOST);
    let answer = fixture.send(request.body(Body::empty()).expect("a request")).await;
    assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST);
}

#[test]
fn origins_are_formatted_like_browsers_do() {
    let origin = |names: Names| names.origin();
    assert_eq!(origin(Names::loopback(([127, 0, 0, 1], 80).into())), "http://127.0.0.1");
    assert_eq!(origin(Names::loopback("[::1]:8080".parse().expect("an address"))), "http://[::1]:8080");
    assert_eq!(origin(Names::tls("Form.example.com", 443)), "https://form.example.com");
    assert_eq!(origin(Names::tls("form.example.com", 8443)), "https://form.example.com:8443");
}
