//! Comments for this program: `# swyx-teams: allow(rule-id) reason`, or `allow(one, other)`.

/// The prefix of a comment for this program.
pub(crate) const DIRECTIVE: &str = "swyx-teams:";

/// The maximum length of a list of rule ids.
const MAX_LIST_LEN: usize = 400;

/// Whether a comment is a directive for this program.
pub(crate) fn is_directive(comment: &str) -> bool {
    comment.trim_start_matches('#').trim_start().starts_with(DIRECTIVE)
}

/// The end of the directive in a comment, and the list of rules that it allows.
fn directive(comment: &str) -> Option<(usize, &str)> {
    let words = comment.trim_start_matches('#').trim_start().strip_prefix(DIRECTIVE)?;
    let rule = words.trim_start().strip_prefix("allow(")?;
    let length = rule.bytes().take(MAX_LIST_LEN).position(|byte| byte == b')')?;
    Some((comment.len() - rule.len() + length + 1, rule.get(..length)?))
}

/// The rules that a comment allows; none if the comment is invalid.
pub(crate) fn allowed_rules(comment: &str) -> Vec<&str> {
    directive(comment).map(|(_, rules)| rules.split(',').map(str::trim).collect()).unwrap_or_default()
}

/// The number of bytes of a comment that may be shown: its `#`, or the directive without the reason.
pub(super) fn shown_head(comment: &str) -> usize {
    let is_plain =
        |rule: &str| rule.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b' ' | b','));
    directive(comment).filter(|(_, rule)| is_plain(rule)).map_or(1, |(end, _)| end)
}
