//! `emulate` with a script, a load and a journal, on a socket.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::common::system::signal;
use crate::common::{program, root, run};

/// Long enough to tell a hang from a slow machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running emulator, killed when the test ends.
struct Running {
    child: Child,
    facts: Value,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut command = program(&root());
        command.arg("emulate").args(["--listen", "127.0.0.1:0"]).args(arguments);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().expect("piped")).read_line(&mut line).expect("a line");
        Self { facts: serde_json::from_str(&line).unwrap_or_else(|_| panic!("no ready line: {line}")), child }
    }

    fn fact(&self, name: &str) -> &str {
        self.facts[name].as_str().unwrap_or_else(|| panic!("no {name}"))
    }

    fn get(&self, path: &str) -> reqwest::RequestBuilder {
        let pem = std::fs::read(self.fact("ca_file")).expect("the certificate");
        let certificate = reqwest::Certificate::from_pem(&pem).expect("a certificate");
        let client =
            reqwest::Client::builder().tls_certs_only([certificate]).no_proxy().build().expect("a client");
        client.get(format!("{}{path}", self.fact("gateway"))).bearer_auth(self.fact("gateway_token"))
    }

    /// Ends it, and returns the exit code and standard error.
    fn end(mut self) -> (Option<i32>, String) {
        signal(&mut self.child, "TERM");
        let code = self.child.wait().expect("it ends").code();
        let mut said = String::new();
        self.child.stderr.take().expect("piped").read_to_string(&mut said).expect("UTF-8");
        (code, said)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, or the test has failed.
        let _ = self.child.kill();
    }
}

/// Reads a stream until it contains the text.
async fn until(answer: &mut reqwest::Response, wanted: &str) -> String {
    let mut text = String::new();
    while !text.contains(wanted) {
        let chunk = tokio::time::timeout(PATIENCE, answer.chunk()).await.expect("in time").expect("no error");
        text.push_str(std::str::from_utf8(&chunk.expect("the stream goes on")).expect("UTF-8"));
    }
    text
}

#[tokio::test]
async fn load_is_streamed_and_journalled() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = folder.path().join("journal.jsonl");
    let running = Running::start(&["--load", "100", "--journal", journal.to_str().expect("UTF-8")]);
    let mut stream = running.get("/v1/events").send().await.expect("an answer");
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let text = until(&mut stream, "\"inCall\":false").await;
    assert!(text.contains("event: status\ndata: {\"id\":\""), "{text}");
    let written = std::fs::read_to_string(&journal).expect("the journal");
    let lines =
        written.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")).collect::<Vec<_>>();
    for what in ["call", "hangup", "teams"] {
        assert!(lines.iter().any(|line| line["what"] == what), "{what}");
    }
    // An open stream does not keep it from ending.
    let (code, said) = running.end();
    assert_eq!(code, Some(0), "{said}");
}

#[tokio::test]
async fn script_starts_with_the_ready_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("calls.txt");
    std::fs::write(&script, "0 1002 call # at once\n").expect("a file");
    let running = Running::start(&["--calls", script.to_str().expect("UTF-8")]);
    let called = async {
        loop {
            let answer = running.get("/v1/statuses").send().await.expect("an answer");
            let statuses = answer.text().await.expect("text");
            if statuses.contains(r#"{"id":"1002","status":"Speaking","inCall":true,"sequence":1}"#) {
                break;
            }
        }
    };
    tokio::time::timeout(PATIENCE, called).await.expect("the call");
    assert_eq!(running.end().0, Some(0));
}

#[test]
fn script_errors_are_reported_before_serving() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("calls.txt"), "0 1001 call\n1 nobody call\nsoon 1001 call\n")
        .expect("a file");
    let done = run(folder.path(), &["emulate", "--listen", "127.0.0.1:0", "--calls", "calls.txt"]);
    assert_eq!((done.code, done.out.as_str()), (Some(2), ""), "{}", done.err);
    assert!(done.err.contains("--calls: line 2: no such user of SwyxServer"), "{}", done.err);
    assert!(done.err.contains("--calls: line 3: the first word must be a number"), "{}", done.err);
    for wrong in [["--load", "0"], ["--load", "101"], ["--calls", "none.txt"], ["--journal", "/"]] {
        let all = [&["emulate", "--listen", "127.0.0.1:0"], wrong.as_slice()].concat();
        assert_eq!(run(folder.path(), &all).code, Some(2), "{wrong:?}");
    }
}
