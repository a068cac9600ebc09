//! The SwyxWare statuses by name.

use std::str::FromStr;

use serde::Serialize;

/// The visible status of a user. The names are those of the protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(in crate::emulator) enum Status {
    /// Ready to take calls.
    #[default]
    Available,
    /// Away from the desk.
    Away,
    /// Does not want calls.
    DoNotDisturb,
    /// In a call.
    Speaking,
    /// Without a logged-on client.
    LoggedOff,
}

/// The text is not a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::emulator) struct NotAStatus;

impl Status {
    /// The statuses that a gateway can set.
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
