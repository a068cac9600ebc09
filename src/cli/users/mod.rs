//! `users`: matches Swyx users to Teams users, and explains how to fix users without a match.

mod csv;
mod human;
mod json;
mod lists;
mod match_report;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::check::{self, Checked};
use crate::cli::context::Context;
use crate::cli::error::{CliError, usage_error};
use crate::cli::exit::Exit;
use crate::cli::output_file::OutputArgs;
use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::Rule;
use crate::users::{Finding, match_users};
use match_report::MatchReport;

/// The settings file, the source of the users, and the output format.
#[derive(Args)]
#[command(after_help = "Examples:
  swyx-teams users --swyx users.csv
  swyx-teams users --format csv --output users-teams.csv

The file for --swyx has one line per user. The first line names the columns, in any order: name and email, and optionally id and
enabled. The separator is ; or a comma, a tab or |. The format is specific to swyx-teams, because Control Center has no documented export.

The exit code is 1 if an activated Swyx user with an e-mail address has no match in Teams, or an ambiguous one.")]
pub(in crate::cli) struct UsersArgs {
    /// Settings file
    file: Option<PathBuf>,
    /// Read the Swyx users from a CSV file, or - for standard input, instead of the gateway
    #[arg(long, value_name = "FILE.csv")]
    pub(in crate::cli) swyx: Option<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: UsersFormat,
    /// With --format csv: the separator, such as ';' or tab. With it or --output, the result begins with a byte order mark, for spreadsheets
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    delimiter: Option<u8>,
    #[command(flatten)]
    pub(in crate::cli) output: OutputArgs,
    /// Time limit for reading both lists
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum UsersFormat {
    /// For people; with -v also the matched users
    #[default]
    Human,
    /// For programs: everything
    Json,
    /// For spreadsheets: one line per user
    Csv,
}

/// The separator of the CSV output.
fn delimiter(text: &str) -> Result<u8, &'static str> {
    match text {
        ";" => Ok(b';'),
        "," => Ok(b','),
        "|" => Ok(b'|'),
        "tab" | "\t" | "\\t" => Ok(b'\t'),
        _ => Err("expected ; or , or | or tab"),
    }
}

pub(super) fn run(context: &mut Context<'_>, args: &UsersArgs) -> Result<Exit, CliError> {
    if args.format != UsersFormat::Csv && args.delimiter.is_some() {
        return Err(usage_error("--delimiter needs --format csv"));
    }
    let path = context.only_file(args.file.as_ref())?;
    let advice = "fix these errors first: settings with errors are not used to sign in";
    let (checked, settings) = context.resolve(&path, Checked::settings, advice)?;
    let limit = Duration::from_secs(args.timeout);
    let (swyx, teams) = lists::read(context, args.swyx.as_deref(), &path, (&checked, &settings), limit)?;
    let matching = match_users(&swyx, &teams, &settings.users);
    let checked = check::check_with_users(checked, matching.pairs.len());
    let is_of_users = |found: &&Diagnostic| Rule::find(found.rule).is_some_and(Rule::is_counted);
    let diagnostics = checked.diagnostics().iter().filter(is_of_users).cloned().collect();
    let report = MatchReport { swyx, teams, overrides: settings.users, matching, diagnostics };
    show(context, args, &checked, &report)?;
    let severity = |finding: &Finding| finding.kind().severity();
    let has_errors = report.matching.findings.iter().any(|finding| severity(finding) == Severity::Error);
    Ok(if has_errors { Exit::Findings } else { Exit::Clean })
}

fn show(
    context: &mut Context<'_>,
    args: &UsersArgs,
    checked: &Checked,
    report: &MatchReport,
) -> Result<(), CliError> {
    let format = args.format;
    let delimiter = args.delimiter.unwrap_or(b',');
    // A file, or a separator that was chosen, is for a spreadsheet.
    let has_mark = args.delimiter.is_some() || args.output.output.is_some();
    let written = match format {
        UsersFormat::Human => human::write(report, context.global.verbose > 0, context.out),
        UsersFormat::Json => json::write(report, checked.source().name(), context.out),
        UsersFormat::Csv => csv::write(report, delimiter, has_mark, context.out),
    };
    written?;
    context.out.flush()?;
    if format == UsersFormat::Json {
        return Ok(());
    }
    context.report_to_err(checked, |found| report.diagnostics.iter().any(|one| one == found))?;
    Ok(())
}
