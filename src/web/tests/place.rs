//! One settings file with its site, called in memory as a browser would: pages are read, forms filled in and sent.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::web::actions::Actions;
use crate::web::guard::{self, Authenticator, Names};
use crate::web::{Site, routes};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use tower::ServiceExt;
use url::{Position, Url, form_urlencoded};

/// A authenticator that these tests do not use.
fn authenticator() -> Arc<Authenticator> {
    Arc::new(Authenticator::new(Names::loopback(([127, 0, 0, 1], 1).into())).expect("random bytes"))
}

/// A folder with one file, and the site of the file.
pub(super) struct Place {
    _folder: tempfile::TempDir,
    pub(super) path: PathBuf,
    site: Arc<Site>,
    router: Router,
}

/// An answer.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// The path and query that a redirect leads to.
    pub(super) to: Option<String>,
    /// The number of seconds after which a browser reloads the page.
    pub(super) refresh: Option<String>,
    pub(super) body: String,
}

impl Place {
    /// A place whose file contains `text`.
    pub(super) fn new(text: &str) -> Self {
        let place = Self::empty();
        place.write(text);
        place
    }

    /// A place without a file.
    pub(super) fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.toml");
        let site = Site::new("a.toml", path.clone());
        Self::of(folder, path, site)
    }

    /// The site of one file, in a folder of the caller's.
    #[cfg(unix)]
    pub(super) fn at(path: PathBuf) -> Self {
        let site = Site::new("a.toml", path.clone());
        Self::of(tempfile::tempdir().expect("a folder"), path, site)
    }

    /// A place without a file, with actions besides editing.
    pub(super) fn with(actions: Arc<dyn Actions>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.toml");
        let site = Site::new("a.toml", path.clone()).with(actions);
        Self::of(folder, path, site)
    }

    fn of(folder: tempfile::TempDir, path: PathBuf, site: Site) -> Self {
        let site = Arc::new(site);
        let router = guard::behind(routes::router(site.clone()), routes::assets(), authenticator(), &[]);
        Self { _folder: folder, path, site, router }
    }

    /// How often the site has read the file to show it.
    pub(super) fn reads(&self) -> usize {
        self.site.reads.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Lets another process write the file after the next time that the site reads it.
    pub(super) fn write_after_read(&self, text: &str) {
        *self.site.written_after_read.lock().expect("a text") = Some(text.to_owned());
    }

    pub(super) fn write(&self, text: &str) {
        std::fs::write(&self.path, text).expect("a file");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&self.path, std::fs::Permissions::from_mode(0o600)).expect("a mode");
        }
    }

    pub(super) fn text(&self) -> String {
        std::fs::read_to_string(&self.path).expect("a text")
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let asked = Url::parse("http://127.0.0.1").and_then(|base| base.join(&request.uri().to_string()));
        let asked = asked.expect("an address");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let status = response.status();
        let header = |name| response.headers().get(name).map(|to| to.to_str().expect("text").to_owned());
        let (to, refresh) = (header(header::LOCATION), header(header::REFRESH));
        let to = to.map(|to| asked.join(&to).expect("an address"));
        let to = to.map(|to| to[Position::BeforePath..].to_owned());
        let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        Answer { status, to, refresh, body: String::from_utf8(bytes.to_vec()).expect("UTF-8") }
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).expect("a request")).await
    }

    pub(super) async fn post_raw(&self, path: &str, body: impl Into<Body>) -> Answer {
        let kind = "application/x-www-form-urlencoded";
        self.send(
            Request::post(path).header(header::CONTENT_TYPE, kind).body(body.into()).expect("a request"),
        )
        .await
    }

    pub(super) async fn post(&self, path: &str, form: &Sheet) -> Answer {
        self.post_raw(path, form.encoded()).await
    }

    /// The form as a browser has it.
    pub(super) async fn form(&self) -> Sheet {
        let answer = self.get("/").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        Sheet::read(&answer.body)
    }
}

/// The names and values that a browser would send for a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sheet(pub Vec<(String, String)>);

impl Sheet {
    /// Reads the inputs of a page.
    pub(super) fn read(page: &str) -> Self {
        let mut found = Vec::new();
        let page = without_templates(page);
        let mut rest = page.as_str();
        while let Some(at) = rest.find('<') {
            rest = &rest[at + 1..];
            let Some(end) = tag_end(rest) else { break };
            let tag = &rest[..end];
            let value = |name: &str| attribute(tag, name);
            match (tag.split([' ', '>']).next().unwrap_or_default(), value("name")) {
                ("input", Some(name)) => {
                    let is_box = matches!(value("type").as_deref(), Some("checkbox" | "radio"));
                    if !is_box || has(tag, "checked") {
                        found.push((name, value("value").unwrap_or_default()));
                    }
                }
                ("select", Some(name)) => {
                    let inner = rest.split("</select>").next().expect("an end");
                    found.push((name, chosen(inner)));
                }
                ("textarea", Some(name)) => {
                    let text = rest[end + 1..].split("</textarea>").next().expect("an end");
                    found.push((name, unescaped(text)));
                }
                _ => {}
            }
        }
        Self(found)
    }

    pub(super) fn value(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| known == name);
        &found.unwrap_or_else(|| panic!("{name} is no input of {:?}", self.names())).1
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    pub(super) fn names(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// Fills in an existing input.
    #[must_use]
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        assert!(self.has(name), "{name} is no input of {:?}", self.names());
        self.0.iter_mut().filter(|(known, _)| known == name).for_each(|pair| value.clone_into(&mut pair.1));
        self
    }

    /// Adds a value, as sent by a button or a checkbox, or by hand.
    #[must_use]
    pub(super) fn and(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends a value, whether the page has an input for it or not.
    #[must_use]
    pub(super) fn forced(mut self, name: &str, value: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self.and(name, value)
    }

    pub(super) fn encoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

fn without_templates(page: &str) -> String {
    let mut pieces = page.split("<template");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| text + piece.split_once("</template>").expect("an end").1)
}

/// The end of a tag; its attributes may contain `>`.
fn tag_end(text: &str) -> Option<usize> {
    let mut quoted = false;
    text.char_indices().find_map(|(at, c)| {
        quoted ^= c == '"';
        (c == '>' && !quoted).then_some(at)
    })
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    Some(unescaped(tag[start..].split('"').next()?))
}

fn has(tag: &str, flag: &str) -> bool {
    tag.split('"').step_by(2).any(|outside| outside.split_whitespace().any(|word| word == flag))
}

fn chosen(options: &str) -> String {
    let tags = options.split("<option").skip(1).map(|option| &option[..tag_end(option).expect("an end")]);
    let tags = tags.collect::<Vec<_>>();
    let chosen = tags.iter().find(|tag| has(tag, "selected")).or(tags.first()).expect("an option");
    attribute(chosen, "value").expect("a value")
}

pub(super) fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// A small correct file; its secret is a reference.
pub(super) const GOOD: &str = "\
[control_center]
MsTeamsStatusSyncMode = 2
MsTeamsTenantId = \"7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34\"
MsTeamsClientId = \"2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16\"
MsTeamsClientSecret = { env = \"SWYX_TEAMS_CLIENT_SECRET\" }
";

/// The folder of the repository.
pub(super) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The folders below `folder`, by name.
pub(super) fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut found =
        entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir()).collect::<Vec<_>>();
    found.sort();
    found
}
