//! The policies of the tenant, and the choices for open points of the documentation.

/// Policies, and points that Microsoft's pages leave open.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Switches {
    /// The tenant's application management policy forbids new client secrets.
    pub(super) secrets_banned: bool,
    /// The maximum lifetime of a new client secret by policy, in days.
    pub(super) max_secret_days: Option<u32>,
    /// The administrator of the ready token may not consent; another administrator must.
    pub(super) consent_forbidden: bool,
    /// What `getPresencesByUserId` does with unknown ids.
    pub(super) unknown_ids: UnknownIds,
    /// Whether a status set by the user changes the precedence of presences.
    pub(super) manual_status: ManualStatus,
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
