//! Syntax errors: one per line, worded for users who do not know TOML.
//!
//! The texts are fixed, ours or the parser's. They never contain a part of the source, because the faulty
//! line may contain a secret.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

use toml_parser::{Expected, ParseError, Span};

/// The maximum number of syntax errors of one file; more are rarely useful.
pub(crate) const MAX_FAULTS: usize = 100;

/// A syntax error. Its texts are fixed texts of the parser or ours, never a part of the source.
pub(crate) struct Fault {
    pub(crate) span: Range<usize>,
    pub(crate) message: Cow<'static, str>,
    pub(crate) help: Option<Cow<'static, str>>,
    /// The first place of a duplicate.
    pub(crate) first: Option<Range<usize>>,
}

impl Fault {
    pub(super) fn new(span: Range<usize>, message: &'static str, help: Option<&'static str>) -> Self {
        Self { span, message: message.into(), help: help.map(Cow::Borrowed), first: None }
    }
}

/// Collects the faults of one text.
pub(super) struct Faults<'t> {
    text: &'t str,
    /// The number of reported faults, including dropped ones.
    count: usize,
    /// The first fault of each line, by the start of the line: the other faults of a line are usually
    /// consequences of the first. A duplicate name is never a consequence, so it is kept separately.
    by_line: BTreeMap<(usize, bool), Fault>,
    /// The line of the last report.
    line: Range<usize>,
    /// The context of the parser's last report.
    context: Option<Span>,
    /// The start of the last unclosed string.
    open_string: Option<usize>,
}

impl<'t> Faults<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, count: 0, by_line: BTreeMap::new(), line: 0..0, context: None, open_string: None }
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Adds a fault that the parser found.
    pub(super) fn take(&mut self, error: &ParseError) {
        // One value can have a fault at each of its characters, so only the first is worded.
        let at = error.unexpected().unwrap_or_default().start();
        let is_known =
            error.context().is_some() && error.context() == self.context && self.line.contains(&at);
        self.context = error.context();
        if is_known {
            self.count += 1;
            return;
        }
        let fault = to_fault(error, self.text);
        if fault.message == OPEN_STRING {
            self.open_string = Some(fault.span.start);
        }
        // An unclosed string also hides the closing bracket around it.
        let swallowed =
            OPEN_BRACKETS.contains(&&*fault.message) && self.open_string >= Some(fault.span.start);
        if swallowed {
            self.count += 1;
        } else {
            self.push(fault);
        }
    }

    pub(super) fn push(&mut self, fault: Fault) {
        self.count += 1;
        let at = fault.span.start;
        if !self.line.contains(&at) {
            self.line = line_around(self.text, at);
        }
        let is_full = self.by_line.len() >= MAX_FAULTS;
        match self.by_line.entry((self.line.start, fault.first.is_some())) {
            Entry::Occupied(mut first) if at < first.get().span.start => drop(first.insert(fault)),
            Entry::Vacant(place) if !is_full => {
                place.insert(fault);
            }
            _ => {}
        }
    }

    /// Returns the faults in the order of the text.
    pub(super) fn into_vec(self) -> Vec<Fault> {
        let mut faults = self.by_line.into_values().collect::<Vec<_>>();
        faults.sort_by_key(|fault| fault.span.start);
        faults
    }
}

/// The line that contains the byte at `at`, including its line end.
fn line_around(text: &str, at: usize) -> Range<usize> {
    let (before, rest) = text.split_at_checked(at).unwrap_or((text, ""));
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    start..rest.find('\n').map_or(text.len(), |end| at + end) + 1
}

const OPEN_STRING: &str = "this string is not closed";
const OPEN_ARRAY: &str = "this `[` is not closed";
const OPEN_INLINE_TABLE: &str = "this `{` is not closed";
const OPEN_BRACKETS: [&str; 2] = [OPEN_ARRAY, OPEN_INLINE_TABLE];
const BAD_ESCAPE: &str = "invalid escape sequence after the backslash";
/// The help for a backslash that starts an unwanted escape sequence, as in a Windows path.
pub(crate) const HOW_TO_ESCAPE: &str =
    "write \\\\ for one backslash, or put the text between '…', where a backslash has no special meaning";
