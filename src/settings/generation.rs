//! The two generations of the feature: where Control Center has the settings, and so which keys a file has.
//!
//! Rules and commands use [`Draft::registration`] instead of one of the two tables.
//!
//! ```
//! use swyx_teams::settings::{Generation, keys};
//!
//! let text = "[swyx]\nversion = \"14.25\"\n[federated_services]\nlogin = \"certificate\"\n";
//! let checked = swyx_teams::check::check_bytes("a.toml", text.into(), false);
//! let draft = checked.draft().expect("valid TOML");
//! assert_eq!(draft.generation(), Generation::FederatedServices);
//! assert_eq!(draft.registration().keys.client_id(), keys::FEDERATED_CLIENT_ID);
//! ```

use super::draft::{ControlCenter, Draft, FederatedServices, IdText};
use super::keys;
use super::values::{Login, Mode, Presence, SwyxVersion};
use crate::diagnostic::Key;
use crate::secret::SecretSource;

/// Where Control Center has the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Generation {
    /// Before 14.20: the expert settings, `[control_center]`. The application is for presence only.
    ExpertSettings,
    /// From 14.20 on: Federated Services, `[federated_services]`. The application also serves login, contacts
    /// and calendar.
    FederatedServices,
}

impl Generation {
    /// Both generations.
    pub const ALL: [Self; 2] = [Self::ExpertSettings, Self::FederatedServices];

    /// The generation of a version of SwyxWare.
    pub fn of(version: SwyxVersion) -> Self {
        if version >= SwyxVersion::FEDERATED_SERVICES {
            Self::FederatedServices
        } else {
            Self::ExpertSettings
        }
    }

    /// The generation whose table contains `key`, if it is in one of the two tables.
    pub fn containing(key: &Key) -> Option<Self> {
        let tables = [key.clone(), key.parent()];
        Self::ALL.into_iter().find(|generation| tables.contains(&generation.table()))
    }

    /// The key of its table.
    pub fn table(self) -> Key {
        self.select(keys::CONTROL_CENTER, keys::FEDERATED_SERVICES)
    }

    /// The key of the direction of the synchronisation.
    pub fn mode(self) -> Key {
        self.select(keys::MODE, keys::PRESENCE)
    }

    /// The key of the directory (tenant) id.
    pub fn tenant_id(self) -> Key {
        self.select(keys::TENANT_ID, keys::FEDERATED_TENANT_ID)
    }

    /// The key of the application (client) id.
    pub fn client_id(self) -> Key {
        self.select(keys::CLIENT_ID, keys::FEDERATED_CLIENT_ID)
    }

    /// The key of the client secret.
    pub fn client_secret(self) -> Key {
        self.select(keys::CLIENT_SECRET, keys::FEDERATED_CLIENT_SECRET)
    }

    /// The direction in the words of the file: `mode 2`, or `presence "both"`.
    pub fn describe_mode(self, mode: Mode) -> String {
        match self {
            Self::ExpertSettings => format!("mode {}", mode.number()),
            Self::FederatedServices => format!("presence \"{}\"", Presence::of(mode).word()),
        }
    }

    /// The keys with the same meaning in both tables: here and in the other generation.
    pub fn counterparts(self) -> [(Key, Key); 4] {
        let other = self.select(Self::FederatedServices, Self::ExpertSettings);
        let keys = [Self::mode, Self::tenant_id, Self::client_id, Self::client_secret];
        keys.map(|key| (key(self), key(other)))
    }

    fn select<T>(self, expert: T, federated: T) -> T {
        match self {
            Self::ExpertSettings => expert,
            Self::FederatedServices => federated,
        }
    }
}

/// What both tables say about the application, with the keys of the table.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Registration<'a> {
    /// The generation whose keys the file uses. At 14.20 and later, it can still be the older one.
    pub keys: Generation,
    /// The directory (tenant) id.
    pub tenant_id: Option<&'a IdText>,
    /// The application (client) id.
    pub client_id: Option<&'a IdText>,
    /// Where the client secret is stored.
    pub client_secret: Option<&'a SecretSource>,
    /// Whether the file has a client secret, readable or not.
    pub names_a_secret: bool,
    /// How SwyxServer signs in. Before 14.20, there are only client secrets.
    pub login: Option<Login>,
    /// The direction of the synchronisation.
    pub mode: Option<Mode>,
}

impl<'a> Registration<'a> {
    fn of_expert_settings(fields: &'a ControlCenter) -> Self {
        Self {
            keys: Generation::ExpertSettings,
            tenant_id: fields.tenant_id.as_ref(),
            client_id: fields.client_id.as_ref(),
            client_secret: fields.client_secret.as_ref(),
            names_a_secret: fields.names_a_secret,
            login: Some(Login::Secret),
            mode: fields.mode,
        }
    }

    fn of_federated_services(fields: &'a FederatedServices) -> Self {
        Self {
            keys: Generation::FederatedServices,
            tenant_id: fields.tenant_id.as_ref(),
            client_id: fields.client_id.as_ref(),
            client_secret: fields.client_secret.as_ref(),
            names_a_secret: fields.names_a_secret,
            login: fields.login,
            mode: Some(fields.presence.unwrap_or(Presence::Both).mode()),
        }
    }

    fn empty(keys: Generation) -> Self {
        Self {
            keys,
            tenant_id: None,
            client_id: None,
            client_secret: None,
            names_a_secret: false,
            login: (keys == Generation::ExpertSettings).then_some(Login::Secret),
            mode: None,
        }
    }

    /// Whether SwyxServer signs in with a certificate.
    pub fn uses_certificate(&self) -> bool {
        self.login == Some(Login::Certificate)
    }
}

impl Draft {
    /// The generation of the version of SwyxWare. Without a version, it is the one whose table the file has,
    /// and the expert settings if it has none or both.
    pub fn generation(&self) -> Generation {
        match (self.swyx.version, &self.control_center, &self.federated_services) {
            (Some(version), _, _) => Generation::of(version),
            (None, None, Some(_)) => Generation::FederatedServices,
            (None, _, _) => Generation::ExpertSettings,
        }
    }

    /// The registration in the file. If it has both tables, the version decides; with none, it is empty.
    pub fn registration(&self) -> Registration<'_> {
        let generation = self.generation();
        let own = self.registrations().find(|registration| registration.keys == generation);
        own.or_else(|| self.registrations().next()).unwrap_or_else(|| Registration::empty(generation))
    }

    /// The registrations of both tables, if the file has them.
    pub(crate) fn registrations(&self) -> impl Iterator<Item = Registration<'_>> {
        let expert = self.control_center.as_ref().map(Registration::of_expert_settings);
        let federated = self.federated_services.as_ref().map(Registration::of_federated_services);
        expert.into_iter().chain(federated)
    }
}
