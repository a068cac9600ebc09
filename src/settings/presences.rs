//! The vendor's table that maps a presence in Teams to a status in Swyx.
//!
//! Its rows (<https://help.swyx.com/mobile/1.00/Android/Enreach/en-US/help/chap_statussignaling.07.5.html>)
//! contain the names that Teams displays. The Graph pairs come from Microsoft's documentation
//! (<https://learn.microsoft.com/graph/cloud-communications-manage-presence-state>) if it lists them.

use super::values::SwyxStatus;

/// Graph's availability and activity, and the Swyx status. `None` is the vendor's "no synchronisation": the
/// Swyx status does not change. Forms offer the pairs in this order.
pub(crate) const PAIRS: &[(&str, &str, SwyxStatus)] = &[
    ("Available", "Available", SwyxStatus::Available),
    ("Available", "OutOfOffice", SwyxStatus::Available),
    ("Busy", "Busy", SwyxStatus::Away),
    ("Busy", "InACall", SwyxStatus::Speaking),
    // Not in the vendor's table; a conference call is a call.
    ("Busy", "InAConferenceCall", SwyxStatus::Speaking),
    ("Busy", "InAMeeting", SwyxStatus::Away),
    ("DoNotDisturb", "DoNotDisturb", SwyxStatus::DoNotDisturb),
    ("DoNotDisturb", "Presenting", SwyxStatus::Speaking),
    ("DoNotDisturb", "Focusing", SwyxStatus::DoNotDisturb),
    ("Away", "Away", SwyxStatus::Away),
    ("BeRightBack", "BeRightBack", SwyxStatus::Away),
    // "Appear offline", if Graph distinguishes it from being offline.
    ("Offline", "OffWork", SwyxStatus::Away),
    ("Offline", "Offline", SwyxStatus::None),
    ("PresenceUnknown", "PresenceUnknown", SwyxStatus::None),
    // "Out of office" without "Available" or a call.
    ("Away", "OutOfOffice", SwyxStatus::None),
    ("BeRightBack", "OutOfOffice", SwyxStatus::None),
    ("Offline", "OutOfOffice", SwyxStatus::None),
    ("OutOfOffice", "OutOfOffice", SwyxStatus::None),
    ("PresenceUnknown", "OutOfOffice", SwyxStatus::None),
];

/// The pairs as in the settings file: `availability/activity`.
pub(crate) fn pair_names() -> impl Iterator<Item = String> {
    PAIRS.iter().map(|(availability, activity, _)| format!("{availability}/{activity}"))
}
