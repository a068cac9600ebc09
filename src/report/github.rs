//! GitHub annotations: workflow commands that show findings next to the lines of a pull request.
//!
//! <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message>;
//! escaped as in <https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts>, because a file
//! name must not become a command.

use std::io::{self, Write};

use super::skipped::{not_asked, unexamined};
use super::{FileReport, Finding, Repository};
use crate::diagnostic::{Key, Severity};
use crate::text::{printable, shown};

/// Writes one command, which is one line, for each finding, and one for each reason why rules were not
/// applied: GitHub shows only the first ten notices of a step.
pub(super) fn write(files: &[FileReport], repository: &Repository, out: &mut dyn Write) -> io::Result<()> {
    for file in files {
        let path = property(&printable(&repository.path(&file.path)));
        for finding in &file.findings {
            annotation(&path, finding, out)?;
        }
        for unexamined in unexamined(file) {
            let command = if unexamined.is_failure { "error" } else { "notice" };
            writeln!(out, "::{command} file={path},title=not checked::{}", data(&unexamined.sentence()))?;
        }
    }
    for unexamined in not_asked(files) {
        writeln!(out, "::notice title=not checked::{}", data(&unexamined.sentence()))?;
    }
    Ok(())
}

fn annotation(path: &str, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let command = match finding.diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let (start, end) = (finding.span.start, finding.span.end);
    write!(out, "::{command} file={path},line={},endLine={}", start.line, end.line)?;
    // GitHub accepts no columns for a range over several lines.
    if start.line == end.line {
        write!(out, ",col={},endColumn={}", start.column, end.column)?;
    }
    writeln!(out, ",title={}::{}", property(&title(finding)), data(&text(finding)))
}

fn title(finding: &Finding) -> String {
    match finding.key().map(Key::as_str) {
        None | Some("") => finding.diagnostic.rule.to_owned(),
        // A key may be as long as a file; GitHub shows 255 characters of a title.
        Some(key) => format!("{} ({})", finding.diagnostic.rule, shown(key)),
    }
}

fn text(finding: &Finding) -> String {
    let message = &finding.diagnostic.message;
    finding
        .diagnostic
        .help
        .as_ref()
        .map_or_else(|| message.clone(), |help| format!("{message}\nhelp: {help}"))
}

/// The text after the last `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, which ends at a comma or at `::`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(name: &str, text: &str, prefix: &str) -> String {
        let files =
            [FileReport::new(&crate::check::check_bytes(name, text.as_bytes().to_vec(), false), false)];
        let mut out = Vec::new();
        write(&files, &Repository { root: None, prefix: prefix.to_owned() }, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn finding_becomes_a_workflow_command() {
        let out = render("a.toml", "[control_center]\nMsTeamsStatusSyncMode = 3\n", "customers/");
        let line = out.lines().find(|line| line.contains("title=invalid-value")).unwrap();
        let head = "::error file=customers/a.toml,line=2,endLine=2,col=25,endColumn=26,\
                    title=invalid-value (control_center.MsTeamsStatusSyncMode)::";
        assert!(line.starts_with(head), "{line}");
        assert!(line.contains("%0Ahelp: "), "{line}");
    }

    #[test]
    fn warning_becomes_a_warning_command() {
        assert!(
            render("a.toml", "[control_center]\nfoo = 1\n", "").contains("::warning file=a.toml,line=2,")
        );
    }

    #[test]
    fn multi_line_finding_has_no_columns() {
        let text = "[control_center]\nMsTeamsTenantId = [\n1,\n]\n";
        let out = render("a.toml", text, "");
        let line = out.lines().find(|line| line.contains("title=wrong-type")).unwrap();
        assert!(line.starts_with("::error file=a.toml,line=2,endLine=4,title=wrong-type "), "{line}");
    }

    #[test]
    fn file_name_cannot_inject_a_command() {
        let names = [
            "a\n::error::injected.toml",
            "a\r::set-output name=x::y.toml",
            "a\r\n::stop-commands::x",
            "::add-mask::x.toml",
            "a,line=1,title=x::y.toml",
            "##[error]x.toml",
            "%0A::error::x.toml",
            "\u{85}::error::\u{2028}::error::x.toml",
            "\u{1b}[31m\u{202e}\u{7f}.toml",
        ];
        for name in names {
            let out = render(name, "=\n", "");
            assert_eq!(out.lines().count(), 1, "{out}");
            assert_eq!(out.matches(['\r', '\n']).count(), 1, "{out}");
            let (properties, _) = out.strip_prefix("::error ").unwrap().split_once("::").unwrap();
            let (keys, values): (Vec<_>, Vec<_>) =
                properties.split(',').filter_map(|pair| pair.split_once('=')).unzip();
            assert_eq!(keys, ["file", "line", "endLine", "col", "endColumn", "title"]);
            let back = values[0].replace("%2C", ",").replace("%3A", ":").replace("%25", "%");
            assert_eq!(back, printable(name));
        }
    }

    #[test]
    fn key_name_cannot_add_a_line() {
        let out = render("a.toml", "\"a\\n::error::b,c%0A\" = 1\n", "");
        assert!(out.lines().all(|line| line.starts_with("::error file=a.toml,line=")), "{out}");
    }

    #[test]
    fn skipped_rules_become_notices() {
        let files = [
            crate::report::skipped::tests::skipping("a.toml"),
            crate::report::skipped::tests::skipping("b.toml"),
        ];
        let mut out = Vec::new();
        write(&files, &Repository { root: None, prefix: "x/".to_owned() }, &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "\
::notice file=x/a.toml,title=not checked::could not be checked (the sign-in was refused): permission-missing, permission-excess
::notice file=x/b.toml,title=not checked::could not be checked (the sign-in was refused): permission-missing, permission-excess
::notice title=not checked::could not be checked (nobody\\u{1b} asked): permission-delegated, public-client
"
        );
    }
}
