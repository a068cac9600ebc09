//! Comments for this program: `# swyx-teams: allow(rule-id) reason`, `allow(one, other)` or
//! `allow(one) allow(other)`.

/// The prefix of a comment for this program.
pub(crate) const DIRECTIVE: &str = "swyx-teams:";

/// The maximum length of a list of rule ids.
const MAX_LIST_LEN: usize = 400;

/// Whether a comment is a directive for this program.
pub(crate) fn is_directive(comment: &str) -> bool {
    comment.trim_start_matches('#').trim_start().starts_with(DIRECTIVE)
}

/// The end of the directive in a comment, and the lists of rules that it allows.
fn directive(comment: &str) -> Option<(usize, Vec<&str>)> {
    let mut rest = comment.trim_start_matches('#').trim_start().strip_prefix(DIRECTIVE)?;
    let mut lists = Vec::new();
    while let Some((list, after)) = split_list(rest) {
        lists.push(list);
        rest = after;
    }
    (!lists.is_empty()).then(|| (comment.len() - rest.len(), lists))
}

/// The list of a text that starts with `allow(…)`, and the text after it.
fn split_list(text: &str) -> Option<(&str, &str)> {
    let list = text.trim_start().strip_prefix("allow(")?;
    let length = list.bytes().take(MAX_LIST_LEN).position(|byte| byte == b')')?;
    Some((list.get(..length)?, list.get(length + 1..)?))
}

/// The rules that a comment allows; none if the comment is invalid.
pub(crate) fn allowed_rules(comment: &str) -> Vec<&str> {
    let lists = directive(comment).map(|(_, lists)| lists).unwrap_or_default();
    lists.into_iter().flat_map(|list| list.split(',').map(str::trim)).collect()
}

/// The number of bytes of a comment that may be shown: its `#`, or the directive without the reason.
pub(super) fn shown_head(comment: &str) -> usize {
    let is_plain = |list: &&str| {
        list.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b' ' | b','))
    };
    directive(comment).filter(|(_, lists)| lists.iter().all(is_plain)).map_or(1, |(end, _)| end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_lists_in_one_comment_are_read() {
        for (comment, rules, head) in [
            ("# swyx-teams: allow(a) why", &["a"][..], "# swyx-teams: allow(a)"),
            ("# swyx-teams: allow(a, b)", &["a", "b"], "# swyx-teams: allow(a, b)"),
            (
                "#swyx-teams:allow(a) allow(b)allow(c) why",
                &["a", "b", "c"],
                "#swyx-teams:allow(a) allow(b)allow(c)",
            ),
            ("# swyx-teams: allow(a) allow(B)", &["a", "B"], "#"),
            ("# swyx-teams: allow(a) like allow(b)", &["a"], "# swyx-teams: allow(a)"),
            ("# swyx-teams: allow(a) allow(b", &["a"], "# swyx-teams: allow(a)"),
            ("# swyx-teams: allow", &[], "#"),
        ] {
            assert_eq!(allowed_rules(comment), rules, "{comment}");
            assert_eq!(comment.get(..shown_head(comment)), Some(head), "{comment}");
        }
    }
}
