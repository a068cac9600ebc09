//! What was found, in the formats that people and machines read.
//!
//! Every renderer gets the same plain data, a [`FileReport`] for each file, in which places are lines and columns and the only text of
//! the file is an excerpt that is already masked. So no renderer can show what must not be shown.

mod concise;
mod fingerprint;
mod github;
mod gitlab;
mod human;
pub mod json;
mod junit;
mod sarif;
mod skipped;
mod verdict;

use std::io::{self, Write};
use std::path::Path;

pub use verdict::verdict;

use crate::check::Checked;
use crate::diagnostic::{Diagnostic, Key, Place, Severity, id};
use crate::rules::Skipped;
use crate::source::{Excerpt, Source, Span};

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

/// What was found in one file.
#[derive(Default)]
pub struct FileReport {
    /// The file's path as given, with `/`.
    pub path: String,
    /// What was found, in the order of the text.
    pub findings: Vec<Finding>,
    /// What a look at the tenant showed, a sentence each; nothing where none was taken. For people.
    pub verdict: Vec<String>,
    /// The rules that could not be applied, in the order of the table of rules.
    pub skipped: Vec<Skipped>,
}

/// One finding with its place as lines and columns.
pub struct Finding {
    /// The finding.
    pub diagnostic: Diagnostic,
    /// Where it is.
    pub span: Span,
    /// The line as it may be shown, if it was asked for and may be shown at all.
    pub excerpt: Option<Excerpt>,
    /// The same for each related place.
    pub related: Vec<(Span, Option<Excerpt>)>,
    /// What its fix changes: text to put in place of stretches. It never holds a value of a secret.
    pub replacements: Vec<(Span, String)>,
}

impl Finding {
    /// The key that is concerned.
    pub fn key(&self) -> Option<&Key> {
        self.diagnostic.place.key()
    }

    /// Message and help as running text, for formats that have one field for both and may show its first sentence only.
    fn sentences(&self) -> String {
        let help = self.diagnostic.help.iter().map(|help| format!("Help: {help}"));
        let texts = std::iter::once(self.diagnostic.message.clone()).chain(help);
        let closed =
            texts.map(|text| if text.ends_with(['.', '?', '!']) { text } else { format!("{text}.") });
        closed.collect::<Vec<_>>().join(" ")
    }
}

impl FileReport {
    /// Makes a report of a checked file; `excerpts` asks for the lines too, which only people need.
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
            path: if cfg!(windows) { source.name().replace('\\', "/") } else { source.name().to_owned() },
            findings: findings.collect(),
            verdict: Vec::new(),
            skipped: checked.skipped().iter().map(skipped::presentable).collect(),
        }
    }

    /// What was not examined, and why, a sentence for each reason.
    pub fn unexamined(&self) -> Vec<String> {
        let asked = skipped::unexamined(self);
        let not_asked = skipped::not_asked(std::slice::from_ref(self));
        asked.iter().chain(&not_asked).map(skipped::Unexamined::sentence).collect()
    }

    /// What it comes to, in a line: `1 file checked: nothing found`.
    pub fn in_a_line(&self) -> String {
        human::summary(
            1,
            Counts::of(std::slice::from_ref(self)),
            usize::from(!skipped::unexamined(self).is_empty()),
        )
    }

    /// Whether the file could be read.
    pub fn was_read(&self) -> bool {
        self.findings.iter().all(|finding| finding.diagnostic.rule != id::UNREADABLE)
    }
}

/// The same finding, in whose keys no name is a secret. Such a key leads nowhere, so its place is said in bytes.
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

/// How many findings of each severity there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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

/// Where paths are relative to, for formats that are read by a code host: the folder with `.git` at or above the current one, and
/// the way from there to the current folder, empty or ending in `/`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repository {
    /// The repository's folder, with `/` at its end; nothing outside of any repository.
    pub root: Option<String>,
    /// `customers/` if the current folder is that one of the repository.
    pub prefix: String,
}

impl Repository {
    /// Looks for the repository that the current folder is in; outside of any, paths stay as they are.
    pub fn around_current_folder() -> Self {
        let Ok(current) = std::env::current_dir() else { return Self::default() };
        let Some(root) = current.ancestors().find(|folder| folder.join(".git").exists()) else {
            return Self::default();
        };
        let text = |path: &Path| path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
        let closed = |path: String| if path.is_empty() || path.ends_with('/') { path } else { path + "/" };
        let way = current.strip_prefix(root).unwrap_or(&current);
        Self { root: Some(closed(text(root))), prefix: closed(text(way)) }
    }

    /// The path from the repository's root, `.` and `..` resolved; a path that is absolute or leads out of it stays as it is.
    /// The root itself is `.`.
    pub fn path(&self, path: &str) -> String {
        if path.starts_with('/') || Path::new(path).is_absolute() {
            let inside = self.root.as_ref().and_then(|root| path.strip_prefix(root.as_str()));
            return inside.unwrap_or(path).to_owned();
        }
        let mut parts: Vec<&str> = Vec::new();
        for part in self.prefix.split('/').chain(path.split('/')) {
            match part {
                "" | "." => {}
                ".." if parts.pop().is_none() => return path.to_owned(),
                ".." => {}
                part => parts.push(part),
            }
        }
        if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
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
