//! Who is whom: by an override, else by the e-mail address as account name, else by it as mail address. Nothing is guessed.
//!
//! The vendor's key is the account name: a Swyx user's e-mail address has to be the user's account name in Teams
//! (<https://help.enreach.com/controlcenter/14.10/web/Swyx/en-US/help/chap_serverconfiguration.06.34.html>). Whoever cannot be told
//! from another (two users with one address, one account for two users) is not matched at all, for a status of the wrong person is
//! worse than none.

use std::collections::HashMap;

use super::finding::{Ambiguity, Finding, Likely, Reason, Side};
use super::index::Index;
use super::likely::Candidates;
use super::spelling::{deceptive, folded};
use crate::entra::graph::TeamsUser;
use crate::swyx::SwyxUser;

/// Who is whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matching {
    /// Those who are matched, in the order of the Swyx users; nobody is in two of them.
    pub pairs: Vec<Pair>,
    /// What is worth saying, the worst first.
    pub findings: Vec<Finding>,
    /// How many Swyx users are left out since they are not activated.
    pub disabled: usize,
}

/// One person on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The place in the list of Swyx users.
    pub swyx: usize,
    /// The place in the list of Teams users.
    pub teams: usize,
    /// What they were matched by.
    pub by: By,
}

/// What a pair was matched by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A `[[user]]` of the settings.
    Override,
    /// The e-mail address is the account name (`userPrincipalName`).
    AccountName,
    /// The e-mail address is the mail address (`mail`), and nobody's account name.
    Mail,
}

impl By {
    /// Its word in JSON and CSV; stable.
    pub fn id(self) -> &'static str {
        match self {
            Self::Override => "override",
            Self::AccountName => "account-name",
            Self::Mail => "mail",
        }
    }
}

/// Matches the Swyx users with the Teams users. `overrides` are those of the settings: a Swyx user's id or name, and a Teams account's
/// name or mail address. Places in the result are those of the lists given. Takes about linear time.
pub fn matching(swyx: &[SwyxUser], teams: &[TeamsUser], overrides: &[(String, String)]) -> Matching {
    let mut matcher = Matcher::new(swyx, teams);
    for (entry, (name, account)) in overrides.iter().enumerate() {
        matcher.follow(entry, name, account);
    }
    matcher.match_addresses();
    matcher.drop_double_claims();
    matcher.judge_pairs();
    matcher.look_for_likely();
    matcher.finish()
}

/// What became of a Swyx user.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Open,
    /// Matched, or kept from it by something that is said already.
    Settled,
}

