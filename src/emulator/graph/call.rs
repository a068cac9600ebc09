//! One call of Graph: its caller and request, and the formats of responses.

use axum::http::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::kind::{BETA_ONLY, Kind};
use super::odata::{Field, Key, Options, Path, options::Page};
use super::refusal::{bad_request, no_method, no_resource, no_segment};
use crate::emulator::error::GraphError;
use crate::emulator::message::{Request, Response};
use crate::emulator::shared::Shared;
use crate::emulator::token::Caller;

/// One call.
pub(super) struct Call<'a> {
    /// The shared state.
    pub(super) shared: &'a Shared,
    /// The caller.
    pub(super) caller: &'a Caller,
    /// The original request.
    pub(super) request: &'a Request,
    /// Its path.
    pub(super) path: Path,
    /// The options of its query.
    pub(super) options: Options,
    /// The time of the response.
    pub(super) now: Timestamp,
}

/// A handler of one call.
type CallResult = Result<Response, GraphError>;

/// The handlers of the calls that all collections have.
pub(super) struct Handlers {
    /// `GET` of the collection.
    pub(super) list: fn(&Call<'_>) -> CallResult,
    /// `POST` to the collection.
    pub(super) create: fn(&Call<'_>) -> CallResult,
    /// `GET` of one object.
    pub(super) get: fn(&Call<'_>, Key<'_>) -> CallResult,
    /// `PATCH` of one object.
    pub(super) update: fn(&Call<'_>, Key<'_>) -> CallResult,
    /// `DELETE` of one object.
    pub(super) delete: fn(&Call<'_>, Key<'_>) -> CallResult,
}

impl Call<'_> {
    /// The method, for a `match`.
    pub(super) fn method(&self) -> &str {
        self.request.method.as_str()
    }

    /// Dispatches the calls that all collections have to `handlers`, and calls below an object's key to `below`.
    pub(super) fn route(
        &self,
        handlers: &Handlers,
        below: impl FnOnce(Key<'_>, &[&str]) -> CallResult,
    ) -> CallResult {
        let (key, rest) = self.path.keyed();
        match (self.method(), key, rest.as_slice()) {
            ("GET", None, _) => (handlers.list)(self),
            ("POST", None, _) => (handlers.create)(self),
            ("GET", Some(key), []) => (handlers.get)(self, key),
            ("PATCH", Some(key), []) => (handlers.update)(self, key),
            ("DELETE", Some(key), []) => (handlers.delete)(self, key),
            (_, Some(key), rest) => below(key, rest),
            _ => Err(self.refused()),
        }
    }

    /// Whether a read already sees what was created then.
    pub(super) fn sees(&self, created: Timestamp) -> bool {
        self.shared.is_replicated(created)
    }

    /// The address of the description of the response.
    fn context(&self, of: &str) -> Value {
        format!("{}/{}/$metadata#{of}", self.shared.base, self.version()).into()
    }

    fn version(&self) -> &'static str {
        if self.request.is_beta { "beta" } else { "v1.0" }
    }

    /// Whether objects of that type have that member in the requested version.
    fn has_member(&self, kind: &Kind, name: &str) -> bool {
        kind.has(name) && (self.request.is_beta || !BETA_ONLY.contains(&name))
    }

    /// Keeps the members that were selected and that the requested version has.
    fn shape(&self, object: &mut Map<String, Value>) {
        if !self.request.is_beta {
            object.retain(|name, _| !BETA_ONLY.contains(&name.as_str()));
        }
        self.options.shape(object);
    }

    /// One object; `of` is its collection.
    pub(super) fn entity(&self, status: StatusCode, of: &str, mut object: Map<String, Value>) -> Response {
        self.shape(&mut object);
        let selected =
            if self.request.method == Method::GET { self.options.context() } else { String::new() };
        self.value(status, &format!("{of}{selected}/$entity"), object)
    }

    /// Members that are not an object of a collection.
    pub(super) fn value(&self, status: StatusCode, of: &str, object: Map<String, Value>) -> Response {
        let mut answer = Map::new();
        answer.insert("@odata.context".to_owned(), self.context(of));
        answer.extend(object);
        Response::json(status, &Value::Object(answer))
    }

    /// One object, requested by its key.
    ///
    /// # Errors
    /// 400 if an unknown member is selected.
    pub(super) fn single(&self, kind: &Kind, object: Map<String, Value>) -> Result<Response, GraphError> {
        self.options.check_members(kind.resource, |name| self.has_member(kind, name))?;
        Ok(self.entity(StatusCode::OK, kind.collection, object))
    }

    /// A page of the objects that match the filter.
    ///
    /// # Errors
    /// 400 if an unknown member is named.
    pub(super) fn list(
        &self,
        kind: &Kind,
        objects: impl Iterator<Item = Map<String, Value>>,
    ) -> Result<Response, GraphError> {
        self.options.check_members(kind.resource, |name| self.has_member(kind, name))?;
        let filter = self.options.filter();
        let matching = objects
            .filter(|object| filter.is_none_or(|filter| filter.holds(&|name| Field::of(object.get(name)))));
        Ok(self.page(kind.collection, self.options.page(matching)))
    }

    /// A page; `of` is the collection.
    pub(super) fn page(&self, of: &str, page: Page<Map<String, Value>>) -> Response {
        let mut answer = Map::new();
        answer.insert("@odata.context".to_owned(), self.context(&format!("{of}{}", self.options.context())));
        if let Some(count) = page.count {
            answer.insert("@odata.count".to_owned(), count.into());
        }
        if let Some(next) = page.next {
            let link = format!("{}/{}{}?{next}", self.shared.base, self.version(), self.request.path);
            answer.insert("@odata.nextLink".to_owned(), link.into());
        }
        let shaped = page.items.into_iter().map(|mut object| {
            self.shape(&mut object);
            Value::Object(object)
        });
        answer.insert("value".to_owned(), shaped.collect());
        Response::json(StatusCode::OK, &Value::Object(answer))
    }

    /// The error for an unknown path or method.
    pub(super) fn refused(&self) -> GraphError {
        const METHODS: [&str; 4] = ["GET", "POST", "PATCH", "DELETE"];
        let last = self.path.names().last().copied().unwrap_or_default().to_owned();
        if METHODS.contains(&self.method()) { no_segment(&last) } else { no_method() }
    }
}

/// The object id in a path.
///
/// # Errors
/// 400 if it is no GUID.
pub(super) fn guid(text: &str) -> Result<Uuid, GraphError> {
    let message = || bad_request(format!("Invalid object identifier '{text}'."));
    // Only the hyphenated form: a GUID in braces is invalid in a path.
    if text.len() == 36 { text.parse().map_err(|_| message()) } else { Err(message()) }
}

/// The error for an unknown key.
pub(super) fn unknown(key: Key<'_>) -> GraphError {
    match key {
        Key::Id(text) | Key::Alternate(_, text) => no_resource(text),
    }
}
