//! Client secrets: added with a value that is shown once, and removed by their id.
//!
//! <https://learn.microsoft.com/en-us/graph/api/application-addpassword>, `application-removepassword`. What the policies of
//! <https://learn.microsoft.com/en-us/graph/api/resources/applicationauthenticationmethodpolicy> refuse.

use axum::http::StatusCode;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::access;
use super::application_json::{is_personal, show_secret};
use super::application_lookup::find;
use super::body::{self, Members};
use super::call::Call;
use super::odata::Key;
use super::organization::restrictions_of;
use super::refusal::{bad_request, no_resource};
use crate::emulator::error::GraphError;
use crate::emulator::message::Response;
use crate::emulator::random;
use crate::emulator::state::{Application, PasswordCredential, SecretRestrictions};

/// The maximum number of secrets of an application that allows personal accounts.
const MAX_IF_PERSONAL: usize = 2;

/// The approximate maximum number of items in all collections of a registration, including secrets.
/// <https://learn.microsoft.com/en-us/entra/identity/users/directory-service-limits-restrictions>
const MAX: usize = 1200;

pub(super) fn add(call: &Call<'_>, key: Key<'_>) -> Result<Response, GraphError> {
    access::may_change_some_secrets(call.caller)?;
    let body = body::optional_object(call.request)?;
    let credential = match body.get("passwordCredential") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(credential)) => credential.clone(),
        Some(_) => return Err(bad_request("Invalid value specified for property 'passwordCredential'.")),
    };
    let mut directory = call.shared.write();
    let found = find(call, &directory, key)?;
    access::may_change_secrets(call.caller, found)?;
    let most = if is_personal(found) { MAX_IF_PERSONAL } else { MAX };
    if found.secrets().count() >= most {
        return Err(bad_request("The maximum number of passwordCredentials on the application is reached."));
    }
    let value = random::client_secret_unlike(
        &found.secrets().map(|secret| secret.secret.as_str()).collect::<Vec<_>>(),
    );
    let policy = restrictions_of(found, directory.switches);
    let (id, key_id) = (found.id, directory.ids.guid());
    let mut secret = read(&credential, value, call.now)?;
    check_policy(policy, &secret)?;
    secret.key_id = key_id;
    let mut shown = show_secret(&secret);
    shown.insert("secretText".to_owned(), secret.secret.as_str().into());
    application(&mut directory.applications, id)?.password_credentials.push(secret);
    Ok(call.value(StatusCode::OK, "microsoft.graph.passwordCredential", shown))
}

fn application(
    all: &mut crate::emulator::state::Applications,
    id: Uuid,
) -> Result<&mut Application, GraphError> {
    all.any_mut(id).ok_or_else(|| no_resource(id))
}

fn read(
    credential: &Map<String, Value>,
    value: String,
    now: Timestamp,
) -> Result<PasswordCredential, GraphError> {
    let credential = Members { resource: "PasswordCredential", object: credential };
    // The service creates the rest; null is accepted for it.
    credential.only(&[
        "displayName",
        "startDateTime",
        "endDateTime",
        "customKeyIdentifier",
        "hint",
        "keyId",
        "secretText",
    ])?;
    for name in ["customKeyIdentifier", "hint", "keyId", "secretText"] {
        if credential.object.get(name).is_some_and(|value| !value.is_null()) {
            return Err(credential.invalid(name));
        }
    }
    let start = credential.time("startDateTime")?.unwrap_or(now);
    let end = credential.time("endDateTime")?.unwrap_or_else(|| in_two_years(start));
    if end <= start || end <= now {
        return Err(credential.invalid("endDateTime"));
    }
    Ok(PasswordCredential {
        key_id: Uuid::nil(),
        display_name: credential.text("displayName")?.map(str::to_owned),
        start,
        end,
        secret: value,
        created: now,
        removed: None,
    })
}

fn in_two_years(start: Timestamp) -> Timestamp {
    let end = start.to_zoned_datetime(TimeZone::UTC).checked_add(2.years());
    end.map_or(Timestamp::MAX, |end| end.timestamp())
}

/// Only additions are checked; existing secrets keep working.
fn check_policy(
    (policy, restrictions): (Uuid, SecretRestrictions),
    secret: &PasswordCredential,
) -> Result<(), GraphError> {
    let refused = |code, message: &str| {
        Err(GraphError::new(StatusCode::BAD_REQUEST, code, format!("{message} '{policy}'.")))
    };
    // The name of this code is inferred.
    if restrictions.banned {
        let message = "Credential type not allowed as per assigned policy";
        return refused("CredentialTypeNotAllowedAsPerAppPolicy", message);
    }
    let longest = restrictions.max_days.map(|days| SignedDuration::from_hours(i64::from(days) * 24));
    if longest.is_some_and(|longest| secret.end.duration_since(secret.start) > longest) {
        let message = "Credential lifetime exceeds the max value allowed as per assigned policy";
        return refused("CredentialInvalidLifetimeAsPerAppPolicy", message);
    }
    Ok(())
}

pub(super) fn remove(call: &Call<'_>, key: Key<'_>) -> Result<Response, GraphError> {
    access::may_change_some_secrets(call.caller)?;
    let body = body::object(call.request)?;
    let key_id = Members { resource: "PasswordCredential", object: &body }.guid("keyId")?;
    let mut directory = call.shared.write();
    let found = find(call, &directory, key)?;
    access::may_change_secrets(call.caller, found)?;
    if !found.secrets().any(|secret| secret.key_id == key_id) {
        // Status and sentence are inferred.
        return Err(bad_request(format!("No password credential found with keyId '{key_id}'.")));
    }
    let id = found.id;
    let secrets = &mut application(&mut directory.applications, id)?.password_credentials;
    for secret in secrets.iter_mut().filter(|secret| secret.key_id == key_id) {
        secret.removed = Some(call.now);
    }
    Ok(Response::empty(StatusCode::NO_CONTENT))
}
