//! GitLab's code quality report, which merge requests show next to the changed lines.
//!
//! <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeSeq, Serializer};

use super::fingerprint::Fingerprints;
use super::{FileReport, Repository};
use crate::diagnostic::Severity;
use crate::text::printable;

/// Writes one object for each finding. The format cannot represent rules that were not applied.
pub(super) fn write(files: &[FileReport], repository: &Repository, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Report { files, repository })?;
    writeln!(out)
}

/// The complete report. It is written entry by entry, so that no second list of all findings is needed.
struct Report<'a> {
    files: &'a [FileReport],
    repository: &'a Repository,
}

impl Serialize for Report<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut issues = serializer.serialize_seq(None)?;
        for file in self.files {
            let path = self.repository.path(&file.path);
            let mut fingerprints = Fingerprints::of(&path);
            let path = printable(&path);
            for finding in &file.findings {
                issues.serialize_element(&serde_json::json!({
                    "description": finding.sentences(),
                    "check_name": finding.diagnostic.rule,
                    "fingerprint": fingerprints.next(finding).to_string(),
                    "severity": severity(finding.diagnostic.severity),
                    "location": { "path": path, "lines": { "begin": finding.span.start.line } },
                }))?;
            }
        }
        issues.end()
    }
}

/// Three of GitLab's five severities: whether an error stops a whole site, as `critical` and `blocker` mean,
/// is unknown here.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Info => "info",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(names_and_texts: &[(&str, &str)], prefix: &str) -> serde_json::Value {
        let report = |(name, text): &(&str, &str)| {
            FileReport::new(&crate::check::check_bytes(*name, text.as_bytes().to_vec(), false), false)
        };
        let files = names_and_texts.iter().map(report).collect::<Vec<_>>();
        let mut out = Vec::new();
        write(&files, &Repository { root: None, prefix: prefix.to_owned() }, &mut out).unwrap();
        assert!(out.ends_with(b"]\n"));
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn no_findings_give_an_empty_list() {
        assert_eq!(render(&[], ""), serde_json::json!([]));
    }

    #[test]
    fn finding_has_every_member_that_gitlab_requires() {
        let report = render(&[("./a.toml", "[control_center]\nMsTeamsStatusSyncMode = 3\n")], "customers/");
        let issue =
            report.as_array().unwrap().iter().find(|issue| issue["check_name"] == "invalid-value").unwrap();
        assert_eq!(issue["severity"], "major");
        assert_eq!(
            issue["location"],
            serde_json::json!({ "path": "customers/a.toml", "lines": { "begin": 2 } })
        );
        assert!(!issue["description"].as_str().unwrap().is_empty());
        assert!(uuid::Uuid::parse_str(issue["fingerprint"].as_str().unwrap()).is_ok());
    }

    #[test]
    fn warnings_are_minor() {
        let report = render(&[("a.toml", "[control_center]\nfoo = 1\n")], "");
        let issue =
            report.as_array().unwrap().iter().find(|issue| issue["check_name"] == "unknown-key").unwrap();
        assert_eq!(issue["severity"], "minor");
    }

    #[test]
    fn paths_are_kept_except_for_control_characters() {
        // On Windows, a backslash separates folders.
        let shown_backslash = if cfg!(windows) { "ä \"ö%/u.toml" } else { "ä \"ö%\\u.toml" };
        for (name, shown) in [
            ("ä \"ö%\\u.toml", shown_backslash),
            ("a\nb.toml", "a\\u{a}b.toml"),
            ("\u{1b}[31m,::.toml", "\\u{1b}[31m,::.toml"),
            ("a\u{202e}b.toml", "a\\u{202e}b.toml"),
        ] {
            assert_eq!(render(&[(name, "=\n")], "")[0]["location"]["path"], shown);
        }
    }

    #[test]
    fn skipped_rules_are_not_issues() {
        let mut out = Vec::new();
        write(&[crate::report::skipped::tests::skipping("a.toml")], &Repository::default(), &mut out)
            .unwrap();
        assert_eq!(out, b"[]\n");
    }
}
