//! The calls of presence: read, read many, set, clear, prefer, and the text beside it.
//!
//! <https://learn.microsoft.com/en-us/graph/api/presence-get>, `cloudcommunications-getpresencesbyuserid`, `presence-setpresence`,
//! `presence-clearpresence`, `presence-setuserpreferredpresence`, `presence-clearuserpreferredpresence`, `presence-setstatusmessage`.

use std::time::Duration;

use axum::http::StatusCode;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::access;
use super::body::{self, Members, members};
use super::call::Call;
use super::kind::Kind;
use super::presence::{Activity, Presence, Status, lifetime};
use crate::emulator::error::GraphError;
use crate::emulator::fault::fault;
use crate::emulator::message::Response;
use crate::emulator::people;
use crate::emulator::state::{Directory, UnknownIds};

/// The maximum number of ids in one request.
const MAX_IDS: usize = 650;

/// The allowed lifetime of a session, and its default.
const MIN_LIFETIME: Duration = Duration::from_mins(5);
const MAX_LIFETIME: Duration = Duration::from_hours(4);

const KIND: Kind = Kind {
    collection: "presence",
    resource: "presence",
    made: &[
        "id",
        "availability",
        "activity",
        "statusMessage",
        "outOfOfficeSettings",
        "sequenceNumber",
        "workLocation",
    ],
    kept: &[],
};

/// A presence in a response.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    id: Uuid,
    availability: &'static str,
    activity: &'static str,
    status_message: Option<&'a Value>,
    out_of_office_settings: OutOfOffice,
    sequence_number: Option<String>,
    /// Work locations are empty: the calls for them are not emulated.
    work_location: (),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OutOfOffice {
    message: Option<&'static str>,
    is_out_of_office: bool,
}

/// `user` is the segment after `/users`, `rest` is what follows `presence`.
pub(super) fn route_user(call: &Call<'_>, user: &str, rest: &[&str]) -> Result<Response, GraphError> {
    match (call.method(), rest) {
        ("GET", []) => get(call, user),
        ("POST", [action]) => {
            let body = body::optional_object(call.request)?;
            let of = Members { resource: "presence", object: &body };
            match action.strip_prefix("microsoft.graph.").unwrap_or(action) {
                "setPresence" => set(call, user, &of),
                "clearPresence" => clear(call, user, &of),
                "setUserPreferredPresence" => prefer(call, user, &of),
                "clearUserPreferredPresence" => change(call, user, |presence| {
                    presence.clear_preferred(call.now);
                    Ok(())
                }),
                "setStatusMessage" => set_message(call, user, &of),
                _ => Err(call.refused()),
            }
        }
        _ => Err(call.refused()),
    }
}

pub(super) fn route_communications(call: &Call<'_>) -> Result<Response, GraphError> {
    match (call.method(), call.path.names().get(1..).unwrap_or_default()) {
        ("POST", ["getPresencesByUserId" | "microsoft.graph.getPresencesByUserId"]) => get_many(call),
        (_, ["presences", user, rest @ ..]) => route_user(call, user, rest),
        _ => Err(call.refused()),
    }
}

fn get(call: &Call<'_>, user: &str) -> Result<Response, GraphError> {
    let id = user.parse::<Uuid>().ok();
    let is_self = id.is_some() && id == access::user(call.caller);
    // It is inferred that `Presence.ReadWrite` is enough to read the own presence.
    let may = access::has(call.caller, &["Presence.Read.All", "Presence.ReadWrite.All"])
        || (is_self && access::has(call.caller, &["Presence.Read", "Presence.ReadWrite"]));
    if !may {
        return Err(forbidden("Forbidden"));
    }
    let directory = call.shared.read();
    let (id, place) = find(&directory, user)?;
    let shown = json!(show(call, &directory, id, place));
    call.options.check_members(KIND.resource, |name| KIND.has(name))?;
    Ok(call.entity(StatusCode::OK, &format!("users('{id}')/presence"), members(shown)))
}

/// Only by object id: sign-in names are not documented on these paths.
fn find(directory: &Directory, user: &str) -> Result<(Uuid, u32), GraphError> {
    let found = user.parse().ok().and_then(|id| Some((id, directory.users.place(id)?)));
    found.ok_or_else(|| not_found("The user is not found."))
}

fn show<'d>(call: &Call<'_>, directory: &'d Directory, id: Uuid, place: u32) -> Shown<'d> {
    let has_teams = directory.users.as_slice().get(place as usize).is_some_and(|user| user.has_teams);
    // The response for a user without Teams is inferred.
    if !has_teams {
        return unknown(id);
    }
    let (written, now) = directory.presences.seen(
        place,
        call.shared.faults().seconds(const { fault("presence-lag") }),
        call.now,
    );
    let untouched = Presence::default();
    let status = written.unwrap_or(&untouched).status(directory.switches.manual_status, now);
    Shown {
        id,
        availability: status.availability.name(),
        activity: status.activity.name(),
        status_message: written.and_then(|presence| presence.message(now)),
        out_of_office_settings: OutOfOffice {
            message: None,
            is_out_of_office: status.activity == Activity::OutOfOffice,
        },
        sequence_number: Some(written.unwrap_or(&untouched).sequence(now)),
        work_location: (),
    }
}

