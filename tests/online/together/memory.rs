//! Settings that lead to an emulator in memory.

use std::sync::Arc;
use std::time::Duration;

use swyx_teams::check::Checked;
use swyx_teams::emulator::{Emulator, Options};
use swyx_teams::entra::graph::Client;
use swyx_teams::entra::probe::{self, Depth};
use swyx_teams::entra::sign_in::{Credential, Token};
use swyx_teams::entra::snapshot::Snapshot;
use swyx_teams::http::{Deadline, Https, Limits, Transport};
use swyx_teams::secret::Secret;

use crate::memory::Memory;

/// An emulator with the settings that lead to it.
pub struct Place {
    pub emulator: Emulator,
    text: String,
    pub transport: Arc<dyn Transport>,
}

/// A place in mode 2.
pub fn place(options: Options) -> Place {
    let emulator = Emulator::new(options).expect("an emulator");
    let facts = emulator.facts();
    let text = format!(
        "[control_center]\nMsTeamsStatusSyncMode = 2\nMsTeamsTenantId = \"{}\"\nMsTeamsClientId = \"{}\"\n\
         MsTeamsClientSecret = {{ env = \"X\" }}\n[entra]\nauthority = \"{}\"\ngraph = \"{}\"\n",
        facts.tenant_id,
        facts.client_id.as_deref().unwrap_or("0b9f6f3e-2f0d-4c54-9f3a-6d1c8e7b5a42"),
        facts.authority,
        facts.graph,
    );
    let transport = Arc::new(Memory(emulator.clone()));
    Place { emulator, text, transport }
}

impl Place {
    fn checked(&self) -> Checked {
        swyx_teams::check::check_bytes("a.toml", self.text.clone().into_bytes(), false)
    }

    pub fn settings(&self) -> swyx_teams::settings::Settings {
        self.checked().settings().expect("complete")
    }

    fn limits(seconds: u64) -> Limits {
        Limits::default().until(Deadline::after(Duration::from_secs(seconds)))
    }

    /// What the application sees within a minute.
    pub async fn application(&self) -> Snapshot {
        let secret =
            Secret::new(self.emulator.facts().client_secret.clone().unwrap_or_else(|| "none".to_owned()));
        let credential = Credential::Secret(self.settings().client_id, secret.clone());
        let client =
            Client::new(&self.settings().access, credential, Arc::clone(&self.transport), Self::limits(60));
        probe::read_application(&client, &secret, Depth::MadeUpUser).await
    }

    /// What an administrator with this token sees besides.
    pub async fn registration(&self, tenant: &mut Snapshot, token: Token) {
        let client = Client::new(
            &self.settings().access,
            Credential::Token(token),
            Arc::clone(&self.transport),
            Self::limits(60),
        );
        probe::read_registration(&client, &self.settings(), None, tenant).await;
    }

    /// The rules that find something in what was seen.
    pub fn rules(&self, tenant: &Snapshot) -> Vec<&'static str> {
        let checked = swyx_teams::check::check_with_tenant(self.checked(), tenant);
        checked.diagnostics().iter().map(|found| found.rule).collect()
    }
}

/// That the transport of production can stand in the same place.
const _: fn(Https) -> Arc<dyn Transport> = |https| Arc::new(https);
