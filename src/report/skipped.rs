//! Rules that were not applied, grouped by reason for users.

use super::FileReport;
use crate::entra::snapshot::Cause;
use crate::rules::Skipped;

/// Rules that were not applied for the same reason.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unexamined<'a> {
    rules: Vec<&'static str>,
    reason: &'a str,
    /// Whether it is a failure. Parts that were not requested, or are reported elsewhere, are not failures.
    pub(super) is_failure: bool,
}

impl Unexamined<'_> {
    /// The reason, and the rules that could not be checked.
    pub(super) fn sentence(&self) -> String {
        // More names would be too long for a sentence; JSON has them all.
        const MAX_NAMES: usize = 6;
        let rules = match self.rules.len() {
            ..=MAX_NAMES => self.rules.join(", "),
            many => format!("{many} rules"),
        };
        format!("could not be checked ({}): {rules}", self.reason)
    }
}

impl FileReport {
    /// What could not be checked, and why, with one sentence for each reason.
    pub fn unexamined(&self) -> Vec<String> {
        let asked = unexamined(self);
        let not_asked = not_asked(std::slice::from_ref(self));
        asked.iter().chain(&not_asked).map(Unexamined::sentence).collect()
    }
}

/// The requested parts of a file that could not be checked, one entry for each reason.
pub(super) fn unexamined(file: &FileReport) -> Vec<Unexamined<'_>> {
    by_reason(file.skipped.iter().filter(|skipped| skipped.why.cause != Cause::NotAsked))
}

/// The parts that were not requested, for all files together: they are the same in each file.
pub(super) fn not_asked(files: &[FileReport]) -> Vec<Unexamined<'_>> {
    let skipped = files.iter().flat_map(|file| &file.skipped);
    by_reason(skipped.filter(|skipped| skipped.why.cause == Cause::NotAsked))
}

fn by_reason<'a>(skipped: impl Iterator<Item = &'a Skipped>) -> Vec<Unexamined<'a>> {
    let mut groups: Vec<Unexamined<'a>> = Vec::new();
    for Skipped { rule, why } in skipped {
        match groups.iter_mut().find(|group| group.reason == why.reason) {
            Some(group) if group.rules.contains(rule) => {}
            Some(group) => group.rules.push(rule),
            None => groups.push(Unexamined {
                rules: vec![rule],
                reason: &why.reason,
                is_failure: why.cause.is_failure(),
            }),
        }
    }
    groups
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::entra::snapshot::Unseen;
    use crate::report::file_report::presentable;

    /// A file without findings in which two rules follow from a refused sign-in and two were not asked for.
    pub(in crate::report) fn skipping(name: &str) -> FileReport {
        let refused = ["permission-missing", "permission-excess"].map(|rule| (rule, Unseen::refused()));
        let unasked = ["permission-delegated", "public-client"]
            .map(|rule| (rule, Unseen::new(Cause::NotAsked, "nobody\u{1b} asked")));
        let skipped =
            refused.into_iter().chain(unasked).map(|(rule, why)| presentable(&Skipped { rule, why }));
        FileReport { path: name.to_owned(), skipped: skipped.collect(), ..FileReport::default() }
    }

    #[test]
    fn rules_are_grouped_by_their_reason() {
        let files = [skipping("a.toml"), skipping("b.toml")];
        let refused = vec!["permission-missing", "permission-excess"];
        assert_eq!(
            unexamined(&files[0]),
            [Unexamined { rules: refused, reason: "the sign-in was refused", is_failure: false }]
        );
        let unasked = not_asked(&files);
        assert_eq!(unasked.len(), 1);
        assert_eq!(
            unasked[0].sentence(),
            "could not be checked (nobody\\u{1b} asked): permission-delegated, public-client"
        );
    }
}
