//! Replaces the current client secret with a new one.
//!
//! An administrator enters the new secret in Control Center, so the old one stays valid until the administrator confirms it. If a run is
//! interrupted, at least one secret works, and the next run recognises the others by their names.

use jiff::Timestamp;
use uuid::Uuid;

use super::act::Registered;
use super::apply::TESTING_STORED;
use super::classification::{SecretClassification, StoredSecret, classify, list_candidates};
use super::day::days_left;
use super::failure::Failure;
use super::obstacle::Obstacle;
use super::secret::Added;
use super::store::{SecretStore, StoreOutcome};
use super::{Provisioner, ProvisioningSnapshot};
use crate::entra::snapshot::SecretSeen;
use crate::entra::snapshot::objects::{Application, FoundBy};

/// The requested kind of rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RotateRequest {
    /// Create a new secret now; the old one stays valid.
    New {
        /// Create one even if the value of an earlier new one may be in use.
        again: bool,
        /// Remove the old one at once: only programs that read the place in the settings use it.
        remove_old: bool,
    },
    /// Create a new secret if the current one expires soon; remove nothing that is still valid.
    IfDue,
    /// Control Center has the current one: remove the ones before it, unless there is a newer one.
    Finish,
}

/// What a rotation will do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RotationPlan<'a> {
    /// Nothing: the current secret is valid until then.
    NotDue(Timestamp),
    /// Create nothing: the new secret exists, and Control Center must get it.
    Pending {
        /// When the old one expires.
        until: Timestamp,
        /// Orphans of interrupted runs, to be removed.
        left_over: Vec<&'a SecretSeen>,
    },
    /// Unclear which of these is the stored one.
    Ambiguous(Vec<&'a SecretSeen>),
    /// Unclear whether the value of this secret is lost.
    Undecided(&'a SecretSeen),
    /// The stored secret does not belong to the application.
    Unknown,
    /// Remove these, then replace the current secret with a new one.
    Add {
        /// Orphans of interrupted runs.
        left_over: Vec<&'a SecretSeen>,
        /// The current one.
        after: Option<&'a SecretSeen>,
    },
    /// Remove these.
    Remove(Vec<&'a SecretSeen>),
}

/// The result of a rotation.
#[derive(Debug)]
#[non_exhaustive]
pub enum Rotated {
    /// Nothing to do until then.
    NotDue(Timestamp),
    /// The new secret existed already.
    Pending {
        /// When the old one expires.
        until: Timestamp,
    },
    /// A new secret was created.
    Made {
        /// How it was stored.
        kept: StoreOutcome,
        /// When it expires.
        ends: Timestamp,
        /// When the previous one expires, if it is still valid.
        old_until: Option<Timestamp>,
    },
    /// The number of removed old secrets.
    Finished(usize),
}

/// What to do with `secrets` at the time `now`.
///
/// ```
/// use swyx_teams::provision::{Absence, Installation, RotateRequest, RotationPlan, StoredSecret, classify, plan_rotation};
///
/// let stored = StoredSecret { secret: Err(Absence::Empty), since: None };
/// let installation = Installation::new("swyx01", std::path::Path::new("/etc/north.toml"));
/// let classified = classify(&[], &stored, &installation);
/// let now = "2026-11-25T04:00:00Z".parse()?;
/// // Without a known secret, `--finish` must not remove any.
/// let plan = plan_rotation(&[], &classified, RotateRequest::Finish, 30, now);
/// assert_eq!(plan, RotationPlan::Unknown);
/// # Ok::<(), jiff::Error>(())
/// ```
pub fn plan_rotation<'a>(
    secrets: &'a [SecretSeen],
    classified: &SecretClassification<'a>,
    request: RotateRequest,
    renew_before_days: u16,
    now: Timestamp,
) -> RotationPlan<'a> {
    let is_live = |secret: &&'a SecretSeen| secret.ends > now;
    let is_due = |end| days_left(end, now) <= i64::from(renew_before_days);
    let current = classified.current;
    let pending = |left_over| {
        classified.replaced.filter(is_live).map(|old| RotationPlan::Pending { until: old.ends, left_over })
    };
    let ended = || classified.left_over.iter().copied().filter(|one| !is_live(one)).collect::<Vec<_>>();
    let undecided = classified.undecided(now);
    let add = |left_over| RotationPlan::Add { left_over, after: undecided.or(current) };
    let candidates = list_candidates(secrets);
    if let Some(first_end) = candidates.iter().map(|one| one.ends).min() {
        return match request {
            RotateRequest::IfDue if !is_due(first_end) => RotationPlan::NotDue(first_end),
            _ => RotationPlan::Ambiguous(candidates),
        };
    }
    match request {
        RotateRequest::Finish => plan_finish(classified, now),
        RotateRequest::IfDue => match current {
            Some(current) if !is_due(current.ends) => {
                pending(ended()).unwrap_or(RotationPlan::NotDue(current.ends))
            }
            _ => undecided.map_or_else(|| add(ended()), RotationPlan::Undecided),
        },
        RotateRequest::New { again: true, .. } => add(classified.left_over.clone()),
        RotateRequest::New { again: false, remove_old } => {
            match (pending(classified.left_over.clone()), current) {
                // The new secret exists; the rest is the same as finishing.
                (Some(_), Some(_)) if remove_old => plan_finish(classified, now),
                (Some(pending), _) => pending,
                (None, _) => {
                    undecided.map_or_else(|| add(classified.left_over.clone()), RotationPlan::Undecided)
                }
            }
        }
    }
}

