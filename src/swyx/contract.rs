//! The gateway's contract as an OpenAPI 3.1 document, for gateway developers.
//!
//! Its schemas come from the types that the client reads, so they cannot differ. Source of the format:
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
                "description": "The pause before the next request, in seconds or as a date (RFC 9110, section 10.2.3). Clients respect it. Without it, they choose a pause themselves.",
                "schema": {"type": "string"},
                "example": "5",
            }},
            "responses": calls::refusals(),
            "schemas": schemas(),
        },
    })
}

const DESCRIPTION: &str = "\
A service next to SwyxServer implements this contract, and `swyx-teams sync` is its client. The contract covers all that the \
synchronisation needs from the telephone system: the users, their statuses, who is in a call, and setting a status.

**What a client does.** It requests the capabilities and the users, opens the event stream, and then reads all statuses once, so that no \
change is lost in between. After that, it follows the events, and sets a status when the one in Teams changes. If the event stream is \
interrupted, it reopens the stream after the last received event, and reads what changed since. If its cursor is no longer known, it \
reads everything again.

**What a gateway must do.** It reports a call as soon as the telephone system does, preferably within half a second: a status change \
must be visible in Teams within three seconds. It reports the current state rather than the history: a late or repeated event does no \
harm because the sequence shows which is newer, and the next reading replaces a lost event. After a restart, it may not know earlier \
cursors; it then answers with 410.

**Transport.** HTTP/1.1 over TLS, with a certificate that the client's machine trusts (`entra.ca_file` may name its authority); plain \
HTTP only within one machine. Bodies are JSON (RFC 8259) in UTF-8. A response has at most 8 MiB. Clients do not follow redirects because \
the token would be sent along. Each request has the header `client-request-id`, a GUID that is also in the client's log.

**Later versions.** Both sides ignore unknown members, statuses and events, so these may be added. A breaking change gets another \
version and another first path segment.

**Errors** have the media type `application/problem+json` (RFC 9457). Clients use the HTTP status only. A 404, 410 or 422 with a media \
type other than JSON is treated as the response of another program.";

const TOKEN: &str = "\
The token of `swyx.gateway_token`. A gateway requires a token that cannot be guessed, such as 32 random bytes in base64url. It compares \
the token in constant time and never logs it.";

fn schemas() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    let mut generator = SchemaGenerator::new(settings);
    // The schemas that others refer to are included.
    generator.subschema_for::<wire::Capabilities<'_>>();
    generator.subschema_for::<wire::Users<'_>>();
    generator.subschema_for::<wire::Statuses<'_>>();
    generator.subschema_for::<wire::SetStatus>();
    generator.subschema_for::<wire::Problem>();
    let mut schemas = Value::Object(generator.take_definitions(true));
    tidy(&mut schemas);
    schemas
}

/// Joins the lines of descriptions, keeps paragraphs, and removes remains of Rust's types.
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
