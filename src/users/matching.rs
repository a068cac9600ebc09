//! Who is who: by `[[user]]`, else by the account name, else by the mail address. Nobody is matched because the names are similar; that is
//! only said.

use std::collections::HashMap;

use super::address::{first_lookalike, folded, local_part, without_lookalikes};
use super::finding::{Finding, Kind};
use crate::graph::TeamsUser;
use crate::swyx::SwyxUser;

/// How a pair was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// By `[[user]]`.
    Override,
    /// By the account name in Teams.
    AccountName,
    /// By the mail address.
    Mail,
}

/// Two users who are one person, by their places in the lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// In Swyx.
    pub swyx: usize,
    /// In Teams.
    pub teams: usize,
    /// How they were found.
    pub by: By,
}

/// What became of the two lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matching {
    /// Who is who, in the order of the Swyx users; nobody is in two pairs.
    pub pairs: Vec<Pair>,
    /// What is wrong, or worth knowing; the gravest first.
    pub findings: Vec<Finding>,
    /// Teams users who are nobody in Swyx: rooms, guests, people without a telephone.
    pub only_in_teams: Vec<usize>,
    /// Swyx users who are not activated, and so are left out.
    pub disabled: usize,
}

/// Matches the users. `overrides` are the pairs of `[[user]]`: a Swyx user's name or id, and an account name or mail address in Teams.
pub fn matching(swyx: &[SwyxUser], teams: &[TeamsUser], overrides: &[(String, String)]) -> Matching {
    let mut work = Work::new(swyx, teams);
    work.take_overrides(overrides);
    work.take_addresses();
    work.drop_double_claims();
    work.finish()
}

/// The lists, and where each address stands in them.
struct Work<'a> {
    swyx: &'a [SwyxUser],
    teams: &'a [TeamsUser],
    by_upn: HashMap<String, usize>,
    by_mail: HashMap<String, Vec<usize>>,
    pair: Vec<Option<Pair>>,
    /// A finding says why there is no pair.
    is_settled: Vec<bool>,
    findings: Vec<Finding>,
    /// How many likely users may still be looked for.
    searches: usize,
}

/// A likely user is looked for through the whole list; for more than so many unmatched ones, nobody reads the suggestions.
const MOST_SEARCHES: usize = 500;

impl<'a> Work<'a> {
    fn new(swyx: &'a [SwyxUser], teams: &'a [TeamsUser]) -> Self {
        let mut by_mail = HashMap::<String, Vec<usize>>::new();
        for (place, user) in teams.iter().enumerate() {
            if let Some(mail) = &user.mail {
                by_mail.entry(folded(mail)).or_default().push(place);
            }
        }
        Self {
            swyx,
            teams,
            by_upn: teams.iter().enumerate().map(|(place, user)| (folded(&user.upn), place)).collect(),
            by_mail,
            pair: vec![None; swyx.len()],
            is_settled: vec![false; swyx.len()],
            findings: Vec::new(),
            searches: MOST_SEARCHES,
        }
    }

    fn find(&mut self, kind: Kind, swyx: Vec<usize>, teams: Vec<usize>) -> &mut Finding {
        for place in &swyx {
            self.is_settled.get_mut(*place).into_iter().for_each(|settled| *settled = true);
        }
        self.findings.push(Finding { kind, swyx, teams, pair: None, detail: None });
        let last = self.findings.len() - 1;
        #[expect(clippy::indexing_slicing, reason = "pushed in the line before the last")]
        &mut self.findings[last]
    }

