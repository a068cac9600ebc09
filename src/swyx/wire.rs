//! The data types of the gateway's contract. Their descriptions are those of the OpenAPI document, for gateway developers.
//!
//! They are parsed directly from bytes into the program's own types because a list may have 100,000 users.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::cursor::{Cursor, MAX as MAX_CURSOR, PATTERN as CURSOR_PATTERN};
use super::user::{SwyxUser, UserStatus};
use crate::settings::SwyxStatus;

/// The version of the contract.
pub(super) const VERSION: u64 = 1;
/// The greatest sequence, 2^53 - 1, which every JSON parser represents exactly (RFC 8259, section 6).
pub(super) const MAX_SEQUENCE: u64 = (1 << 53) - 1;
/// The maximum length of an id and of a page token in characters.
pub(super) const MAX_ID_LEN: usize = 200;
pub(super) const MAX_TOKEN_LEN: usize = 1024;

/// The contract's names of the statuses that can be set.
pub(super) const STATUSES: [(&str, SwyxStatus); 4] = [
    ("Available", SwyxStatus::Available),
    ("Away", SwyxStatus::Away),
    ("DoNotDisturb", SwyxStatus::DoNotDisturb),
    ("Speaking", SwyxStatus::Speaking),
];

/// The status with this name; `None` for `LoggedOff` and for names of later versions.
pub(super) fn known(word: &str) -> Option<SwyxStatus> {
    STATUSES.iter().find(|(name, _)| *name == word).map(|(_, status)| *status)
}

/// The name of a status; `None` for [`SwyxStatus::None`].
pub(super) fn word(status: SwyxStatus) -> Option<&'static str> {
    STATUSES.iter().find(|(_, known)| *known == status).map(|(name, _)| *name)
}

/// The capabilities of a gateway.
#[derive(Deserialize, JsonSchema)]
#[schemars(example = json!({"version": 1, "statuses": ["Available", "Away", "DoNotDisturb", "Speaking"]}))]
pub(super) struct Capabilities<'a> {
    /// The version of this contract, 1. A client stops if it is different.
    #[schemars(extend("const" = VERSION))]
    pub(super) version: u64,
    /// The statuses that can be set, in any order. Other statuses are set as the nearest of these. Clients ignore unknown values.
    #[serde(borrow)]
    #[schemars(with = "Vec<SettableStatus>", extend("uniqueItems" = true))]
    pub(super) statuses: Vec<Cow<'a, str>>,
}

/// One page of the list of users.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "UserList", example = users_example())]
pub(super) struct Users<'a> {
    /// The users of this page, in any order. The gateway chooses the page size; a few hundred are usual.
    #[serde(borrow)]
    #[schemars(with = "Vec<User>")]
    pub(super) users: Vec<&'a RawValue>,
    /// The token of the next page, for `after`; null on the last page. A token never repeats within one reading.
    #[schemars(required, extend("type" = ["string", "null"], "minLength" = 1, "maxLength" = MAX_TOKEN_LEN))]
    pub(super) next: Option<Box<str>>,
}

/// A user of SwyxServer.
#[derive(Deserialize, JsonSchema)]
pub(super) struct User {
    /// The user's id: opaque to clients and never reused for another user. It stays the same for as long as the user exists, even if the
    /// name or address changes. It has no control characters, and is not `.` or `..`, which have a special meaning in a path.
    #[schemars(length(min = 1, max = MAX_ID_LEN))]
    id: Box<str>,
    /// The name that SwyxServer shows, such as `Jane Roe`.
    name: Box<str>,
    /// The e-mail address of the user's configuration, used to find the user in Microsoft Teams; null if there is none.
    #[schemars(required, extend("type" = ["string", "null"]))]
    email: Option<Box<str>>,
    /// Whether the user is activated. Users that are not activated may be left out of the list.
    enabled: bool,
}

