//! Value types: each is parsed once by its own function, and is valid afterwards.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::schema::keywords::ENUM_TITLES;
use super::suggest::nearest;
use crate::text::InvalidFormat;

/// `control_center.MsTeamsStatusSyncMode`: the direction of the synchronisation.
///
/// Source: <https://help.enreach.com/controlcenter/14.10/web/Swyx/en-US/help/chap_serverconfiguration.06.34.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Mode {
    /// 0: not documented by the vendor; probably "off".
    Undocumented,
    /// 1: Teams to Swyx only.
    FromTeams,
    /// 2: also "Speaking" in Swyx to "In a call" in Teams.
    BothWays,
    /// No synchronisation: `federated_services.presence = "off"`. Below 14.20, no documented number means this.
    Off,
}

impl Mode {
    /// The number in Control Center's expert settings; 0 if there is no other.
    pub fn number(self) -> u8 {
        match self {
            Self::Undocumented | Self::Off => 0,
            Self::FromTeams => 1,
            Self::BothWays => 2,
        }
    }

    /// Returns the mode with this number.
    pub fn from_number(number: i64) -> Option<Self> {
        [Self::Undocumented, Self::FromTeams, Self::BothWays]
            .into_iter()
            .find(|mode| i64::from(mode.number()) == number)
    }
}

impl JsonSchema for Mode {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Mode".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "integer",
            "enum": [1, 2, 0],
            ENUM_TITLES: [
                "Teams to Swyx only",
                "Both ways: \"Speaking\" in Swyx also appears as \"In a call\" in Teams",
                "0: not documented by the vendor, probably off",
            ],
        })
    }
}

/// A version of SwyxWare, for example `14.10`. It has no other parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SwyxVersion {
    /// 14 of `14.10`.
    pub major: u16,
    /// 10 of `14.10`.
    pub minor: u16,
}

impl SwyxVersion {
    /// The first version that has these settings under Federated Services.
    pub const FEDERATED_SERVICES: Self = Self { major: 14, minor: 20 };
    /// The pattern of the text, for readers and schemas: one or two numbers of up to three digits.
    const PATTERN: &str = "^[0-9]{1,3}\\.[0-9]{1,3}$";
    /// The pattern of the versions from [`Self::FEDERATED_SERVICES`] on, for schemas.
    pub(super) const FEDERATED_PATTERN: &str =
        "^(0?14\\.(0?[2-9][0-9]|[1-9][0-9]{2})|(0?1[5-9]|0?[2-9][0-9]|[1-9][0-9]{2})\\.[0-9]{1,3})$";
}

impl FromStr for SwyxVersion {
    type Err = InvalidFormat;

    fn from_str(text: &str) -> Result<Self, InvalidFormat> {
        let number = |part: &str| {
            let sound = (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            if sound { part.parse().ok() } else { None }
        };
        let version = text.split_once('.').and_then(|(major, minor)| Some((number(major)?, number(minor)?)));
        let (major, minor) =
            version.ok_or(InvalidFormat("a version has two numbers, for example \"14.10\""))?;
        Ok(Self { major, minor })
    }
}

impl fmt::Display for SwyxVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.major, self.minor)
    }
}

impl JsonSchema for SwyxVersion {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SwyxVersion".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": Self::PATTERN})
    }
}

/// The Microsoft cloud of the tenant.
///
/// Source: <https://learn.microsoft.com/graph/deployments>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cloud {
    /// The worldwide cloud, GCC included.
    #[default]
    Global,
    /// US Government L4 (GCC High).
    UsGovL4,
    /// US Government L5 (DoD).
    UsGovL5,
    /// China, operated by 21Vianet; it has no presence API.
    China,
}

/// A status of SwyxWare, or none, as a target in `[sync.status]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SwyxStatus {
    /// "Available", from 14.20 on "Reachable".
    Available,
    /// "Away".
    Away,
    /// "Do not disturb".
    DoNotDisturb,
    /// "Speaking".
    Speaking,
    /// The Swyx status does not change.
    None,
}