    fn take_overrides(&mut self, overrides: &[(String, String)]) {
        let mut by_name = HashMap::<String, Vec<usize>>::new();
        for (place, user) in self.swyx.iter().enumerate().filter(|(_, user)| user.enabled) {
            by_name.entry(folded(&user.name)).or_default().push(place);
        }
        let by_id =
            self.swyx.iter().enumerate().map(|(place, user)| (&*user.id, place)).collect::<HashMap<_, _>>();
        for (number, (name, account)) in overrides.iter().enumerate() {
            let named = by_name.get(&folded(name)).map(Vec::as_slice).unwrap_or_default();
            let swyx = by_id.get(name.as_str()).or(if let [one] = named { Some(one) } else { None }).copied();
            let account = folded(account);
            let mail = self
                .by_mail
                .get(&account)
                .filter(|places| places.len() == 1)
                .and_then(|places| places.first());
            let teams = self.by_upn.get(&account).or(mail).copied();
            match (swyx, teams) {
                (Some(swyx), Some(teams)) => {
                    if self
                        .plain_pair(swyx)
                        .is_some_and(|pair| pair.teams == teams && pair.by == By::AccountName)
                    {
                        self.findings.push(Finding {
                            kind: Kind::OverrideNeedless,
                            swyx: vec![swyx],
                            teams: vec![teams],
                            pair: Some(number),
                            detail: None,
                        });
                    }
                    self.settle(Pair { swyx, teams, by: By::Override });
                }
                (None, _) => {
                    let several = format!("{} users in Swyx have this name; write the id", named.len());
                    let found = self.find(Kind::OverrideUnknownInSwyx, Vec::new(), Vec::new());
                    (found.pair, found.detail) = (Some(number), (named.len() > 1).then_some(several));
                }
                (Some(swyx), None) => {
                    self.find(Kind::OverrideUnknownInTeams, vec![swyx], Vec::new()).pair = Some(number)
                }
            }
        }
    }

    fn settle(&mut self, pair: Pair) {
        if let Some(place) = self.pair.get_mut(pair.swyx) {
            *place = Some(pair);
        }
    }

    /// Whom the address alone brings together.
    fn plain_pair(&self, swyx: usize) -> Option<Pair> {
        let email = folded(self.swyx.get(swyx)?.email.as_deref()?);
        let mail =
            || self.by_mail.get(&email).filter(|places| places.len() == 1).and_then(|places| places.first());
        let by_name = self.by_upn.get(&email).map(|teams| Pair { swyx, teams: *teams, by: By::AccountName });
        by_name.or_else(|| mail().map(|teams| Pair { swyx, teams: *teams, by: By::Mail }))
    }

    fn take_addresses(&mut self) {
        let mut by_email = HashMap::<String, Vec<usize>>::new();
        for (place, user) in self.swyx.iter().enumerate().filter(|(_, user)| user.enabled) {
            if let (Some(email), Some(None)) = (&user.email, self.pair.get(place)) {
                by_email.entry(folded(email)).or_default().push(place);
            }
        }
        let mut doubles = by_email.into_values().filter(|places| places.len() > 1).collect::<Vec<_>>();
        doubles.sort_unstable();
        for places in doubles {
            self.find(Kind::DuplicateEmail, places, Vec::new());
        }
        for (place, user) in self.swyx.iter().enumerate() {
            let is_open = self.pair.get(place).is_some_and(Option::is_none)
                && self.is_settled.get(place) == Some(&false);
            if user.enabled && is_open {
                self.take_address(place, user);
            }
        }
    }

    fn take_address(&mut self, place: usize, user: &SwyxUser) {
        let Some(email) = &user.email else {
            self.find(Kind::NoEmail, vec![place], Vec::new());
            return;
        };
        let Some(pair) = self.plain_pair(place) else {
            let several = self.by_mail.get(&folded(email)).cloned();
            match several {
                Some(several) => drop(self.find(Kind::AmbiguousMail, vec![place], several)),
                None => self.note_unmatched(place, user, email),
            }
            return;
        };
        self.settle(pair);
        let Some(teams) = self.teams.get(pair.teams) else { return };
        let same = if pair.by == By::Mail { teams.mail.as_deref().unwrap_or_default() } else { &teams.upn };
        let is_other_form = same != email.trim();
        if pair.by == By::Mail {
            self.find(Kind::UpnDiffers, vec![place], vec![pair.teams]);
        } else if is_other_form {
            self.find(Kind::FormDiffers, vec![place], vec![pair.teams]);
        }
    }

    fn note_unmatched(&mut self, place: usize, user: &SwyxUser, email: &str) {
        let email = folded(email);
        let plain = without_lookalikes(&email);
        let meant = plain.as_ref().and_then(|plain| {
            self.by_upn
                .get(plain)
                .copied()
                .or_else(|| self.by_mail.get(plain).and_then(|places| places.first()).copied())
        });
        if let Some(meant) = meant {
            let letter = first_lookalike(&email).unwrap_or_default();
            self.find(Kind::Confusable, vec![place], vec![meant]).detail =
                Some(format!("it has the letter {letter}"));
            return;
        }
        self.searches = self.searches.saturating_sub(1);
        let likely = if self.searches > 0 { self.likely(user, &email) } else { None };
        self.find(Kind::Unmatched, vec![place], likely.into_iter().collect());
    }

