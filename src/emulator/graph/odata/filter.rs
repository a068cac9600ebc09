//! `$filter`: read into a tree, held against one object at a time.
//!
//! `eq`, `ne`, `in`, `startswith`, `endswith`, `any`, `and`, `or`, `not`:
//! <https://learn.microsoft.com/en-us/graph/filter-query-parameter>. Texts are compared without regard to case, as the directory does.

use std::borrow::Cow;

use serde_json::Value;

use super::words::{Word, words};
use super::{bad, unsupported};
use crate::emulator::error::GraphError;

/// So many conditions and negations may a filter have; that bounds the depth of its tree, too.
const TERMS: usize = 100;

/// A condition on one object.
#[derive(Debug)]
pub(in crate::emulator::graph) enum Filter {
    /// Both hold.
    And(Box<Self>, Box<Self>),
    /// One of them holds, or both.
    Or(Box<Self>, Box<Self>),
    /// It does not hold.
    Not(Box<Self>),
    /// On the value of a member.
    Test { property: String, test: Test },
    /// On one at least of several texts in a member.
    Any { property: String, test: Test },
}

/// A condition on one value.
#[derive(Debug)]
pub(in crate::emulator::graph) enum Test {
    Equal(Literal),
    NotEqual(Literal),
    In(Vec<Literal>),
    StartsWith(String),
    EndsWith(String),
}

/// A value in a filter.
#[derive(Debug)]
pub(in crate::emulator::graph) enum Literal {
    Null,
    Bool(bool),
    Text(String),
}

/// A value of an object.
pub(in crate::emulator::graph) enum Field<'a> {
    /// None there.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A text, an id or a time.
    Text(Cow<'a, str>),
    /// Several texts.
    Texts(Vec<&'a str>),
}

impl<'a> Field<'a> {
    /// A member of a JSON object.
    pub(in crate::emulator::graph) fn of(value: Option<&'a Value>) -> Self {
        match value {
            Some(Value::Bool(value)) => Self::Bool(*value),
            Some(Value::String(text)) => Self::text(text),
            Some(Value::Array(items)) => Self::Texts(items.iter().filter_map(Value::as_str).collect()),
            _ => Self::Null,
        }
    }

    /// A text.
    pub(in crate::emulator::graph) fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// 400 when it is not one, or uses what is not supported here.
    pub(in crate::emulator::graph) fn parse(text: &str) -> Result<Self, GraphError> {
        let mut reader = Reader { words: words(text)?.into_iter().peekable(), terms: 0 };
        let filter = reader.or()?;
        if reader.words.next().is_some() { Err(syntax()) } else { Ok(filter) }
    }

    /// Whether an object, given by its values, meets the condition.
    pub(in crate::emulator::graph) fn holds<'a>(&self, field: &dyn Fn(&str) -> Field<'a>) -> bool {
        match self {
            Self::And(left, right) => left.holds(field) && right.holds(field),
            Self::Or(left, right) => left.holds(field) || right.holds(field),
            Self::Not(inner) => !inner.holds(field),
            Self::Test { property, test } => test.holds(&field(property)),
            Self::Any { property, test } => match field(property) {
                Field::Texts(texts) => texts.into_iter().any(|text| test.holds(&Field::text(text))),
                _ => false,
            },
        }
    }

    /// The names that it asks for.
    pub(in crate::emulator::graph) fn properties(&self) -> Vec<&str> {
        match self {
            Self::And(left, right) | Self::Or(left, right) => {
                [left.properties(), right.properties()].concat()
            }
            Self::Not(inner) => inner.properties(),
            Self::Test { property, .. } | Self::Any { property, .. } => vec![property],
        }
    }

    /// The operator that needs `ConsistencyLevel: eventual` and `$count=true`, if one is used.
    pub(super) fn advanced(&self) -> Option<&'static str> {
        match self {
            Self::And(left, right) | Self::Or(left, right) => left.advanced().or_else(|| right.advanced()),
            Self::Not(_) => Some("Not"),
            Self::Test { test, .. } | Self::Any { test, .. } => match test {
                Test::NotEqual(_) => Some("NotEqualsMatch"),
                Test::EndsWith(_) => Some("EndsWith"),
                _ => None,
            },
        }
    }
}

impl Test {
    fn holds(&self, field: &Field<'_>) -> bool {
        match self {
            Self::Equal(literal) => literal.equals(field),
            Self::NotEqual(literal) => !literal.equals(field),
            Self::In(literals) => literals.iter().any(|literal| literal.equals(field)),
            Self::StartsWith(start) => with_text(field, |text| text.starts_with(&start.to_lowercase())),
            Self::EndsWith(end) => with_text(field, |text| text.ends_with(&end.to_lowercase())),
        }
    }
}

fn with_text(field: &Field<'_>, test: impl Fn(&str) -> bool) -> bool {
    matches!(field, Field::Text(text) if test(&text.to_lowercase()))
}

