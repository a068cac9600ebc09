//! Classifies the registered client secrets relative to the stored one: the current one, the replaced one, and the orphans.
//!
//! An administrator enters a new secret in Control Center, and no API shows which one it has. So a secret counts as an orphan only if
//! its value cannot be in use. Either it was created to replace the secret that is still stored, and the place of secrets was unchanged
//! since. Or it has the same purpose as the stored one, which only happens if one of two runs was interrupted or came too late. A
//! handed-over secret may have been shown by an interrupted run. All other secrets stay until an administrator confirms that Control Center
//! has the stored one.

use jiff::Timestamp;

use super::name::{Installation, SecretName};
use crate::entra::snapshot::SecretSeen;
use crate::secret::Secret;

/// The secret in the place that the settings name.
#[derive(Clone, Debug)]
pub struct StoredSecret {
    /// The secret.
    pub secret: Result<Secret, Absence>,
    /// Since when that place, empty or not, has been unchanged, by Microsoft's clock; `None` if unknown.
    pub since: Option<Timestamp>,
}

/// Why no secret is available.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Absence {
    /// None is stored there.
    Empty,
    /// It may be stored there, but cannot be fetched from here: the reason.
    OutOfReach(String),
}

/// The registered secrets relative to the stored one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecretClassification<'a> {
    /// The stored one. If several may be it, the most likely one; see [`list_candidates`].
    pub current: Option<&'a SecretSeen>,
    /// The one that it replaced, which Control Center may still have.
    pub replaced: Option<&'a SecretSeen>,
    /// The replaced one, the one that this one replaced, and so on, as far as the names of this installation's secrets say it. Only the
    /// last one can be a secret that this installation did not create.
    pub predecessors: Vec<&'a SecretSeen>,
    /// Orphans of interrupted runs: their values cannot be in use.
    pub left_over: Vec<&'a SecretSeen>,
    /// Other secrets of this installation whose values may be in use.
    pub others: Vec<&'a SecretSeen>,
}

/// The secrets that may be the stored one, if it is uncertain which one is: several begin with the same characters, which is all that
/// Graph shows of a secret.
pub fn list_candidates(secrets: &[SecretSeen]) -> Vec<&SecretSeen> {
    let all = secrets.iter().filter(|secret| secret.may_be_ours == Some(true)).collect::<Vec<_>>();
    if all.len() > 1 { all } else { Vec::new() }
}

/// Classifies `secrets` relative to the stored one, `stored`, of an installation.
pub fn classify<'a>(
    secrets: &'a [SecretSeen],
    stored: &StoredSecret,
    installation: &Installation,
) -> SecretClassification<'a> {
    let may_be_held = |secret: &&SecretSeen| secret.may_be_ours == Some(true);
    // Among secrets with the same hint, which one of 200,000 pairs has, the newest of this installation.
    let is_ours = |secret: &SecretSeen| name_of(secret).is_some_and(|name| name.is_of(installation));
    let current = secrets.iter().filter(may_be_held).max_by_key(|secret| (is_ours(secret), secret.begins));
    let name = current.and_then(name_of);
    let predecessors = list_predecessors(secrets, current, installation);
    let replaced = predecessors.first().copied();
    let mut classified =
        SecretClassification { current, replaced, predecessors, ..SecretClassification::default() };
    // Unless it is certain which one is stored, it is also unknown which values cannot be in use.
    let is_certain = secrets.iter().filter(may_be_held).count() <= 1;
    let is_told_apart = |secret: &&SecretSeen| !may_be_held(secret) && Some(*secret) != replaced;
    for secret in secrets.iter().filter(is_told_apart) {
        let Some(own) = name_of(secret).filter(|own| own.is_of(installation)) else { continue };
        let is_left_over = match (current, &name) {
            (Some(current), _) if own.replaces(current.key_id) => was_made_since(secret, stored),
            (Some(current), Some(name)) => {
                own.is_of_run_of(name)
                    || (own.replaces_the_same_as(name)
                        && stored.since.is_some()
                        && (was_made_before(secret, current) || was_made_since(secret, stored)))
            }
            (Some(_), None) => false,
            (None, _) => was_made_since(secret, stored),
        };
        if is_left_over && is_certain {
            classified.left_over.push(secret)
        } else {
            classified.others.push(secret)
        }
    }
    classified
}

/// Follows the names from the secret `current` to the ones that were replaced. A name that this installation did not give proves nothing.
fn list_predecessors<'a>(
    secrets: &'a [SecretSeen],
    current: Option<&'a SecretSeen>,
    installation: &Installation,
) -> Vec<&'a SecretSeen> {
    let mut found = Vec::new();
    let mut last = current;
    while let Some(name) = last.and_then(name_of).filter(|name| name.is_of(installation)) {
        let is_known = |secret: &&SecretSeen| Some(*secret) == current || found.contains(secret);
        last = secrets.iter().find(|secret| name.replaces(secret.key_id)).filter(|secret| !is_known(secret));
        found.extend(last);
    }
    found
}

