//! The contract as an OpenAPI document (<https://spec.openapis.org/oas/v3.1.0>), for whoever builds the service beside SwyxServer.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::wire;

const ABOUT: &str = "\
The service that a site runs beside SwyxServer, so that `swyx-teams` can read and set the statuses of its users: SwyxServer itself has no public \
interface for that outside Windows.

**How it is used.** At first the users and all statuses are read. Then the event stream is kept open, for speed, and the changes are read by cursor every \
few seconds, for certainty: an event may be lost, come late or twice. When the stream breaks off, it is opened anew with the last cursor, and all \
statuses are read once more. Statuses are set whenever Teams changes, with at most 64 requests under way.

**What matters most.** `inCall` says whether SwyxServer itself has the user on a call. It must not become true because `Speaking` was set: it is what keeps the two \
sides from echoing each other.

Members that are not in this document are ignored. Lists may come in pages of any size.";

/// The OpenAPI document.
pub fn contract() -> Value {
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .into_generator();
    let paths = paths(&mut generator);
    let schemas = generator.take_definitions(true);
    json!({
        "openapi": "3.1.0",
        "info": {"title": "SwyxServer gateway", "version": "1", "description": ABOUT,
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"}},
        "servers": [{"url": "https://swyx.example.com:9180", "description": "What `swyx.gateway` names; https only."}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer",
                "description": "A token of the site's own, at least 128 random bits; `swyx.gateway_token` says where it is kept."}},
            "schemas": schemas,
        },
    })
}

fn paths(generator: &mut SchemaGenerator) -> Value {
    let after = parameter("after", "query", "The word `next` of the page before.");
    let since = parameter(
        "since",
        "query",
        "A cursor: only the statuses that changed after it are told, each once, as it is now.",
    );
    json!({
        "/v1/capabilities": {"get": {
            "operationId": "capabilities", "summary": "What the service can do",
            "responses": answers::<wire::Capabilities>(generator, "What it can do.", &[]),
        }},
        "/v1/users": {"get": {
            "operationId": "users", "summary": "All users", "parameters": [after],
            "responses": answers::<wire::Users>(generator, "A page of them.", &[BAD_PAGE]),
        }},
        "/v1/statuses": {"get": {
            "operationId": "statuses", "summary": "The statuses of all users, or those that changed", "parameters": [since, after],
            "responses": answers::<wire::StatusPage>(generator, "A page of them.", &[BAD_PAGE, UNKNOWN_CURSOR]),
        }},
        "/v1/users/{id}/status": {"put": {
            "operationId": "setStatus", "summary": "Set a user's status",
            "description": "As if the user had chosen it. Setting what is set already changes nothing. While the user is in a call, `Speaking` stays what is shown, and \
                what was set shows when the call ends. Whatever text the user wrote beside the status is left alone.",
            "parameters": [path_parameter("id", "The user's id, percent-encoded.")],
            "requestBody": {"required": true, "content": {"application/json": {"schema": generator.subschema_for::<wire::NewStatus>()}}},
            "responses": answers::<wire::Status>(generator, "The status as it is now.", &[BAD_BODY, UNKNOWN_USER, NOT_SETTABLE]),
        }},
        "/v1/events": {"get": {
            "operationId": "events", "summary": "What changes, as it changes",
            "description": "Server-sent events. `status`: its data is a status, in one line of JSON. `users`: the list of users changed; its data is `{}`. Each event has as its id a \
                cursor, from where to go on after it. At least every 15 seconds something is sent, if only a comment (a line with a colon); a client gives the \
                connection up after 45 silent seconds.",
            "parameters": [parameter("Last-Event-ID", "header", "A cursor: what changed after it is told first.")],
            "responses": events(generator),
        }},
    })
}

type Problem = (&'static str, &'static str);

const BAD_PAGE: Problem = ("400", "The word `after` is none that this service gave.");
const BAD_BODY: Problem = ("400", "The body is not the JSON of a status to set.");
const UNKNOWN_CURSOR: Problem = (
    "410",
    "The cursor is not known: the service was started anew, or the cursor is too old. All statuses are read then.",
);
const UNKNOWN_USER: Problem = ("404", "There is no user of that id.");
const NOT_SETTABLE: Problem = ("422", "That status cannot be set here, or it is none.");

fn answers<T: JsonSchema>(generator: &mut SchemaGenerator, what: &str, problems: &[Problem]) -> Value {
    let good = json!({"description": what, "content": {"application/json": {"schema": generator.subschema_for::<T>()}}});
    with_problems(generator, good, problems)
}

fn events(generator: &mut SchemaGenerator) -> Value {
    // The stream's schema is that of the data of its main event, so that it is among the components.
    let example = "id: 7f3a.4711\nevent: status\ndata: {\"id\":\"1001\",\"status\":\"Speaking\",\"inCall\":true,\"sequence\":4711}\n\n";
    let good = json!({"description": "The stream, without an end.", "content": {"text/event-stream": {"schema": {"type": "string"}, "example": example}}});
    with_problems(generator, good, &[UNKNOWN_CURSOR])
}

fn with_problems(generator: &mut SchemaGenerator, good: Value, problems: &[Problem]) -> Value {
    let waiting = json!({"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 0}}});
    let always = [
        ("401", "The token is missing, or not the right one."),
        ("429", "Too many requests; a client sends none for the time that `Retry-After` names."),
        ("503", "SwyxServer does not answer, or the service is being started."),
    ];
    let mut answers = Map::from_iter([("200".to_owned(), good)]);
    for (status, what) in problems.iter().chain(&always) {
        let schema = generator.subschema_for::<wire::Problem>();
        let mut answer =
            json!({"description": what, "content": {"application/problem+json": {"schema": schema}}});
        if let Some(members) = answer.as_object_mut().filter(|_| matches!(*status, "429" | "503")) {
            members.insert("headers".to_owned(), waiting.clone());
        }
        answers.insert((*status).to_owned(), answer);
    }
    Value::Object(answers)
}

fn parameter(name: &str, place: &str, what: &str) -> Value {
    json!({"name": name, "in": place, "required": false, "description": what, "schema": {"type": "string", "minLength": 1, "maxLength": 1024}})
}

fn path_parameter(name: &str, what: &str) -> Value {
    json!({"name": name, "in": "path", "required": true, "description": what, "schema": {"type": "string", "minLength": 1, "maxLength": 200}})
}
