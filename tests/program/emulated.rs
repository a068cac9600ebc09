//! The emulator as a process of its own or as routes in this one, and settings files that lead to it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use http::Request;
use serde_json::Value;
use swyx_teams::emulator::Emulator;

use crate::common::{Run, program};

/// The id of nothing.
pub const NOBODY: &str = "0b9f6f3e-2f0d-4c54-9f3a-6d1c8e7b5a42";

/// A running emulator, with an empty folder.
pub struct Emulated {
    child: Child,
    facts: Value,
    folder: tempfile::TempDir,
}

impl Emulated {
    /// Starts one with these arguments, and waits for its ready line.
    pub fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(env!("CARGO_BIN_EXE_swyx-teams"));
        let mut child = crate::common::system::with_own_console(&mut command)
            .args(["emulate", "--listen", "127.0.0.1:0", "--log"])
            .arg(folder.path().join("log"))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the emulator starts");
        let mut line = String::new();
        let read = BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line);
        read.expect("a ready line");
        let facts = serde_json::from_str(&line).unwrap_or_else(|_| panic!("not a ready line: {line:?}"));
        Self { child, facts, folder }
    }

    /// The emulator of a scenario.
    pub fn scenario(name: &str) -> Self {
        Self::start(&["--scenario", name])
    }

    /// A member of the ready line. A tenant without the application has neither id nor secret of it: there, those of none.
    pub fn fact(&self, name: &str) -> &str {
        match (self.facts[name].as_str(), name) {
            (Some(fact), _) => fact,
            (None, "client_id") => NOBODY,
            (None, "client_secret") => "Zz98Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d",
            (None, _) => panic!("no {name} in the ready line"),
        }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The text of a settings file for it.
    pub fn settings(&self, mode: u8) -> String {
        format!(
            "[control_center]\nMsTeamsStatusSyncMode = {mode}\nMsTeamsTenantId = \"{}\"\nMsTeamsClientId = \"{}\"\n\
             MsTeamsClientSecret = {{ env = \"SECRET\" }}\n\n[entra]\nauthority = \"{}\"\ngraph = \"{}\"\nca_file = '{}'\n",
            self.fact("tenant_id"),
            self.fact("client_id"),
            self.fact("authority"),
            self.fact("graph"),
            self.fact("ca_file"),
        )
    }

    /// Writes a settings file.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(&path, text).expect("written");
        path
    }

    /// The host and port at which everything of the tenant is served.
    pub fn address(&self) -> &str {
        self.fact("authority").trim_start_matches("https://")
    }

    /// The program in the tenant's folder, with trust in the tenant's address and no other.
    pub fn program(&self) -> Command {
        let mut command = program(self.folder());
        command.env("SWYX_TEAMS_TRUST", self.address());
        command
    }

    /// Runs `check` with the right secret and a full log. The output contains neither secret nor token.
    pub fn check(&self, arguments: &[&str]) -> Run {
        self.check_with(self.fact("client_secret"), arguments)
    }

    /// As [`Self::check`], with another secret.
    pub fn check_with(&self, secret: &str, arguments: &[&str]) -> Run {
        let mut command = self.program();
        command.args(["check", "-vvv", "--online"]).args(arguments).env("SECRET", secret);
        if arguments.contains(&"--as-admin") {
            command.env("SWYX_TEAMS_ADMIN_TOKEN", self.fact("admin_token"));
        }
        self.finish(&mut command, secret)
    }

    /// Runs a command, and checks that the output contains no secret.
    pub fn finish(&self, command: &mut Command, secret: &str) -> Run {
        let output = command.output().expect("the program runs");
        let run = Run {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        };
        let said = format!("{}{}", run.out, run.err);
        assert_silent(&said, secret);
        assert_silent(&said, self.fact("client_secret"));
        assert_silent(&said, self.fact("admin_token"));
        // Every token that the emulator signs begins like this, and nothing else does.
        assert!(!said.contains("eyJ") && !said.contains("Bearer"), "{said}");
        run
    }

    /// The requests that were logged so far, as `METHOD path`, those of the settings' own folder apart.
    pub fn requests(&self) -> Vec<String> {
        let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        lines
            .map(|line| format!("{} {}", line["method"].as_str().unwrap(), line["path"].as_str().unwrap()))
            .collect()
    }
}

fn assert_silent(said: &str, secret: &str) {
    if secret.len() >= 16 {
        let (start, middle) = (&secret[..10], &secret[secret.len() / 2..]);
        assert!(!said.contains(start) && !said.contains(middle), "{said}");
    }
}

impl Drop for Emulated {
    fn drop(&mut self) {
        // By hand, for a killed one would leave its folder; it ends within a second.
        crate::common::system::signal(&mut self.child, "TERM");
        let _ = self.child.wait();
    }
}

/// The findings of the first file from JSON, each as `severity rule key`.
pub fn findings(run: &Run) -> Vec<String> {
    let report: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}{}", run.out, run.err));
    let found = report["files"][0]["diagnostics"].as_array().expect("findings").clone();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    found
        .iter()
        .map(|one| format!("{} {} {}", text(&one["severity"]), text(&one["rule"]), text(&one["key"])))
        .collect()
}

/// The skipped rules from JSON, each with the reason.
pub fn skipped(run: &Run) -> Vec<(String, String)> {
    let report: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}{}", run.out, run.err));
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    report["skipped"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (text(&one["rule"]), text(&one["reason"])))
        .collect()
}

/// The routes of an emulator in this process.
pub fn router(emulator: Emulator) -> Router {
    Router::new()
        .fallback(async |State(emulator): State<Emulator>, request: Request<Body>| {
            let (head, body) = request.into_parts();
            let body = to_bytes(body, usize::MAX).await.expect("a whole request");
            emulator.answer(Request::from_parts(head, body.to_vec())).await.map(Body::new)
        })
        .with_state(emulator)
}
