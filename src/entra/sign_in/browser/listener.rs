//! Waits on loopback for the answer of the sign-in page.
//!
//! A browser may open connections that it does not use, ask for an icon, and try either address of `localhost` first. So every connection
//! is served on its own, and only an answer with the right state ends the wait.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::page;
use super::request::{Request, read};
use crate::secret::Secret;

/// How often a port is chosen, until both addresses of this machine have it.
const ATTEMPTS: usize = 10;
/// The time limit for one request.
const REQUEST_WITHIN: Duration = Duration::from_secs(10);
/// The maximum number of connections at a time.
const MAX_CONNECTIONS: usize = 32;

/// The answer of the sign-in page.
pub(super) enum Answer {
    /// The code for the token.
    Code(Secret),
    /// Entra ID refused: the AADSTS number, if it was named, and the error word.
    Refused { code: Option<u32>, error: String },
    /// The browser came back without an answer, as it does from an error page.
    Abandoned,
}

/// Listens on one port of 127.0.0.1, and of ::1 where it exists.
pub(super) struct Listener {
    v4: TcpListener,
    v6: Option<TcpListener>,
    port: u16,
}

impl Listener {
    pub(super) async fn bind() -> io::Result<Self> {
        let mut last = io::Error::other("no port");
        for _ in 0..ATTEMPTS {
            let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let port = v4.local_addr()?.port();
            match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
                Ok(v6) => return Ok(Self { v4, v6: Some(v6), port }),
                // Another process has this port, and would get the answer.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => last = error,
                // This machine has no IPv6.
                Err(_) => return Ok(Self { v4, v6: None, port }),
            }
        }
        Err(last)
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Waits for the answer with this state.
    pub(super) async fn wait(&self, state: &Secret) -> Answer {
        let expected = Arc::new((self.port, state.clone()));
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = self.v4.accept() => accepted,
                accepted = accept(self.v6.as_ref()) => accepted,
                Some(served) = connections.join_next() => {
                    if let Ok(Some(answer)) = served {
                        return answer;
                    }
                    continue;
                }
            };
            match accepted {
                Ok((stream, _)) if connections.len() < MAX_CONNECTIONS => {
                    let expected = Arc::clone(&expected);
                    connections.spawn(async move {
                        let (port, state) = &*expected;
                        let served = serve(stream, *port, state);
                        tokio::time::timeout(REQUEST_WITHIN, served).await.ok().flatten()
                    });
                }
                Ok(_) => {}
                // Too many open files: the next attempt must not follow at once.
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<(TcpStream, std::net::SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await,
        None => std::future::pending().await,
    }
}

/// Serves one request, and returns the answer in it, if any.
async fn serve(mut stream: TcpStream, port: u16, state: &Secret) -> Option<Answer> {
    let request = read(&mut stream).await?;
    let (answer, response) = judge(&request, port, state);
    // The answer counts even if the browser has gone.
    let _ = stream.write_all(response.as_bytes()).await;
    let _ = stream.shutdown().await;
    answer
}

/// The answer in a request, and the page for it.
fn judge(request: &Request, port: u16, state: &Secret) -> (Option<Answer>, String) {
    if !request.is_for(port) {
        return (None, page::not_found());
    }
    let fields = match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/") if request.query.is_empty() => return (Some(Answer::Abandoned), page::abandoned()),
        // An error may come by GET. A code may not: it would stay in the history of the browser.
        ("GET", "/") => Fields::of(request.query.as_bytes()),
        ("POST", "/") if request.is_form => Fields::of(&request.body),
        ("POST", "/") => return (None, page::unsupported()),
        _ => return (None, page::not_found()),
    };
    if fields.get("state").is_none_or(|given| Secret::new(given) != *state) {
        return (None, page::foreign());
    }
    if let Some(error) = fields.get("error") {
        let text = fields.get("error_description").unwrap_or_default();
        let answer = Answer::Refused { code: aadsts(text), error: error.to_owned() };
        return (Some(answer), page::refused(text));
    }
    match fields.get("code").filter(|code| request.method == "POST" && !code.is_empty()) {
        Some(code) => (Some(Answer::Code(Secret::new(code))), page::received()),
        None => (None, page::unsupported()),
    }
}

