//! Users: listed, found, and shown according to the caller's permissions.
//!
//! <https://learn.microsoft.com/en-us/graph/api/user-list>, `user-get`. Which members `User.ReadBasic.All` shows:
//! <https://learn.microsoft.com/en-us/graph/permissions-reference>. Inferred: that the others come back as
//! null, or an empty list, and that a filter on one of them is refused with 403.

use axum::http::{StatusCode, header};
use serde_json::{Map, Value, json};

use super::access::{self, READ_BASIC_USERS, READ_SELF, READ_USERS};
use super::call::Call;
use super::odata::options::{Page, is_eventual};
use super::odata::{Field, Key};
use super::presences;
use super::refusal::{bad_request, denied, no_resource, unreadable};
use crate::emulator::error::GraphError;
use crate::emulator::fault::fault;
use crate::emulator::message::Response;
use crate::emulator::state::Directory;
use crate::emulator::users::User;

/// Members that are returned without `$select`.
const USUAL: [&str; 11] = [
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
];

/// Members for which the basic permission is sufficient.
const BASIC: [&str; 7] =
    ["displayName", "givenName", "id", "mail", "securityIdentifier", "surname", "userPrincipalName"];

/// The members that the caller may see.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sight {
    Basic,
    All,
}

pub(super) fn route(call: &Call<'_>) -> Result<Response, GraphError> {
    match (call.method(), call.path.keyed()) {
        ("GET", (None, _)) => list(call, false),
        ("GET", (Some(Key::Id("$count")), rest)) if rest.is_empty() => list(call, true),
        (_, (Some(Key::Id("delta")), _)) => Err(call.refused()),
        ("GET", (Some(Key::Id(key)), rest)) if rest.is_empty() => get(call, key),
        (_, (Some(Key::Id(key)), rest)) if rest.first() == Some(&"presence") => {
            presences::route_user(call, key, rest.get(1..).unwrap_or_default())
        }
        _ => Err(call.refused()),
    }
}

/// The signed-in user; an application's own token has none.
pub(super) fn route_me(call: &Call<'_>) -> Result<Response, GraphError> {
    let Some(me) = access::user(call.caller) else {
        return Err(unreadable("/me request is only valid with delegated authentication flow."));
    };
    match (call.method(), call.path.names().as_slice()) {
        ("GET", [_]) => get(call, &me.to_string()),
        (_, [_, "presence", rest @ ..]) => presences::route_user(call, &me.to_string(), rest),
        _ => Err(call.refused()),
    }
}

fn sight(call: &Call<'_>) -> Result<Sight, GraphError> {
    if access::has(call.caller, READ_USERS) {
        return Ok(Sight::All);
    }
    access::demand(call.caller, READ_BASIC_USERS)?;
    Ok(Sight::Basic)
}

/// The users that match the filter, or only their number.
fn list(call: &Call<'_>, counts: bool) -> Result<Response, GraphError> {
    let sight = sight(call)?;
    call.options.check_members("user", |name| member(None, name).is_some())?;
    let filter = call.options.filter();
    let mut filtered = filter.into_iter().flat_map(|filter| filter.properties());
    if sight == Sight::Basic && filtered.any(|name| !BASIC.contains(&name)) {
        return Err(denied());
    }
    let directory = call.shared.read();
    let is_lost = call.shared.faults().strikes(const { fault("lose-users") });
    let matching = if is_lost { [].iter() } else { directory.users.as_slice().iter() };
    let matching =
        matching.filter(|user| filter.is_none_or(|filter| filter.holds(&|name| field(user, name))));
    if counts {
        return count(call, matching.count());
    }
    let page = call.options.page(matching);
    let items = page.items.into_iter().map(|user| show(call, user, sight)).collect();
    Ok(call.page("users", Page { items, count: page.count, next: page.next }))
}

/// <https://learn.microsoft.com/en-us/graph/api/user-list>: a number as plain text, for clients that accept an index with a lag.
fn count(call: &Call<'_>, count: usize) -> Result<Response, GraphError> {
    if !is_eventual(call.request) {
        return Err(bad_request("$count is not currently supported."));
    }
    let mut response = Response::empty(StatusCode::OK);
    response.body = count.to_string().into_bytes();
    Ok(response.with(header::CONTENT_TYPE, "text/plain"))
}

