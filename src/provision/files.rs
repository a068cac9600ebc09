//! Stores ids and secrets in files: the settings file, and the place that it names for the secret.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;

use super::classification::{Absence, StoredSecret};
use super::store::{SecretStore, StoreError, StoreOutcome};
use crate::edit::{self, Change, ChangeError, NewValue, Outcome};
use crate::os::process::CancellationToken;
use crate::os::{self, NewFile, ReadError, Rewrite, SaveError};
use crate::secret::keyring::{self, KeyringError};
use crate::secret::{
    MAX_BYTES, RevealError, Secret, SecretFault, SecretSource, Trust, reveal_within, save_secret,
};
use crate::settings::{ClientId, Generation, keys};
use crate::{check, source};

/// The settings file and its source of the secret.
pub struct Files {
    name: String,
    path: PathBuf,
    source: Option<SecretSource>,
    trust: Trust,
    cancellation: CancellationToken,
    hand_over: Option<HandOver>,
    /// The hand-over file for the secret; or an empty file for a missing secret, whose age tells a later run that no secret was stored
    /// since. Both are removed if the run does not use them.
    out: Option<NewFile>,
    /// The generation whose keys the settings file uses.
    keys: Generation,
}

/// How a secret gets to the administrator who must store it: no program can set another program's environment variable, or write through a
/// command.
#[non_exhaustive]
pub enum HandOver {
    /// In a new file that only its owner can read.
    File(PathBuf),
    /// On the terminal, with this function.
    Terminal(Show),
}

/// Shows a secret to the administrator.
pub type Show = Box<dyn FnMut(&Secret) -> std::io::Result<()> + Send>;

impl Files {
    /// The settings file at `path`, called `name` in messages, and the place `source`.
    pub fn new(
        name: impl Into<String>,
        path: &Path,
        source: Option<SecretSource>,
        trust: Trust,
        hand_over: Option<HandOver>,
    ) -> Self {
        let cancellation = CancellationToken::default();
        Self {
            name: name.into(),
            path: path.to_path_buf(),
            source,
            trust,
            cancellation,
            hand_over,
            out: None,
            keys: Generation::ExpertSettings,
        }
    }

    /// Like `new`, for a file that uses the keys of this generation. `new` assumes the one before 14.20.
    #[must_use]
    pub fn with_keys(self, keys: Generation) -> Self {
        Self { keys, ..self }
    }

    /// Like `new`, with a token that cancels the command that prints the secret.
    #[must_use]
    pub fn with_cancellation(self, cancellation: CancellationToken) -> Self {
        Self { cancellation, ..self }
    }

    fn folder(&self) -> PathBuf {
        self.path.parent().map(Path::to_path_buf).unwrap_or_default()
    }

    /// Since when the place has been unchanged: the last change of the settings file, which names the place, or of the secret's file. A
    /// missing file gives no time because a volume may be missing with it.
    fn since(&self, source: &SecretSource) -> Option<Timestamp> {
        let named = os::last_change(&self.path).ok()?;
        let kept = match source {
            SecretSource::Inline(_) => named,
            SecretSource::File(path) => os::last_change(&self.folder().join(path)).ok()?,
            // A secret store does not say when an entry was changed.
            SecretSource::Env(_) | SecretSource::Keyring(_) | SecretSource::Command(_) => return None,
        };
        Timestamp::try_from(named.max(kept)).ok()
    }

    fn is_an_empty_file(&self, source: &SecretSource) -> bool {
        let SecretSource::File(path) = source else { return false };
        std::fs::metadata(self.folder().join(path)).is_ok_and(|file| file.len() == 0)
    }

    fn change(&self, change: Change) -> Result<(), StoreError> {
        match edit::apply_to_file(&self.name, &self.path, &[change]) {
            Ok(Outcome::Saved(_) | Outcome::Unchanged(_)) => Ok(()),
            Ok(Outcome::Refused(..)) => Err(StoreError(
                "this would add errors to the settings file, which was changed in the meantime; nothing was written"
                    .to_owned(),
            )),
            Err(ChangeError::Save(error)) => {
                Err(StoreError(format!("the settings file: {}", not_saved(&error))))
            }
            Err(error) => Err(StoreError(format!("the settings file: {}{UNCHANGED}", error.reason()))),
        }
    }

