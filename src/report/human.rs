//! For users at a terminal: what is wrong, the line with a caret under the place, what to do.
//!
//! This is our own code, because lines are masked, may have 1 MiB and any content, and the libraries for such
//! snippets copy complete source lines.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::skipped::{Unexamined, not_asked, unexamined};
use super::wrap::{unbroken, wrap};
use super::{Counts, FileReport, Finding, Options};
use crate::diagnostic::{Place, Severity, id};
use crate::source::{Excerpt, Span};
use crate::text::{count_noun, printable};

const BLUE: Style = AnsiColor::BrightBlue.on_default().bold();
const BOLD: Style = Style::new().bold();

fn colour(severity: Severity) -> Style {
    match severity {
        Severity::Error => AnsiColor::BrightRed.on_default().bold(),
        Severity::Warning => AnsiColor::Yellow.on_default().bold(),
        Severity::Info => AnsiColor::BrightCyan.on_default().bold(),
    }
}

/// Writes the findings, then the result of each file and the summary, wrapped at the width of the options.
pub(super) fn write(files: &[FileReport], options: &Options, out: &mut dyn Write) -> io::Result<()> {
    if options.has_summary() {
        write_blocks(files, options, out)?;
        let open = files.iter().filter(|file| !unexamined(file).is_empty()).count();
        let checked = files.iter().filter(|file| file.was_checked()).count();
        return writeln!(out, "{}", summary(checked, Counts::of(files), open));
    }
    let mut blocks = Vec::new();
    write_blocks(files, options, &mut blocks)?;
    // Nothing follows the last empty line.
    out.write_all(blocks.strip_suffix(b"\n").unwrap_or_default())
}

/// Writes blocks, each followed by an empty line. Notes about rules that were not applied belong to the summary.
fn write_blocks(files: &[FileReport], options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let width = options.width();
    for file in files {
        for finding in &file.findings {
            Writer::new(finding, width, out).write(&file.path, finding)?;
            writeln!(out)?;
        }
        if let Some((first, more)) = file.verdict.split_first() {
            let first = format!("{BOLD}{}{BOLD:#}: {first}", unbroken(&printable(&file.path)));
            writeln!(out, "{}", wrap(&first, "", "  ", width))?;
            more.iter().try_for_each(|line| writeln!(out, "{}", wrap(line, "  ", "    ", width)))?;
            writeln!(out)?;
        }
        if options.has_summary() {
            write_notes(Some(&file.path), &unexamined(file), width, out)?;
        }
    }
    if options.has_summary() { write_notes(None, &not_asked(files), width, out) } else { Ok(()) }
}

/// One note for each reason why rules were not applied, followed by an empty line.
fn write_notes(
    path: Option<&str>,
    unexamined: &[Unexamined<'_>],
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let path = path.map(|path| unbroken(&printable(path)) + ": ").unwrap_or_default();
    for unexamined in unexamined {
        let text = format!("{path}{}", unexamined.sentence());
        writeln!(out, "{}", wrap(&text, &format!("{BLUE}note{BLUE:#}: "), "      ", width))?;
    }
    if unexamined.is_empty() { Ok(()) } else { writeln!(out) }
}

impl FileReport {
    /// The summary in one line: `1 file checked: nothing found`.
    pub fn in_a_line(&self) -> String {
        summary(
            usize::from(self.was_checked()),
            Counts::of(std::slice::from_ref(self)),
            usize::from(!unexamined(self).is_empty()),
        )
    }
}

/// The number of findings and files, and the number of files that could not be fully checked.
fn summary(files: usize, counts: Counts, open: usize) -> String {
    let found = [(counts.errors, "error"), (counts.warnings, "warning"), (counts.infos, "info")];
    let found = found
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| count_noun(*number, word))
        .collect::<Vec<_>>();
    let found = if found.is_empty() { "nothing found".to_owned() } else { found.join(", ") };
    let open = match open {
        0 => String::new(),
        1 if files == 1 => "; it could not be fully checked".to_owned(),
        open => format!("; {} could not be fully checked", count_noun(open, "file")),
    };
    format!("{} checked: {found}{open}", count_noun(files, "file"))
}