/// One page of the list of statuses.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "StatusList", example = statuses_example())]
pub(super) struct Statuses<'a> {
    /// The position to continue from, with `since` here or with `Last-Event-ID` for the events: every change after this page was created
    /// comes after this cursor. If there are several pages, the cursor of the first one counts. Visible ASCII characters without blanks;
    /// opaque to clients.
    #[serde(borrow)]
    #[schemars(regex(pattern = CURSOR_PATTERN), length(min = 1, max = MAX_CURSOR))]
    pub(super) cursor: Cow<'a, str>,
    /// The statuses of this page, in any order. A user whose status changes while the pages are read may be on two of them.
    #[serde(borrow)]
    #[schemars(with = "Vec<Status<'_>>")]
    pub(super) statuses: Vec<&'a RawValue>,
    /// The token of the next page, for `after`; null on the last page. A token never repeats within one reading.
    #[schemars(required, extend("type" = ["string", "null"], "minLength" = 1, "maxLength" = MAX_TOKEN_LEN))]
    pub(super) next: Option<Box<str>>,
}

/// The status of a user.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "UserStatus", example = status_example())]
pub(super) struct Status<'a> {
    /// The user's id.
    #[schemars(length(min = 1, max = MAX_ID_LEN))]
    id: Box<str>,
    /// The status that colleagues see. Clients treat an unknown value as `LoggedOff`.
    #[serde(borrow)]
    #[schemars(with = "ShownStatus")]
    status: Cow<'a, str>,
    /// Whether the user is in a call right now, with any device or client: a fact of the telephone system, independent of the status that
    /// was set. Only this value is forwarded to Microsoft Teams. A status that was set never comes back as a call, which prevents loops.
    /// Ringing is not a call yet; a call on hold is one.
    in_call: bool,
    /// Orders the statuses of one user: the one with the greater number is newer. It never decreases while the gateway runs. After a
    /// restart it may start again; then earlier cursors must be unknown (410).
    #[schemars(range(max = MAX_SEQUENCE), extend("format" = "int64"))]
    sequence: u64,
}

/// The status to set.
#[derive(Serialize, JsonSchema)]
#[schemars(example = json!({"status": "Away"}))]
pub(super) struct SetStatus {
    /// One of the statuses in the capabilities.
    #[schemars(with = "SettableStatus")]
    pub(super) status: &'static str,
}

/// The error, in the format of RFC 9457 (<https://www.rfc-editor.org/rfc/rfc9457>). Clients only use the HTTP status and never show the
/// text; it is for people who diagnose the gateway.
#[derive(JsonSchema)]
#[schemars(example = json!({"type": "about:blank", "title": "Not Found", "status": 404, "detail": "No user has this id."}))]
#[expect(
    dead_code,
    reason = "only describes the document; a system in between may have written anything into it, so it is never read"
)]
pub(super) struct Problem {
    /// A URI for the kind of problem.
    #[schemars(rename = "type", extend("type" = "string", "format" = "uri-reference", "default" = "about:blank"))]
    kind: Option<String>,
    /// The kind of problem in a few words.
    title: String,
    /// The HTTP status.
    #[schemars(range(min = 400, max = 599))]
    status: u16,
    /// This occurrence of the problem in one sentence, without secrets and names.
    #[schemars(extend("type" = "string"))]
    detail: Option<String>,
}

/// A status that can be set.
#[derive(JsonSchema)]
#[expect(
    dead_code,
    reason = "only describes the document; values are read as texts, so that unknown ones do no harm"
)]
enum SettableStatus {
    /// Ready to take calls.
    Available,
    /// Away from the desk.
    Away,
    /// Does not want calls.
    DoNotDisturb,
    /// As if in a call. A gateway that cannot set this leaves it out of its capabilities.
    Speaking,
}

/// A visible status.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "as before")]
enum ShownStatus {
    /// Ready to take calls.
    Available,
    /// Away from the desk.
    Away,
    /// Does not want calls.
    DoNotDisturb,
    /// In a call, or set to this.
    Speaking,
    /// No device or client is logged on.
    LoggedOff,
}

