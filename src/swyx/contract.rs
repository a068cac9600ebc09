//! The gateway's contract as an OpenAPI 3.1 document, for whoever builds a gateway.
//!
//! Its schemas are those of the shapes that the client reads, so the two cannot part. Source of its form:
//! <https://spec.openapis.org/oas/v3.1.1.html>.

mod calls;
mod parts;

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::wire;

/// The contract as an OpenAPI 3.1 document.
///
/// ```
/// let contract = swyx_teams::swyx::contract();
/// assert_eq!(contract["info"]["version"], "1");
/// assert!(contract["paths"]["/v1/events"]["get"].is_object());
/// ```
pub fn contract() -> Value {
    json!({
        "openapi": "3.1.1",
        "info": {
            "title": "SwyxServer gateway",
            "version": wire::VERSION.to_string(),
            "summary": "Users and statuses of one SwyxServer, for the synchronisation with Microsoft Teams.",
            "description": DESCRIPTION,
        },
        "servers": [{
            "url": "https://{gateway}",
            "description": "The address of `swyx.gateway`, which may have a path.",
            "variables": {"gateway": {"default": "swyx.example.com:9180"}},
        }],
        "security": [{"token": []}],
        "paths": calls::paths(),
        "components": {
            "securitySchemes": {"token": {
                "type": "http",
                "scheme": "bearer",
                "description": TOKEN,
            }},
            "parameters": calls::parameters(),
            "headers": {"RetryAfter": {
                "description": "The pause after which to ask again, in seconds or as a date (RFC 9110, section 10.2.3). Clients keep it. Without it they choose one themselves.",
                "schema": {"type": "string"},
                "example": "5",
            }},
            "responses": calls::refusals(),
            "schemas": schemas(),
        },
    })
}

const DESCRIPTION: &str = "\
A service beside SwyxServer implements this contract, and `swyx-teams sync` is its client. It is all that the synchronisation needs of \
the telephone system: who is there, what status each user shows, who is on a call, and the setting of a status.

**What a client does.** It asks for the capabilities and the users, opens the events, and then reads all statuses once, so that nothing \
falls between the two. From then on it goes by the events, and sets a status when that of Teams has changed. When the stream of events \
breaks, it opens it again behind the last event that it saw, and reads what changed since. Where its cursor is not known any more, it \
reads everything anew.

**What a gateway sees to.** It tells of a call as soon as the telephone system does, best within half a second: colleagues shall see it \
in Teams within three. It tells the truth of now rather than the whole story: an event that comes late or twice does no harm, as the \
sequence tells which is newer, and one that got lost is made good by the next reading. After a restart it may know no cursor of before; \
it says so with 410.

**Transport.** HTTP/1.1 over TLS, with a certificate that the client's machine trusts (its authority may be named by `entra.ca_file`); \
plain HTTP on one machine only. Bodies are JSON (RFC 8259) in UTF-8. Answers have at most 8 MiB each. Redirects are not followed, as the \
token would go along. Each request has the header `client-request-id`, a GUID that stands in the client's log too.

**Later versions.** Both sides pass over members, statuses and events that they do not know, so those may be added. What would break a \
client has another version, and another first segment of the path.

**Errors** have the media type `application/problem+json` (RFC 9457). Clients go by the status; a 404, 410 or 422 of another media type \
than JSON is taken as the answer of some other program.";

const TOKEN: &str = "\
The token of `swyx.gateway_token`. A gateway takes one that nobody can guess, as 32 random bytes in base64url, compares it in a time that \
does not tell how much of it was right, and logs it nowhere.";

fn schemas() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    let mut generator = SchemaGenerator::new(settings);
    // What others refer to comes along.
    generator.subschema_for::<wire::Capabilities<'_>>();
    generator.subschema_for::<wire::Users>();
    generator.subschema_for::<wire::Statuses<'_>>();
    generator.subschema_for::<wire::SetStatus>();
    generator.subschema_for::<wire::Problem>();
    let mut schemas = Value::Object(generator.take_definitions(true));
    tidy(&mut schemas);
    schemas
}

/// Joins the lines of descriptions, whose paragraphs stay, and takes out what Rust's types leave behind.
fn tidy(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(text)) = members.get_mut("description") {
                *text = text.replace("\n\n", "\0").replace('\n', " ").replace('\0', "\n\n");
            }
            if members.get("format").is_some_and(|format| format == "uint16" || format == "uint64") {
                members.shift_remove("format");
            }
            members.values_mut().for_each(tidy);
        }
        Value::Array(elements) => elements.iter_mut().for_each(tidy),
        _ => {}
    }
}
