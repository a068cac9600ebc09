//! Types of resources: their names, the members that they have, and which of those a body may write.

use serde_json::{Map, Value};

use super::body::{Members, merge};
use super::refusal::bad_request;
use crate::emulator::error::GraphError;

/// A type of resource.
pub(super) struct Kind {
    /// The name of its collection, as in `@odata.context`.
    pub(super) collection: &'static str,
    /// The name of its type, as in refusals.
    pub(super) resource: &'static str,
    /// The members that the service makes, or checks when they are written.
    pub(super) made: &'static [&'static str],
    /// The members that are kept as they are written.
    pub(super) kept: &'static [(&'static str, Shape)],
}

/// The kind of value that a member takes.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// A text, or null.
    Text,
    /// A list of texts.
    Texts,
    /// A list of objects.
    List,
    /// An object, or null.
    Object,
}

impl Shape {
    fn fits(self, value: &Value) -> bool {
        match (self, value) {
            (Self::Text | Self::Object, Value::Null) | (Self::Text, Value::String(_)) => true,
            (Self::Texts, Value::Array(items)) => items.iter().all(Value::is_string),
            (Self::List, Value::Array(items)) => items.iter().all(Value::is_object),
            (Self::Object, Value::Object(_)) => true,
            _ => false,
        }
    }
}

impl Kind {
    /// Whether it has a member of that name, which can be selected and filtered.
    pub(super) fn has(&self, name: &str) -> bool {
        self.made.contains(&name) || self.kept.iter().any(|(kept, _)| *kept == name)
    }

    /// Keeps a member that a body writes; null takes one away. Annotations are passed over.
    ///
    /// # Errors
    /// 400 when the value is none that the member takes, when the service alone writes it, or when there is no such member.
    pub(super) fn keep(
        &self,
        other: &mut Map<String, Value>,
        name: &str,
        value: &Value,
        of: &Members<'_>,
    ) -> Result<(), GraphError> {
        if name.contains("@odata") {
            return Ok(());
        }
        match self.kept.iter().find(|(kept, _)| *kept == name) {
            Some((_, shape)) if !shape.fits(value) => Err(of.invalid(name)),
            Some(_) if value.is_null() => {
                other.remove(name);
                Ok(())
            }
            Some(_) => {
                merge(other, &Map::from_iter([(name.to_owned(), value.clone())]));
                Ok(())
            }
            None if self.made.contains(&name) => {
                Err(bad_request(format!("Property '{name}' is read-only and cannot be set.")))
            }
            None => Err(bad_request(format!("Invalid property '{name}'."))),
        }
    }
}
