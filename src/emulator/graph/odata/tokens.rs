//! The tokens of a filter: names, literals, and the signs between them.

use super::bad;
use crate::emulator::error::GraphError;

/// One token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A name, an operator, or a literal without quotes.
    Bare(String),
    /// A quoted text, with doubled quotes made single.
    Quoted(String),
    /// `(`, `)`, `,` or `:`.
    Sign(char),
}

/// Splits a filter into tokens.
///
/// # Errors
/// 400 if a text does not end, or a character is invalid.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, GraphError> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after = rest.get(first.len_utf8()..).unwrap_or_default();
        rest = match first {
            ' ' | '\t' => after,
            '(' | ')' | ',' | ':' => {
                tokens.push(Token::Sign(first));
                after
            }
            '\'' => {
                let (value, after) = quoted(after)?;
                tokens.push(Token::Quoted(value));
                after
            }
            _ => {
                let (value, after) = bare(rest)?;
                tokens.push(Token::Bare(value.to_owned()));
                after
            }
        };
    }
    Ok(tokens)
}

fn quoted(text: &str) -> Result<(String, &str), GraphError> {
    let mut value = String::new();
    let mut rest = text;
    loop {
        let (before, after) = rest
            .split_once('\'')
            .ok_or_else(|| bad("Invalid filter clause: there is an unterminated string literal."))?;
        value.push_str(before);
        match after.strip_prefix('\'') {
            None => return Ok((value, after)),
            Some(after) => {
                value.push('\'');
                rest = after;
            }
        }
    }
}

/// A time contains colons and starts with a digit; elsewhere, a colon is a sign.
fn bare(text: &str) -> Result<(&str, &str), GraphError> {
    let is_number = text.starts_with(|c: char| c.is_ascii_digit());
    let belongs = |c: char| c.is_ascii_alphanumeric() || "_-./@+$".contains(c) || (is_number && c == ':');
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    match text.split_at_checked(end) {
        Some((token, rest)) if !token.is_empty() => Ok((token, rest)),
        _ => Err(bad("Invalid filter clause: a character has no meaning there.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filter_is_split_into_tokens() {
        let bare = |text: &str| Token::Bare(text.to_owned());
        let quoted = |text: &str| Token::Quoted(text.to_owned());
        let cases = [
            ("mail eq 'a''b'", vec![bare("mail"), bare("eq"), quoted("a'b")]),
            ("x eq ''", vec![bare("x"), bare("eq"), quoted("")]),
            ("p:p", vec![bare("p"), Token::Sign(':'), bare("p")]),
            ("a ge 2026-01-01T00:00:00Z", vec![bare("a"), bare("ge"), bare("2026-01-01T00:00:00Z")]),
            (
                "f(a,'b')",
                vec![bare("f"), Token::Sign('('), bare("a"), Token::Sign(','), quoted("b"), Token::Sign(')')],
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(tokens(text).ok(), Some(expected), "{text}");
        }
        for wrong in ["'", "a eq 'b", "a eq \"b\"", "a eq 'b''", "ä"] {
            assert!(tokens(wrong).is_err(), "{wrong}");
        }
    }
}
