//! The shapes of the contract, as they go over the wire. Their documentation is that of the contract.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{SwyxUser, UserStatus};
use crate::settings::SwyxStatus;

/// What the service can do.
#[derive(Deserialize, JsonSchema)]
#[schemars(example = serde_json::json!({"version": 1, "statuses": ["Available", "Away", "DoNotDisturb"]}))]
pub(super) struct Capabilities {
    /// The version of this contract that the service implements.
    #[schemars(range(min = 1, max = 1))]
    pub(super) version: u32,
    /// The statuses that it can set. One that is missing is never asked for: the nearest of the others is set in its place.
    #[schemars(with = "Vec<SettableStatus>")]
    pub(super) statuses: Vec<String>,
}

/// A status that can be set: what colleagues see while the user is in no call.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
pub(super) enum SettableStatus {
    Available,
    Away,
    DoNotDisturb,
    Speaking,
}

impl SettableStatus {
    pub(super) fn of(status: SwyxStatus) -> Option<Self> {
        match status {
            SwyxStatus::Available => Some(Self::Available),
            SwyxStatus::Away => Some(Self::Away),
            SwyxStatus::DoNotDisturb => Some(Self::DoNotDisturb),
            SwyxStatus::Speaking => Some(Self::Speaking),
            SwyxStatus::None => None,
        }
    }
}

/// The status of that word; none for one that is not known here, `LoggedOff` among them.
pub(super) fn status(word: &str) -> Option<SwyxStatus> {
    match word {
        "Available" => Some(SwyxStatus::Available),
        "Away" => Some(SwyxStatus::Away),
        "DoNotDisturb" => Some(SwyxStatus::DoNotDisturb),
        "Speaking" => Some(SwyxStatus::Speaking),
        _ => None,
    }
}

/// A page of the list of users.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Users {
    /// The users of this page, in an order that does not change while the list is read.
    pub(super) users: Vec<User>,
    /// The word with which to ask for the next page; null on the last one.
    #[schemars(length(min = 1, max = 1024))]
    pub(super) next: Option<String>,
}

/// A user of SwyxServer.
#[derive(Deserialize, JsonSchema)]
pub(super) struct User {
    /// Opaque, unique, and unchanging as long as the user exists.
    #[schemars(length(min = 1, max = 200))]
    id: Box<str>,
    /// The display name.
    name: Box<str>,
    /// The e-mail address of the user's configuration, by which the user is found in Teams.
    email: Option<Box<str>>,
    /// Whether the user is activated. Others are not carried.
    enabled: bool,
}

impl From<User> for SwyxUser {
    fn from(user: User) -> Self {
        let User { id, name, email, enabled } = user;
        Self { id, name, email: email.filter(|email| !email.trim().is_empty()), enabled }
    }
}

/// A page of the list of statuses.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct StatusPage {
    /// From where to go on: everything that changes after this page was made is told to who asks with this cursor. Of several pages the
    /// first one's counts, so what changes while they are read is told once more. Printable ASCII.
    #[schemars(length(min = 1, max = 1024))]
    pub(super) cursor: String,
    /// The statuses of this page.
    pub(super) statuses: Vec<Status>,
    /// The word with which to ask for the next page; null on the last one.
    #[schemars(length(min = 1, max = 1024))]
    pub(super) next: Option<String>,
}

/// The status of a user.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(example = serde_json::json!({"id": "1001", "status": "Speaking", "inCall": true, "sequence": 4711}))]
pub(super) struct Status {
    /// The user's id.
    #[schemars(length(min = 1, max = 200))]
    id: Box<str>,
    /// What colleagues see now. While the user is in a call that is `Speaking`.
    #[schemars(with = "ShownStatus")]
    status: Box<str>,
    /// Whether the user is on a call with any device or client at SwyxServer: a fact of the telephone system, whatever status was set and by
    /// whom. It alone is carried to Teams, so that a status that was set here because of Teams never goes back there.
    in_call: bool,
    /// Grows with every change of any status: of two statuses of one user the one with the greater sequence is newer. It may begin anew when
    /// the service is started anew; the old cursors are unknown then.
    #[schemars(range(max = 9_007_199_254_740_991_u64))]
    sequence: u64,
}

impl From<Status> for UserStatus {
    fn from(shape: Status) -> Self {
        let Status { id, status: word, in_call, sequence } = shape;
        Self { user: id, status: status(&word), in_call, sequence }
    }
}

/// What colleagues see of a user.
#[derive(JsonSchema)]
#[expect(
    dead_code,
    reason = "the words of the contract; they are read as texts, for a service may know more"
)]
pub(super) enum ShownStatus {
    Available,
    Away,
    DoNotDisturb,
    Speaking,
    LoggedOff,
}

/// A status to set.
#[derive(JsonSchema, Serialize)]
#[cfg_attr(test, derive(Deserialize))]
pub(super) struct NewStatus {
    /// The status.
    pub(super) status: SettableStatus,
}

/// What went wrong, as RFC 9457 has it.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its status is read, which is in the head of the answer, too")]
pub(super) struct Problem {
    /// Names the kind of problem; `about:blank` where the status says it all.
    #[schemars(rename = "type")]
    kind: String,
    /// The kind of problem in words.
    title: String,
    /// The HTTP status.
    #[schemars(range(min = 400, max = 599))]
    status: u16,
    /// What is wrong in this case, and what to do.
    detail: Option<String>,
}
