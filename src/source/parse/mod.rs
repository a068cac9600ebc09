//! Parses text into a [`Tree`] and finds every syntax error, in one pass.
//!
//! `toml_parser` supplies tokens, grammar with error recovery, and the decoding of keys and scalars. This
//! module does the rest: it checks the order of keys and tables (TOML 1.1), and values out of range. The
//! usual document types stop at the first such fault and drop the places. We need all faults, both places of
//! a duplicate, and the spans of headers. The error texts of the TOML crates quote the source line, so only
//! their fixed descriptions are used.

mod builder;
mod events;
mod header;
mod key;
mod value;

use std::cell::RefCell;
use std::ops::Range;

use toml_parser::parser::{ValidateWhitespace, parse_document};
use toml_parser::{ParseError, Source as Text};

use super::fault::{Fault, Faults};
use super::pieces::pieces;
use super::tree::Tree;
use builder::Builder;

/// The result of one pass over a text.
pub(crate) struct Parsed {
    pub(crate) tree: Tree,
    pub(crate) comments: Vec<Range<usize>>,
    /// In the order of the text; empty if the text is valid TOML.
    pub(crate) faults: Vec<Fault>,
}

/// The text has more than the allowed number of tokens.
pub(crate) struct TooManyTokens;

pub(crate) fn parse(text: &str, max_tokens: usize) -> Result<Parsed, TooManyTokens> {
    let source = Text::new(text);
    // A token has at least one byte, so only a long text needs counting, which needs no memory.
    if text.len() > max_tokens && source.lex().count() > max_tokens {
        return Err(TooManyTokens);
    }
    let tokens = source.lex().into_vec();
    let start = tokens.first().map_or(0, |token| token.span().start());
    let faults = RefCell::new(Faults::new(text));
    let mut builder = Builder::new(source, start, &faults);
    let mut sink = |error: ParseError| faults.borrow_mut().take(&error);
    for piece in pieces(&tokens, text) {
        parse_document(piece, &mut ValidateWhitespace::new(&mut builder, source), &mut sink);
        builder.begin_line();
    }
    let Builder { tree, comments, .. } = builder;
    Ok(Parsed { tree, comments, faults: faults.into_inner().into_vec() })
}
