//! This program's own JSON, version 1: its format is stable, and the keys are in this order.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter};

use super::{Counts, FileReport, Finding};
use crate::source::{Position, Span};
use crate::text::is_unprintable;

#[derive(Serialize)]
struct Report<'a> {
    version: u8,
    files: Vec<File<'a>>,
    /// The rules that could not be applied; checking without a sign-in skips nothing.
    skipped: Vec<Skipped<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    rule: &'static str,
    severity: &'static str,
    key: Option<&'a str>,
    message: &'a str,
    help: Option<&'a str>,
    related: Vec<Related<'a>>,
    span: SpanShape,
    fix: Option<Fix<'a>>,
}

#[derive(Serialize)]
struct Related<'a> {
    key: Option<&'a str>,
    message: &'a str,
    span: SpanShape,
}

#[derive(Serialize)]
struct SpanShape {
    start: PositionShape,
    end: PositionShape,
}

#[derive(Serialize)]
struct PositionShape {
    offset: usize,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
    safe: bool,
}

#[derive(Serialize)]
struct Skipped<'a> {
    path: &'a str,
    rule: &'static str,
    reason: &'a str,
}

#[derive(Serialize)]
struct Summary {
    files: usize,
    errors: usize,
    warnings: usize,
    infos: usize,
}

pub(super) fn write(files: &[FileReport], out: &mut dyn Write) -> io::Result<()> {
    let Counts { errors, warnings, infos } = Counts::of(files);
    let summary = Summary { files: files.len(), errors, warnings, infos };
    let skipped = files.iter().flat_map(|file| {
        let of_file = file.skipped.iter();
        of_file.map(|skipped| Skipped { path: &file.path, rule: skipped.rule, reason: &skipped.why.reason })
    });
    let skipped = skipped.collect();
    let files = files
        .iter()
        .map(|file| File { path: &file.path, diagnostics: file.findings.iter().map(diagnostic).collect() });
    write_pretty(&Report { version: 1, files: files.collect(), skipped, summary }, out)
}

fn diagnostic(finding: &Finding) -> Diagnostic<'_> {
    let found = &finding.diagnostic;
    let related = found.related.iter().zip(&finding.related).map(|(related, (at, _))| Related {
        key: related.place.key().map(|key| key.as_str()),
        message: &related.message,
        span: span(at),
    });
    Diagnostic {
        rule: found.rule,
        severity: found.severity.as_str(),
        key: finding.key().map(|key| key.as_str()),
        message: &found.message,
        help: found.help.as_deref(),
        related: related.collect(),
        span: span(&finding.span),
        fix: found.fix.as_ref().map(|fix| Fix { title: &fix.title, safe: fix.safe }),
    }
}

fn span(span: &Span) -> SpanShape {
    let point = |Position { offset, line, column }: Position| PositionShape { offset, line, column };
    SpanShape { start: point(span.start), end: point(span.end) }
}

/// Writes readable JSON: indented, with a line end, nothing unprintable.
///
/// # Errors
/// An error of `out`.
pub(crate) fn write_pretty(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, Printable(PrettyFormatter::new()));
    value.serialize(&mut serializer)?;
    writeln!(out)
}

/// Like [`write_pretty`], with the member `version` first.
///
/// # Errors
/// An error of `out`.
#[cfg(feature = "cli")]
pub(crate) fn write_versioned(version: u8, body: impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Versioned<T> {
        version: u8,
        #[serde(flatten)]
        body: T,
    }
    write_pretty(&Versioned { version, body }, out)
}

/// serde_json escapes what JSON requires; this also escapes characters that affect a terminal, for example
/// bidirectional ones.
struct Printable<'a>(PrettyFormatter<'a>);

impl Formatter for Printable<'_> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        if fragment.is_ascii() {
            return out.write_all(fragment.as_bytes());
        }
        let mut units = [0; 2];
        for c in fragment.chars() {
            if is_unprintable(c) {
                c.encode_utf16(&mut units).iter().try_for_each(|unit| write!(out, "\\u{unit:04x}"))?;
            } else {
                write!(out, "{c}")?;
            }
        }
        Ok(())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::skipped::tests::skipping;

    #[test]
    fn skipped_rules_have_path_rule_and_reason_in_order() {
        let mut out = Vec::new();
        write(&[skipping("b.toml"), skipping("a.toml")], &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let report: serde_json::Value = serde_json::from_str(&text).unwrap();
        let keys = report.as_object().unwrap().keys().collect::<Vec<_>>();
        assert_eq!(keys, ["version", "files", "skipped", "summary"]);
        let skipped = report["skipped"].as_array().unwrap();
        let first = skipped[0].as_object().unwrap();
        assert_eq!(first.keys().collect::<Vec<_>>(), ["path", "rule", "reason"]);
        assert_eq!((&first["path"], &first["reason"]), (&"b.toml".into(), &"the sign-in was refused".into()));
        let rules = skipped.iter().map(|skipped| skipped["rule"].as_str().unwrap()).collect::<Vec<_>>();
        let of_one = ["permission-missing", "permission-excess", "permission-delegated", "public-client"];
        assert_eq!(rules, [of_one, of_one].concat());
        assert_eq!(skipped[4]["path"], "a.toml");
    }
}