impl Literal {
    fn equals(&self, field: &Field<'_>) -> bool {
        match (self, field) {
            (Self::Null, Field::Null) => true,
            (Self::Bool(left), Field::Bool(right)) => left == right,
            (Self::Text(left), Field::Text(right)) => {
                left.eq_ignore_ascii_case(right)
                    || (!left.is_ascii() && left.to_lowercase() == right.to_lowercase())
            }
            _ => false,
        }
    }
}

struct Reader {
    words: std::iter::Peekable<std::vec::IntoIter<Word>>,
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
        Ok(match self.words.next() {
            Some(Word::Sign('(')) => {
                let inner = self.or()?;
                self.sign(')')?;
                inner
            }
            Some(Word::Bare(name)) if name == "not" => Filter::Not(Box::new(self.term()?)),
            Some(Word::Bare(name)) if is_function(&name) => self.function(&name)?,
            Some(Word::Bare(name)) => match name.strip_suffix("/any") {
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
        let Some(Word::Quoted(text)) = self.words.next() else { return Err(syntax()) };
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
        const MOST: usize = 15; // <https://learn.microsoft.com/en-us/graph/filter-query-parameter>
        self.sign('(')?;
        let mut literals = vec![self.literal()?];
        while self.words.next_if_eq(&Word::Sign(',')).is_some() {
            literals.push(self.literal()?);
        }
        self.sign(')')?;
        if literals.len() > MOST {
            return Err(unsupported(format!(
                "Too many child clauses specified in search filter expression containing 'OR' operators: {}. Max allowed: {MOST}.",
                literals.len()
            )));
        }
        Ok(Test::In(literals))
    }

    fn literal(&mut self) -> Result<Literal, GraphError> {
        match self.words.next() {
            Some(Word::Quoted(text)) => Ok(Literal::Text(text)),
            Some(Word::Bare(word)) => Ok(match word.as_str() {
                "null" => Literal::Null,
                "true" => Literal::Bool(true),
                "false" => Literal::Bool(false),
                _ => Literal::Text(word),
            }),
            _ => Err(syntax()),
        }
    }

    fn name(&mut self) -> Result<String, GraphError> {
        match self.words.next() {
            Some(Word::Bare(name)) => Ok(name),
            _ => Err(syntax()),
        }
    }

    fn sign(&mut self, sign: char) -> Result<(), GraphError> {
        self.words.next_if_eq(&Word::Sign(sign)).map(|_| ()).ok_or_else(syntax)
    }

    fn takes(&mut self, operator: &str) -> bool {
        self.words.next_if(|word| matches!(word, Word::Bare(name) if name == operator)).is_some()
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
    use serde_json::json;

    use super::*;

    #[test]
    fn filters_hold_or_do_not() {
        let object = json!({
            "mail": "Ada.O'Neil@Example.org", "name": "Ärger", "id": "0a", "enabled": true, "none": null,
            "addresses": ["SMTP:ada@example.org", "smtp:a@example.org"],
        });
        let cases = [
            ("mail eq 'ada.o''neil@example.ORG'", true),
            ("mail eq 'ada'", false),
            ("mail ne 'ada'", true),
            ("name eq 'ärger'", true),
            ("id eq 0A", true),
            ("enabled eq true", true),
            ("enabled eq false", false),
            ("enabled eq 'true'", false),
            ("none eq null", true),
            ("mail eq null", false),
            ("absent eq null", true),
            ("id in ('1','0a')", true),
            ("id in ('1')", false),
            ("startswith(mail,'ada.')", true),
            ("startsWith(mail,'neil')", false),
            ("endswith(mail,'.ORG')", true),
            ("addresses/any(p:p eq 'smtp:A@example.org')", true),
            ("addresses/any(p:p eq 'a@example.org')", false),
            ("addresses/any(x:startswith(x,'SMTP:'))", true),
            ("mail/any(x:x eq 'a')", false),
            ("id eq '1' or id eq '0a' and enabled eq true", true),
            ("(id eq '1' or id eq '0a') and enabled eq false", false),
            ("not (id eq '1')", true),
            ("not startswith(mail,'ada')", false),
        ];
        for (text, expected) in cases {
            let filter = Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {}", error.message));
            assert_eq!(filter.holds(&|name| Field::of(object.get(name))), expected, "{text}");
        }
    }

    #[test]
    fn wrong_filters_are_refused() {
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
            assert_eq!(Filter::parse(text).err().map(|error| error.code), Some(code), "{text:.40}");
        }
    }

    #[test]
    fn advanced_operators_and_names_are_told() {
        let cases = [
            ("a eq 'b' and startswith(c,'d')", None, vec!["a", "c"]),
            ("a ne 'b'", Some("NotEqualsMatch"), vec!["a"]),
            ("not (a eq 'b')", Some("Not"), vec!["a"]),
            ("a eq 'b' or endswith(c,'d')", Some("EndsWith"), vec!["a", "c"]),
            ("a/any(p:p eq 'x')", None, vec!["a"]),
        ];
        for (text, advanced, names) in cases {
            let filter = Filter::parse(text).expect("a filter");
            assert_eq!((filter.advanced(), filter.properties()), (advanced, names), "{text}");
        }
    }
}
