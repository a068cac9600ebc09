//! The link that opens once, and the session that it opens.

use std::time::Duration;

use crate::web::guard::{Authenticator, Guard, LINK_LIFE, Names};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use tokio::time::advance;

use super::fixture::{GuardFixture, HOST};

const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn link_opens_only_once() {
    let fixture = GuardFixture::closed();
    let link = fixture.link();
    assert_eq!(fixture.get(&link, "").await.status, StatusCode::SEE_OTHER);
    let again = fixture.get(&link, "").await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED);
    assert!(!again.headers.contains_key(header::SET_COOKIE));
    let fixture = GuardFixture::without(Guard::LinkOnce);
    let link = fixture.link();
    for _ in 0..2 {
        assert_eq!(fixture.get(&link, "").await.status, StatusCode::SEE_OTHER);
    }
}

/// How many of a thousand concurrent uses of a link are accepted.
async fn won(fixture: GuardFixture) -> usize {
    let fixture = std::sync::Arc::new(fixture);
    let link = fixture.link();
    let tries = (0..1_000).map(|_| {
        let (fixture, link) = (fixture.clone(), link.clone());
        tokio::spawn(async move { fixture.get(&link, "").await.status })
    });
    let mut won = 0;
    for one in tries.collect::<Vec<_>>() {
        won += usize::from(one.await.expect("an end") == StatusCode::SEE_OTHER);
    }
    won
}

#[tokio::test(flavor = "multi_thread")]
async fn only_one_of_a_thousand_concurrent_openings_wins() {
    assert_eq!(won(GuardFixture::closed()).await, 1);
    assert_eq!(won(GuardFixture::without(Guard::LinkOnce)).await, 1_000);
}

