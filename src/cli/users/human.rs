//! The matching as text: a summary, then the findings by kind, each with help.

use std::io::{self, Write};

use comfy_table::{ColumnConstraint, ContentArrangement, Table, presets};

use super::match_report::{MatchReport, remark};
use crate::cli::output::width_of_results;
use crate::report::wrap::wrap;
use crate::text::shown;
use crate::users::{By, Finding, FindingKind};

/// The maximum number of lines of one kind, unless all are requested.
const MAX_LINES: usize = 100;
const HEAD: Line<&str> = ["Swyx user", "e-mail address", "Teams account", "remark"];
/// The heading of findings about Teams users only.
const HEAD_OF_TEAMS: Line<&str> = ["Teams user", "mail address", "Teams account", "remark"];

/// The cells of one line.
type Line<T = String> = [T; 4];

pub(super) fn write(report: &MatchReport, all: bool, out: &mut dyn Write) -> io::Result<()> {
    write_summary(report, all, out)?;
    let lines = |finding| lines(finding, report);
    for of_kind in report.matching.findings.chunk_by(|one, other| one.kind() == other.kind()) {
        let Some(kind) = of_kind.first().map(Finding::kind) else { continue };
        if kind == FindingKind::UNMATCHED_TEAMS && !all {
            continue;
        }
        writeln!(out, "\n{}[{}]: {}", kind.severity(), kind.id(), kind.title())?;
        let head = if kind == FindingKind::UNMATCHED_TEAMS { HEAD_OF_TEAMS } else { HEAD };
        write_table(head, of_kind.iter().flat_map(lines), all, out)?;
        writeln!(out, "{}", wrap(kind.help(), "  = help: ", "          ", width_of_results()))?;
    }
    if all && !report.matching.pairs.is_empty() {
        writeln!(out, "\nmatched")?;
        let matched = report.matching.pairs.iter().filter_map(|pair| {
            let (swyx, teams) = report.of(pair)?;
            let email = swyx.email.as_deref().unwrap_or_default();
            Some([shown(&swyx.name), shown(email), shown(&teams.upn), by(pair.by).to_owned()])
        });
        write_table(HEAD, matched, all, out)?;
    }
    Ok(())
}

fn by(by: By) -> &'static str {
    match by {
        By::Override => "by [[user]]",
        By::AccountName => "by account name",
        By::Mail => "by mail address",
    }
}

fn write_summary(report: &MatchReport, all: bool, out: &mut dyn Write) -> io::Result<()> {
    let matching = &report.matching;
    let activated = report.swyx.len().saturating_sub(matching.disabled);
    write!(out, "{} of {activated} activated Swyx users matched", matching.pairs.len())?;
    let methods = [By::AccountName, By::Mail, By::Override];
    let counts =
        methods.map(|method| (matching.pairs.iter().filter(|pair| pair.by == method).count(), by(method)));
    let counts =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, method)| format!("{count} {method}"));
    let counts = counts.collect::<Vec<_>>();
    if !counts.is_empty() {
        write!(out, " ({})", counts.join(", "))?;
    }
    writeln!(out)?;
    if matching.disabled > 0 {
        writeln!(out, "Swyx users skipped because they are not activated: {}", matching.disabled)?;
    }
    let unmatched = report.counts().get(&FindingKind::UNMATCHED_TEAMS).copied().unwrap_or(0);
    if unmatched > 0 {
        let hint = if all { "" } else { " (-v lists them)" };
        writeln!(out, "Teams users without a Swyx user: {unmatched} of {}{hint}", report.teams.len())?;
    }
    Ok(())
}

/// The lines of a finding: one per Swyx user, or otherwise one per Teams user.
fn lines(finding: &Finding, report: &MatchReport) -> Vec<Line> {
    let remark = remark(finding, report.lists());
    let account = |place: &usize| report.teams.get(*place);
    if finding.swyx().is_empty() && finding.teams().is_empty() {
        return vec![[String::new(), String::new(), String::new(), remark]];
    }
    if finding.swyx().is_empty() {
        let users = finding.teams().iter().filter_map(account);
        let line = |user: &crate::entra::graph::TeamsUser| {
            let mail = user.mail.as_deref().unwrap_or_default();
            [shown(&user.name), shown(mail), shown(&user.upn), remark.clone()]
        };
        return users.map(line).collect();
    }
    let only = match finding.teams() {
        [teams] => account(teams).map(|user| shown(&user.upn)).unwrap_or_default(),
        _ => String::new(),
    };
    let users = finding.swyx().iter().filter_map(|place| report.swyx.get(*place));
    let line = |user: &crate::swyx::SwyxUser| {
        let email = user.email.as_deref().unwrap_or_default();
        [shown(&user.name), shown(email), only.clone(), remark.clone()]
    };
    users.map(line).collect()
}

/// Fits a table to a width: the last column breaks first, so that addresses stay whole if there is space.
fn fit(table: &mut Table, width: usize) {
    /// The narrowest last column that is readable.
    const MIN_LAST: usize = 24;
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
    let widths = table.column_max_content_widths();
    // comfy-table puts a space on each side of a cell.
    let before_last = widths.iter().rev().skip(1).map(|width| usize::from(*width) + 2).sum::<usize>();
    if before_last + MIN_LAST + 2 <= width {
        let last = widths.len().saturating_sub(1);
        table.column_iter_mut().take(last).for_each(|column| {
            column.set_constraint(ColumnConstraint::ContentWidth);
        });
    }
}

/// A table without empty columns.
fn write_table(
    head: Line<&str>,
    lines: impl Iterator<Item = Line>,
    all: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let lines = lines.collect::<Vec<_>>();
    let limit = if all { lines.len() } else { MAX_LINES };
    let is_used =
        |column: usize| lines.iter().any(|line| line.get(column).is_some_and(|cell| !cell.is_empty()));
    let used = (0..head.len()).filter(|column| is_used(*column)).collect::<Vec<_>>();
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(used.iter().filter_map(|column| head.get(*column)));
    for line in lines.iter().take(limit) {
        table.add_row(used.iter().filter_map(|column| line.get(*column)));
    }
    fit(&mut table, width_of_results().saturating_sub(1));
    for line in table.lines() {
        writeln!(out, " {}", line.trim_end())?;
    }
    let more = lines.len().saturating_sub(limit);
    if more > 0 {
        writeln!(out, "  … and {more} more; use -v, --format csv or --format json to list all")?;
    }
    Ok(())
}
