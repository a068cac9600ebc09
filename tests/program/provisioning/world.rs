//! An emulated tenant in the test process, served through a gate, with a folder for settings.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use swyx_teams::emulator::{ApplicationSnapshot, Emulator, Entry, Facts, Options, Scenario};
use tokio::runtime::Runtime;

use super::gate::{Gate, GateAction, InterceptedRequest, pass};
use super::running::Running;
use crate::canary::Sweep;
use crate::common::system::assert_private;
use crate::common::{Run, program};

/// What the application is called where the settings do not say.
pub const NAME: &str = "SwyxMSTeamsPresenceSync";
/// The default secret file.
pub const SECRET_FILE: &str = "teams.secret";
/// That file, as the settings name it.
pub const IN_FILE: &str = "{ file = \"teams.secret\" }";
/// So few seconds that a secret that was just put in its place is not waited for.
pub const SOON: &str = "15";

/// A tenant, and a folder.
pub struct World {
    emulator: Emulator,
    gate: Arc<Gate>,
    folder: tempfile::TempDir,
    /// The files in which a secret belongs.
    keepers: Vec<&'static str>,
    /// Where the log stood when the last run began.
    mark: AtomicUsize,
    given: Mutex<Vec<String>>,
    runtime: Option<Runtime>,
}

impl World {
    /// A tenant without the application.
    pub fn empty() -> Self {
        Self::of(Scenario::Empty)
    }

    pub fn of(scenario: Scenario) -> Self {
        Self::with(Options::default().scenario(scenario))
    }

    /// A tenant in JSON, as the emulator reads it.
    pub fn state(state: &Value) -> Self {
        Self::with(Options::default().state(state.to_string()))
    }

