//! Maps a presence in Teams to a status in Swyx.
//!
//! The rows are in [`PAIRS`]. Values are compared without regard to case because Microsoft's pages use two forms. A pair without a row is
//! mapped by its availability because an outdated status helps no one; this is our interpretation, not the vendor's.

use crate::settings::{PAIRS, PresencePair, SwyxStatus};

/// The mapping of a pair without a row. `UrgentInterruptionsOnly` is documented as an activity; it is also accepted as an availability.
const BY_AVAILABILITY: [(&str, SwyxStatus); 11] = [
    ("Available", SwyxStatus::Available),
    ("AvailableIdle", SwyxStatus::Available),
    ("Busy", SwyxStatus::Away),
    ("BusyIdle", SwyxStatus::Away),
    ("DoNotDisturb", SwyxStatus::DoNotDisturb),
    ("UrgentInterruptionsOnly", SwyxStatus::DoNotDisturb),
    ("Away", SwyxStatus::Away),
    ("BeRightBack", SwyxStatus::Away),
    ("Offline", SwyxStatus::None),
    ("PresenceUnknown", SwyxStatus::None),
    ("OutOfOffice", SwyxStatus::None),
];

/// The number of a pair of values: small enough to store for every user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair(u16);

impl Pair {
    /// A presence that could not be read: both values are empty.
    pub(crate) const UNREADABLE: Self = Self(u16::MAX - 1);
}

/// How a presence ranks against this program's presence session. Microsoft orders sessions as DoNotDisturb, Busy, Available, Away
/// (<https://learn.microsoft.com/graph/cloud-communications-manage-presence-state>); of two Busy sessions, the last one set is visible
/// (inferred).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SessionRank {
    /// The session would hide it, unless the user set it.
    Below,
    /// It may hide the session.
    Above,
    /// Busy/InACall, the values of the session.
    AsSet,
    /// Busy/Busy: users report that the session may be read as this (<https://learn.microsoft.com/answers/a/2014289>).
    AsBusy,
}

/// The properties of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Meaning {
    /// The status for Swyx; `None` means no change.
    pub(crate) status: SwyxStatus,
    /// Its rank against this program's presence session.
    pub(crate) rank: SessionRank,
    /// Whether neither the table nor the settings contain these values.
    pub(crate) is_unknown: bool,
}

/// The table, with the settings' overrides, and every pair seen so far.
#[derive(Clone, Debug)]
pub(crate) struct Mapping {
    overrides: Vec<(PresencePair, SwyxStatus)>,
    seen: Vec<(Box<str>, Box<str>, Meaning)>,
}

/// The maximum number of different pairs; Graph has 153. Further pairs count as unknown, which limits memory.
const MAX_PAIRS: usize = 1_000;
/// Longer values cannot be from Graph and count as unknown; the longest real one has 23 characters.
const MAX_VALUE_LEN: usize = 64;

impl Mapping {
    /// The vendor's table with the overrides of `[sync.status]`.
    pub(crate) fn new(overrides: &[(PresencePair, SwyxStatus)]) -> Self {
        Self { overrides: overrides.to_vec(), seen: Vec::new() }
    }

    /// The number of a pair. It stays the same as long as the mapping lives.
    pub(crate) fn pair(&mut self, availability: &str, activity: &str) -> Pair {
        if availability.is_empty() && activity.is_empty() {
            return Pair::UNREADABLE;
        }
        let mut pairs = self.seen.iter();
        let known = pairs.position(|(one, other, _)| **one == *availability && **other == *activity);
        let number = known.unwrap_or_else(|| {
            let is_too_long = availability.len().max(activity.len()) > MAX_VALUE_LEN;
            if self.seen.len() >= MAX_PAIRS || is_too_long {
                return usize::MAX;
            }
            let meaning = self.look_up(availability, activity);
            self.seen.push((availability.into(), activity.into(), meaning));
            self.seen.len() - 1
        });
        Pair(u16::try_from(number).unwrap_or(u16::MAX))
    }

    /// The properties of a pair.
    pub(crate) fn meaning(&self, pair: Pair) -> Meaning {
        self.seen.get(usize::from(pair.0)).map_or(UNKNOWN, |(_, _, meaning)| *meaning)
    }

    /// The values of a pair, in Graph's spelling.
    #[cfg(any(test, feature = "cli"))]
    pub(crate) fn words(&self, pair: Pair) -> (&str, &str) {
        self.seen.get(usize::from(pair.0)).map_or(("", ""), |(one, other, _)| (one, other))
    }