    fn hand_over(&mut self, secret: &Secret, place: &str) -> Result<StoreOutcome, StoreError> {
        if let (Some(out), Some(HandOver::File(path))) = (&mut self.out, &self.hand_over) {
            let line = format!("{}\n", Secret::expose(secret));
            out.write(line.as_bytes())
                .map_err(|error| StoreError(format!("{}: {}", path.display(), os::reason(&error))))?;
            return Ok(StoreOutcome::HandedOver(format!(
                "the new secret is in {}: put it {place} and into Control Center, then delete that file",
                path.display()
            )));
        }
        match &mut self.hand_over {
            Some(HandOver::Terminal(show)) => {
                show(secret).map_err(|error| StoreError(os::reason(&error)))?;
                Ok(StoreOutcome::HandedOver(format!(
                    "put the secret shown above {place} and into Control Center; it is shown only once"
                )))
            }
            _ => Err(StoreError(nowhere(place))),
        }
    }
}

fn nowhere(place: &str) -> String {
    format!(
        "swyx-teams cannot put a new secret {place}: use --secret-out FILE to write it to a new file, or run on a terminal to show it"
    )
}

/// The place, if this program cannot write to it.
fn place_of(source: &SecretSource) -> Option<String> {
    source.is_stored_by_hand().then(|| source.place())
}

impl SecretStore for Files {
    fn stored(&self) -> StoredSecret {
        let Some(source) = &self.source else {
            return StoredSecret { secret: Err(Absence::Empty), since: None };
        };
        // The file may contain another secret than when it was first read.
        let fresh = match source {
            SecretSource::Inline(_) => {
                let checked = check::check_file(&*self.name, &self.path);
                checked.draft().and_then(|draft| draft.registration().client_secret.cloned())
            }
            source => Some(source.clone()),
        };
        let since = self.since(source);
        let Some(fresh) = fresh else { return StoredSecret { secret: Err(Absence::Empty), since } };
        let limits = self.cancellation.clone().into();
        let secret =
            reveal_within(&fresh, &self.folder(), &self.trust, &limits).map_err(|error| match error {
                RevealError::File(_, ReadError::Io(error))
                    if error.kind() == std::io::ErrorKind::NotFound =>
                {
                    Absence::Empty
                }
                RevealError::Keyring(KeyringError::NoEntry(_)) => Absence::Empty,
                RevealError::NotText if self.is_an_empty_file(source) => Absence::Empty,
                error => Absence::OutOfReach(error.to_string()),
            });
        StoredSecret { secret, since }
    }

    fn store_client_id(&mut self, id: ClientId) -> Result<(), StoreError> {
        self.change(Change::Set(self.keys.client_id(), NewValue::Text(id.to_string())))
    }

    fn prepare(&mut self, is_known: bool) -> Result<(), StoreError> {
        let settings = Rewrite::begin(&self.path, source::MAX_BYTES);
        let settings = settings.and_then(|rewrite| rewrite.try_out());
        settings.map_err(|error| StoreError(format!("the settings file: {}", not_saved(&error))))?;
        match &self.source {
            None => Err(StoreError(unset(self.keys))),
            Some(SecretSource::Inline(_)) => Ok(()),
            Some(SecretSource::File(path)) => {
                let path = self.folder().join(path);
                self.can_be_replaced(&path, is_known)?;
                if !path.exists() {
                    let made = NewFile::create(&path);
                    let failed = |error| StoreError(format!("{}: {}", path.display(), os::reason(&error)));
                    self.out = Some(made.map_err(failed)?.closed());
                }
                Ok(())
            }
            Some(source @ SecretSource::Keyring(entry)) => {
                keyring::try_out(entry, &self.cancellation)
                    .map_err(|error| StoreError(format!("{}: {error}", source.holder())))?;
                self.can_be_lost(&source.holder(), "entry", is_known)
            }
            Some(source) => {
                let place = place_of(source).unwrap_or_default();
                match &self.hand_over {
                    None => Err(StoreError(nowhere(&place))),
                    Some(HandOver::Terminal(_)) => Ok(()),
                    Some(HandOver::File(path)) => {
                        let made = NewFile::create(path);
                        let made = made.map_err(|error| {
                            StoreError(format!("--secret-out {}: {}", path.display(), os::reason(&error)))
                        });
                        self.out = Some(made?);
                        Ok(())
                    }
                }
            }
        }
    }

