//! Exposes the API of the application.

use serde_json::{Map, Value};

use super::act::Registered;
use super::failure::Failure;
use super::step::CHANGE;
use super::{Provisioner, scope};
use crate::entra::graph::Change;
use crate::entra::snapshot::objects::Application;

const WHY: &str = "Entra ID is still replicating the application";

impl Provisioner<'_> {
    /// Adds the application ID URI and the scope, as far as they are missing; everything else stays exactly as it was read. `known` is the
    /// application of the plan.
    pub(super) async fn expose_api(
        &self,
        of: Registered,
        known: Option<&Application>,
    ) -> Result<(), Failure> {
        let path = format!("/applications/{}?$select=identifierUris,api", of.id);
        let read = self.patience.settle(WHY, async || self.admin.get(&path).await.map(Some)).await?;
        let body = missing(&read, of, known, self.wanted.name());
        if body.is_empty() {
            return Ok(());
        }
        let change = Change::patch(format!("/applications/{}", of.id), Value::Object(body));
        let changed =
            self.patience.settle(WHY, async || self.admin.change(&change).await.map(|_| Some(()))).await;
        changed.map_err(|failure| match failure {
            Failure::Graph(error) => Failure::of(error, "exposing the API of the application", CHANGE),
            failure => failure,
        })
    }
}

/// The members to change. Graph replaces whole lists, and a read may be older than the plan.
fn missing(read: &Value, of: Registered, known: Option<&Application>, name: &str) -> Map<String, Value> {
    let mut body = Map::new();
    let uris = read.get("identifierUris").and_then(Value::as_array).into_iter().flatten();
    let mut uris = uris.filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>();
    let own = scope::api_uri(of.client_id);
    if !uris.contains(&own) {
        let others = known.map(|known| known.identifier_uris.as_slice()).unwrap_or_default();
        let lost = others.iter().filter(|uri| !uris.contains(uri)).cloned().collect::<Vec<_>>();
        uris.extend(lost);
        uris.push(own);
        body.insert("identifierUris".to_owned(), uris.into());
    }
    let known = known.map_or(&Value::Null, |known| &known.api);
    let api = scope::with_scope(read.get("api").unwrap_or(&Value::Null), known, name);
    body.extend(api.map(|api| ("api".to_owned(), api)));
    body
}