/// The fields of a form. It implements no Debug, because one of them is the code.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn of(form: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(form);
        Self(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// The number in a text such as `AADSTS65004: …`.
fn aadsts(text: &str) -> Option<u32> {
    let (_, rest) = text.split_once("AADSTS")?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    rest.get(..digits)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATE: &str = "the-state-of-this-sign-in";

    fn request(method: &str, target: &str, host: &str, body: &str) -> Request {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Request {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            host: host.to_owned(),
            is_form: true,
            body: body.as_bytes().to_vec(),
        }
    }

    fn judged(method: &str, target: &str, body: &str) -> (Option<Answer>, String) {
        judge(&request(method, target, "localhost:1234", body), 1234, &Secret::new(STATE))
    }

    #[test]
    fn only_a_posted_code_with_the_right_state_is_accepted() {
        let (answer, page) = judged("POST", "/", &format!("code=made-up-code&state={STATE}"));
        assert!(matches!(answer, Some(Answer::Code(code)) if code == Secret::new("made-up-code")));
        assert!(
            page.starts_with("HTTP/1.1 200 ")
                && page.contains("You can close this tab")
                && !page.contains("made-up-code")
        );
        for (method, target, body) in [
            ("POST", "/", "code=made-up-code&state=other".to_owned()),
            ("POST", "/", "code=made-up-code".to_owned()),
            ("POST", "/", format!("code=&state={STATE}")),
            ("POST", "/other", format!("code=made-up-code&state={STATE}")),
            ("GET", &*format!("/?code=made-up-code&state={STATE}"), String::new()),
            ("GET", "/favicon.ico", String::new()),
            ("PUT", "/", format!("code=made-up-code&state={STATE}")),
        ] {
            let (answer, page) = judged(method, target, &body);
            assert!(answer.is_none() && page.starts_with("HTTP/1.1 4"), "{method} {target} {body}: {page}");
            assert!(!page.contains("made-up-code"), "{page}");
        }
        let mut json = request("POST", "/", "localhost:1234", &format!("code=made-up-code&state={STATE}"));
        json.is_form = false;
        let (answer, page) = judge(&json, 1234, &Secret::new(STATE));
        assert!(answer.is_none() && page.starts_with("HTTP/1.1 415 "));
    }

    #[test]
    fn errors_are_accepted_either_way_and_escaped() {
        let text = "AADSTS65004%3A+declined+%3Cscript%3E%22%26";
        let fields = format!("error=access_denied&error_description={text}&state={STATE}");
        for (method, target, body) in
            [("GET", format!("/?{fields}"), String::new()), ("POST", "/".to_owned(), fields.clone())]
        {
            let (answer, page) = judged(method, &target, &body);
            let is_it = matches!(answer, Some(Answer::Refused { code: Some(65004), error }) if error == "access_denied");
            assert!(is_it, "{method}");
            assert!(
                page.contains("declined &lt;script&gt;&quot;&amp;") && !page.contains("<script"),
                "{page}"
            );
        }
        assert!(matches!(judged("GET", "/", "").0, Some(Answer::Abandoned)));
        assert!(judged("GET", "/?error=access_denied&state=other", "").0.is_none());
    }

    #[test]
    fn other_hosts_are_refused() {
        for (host, expected) in [
            ("localhost:1234", true),
            ("LOCALHOST:1234", true),
            ("127.0.0.1:1234", true),
            ("[::1]:1234", true),
            ("localhost:1235", false),
            ("localhost", false),
            ("evil.example:1234", false),
            ("", false),
        ] {
            let body = format!("code=made-up-code&state={STATE}");
            let (answer, _) = judge(&request("POST", "/", host, &body), 1234, &Secret::new(STATE));
            assert_eq!(answer.is_some(), expected, "{host}");
        }
    }

    #[test]
    fn the_number_of_an_error_is_found_in_its_text() {
        for (text, expected) in [
            ("AADSTS65004: The user declined.", Some(65004)),
            ("Error AADSTS530033", Some(530_033)),
            ("AADSTS", None),
            ("AADSTS99999999999", None),
            ("declined", None),
        ] {
            assert_eq!(aadsts(text), expected, "{text}");
        }
    }
}
