//! The text changes of a finding's fix.

use std::ops::Range;

use super::change;
use super::replacement::Replacement;
use crate::diagnostic::{Diagnostic, Edit, Fix, Key};
use crate::source::tree::Value;
use crate::source::{Source, Span};
use crate::text::{is_invisible, is_typographic_dash};

impl Source {
    /// The spans that a finding's fix changes, each with its new text. They never contain a secret.
    pub fn fix_spans(&self, found: &Diagnostic) -> Vec<(Span, String)> {
        let replacements = found.fix.as_ref().and_then(|fix| self.replacements(fix)).unwrap_or_default();
        let span =
            |range: &Range<usize>| Span { start: self.position(range.start), end: self.position(range.end) };
        replacements.into_iter().map(|Replacement { range, with }| (span(&range), with)).collect()
    }

    /// The replacements of a fix, or `None` if the text is not as the fix expects.
    pub(crate) fn replacements(&self, fix: &Fix) -> Option<Vec<Replacement>> {
        let edits = fix.edits.iter().map(|edit| match edit {
            Edit::Quotes(key) => self.toggle_quotes(key).map(|replacement| vec![replacement]),
            Edit::Trim(key) => self.trim(key),
            Edit::Unmask(key) => self.unmask(key),
            Edit::Date(key, date) => {
                let node = self.tree().node(self.tree().find(key)?);
                Some(vec![Replacement { range: node.span.clone(), with: date.to_string() }])
            }
            Edit::Rename(range, name) => {
                Some(vec![Replacement { range: range.clone(), with: change::name(name) }])
            }
            Edit::Delete(range) => Some(vec![self.delete(range.clone())]),
        });
        edits.collect::<Option<Vec<_>>>().map(|edits| edits.concat())
    }

    fn toggle_quotes(&self, key: &Key) -> Option<Replacement> {
        let node = self.tree().node(self.tree().find(key)?);
        let raw = self.text().get(node.span.clone())?;
        let with = match &node.value {
            Value::Text(text) => text.trim().to_owned(),
            Value::Float(_) => format!("\"{raw}\""),
            _ => return None,
        };
        Some(Replacement { range: node.span.clone(), with })
    }

    /// Deletes the whitespace at both ends of a string, including escaped whitespace. It only deletes,
    /// because the string may be a secret.
    fn trim(&self, key: &Key) -> Option<Vec<Replacement>> {
        let (base, inner, units) = self.string(key)?;
        let kept = |unit: &&Unit| !unit.1.is_whitespace() && unit.1 != '\u{feff}';
        let (first, last) = (units.iter().find(kept)?, units.iter().rev().find(kept)?);
        let delete = |range: Range<usize>| Replacement {
            range: base + range.start..base + range.end,
            with: String::new(),
        };
        let ends = [0..first.0.start, last.0.end..inner.len()];
        Some(ends.into_iter().filter(|range| !range.is_empty()).map(delete).collect())
    }

    /// Deletes invisible characters and surrounding whitespace, and writes hyphens for typographic dashes.
    fn unmask(&self, key: &Key) -> Option<Vec<Replacement>> {
        let (base, _, units) = self.string(key)?;
        let replace = |range: &Range<usize>, with: &str| Replacement {
            range: base + range.start..base + range.end,
            with: with.to_owned(),
        };
        let is_seen = |unit: &Unit| !unit.1.is_whitespace() && !is_invisible(unit.1);
        let first = units.iter().position(is_seen)?;
        let last = units.iter().rposition(is_seen)?;
        let replacements = units.iter().enumerate().filter_map(|(at, (range, c))| match c {
            c if is_typographic_dash(*c) => Some(replace(range, "-")),
            c if is_invisible(*c) || at < first || at > last => Some(replace(range, "")),
            _ => None,
        });
        Some(replacements.collect())
    }

