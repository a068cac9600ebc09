//! For users at a terminal: what is wrong, the line with a caret under the place, what to do.
//!
//! This is our own code, because lines are masked, may have 1 MiB and any content, and the libraries for such
//! snippets copy complete source lines.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::skipped::{Unexamined, not_asked, unexamined};
use super::{Counts, FileReport, Finding};
use crate::diagnostic::Severity;
use crate::source::{Excerpt, Span};
use crate::text::printable;

const BLUE: Style = AnsiColor::BrightBlue.on_default().bold();
const BOLD: Style = Style::new().bold();

fn colour(severity: Severity) -> Style {
    match severity {
        Severity::Error => AnsiColor::BrightRed.on_default().bold(),
        Severity::Warning => AnsiColor::Yellow.on_default().bold(),
        Severity::Info => AnsiColor::BrightCyan.on_default().bold(),
    }
}

pub(super) fn write(files: &[FileReport], out: &mut dyn Write) -> io::Result<()> {
    for file in files {
        for finding in &file.findings {
            write_finding(&file.path, finding, out)?;
            writeln!(out)?;
        }
        if let Some((first, more)) = file.verdict.split_first() {
            writeln!(out, "{BOLD}{}{BOLD:#}: {first}", printable(&file.path))?;
            more.iter().try_for_each(|line| writeln!(out, "  {line}"))?;
            writeln!(out)?;
        }
        write_notes(Some(&file.path), &unexamined(file), out)?;
    }
    write_notes(None, &not_asked(files), out)?;
    let open = files.iter().filter(|file| !unexamined(file).is_empty()).count();
    writeln!(out, "{}", summary(files.len(), Counts::of(files), open))
}

/// One line for each reason why rules were not applied, followed by an empty line.
fn write_notes(path: Option<&str>, unexamined: &[Unexamined<'_>], out: &mut dyn Write) -> io::Result<()> {
    let path = path.map(|path| printable(path) + ": ").unwrap_or_default();
    for unexamined in unexamined {
        writeln!(out, "{BLUE}note{BLUE:#}: {path}{}", unexamined.sentence())?;
    }
    if unexamined.is_empty() { Ok(()) } else { writeln!(out) }
}

impl FileReport {
    /// The summary in one line: `1 file checked: nothing found`.
    pub fn in_a_line(&self) -> String {
        summary(1, Counts::of(std::slice::from_ref(self)), usize::from(!unexamined(self).is_empty()))
    }
}

/// The number of findings and files, and the number of files that could not be fully checked.
fn summary(files: usize, counts: Counts, open: usize) -> String {
    let count = |number: usize, word: &str| format!("{number} {word}{}", if number == 1 { "" } else { "s" });
    let found = [(counts.errors, "error"), (counts.warnings, "warning"), (counts.infos, "info")];
    let found = found
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| count(*number, word))
        .collect::<Vec<_>>();
    let found = if found.is_empty() { "nothing found".to_owned() } else { found.join(", ") };
    let open = match open {
        0 => String::new(),
        1 if files == 1 => "; it could not be fully checked".to_owned(),
        open => format!("; {} could not be fully checked", count(open, "file")),
    };
    format!("{} checked: {found}{open}", count(files, "file"))
}

fn write_finding(path: &str, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let found = &finding.diagnostic;
    let tint = colour(found.severity);
    writeln!(out, "{tint}{}[{}]{tint:#}{BOLD}: {}{BOLD:#}", found.severity, found.rule, found.message)?;
    let lines = std::iter::once(&finding.span).chain(finding.related.iter().map(|(span, _)| span));
    let gutter = lines.map(|span| span.start.line).max().unwrap_or(1).to_string().len();
    let pad = " ".repeat(gutter);
    writeln!(
        out,
        "{pad} {BLUE}-->{BLUE:#} {}:{}:{}",
        printable(path),
        finding.span.start.line,
        finding.span.start.column
    )?;
    if let Some(excerpt) = &finding.excerpt {
        write_excerpt(excerpt, &finding.span, found.label.as_deref(), (gutter, '^', tint), out)?;
    }
    for (related, (span, excerpt)) in found.related.iter().zip(&finding.related) {
        match excerpt {
            Some(excerpt) => write_excerpt(excerpt, span, Some(&related.message), (gutter, '-', BLUE), out)?,
            None => {
                let (line, column) = (span.start.line, span.start.column);
                writeln!(
                    out,
                    "{pad} {BLUE}={BLUE:#} note: {}: {}:{line}:{column}",
                    related.message,
                    printable(path)
                )?;
            }
        }
    }
    let fix =
        found.fix.as_ref().filter(|fix| fix.safe).map(|fix| format!("{} (check --fix does it)", fix.title));
    let more = Some(format!("swyx-teams explain {}", found.rule));
    for (word, text) in [("help", found.help.clone()), ("fix", fix), ("more", more)] {
        if let Some(text) = text {
            writeln!(out, "{pad} {BLUE}={BLUE:#} {BOLD}{word}{BOLD:#}: {text}")?;
        }
    }
    Ok(())
}

fn write_excerpt(
    excerpt: &Excerpt,
    span: &Span,
    label: Option<&str>,
    (gutter, mark, tint): (usize, char, Style),
    out: &mut dyn Write,
) -> io::Result<()> {
    const BEFORE: usize = 60;
    const MARKED: usize = 80;
    const AFTER: usize = 40;
    let before = last(&excerpt.before, BEFORE);
    let marked = first(&excerpt.marked, MARKED);
    let after = first(&excerpt.after, AFTER);
    let pad = " ".repeat(gutter);
    writeln!(out, "{pad} {BLUE}|{BLUE:#}")?;
    writeln!(out, "{BLUE}{:>gutter$} |{BLUE:#} {before}{marked}{after}", span.start.line)?;
    let blank = " ".repeat(before.width());
    let carets = mark.to_string().repeat(marked.width().max(1));
    let label = label.map(|label| format!(" {label}")).unwrap_or_default();
    writeln!(out, "{pad} {BLUE}|{BLUE:#} {blank}{tint}{carets}{label}{tint:#}")
}

/// The first `most` characters, with `…` if some are omitted.
fn first(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The last `most` characters, with `…` if some are omitted.
fn last(text: &str, most: usize) -> String {
    match text.chars().count().checked_sub(most) {
        Some(skipped) if skipped > 0 => std::iter::once('…').chain(text.chars().skip(skipped)).collect(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::skipped::tests::skipping;

    fn render(files: &[FileReport]) -> String {
        let mut out = Vec::new();
        write(files, &mut anstream::StripStream::new(&mut out)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_reason_is_a_line_and_what_nobody_asked_for_is_one_for_all_files() {
        assert_eq!(
            render(&[skipping("a.toml"), skipping("b\u{1b}.toml")]),
            "\
note: a.toml: could not be checked (the sign-in was refused): permission-missing, permission-excess

note: b\\u{1b}.toml: could not be checked (the sign-in was refused): permission-missing, permission-excess

note: could not be checked (nobody\\u{1b} asked): permission-delegated, public-client

2 files checked: nothing found; 2 files could not be fully checked
"
        );
    }

    #[test]
    fn where_all_rules_were_applied_there_is_no_note() {
        let checked = crate::check::check_bytes("a.toml", b"[swyx]\n".to_vec(), false);
        assert!(!render(&[FileReport::new(&checked, true)]).contains("note: "));
    }
}
