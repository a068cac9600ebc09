//! `users`: which Swyx user is which Teams user, who is nobody, and what to do about it.

mod csv;
mod human;
mod json;
mod lists;

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::check::{self, Checked};
use crate::cli::context::Context;
use crate::cli::error::{CliError, failure, usage_error};
use crate::cli::exit::Exit;
use crate::diagnostic::{Diagnostic, Severity};
use crate::graph::TeamsUser;
use crate::rules::Rule;
use crate::settings::Unresolved;
use crate::swyx::SwyxUser;
use crate::users::{Finding, Kind, Lists, Matching, Pair, matching};

/// Of which file, from where, and how it is shown.
#[derive(Args)]
#[command(after_help = "Examples:
  swyx-teams users --swyx users.csv
  swyx-teams users --format csv > users-teams.csv

The file for --swyx is UTF-8 with a line for each user. Its first line names the columns, in any order: name and email, and where they
are known id and enabled; the separator is ; or a comma. This format is this program's own: Control Center has no documented export.

The exit code is 1 if an activated Swyx user with an e-mail address is nobody in Teams, or cannot be told from another.")]
pub(in crate::cli) struct UsersArgs {
    /// The settings file
    file: Option<PathBuf>,
    /// Take the Swyx users from a CSV file, and not from the gateway
    #[arg(long, value_name = "FILE.csv")]
    swyx: Option<PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: UsersFormat,
    /// Time for reading both lists
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum UsersFormat {
    /// For a person; with -v also those who are matched
    #[default]
    Human,
    /// For a program: everything
    Json,
    /// For a spreadsheet: a line for each user
    Csv,
}

/// Both lists, who is whom in them, and what the rules say of so many.
struct Outcome {
    swyx: Vec<SwyxUser>,
    teams: Vec<TeamsUser>,
    overrides: Vec<(String, String)>,
    matching: Matching,
    diagnostics: Vec<Diagnostic>,
}

impl Outcome {
    fn lists(&self) -> Lists<'_> {
        Lists { swyx: &self.swyx, teams: &self.teams, overrides: &self.overrides }
    }

    /// Both users of a pair.
    fn of(&self, pair: &Pair) -> Option<(&SwyxUser, &TeamsUser)> {
        Some((self.swyx.get(pair.swyx)?, self.teams.get(pair.teams)?))
    }

    /// How many findings there are of each kind.
    fn counts(&self) -> HashMap<Kind, usize> {
        let mut counts = HashMap::new();
        self.matching.findings.iter().for_each(|finding| *counts.entry(finding.kind()).or_default() += 1);
        counts
    }
}

/// What a finding says in one sentence: what is found, and what to enter.
fn remark(finding: &Finding, lists: Lists<'_>) -> String {
    let said = [finding.detail(lists), finding.suggestion(lists)];
    said.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

pub(super) fn run(context: &mut Context<'_>, args: &UsersArgs) -> Result<Exit, CliError> {
    let path = context.file(args.file.as_ref());
    let checked = context.load(&path)?;
    let settings = match checked.settings() {
        Ok(settings) => settings,
        Err(Unresolved::Errors) => {
            context.report_to_err(&checked, |_| true)?;
            return Err(failure(
                Exit::Findings,
                "mend these first; nobody signs in with settings that have errors",
            ));
        }
        Err(error) => return Err(usage_error(error)),
    };
    let (swyx, teams) = lists::read(context, args, &path, (&checked, &settings))?;
    let matching = matching(&swyx, &teams, &settings.users);
    let checked = check::with_users(checked, matching.pairs.len());
    let is_of_users = |found: &&Diagnostic| Rule::find(found.rule).is_some_and(Rule::is_counted);
    let diagnostics = checked.diagnostics().iter().filter(is_of_users).cloned().collect();
    let outcome = Outcome { swyx, teams, overrides: settings.users, matching, diagnostics };
    show(context, args.format, &checked, &outcome)?;
    let severity = |finding: &Finding| finding.kind().severity();
    let has_errors = outcome.matching.findings.iter().any(|finding| severity(finding) == Severity::Error);
    Ok(if has_errors { Exit::Findings } else { Exit::Clean })
}

fn show(
    context: &mut Context<'_>,
    format: UsersFormat,
    checked: &Checked,
    outcome: &Outcome,
) -> io::Result<()> {
    let written = match format {
        UsersFormat::Human => human::write(outcome, context.global.verbose > 0, context.out),
        UsersFormat::Json => json::write(outcome, checked.source().name(), context.out),
        UsersFormat::Csv => csv::write(outcome, context.out),
    };
    written?;
    context.out.flush()?;
    if format == UsersFormat::Json {
        return Ok(());
    }
    context.report_to_err(checked, |found| outcome.diagnostics.iter().any(|one| one == found))
}
