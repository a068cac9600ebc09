//! The calls of the contract: paths, parameters and errors.

use serde_json::{Value, json};

use super::super::{cursor, wire};
use super::parts::{body, object, reference};

/// `paths`.
pub(super) fn paths() -> Value {
    object([
        ("/v1/capabilities", json!({"get": capabilities()})),
        ("/v1/users", json!({"get": users()})),
        ("/v1/statuses", json!({"get": statuses()})),
        ("/v1/users/{id}/status", json!({"put": set_status()})),
        ("/v1/events", json!({"get": events()})),
    ])
}

fn capabilities() -> Value {
    json!({
        "operationId": "capabilities",
        "summary": "Get the capabilities of this gateway",
        "description": "Requested when a client starts.",
        "responses": answers("The capabilities.", body("Capabilities"), &[]),
    })
}

fn users() -> Value {
    json!({
        "operationId": "users",
        "summary": "List all users",
        "description": "The whole list, page by page. Requested when a client starts, after the event `users`, and periodically. A client reads at most 20,000 pages, 1,000,000 users and 256 MiB of it.",
        "parameters": [reference("parameters", "After")],
        "responses": answers("A page of the list.", body("UserList"), &[]),
    })
}

fn statuses() -> Value {
    json!({
        "operationId": "statuses",
        "summary": "List the statuses of all users, or of those whose status changed",
        "description": "Without `since`, the statuses of all users. With `since`, only of users whose status or `inCall` changed after that cursor: each user once, with the current state. Requested when a client starts, after each interruption of the event stream, and periodically, because events may get lost.",
        "parameters": [reference("parameters", "Since"), reference("parameters", "After")],
        "responses": answers("A page of the statuses.", body("StatusList"), &["UnknownCursor"]),
    })
}

fn set_status() -> Value {
    json!({
        "operationId": "setStatus",
        "summary": "Set the status of a user",
        "description": "Sets the status as if the user had chosen it in a SwyxWare client. The call is idempotent, and setting the current status changes nothing. While the user is in a call, the visible status stays `Speaking`, and the new status becomes visible when the call ends. It never ends or starts a call: `inCall` does not change.",
        "parameters": [{
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The user's id, percent-encoded (RFC 3986, section 2.1) in all but letters, digits and `-._~`.",
            "schema": {"type": "string", "minLength": 1, "maxLength": wire::MAX_ID_LEN},
            "example": "1042",
        }],
        "requestBody": {"required": true, "content": body("SetStatus")},
        "responses": answers("The visible status after the call.", body("UserStatus"), &["UnknownUser", "Conflict", "CannotBeSet"]),
    })
}

fn events() -> Value {
    let description = "The changes, as server-sent events (<https://html.spec.whatwg.org/multipage/server-sent-events.html>), for as long as the \
        connection lasts. A client has one such connection; a gateway must accept two because the old one may seem alive for a \
        while.\n\n\
        * Event `status`: the status or `inCall` of a user changed. `data` is one `UserStatus`.\n\
        * Event `users`: the list of users changed and must be read again. `data` is `{}`. Several changes at once are one event.\n\
        * Each event has an `id`, a cursor: everything that happens after the event comes after this cursor. Visible ASCII \
        characters, at most 1,024.\n\
        * A comment, a line that starts with a colon, comes at least every 15 s if there is no event, and preferably one right after \
        the connection is established. A client closes a connection without data for 45 s, and opens it again.\n\n\
        With `Last-Event-ID`, all changes after that cursor come first, then new changes; only the newest status of each user is \
        required. Without it, only new changes come. Events may be late, repeated, out of order or lost, for example if a client \
        reads too slowly; the gateway may then, or at any other time, close the connection. An event has at most 64 KiB. Nothing on \
        the way may buffer the stream: it is sent without compression, as the request says.\n\n\
        Ignored: events with other names, and the field `retry`.";
    let stream = ": hello\n\nid: 88124\nevent: status\ndata: {\"id\":\"1042\",\"status\":\"Speaking\",\"inCall\":true,\"sequence\":4712}\n\n\
        id: 88125\nevent: users\ndata: {}\n\n:\n\n";
    json!({
        "operationId": "events",
        "summary": "Stream the changes",
        "description": description,
        "parameters": [reference("parameters", "LastEventId")],
        "responses": answers(
            "The stream.",
            json!({"text/event-stream": {"schema": {"type": "string"}, "example": stream}}),
            &["UnknownCursor"],
        ),
    })
}

