//! Text -> [`Tree`] and every syntax error, in one pass.
//!
//! `toml_parser` supplies tokens, grammar with error recovery, and the decoding of keys and scalars. What it leaves to its
//! caller is here: which keys and tables may follow which (TOML 1.1), and values that no program can hold. The usual
//! document types stop at the first such fault and forget places; we need all faults, both places of a duplicate, and the
//! spans of headers. The error texts of the TOML crates quote the source line; none is used, only their fixed descriptions.

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

/// What one pass over a text gives.
pub(crate) struct Parsed {
    pub(crate) tree: Tree,
    pub(crate) comments: Vec<Range<usize>>,
    /// In the order of the text; empty if the text is TOML.
    pub(crate) faults: Vec<Fault>,
}

/// The text has more than the allowed number of tokens.
pub(crate) struct TooManyTokens;

pub(crate) fn parse(text: &str, most_tokens: usize) -> Result<Parsed, TooManyTokens> {
    let source = Text::new(text);
    // A token is a byte at least, so only a long text needs counting, which takes no memory.
    if text.len() > most_tokens && source.lex().count() > most_tokens {
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
