//! What a report depends on besides the findings.

use super::Repository;
use super::wrap::DEFAULT_WIDTH;

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
}

impl Default for Options {
    fn default() -> Self {
        Self { repository: Repository::default(), width: DEFAULT_WIDTH }
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

    /// The repository.
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    /// The width in columns.
    pub fn width(&self) -> usize {
        self.width
    }
}
