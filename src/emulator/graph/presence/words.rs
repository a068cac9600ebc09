//! The values of presence: availability and activity, the pairs that Graph accepts, and their precedence.
//!
//! Values: <https://learn.microsoft.com/en-us/graph/api/resources/presence>. The pair of each Teams state:
//! <https://learn.microsoft.com/en-us/graph/cloud-communications-manage-presence-state>.

use std::str::FromStr;

/// The availability of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::emulator) enum Availability {
    /// Available.
    Available,
    /// Away from the screen.
    Away,
    /// Back soon.
    BeRightBack,
    /// In a call, a meeting, or set to Busy.
    Busy,
    /// Does not want to be disturbed.
    DoNotDisturb,
    /// No session, or set to Offline.
    Offline,
    /// Unknown.
    PresenceUnknown,
}

/// The activity of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::emulator) enum Activity {
    /// Nothing in particular.
    Available,
    /// Available, but inactive for five minutes.
    AvailableInactive,
    /// Away from the screen.
    Away,
    /// Back soon.
    BeRightBack,
    /// Set to Busy.
    Busy,
    /// Set to Do not disturb.
    DoNotDisturb,
    /// Time kept free in the calendar.
    Focusing,
    /// In a call.
    InACall,
    /// In a conference call.
    InAConferenceCall,
    /// In a calendar meeting.
    InAMeeting,
    /// No session.
    Offline,
    /// Set to appear offline.
    OffWork,
    /// Out of office, from the mailbox.
    OutOfOffice,
    /// Unknown.
    PresenceUnknown,
    /// Presents the screen to others.
    Presenting,
}

/// A pair in Graph's notation, such as `Busy/InACall`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::emulator) struct Status {
    /// The availability.
    pub(in crate::emulator) availability: Availability,
    /// The activity.
    pub(in crate::emulator) activity: Activity,
}

/// The text is not a valid pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::emulator) struct NotAStatus;

const fn pair(availability: Availability, activity: Activity) -> Status {
    Status { availability, activity }
}

/// What an application may set, <https://learn.microsoft.com/en-us/graph/api/presence-setpresence>.
const SETTABLE: [Status; 5] = [
    Status::AVAILABLE,
    pair(Availability::Busy, Activity::InACall),
    pair(Availability::Busy, Activity::InAConferenceCall),
    Status::AWAY,
    pair(Availability::DoNotDisturb, Activity::Presenting),
];

/// The pairs that may be preferred, <https://learn.microsoft.com/en-us/graph/api/presence-setuserpreferredpresence>.
const PREFERABLE: [Status; 6] = [
    Status::AVAILABLE,
    pair(Availability::Busy, Activity::Busy),
    pair(Availability::DoNotDisturb, Activity::DoNotDisturb),
    pair(Availability::BeRightBack, Activity::BeRightBack),
    Status::AWAY,
    pair(Availability::Offline, Activity::OffWork),
];

/// The other pairs that a Teams client shows for itself, its calendar and its mailbox. Focusing, and out of office while away, are
/// inferred.
const SHOWN: [Status; 5] = [
    pair(Availability::Available, Activity::OutOfOffice),
    pair(Availability::Busy, Activity::InAMeeting),
    pair(Availability::DoNotDisturb, Activity::Focusing),
    pair(Availability::Away, Activity::OutOfOffice),
    Status::UNKNOWN,
];

impl Status {
    /// Available.
    pub(in crate::emulator) const AVAILABLE: Self = pair(Availability::Available, Activity::Available);
    /// Available, but inactive for five minutes.
    pub(in crate::emulator) const INACTIVE: Self = pair(Availability::Available, Activity::AvailableInactive);
    /// Away.
    pub(in crate::emulator) const AWAY: Self = pair(Availability::Away, Activity::Away);
    /// In a call.
    pub(in crate::emulator) const IN_A_CALL: Self = pair(Availability::Busy, Activity::InACall);
    /// No session.
    pub(in crate::emulator) const OFFLINE: Self = pair(Availability::Offline, Activity::Offline);
    /// Unknown user.
    pub(in crate::emulator) const UNKNOWN: Self =
        pair(Availability::PresenceUnknown, Activity::PresenceUnknown);

    /// The pair, if an application may set it.
    pub(in crate::emulator) fn settable(availability: &str, activity: &str) -> Option<Self> {
        SETTABLE.into_iter().find(|status| status.is_written(availability, activity))
    }

