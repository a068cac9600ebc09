//! Certificates of an application (`keyCredentials`): a body replaces the whole collection.
//!
//! <https://learn.microsoft.com/en-us/graph/api/resources/keycredential>,
//! <https://learn.microsoft.com/en-us/graph/applications-how-to-add-certificate>. Which changes of an existing entry are refused, and with
//! which code, follows public reports of other tools.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::body::{Members, members};
use super::call::Call;
use super::refusal::bad_request;
use crate::emulator::certificate::Certificate;
use crate::emulator::error::GraphError;
use crate::emulator::state::{Application, Ids, KeyCredential};
use crate::emulator::time;

/// The name of the collection.
const COLLECTION: &str = "keyCredentials";
/// The members that identify an existing entry; each must be returned unchanged.
const FIXED: [&str; 6] =
    ["customKeyIdentifier", "displayName", "endDateTime", "startDateTime", "type", "usage"];
/// The maximum length of a description; the service cuts longer ones.
const MAX_NAME_LEN: usize = 90;
/// The maximum number of bytes of `customKeyIdentifier`.
const MAX_IDENTIFIER_BYTES: usize = 32;

/// The visible certificates. Only a call that selects the collection by its name gets `key`.
pub(super) fn show_all(call: &Call<'_>, application: &Application) -> Vec<Value> {
    let with_key = call.options.select().is_some_and(|names| names.iter().any(|name| name == COLLECTION));
    let seen = application.key_credentials.iter().filter(|key| call.shared.sees_key(key));
    seen.map(|key| Value::Object(show(key, with_key))).collect()
}

fn show(key: &KeyCredential, with_key: bool) -> Map<String, Value> {
    let mut shown = key.members.clone();
    shown.insert("keyId".to_owned(), key.key_id.to_string().into());
    let der = if with_key { STANDARD.encode(&key.certificate.der).into() } else { Value::Null };
    shown.insert("key".to_owned(), der);
    shown
}

/// Replaces the collection if the body contains it. Entries that the body does not contain are removed.
///
/// # Errors
/// 400 if an entry is invalid, or changes an existing one.
pub(super) fn replace(
    application: &mut Application,
    body: &Map<String, Value>,
    ids: &mut Ids,
    now: Timestamp,
) -> Result<(), GraphError> {
    let Some(value) = body.get(COLLECTION) else { return Ok(()) };
    let of = Members { resource: "Application", object: body };
    let sent = value.as_array().ok_or_else(|| of.invalid(COLLECTION))?;
    let (mut kept, mut added) = (Vec::new(), Vec::new());
    for entry in sent {
        let entry = entry.as_object().ok_or_else(|| of.invalid(COLLECTION))?;
        let entry = Members { resource: "KeyCredential", object: entry };
        let key_id = entry.optional_guid("keyId")?;
        match application.certificates().find(|key| Some(key.key_id) == key_id) {
            Some(existing) => {
                check_unchanged(existing, &entry)?;
                kept.push(existing.key_id);
            }
            None => added.push(read(&entry, key_id, ids, now)?),
        }
    }
    check_distinct(kept.iter().copied().chain(added.iter().map(|key| key.key_id)))?;
    for key in application.key_credentials.iter_mut().filter(|key| key.removed.is_none()) {
        if !kept.contains(&key.key_id) {
            key.removed = Some(now);
        }
    }
    application.key_credentials.extend(added);
    Ok(())
}

fn check_distinct(ids: impl Iterator<Item = Uuid>) -> Result<(), GraphError> {
    let mut seen = std::collections::HashSet::new();
    for id in ids {
        if !seen.insert(id) {
            return Err(bad_request(format!("The keyId '{id}' is used by more than one credential.")));
        }
    }
    Ok(())
}

