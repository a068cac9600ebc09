//! Changes of what Graph holds: one call each.

use http::Method;
use serde_json::Value;

use super::client::{Call, Client, Repeats};
use crate::entra::GraphError;

/// A change of something below the version's address, as `/applications/{id}`.
#[derive(Clone, Debug)]
pub struct Change {
    method: Method,
    path: String,
    body: Option<Value>,
    prefer: Option<&'static str>,
}

impl Change {
    /// Makes something, or does what the path says.
    pub fn post(path: impl Into<String>, body: Value) -> Self {
        Self { method: Method::POST, path: path.into(), body: Some(body), prefer: None }
    }

    /// Gives members other values.
    pub fn patch(path: impl Into<String>, body: Value) -> Self {
        Self { method: Method::PATCH, path: path.into(), body: Some(body), prefer: None }
    }

    /// As [`Change::patch`], of something with a key of its own, which is made if it is not there.
    /// Source: <https://learn.microsoft.com/graph/api/application-upsert>.
    pub fn upsert(path: impl Into<String>, body: Value) -> Self {
        Self { prefer: Some("create-if-missing"), ..Self::patch(path, body) }
    }

    /// Takes something away.
    pub fn delete(path: impl Into<String>) -> Self {
        Self { method: Method::DELETE, path: path.into(), body: None, prefer: None }
    }
}

impl Client {
    /// Makes a change that twice is as good as once, or of which Graph refuses a second one: it is sent again where nothing came back.
    /// Gives the body of the answer, null if it has none.
    ///
    /// # Errors
    /// [`GraphError`]; any status but 2xx is [`GraphError::Refused`].
    pub async fn change(&self, change: &Change) -> Result<Value, GraphError> {
        self.make(change, Repeats::Freely).await
    }

    /// Makes a change that must not take effect twice. After an error that is no refusal, nobody knows whether it took effect.
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
