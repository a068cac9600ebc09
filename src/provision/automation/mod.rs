//! The automation application: another application that signs in with a certificate instead of an administrator. It is created only on
//! request, one for each settings file, with the least permission.
//!
//! Source: <https://learn.microsoft.com/graph/permissions-reference#applicationreadwriteownedby>,
//! <https://learn.microsoft.com/graph/api/application-post-owners>.

mod act;
mod key;
mod plan;
mod probe;
mod store;

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::entra::snapshot::objects::GraphPrincipal;
use crate::secret::SecretSource;
use crate::settings::ClientId;

pub use plan::{AutomationPlan, plan_automation};
pub use store::KeyStore;

/// What the automation application may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AutomationScope {
    /// Renew the secret of the application that it owns.
    Rotate,
    /// Read registrations and grants.
    Audit,
}

impl AutomationScope {
    /// The application permissions for it.
    pub fn permissions(self) -> &'static [&'static str] {
        match self {
            Self::Rotate => &["Application.ReadWrite.OwnedBy"],
            Self::Audit => &["Application.Read.All", "Directory.Read.All"],
        }
    }
}

/// The wanted automation application.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WantedAutomation {
    /// What it may do.
    pub scopes: Vec<AutomationScope>,
    /// Where its key is, or will be, stored: a file or an entry of the secret store.
    pub key: SecretSource,
    /// Its client id, if the settings name one.
    pub client_id: Option<ClientId>,
    /// Its key, if it can be used.
    pub stored: Option<StoredKey>,
    /// The days that a new certificate is valid, at most 365.
    pub days: u16,
}

impl WantedAutomation {
    /// An automation application without a key.
    pub fn new(
        scopes: Vec<AutomationScope>,
        key: SecretSource,
        client_id: Option<ClientId>,
        days: u16,
    ) -> Self {
        Self { scopes, key, client_id, stored: None, days: days.min(MAX_DAYS) }
    }
}

/// The most days that a certificate of this program is valid.
const MAX_DAYS: u16 = 365;

/// The certificate of a stored key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredKey {
    /// The certificate as DER.
    pub certificate: Vec<u8>,
    /// When it ends.
    pub ends: Timestamp,
}

impl StoredKey {
    /// The certificate of a key that can be used.
    pub fn of(key: &crate::entra::sign_in::SigningKey) -> Self {
        Self { certificate: key.certificate().to_vec(), ends: key.ends() }
    }
}

/// What the tenant has.
#[derive(Clone, Debug)]
pub struct AutomationState {
    /// The application of SwyxWare: its object id.
    target: Uuid,
    /// The client id of the application of SwyxWare.
    target_id: ClientId,
    /// The automation application.
    application: Option<Registered>,
    /// Its service principal.
    principal: Option<Uuid>,
    /// The ids of the granted application permissions of Graph.
    granted: Vec<Uuid>,
    /// Whether it owns the application of SwyxWare.
    is_owner: bool,
    /// Graph's own service principal.
    graph: GraphPrincipal,
    /// When it was read.
    seen_at: Timestamp,
}

impl AutomationState {
    /// The name and the client id of the automation application, if it exists.
    pub fn application(&self) -> Option<(&str, ClientId)> {
        self.application.as_ref().map(|one| (one.name.as_str(), one.client_id))
    }

    /// Whether this program created the automation application.
    pub fn is_ours(&self) -> bool {
        self.application.as_ref().is_some_and(|one| one.unique_name == Some(unique_name(self.target_id)))
    }
}

/// The registration of the automation application.
#[derive(Clone, Debug)]
struct Registered {
    id: Uuid,
    client_id: ClientId,
    name: String,
    unique_name: Option<String>,
    /// Its certificates, as Graph returns them: they must come back unchanged.
    keys: Vec<Value>,
}

/// The unique name of the automation application for an application.
fn unique_name(target: ClientId) -> String {
    format!("swyx-teams-automation-{target}")
}