/// What to remove once Control Center has the stored secret.
fn plan_finish<'a>(classified: &SecretClassification<'a>, now: Timestamp) -> RotationPlan<'a> {
    match (classified.current, classified.newer(now)) {
        (None, _) => RotationPlan::Unknown,
        // The state after a rotation with a hand-over, while the settings still lead to the old secret.
        (Some(_), Some(newer)) => RotationPlan::Undecided(newer),
        (Some(_), None) => RotationPlan::Remove(classified.older(false)),
    }
}

/// The application, if its secrets may be rotated.
pub(super) fn rotatable(snapshot: &ProvisioningSnapshot) -> Result<&Application, Failure> {
    let application = match &snapshot.objects.application {
        None => return Err(Failure::NotStored(NO_APPLICATION.to_owned())),
        // An application found only by name may belong to another project.
        Some((FoundBy::DisplayName, _)) => return Err(Failure::NotStored(NOT_ADOPTED.to_owned())),
        Some((_, application)) => application,
    };
    // Without its id, the new secret could not say what it replaces.
    let is_unlisted =
        snapshot.is_accepted && application.secrets.iter().all(|one| one.may_be_ours == Some(false));
    if is_unlisted {
        return Err(Failure::TooLate("the stored secret works, but Graph does not list it yet".to_owned()));
    }
    Ok(application)
}

impl ProvisioningSnapshot {
    /// Decides which secret is the stored one, if several begin like it. No run considers or removes the others: if
    /// the named one is wrong, another one is in use.
    ///
    /// # Errors
    /// [`Failure`] if the application has no such secret, or if it begins differently.
    pub fn set_stored(&mut self, key_id: Uuid) -> Result<(), Failure> {
        let Some((_, application)) = &self.objects.application else {
            return Err(Failure::NotStored(NO_APPLICATION.to_owned()));
        };
        let why = match application.secrets.iter().find(|secret| secret.key_id == key_id) {
            Some(secret) if secret.may_be_ours == Some(true) => {
                let candidates = application.secrets.iter().filter(|one| one.may_be_ours == Some(true));
                let others = candidates.map(|one| one.key_id).filter(|other| *other != key_id);
                self.not_stored = others.collect();
                return Ok(());
            }
            Some(_) => "the stored secret begins differently",
            None => "the application has no client secret with this Secret ID",
        };
        Err(Failure::NotStored(format!("--stored {key_id}: {why}; nothing was changed")))
    }
}

