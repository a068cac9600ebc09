//! The data of `users`, independent of the format: both lists and their matching.

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::entra::graph::TeamsUser;
use crate::swyx::SwyxUser;
use crate::users::{Finding, FindingKind, Lists, Matching, Pair};

/// Both lists, their matching, and the findings about the number of users.
pub(super) struct MatchReport {
    pub(super) swyx: Vec<SwyxUser>,
    pub(super) teams: Vec<TeamsUser>,
    pub(super) overrides: Vec<(String, String)>,
    pub(super) matching: Matching,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl MatchReport {
    pub(super) fn lists(&self) -> Lists<'_> {
        Lists { swyx: &self.swyx, teams: &self.teams, overrides: &self.overrides }
    }

    /// Both users of a pair.
    pub(super) fn of(&self, pair: &Pair) -> Option<(&SwyxUser, &TeamsUser)> {
        Some((self.swyx.get(pair.swyx)?, self.teams.get(pair.teams)?))
    }

    /// The number of findings of each kind.
    pub(super) fn counts(&self) -> HashMap<FindingKind, usize> {
        let mut counts = HashMap::new();
        self.matching.findings.iter().for_each(|finding| *counts.entry(finding.kind()).or_default() += 1);
        counts
    }
}

/// A finding in one sentence: the problem, and what to enter.
pub(super) fn remark(finding: &Finding, lists: Lists<'_>) -> String {
    let parts = [finding.detail(lists), finding.suggestion(lists)];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}
