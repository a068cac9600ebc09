//! The options of an emulated tenant.

use std::path::PathBuf;
use std::time::Duration;

use super::fault::Fault;

/// The options of an emulated tenant. The default is the scenario `ready` with 25 users and no faults.
///
/// ```
/// # use swyx_teams::emulator::{Emulator, Options, Scenario};
/// let emulator = Emulator::new(Options::default().scenario(Scenario::Empty).users(3))?;
/// assert_eq!(emulator.facts().client_id, None);
/// # Ok::<(), swyx_teams::emulator::OptionsError>(())
/// ```
#[derive(Clone)]
pub struct Options {
    pub(crate) base: String,
    pub(crate) scenario: Scenario,
    pub(crate) state: Option<String>,
    pub(crate) users: Option<u32>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) enforce_limits: bool,
    pub(crate) seed: u64,
    pub(crate) device_code: DeviceCode,
    pub(crate) device_polls: u32,
    pub(crate) device_interval: Duration,
    pub(crate) log: Option<PathBuf>,
    pub(crate) journal: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            base: "https://localhost:8443".to_owned(),
            scenario: Scenario::default(),
            state: None,
            users: None,
            faults: Vec::new(),
            enforce_limits: false,
            seed: 0,
            device_code: DeviceCode::default(),
            device_polls: 1,
            device_interval: Duration::from_secs(5),
            log: None,
            journal: None,
        }
    }
}

impl Options {
    /// The address without a trailing slash, `https://localhost:8443` by default. It appears in tokens, in discovery and in links to
    /// further pages. A server on a socket replaces it with the socket's address.
    #[must_use]
    pub fn base(self, base: impl Into<String>) -> Self {
        Self { base: base.into(), ..self }
    }

    /// The content of the tenant.
    #[must_use]
    pub fn scenario(self, scenario: Scenario) -> Self {
        Self { scenario, ..self }
    }

    /// The tenant as JSON, instead of a scenario; none by default. [`super::StateError`] lists its members.
    ///
    /// ```
    /// # use swyx_teams::emulator::{Emulator, Options};
    /// let state = r#"{
    ///     "tenant": {"domain": "fabrikam.example", "name": "Fabrikam"},
    ///     "applications": [{
    ///         "appId": "7e1d2c3b-4a59-4687-9c0d-1e2f3a4b5c6d", "displayName": "Presence of Fabrikam",
    ///         "secrets": [{"displayName": "old", "endsInDays": -3}, {"displayName": "new"}],
    ///         "declared": {"application": ["Presence.ReadWrite.All", "User.ReadBasic.All"]},
    ///         "granted": {"application": ["Presence.ReadWrite.All"]}
    ///     }],
    ///     "users": [{"userPrincipalName": "eva@fabrikam.example", "mail": "eva@fabrikam.example", "presence": "Busy/InAMeeting"}],
    ///     "policies": {"maxSecretDays": 180}
    /// }"#;
    /// let emulator = Emulator::new(Options::default().state(state))?;
    /// assert_eq!(emulator.facts().client_id.as_deref(), Some("7e1d2c3b-4a59-4687-9c0d-1e2f3a4b5c6d"));
    /// # Ok::<(), swyx_teams::emulator::OptionsError>(())
    /// ```
    #[must_use]
    pub fn state(self, state: impl Into<String>) -> Self {
        Self { state: Some(state.into()), ..self }
    }

    /// The number of users, including the administrator; 0 to 1,000,000. By default 25, or with `state` the users named there.
    #[must_use]
    pub fn users(self, users: u32) -> Self {
        Self { users: Some(users), ..self }
    }

    /// The faults. If a name occurs twice, the later one counts.
    #[must_use]
    pub fn faults(self, faults: impl IntoIterator<Item = Fault>) -> Self {
        Self { faults: faults.into_iter().collect(), ..self }
    }

