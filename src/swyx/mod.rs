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