    fn store_secret(&mut self, secret: &Secret, before: &StoredSecret) -> Result<StoreOutcome, StoreError> {
        let Some(source) = self.source.clone() else { return Err(StoreError(unset(self.keys))) };
        if let Some(place) = place_of(&source) {
            return self.hand_over(secret, &place);
        }
        match self.put(&source, secret, before) {
            // The secret is saved, but may not survive a power failure.
            Err(_) if self.stored().secret.is_ok_and(|kept| kept == *secret) => Ok(StoreOutcome::InPlace),
            put => put.map(|()| StoreOutcome::InPlace),
        }
    }

    fn store_end(&mut self, day: Date) -> Result<(), StoreError> {
        self.change(Change::Set(keys::CREDENTIAL_ENDS, NewValue::Date(day)))
    }
}

impl Files {
    /// Whether a secret can be written to the file, so that at most another secret is lost.
    fn can_be_replaced(&self, path: &Path, is_known: bool) -> Result<(), StoreError> {
        let begun = Rewrite::begin(path, MAX_BYTES).and_then(|rewrite| rewrite.try_out());
        begun.map_err(|error| StoreError(format!("{}: {}", path.display(), not_saved(&error))))?;
        self.can_be_lost(&path.display().to_string(), "file", is_known)
    }

    /// Whether the stored content may be lost. `kind` is what it is stored in.
    fn can_be_lost(&self, place: &str, kind: &str, is_known: bool) -> Result<(), StoreError> {
        let advice = format!("would be lost: name another {kind}, or delete this one");
        match self.stored().secret {
            Ok(secret)
                if !is_known
                    && matches!(secret.fault(), None | Some(SecretFault::Length | SecretFault::Unusual)) =>
            {
                Err(StoreError(format!(
                    "{place}: the content is not a secret of this application and {advice}"
                )))
            }
            Err(Absence::OutOfReach(why)) => Err(StoreError(format!("{place}: {why}; its content {advice}"))),
            Ok(_) | Err(Absence::Empty) => Ok(()),
        }
    }

    /// Writes a secret to the place in the settings, unless the place changed since it held `before`.
    fn put(&self, source: &SecretSource, secret: &Secret, before: &StoredSecret) -> Result<(), StoreError> {
        if let SecretSource::Keyring(entry) = source {
            self.is_still(before, &source.holder())?;
            return keyring::write(entry, secret, &self.cancellation)
                .map_err(|error| StoreError(format!("{}: {error}", source.holder())));
        }
        let SecretSource::File(path) = source else {
            self.is_still(before, &self.path.display().to_string())?;
            let value = NewValue::Secret(SecretSource::Inline(secret.clone()));
            return self.change(Change::Set(self.keys.client_secret(), value));
        };
        let path = self.folder().join(path);
        let failed = |error| StoreError(format!("{}: {}", path.display(), not_saved(&error)));
        let rewrite = Rewrite::begin(&path, MAX_BYTES).map_err(failed)?;
        // Under the lock, so that two runs cannot overwrite each other's secret.
        self.is_still(before, &path.display().to_string())?;
        save_secret(rewrite, secret).map_err(failed)
    }

    fn is_still(&self, before: &StoredSecret, place: &str) -> Result<(), StoreError> {
        let is_the_same = match (&self.stored().secret, &before.secret) {
            (Ok(one), Ok(other)) => one == other,
            (one, other) => one.is_err() && other.is_err(),
        };
        if is_the_same {
            return Ok(());
        }
        Err(StoreError(format!(
            "{place}: another secret was stored there in the meantime; nothing was written"
        )))
    }
}

