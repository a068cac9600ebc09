//! Proves a change: a second parser compares the text before and after.

use crate::diagnostic::Step;
use crate::edit::change::{Change, NewValue};
use crate::secret::{Secret, SecretSource};

/// The content of a document without its notation. Empty tables and arrays are omitted, because removing the
/// last member may remove its table.
#[derive(PartialEq, Eq)]
enum Shape {
    Integer(i64),
    Scalar(String),
    Array(Vec<Self>),
    /// Sorted by name. A list, because thousands of users cause thousands of small tables.
    Table(Vec<(String, Self)>),
}

/// Whether `after` has the content of `before` after `changes` in order.
pub(super) fn changes_only(before: &str, after: &str, changes: &[Change]) -> bool {
    let (Some(mut expected), Some(found)) = (read(before), read(after)) else { return false };
    for change in changes {
        match change {
            Change::Set(key, value) => expected.set(&key.steps(), shape(value)),
            Change::Unset(key) => expected.unset(&key.steps()),
            Change::Rename(key, name) => expected.rename(&key.steps(), name),
        }
    }
    expected.without_empty() == found.without_empty()
}

fn read(text: &str) -> Option<Shape> {
    // The parser accepts a byte order mark.
    let document = toml_edit::Document::parse(text).ok()?;
    Some(table(document.as_table()))
}

fn table(members: &dyn toml_edit::TableLike) -> Shape {
    Shape::table(members.iter().map(|(name, item)| (name.to_owned(), of_item(item))))
}

fn of_item(item: &toml_edit::Item) -> Shape {
    match item {
        toml_edit::Item::None => Shape::Array(Vec::new()),
        toml_edit::Item::Value(value) => of_value(value),
        toml_edit::Item::Table(members) => table(members),
        toml_edit::Item::ArrayOfTables(tables) => {
            Shape::Array(tables.iter().map(|members| table(members)).collect())
        }
    }
}

fn of_value(value: &toml_edit::Value) -> Shape {
    match value {
        toml_edit::Value::Array(elements) => Shape::Array(elements.iter().map(of_value).collect()),
        toml_edit::Value::InlineTable(members) => table(members),
        toml_edit::Value::String(text) => Shape::text(text.value()),
        toml_edit::Value::Integer(number) => Shape::Integer(*number.value()),
        toml_edit::Value::Float(number) => Shape::Scalar(format!("float {}", number.value().to_bits())),
        toml_edit::Value::Boolean(truth) => Shape::Scalar(format!("boolean {}", truth.value())),
        toml_edit::Value::Datetime(moment) => Shape::Scalar(format!("date {}", moment.value())),
    }
}

fn shape(value: &NewValue) -> Shape {
    let member = |name: &str, shape: Shape| Shape::Table(vec![(name.to_owned(), shape)]);
    match value {
        NewValue::Integer(number) => Shape::Integer(*number),
        NewValue::Boolean(truth) => Shape::Scalar(format!("boolean {truth}")),
        NewValue::Date(date) => Shape::Scalar(format!("date {date}")),
        NewValue::Text(text) => Shape::text(text),
        NewValue::Secret(SecretSource::Inline(secret)) => Shape::text(Secret::expose(secret)),
        NewValue::Secret(SecretSource::Env(name)) => member("env", Shape::text(name)),
        NewValue::Secret(SecretSource::File(path)) => member("file", Shape::text(&path.to_string_lossy())),
        NewValue::Secret(SecretSource::Keyring(entry)) => member("keyring", Shape::text(entry)),
        NewValue::Secret(SecretSource::Command(words)) => {
            member("command", Shape::Array(words.iter().map(|word| Shape::text(word)).collect()))
        }
        NewValue::User(swyx, teams) => {
            let members = [("swyx", swyx), ("teams", teams)];
            Shape::Table(
                members.into_iter().map(|(name, text)| (name.to_owned(), Shape::text(text))).collect(),
            )
        }
    }
}

impl Shape {
    fn table(members: impl Iterator<Item = (String, Self)>) -> Self {
        let mut members = members.collect::<Vec<_>>();
        members.sort_by(|one, two| one.0.cmp(&two.0));
        Self::Table(members)
    }

    fn text(text: &str) -> Self {
        Self::Scalar(format!("text {text}"))
    }

    fn set(&mut self, steps: &[Step], value: Self) {
        let Some((step, rest)) = steps.split_first() else {
            *self = value;
            return;
        };
        match (self, step) {
            (Self::Table(members), Step::Name(name)) => {
                match members.binary_search_by(|(there, _)| there.cmp(name)) {
                    Ok(at) => {
                        if let Some((_, member)) = members.get_mut(at) {
                            member.set(rest, value);
                        }
                    }
                    Err(at) => {
                        let mut member = Self::empty_for(rest);
                        member.set(rest, value);
                        members.insert(at, (name.clone(), member));
                    }
                }
            }
            (Self::Array(elements), Step::Index(index)) => {
                if *index == elements.len() {
                    elements.push(Self::empty_for(rest));
                }
                if let Some(element) = elements.get_mut(*index) {
                    element.set(rest, value);
                }
            }
            _ => {}
        }
    }

    fn empty_for(steps: &[Step]) -> Self {
        match steps.first() {
            Some(Step::Index(_)) => Self::Array(Vec::new()),
            _ => Self::Table(Vec::new()),
        }
    }

    fn unset(&mut self, steps: &[Step]) {
        match (self, steps) {
            (Self::Table(members), [Step::Name(name)]) => {
                members.retain(|(there, _)| there != name);
            }
            (Self::Array(elements), [Step::Index(index)]) if *index < elements.len() => {
                elements.remove(*index);
            }
            (Self::Table(members), [Step::Name(name), rest @ ..]) => {
                if let Some((_, member)) = members.iter_mut().find(|(there, _)| there == name) {
                    member.unset(rest);
                }
            }
            (Self::Array(elements), [Step::Index(index), rest @ ..]) => {
                if let Some(element) = elements.get_mut(*index) {
                    element.unset(rest);
                }
            }
            _ => {}
        }
    }

    fn rename(&mut self, steps: &[Step], name: &str) {
        match (self, steps) {
            (Self::Table(members), [Step::Name(old)]) => {
                if let Some(at) = members.iter().position(|(there, _)| there == old) {
                    let (_, member) = members.remove(at);
                    let at = members.partition_point(|(there, _)| there.as_str() < name);
                    members.insert(at, (name.to_owned(), member));
                }
            }
            (Self::Table(members), [Step::Name(table), rest @ ..]) => {
                if let Some((_, member)) = members.iter_mut().find(|(there, _)| there == table) {
                    member.rename(rest, name);
                }
            }
            // Elements of arrays have no name, and no table in an array is renamed.
            _ => {}
        }
    }

    fn without_empty(self) -> Self {
        let kept = |shape: &Self| match shape {
            Self::Table(members) => !members.is_empty(),
            Self::Array(elements) => !elements.is_empty(),
            Self::Integer(_) | Self::Scalar(_) => true,
        };
        match self {
            Self::Table(members) => {
                let members = members.into_iter().map(|(name, shape)| (name, shape.without_empty()));
                Self::Table(members.filter(|(_, shape)| kept(shape)).collect())
            }
            Self::Array(elements) => Self::Array(elements.into_iter().map(Self::without_empty).collect()),
            scalar @ (Self::Integer(_) | Self::Scalar(_)) => scalar,
        }
    }
}
