//! JUnit XML, which every build server shows: a suite for each file, a case for each finding, a skipped case
//! for each rule that was not applied, or an error if the reason is a failure.
//!
//! Only a finding that fails the check is a failure; the others pass, with their text as output.
//!
//! There is no standard; this follows what <https://github.com/testmoapp/junitxml> describes and Jenkins,
//! GitLab and Azure DevOps read.

use std::error::Error;
use std::io::{self, Write};
use std::sync::Arc;

use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::{FileReport, Finding};
use crate::diagnostic::{Key, Severity, id};
use crate::text::printable;

/// Writes one report with all files. The crate accepts only a complete report, so this is the only format
/// that copies the findings.
pub(super) fn write(files: &[FileReport], fail_on: Severity, out: &mut dyn Write) -> io::Result<()> {
    let mut report = Report::new(env!("CARGO_PKG_NAME"));
    report.add_test_suites(files.iter().map(|file| suite(file, fail_on)));
    report.serialize(out).map_err(io_error)
}

fn suite(file: &FileReport, fail_on: Severity) -> TestSuite {
    let path = clean(&printable(&file.path));
    let mut suite = TestSuite::new(&path);
    suite.add_test_cases(file.findings.iter().map(|finding| case(&path, finding, fail_on)));
    if file.findings.is_empty() {
        // A suite without cases counts as "no tests ran", which some servers treat as a failure.
        let mut case = TestCase::new("no findings", TestCaseStatus::success());
        case.set_classname(&path);
        suite.add_test_case(case);
    }
    suite.add_test_cases(file.skipped.iter().map(|skipped| {
        let mut status = if skipped.why.cause.is_failure() {
            TestCaseStatus::non_success(NonSuccessKind::Error)
        } else {
            TestCaseStatus::skipped()
        };
        status.set_message(clean(&skipped.why.reason));
        let mut case = TestCase::new(skipped.rule, status);
        case.set_classname(&path);
        case
    }));
    suite
}

fn case(path: &str, finding: &Finding, fail_on: Severity) -> TestCase {
    let diagnostic = &finding.diagnostic;
    let kind = match diagnostic.severity {
        _ if diagnostic.rule == id::UNREADABLE => Some(NonSuccessKind::Error),
        severity if severity >= fail_on => Some(NonSuccessKind::Failure),
        _ => None,
    };
    let mut case = TestCase::new(clean(&name(finding)), TestCaseStatus::success());
    case.set_classname(path);
    match kind {
        Some(kind) => {
            let mut status = TestCaseStatus::non_success(kind);
            status.set_type(diagnostic.severity.as_str());
            status.set_message(clean(&diagnostic.message)).set_description(text(path, finding));
            case.status = status;
        }
        None => {
            case.set_system_out(text(path, finding));
        }
    }
    case
}

fn name(finding: &Finding) -> String {
    match finding.key().map(Key::as_str) {
        None | Some("") => finding.diagnostic.rule.to_owned(),
        Some(key) => format!("{} {key}", finding.diagnostic.rule),
    }
}

fn text(path: &str, finding: &Finding) -> String {
    let start = finding.span.start;
    let message = clean(&finding.diagnostic.message);
    let help = finding.diagnostic.help.iter().map(|help| format!("\nhelp: {}", clean(help)));
    format!("{path}:{}:{}: {message}{}", start.line, start.column, help.collect::<String>())
}

/// One line of text without the characters that XML 1.0 does not allow, and without other control characters.
///
/// The crate would drop the former too, but treats an escape as the start of a terminal sequence and also
/// drops the following text.
fn clean(text: &str) -> String {
    let blank = |c| if matches!(c, '\t' | '\n' | '\r') { ' ' } else { c };
    text.chars().map(blank).filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')).collect()
}

