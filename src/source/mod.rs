//! The text of one file: where its keys are, and what may be shown.
//!
//! Only this module slices the text. Rules and reports refer to keys. A [`Source`] converts them to lines and
//! columns, and returns text only with everything masked that is, or might be, a secret: values that the
//! reader marked, comments (they may contain old secrets), and any string that contains an Entra client
//! secret of today's form.
//!
//! ```
//! let text = "[control_center]\nMsTeamsClientSecret = \"xYz7Q~a-made-up.secret_of~the.example012\"\n";
//! let checked = swyx_teams::check::check_bytes("a.toml", text.into(), false);
//! let found = checked.diagnostics().iter().find(|found| found.rule == "secret-inline").expect("a finding");
//! let source = checked.source();
//! assert_eq!(source.span(&found.place).start.line, 2);
//! assert!(!source.excerpt(&found.place).expect("a line").marked.contains("made-up"));
//! ```

pub(crate) mod decode;
mod directive;
pub(crate) mod fault;
mod lines;
pub(crate) mod names;
pub(crate) mod parse;
mod pieces;
pub(crate) mod tree;

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod hostile;

pub(crate) use directive::{DIRECTIVE, allowed_rules, is_directive};

use std::ops::Range;
use std::sync::OnceLock;

use crate::diagnostic::{Diagnostic, Key, Place, id};
use crate::secret::shape::{holds_a_secret, secrets};
use crate::text::{format_bytes, is_unprintable};
use directive::shown_head;
use lines::Lines;
use tree::{NodeId, Origin, Tree, Value};

/// The maximum size of a file in bytes. The settings of one tenant with 10,000 users need about 0.8 MiB.
pub const MAX_BYTES: usize = 1024 * 1024;
/// The maximum number of tokens in a file (names, values, punctuation, whitespace, comments, line ends).
pub(crate) const MAX_TOKENS: usize = 300_000;

/// A point in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Position {
    /// The offset in bytes from the start of the file.
    pub offset: usize,
    /// The line, starting at 1.
    pub line: usize,
    /// The column in Unicode scalar values, starting at 1; a byte order mark does not count.
    pub column: usize,
}

/// A range of the text, excluding its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Span {
    /// Its first point.
    pub start: Position,
    /// The point after it.
    pub end: Position,
}

/// A displayable range of one line, with the text before and after it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Excerpt {
    /// The line before the range.
    pub before: String,
    /// The range itself, up to the end of its first line.
    pub marked: String,
    /// The rest of the line.
    pub after: String,
}

/// The text of one settings file. It contains secrets, so it does not implement Debug.
pub struct Source {
    name: String,
    text: String,
    readable_by_others: bool,
    tree: Tree,
    comments: Vec<Range<usize>>,
    masked: Vec<Range<usize>>,
    sound: bool,
    lines: OnceLock<Lines>,
}

impl Source {
    /// Reads the bytes of a file. It never fails: faults of the text become diagnostics of the rules
    /// `encoding`, `syntax` and `unreadable`. Then nothing of the text can be looked up or shown.
    ///
    /// `name` is the name of the file in reports; `readable_by_others` comes from its file mode, and is
    /// `false` for text without a file.
    pub fn new(name: impl Into<String>, bytes: Vec<u8>, readable_by_others: bool) -> (Self, Vec<Diagnostic>) {
        let (text, fault) = decode::text(bytes);
        let mut source = Self {
            name: name.into(),
            text,
            readable_by_others,
            tree: Tree::new(0),
            comments: Vec::new(),
            masked: Vec::new(),
            sound: false,
            lines: OnceLock::new(),
        };
        if let Some(fault) = fault {
            return (source, vec![fault]);
        }
        if source.text.len() > MAX_BYTES {
            let message = format!("the file has more than {}", format_bytes(MAX_BYTES));
            return (source, vec![too_large(message)]);
        }
        let Ok(parsed) = parse::parse(&source.text, MAX_TOKENS) else {
            return (source, vec![too_large(format!("the file has more than {MAX_TOKENS} tokens"))]);
        };
        source.tree = parsed.tree;
        source.comments = parsed.comments;
        source.sound = parsed.faults.is_empty();
        (source, parsed.faults.into_iter().map(syntax_error).collect())
    }

    /// Creates a file without text, for example if it cannot be read.
    pub fn absent(name: impl Into<String>) -> Self {
        Self::new(name, Vec::new(), false).0.unsound()
    }

