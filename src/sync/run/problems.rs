//! The current problems: what is logged about each, and when.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::message::Reason;

/// A problem that comes and goes is logged once in this time, and so are the reasons of one that lasts.
pub(super) const QUIET: Duration = Duration::from_mins(1);
/// A problem that lasts this long is logged even if it was logged a moment ago.
const LASTING: Duration = Duration::from_secs(10);

/// The problems by topic, with the last reason of each.
pub(super) type List = Vec<(&'static str, String)>;

/// What was logged about each topic.
#[derive(Default)]
pub(super) struct Problems(HashMap<&'static str, Topic>);

struct Topic {
    /// When the current problem began.
    began: Instant,
    /// The last log entry.
    logged: Option<Instant>,
    /// The current problem is in the log.
    is_logged: bool,
    /// Nothing answered since the problem began.
    is_silent: bool,
}

impl Problems {
    /// Notes that a problem goes on with this reason, or is over, and changes `current` accordingly. It is logged when it begins, when its
    /// reason changes, when something answers after all, and when it is over, but not each time.
    pub(super) fn note(&mut self, current: &mut List, topic: &'static str, reason: Option<Reason>) {
        let known = current.iter().position(|(known, _)| *known == topic);
        match (known, reason) {
            (Some(at), None) => {
                current.remove(at);
                self.end(topic);
            }
            (None, Some(reason)) => {
                self.begin(topic, &reason);
                current.push((topic, reason.text));
            }
            (Some(at), Some(reason)) => {
                if let Some((_, last)) = current.get_mut(at) {
                    self.go_on(topic, last, &reason);
                    *last = reason.text;
                }
            }
            (None, None) => {}
        }
    }

    /// Whether nothing answered since a problem with this topic began.
    pub(super) fn is_silent(&self, topic: &str) -> bool {
        self.0.get(topic).is_some_and(|topic| topic.is_silent)
    }

    fn begin(&mut self, topic: &'static str, reason: &Reason) {
        let now = Instant::now();
        let entry = Topic { began: now, logged: None, is_logged: false, is_silent: false };
        let entry = self.0.entry(topic).or_insert(entry);
        (entry.began, entry.is_logged, entry.is_silent) = (now, false, reason.is_silence);
        if entry.logged.is_none_or(|logged| now - logged >= QUIET) {
            entry.warn(topic, reason);
        }
    }

    fn go_on(&mut self, topic: &'static str, last: &str, reason: &Reason) {
        let now = Instant::now();
        let Some(entry) = self.0.get_mut(topic) else { return };
        let has_answered = !reason.is_silence && std::mem::take(&mut entry.is_silent);
        let is_late = !entry.is_logged && now - entry.began >= LASTING;
        let is_other = last != reason.text && entry.logged.is_none_or(|logged| now - logged >= QUIET);
        if has_answered || is_late || is_other {
            entry.warn(topic, reason);
        }
    }

    fn end(&mut self, topic: &'static str) {
        let Some(entry) = self.0.get_mut(topic) else { return };
        entry.is_silent = false;
        if std::mem::take(&mut entry.is_logged) {
            entry.logged = Some(Instant::now());
            tracing::info!("resolved: {topic}");
        }
    }
}

impl Topic {
    fn warn(&mut self, topic: &str, reason: &Reason) {
        (self.logged, self.is_logged) = (Some(Instant::now()), true);
        tracing::warn!("{topic}: {}", reason.text);
    }
}
