//! The findings of one file: the plain data for every renderer.

use super::Finding;
use crate::check::Checked;
use crate::diagnostic::{Diagnostic, Place, id};
use crate::entra::snapshot::Unseen;
use crate::rules::Skipped;
use crate::source::Source;
use crate::text::printable;

/// The findings of one file.
#[derive(Default)]
#[non_exhaustive]
pub struct FileReport {
    /// The file's path as given, with `/`.
    pub path: String,
    /// The findings, in the order of the text.
    pub findings: Vec<Finding>,
    /// The results of a tenant check as sentences for users; empty if there was none.
    pub verdict: Vec<String>,
    /// The rules that could not be applied, in the order of the table of rules.
    pub skipped: Vec<Skipped>,
}

impl FileReport {
    /// Creates the report of a checked file. `excerpts` adds the lines, which only users need.
    pub fn new(checked: &Checked, excerpts: bool) -> Self {
        let source = checked.source();
        let findings = checked.diagnostics().iter().map(|diagnostic| {
            let excerpt = |place| if excerpts { source.excerpt(place) } else { None };
            let places = diagnostic.related.iter().map(|related| &related.place);
            Finding {
                span: source.span(&diagnostic.place),
                excerpt: excerpt(&diagnostic.place),
                related: places.map(|place| (source.span(place), excerpt(place))).collect(),
                replacements: source.fix_spans(diagnostic),
                diagnostic: without_secrets(diagnostic, source),
            }
        });
        Self {
            path: report_path(source.name()),
            findings: findings.collect(),
            verdict: Vec::new(),
            skipped: checked.skipped().iter().map(presentable).collect(),
        }
    }

    /// Whether the text of the file was checked, at least in part.
    pub(super) fn was_checked(&self) -> bool {
        self.was_read() || self.findings.len() > 1
    }

    /// Whether the file could be read.
    pub fn was_read(&self) -> bool {
        self.findings.iter().all(|finding| finding.diagnostic.rule != id::UNREADABLE)
    }
}

/// A path as reports show it: with `/` on Windows, too.
pub(crate) fn report_path(path: &str) -> String {
    if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() }
}

/// The same finding with secrets removed from its keys. Such a key cannot be found, so its place is given in
/// bytes.
fn without_secrets(diagnostic: &Diagnostic, source: &Source) -> Diagnostic {
    let shown = |place: &Place| match place.key().map(|key| (key, key.shown())) {
        Some((key, shown)) if *key != shown => Place::Bytes(source.range(place), Some(shown)),
        _ => place.clone(),
    };
    let mut diagnostic = diagnostic.clone();
    diagnostic.place = shown(&diagnostic.place);
    diagnostic.related.iter_mut().for_each(|related| related.place = shown(&related.place));
    diagnostic
}

/// The same with a reason that is safe for terminals.
pub(super) fn presentable(skipped: &Skipped) -> Skipped {
    Skipped { rule: skipped.rule, why: Unseen::new(skipped.why.cause, printable(&skipped.why.reason)) }
}