    /// The unknown pairs, in Graph's spelling.
    pub(crate) fn unknown(&self) -> impl Iterator<Item = (&str, &str)> {
        self.seen
            .iter()
            .filter(|(_, _, meaning)| meaning.is_unknown)
            .map(|(one, other, _)| (&**one, &**other))
    }

    /// Replaces the overrides; the numbers of pairs stay.
    pub(crate) fn set_overrides(&mut self, overrides: &[(PresencePair, SwyxStatus)]) {
        self.overrides = overrides.to_vec();
        for at in 0..self.seen.len() {
            let Some((availability, activity, _)) = self.seen.get(at).cloned() else { continue };
            let meaning = self.look_up(&availability, &activity);
            if let Some(seen) = self.seen.get_mut(at) {
                seen.2 = meaning;
            }
        }
    }

    fn look_up(&self, availability: &str, activity: &str) -> Meaning {
        let is = |one: &str, other: &str| {
            one.eq_ignore_ascii_case(availability) && other.eq_ignore_ascii_case(activity)
        };
        let own = self.overrides.iter().find(|(pair, _)| is(&pair.availability, &pair.activity));
        let own = own.map(|(_, status)| *status);
        let row = || PAIRS.iter().find(|(one, other, _)| is(one, other)).map(|(_, _, status)| *status);
        let by_availability = || {
            let mut rows = BY_AVAILABILITY.iter();
            rows.find(|(word, _)| word.eq_ignore_ascii_case(availability)).map(|(_, status)| *status)
        };
        let status = own.or_else(row).or_else(by_availability);
        Meaning {
            status: status.unwrap_or(SwyxStatus::None),
            rank: match () {
                () if is("Busy", "InACall") => SessionRank::AsSet,
                () if is("Busy", "Busy") => SessionRank::AsBusy,
                () if ["Busy", "BusyIdle", "DoNotDisturb", "UrgentInterruptionsOnly"]
                    .iter()
                    .any(|word| word.eq_ignore_ascii_case(availability)) =>
                {
                    SessionRank::Above
                }
                () => SessionRank::Below,
            },
            is_unknown: status.is_none(),
        }
    }
}

const UNKNOWN: Meaning = Meaning { status: SwyxStatus::None, rank: SessionRank::Above, is_unknown: true };

/// The statuses that a gateway can set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Settable(u8);

impl Settable {
    /// Whether it can set this one; "no change" is not a status.
    pub(crate) fn contains(self, status: SwyxStatus) -> bool {
        status != SwyxStatus::None && self.0 & (1 << status as u8) != 0
    }
}

impl FromIterator<SwyxStatus> for Settable {
    fn from_iter<I: IntoIterator<Item = SwyxStatus>>(statuses: I) -> Self {
        Self(statuses.into_iter().fold(0, |all, status| all | (1 << status as u8)))
    }
}

