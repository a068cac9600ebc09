//! The statuses of SwyxWare by their names.

use std::str::FromStr;

use serde::Serialize;

/// What colleagues see of a user. The names are those that go over the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(in crate::emulator) enum Status {
    /// Free to talk.
    #[default]
    Available,
    /// Away from the desk.
    Away,
    /// Not to be disturbed.
    DoNotDisturb,
    /// On the phone.
    Speaking,
    /// With no client at all.
    LoggedOff,
}

/// The text names no status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::emulator) struct NotAStatus;

impl Status {
    /// Those that a gateway may let be set.
    pub(in crate::emulator) const SETTABLE: [Self; 4] =
        [Self::Available, Self::Away, Self::DoNotDisturb, Self::Speaking];

    /// The name.
    pub(in crate::emulator) fn name(self) -> &'static str {
        match self {
            Self::Available => "Available",
            Self::Away => "Away",
            Self::DoNotDisturb => "DoNotDisturb",
            Self::Speaking => "Speaking",
            Self::LoggedOff => "LoggedOff",
        }
    }
}

impl FromStr for Status {
    type Err = NotAStatus;

    fn from_str(text: &str) -> Result<Self, NotAStatus> {
        let all = Self::SETTABLE.into_iter().chain([Self::LoggedOff]);
        all.into_iter().find(|status| status.name() == text).ok_or(NotAStatus)
    }
}