    /// The Teams user who is probably meant: by the part before the `@`, else by the name, if there is one alone.
    fn likely(&self, user: &SwyxUser, email: &str) -> Option<usize> {
        let local = local_part(email);
        let name = folded(&user.name);
        let alone = |is: &dyn Fn(&TeamsUser) -> bool| {
            let mut found =
                self.teams.iter().enumerate().filter(|(_, user)| is(user)).map(|(place, _)| place);
            found.next().filter(|_| found.next().is_none())
        };
        let address = |user: &TeamsUser, is: &dyn Fn(&str) -> bool| {
            is(&folded(&user.upn)) || user.mail.as_deref().is_some_and(|mail| is(&folded(mail)))
        };
        let same_local = alone(&|user| address(user, &|address| local_part(address) == local));
        let same_name = || alone(&|user| !name.is_empty() && folded(&user.name) == name);
        let misspelt =
            || alone(&|user| address(user, &|address| strsim::damerau_levenshtein(address, email) <= 2));
        same_local.or_else(same_name).or_else(misspelt)
    }

    /// A Teams account to which several Swyx users come is nobody's.
    fn drop_double_claims(&mut self) {
        let mut claims = HashMap::<usize, Vec<usize>>::new();
        for pair in self.pair.iter().flatten() {
            claims.entry(pair.teams).or_default().push(pair.swyx);
        }
        let mut double = claims.into_iter().filter(|(_, swyx)| swyx.len() > 1).collect::<Vec<_>>();
        double.sort_unstable();
        for (teams, swyx) in double {
            for place in &swyx {
                self.pair.get_mut(*place).into_iter().for_each(|pair| *pair = None);
            }
            self.find(Kind::ClaimedTwice, swyx, vec![teams]);
        }
    }

