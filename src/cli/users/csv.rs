//! The matching as CSV: one line per activated Swyx user, per unmatched Teams user, and per finding without users.

use std::collections::HashMap;
use std::io::{self, Write};

use csv::WriterBuilder;

use super::match_report::{MatchReport, remark};
use crate::entra::graph::TeamsUser;
use crate::swyx::SwyxUser;
use crate::text::printable;
use crate::users::Finding;
use crate::users::csv::is_formula;

const HEADER: [&str; 8] =
    ["swyx_id", "swyx_name", "swyx_email", "teams_upn", "teams_mail", "matched_by", "finding", "suggestion"];

/// Writes the lines. `for_spreadsheets` begins with a byte order mark, without which Excel does not recognise UTF-8.
pub(super) fn write(
    report: &MatchReport,
    delimiter: u8,
    for_spreadsheets: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    if for_spreadsheets {
        out.write_all("\u{feff}".as_bytes())?;
    }
    let mut writer = WriterBuilder::new().delimiter(delimiter).from_writer(out);
    writer.write_record(HEADER)?;
    let mut findings = HashMap::<usize, Vec<&Finding>>::new();
    for finding in &report.matching.findings {
        finding.swyx().iter().for_each(|place| findings.entry(*place).or_default().push(finding));
    }
    let mut pairs = report.matching.pairs.iter().peekable();
    for (place, user) in report.swyx.iter().enumerate().filter(|(_, user)| user.enabled) {
        // Pairs are in the order of the Swyx users.
        let pair = pairs.next_if(|pair| pair.swyx == place);
        let teams = pair.and_then(|pair| report.teams.get(pair.teams));
        let found = findings.get(&place).map(Vec::as_slice).unwrap_or_default();
        let by = pair.map_or("", |pair| pair.by.id());
        writer.write_record(line((Some(user), teams, by), found, report))?;
    }
    let has_no_swyx_user = |finding: &&Finding| finding.swyx().is_empty();
    for finding in report.matching.findings.iter().filter(has_no_swyx_user) {
        let teams = finding.teams().first().and_then(|place| report.teams.get(*place));
        writer.write_record(line((None, teams, ""), &[finding], report))?;
    }
    writer.flush()
}

fn line(
    (swyx, teams, by): (Option<&SwyxUser>, Option<&TeamsUser>, &str),
    findings: &[&Finding],
    report: &MatchReport,
) -> [String; 8] {
    let cell = |text: Option<&str>| escape_formula(&printable(text.unwrap_or_default()));
    let kinds = findings.iter().map(|finding| finding.kind().id()).collect::<Vec<_>>();
    let remarks = findings.iter().map(|finding| remark(finding, report.lists()));
    let remarks = remarks.filter(|remark| !remark.is_empty()).collect::<Vec<_>>();
    [
        cell(swyx.map(|user| &*user.id)),
        cell(swyx.map(|user| &*user.name)),
        cell(swyx.and_then(|user| user.email.as_deref())),
        cell(teams.map(|user| &*user.upn)),
        cell(teams.and_then(|user| user.mail.as_deref())),
        by.to_owned(),
        kinds.join(" "),
        escape_formula(&remarks.join("; ")),
    ]
}

/// A text that a spreadsheet does not treat as a formula.
fn escape_formula(text: &str) -> String {
    if is_formula(text) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_look_like_formulas_are_escaped() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "＝1+1", "＋1", "－1", "＠SUM(A1)"] {
            assert_eq!(escape_formula(text), format!("'{text}"));
        }
        for text in ["", "a=1", "jane@x.example", "'=1"] {
            assert_eq!(escape_formula(text), text);
        }
    }
}