impl Provisioner<'_> {
    /// Carries out `request`, based on the probe `snapshot`.
    ///
    /// # Errors
    /// [`Failure`] says why it stopped. At least one secret still works then.
    pub async fn rotate(
        &self,
        snapshot: &ProvisioningSnapshot,
        request: RotateRequest,
        store: &mut dyn SecretStore,
    ) -> Result<Rotated, Failure> {
        let stored = &snapshot.stored;
        let application = rotatable(snapshot)?;
        let of = Registered { id: application.id, client_id: application.client_id };
        let secrets = snapshot.secrets();
        let classified = classify(&secrets, stored, self.installation);
        let now = snapshot.objects.seen_at;
        match plan_rotation(&secrets, &classified, request, self.wanted.renew_before_days, now) {
            RotationPlan::NotDue(ends) => Ok(Rotated::NotDue(ends)),
            RotationPlan::Pending { until, left_over } => {
                self.prove_stored(of, stored).await?;
                self.remove_all(of, &left_over).await?;
                Ok(Rotated::Pending { until })
            }
            RotationPlan::Ambiguous(secrets) => {
                Err(Failure::NotStored(Obstacle::ambiguous(&secrets).to_string()))
            }
            RotationPlan::Undecided(secret) => Err(Failure::NotStored(undecided(secret))),
            RotationPlan::Unknown => Err(Failure::NotStored(NOT_KNOWN.to_owned())),
            RotationPlan::Remove(old) => {
                self.prove_stored(of, stored).await?;
                self.remove_all(of, &old).await.map(Rotated::Finished)
            }
            RotationPlan::Add { left_over, after } => {
                Obstacle::to_a_rotation(self.wanted, &snapshot.objects, application)?;
                store.prepare(snapshot.knows_stored())?;
                self.remove_all(of, &left_over).await?;
                let (added, kept) = self.add_new(of, after, application.secrets.len(), stored, store).await?;
                let mut old_until = after.map(|after| after.ends).filter(|end| *end > now);
                // A handed-over secret is not in use yet.
                let removes_old = matches!(request, RotateRequest::New { remove_old: true, .. });
                if removes_old && kept == StoreOutcome::InPlace {
                    let is_there = |secret: &&SecretSeen| !left_over.contains(secret);
                    let old = classified.older(true).into_iter().filter(is_there);
                    self.remove_all(of, &old.collect::<Vec<_>>()).await?;
                    old_until = None;
                }
                Ok(Rotated::Made { kept, ends: added.ends, old_until })
            }
        }
    }

    /// Creates and stores a secret that replaces `after`, and tests it from where it was stored. `count` is the number of secrets.
    async fn add_new(
        &self,
        of: Registered,
        after: Option<&SecretSeen>,
        count: usize,
        stored: &StoredSecret,
        store: &mut dyn SecretStore,
    ) -> Result<(Added, StoreOutcome), Failure> {
        let creation = self.add_secret(of, after.map(|after| after.key_id), count);
        let added = self.patience.during("creating a new client secret", creation).await?;
        let (kept, _) = self.prove_and_store(of, &added, stored, store).await?;
        if kept == StoreOutcome::InPlace {
            let stored = store.stored();
            let is_there = stored.secret.as_ref().is_ok_and(|kept| *kept == added.secret);
            if !is_there {
                return Err(Failure::NotStored(NOT_THERE.to_owned()));
            }
            self.patience.during(TESTING_STORED, self.prove_stored(of, &stored)).await?;
        }
        Ok((added, kept))
    }

    async fn prove_stored(&self, of: Registered, stored: &StoredSecret) -> Result<(), Failure> {
        match &stored.secret {
            Ok(secret) => self.prove(of.client_id, secret, false).await.map(|_| ()),
            Err(_) => Err(Failure::NotStored(NOT_KNOWN.to_owned())),
        }
    }

    async fn remove_all(&self, of: Registered, secrets: &[&SecretSeen]) -> Result<usize, Failure> {
        for secret in secrets {
            let name = secret.name.as_deref().unwrap_or("without a name");
            self.patience
                .progress
                .report(&format!("removing the client secret {name}, Secret ID {}", secret.key_id));
            self.remove_secret(of.id, secret.key_id).await?;
        }
        Ok(secrets.len())
    }
}

const NOT_ADOPTED: &str = "an application has this name, but the settings do not name its id: run `swyx-teams apply`, which asks and saves the id";
const NO_APPLICATION: &str = "there is no application yet: run `swyx-teams apply` to create it";
const NOT_KNOWN: &str =
    "the stored secret does not belong to the application, so it cannot replace other secrets";
const NOT_THERE: &str = "the new secret is not where it was stored; both the old and the new secret are valid, and nothing was removed";

