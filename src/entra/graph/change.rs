//! Changes of objects in Graph: one call each.

use http::Method;
use serde_json::Value;

use super::client::{Call, Client, Repeats};
use crate::entra::GraphError;

/// A change of an object at a path after the version, for example `/applications/{id}`.
#[derive(Clone, Debug)]
pub struct Change {
    method: Method,
    path: String,
    body: Option<Value>,
    prefer: Option<&'static str>,
}

impl Change {
    /// Creates an object, or runs the action of the path.
    pub fn post(path: impl Into<String>, body: Value) -> Self {
        Self { method: Method::POST, path: path.into(), body: Some(body), prefer: None }
    }

    /// Changes members of an object.
    pub fn patch(path: impl Into<String>, body: Value) -> Self {
        Self { method: Method::PATCH, path: path.into(), body: Some(body), prefer: None }
    }

    /// Like [`Change::patch`], for an object with an alternate key, which is created if it does not exist.
    /// Source: <https://learn.microsoft.com/graph/api/application-upsert>.
    pub fn upsert(path: impl Into<String>, body: Value) -> Self {
        Self { prefer: Some("create-if-missing"), ..Self::patch(path, body) }
    }

    /// Deletes an object.
    pub fn delete(path: impl Into<String>) -> Self {
        Self { method: Method::DELETE, path: path.into(), body: None, prefer: None }
    }
}

impl Client {
    /// Makes an idempotent change, or one that Graph refuses a second time: it is sent again if there was no
    /// answer. Returns the body of the answer, or null if it has none.
    ///
    /// # Errors
    /// [`GraphError`]; any status but 2xx is [`GraphError::Refused`].
    pub async fn change(&self, change: &Change) -> Result<Value, GraphError> {
        self.make(change, Repeats::Freely).await
    }

    /// Makes a change that must not take effect twice. After an error other than a refusal, it is unknown
    /// whether the change took effect.
    ///
    /// # Errors
    /// As [`Client::change`].
    pub async fn change_once(&self, change: &Change) -> Result<Value, GraphError> {
        self.make(change, Repeats::UnlessItTookEffect).await
    }

    async fn make(&self, change: &Change, repeats: Repeats) -> Result<Value, GraphError> {
        let Change { method, path, body, prefer } = change;
        let address = self.address(path);
        let call =
            Call { method: method.clone(), address: &address, body: body.as_ref(), prefer: *prefer, repeats };
        self.json(&call).await
    }
}
