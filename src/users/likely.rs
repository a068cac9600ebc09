//! Finds the probable Teams user of an unmatched Swyx user. This is only a hint: it never causes a match.
//!
//! The order is: an address that looks the same, the same part before the @, the same name, an address with one typo. An ambiguous
//! candidate is no hint. Runs in about linear time because both lists may have 100,000 users.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::finding::{Likely, Reason};
use super::index::Index;
use super::spelling::{folded, local_part, skeleton};
use crate::entra::graph::TeamsUser;
use crate::swyx::SwyxUser;

/// With more unmatched Swyx users than this, the cause is not a typo.
const MAX_UNMATCHED_FOR_TYPOS: usize = 1_000;
/// A shorter part before the @ is similar to too many others.
const MIN_LEN: usize = 4;
/// Longer parts are not searched for typos: RFC 5321 allows at most 64 octets (section 4.5.3.1.1).
const MAX_LEN: usize = 64;

/// The candidates among the Teams users.
pub(super) struct Candidates<'a> {
    teams: &'a [TeamsUser],
    looks: Index<'a>,
    locals: Index<'a>,
    names: Index<'a>,
    slips: HashMap<usize, Option<usize>>,
}

impl<'a> Candidates<'a> {
    /// The candidates for the Swyx users at `unmatched`, in ascending order; `is_free` says whether a Teams user is unmatched.
    pub(super) fn new(
        swyx: &[SwyxUser],
        unmatched: &[usize],
        teams: &'a [TeamsUser],
        is_free: impl Fn(usize) -> bool,
    ) -> Self {
        let addresses = |place: usize| addresses(teams, place).map(move |address| (address, place));
        let all = || 0..if unmatched.is_empty() { 0 } else { teams.len() };
        let free = || all().filter(|place| is_free(*place));
        let name = |place: usize| (teams.get(place).map(|user| folded(user.name.trim())), place);
        let looks = all().flat_map(addresses).map(|(text, place)| (look(text), place));
        let locals = free().flat_map(addresses).map(|(text, place)| (local(text), place));
        let names = free().map(name).map(|(text, place)| (text.unwrap_or_default(), place));
        Self {
            teams,
            looks: Index::new(looks),
            locals: Index::new(locals),
            names: Index::new(names),
            slips: slips(swyx, unmatched, free().flat_map(addresses)),
        }
    }

    /// The probable Teams user of `user`, the Swyx user at `place`.
    pub(super) fn of(&self, place: usize, user: &SwyxUser) -> Option<Likely> {
        let found = |reason, teams: Option<usize>| teams.map(|teams| Likely { teams, reason });
        let address = user.email.as_deref().map(folded).unwrap_or_default();
        let by_look = || found(Reason::LooksTheSame, self.looks.only(&skeleton(&address)));
        let by_local = || found(Reason::SameLocalPart, self.locals.only(local_part(&address)));
        let by_name = || found(Reason::SameName, self.names.only(&folded(user.name.trim())));
        let by_slip = || found(Reason::OneSlip, self.slips.get(&place).copied().flatten());
        by_look().or_else(by_local).or_else(by_name).or_else(by_slip)
    }

    /// The address of a Teams user that looks like `address`.
    pub(super) fn twin(&self, teams: usize, address: &str) -> Option<Cow<'a, str>> {
        let look = skeleton(address);
        addresses(self.teams, teams).find(|other| skeleton(other) == look)
    }
}

/// The folded addresses of a Teams user.
fn addresses(teams: &[TeamsUser], place: usize) -> impl Iterator<Item = Cow<'_, str>> {
    let user = teams.get(place);
    let all = user.map(|user| &user.upn).into_iter().chain(user.and_then(|user| user.mail.as_ref()));
    all.map(|address| folded(address))
}

fn look(address: Cow<'_, str>) -> Cow<'_, str> {
    match address {
        Cow::Borrowed(address) => skeleton(address),
        Cow::Owned(address) => skeleton(&address).into_owned().into(),
    }
}

fn local(address: Cow<'_, str>) -> Cow<'_, str> {
    match address {
        Cow::Borrowed(address) => local_part(address).into(),
        Cow::Owned(address) => local_part(&address).to_owned().into(),
    }
}

/// The only Teams user that differs by one typo from each Swyx user, if there is one: `None` means several.
///
/// Two words differ by one typo if a letter is additional, missing or wrong, or if two letters are swapped. Such words become equal when
/// the right letter, or none, is removed from each. So these forms are looked up and then compared.
fn slips<'a>(
    swyx: &[SwyxUser],
    unmatched: &[usize],
    teams: impl Iterator<Item = (Cow<'a, str>, usize)>,
) -> HashMap<usize, Option<usize>> {
    let mut found = HashMap::new();
    if unmatched.len() > MAX_UNMATCHED_FOR_TYPOS {
        return found;
    }
    let mut forms: HashMap<u64, Vec<(usize, String)>> = HashMap::new();
    for place in unmatched {
        let address = swyx.get(*place).and_then(|user| user.email.as_deref()).map(folded).unwrap_or_default();
        for form in shortened(local_part(&address)) {
            forms.entry(form).or_default().push((*place, local_part(&address).to_owned()));
        }
    }
    if forms.is_empty() {
        return found;
    }
    for (address, teams) in teams {
        let local = local_part(&address);
        for (place, word) in shortened(local).filter_map(|form| forms.get(&form)).flatten() {
            if strsim::damerau_levenshtein(word, local) == 1 {
                let kept = found.entry(*place).or_insert(Some(teams));
                *kept = kept.filter(|kept| *kept == teams);
            }
        }
    }
    found
}

/// The hashes of the word and of the word without each of its letters.
fn shortened(word: &str) -> impl Iterator<Item = u64> {
    let count = word.chars().count();
    let gaps = (MIN_LEN..=MAX_LEN).contains(&count).then_some(0..=count);
    gaps.into_iter().flatten().map(move |gap| {
        let mut hasher = DefaultHasher::new();
        word.chars().enumerate().filter(|(at, _)| *at != gap).for_each(|(_, c)| c.hash(&mut hasher));
        hasher.finish()
    })
}
