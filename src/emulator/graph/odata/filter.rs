//! The condition of a `$filter`, evaluated for one object at a time.
//!
//! `eq`, `ne`, `in`, `startswith`, `endswith`, `any`, `and`, `or`, `not`:
//! <https://learn.microsoft.com/en-us/graph/filter-query-parameter>. Texts are compared without regard to case, as the directory does.

use std::borrow::Cow;

use serde_json::Value;

/// A condition on one object.
#[derive(Debug)]
pub(in crate::emulator::graph) enum Filter {
    /// Both hold.
    And(Box<Self>, Box<Self>),
    /// At least one of them holds.
    Or(Box<Self>, Box<Self>),
    /// It does not hold.
    Not(Box<Self>),
    /// On the value of a member.
    Test { property: String, test: Test },
    /// On at least one of several texts in a member.
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
    /// Missing.
    Null,
    /// A Boolean.
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
    /// Whether an object, given by its values, matches the condition.
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

    /// The names that it uses.
    pub(in crate::emulator::graph) fn properties(&self) -> Vec<&str> {
        match self {
            Self::And(left, right) | Self::Or(left, right) => {
                [left.properties(), right.properties()].concat()
            }
            Self::Not(inner) => inner.properties(),
            Self::Test { property, .. } | Self::Any { property, .. } => vec![property],
        }
    }

    /// The first operator that needs `ConsistencyLevel: eventual` and `$count=true`.
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::reader::read;
    use super::*;

    #[test]
    fn filter_expressions_are_evaluated() {
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
            let filter = read(text).unwrap_or_else(|error| panic!("{text}: {}", error.message));
            assert_eq!(filter.holds(&|name| Field::of(object.get(name))), expected, "{text}");
        }
    }

    #[test]
    fn filter_reports_advanced_operators_and_properties() {
        let cases = [
            ("a eq 'b' and startswith(c,'d')", None, vec!["a", "c"]),
            ("a ne 'b'", Some("NotEqualsMatch"), vec!["a"]),
            ("not (a eq 'b')", Some("Not"), vec!["a"]),
            ("a eq 'b' or endswith(c,'d')", Some("EndsWith"), vec!["a", "c"]),
            ("a/any(p:p eq 'x')", None, vec!["a"]),
        ];
        for (text, advanced, names) in cases {
            let filter = read(text).expect("a filter");
            assert_eq!((filter.advanced(), filter.properties()), (advanced, names), "{text}");
        }
    }
}
