//! The headers of every answer.

use crate::web::guard::Guard;
use axum::body::Body;
use axum::http::{HeaderMap, Request, header};

use super::fixture::{GuardFixture, HOST};

fn is_guarded(headers: &HeaderMap) -> bool {
    let has = |name: &str, value: &str| headers.get(name).is_some_and(|found| found == value);
    let policy = headers
        .get(header::CONTENT_SECURITY_POLICY)
        .and_then(|policy| policy.to_str().ok())
        .unwrap_or_default();
    has("cache-control", "no-store")
        && has("x-content-type-options", "nosniff")
        && has("x-frame-options", "DENY")
        && has("cross-origin-resource-policy", "same-origin")
        && has("cross-origin-opener-policy", "same-origin")
        && policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'")
        && policy.contains("frame-ancestors 'none'; base-uri 'none'")
        && !policy.contains("unsafe")
        && !headers.keys().any(|name| name.as_str().starts_with("access-control-"))
}

#[tokio::test]
async fn every_response_has_the_security_headers() {
    for (fixture, has) in [(GuardFixture::closed(), true), (GuardFixture::without(Guard::Headers), false)] {
        let opened = fixture.open().await;
        let mut seen = 0;
        for (path, posts) in opened.paths() {
            for host in [HOST, "evil.test"] {
                for cookie in ["", opened.cookie.as_str()] {
                    let request = Request::builder().method(if posts { "POST" } else { "GET" }).uri(&path);
                    let request = request.header(header::HOST, host).header(header::COOKIE, cookie);
                    let answer = fixture.send(request.body(Body::empty()).expect("a request")).await;
                    assert_eq!(is_guarded(&answer.headers), has, "{path} {host} {}", answer.status);
                    seen += 1;
                }
            }
        }
        assert_eq!(seen, 4 * opened.paths().len());
    }
}
