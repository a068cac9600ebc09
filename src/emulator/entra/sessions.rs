//! Issued device codes and refresh tokens.

use std::collections::HashMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::scope::RequestedScopes;

/// All sessions. Debug is not implemented because the keys are secrets.
#[derive(Default)]
pub(in crate::emulator) struct Sessions {
    /// By device code.
    pub(super) devices: HashMap<String, Device>,
    /// By refresh token.
    pub(super) refresh: HashMap<String, Refresh>,
}

/// A device code.
pub(super) struct Device {
    /// The client that it was issued to.
    pub(super) client: Uuid,
    /// The request.
    pub(super) asked: RequestedScopes,
    /// The expiry.
    pub(super) ends: Timestamp,
    /// How often it was polled.
    pub(super) polls: u32,
    /// It was redeemed.
    pub(super) is_redeemed: bool,
}

/// A refresh token.
#[derive(Clone)]
pub(super) struct Refresh {
    /// The client that it was issued to.
    pub(super) client: Uuid,
    /// The request.
    pub(super) asked: RequestedScopes,
    /// The expiry.
    pub(super) ends: Timestamp,
}