struct Matcher<'a> {
    swyx: &'a [SwyxUser],
    teams: &'a [TeamsUser],
    account_names: Index<'a>,
    mails: Index<'a>,
    emails: Index<'a>,
    /// One for each Swyx user.
    fates: Vec<Fate>,
    pairs: Vec<Pair>,
    /// The override of each Swyx user that has one.
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
            fates: swyx.iter().map(|user| if user.enabled { Fate::Open } else { Fate::Settled }).collect(),
            pairs: Vec::new(),
            overridden: HashMap::new(),
            findings: Vec::new(),
        }
    }

    /// Does what an override says.
    fn follow(&mut self, entry: usize, name: &str, account: &str) {
        let users = self.named(name);
        let swyx = match users.as_slice() {
            [] => {
                return self.findings.push(Finding::OverrideUnknown { entry, side: Side::Swyx, swyx: None });
            }
            [one] => *one,
            _ => {
                let ambiguity = Ambiguity::SwyxName(users);
                return self.findings.push(Finding::OverrideAmbiguous { entry, ambiguity });
            }
        };
        if self.swyx.get(swyx).is_some_and(|user| !user.enabled) {
            return self.findings.push(Finding::OverrideNeedless { entry, swyx, teams: None });
        }
        if let Some(earlier) = self.overridden.insert(swyx, entry) {
            self.overridden.insert(swyx, earlier);
            let ambiguity = Ambiguity::Twice { swyx, earlier };
            return self.findings.push(Finding::OverrideAmbiguous { entry, ambiguity });
        }
        // Whom the override does not lead to anybody is not matched otherwise: that would be somebody else than was meant.
        self.settle(swyx);
        let found = self.accounts(account);
        match found.as_slice() {
            [] => self.findings.push(Finding::OverrideUnknown { entry, side: Side::Teams, swyx: Some(swyx) }),
            [(teams, _)] => self.pairs.push(Pair { swyx, teams: *teams, by: By::Override }),
            _ => {
                let teams = found.iter().map(|(teams, _)| *teams).collect();
                let ambiguity = Ambiguity::TeamsMail { swyx, teams };
                self.findings.push(Finding::OverrideAmbiguous { entry, ambiguity });
            }
        }
    }

    /// The Swyx users with this id, else with this name; of those, the ones who are activated if any is.
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

    /// The Teams users with this account name, else with this mail address.
    fn accounts(&self, address: &str) -> Vec<(usize, By)> {
        let address = folded(address);
        let by_name = self.account_names.find(&address).map(|teams| (teams, By::AccountName));
        let by_name = by_name.collect::<Vec<_>>();
        if !by_name.is_empty() {
            return by_name;
        }
        self.mails.find(&address).map(|teams| (teams, By::Mail)).collect()
    }

    /// Matches by addresses whoever has no override.
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
                self.findings.push(Finding::DuplicateEmail { swyx: sharing });
                continue;
            }
            let found = self.accounts(email);
            match found.as_slice() {
                [] => continue,
                [(teams, by)] => self.pairs.push(Pair { swyx, teams: *teams, by: *by }),
                _ => {
                    let teams = found.iter().map(|(teams, _)| *teams).collect();
                    self.findings.push(Finding::AmbiguousMail { swyx, teams });
                }
            }
            self.settle(swyx);
        }
    }

    /// Takes an account away from all who claim it, but for the only one who has it by an override.
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
                let swyx = claims.iter().map(|claim| claim.swyx).collect();
                self.findings.push(Finding::AccountTwice { teams: first.teams, swyx });
            }
        }
        self.pairs.sort_unstable_by_key(|pair| pair.swyx);
    }

    /// Says of pairs what is not as it should be.
    fn judge_pairs(&mut self) {
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
                        let (entry, teams) = (*entry, Some(teams));
                        self.findings.push(Finding::OverrideNeedless { entry, swyx, teams });
                    }
                    continue;
                }
                By::AccountName => Some(&account.upn),
                By::Mail => {
                    self.findings.push(Finding::UpnDiffers { swyx, teams });
                    account.mail.as_ref()
                }
            };
            if address.is_some_and(|address| email(user) != Some(address)) {
                self.findings.push(Finding::SpellingDiffers { swyx, teams, by: *by });
            }
        }
    }

    /// Says who is left, and whom each was perhaps meant to be.
    fn look_for_likely(&mut self) {
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
            let Some(email) = email(user) else {
                self.findings.push(Finding::NoEmail { swyx, likely });
                continue;
            };
            if let Some(Likely { teams, reason: Reason::LooksTheSame }) = likely {
                let twin = candidates.twin(teams, &folded(email)).unwrap_or_default();
                let (ours, theirs) = (deceptive(email), deceptive(&twin));
                // What both have deceives nobody.
                let differs = |c: &char| ours.contains(c) != theirs.contains(c);
                let characters = ours.iter().chain(&theirs).copied().filter(differs).collect::<Vec<_>>();
                if !characters.is_empty() {
                    self.findings.push(Finding::Confusable { swyx, teams, characters });
                }
            }
            self.findings.push(Finding::UnmatchedSwyx { swyx, likely });
        }
        let free = (0..self.teams.len()).filter(|place| is_free(*place));
        self.findings.extend(free.map(|teams| Finding::UnmatchedTeams { teams }));
    }

    fn finish(mut self) -> Matching {
        // Stable: within a kind the order of the lists is kept.
        self.findings.sort_by_key(|finding| (std::cmp::Reverse(finding.kind().severity()), finding.kind()));
        let disabled = self.swyx.iter().filter(|user| !user.enabled).count();
        Matching { pairs: self.pairs, findings: self.findings, disabled }
    }

    fn is_settled(&self, swyx: usize) -> bool {
        self.fates.get(swyx) == Some(&Fate::Settled)
    }

    fn settle(&mut self, swyx: usize) {
        if let Some(fate) = self.fates.get_mut(swyx) {
            *fate = Fate::Settled;
        }
    }
}

/// The e-mail address, if there is one.
fn email(user: &SwyxUser) -> Option<&str> {
    user.email.as_deref().filter(|email| !email.trim().is_empty())
}

#[cfg(test)]
mod tests;
