//! Users and statuses, as the rest of the program knows them.

use super::cursor::Cursor;
use crate::settings::SwyxStatus;

/// A user as SwyxServer knows one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwyxUser {
    /// The gateway's id, opaque and unchanging; 1 to 200 characters.
    pub id: Box<str>,
    /// The name shown.
    pub name: Box<str>,
    /// The e-mail address of the user's configuration.
    pub email: Option<Box<str>>,
    /// Whether the user is activated.
    pub enabled: bool,
}

/// What a user shows at SwyxServer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserStatus {
    /// The user's id.
    pub user: Box<str>,
    /// What colleagues see, never [`SwyxStatus::None`]; nothing for who is logged off, and for a word that this program does not know.
    pub status: Option<SwyxStatus>,
    /// Whether the user is on a call with any device or client: a fact of the telephone system, whatever status was set.
    pub in_call: bool,
    /// 0 to 2^53 - 1; of two statuses of one user the one with the greater number is newer. It may begin anew when the gateway starts
    /// anew, after which no cursor of before is known any more.
    pub sequence: u64,
}

/// The statuses of all users, or of those whose status changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statuses {
    /// From where to go on.
    pub cursor: Cursor,
    /// In no order; a user whose status changed meanwhile may be in it twice.
    pub statuses: Vec<UserStatus>,
}
