//! Replaces the current client secret with a new one.
//!
//! A person enters the new secret in Control Center, so the old one stays valid until the person confirms it. If a run is interrupted, at
//! least one secret works, and the next run recognises the others by their names.

use jiff::Timestamp;
use uuid::Uuid;

use super::act::Registered;
use super::day::days_left;
use super::failure::Failure;
use super::keep::{Keep, Kept};
use super::standing::{Held, Standing, name_of, standing};
use super::{Look, Provisioner};
use crate::entra::snapshot::SecretSeen;
use crate::entra::snapshot::objects::{Application, FoundBy};

/// The requested kind of rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Create a new secret now; the old one stays valid.
    New {
        /// Create one even if an earlier one exists whose value somebody may have.
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
pub enum Course<'a> {
    /// Nothing: the current secret is valid until then.
    NotDue(Timestamp),
    /// Create nothing: the new secret exists, and Control Center must get it.
    Pending {
        /// When the old one expires.
        until: Timestamp,
        /// Orphans of interrupted runs, to be removed.
        left_over: Vec<&'a SecretSeen>,
    },
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
        kept: Kept,
        /// When it expires.
        ends: Timestamp,
        /// When the previous one expires, if it is still valid.
        old_until: Option<Timestamp>,
    },
    /// The number of removed old secrets.
    Finished(usize),
}

/// What to do with `secrets` at the time `now`.
pub fn course<'a>(
    secrets: &'a [SecretSeen],
    standing: &Standing<'a>,
    asked: Asked,
    renew_before_days: u16,
    now: Timestamp,
) -> Course<'a> {
    let is_live = |secret: &&'a SecretSeen| secret.ends > now;
    let current = standing.current;
    let pending = |left_over| {
        standing.replaced.filter(is_live).map(|old| Course::Pending { until: old.ends, left_over })
    };
    let ended = || standing.left_over.iter().copied().filter(|one| !is_live(one)).collect::<Vec<_>>();
    let undecided = standing.undecided(now);
    let add = |left_over| Course::Add { left_over, after: undecided.or(current) };
    match asked {
        Asked::Finish => match (current, standing.newer(now)) {
            (None, _) => Course::Unknown,
            // The state after a rotation with a hand-over, while the settings still lead to the old secret.
            (Some(_), Some(newer)) => Course::Undecided(newer),
            (Some(current), None) => Course::Remove(all_but(current.key_id, secrets, standing)),
        },
        Asked::IfDue => match current {
            Some(current) if days_left(current.ends, now) > i64::from(renew_before_days) => {
                pending(ended()).unwrap_or(Course::NotDue(current.ends))
            }
            _ => undecided.map_or_else(|| add(ended()), Course::Undecided),
        },
        Asked::New { again: true, .. } => add(standing.left_over.clone()),
        Asked::New { again: false, remove_old } => match (pending(standing.left_over.clone()), current) {
            // The new secret exists; the rest is the same as finishing.
            (Some(_), Some(_)) if remove_old => {
                course(secrets, standing, Asked::Finish, renew_before_days, now)
            }
            (Some(pending), _) => pending,
            (None, _) => undecided.map_or_else(|| add(standing.left_over.clone()), Course::Undecided),
        },
    }
}

/// What can be removed once everything uses the secret with the key id `one`: all others of this installation, and the ones that they
/// replaced. The first of these may have any name.
fn all_but<'a>(one: Uuid, secrets: &'a [SecretSeen], standing: &Standing<'a>) -> Vec<&'a SecretSeen> {
    let ours = standing.current.iter().chain(&standing.replaced);
    let ours = ours.chain(&standing.left_over).chain(&standing.others).copied().collect::<Vec<_>>();
    let names = ours.iter().copied().filter_map(name_of).collect::<Vec<_>>();
    let is_old =
        |secret: &&SecretSeen| ours.contains(secret) || names.iter().any(|name| name.replaces(secret.key_id));
    secrets.iter().filter(|secret| secret.key_id != one).filter(is_old).collect()
}

/// The application, if its secrets may be rotated.
fn rotatable(look: &Look) -> Result<&Application, Failure> {
    let application = match &look.objects.application {
        None => return Err(Failure::NotKept(NO_APPLICATION.to_owned())),
        // An application found only by name may belong to another project.
        Some((FoundBy::DisplayName, _)) => return Err(Failure::NotKept(NOT_ADOPTED.to_owned())),
        Some((_, application)) => application,
    };
    // Without its id, the new secret could not say what it replaces.
    let is_unlisted =
        look.is_accepted && application.secrets.iter().all(|one| one.may_be_ours == Some(false));
    if is_unlisted {
        return Err(Failure::TooLate("the stored secret works, but Graph does not list it yet".to_owned()));
    }
    Ok(application)
}

