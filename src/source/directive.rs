//! Comments for this program: `# swyx-teams: allow(rule-id) reason`.

/// The prefix of a comment for this program.
pub(crate) const DIRECTIVE: &str = "swyx-teams:";

/// The maximum length of a rule id; longer than any existing one.
const MAX_ID_LEN: usize = 60;

/// Whether a comment is a directive for this program.
pub(crate) fn is_directive(comment: &str) -> bool {
    comment.trim_start_matches('#').trim_start().starts_with(DIRECTIVE)
}

/// The end of the directive in a comment, and the rule that it allows.
fn directive(comment: &str) -> Option<(usize, &str)> {
    let words = comment.trim_start_matches('#').trim_start().strip_prefix(DIRECTIVE)?;
    let rule = words.trim_start().strip_prefix("allow(")?;
    let length = rule.bytes().take(MAX_ID_LEN).position(|byte| byte == b')')?;
    Some((comment.len() - rule.len() + length + 1, rule.get(..length)?))
}

/// The rule that a comment allows, if any.
pub(crate) fn allowed_rule(comment: &str) -> Option<&str> {
    directive(comment).map(|(_, rule)| rule.trim())
}

/// The number of bytes of a comment that may be shown: its `#`, or the directive without the reason.
pub(super) fn shown_head(comment: &str) -> usize {
    let is_plain =
        |rule: &str| rule.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b' '));
    directive(comment).filter(|(_, rule)| is_plain(rule)).map_or(1, |(end, _)| end)
}
