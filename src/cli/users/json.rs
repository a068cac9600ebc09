//! The matching as JSON, version 1: the shape is stable and keys keep this order.

use std::io::{self, Write};

use serde::Serialize;
use uuid::Uuid;

use super::match_report::MatchReport;
use crate::diagnostic::Severity;
use crate::entra::graph::TeamsUser;
use crate::report::json::write_pretty;
use crate::swyx::SwyxUser;
use crate::users::{Finding, FindingKind};

#[derive(Serialize)]
struct Report<'a> {
    version: u8,
    path: &'a str,
    summary: Summary,
    pairs: Vec<PairShape<'a>>,
    findings: Vec<FindingShape<'a>>,
    /// The findings about the number of users.
    diagnostics: Vec<DiagnosticShape<'a>>,
}

#[derive(Serialize)]
struct Summary {
    swyx: usize,
    disabled: usize,
    teams: usize,
    matched: usize,
    unmatched_swyx: usize,
    unmatched_teams: usize,
    errors: usize,
    warnings: usize,
    infos: usize,
}

#[derive(Serialize)]
struct PairShape<'a> {
    swyx: SwyxShape<'a>,
    teams: TeamsShape<'a>,
    matched_by: &'static str,
}

#[derive(Serialize)]
struct SwyxShape<'a> {
    id: &'a str,
    name: &'a str,
    email: Option<&'a str>,
}

#[derive(Serialize)]
struct TeamsShape<'a> {
    id: Uuid,
    name: &'a str,
    mail: Option<&'a str>,
    upn: &'a str,
}

#[derive(Serialize)]
struct FindingShape<'a> {
    finding: &'static str,
    severity: &'static str,
    message: &'static str,
    detail: Option<String>,
    help: &'static str,
    suggestion: Option<String>,
    swyx: Vec<SwyxShape<'a>>,
    teams: Vec<TeamsShape<'a>>,
    /// The Teams user that may be meant.
    likely: Option<TeamsShape<'a>>,
}

#[derive(Serialize)]
struct DiagnosticShape<'a> {
    rule: &'static str,
    severity: &'static str,
    key: Option<&'a str>,
    message: &'a str,
    help: Option<&'a str>,
}

pub(super) fn write(outcome: &MatchReport, path: &str, out: &mut dyn Write) -> io::Result<()> {
    let findings = &outcome.matching.findings;
    let pairs = outcome.matching.pairs.iter().filter_map(|pair| {
        let (user, account) = outcome.of(pair)?;
        Some(PairShape { swyx: swyx(user), teams: teams(account), matched_by: pair.by.id() })
    });
    let diagnostics = outcome.diagnostics.iter().map(|found| DiagnosticShape {
        rule: found.rule,
        severity: found.severity.as_str(),
        key: found.place.key().map(crate::diagnostic::Key::as_str),
        message: &found.message,
        help: found.help.as_deref(),
    });
    let report = Report {
        version: 1,
        path,
        summary: summary(outcome),
        pairs: pairs.collect(),
        findings: findings.iter().map(|finding| shape(finding, outcome)).collect(),
        diagnostics: diagnostics.collect(),
    };
    write_pretty(&report, out)
}

fn summary(outcome: &MatchReport) -> Summary {
    let matching = &outcome.matching;
    let found = matching.findings.iter().map(|finding| finding.kind().severity());
    let all = found.chain(outcome.diagnostics.iter().map(|found| found.severity)).collect::<Vec<_>>();
    let count = |severity| all.iter().filter(|one| **one == severity).count();
    let activated = outcome.swyx.len().saturating_sub(matching.disabled);
    Summary {
        swyx: outcome.swyx.len(),
        disabled: matching.disabled,
        teams: outcome.teams.len(),
        matched: matching.pairs.len(),
        unmatched_swyx: activated.saturating_sub(matching.pairs.len()),
        unmatched_teams: outcome.counts().get(&FindingKind::UNMATCHED_TEAMS).copied().unwrap_or(0),
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        infos: count(Severity::Info),
    }
}

fn shape<'a>(finding: &Finding, outcome: &'a MatchReport) -> FindingShape<'a> {
    let kind = finding.kind();
    let account = |place: usize| outcome.teams.get(place).map(teams);
    FindingShape {
        finding: kind.id(),
        severity: kind.severity().as_str(),
        message: kind.title(),
        detail: finding.detail(outcome.lists()),
        help: kind.help(),
        suggestion: finding.suggestion(outcome.lists()),
        swyx: finding.swyx().iter().filter_map(|place| outcome.swyx.get(*place)).map(swyx).collect(),
        teams: finding.teams().iter().filter_map(|place| account(*place)).collect(),
        likely: finding.likely().and_then(|likely| account(likely.teams)),
    }
}

fn swyx(user: &SwyxUser) -> SwyxShape<'_> {
    SwyxShape { id: &user.id, name: &user.name, email: user.email.as_deref() }
}

fn teams(user: &TeamsUser) -> TeamsShape<'_> {
    TeamsShape { id: user.id, name: &user.name, mail: user.mail.as_deref(), upn: &user.upn }
}