    fn finish(mut self) -> Matching {
        self.findings.sort_by_key(|finding| (finding.kind, finding.swyx.first().copied(), finding.pair));
        let pairs = self.pair.into_iter().flatten().collect::<Vec<_>>();
        let mut is_matched = vec![false; self.teams.len()];
        for pair in &pairs {
            is_matched.get_mut(pair.teams).into_iter().for_each(|matched| *matched = true);
        }
        let only_in_teams =
            is_matched.iter().enumerate().filter(|(_, matched)| !**matched).map(|(place, _)| place);
        Matching {
            pairs,
            findings: self.findings,
            only_in_teams: only_in_teams.collect(),
            disabled: self.swyx.iter().filter(|user| !user.enabled).count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn swyx(id: &str, name: &str, email: &str) -> SwyxUser {
        let email = Some(email).filter(|email| !email.is_empty()).map(Box::from);
        SwyxUser { id: id.into(), name: name.into(), email, enabled: true }
    }

    fn teams(name: &str, upn: &str, mail: &str) -> TeamsUser {
        let mail = Some(mail).filter(|mail| !mail.is_empty()).map(Box::from);
        TeamsUser { id: uuid::Uuid::nil(), name: name.into(), mail, upn: upn.into() }
    }

    fn found(matching: &Matching) -> Vec<(&'static str, Vec<usize>, Vec<usize>)> {
        let findings = matching.findings.iter();
        findings.map(|finding| (finding.kind.id(), finding.swyx.clone(), finding.teams.clone())).collect()
    }

    #[test]
    fn the_account_name_comes_before_the_mail_address() {
        let people = [swyx("1", "Jane", "Jane@example.com"), swyx("2", "Jim", "jim.roe@example.com")];
        let accounts = [
            teams("Other", "x@example.com", "jane@example.com"),
            teams("Jane", "jane@example.com", ""),
            teams("Jim", "jroe@example.com", "Jim.Roe@example.com"),
            teams("Room", "room@example.com", "room@example.com"),
        ];
        let all = matching(&people, &accounts, &[]);
        let pairs =
            [Pair { swyx: 0, teams: 1, by: By::AccountName }, Pair { swyx: 1, teams: 2, by: By::Mail }];
        assert_eq!(all.pairs, pairs);
        assert_eq!(found(&all), [("upn-differs", vec![1], vec![2]), ("form-differs", vec![0], vec![1])]);
        assert_eq!(all.only_in_teams, [0, 3]);
    }

    #[test]
    fn whoever_is_not_matched_is_told_with_the_likely_account() {
        let people = [
            swyx("1", "Jane Roe", "jane.roe@old.example"),
            swyx("2", "Jim Doe", "j@example.com"),
            swyx("3", "Ann", "an@example.com"),
            swyx("4", "Nobody", "nobody.at.all@example.com"),
            swyx("5", "No Mail", ""),
            swyx("6", "Eve", "еve@example.com"),
        ];
        let accounts = [
            teams("J. Roe", "jane.roe@example.com", ""),
            teams("Jim Doe", "jimdoe@example.com", ""),
            teams("A.", "ann@example.com", ""),
            teams("Eve", "eve@example.com", ""),
        ];
        let all = matching(&people, &accounts, &[]);
        assert_eq!(all.pairs, []);
        let wanted = [
            ("confusable", vec![5], vec![3]),
            ("unmatched-swyx", vec![0], vec![0]),
            ("unmatched-swyx", vec![1], vec![1]),
            ("unmatched-swyx", vec![2], vec![2]),
            ("unmatched-swyx", vec![3], vec![]),
            ("no-email", vec![4], vec![]),
        ];
        assert_eq!(found(&all), wanted);
        assert_eq!(all.findings[0].detail.as_deref(), Some("it has the letter U+0435"));
    }

    #[test]
    fn nobody_is_carried_twice() {
        let people = [
            swyx("1", "One", "a@example.com"),
            swyx("2", "Two", "A@example.com"),
            swyx("3", "Three", "c@example.com"),
            swyx("4", "Four", "c.alias@example.com"),
            swyx("5", "Five", "team@example.com"),
        ];
        let accounts = [
            teams("A", "a@example.com", ""),
            teams("C", "c@example.com", "c.alias@example.com"),
            teams("T1", "t1@example.com", "team@example.com"),
            teams("T2", "t2@example.com", "team@example.com"),
        ];
        let all = matching(&people, &accounts, &[]);
        assert_eq!(all.pairs, []);
        let wanted = [
            ("duplicate-email", vec![0, 1], vec![]),
            ("ambiguous-mail", vec![4], vec![2, 3]),
            ("claimed-twice", vec![2, 3], vec![1]),
            ("upn-differs", vec![3], vec![1]),
        ];
        assert_eq!(found(&all), wanted);
    }

    #[test]
    fn overrides_come_first_and_are_checked() {
        let people = [
            swyx("1", "Jane Roe", "x@old.example"),
            swyx("2", "Jim", "jim@example.com"),
            swyx("3", "Twin", ""),
            swyx("4", "Twin", ""),
        ];
        let accounts = [teams("J", "jane@example.com", ""), teams("Jim", "jim@example.com", "")];
        let pair = |swyx: &str, teams: &str| (swyx.to_owned(), teams.to_owned());
        let overrides = [
            pair("jane roe", "JANE@example.com"),
            pair("2", "jim@example.com"),
            pair("Twin", "jane@example.com"),
            pair("Nobody", "jane@example.com"),
            pair("3", "nobody@example.com"),
        ];
        let all = matching(&people, &accounts, &overrides);
        let pairs =
            [Pair { swyx: 0, teams: 0, by: By::Override }, Pair { swyx: 1, teams: 1, by: By::Override }];
        assert_eq!(all.pairs, pairs);
        let wanted = [
            ("override-unknown-swyx", vec![], vec![]),
            ("override-unknown-swyx", vec![], vec![]),
            ("override-unknown-teams", vec![2], vec![]),
            ("no-email", vec![3], vec![]),
            ("override-needless", vec![1], vec![1]),
        ];
        assert_eq!(found(&all), wanted);
        assert_eq!(all.findings[0].detail.as_deref(), Some("2 users in Swyx have this name; write the id"));
    }
}