    /// The string at `key`: where its text begins, the text as written, and its characters.
    fn string(&self, key: &Key) -> Option<(usize, &str, Vec<Unit>)> {
        let node = self.tree().node(self.tree().find(key)?);
        let raw = self.text().get(node.span.clone())?;
        let fence = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|fence| raw.starts_with(fence))?;
        let inner = raw.get(fence.len()..raw.len().checked_sub(fence.len())?)?;
        Some((node.span.start + fence.len(), inner, units(inner, fence.starts_with('"'))))
    }

    /// Deletes a comment with the spaces before it, and the whole line if it contains nothing else.
    fn delete(&self, range: Range<usize>) -> Replacement {
        let before = self.text().get(..range.start).unwrap_or_default();
        let start = before.trim_end_matches([' ', '\t']).len();
        let alone = before
            .get(..start)
            .is_some_and(|before| matches!(before, "" | "\u{feff}") || before.ends_with('\n'));
        let rest = self.text().get(range.end..).unwrap_or_default();
        let line_end = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
        let end = if alone { range.end + line_end } else { range.end };
        Replacement { range: start..end, with: String::new() }
    }
}

/// A character of a string: where it is written, and what it means.
type Unit = (Range<usize>, char);

/// The characters of a string as written. An escape is one character; a folded line end is a line feed.
fn units(inner: &str, escapes: bool) -> Vec<Unit> {
    let mut units = Vec::new();
    let mut chars = inner.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        let meant = match c {
            '\\' if escapes => match chars.next() {
                Some((_, 't' | 'n' | 'r' | 'f' | '\n' | '\r' | ' ')) => '\n',
                Some((at, kind @ ('u' | 'U' | 'x'))) => {
                    let digits = match kind {
                        'x' => 2,
                        'u' => 4,
                        _ => 8,
                    };
                    let code =
                        inner.get(at + 1..at + 1 + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
                    chars.nth(digits - 1);
                    code.and_then(char::from_u32).unwrap_or(c)
                }
                _ => c,
            },
            c => c,
        };
        let end = chars.peek().map_or(inner.len(), |(at, _)| *at);
        units.push((start..end, meant));
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Place, id};
    use crate::edit::replacement::apply;

    /// The text with `edit` made, and what it says then; nothing if the edit is refused.
    fn edited(text: &str, edit: Edit) -> Option<String> {
        let (source, found) = Source::new("a.toml", text.as_bytes().to_vec(), false);
        assert!(source.is_sound(), "{text:?}: {found:?}");
        let fix = Fix { title: String::new(), safe: true, edits: vec![edit] };
        let after = apply(text, source.replacements(&fix)?)?;
        let (source, found) = Source::new("a.toml", after.as_bytes().to_vec(), false);
        assert!(source.is_sound(), "{after:?}: {found:?}");
        Some(after)
    }

    fn value(text: &str) -> String {
        let (source, _) = Source::new("a.toml", text.as_bytes().to_vec(), false);
        let node = source.tree().find(&Key::of("a")).map(|id| &source.tree().node(id).value);
        match node {
            Some(Value::Text(text)) => text.to_string(),
            _ => panic!("no text"),
        }
    }

    #[test]
    fn trim_removes_whitespace_in_every_notation() {
        let quotes = "\"\"\"";
        for (before, after) in [
            (r#"" x y ""#.to_owned(), r#""x y""#.to_owned()),
            (r#""\tabc\n""#.to_owned(), r#""abc""#.to_owned()),
            (r#""\u0020x\U00000020\x20\f\r""#.to_owned(), r#""x""#.to_owned()),
            (r#""\u00A0x\u3000""#.to_owned(), r#""x""#.to_owned()),
            (r#"" \\ \" ""#.to_owned(), r#""\\ \"""#.to_owned()),
            (r#""x\\t ""#.to_owned(), r#""x\\t""#.to_owned()),
            (r#"" \u00e4 \U0001F600\t""#.to_owned(), r#""\u00e4 \U0001F600""#.to_owned()),
            (r#"" \e\b ""#.to_owned(), r#""\e\b""#.to_owned()),
            ("\"\u{a0}\t😀 \"".to_owned(), "\"😀\"".to_owned()),
            (r"' \tx '".to_owned(), r"'\tx'".to_owned()),
            ("'''\r\n  x\r\ny\r\n'''".to_owned(), "'''x\r\ny'''".to_owned()),
            (format!("{quotes}\r\n\r\nx\r\ny\r\n\r\n{quotes}"), format!("{quotes}x\r\ny{quotes}")),
            (format!("{quotes}\\\n   x \\\n   y \\\n   {quotes}"), format!("{quotes}x \\\n   y{quotes}")),
            (format!("{quotes}\\  \r\n x \\\r\n{quotes}"), format!("{quotes}x{quotes}")),
            (format!("{quotes} \"\"x\"\" {quotes}"), format!("{quotes}\"\"x\"\"{quotes}")),
            ("''' 'x' '''".to_owned(), "''''x''''".to_owned()),
        ] {
            let text = format!("a = {before} # b\n");
            let trimmed =
                edited(&text, Edit::Trim(Key::of("a"))).unwrap_or_else(|| panic!("{text:?} is refused"));
            assert_eq!(trimmed, format!("a = {after} # b\n"));
            assert_eq!(value(&trimmed), value(&text).trim(), "{text:?}");
        }
    }

    #[test]
    fn trim_ignores_values_without_or_with_only_whitespace() {
        for text in ["a = \"x\"\n", "a = ''''x''''\n", "a = \"\"\"\nx\"\"\"\n"] {
            let trimmed = edited(text, Edit::Trim(Key::of("a"))).map(|after| value(&after));
            assert_eq!(trimmed.as_deref(), Some(value(text).as_str()));
        }
        for text in ["a = \" \\t\"\n", "a = ''\n", "a = \"\"\"\n\"\"\"\n", "a = 1\n", "b = ' '\n"] {
            assert_eq!(edited(text, Edit::Trim(Key::of("a"))), None, "{text:?}");
        }
    }

    #[test]
    fn quotes_are_added_and_removed() {
        let toggled = |text| edited(text, Edit::Quotes(Key::of("a")));
        assert_eq!(toggled("a = '2' # b\n").as_deref(), Some("a = 2 # b\n"));
        assert_eq!(toggled("a = \" 2 \"\n").as_deref(), Some("a = 2\n"));
        assert_eq!(toggled("a = 14.20\n").as_deref(), Some("a = \"14.20\"\n"));
        assert_eq!(toggled("a = true\n"), None);
        assert_eq!(toggled("b = 1\n"), None);
    }

    #[test]
    fn deleting_a_comment_removes_its_whitespace_and_empty_line() {
        for (before, after) in [
            ("a = 1 \t# x\nb = 2\n", "a = 1\nb = 2\n"),
            ("a = 1 # x\r\nb = 2\r\n", "a = 1\r\nb = 2\r\n"),
            ("a = 1\n  # x\nb = 2\n", "a = 1\nb = 2\n"),
            ("a = 1\r\n\t# x\r\n\r\nb = 2", "a = 1\r\n\r\nb = 2"),
            ("# x\na = 1\n", "a = 1\n"),
            ("\u{feff}# x\r\na = 1\r\n", "\u{feff}a = 1\r\n"),
            ("# x", ""),
            ("a = 1\n# x", "a = 1\n"),
            ("a = 1# x", "a = 1"),
            ("a = [ # x\n  1, # y\n]\n", "a = [\n  1, # y\n]\n"),
        ] {
            let start = before.find("# x").unwrap();
            assert_eq!(edited(before, Edit::Delete(start..start + 3)).as_deref(), Some(after), "{before:?}");
        }
    }

    #[test]
    fn renamed_key_stays_in_its_table() {
        for (name, after) in [
            ("b", "b"),
            ("Busy/InACall", "\"Busy/InACall\""),
            ("ä", "\"ä\""),
            ("", "\"\""),
            ("\"\n", "'\"\n'"),
        ] {
            let renamed = edited("x . \"a\" = 1", Edit::Rename(4..7, name.to_owned())).unwrap_or_default();
            let (source, _) = Source::new("a.toml", renamed.clone().into_bytes(), false);
            assert!(source.tree().find(&Key::of("x").child(name)).is_some(), "{renamed}");
            if !name.contains('\n') {
                assert_eq!(renamed, format!("x . {after} = 1"));
            }
        }
    }

    #[test]
    fn fix_spans_have_positions_and_replacements() {
        let (source, _) = Source::new("a.toml", "ä = 1".replace('ä', "\"ä\"").into_bytes(), false);
        let found = Diagnostic::error(id::UNKNOWN_KEY, Place::File, "")
            .safe_fix("", Edit::Rename(0..4, "b".to_owned()));
        let spans = source.fix_spans(&found);
        assert_eq!(
            spans
                .iter()
                .map(|(span, with)| (span.start.column, span.end.column, &**with))
                .collect::<Vec<_>>(),
            [(1, 4, "b")]
        );
    }
}
