//! Comments for this program: `# swyx-teams: allow(rule-id) reason`.

/// What a comment for this program starts with.
pub(crate) const DIRECTIVE: &str = "swyx-teams:";

/// Longer than any rule's id.
const LONGEST_ID: usize = 60;

/// Whether a comment is one of our own directives.
pub(crate) fn is_directive(comment: &str) -> bool {
    comment.trim_start_matches('#').trim_start().starts_with(DIRECTIVE)
}

/// The words of a comment for this program, and the rule that it allows.
fn directive(comment: &str) -> Option<(usize, &str)> {
    let words = comment.trim_start_matches('#').trim_start().strip_prefix(DIRECTIVE)?;
    let rule = words.trim_start().strip_prefix("allow(")?;
    let length = rule.bytes().take(LONGEST_ID).position(|byte| byte == b')')?;
    Some((comment.len() - rule.len() + length + 1, rule.get(..length)?))
}

/// The rule that a comment allows, if it is a directive that does.
pub(crate) fn allowed_rule(comment: &str) -> Option<&str> {
    directive(comment).map(|(_, rule)| rule.trim())
}

/// How many bytes of a comment may be shown: its `#`, or all of a directive but the reason that follows it.
pub(super) fn shown_head(comment: &str) -> usize {
    let is_plain =
        |rule: &str| rule.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b' '));
    directive(comment).filter(|(_, rule)| is_plain(rule)).map_or(1, |(end, _)| end)
}
