//! The interface between provisioning and the place of the ids and the secret.

use jiff::civil::Date;

use super::classification::StoredSecret;
use crate::secret::Secret;
use crate::settings::ClientId;

/// Stores what provisioning creates.
pub trait SecretStore: Send {
    /// The currently stored secret.
    fn stored(&self) -> StoredSecret;

    /// Writes the client id into the settings.
    ///
    /// # Errors
    /// [`StoreError`] says why it was not written.
    fn store_client_id(&mut self, id: ClientId) -> Result<(), StoreError>;

    /// Checks, before a secret is created, that it can replace the stored content. `is_known` says whether the content is a secret of the
    /// application, so that nothing else is lost.
    ///
    /// # Errors
    /// [`StoreError`] says what prevents it.
    fn prepare(&mut self, is_known: bool) -> Result<(), StoreError>;

    /// Replaces the secret `before` with the new one.
    ///
    /// # Errors
    /// [`StoreError`] says why the place is unchanged.
    fn store_secret(&mut self, secret: &Secret, before: &StoredSecret) -> Result<StoreOutcome, StoreError>;

    /// Writes the day (UTC) on which the new secret or certificate ends into the settings.
    ///
    /// # Errors
    /// [`StoreError`] says why it was not written.
    fn store_end(&mut self, day: Date) -> Result<(), StoreError>;
}

/// How a secret was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreOutcome {
    /// In the place that the settings name; it can be fetched from there.
    InPlace,
    /// Handed over to the administrator, who must store it: the instructions.
    HandedOver(String),
}

/// Why something could not be stored.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StoreError(pub String);