impl<'a> SecretClassification<'a> {
    /// The secrets that can be removed once everything uses the current one: all others of this installation, and its predecessors. A
    /// secret of another system is among them only if a secret of this installation names it as the one that it replaced.
    /// `and_current` adds the current one, for a run that has just replaced it. The oldest comes first: if the run is interrupted, the
    /// names of the others still lead to the rest.
    pub(crate) fn older(&self, and_current: bool) -> Vec<&'a SecretSeen> {
        let current = self.current.filter(|_| and_current);
        let others = self.left_over.iter().chain(&self.others).copied();
        let others = others.filter(|secret| !self.predecessors.contains(secret));
        self.predecessors.iter().rev().copied().chain(current).chain(others).collect()
    }

    /// The newest valid secret that replaces the current one or, if that one is unknown, has the same purpose: an administrator may have its
    /// value.
    pub(crate) fn undecided(&self, now: Timestamp) -> Option<&'a SecretSeen> {
        let is_for_the_same = |secret: &&SecretSeen| {
            let replaces =
                |current: &SecretSeen| name_of(secret).is_some_and(|name| name.replaces(current.key_id));
            secret.ends > now && self.current.is_none_or(replaces)
        };
        self.others.iter().copied().filter(is_for_the_same).max_by_key(|secret| secret.begins)
    }

    /// The newest valid secret that was created after the current one: an administrator or Control Center may have its value.
    pub fn newer(&self, now: Timestamp) -> Option<&'a SecretSeen> {
        let current = self.current?;
        let is_newer = |secret: &&SecretSeen| secret.ends > now && !was_made_before(secret, current);
        self.others.iter().copied().filter(is_newer).max_by_key(|secret| secret.begins)
    }
}

fn was_made_before(secret: &SecretSeen, other: &SecretSeen) -> bool {
    secret.begins.zip(other.begins).is_some_and(|(one, other)| one <= other)
}

/// Whether a secret was created after the last change of the place where it would be stored.
fn was_made_since(secret: &SecretSeen, stored: &StoredSecret) -> bool {
    secret.begins.zip(stored.since).is_some_and(|(begins, since)| begins >= since)
}