/// Writes one finding: the message, the marked line, and what to do.
struct Writer<'a> {
    /// The columns of the line numbers.
    gutter: usize,
    width: usize,
    out: &'a mut dyn Write,
}

impl<'a> Writer<'a> {
    fn new(finding: &Finding, width: usize, out: &'a mut dyn Write) -> Self {
        let spans = std::iter::once(&finding.span).chain(finding.related.iter().map(|(span, _)| span));
        let gutter = spans.map(|span| span.start.line).max().unwrap_or(1).to_string().len();
        Self { gutter, width, out }
    }

    fn write(&mut self, path: &str, finding: &Finding) -> io::Result<()> {
        let found = &finding.diagnostic;
        let tint = colour(found.severity);
        let (rule, message) = (found.rule, &found.message);
        let heading = format!("{tint}{}[{rule}]{tint:#}{BOLD}: {message}{BOLD:#}", found.severity);
        writeln!(self.out, "{}", wrap(&heading, "", "  ", self.width))?;
        let (line, column) = (finding.span.start.line, finding.span.start.column);
        let pad = " ".repeat(self.gutter);
        if found.rule == id::UNREADABLE && found.place == Place::File {
            // The finding is about the path, not about a place in a text.
            writeln!(self.out, "{pad} {BLUE}-->{BLUE:#} {}", printable(path))?;
        } else {
            writeln!(self.out, "{pad} {BLUE}-->{BLUE:#} {}:{line}:{column}", printable(path))?;
        }
        if let Some(excerpt) = &finding.excerpt {
            self.write_excerpt(excerpt, &finding.span, found.label.as_deref(), ('^', tint))?;
        }
        for (related, (span, excerpt)) in found.related.iter().zip(&finding.related) {
            match excerpt {
                Some(excerpt) => self.write_excerpt(excerpt, span, Some(&related.message), ('-', BLUE))?,
                None => {
                    let (line, column) = (span.start.line, span.start.column);
                    let place = format!("{}:{line}:{column}", unbroken(&printable(path)));
                    self.write_remark("note", &format!("{}: {place}", related.message), Style::new())?;
                }
            }
        }
        let fix = found.fix.as_ref().filter(|fix| fix.safe);
        let fix = fix.map(|fix| format!("{} (check --fix does it)", fix.title));
        let more = Some(format!("swyx-teams explain {rule}"));
        for (word, text) in [("help", found.help.clone()), ("fix", fix), ("more", more)] {
            text.map_or(Ok(()), |text| self.write_remark(word, &text, BOLD))?;
        }
        Ok(())
    }

    fn write_remark(&mut self, word: &str, text: &str, style: Style) -> io::Result<()> {
        let first = format!("{} {BLUE}={BLUE:#} {style}{word}{style:#}: ", " ".repeat(self.gutter));
        let rest = " ".repeat(self.gutter + word.len() + 5);
        writeln!(self.out, "{}", wrap(text, &first, &rest, self.width))
    }

