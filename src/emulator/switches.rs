//! The policies of the tenant, and the choices for open points of the documentation.

use jiff::Timestamp;
use uuid::Uuid;

/// Policies, and points that Microsoft's pages leave open.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Switches {
    /// The tenant's default application management policy.
    pub(super) default_policy: SecretRestrictions,
    /// The default policy applies to applications created since then; `None` for all.
    pub(super) restricted_from: Option<Timestamp>,
    /// Nobody may read the application management policies.
    pub(super) policies_unreadable: bool,
    /// The administrator of the ready token may not consent; another administrator must.
    pub(super) consent_forbidden: bool,
    /// What `getPresencesByUserId` does with unknown ids.
    pub(super) unknown_ids: UnknownIds,
    /// Whether a status set by the user changes the precedence of presences.
    pub(super) manual_status: ManualStatus,
}

/// What a policy says about new client secrets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SecretRestrictions {
    /// They are forbidden.
    pub(super) banned: bool,
    /// Their maximum lifetime in days.
    pub(super) max_days: Option<u32>,
}

/// A policy that is assigned to one application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OwnPolicy {
    /// The policy's id.
    pub(super) id: Uuid,
    /// Whether it is in force; then it replaces the tenant's default.
    pub(super) is_enabled: bool,
    /// Its restrictions.
    pub(super) restrictions: SecretRestrictions,
}

/// What `getPresencesByUserId` does with unknown ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum UnknownIds {
    /// They are missing in the answer.
    #[default]
    LeftOut,
    /// They come back as `PresenceUnknown`.
    PresenceUnknown,
}

/// Which rule applies after a user has set a status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ManualStatus {
    /// Microsoft Graph's rule: a preferred presence overrides all sessions.
    #[default]
    Graph,
    /// The rule of SwyxWare's vendor: its table of exceptions.
    Vendor,
}
