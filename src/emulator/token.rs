//! Bearer tokens: what an accepted one says.

use jiff::Timestamp;
use uuid::Uuid;

/// Who calls Graph, as the accepted token says.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// The client's application id (claim `appid`).
    pub(super) client_id: Uuid,
    /// The object id of the service principal or of the user (claim `oid`).
    pub(super) object_id: Uuid,
    /// What the call may do.
    pub(super) kind: Kind,
    /// When the token ends.
    pub(super) expires: Timestamp,
}

/// On whose behalf a call is made.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// The application itself, with the roles of its token; none without consent.
    Application {
        /// Names of application permissions.
        roles: Vec<String>,
    },
    /// A user, with the scopes of the token.
    Delegated {
        /// Names of delegated permissions.
        scopes: Vec<String>,
        /// The user's object id.
        user_id: Uuid,
    },
}
