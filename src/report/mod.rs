//! The findings in formats for users and machines.
//!
//! Every renderer gets the same plain data, a [`FileReport`] for each file. Its places are lines and columns,
//! and its only text from the file is a masked excerpt. So no renderer can show text that must stay hidden.

mod concise;
mod counts;
mod file_report;
mod finding;
mod fingerprint;
mod github;
mod gitlab;
mod human;
pub mod json;
mod junit;
mod repository;
mod sarif;
mod skipped;
mod verdict;

use std::io::{self, Write};

pub use counts::Counts;
pub use file_report::FileReport;
pub use finding::Finding;
pub use repository::Repository;
pub use verdict::verdict;

/// The format of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// For humans: the line, a caret, what to do
    #[default]
    Human,
    /// One line for each finding
    Concise,
    /// This program's own JSON, version 1
    Json,
    /// SARIF 2.1.0, for GitHub code scanning and Azure DevOps
    Sarif,
    /// GitHub annotations
    Github,
    /// GitLab code quality
    Gitlab,
    /// JUnit XML
    Junit,
}

impl Format {
    /// All formats, in the order of the help.
    pub const ALL: [Self; 7] =
        [Self::Human, Self::Concise, Self::Json, Self::Sarif, Self::Github, Self::Gitlab, Self::Junit];

    /// The name in options.
    pub fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
        }
    }

    /// The help text of the format.
    pub fn description(self) -> &'static str {
        match self {
            Self::Human => "For humans: the line, a caret, what to do",
            Self::Concise => "One line for each finding",
            Self::Json => "This program's own JSON, version 1",
            Self::Sarif => "SARIF 2.1.0, for GitHub code scanning and Azure DevOps",
            Self::Github => "GitHub annotations",
            Self::Gitlab => "GitLab code quality",
            Self::Junit => "JUnit XML",
        }
    }
}

/// Writes a report of `files` in `format`.
///
/// # Errors
/// An error of `out`.
pub fn write(
    format: Format,
    files: &[FileReport],
    repository: &Repository,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Human => human::write(files, out),
        Format::Concise => concise::write(files, out),
        Format::Json => json::write(files, out),
        Format::Sarif => sarif::write(files, repository, out),
        Format::Github => github::write(files, repository, out),
        Format::Gitlab => gitlab::write(files, repository, out),
        Format::Junit => junit::write(files, out),
    }
}