const QUOTE_IT: &str = "put a text, such as an id, a version or a telephone number, in quotation marks";

/// A message and its help text.
type Words = (&'static str, Option<&'static str>);

/// Converts an error of the parser to a fault at the most helpful place.
fn to_fault(error: &ParseError, text: &str) -> Fault {
    let context = error.context().map_or(0..0, |span| span.start()..span.end());
    let span = error.unexpected().map_or(context.clone(), |span| span.start()..span.end());
    // The value, or other construct, that contains the fault.
    let whole = text.get(context.clone()).unwrap_or_default();
    let at = text.get(span.start..).unwrap_or_default();
    let escape =
        || text.get(..span.start).and_then(|before| before.rfind('\\')).unwrap_or(span.start)..span.start;
    let (span, (message, help)) = match error.description() {
        "invalid literal string" if whole.is_empty() => (span, NO_VALUE),
        "invalid basic string" | "invalid literal string" if span.start == context.end => {
            (opening(&context, whole), (OPEN_STRING, Some(how_to_close(whole))))
        }
        "invalid multi-line basic string" | "invalid multi-line literal string"
            if span.start == context.end =>
        {
            (
                opening(&context, whole),
                (OPEN_STRING, Some("add the same three quotation marks after its last line")),
            )
        }
        "invalid multi-line basic string" if span.is_empty() => (escape(), (BAD_ESCAPE, Some(HOW_TO_ESCAPE))),
        "missing escaped value" | "too few unicode value digits" | "invalid value" => {
            (escape(), (BAD_ESCAPE, Some(HOW_TO_ESCAPE)))
        }
        "carriage return must be followed by newline" => {
            let help = "save the file with Windows (CRLF) or Unix (LF) line ends";
            (span.start.saturating_sub(1)..span.start, ("a carriage return without a line feed", Some(help)))
        }
        "unclosed array" => (context, (OPEN_ARRAY, Some("add `]` after its last value"))),
        "unclosed inline table" => (context, (OPEN_INLINE_TABLE, Some("add `}` after its last value"))),
        description => match words(description, whole, at) {
            Some((place, words)) => (if place == At::Whole { context } else { span }, words),
            None => return unknown_fault(error, span),
        },
    };
    Fault::new(span, message, help)
}

/// The opening quotation marks of a string.
fn opening(context: &Range<usize>, whole: &str) -> Range<usize> {
    let quote = if whole.starts_with("\"\"\"") || whole.starts_with("'''") { 3 } else { 1 };
    context.start..context.end.min(context.start + quote)
}

fn how_to_close(whole: &str) -> &'static str {
    if whole.trim_end().ends_with(is_typographic) {
        "end it with the same straight quotation mark as at its start"
    } else if whole.starts_with('"') && whole.contains("\\\"") {
        "a quotation mark after a backslash does not close the string: write \\\\, or put the text between '…'"
    } else {
        "add the same quotation mark at its end, on the same line"
    }
}

/// The place at which a fault is shown.
#[derive(PartialEq, Eq)]
enum At {
    /// Where the parser stopped.
    Stop,
    /// The whole value.
    Whole,
}

const NO_VALUE: Words = ("no value follows the `=`", Some("write key = value"));
const NO_QUOTES: Words = ("text without quotation marks", Some("put quotation marks around it"));
const NO_NUMBER: Words = ("this is not a number", Some(QUOTE_IT));

