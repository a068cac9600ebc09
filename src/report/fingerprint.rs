//! The identity of a finding across runs: its rule, its file, its key, and its number among equal ones in the
//! file.
//!
//! The line is not a part of it, so a finding keeps its identity when lines are inserted above it, and code
//! hosts do not report it again. GitLab requires it
//! (<https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>), and so does SARIF
//! (3.27.17, <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>).

use std::collections::HashMap;

use uuid::Uuid;

use super::Finding;
use crate::diagnostic::Key;

/// The fingerprints of the findings of one file, to be requested in the order of the text.
pub(super) struct Fingerprints<'a> {
    namespace: Uuid,
    seen: HashMap<(&'static str, &'a str), usize>,
}

impl<'a> Fingerprints<'a> {
    /// `path` is relative to the root of the repository, so that the working directory makes no difference.
    pub(super) fn of(path: &str) -> Self {
        let ours = Uuid::new_v5(&Uuid::NAMESPACE_DNS, env!("CARGO_PKG_NAME").as_bytes());
        Self { namespace: Uuid::new_v5(&ours, path.as_bytes()), seen: HashMap::new() }
    }

    /// The fingerprint of the file's next finding.
    pub(super) fn next(&mut self, finding: &'a Finding) -> Uuid {
        let rule = finding.diagnostic.rule;
        let key = finding.key().map_or("", Key::as_str);
        let occurrence = self.seen.entry((rule, key)).and_modify(|count| *count += 1).or_insert(1);
        // A key contains no control characters, so the parts cannot overlap.
        Uuid::new_v5(&self.namespace, format!("{rule}\n{key}\n{occurrence}").as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::FileReport;

    fn fingerprints(path: &str, text: &str) -> Vec<Uuid> {
        let report =
            FileReport::new(&crate::check::check_bytes(path, text.as_bytes().to_vec(), false), false);
        let mut fingerprints = Fingerprints::of(&report.path);
        report.findings.iter().map(|finding| fingerprints.next(finding)).collect()
    }

    #[test]
    fn fingerprint_is_independent_of_lines_above() {
        let text = "[control_center]\nMsTeamsStatusSyncMode = 3\nfoo = 1\n";
        assert!(fingerprints("a.toml", text).len() > 2);
        assert_eq!(fingerprints("a.toml", text), fingerprints("a.toml", &format!("# more\n\n\n{text}")));
    }

    #[test]
    fn fingerprints_are_unique() {
        let mut all = fingerprints("a.toml", "a = \nb = \nc = [1, 2\n");
        all.extend(fingerprints("b.toml", "a = \nb = \nc = [1, 2\n"));
        all.extend(fingerprints("c.toml", "[control_center]\nfoo = 1\nbar = 2\n"));
        let count = all.len();
        assert!(count > 6);
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn fingerprint_is_stable_across_versions() {
        let all = fingerprints("a.toml", "a = \n");
        let all = all.iter().map(Uuid::to_string).collect::<Vec<_>>();
        assert_eq!(all, ["20778f81-56f1-53eb-84da-1ccfb6cb19bb"]);
    }
}
