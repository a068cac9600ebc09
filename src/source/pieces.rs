//! Finds where parsing restarts after an unclosed bracket.
//!
//! The parser itself would search for the bracket up to the end of the file, and report everything that
//! follows.

use toml_parser::lexer::{Token, TokenKind};

/// Splits the tokens before every line that cannot be inside the open bracket, for example `key = …` inside
/// `[ … ]`, or a header. Valid TOML is never split inside a bracket, so a split is always a fault.
///
/// A line with more indentation than the line of the bracket stays inside, because probably only a comma is
/// missing.
pub(super) fn pieces<'t>(tokens: &'t [Token], text: &str) -> Vec<&'t [Token]> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut open: Vec<(TokenKind, usize)> = Vec::new();
    let mut indent = indent_of(tokens);
    // The last token that is not whitespace, a comment or a line end.
    let mut before = TokenKind::Newline;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind() {
            TokenKind::Whitespace | TokenKind::Comment => continue,
            TokenKind::Newline => {
                let next = tokens.get(at + 1..).unwrap_or_default();
                indent = indent_of(next);
                let outside = |(bracket, of_bracket): &(TokenKind, usize)| {
                    cannot_stand_in(*bracket, before, next, indent <= *of_bracket, text)
                };
                if open.last().is_some_and(outside) {
                    pieces.extend(tokens.get(start..=at));
                    start = at + 1;
                    open.clear();
                }
                continue;
            }
            bracket @ (TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket) => {
                open.push((bracket, indent))
            }
            closing => {
                let opening = match closing {
                    TokenKind::RightSquareBracket => Some(TokenKind::LeftSquareBracket),
                    TokenKind::RightCurlyBracket => Some(TokenKind::LeftCurlyBracket),
                    _ => None,
                };
                open.pop_if(|(bracket, _)| Some(*bracket) == opening);
            }
        }
        before = token.kind();
    }
    pieces.extend(tokens.get(start..));
    pieces
}

fn indent_of(line: &[Token]) -> usize {
    let blanks = line.first().filter(|token| token.kind() == TokenKind::Whitespace);
    blanks.map_or(0, |token| token.span().len())
}

/// Whether the line that starts with `next` cannot be inside the innermost open `bracket`.
fn cannot_stand_in(
    bracket: TokenKind,
    before: TokenKind,
    next: &[Token],
    outdented: bool,
    text: &str,
) -> bool {
    let complete =
        !matches!(before, TokenKind::Comma | TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket);
    match (line_kind(next, text), bracket) {
        (Line::KeyValue, TokenKind::LeftSquareBracket) => outdented,
        (Line::KeyValue, _) => outdented && complete,
        (Line::Header { .. }, TokenKind::LeftCurlyBracket) => true,
        // `[1]` may be an element; `[name]` cannot, because a bare name is not a value.
        (Line::Header { bare }, _) => bare || outdented && complete,
        (Line::Other, _) => false,
    }
}

/// The kind of a line.
enum Line {
    KeyValue,
    Header { bare: bool },
    Other,
}

fn line_kind(next: &[Token], text: &str) -> Line {
    let mut tokens = next.iter().filter(|token| token.kind() != TokenKind::Whitespace).peekable();
    let mut brackets = 0;
    while brackets < 2 && tokens.next_if(|token| token.kind() == TokenKind::LeftSquareBracket).is_some() {
        brackets += 1;
    }
    let bare = tokens.peek().is_some_and(|token| {
        let word = text.get(token.span().start()..token.span().end()).unwrap_or_default();
        token.kind() == TokenKind::Atom
            && word.starts_with(|c: char| c.is_ascii_alphabetic())
            && !["true", "false", "inf", "nan"].contains(&word)
    });
    let name = |kind| matches!(kind, TokenKind::Atom | TokenKind::BasicString | TokenKind::LiteralString);
    loop {
        if tokens.next_if(|token| name(token.kind())).is_none() {
            return Line::Other;
        }
        if tokens.next_if(|token| token.kind() == TokenKind::Dot).is_none() {
            break;
        }
    }
    if brackets == 0 {
        return if tokens.next().is_some_and(|token| token.kind() == TokenKind::Equals) {
            Line::KeyValue
        } else {
            Line::Other
        };
    }
    for _ in 0..brackets {
        if tokens.next_if(|token| token.kind() == TokenKind::RightSquareBracket).is_none() {
            return Line::Other;
        }
    }
    match tokens.next().map(Token::kind) {
        None | Some(TokenKind::Newline | TokenKind::Comment | TokenKind::Eof) => Line::Header { bare },
        Some(_) => Line::Other,
    }
}
