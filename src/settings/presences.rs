//! The vendor's table: what a presence in Teams means for the status in Swyx.
//!
//! Its rows (<https://help.swyx.com/mobile/1.00/Android/Enreach/en-US/help/chap_statussignaling.07.5.html>) name what Teams shows; the pairs
//! of Graph for them are Microsoft's (<https://learn.microsoft.com/graph/cloud-communications-manage-presence-state>) where they are
//! documented.

use super::values::SwyxStatus;

/// Availability and activity in Graph's words, and the Swyx status. `None` is the vendor's "no synchronisation": the Swyx status is left
/// alone. Forms offer the pairs in this order.
pub(crate) const PAIRS: &[(&str, &str, SwyxStatus)] = &[
    ("Available", "Available", SwyxStatus::Available),
    ("Available", "OutOfOffice", SwyxStatus::Available),
    ("Busy", "Busy", SwyxStatus::Away),
    ("Busy", "InACall", SwyxStatus::Speaking),
    // Not in the vendor's table; a call with several others is a call.
    ("Busy", "InAConferenceCall", SwyxStatus::Speaking),
    ("Busy", "InAMeeting", SwyxStatus::Away),
    ("DoNotDisturb", "DoNotDisturb", SwyxStatus::DoNotDisturb),
    ("DoNotDisturb", "Presenting", SwyxStatus::Speaking),
    ("DoNotDisturb", "Focusing", SwyxStatus::DoNotDisturb),
    ("Away", "Away", SwyxStatus::Away),
    ("BeRightBack", "BeRightBack", SwyxStatus::Away),
    // "Appear offline", where Graph tells it from being offline.
    ("Offline", "OffWork", SwyxStatus::Away),
    ("Offline", "Offline", SwyxStatus::None),
    ("PresenceUnknown", "PresenceUnknown", SwyxStatus::None),
    // "Out of office" without "Available" or a call before it.
    ("Away", "OutOfOffice", SwyxStatus::None),
    ("BeRightBack", "OutOfOffice", SwyxStatus::None),
    ("Offline", "OutOfOffice", SwyxStatus::None),
    ("OutOfOffice", "OutOfOffice", SwyxStatus::None),
    ("PresenceUnknown", "OutOfOffice", SwyxStatus::None),
];

/// The pairs as they are written in the settings file: `availability/activity`.
pub(crate) fn pair_names() -> impl Iterator<Item = String> {
    PAIRS.iter().map(|(availability, activity, _)| format!("{availability}/{activity}"))
}