    /// Writes the marked line. It is cut at both ends if it is wider than the terminal.
    fn write_excerpt(
        &mut self,
        excerpt: &Excerpt,
        span: &Span,
        label: Option<&str>,
        (mark, tint): (char, Style),
    ) -> io::Result<()> {
        let columns = self.width.saturating_sub(self.gutter + 3).max(MIN_EXCERPT);
        let (before, marked, after) = fit(excerpt, columns);
        let (gutter, pad) = (self.gutter, " ".repeat(self.gutter));
        writeln!(self.out, "{pad} {BLUE}|{BLUE:#}")?;
        writeln!(self.out, "{BLUE}{:>gutter$} |{BLUE:#} {before}{marked}{after}", span.start.line)?;
        let blank = " ".repeat(before.width());
        let carets = mark.to_string().repeat(marked.width().max(1));
        let Some(label) = label else {
            return writeln!(self.out, "{pad} {BLUE}|{BLUE:#} {blank}{tint}{carets}{tint:#}");
        };
        if blank.len() + carets.len() + 1 + label.width() <= columns {
            return writeln!(self.out, "{pad} {BLUE}|{BLUE:#} {blank}{tint}{carets} {label}{tint:#}");
        }
        writeln!(self.out, "{pad} {BLUE}|{BLUE:#} {blank}{tint}{carets}{tint:#}")?;
        // Below the carets, or further to the left if there is little room.
        let indent = " ".repeat(blank.len().min(columns / 2));
        for line in wrap(label, &indent, &indent, columns).lines() {
            writeln!(self.out, "{pad} {BLUE}|{BLUE:#} {tint}{line}{tint:#}")?;
        }
        Ok(())
    }
}

/// The minimum number of columns for a line of the file, however narrow the terminal is.
const MIN_EXCERPT: usize = 20;

/// The parts of a line that fit in `columns`: the marked part first, then what is before it, then what is
/// after it.
fn fit(excerpt: &Excerpt, columns: usize) -> (String, String, String) {
    let marked = first(&excerpt.marked, columns * 2 / 3);
    let room = columns.saturating_sub(marked.width());
    let after = excerpt.after.width().min(room / 3);
    let before = last(&excerpt.before, room - after);
    let after = first(&excerpt.after, columns.saturating_sub(before.width() + marked.width()));
    (before, marked, after)
}

/// The start of a text in at most `columns`, with `…` if characters are omitted.
fn first(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut left = columns.saturating_sub(1);
    let mut kept = text.chars().take_while(|c| take_columns(&mut left, *c)).collect::<String>();
    kept.push('…');
    kept
}

/// The end of a text in at most `columns`, with `…` if characters are omitted.
fn last(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut left = columns.saturating_sub(1);
    let kept = text.chars().rev().take_while(|c| take_columns(&mut left, *c)).collect::<Vec<_>>();
    std::iter::once('…').chain(kept.into_iter().rev()).collect()
}

/// Takes the columns of a character, if so many are left.
fn take_columns(left: &mut usize, c: char) -> bool {
    left.checked_sub(c.width().unwrap_or(0)).map(|rest| *left = rest).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::skipped::tests::skipping;

    fn render(files: &[FileReport], width: usize) -> String {
        let mut out = Vec::new();
        let options = Options::default().with_width(width);
        write(files, &options, &mut anstream::StripStream::new(&mut out)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn skipped_rules_are_noted_per_file_or_once_for_all() {
        assert_eq!(
            render(&[skipping("a.toml"), skipping("b\u{1b}.toml")], 200),
            "\
note: a.toml: could not be checked (the sign-in was refused): permission-missing, permission-excess

note: b\\u{1b}.toml: could not be checked (the sign-in was refused): permission-missing, permission-excess

note: could not be checked (nobody\\u{1b} asked): permission-delegated, public-client

2 files checked: nothing found; 2 files could not be fully checked
"
        );
    }

    #[test]
    fn complete_check_prints_no_note() {
        let checked = crate::check::check_bytes("a.toml", b"[swyx]\n".to_vec(), false);
        assert!(!render(&[FileReport::new(&checked, true)], 80).contains("note: "));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let text =
            format!("[swyx]\nversion = \"14.10\" # {}\n{} = 1\n", "x".repeat(200), "long_key_".repeat(20));
        let checked = crate::check::check_bytes("a.toml", text.into_bytes(), false);
        for width in [40, 80, 120] {
            let report = render(&[FileReport::new(&checked, true)], width);
            let wide = report.lines().filter(|line| line.width() > width).collect::<Vec<_>>();
            // A word that is longer than a line is not broken.
            assert!(wide.iter().all(|line| line.contains("long_key_long_key")), "{width}: {wide:?}");
            assert!(report.contains("is missing"));
        }
    }
}
