//! The text of one file: where its keys are, and what of it may be shown.
//!
//! This is the only slicer of text. Rules and reports speak of keys; a [`Source`] turns them into lines and columns, and
//! gives text out only with everything masked that is, or might be, a secret: values that the reader marked, comments (old
//! secrets live on in them), and any string that holds an Entra client secret of today's form, wherever it was pasted.

pub(crate) mod decode;
pub(crate) mod edit;
pub(crate) mod parse;
pub(crate) mod tree;

use std::ops::Range;
use std::sync::OnceLock;

use crate::diagnostic::{Diagnostic, Key, Place, id, is_unprintable};
use tree::{NodeId, Origin, Tree, Value};

/// A file may have this many bytes. One tenant's settings with 10,000 users take about 0.8 MiB.
pub const MOST_BYTES: usize = 1024 * 1024;
/// A file may have this many tokens (names, values, punctuation, blanks, comments, line ends).
pub const MOST_TOKENS: usize = 300_000;

/// A point in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Bytes from the start of the file, from 0.
    pub offset: usize,
    /// The line, from 1.
    pub line: usize,
    /// The column in Unicode scalar values, from 1; a byte order mark takes none.
    pub column: usize,
}

/// A stretch of the text, its end excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its first point.
    pub start: Position,
    /// The point behind it.
    pub end: Position,
}

/// A stretch of one line as it may be shown, with what stands before and behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The line up to the stretch.
    pub before: String,
    /// The stretch itself, up to the end of its first line.
    pub marked: String,
    /// The rest of the line.
    pub after: String,
}

/// The text of one settings file. It holds secrets and so has no Debug text.
pub struct Source {
    name: String,
    text: String,
    readable_by_others: bool,
    tree: Tree,
    comments: Vec<Range<usize>>,
    masked: Vec<Range<usize>>,
    sound: bool,
    line_starts: OnceLock<Vec<usize>>,
}

