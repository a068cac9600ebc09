//! The number of findings by severity.

use super::FileReport;
use crate::diagnostic::Severity;

/// The number of findings of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Infos.
    pub infos: usize,
}

impl Counts {
    /// Counts the findings of `files`.
    pub fn of(files: &[FileReport]) -> Self {
        let mut counts = Self::default();
        for finding in files.iter().flat_map(|file| &file.findings) {
            match finding.diagnostic.severity {
                Severity::Error => counts.errors += 1,
                Severity::Warning => counts.warnings += 1,
                Severity::Info => counts.infos += 1,
            }
        }
        counts
    }
}
