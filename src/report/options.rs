//! What a report depends on besides the findings.

use super::Repository;
use super::wrap::DEFAULT_WIDTH;
use crate::diagnostic::Severity;

/// What a report depends on besides the findings: the repository, and the width of the terminal.
///
/// ```
/// use swyx_teams::report::Options;
///
/// let options = Options::default();
/// assert_eq!((options.width(), Options::default().with_width(120).width()), (80, 120));
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    repository: Repository,
    width: usize,
    fail_on: Severity,
    skipped_links: Vec<String>,
    has_summary: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            repository: Repository::default(),
            width: DEFAULT_WIDTH,
            fail_on: Severity::Error,
            skipped_links: Vec::new(),
            has_summary: true,
        }
    }
}

impl Options {
    /// Makes paths in formats for a code host relative to this repository. Without it, paths stay unchanged.
    #[must_use]
    pub fn with_repository(self, repository: Repository) -> Self {
        Self { repository, ..self }
    }

    /// Wraps the human format at this number of columns. The default is 80.
    #[must_use]
    pub fn with_width(self, width: usize) -> Self {
        Self { width, ..self }
    }

    /// The lowest severity that fails a check; the JUnit format counts such findings as failures. The default
    /// is an error.
    #[must_use]
    pub fn with_fail_on(self, fail_on: Severity) -> Self {
        Self { fail_on, ..self }
    }

    /// The symbolic links to folders that were skipped; the JSON format lists them.
    #[must_use]
    pub fn with_skipped_links(self, skipped_links: Vec<String>) -> Self {
        Self { skipped_links, ..self }
    }

    /// Whether the human format ends with the number of files and findings, and notes which rules were not applied. The
    /// default is `true`.
    #[must_use]
    pub fn with_summary(self, has_summary: bool) -> Self {
        Self { has_summary, ..self }
    }

    /// Whether the human format ends with the number of files and findings.
    pub fn has_summary(&self) -> bool {
        self.has_summary
    }

    /// The symbolic links to folders that were skipped.
    pub fn skipped_links(&self) -> &[String] {
        &self.skipped_links
    }

    /// The lowest severity that fails a check.
    pub fn fail_on(&self) -> Severity {
        self.fail_on
    }

    /// The repository.
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    /// The width in columns.
    pub fn width(&self) -> usize {
        self.width
    }
}
