//! The program while it runs: what it has printed so far, and what it serves.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::site::Site;
use crate::canary::Sweep;
use crate::common::Run;
use crate::common::system::signal;

/// The time limit; only a failure reaches it.
const LIMIT: Duration = Duration::from_secs(90);

/// Waits until something is so.
pub fn until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < LIMIT, "this never came: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

type Text = Arc<Mutex<String>>;

/// A running program. Killed when dropped.
pub struct Running<'a> {
    site: &'a Site,
    child: Child,
    out: Text,
    err: Text,
    readers: Vec<JoinHandle<()>>,
}

fn gather(stream: impl Read + Send + 'static) -> (Text, JoinHandle<()>) {
    let text = Text::default();
    let gathered = Arc::clone(&text);
    let reader = std::thread::spawn(move || {
        for line in BufReader::new(stream).lines() {
            gathered.lock().unwrap().extend([&line.expect("UTF-8"), "\n"]);
        }
    });
    (text, reader)
}

impl<'a> Running<'a> {
    pub fn start(site: &'a Site, command: &mut Command) -> Self {
        let spawned = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = spawned.expect("the program starts");
        let (out, first) = gather(child.stdout.take().expect("piped"));
        let (err, second) = gather(child.stderr.take().expect("piped"));
        Self { site, child, out, err, readers: vec![first, second] }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn out(&self) -> String {
        self.out.lock().unwrap().clone()
    }

    /// What it has written to standard error, with `/` in paths on Windows, too.
    pub fn err(&self) -> String {
        let text = self.err.lock().unwrap().clone();
        if cfg!(windows) { text.replace('\\', "/") } else { text }
    }

    /// Waits for a text on standard output.
    pub fn prints(&self, words: &str) {
        until(&format!("`{words}` in\n{}", self.err()), || self.out().contains(words));
    }

    /// Waits for a text on standard error.
    pub fn says(&self, words: &str) {
        let start = Instant::now();
        while !self.err().contains(words) {
            assert!(start.elapsed() < LIMIT, "it never said `{words}`:\n{}", self.err());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The address of the metrics, once it is logged.
    pub fn address(&self) -> String {
        self.says("status at http://");
        let err = self.err();
        let (_, rest) = err.split_once("status at http://").expect("said");
        rest.chars().take_while(|c| c.is_ascii_digit() || ".:".contains(*c)).collect()
    }

    /// Status and body of what it serves. Nothing of it may hold a secret.
    pub fn get(&self, path: &str) -> (u16, String) {
        let address = self.address();
        let mut stream = TcpStream::connect(&address).expect("a connection");
        let head = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        self.site.assert_silent(path, answer.as_bytes());
        let (head, body) = answer.split_once("\r\n\r\n").expect("head and body");
        (head[9..12].parse().expect("a status"), body.to_owned())
    }

    /// Waits until it is carried, and both sides answer.
    pub fn is_ready(&self) {
        until("ready", || self.get("/readyz").0 == 200);
    }

    /// Sends it a signal.
    pub fn signal(&mut self, name: &str) {
        signal(&mut self.child, name);
    }

    /// Tells it to end, and waits for that.
    pub fn stop(mut self) -> Run {
        self.signal("TERM");
        self.end()
    }

    /// Waits for its end. One that was killed has no exit code.
    pub fn end(mut self) -> Run {
        let start = Instant::now();
        let status = loop {
            match self.child.try_wait().expect("waited for") {
                Some(status) => break status,
                None => assert!(start.elapsed() < LIMIT, "it never ended:\n{}", self.err()),
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        for reader in std::mem::take(&mut self.readers) {
            reader.join().expect("read");
        }
        let run = Run { code: status.code(), out: self.out(), err: self.err() };
        self.site.assert_silent("standard output", run.out.as_bytes());
        self.site.assert_silent("standard error", run.err.as_bytes());
        run
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        // One that has ended needs no more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Site {
    /// Checks that an output contains no secret.
    pub fn assert_silent(&self, what: &str, bytes: &[u8]) {
        let secrets = self.secrets.lock().unwrap().clone();
        let sweep = Sweep::new(&secrets.iter().map(String::as_str).collect::<Vec<_>>());
        let text = String::from_utf8_lossy(bytes);
        if let Some(form) = sweep.find(bytes) {
            panic!("a secret is in {what} ({form}):\n{text}");
        }
        // Every token that the emulator signs begins like this, and nothing else does.
        assert!(!text.contains("eyJ") && !text.contains("Bearer"), "a token is in {what}:\n{text}");
    }
}
