//! Where the ids and the secret go: the seam between provisioning and files.

use super::standing::Held;
use crate::secret::Secret;
use crate::settings::ClientId;

/// Keeps what provisioning makes.
pub trait Keep: Send {
    /// The secret that is kept now.
    fn held(&self) -> Held;

    /// Writes the client id into the settings.
    ///
    /// # Errors
    /// [`KeepError`] says why it is not there.
    fn keep_client_id(&mut self, id: ClientId) -> Result<(), KeepError>;

    /// Sees that a secret can be kept in the place of what is kept there, before one is made. `is_known` says that this is a secret of
    /// the application, and nothing else that would be lost.
    ///
    /// # Errors
    /// [`KeepError`] says what stands in the way.
    fn prepare(&mut self, is_known: bool) -> Result<(), KeepError>;

    /// Keeps a secret in the place of the one that was `before`.
    ///
    /// # Errors
    /// [`KeepError`] says why the place is as it was.
    fn keep_secret(&mut self, secret: &Secret, before: &Held) -> Result<Kept, KeepError>;
}

/// Where a secret went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// To where the settings say; it can be fetched from there.
    InPlace,
    /// Into somebody's hands, who has to put it where the settings say: what is to be done.
    HandedOver(String),
}

/// Why something is not kept.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct KeepError(pub String);
