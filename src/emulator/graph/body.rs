//! Bodies of requests: JSON objects, and their members by type.

use axum::http::header;
use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::refusal::{invalid_value, unreadable};
use crate::emulator::error::GraphError;
use crate::emulator::message::Request;

/// The body as a JSON object.
///
/// # Errors
/// 400 if it is not JSON, or if `Content-Type` does not say so.
pub(super) fn object(request: &Request) -> Result<Map<String, Value>, GraphError> {
    if is_json(request)
        && let Ok(Value::Object(object)) = serde_json::from_slice(&request.body)
    {
        return Ok(object);
    }
    Err(unreadable(
        "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
    ))
}

/// The body as a JSON object, for calls where it is optional.
///
/// # Errors
/// 400 for a body that is not JSON.
pub(super) fn optional_object(request: &Request) -> Result<Map<String, Value>, GraphError> {
    if request.body.is_empty() { Ok(Map::new()) } else { object(request) }
}

/// Whether the request says that its body is JSON.
pub(super) fn is_json(request: &Request) -> bool {
    let kind = request.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/json")
}

/// Members of one resource's body.
pub(super) struct Members<'a> {
    /// The resource's name, for errors.
    pub(super) resource: &'static str,
    /// Its members.
    pub(super) object: &'a Map<String, Value>,
}

impl Members<'_> {
    /// Rejects unknown members; annotations are ignored.
    ///
    /// # Errors
    /// 400 that names the member.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), GraphError> {
        let mut names = self.object.keys();
        match names.find(|name| !name.contains("@odata") && !known.contains(&name.as_str())) {
            Some(name) => Err(super::refusal::bad_request(format!("Invalid property '{name}'."))),
            None => Ok(()),
        }
    }

    /// A text; `None` if missing or null.
    ///
    /// # Errors
    /// 400 for another type.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, GraphError> {
        match self.object.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.invalid(name)),
        }
    }

    /// A Boolean; `None` if missing or null.
    ///
    /// # Errors
    /// 400 for another type.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, GraphError> {
        match self.object.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(self.invalid(name)),
        }
    }

    /// An id; `None` if missing or null.
    ///
    /// # Errors
    /// 400 for another type.
    pub(super) fn optional_guid(&self, name: &str) -> Result<Option<Uuid>, GraphError> {
        self.text(name)?.map(|text| text.parse().map_err(|_| self.invalid(name))).transpose()
    }

    /// A required id.
    ///
    /// # Errors
    /// 400 if it is missing or of another type.
    pub(super) fn guid(&self, name: &str) -> Result<Uuid, GraphError> {
        self.optional_guid(name)?.ok_or_else(|| self.invalid(name))
    }

    /// A time; `None` if missing or null.
    ///
    /// # Errors
    /// 400 for another type.
    pub(super) fn time(&self, name: &str) -> Result<Option<Timestamp>, GraphError> {
        self.text(name)?.map(|text| text.parse().map_err(|_| self.invalid(name))).transpose()
    }

    /// The error for a member's value.
    pub(super) fn invalid(&self, name: &str) -> GraphError {
        invalid_value(name, self.resource)
    }
}

/// The members of an object that is written as one.
pub(super) fn members(value: Value) -> Map<String, Value> {
    if let Value::Object(members) = value { members } else { Map::new() }
}

/// Merges the members of one object into another, recursively.
pub(super) fn merge(into: &mut Map<String, Value>, from: &Map<String, Value>) {
    for (name, value) in from {
        match (into.get_mut(name), value) {
            (Some(Value::Object(into)), Value::Object(from)) => merge(into, from),
            _ => {
                into.insert(name.clone(), value.clone());
            }
        }
    }
}