/// `federated_services.login`: how SwyxServer signs in as the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Login {
    /// With a client secret.
    Secret,
    /// With a certificate. Its key never leaves SwyxServer.
    Certificate,
}

/// `federated_services.presence`: the direction of the synchronisation. The words are this project's: Control
/// Center's label of the direction is not public.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Presence {
    /// No synchronisation.
    Off,
    /// Teams to Swyx only.
    FromTeams,
    /// Also "Speaking" in Swyx to "In a call" in Teams.
    Both,
}

/// `federated_services.on_identity_removed`: what Control Center does with a user whose Entra ID identity is
/// removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdentityRemoved {
    /// Nothing.
    None,
    /// Removes the Swyx user, unless it is an administrator.
    RemoveUnlessAdmin,
    /// Removes the Swyx user.
    Remove,
}

impl Presence {
    /// The direction as a mode.
    pub fn mode(self) -> Mode {
        match self {
            Self::Off => Mode::Off,
            Self::FromTeams => Mode::FromTeams,
            Self::Both => Mode::BothWays,
        }
    }

    /// The presence of a mode.
    pub fn of(mode: Mode) -> Self {
        match mode {
            Mode::BothWays => Self::Both,
            Mode::FromTeams => Self::FromTeams,
            Mode::Off | Mode::Undocumented => Self::Off,
        }
    }

    /// The word in the file.
    pub fn word(self) -> &'static str {
        Self::CHOICES.iter().find(|(_, _, one)| *one == self).map_or("", |(word, _, _)| word)
    }
}

/// A type with a few named values.
pub trait Choice: Copy + 'static {
    /// For each value: the text in the file, the title in forms, and the value.
    const CHOICES: &'static [(&'static str, &'static str, Self)];
}

impl Choice for Cloud {
    const CHOICES: &'static [(&'static str, &'static str, Self)] = &[
        ("global", "Global (also GCC)", Self::Global),
        ("us_gov_l4", "US Government L4 (GCC High)", Self::UsGovL4),
        ("us_gov_l5", "US Government L5 (DoD)", Self::UsGovL5),
        ("china", "China (21Vianet), no presence API", Self::China),
    ];
}

impl Choice for SwyxStatus {
    const CHOICES: &'static [(&'static str, &'static str, Self)] = &[
        ("Available", "Available (Reachable)", Self::Available),
        ("Away", "Away", Self::Away),
        ("DoNotDisturb", "Do not disturb", Self::DoNotDisturb),
        ("Speaking", "Speaking", Self::Speaking),
        ("none", "Do not change the Swyx status", Self::None),
    ];
}

impl Choice for Login {
    const CHOICES: &'static [(&'static str, &'static str, Self)] =
        &[("secret", "Client Secret", Self::Secret), ("certificate", "Certificate", Self::Certificate)];
}

impl Choice for Presence {
    const CHOICES: &'static [(&'static str, &'static str, Self)] = &[
        ("off", "Off", Self::Off),
        ("from_teams", "Teams to Swyx only", Self::FromTeams),
        ("both", "Both ways: \"Speaking\" in Swyx also appears as \"In a call\" in Teams", Self::Both),
    ];
}

impl Choice for IdentityRemoved {
    const CHOICES: &'static [(&'static str, &'static str, Self)] = &[
        ("none", "None", Self::None),
        ("remove_unless_admin", "Remove Swyx user if not an admin", Self::RemoveUnlessAdmin),
        ("remove", "Remove Swyx user", Self::Remove),
    ];
}

fn choice_schema<T: Choice>() -> Schema {
    let (names, titles): (Vec<_>, Vec<_>) = T::CHOICES.iter().map(|(name, title, _)| (*name, *title)).unzip();
    json_schema!({"type": "string", "enum": names, ENUM_TITLES: titles})
}

impl JsonSchema for Cloud {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Cloud".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        choice_schema::<Self>()
    }
}