/// The responses of a call: success, its own errors, and the errors of every call.
fn answers(good: &str, content: Value, refusals: &[&str]) -> Value {
    let mut answers = object([("200", json!({"description": good, "content": content}))]);
    let common = ["Unauthorized", "TooManyRequests", "Unavailable"];
    let mut named = common.iter().chain(refusals).filter_map(|name| {
        let (status, ..) = REFUSALS.iter().find(|(_, known, _)| known == name)?;
        Some((*status, reference("responses", name)))
    });
    if let Value::Object(members) = &mut answers {
        let mut more = named.by_ref().collect::<Vec<_>>();
        more.sort_by_key(|(status, _)| *status);
        members.extend(more.into_iter().map(|(status, refusal)| (status.to_string(), refusal)));
    }
    answers
}

/// The status, name and meaning of each error.
const REFUSALS: [(u16, &str, &str); 7] = [
    (
        401,
        "Unauthorized",
        "The token is missing or wrong. Only another token helps, so a client tells its administrator to check `swyx.gateway_token`.",
    ),
    (404, "UnknownUser", "No user has this id. A client reads the list of users again."),
    (
        409,
        "Conflict",
        "The status cannot be set for this user at the moment, for example because no client is logged on. A client waits before it sets this status for this user again; others can be set at once.",
    ),
    (
        410,
        "UnknownCursor",
        "The cursor is unknown because the gateway restarted or the cursor is too old. A client discards all sequences and reads everything again. A gateway should know the cursors of at least the last ten minutes, so that a short interruption costs little.",
    ),
    (
        422,
        "CannotBeSet",
        "The status is not in the capabilities, or cannot be set for this user. A client reads the capabilities again, and waits before it sets this status for this user again.",
    ),
    (
        429,
        "TooManyRequests",
        "The client sends too many requests. It retries after the pause, and combines the changes that it would have made in the meantime.",
    ),
    (
        503,
        "Unavailable",
        "SwyxServer is currently not reachable. The client retries after the pause. Other statuses from 500 on are treated the same.",
    ),
];

/// `components.responses`.
pub(super) fn refusals() -> Value {
    let mut responses = serde_json::Map::new();
    for (status, name, meaning) in REFUSALS {
        let mut response = json!({"description": meaning});
        if let Value::Object(members) = &mut response {
            if matches!(status, 429 | 503) {
                members
                    .insert("headers".to_owned(), json!({"Retry-After": reference("headers", "RetryAfter")}));
            }
            let schema = reference("schemas", "Problem");
            members.insert("content".to_owned(), json!({"application/problem+json": {"schema": schema}}));
        }
        responses.insert(name.to_owned(), response);
    }
    Value::Object(responses)
}

/// `components.parameters`.
pub(super) fn parameters() -> Value {
    let cursor =
        json!({"type": "string", "pattern": cursor::PATTERN, "minLength": 1, "maxLength": cursor::MAX});
    object([
        (
            "After",
            json!({
                "name": "after",
                "in": "query",
                "description": "The token `next` of the previous page. The rest of the query is the same as for that page.",
                "schema": {"type": "string", "minLength": 1, "maxLength": wire::MAX_TOKEN_LEN},
                "example": "page-2",
            }),
        ),
        (
            "Since",
            json!({
                "name": "since",
                "in": "query",
                "description": "A cursor of this call or of an event.",
                "schema": cursor,
                "example": "88123",
            }),
        ),
        (
            "LastEventId",
            json!({
                "name": "Last-Event-ID",
                "in": "header",
                "description": "The `id` of the last received event, or the cursor of the last reading of statuses.",
                "schema": cursor,
                "example": "88123",
            }),
        ),
    ])
}
