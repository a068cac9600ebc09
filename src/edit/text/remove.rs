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
            let own = match table.origin {
                Origin::Header => Some(whole_lines(source.text(), node.span.start, table.body_end)),
                _ => None,
            };
            let covered = own.clone().unwrap_or(0..0);
            let members = table.entries.iter().flat_map(|entry| lines(source, *entry));
            own.into_iter().chain(members.filter(|range| !covered.contains(&range.start))).collect()
        }
        Value::Array(array) if array.of_headers => {
            array.elements.iter().flat_map(|element| lines(source, *element)).collect()
        }
        _ => vec![whole_lines(source.text(), node.name_span.start, node.span.end)],
    }
}

/// From the start of the line of `start` to the end of the line of `end`. If that is the last line without a
/// line end, the preceding line end is included. If two blank lines would meet, one of them is included.
fn whole_lines(text: &str, start: usize, end: usize) -> Range<usize> {
    let before = text.get(..start).unwrap_or_default();
    let first =
        before.rfind('\n').map_or(0, |at| at + 1).max(if text.starts_with('\u{feff}') { 3 } else { 0 });
    let rest = text.get(end..).unwrap_or_default();
    match rest.find('\n') {
        Some(at) => {
            let last = end + at + 1;
            let head = text.get(..first).unwrap_or_default();
            let tail = text.get(last..).unwrap_or_default();
            let is_section = text.get(first..).is_some_and(|line| line.trim_start().starts_with('['));
            let blank_before = head.is_empty() || head.ends_with("\n\n") || head.ends_with("\n\r\n");
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
