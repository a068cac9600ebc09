//! What an emulated tenant is made with.

use std::path::PathBuf;
use std::time::Duration;

use super::fault::Fault;

/// How an emulated tenant is made. The default is the scenario `ready` with 25 users and no faults.
#[derive(Clone)]
pub struct Options {
    /// The address at which it is called, without a slash at its end, `https://localhost:8443` by default: it stands in tokens, in discovery and in links to further
    /// pages. What serves on a socket puts the socket's own in its place.
    pub base: String,
    /// What the tenant holds.
    pub scenario: Scenario,
    /// The tenant as JSON, in place of a scenario, none by default; [`super::StateError`] lists what may stand in it.
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
    /// How many users there are, the administrator among them; 0 to 1,000,000. By default 25, with `state` those named there.
    pub users: Option<u32>,
    /// What goes wrong. Of two with one name the later counts.
    pub faults: Vec<Fault>,
    /// Answer 429 above the rates that Microsoft documents, <https://learn.microsoft.com/en-us/graph/throttling-limits>; false by default.
    pub enforce_limits: bool,
    /// Decides ids of objects and when faults strike; any number, 0 by default.
    pub seed: u64,
    /// What the emulated user does with a device code.
    pub device_code: DeviceCode,
    /// How often a client hears `authorization_pending` before that; any number, 1 by default.
    pub device_polls: u32,
    /// The pause that a client is asked to make between two questions for a device code; 5 s by default, as common with Entra ID. It is
    /// told in whole seconds, and who asks sooner is answered all the same.
    pub device_interval: Duration,
    /// Where to write a JSON line per request: `method`, `path`, `status`, `ms`, `parts`, and `fault` where one struck. A file that is there
    /// is emptied first. By default nothing is written.
    pub log: Option<PathBuf>,
    /// Where to write a JSON line per change at SwyxServer and in Teams and per effect of a client: the members of [`super::JournalLine`].
    /// A file that is there is emptied first. By default nothing is written.
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

/// What the tenant holds at the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scenario {
    /// The application is registered and has its two grants
    #[default]
    Ready,
    /// A tenant without the application
    Empty,
    /// The permissions are declared, and nobody consented
    NoConsent,
    /// The permissions are granted as delegated ones
    DelegatedOnly,
    /// Presences can be read and not set
    ReadOnly,
    /// The application has more permissions than it needs
    Excess,
    /// The client secret has ended
    ExpiredSecret,
    /// The client secret ends in 10 days
    ExpiringSecret,
    /// Sign-in is switched off for the application
    Disabled,
    /// Users whose mail addresses and sign-in names do not match
    UserMismatch,
}

impl Scenario {
    /// All of them, in the order in which help lists them.
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

    /// The name, as options take it.
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

    /// What the tenant holds, as help says it.
    pub fn description(self) -> &'static str {
        match self {
            Self::Ready => "The application is registered and has its two grants",
            Self::Empty => "A tenant without the application",
            Self::NoConsent => "The permissions are declared, and nobody consented",
            Self::DelegatedOnly => "The permissions are granted as delegated ones",
            Self::ReadOnly => "Presences can be read and not set",
            Self::Excess => "The application has more permissions than it needs",
            Self::ExpiredSecret => "The client secret has ended",
            Self::ExpiringSecret => "The client secret ends in 10 days",
            Self::Disabled => "Sign-in is switched off for the application",
            Self::UserMismatch => "Users whose mail addresses and sign-in names do not match",
        }
    }
}

/// What the emulated user does with a device code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeviceCode {
    /// Enters it and agrees
    #[default]
    Approve,
    /// Enters it and refuses
    Decline,
    /// Lets it end
    Expire,
}

impl DeviceCode {
    /// All of them, in the order in which help lists them.
    pub const ALL: [Self; 3] = [Self::Approve, Self::Decline, Self::Expire];

    /// The name, as options take it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Decline => "decline",
            Self::Expire => "expire",
        }
    }

    /// What the emulated user does, as help says it.
    pub fn description(self) -> &'static str {
        match self {
            Self::Approve => "Enters it and agrees",
            Self::Decline => "Enters it and refuses",
            Self::Expire => "Lets it end",
        }
    }
}
