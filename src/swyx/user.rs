//! Users and statuses, as the rest of the program uses them.

use super::cursor::Cursor;
use crate::settings::SwyxStatus;

/// A user in SwyxServer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SwyxUser {
    /// The gateway's id, opaque and unchanging; 1 to 200 characters.
    pub id: Box<str>,
    /// The displayed name.
    pub name: Box<str>,
    /// The e-mail address of the user's configuration.
    pub email: Option<Box<str>>,
    /// Whether the user is activated.
    pub enabled: bool,
}

impl SwyxUser {
    /// An activated user without an e-mail address.
    pub fn new(id: impl Into<Box<str>>, name: impl Into<Box<str>>) -> Self {
        Self { id: id.into(), name: name.into(), email: None, enabled: true }
    }

    /// Sets the e-mail address.
    #[must_use]
    pub fn email(self, email: impl Into<Box<str>>) -> Self {
        Self { email: Some(email.into()), ..self }
    }

    /// Sets whether the user is activated.
    #[must_use]
    pub fn enabled(self, enabled: bool) -> Self {
        Self { enabled, ..self }
    }
}

/// The status of a user in SwyxServer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UserStatus {
    /// The user's id.
    pub user: Box<str>,
    /// The status that colleagues see, never [`SwyxStatus::None`]; `None` for a logged-off user and for an unknown value.
    pub status: Option<SwyxStatus>,
    /// Whether the user is in a call with any device or client: a fact of the telephone system, independent of the status that was set.
    pub in_call: bool,
    /// 0 to 2^53 - 1; of two statuses of one user, the one with the greater number is newer. It may start again when the gateway
    /// restarts; after that, earlier cursors are unknown.
    pub sequence: u64,
}

impl UserStatus {
    /// The status of a user.
    pub fn new(user: impl Into<Box<str>>, status: Option<SwyxStatus>, in_call: bool, sequence: u64) -> Self {
        Self { user: user.into(), status, in_call, sequence }
    }
}

/// The statuses of all users, or of those whose status changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statuses {
    /// The position to continue from.
    pub cursor: Cursor,
    /// In any order; a user whose status changed in the meantime may occur twice.
    pub statuses: Vec<UserStatus>,
}