/// Our text for an error of the parser, by its fixed description and by the text `at` which it stopped in the
/// `whole` value.
fn words(description: &str, whole: &str, at: &str) -> Option<(At, Words)> {
    let found = match description {
        "string values must be quoted" | "missing opening quote" if whole.is_empty() => (At::Stop, NO_VALUE),
        "string values must be quoted" | "missing opening quote" => (At::Whole, bare_value(whole)),
        "invalid boolean" if whole.eq_ignore_ascii_case("true") || whole.eq_ignore_ascii_case("false") => {
            (At::Whole, ("true and false must be in lower case", None))
        }
        "invalid boolean" => (At::Whole, NO_QUOTES),
        "invalid float" if whole.starts_with(|c: char| c.is_ascii_alphabetic()) => (At::Whole, NO_QUOTES),
        "unexpected leading zero" => (At::Whole, ("a number cannot start with 0", Some(QUOTE_IT))),
        "integer of more than 64 bits" => (At::Stop, ("this number has more than 64 bits", Some(QUOTE_IT))),
        "float out of range" => (At::Stop, ("this number is too large", Some(QUOTE_IT))),
        "no such date or time" => (At::Stop, ("this date or time does not exist", Some(QUOTE_IT))),
        "redundant numeric sign"
        | "integers with a radix cannot be signed"
        | "radix must be lowercase"
        | "redundant integer number prefix"
        | "unexpected sign"
        | "`_` may only go between digits"
        | "invalid integer number"
        | "invalid hexadecimal number"
        | "invalid octal number"
        | "invalid binary number"
        | "invalid float"
        | "invalid mantissa"
        | "invalid fraction"
        | "invalid exponent" => (At::Whole, NO_NUMBER),
        "invalid basic string" | "invalid literal string" => (At::Stop, CONTROL),
        "invalid multi-line basic string"
        | "invalid multi-line literal string"
        | "invalid comment character" => (At::Stop, CONTROL),
        _ => (At::Stop, structure(description, at)?),
    };
    let is_blurred = found.0 == At::Whole && whole.contains(is_invisible);
    Some(if is_blurred { (At::Whole, INVISIBLE) } else { found })
}

fn bare_value(value: &str) -> Words {
    let is_foreign_comment = |word: &str| word.starts_with(';') || word.starts_with("//");
    if let Some(words) = strange_start(value) {
        words
    } else if value.split_ascii_whitespace().any(is_foreign_comment) {
        FOREIGN_COMMENT
    } else if is_like_a_number(value) {
        NO_NUMBER
    } else {
        NO_QUOTES
    }
}

const CONTROL: Words = ("a control character", Some("delete it; most editors do not show it"));

/// The faults of keys, headers and brackets.
fn structure(description: &str, at: &str) -> Option<Words> {
    key(description, at)
        .or_else(|| header(description))
        .or_else(|| line(description, at))
        .or_else(|| list(description))
}

/// A message without a help text.
fn plain(message: &'static str) -> Words {
    (message, None)
}

/// The faults of keys.
fn key(description: &str, at: &str) -> Option<Words> {
    Some(match description {
        "invalid unquoted key" => strange_start(at).unwrap_or(STRANGE_KEY),
        "unquoted keys cannot be empty" => {
            ("a name is missing here", Some("write key = value, or [name] for a header"))
        }
        "key with no value" | "missing value for key" | "missing assignment between key-value pairs" => {
            key_without_value(at)
        }
        "missing key for inline table element" => plain("a key is missing here"),
        "keys cannot be multi-line literal strings" | "keys cannot be multi-line basic strings" => {
            ("a key cannot be in three quotation marks", Some("use single quotation marks"))
        }
        _ => return None,
    })
}

fn key_without_value(at: &str) -> Words {
    match at.as_bytes().first() {
        Some(b':') => COLON,
        Some(b']') => plain("a header starts with `[`"),
        Some(b'\r' | b'\n' | b'#') | None => {
            ("no `=` and value follow this key", Some("write key = value, or # before a comment"))
        }
        _ => (
            "`=` is missing here",
            Some("write key = value; a key that contains spaces needs quotation marks"),
        ),
    }
}

/// The faults of headers.
fn header(description: &str) -> Option<Words> {
    Some(match description {
        "unclosed table" => {
            ("`]` is missing here", Some("write [name]; a name that contains spaces needs quotation marks"))
        }
        "unclosed array table" => (
            "`]]` is missing here",
            Some("write [[name]]; a name that contains spaces needs quotation marks"),
        ),
        "missing table open" => plain("a header starts with `[`"),
        _ => return None,
    })
}