#[tokio::test]
async fn wrong_link_opens_nothing_and_keeps_the_link_valid() {
    let fixture = GuardFixture::closed();
    let link = fixture.link();
    let last = if link.ends_with('A') { 'E' } else { 'A' };
    let other = format!("{}{last}", &link[..link.len() - 1]);
    for wrong in [other.as_str(), "/open/", "/open/x", &link[..link.len() - 1], "/open/%00"] {
        assert_ne!(fixture.get(wrong, "").await.status, StatusCode::SEE_OTHER, "{wrong}");
    }
    // A prefetch or a HEAD request does not open it either.
    let ahead = Request::get(&link).header(header::HOST, HOST).header("sec-purpose", "prefetch;prerender");
    assert_eq!(
        fixture.send(ahead.body(Body::empty()).expect("a request")).await.status,
        StatusCode::UNAUTHORIZED
    );
    let head = Request::head(&link).header(header::HOST, HOST);
    assert_eq!(
        fixture.send(head.body(Body::empty()).expect("a request")).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(fixture.get(&link, "").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(start_paused = true)]
async fn unopened_link_expires() {
    let fixture = GuardFixture::closed();
    for (pause, status) in
        [(LINK_LIFE - Duration::from_millis(1), StatusCode::SEE_OTHER), (LINK_LIFE, StatusCode::UNAUTHORIZED)]
    {
        let link = fixture.link();
        advance(pause).await;
        assert_eq!(fixture.get(&link, "").await.status, status);
    }
    // A replaced link does not work either.
    let (first, second) = (fixture.link(), fixture.link());
    assert_eq!(fixture.get(&first, "").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(fixture.get(&second, "").await.status, StatusCode::SEE_OTHER);
}

#[test]
fn links_are_unique_with_256_bits() {
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
async fn session_ends_after_15_idle_minutes() {
    let fixture = GuardFixture::closed();
    let opened = fixture.open().await;
    for _ in 0..4 {
        advance(15 * MINUTE - Duration::from_millis(1)).await;
        assert_eq!(fixture.get(&opened.home, &opened.cookie).await.status, StatusCode::OK);
    }
    advance(15 * MINUTE).await;
    assert_eq!(fixture.get(&opened.home, &opened.cookie).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(fixture.get(&opened.home, &opened.cookie).await.status, StatusCode::UNAUTHORIZED);
}

/// A request from another page has the cookie, but must not extend the session.
#[tokio::test(start_paused = true)]
async fn rejected_requests_do_not_extend_a_session() {
    let fixture = GuardFixture::closed();
    let opened = fixture.open().await;
    for _ in 0..3 {
        advance(5 * MINUTE).await;
        let request =
            Request::get(&opened.home).header(header::HOST, HOST).header(header::COOKIE, &opened.cookie);
        let request = request.header("sec-fetch-site", "same-site").body(Body::empty()).expect("a request");
        fixture.send(request).await;
    }
    assert_eq!(fixture.get(&opened.home, &opened.cookie).await.status, StatusCode::UNAUTHORIZED);
}

/// A page on another port may set cookies with the same name or with invalid text.
#[tokio::test]
async fn session_cookie_is_found_at_any_position() {
    let fixture = GuardFixture::closed();
    let opened = fixture.open().await;
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
            let answer = fixture.send(request.body(Body::empty()).expect("a request")).await;
            assert_eq!(answer.status, StatusCode::OK, "at {at}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_ends_after_eight_hours() {
    let fixture = GuardFixture::closed();
    let opened = fixture.open().await;
    for _ in 1..48 {
        advance(10 * MINUTE).await;
        assert_eq!(fixture.get(&opened.home, &opened.cookie).await.status, StatusCode::OK);
    }
    advance(10 * MINUTE).await;
    assert_eq!(fixture.get(&opened.home, &opened.cookie).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn form_requires_a_session() {
    for (fixture, reads) in [(GuardFixture::closed(), false), (GuardFixture::without(Guard::Session), true)] {
        let opened = fixture.open().await;
        let name = opened.cookie.split('=').next().expect("a name");
        for cookie in
            [String::new(), format!("{name}="), format!("{name}=x"), format!("other={}", opened.csrf)]
        {
            for path in ["", "?saved", "nowhere"] {
                let answer = fixture.get(&opened.at(path), &cookie).await;
                assert_eq!(answer.status != StatusCode::UNAUTHORIZED, reads, "{path} {cookie}");
                assert_eq!(answer.body.contains("MsTeamsTenantId"), reads && path != "nowhere");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_expires_without_the_guards() {
    let fixture = GuardFixture::without(Guard::LinkLife);
    let link = fixture.link();
    advance(600 * MINUTE).await;
    assert_eq!(fixture.get(&link, "").await.status, StatusCode::SEE_OTHER);
    let fixture = GuardFixture::without(Guard::Idle);
    let opened = fixture.open().await;
    advance(479 * MINUTE).await;
    assert_eq!(fixture.get(&opened.home, &opened.cookie).await.status, StatusCode::OK);
    let fixture = GuardFixture::without(Guard::Longest);
    let opened = fixture.open().await;
    for _ in 0..100 {
        advance(10 * MINUTE).await;
        assert_eq!(fixture.get(&opened.home, &opened.cookie).await.status, StatusCode::OK);
    }
}

/// Closes the form as its button does.
async fn close(
    fixture: &GuardFixture,
    opened: &super::fixture::Opened,
    token: &str,
) -> super::fixture::Answer {
    let request =
        Request::post(opened.at("leave")).header(header::HOST, HOST).header(header::COOKIE, &opened.cookie);
    let request =
        request.header(header::ORIGIN, super::fixture::ORIGIN).header("sec-fetch-site", "same-origin");
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    fixture.send(request.body(Body::from(opened.form(token))).expect("a request")).await
}

#[tokio::test]
async fn closing_the_form_ends_only_its_own_session() {
    let fixture = GuardFixture::closed();
    let (one, other) = (fixture.open().await, fixture.open().await);
    assert_eq!(close(&fixture, &one, "x").await.status, StatusCode::FORBIDDEN);
    assert_eq!(fixture.get(&one.home, &one.cookie).await.status, StatusCode::OK);
    let closed = close(&fixture, &one, &one.csrf).await;
    assert_eq!(closed.status, StatusCode::OK);
    assert!(closed.headers[header::SET_COOKIE].to_str().expect("text").ends_with("; Max-Age=0"));
    assert_eq!(fixture.get(&one.home, &one.cookie).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(fixture.get(&other.home, &other.cookie).await.status, StatusCode::OK);
}

#[tokio::test]
async fn cross_site_link_redirects_by_refresh() {
    let fixture = GuardFixture::closed();
    let request =
        Request::get(fixture.link()).header(header::HOST, HOST).header("sec-fetch-site", "cross-site");
    let answer = fixture.send(request.body(Body::empty()).expect("a request")).await;
    let home = fixture.open().await.home;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers[header::REFRESH], format!("0; url={home}"));
    assert!(answer.headers.contains_key(header::SET_COOKIE));
}

/// Posts to a path of the form from the site that the browser reports.
async fn post(
    fixture: &GuardFixture,
    path: &str,
    cookie: &str,
    site: &str,
    body: String,
) -> super::fixture::Answer {
    let request = Request::post(path).header(header::HOST, HOST).header(header::COOKIE, cookie);
    let request = request.header(header::ORIGIN, super::fixture::ORIGIN).header("sec-fetch-site", site);
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    fixture.send(request.body(Body::from(body)).expect("a request")).await
}

#[tokio::test(start_paused = true)]
async fn form_sent_after_the_session_has_ended_is_shown_again_without_secrets_and_without_the_file() {
    const ENTERED: &str = "&swyx.version=14.00&removed=user%5B3%5D&entra.application_name=aZ18Q~entered.canary_0123456789abcdefghi\
                           &control_center.MsTeamsClientSecret.text=entered-canary\
                           &control_center.MsTeamsClientSecret.env=eyJ0eXAiOiJKV1QicanaryLCJhbGciOiJSUzI1NiJ9\
                           &control_center.MsTeamsClientSecret.file=0123456789canary0123456789abcdef\
                           &control_center.MsTeamsTenantId=51ab2c3d-4e5f-4061-8273-94a5b6c7d8e9";
    let fixture = GuardFixture::closed();
    let opened = fixture.open().await;
    let body = opened.form(&opened.csrf) + ENTERED;
    advance(15 * MINUTE).await;
    let save = opened.at("save");
    let ended = post(&fixture, &save, &opened.cookie, "same-origin", body.clone()).await;
    assert_eq!(ended.status, StatusCode::UNAUTHORIZED);
    let renewed = fixture.open().await;
    let other = post(&fixture, &save, &renewed.cookie, "same-origin", body.clone()).await;
    assert_eq!(other.status, StatusCode::FORBIDDEN);
    for answer in [ended, other] {
        for shown in [
            "swyx.version = 14.00",
            "removed = user[3]",
            "entra.application_name = ****",
            "MsTeamsClientSecret.env = ****",
            "MsTeamsClientSecret.file = ****",
            "MsTeamsTenantId = 51ab2c3d-4e5f-4061-8273-94a5b6c7d8e9",
        ] {
            assert!(answer.body.contains(shown), "{shown}: {}", answer.body);
        }
        for hidden in ["canary", "8f1c2a3b", "a.toml", &opened.csrf, &renewed.csrf, &opened.page] {
            assert!(!answer.body.contains(hidden), "{hidden}: {}", answer.body);
        }
    }
    // No other page, and no request outside the secret path, gets its input back.
    for (path, site) in [(save.as_str(), "same-site"), (&save, "cross-site"), ("/save", "same-origin")] {
        let answer = post(&fixture, path, &opened.cookie, site, body.clone()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(!answer.body.contains("14.00"), "{path} {site}");
    }
    assert_eq!(fixture.text(), super::fixture::TEXT);
}

#[tokio::test(start_paused = true)]
async fn large_form_is_not_read_without_a_session() {
    let fixture = GuardFixture::closed();
    let opened = fixture.open().await;
    advance(15 * MINUTE).await;
    for (bytes, is_shown) in [(200 << 10, true), (300 << 10, false)] {
        let body = format!("swyx.version=14.00&entra.application_name={}", "a ".repeat(bytes / 2));
        let answer = post(&fixture, &opened.at("save"), &opened.cookie, "same-origin", body).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.body.contains("swyx.version = 14.00"), is_shown, "{bytes}");
    }
}

#[tokio::test]
async fn page_of_an_ended_session_continues_with_the_token_of_the_new_one() {
    let fixture = GuardFixture::closed();
    let old = fixture.open().await;
    assert_eq!(fixture.get(&old.at("session"), "").await.status, StatusCode::UNAUTHORIZED);
    let new = fixture.open().await;
    let answer = fixture.get(&old.at("session"), &new.cookie).await;
    assert_eq!(answer.body, format!("{{\"csrf\":\"{}\"}}", new.csrf));
    let saved = post(&fixture, &old.at("save"), &new.cookie, "same-origin", old.form(&new.csrf)).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    assert!(fixture.text().contains("SyncMode = 2"));
}
