//! The shapes of the gateway's contract. Their descriptions are those of the OpenAPI document, for whoever builds a gateway.
//!
//! They are read straight from the bytes into what the program keeps, as a list may have 100,000 users.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::cursor::{Cursor, MOST as MOST_CURSOR, PATTERN as CURSOR_PATTERN};
use super::user::{SwyxUser, UserStatus};
use crate::settings::SwyxStatus;

/// The version of the contract.
pub(super) const VERSION: u64 = 1;
/// The greatest sequence, 2^53 - 1: what every JSON reader holds exactly (RFC 8259, section 6).
pub(super) const MOST_SEQUENCE: u64 = (1 << 53) - 1;
/// Characters of an id, and of the token of a page, at most.
pub(super) const MOST_ID: usize = 200;
pub(super) const MOST_TOKEN: usize = 1024;

/// The words of the contract for statuses that can be set.
pub(super) const STATUSES: [(&str, SwyxStatus); 4] = [
    ("Available", SwyxStatus::Available),
    ("Away", SwyxStatus::Away),
    ("DoNotDisturb", SwyxStatus::DoNotDisturb),
    ("Speaking", SwyxStatus::Speaking),
];

/// The status of a word; nothing for `LoggedOff` and for words of later versions.
pub(super) fn known(word: &str) -> Option<SwyxStatus> {
    STATUSES.iter().find(|(name, _)| *name == word).map(|(_, status)| *status)
}

/// The word of a status; nothing for [`SwyxStatus::None`].
pub(super) fn word(status: SwyxStatus) -> Option<&'static str> {
    STATUSES.iter().find(|(_, known)| *known == status).map(|(name, _)| *name)
}

/// What a gateway can do.
#[derive(Deserialize, JsonSchema)]
#[schemars(example = json!({"version": 1, "statuses": ["Available", "Away", "DoNotDisturb", "Speaking"]}))]
pub(super) struct Capabilities<'a> {
    /// The version of this contract, 1. A client goes no further where it is another.
    #[schemars(extend("const" = VERSION))]
    pub(super) version: u64,
    /// The statuses that can be set here, in any order. What would be another is set as the nearest of these. Clients pass
    /// over words that they do not know.
    #[serde(borrow)]
    #[schemars(with = "Vec<SettableStatus>", extend("uniqueItems" = true))]
    pub(super) statuses: Vec<Cow<'a, str>>,
}

/// One page of the list of users.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "UserList", example = users_example())]
pub(super) struct Users {
    /// The users of this page, in any order, as many as the gateway likes; a few hundred are usual.
    pub(super) users: Vec<User>,
    /// The token of the next page, for `after`; null on the last page. No token comes twice in one reading.
    #[schemars(required, extend("type" = ["string", "null"], "minLength" = 1, "maxLength" = MOST_TOKEN))]
    pub(super) next: Option<Box<str>>,
}

/// A user of SwyxServer.
#[derive(Deserialize, JsonSchema)]
pub(super) struct User {
    /// The user's id: opaque to clients, never given to somebody else, and the same for as long as the user exists, under
    /// another name or address too. No control characters, and not `.` or `..`, which have another meaning in a path.
    #[schemars(length(min = 1, max = MOST_ID))]
    id: Box<str>,
    /// The name that SwyxServer shows, as `Jane Roe`.
    name: Box<str>,
    /// The e-mail address of the user's configuration, by which the user is found in Microsoft Teams; null if there is none.
    #[schemars(required, extend("type" = ["string", "null"]))]
    email: Option<Box<str>>,
    /// Whether the user is activated. Users who are not may be left out of the list.
    enabled: bool,
}

/// One page of the list of statuses.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "StatusList", example = statuses_example())]
pub(super) struct Statuses<'a> {
    /// From where to go on, with `since` here or with `Last-Event-ID` at the events: whatever changes after this page was
    /// made comes after this cursor. Of several pages the first one's counts. Visible ASCII characters without blanks; opaque
    /// to clients.
    #[serde(borrow)]
    #[schemars(regex(pattern = CURSOR_PATTERN), length(min = 1, max = MOST_CURSOR))]
    pub(super) cursor: Cow<'a, str>,
    /// The statuses of this page, in any order. A user whose status changes while the pages are read may be on two of them.
    #[serde(borrow)]
    pub(super) statuses: Vec<Status<'a>>,
    /// The token of the next page, for `after`; null on the last page. No token comes twice in one reading.
    #[schemars(required, extend("type" = ["string", "null"], "minLength" = 1, "maxLength" = MOST_TOKEN))]
    pub(super) next: Option<Box<str>>,
}

