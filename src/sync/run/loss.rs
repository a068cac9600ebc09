//! Lists of users that suddenly lost many users: a fault of one side is more likely than that these people are gone. The old list stays in
//! use for a while, because the calls of missing users would be cleared.

use std::time::Duration;

use tokio::time::Instant;

/// How long the old list stays in use.
const KEPT: Duration = Duration::from_mins(15);
/// The next reading while a list is suspicious.
pub(super) const RETRY: Duration = Duration::from_secs(30);

/// The sizes of the lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sizes {
    /// The gateway's users.
    pub(super) swyx: usize,
    /// The tenant's users.
    pub(super) teams: usize,
    /// The pairs of both.
    pub(super) matched: usize,
}

/// What to do with new lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Use,
    /// Use them, since there are no older ones, but read them again soon.
    UseForNow(String),
    KeepOld(String),
}

/// Compares new lists with those in use.
#[derive(Debug, Default)]
pub(super) struct LossGuard {
    used: Option<Sizes>,
    suspicious_since: Option<Instant>,
}

impl LossGuard {
    /// The overrides of users changed, so the number of pairs may change as well.
    pub(super) fn expect_other_pairs(&mut self) {
        self.used.iter_mut().for_each(|used| used.matched = 0);
    }

    pub(super) fn judge(&mut self, new: Sizes, now: Instant) -> Verdict {
        let old = self.used.unwrap_or(Sizes { swyx: 0, teams: 0, matched: 0 });
        let sides = [
            ("the gateway", old.swyx, new.swyx),
            ("Microsoft Graph", old.teams, new.teams),
            ("the matching of both", old.matched, new.matched),
        ];
        let is_first = self.used.is_none();
        let is_lost = |old: usize, new: usize| old > 0 && new <= old / 2;
        let lost = sides.into_iter().find(|(_, old, new)| is_lost(*old, *new));
        let empty = sides.into_iter().take(2).find(|(.., new)| *new == 0);
        let since = *self.suspicious_since.get_or_insert(now);
        match (lost, empty) {
            (Some((side, old, new)), _) if now < since + KEPT => Verdict::KeepOld(format!(
                "{side} returned {new} instead of {old} users; the old list stays in use for {} minutes",
                KEPT.as_secs() / 60
            )),
            (_, Some((side, ..))) if is_first => Verdict::UseForNow(format!("{side} returned no users")),
            _ => {
                (self.used, self.suspicious_since) = (Some(new), None);
                Verdict::Use
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(swyx: usize, teams: usize, matched: usize) -> Sizes {
        Sizes { swyx, teams, matched }
    }

    fn is_kept(verdict: &Verdict) -> bool {
        matches!(verdict, Verdict::KeepOld(_))
    }

    #[test]
    fn empty_and_halved_lists_are_kept_for_15_minutes() {
        let start = Instant::now();
        for lost in
            [sizes(0, 100, 0), sizes(100, 0, 0), sizes(50, 100, 50), sizes(100, 50, 40), sizes(100, 100, 0)]
        {
            let mut guard = LossGuard::default();
            assert_eq!(guard.judge(sizes(100, 100, 90), start), Verdict::Use);
            for seconds in (0..900).step_by(30) {
                let verdict = guard.judge(lost, start + Duration::from_secs(seconds));
                assert!(is_kept(&verdict), "{lost:?} after {seconds} s: {verdict:?}");
            }
            assert_eq!(guard.judge(lost, start + KEPT), Verdict::Use);
            // From then on, this is the size.
            assert_eq!(guard.judge(lost, start + KEPT), Verdict::Use);
        }
    }

    #[test]
    fn smaller_losses_are_used_at_once_and_a_recovery_restarts_the_time() {
        let (mut guard, start) = (LossGuard::default(), Instant::now());
        guard.judge(sizes(100, 100, 90), start);
        assert_eq!(guard.judge(sizes(51, 51, 46), start), Verdict::Use);
        assert!(is_kept(&guard.judge(sizes(0, 51, 0), start)));
        assert_eq!(guard.judge(sizes(51, 51, 46), start + KEPT / 2), Verdict::Use);
        assert!(is_kept(&guard.judge(sizes(0, 51, 0), start + KEPT)));
    }

    #[test]
    fn first_list_without_users_is_used_but_suspicious() {
        let (mut guard, start) = (LossGuard::default(), Instant::now());
        for seconds in [0, 30, 2_000] {
            let verdict = guard.judge(sizes(0, 51, 0), start + Duration::from_secs(seconds));
            assert!(matches!(verdict, Verdict::UseForNow(_)), "{verdict:?}");
        }
        assert_eq!(guard.judge(sizes(50, 51, 46), start), Verdict::Use);
        guard.expect_other_pairs();
        assert_eq!(guard.judge(sizes(50, 51, 2), start), Verdict::Use);
    }
}