    pub fn with(options: Options) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let emulator = {
            let _entered = runtime.enter();
            Emulator::new(options.base(base)).expect("a tenant")
        };
        let gate = Arc::new(Gate::new());
        let layer = axum::middleware::from_fn_with_state(Arc::clone(&gate), pass);
        let router = crate::emulated::router(emulator.clone()).layer(layer);
        listener.set_nonblocking(true).expect("set");
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            axum::serve(listener, router).await
        });
        Self {
            emulator,
            gate,
            folder: tempfile::tempdir().expect("a folder"),
            keepers: vec![SECRET_FILE],
            mark: AtomicUsize::new(0),
            given: Mutex::default(),
            runtime: Some(runtime),
        }
    }

    /// The same, where secrets belong in these files.
    pub fn keeping(mut self, keepers: &[&'static str]) -> Self {
        self.keepers = keepers.to_vec();
        self
    }

    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    pub fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    pub fn facts(&self) -> &Facts {
        self.emulator.facts()
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(&path, text).expect("written");
        path
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The names in the folder and below it, in order, files only.
    pub fn files(&self) -> Vec<String> {
        let (mut waiting, mut found) = (vec![self.folder().to_path_buf()], Vec::new());
        while let Some(folder) = waiting.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() && !path.is_symlink() {
                    waiting.push(path);
                } else {
                    let name = path.strip_prefix(self.folder()).expect("below");
                    found.push(name.to_string_lossy().replace('\\', "/"));
                }
            }
        }
        found.sort();
        found
    }

    /// A settings file in mode 2 with the source `secret`, unless it is empty.
    pub fn settings(&self, secret: &str) -> String {
        let facts = self.facts();
        let line =
            if secret.is_empty() { String::new() } else { format!("MsTeamsClientSecret = {secret}\n") };
        format!(
            "# The site in the north\n[control_center]\nMsTeamsStatusSyncMode = 2 # both ways\nMsTeamsTenantId = \"{}\"\n{line}\n\
             [entra]\nauthority = \"{}\"\ngraph = \"{}\" # emulated\n",
            facts.tenant_id, facts.authority, facts.graph
        )
    }

    /// The same, for the application that the tenant has from the start.
    pub fn settings_of_ready(&self, secret: &str) -> String {
        let id = self.facts().client_id.as_deref().expect("an application");
        with_client_id(&self.settings(secret), id)
    }

    /// What is done with each request from now on.
    pub fn at_requests(&self, decision: impl Fn(&InterceptedRequest<'_>) -> GateAction + Send + 'static) {
        *self.gate.decision.lock().unwrap() = Box::new(decision);
    }

    /// The program in the tenant's folder, with trust in the tenant's address and no other.
    pub fn program(&self) -> Command {
        let mut command = program(self.folder());
        command.env("SWYX_TEAMS_TRUST", self.address());
        command
    }

    /// The host and port at which the tenant is served.
    pub fn address(&self) -> &str {
        self.facts().authority.trim_start_matches("http://")
    }

    /// The program with these words, as the tenant's administrator, and with every line of the log.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = self.program();
        command.args(words).arg("-vvv").env("SWYX_TEAMS_ADMIN_TOKEN", &self.facts().admin_token);
        command
    }

    pub fn run(&self, words: &[&str]) -> Run {
        self.go(&mut self.command(words))
    }

    /// The same without a line of the log.
    pub fn run_without_log(&self, words: &[&str]) -> Run {
        let mut command = self.program();
        self.go(command.args(words).env("SWYX_TEAMS_ADMIN_TOKEN", &self.facts().admin_token))
    }

    /// Runs it with a secret in a variable.
    pub fn run_with(&self, words: &[&str], name: &str, secret: &str) -> Run {
        self.given.lock().unwrap().push(secret.to_owned());
        self.go(self.command(words).env(name, secret))
    }

    pub fn go(&self, command: &mut Command) -> Run {
        self.start(command).end()
    }

    pub fn start(&self, command: &mut Command) -> Running<'_> {
        self.mark.store(self.emulator.log().len(), Ordering::SeqCst);
        Running::start(self, command)
    }

    /// Runs it, and sees with what it ends.
    pub fn ends(&self, code: i32, words: &[&str]) -> Run {
        let run = self.run(words);
        assert_eq!(run.code, Some(code), "{words:?}\n{}{}", run.out, run.err);
        run
    }

    /// The requests of the last run that the tenant answered.
    pub fn requests(&self) -> Vec<Entry> {
        self.emulator.log().split_off(self.mark.load(Ordering::SeqCst))
    }

    /// The requests of the last run to Graph, sign-ins apart.
    pub fn to_graph(&self) -> usize {
        self.requests().iter().filter(|entry| entry.path.starts_with("/v1.0/")).count()
    }

    /// The changes that the last run asked for, as `METHOD /path`.
    pub fn changes(&self) -> Vec<String> {
        let requests = self.requests();
        let is_read = |method: &str| method == "GET";
        let parts = requests.iter().flat_map(|entry| &entry.parts).filter(|part| !is_read(&part.method));
        let parts = parts.map(|part| format!("{} {}", part.method, part.path));
        let whole = requests.iter().filter(|entry| {
            let asked = InterceptedRequest { number: 0, method: &entry.method, path: &entry.path };
            asked.is_change()
        });
        let whole = whole.map(|entry| format!("{} {}", entry.method, entry.path.trim_start_matches("/v1.0")));
        parts.chain(whole).collect()
    }

    /// One request, as by hand, and the whole answer.
    pub fn ask(&self, method: &str, address: &str, token: Option<&str>) -> String {
        let (host, path) =
            address.strip_prefix("http://").and_then(|rest| rest.split_once('/')).expect("parts");
        assert!(self.facts().authority.ends_with(host));
        let mut stream = std::net::TcpStream::connect(host).expect("a connection");
        let token = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
        let head = format!(
            "{method} /{path} HTTP/1.1\r\nhost: {host}\r\n{token}content-length: 0\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    /// One request of the administrator to Graph with a body, as by another tool. Returns the body of the answer.
    pub fn send(&self, method: &str, path: &str, body: &Value) -> Value {
        let (host, body) = (self.address(), if body.is_null() { String::new() } else { body.to_string() });
        let mut stream = std::net::TcpStream::connect(host).expect("a connection");
        let head = format!(
            "{method} /v1.0{path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            self.facts().admin_token,
            body.len()
        );
        stream.write_all(head.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 20"), "{method} {path}: {answer}");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
        serde_json::from_str(body).unwrap_or(Value::Null)
    }

    /// All applications, the deleted among them.
    pub fn applications(&self) -> Vec<ApplicationSnapshot> {
        self.emulator.snapshot().applications
    }

    /// The only one.
    pub fn application(&self) -> ApplicationSnapshot {
        let mut all = self.applications();
        assert_eq!(all.len(), 1, "{all:#?}");
        all.remove(0)
    }

    /// Whether the only application has this secret.
    pub fn accepts(&self, secret: &str) -> bool {
        self.emulator.accepts(self.application().app_id, secret)
    }

    /// The secrets that were made so far, oldest first.
    pub fn made(&self) -> Vec<String> {
        self.gate.secrets.lock().unwrap().clone()
    }

    /// The secret in a file, which holds nothing else and is for its owner only; the tenant accepts it.
    pub fn kept_in(&self, name: &str) -> String {
        let text = self.read(name);
        let secret = text.strip_suffix('\n').unwrap_or_else(|| panic!("{name} has no last line end"));
        assert!(!secret.contains(char::is_whitespace), "{name} holds more than a secret");
        assert_private(&self.path(name));
        assert!(self.accepts(secret), "the secret in {name} is not accepted");
        secret.to_owned()
    }

    /// Checks that no output, other file, command line or log of the emulator contains a secret.
    pub fn assert_silent(&self, run: &Run) {
        let facts = self.facts();
        let mut secrets = [self.made(), self.given.lock().unwrap().clone()].concat();
        secrets.extend(facts.client_secret.clone());
        let sweep = Sweep::new(&secrets.iter().map(String::as_str).collect::<Vec<_>>());
        let token = &facts.admin_token;
        let (start, middle) = (&token[..20], &token[token.len() / 2..][..40]);
        let is_clean = |what: &str, bytes: &[u8], may_hold_secret: bool| {
            let text = String::from_utf8_lossy(bytes);
            assert!(
                !text.contains(start) && !text.contains(middle),
                "the administrator's token is in {what}"
            );
            // Every token that the emulator signs begins like this, and nothing else does.
            assert!(!text.contains("eyJ") && !text.contains("Bearer"), "a token is in {what}");
            let found = sweep.find(bytes);
            assert!(may_hold_secret || found.is_none(), "a secret is in {what} ({found:?}):\n{text}");
        };
        is_clean("standard output", run.out.as_bytes(), false);
        is_clean("standard error", run.err.as_bytes(), false);
        let command_lines = self.gate.command_lines.lock().unwrap().clone();
        let is_seen =
            self.requests().is_empty() || String::from_utf8_lossy(&command_lines).contains("swyx-teams");
        assert!(is_seen, "no command line was looked at");
        is_clean("the command line", &command_lines, false);
        is_clean("the log", format!("{:?}", self.requests()).as_bytes(), false);
        for name in self.files() {
            let content = std::fs::read(self.path(&name)).unwrap_or_default();
            is_clean(&name, &content, self.keepers.contains(&name.as_str()));
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // Requests that are held back never end by themselves.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Settings with a client id.
pub fn with_client_id(text: &str, id: &str) -> String {
    text.replacen("\n[entra]", &format!("MsTeamsClientId = \"{id}\"\n\n[entra]"), 1)
}

/// One more line in `[entra]`.
pub fn with_entra(text: &str, line: &str) -> String {
    format!("{text}{line}\n")
}

/// A settings file without the end of the youngest secret, which it must have.
pub fn without_end(world: &World, text: &str) -> String {
    let end = world.application().secrets.last().expect("a secret").end.strftime("%Y-%m-%d");
    let line = format!("credential_ends = {end}\n");
    assert!(text.contains(&line), "{text}");
    text.replacen(&line, "", 1)
}
