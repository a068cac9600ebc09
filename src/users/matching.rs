//! Matches users by override, otherwise by e-mail address as account name, otherwise by e-mail address as mail address. Never guesses.
//!
//! The vendor's key is the account name: a Swyx user's e-mail address must be the user's account name in Teams
//! (<https://help.enreach.com/controlcenter/14.10/web/Swyx/en-US/help/chap_serverconfiguration.06.34.html>). Ambiguous users (two users
//! with one address, one account for two users) are not matched: the status of the wrong person is worse than none.

use std::collections::HashMap;

use super::finding::{Finding, FindingKind, Likely, Note, OverrideFault, Reason};
use super::index::Index;
use super::likely::Candidates;
use super::pair::{By, Pair};
use super::spelling::{deceptive, folded};
use crate::entra::graph::TeamsUser;
use crate::swyx::SwyxUser;

/// The result of matching.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Matching {
    /// The pairs, in the order of the Swyx users; no user is in two of them.
    pub pairs: Vec<Pair>,
    /// The findings, most severe first.
    pub findings: Vec<Finding>,
    /// The number of Swyx users left out because they are not activated.
    pub disabled: usize,
}

/// Matches the Swyx users to the Teams users. `overrides` are those of the settings: a Swyx user's id or name, and a Teams account's name
/// or mail address. Positions in the result refer to the given lists. Takes about linear time.
pub fn match_users(swyx: &[SwyxUser], teams: &[TeamsUser], overrides: &[(String, String)]) -> Matching {
    let mut matcher = Matcher::new(swyx, teams);
    for (entry, (name, account)) in overrides.iter().enumerate() {
        matcher.follow(entry, name, account);
    }
    matcher.match_addresses();
    matcher.drop_double_claims();
    matcher.judge_pairs();
    matcher.compare_names();
    matcher.look_for_likely();
    matcher.finish()
}

/// The match state of a Swyx user.
#[derive(Clone, Copy, PartialEq, Eq)]
enum MatchState {
    Open,
    /// Matched, or the reason against it is already noted.
    Settled,
}

struct Matcher<'a> {
    swyx: &'a [SwyxUser],
    teams: &'a [TeamsUser],
    account_names: Index<'a>,
    mails: Index<'a>,
    emails: Index<'a>,
    /// One state for each Swyx user.
    states: Vec<MatchState>,
    pairs: Vec<Pair>,
    /// The override of each Swyx user with one.
    overridden: HashMap<usize, usize>,
    findings: Vec<Finding>,
}

impl<'a> Matcher<'a> {
    fn new(swyx: &'a [SwyxUser], teams: &'a [TeamsUser]) -> Self {
        let enabled = swyx.iter().enumerate().filter(|(_, user)| user.enabled);
        let mails = teams.iter().enumerate();
        Self {
            swyx,
            teams,
            account_names: Index::new(
                teams.iter().enumerate().map(|(place, user)| (folded(&user.upn), place)),
            ),
            mails: Index::new(mails.filter_map(|(place, user)| Some((folded(user.mail.as_deref()?), place)))),
            emails: Index::new(enabled.filter_map(|(place, user)| Some((folded(email(user)?), place)))),
            states: swyx
                .iter()
                .map(|user| if user.enabled { MatchState::Open } else { MatchState::Settled })
                .collect(),
            pairs: Vec::new(),
            overridden: HashMap::new(),
            findings: Vec::new(),
        }
    }

    fn note(&mut self, kind: FindingKind, swyx: &[usize], teams: &[usize], note: Note) {
        self.findings.push(Finding::new(kind, swyx, teams, note));
    }

    /// Applies an override.
    fn follow(&mut self, entry: usize, name: &str, account: &str) {
        let note = |fault| Note::Override(entry, fault);
        let users = self.named(name);
        let swyx = match users.as_slice() {
            [] => {
                let fault = note(OverrideFault::NoSwyxUser);
                return self.note(FindingKind::OVERRIDE_UNKNOWN, &[], &[], fault);
            }
            [one] => *one,
            several => {
                let fault = note(OverrideFault::SeveralSwyxUsers);
                return self.note(FindingKind::OVERRIDE_AMBIGUOUS, several, &[], fault);
            }
        };
        if self.swyx.get(swyx).is_some_and(|user| !user.enabled) {
            let fault = note(OverrideFault::Disabled);
            return self.note(FindingKind::OVERRIDE_NEEDLESS, &[swyx], &[], fault);
        }
        if let Some(earlier) = self.overridden.insert(swyx, entry) {
            self.overridden.insert(swyx, earlier);
            let fault = note(OverrideFault::Repeats(earlier));
            return self.note(FindingKind::OVERRIDE_AMBIGUOUS, &[swyx], &[], fault);
        }
        // If an override matches nobody, do not fall back to e-mail: it could pick the wrong person.
        self.settle(swyx);
        let found = self.accounts(account);
        match found.as_slice() {
            [] => {
                let fault = note(OverrideFault::NoTeamsUser);
                self.note(FindingKind::OVERRIDE_UNKNOWN, &[swyx], &[], fault);
            }
            [(teams, _)] => self.pairs.push(Pair { swyx, teams: *teams, by: By::Override }),
            _ => {
                let teams = found.iter().map(|(teams, _)| *teams).collect::<Vec<_>>();
                let fault = note(OverrideFault::SeveralTeamsUsers);
                self.note(FindingKind::OVERRIDE_AMBIGUOUS, &[swyx], &teams, fault);
            }
        }
    }