/// The state of the file. "Nothing was changed" would be wrong here: the tenant may have changed.
const UNCHANGED: &str = "; the file is unchanged";

/// The reason of a failed save, and the state of the file.
fn not_saved(error: &SaveError) -> String {
    error.reason() + if error.leaves_the_file_unchanged() { UNCHANGED } else { "" }
}

fn unset(keys: Generation) -> String {
    format!(
        "`{key}` is not set: name a place for the new secret, for example `swyx-teams set {key} file:teams.secret`",
        key = keys.client_secret()
    )
}

#[cfg(all(test, feature = "keyring"))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by it")]

    use super::*;
    use crate::secret::keyring::use_store_in_memory;

    /// A secret of the right form that opens nothing.
    const OLD: &str = "Zz98Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d";
    const NEW: &str = "Ab18Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d";

    /// A settings file that names an entry, and that entry as another program sees it.
    fn stage(name: &str) -> (tempfile::TempDir, Files, keyring_core::Entry) {
        use_store_in_memory();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        std::fs::write(&path, "[control_center]\n").unwrap();
        let source = Some(SecretSource::Keyring(format!("swyx-teams/{name}")));
        let files = Files::new("a.toml", &path, source, Trust::nothing(), None);
        (folder, files, keyring_core::Entry::new("swyx-teams", name).unwrap())
    }

    fn fail(entry: &keyring_core::Entry) {
        let mock = entry.as_any().downcast_ref::<keyring_core::mock::Cred>().unwrap();
        mock.set_error(keyring_core::Error::NoStorageAccess("locked".into()));
    }

    #[test]
    fn entry_is_prepared_stored_and_read_back() {
        let (_folder, mut files, entry) = stage("provision-new");
        let before = files.stored();
        assert_eq!(before.secret.clone().unwrap_err(), Absence::Empty);
        files.prepare(false).unwrap();
        assert_eq!(files.store_secret(&Secret::new(NEW), &before).unwrap(), StoreOutcome::InPlace);
        assert_eq!(entry.get_password().unwrap(), NEW);
        assert!(files.stored().secret.unwrap() == Secret::new(NEW));
    }

    #[test]
    fn unusable_store_and_foreign_content_stop_before_a_secret_is_created() {
        let (_folder, mut files, entry) = stage("provision-stops");
        fail(&entry);
        let error = files.prepare(false).unwrap_err().to_string();
        assert!(error.contains("entry swyx-teams/provision-stops: the secret store is locked"), "{error}");
        entry.set_secret(&[0xff]).unwrap();
        let error = files.prepare(true).unwrap_err().to_string();
        assert!(error.contains("is not text") && error.contains("would be lost"), "{error}");
        entry.set_password(OLD).unwrap();
        let error = files.prepare(false).unwrap_err().to_string();
        assert!(error.contains("is not a secret of this application and would be lost"), "{error}");
        files.prepare(true).unwrap();
        assert_eq!(entry.get_password().unwrap(), OLD);
    }

    #[test]
    fn secret_that_another_run_stored_meanwhile_is_not_replaced() {
        let (_folder, mut files, entry) = stage("provision-race");
        let before = files.stored();
        entry.set_password(OLD).unwrap();
        let error = files.store_secret(&Secret::new(NEW), &before).unwrap_err().to_string();
        assert!(error.contains("another secret was stored there in the meantime"), "{error}");
        assert_eq!(entry.get_password().unwrap(), OLD);
    }

    #[test]
    fn failed_store_is_reported_and_leaves_the_old_secret() {
        let (_folder, mut files, entry) = stage("provision-fails");
        entry.set_password(OLD).unwrap();
        let before = files.stored();
        let long = Secret::new("x".repeat(1281));
        let error = files.store_secret(&long, &before).unwrap_err().to_string();
        assert!(error.contains("at most 1,280"), "{error}");
        assert_eq!(entry.get_password().unwrap(), OLD);
    }
}
