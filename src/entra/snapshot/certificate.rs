//! A certificate of an application registration.

use jiff::Timestamp;
use uuid::Uuid;

use crate::settings::Thumbprint;

/// One certificate of the registration, with which the application can sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CertificateSeen {
    /// Its key id.
    pub key_id: Uuid,
    /// Its description, if it has one.
    pub name: Option<String>,
    /// When it becomes valid; `None` if the answer does not say.
    pub begins: Option<Timestamp>,
    /// When it expires.
    pub ends: Timestamp,
    /// Its SHA-1 thumbprint; `None` if it is unknown.
    pub thumbprint: Option<Thumbprint>,
}

impl CertificateSeen {
    /// Creates a certificate without a description.
    pub fn new(key_id: Uuid, ends: Timestamp, thumbprint: Option<Thumbprint>) -> Self {
        Self { key_id, name: None, begins: None, ends, thumbprint }
    }
}
