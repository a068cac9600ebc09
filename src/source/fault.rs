//! Syntax errors: one a line, in words for people who do not know TOML.
//!
//! The words are fixed, ours or the parser's. None holds a part of the source: the faulty line may hold a secret.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

use toml_parser::{Expected, ParseError, Span};

/// Syntax errors kept of one file; what follows the first hundred is seldom worth reading.
pub(crate) const MOST_FAULTS: usize = 100;

/// A syntax error. Its texts are fixed words of the parser or ours, never a part of the source.
pub(crate) struct Fault {
    pub(crate) span: Range<usize>,
    pub(crate) message: Cow<'static, str>,
    pub(crate) help: Option<Cow<'static, str>>,
    /// The first place of what is given twice.
    pub(crate) first: Option<Range<usize>>,
}

impl Fault {
    pub(super) fn new(span: Range<usize>, message: &'static str, help: Option<&'static str>) -> Self {
        Self { span, message: message.into(), help: help.map(Cow::Borrowed), first: None }
    }
}

/// The faults of one text, as they come in.
pub(super) struct Faults<'t> {
    text: &'t str,
    /// How many were reported, kept or not.
    count: usize,
    /// The first fault of each line, by the line's start: a line's other faults mostly follow from its first. A name that is given
    /// twice follows from nothing, so it counts by itself.
    by_line: BTreeMap<(usize, bool), Fault>,
    /// The line of the last report.
    line: Range<usize>,
    /// What the last report of the parser was in.
    context: Option<Span>,
    /// Where the last string begins that is not closed.
    open_string: Option<usize>,
}

impl<'t> Faults<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, count: 0, by_line: BTreeMap::new(), line: 0..0, context: None, open_string: None }
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Takes a fault that the parser found.
    pub(super) fn take(&mut self, error: &ParseError) {
        // One value can have a fault at each of its characters, so words are sought for the first of them alone.
        let at = error.unexpected().unwrap_or_default().start();
        let is_known =
            error.context().is_some() && error.context() == self.context && self.line.contains(&at);
        self.context = error.context();
        if is_known {
            self.count += 1;
            return;
        }
        let fault = in_our_words(error, self.text);
        if fault.message == OPEN_STRING {
            self.open_string = Some(fault.span.start);
        }
        // A string that runs on swallows the bracket that would have closed what it stands in.
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
        let is_full = self.by_line.len() >= MOST_FAULTS;
        match self.by_line.entry((self.line.start, fault.first.is_some())) {
            Entry::Occupied(mut first) if at < first.get().span.start => drop(first.insert(fault)),
            Entry::Vacant(place) if !is_full => {
                place.insert(fault);
            }
            _ => {}
        }
    }

    /// In the order of the text.
    pub(super) fn into_vec(self) -> Vec<Fault> {
        let mut faults = self.by_line.into_values().collect::<Vec<_>>();
        faults.sort_by_key(|fault| fault.span.start);
        faults
    }
}

/// The line that holds the byte at `at`, its line end included.
fn line_around(text: &str, at: usize) -> Range<usize> {
    let (before, rest) = text.split_at_checked(at).unwrap_or((text, ""));
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    start..rest.find('\n').map_or(text.len(), |end| at + end) + 1
}

const OPEN_STRING: &str = "this string is not closed";
const OPEN_ARRAY: &str = "this `[` is not closed";
const OPEN_INLINE_TABLE: &str = "this `{` is not closed";
const OPEN_BRACKETS: [&str; 2] = [OPEN_ARRAY, OPEN_INLINE_TABLE];
const BAD_ESCAPE: &str = "a backslash starts an escape here, and this is not one";
const HOW_TO_ESCAPE: &str =
    "write \\\\ for one backslash, or put the text between '…', where a backslash is nothing but a backslash";
const QUOTE_IT: &str = "put text, such as an id, a version or a telephone number, between quotation marks";

/// A message, and what to do.
type Words = (&'static str, Option<&'static str>);

/// What the parser found, at the place that helps most.
fn in_our_words(error: &ParseError, text: &str) -> Fault {
    let context = error.context().map_or(0..0, |span| span.start()..span.end());
    let span = error.unexpected().map_or(context.clone(), |span| span.start()..span.end());
    // The value or the like that the fault is in.
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
                (OPEN_STRING, Some("put three of the same quotation marks behind its last line")),
            )
        }
        "invalid multi-line basic string" if span.is_empty() => (escape(), (BAD_ESCAPE, Some(HOW_TO_ESCAPE))),
        "missing escaped value" | "too few unicode value digits" | "invalid value" => {
            (escape(), (BAD_ESCAPE, Some(HOW_TO_ESCAPE)))
        }
        "carriage return must be followed by newline" => {
            let help = "save the file with the line ends of Windows (CRLF) or of Unix (LF)";
            (span.start.saturating_sub(1)..span.start, ("a carriage return without a line feed", Some(help)))
        }
        "unclosed array" => (context, (OPEN_ARRAY, Some("put `]` behind its last value"))),
        "unclosed inline table" => (context, (OPEN_INLINE_TABLE, Some("put `}` behind its last value"))),
        description => match words(description, whole, at) {
            Some((place, words)) => (if place == At::Whole { context } else { span }, words),
            None => return as_the_parser_says(error, span),
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
        "end it with a straight quotation mark, the same as at its start"
    } else if whole.starts_with('"') && whole.contains("\\\"") {
        "a backslash before a quotation mark keeps it from closing the string: write \\\\, or put the text between '…'"
    } else {
        "put the quotation mark of its start at its end too, on the same line"
    }
}