/// An existing entry comes back with its key or with null, and is otherwise unchanged. Times may be written in another form.
fn check_unchanged(existing: &KeyCredential, entry: &Members<'_>) -> Result<(), GraphError> {
    entry.only(&[&FIXED[..], &["key", "keyId"]].concat())?;
    let shown = show(existing, true);
    let is_same = |name: &str| {
        let (old, new) = (shown.get(name), entry.object.get(name));
        let time = |value: Option<&Value>| value?.as_str()?.parse::<Timestamp>().ok();
        new.unwrap_or(&Value::Null) == old.unwrap_or(&Value::Null)
            || (name.ends_with("DateTime") && time(new).is_some() && time(new) == time(old))
    };
    let key = entry.object.get("key").filter(|key| !key.is_null());
    if FIXED.into_iter().all(is_same) && key.is_none_or(|key| Some(key) == shown.get("key")) {
        return Ok(());
    }
    let message = format!("Update to existing credential with KeyId '{}' is not allowed.", existing.key_id);
    Err(refused("KeyNotUpdatable", message))
}

/// A new entry. Which code an unreadable key has is inferred.
fn read(
    entry: &Members<'_>,
    key_id: Option<Uuid>,
    ids: &mut Ids,
    now: Timestamp,
) -> Result<KeyCredential, GraphError> {
    entry.only(&[&FIXED[..], &["key", "keyId"]].concat())?;
    if entry.text("type")? != Some("AsymmetricX509Cert") {
        return Err(entry.invalid("type"));
    }
    if entry.text("usage")? != Some("Verify") {
        let message = "The value for the property \"usage\" in one of your credentials is invalid. Acceptable values are Sign, Verify.";
        return Err(bad_request(message));
    }
    let key = entry.text("key")?.ok_or_else(|| entry.invalid("key"))?;
    let certificate = Certificate::of_key(key).ok_or_else(|| entry.invalid("key"))?;
    let (start, end) = dates(entry, &certificate, now)?;
    let name = entry.text("displayName")?.unwrap_or(&certificate.subject);
    let members = members(json!({
        "customKeyIdentifier": identifier(entry, &certificate)?,
        "displayName": name.chars().take(MAX_NAME_LEN).collect::<String>(), "endDateTime": time::graph(end),
        "startDateTime": time::graph(start), "type": "AsymmetricX509Cert", "usage": "Verify",
    }));
    let key_id = key_id.unwrap_or_else(|| ids.guid());
    Ok(KeyCredential { key_id, members, start, end, certificate, created: now, removed: None })
}

/// The identifier as sent; otherwise, which is inferred, the thumbprint in hexadecimal digits.
fn identifier(entry: &Members<'_>, certificate: &Certificate) -> Result<String, GraphError> {
    let Some(text) = entry.text("customKeyIdentifier")? else { return Ok(certificate.thumbprint()) };
    let bytes = STANDARD.decode(text).map_err(|_| entry.invalid("customKeyIdentifier"))?;
    if (1..=MAX_IDENTIFIER_BYTES).contains(&bytes.len()) {
        Ok(text.to_owned())
    } else {
        let message = "When present, application key identifier cannot be empty and can be at most 32 bytes.";
        Err(bad_request(message))
    }
}

/// The dates as sent. They must be within those of the certificate; without them, the credential is valid for a year or as long as the
/// certificate.
fn dates(
    entry: &Members<'_>,
    certificate: &Certificate,
    now: Timestamp,
) -> Result<(Timestamp, Timestamp), GraphError> {
    let start = entry.time("startDateTime")?.unwrap_or_else(|| now.max(certificate.not_before));
    let end = entry.time("endDateTime")?.unwrap_or_else(|| in_a_year(start).min(certificate.not_after));
    if start < certificate.not_before {
        return Err(refused("KeyCredentialsInvalidStartDate", "Key credential start date is invalid."));
    }
    if end <= start || end <= now || certificate.not_after < end {
        return Err(refused("KeyCredentialsInvalidEndDate", "Key credential end date is invalid."));
    }
    Ok((start, end))
}

fn in_a_year(start: Timestamp) -> Timestamp {
    let end = start.to_zoned_datetime(TimeZone::UTC).checked_add(1.years());
    end.map_or(Timestamp::MAX, |end| end.timestamp())
}

fn refused(code: &'static str, message: impl Into<String>) -> GraphError {
    GraphError::new(StatusCode::BAD_REQUEST, code, message)
}
