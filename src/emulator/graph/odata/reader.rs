//! Parses a `$filter` into its condition.
//!
//! `eq`, `ne`, `in`, `startswith`, `endswith`, `any`, `and`, `or`, `not`:
//! <https://learn.microsoft.com/en-us/graph/filter-query-parameter>.

use super::filter::{Filter, Literal, Test};
use super::tokens::{Token, tokens};
use super::{bad, unsupported};
use crate::emulator::error::GraphError;

/// The maximum number of conditions and negations of a filter, which also limits the depth of its tree.
const TERMS: usize = 100;

/// Parses a filter.
///
/// # Errors
/// 400 if it is invalid, or uses an unsupported feature.
pub(super) fn read(text: &str) -> Result<Filter, GraphError> {
    let mut reader = Reader { tokens: tokens(text)?.into_iter().peekable(), terms: 0 };
    let filter = reader.or()?;
    if reader.tokens.next().is_some() { Err(syntax()) } else { Ok(filter) }
}

struct Reader {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    terms: usize,
}

impl Reader {
    fn or(&mut self) -> Result<Filter, GraphError> {
        let mut left = self.and()?;
        while self.takes("or") {
            left = Filter::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Filter, GraphError> {
        let mut left = self.term()?;
        while self.takes("and") {
            left = Filter::And(Box::new(left), Box::new(self.term()?));
        }
        Ok(left)
    }

    fn term(&mut self) -> Result<Filter, GraphError> {
        self.terms += 1;
        if self.terms > TERMS {
            return Err(bad("Invalid filter clause: it is too long."));
        }
        Ok(match self.tokens.next() {
            Some(Token::Sign('(')) => {
                let inner = self.or()?;
                self.sign(')')?;
                inner
            }
            Some(Token::Bare(name)) if name == "not" => Filter::Not(Box::new(self.term()?)),
            Some(Token::Bare(name)) if is_function(&name) => self.function(&name)?,
            Some(Token::Bare(name)) => match name.strip_suffix("/any") {
                Some(property) => self.any(property)?,
                None => Filter::Test { property: name, test: self.comparison()? },
            },
            _ => return Err(syntax()),
        })
    }

    fn function(&mut self, name: &str) -> Result<Filter, GraphError> {
        self.sign('(')?;
        let property = self.name()?;
        let test = self.argument(name)?;
        Ok(Filter::Test { property, test })
    }

    /// What follows the property in `startswith(property,'text')`.
    fn argument(&mut self, function: &str) -> Result<Test, GraphError> {
        self.sign(',')?;
        let Some(Token::Quoted(text)) = self.tokens.next() else { return Err(syntax()) };
        self.sign(')')?;
        let ends = function.eq_ignore_ascii_case("endswith");
        Ok(if ends { Test::EndsWith(text) } else { Test::StartsWith(text) })
    }

    /// `any(p:p eq 'text')` or `any(p:startswith(p,'text'))`.
    fn any(&mut self, property: &str) -> Result<Filter, GraphError> {
        self.sign('(')?;
        let variable = self.name()?;
        self.sign(':')?;
        let first = self.name()?;
        let test = if is_function(&first) {
            self.sign('(')?;
            self.variable(&variable)?;
            self.argument(&first)?
        } else if first == variable {
            self.comparison()?
        } else {
            return Err(unsupported("Only a collection of texts can be filtered with any."));
        };
        self.sign(')')?;
        Ok(Filter::Any { property: property.to_owned(), test })
    }

    fn variable(&mut self, variable: &str) -> Result<(), GraphError> {
        if self.name()? == variable { Ok(()) } else { Err(syntax()) }
    }

    fn comparison(&mut self) -> Result<Test, GraphError> {
        match self.name()?.as_str() {
            "eq" => Ok(Test::Equal(self.literal()?)),
            "ne" => Ok(Test::NotEqual(self.literal()?)),
            "in" => self.list(),
            operator @ ("gt" | "ge" | "lt" | "le" | "has") => {
                Err(unsupported(format!("Unsupported filter operator '{operator}'.")))
            }
            _ => Err(syntax()),
        }
    }

    fn list(&mut self) -> Result<Test, GraphError> {
        const MAX: usize = 15; // <https://learn.microsoft.com/en-us/graph/filter-query-parameter>
        self.sign('(')?;
        let mut literals = vec![self.literal()?];
        while self.tokens.next_if_eq(&Token::Sign(',')).is_some() {
            literals.push(self.literal()?);
        }
        self.sign(')')?;
        if literals.len() > MAX {
            return Err(unsupported(format!(
                "Too many child clauses specified in search filter expression containing 'OR' operators: {}. Max allowed: {MAX}.",
                literals.len()
            )));
        }
        Ok(Test::In(literals))
    }

    fn literal(&mut self) -> Result<Literal, GraphError> {
        match self.tokens.next() {
            Some(Token::Quoted(text)) => Ok(Literal::Text(text)),
            Some(Token::Bare(token)) => Ok(match token.as_str() {
                "null" => Literal::Null,
                "true" => Literal::Bool(true),
                "false" => Literal::Bool(false),
                _ => Literal::Text(token),
            }),
            _ => Err(syntax()),
        }
    }

    fn name(&mut self) -> Result<String, GraphError> {
        match self.tokens.next() {
            Some(Token::Bare(name)) => Ok(name),
            _ => Err(syntax()),
        }
    }

    fn sign(&mut self, sign: char) -> Result<(), GraphError> {
        self.tokens.next_if_eq(&Token::Sign(sign)).map(|_| ()).ok_or_else(syntax)
    }

    fn takes(&mut self, operator: &str) -> bool {
        self.tokens.next_if(|token| matches!(token, Token::Bare(name) if name == operator)).is_some()
    }
}

fn is_function(name: &str) -> bool {
    name.eq_ignore_ascii_case("startswith") || name.eq_ignore_ascii_case("endswith")
}

fn syntax() -> GraphError {
    bad("Invalid filter clause: syntax error.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_filters_are_rejected() {
        let many = format!("id in ({})", vec!["'a'"; 16].join(","));
        let deep = format!("{}a eq 'b'", "not ".repeat(100_000));
        let cases = [
            ("", "BadRequest"),
            ("mail", "BadRequest"),
            ("mail eq", "BadRequest"),
            ("mail is 'a'", "BadRequest"),
            ("mail eq 'a' and", "BadRequest"),
            ("mail eq 'a' 'b'", "BadRequest"),
            ("(mail eq 'a'", "BadRequest"),
            ("startswith(mail)", "BadRequest"),
            ("id in ()", "BadRequest"),
            ("a/any(p:startswith(q,'x'))", "BadRequest"),
            ("a/any(p:p/b eq 'x')", "Request_UnsupportedQuery"),
            ("a gt 5", "Request_UnsupportedQuery"),
            (&many, "Request_UnsupportedQuery"),
            (&deep, "BadRequest"),
        ];
        for (text, code) in cases {
            assert_eq!(read(text).err().map(|error| error.code), Some(code), "{text:.40}");
        }
    }
}
