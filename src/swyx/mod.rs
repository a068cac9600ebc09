//! The SwyxServer gateway: a small documented HTTP contract that a service beside SwyxServer implements, and its client.

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

/// The status of a user, as the gateway tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserStatus {
    /// The user's id.
    pub user: Box<str>,
    /// What colleagues see; none where the user is logged off, or the word is not known here.
    pub status: Option<crate::settings::SwyxStatus>,
    /// Whether the user is on a call at SwyxServer, whatever status was set.
    pub in_call: bool,
    /// Of two statuses of one user, the one with the greater sequence is newer.
    pub sequence: u64,
}