/// The name of a secret, if provisioning created it.
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

    /// A secret that a run of the same number created at a minute.
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

    fn stored(since: Option<i32>) -> StoredSecret {
        StoredSecret { secret: Ok(Secret::new("Abc8Q~")), since: since.map(at) }
    }

    /// The numbers of the current one, the replaced one, the orphans, and the others.
    type Numbers = (Option<u32>, Option<u32>, Vec<u32>, Vec<u32>);

    fn numbers(secrets: &[SecretSeen], stored: &StoredSecret) -> Numbers {
        let number = |secret: &SecretSeen| secret.key_id.as_fields().0;
        let classified = classify(secrets, stored, &installation("/a.toml"));
        let all = |secrets: Vec<&SecretSeen>| secrets.into_iter().map(number).collect::<Vec<_>>();
        let SecretClassification { current, replaced, left_over, others, .. } = classified;
        (current.map(number), replaced.map(number), all(left_over), all(others))
    }

    #[test]
    fn unused_successor_of_the_stored_secret_is_an_orphan() {
        let secrets = [kept(made(1, None, 0)), made(2, Some(1), 30)];
        assert_eq!(numbers(&secrets, &stored(Some(1))), (Some(1), None, vec![2], vec![]));
    }

    /// It was stored, entered in Control Center, and then the file was restored.
    #[test]
    fn successor_older_than_the_last_store_is_undecided() {
        let secrets = [kept(made(1, None, 0)), made(2, Some(1), 30)];
        assert_eq!(numbers(&secrets, &stored(Some(40))), (Some(1), None, vec![], vec![2]));
        assert_eq!(numbers(&secrets, &stored(None)), (Some(1), None, vec![], vec![2]));
        let classified = classify(&secrets, &stored(Some(40)), &installation("/a.toml"));
        assert_eq!(classified.undecided(at(50)), Some(&secrets[1]));
        assert_eq!(classified.undecided(secrets[1].ends), None);
    }

    #[test]
    fn predecessor_of_the_stored_secret_is_not_an_orphan() {
        for first in [made(1, None, 0), named(1, "SwyxServer", 0)] {
            let secrets = [first, kept(made(2, Some(1), 30)), named(3, "backup", 0)];
            assert_eq!(numbers(&secrets, &stored(Some(31))), (Some(2), Some(1), vec![], vec![]));
        }
    }

    #[test]
    fn sibling_is_an_orphan_only_if_it_was_never_stored() {
        for (minute, since, is_left_over) in [
            // The run that created it was killed, and the next one did not see it.
            (20, Some(31), true),
            // It came too late, after the other one was stored.
            (40, Some(31), true),
            // It may have been stored in between, before the other one was restored.
            (40, Some(50), false),
            // A run with a hand-over may have shown it before it was killed.
            (20, None, false),
        ] {
            let secrets = [named(1, "old", 0), kept(made(2, Some(1), 30)), made(3, Some(1), minute)];
            let (_, replaced, left_over, others) = numbers(&secrets, &stored(since));
            assert_eq!((replaced, left_over == [3], others == [3]), (Some(1), is_left_over, !is_left_over));
        }
        // The previous secret in time, created for another purpose.
        let secrets = [made(1, None, 0), kept(made(2, Some(9), 30))];
        assert_eq!(numbers(&secrets, &stored(Some(31))), (Some(2), None, vec![], vec![1]));
    }

    #[test]
    fn other_secret_of_the_same_run_is_an_orphan() {
        let secrets = [kept(made(1, Some(9), 30)), of_run(2, 1, Some(9), 29)];
        assert_eq!(numbers(&secrets, &stored(None)), (Some(1), None, vec![2], vec![]));
    }

    #[test]
    fn unknown_stored_secret_is_judged_by_the_store_time() {
        let secrets = [made(1, None, 10), made(2, None, 30), named(3, "SwyxServer", 30)];
        assert_eq!(numbers(&secrets, &stored(Some(20))), (None, None, vec![2], vec![1]));
        assert_eq!(numbers(&secrets, &stored(None)), (None, None, vec![], vec![1, 2]));
        let classified = classify(&secrets, &stored(None), &installation("/a.toml"));
        assert_eq!(classified.undecided(at(40)), Some(&secrets[1]));
    }

    #[test]
    fn only_successors_of_a_foreign_stored_secret_are_classified() {
        let secrets = [kept(named(1, "SwyxServer", 0)), made(2, Some(1), 30), made(3, None, 30)];
        assert_eq!(numbers(&secrets, &stored(Some(10))), (Some(1), None, vec![2], vec![3]));
    }

    #[test]
    fn secrets_of_other_settings_files_are_ignored() {
        let of_another = SecretName::new(&installation("/b.toml"), key(2), at(30), Some(key(1)));
        let secrets = [kept(made(1, None, 0)), named(2, &of_another.to_string(), 30)];
        assert_eq!(numbers(&secrets, &stored(Some(1))), (Some(1), None, vec![], vec![]));
    }

    #[test]
    fn predecessors_end_with_the_first_secret_of_another_system() {
        let of_another = SecretName::new(&installation("/b.toml"), key(2), at(10), Some(key(1)));
        let secrets = [
            named(1, "SwyxServer", 0),
            named(2, &of_another.to_string(), 10),
            made(3, Some(2), 20),
            kept(made(4, Some(3), 30)),
        ];
        let predecessors = |secrets: &[SecretSeen]| {
            let classified = classify(secrets, &stored(Some(31)), &installation("/a.toml"));
            classified.predecessors.iter().map(|one| one.key_id.as_fields().0).collect::<Vec<_>>()
        };
        assert_eq!(predecessors(&secrets), [3, 2]);
        // The stored one was created for another settings file: its name proves nothing here.
        assert_eq!(predecessors(&[secrets[0].clone(), kept(secrets[1].clone())]), Vec::<u32>::new());
        // Names that lead in a circle.
        assert_eq!(predecessors(&[made(1, Some(2), 0), kept(made(2, Some(1), 10))]), [1]);
    }

    #[test]
    fn ambiguous_hint_selects_the_newest_own_secret() {
        let secrets = [kept(made(1, None, 0)), kept(made(2, Some(1), 10)), kept(named(3, "backup", 30))];
        assert_eq!(numbers(&secrets, &stored(Some(11))), (Some(2), Some(1), vec![], vec![]));
        assert_eq!(list_candidates(&secrets).len(), 3);
        assert!(list_candidates(&secrets[..1]).is_empty());
    }

    #[test]
    fn nothing_is_left_over_if_it_is_uncertain_which_one_is_stored() {
        let secrets = [kept(made(1, None, 0)), made(2, Some(1), 30), kept(named(3, "backup", 0))];
        assert_eq!(numbers(&secrets, &stored(Some(1))), (Some(1), None, vec![], vec![2]));
    }
}