/// Extracts the error of `out` from the crate's error: a closed pipe is not a fault.
fn io_error(error: SerializeError) -> io::Error {
    let mut source: Option<&(dyn Error + 'static)> = Some(&error);
    while let Some(cause) = source {
        if let Some(io) = cause.downcast_ref::<Arc<io::Error>>() {
            return io::Error::new(io.kind(), Arc::clone(io));
        }
        source = cause.source();
    }
    io::Error::other(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(name: &str, text: &str) -> FileReport {
        FileReport::new(&crate::check::check_bytes(name, text.as_bytes().to_vec(), false), false)
    }

    fn render(files: &[FileReport]) -> (String, Report) {
        let mut out = Vec::new();
        write(files, Severity::Error, &mut out).unwrap();
        let xml = String::from_utf8(out).unwrap();
        let read = Report::deserialize_from_str(&xml).unwrap();
        (xml, read)
    }

    #[test]
    fn finding_becomes_a_failed_test_case() {
        let (xml, read) = render(&[report("a.toml", "[control_center]\nMsTeamsStatusSyncMode = 3\n")]);
        let suite = &read.test_suites[0];
        assert_eq!((suite.name.as_str(), suite.errors, suite.failures), ("a.toml", 0, suite.tests));
        let is_mode = |case: &&TestCase| &*case.name == "invalid-value control_center.MsTeamsStatusSyncMode";
        let case = suite.test_cases.iter().find(is_mode).unwrap();
        assert_eq!(case.classname.as_deref(), Some("a.toml"));
        let TestCaseStatus::NonSuccess { kind, message, ty, description, .. } = &case.status else {
            panic!("{xml}")
        };
        assert_eq!((*kind, ty.as_deref()), (NonSuccessKind::Failure, Some("error")));
        let description = description.as_deref().unwrap();
        assert!(
            description.starts_with(&format!("a.toml:2:25: {}\nhelp: ", message.as_deref().unwrap())),
            "{description}"
        );
    }

    #[test]
    fn unreadable_file_is_an_error() {
        let checked =
            crate::check::Checked::unreadable("b.toml", "no such file".to_owned(), "check the path");
        let (_, read) = render(&[FileReport::new(&checked, false)]);
        assert_eq!((read.errors, read.failures, read.tests), (1, 0, 1));
    }

    #[test]
    fn clean_file_and_info_finding_pass() {
        let mut info = report("b.toml", "=\n");
        info.findings.truncate(1);
        info.findings[0].diagnostic.severity = Severity::Info;
        let (xml, read) = render(&[FileReport { path: "a.toml".to_owned(), ..FileReport::default() }, info]);
        assert_eq!((read.errors, read.failures, read.tests), (0, 0, 2));
        assert_eq!(&*read.test_suites[0].test_cases[0].name, "no findings");
        assert!(xml.contains("<system-out>b.toml:1:1: "), "{xml}");
    }

    #[test]
    fn skipped_rule_becomes_a_skipped_test_case() {
        let (xml, read) = render(&[crate::report::skipped::tests::skipping("a.toml")]);
        assert_eq!((read.errors, read.failures, read.tests), (0, 0, 5));
        assert_eq!(xml.matches("<skipped message=").count(), 4, "{xml}");
        assert!(xml.contains("<skipped message=\"the sign-in was refused\"/>"), "{xml}");
        let case = &read.test_suites[0].test_cases[1];
        assert_eq!((&*case.name, case.classname.as_deref()), ("permission-missing", Some("a.toml")));
        assert!(matches!(case.status, TestCaseStatus::Skipped { .. }));
    }

    #[test]
    fn special_characters_in_names_give_valid_xml() {
        let names = [
            ("<a> & \"b\" 'c' ]]> <![CDATA[.toml", "<a> & \"b\" 'c' ]]> <![CDATA[.toml"),
            ("a\0\u{1f}\u{7f}\u{fffe}\u{ffff}b", "a\\u{0}\\u{1f}\\u{7f}b"),
            ("a\u{1b}[31mb\u{9b}32mc\u{1b}]0;d", "a\\u{1b}[31mb\\u{9b}32mc\\u{1b}]0;d"),
            ("ä\u{202e}€😀\u{fffd}\u{2028}", "ä\\u{202e}€😀\u{fffd}\\u{2028}"),
            ("&#0;&amp;&x;", "&#0;&amp;&x;"),
            ("a\n<b>\r\tc", "a\\u{a}<b>\\u{d}\\u{9}c"),
        ];
        for (name, shown) in names {
            let (xml, read) = render(&[report(name, "=\n\"\\u0000<\" = 1\n")]);
            assert_eq!(&*read.test_suites[0].name, shown);
            assert!(
                xml.chars().all(|c| c == '\n' || !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')),
                "{xml:?}"
            );
        }
    }

    #[test]
    fn closed_pipe_error_keeps_its_kind() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert_eq!(write(&[], Severity::Error, &mut Closed).unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}
