//! What a rule is, and how it is checked.

use crate::diagnostic::{Diagnostic, Key, Place, Severity};
use crate::entra::snapshot::{Seen, Snapshot};
use crate::settings::{Draft, Settings};

/// One rule.
pub struct Rule {
    /// Its id; stable.
    pub id: &'static str,
    /// How bad its findings are; where its `doc` names an exception, most of them.
    pub severity: Severity,
    /// What it finds, in a few words.
    pub title: &'static str,
    /// What, why, how to mend, source: four sections of Markdown.
    pub doc: &'static str,
    /// The keys that it looks at.
    pub keys: &'static [Key],
    /// How it is checked.
    pub(crate) check: Check,
}

/// How a rule is checked.
pub(crate) enum Check {
    /// While the file is read, by `source` and `settings::read`.
    Reading,
    /// On what was read.
    Draft(fn(&Draft, &mut Vec<Diagnostic>)),
    /// On what was seen of the tenant. What could not be seen is said, and the rule counts as skipped.
    Snapshot(fn(&Draft, &Snapshot, &mut Vec<Diagnostic>) -> Seen<()>),
    /// On how many users are matched, by what matches them: `users` and `sync`.
    Counted(fn(&Settings, usize) -> Option<Diagnostic>),
    /// When all else is known, by `check`, which knows the `allow` comments.
    Allows,
}

impl Rule {
    /// Whether it looks at a tenant, and so needs a sign-in.
    pub fn is_online(&self) -> bool {
        matches!(self.check, Check::Snapshot(_))
    }

    /// Whether it needs to be known how many users are matched.
    pub fn is_counted(&self) -> bool {
        matches!(self.check, Check::Counted(_))
    }

    /// A finding of this rule.
    pub(crate) fn at(&self, place: impl Into<Place>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.id, self.severity, place, message)
    }
}
