//! The sign-in in the browser: the test is the browser, the emulator is Entra ID, and the listener is on real sockets.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use swyx_teams::emulator::{Emulator, Options};
use swyx_teams::entra::GraphError;
use swyx_teams::entra::sign_in::{AdminSignIn, Administrators, BrowserPrompt, TO_READ, Token};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use url::Url;

use super::memory::{Place, place};

/// Administrators who sign in with the browser, and the pages that it opens.
fn administrators() -> (Administrators, mpsc::UnboundedReceiver<BrowserPrompt>) {
    let (sender, pages) = mpsc::unbounded_channel();
    let way = AdminSignIn::Browser(Box::new(move |prompt| sender.send(prompt.clone()).expect("a browser")));
    (Administrators::new(way, TO_READ, Duration::from_secs(60)), pages)
}

async fn ask(emulator: &Emulator, request: http::Request<Vec<u8>>) -> (http::response::Parts, String) {
    let (head, body) = emulator.answer(request).await.into_parts();
    (head, String::from_utf8(body.bytes().await.expect("a body")).expect("text"))
}

/// The value of a hidden field of a page.
fn field(page: &str, name: &str) -> String {
    let (_, rest) =
        page.split_once(&format!("name={name} value=\"")).unwrap_or_else(|| panic!("{name}: {page}"));
    rest.split_once('"').expect("an end").0.to_owned()
}

/// Opens the page and presses a button; returns the page after it, or the address of a redirect.
async fn press(emulator: &Emulator, address: &str, button: &str) -> String {
    let (head, page) = ask(emulator, http::Request::get(address).body(Vec::new()).expect("a request")).await;
    assert_eq!(head.status, 200, "{page}");
    let form = form(&[("ticket", &field(&page, "ticket")), ("answer", button)]);
    let address = address.split('?').next().expect("a path");
    let request = http::Request::post(address).header("content-type", "application/x-www-form-urlencoded");
    let (head, page) = ask(emulator, request.body(form.into_bytes()).expect("a request")).await;
    head.headers.get("location").map_or(page, |address| address.to_str().expect("text").to_owned())
}

fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// One request to the listener, on this address of this machine.
async fn send(host: &str, port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect((host, port)).await.expect("a listener");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    answer
}

fn post(port: u16, body: &str) -> String {
    format!(
        "POST / HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The parameters of the sign-in page.
fn parameter(address: &str, name: &str) -> String {
    let address = address.parse::<Url>().expect("an address");
    let found = address.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned());
    found.unwrap_or_else(|| panic!("{name}: {address}"))
}

fn port(address: &str) -> u16 {
    parameter(address, "redirect_uri").parse::<Url>().expect("an address").port().expect("a port")
}

/// Signs in while `browser` does its part with the address of the page.
async fn sign_in(place: &Place, browser: impl AsyncFnOnce(Emulator, String)) -> Result<Token, GraphError> {
    let (administrators, mut pages) = administrators();
    let (access, transport) = (place.settings().access, Arc::clone(&place.transport));
    let (token, ()) = tokio::join!(administrators.fetch_token(&access, transport), async {
        let prompt = pages.recv().await.expect("a page");
        assert_eq!(prompt.lifetime, Duration::from_secs(900));
        browser(place.emulator.clone(), prompt.address).await;
    });
    token
}

#[tokio::test]
async fn a_click_signs_in_on_either_address() {
    for host in ["127.0.0.1", "::1"] {
        let place = place(Options::default());
        let seen = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&seen);
        let token = sign_in(&place, async move |emulator, address| {
            assert_eq!(parameter(&address, "response_mode"), "form_post");
            assert_eq!(parameter(&address, "code_challenge_method"), "S256");
            assert_eq!(parameter(&address, "redirect_uri"), format!("http://localhost:{}", port(&address)));
            let page = press(&emulator, &address, "accept").await;
            let (code, state) = (field(&page, "code"), field(&page, "state"));
            let answer = send(
                host,
                port(&address),
                &post(port(&address), &form(&[("code", &code), ("state", &state)])),
            )
            .await;
            assert!(answer.contains("You can close this tab") && !answer.contains(&code), "{answer}");
            *kept.lock().unwrap() = code;
        })
        .await
        .expect("signed in");
        assert_eq!(
            token.tenant().map(|tenant| tenant.to_string()),
            Some(place.emulator.facts().tenant_id.clone())
        );
        // The verifier and the code are only in the body of the token request.
        let log = format!("{:?}", place.emulator.log());
        assert!(!log.contains(&*seen.lock().unwrap()), "{log}");
    }
}