    /// The pair, if it may be preferred.
    pub(in crate::emulator) fn preferable(availability: &str, activity: &str) -> Option<Self> {
        PREFERABLE.into_iter().find(|status| status.is_written(availability, activity))
    }

    fn is_written(self, availability: &str, activity: &str) -> bool {
        (self.availability.name(), self.activity.name()) == (availability, activity)
    }

    /// The precedence of sessions: DoNotDisturb, Busy, Available, Away as documented; the others are inferred.
    pub(super) fn strength(self) -> u8 {
        match self.availability {
            Availability::DoNotDisturb => 7,
            Availability::Busy => 6,
            Availability::Available if self.activity == Activity::AvailableInactive => 4,
            Availability::Available => 5,
            Availability::BeRightBack => 3,
            Availability::Away => 2,
            Availability::Offline => 1,
            Availability::PresenceUnknown => 0,
        }
    }
}

impl FromStr for Status {
    type Err = NotAStatus;

    fn from_str(text: &str) -> Result<Self, NotAStatus> {
        let (availability, activity) = text.split_once('/').ok_or(NotAStatus)?;
        let known = SETTABLE.into_iter().chain(PREFERABLE).chain(SHOWN);
        known.into_iter().find(|status| status.is_written(availability, activity)).ok_or(NotAStatus)
    }
}

impl Availability {
    /// The name in the interface.
    pub(in crate::emulator) fn name(self) -> &'static str {
        match self {
            Self::Available => "Available",
            Self::Away => "Away",
            Self::BeRightBack => "BeRightBack",
            Self::Busy => "Busy",
            Self::DoNotDisturb => "DoNotDisturb",
            Self::Offline => "Offline",
            Self::PresenceUnknown => "PresenceUnknown",
        }
    }
}

impl Activity {
    /// The name in the interface.
    pub(in crate::emulator) fn name(self) -> &'static str {
        match self {
            Self::Available => "Available",
            Self::AvailableInactive => "AvailableInactive",
            Self::Away => "Away",
            Self::BeRightBack => "BeRightBack",
            Self::Busy => "Busy",
            Self::DoNotDisturb => "DoNotDisturb",
            Self::Focusing => "Focusing",
            Self::InACall => "InACall",
            Self::InAConferenceCall => "InAConferenceCall",
            Self::InAMeeting => "InAMeeting",
            Self::Offline => "Offline",
            Self::OffWork => "OffWork",
            Self::OutOfOffice => "OutOfOffice",
            Self::PresenceUnknown => "PresenceUnknown",
            Self::Presenting => "Presenting",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_documented_presence_pairs_are_accepted() {
        let cases = [
            ("Available", "Available", true, true),
            ("Busy", "InACall", true, false),
            ("Busy", "InAConferenceCall", true, false),
            ("Away", "Away", true, true),
            ("DoNotDisturb", "Presenting", true, false),
            ("Busy", "Busy", false, true),
            ("DoNotDisturb", "DoNotDisturb", false, true),
            ("BeRightBack", "BeRightBack", false, true),
            ("Offline", "OffWork", false, true),
            ("Busy", "InAMeeting", false, false),
            ("OutOfOffice", "OutOfOffice", false, false),
            ("Offline", "Offline", false, false),
            ("busy", "inACall", false, false),
            ("", "", false, false),
        ];
        for (availability, activity, set, prefer) in cases {
            assert_eq!(Status::settable(availability, activity).is_some(), set, "{availability}/{activity}");
            assert_eq!(
                Status::preferable(availability, activity).is_some(),
                prefer,
                "{availability}/{activity}"
            );
        }
    }

    #[test]
    fn a_status_is_read_from_its_text() {
        assert_eq!("Busy/InACall".parse(), Ok(Status::IN_A_CALL));
        assert_eq!("PresenceUnknown/PresenceUnknown".parse(), Ok(Status::UNKNOWN));
        for wrong in ["Busy", "Busy/Available", "Busy/", "/", "busy/inacall"] {
            assert_eq!(wrong.parse::<Status>(), Err(NotAStatus), "{wrong}");
        }
    }

    #[test]
    fn strength_order_is_as_documented() {
        let order = ["DoNotDisturb/DoNotDisturb", "Busy/Busy", "Available/Available", "Away/Away"];
        let order = order.map(|text| text.parse::<Status>().expect("a status").strength());
        assert!(order.is_sorted_by(|stronger, weaker| stronger > weaker));
    }
}
