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

/// What belongs to a format. A new one is a variant of [`Format`], a row here, and a file that writes it.
struct Row {
    format: Format,
    /// The name, as options take it.
    name: &'static str,
    /// What it is for, as help says it.
    description: &'static str,
    write: fn(&[FileReport], &Repository, &mut dyn Write) -> io::Result<()>,
}

/// All formats, in the order in which help lists them.
const FORMATS: [Row; 7] = [
    Row {
        format: Format::Human,
        name: "human",
        description: "For a person: the line, a caret, what to do",
        write: |files, _, out| human::write(files, out),
    },
    Row {
        format: Format::Concise,
        name: "concise",
        description: "One line for each finding",
        write: |files, _, out| concise::write(files, out),
    },
    Row {
        format: Format::Json,
        name: "json",
        description: "This program's own JSON, version 1",
        write: |files, _, out| json::write(files, out),
    },
    Row {
        format: Format::Sarif,
        name: "sarif",
        description: "SARIF 2.1.0, as GitHub code scanning and Azure DevOps read it",
        write: sarif::write,
    },
    Row { format: Format::Github, name: "github", description: "GitHub annotations", write: github::write },
    Row { format: Format::Gitlab, name: "gitlab", description: "GitLab code quality", write: gitlab::write },
    Row {
        format: Format::Junit,
        name: "junit",
        description: "JUnit XML",
        write: |files, _, out| junit::write(files, out),
    },
];

impl Format {
    /// All of them, in the order in which help lists them.
    pub fn all() -> impl Iterator<Item = Self> {
        FORMATS.iter().map(|row| row.format)
    }

    /// The name, as options take it.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// What the format is for, as help says it.
    pub fn description(self) -> &'static str {
        self.row().description
    }

    fn row(self) -> &'static Row {
        const { &FORMATS }.iter().find(|row| row.format == self).unwrap_or(const { &FORMATS[0] })
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
    (format.row().write)(files, repository, out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The match does not compile when a variant is added: then add it to the list, and its row to the table.
    #[test]
    fn every_format_has_a_row() {
        use Format::{Concise, Github, Gitlab, Human, Json, Junit, Sarif};
        for format in [Human, Concise, Json, Sarif, Github, Gitlab, Junit] {
            match format {
                Human | Concise | Json | Sarif | Github | Gitlab | Junit => {
                    assert_eq!(format.row().format, format);
                }
            }
        }
    }
}