    fn unsound(mut self) -> Self {
        self.sound = false;
        self
    }

    /// The name of the file in reports.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the text is valid TOML. Only then can keys be looked up and lines be shown.
    pub fn is_sound(&self) -> bool {
        self.sound
    }

    /// Whether the file's mode lets others read it.
    pub(crate) fn is_readable_by_others(&self) -> bool {
        self.readable_by_others
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The comments, from `#` to the end of their line.
    pub(crate) fn comments(&self) -> impl DoubleEndedIterator<Item = (Range<usize>, &str)> {
        self.comments.iter().map(|range| (range.clone(), self.slice(range.clone())))
    }

    /// Whether only spaces and tabs precede `offset` in its line.
    pub(crate) fn starts_its_line(&self, offset: usize) -> bool {
        let line = self.lines().line_of(offset);
        self.slice(self.line_start(line)..offset).bytes().all(|b| b == b' ' || b == b'\t')
    }

    fn slice(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    /// Masks bytes, so that they are never shown.
    pub(crate) fn mask(&mut self, mut ranges: Vec<Range<usize>>) {
        if self.text.contains("Q~") {
            ranges.extend(secrets(&self.text));
        }
        // Escapes can hide a secret in the text.
        if self.text.contains('\\') {
            self.mask_escaped_secrets(&mut ranges);
        }
        ranges.sort_by_key(|range| range.start);
        // Merged, so that only the last range that starts before a byte can contain it.
        self.masked = ranges.into_iter().fold(Vec::new(), |mut merged: Vec<Range<usize>>, range| {
            match merged.last_mut() {
                Some(last) if range.start < last.end => last.end = last.end.max(range.end),
                _ => merged.push(range),
            }
            merged
        });
    }

    fn mask_escaped_secrets(&self, ranges: &mut Vec<Range<usize>>) {
        let mut waiting = vec![Tree::ROOT];
        while let Some(id) = waiting.pop() {
            let node = self.tree.node(id);
            if holds_a_secret(&node.name) {
                ranges.push(node.name_span.clone());
            }
            match &node.value {
                Value::Text(text) if holds_a_secret(text) => ranges.push(node.span.clone()),
                Value::Table(table) => waiting.extend(&table.entries),
                Value::Array(array) => waiting.extend(&array.elements),
                _ => {}
            }
        }
    }

    /// All occurrences of a secret in this file, because it may have been pasted twice. Shorter texts are
    /// common words.
    pub(crate) fn occurrences(&self, secret: &str) -> Vec<Range<usize>> {
        const MIN_LEN: usize = 8;
        if secret.len() < MIN_LEN {
            return Vec::new();
        }
        self.text.match_indices(secret).map(|(at, found)| at..at + found.len()).collect()
    }

    /// Whether a part of the value at `key` is masked.
    pub(crate) fn is_masked(&self, key: &Key) -> bool {
        let span = self.tree.find(key).map(|id| self.tree.node(id).span.clone());
        let last_before =
            |end| self.masked.get(self.masked.partition_point(|mask| mask.start < end).checked_sub(1)?);
        span.is_some_and(|span| last_before(span.end).is_some_and(|mask| span.start < mask.end))
    }

    /// The span of `place` in the text.
    pub fn span(&self, place: &Place) -> Span {
        let range = self.range(place);
        Span { start: self.position(range.start), end: self.position(range.end) }
    }

    /// The bytes at `place`; for a missing key, the nearest table around it.
    pub(crate) fn range(&self, place: &Place) -> Range<usize> {
        match place {
            Place::File => 0..0,
            Place::Bytes(range, _) => range.clone(),
            Place::Key(key) => {
                self.find(key).map_or_else(|| self.around(key), |id| self.tree.node(id).name_span.clone())
            }
            Place::Value(key) => {
                self.find(key).map_or_else(|| self.around(key), |id| self.tree.node(id).span.clone())
            }
            Place::Missing(key) => self.around(key),
        }
    }

    /// The line of `place`, counted from 1.
    pub(crate) fn line_of(&self, place: &Place) -> usize {
        self.lines().line_of(self.range(place).start)
    }

    /// Whether the file has a value at `key`.
    pub(crate) fn has(&self, key: &Key) -> bool {
        self.find(key).is_some()
    }

    fn find(&self, key: &Key) -> Option<NodeId> {
        self.tree.find(key)
    }

    /// The header of the table that contains, or would contain, `key`; without a header, the name of the
    /// table.
    fn around(&self, key: &Key) -> Range<usize> {
        let mut key = key.parent();
        loop {
            if key == Key::ROOT {
                return 0..0;
            }
            let Some(id) = self.find(&key) else {
                key = key.parent();
                continue;
            };
            let node = self.tree.node(id);
            return match self.tree.table(id).map(|table| table.origin) {
                Some(Origin::Header) | None => node.span.clone(),
                Some(_) => node.name_span.clone(),
            };
        }
    }

    /// The point at `offset` bytes.
    pub fn position(&self, offset: usize) -> Position {
        let line = self.lines().line_of(offset);
        let before = |offset| self.lines().characters_before(&self.text, offset);
        Position { offset, line, column: before(offset).saturating_sub(before(self.line_start(line))) + 1 }
    }

    fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| {
            let first = if self.text.starts_with(decode::BOM) { decode::BOM.len_utf8() } else { 0 };
            Lines::new(&self.text, first)
        })
    }