fn status_example() -> Value {
    json!({"id": "1042", "status": "Away", "inCall": false, "sequence": 4711})
}

fn statuses_example() -> Value {
    json!({"cursor": "20250301T080000Z-88123", "statuses": [status_example()], "next": null})
}

fn users_example() -> Value {
    json!({
        "users": [
            {"id": "1042", "name": "Jane Roe", "email": "jane.roe@example.com", "enabled": true},
            {"id": "1043", "name": "Lobby", "email": null, "enabled": true},
        ],
        "next": "page-2",
    })
}

/// Whether a text can be the id of a user. Dots alone would be treated as path segments (RFC 3986, section 5.2.4).
pub(super) fn is_id(text: &str) -> bool {
    // A character has at most 4 bytes.
    let is_short = text.len() <= 4 * MAX_ID_LEN && (1..=MAX_ID_LEN).contains(&text.chars().count());
    is_short && !text.chars().any(char::is_control) && !matches!(text, "." | "..")
}

impl User {
    /// The user, if it follows the contract.
    pub(super) fn known(self) -> Option<SwyxUser> {
        let Self { id, name, email, enabled } = self;
        let email = email.filter(|email| !email.is_empty());
        is_id(&id).then_some(SwyxUser { id, name, email, enabled })
    }
}

impl Status<'_> {
    /// The status, if it follows the contract.
    pub(super) fn known(self) -> Option<UserStatus> {
        let is_sound = is_id(&self.id) && self.sequence <= MAX_SEQUENCE;
        is_sound.then(|| UserStatus {
            user: self.id,
            status: known(&self.status),
            in_call: self.in_call,
            sequence: self.sequence,
        })
    }
}

/// The status in a body, or in the data of an event.
pub(super) fn status(body: &[u8]) -> Option<UserStatus> {
    serde_json::from_slice::<Status<'_>>(body).ok()?.known()
}

/// A parsed page: the number of its elements, the token of the next page, and the ids of the elements that violate the contract; an id
/// that is invalid too is empty.
pub(super) struct Page {
    pub(super) elements: usize,
    pub(super) next: Option<Box<str>>,
    pub(super) skipped: Vec<Box<str>>,
}

/// The id of a record that violates the contract; empty if it has no valid one.
pub(super) fn id_of(record: &[u8]) -> Box<str> {
    #[derive(Deserialize)]
    struct Named {
        id: Box<str>,
    }
    let named = serde_json::from_slice::<Named>(record);
    named.ok().map(|named| named.id).filter(|id| is_id(id)).unwrap_or_default()
}

/// Adds the records of a page to `all`. One that violates the contract is skipped; a page on which all of several do is no page.
fn add_records<T>(
    records: &[&RawValue],
    all: &mut Vec<T>,
    read: impl Fn(&str) -> Option<T>,
) -> Option<Vec<Box<str>>> {
    all.reserve(records.len());
    let mut skipped = Vec::new();
    for record in records {
        match read(record.get()) {
            Some(record) => all.push(record),
            None => skipped.push(id_of(record.get().as_bytes())),
        }
    }
    (skipped.len() < 2 || skipped.len() < records.len()).then_some(skipped)
}

/// Adds the users of a page to `all`.
pub(super) fn add_users(body: &[u8], all: &mut Vec<SwyxUser>) -> Option<Page> {
    let Users { users, next } = serde_json::from_slice(body).ok()?;
    let skipped = add_records(&users, all, |user| serde_json::from_str::<User>(user).ok()?.known())?;
    Some(Page { elements: users.len(), next, skipped })
}

/// Adds the statuses of a page to `all`, and returns the page's cursor.
pub(super) fn add_statuses(body: &[u8], all: &mut Vec<UserStatus>) -> Option<(Cursor, Page)> {
    let Statuses { cursor, statuses, next } = serde_json::from_slice(body).ok()?;
    let skipped = add_records(&statuses, all, |record| status(record.as_bytes()))?;
    Some((Cursor::new(&cursor)?, Page { elements: statuses.len(), next, skipped }))
}