    /// Answer 429 above the rates documented by Microsoft, <https://learn.microsoft.com/en-us/graph/throttling-limits>; false by default.
    #[must_use]
    pub fn enforce_limits(self, enforce_limits: bool) -> Self {
        Self { enforce_limits, ..self }
    }

    /// The seed of object ids and of the timing of faults; any number, 0 by default.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// What the emulated user does with a device code.
    #[must_use]
    pub fn device_code(self, device_code: DeviceCode) -> Self {
        Self { device_code, ..self }
    }

    /// How often a client gets `authorization_pending` before that; any number, 1 by default.
    #[must_use]
    pub fn device_polls(self, device_polls: u32) -> Self {
        Self { device_polls, ..self }
    }

    /// The polling interval for a device code; 5 s by default, as usual with Entra ID. It is sent in whole seconds; a client that polls
    /// sooner still gets an answer.
    #[must_use]
    pub fn device_interval(self, device_interval: Duration) -> Self {
        Self { device_interval, ..self }
    }

    /// The file for a JSON line per request: `method`, `path`, `status`, `ms`, `parts`, and `fault` if one took effect. An existing file
    /// is truncated first. None by default.
    #[must_use]
    pub fn log(self, log: impl Into<PathBuf>) -> Self {
        Self { log: Some(log.into()), ..self }
    }

    /// The file for a JSON line per change in SwyxServer and in Teams and per effect of a client, with the members of
    /// [`super::JournalLine`]. An existing file is truncated first. None by default.
    #[must_use]
    pub fn journal(self, journal: impl Into<PathBuf>) -> Self {
        Self { journal: Some(journal.into()), ..self }
    }
}

/// Defines the values of an option, each with its name and its help, which is also its documentation. The first value is the default.
macro_rules! choices {
    ($(#[$meta:meta])* $choice:ident: $default:ident $name:literal $help:literal, $($other:ident $other_name:literal $other_help:literal,)*) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $choice {
            #[doc = $help]
            #[default]
            $default,
            $(#[doc = $other_help] $other,)*
        }

        impl $choice {
            /// All values, in the order of the help.
            pub const ALL: &[Self] = &[Self::$default, $(Self::$other),*];

            /// The name used by options.
            pub fn name(self) -> &'static str {
                match self {
                    Self::$default => $name,
                    $(Self::$other => $other_name,)*
                }
            }

            /// The description, for the help.
            pub fn description(self) -> &'static str {
                match self {
                    Self::$default => $help,
                    $(Self::$other => $other_help,)*
                }
            }
        }
    };
}

choices! {
    /// The initial content of the tenant.
    Scenario:
    Ready "ready" "The application is registered and has its two grants",
    Empty "empty" "A tenant without the application",
    NoConsent "no-consent" "The permissions are declared, but nobody consented",
    DelegatedOnly "delegated-only" "The permissions are granted as delegated ones",
    ReadOnly "read-only" "Presences can be read but not set",
    Excess "excess" "The application has more permissions than it needs",
    ExpiredSecret "expired-secret" "The client secret has expired",
    ExpiringSecret "expiring-secret" "The client secret expires in 10 days",
    Disabled "disabled" "Sign-in is disabled for the application",
    Deactivated "deactivated" "The application registration is deactivated",
    DisabledByMicrosoft "disabled-by-microsoft" "Microsoft has disabled the application",
    Deleted "deleted" "The application is deleted, and can be restored",
    NoServicePrincipal "no-service-principal" "The application has no service principal",
    GraphDisabled "graph-disabled" "Microsoft Graph is disabled in the tenant",
    AssignmentRequired "assignment-required" "The application requires assignments, which its own sign-in does not need",
    SecretsForbidden "secrets-forbidden" "A policy forbids new client secrets",
    UserMismatch "user-mismatch" "Users whose mail addresses and sign-in names do not match",
}

choices! {
    /// What the emulated user does with a device code.
    DeviceCode:
    Approve "approve" "Enters it and consents",
    Decline "decline" "Enters it and declines",
    Expire "expire" "Lets it expire",
}