fn unknown(id: Uuid) -> Shown<'static> {
    Shown {
        id,
        availability: Status::UNKNOWN.availability.name(),
        activity: Status::UNKNOWN.activity.name(),
        status_message: None,
        out_of_office_settings: OutOfOffice { message: None, is_out_of_office: false },
        sequence_number: None,
        work_location: (),
    }
}

/// One element of an answer with many presences.
#[derive(Serialize)]
#[serde(untagged)]
enum Element<'a> {
    Shown(Shown<'a>),
    Odd(Value),
}

/// The presence in one of several wrong formats.
fn odd(mut presence: Value, place: usize) -> Value {
    let wrong =
        [("availability", Value::Null), ("activity", json!(3)), ("id", json!(7)), ("id", Value::Null)];
    match (wrong.get(place % (wrong.len() + 1)), presence.as_object_mut()) {
        (Some((name, value)), Some(members)) => {
            members.insert((*name).to_owned(), value.clone());
        }
        (_, Some(members)) => drop(members.remove("availability")),
        (_, None) => {}
    }
    presence
}

fn get_many(call: &Call<'_>) -> Result<Response, GraphError> {
    #[derive(Deserialize)]
    struct Ids {
        ids: Vec<String>,
    }
    #[derive(Serialize)]
    struct PresenceList<'a> {
        #[serde(rename = "@odata.context")]
        context: String,
        value: Vec<Element<'a>>,
    }
    if !access::has(call.caller, &["Presence.Read.All", "Presence.ReadWrite.All"]) {
        return Err(forbidden("Forbidden"));
    }
    let asked = if body::is_json(call.request) {
        serde_json::from_slice::<Ids>(&call.request.body).ok()
    } else {
        None
    };
    let asked = asked.ok_or_else(|| invalid("The body must have a list of texts, 'ids'."))?;
    if asked.ids.len() > MAX_IDS {
        return Err(invalid(format!(
            "At most {MAX_IDS} ids are taken in one request; there are {}.",
            asked.ids.len()
        )));
    }
    let ids = asked.ids.iter().map(|id| id.parse::<Uuid>()).collect::<Result<Vec<_>, _>>();
    let ids = ids.map_err(|_| invalid("An id is not a GUID."))?;
    let directory = call.shared.read();
    let answers_all = directory.switches.unknown_ids == UnknownIds::PresenceUnknown;
    let rejected = call.shared.faults().number(const { fault("reject-user") });
    if rejected > 0 && ids.iter().any(|id| directory.users.place(*id) == Some(rejected - 1)) {
        return Err(invalid("An id is not valid."));
    }
    let shown = ids.into_iter().filter_map(|id| match directory.users.place(id) {
        Some(place) => Some(show(call, &directory, id, place)),
        None => answers_all.then(|| unknown(id)),
    });
    let value = shown.zip(0..).map(|(shown, place)| {
        let is_odd = call.shared.faults().strikes(const { fault("odd-presence") });
        if is_odd { Element::Odd(odd(json!(shown), place)) } else { Element::Shown(shown) }
    });
    let context = format!("{}/v1.0/$metadata#Collection(microsoft.graph.presence)", call.shared.base);
    let answer = serde_json::to_vec(&PresenceList { context, value: value.collect() });
    Ok(Response::json_bytes(StatusCode::OK, answer.unwrap_or_default()))
}

/// A missing session id is rejected before the permissions are checked.
fn session(of: &Members<'_>) -> Result<String, GraphError> {
    let session =
        of.object.get("sessionId").and_then(Value::as_str).filter(|session| !session.trim().is_empty());
    session.map(str::to_owned).ok_or_else(|| invalid("[SessionId]: The SessionId field is required."))
}

/// An application's session has the application's id; the response to another id is inferred.
fn own_session(call: &Call<'_>, session: &str) -> Result<Uuid, GraphError> {
    let id = session.parse().ok().filter(|id| *id == call.caller.client_id);
    id.ok_or_else(|| invalid("The sessionId must be the application (client) id of the caller."))
}

fn set(call: &Call<'_>, user: &str, of: &Members<'_>) -> Result<Response, GraphError> {
    let session = session(of)?;
    let mut value = String::new();
    let response = change(call, user, |presence| {
        let id = own_session(call, &session)?;
        let status = Status::settable(word(of, "availability"), word(of, "activity"));
        let status =
            status.ok_or_else(|| invalid("This pair of availability and activity cannot be set."))?;
        let life = duration(of)?.unwrap_or(MIN_LIFETIME);
        if !(MIN_LIFETIME..=MAX_LIFETIME).contains(&life) {
            return Err(invalid("The expirationDuration must be between PT5M and PT4H."));
        }
        presence.set(id, status, life, call.now);
        value = format!("{}/{}", status.availability.name(), status.activity.name());
        Ok(())
    })?;
    write_journal(call, user, "set-presence", Some(&value));
    Ok(response)
}

