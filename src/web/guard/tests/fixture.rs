//! One file, its site behind some guards, and a browser that has opened the link.

use std::path::PathBuf;
use std::sync::Arc;

use crate::web::Site;
use crate::web::guard::{self, Authenticator, Guard, Names};
use crate::web::routes::{assets, router};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use tower::ServiceExt;

/// What is served, as browsers write it.
pub(super) const HOST: &str = "127.0.0.1:8080";
pub(super) const ORIGIN: &str = "http://127.0.0.1:8080";
/// Text that no answer may contain.
pub(super) const CANARY: &str = "Canary~Q8kept.secret_0123456789abcdefghi";

pub(super) const TEXT: &str = "# kept\n[control_center]\nMsTeamsStatusSyncMode = 1\nMsTeamsTenantId = \"8f1c2a3b-4d5e-6f70-8192-a3b4c5d6e7f8\"\nMsTeamsClientId = \"51ab2c3d-4e5f-4061-8273-94a5b6c7d8e9\"\nMsTeamsClientSecret = \"Canary~Q8kept.secret_0123456789abcdefghi\"\n";

/// Every path, with whether it is posted to; those without `/` are below the form's path.
const PATHS: [(&str, bool); 20] = [
    ("/", false),
    ("/style.css", false),
    ("/icon.svg", false),
    ("/script.js", false),
    ("/draft.js", false),
    ("/open/x", false),
    ("/proof", false),
    ("/nowhere", false),
    ("", false),
    ("nowhere", false),
    ("edit", true),
    ("findings", true),
    ("save", true),
    ("merge", true),
    ("leave", true),
    ("close", true),
    ("session", false),
    ("job?id=x", false),
    ("act", true),
    ("stop?id=x", true),
];

pub(super) struct GuardFixture {
    _folder: tempfile::TempDir,
    pub(super) path: PathBuf,
    pub(super) authenticator: Arc<Authenticator>,
    pub(super) router: Router,
}

pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

/// The state of a browser that opened the link.
pub(super) struct Opened {
    /// The path of the form.
    pub(super) home: String,
    /// The path for which the browser keeps the cookie.
    pub(super) path_of_cookie: String,
    pub(super) cookie: String,
    pub(super) csrf: String,
    /// The page that the form was sent from.
    pub(super) page: String,
}

impl GuardFixture {
    pub(super) fn closed() -> Self {
        Self::behind(&Guard::ALL)
    }

    /// All guards but one.
    pub(super) fn without(missing: Guard) -> Self {
        Self::behind(&Guard::ALL.into_iter().filter(|guard| *guard != missing).collect::<Vec<_>>())
    }

    fn behind(guards: &[Guard]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.toml");
        std::fs::write(&path, TEXT).expect("a file");
        let authenticator =
            Authenticator::with_guards(Names::loopback(HOST.parse().expect("an address")), guards);
        let authenticator = Arc::new(authenticator.expect("random bytes"));
        let site = Arc::new(Site::new("a.toml", path.clone()));
        let router = guard::behind(router(site), assets(), authenticator.clone(), guards);
        Self { _folder: folder, path, authenticator, router }
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a body");
        let body = String::from_utf8(body.to_vec()).expect("UTF-8");
        assert!(!body.contains(CANARY) && !format!("{parts:?}").contains(CANARY));
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(super) async fn get(&self, path: &str, cookie: &str) -> Answer {
        let request = Request::get(path).header(header::HOST, HOST).header(header::COOKIE, cookie);
        self.send(request.body(Body::empty()).expect("a request")).await
    }

    /// The path of a new link.
    pub(super) fn link(&self) -> String {
        self.authenticator.link().expect("a link").strip_prefix(ORIGIN).expect("this origin").to_owned()
    }

    /// Opens a new link and reads the form.
    pub(super) async fn open(&self) -> Opened {
        let answer = self.get(&self.link(), "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let home = answer.headers[header::LOCATION].to_str().expect("text").to_owned();
        let set = answer.headers[header::SET_COOKIE].to_str().expect("text").to_owned();
        assert!(set.ends_with(&format!("; HttpOnly; SameSite=Strict; Path={home}")), "{set}");
        let path_of_cookie = set.rsplit("Path=").next().expect("a path").to_owned();
        let cookie = set.split(';').next().expect("a cookie").to_owned();
        let page = self.get(&home, &cookie).await;
        assert_eq!(page.status, StatusCode::OK);
        let of = |name: &str| {
            let start = format!("name=\"{name}\" value=\"");
            page.body
                .split_once(&start)
                .and_then(|(_, rest)| rest.split('"').next())
                .expect("there")
                .to_owned()
        };
        Opened { csrf: of("csrf"), page: of("page"), home, path_of_cookie, cookie }
    }

    pub(super) fn text(&self) -> String {
        std::fs::read_to_string(&self.path).expect("a text")
    }
}

impl Opened {
    /// The path of a page of the form.
    pub(super) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.home)
    }

    /// Every path that is served, with whether it is posted to.
    pub(super) fn paths(&self) -> Vec<(String, bool)> {
        let full = |path: &str| if path.starts_with('/') { path.to_owned() } else { self.at(path) };
        PATHS.iter().map(|(path, posts)| (full(path), *posts)).collect()
    }

    /// Those of them that are below the form's path.
    pub(super) fn form_paths(&self) -> Vec<(String, bool)> {
        self.paths().into_iter().filter(|(path, _)| path.starts_with(&self.home)).collect()
    }

    /// The form as the page sends it, with another mode and this token.
    pub(super) fn form(&self, csrf: &str) -> String {
        format!("csrf={csrf}&page={}&control_center.MsTeamsStatusSyncMode=2", self.page)
    }
}
