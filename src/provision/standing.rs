//! How the registered client secrets stand to the one that is kept: which one it is, which one it replaced, and which are left over.
//!
//! Control Center is told a new secret by hand, and nobody can ask it which one it has. So a secret counts as left over only where it
//! is certain that nobody ever got its value: it was made to replace the one that is still kept, and the place where secrets are kept
//! was not touched since; or it was made for the same purpose as the one that is kept, which two runs do only where one of them
//! broke off, or came too late. Where a secret is handed over instead of kept, a run that broke off may have shown it. Everything
//! else stays until a person says that Control Center has the secret that is kept.

use jiff::Timestamp;

use super::name::{Installation, SecretName};
use crate::entra::snapshot::SecretSeen;
use crate::secret::Secret;

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
    pub(crate) fn undecided(&self, now: Timestamp) -> Option<&'a SecretSeen> {
        let is_for_the_same = |secret: &&SecretSeen| {
            let replaces =
                |current: &SecretSeen| name_of(secret).is_some_and(|name| name.replaces(current.key_id));
            secret.ends > now && self.current.is_none_or(replaces)
        };
        self.others.iter().copied().filter(is_for_the_same).max_by_key(|secret| secret.begins)
    }

    /// The newest secret that was made after the present one and is still valid: somebody may have its value, and Control Center too.
    pub fn newer(&self, now: Timestamp) -> Option<&'a SecretSeen> {
        let current = self.current?;
        let is_newer = |secret: &&SecretSeen| secret.ends > now && !was_made_before(secret, current);
        self.others.iter().copied().filter(is_newer).max_by_key(|secret| secret.begins)
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use uuid::Uuid;

    use super::*;

    fn installation(path: &str) -> Installation {
        Installation::new("SWYX01", Path::new(path))
    }

    fn at(minute: i32) -> Timestamp {
        format!("2026-03-01T12:{minute:02}:00Z").parse().expect("a time")
    }

    fn key(number: u32) -> Uuid {
        Uuid::from_u128(u128::from(number) << 96)
    }

    /// A secret that a run of the same number made at a minute.
    fn made(number: u32, after: Option<u32>, minute: i32) -> SecretSeen {
        of_run(number, number, after, minute)
    }

    fn of_run(number: u32, run: u32, after: Option<u32>, minute: i32) -> SecretSeen {
        let name = SecretName::new(&installation("/a.toml"), key(run), at(minute), after.map(key));
        named(number, &name.to_string(), minute)
    }

    fn named(number: u32, name: &str, minute: i32) -> SecretSeen {
        SecretSeen {
            key_id: key(number),
            name: Some(name.to_owned()),
            begins: Some(at(minute)),
            ends: "2026-09-01T00:00:00Z".parse().expect("a time"),
            may_be_ours: Some(false),
        }
    }

    fn kept(secret: SecretSeen) -> SecretSeen {
        SecretSeen { may_be_ours: Some(true), ..secret }
    }

    fn held(since: Option<i32>) -> Held {
        Held { secret: Ok(Secret::new("Abc8Q~")), since: since.map(at) }
    }

    /// The numbers of the present one, the one it replaced, those left over, and the others.
    type Numbers = (Option<u32>, Option<u32>, Vec<u32>, Vec<u32>);

    fn numbers(secrets: &[SecretSeen], held: &Held) -> Numbers {
        let number = |secret: &SecretSeen| secret.key_id.as_fields().0;
        let standing = standing(secrets, held, &installation("/a.toml"));
        let all = |secrets: Vec<&SecretSeen>| secrets.into_iter().map(number).collect::<Vec<_>>();
        let Standing { current, replaced, left_over, others } = standing;
        (current.map(number), replaced.map(number), all(left_over), all(others))
    }

    #[test]
    fn what_was_made_in_the_place_of_the_one_that_was_kept_ever_since_is_left_over() {
        let secrets = [kept(made(1, None, 0)), made(2, Some(1), 30)];
        assert_eq!(numbers(&secrets, &held(Some(1))), (Some(1), None, vec![2], vec![]));
    }

    /// It was kept, typed into Control Center, and then the file was put back.
    #[test]
    fn what_was_made_before_the_place_was_touched_may_be_in_use() {
        let secrets = [kept(made(1, None, 0)), made(2, Some(1), 30)];
        assert_eq!(numbers(&secrets, &held(Some(40))), (Some(1), None, vec![], vec![2]));
        assert_eq!(numbers(&secrets, &held(None)), (Some(1), None, vec![], vec![2]));
        let standing = standing(&secrets, &held(Some(40)), &installation("/a.toml"));
        assert_eq!(standing.undecided(at(50)), Some(&secrets[1]));
        assert_eq!(standing.undecided(secrets[1].ends), None);
    }

    #[test]
    fn the_one_that_was_replaced_stays_whatever_it_is_called() {
        for first in [made(1, None, 0), named(1, "SwyxServer", 0)] {
            let secrets = [first, kept(made(2, Some(1), 30)), named(3, "backup", 0)];
            assert_eq!(numbers(&secrets, &held(Some(31))), (Some(2), Some(1), vec![], vec![]));
        }
    }

    #[test]
    fn of_two_for_the_same_purpose_the_one_that_nobody_can_have_kept_is_left_over() {
        for (minute, since, is_left_over) in [
            // The run that made it was killed, and the next one did not see it.
            (20, Some(31), true),
            // It came too late, when the other was kept already.
            (40, Some(31), true),
            // It may have been kept in between, before the other one was put back.
            (40, Some(50), false),
            // A run that hands secrets over may have shown it before it was killed.
            (20, None, false),
        ] {
            let secrets = [named(1, "old", 0), kept(made(2, Some(1), 30)), made(3, Some(1), minute)];
            let (_, replaced, left_over, others) = numbers(&secrets, &held(since));
            assert_eq!((replaced, left_over == [3], others == [3]), (Some(1), is_left_over, !is_left_over));
        }
        // The secret before it in time, made for another purpose.
        let secrets = [made(1, None, 0), kept(made(2, Some(9), 30))];
        assert_eq!(numbers(&secrets, &held(Some(31))), (Some(2), None, vec![], vec![1]));
    }

    #[test]
    fn what_the_run_of_the_kept_one_made_besides_is_left_over() {
        let secrets = [kept(made(1, Some(9), 30)), of_run(2, 1, Some(9), 29)];
        assert_eq!(numbers(&secrets, &held(None)), (Some(1), None, vec![2], vec![]));
    }

    #[test]
    fn where_none_is_known_the_age_of_the_place_decides() {
        let secrets = [made(1, None, 10), made(2, None, 30), named(3, "SwyxServer", 30)];
        assert_eq!(numbers(&secrets, &held(Some(20))), (None, None, vec![2], vec![1]));
        assert_eq!(numbers(&secrets, &held(None)), (None, None, vec![], vec![1, 2]));
        let standing = standing(&secrets, &held(None), &installation("/a.toml"));
        assert_eq!(standing.undecided(at(40)), Some(&secrets[1]));
    }

    #[test]
    fn beside_a_kept_one_of_another_name_only_what_replaces_it_is_judged() {
        let secrets = [kept(named(1, "SwyxServer", 0)), made(2, Some(1), 30), made(3, None, 30)];
        assert_eq!(numbers(&secrets, &held(Some(10))), (Some(1), None, vec![2], vec![3]));
    }

    #[test]
    fn what_was_made_for_another_settings_file_is_nobodys_business() {
        let of_another = SecretName::new(&installation("/b.toml"), key(2), at(30), Some(key(1)));
        let secrets = [kept(made(1, None, 0)), named(2, &of_another.to_string(), 30)];
        assert_eq!(numbers(&secrets, &held(Some(1))), (Some(1), None, vec![], vec![]));
    }

    #[test]
    fn of_several_with_the_same_first_characters_ours_counts_then_the_newest() {
        let secrets = [kept(made(1, None, 0)), kept(made(2, Some(1), 10)), kept(named(3, "backup", 30))];
        assert_eq!(numbers(&secrets, &held(Some(11))), (Some(2), Some(1), vec![], vec![]));
    }
}