    /// The Swyx users with this id, otherwise with this name. If any of them is activated, only the activated ones.
    fn named(&self, name: &str) -> Vec<usize> {
        let wanted = folded(name.trim());
        let all = || self.swyx.iter().enumerate();
        let mut found =
            all().filter(|(_, user)| *user.id == *name).map(|(place, _)| place).collect::<Vec<_>>();
        if found.is_empty() {
            let same = all().filter(|(_, user)| folded(user.name.trim()) == wanted);
            found = same.map(|(place, _)| place).collect();
        }
        let is_enabled = |place: &usize| self.swyx.get(*place).is_some_and(|user| user.enabled);
        if found.iter().any(is_enabled) {
            found.retain(is_enabled);
        }
        found
    }

    /// The Teams users with this account name, otherwise with this mail address.
    fn accounts(&self, address: &str) -> Vec<(usize, By)> {
        let address = folded(address);
        let by_name = self.account_names.find(&address).map(|teams| (teams, By::AccountName));
        let by_name = by_name.collect::<Vec<_>>();
        if !by_name.is_empty() {
            return by_name;
        }
        self.mails.find(&address).map(|teams| (teams, By::Mail)).collect()
    }

    /// Matches the users without an override by address.
    fn match_addresses(&mut self) {
        for (swyx, user) in self.swyx.iter().enumerate() {
            if self.is_settled(swyx) {
                continue;
            }
            let Some(email) = email(user) else { continue };
            let mut sharing = self.emails.find(&folded(email)).collect::<Vec<_>>();
            sharing.retain(|one| !self.overridden.contains_key(one));
            if sharing.len() > 1 {
                sharing.iter().for_each(|one| self.settle(*one));
                self.note(FindingKind::DUPLICATE_EMAIL, &sharing, &[], Note::Nothing);
                continue;
            }
            let found = self.accounts(email);
            match found.as_slice() {
                [] => continue,
                [(teams, by)] => self.pairs.push(Pair { swyx, teams: *teams, by: *by }),
                _ => {
                    let teams = found.iter().map(|(teams, _)| *teams).collect::<Vec<_>>();
                    self.note(FindingKind::AMBIGUOUS_MAIL, &[swyx], &teams, Note::Nothing);
                }
            }
            self.settle(swyx);
        }
    }

    /// Removes an account from all users that claim it, except the only one that has it by an override.
    fn drop_double_claims(&mut self) {
        let mut pairs = std::mem::take(&mut self.pairs);
        pairs.sort_unstable_by_key(|pair| (pair.teams, pair.swyx));
        for claims in pairs.chunk_by(|one, other| one.teams == other.teams) {
            let mut by_override = claims.iter().filter(|claim| claim.by == By::Override);
            match (claims, by_override.next(), by_override.next()) {
                ([only], ..) | (_, Some(only), None) => self.pairs.push(*only),
                _ => {}
            }
            if let [first, _, ..] = claims {
                let swyx = claims.iter().map(|claim| claim.swyx).collect::<Vec<_>>();
                self.note(FindingKind::ACCOUNT_TWICE, &swyx, &[first.teams], Note::Nothing);
            }
        }
        self.pairs.sort_unstable_by_key(|pair| pair.swyx);
    }

