//! The command `emulate` on a socket.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common::system::signal;
use crate::common::{program, root, run};

/// A running emulator.
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

    fn fact(&self, name: &str) -> String {
        self.facts[name].as_str().unwrap_or_else(|| panic!("no {name}")).to_owned()
    }

    /// Ends it, and returns the exit code, the remaining output and the duration.
    fn end(mut self) -> (Option<i32>, String, Duration) {
        let began = Instant::now();
        signal(&mut self.child, "TERM");
        let status = self.child.wait().expect("it ends");
        let took = began.elapsed();
        let mut said = String::new();
        self.child.stderr.take().expect("piped").read_to_string(&mut said).expect("UTF-8");
        (status.code(), said, took)
    }
}

/// A client that trusts the emulator's authority alone.
fn client(ca_file: &str) -> reqwest::Client {
    let pem = std::fs::read(ca_file).expect("the certificate");
    let certificate = reqwest::Certificate::from_pem(&pem).expect("a certificate");
    reqwest::Client::builder().tls_certs_only([certificate]).no_proxy().build().expect("a client")
}

#[tokio::test]
async fn emulator_serves_until_sigterm_and_cleans_up() {
    let running = Running::start(&["--scenario", "ready"]);
    let ca_file = running.fact("ca_file");
    assert_eq!(running.fact("graph"), format!("{}/v1.0", running.fact("authority")));
    let client = client(&ca_file);
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("client_id", &running.fact("client_id"))
        .append_pair("client_secret", &running.fact("client_secret"))
        .append_pair("scope", &format!("{}/.default", running.fact("authority")))
        .finish();
    let address = format!("{}/{}/oauth2/v2.0/token", running.fact("authority"), running.fact("tenant_id"));
    let answer = client.post(&address).body(form).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let by_number = address.replace("localhost", "127.0.0.1");
    assert_eq!(client.post(by_number).send().await.expect("an answer").status(), 400);
    // A client that does not trust the authority gets no response.
    let stranger = reqwest::Client::builder().no_proxy().build().expect("a client");
    assert!(stranger.post(&address).send().await.is_err());
    let option = running.fact("authority").replace("https://", "--trust=");
    let (code, said, _) = running.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("for trials and tests"), "{said}");
    assert!(said.contains(&format!("use these settings with {option}\n")), "{said}");
    assert!(!Path::new(&ca_file).exists() && !Path::new(&ca_file).parent().expect("a folder").exists());
}

#[tokio::test]
async fn dropped_requests_close_the_connection() {
    for (fault, status) in [("drop-reply", 200), ("drop-request", 0)] {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let running =
            Running::start(&["--fault", &format!("{fault}=1"), "--log", &file.path().to_string_lossy()]);
        let client = client(&running.fact("ca_file"));
        let address = format!("{}/common/discovery/instance", running.fact("authority"));
        assert!(client.get(address).send().await.expect_err("no answer").is_request());
        let log = std::fs::read_to_string(file.path()).expect("the log");
        let line = serde_json::from_str::<Value>(log.lines().next().expect("a line")).expect("JSON");
        assert_eq!((line["fault"].as_str(), line["status"].as_u64()), (Some(fault), Some(status)));
        assert_eq!(running.end().0, Some(0));
    }
}

#[tokio::test]
async fn pending_request_does_not_delay_the_end() {
    let running = Running::start(&["--fault", "slow=600000"]);
    let client = client(&running.fact("ca_file"));
    let address = format!("{}/common/discovery/instance", running.fact("authority"));
    let before = sockets(&running);
    let asked = tokio::spawn(client.get(address).send());
    // The request is pending once the connection exists; its end without a response proves that.
    while sockets(&running) == before {
        tokio::task::yield_now().await;
    }
    let (code, _, took) = tokio::task::spawn_blocking(|| running.end()).await.expect("it ends");
    // The response would take ten minutes.
    assert!(code == Some(0) && took < Duration::from_secs(60), "{code:?} {took:?}");
    assert!(asked.await.expect("it ends").is_err());
}

/// How many sockets it has. On Windows, of its port.
#[cfg(windows)]
fn sockets(running: &Running) -> usize {
    let authority = running.fact("authority");
    let port = authority.rsplit(':').next().expect("a port");
    let sockets = crate::common::system::sockets();
    sockets.iter().filter(|(local, _)| local.rsplit(':').next() == Some(port)).count()
}

/// How many sockets it has.
#[cfg(unix)]
fn sockets(running: &Running) -> usize {
    let links = std::fs::read_dir(format!("/proc/{}/fd", running.child.id())).expect("Linux").flatten();
    let targets = links.filter_map(|link| std::fs::read_link(link.path()).ok());
    targets.filter(|target| target.to_string_lossy().starts_with("socket:")).count()
}

#[test]
fn unusable_arguments_are_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("state.json"), "{\"users\": [{\"nme\": \"Ab18Q~zY7xW6\"}]}")
        .expect("a file");
    #[cfg(unix)]
    {
        let pipe = folder.path().join("pipe");
        crate::common::system::make_pipe(&pipe);
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("an address").to_string();
    for (arguments, told) in [
        (vec!["--listen", "0.0.0.0:8443"], "0.0.0.0:8443 is not a loopback address"),
        (vec!["--listen", &taken], "cannot listen on 127.0.0.1"),
        (vec!["--state", "none.json"], "--state: none.json: no such file or directory"),
        #[cfg(unix)]
        (vec!["--state", "pipe"], "--state: pipe: this is a pipe, device or socket, not a regular file"),
        #[cfg(unix)]
        (vec!["--calls", "pipe"], "--calls: pipe: this is a pipe, device or socket, not a regular file"),
        (vec!["--state", "state.json"], "line 1, column 17: unknown member"),
        (vec!["--state", "state.json", "--scenario", "ready"], "cannot be used with"),
        (vec!["--fault", "nonsense"], "--fault"),
        (vec!["--users", "2000000"], "at most 1000000 users"),
        (vec!["--log", "no/such/folder"], "cannot write the log: no such file or directory"),
    ] {
        let arguments = ["emulate"].into_iter().chain(arguments).collect::<Vec<_>>();
        let arguments = if arguments.contains(&"--listen") {
            arguments
        } else {
            [arguments, vec!["--listen", "127.0.0.1:0"]].concat()
        };
        let run = run(folder.path(), &arguments);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{arguments:?} {}", run.err);
        assert!(run.err.contains(told) && !run.err.contains("Ab18Q"), "{arguments:?} {}", run.err);
    }
}
