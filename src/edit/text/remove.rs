//! Removes a key: its line, its part of an inline table, or its sections.

use std::ops::Range;

use crate::diagnostic::{Key, Step};
use crate::edit::change::EditError;
use crate::edit::replacement::Replacement;
use crate::source::Source;
use crate::source::tree::{NodeId, Origin, Value};

/// The replacements that remove `key`.
pub(super) fn remove(source: &Source, key: &Key) -> Result<Vec<Replacement>, EditError> {
    let tree = source.tree();
    let id = tree.find(key).ok_or_else(|| EditError::NotSet(key.clone()))?;
    let parent = tree.find(&key.parent()).ok_or_else(|| EditError::NotSet(key.clone()))?;
    let is_in_brackets = match &tree.node(parent).value {
        Value::Table(table) => table.origin == Origin::Inline,
        Value::Array(array) => !array.of_headers,
        _ => false,
    };
    let ranges = if is_in_brackets {
        let is_member = matches!(key.steps().last(), Some(Step::Name(_)));
        vec![in_brackets(source, id, is_member).ok_or_else(|| EditError::NoPlace(key.clone()))?]
    } else {
        lines(source, id)
    };
    let mut ranges = ranges.into_iter().filter(|range| !range.is_empty()).collect::<Vec<_>>();
    ranges.sort_by_key(|range| range.start);
    ranges.dedup();
    Ok(ranges.into_iter().map(|range| Replacement { range, with: String::new() }).collect())
}

/// The lines of a node that occupies whole lines: `key = value`, one section, or several sections.
fn lines(source: &Source, id: NodeId) -> Vec<Range<usize>> {
    let node = source.tree().node(id);
    match &node.value {
        Value::Table(table) if table.origin != Origin::Inline => {
            // Only elements of arrays have no name.
            let start = if node.name.is_empty() {
                comment_start(source.text(), node.span.start)
            } else {
                node.span.start
            };
            let own = match table.origin {
                Origin::Header => Some(whole_lines(source.text(), start, table.body_end, true)),
                _ => None,
            };
            let covered = own.clone().unwrap_or(0..0);
            let members = table.entries.iter().flat_map(|entry| lines(source, *entry));
            own.into_iter().chain(members.filter(|range| !covered.contains(&range.start))).collect()
        }
        Value::Array(array) if array.of_headers => {
            array.elements.iter().flat_map(|element| lines(source, *element)).collect()
        }
        _ => vec![whole_lines(source.text(), node.name_span.start, node.span.end, false)],
    }
}

/// The start of the comment directly above a row, or `start` if there is none: otherwise it would seem to belong to the
/// next row. A comment at the start of the file stays, because it is about the file.
fn comment_start(text: &str, start: usize) -> usize {
    let line = |end: usize| text.get(..end).map_or(0, |before| before.rfind('\n').map_or(0, |at| at + 1));
    let mut first = line(start);
    while first > 0 {
        let above = line(first - 1);
        let is_comment = text
            .get(above..first)
            .is_some_and(|line| line.trim_start_matches('\u{feff}').trim_start().starts_with('#'));
        match (is_comment, above) {
            (false, _) => break,
            (true, 0) => return start,
            (true, _) => first = above,
        }
    }
    first
}

/// From the start of the line of `start` to the end of the line of `end`. If that is the last line without a
/// line end, the preceding line end is included. If two blank lines would meet around a section, one of them is included.
fn whole_lines(text: &str, start: usize, end: usize, is_section: bool) -> Range<usize> {
    let before = text.get(..start).unwrap_or_default();
    let first =
        before.rfind('\n').map_or(0, |at| at + 1).max(if text.starts_with('\u{feff}') { 3 } else { 0 });
    let rest = text.get(end..).unwrap_or_default();
    match rest.find('\n') {
        Some(at) => {
            let last = end + at + 1;
            let head = text.get(..first).unwrap_or_default();
            let tail = text.get(last..).unwrap_or_default();
            let blank_before = starts_new_block(head);
            let blank_after = if tail.starts_with("\r\n") { 2 } else { usize::from(tail.starts_with('\n')) };
            first..if is_section && blank_before { last + blank_after } else { last }
        }
        None => {
            let head = text.get(..first).unwrap_or_default();
            let head = head.strip_suffix('\n').unwrap_or(head);
            head.strip_suffix('\r').unwrap_or(head).len()..text.len()
        }
    }
}

/// Whether a section after `head` needs no blank line.
pub(super) fn starts_new_block(head: &str) -> bool {
    head.is_empty() || head.ends_with("\n\n") || head.ends_with("\n\r\n")
}

/// The range of a member of an inline table or an element of an inline array, including its comma.
fn in_brackets(source: &Source, id: NodeId, is_member: bool) -> Option<Range<usize>> {
    let text = source.text();
    let node = source.tree().node(id);
    let before = text.get(..if is_member { node.name_span.start } else { node.span.start })?;
    // A dotted member begins with its first name, after the comma or bracket.
    let start = before.rfind([',', '{', '['])? + 1;
    let after = text.get(node.span.end..)?;
    let next = after.trim_start();
    if next.starts_with(',') {
        return Some(start..node.span.end + (after.len() - next.len()) + 1);
    }
    let comma = usize::from(text.get(..start)?.ends_with(','));
    Some(start - comma..node.span.end)
}

#[cfg(test)]
mod tests {
    use crate::edit::{Change, edit_text};

    const ANN: &str = "[[user]]\nswyx = \"ann\"\nteams = \"ann@x\"\n";
    const BEN: &str = "[[user]]\nswyx = \"ben\"\nteams = \"ben@x\"\n";

    /// The text without the element or array `key`.
    fn without(text: &str, key: &str) -> String {
        edit_text(text, &[Change::Unset(key.parse().expect("a key"))]).expect("a text")
    }

    #[test]
    fn comment_above_a_row_is_removed_with_it() {
        let head = "# head\n[swyx]\nversion = \"14.00\" # north\n\n# the users\n\n";
        for (text, key, after) in [
            (
                format!("{head}# ann\n  # on leave\n{ANN}\n# ben\n{BEN}"),
                "user[0]",
                format!("{head}# ben\n{BEN}"),
            ),
            (format!("{head}# ann\n{ANN}\n# ben\n{BEN}"), "user[1]", format!("{head}# ann\n{ANN}\n")),
            (
                format!("{head}# ann\n{ANN}# ben\n{BEN}# end\n"),
                "user[1]",
                format!("{head}# ann\n{ANN}# end\n"),
            ),
            (format!("{head}# ann\n{ANN}\n# ben\n{BEN}"), "user", head.to_owned()),
            // A comment about the file, or about a table.
            (format!("# head\n{ANN}"), "user[0]", "# head\n".to_owned()),
            (format!("\u{feff}# head\n# more\n{ANN}"), "user[0]", "\u{feff}# head\n# more\n".to_owned()),
            ("a = 1\n# swyx\n[swyx]\nversion = \"14.00\"\n".to_owned(), "swyx", "a = 1\n# swyx\n".to_owned()),
        ] {
            assert_eq!(without(&text, key), after, "{key}: {text}");
            let windows = |text: &str| text.replace('\n', "\r\n");
            assert_eq!(without(&windows(&text), key), windows(&after), "{key}: {text}");
        }
    }
}
