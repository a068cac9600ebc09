//! The calls of the contract: paths, parameters and refusals.

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
        "summary": "What this gateway can do",
        "description": "Asked when a client starts.",
        "responses": answers("What it can do.", body("Capabilities"), &[]),
    })
}

fn users() -> Value {
    json!({
        "operationId": "users",
        "summary": "All users",
        "description": "The whole list, page by page. Asked when a client starts, after the event `users`, and now and then. \
            A client reads at most 20,000 pages, 1,000,000 users and 256 MiB of it.",
        "parameters": [reference("parameters", "After")],
        "responses": answers("A page of the list.", body("UserList"), &[]),
    })
}

fn statuses() -> Value {
    json!({
        "operationId": "statuses",
        "summary": "Statuses of all users, or of those whose status changed",
        "description": "Without `since` the statuses of all users, with it of those only whose status, or being in a call, changed after that \
            cursor: each user once, as it is now. Asked when a client starts, after each break of the stream of events, and now and then in \
            between, as events may get lost.",
        "parameters": [reference("parameters", "Since"), reference("parameters", "After")],
        "responses": answers("A page of the statuses.", body("StatusList"), &["UnknownCursor"]),
    })
}

fn set_status() -> Value {
    json!({
        "operationId": "setStatus",
        "summary": "Sets the status of a user",
        "description": "Sets the status as if the user had chosen it in a client of SwyxWare. Twice is the same as once, and setting what is \
            set already is no change. While the user is in a call, the status shown stays `Speaking`, and what was set shows when the call \
            ends. It never ends a call and never makes one: `inCall` stays as it is.",
        "parameters": [{
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The user's id, percent-encoded (RFC 3986, section 2.1) in all but letters, digits and `-._~`.",
            "schema": {"type": "string", "minLength": 1, "maxLength": wire::MOST_ID},
            "example": "1042",
        }],
        "requestBody": {"required": true, "content": body("SetStatus")},
        "responses": answers("The status as it shows now.", body("UserStatus"), &["UnknownUser", "CannotBeSet"]),
    })
}

fn events() -> Value {
    let description = "What changes, as server-sent events (<https://html.spec.whatwg.org/multipage/server-sent-events.html>), for as long as \
        the connection lasts. A client has one such connection; a gateway bears two, as the old one may look alive for a while.\n\n\
        * Event `status`: a user's status, or being in a call, changed. `data` is one `UserStatus`.\n\
        * Event `users`: the list of users changed, so it has to be read anew. `data` is `{}`. Many changes at once are one event.\n\
        * Each event has an `id`, a cursor: whatever happens after the event comes after this cursor. Visible ASCII characters, at most \
        1,024.\n\
        * A comment, a line that begins with a colon, comes at least every 15 s where there is no event, and best one at once when the connection \
        stands. A client ends a connection over which nothing came for 45 s, and opens it again.\n\n\
        With `Last-Event-ID` everything that happened after that cursor comes first, then what happens from now on; of one user the newest \
        status is enough. Without it, only what happens from now on. Events may come late, twice or out of order, and may get lost, as where \
        a client reads too slowly; a gateway may end the connection then, and at any other time. An event has at most 64 KiB. Nothing on the \
        way may hold the stream back: it is sent without compression, as the request says.\n\n\
        Passed over: events of other names, and the field `retry`.";
    let stream = ": hello\n\nid: 88124\nevent: status\ndata: {\"id\":\"1042\",\"status\":\"Speaking\",\"inCall\":true,\"sequence\":4712}\n\n\
        id: 88125\nevent: users\ndata: {}\n\n:\n\n";
    json!({
        "operationId": "events",
        "summary": "What changes, as it changes",
        "description": description,
        "parameters": [reference("parameters", "LastEventId")],
        "responses": answers(
            "The stream.",
            json!({"text/event-stream": {"schema": {"type": "string"}, "example": stream}}),
            &["UnknownCursor"],
        ),
    })
}

/// The answers of a call: the good one, its own refusals, and those of every call.
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

/// Status, name and meaning of each refusal.
const REFUSALS: [(u16, &str, &str); 6] = [
    (
        401,
        "Unauthorized",
        "There is no token, or a wrong one. Nothing but another token helps, so a client tells its administrator to look at `swyx.gateway_token`.",
    ),
    (404, "UnknownUser", "There is no user with this id. A client reads the list of users anew."),
    (
        410,
        "UnknownCursor",
        "The cursor is not known: the gateway was started anew since, or the cursor is too old. A client forgets every sequence and reads \
         everything anew. Best a gateway knows the cursors of the last ten minutes at least, so that a short break costs little.",
    ),
    (422, "CannotBeSet", "The status is not among the capabilities, or is no status."),
    (
        429,
        "TooManyRequests",
        "The client asks too often. It asks again after the pause, and what it would have set meanwhile is set once.",
    ),
    (
        503,
        "Unavailable",
        "SwyxServer cannot be asked just now. The client asks again after the pause. Other statuses from 500 on are taken alike.",
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
        json!({"type": "string", "pattern": cursor::PATTERN, "minLength": 1, "maxLength": cursor::MOST});
    object([
        (
            "After",
            json!({
                "name": "after",
                "in": "query",
                "description": "The token `next` of the page before. The rest of the query is as for that page.",
                "schema": {"type": "string", "minLength": 1, "maxLength": wire::MOST_TOKEN},
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
                "description": "The `id` of the last event that was seen, or the cursor of the last reading of statuses.",
                "schema": cursor,
                "example": "88123",
            }),
        ),
    ])
}