fn clear(call: &Call<'_>, user: &str, of: &Members<'_>) -> Result<Response, GraphError> {
    let session = session(of)?;
    let response = change(call, user, |presence| {
        let id = own_session(call, &session)?;
        presence.clear(id, call.now).map_err(|_| not_found("The presence session does not exist."))
    })?;
    write_journal(call, user, "clear-presence", None);
    Ok(response)
}

/// The journal entry of a client's effect on the user with that object id.
fn write_journal(call: &Call<'_>, user: &str, what: &'static str, value: Option<&str>) {
    let directory = call.shared.read();
    let user = user.parse().ok().and_then(|id| directory.users.by_id(id)).map(|(_, user)| user);
    people::write_journal(call.shared, user, what, value);
}

fn prefer(call: &Call<'_>, user: &str, of: &Members<'_>) -> Result<Response, GraphError> {
    change(call, user, |presence| {
        let status = Status::preferable(word(of, "availability"), word(of, "activity"));
        let status =
            status.ok_or_else(|| invalid("This pair of availability and activity cannot be preferred."))?;
        presence.prefer(status, duration(of)?, call.now);
        Ok(())
    })
}

/// An empty text removes the message.
fn set_message(call: &Call<'_>, user: &str, of: &Members<'_>) -> Result<Response, GraphError> {
    change(call, user, |presence| {
        let asked = of.object.get("statusMessage").and_then(Value::as_object);
        let mut message = asked.cloned().ok_or_else(|| invalid("The statusMessage is required."))?;
        let content = message.get("message").and_then(|message| message.get("content")?.as_str());
        let content = content.ok_or_else(|| invalid("The message of the statusMessage needs a content."))?;
        let is_empty = content.is_empty();
        let expires = expiry(&message)?;
        let published = call.now.strftime("%Y-%m-%dT%H:%M:%S%.7f").to_string();
        message.insert("publishedDateTime".to_owned(), json!({"dateTime": published, "timeZone": "UTC"}));
        presence.set_message(Some(Value::Object(message)).filter(|_| !is_empty), expires, call.now);
        Ok(())
    })
}

/// When a message expires. Its time zone must be UTC here; the service also accepts Windows names.
fn expiry(message: &Map<String, Value>) -> Result<Timestamp, GraphError> {
    let Some(expiry) = message.get("expiryDateTime").filter(|expiry| !expiry.is_null()) else {
        return Ok(Timestamp::MAX);
    };
    let part = |name| expiry.get(name).and_then(Value::as_str).unwrap_or_default();
    let time = part("dateTime").trim_end_matches('Z').parse::<DateTime>().ok();
    let time = time.and_then(|time| time.to_zoned_datetime(TimeZone::UTC).ok()).map(|time| time.timestamp());
    time.filter(|_| part("timeZone") == "UTC")
        .ok_or_else(|| invalid("The expiryDateTime must be a time in UTC."))
}

fn word<'a>(of: &'a Members<'_>, name: &str) -> &'a str {
    of.object.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn duration(of: &Members<'_>) -> Result<Option<Duration>, GraphError> {
    match of.object.get("expirationDuration") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => match lifetime::parse(text) {
            Some(life) if !life.is_zero() => Ok(Some(life)),
            _ => Err(invalid("The expirationDuration is not a duration such as PT5M.")),
        },
        Some(_) => Err(invalid("The expirationDuration is not a text.")),
    }
}

/// Changes a presence if the caller may and the user has Teams. The other responses are inferred: an application may change any user, a
/// user only the own one.
fn change(
    call: &Call<'_>,
    user: &str,
    change: impl FnOnce(&mut Presence) -> Result<(), GraphError>,
) -> Result<Response, GraphError> {
    match access::user(call.caller) {
        None if !access::has(call.caller, &["Presence.ReadWrite.All"]) => return Err(forbidden("Forbidden")),
        Some(_) if !access::has(call.caller, &["Presence.ReadWrite"]) => return Err(forbidden("Forbidden")),
        Some(me) if user.parse() != Ok(me) => {
            return Err(forbidden("Cannot set the presence of another user"));
        }
        _ => {}
    }
    let mut directory = call.shared.write();
    let (_, place) = find(&directory, user)?;
    if !directory.users.as_slice().get(place as usize).is_some_and(|user| user.has_teams) {
        return Err(not_found("The user has no presence in Teams."));
    }
    change(directory.presences.change(
        place,
        call.shared.faults().seconds(const { fault("presence-lag") }),
        call.now,
    ))?;
    Ok(Response::empty(StatusCode::OK))
}

/// The error for invalid presence data. The code is documented for a missing session id, and inferred for the rest.
fn invalid(message: impl Into<String>) -> GraphError {
    GraphError::new(StatusCode::BAD_REQUEST, "InvalidArgument", message)
}

fn forbidden(message: &str) -> GraphError {
    GraphError::new(StatusCode::FORBIDDEN, "Forbidden", message)
}

/// The error for an unknown user or session. For the session, the status is documented; the code is unknown.
fn not_found(message: &str) -> GraphError {
    GraphError::new(StatusCode::NOT_FOUND, "NotFound", message)
}
