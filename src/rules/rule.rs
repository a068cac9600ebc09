//! What a rule is, and how it is checked.

use jiff::civil::Date;

use crate::diagnostic::{Diagnostic, Key, Place, Severity};
use crate::entra::snapshot::{Seen, Snapshot};
use crate::settings::{Draft, Settings};

/// One rule.
#[non_exhaustive]
pub struct Rule {
    /// The stable id.
    pub id: &'static str,
    /// The severity of its findings. The `doc` names the exceptions.
    pub severity: Severity,
    /// A short title of the finding.
    pub title: &'static str,
    /// Four sections of Markdown: What, Why, Fix, Source.
    pub doc: &'static str,
    /// The keys that the rule checks.
    pub keys: &'static [Key],
    /// How it is checked.
    pub(crate) check: Check,
}

/// How a rule is checked.
pub(crate) enum Check {
    /// Checked while the file is read, by `source` and `settings::read`.
    Reading,
    /// Checked on the draft.
    Draft(fn(&Draft, &mut Vec<Diagnostic>)),
    /// Checked on the snapshot of the tenant. An `Err` says what could not be seen; the rule then counts as
    /// skipped.
    Snapshot(fn(&Draft, &Snapshot, &mut Vec<Diagnostic>) -> Seen<()>),
    /// Checked on the snapshot like `Snapshot`, and also on a day (UTC) with the draft alone.
    SnapshotOrDay(
        fn(&Draft, &Snapshot, &mut Vec<Diagnostic>) -> Seen<()>,
        fn(&Draft, Date, &mut Vec<Diagnostic>),
    ),
    /// Checked on the number of matched users, by `users` and `sync`.
    Counted(fn(&Settings, usize) -> Option<Diagnostic>),
    /// Checked on a draft, the name of another file with its tenant and application, and the number of such
    /// files.
    Several(fn(&Draft, &str, usize) -> Option<Diagnostic>),
    /// Checked on a posted form, by `form`.
    Posted,
    /// Checked last, by `check`, which knows the `allow` comments.
    Allows,
}

impl Rule {
    /// Whether the rule checks a tenant, which needs a sign-in. Some of these also check the file on a day.
    pub fn is_online(&self) -> bool {
        matches!(self.check, Check::Snapshot(_) | Check::SnapshotOrDay(..))
    }

    /// Whether the rule needs the number of matched users.
    pub fn is_counted(&self) -> bool {
        matches!(self.check, Check::Counted(_))
    }

    /// Whether the rule compares several files.
    pub fn is_of_several(&self) -> bool {
        matches!(self.check, Check::Several(_))
    }

    /// Creates a finding of this rule.
    pub(crate) fn at(&self, place: impl Into<Place>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.id, self.severity, place, message)
    }
}