impl JsonSchema for SwyxStatus {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SwyxStatus".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        choice_schema::<Self>()
    }
}

impl JsonSchema for Login {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Login".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        choice_schema::<Self>()
    }
}

impl JsonSchema for Presence {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Presence".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        choice_schema::<Self>()
    }
}

impl JsonSchema for IdentityRemoved {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "IdentityRemoved".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        choice_schema::<Self>()
    }
}

/// A pair of Graph's availability and activity, for example `Busy/InACall`. Comparisons ignore case, because
/// Graph's pages contradict each other about it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PresencePair {
    /// Graph's `availability`.
    pub availability: String,
    /// Graph's `activity`.
    pub activity: String,
}

/// Graph's documented availabilities. Source: <https://learn.microsoft.com/graph/api/resources/presence>.
pub(super) const AVAILABILITIES: [&str; 9] = [
    "Available",
    "AvailableIdle",
    "Away",
    "BeRightBack",
    "Busy",
    "BusyIdle",
    "DoNotDisturb",
    "Offline",
    "PresenceUnknown",
];

/// Graph's documented activities, and `Focusing`, which Teams shows although Microsoft's state table lacks
/// it. Source: as above.
pub(super) const ACTIVITIES: [&str; 17] = [
    "Available",
    "AvailableInactive",
    "Away",
    "BeRightBack",
    "Busy",
    "DoNotDisturb",
    "Focusing",
    "InACall",
    "InAConferenceCall",
    "Inactive",
    "InAMeeting",
    "Offline",
    "OffWork",
    "OutOfOffice",
    "PresenceUnknown",
    "Presenting",
    "UrgentInterruptionsOnly",
];

impl PresencePair {
    /// The pattern of the text.
    pub(crate) const PATTERN: &str = "^[A-Za-z]+/[A-Za-z]+$";

    /// Returns the documented pair that was probably meant.
    pub(crate) fn nearest_documented(&self) -> Option<Self> {
        let availability = nearest(&self.availability, AVAILABILITIES)?.to_owned();
        Some(Self { availability, activity: nearest(&self.activity, ACTIVITIES)?.to_owned() })
    }

    /// Whether both words are among those that Graph documents.
    pub(crate) fn is_documented(&self) -> bool {
        let among = |words: &[&str], word: &str| words.iter().any(|known| known.eq_ignore_ascii_case(word));
        among(&AVAILABILITIES, &self.availability) && among(&ACTIVITIES, &self.activity)
    }
}

impl FromStr for PresencePair {
    type Err = InvalidFormat;

    fn from_str(text: &str) -> Result<Self, InvalidFormat> {
        let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphabetic());
        match text.split_once('/') {
            Some((availability, activity)) if word(availability) && word(activity) => {
                Ok(Self { availability: availability.to_owned(), activity: activity.to_owned() })
            }
            _ => Err(InvalidFormat(
                "a presence has the form availability/activity, for example \"Busy/InAMeeting\"",
            )),
        }
    }
}

impl fmt::Display for PresencePair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.availability, self.activity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn federated_pattern_is_the_comparison_of_versions() {
        let schema = serde_json::json!({"type": "string", "pattern": SwyxVersion::FEDERATED_PATTERN});
        let pattern = jsonschema::validator_for(&schema).expect("a pattern");
        let numbers = ["0", "1", "9", "13", "14", "15", "19", "20", "21", "99", "100", "999"];
        let numbers = numbers.iter().flat_map(|number| [(*number).to_owned(), format!("{number:0>3}")]);
        let numbers = numbers.collect::<Vec<_>>();
        for (major, minor) in numbers.iter().flat_map(|major| numbers.iter().map(move |minor| (major, minor)))
        {
            let text = format!("{major}.{minor}");
            let version = text.parse::<SwyxVersion>().expect("a version");
            let is_federated = version >= SwyxVersion::FEDERATED_SERVICES;
            assert_eq!(pattern.is_valid(&text.as_str().into()), is_federated, "{text}");
        }
    }
}