/// The faults of a line: its start, its `=` and what follows its value.
fn line(description: &str, at: &str) -> Option<Words> {
    Some(match description {
        "invalid key-value pair" => (
            "a line cannot start like this",
            Some("write key = value, [name] for a header, or # before a comment"),
        ),
        "unexpected key or value" => strange_start(at).unwrap_or_else(|| behind_value(at)),
        "unexpected content between comment and newline" => plain("nothing can follow a comment"),
        "extra `=`" | "extra assignment between key-value pairs" => plain("unexpected second `=`"),
        _ => return None,
    })
}

/// The faults of arrays and inline tables.
fn list(description: &str) -> Option<Words> {
    Some(match description {
        "extra comma in array" | "extra comma in inline table" => ("unexpected comma", Some("delete it")),
        "unexpected `=` in array" => {
            ("unexpected key in an array", Some("write `{ key = value }`, or close the array before it"))
        }
        "missing comma between array elements" | "missing comma between key-value pairs" => {
            plain("a comma is missing here")
        }
        "missing inline table opening" => plain("this `}` closes nothing"),
        "missing array opening" | "invalid inline table element" => plain("this `]` closes nothing"),
        _ => return None,
    })
}

const STRANGE_KEY: Words = (
    "this key needs quotation marks: it has characters other than A to Z, a to z, 0 to 9, - and _",
    Some("put quotation marks around the key"),
);
const FOREIGN_COMMENT: Words = ("a comment starts with `#`", None);
const COLON: Words = ("expected `=`, found a colon", Some("write key = value"));

/// Characters that come from other formats and from word processors.
fn strange_start(at: &str) -> Option<Words> {
    let c = at.chars().next()?;
    if c == ':' {
        Some(COLON)
    } else if c == ';' || at.starts_with("//") {
        Some(FOREIGN_COMMENT)
    } else if is_typographic(c) {
        Some(("a typographic quotation mark", Some("use straight quotation marks, \" or ', at both ends")))
    } else if is_invisible(c) {
        Some(INVISIBLE)
    } else {
        None
    }
}

const INVISIBLE: Words = ("an invisible character other than a space", Some("replace it with a space"));

fn is_invisible(c: char) -> bool {
    !c.is_ascii() && (c.is_whitespace() || crate::text::is_unprintable(c))
}

fn behind_value(at: &str) -> Words {
    let message = "only a comment can follow here";
    let help = match at.as_bytes().first() {
        Some(b',') => "delete the comma: every key has its own line",
        Some(b']' | b'}') => "delete the bracket: there is no open bracket",
        _ => "start a new line; inside \"…\", write \\\" for a quotation mark",
    };
    (message, Some(help))
}

fn is_typographic(c: char) -> bool {
    matches!(
        c,
        '\u{201a}'..='\u{201f}' | '\u{2018}' | '\u{2019}' | '«' | '»' | '‹' | '›' | '`' | '´' | '″' | '′'
    )
}

fn is_like_a_number(value: &str) -> bool {
    value.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'))
        && value.chars().all(|c| c.is_ascii_digit() || c.is_ascii_punctuation() || c == ' ')
}

/// The fault for an error without our own text.
fn unknown_fault(error: &ParseError, span: Range<usize>) -> Fault {
    let expected = error.expected().unwrap_or_default();
    let words = expected.iter().map(|expected| match expected {
        Expected::Literal("\n") => "a line end".to_owned(),
        Expected::Literal(text) => format!("`{text}`"),
        Expected::Description(text) => (*text).to_owned(),
        _ => "something else".to_owned(),
    });
    let words = words.collect::<Vec<_>>();
    let help = (!words.is_empty()).then(|| format!("expected {}", words.join(" or ")).into());
    Fault { span, message: error.description().to_owned().into(), help, first: None }
}

#[cfg(test)]
mod tests;
