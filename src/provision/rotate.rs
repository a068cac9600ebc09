//! A new client secret in the place of the present one.
//!
//! Control Center learns the new one only by hand, so the old one stays valid until somebody says that it did. Whenever a run breaks
//! off, at least one secret works, and the next run knows by their names what the others are.

use jiff::Timestamp;
use uuid::Uuid;

use super::act::Registered;
use super::failure::Failure;
use super::keep::{Keep, Kept};
use super::plan::days_left;
use super::standing::{Held, Standing, name_of, standing};
use super::{Look, Provisioner};
use crate::tenant::SecretSeen;
use crate::tenant::objects::Application;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A new secret now; the old one stays valid.
    New {
        /// Also if one was made before whose value somebody may have.
        again: bool,
        /// Remove the old one at once: nobody but the place that the settings name uses it.
        remove_old: bool,
    },
    /// A new secret if the present one ends soon; nothing is removed that is still valid.
    IfDue,
    /// Control Center has the present one: remove those before it.
    Finish,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Course<'a> {
    /// Nothing: the present one is good until then.
    NotDue(Timestamp),
    /// No new one: it is there, and Control Center has to learn it.
    Pending {
        /// When the old one ends.
        until: Timestamp,
        /// Left over from runs that broke off, to be removed.
        left_over: Vec<&'a SecretSeen>,
    },
    /// Nobody can tell whether this one's value is lost.
    Undecided(&'a SecretSeen),
    /// The secret that is kept is none of the application's.
    Unknown,
    /// A new one, once these are removed, in the place of the present one.
    Add {
        /// Left over from runs that broke off.
        left_over: Vec<&'a SecretSeen>,
        /// The present one.
        after: Option<&'a SecretSeen>,
    },
    /// These are removed.
    Remove(Vec<&'a SecretSeen>),
}

/// What came of it.
#[derive(Debug)]
pub enum Rotated {
    /// Nothing was to be done until then.
    NotDue(Timestamp),
    /// The new one was there already.
    Pending {
        /// When the old one ends.
        until: Timestamp,
    },
    /// There is a new one.
    Made {
        /// Where it went.
        kept: Kept,
        /// When it ends.
        ends: Timestamp,
        /// When the one before it ends, if that one is still valid.
        old_until: Option<Timestamp>,
    },
    /// So many old ones were removed.
    Finished(usize),
}

/// What is to be done with `secrets`, `now`.
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
        Asked::Finish => match current {
            None => Course::Unknown,
            Some(current) => Course::Remove(all_but(current.key_id, secrets, standing)),
        },
        Asked::IfDue => match current {
            Some(current) if days_left(current.ends, now) > i64::from(renew_before_days) => {
                pending(ended()).unwrap_or(Course::NotDue(current.ends))
            }
            _ => undecided.map_or_else(|| add(ended()), Course::Undecided),
        },
        Asked::New { again: true, .. } => add(standing.left_over.clone()),
        Asked::New { again: false, .. } => pending(standing.left_over.clone())
            .or(undecided.map(Course::Undecided))
            .unwrap_or_else(|| add(standing.left_over.clone())),
    }
}

/// What can go once everybody has the secret with the key id `one`: all others that were made for this installation, and those in whose
/// place they were made, the first of which may bear any name.
fn all_but<'a>(one: Uuid, secrets: &'a [SecretSeen], standing: &Standing<'a>) -> Vec<&'a SecretSeen> {
    let ours = standing.current.iter().chain(&standing.replaced);
    let ours = ours.chain(&standing.left_over).chain(&standing.others).copied().collect::<Vec<_>>();
    let names = ours.iter().copied().filter_map(name_of).collect::<Vec<_>>();
    let is_old =
        |secret: &&SecretSeen| ours.contains(secret) || names.iter().any(|name| name.replaces(secret.key_id));
    secrets.iter().filter(|secret| secret.key_id != one).filter(is_old).collect()
}

impl Provisioner<'_> {
    /// Does what is `asked`, after `look`.
    ///
    /// # Errors
    /// [`Failure`] says why it stopped. At least one secret works then as before.
    pub async fn rotate(&self, look: &Look, asked: Asked, keep: &mut dyn Keep) -> Result<Rotated, Failure> {
        let held = &look.held;
        let Some((_, application)) = &look.objects.application else {
            return Err(Failure::NotKept(NO_APPLICATION.to_owned()));
        };
        let of = Registered { id: application.id, client_id: application.client_id };
        let standing = standing(&application.secrets, held, self.installation);
        let now = look.objects.seen_at;
        match course(&application.secrets, &standing, asked, self.wanted.renew_before_days, now) {
            Course::NotDue(ends) => Ok(Rotated::NotDue(ends)),
            Course::Pending { .. } if matches!(asked, Asked::New { remove_old: true, .. }) => {
                self.finish(of, application, held).await
            }
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
                self.patience.told.says("making a new client secret");
                let count = application.secrets.len();
                let added = self.add_secret(of, after.map(|after| after.key_id), count).await?;
                let (kept, _) = self.prove_and_keep(of, &added, held, keep).await?;
                if kept == Kept::InPlace {
                    self.patience.told.says("signing in with the secret as it is kept now, as a proof");
                    let held = keep.held();
                    let is_there = held.secret.as_ref().is_ok_and(|kept| kept.says_the_same(&added.secret));
                    if !is_there {
                        return Err(Failure::NotKept(NOT_THERE.to_owned()));
                    }
                    self.prove_kept(of, &held).await?;
                }
                let (mut old_until, ends) =
                    (after.map(|after| after.ends).filter(|end| *end > now), added.ends);
                // What is handed over is in use nowhere yet.
                if matches!(asked, Asked::New { remove_old: true, .. }) && kept == Kept::InPlace {
                    self.remove_all(of, &all_but(added.key_id, &application.secrets, &standing)).await?;
                    old_until = None;
                }
                Ok(Rotated::Made { kept, ends, old_until })
            }
        }
    }

    async fn finish(
        &self,
        of: Registered,
        application: &Application,
        held: &Held,
    ) -> Result<Rotated, Failure> {
        self.prove_kept(of, held).await?;
        let standing = standing(&application.secrets, held, self.installation);
        let old = standing.current.map(|current| all_but(current.key_id, &application.secrets, &standing));
        self.remove_all(of, &old.unwrap_or_default()).await.map(Rotated::Finished)
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

const NO_APPLICATION: &str = "there is no application yet; swyx-teams apply makes it";
const NOT_KNOWN: &str = "the secret that is kept where the settings say is none of the application's, so nothing can be removed in its favour";
const NOT_THERE: &str =
    "the new secret is not where it was put; both the old and the new one are valid, and nothing was removed";

fn undecided(secret: &SecretSeen) -> String {
    format!(
        "a secret was made before ({}, Secret ID {}) that is not where the settings say, and whose value somebody may have. If you have it, put it there; if it is lost, --new-secret makes another",
        secret.name.as_deref().unwrap_or_default(),
        secret.key_id
    )
}