/// Which part of the source a fault is shown at.
#[derive(PartialEq, Eq)]
enum At {
    /// Where the parser stopped.
    Stop,
    /// The whole value.
    Whole,
}

const NO_VALUE: Words = ("no value follows the `=`", Some("write key = value"));
const NO_QUOTES: Words = ("text without quotation marks", Some("put a quotation mark at both of its ends"));
const NO_NUMBER: Words = ("this is not a number", Some(QUOTE_IT));

/// Our words for a fault of the parser, by its fixed description and by the text `at` which it stopped in the `whole` value.
fn words(description: &str, whole: &str, at: &str) -> Option<(At, Words)> {
    let found = match description {
        "string values must be quoted" | "missing opening quote" if whole.is_empty() => (At::Stop, NO_VALUE),
        "string values must be quoted" | "missing opening quote" => (At::Whole, bare_value(whole)),
        "invalid boolean" if whole.eq_ignore_ascii_case("true") || whole.eq_ignore_ascii_case("false") => {
            (At::Whole, ("true and false are written in lower case", None))
        }
        "invalid boolean" => (At::Whole, NO_QUOTES),
        "invalid float" if whole.starts_with(|c: char| c.is_ascii_alphabetic()) => (At::Whole, NO_QUOTES),
        "unexpected leading zero" => (At::Whole, ("a number cannot start with 0", Some(QUOTE_IT))),
        "integer of more than 64 bits" => (At::Stop, ("this number has more than 64 bits", Some(QUOTE_IT))),
        "float out of range" => (At::Stop, ("this number is too large", Some(QUOTE_IT))),
        "no such date or time" => (At::Stop, ("there is no such date or time", Some(QUOTE_IT))),
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

const CONTROL: Words = ("a control character", Some("delete it: it cannot be seen in most editors"));

/// The faults of keys, headers and brackets.
fn structure(description: &str, at: &str) -> Option<Words> {
    let plain = |message| (message, None);
    Some(match description {
        "invalid unquoted key" => strange_start(at).unwrap_or(STRANGE_KEY),
        "unquoted keys cannot be empty" => {
            ("a name is missing here", Some("write key = value, or [name] for a header"))
        }
        "key with no value" | "missing value for key" | "missing assignment between key-value pairs" => {
            match at.as_bytes().first() {
                Some(b':') => COLON,
                Some(b']') => ("a header starts with `[`", None),
                Some(b'\r' | b'\n' | b'#') | None => {
                    ("no `=` and value follow this key", Some("write key = value, or # before a comment"))
                }
                _ => (
                    "`=` is missing here",
                    Some("write key = value; a key with blanks in it needs quotation marks"),
                ),
            }
        }
        "unclosed table" => {
            ("`]` is missing here", Some("write [name]; a name with blanks in it needs quotation marks"))
        }
        "unclosed array table" => {
            ("`]]` is missing here", Some("write [[name]]; a name with blanks in it needs quotation marks"))
        }
        "missing table open" => plain("a header starts with `[`"),
        "invalid key-value pair" => (
            "a line cannot start like this",
            Some("write key = value, [name] for a header, or # before a comment"),
        ),
        "unexpected key or value" => strange_start(at).unwrap_or_else(|| behind_value(at)),
        "unexpected content between comment and newline" => plain("nothing can follow a comment"),
        "extra `=`" | "extra assignment between key-value pairs" => plain("a second `=`"),
        "extra comma in array" | "extra comma in inline table" => ("a comma too many", Some("delete it")),
        "unexpected `=` in array" => {
            ("a key inside of an array", Some("put `{ key = value }` there, or close the array before it"))
        }
        "missing comma between array elements" | "missing comma between key-value pairs" => {
            plain("a comma is missing here")
        }
        "missing inline table opening" => plain("this `}` closes nothing"),
        "missing array opening" | "invalid inline table element" => plain("this `]` closes nothing"),
        "missing key for inline table element" => plain("a key is missing here"),
        "keys cannot be multi-line literal strings" | "keys cannot be multi-line basic strings" => {
            ("a key in three quotation marks", Some("put it between two single ones"))
        }
        _ => return None,
    })
}

const STRANGE_KEY: Words = (
    "a key of other characters than A to Z, a to z, 0 to 9, - and _",
    Some("put it between quotation marks"),
);
const FOREIGN_COMMENT: Words = ("a comment starts with `#`", None);
const COLON: Words = ("a colon where `=` belongs", Some("write key = value"));

/// What people bring along from other formats and from word processors.
fn strange_start(at: &str) -> Option<Words> {
    let c = at.chars().next()?;
    if c == ':' {
        Some(COLON)
    } else if c == ';' || at.starts_with("//") {
        Some(FOREIGN_COMMENT)
    } else if is_typographic(c) {
        Some(("a typographic quotation mark", Some("write a straight one, \" or ', at both ends")))
    } else if is_invisible(c) {
        Some(INVISIBLE)
    } else {
        None
    }
}

const INVISIBLE: Words =
    ("an invisible character that is not a plain blank", Some("delete it, and type a blank"));

fn is_invisible(c: char) -> bool {
    !c.is_ascii() && (c.is_whitespace() || crate::text::is_unprintable(c))
}

fn behind_value(at: &str) -> Words {
    let message = "only a comment can follow here";
    let help = match at.as_bytes().first() {
        Some(b',') => "delete the comma: every key has a line of its own",
        Some(b']' | b'}') => "delete the bracket: nothing is open",
        _ => "start a new line; inside of \"…\", write \\\" for a quotation mark",
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

/// For faults that this file does not know.
fn as_the_parser_says(error: &ParseError, span: Range<usize>) -> Fault {
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
