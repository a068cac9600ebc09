//! The options of an emulated tenant.

use std::path::PathBuf;
use std::time::Duration;

use super::fault::Fault;

/// The options of an emulated tenant. The default is the scenario `ready` with 25 users and no faults.
#[derive(Clone)]
pub struct Options {
    /// The address without a trailing slash, `https://localhost:8443` by default. It appears in tokens, in discovery and in links to
    /// further pages. A server on a socket replaces it with the socket's address.
    pub base: String,
    /// The content of the tenant.
    pub scenario: Scenario,
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
    /// let emulator = Emulator::new(Options { state: Some(state.to_owned()), ..Options::default() })?;
    /// assert_eq!(emulator.facts().client_id.as_deref(), Some("7e1d2c3b-4a59-4687-9c0d-1e2f3a4b5c6d"));
    /// # Ok::<(), swyx_teams::emulator::OptionsError>(())
    /// ```
    pub state: Option<String>,
    /// The number of users, including the administrator; 0 to 1,000,000. By default 25, or with `state` the users named there.
    pub users: Option<u32>,
    /// The faults. If a name occurs twice, the later one counts.
    pub faults: Vec<Fault>,
    /// Answer 429 above the rates documented by Microsoft, <https://learn.microsoft.com/en-us/graph/throttling-limits>; false by default.
    pub enforce_limits: bool,
    /// The seed of object ids and of the timing of faults; any number, 0 by default.
    pub seed: u64,
    /// What the emulated user does with a device code.
    pub device_code: DeviceCode,
    /// How often a client gets `authorization_pending` before that; any number, 1 by default.
    pub device_polls: u32,
    /// The polling interval for a device code; 5 s by default, as usual with Entra ID. It is sent in whole seconds; a client that polls
    /// sooner still gets an answer.
    pub device_interval: Duration,
    /// The file for a JSON line per request: `method`, `path`, `status`, `ms`, `parts`, and `fault` if one took effect. An existing file
    /// is truncated first. None by default.
    pub log: Option<PathBuf>,
    /// The file for a JSON line per change in SwyxServer and in Teams and per effect of a client, with the members of
    /// [`super::JournalLine`]. An existing file is truncated first. None by default.
    pub journal: Option<PathBuf>,
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

/// The initial content of the tenant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scenario {
    /// The application is registered and has its two grants
    #[default]
    Ready,
    /// A tenant without the application
    Empty,
    /// The permissions are declared, but nobody consented
    NoConsent,
    /// The permissions are granted as delegated ones
    DelegatedOnly,
    /// Presences can be read but not set
    ReadOnly,
    /// The application has more permissions than it needs
    Excess,
    /// The client secret has expired
    ExpiredSecret,
    /// The client secret expires in 10 days
    ExpiringSecret,
    /// Sign-in is disabled for the application
    Disabled,
    /// Users whose mail addresses and sign-in names do not match
    UserMismatch,
}

impl Scenario {
    /// All scenarios, in the order of the help.
    pub const ALL: [Self; 10] = [
        Self::Ready,
        Self::Empty,
        Self::NoConsent,
        Self::DelegatedOnly,
        Self::ReadOnly,
        Self::Excess,
        Self::ExpiredSecret,
        Self::ExpiringSecret,
        Self::Disabled,
        Self::UserMismatch,
    ];

    /// The name used by options.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Empty => "empty",
            Self::NoConsent => "no-consent",
            Self::DelegatedOnly => "delegated-only",
            Self::ReadOnly => "read-only",
            Self::Excess => "excess",
            Self::ExpiredSecret => "expired-secret",
            Self::ExpiringSecret => "expiring-secret",
            Self::Disabled => "disabled",
            Self::UserMismatch => "user-mismatch",
        }
    }

    /// The content of the tenant, for the help.
    pub fn description(self) -> &'static str {
        match self {
            Self::Ready => "The application is registered and has its two grants",
            Self::Empty => "A tenant without the application",
            Self::NoConsent => "The permissions are declared, but nobody consented",
            Self::DelegatedOnly => "The permissions are granted as delegated ones",
            Self::ReadOnly => "Presences can be read but not set",
            Self::Excess => "The application has more permissions than it needs",
            Self::ExpiredSecret => "The client secret has expired",
            Self::ExpiringSecret => "The client secret expires in 10 days",
            Self::Disabled => "Sign-in is disabled for the application",
            Self::UserMismatch => "Users whose mail addresses and sign-in names do not match",
        }
    }
}

/// What the emulated user does with a device code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeviceCode {
    /// Enters it and consents
    #[default]
    Approve,
    /// Enters it and declines
    Decline,
    /// Lets it expire
    Expire,
}

impl DeviceCode {
    /// All choices, in the order of the help.
    pub const ALL: [Self; 3] = [Self::Approve, Self::Decline, Self::Expire];

    /// The name used by options.
    pub fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Decline => "decline",
            Self::Expire => "expire",
        }
    }

    /// What the emulated user does, for the help.
    pub fn description(self) -> &'static str {
        match self {
            Self::Approve => "Enters it and consents",
            Self::Decline => "Enters it and declines",
            Self::Expire => "Lets it expire",
        }
    }
}
