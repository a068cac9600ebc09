//! The program at work, and a browser that has opened its link.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use url::form_urlencoded::byte_serialize;

use crate::common::program;
use crate::common::system::signal;

/// A served page with an open session. Ends when dropped.
pub struct Served {
    pub child: Child,
    /// `127.0.0.1:PORT`.
    pub host: String,
    pub link: String,
    /// The path of the form.
    pub home: String,
    cookie: String,
    /// All that was answered.
    heard: Vec<String>,
}

/// An answer: its head and its body.
pub struct Page {
    pub head: String,
    pub body: String,
}

impl Page {
    pub fn header(&self, name: &str) -> Option<&str> {
        let line = self.head.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}:")));
        line.and_then(|line| line.split_once(": ")).map(|(_, value)| value)
    }

    /// Whether a job's page is still going to change.
    pub fn is_of_an_open_job(&self) -> bool {
        self.body.contains(" data-progress=")
    }

    fn input(&self, name: &str) -> &str {
        let start = format!("name=\"{name}\" value=\"");
        self.body.split_once(&start).and_then(|(_, rest)| rest.split('"').next()).expect("an input")
    }
}

impl Served {
    /// Serves a file, and opens the link.
    pub fn start(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut served = Self::unopened(program(folder).args(["serve", "-vvv"]).args(arguments), variables);
        let path = served.link.split_once(&served.host.clone()).expect("its own host").1.to_owned();
        let opened = served.ask("GET", &path, "");
        assert!(opened.head.starts_with("HTTP/1.1 303"), "{}", opened.head);
        let cookie = opened.header("set-cookie").and_then(|set| set.split(';').next()).expect("a cookie");
        served.cookie = cookie.to_owned();
        served.home = opened.header("location").expect("the form's path").to_owned();
        served
    }

    /// Serves a file, and reads the link.
    pub fn unopened(command: &mut Command, variables: &[(&str, &str)]) -> Self {
        command.envs(variables.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let mut link = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut link).expect("a link");
        let link = link.trim().to_owned();
        let host = link.split('/').nth(2).expect("a host").to_owned();
        Self { child, host, link, home: String::new(), cookie: String::new(), heard: Vec::new() }
    }

    /// Sends a request as the page itself would.
    pub fn ask(&mut self, method: &str, path: &str, form: &str) -> Page {
        let host = &self.host;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nSec-Fetch-Site: same-origin\r\n\
             Cookie: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{form}",
            self.cookie,
            form.len()
        );
        let mut stream = TcpStream::connect(host).expect("a connection");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        self.heard.push(answer.clone());
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        Page { head: head.to_owned(), body: body.to_owned() }
    }

    /// The path of a page of the form.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.home)
    }

    /// Does something from the form, and gives the address of its page.
    pub fn begin(&mut self, action: &str) -> String {
        let page = self.ask("GET", &self.home.clone(), "");
        let csrf = byte_serialize(page.input("csrf").as_bytes()).collect::<String>();
        let begun = self.ask("POST", &self.at("act"), &format!("csrf={csrf}&action={action}"));
        assert!(begun.head.starts_with("HTTP/1.1 303"), "{}{}", begun.head, begun.body);
        self.at(begun.header("location").expect("an address"))
    }

    /// Stops what was begun at `address`.
    pub fn stop(&mut self, address: &str) {
        let page = self.ask("GET", address, "");
        let csrf = byte_serialize(page.input("csrf").as_bytes()).collect::<String>();
        let stopped = self.ask("POST", &address.replace("/job?", "/stop?"), &format!("csrf={csrf}"));
        assert!(stopped.head.starts_with("HTTP/1.1 303"), "{}{}", stopped.head, stopped.body);
    }

    /// Does something, and gives all pages of it, the last one with what came out.
    pub fn act(&mut self, action: &str) -> Page {
        let address = self.begin(action);
        loop {
            let page = self.ask("GET", &address, "");
            assert_eq!(page.header("refresh"), None);
            if !page.is_of_an_open_job() {
                return page;
            }
        }
    }

    /// Ends it like a supervisor, and returns all output and responses.
    pub fn end(mut self) -> String {
        signal(&mut self.child, "TERM");
        assert_eq!(self.child.wait().expect("an end").code(), Some(0));
        let mut said = self.heard.join("\n");
        self.child.stderr.take().expect("piped").read_to_string(&mut said).expect("text");
        said
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
