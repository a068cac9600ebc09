//! An emulated site, and the synchronisation running beside it.

use std::sync::Arc;
use std::time::Duration;

use swyx_teams::emulator::{Emulator, Options};
use swyx_teams::entra::graph::Client;
use swyx_teams::entra::sign_in::Credential;
use swyx_teams::http::{Limits, Transport};
use swyx_teams::secret::Secret;
use swyx_teams::settings::Settings;
use swyx_teams::swyx::Gateway;
use swyx_teams::sync::run::{Control, Controller, NoopObserver, Site, View, ViewReader, channel, run};
use tokio::task::JoinHandle;

use crate::memory::Memory;

/// A site with the synchronisation.
pub struct Place {
    pub emulator: Arc<Emulator>,
    controller: Controller,
    view: ViewReader,
    running: JoinHandle<()>,
}

/// The settings that lead to an emulator, in the mode of that number.
pub fn settings(emulator: &Emulator, mode: u8, more: &str) -> Settings {
    let facts = emulator.facts();
    let text = format!(
        "[swyx]\nversion = \"14.10\"\ngateway = \"{}\"\ngateway_token = {{ env = \"Y\" }}\n\
         [control_center]\nMsTeamsStatusSyncMode = {mode}\nMsTeamsTenantId = \"{}\"\nMsTeamsClientId = \"{}\"\n\
         MsTeamsClientSecret = {{ env = \"X\" }}\n[entra]\nauthority = \"{}\"\ngraph = \"{}\"\n{more}",
        facts.gateway,
        facts.tenant_id,
        facts.client_id.as_deref().expect("an application"),
        facts.authority,
        facts.graph,
    );
    swyx_teams::check::check_bytes("a.toml", text.into_bytes(), false).settings().expect("complete")
}

/// What the synchronisation works with.
pub fn site(emulator: &Emulator, settings: &Settings, is_dry_run: bool) -> Site {
    let transport: Arc<dyn Transport> = Arc::new(Memory(emulator.clone()));
    let limits = Limits::default().attempt(Duration::from_secs(10)).repetitions(0);
    let facts = emulator.facts();
    let secret = Secret::new(facts.client_secret.clone().expect("a secret"));
    let credential = Credential::Secret(settings.client_id, secret);
    let (address, _) = settings.gateway.clone().expect("a gateway");
    let client = Arc::new(Client::new(&settings.access, credential, Arc::clone(&transport), limits));
    let gateway =
        Arc::new(Gateway::new(&address, Secret::new(facts.gateway_token.as_str()), transport, limits));
    Site::new(client, settings.client_id, gateway, swyx_teams::sync::Options::of(settings))
        .users(settings.users.clone())
        .dry_run(is_dry_run)
}

impl Place {
    /// A site in mode 2.
    pub fn new(options: Options) -> Self {
        let emulator = Arc::new(Emulator::new(options).expect("an emulator"));
        Self::beside(emulator, 2, "", false)
    }

    /// The synchronisation beside an emulated site.
    pub fn beside(emulator: Arc<Emulator>, mode: u8, more: &str, is_dry_run: bool) -> Self {
        let settings = settings(&emulator, mode, more);
        let (controller, view, channel) = channel();
        let running =
            tokio::spawn(run(site(&emulator, &settings, is_dry_run), channel, Box::new(NoopObserver)));
        Self { emulator, controller, view, running }
    }

    pub fn view(&self) -> View {
        self.view.read(View::clone)
    }

    pub async fn control(&self, control: Control) {
        assert!(self.controller.send(control).await, "it runs");
    }

    /// It is killed, and does nothing more.
    pub fn kill(&self) {
        self.running.abort();
    }

    /// Stops the synchronisation, and returns how long that took.
    pub async fn stop(self) -> Duration {
        let start = tokio::time::Instant::now();
        self.control(Control::Stop).await;
        self.running.await.expect("no panic");
        start.elapsed()
    }
}

/// Lets virtual time go by, in steps, so that everything that is due happens in order.
pub async fn pass(seconds: f64) {
    tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
}
