//! Stores the key, and the table of the settings file.

use std::path::Path;

use crate::edit::{self, Change, NewValue, Outcome};
use crate::os::Rewrite;
use crate::os::process::CancellationToken;
use crate::provision::StoreError;
use crate::secret::{MAX_BYTES, Secret, SecretSource, keyring, save_secret};
use crate::settings::{ClientId, keys};

/// The settings file, and the place of the key.
pub struct KeyStore<'a> {
    name: &'a str,
    path: &'a Path,
    cancellation: CancellationToken,
}

impl<'a> KeyStore<'a> {
    /// The settings file at `path`, called `name` in messages.
    pub fn new(name: &'a str, path: &'a Path, cancellation: CancellationToken) -> Self {
        Self { name, path, cancellation }
    }

    /// Stores a key: in a file that only its owner can read, or in the secret store.
    pub(super) fn store_key(&self, place: &SecretSource, key: &Secret) -> Result<(), StoreError> {
        match place {
            SecretSource::File(path) => {
                let path = self.path.parent().unwrap_or(Path::new("")).join(path);
                let saved = Rewrite::begin(&path, MAX_BYTES).and_then(|rewrite| save_secret(rewrite, key));
                saved.map_err(|error| StoreError(format!("{}: {}", path.display(), error.reason())))
            }
            SecretSource::Keyring(entry) => keyring::write_key(entry, key, &self.cancellation)
                .map_err(|error| StoreError(format!("{}: {error}", place.holder()))),
            SecretSource::Inline(_) | SecretSource::Env(_) | SecretSource::Command(_) => {
                Err(StoreError("a key can only be stored in a file or in the secret store".to_owned()))
            }
        }
    }

    /// Writes `[entra.automation]` into the settings file.
    pub(super) fn store_settings(&self, id: ClientId, place: &SecretSource) -> Result<(), StoreError> {
        let changes = [
            Change::Set(keys::AUTOMATION_CLIENT_ID, NewValue::Text(id.to_string())),
            Change::Set(keys::AUTOMATION_KEY, NewValue::Secret(place.clone())),
        ];
        match edit::apply_to_file(self.name, self.path, &changes) {
            Ok(Outcome::Saved(_) | Outcome::Unchanged(_)) => Ok(()),
            Ok(Outcome::Refused(..)) => {
                Err(StoreError("the settings file: this would add errors; it is unchanged".to_owned()))
            }
            Err(error) => Err(StoreError(format!("the settings file: {}", error.reason()))),
        }
    }
}
