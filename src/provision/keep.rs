//! The interface between provisioning and the place of the ids and the secret.

use super::standing::Held;
use crate::secret::Secret;
use crate::settings::ClientId;

/// Stores what provisioning creates.
pub trait Keep: Send {
    /// The currently stored secret.
    fn held(&self) -> Held;

    /// Writes the client id into the settings.
    ///
    /// # Errors
    /// [`KeepError`] says why it was not written.
    fn keep_client_id(&mut self, id: ClientId) -> Result<(), KeepError>;

    /// Checks, before a secret is created, that it can replace the stored content. `is_known` says whether the content is a secret of the
    /// application, so that nothing else is lost.
    ///
    /// # Errors
    /// [`KeepError`] says what prevents it.
    fn prepare(&mut self, is_known: bool) -> Result<(), KeepError>;

    /// Replaces the secret `before` with the new one.
    ///
    /// # Errors
    /// [`KeepError`] says why the place is unchanged.
    fn keep_secret(&mut self, secret: &Secret, before: &Held) -> Result<Kept, KeepError>;
}

/// How a secret was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// In the place that the settings name; it can be fetched from there.
    InPlace,
    /// Handed over to a person, who has to store it: the instructions.
    HandedOver(String),
}

/// Why something could not be stored.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct KeepError(pub String);
