//! Issued device codes, authorization codes and refresh tokens, and open sign-in pages.

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
    /// By the ticket of an open sign-in page.
    pub(super) pending: HashMap<String, Pending>,
    /// By authorization code.
    pub(super) codes: HashMap<String, AuthorizationCode>,
}

/// A sign-in that a browser has opened.
#[derive(Clone)]
pub(super) struct Pending {
    /// The client.
    pub(super) client: Uuid,
    /// The request.
    pub(super) asked: RequestedScopes,
    /// The address for the answer, as sent.
    pub(super) redirect_uri: String,
    /// The hash of the verifier (S256), if the client sent one.
    pub(super) challenge: Option<String>,
    /// Whether the code is sent by POST.
    pub(super) by_post: bool,
    /// The client's own text, returned with the answer.
    pub(super) state: Option<String>,
    /// The client's own text, returned in the id token.
    pub(super) nonce: Option<String>,
}

/// An authorization code.
pub(super) struct AuthorizationCode {
    /// The request that it answers.
    pub(super) request: Pending,
    /// The expiry.
    pub(super) ends: Timestamp,
    /// It was redeemed.
    pub(super) is_redeemed: bool,
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
