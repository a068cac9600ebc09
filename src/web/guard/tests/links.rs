//! The link that opens once, and the session that it opens.

use std::time::Duration;

use crate::web::guard::{Authenticator, Guard, LINK_LIFE, Names};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use tokio::time::advance;

use super::yard::{HOST, Yard};

const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn a_link_opens_once() {
    let yard = Yard::closed();
    let link = yard.link();
    assert_eq!(yard.get(&link, "").await.status, StatusCode::SEE_OTHER);
    let again = yard.get(&link, "").await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED);
    assert!(!again.headers.contains_key(header::SET_COOKIE));
    let yard = Yard::without(Guard::LinkOnce);
    let link = yard.link();
    for _ in 0..2 {
        assert_eq!(yard.get(&link, "").await.status, StatusCode::SEE_OTHER);
    }
}

/// How many of a thousand concurrent uses of a link are accepted.
async fn won(yard: Yard) -> usize {
    let yard = std::sync::Arc::new(yard);
    let link = yard.link();
    let tries = (0..1_000).map(|_| {
        let (yard, link) = (yard.clone(), link.clone());
        tokio::spawn(async move { yard.get(&link, "").await.status })
    });
    let mut won = 0;
    for one in tries.collect::<Vec<_>>() {
        won += usize::from(one.await.expect("an end") == StatusCode::SEE_OTHER);
    }
    won
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_at_once_one_wins_but_where_the_guard_is_missing() {
    assert_eq!(won(Yard::closed()).await, 1);
    assert_eq!(won(Yard::without(Guard::LinkOnce)).await, 1_000);
}

#[tokio::test]
async fn what_is_not_the_link_opens_nothing_and_does_no_harm() {
    let yard = Yard::closed();
    let link = yard.link();
    let last = if link.ends_with('A') { 'E' } else { 'A' };
    let other = format!("{}{last}", &link[..link.len() - 1]);
    for wrong in [other.as_str(), "/open/", "/open/x", &link[..link.len() - 1], "/open/%00"] {
        assert_ne!(yard.get(wrong, "").await.status, StatusCode::SEE_OTHER, "{wrong}");
    }
    // A prefetch or a HEAD request does not open it either.
    let ahead = Request::get(&link).header(header::HOST, HOST).header("sec-purpose", "prefetch;prerender");
    assert_eq!(
        yard.send(ahead.body(Body::empty()).expect("a request")).await.status,
        StatusCode::UNAUTHORIZED
    );
    let head = Request::head(&link).header(header::HOST, HOST);
    assert_eq!(
        yard.send(head.body(Body::empty()).expect("a request")).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(yard.get(&link, "").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(start_paused = true)]
async fn a_link_that_nobody_opens_dies() {
    let yard = Yard::closed();
    for (pause, status) in
        [(LINK_LIFE - Duration::from_millis(1), StatusCode::SEE_OTHER), (LINK_LIFE, StatusCode::UNAUTHORIZED)]
    {
        let link = yard.link();
        advance(pause).await;
        assert_eq!(yard.get(&link, "").await.status, status);
    }
    // A replaced link does not work either.
    let (first, second) = (yard.link(), yard.link());
    assert_eq!(yard.get(&first, "").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(yard.get(&second, "").await.status, StatusCode::SEE_OTHER);
}

#[test]
fn links_have_256_bits_and_differ() {
    let authenticator =
        Authenticator::new(Names::loopback(([127, 0, 0, 1], 8080).into())).expect("random bytes");
    let links =
        (0..1_000).map(|_| authenticator.link().expect("a link")).collect::<std::collections::HashSet<_>>();
    assert_eq!(links.len(), 1_000);
    let token = |link: &String| link.rsplit('/').next().expect("a token").len();
    assert!(links.iter().all(|link| token(link) == 43), "43 characters of 6 bits");
    let debug = format!("{authenticator:?}");
    assert!(links.iter().all(|link| !debug.contains(link.rsplit('/').next().expect("a token"))));
}

#[tokio::test(start_paused = true)]
async fn a_session_ends_after_a_quarter_of_an_hour_without_a_request() {
    let yard = Yard::closed();
    let opened = yard.open().await;
    for _ in 0..4 {
        advance(15 * MINUTE - Duration::from_millis(1)).await;
        assert_eq!(yard.get(&opened.home, &opened.cookie).await.status, StatusCode::OK);
    }
    advance(15 * MINUTE).await;
    assert_eq!(yard.get(&opened.home, &opened.cookie).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(yard.get(&opened.home, &opened.cookie).await.status, StatusCode::UNAUTHORIZED);
}

/// A request from another page has the cookie, but must not extend the session.
#[tokio::test(start_paused = true)]
async fn requests_that_are_refused_do_not_keep_a_session_going() {
    let yard = Yard::closed();
    let opened = yard.open().await;
    for _ in 0..3 {
        advance(5 * MINUTE).await;
        let request =
            Request::get(&opened.home).header(header::HOST, HOST).header(header::COOKIE, &opened.cookie);
        let request = request.header("sec-fetch-site", "same-site").body(Body::empty()).expect("a request");
        yard.send(request).await;
    }
    assert_eq!(yard.get(&opened.home, &opened.cookie).await.status, StatusCode::UNAUTHORIZED);
}

/// A page on another port may set cookies with the same name or with invalid text.
#[tokio::test]
async fn the_right_cookie_counts_wherever_it_is_in_the_headers() {
    let yard = Yard::closed();
    let opened = yard.open().await;
    let name = opened.cookie.split('=').next().expect("a name");
    let foreign =
        [format!("{name}=tossed"), format!("{name}="), "a=\u{e4}".to_owned(), "=".to_owned(), String::new()];
    let foreign = foreign.iter().map(|text| text.as_bytes().to_vec()).chain([b"b=\xff\xfe".to_vec()]);
    let foreign = foreign.collect::<Vec<_>>();
    for at in 0..=foreign.len() {
        let mut cookies = foreign.clone();
        cookies.insert(at, opened.cookie.as_bytes().to_vec());
        // All in one header, as browsers send them, and each in its own.
        for headers in [vec![cookies.join(&b"; "[..])], cookies] {
            let mut request = Request::get(&opened.home).header(header::HOST, HOST);
            for cookie in headers {
                request = request.header(header::COOKIE, cookie);
            }
            let answer = yard.send(request.body(Body::empty()).expect("a request")).await;
            assert_eq!(answer.status, StatusCode::OK, "at {at}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_ends_after_eight_hours() {
    let yard = Yard::closed();
    let opened = yard.open().await;
    for _ in 1..48 {
        advance(10 * MINUTE).await;
        assert_eq!(yard.get(&opened.home, &opened.cookie).await.status, StatusCode::OK);
    }
    advance(10 * MINUTE).await;
    assert_eq!(yard.get(&opened.home, &opened.cookie).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn without_the_session_there_is_no_form_but_where_the_guard_is_missing() {
    for (yard, reads) in [(Yard::closed(), false), (Yard::without(Guard::Session), true)] {
        let opened = yard.open().await;
        let name = opened.cookie.split('=').next().expect("a name");
        for cookie in
            [String::new(), format!("{name}="), format!("{name}=x"), format!("other={}", opened.csrf)]
        {
            for path in ["", "?saved", "nowhere"] {
                let answer = yard.get(&opened.at(path), &cookie).await;
                assert_eq!(answer.status != StatusCode::UNAUTHORIZED, reads, "{path} {cookie}");
                assert_eq!(answer.body.contains("MsTeamsTenantId"), reads && path != "nowhere");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_ends_by_itself_where_the_guard_is_missing() {
    let yard = Yard::without(Guard::LinkLife);
    let link = yard.link();
    advance(600 * MINUTE).await;
    assert_eq!(yard.get(&link, "").await.status, StatusCode::SEE_OTHER);
    let yard = Yard::without(Guard::Idle);
    let opened = yard.open().await;
    advance(479 * MINUTE).await;
    assert_eq!(yard.get(&opened.home, &opened.cookie).await.status, StatusCode::OK);
    let yard = Yard::without(Guard::Longest);
    let opened = yard.open().await;
    for _ in 0..100 {
        advance(10 * MINUTE).await;
        assert_eq!(yard.get(&opened.home, &opened.cookie).await.status, StatusCode::OK);
    }
}

/// Closes the form as its button does.
async fn close(yard: &Yard, opened: &super::yard::Opened, token: &str) -> super::yard::Answer {
    let request =
        Request::post(opened.at("leave")).header(header::HOST, HOST).header(header::COOKIE, &opened.cookie);
    let request = request.header(header::ORIGIN, super::yard::ORIGIN).header("sec-fetch-site", "same-origin");
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    yard.send(request.body(Body::from(opened.form(token))).expect("a request")).await
}

#[tokio::test]
async fn whoever_closes_the_form_is_out_and_nobody_else() {
    let yard = Yard::closed();
    let (one, other) = (yard.open().await, yard.open().await);
    assert_eq!(close(&yard, &one, "x").await.status, StatusCode::FORBIDDEN);
    assert_eq!(yard.get(&one.home, &one.cookie).await.status, StatusCode::OK);
    let closed = close(&yard, &one, &one.csrf).await;
    assert_eq!(closed.status, StatusCode::OK);
    assert!(closed.headers[header::SET_COOKIE].to_str().expect("text").ends_with("; Max-Age=0"));
    assert_eq!(yard.get(&one.home, &one.cookie).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(yard.get(&other.home, &other.cookie).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_link_on_another_sites_page_goes_on_as_our_own() {
    let yard = Yard::closed();
    let request = Request::get(yard.link()).header(header::HOST, HOST).header("sec-fetch-site", "cross-site");
    let answer = yard.send(request.body(Body::empty()).expect("a request")).await;
    let home = yard.open().await.home;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers[header::REFRESH], format!("0; url={home}"));
    assert!(answer.headers.contains_key(header::SET_COOKIE));
}
