//! An emulated tenant and SwyxServer, served on a plain socket of this machine, with a folder for settings. All that tests do to the emulator, they
//! do here.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use swyx_teams::emulator::{Emulator, Entry, Facts, Options};
use tokio::runtime::Runtime;

use super::running::Running;
use crate::common::program;

/// The first ordinary Swyx user, by Swyx id and by Teams account.
pub const ANNA: (&str, &str) = ("1001", "anna.albrecht@contoso.example");
/// The variables that the settings name.
pub const SECRET: &str = "CLIENT_SECRET";
pub const TOKEN: &str = "GATEWAY_TOKEN";

/// The fault of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Fault {
    None,
    /// The gateway answers with a fault.
    GatewayFails,
    /// No response.
    NoResponse,
}

/// A site.
pub struct Site {
    emulator: Emulator,
    folder: tempfile::TempDir,
    fault: Arc<AtomicU8>,
    /// The secrets that no output may contain.
    pub secrets: Mutex<Vec<String>>,
    runtime: Option<Runtime>,
}

async fn pass(State(fault): State<Arc<AtomicU8>>, request: Request, next: Next) -> Response {
    let fault = fault.load(Ordering::SeqCst);
    if fault == Fault::NoResponse as u8 {
        return std::future::pending().await;
    }
    if fault == Fault::GatewayFails as u8 && request.uri().path().starts_with("/swyx/") {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    next.run(request).await
}

impl Site {
    pub fn new() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let emulator = {
            let _entered = runtime.enter();
            Emulator::new(Options::default().base(base)).expect("a tenant")
        };
        let fault = Arc::new(AtomicU8::new(Fault::None as u8));
        let layer = axum::middleware::from_fn_with_state(Arc::clone(&fault), pass);
        let router = crate::emulated::router(emulator.clone()).layer(layer);
        listener.set_nonblocking(true).expect("set");
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            axum::serve(listener, router).await
        });
        let facts = emulator.facts();
        let secrets = vec![facts.client_secret.clone().expect("a secret"), facts.gateway_token.clone()];
        let folder = tempfile::tempdir().expect("a folder");
        Self { emulator, folder, fault, secrets: Mutex::new(secrets), runtime: Some(runtime) }
    }

    pub fn facts(&self) -> &Facts {
        self.emulator.facts()
    }

    /// The host and port at which it is served.
    pub fn host(&self) -> &str {
        self.facts().authority.trim_start_matches("http://")
    }

    pub fn secret(&self) -> &str {
        self.facts().client_secret.as_deref().expect("a secret")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        // Renamed into its place, as an editor does it: half a file is never read.
        std::fs::write(self.path("new"), text).expect("written");
        self.rename("new", name);
    }

    /// Renames a file or a folder. Windows renames nothing that is open, and the program may be reading it.
    pub fn rename(&self, from: &str, to: &str) {
        super::running::until("the new name", || {
            let renamed = std::fs::rename(self.path(from), self.path(to));
            assert!(renamed.is_ok() || cfg!(windows), "{renamed:?}");
            renamed.is_ok()
        });
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Settings in mode 2 that name two variables; presences are read every second.
    pub fn settings(&self) -> String {
        let facts = self.facts();
        format!(
            "[swyx]\nversion = \"14.10\"\ngateway = \"{}\"\ngateway_token = {{ env = \"{TOKEN}\" }}\n\n\
             [control_center]\nMsTeamsStatusSyncMode = 2\nMsTeamsTenantId = \"{}\"\nMsTeamsClientId = \"{}\"\n\
             MsTeamsClientSecret = {{ env = \"{SECRET}\" }}\n\n[entra]\nauthority = \"{}\"\ngraph = \"{}\"\n\n\
             [sync]\nread_interval_seconds = 1\n",
            facts.gateway,
            facts.tenant_id,
            facts.client_id.as_deref().expect("an application"),
            facts.authority,
            facts.graph,
        )
    }

    /// The program, with both secrets in its environment.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = program(self.folder.path());
        command
            .args(words)
            .env("SWYX_TEAMS_TRUST", self.host())
            .env(SECRET, self.secret())
            .env(TOKEN, &self.facts().gateway_token);
        command
    }

    pub fn start(&self, words: &[&str]) -> Running<'_> {
        Running::start(self, &mut self.command(words))
    }

    pub fn let_go(&self, fault: Fault) {
        self.fault.store(fault as u8, Ordering::SeqCst);
    }

    /// Anna's calls in Swyx.
    pub fn call(&self, begins: bool) {
        self.emulator.call(ANNA.0, begins).expect("a user");
    }

    /// Sets the presence that Anna's Teams client reports.
    pub fn teams(&self, status: &str) {
        self.emulator.set_teams_status(ANNA.1, Some(status)).expect("a user");
    }

    /// What was set for Anna in Swyx.
    pub fn in_swyx(&self) -> &'static str {
        self.emulator.swyx_status(ANNA.0).expect("a user").set
    }

    pub fn sessions(&self) -> usize {
        self.emulator.open_sessions()
    }

    pub fn requests(&self) -> Vec<Entry> {
        self.emulator.log()
    }

    /// The word by which a text names a user, if it does: of a name, an address, or an id on either side.
    pub fn user_in(&self, text: &str) -> Option<String> {
        let requests = self.requests();
        let paths = requests.iter().filter_map(|entry| entry.path.strip_prefix("/v1.0/users/"));
        let ids = paths.filter_map(|rest| rest.split_once('/')).map(|(id, _)| id.to_owned());
        let known = ids.chain([ANNA.0.to_owned(), "Albrecht".to_lowercase(), "contoso".to_owned()]);
        let known = known.collect::<std::collections::BTreeSet<_>>();
        let text = text.to_lowercase();
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        words.map(str::to_owned).find(|word| known.contains(word))
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // Requests that are held back never end by themselves.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