impl Source {
    /// Reads the bytes of a file. It never fails: what is wrong with the text comes as diagnostics of the rules `encoding`,
    /// `syntax` and `unreadable`, and then nothing of the text can be looked up or shown.
    ///
    /// `name` is what reports call the file; `readable_by_others` is what its mode says, `false` for text without a file.
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
            line_starts: OnceLock::new(),
        };
        if let Some(fault) = fault {
            return (source, vec![fault]);
        }
        if source.text.len() > MOST_BYTES {
            let message = format!("the file has more than {} MiB", MOST_BYTES / 1024 / 1024);
            return (source, vec![too_large(message)]);
        }
        let Ok(parsed) = parse::parse(&source.text, MOST_TOKENS) else {
            return (source, vec![too_large(format!("the file has more than {MOST_TOKENS} tokens"))]);
        };
        source.tree = parsed.tree;
        source.comments = parsed.comments;
        source.sound = parsed.faults.is_empty();
        (source, parsed.faults.into_iter().map(syntax_error).collect())
    }

    /// A file of which there is no text, as when it cannot be read.
    pub fn absent(name: impl Into<String>) -> Self {
        Self::new(name, Vec::new(), false).0.unsound()
    }

    fn unsound(mut self) -> Self {
        self.sound = false;
        self
    }

    /// What reports call the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the text is TOML: only then keys can be looked up and lines shown.
    pub fn is_sound(&self) -> bool {
        self.sound
    }

    /// Whether the file's mode lets others read it.
    pub fn is_readable_by_others(&self) -> bool {
        self.readable_by_others
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The comments, from `#` to the end of their line.
    pub(crate) fn comments(&self) -> impl Iterator<Item = (Range<usize>, &str)> {
        self.comments.iter().map(|range| (range.clone(), self.slice(range.clone())))
    }

    /// Whether nothing but blanks stands before `offset` in its line.
    pub(crate) fn starts_its_line(&self, offset: usize) -> bool {
        let line = self.position(offset).line;
        self.slice(self.line_start(line)..offset).bytes().all(|b| b == b' ' || b == b'\t')
    }

    fn slice(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    /// Marks bytes as never to be shown.
    pub(crate) fn mask(&mut self, mut ranges: Vec<Range<usize>>) {
        // As it is written, or, by escapes, in another way.
        if self.text.contains("Q~") || self.text.contains('\\') {
            self.mask_secrets_out_of_place(&mut ranges);
        }
        ranges.sort_by_key(|range| range.start);
        // Merged, so that the last one that starts before a byte is the only one that can hold it.
        self.masked = ranges.into_iter().fold(Vec::new(), |mut merged: Vec<Range<usize>>, range| {
            match merged.last_mut() {
                Some(last) if range.start < last.end => last.end = last.end.max(range.end),
                _ => merged.push(range),
            }
            merged
        });
    }

    fn mask_secrets_out_of_place(&self, ranges: &mut Vec<Range<usize>>) {
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

    /// Whether some of the value at `key` is never to be shown.
    pub(crate) fn is_masked(&self, key: &Key) -> bool {
        let span = self.tree.find(key).map(|id| self.tree.node(id).span.clone());
        span.is_some_and(|span| self.masked.iter().any(|mask| mask.start < span.end && span.start < mask.end))
    }

    /// Where `place` is in the text.
    pub fn span(&self, place: &Place) -> Span {
        let range = self.range(place);
        Span { start: self.position(range.start), end: self.position(range.end) }
    }

    /// The bytes at `place`; the nearest table around a key that is not there.
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

    /// The first key that is named on `line`.
    pub(crate) fn key_at(&self, line: usize) -> Option<Key> {
        let line = self.line_start(line)..self.line_end(line);
        let mut waiting = vec![(Tree::ROOT, Key::ROOT)];
        while let Some((id, key)) = waiting.pop() {
            let node = self.tree.node(id);
            if id != Tree::ROOT && line.contains(&node.name_span.start) {
                return Some(key);
            }
            match &node.value {
                Value::Table(table) => {
                    waiting.extend(
                        table.entries.iter().rev().map(|id| (*id, key.child(&self.tree.node(*id).name))),
                    );
                }
                Value::Array(array) => {
                    waiting.extend(
                        array.elements.iter().enumerate().rev().map(|(index, id)| (*id, key.index(index))),
                    );
                }
                _ => {}
            }
        }
        None
    }

    fn find(&self, key: &Key) -> Option<NodeId> {
        self.tree.find(key)
    }

    /// The header of the table that `key` is, or would be, in; without a header, the table's own name.
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
        let starts = self.line_starts();
        let line = starts.partition_point(|start| *start <= offset).max(1);
        let column = self.slice(self.line_start(line)..offset).chars().count() + 1;
        Position { offset, line, column }
    }

    fn line_starts(&self) -> &[usize] {
        self.line_starts.get_or_init(|| {
            let first = if self.text.starts_with(decode::BOM) { decode::BOM.len_utf8() } else { 0 };
            let ends = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(first).chain(ends.map(|(at, _)| at + 1)).collect()
        })
    }

    /// The offset of the first byte of `line`, counted from 1.
    fn line_start(&self, line: usize) -> usize {
        self.line_starts().get(line - 1).copied().unwrap_or(self.text.len())
    }

    /// The offset behind the last byte of `line`, without its line end.
    fn line_end(&self, line: usize) -> usize {
        let end = self.line_starts().get(line).map_or(self.text.len(), |next| next - 1);
        if self.slice(self.line_start(line)..end).ends_with('\r') { end - 1 } else { end }
    }

    /// The line of `place`, as it may be shown; nothing if the text is not TOML or the place is the file as a whole.
    ///
    /// At most about 500 characters on either side of the place: a line may have a MiB.
    pub fn excerpt(&self, place: &Place) -> Option<Excerpt> {
        const WIDEST: usize = 500;
        let range = self.range(place);
        if !self.sound || range.is_empty() {
            return None;
        }
        let line = self.position(range.start).line;
        let (first, last) = (self.line_start(line), self.line_end(line));
        let end = range.end.min(last).max(range.start);
        Some(Excerpt {
            before: self.shown(self.boundary(first.max(range.start.saturating_sub(WIDEST)))..range.start),
            marked: self.shown(range.start..self.boundary(end.min(range.start + 2 * WIDEST))),
            after: self.shown(end..self.boundary(last.min(end + WIDEST))),
        })
    }

    /// All lines as they may be shown.
    pub(crate) fn shown_lines(&self) -> Vec<String> {
        let count = self.text.lines().count();
        (1..=count).map(|line| self.shown(self.line_start(line)..self.line_end(line))).collect()
    }

    /// The next offset at or behind `offset` that does not split a character.
    fn boundary(&self, offset: usize) -> usize {
        (offset..=self.text.len()).find(|at| self.text.is_char_boundary(*at)).unwrap_or(offset)
    }

    /// Text as it may be shown: `*` for masked characters, `…` for the rest of a comment, nothing unprintable.
    fn shown(&self, range: Range<usize>) -> String {
        let mut out = String::new();
        for (at, c) in self.slice(range.clone()).char_indices() {
            let at = range.start + at;
            match (self.comment_at(at), self.masked_at(at)) {
                (Some(head), _) if at == head => out.push('…'),
                (Some(head), _) if at > head => {}
                (_, true) if !matches!(c, '"' | '\'') || !self.is_edge_of_mask(at) => out.push('*'),
                _ if c == '\t' => out.push(' '),
                _ if is_unprintable(c) => out.push('\u{fffd}'),
                _ => out.push(c),
            }
        }
        out
    }

    /// If `at` is in a comment, where its part begins that is not shown: behind `#`, or behind an `allow(…)`.
    fn comment_at(&self, at: usize) -> Option<usize> {
        let next = self.comments.partition_point(|comment| comment.start <= at);
        let comment = self.comments.get(next.checked_sub(1)?)?;
        if at >= comment.end {
            return None;
        }
        let text = self.slice(comment.clone());
        Some(comment.start + allowed_rule(text).map_or(1, |rule| rule.end + 1))
    }

    fn mask_at(&self, at: usize) -> Option<&Range<usize>> {
        let next = self.masked.partition_point(|mask| mask.start <= at);
        self.masked.get(next.checked_sub(1)?).filter(|mask| at < mask.end)
    }

    fn masked_at(&self, at: usize) -> bool {
        self.mask_at(at).is_some()
    }

    /// Whether `at` is the first or last byte of a masked value: its quotes are shown.
    fn is_edge_of_mask(&self, at: usize) -> bool {
        self.mask_at(at).is_some_and(|mask| at == mask.start || at + 1 == mask.end)
    }
}

/// Whether a comment is one of our own directives.
pub(crate) fn is_directive(comment: &str) -> bool {
    comment.trim_start_matches('#').trim_start().starts_with(DIRECTIVE)
}

/// Where the id of a rule stands in a comment `# swyx-teams: allow(…)`. What is not written like an id is none: it may be anything.
fn allowed_rule(comment: &str) -> Option<Range<usize>> {
    let directive = comment.trim_start_matches('#').trim_start().strip_prefix(DIRECTIVE)?;
    let rest = directive.trim_start().strip_prefix("allow(")?;
    let (rule, _) = rest.split_once(')')?;
    let start = comment.len() - rest.len();
    let is_id = rule.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    is_id.then(|| start..start + rule.len())
}

/// What a comment for this program starts with.
pub(crate) const DIRECTIVE: &str = "swyx-teams:";

/// Whether a text has the form that Entra gives its client secrets today: 37 to 40 characters with `Q~` as fifth and sixth.
///
/// The pattern `[a-zA-Z0-9_~.]{3}\dQ~[a-zA-Z0-9_~.-]{31,34}` is that of the secret scanner gitleaks (July 2026).
pub(crate) fn looks_like_a_secret(text: &str) -> bool {
    let bytes = text.trim().as_bytes();
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || b"_~.-".contains(byte);
    matches!(bytes.get(3..6), Some([digit, b'Q', b'~']) if digit.is_ascii_digit())
        && (37..=40).contains(&bytes.len())
        && bytes.iter().all(word)
}

/// Whether such a secret is anywhere in a text, whatever stands around it.
pub(crate) fn holds_a_secret(text: &str) -> bool {
    const SHORTEST_REST: usize = 31;
    let bytes = text.as_bytes();
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || b"_~.-".contains(byte);
    text.match_indices("Q~").any(|(at, mark)| {
        let before = at.checked_sub(4).and_then(|start| bytes.get(start..at));
        let rest = bytes.get(at + mark.len()..).unwrap_or_default();
        matches!(before, Some([first @ .., digit]) if first.iter().all(word) && digit.is_ascii_digit())
            && rest.iter().take_while(|byte| word(byte)).count() >= SHORTEST_REST
    })
}

/// A text for a person; in place of one that holds a secret, four asterisks.
pub(crate) fn without_secret(text: &str) -> &str {
    if holds_a_secret(text) { "****" } else { text }
}

fn too_large(message: String) -> Diagnostic {
    Diagnostic::error(id::UNREADABLE, Place::File, message).help(format!(
        "a settings file has at most {} MiB and {MOST_TOKENS} tokens; is this one?",
        MOST_BYTES / 1024 / 1024
    ))
}

fn syntax_error(fault: parse::Fault) -> Diagnostic {
    let mut found = Diagnostic::error(id::SYNTAX, Place::Bytes(fault.span, None), fault.message);
    found.help = fault.help;
    match fault.first {
        Some(first) => found.related(Place::Bytes(first, None), "first given here"),
        None => found,
    }
}
