//! What the policies of the tenant say, and how doubtful points are decided.

/// Policies, and points that Microsoft's pages leave open.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Switches {
    /// The tenant's application management policy forbids new client secrets.
    pub(super) secrets_banned: bool,
    /// The longest life that the policy lets a new client secret have, in days.
    pub(super) max_secret_days: Option<u32>,
    /// The administrator of the ready token may not consent: it takes someone else.
    pub(super) consent_forbidden: bool,
    /// What `getPresencesByUserId` does with unknown ids.
    pub(super) unknown_ids: UnknownIds,
    /// Whether a status set by hand bends the precedence of presences.
    pub(super) manual_status: ManualStatus,
}

/// What `getPresencesByUserId` does with ids of nobody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum UnknownIds {
    /// They are left out of the answer.
    #[default]
    LeftOut,
    /// They come back as `PresenceUnknown`.
    PresenceUnknown,
}

/// Whose word decides where somebody has set a status by hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ManualStatus {
    /// Microsoft Graph's: a preferred presence beats all sessions.
    #[default]
    Graph,
    /// The vendor of SwyxWare's: its table of exceptions.
    Vendor,
}
