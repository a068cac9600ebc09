//! The shapes of the gateway's contract. Their descriptions are those of the OpenAPI document, for whoever builds a gateway.
//!
//! They are read straight from the bytes into what the program keeps, as a list may have 100,000 users.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::cursor::Cursor;
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

/// What this gateway can do.
#[derive(Deserialize)]
pub(super) struct Capabilities<'a> {
    /// The version of this contract: 1.
    pub(super) version: u64,
    /// The statuses that can be set here.
    #[serde(borrow)]
    pub(super) statuses: Vec<Cow<'a, str>>,
}

/// One page of the list of users.
#[derive(Deserialize)]
pub(super) struct Users {
    /// The users of this page.
    pub(super) users: Vec<User>,
    /// For `after`, to get the next page; null on the last page.
    pub(super) next: Option<Box<str>>,
}

/// A user of SwyxServer.
#[derive(Deserialize)]
pub(super) struct User {
    /// The id.
    id: Box<str>,
    /// The name.
    name: Box<str>,
    /// The e-mail address.
    email: Option<Box<str>>,
    /// Whether the user is activated.
    enabled: bool,
}

/// One page of the list of statuses.
#[derive(Deserialize)]
pub(super) struct Statuses<'a> {
    /// From where to go on.
    #[serde(borrow)]
    pub(super) cursor: Cow<'a, str>,
    /// The statuses of this page.
    #[serde(borrow)]
    pub(super) statuses: Vec<Status<'a>>,
    /// For `after`, to get the next page; null on the last page.
    pub(super) next: Option<Box<str>>,
}

/// The status of a user.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Status<'a> {
    /// The user's id.
    id: Box<str>,
    /// What colleagues see.
    #[serde(borrow)]
    status: Cow<'a, str>,
    /// Whether the user is on a call.
    in_call: bool,
    /// Orders the statuses of one user.
    sequence: u64,
}

/// The status to set.
#[derive(Serialize)]
pub(super) struct SetStatus {
    /// The word of the status.
    pub(super) status: &'static str,
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
