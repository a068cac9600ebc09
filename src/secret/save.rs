//! Writes a secret to a file.

use super::Secret;
use crate::os::{Rewrite, SaveError};

/// Replaces the content of a file by a secret. Afterwards, only the owner can read the file.
///
/// # Errors
/// [`SaveError`] if it was not written.
pub(crate) fn save_secret(rewrite: Rewrite, secret: &Secret) -> Result<(), SaveError> {
    rewrite.for_owner_only().save(format!("{}\n", Secret::expose(secret)).as_bytes())
}
