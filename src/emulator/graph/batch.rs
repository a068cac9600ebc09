//! Up to twenty requests in one.
//!
//! <https://learn.microsoft.com/en-us/graph/json-batching>. Parts are processed in order, except those that wait for others; each is
//! authenticated and limited separately.

use std::collections::{HashMap, HashSet};

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::body;
use super::refusal::{no_method, unreadable};
use crate::emulator::error::GraphError;
use crate::emulator::message::{Part, Request, RequestIds, Response};
use crate::emulator::shared::Shared;
use crate::emulator::token::Caller;

/// The maximum number of parts.
const MAX: usize = 20;

/// One part, ready to be processed.
struct BatchRequest {
    id: String,
    depends_on: Vec<String>,
    request: Request,
}

/// Handles a batch; `answer_part` handles each part as a separate request.
pub(super) fn run(
    shared: &Shared,
    caller: &Caller,
    request: &Request,
    answer_part: fn(&Shared, &Caller, &Request) -> Response,
) -> Result<Response, GraphError> {
    if request.method != Method::POST {
        return Err(no_method());
    }
    let body = body::object(request)?;
    let mut waiting = read(&body, request)?;
    let (mut answers, mut parts) = (Vec::new(), Vec::new());
    let mut statuses = HashMap::new();
    // Every round processes at least one part because `read` has excluded cycles.
    while let Some(place) =
        waiting.iter().position(|part| part.depends_on.iter().all(|id| statuses.contains_key(id)))
    {
        let part = waiting.remove(place);
        let failed = part
            .depends_on
            .iter()
            .any(|id| statuses.get(id).is_none_or(|status: &StatusCode| !status.is_success()));
        let response = if failed {
            dependency_failed(shared, &part)
        } else {
            answer_part(shared, caller, &part.request)
        };
        parts.push(Part {
            method: part.request.method.to_string(),
            path: part.request.path.clone(),
            status: response.status.as_u16(),
        });
        answers.push(answer(&part.id, &response));
        statuses.insert(part.id, response.status);
    }
    let mut response = Response::json(StatusCode::OK, &json!({"responses": answers}));
    response.parts = parts;
    Ok(response)
}

fn read(body: &Map<String, Value>, whole: &Request) -> Result<Vec<BatchRequest>, GraphError> {
    let requests = body.get("requests").and_then(Value::as_array);
    let requests = requests.ok_or_else(|| unreadable("Invalid batch payload format."))?;
    if requests.is_empty() {
        return Err(unreadable("Invalid batch payload format: there are no requests."));
    }
    if requests.len() > MAX {
        return Err(unreadable(format!("Number of batch request steps exceeds the maximum value of {MAX}.")));
    }
    let parts = requests.iter().map(|part| read_part(part, whole)).collect::<Result<Vec<_>, _>>()?;
    let mut known = HashSet::new();
    if let Some(twice) = parts.iter().find(|part| !known.insert(part.id.as_str())) {
        return Err(unreadable(format!("Request Id {} has to be unique in a batch.", twice.id)));
    }
    if !can_all_run(&parts) {
        return Err(unreadable(
            "Invalid batch payload format: a request depends on itself, or on one that is not there.",
        ));
    }
    Ok(parts)
}

/// Whether the parts can be ordered so that each comes after its dependencies.
fn can_all_run(requests: &[BatchRequest]) -> bool {
    let mut done = HashSet::new();
    for _ in requests {
        let ready =
            requests.iter().filter(|part| part.depends_on.iter().all(|id| done.contains(id.as_str())));
        let ready = ready.map(|part| part.id.as_str()).collect::<Vec<_>>();
        done.extend(ready);
    }
    done.len() == requests.len()
}

fn read_part(part: &Value, whole: &Request) -> Result<BatchRequest, GraphError> {
    let text = |name| part.get(name).and_then(Value::as_str);
    let id = text("id").filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| unreadable("Invalid batch payload format: a request has no id."))?;
    let wrong = |what: &str| unreadable(format!("Invalid batch payload format: request {id} {what}."));
    let method = text("method").and_then(|method| method.to_uppercase().parse::<Method>().ok());
    let url = text("url").filter(|url| !url.is_empty() && !url.contains("://"));
    let url = url.ok_or_else(|| wrong("needs a url relative to the version"))?;
    let (path, query) =
        url.split_once('?').map_or((url, None), |(path, query)| (path, Some(query.to_owned())));
    let headers = read_headers(part).ok_or_else(|| wrong("has a header that is none"))?;
    let body = match part.get("body") {
        None | Some(Value::Null) => Bytes::new(),
        Some(_) if !headers.contains_key(header::CONTENT_TYPE) => {
            return Err(unreadable(format!(
                "Write request id : {id} does not contain Content-Type header or body."
            )));
        }
        Some(body) => body.to_string().into(),
    };
    let request_id = Uuid::new_v4();
    let own = headers.get("client-request-id").and_then(|id| id.to_str().ok());
    let request = Request {
        method: method.ok_or_else(|| wrong("needs a method"))?,
        path: format!("/{}", path.trim_start_matches('/')),
        is_beta: whole.is_beta,
        query,
        ids: RequestIds { request: request_id, client: own.unwrap_or(&whole.ids.client).to_owned() },
        headers,
        body,
    };
    if request.path == "/$batch" {
        return Err(wrong("is a batch itself"));
    }
    let depends_on = depends_on(part).ok_or_else(|| wrong("has a dependsOn that is no list of ids"))?;
    Ok(BatchRequest { id: id.to_owned(), depends_on, request })
}

/// The ids of the parts that this one depends on.
fn depends_on(part: &Value) -> Option<Vec<String>> {
    match part.get("dependsOn") {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(ids) => ids.as_array()?.iter().map(|id| id.as_str().map(str::to_owned)).collect(),
    }
}

fn read_headers(part: &Value) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in part.get("headers").and_then(Value::as_object).into_iter().flatten() {
        headers.insert(name.parse::<HeaderName>().ok()?, HeaderValue::from_str(value.as_str()?).ok()?);
    }
    Some(headers)
}

fn dependency_failed(shared: &Shared, part: &BatchRequest) -> Response {
    let message = "A request that this one depends on has failed.";
    let error = GraphError::new(StatusCode::FAILED_DEPENDENCY, "FailedDependency", message);
    error.response(&part.request.ids, shared.clock.now())
}

fn answer(id: &str, response: &Response) -> Value {
    let mut answer = Map::new();
    answer.insert("id".to_owned(), id.into());
    answer.insert("status".to_owned(), response.status.as_u16().into());
    let headers =
        response.headers.iter().filter_map(|(name, value)| Some((titled(name), value.to_str().ok()?.into())));
    let headers = headers.collect::<Map<_, _>>();
    if !headers.is_empty() {
        answer.insert("headers".to_owned(), headers.into());
    }
    if !response.body.is_empty() {
        let body =
            serde_json::from_slice(&response.body).unwrap_or_else(|_| STANDARD.encode(&response.body).into());
        answer.insert("body".to_owned(), body);
    }
    Value::Object(answer)
}

/// A header's name in its usual case, `Retry-After`: some clients only look for this form.
fn titled(name: &HeaderName) -> String {
    let words = name.as_str().split('-').map(|word| {
        let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        first.to_uppercase() + rest
    });
    words.collect::<Vec<_>>().join("-")
}