/// The nearest status that can be set instead of `wanted`; `None` if all others would mean something different.
///
/// Speaking and Do not disturb may become Away; the vendor also shows a busy user as away. Do not disturb is never a substitute because
/// it may block calls. Available is never a substitute either.
pub(crate) fn nearest(wanted: SwyxStatus, settable: Settable) -> SwyxStatus {
    let instead: &[SwyxStatus] = match wanted {
        SwyxStatus::Available | SwyxStatus::None => &[],
        SwyxStatus::Away => &[SwyxStatus::Speaking],
        SwyxStatus::Speaking => &[SwyxStatus::Away],
        SwyxStatus::DoNotDisturb => &[SwyxStatus::Away, SwyxStatus::Speaking],
    };
    let mut order = std::iter::once(&wanted).chain(instead);
    order.find(|status| settable.contains(**status)).copied().unwrap_or(SwyxStatus::None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(mapping: &mut Mapping, text: &str) -> SwyxStatus {
        let (availability, activity) = text.split_once('/').expect("a pair");
        let pair = mapping.pair(availability, activity);
        assert_eq!(mapping.words(pair), (availability, activity));
        mapping.meaning(pair).status
    }

    /// The vendor's rows, copied again by hand from its page and Microsoft's, to verify the table above.
    #[test]
    fn mapping_matches_the_vendors_table() {
        let rows = [
            ("Available/Available", SwyxStatus::Available),
            ("Available/OutOfOffice", SwyxStatus::Available),
            ("Busy/Busy", SwyxStatus::Away),
            ("Busy/InACall", SwyxStatus::Speaking),
            ("Busy/InAMeeting", SwyxStatus::Away),
            ("DoNotDisturb/DoNotDisturb", SwyxStatus::DoNotDisturb),
            ("DoNotDisturb/Presenting", SwyxStatus::Speaking),
            ("DoNotDisturb/Focusing", SwyxStatus::DoNotDisturb),
            ("Away/Away", SwyxStatus::Away),
            ("BeRightBack/BeRightBack", SwyxStatus::Away),
            ("Offline/OffWork", SwyxStatus::Away),
            ("Offline/Offline", SwyxStatus::None),
            ("PresenceUnknown/PresenceUnknown", SwyxStatus::None),
            ("Offline/OutOfOffice", SwyxStatus::None),
            ("Away/OutOfOffice", SwyxStatus::None),
        ];
        for (pair, wanted) in rows {
            let mut mapping = Mapping::new(&[]);
            assert_eq!(status(&mut mapping, pair), wanted, "{pair}");
            assert_eq!(status(&mut mapping, &pair.to_lowercase()), wanted, "{pair}");
        }
    }

    #[test]
    fn pairs_not_in_the_table_are_mapped_by_availability() {
        let rows = [
            ("AvailableIdle/Inactive", SwyxStatus::Available),
            ("Available/AvailableInactive", SwyxStatus::Available),
            ("BusyIdle/Inactive", SwyxStatus::Away),
            ("Busy/Presenting", SwyxStatus::Away),
            ("Busy/InAConferenceCall", SwyxStatus::Speaking),
            ("DoNotDisturb/UrgentInterruptionsOnly", SwyxStatus::DoNotDisturb),
            ("UrgentInterruptionsOnly/UrgentInterruptionsOnly", SwyxStatus::DoNotDisturb),
            ("DoNotDisturb/InACall", SwyxStatus::DoNotDisturb),
            ("Away/BeRightBack", SwyxStatus::Away),
            ("Offline/Away", SwyxStatus::None),
        ];
        for (pair, wanted) in rows {
            let mut mapping = Mapping::new(&[]);
            assert_eq!(status(&mut mapping, pair), wanted, "{pair}");
            assert_eq!(mapping.unknown().count(), 0, "{pair}");
        }
    }

    #[test]
    fn unknown_values_change_nothing_and_are_reported() {
        let mut mapping = Mapping::new(&[]);
        assert_eq!(status(&mut mapping, "InTheCinema/Watching"), SwyxStatus::None);
        assert_eq!(mapping.unknown().collect::<Vec<_>>(), [("InTheCinema", "Watching")]);
        for number in 0..2 * MAX_PAIRS {
            mapping.pair("Busy", &number.to_string());
        }
        let last = mapping.pair("never", "seen");
        assert_eq!(mapping.seen.len(), MAX_PAIRS);
        assert_eq!(mapping.meaning(last), UNKNOWN);
    }

    #[test]
    fn settings_override_the_table() {
        let overrides = [("busy/inameeting".parse().expect("a pair"), SwyxStatus::DoNotDisturb)];
        let mut mapping = Mapping::new(&overrides);
        assert_eq!(status(&mut mapping, "Busy/InAMeeting"), SwyxStatus::DoNotDisturb);
        assert_eq!(status(&mut mapping, "Busy/Busy"), SwyxStatus::Away);
        mapping.set_overrides(&[("Busy/Busy".parse().expect("a pair"), SwyxStatus::None)]);
        assert_eq!(status(&mut mapping, "Busy/InAMeeting"), SwyxStatus::Away);
        assert_eq!(status(&mut mapping, "Busy/Busy"), SwyxStatus::None);
    }

    #[test]
    fn unsettable_status_is_replaced_by_the_nearest() {
        use SwyxStatus::{Available, Away, DoNotDisturb, None, Speaking};
        let cases: [(SwyxStatus, &[SwyxStatus], SwyxStatus); 8] = [
            (Speaking, &[Available, Away, DoNotDisturb, Speaking], Speaking),
            (Speaking, &[Available, Away, DoNotDisturb], Away),
            (Speaking, &[Available, DoNotDisturb], None),
            (DoNotDisturb, &[Available, Away], Away),
            (Away, &[Available, Speaking], Speaking),
            (Away, &[Available, DoNotDisturb], None),
            (Available, &[Away], None),
            (None, &[Available, Away], None),
        ];
        for (wanted, settable, found) in cases {
            let settable_set = settable.iter().copied().collect();
            assert_eq!(nearest(wanted, settable_set), found, "{wanted:?} of {settable:?}");
        }
    }
}