    /// The offset of the first byte of `line`, counted from 1.
    fn line_start(&self, line: usize) -> usize {
        self.lines().start_of(line).unwrap_or(self.text.len())
    }

    /// The offset after the last byte of `line`, without its line end.
    fn line_end(&self, line: usize) -> usize {
        let end = self.lines().start_of(line + 1).map_or(self.text.len(), |next| next - 1);
        if self.slice(self.line_start(line)..end).ends_with('\r') { end - 1 } else { end }
    }

    /// The displayable line of `place`; `None` if the text is not valid TOML or the place is the whole file.
    ///
    /// Contains at most about 500 characters on each side of the place, because a line may have 1 MiB.
    pub fn excerpt(&self, place: &Place) -> Option<Excerpt> {
        const MAX_CONTEXT: usize = 500;
        let range = self.range(place);
        if !self.sound || range.is_empty() {
            return None;
        }
        let line = self.lines().line_of(range.start);
        let (first, last) = (self.line_start(line), self.line_end(line));
        let end = range.end.min(last).max(range.start);
        Some(Excerpt {
            before: self
                .shown(self.boundary(first.max(range.start.saturating_sub(MAX_CONTEXT)))..range.start),
            marked: self.shown(range.start..self.boundary(end.min(range.start + 2 * MAX_CONTEXT))),
            after: self.shown(end..self.boundary(last.min(end + MAX_CONTEXT))),
        })
    }

    /// All lines in displayable form.
    pub(crate) fn shown_lines(&self) -> Vec<String> {
        let count = self.text.lines().count();
        (1..=count).map(|line| self.shown(self.line_start(line)..self.line_end(line))).collect()
    }

    /// The next offset at or after `offset` that does not split a character.
    fn boundary(&self, offset: usize) -> usize {
        (offset..=self.text.len()).find(|at| self.text.is_char_boundary(*at)).unwrap_or(offset)
    }

    /// The displayable text of one line: `*` for masked characters, `…` for the rest of a comment, nothing
    /// unprintable.
    fn shown(&self, range: Range<usize>) -> String {
        let hidden = self.hidden_before(range.end);
        let mut out = String::new();
        for (at, c) in self.slice(range.clone()).char_indices() {
            let at = range.start + at;
            match c {
                _ if at == hidden.start && !hidden.is_empty() => out.push('…'),
                _ if hidden.contains(&at) => {}
                '"' | '\'' if self.is_edge_of_mask(at) => out.push(c),
                _ if self.mask_at(at).is_some() => out.push('*'),
                '\t' => out.push(' '),
                c if is_unprintable(c) => out.push('\u{fffd}'),
                c => out.push(c),
            }
        }
        out
    }

    /// The hidden part of the last comment that starts before `end`.
    fn hidden_before(&self, end: usize) -> Range<usize> {
        let next = self.comments.partition_point(|comment| comment.start < end);
        let last = next.checked_sub(1).and_then(|last| self.comments.get(last));
        last.map_or(0..0, |comment| comment.start + shown_head(self.slice(comment.clone()))..comment.end)
    }

    fn mask_at(&self, at: usize) -> Option<&Range<usize>> {
        let next = self.masked.partition_point(|mask| mask.start <= at);
        self.masked.get(next.checked_sub(1)?).filter(|mask| at < mask.end)
    }

    /// Whether `at` is the first or last byte of a masked value: its quotes are shown.
    fn is_edge_of_mask(&self, at: usize) -> bool {
        self.mask_at(at).is_some_and(|mask| at == mask.start || at + 1 == mask.end)
    }
}

