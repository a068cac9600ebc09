//! The settings file and the place of the secret, in memory; a disk that is full, and kills before and after each write.

use std::sync::Arc;

use swyx_teams::provision::{Absence, SecretStore, StoreError, StoreOutcome, StoredSecret};
use swyx_teams::secret::Secret;
use swyx_teams::settings::ClientId;

use super::stage::Stage;
use super::storm::{Strike, Target};

/// Keeps in the memory of a stage.
pub struct Place(pub Arc<Stage>);

impl Place {
    /// Writes, unless something strikes.
    fn write(&self, write: impl FnOnce(&Stage)) -> Result<(), StoreError> {
        let Self(stage) = self;
        match stage.strike_now(Target::Write) {
            Some(Strike::DiskFull) => {
                Err(StoreError("no space left on device; nothing was written".to_owned()))
            }
            // A killed run gets no response: its next request never ends.
            Some(Strike::KillBeforeWrite) => {
                stage.kill_now();
                Err(StoreError("killed".to_owned()))
            }
            strike => {
                write(stage);
                stage.look(false);
                if strike == Some(Strike::KillAfterWrite) {
                    stage.kill_now();
                }
                Ok(())
            }
        }
    }
}

impl SecretStore for Place {
    fn stored(&self) -> StoredSecret {
        let state = self.0.state();
        let secret = state.kept.clone().map(Secret::new).ok_or(Absence::Empty);
        StoredSecret { secret, since: Some(state.since) }
    }

    fn store_client_id(&mut self, id: ClientId) -> Result<(), StoreError> {
        self.write(|stage| {
            let now = stage.now();
            let mut state = stage.state();
            state.client_id = Some(id.to_string());
            // The secret's file is in the same folder; an empty place is as old as that.
            if state.kept.is_none() {
                state.since = now;
            }
        })
    }

    fn prepare(&mut self, _: bool) -> Result<(), StoreError> {
        Ok(())
    }

    /// No secret depends on the day in the settings file.
    fn store_end(&mut self, _: jiff::civil::Date) -> Result<(), StoreError> {
        Ok(())
    }

    fn store_secret(&mut self, secret: &Secret, before: &StoredSecret) -> Result<StoreOutcome, StoreError> {
        let is_still = match (self.stored().secret, &before.secret) {
            (Ok(one), Ok(other)) => one == *other,
            (one, other) => one.is_err() && other.is_err(),
        };
        if !is_still {
            return Err(StoreError(
                "another secret was stored there in the meantime; nothing was written".to_owned(),
            ));
        }
        self.write(|stage| {
            let now = stage.now();
            let mut state = stage.state();
            let before = state.kept.replace(secret.expose().to_owned());
            state.earlier.extend(before);
            state.since = now;
        })?;
        Ok(StoreOutcome::InPlace)
    }
}
