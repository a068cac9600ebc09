//! Types of resources: their names, their members, and which members a body may write.

use serde_json::{Map, Value};

use super::body::{Members, merge};
use super::refusal::bad_request;
use crate::emulator::error::GraphError;

/// A type of resource.
pub(super) struct Kind {
    /// The name of its collection, as in `@odata.context`.
    pub(super) collection: &'static str,
    /// The name of its type, as in errors.
    pub(super) resource: &'static str,
    /// The members that the service creates, or checks when they are written.
    pub(super) made: &'static [&'static str],
    /// The members that are stored as they are written.
    pub(super) kept: &'static [(&'static str, Shape)],
}

/// The type of a member's value.
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

/// The members that only the beta version has: `isDisabled`, according to the published schemas.
pub(super) const BETA_ONLY: [&str; 1] = ["isDisabled"];

impl Kind {
    /// Whether it has a member with that name, which can be selected and filtered.
    pub(super) fn has(&self, name: &str) -> bool {
        self.made.contains(&name) || self.kept.iter().any(|(kept, _)| *kept == name)
    }

    /// Stores a member of a body; null removes it. Annotations are ignored.
    ///
    /// # Errors
    /// 400 if the value has the wrong type, if only the service writes it, or if the member is unknown.
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
