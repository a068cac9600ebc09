//! The secret path, which a program on another port of this machine does not know.

use std::collections::HashSet;

use crate::web::guard::Guard;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};

use super::fixture::{GuardFixture, HOST, Opened};

/// Whether a browser sends a cookie of this path with a request to that path (RFC 6265, section 5.1.4:
/// <https://www.rfc-editor.org/rfc/rfc6265#section-5.1.4>).
fn is_sent(cookie: &str, request: &str) -> bool {
    request
        .strip_prefix(cookie)
        .is_some_and(|rest| cookie.ends_with('/') || rest.is_empty() || rest.starts_with('/'))
}

/// The paths that a page on another port can know: all public ones, and guesses.
fn guesses(home: &str) -> Vec<String> {
    let known = ["/", "/save", "/style.css", "/script.js", "/open/x", "/proof", "/job", "//", "/./", "/%2F"];
    let mut guesses = known.map(str::to_owned).to_vec();
    guesses.push(format!("/{}/", "A".repeat(43)));
    // Similar, but different.
    if home.len() > 1 {
        guesses.extend([home[..home.len() - 2].to_owned(), home.to_uppercase(), home.to_lowercase()]);
    }
    guesses
}

/// What another port receives from a browser with the open form if its page sends the browser to all paths
/// that it can know.
fn received(opened: &Opened, path_of_cookie: &str) -> Option<String> {
    let is_known = guesses(&opened.home).iter().any(|path| is_sent(path_of_cookie, path));
    is_known.then(|| opened.cookie.clone())
}

#[tokio::test]
async fn another_port_cannot_take_over_the_session() {
    for (fixture, succeeds) in [(GuardFixture::closed(), false), (GuardFixture::without(Guard::Path), true)] {
        let opened = fixture.open().await;
        let stolen = received(&opened, &opened.path_of_cookie);
        assert_eq!(stolen.is_some(), succeeds);
        // With it, the attacker sees the form at the paths that it knows; without it, nothing.
        let cookie = stolen.unwrap_or_default();
        let mut seen = false;
        for path in guesses(&opened.home) {
            seen |= fixture.get(&path, &cookie).await.body.contains("MsTeamsTenantId");
        }
        assert_eq!(seen, succeeds);
    }
}

#[tokio::test]
async fn the_cookie_alone_shows_nothing_outside_the_path() {
    for (fixture, reads) in [(GuardFixture::closed(), false), (GuardFixture::without(Guard::Path), true)] {
        let opened = fixture.open().await;
        assert_eq!(fixture.get("/", &opened.cookie).await.body.contains("MsTeamsTenantId"), reads);
    }
}

#[tokio::test]
async fn wrong_path_is_indistinguishable_without_a_session() {
    let fixture = GuardFixture::closed();
    let opened = fixture.open().await;
    let wrong = format!("/{}/", "A".repeat(43));
    let without_slash = opened.home.trim_end_matches('/').to_owned();
    let mut compared = 0;
    for (path, _) in opened.form_paths() {
        let below = path.strip_prefix(&opened.home).expect("below it");
        for method in [Method::GET, Method::POST, Method::HEAD, Method::OPTIONS] {
            let mut answers = Vec::new();
            for path in [path.clone(), format!("{wrong}{below}"), format!("/{below}"), without_slash.clone()]
            {
                let request = Request::builder().method(&method).uri(path).header(header::HOST, HOST);
                let answer = fixture.send(request.body(Body::empty()).expect("a request")).await;
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
                answers.push((answer.headers, answer.body));
            }
            assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{method} {below}");
            compared += 1;
        }
    }
    assert_eq!(compared, 4 * opened.form_paths().len());
}

#[tokio::test]
async fn secret_path_is_unique_and_only_in_the_redirect_response() {
    let mut homes = HashSet::new();
    for _ in 0..100 {
        let fixture = GuardFixture::closed();
        let opened = fixture.open().await;
        assert_eq!(opened.home.len(), 43 + 2, "43 characters of 6 bits between two slashes");
        assert!(!format!("{:?}", fixture.authenticator).contains(opened.home.trim_matches('/')));
        homes.insert(opened.home);
    }
    assert_eq!(homes.len(), 100);
    let fixture = GuardFixture::closed();
    let opened = fixture.open().await;
    assert!(!fixture.link().contains(opened.home.trim_matches('/')));
    for (path, _) in opened.paths() {
        for cookie in ["", opened.cookie.as_str()] {
            for method in [Method::GET, Method::POST] {
                let request = Request::builder().method(&method).uri(&path).header(header::HOST, HOST);
                let request = request.header(header::COOKIE, cookie).body(Body::empty()).expect("a request");
                let answer = fixture.send(request).await;
                let said = format!("{:?}{}", answer.headers, answer.body);
                assert!(!said.contains(opened.home.trim_matches('/')), "{method} {path}: {said}");
                assert_eq!(answer.headers["referrer-policy"], "same-origin");
            }
        }
    }
}

/// The page compares the proof with its own; `tests/e2e/page` shows that it stops where they differ.
#[tokio::test]
async fn proof_depends_on_path_and_number_without_a_session() {
    let proofs = async |fixture: &GuardFixture| {
        let answers = [
            fixture.get("/proof?1", "").await,
            fixture.get("/proof?2", "").await,
            fixture.get("/proof?1", "").await,
        ];
        answers.map(|answer| answer.body)
    };
    let (one, other) = (proofs(&GuardFixture::closed()).await, proofs(&GuardFixture::closed()).await);
    assert_eq!(one[0], one[2]);
    let different = one.iter().chain(&other).collect::<HashSet<_>>();
    assert_eq!(different.len(), 4);
    assert!(different.iter().all(|proof| proof.len() == 43));
}
