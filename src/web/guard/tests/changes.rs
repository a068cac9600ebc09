//! Changes that other pages try, with the cookie that the browser sends for them.

use crate::web::guard::{Guard, MAX_BYTES};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use super::fixture::{GuardFixture, HOST, ORIGIN, Opened, TEXT};

const FORM: &str = "application/x-www-form-urlencoded";

/// The headers of a request.
#[derive(Clone, Copy, Debug)]
struct Row<'a> {
    origin: Option<&'a str>,
    site: Option<&'a str>,
    kind: Option<&'a str>,
    /// The token in the form, and in the header.
    token: Token,
    in_header: bool,
    cookie: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Token {
    Right,
    Wrong,
    None,
}

/// As sent by the page itself.
const LEGAL: Row<'_> = Row {
    origin: Some(ORIGIN),
    site: Some("same-origin"),
    kind: Some(FORM),
    token: Token::Right,
    in_header: false,
    cookie: true,
};

async fn try_row(fixture: &GuardFixture, opened: &Opened, row: Row<'_>, path: &str) -> (StatusCode, bool) {
    std::fs::write(&fixture.path, TEXT).expect("a file");
    let wrong = "A".repeat(43);
    let token = match row.token {
        Token::Right => opened.csrf.as_str(),
        Token::Wrong => &wrong,
        Token::None => "",
    };
    let mut request = Request::post(opened.at(path)).header(header::HOST, HOST);
    let cookie = row.cookie.then_some(opened.cookie.as_str());
    for (name, value) in
        [("origin", row.origin), ("sec-fetch-site", row.site), ("content-type", row.kind), ("cookie", cookie)]
    {
        if let Some(value) = value {
            request = request.header(name, value);
        }
    }
    let body = if row.in_header {
        request = request.header("x-csrf-token", token);
        opened.form("")
    } else {
        opened.form(token)
    };
    let answer = fixture.send(request.body(Body::from(body)).expect("a request")).await;
    (answer.status, fixture.text() != TEXT)
}

const ORIGINS: [Option<&str>; 7] = [
    Some(ORIGIN),
    // Served as well, but not where this request goes.
    Some("http://localhost:8080"),
    Some("http://127.0.0.1:8081"),
    Some("http://evil.test"),
    Some("https://127.0.0.1:8080"),
    Some("null"),
    None,
];
const SITES: [Option<&str>; 5] =
    [Some("same-origin"), Some("same-site"), Some("cross-site"), Some("none"), None];
const KINDS: [Option<&str>; 4] = [Some(FORM), Some("text/plain"), Some("application/json"), None];

/// 7 x 5 x 4 x 3 x 2 x 2 rows.
#[tokio::test]
async fn only_requests_of_the_page_change_the_file() {
    let fixture = GuardFixture::closed();
    let opened = fixture.open().await;
    let (mut rows, mut changed) = (0, 0);
    for origin in ORIGINS {
        for site in SITES {
            for kind in KINDS {
                for token in [Token::Right, Token::Wrong, Token::None] {
                    for (in_header, cookie) in [(false, true), (true, true), (false, false), (true, false)] {
                        let row = Row { origin, site, kind, token, in_header, cookie };
                        let is_legal = origin == LEGAL.origin
                            && site == LEGAL.site
                            && kind == LEGAL.kind
                            && token == Token::Right
                            && cookie;
                        let (status, changes) = try_row(&fixture, &opened, row, "save").await;
                        assert_eq!(changes, is_legal, "{row:?}: {status}");
                        assert_eq!(status == StatusCode::SEE_OTHER, is_legal, "{row:?}: {status}");
                        (rows, changed) = (rows + 1, changed + usize::from(changes));
                    }
                }
            }
        }
    }
    assert_eq!((rows, changed), (1_680, 2));
}

/// The page that tries it is on another port of this machine: for the browser that is the same site, so it sends the cookie.
const FROM_ANOTHER_PORT: Row<'_> = Row { origin: Some("http://127.0.0.1:8081"), ..LEGAL };