fn undecided(secret: &SecretSeen) -> String {
    format!(
        "another secret exists ({}, Secret ID {}), which is not in the place named in the settings; its value may be in use. If you have the value, store it there; if it is lost, use --new-secret to create another secret",
        secret.name.as_deref().unwrap_or_default(),
        secret.key_id
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::name::{Installation, SecretName};
    use super::*;
    use crate::secret::Secret;

    const NEW: RotateRequest = RotateRequest::New { again: false, remove_old: false };
    const AGAIN: RotateRequest = RotateRequest::New { again: true, remove_old: false };

    fn installation() -> Installation {
        Installation::new("SWYX01", Path::new("/a.toml"))
    }

    /// Noon of a day of 2026, counted from its first.
    fn day(number: i64) -> Timestamp {
        let first = "2026-01-01T12:00:00Z".parse::<Timestamp>().expect("a time");
        first + jiff::SignedDuration::from_hours(24 * (number - 1))
    }

    fn key(number: u32) -> Uuid {
        Uuid::from_u128(u128::from(number) << 96)
    }

    /// A secret of 180 days, created on a day to replace another.
    fn made(number: u32, after: Option<u32>, on: i64) -> SecretSeen {
        let name = SecretName::new(&installation(), key(number), day(on), after.map(key));
        named(number, &name.to_string(), on)
    }

    fn named(number: u32, name: &str, on: i64) -> SecretSeen {
        let (name, may_be_ours) = (Some(name.to_owned()), Some(false));
        SecretSeen { key_id: key(number), name, begins: Some(day(on)), ends: day(on + 180), may_be_ours }
    }

    fn kept(secret: SecretSeen) -> SecretSeen {
        SecretSeen { may_be_ours: Some(true), ..secret }
    }

    /// The rotation plan on a day, with the place unchanged since another day.
    fn done(secrets: &[SecretSeen], request: RotateRequest, since: i64, on: i64) -> String {
        let stored = StoredSecret { secret: Ok(Secret::new("Abc8Q~")), since: Some(day(since)) };
        let classified = classify(secrets, &stored, &installation());
        let number = |secret: &SecretSeen| secret.key_id.as_fields().0;
        let all = |secrets: Vec<&SecretSeen>| secrets.into_iter().map(number).collect::<Vec<_>>();
        match plan_rotation(secrets, &classified, request, 30, day(on)) {
            RotationPlan::NotDue(ends) => format!("not due until {}", ends.strftime("%j")),
            RotationPlan::Pending { until, left_over } => {
                format!("pending until {}, removes {:?}", until.strftime("%j"), all(left_over))
            }
            RotationPlan::Ambiguous(secrets) => format!("ambiguous: {:?}", all(secrets)),
            RotationPlan::Undecided(secret) => format!("undecided about {}", number(secret)),
            RotationPlan::Unknown => "unknown".to_owned(),
            RotationPlan::Add { left_over, after } => {
                format!("removes {:?}, adds after {:?}", all(left_over), after.map(number))
            }
            RotationPlan::Remove(secrets) => format!("removes {:?}", all(secrets)),
        }
    }

    #[test]
    fn secret_is_renewed_when_due_or_requested() {
        let secrets = [kept(made(1, None, 1))];
        assert_eq!(done(&secrets, RotateRequest::IfDue, 1, 149), "not due until 181");
        assert_eq!(done(&secrets, RotateRequest::IfDue, 1, 151), "removes [], adds after Some(1)");
        assert_eq!(done(&secrets, NEW, 1, 2), "removes [], adds after Some(1)");
        assert_eq!(done(&secrets, RotateRequest::Finish, 1, 2), "removes []");
    }

    #[test]
    fn pending_secret_is_not_replaced_without_again() {
        let secrets = [made(1, None, 1), kept(made(2, Some(1), 100)), made(3, Some(1), 99)];
        assert_eq!(done(&secrets, NEW, 100, 101), "pending until 181, removes [3]");
        // A scheduled job removes nothing that is valid.
        assert_eq!(done(&secrets, RotateRequest::IfDue, 100, 101), "pending until 181, removes []");
        assert_eq!(done(&secrets, AGAIN, 100, 101), "removes [3], adds after Some(2)");
        assert_eq!(done(&secrets, RotateRequest::Finish, 100, 101), "removes [1, 3]");
        // The previous one has expired.
        assert_eq!(done(&secrets, NEW, 100, 182), "removes [3], adds after Some(2)");
        assert_eq!(done(&secrets, RotateRequest::IfDue, 100, 182), "not due until 280");
    }

    #[test]
    fn orphan_secret_is_removed_except_with_if_due() {
        let secrets = [kept(made(1, None, 1)), made(2, Some(1), 100)];
        assert_eq!(done(&secrets, NEW, 1, 101), "removes [2], adds after Some(1)");
        assert_eq!(done(&secrets, RotateRequest::IfDue, 1, 160), "removes [], adds after Some(1)");
        assert_eq!(done(&secrets, RotateRequest::IfDue, 1, 300), "removes [2], adds after Some(1)");
    }

    #[test]
    fn successor_that_may_be_in_use_needs_a_decision() {
        let secrets = [kept(made(1, None, 1)), made(2, Some(1), 100)];
        assert_eq!(done(&secrets, NEW, 101, 102), "undecided about 2");
        assert_eq!(done(&secrets, RotateRequest::IfDue, 101, 160), "undecided about 2");
        // It stays until an administrator confirms that it is unused.
        assert_eq!(done(&secrets, AGAIN, 101, 102), "removes [], adds after Some(2)");
        // It has expired.
        assert_eq!(done(&secrets, NEW, 101, 281), "removes [], adds after Some(1)");
    }

    #[test]
    fn newer_secret_is_not_removed_for_an_older_one() {
        // Handed over and in Control Center, while the old one is still stored: a direct successor, or the successor of a removed one.
        for after in [1, 9] {
            let secrets = [kept(made(1, None, 1)), made(2, Some(after), 100)];
            assert_eq!(done(&secrets, RotateRequest::Finish, 101, 102), "undecided about 2");
            // It has expired.
            assert_eq!(done(&secrets, RotateRequest::Finish, 101, 281), "removes [2]");
        }
        // The other way round, the old one is removed.
        let secrets = [made(1, None, 1), kept(made(2, Some(1), 100))];
        assert_eq!(done(&secrets, RotateRequest::Finish, 101, 102), "removes [1]");
        assert_eq!(
            done(&secrets, RotateRequest::New { again: false, remove_old: true }, 101, 102),
            "removes [1]"
        );
    }

    #[test]
    fn unknown_stored_secret_causes_no_removal() {
        let secrets = [made(1, None, 1), named(2, "SwyxServer", 1)];
        assert_eq!(done(&secrets, RotateRequest::Finish, 2, 3), "unknown");
        assert_eq!(done(&secrets, NEW, 2, 3), "undecided about 1");
        assert_eq!(done(&secrets, AGAIN, 2, 3), "removes [], adds after Some(1)");
        assert_eq!(done(&secrets[1..], NEW, 2, 3), "removes [], adds after None");
    }

    #[test]
    fn nothing_is_planned_if_several_secrets_begin_like_the_stored_one() {
        let secrets = [
            made(1, None, 1),
            kept(made(2, Some(1), 100)),
            kept(named(3, "another system", 100)),
            made(4, Some(2), 101),
        ];
        let remove_old = RotateRequest::New { again: false, remove_old: true };
        for request in [NEW, AGAIN, remove_old, RotateRequest::Finish] {
            assert_eq!(done(&secrets, request, 100, 102), "ambiguous: [2, 3]", "{request:?}");
        }
        assert_eq!(done(&secrets, RotateRequest::IfDue, 100, 102), "not due until 280");
        assert_eq!(done(&secrets, RotateRequest::IfDue, 100, 260), "ambiguous: [2, 3]");
    }

    #[test]
    fn finish_removes_only_predecessors_of_the_stored_secret() {
        let secrets = [
            named(1, "SwyxServer", 1),
            made(2, Some(1), 50),
            kept(made(3, Some(2), 100)),
            named(4, "backup", 1),
        ];
        // The oldest first: the name of the second one leads to the first one.
        assert_eq!(done(&secrets, RotateRequest::Finish, 100, 101), "removes [1, 2]");
    }

    #[test]
    fn secret_whose_id_begins_like_that_of_the_replaced_one_is_not_removed() {
        let of = |id: u128, secret: SecretSeen| SecretSeen { key_id: Uuid::from_u128(id), ..secret };
        let name = SecretName::new(&installation(), key(3), day(100), Some(Uuid::from_u128(1)));
        let secrets = [
            of(1, named(0, "ours", 1)),
            of(2, named(0, "payroll connector", 1)),
            kept(named(3, &name.to_string(), 100)),
        ];
        let removed = |secrets: &[SecretSeen]| {
            let stored = StoredSecret { secret: Ok(Secret::new("Abc8Q~")), since: Some(day(100)) };
            let classified = classify(secrets, &stored, &installation());
            match plan_rotation(secrets, &classified, RotateRequest::Finish, 30, day(101)) {
                RotationPlan::Remove(old) => old.iter().map(|one| one.key_id.as_u128()).collect::<Vec<_>>(),
                plan => panic!("{plan:?}"),
            }
        };
        assert_eq!(removed(&secrets), [1]);
        // The replaced one is gone already.
        assert!(removed(&secrets[1..]).is_empty());
    }
}