    /// Notes the problems of pairs.
    fn judge_pairs(&mut self) {
        let mut findings = Vec::new();
        for Pair { swyx, teams, by } in &self.pairs {
            let (Some(user), Some(account)) = (self.swyx.get(*swyx), self.teams.get(*teams)) else {
                continue;
            };
            let (swyx, teams) = (*swyx, *teams);
            let address = match by {
                By::Override => {
                    let is_alone = |email: &str| self.emails.only(&folded(email)).is_some();
                    let by_itself =
                        email(user).filter(|email| is_alone(email)).map(|email| self.accounts(email));
                    if let (Some([(same, _)]), Some(entry)) =
                        (by_itself.as_deref(), self.overridden.get(&swyx))
                        && *same == teams
                    {
                        let note = Note::Override(*entry, OverrideFault::Redundant);
                        findings.push(Finding::new(FindingKind::OVERRIDE_NEEDLESS, &[swyx], &[teams], note));
                    }
                    continue;
                }
                By::AccountName => Some(&account.upn),
                By::Mail => {
                    findings.push(Finding::new(FindingKind::UPN_DIFFERS, &[swyx], &[teams], Note::Nothing));
                    account.mail.as_ref()
                }
            };
            if address.is_some_and(|address| email(user) != Some(address)) {
                let note = Note::MatchedBy(*by);
                findings.push(Finding::new(FindingKind::SPELLING_DIFFERS, &[swyx], &[teams], note));
            }
        }
        self.findings.append(&mut findings);
    }

    /// Notes matches by address whose account has the name of another Swyx user: the addresses may be swapped.
    fn compare_names(&mut self) {
        let name = |user: &'a SwyxUser| folded(user.name.trim());
        let enabled = self.swyx.iter().enumerate().filter(|(_, user)| user.enabled);
        let names = Index::new(enabled.map(|(place, user)| (name(user), place)));
        let by_address = self.pairs.iter().filter(|pair| pair.by != By::Override);
        let suspicious = by_address.filter(|pair| {
            let (user, account) = (self.swyx.get(pair.swyx), self.teams.get(pair.teams));
            let (user, account) = (user.map(name), account.map(|account| folded(account.name.trim())));
            user != account && account.is_some_and(|account| names.find(&account).next().is_some())
        });
        let finding = |pair: &Pair| {
            Finding::new(FindingKind::NAME_OF_ANOTHER, &[pair.swyx], &[pair.teams], Note::Nothing)
        };
        self.findings.extend(suspicious.map(finding).collect::<Vec<_>>());
    }

    /// Notes the remaining users, each with the likely match.
    fn look_for_likely(&mut self) {
        let mut findings = Vec::new();
        let mut is_taken = vec![false; self.teams.len()];
        for pair in &self.pairs {
            if let Some(taken) = is_taken.get_mut(pair.teams) {
                *taken = true;
            }
        }
        let is_free = |place: usize| is_taken.get(place) == Some(&false);
        let open = (0..self.swyx.len()).filter(|place| !self.is_settled(*place)).collect::<Vec<_>>();
        let candidates = Candidates::new(self.swyx, &open, self.teams, is_free);
        for (swyx, user) in open.iter().filter_map(|place| Some((*place, self.swyx.get(*place)?))) {
            let likely = candidates.of(swyx, user);
            let note = likely.map_or(Note::Nothing, Note::Likely);
            let Some(email) = email(user) else {
                findings.push(Finding::new(FindingKind::NO_EMAIL, &[swyx], &[], note));
                continue;
            };
            if let Some(Likely { teams, reason: Reason::LooksTheSame }) = likely {
                let twin = candidates.twin(teams, &folded(email)).unwrap_or_default();
                let (ours, theirs) = (deceptive(email), deceptive(&twin));
                // A character on both sides is not deceptive.
                let differs = |c: &char| ours.contains(c) != theirs.contains(c);
                let characters = ours.iter().chain(&theirs).copied().filter(differs).collect::<Vec<_>>();
                if !characters.is_empty() {
                    let note = Note::Characters(characters);
                    findings.push(Finding::new(FindingKind::CONFUSABLE, &[swyx], &[teams], note));
                }
            }
            findings.push(Finding::new(FindingKind::UNMATCHED_SWYX, &[swyx], &[], note));
        }
        let free = (0..self.teams.len()).filter(|place| is_free(*place));
        let unmatched = |teams| Finding::new(FindingKind::UNMATCHED_TEAMS, &[], &[teams], Note::Nothing);
        findings.extend(free.map(unmatched));
        self.findings.append(&mut findings);
    }

    fn finish(mut self) -> Matching {
        // Stable: keeps the order of the lists within a kind.
        self.findings.sort_by_key(|finding| (std::cmp::Reverse(finding.kind().severity()), finding.kind()));
        let disabled = self.swyx.iter().filter(|user| !user.enabled).count();
        Matching { pairs: self.pairs, findings: self.findings, disabled }
    }

    fn is_settled(&self, swyx: usize) -> bool {
        self.states.get(swyx) == Some(&MatchState::Settled)
    }

    fn settle(&mut self, swyx: usize) {
        if let Some(state) = self.states.get_mut(swyx) {
            *state = MatchState::Settled;
        }
    }
}

/// The e-mail address, if there is one.
fn email(user: &SwyxUser) -> Option<&str> {
    user.email.as_deref().filter(|email| !email.trim().is_empty())
}

#[cfg(test)]
mod tests;