#[tokio::test]
async fn every_guard_blocks_its_attack() {
    let attacks = [
        (Guard::Origin, FROM_ANOTHER_PORT),
        (Guard::Origin, Row { origin: None, ..LEGAL }),
        (Guard::FetchSite, Row { site: Some("same-site"), ..LEGAL }),
        (Guard::FetchSite, Row { site: None, ..LEGAL }),
        (Guard::Token, Row { token: Token::Wrong, ..LEGAL }),
        (Guard::Token, Row { token: Token::None, ..LEGAL }),
        (Guard::Token, Row { kind: Some("text/plain"), ..LEGAL }),
    ];
    for (guard, row) in attacks {
        let fixture = GuardFixture::closed();
        let opened = fixture.open().await;
        assert!(!try_row(&fixture, &opened, row, "save").await.1, "{row:?}");
        let fixture = GuardFixture::without(guard);
        let opened = fixture.open().await;
        assert!(try_row(&fixture, &opened, row, "save").await.1, "without {guard:?}, {row:?} would succeed");
    }
}

#[tokio::test]
async fn token_of_another_session_is_rejected() {
    let fixture = GuardFixture::closed();
    let (one, other) = (fixture.open().await, fixture.open().await);
    let mixed = Opened {
        home: one.home.clone(),
        path_of_cookie: one.path_of_cookie.clone(),
        cookie: one.cookie.clone(),
        csrf: other.csrf.clone(),
        page: one.page.clone(),
    };
    assert_eq!(try_row(&fixture, &mixed, LEGAL, "save").await, (StatusCode::FORBIDDEN, false));
    assert!(try_row(&fixture, &one, LEGAL, "save").await.1);
}

#[tokio::test]
async fn every_post_path_is_guarded() {
    let fixture = GuardFixture::closed();
    let opened = fixture.open().await;
    for (path, posts) in opened.form_paths() {
        if posts {
            let path = path.strip_prefix(&opened.home).expect("below it");
            let (status, _) = try_row(&fixture, &opened, Row { token: Token::None, ..LEGAL }, path).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{path}");
            let (status, _) = try_row(&fixture, &opened, Row { cookie: false, ..LEGAL }, path).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{path}");
        }
    }
}

#[tokio::test]
async fn cross_site_get_is_rejected_and_get_changes_nothing() {
    for (fixture, status) in [
        (GuardFixture::closed(), StatusCode::FORBIDDEN),
        (GuardFixture::without(Guard::FetchSite), StatusCode::OK),
    ] {
        let opened = fixture.open().await;
        for site in ["same-site", "cross-site"] {
            let request =
                Request::get(&opened.home).header(header::HOST, HOST).header(header::COOKIE, &opened.cookie);
            let request = request.header("sec-fetch-site", site).body(Body::empty()).expect("a request");
            assert_eq!(fixture.send(request).await.status, status);
        }
        for path in ["save", "edit", "findings", "merge"] {
            let query = format!("{}?{}", opened.at(path), opened.form(&opened.csrf));
            assert_eq!(fixture.get(&query, &opened.cookie).await.status, StatusCode::METHOD_NOT_ALLOWED);
        }
        assert_eq!(fixture.text(), TEXT);
    }
}

#[tokio::test]
async fn form_size_limit_is_exact() {
    for (bytes, status) in
        [(MAX_BYTES, StatusCode::PAYLOAD_TOO_LARGE), (MAX_BYTES - 1_000, StatusCode::SEE_OTHER)]
    {
        send_large(bytes, status).await;
    }
}

async fn send_large(bytes: usize, status: StatusCode) {
    let fixture = GuardFixture::closed();
    let opened = fixture.open().await;
    let body = format!("{}&x={}", opened.form(&opened.csrf), "x".repeat(bytes));
    let request =
        Request::post(opened.at("save")).header(header::HOST, HOST).header(header::COOKIE, &opened.cookie);
    let request = request.header(header::ORIGIN, ORIGIN).header("sec-fetch-site", "same-origin");
    let request = request.header(header::CONTENT_TYPE, FORM).body(Body::from(body)).expect("a request");
    assert_eq!(fixture.send(request).await.status, status);
    assert_eq!(fixture.text() == TEXT, status != StatusCode::SEE_OTHER);
}