#[tokio::test]
async fn only_the_answer_of_this_sign_in_is_used() {
    let place = place(Options::default());
    let token = sign_in(&place, async |emulator, address| {
        let port = port(&address);
        let page = press(&emulator, &address, "accept").await;
        let (code, state) = (field(&page, "code"), field(&page, "state"));
        let wrong = [
            "GET /favicon.ico HTTP/1.1\r\nHost: localhost:1\r\n\r\n"
                .replace("localhost:1", &format!("localhost:{port}")),
            post(port, &form(&[("code", "other"), ("state", "other")])),
            format!(
                "GET /?{} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n",
                form(&[("code", &code), ("state", &state)])
            ),
            post(port, &form(&[("code", &code), ("state", &state)]))
                .replace("Host: localhost", "Host: evil.example"),
        ];
        // A connection that the browser opens and does not use.
        let unused = TcpStream::connect(("127.0.0.1", port)).await.expect("a listener");
        for request in wrong {
            let answer = send("127.0.0.1", port, &request).await;
            assert!(answer.starts_with("HTTP/1.1 4"), "{request}: {answer}");
        }
        let answer = send("127.0.0.1", port, &post(port, &form(&[("code", &code), ("state", &state)]))).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        drop(unused);
    })
    .await;
    assert!(token.is_ok(), "{token:?}");
}

#[tokio::test]
async fn a_refusal_of_the_page_is_reported_with_its_code() {
    let place = place(Options::default());
    let failed = sign_in(&place, async |emulator, address| {
        let back = press(&emulator, &address, "cancel").await;
        let target = back.parse::<Url>().expect("an address");
        let query = target.query().expect("a query");
        let request = format!("GET /?{query} HTTP/1.1\r\nHost: localhost:{}\r\n\r\n", port(&address));
        let answer = send("127.0.0.1", port(&address), &request).await;
        assert!(answer.contains("Sign-in failed") && answer.contains("AADSTS65004"), "{answer}");
    })
    .await
    .expect_err("refused");
    match failed {
        GraphError::SignIn(refused) => assert_eq!(refused.code, Some(65004)),
        other => panic!("{other:?}"),
    }
    let abandoned = sign_in(&place, async |_, address| {
        let request = format!("GET / HTTP/1.1\r\nHost: localhost:{}\r\n\r\n", port(&address));
        send("127.0.0.1", port(&address), &request).await;
    })
    .await
    .expect_err("abandoned");
    assert!(abandoned.to_string().contains("ended without an answer"), "{abandoned}");
}

#[tokio::test]
async fn a_code_of_another_sign_in_is_refused() {
    let place = place(Options::default());
    let failed = sign_in(&place, async |emulator, address| {
        // The page of another client: its code was issued for another challenge.
        let challenge = parameter(&address, "code_challenge");
        let other = address.replace(&challenge, &"A".repeat(43));
        let page = press(&emulator, &other, "accept").await;
        let fields = form(&[("code", &field(&page, "code")), ("state", &field(&page, "state"))]);
        send("127.0.0.1", port(&address), &post(port(&address), &fields)).await;
    })
    .await
    .expect_err("refused");
    match failed {
        GraphError::SignIn(refused) => assert_eq!(refused.code, Some(501_481)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_that_nobody_answers_ends() {
    let place = place(Options::default());
    let start = tokio::time::Instant::now();
    let failed = sign_in(&place, async |_, _| {}).await.expect_err("too late");
    assert!(matches!(failed, GraphError::TooLate(why) if why.contains("--device-code")), "{failed:?}");
    assert_eq!(start.elapsed().as_secs(), 900);
}
