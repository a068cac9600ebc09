//! What an emulated tenant is made with.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

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

/// Something that goes wrong. `P` is a probability from 0 to 1, 0.2 where it is left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// `throttle[=P]`: a request to Graph, or a part of a batch by itself, gets 429 with a fractional `Retry-After`.
    Throttle(f64),
    /// `unavailable[=P]`: a request gets 503, a part of a batch by itself too.
    Unavailable(f64),
    /// `html-body[=P]`: a request gets 502 with a page of HTML, as from a proxy.
    HtmlBody(f64),
    /// `slow[=MS]`: each answer comes that many milliseconds later; 100 by default, at most 600,000.
    Slow(Duration),
    /// `drop-request[=P]`: the connection closes without an answer, and the request takes no effect.
    DropRequest(f64),
    /// `drop-reply[=P]`: the request takes effect, and the connection closes without an answer.
    DropReply(f64),
    /// `expired-token[=P]`: Graph answers 401 as if the token had ended.
    ExpiredToken(f64),
    /// `replication-lag[=SECONDS]`: what was made is not seen, and a secret that was removed still is, for half that time, then at every
    /// second look; 10 by default, at most 3600. All other changes are seen at once.
    ReplicationLag(Duration),
    /// `lose-event[=P]`: an event of the gateway is never told.
    LoseEvent(f64),
    /// `repeat-event[=P]`: an event of the gateway is told twice.
    RepeatEvent(f64),
    /// `reorder-event[=P]`: an event of the gateway comes after the one that follows it, or with the next sign of life.
    ReorderEvent(f64),
    /// `cut-events[=P]`: after an event of the gateway the stream breaks off.
    CutEvents(f64),
    /// `slow-gateway[=MS]`: answers and events of the gateway come that many milliseconds later; 100 by default, at most 600,000.
    SlowGateway(Duration),
    /// `presence-lag[=SECONDS]`: who reads a presence sees what was true that long ago; 5 by default, at most 3600.
    PresenceLag(Duration),
    /// `clock-skew[=SECONDS]`: the emulator's clock is that far ahead, behind if negative; 3600 by default, at most a year either way.
    ClockSkew(i64),
}

/// Why a fault was not understood.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// No fault has that name.
    #[error(
        "there is no such fault; there are throttle, unavailable, html-body, slow, drop-request, drop-reply, expired-token, replication-lag, clock-skew, lose-event, repeat-event, reorder-event, cut-events, slow-gateway and presence-lag"
    )]
    Name,
    /// Not a probability.
    #[error("after `=` stands a probability from 0 to 1")]
    Probability,
    /// Not a number in range.
    #[error("after `=` stands a whole number of {0}")]
    Number(&'static str),
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        let number = |default: i64, least: i64, most: i64, unit| match value {
            None => Ok(default),
            Some(value) => value
                .parse::<i64>()
                .ok()
                .filter(|number| (least..=most).contains(number))
                .ok_or(FaultError::Number(unit)),
        };
        let milliseconds = || {
            let ms = number(100, 0, 600_000, "milliseconds from 0 to 600000")?;
            Ok(Duration::from_millis(ms.unsigned_abs()))
        };
        let seconds = |default| {
            let seconds = number(default, 0, 3600, "seconds from 0 to 3600")?;
            Ok(Duration::from_secs(seconds.unsigned_abs()))
        };
        let probability = || match value {
            None => Ok(0.2),
            Some(value) => {
                value.parse::<f64>().ok().filter(|p| (0.0..=1.0).contains(p)).ok_or(FaultError::Probability)
            }
        };
        Ok(match name {
            "throttle" => Self::Throttle(probability()?),
            "unavailable" => Self::Unavailable(probability()?),
            "html-body" => Self::HtmlBody(probability()?),
            "drop-request" => Self::DropRequest(probability()?),
            "drop-reply" => Self::DropReply(probability()?),
            "expired-token" => Self::ExpiredToken(probability()?),
            "lose-event" => Self::LoseEvent(probability()?),
            "repeat-event" => Self::RepeatEvent(probability()?),
            "reorder-event" => Self::ReorderEvent(probability()?),
            "cut-events" => Self::CutEvents(probability()?),
            "slow" => Self::Slow(milliseconds()?),
            "slow-gateway" => Self::SlowGateway(milliseconds()?),
            "replication-lag" => Self::ReplicationLag(seconds(10)?),
            "presence-lag" => Self::PresenceLag(seconds(5)?),
            "clock-skew" => {
                const YEAR: i64 = 366 * 24 * 3600;
                Self::ClockSkew(number(3600, -YEAR, YEAR, "seconds, at most a year either way")?)
            }
            _ => return Err(FaultError::Name),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_with_their_numbers() {
        for (text, fault) in [
            ("throttle", Ok(Fault::Throttle(0.2))),
            ("throttle=1", Ok(Fault::Throttle(1.0))),
            ("slow", Ok(Fault::Slow(Duration::from_millis(100)))),
            ("slow=0", Ok(Fault::Slow(Duration::ZERO))),
            ("drop-request=0", Ok(Fault::DropRequest(0.0))),
            ("clock-skew=-3600", Ok(Fault::ClockSkew(-3600))),
            ("replication-lag=4", Ok(Fault::ReplicationLag(Duration::from_secs(4)))),
            ("throttle=1.5", Err(FaultError::Probability)),
            ("throttle=NaN", Err(FaultError::Probability)),
            ("unavailable=", Err(FaultError::Probability)),
            ("slow=-1", Err(FaultError::Number("milliseconds from 0 to 600000"))),
            ("cut-events", Ok(Fault::CutEvents(0.2))),
            ("slow-gateway=7", Ok(Fault::SlowGateway(Duration::from_millis(7)))),
            ("presence-lag", Ok(Fault::PresenceLag(Duration::from_secs(5)))),
            ("Throttle", Err(FaultError::Name)),
            ("", Err(FaultError::Name)),
        ] {
            assert_eq!(text.parse::<Fault>(), fault, "{text}");
        }
    }
}