impl Provisioner<'_> {
    /// Carries out `asked`, based on the probe `look`.
    ///
    /// # Errors
    /// [`Failure`] says why it stopped. At least one secret still works then.
    pub async fn rotate(&self, look: &Look, asked: Asked, keep: &mut dyn Keep) -> Result<Rotated, Failure> {
        let held = &look.held;
        let application = rotatable(look)?;
        let of = Registered { id: application.id, client_id: application.client_id };
        let standing = standing(&application.secrets, held, self.installation);
        let now = look.objects.seen_at;
        match course(&application.secrets, &standing, asked, self.wanted.renew_before_days, now) {
            Course::NotDue(ends) => Ok(Rotated::NotDue(ends)),
            Course::Pending { until, left_over } => {
                self.prove_kept(of, held).await?;
                self.remove_all(of, &left_over).await?;
                Ok(Rotated::Pending { until })
            }
            Course::Undecided(secret) => Err(Failure::NotKept(undecided(secret))),
            Course::Unknown => Err(Failure::NotKept(NOT_KNOWN.to_owned())),
            Course::Remove(old) => {
                self.prove_kept(of, held).await?;
                self.remove_all(of, &old).await.map(Rotated::Finished)
            }
            Course::Add { left_over, after } => {
                keep.prepare(look.knows_held())?;
                self.remove_all(of, &left_over).await?;
                self.patience.told.says("creating a new client secret");
                let count = application.secrets.len();
                let added = self.add_secret(of, after.map(|after| after.key_id), count).await?;
                let (kept, _) = self.prove_and_keep(of, &added, held, keep).await?;
                if kept == Kept::InPlace {
                    self.patience.told.says("testing the stored secret with a sign-in");
                    let held = keep.held();
                    let is_there = held.secret.as_ref().is_ok_and(|kept| *kept == added.secret);
                    if !is_there {
                        return Err(Failure::NotKept(NOT_THERE.to_owned()));
                    }
                    self.prove_kept(of, &held).await?;
                }
                let (mut old_until, ends) =
                    (after.map(|after| after.ends).filter(|end| *end > now), added.ends);
                // A handed-over secret is not in use yet.
                if matches!(asked, Asked::New { remove_old: true, .. }) && kept == Kept::InPlace {
                    self.remove_all(of, &all_but(added.key_id, &application.secrets, &standing)).await?;
                    old_until = None;
                }
                Ok(Rotated::Made { kept, ends, old_until })
            }
        }
    }

    async fn prove_kept(&self, of: Registered, held: &Held) -> Result<(), Failure> {
        match &held.secret {
            Ok(secret) => self.prove(of.client_id, secret, false).await.map(|_| ()),
            Err(_) => Err(Failure::NotKept(NOT_KNOWN.to_owned())),
        }
    }

    async fn remove_all(&self, of: Registered, secrets: &[&SecretSeen]) -> Result<usize, Failure> {
        for secret in secrets {
            let name = secret.name.as_deref().unwrap_or("without a name");
            self.patience
                .told
                .says(&format!("removing the client secret {name}, Secret ID {}", secret.key_id));
            self.remove_secret(of.id, secret.key_id).await?;
        }
        Ok(secrets.len())
    }
}

const NOT_ADOPTED: &str = "an application has this name, but the settings do not name its id: run swyx-teams apply, which asks and saves the id";
const NO_APPLICATION: &str = "there is no application yet: run swyx-teams apply to create it";
const NOT_KNOWN: &str =
    "the stored secret does not belong to the application, so it cannot replace other secrets";
const NOT_THERE: &str = "the new secret is not where it was stored; both the old and the new secret are valid, and nothing was removed";

