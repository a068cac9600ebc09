//! `unreadable`: the file cannot be read.

use crate::diagnostic::{Severity, id};
use crate::rules::{Check, Rule};

pub(super) const RULE: Rule = Rule {
    id: id::UNREADABLE,
    severity: Severity::Error,
    title: "the file cannot be read",
    doc: "\
## What
The path does not exist, you have no permission to read it, it is not a regular file (a folder
without any `*.toml`, a pipe, a device), or the file exceeds a limit: 1 MiB, 300,000 tokens, 10,000
findings.
## Why
A check that read nothing must not pass, so it ends with exit code 2.
## Fix
Correct the path or its permissions. The settings of one tenant with 10,000 users stay below the
limits.
## Source
This project's own: the settings file is described by its JSON Schema (`swyx-teams schema`).",
    keys: &[],
    check: Check::Reading,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::MAX_FINDINGS;
    use crate::source::{MAX_BYTES, MAX_TOKENS};
    use crate::text::format_bytes;

    /// A number with commas between the thousands.
    fn grouped(number: usize) -> String {
        format!("{},{:03}", number / 1000, number % 1000)
    }

    #[test]
    fn documented_limits_match_the_code() {
        let limits = [format_bytes(MAX_BYTES), grouped(MAX_TOKENS), grouped(MAX_FINDINGS)];
        let [bytes, tokens, findings] = limits;
        let text = RULE.doc.replace('\n', " ");
        assert!(text.contains(&format!("{bytes}, {tokens} tokens, {findings} findings.")), "{text}");
    }
}