fn too_large(message: String) -> Diagnostic {
    Diagnostic::error(id::UNREADABLE, Place::File, message).help(format!(
        "check that this is a settings file: it may have at most {} and {MAX_TOKENS} tokens",
        format_bytes(MAX_BYTES)
    ))
}

fn syntax_error(fault: fault::Fault) -> Diagnostic {
    let mut found = Diagnostic::error(id::SYNTAX, Place::Bytes(fault.span, None), fault.message);
    found.help = fault.help.map(Into::into);
    match fault.first {
        Some(first) => found.related(Place::Bytes(first, None), "first listed here"),
        None => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str, masks: &[&str]) -> Source {
        let (mut source, found) = Source::new("a.toml", text.as_bytes().to_vec(), false);
        assert_eq!(found, []);
        let mask = |part: &&str| text.find(part).map(|start| start..start + part.len());
        source.mask(masks.iter().filter_map(mask).collect());
        source
    }

    #[test]
    fn columns_count_characters_after_the_byte_order_mark() {
        let source = source("\u{feff}\"ä😀\" = 1\r\n\tb = 2\r\n", &[]);
        for (key, line, column) in [("\"ä😀\"", 1, 8), ("b", 2, 6)] {
            let start = source.span(&Place::Value(key.parse().unwrap())).start;
            assert_eq!((start.line, start.column), (line, column));
        }
        let ends = [0, 3, source.text.len(), usize::MAX].map(|offset| source.position(offset));
        assert_eq!(ends.map(|end| (end.line, end.column)), [(1, 1), (1, 1), (3, 1), (3, 1)]);
    }

    #[test]
    fn excerpt_hides_secrets_comments_and_unprintable_characters() {
        let text =
            "a = \"geheim\" # and old\r\n\tb = [\"\u{202e}\", 'x'] # swyx-teams: allow(some-rule) for x\n";
        let source = source(text, &["\"geheim\"", "'x'"]);
        let excerpt = |key: &'static str| source.excerpt(&Place::Value(Key::of(key))).unwrap();
        assert_eq!(
            (&*excerpt("a").before, &*excerpt("a").marked, &*excerpt("a").after),
            ("a = ", "\"******\"", " #…")
        );
        let b = excerpt("b");
        assert_eq!((&*b.before, &*b.marked), (" b = ", "[\"\u{fffd}\", '*']"));
        assert_eq!(b.after, " # swyx-teams: allow(some-rule)…");
        assert!(
            source.is_masked(&Key::of("a"))
                && source.is_masked(&Key::of("b"))
                && !source.is_masked(&Key::of("c"))
        );
        assert_eq!(source.excerpt(&Place::File), None);
    }

    #[test]
    fn only_exact_directives_are_shown_in_comments() {
        for (comment, shown) in [
            ("# swyx-teams: allow(a-b) c", "# swyx-teams: allow(a-b)…"),
            ("#swyx-teams:allow( a )", "#swyx-teams:allow( a )"),
            ("# swyx-teams: allow(Old8Q~Secret)", "#…"),
            ("# swyx-teams: secret (old)", "#…"),
            ("# swyx-teams: allow(a", "#…"),
            ("# a (b) allow(c)", "#…"),
            ("#", "#"),
        ] {
            let source = source(&format!("a = 1 {comment}\n"), &[]);
            assert_eq!(source.shown_lines()[0], format!("a = 1 {shown}"));
        }
    }

    #[test]
    fn possible_secret_is_masked_at_any_position() {
        let secret = ["abc8", "Q~", "0123456789012345678901234567890"].concat();
        assert!(crate::secret::shape::looks_like_a_secret(&secret));
        for line in
            ["a = \"{}\"", "a = 'MsTeamsClientSecret={}'", "{} = 1", "\"x {}\" = 1", "a = [{ b = ' {} ' }]"]
        {
            let quoted = if line.starts_with("{}") { "'{}' = 1" } else { line };
            let text = quoted.replace("{}", &secret);
            assert_eq!(source(&text, &[]).shown_lines()[0], quoted.replace("{}", &"*".repeat(37)));
        }
        for text in [
            "a = \"8Q~0123456789012345678901234567890\"",
            "a = \"abc8Q~\"",
            "a = \"abcdQ~0123456789012345678901234567890\"",
        ] {
            assert_eq!(source(text, &[]).shown_lines()[0], text);
        }
    }
}