/// What a user shows.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "UserStatus", example = status_example())]
pub(super) struct Status<'a> {
    /// The user's id.
    #[schemars(length(min = 1, max = MOST_ID))]
    id: Box<str>,
    /// What colleagues see. Clients take a word that they do not know as `LoggedOff`.
    #[serde(borrow)]
    #[schemars(with = "ShownStatus")]
    status: Cow<'a, str>,
    /// Whether the user is on a call right now, with any device or client: a fact of the telephone system, whatever status
    /// was set, and by whom. It alone is carried to Microsoft Teams; a status that was set never comes back as a call, so
    /// that nothing goes round in circles. Ringing is no call yet; a call on hold is one.
    in_call: bool,
    /// Orders the statuses of one user: of two, the one with the greater number is newer. It never goes back while the
    /// gateway runs. After a restart it may begin anew, and then no cursor of before may be known any more (410).
    #[schemars(range(max = MOST_SEQUENCE), extend("format" = "int64"))]
    sequence: u64,
}

/// The status to set.
#[derive(Serialize, JsonSchema)]
#[schemars(example = json!({"status": "Away"}))]
pub(super) struct SetStatus {
    /// One of the capabilities' statuses.
    #[schemars(with = "SettableStatus")]
    pub(super) status: &'static str,
}

/// What went wrong, as RFC 9457 has it (<https://www.rfc-editor.org/rfc/rfc9457>). Clients go by the HTTP status alone and show
/// nothing of the text; it is for whoever looks into what the gateway says.
#[derive(JsonSchema)]
#[schemars(example = json!({"type": "about:blank", "title": "Not Found", "status": 404, "detail": "No user has this id."}))]
#[expect(
    dead_code,
    reason = "a shape of the document; whoever is in between may have put anything into it, so it is not read"
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
    /// This very problem in a sentence, without secrets and names.
    #[schemars(extend("type" = "string"))]
    detail: Option<String>,
}

/// A status that can be set.
#[derive(JsonSchema)]
#[expect(
    dead_code,
    reason = "a shape of the document; words are read as texts, so that unknown ones do no harm"
)]
enum SettableStatus {
    /// Ready to take calls.
    Available,
    /// Away from the desk.
    Away,
    /// Wants no calls.
    DoNotDisturb,
    /// As if on a call. A gateway that cannot set this leaves it out of its capabilities.
    Speaking,
}

/// A status that is shown.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "as before")]
enum ShownStatus {
    /// Ready to take calls.
    Available,
    /// Away from the desk.
    Away,
    /// Wants no calls.
    DoNotDisturb,
    /// On a call, or set to this.
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

/// Whether a text can be the id of a user. Dots alone would be taken for steps in the path (RFC 3986, section 5.2.4).
pub(super) fn is_id(text: &str) -> bool {
    // A character has at most 4 bytes.
    let is_short = text.len() <= 4 * MOST_ID && (1..=MOST_ID).contains(&text.chars().count());
    is_short && !text.chars().any(char::is_control) && !matches!(text, "." | "..")
}

impl User {
    /// The user, if it keeps to the contract.
    pub(super) fn known(self) -> Option<SwyxUser> {
        let Self { id, name, email, enabled } = self;
        let email = email.filter(|email| !email.is_empty());
        is_id(&id).then_some(SwyxUser { id, name, email, enabled })
    }
}

impl Status<'_> {
    /// The status, if it keeps to the contract.
    pub(super) fn known(self) -> Option<UserStatus> {
        let is_sound = is_id(&self.id) && self.sequence <= MOST_SEQUENCE;
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

/// A page that was read: how many elements it added, and the token of the next.
pub(super) struct Page {
    pub(super) elements: usize,
    pub(super) next: Option<Box<str>>,
}

/// Adds the users of a page to `all`.
pub(super) fn add_users(body: &[u8], all: &mut Vec<SwyxUser>) -> Option<Page> {
    let Users { users, next } = serde_json::from_slice(body).ok()?;
    let elements = users.len();
    all.reserve(elements);
    for user in users {
        all.push(user.known()?);
    }
    Some(Page { elements, next })
}

/// Adds the statuses of a page to `all`, and gives the page's cursor.
pub(super) fn add_statuses(body: &[u8], all: &mut Vec<UserStatus>) -> Option<(Cursor, Page)> {
    let Statuses { cursor, statuses, next } = serde_json::from_slice(body).ok()?;
    let elements = statuses.len();
    all.reserve(elements);
    for status in statuses {
        all.push(status.known()?);
    }
    Some((Cursor::new(&cursor)?, Page { elements, next }))
}