fn undecided(secret: &SecretSeen) -> String {
    format!(
        "an earlier secret exists ({}, Secret ID {}) that is not where the settings say, and whose value somebody may have. If you have it, put it there; if it is lost, use --new-secret to create another one",
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

    const NEW: Asked = Asked::New { again: false, remove_old: false };
    const AGAIN: Asked = Asked::New { again: true, remove_old: false };

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
    fn done(secrets: &[SecretSeen], asked: Asked, since: i64, on: i64) -> String {
        let held = Held { secret: Ok(Secret::new("Abc8Q~")), since: Some(day(since)) };
        let standing = standing(secrets, &held, &installation());
        let number = |secret: &SecretSeen| secret.key_id.as_fields().0;
        let all = |secrets: Vec<&SecretSeen>| secrets.into_iter().map(number).collect::<Vec<_>>();
        match course(secrets, &standing, asked, 30, day(on)) {
            Course::NotDue(ends) => format!("not due until {}", ends.strftime("%j")),
            Course::Pending { until, left_over } => {
                format!("pending until {}, removes {:?}", until.strftime("%j"), all(left_over))
            }
            Course::Undecided(secret) => format!("undecided about {}", number(secret)),
            Course::Unknown => "unknown".to_owned(),
            Course::Add { left_over, after } => {
                format!("removes {:?}, adds after {:?}", all(left_over), after.map(number))
            }
            Course::Remove(secrets) => format!("removes {:?}", all(secrets)),
        }
    }

    #[test]
    fn a_secret_is_renewed_when_it_is_due_or_when_somebody_wants_it() {
        let secrets = [kept(made(1, None, 1))];
        assert_eq!(done(&secrets, Asked::IfDue, 1, 149), "not due until 181");
        assert_eq!(done(&secrets, Asked::IfDue, 1, 151), "removes [], adds after Some(1)");
        assert_eq!(done(&secrets, NEW, 1, 2), "removes [], adds after Some(1)");
        assert_eq!(done(&secrets, Asked::Finish, 1, 2), "removes []");
    }

    #[test]
    fn one_that_control_center_has_to_learn_yet_is_not_followed_by_another_unasked() {
        let secrets = [made(1, None, 1), kept(made(2, Some(1), 100)), made(3, Some(1), 99)];
        assert_eq!(done(&secrets, NEW, 100, 101), "pending until 181, removes [3]");
        // A scheduled job removes nothing that is valid.
        assert_eq!(done(&secrets, Asked::IfDue, 100, 101), "pending until 181, removes []");
        assert_eq!(done(&secrets, AGAIN, 100, 101), "removes [3], adds after Some(2)");
        assert_eq!(done(&secrets, Asked::Finish, 100, 101), "removes [1, 3]");
        // The previous one has expired.
        assert_eq!(done(&secrets, NEW, 100, 182), "removes [3], adds after Some(2)");
        assert_eq!(done(&secrets, Asked::IfDue, 100, 182), "not due until 280");
    }

    #[test]
    fn what_a_run_that_broke_off_left_is_removed_by_the_next_but_not_by_a_timer() {
        let secrets = [kept(made(1, None, 1)), made(2, Some(1), 100)];
        assert_eq!(done(&secrets, NEW, 1, 101), "removes [2], adds after Some(1)");
        assert_eq!(done(&secrets, Asked::IfDue, 1, 160), "removes [], adds after Some(1)");
        assert_eq!(done(&secrets, Asked::IfDue, 1, 300), "removes [2], adds after Some(1)");
    }

    #[test]
    fn of_one_that_somebody_may_have_a_person_decides() {
        let secrets = [kept(made(1, None, 1)), made(2, Some(1), 100)];
        assert_eq!(done(&secrets, NEW, 101, 102), "undecided about 2");
        assert_eq!(done(&secrets, Asked::IfDue, 101, 160), "undecided about 2");
        // It stays until a person confirms that it is unused.
        assert_eq!(done(&secrets, AGAIN, 101, 102), "removes [], adds after Some(2)");
        // It has expired.
        assert_eq!(done(&secrets, NEW, 101, 281), "removes [], adds after Some(1)");
    }

    #[test]
    fn none_that_is_newer_goes_for_an_older_one() {
        // Handed over and in Control Center, while the old one is still stored: a direct successor, or the successor of a removed one.
        for after in [1, 9] {
            let secrets = [kept(made(1, None, 1)), made(2, Some(after), 100)];
            assert_eq!(done(&secrets, Asked::Finish, 101, 102), "undecided about 2");
            // It has expired.
            assert_eq!(done(&secrets, Asked::Finish, 101, 281), "removes [2]");
        }
        // The other way round, the old one is removed.
        let secrets = [made(1, None, 1), kept(made(2, Some(1), 100))];
        assert_eq!(done(&secrets, Asked::Finish, 101, 102), "removes [1]");
        assert_eq!(done(&secrets, Asked::New { again: false, remove_old: true }, 101, 102), "removes [1]");
    }

    #[test]
    fn nothing_is_removed_in_favour_of_a_secret_that_is_not_known() {
        let secrets = [made(1, None, 1), named(2, "SwyxServer", 1)];
        assert_eq!(done(&secrets, Asked::Finish, 2, 3), "unknown");
        assert_eq!(done(&secrets, NEW, 2, 3), "undecided about 1");
        assert_eq!(done(&secrets, AGAIN, 2, 3), "removes [], adds after Some(1)");
        assert_eq!(done(&secrets[1..], NEW, 2, 3), "removes [], adds after None");
    }

    #[test]
    fn what_was_replaced_goes_with_what_replaced_it_and_nothing_else_does() {
        let secrets = [
            named(1, "SwyxServer", 1),
            made(2, Some(1), 50),
            kept(made(3, Some(2), 100)),
            named(4, "backup", 1),
        ];
        assert_eq!(done(&secrets, Asked::Finish, 100, 101), "removes [1, 2]");
    }
}
