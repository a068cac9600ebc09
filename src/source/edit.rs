//! Changes of a text, as bytes to replace; everything else stays as it is.

use std::ops::Range;

use super::tree::Value;
use super::{Source, Span};
use crate::diagnostic::{Diagnostic, Edit, Fix, Key};

/// New text in place of some bytes.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Replacement {
    pub(crate) range: Range<usize>,
    pub(crate) with: String,
}

/// The text with all replacements made; they may not overlap. Nothing if they do.
pub(crate) fn apply(text: &str, mut replacements: Vec<Replacement>) -> Option<String> {
    replacements.sort_by_key(|replacement| replacement.range.start);
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for Replacement { range, with } in replacements {
        out.push_str(text.get(done..range.start)?);
        out.push_str(&with);
        done = range.end;
    }
    out.push_str(text.get(done..)?);
    Some(out)
}

impl Source {
    /// What the fix of a finding changes, as spans and new text.
    pub(crate) fn fix_spans(&self, found: &Diagnostic) -> Vec<(Span, String)> {
        let replacements = found.fix.as_ref().and_then(|fix| self.replacements(fix)).unwrap_or_default();
        let span =
            |range: &Range<usize>| Span { start: self.position(range.start), end: self.position(range.end) };
        replacements.into_iter().map(|Replacement { range, with }| (span(&range), with)).collect()
    }

    /// What a fix changes. Nothing if the text is not as the fix expects.
    pub(crate) fn replacements(&self, fix: &Fix) -> Option<Vec<Replacement>> {
        let edits = fix.edits.iter().map(|edit| match edit {
            Edit::Quotes(key) => self.toggle_quotes(key).map(|replacement| vec![replacement]),
            Edit::Trim(key) => self.trim(key),
            Edit::Rename(range, name) => {
                let with = toml_writer::TomlKeyBuilder::new(name).as_default();
                Some(vec![Replacement {
                    range: range.clone(),
                    with: toml_writer::ToTomlKey::to_toml_key(&with),
                }])
            }
            Edit::Delete(range) => Some(vec![self.delete(range.clone())]),
        });
        edits.collect::<Option<Vec<_>>>().map(|edits| edits.concat())
    }

    fn toggle_quotes(&self, key: &Key) -> Option<Replacement> {
        let node = self.tree.node(self.tree.find(key)?);
        let raw = self.text.get(node.span.clone())?;
        let with = match &node.value {
            Value::Text(text) => text.trim().to_owned(),
            Value::Float => format!("\"{raw}\""),
            _ => return None,
        };
        Some(Replacement { range: node.span.clone(), with })
    }

    /// Deletes the blanks at both ends of a string, escaped ones too. It only ever deletes: the string may be a secret.
    fn trim(&self, key: &Key) -> Option<Vec<Replacement>> {
        let node = self.tree.node(self.tree.find(key)?);
        let raw = self.text.get(node.span.clone())?;
        let fence = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|fence| raw.starts_with(fence))?;
        let inner = raw.get(fence.len()..raw.len().checked_sub(fence.len())?)?;
        let units = units(inner, fence.starts_with('"'));
        let kept = |unit: &&(Range<usize>, bool)| !unit.1;
        let (first, last) = (units.iter().find(kept)?, units.iter().rev().find(kept)?);
        let base = node.span.start + fence.len();
        let delete = |range: Range<usize>| Replacement {
            range: base + range.start..base + range.end,
            with: String::new(),
        };
        let ends = [0..first.0.start, last.0.end..inner.len()];
        Some(ends.into_iter().filter(|range| !range.is_empty()).map(delete).collect())
    }

    /// Deletes a comment with the blanks before it, and the line if nothing else is on it.
    fn delete(&self, range: Range<usize>) -> Replacement {
        let before = self.text.get(..range.start).unwrap_or_default();
        let start = before.trim_end_matches([' ', '\t']).len();
        let alone = start == 0 || before.as_bytes().get(start - 1) == Some(&b'\n');
        let rest = self.text.get(range.end..).unwrap_or_default();
        let line_end = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
        let end = if alone { range.end + line_end } else { range.end };
        Replacement { range: start..end, with: String::new() }
    }
}

/// The characters of a string as written, each with whether it is blank: an escape is one, a folded line end is a blank one.
fn units(inner: &str, escapes: bool) -> Vec<(Range<usize>, bool)> {
    let mut units = Vec::new();
    let mut chars = inner.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        let blank = match c {
            '\\' if escapes => match chars.next() {
                Some((_, 't' | 'n' | 'r' | 'f' | '\n' | '\r' | ' ')) => true,
                Some((at, kind @ ('u' | 'U' | 'x'))) => {
                    let digits = match kind {
                        'x' => 2,
                        'u' => 4,
                        _ => 8,
                    };
                    let code =
                        inner.get(at + 1..at + 1 + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
                    chars.nth(digits - 1);
                    code.and_then(char::from_u32).is_some_and(char::is_whitespace)
                }
                _ => false,
            },
            c => c.is_whitespace(),
        };
        let end = chars.peek().map_or(inner.len(), |(at, _)| *at);
        units.push((start..end, blank));
    }
    units
}
