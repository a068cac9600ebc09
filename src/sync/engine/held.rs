//! Statuses that the gateway refused for one user: only these wait, while others can be set.

use super::super::moment::Moment;
use super::backoff::Backoff;
use crate::settings::SwyxStatus;

/// The refused statuses of one user, each with its pause. Most users have none, so it takes one pointer.
#[derive(Clone, Debug, Default)]
#[expect(
    clippy::box_collection,
    reason = "almost always empty, for each of 100,000 users: 8 instead of 24 bytes"
)]
pub(super) struct HeldStatuses(Option<Box<Vec<(SwyxStatus, Backoff)>>>);

impl HeldStatuses {
    /// The status was refused: it waits a minute, and twice as long each time.
    pub(super) fn hold(&mut self, status: SwyxStatus, now: Moment) {
        let all = self.0.get_or_insert_default();
        match all.iter_mut().find(|(held, _)| *held == status) {
            Some((_, pause)) => pause.refused(now),
            None => {
                let mut pause = Backoff::default();
                pause.refused(now);
                all.push((status, pause));
            }
        }
    }

    /// When this status may be set.
    pub(super) fn free_at(&self, status: SwyxStatus) -> Moment {
        let held = self.0.iter().flat_map(|all| all.iter()).find(|(held, _)| *held == status);
        held.map_or(Moment::START, |(_, pause)| pause.not_before)
    }

    /// The status was set after all.
    pub(super) fn release(&mut self, status: SwyxStatus) {
        if let Some(all) = &mut self.0 {
            all.retain(|(held, _)| *held != status);
            if all.is_empty() {
                self.0 = None;
            }
        }
    }

    /// The gateway can set other statuses from now on, or the settings changed.
    pub(super) fn release_all(&mut self) {
        self.0 = None;
    }
}
