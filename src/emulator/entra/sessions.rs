//! Device codes and refresh tokens that were given out.

use std::collections::HashMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::scope::Asked;

/// All of them. There is no Debug text: the names of the entries are secrets.
#[derive(Default)]
pub(in crate::emulator) struct Sessions {
    /// By device code.
    pub(super) devices: HashMap<String, Device>,
    /// By refresh token.
    pub(super) refresh: HashMap<String, Refresh>,
}

/// A device code.
pub(super) struct Device {
    /// To whom it was given.
    pub(super) client: Uuid,
    /// What for.
    pub(super) asked: Asked,
    /// Until when.
    pub(super) ends: Timestamp,
    /// How often it was asked after.
    pub(super) polls: u32,
    /// It gave a token.
    pub(super) is_redeemed: bool,
}

/// A refresh token.
#[derive(Clone)]
pub(super) struct Refresh {
    /// To whom it was given.
    pub(super) client: Uuid,
    /// What for.
    pub(super) asked: Asked,
    /// Until when.
    pub(super) ends: Timestamp,
}
