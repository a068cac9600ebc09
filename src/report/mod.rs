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
pub(crate) mod json;
mod junit;
mod options;
mod repository;
mod sarif;
mod skipped;
mod verdict;
pub(crate) mod wrap;

use std::io::{self, Write};

pub use counts::Counts;
pub use file_report::FileReport;
#[cfg(feature = "cli")]
pub(crate) use file_report::report_path;
pub use finding::Finding;
pub use options::Options;
pub use repository::Repository;
pub use verdict::describe_verdict;
pub use wrap::DEFAULT_WIDTH;

/// The format of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// For people: the line, a caret, what to do
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

/// What belongs to a format. A new one is a variant of [`Format`], a row here, and a file that writes it.
struct Row {
    format: Format,
    /// The name in options.
    name: &'static str,
    /// The help text.
    description: &'static str,
    write: fn(&[FileReport], &Options, &mut dyn Write) -> io::Result<()>,
}

/// All formats, in the order of the help.
static FORMATS: [Row; 7] = [
    Row {
        format: Format::Human,
        name: "human",
        description: "For people: the line, a caret, what to do",
        write: |files, options, out| human::write(files, options, out),
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
        write: |files, options, out| json::write(files, options.skipped_links(), out),
    },
    Row {
        format: Format::Sarif,
        name: "sarif",
        description: "SARIF 2.1.0, for GitHub code scanning and Azure DevOps",
        write: |files, options, out| sarif::write(files, options.repository(), out),
    },
    Row {
        format: Format::Github,
        name: "github",
        description: "GitHub annotations",
        write: |files, options, out| github::write(files, options.repository(), out),
    },
    Row {
        format: Format::Gitlab,
        name: "gitlab",
        description: "GitLab code quality",
        write: |files, options, out| gitlab::write(files, options.repository(), out),
    },
    Row {
        format: Format::Junit,
        name: "junit",
        description: "JUnit XML",
        write: |files, options, out| junit::write(files, options.fail_on(), out),
    },
];

impl Format {
    /// All formats, in the order of the help.
    pub fn all() -> impl Iterator<Item = Self> {
        FORMATS.iter().map(|row| row.format)
    }

    /// The name in options.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The help text of the format.
    pub fn description(self) -> &'static str {
        self.row().description
    }

    fn row(self) -> &'static Row {
        FORMATS.iter().find(|row| row.format == self).unwrap_or(&FORMATS[0])
    }
}

/// Writes a report of `files` in `format`.
///
/// ```
/// use swyx_teams::report::{FileReport, Format, Options, write};
///
/// let checked = swyx_teams::check::check_bytes("a.toml", b"[swix]\n".to_vec(), false);
/// let mut out = Vec::new();
/// write(Format::Concise, &[FileReport::new(&checked, false)], &Options::default(), &mut out)?;
/// assert!(String::from_utf8(out)?.contains("a.toml:1:"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// An error of `out`.
pub fn write(format: Format, files: &[FileReport], options: &Options, out: &mut dyn Write) -> io::Result<()> {
    (format.row().write)(files, options, out)
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
