//! How the registered client secrets stand to the one that is kept: which one it is, which one it replaced, and which are left over.
//!
//! Control Center is told a new secret by hand, and nobody can ask it which one it has. So a secret counts as left over only where it
//! is certain that nobody ever got its value: it was made to replace the one that is still kept, and the place where secrets are kept
//! was not touched since; or it was made for the same purpose as the one that is kept, which two runs do only where one of them
//! broke off, or came too late. Where a secret is handed over instead of kept, a run that broke off may have shown it. Everything
//! else stays until a person says that Control Center has the secret that is kept.

use jiff::Timestamp;

use super::name::{Installation, SecretName};
use crate::settings::Secret;
use crate::tenant::SecretSeen;

/// The secret as it is kept where the settings say.
#[derive(Clone, Debug)]
pub struct Held {
    /// The secret.
    pub secret: Result<Secret, Absence>,
    /// Since when that place, empty or not, has been as it is, by Microsoft's clock; nothing if that cannot be told.
    pub since: Option<Timestamp>,
}

/// Why there is no secret to be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Absence {
    /// None is kept there.
    Empty,
    /// It may be kept there, but cannot be fetched from here: the reason.
    OutOfReach(String),
}

/// How the registered secrets stand to the one that is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing<'a> {
    /// The one that is kept.
    pub current: Option<&'a SecretSeen>,
    /// The one that it replaced, which Control Center may still have.
    pub replaced: Option<&'a SecretSeen>,
    /// Left over from runs that broke off: nobody ever got their values.
    pub left_over: Vec<&'a SecretSeen>,
    /// Others that were made for this installation, whose values somebody may have.
    pub others: Vec<&'a SecretSeen>,
}

/// How `secrets` stand to the one that is `held` for an installation.
pub fn standing<'a>(secrets: &'a [SecretSeen], held: &Held, installation: &Installation) -> Standing<'a> {
    let may_be_held = |secret: &&SecretSeen| secret.may_be_ours == Some(true);
    // Of several with the same first characters, which one of 200,000 pairs has, the newest that was made for this installation.
    let is_ours = |secret: &SecretSeen| name_of(secret).is_some_and(|name| name.is_of(installation));
    let current = secrets.iter().filter(may_be_held).max_by_key(|secret| (is_ours(secret), secret.begins));
    let name = current.and_then(name_of);
    let replaced = current.zip(name.as_ref()).and_then(|(current, name)| {
        secrets.iter().find(|secret| secret.key_id != current.key_id && name.replaces(secret.key_id))
    });
    let mut standing = Standing { current, replaced, ..Standing::default() };
    let is_told_apart = |secret: &&SecretSeen| !may_be_held(secret) && Some(*secret) != replaced;
    for secret in secrets.iter().filter(is_told_apart) {
        let Some(own) = name_of(secret).filter(|own| own.is_of(installation)) else { continue };
        let is_left_over = match (current, &name) {
            (Some(current), _) if own.replaces(current.key_id) => was_made_since(secret, held),
            (Some(current), Some(name)) => {
                own.is_of_run_of(name)
                    || (own.replaces_the_same_as(name)
                        && held.since.is_some()
                        && (was_made_before(secret, current) || was_made_since(secret, held)))
            }
            (Some(_), None) => false,
            (None, _) => was_made_since(secret, held),
        };
        if is_left_over { standing.left_over.push(secret) } else { standing.others.push(secret) }
    }
    standing
}

impl<'a> Standing<'a> {
    /// The newest secret that was made to replace the present one, or, where that one is not known, for the same purpose, and that is
    /// still valid: somebody may have its value.
    pub fn undecided(&self, now: Timestamp) -> Option<&'a SecretSeen> {
        let is_for_the_same = |secret: &&SecretSeen| {
            let replaces =
                |current: &SecretSeen| name_of(secret).is_some_and(|name| name.replaces(current.key_id));
            secret.ends > now && self.current.is_none_or(replaces)
        };
        self.others.iter().copied().filter(is_for_the_same).max_by_key(|secret| secret.begins)
    }
}

fn was_made_before(secret: &SecretSeen, other: &SecretSeen) -> bool {
    secret.begins.zip(other.begins).is_some_and(|(one, other)| one <= other)
}

/// Whether a secret was made after the last time that the place was touched where it would be kept.
fn was_made_since(secret: &SecretSeen, held: &Held) -> bool {
    secret.begins.zip(held.since).is_some_and(|(begins, since)| begins >= since)
}

/// The name of a secret, if provisioning gave it.
pub(super) fn name_of(secret: &SecretSeen) -> Option<SecretName> {
    secret.name.as_deref().and_then(SecretName::parse)
}
