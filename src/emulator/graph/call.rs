//! One call of Graph: who asks for what, and the forms of answers.

use axum::http::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::kind::Kind;
use super::odata::{Field, Key, Options, Path, options::Page};
use super::refusal::{bad_request, no_method, no_resource, no_segment};
use crate::emulator::error::GraphError;
use crate::emulator::message::{Request, Response};
use crate::emulator::shared::Shared;
use crate::emulator::token::Caller;

/// One call.
pub(super) struct Call<'a> {
    /// What all calls share.
    pub(super) shared: &'a Shared,
    /// Who calls.
    pub(super) caller: &'a Caller,
    /// The request as it came.
    pub(super) request: &'a Request,
    /// Its path.
    pub(super) path: Path,
    /// The options of its query.
    pub(super) options: Options,
    /// When it is answered.
    pub(super) now: Timestamp,
}

/// What answers one call.
type Answer = Result<Response, GraphError>;

/// What answers the calls that all collections have.
pub(super) struct Handlers {
    /// `GET` of the collection.
    pub(super) list: fn(&Call<'_>) -> Answer,
    /// `POST` to the collection.
    pub(super) create: fn(&Call<'_>) -> Answer,
    /// `GET` of one object.
    pub(super) get: fn(&Call<'_>, Key<'_>) -> Answer,
    /// `PATCH` of one object.
    pub(super) update: fn(&Call<'_>, Key<'_>) -> Answer,
    /// `DELETE` of one object.
    pub(super) delete: fn(&Call<'_>, Key<'_>) -> Answer,
}

impl Call<'_> {
    /// The method, for a `match`.
    pub(super) fn method(&self) -> &str {
        self.request.method.as_str()
    }

    /// Answers the calls that all collections have with `handlers`, and with `below` those on what follows an object's key.
    pub(super) fn route(
        &self,
        handlers: &Handlers,
        below: impl FnOnce(Key<'_>, &[&str]) -> Answer,
    ) -> Answer {
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

    /// Whether a read sees by now what was made then.
    pub(super) fn sees(&self, created: Timestamp) -> bool {
        self.shared.is_replicated(created)
    }

    /// The address of a description of the answer.
    fn context(&self, of: &str) -> Value {
        format!("{}/v1.0/$metadata#{of}", self.shared.base).into()
    }

    /// One object; `of` is its collection.
    pub(super) fn entity(&self, status: StatusCode, of: &str, mut object: Map<String, Value>) -> Response {
        self.options.shape(&mut object);
        let selected =
            if self.request.method == Method::GET { self.options.context() } else { String::new() };
        self.value(status, &format!("{of}{selected}/$entity"), object)
    }

    /// Members that are no object of a collection.
    pub(super) fn value(&self, status: StatusCode, of: &str, object: Map<String, Value>) -> Response {
        let mut answer = Map::new();
        answer.insert("@odata.context".to_owned(), self.context(of));
        answer.extend(object);
        Response::json(status, &Value::Object(answer))
    }

    /// One object that was asked for by its key.
    ///
    /// # Errors
    /// 400 when a member is selected that it does not have.
    pub(super) fn single(&self, kind: &Kind, object: Map<String, Value>) -> Result<Response, GraphError> {
        self.options.check_members(kind.resource, |name| kind.has(name))?;
        Ok(self.entity(StatusCode::OK, kind.collection, object))
    }

    /// A page of those objects that meet the filter.
    ///
    /// # Errors
    /// 400 when a member is named that they do not have.
    pub(super) fn list(
        &self,
        kind: &Kind,
        objects: impl Iterator<Item = Map<String, Value>>,
    ) -> Result<Response, GraphError> {
        self.options.check_members(kind.resource, |name| kind.has(name))?;
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
            let link = format!("{}/v1.0{}?{next}", self.shared.base, self.request.path);
            answer.insert("@odata.nextLink".to_owned(), link.into());
        }
        let shaped = page.items.into_iter().map(|mut object| {
            self.options.shape(&mut object);
            Value::Object(object)
        });
        answer.insert("value".to_owned(), shaped.collect());
        Response::json(StatusCode::OK, &Value::Object(answer))
    }

    /// The refusal of a path that is not served, or not with that method.
    pub(super) fn refused(&self) -> GraphError {
        const METHODS: [&str; 4] = ["GET", "POST", "PATCH", "DELETE"];
        let last = self.path.names().last().copied().unwrap_or_default().to_owned();
        if METHODS.contains(&self.method()) { no_segment(&last) } else { no_method() }
    }
}

/// The object id in a path.
///
/// # Errors
/// 400 when it is no GUID.
pub(super) fn guid(text: &str) -> Result<Uuid, GraphError> {
    let message = || bad_request(format!("Invalid object identifier '{text}'."));
    // Only the hyphenated form: a GUID in braces is none in a path.
    if text.len() == 36 { text.parse().map_err(|_| message()) } else { Err(message()) }
}

/// The refusal of a key that names nothing.
pub(super) fn unknown(key: Key<'_>) -> GraphError {
    match key {
        Key::Id(text) | Key::Alternate(_, text) => no_resource(text),
    }
}
