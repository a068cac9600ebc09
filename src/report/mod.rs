//! What was found, in the formats that people and machines read.
//!
//! Every renderer gets the same plain data, a [`FileReport`] for each file, in which places are lines and columns and the only text of
//! the file is an excerpt that is already masked. So no renderer can show what must not be shown.

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

/// How a check is reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// For a person: the line, a caret, what to do
    #[default]
    Human,
    /// One line for each finding
    Concise,
    /// This program's own JSON, version 1
    Json,
    /// SARIF 2.1.0, as GitHub code scanning and Azure DevOps read it
    Sarif,
    /// GitHub annotations
    Github,
    /// GitLab code quality
    Gitlab,
    /// JUnit XML
    Junit,
}

impl Format {
    /// All of them, in the order in which help lists them.
    pub const ALL: [Self; 7] =
        [Self::Human, Self::Concise, Self::Json, Self::Sarif, Self::Github, Self::Gitlab, Self::Junit];

    /// The name, as options take it.
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

    /// What the format is for, as help says it.
    pub fn description(self) -> &'static str {
        match self {
            Self::Human => "For a person: the line, a caret, what to do",
            Self::Concise => "One line for each finding",
            Self::Json => "This program's own JSON, version 1",
            Self::Sarif => "SARIF 2.1.0, as GitHub code scanning and Azure DevOps read it",
            Self::Github => "GitHub annotations",
            Self::Gitlab => "GitLab code quality",
            Self::Junit => "JUnit XML",
        }
    }
}

/// Writes a report of `files` in `format`.
///
/// # Errors
/// What `out` says.
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