fn get(call: &Call<'_>, key: &str) -> Result<Response, GraphError> {
    let directory = call.shared.read();
    let found = find(&directory, key);
    let me = access::user(call.caller);
    let is_me = found.is_some_and(|user| Some(user.id) == me);
    let sight = if is_me && access::has(call.caller, READ_SELF) { Sight::All } else { sight(call)? };
    call.options.check_members("user", |name| member(None, name).is_some())?;
    let user = found.ok_or_else(|| no_resource(key))?;
    Ok(call.entity(StatusCode::OK, "users", show(call, user, sight)))
}

/// By object id or sign-in name.
fn find<'d>(directory: &'d Directory, key: &str) -> Option<&'d User> {
    let by_id = key.parse().ok().and_then(|id| directory.users.by_id(id));
    by_id.or_else(|| directory.users.by_name(key)).map(|(_, user)| user)
}

fn show(call: &Call<'_>, user: &User, sight: Sight) -> Map<String, Value> {
    let selected = call.options.select();
    let selected =
        selected.map_or_else(|| USUAL.to_vec(), |names| names.iter().map(String::as_str).collect());
    let shown = selected.into_iter().map(|name| {
        let is_seen = sight == Sight::All || BASIC.contains(&name);
        let value = member(Some(user).filter(|_| is_seen), name).unwrap_or_default();
        (name.to_owned(), value)
    });
    shown.collect()
}

/// A member by name: `None` for an unknown name, null (or an empty list) without a user.
fn member(user: Option<&User>, name: &str) -> Option<Value> {
    let text = |text: fn(&User) -> Option<&str>| Some(json!(user.and_then(text)));
    match name {
        "id" => Some(json!(user.map(|user| user.id))),
        "displayName" => text(|user| Some(&user.display_name)),
        "givenName" => text(|user| user.given_name.as_deref()),
        "surname" => text(|user| user.surname.as_deref()),
        "mail" => text(|user| user.mail.as_deref()),
        "userPrincipalName" => text(|user| Some(&user.user_principal_name)),
        "mailNickname" => text(|user| user.user_principal_name.split('@').next()),
        "userType" => text(|user| Some(if user.is_guest { "Guest" } else { "Member" })),
        "accountEnabled" => Some(json!(user.map(|user| user.account_enabled))),
        "proxyAddresses" => Some(json!(user.map_or(&[][..], |user| &user.proxy_addresses))),
        "assignedPlans" => Some(plans(user)),
        "businessPhones" | "otherMails" | "assignedLicenses" | "imAddresses" => Some(json!([])),
        "city"
        | "companyName"
        | "country"
        | "createdDateTime"
        | "creationType"
        | "deletedDateTime"
        | "department"
        | "employeeId"
        | "employeeType"
        | "externalUserState"
        | "faxNumber"
        | "jobTitle"
        | "mobilePhone"
        | "officeLocation"
        | "onPremisesImmutableId"
        | "onPremisesSamAccountName"
        | "onPremisesSyncEnabled"
        | "postalCode"
        | "preferredLanguage"
        | "securityIdentifier"
        | "state"
        | "streetAddress"
        | "usageLocation" => Some(Value::Null),
        _ => None,
    }
}

/// The service plan of Teams, for users with Teams.
/// <https://learn.microsoft.com/en-us/entra/identity/users/licensing-service-plan-reference>
fn plans(user: Option<&User>) -> Value {
    match user {
        Some(user) if user.has_teams => {
            json!([{"assignedDateTime": null, "capabilityStatus": "Enabled", "service": "TeamspaceAPI",
            "servicePlanId": "57ff2da0-773e-42df-b2af-ffb7a2317929"}])
        }
        _ => json!([]),
    }
}

/// A member in the form for filters; avoids JSON for the most frequent names.
fn field<'u>(user: &'u User, name: &str) -> Field<'u> {
    let optional = |text: Option<&'u str>| text.map_or(Field::Null, Field::text);
    match name {
        "id" => Field::text(user.id.to_string()),
        "displayName" => Field::text(&*user.display_name),
        "givenName" => optional(user.given_name.as_deref()),
        "surname" => optional(user.surname.as_deref()),
        "mail" => optional(user.mail.as_deref()),
        "userPrincipalName" => Field::text(&*user.user_principal_name),
        "mailNickname" => optional(user.user_principal_name.split('@').next()),
        "userType" => Field::text(if user.is_guest { "Guest" } else { "Member" }),
        "accountEnabled" => Field::Bool(user.account_enabled),
        "proxyAddresses" => Field::Texts(user.proxy_addresses.iter().map(|address| &**address).collect()),
        _ => Field::Null,
    }
}
