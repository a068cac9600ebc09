//! `check`: reports every problem of every file, in parallel, in a stable order.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use super::context::{Context, NO_DEFAULT_FILE, STDIN_NAME, check_stdin, is_missing_default};
use super::error::{CliError, usage_error};
use super::exit::Exit;
use super::names::{display, folder};
use super::online::{self, OnlineArgs};
use super::options::FailOn;
use super::output::width_of_results;
use super::output_file::OutputArgs;
use super::walk::{self, LINK, Target, Walk};
use crate::check::{self as pipeline, Checked};
use crate::diagnostic::Edit;
use crate::edit::{self, ChangeError, Outcome as Change};
use crate::report::{self, FileReport, Format, Options, Repository, describe_verdict, report_path};
use crate::settings::{CalendarDate, Draft};
use crate::text::printable;

#[derive(Args)]
#[command(after_help = "Examples:
  swyx-teams check customers/
  swyx-teams check --format sarif --output swyx-teams.sarif customers/
  swyx-teams check --fix --diff north.toml
  swyx-teams check --online north.toml
  swyx-teams check --online --as-admin --use-az --fail-on warning north.toml
  git show :north.toml | swyx-teams check --stdin-filename north.toml -")]
pub(super) struct CheckArgs {
    /// Files, patterns such as *.toml, folders (searched for *.toml), or - for standard input
    pub(super) paths: Vec<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Lowest severity that makes the exit code 1
    #[arg(long, value_enum, default_value_t, value_name = "SEVERITY")]
    fail_on: FailOn,
    /// Apply safe fixes
    #[arg(long)]
    fix: bool,
    /// With --fix: show the changes, write nothing
    #[arg(long, requires = "fix")]
    diff: bool,
    /// Name of standard input in reports
    #[arg(long, value_name = "NAME", default_value = STDIN_NAME, hide_default_value = true)]
    stdin_filename: String,
    /// Skip files and folders below the given folders. The pattern matches the relative path, or each name if it has no slash
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<glob::Pattern>,
    /// Day that counts as today, in UTC, for the end of secrets and certificates: reproducible without a connection
    #[arg(long, value_name = "DATE", conflicts_with = "online")]
    today: Option<CalendarDate>,
    #[command(flatten)]
    online: OnlineArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

impl CheckArgs {
    /// The day for the offline check. Online, the time of the snapshot counts.
    fn today(&self) -> Option<Date> {
        let now = || Offset::UTC.to_datetime(Timestamp::now()).date();
        let given = self.today.map(CalendarDate::date);
        (!self.online.online).then(|| given.unwrap_or_else(now))
    }

    fn check_file(&self, path: &Path) -> Checked {
        match self.today() {
            Some(today) => pipeline::check_file_on(display(path), path, today),
            None => pipeline::check_file(display(path), path),
        }
    }
}

pub(super) fn run(context: &mut Context<'_>, args: &CheckArgs) -> Result<Exit, CliError> {
    let (targets, links) = targets(context, args)?;
    let is_human = args.format == Format::Human;
    let outcomes = if args.online.online {
        online(context, args, &targets)?
    } else {
        let outcomes = in_parallel(&targets, |target| check_target(target, args).into_outcome(is_human));
        with_copies(&targets, outcomes, args, is_human)
    };
    let (reports, exit) = print_failures(context, outcomes)?;
    // Findings would make the diff an invalid patch.
    if !args.diff {
        let options = Options::default()
            .with_repository(Repository::around_current_folder())
            .with_width(width_of_results())
            .with_fail_on(args.fail_on.severity())
            .with_skipped_links(links)
            .with_summary(!context.global.quiet);
        report::write(args.format, &reports, &options, context.out)?;
    }
    context.out.flush()?;
    let limit = args.fail_on.severity();
    let mut findings = reports.iter().flat_map(|report| &report.findings);
    let has_findings = findings.any(|finding| finding.diagnostic.severity >= limit);
    Ok(if has_findings { exit.max(Exit::Findings) } else { exit })
}

/// The files to check: the named ones, and those in the named folders; and the skipped links to folders.
fn targets(context: &mut Context<'_>, args: &CheckArgs) -> Result<(Vec<Target>, Vec<String>), CliError> {
    context.refuse_two_files(!args.paths.is_empty())?;
    let mut walk = Walk { exclude: &args.exclude, skipped: Vec::new() };
    let named = if args.paths.is_empty() { vec![context.file(None)] } else { args.paths.clone() };
    let mut targets = named.iter().flat_map(|path| walk.targets_of_argument(path)).collect::<Vec<_>>();
    if named.len() > 1 {
        walk::deduplicate(&mut targets);
    }
    if context.global.verbose > 0 {
        for (path, reason) in &walk.skipped {
            writeln!(context.err, "skipped {}: {reason}", printable(&report_path(&display(path))))?;
        }
    }
    let skipped_links = walk.skipped.iter().filter(|(_, reason)| *reason == LINK);
    let links = skipped_links.map(|(path, _)| report_path(&display(path))).collect::<Vec<_>>();
    if args.format == Format::Human && context.global.verbose == 0 && !links.is_empty() {
        context.note(describe_links(&links))?;
    }
    match targets.iter().filter(|target| matches!(target, Target::Stdin)).count() {
        0 => Ok((targets, links)),
        1 if !args.fix => Ok((targets, links)),
        1 => Err(usage_error("--fix cannot change standard input: name a file")),
        _ => Err(usage_error("standard input is named more than once")),
    }
}

/// The note about skipped links to folders. It names the first ones.
fn describe_links(links: &[String]) -> String {
    const MAX_NAMES: usize = 5;
    let names = links.iter().take(MAX_NAMES).map(|path| printable(path)).collect::<Vec<_>>().join(", ");
    let more = match links.len().saturating_sub(MAX_NAMES) {
        0 => String::new(),
        more => format!(" and {more} more; -v lists all"),
    };
    let what = if links.len() == 1 {
        "1 symbolic link to a folder was skipped".to_owned()
    } else {
        format!("{} symbolic links to folders were skipped", links.len())
    };
    format!("{what}: {names}{more}")
}

/// Prints the diffs and failures, and returns the reports with the exit code before findings count.
fn print_failures(
    context: &mut Context<'_>,
    outcomes: Vec<FileOutcome>,
) -> io::Result<(Vec<FileReport>, Exit)> {
    let mut reports = Vec::with_capacity(outcomes.len());
    let mut exit = Exit::Clean;
    for FileOutcome { report, diff, failure, online_exit, .. } in outcomes {
        if let Some(diff) = diff {
            write!(context.out, "{diff}")?;
        }
        if let Some(failure) = failure {
            context.error(format_args!("{}: {failure}", printable(&report.path)));
            exit = Exit::Usage;
        }
        if !report.was_read() {
            exit = Exit::Usage;
        }
        exit = exit.max(online_exit);
        reports.push(report);
    }
    Ok((reports, exit))
}

/// For each file that shares its tenant and application: the name of one other file, and how many there are.
fn copies<'a>(files: impl Iterator<Item = (&'a str, Option<Identity>)>) -> HashMap<usize, (&'a str, usize)> {
    let mut by_identity = HashMap::<Identity, Vec<(usize, &str)>>::new();
    for (at, (name, identity)) in files.enumerate() {
        if let Some(identity) = identity {
            by_identity.entry(identity).or_default().push((at, name));
        }
    }
    let mut copies = HashMap::new();
    for group in by_identity.into_values() {
        let [(first, first_name), (_, second_name), ..] = *group else { continue };
        for (at, _) in &group {
            let other = if *at == first { second_name } else { first_name };
            copies.insert(*at, (other, group.len() - 1));
        }
    }
    copies
}

/// Adds the findings about files with the same tenant and application. Only those files are read again: all
/// texts together could be large.
fn with_copies(
    targets: &[Target],
    mut outcomes: Vec<FileOutcome>,
    args: &CheckArgs,
    excerpts: bool,
) -> Vec<FileOutcome> {
    let names = outcomes.iter().map(|outcome| outcome.report.path.clone()).collect::<Vec<_>>();
    let identities = outcomes.iter().map(|outcome| outcome.identity);
    for (at, (other, count)) in copies(names.iter().map(String::as_str).zip(identities)) {
        let (Some(target), Some(outcome)) = (targets.get(at), outcomes.get_mut(at)) else { continue };
        let checked = match (target, outcome.standard_input.take()) {
            (Target::File(path), _) => args.check_file(path),
            (_, Some(checked)) => checked,
            _ => continue,
        };
        outcome.report = FileReport::new(&pipeline::check_with_copies(checked, other, count), excerpts);
    }
    outcomes
}

/// A tenant and an application.
type Identity = (uuid::Uuid, uuid::Uuid);

/// The result for one file, ready for output.
struct FileOutcome {
    report: FileReport,
    identity: Option<Identity>,
    /// Standard input cannot be read again.
    standard_input: Option<Checked>,
    diff: Option<String>,
    failure: Option<String>,
    /// The exit code of the online check before findings count.
    online_exit: Exit,
}

/// The result for one file.
struct CheckedFile {
    checked: Checked,
    diff: Option<String>,
    /// Why the file could not be fixed.
    failure: Option<String>,
    is_standard_input: bool,
}

impl CheckedFile {
    fn into_outcome(self, excerpts: bool) -> FileOutcome {
        let report = FileReport::new(&self.checked, excerpts);
        let identity = self.checked.draft().and_then(Draft::identity);
        let standard_input = Some(self.checked).filter(|_| self.is_standard_input);
        let (diff, failure) = (self.diff, self.failure);
        FileOutcome { report, identity, standard_input, diff, failure, online_exit: Exit::Clean }
    }
}

/// Checks every file and probes its tenant. Prints why a tenant could not be probed.
fn online(
    context: &mut Context<'_>,
    args: &CheckArgs,
    targets: &[Target],
) -> Result<Vec<FileOutcome>, CliError> {
    let is_human = args.format == Format::Human;
    let mut rest = Vec::with_capacity(targets.len());
    let mut files = Vec::with_capacity(targets.len());
    for (target, CheckedFile { checked, diff, failure, .. }) in
        targets.iter().zip(in_parallel(targets, |target| check_target(target, args)))
    {
        let folder = match target {
            Target::File(path) | Target::NoFile(path, _) | Target::Empty(path, _) => folder(path),
            Target::Stdin => PathBuf::new(),
        };
        files.push(online::File { checked, folder });
        rest.push((diff, failure));
    }
    let mut examined = online::examine(context, &args.online, files)?;
    if args.fix {
        for ((file, target), (_, failure)) in examined.iter_mut().zip(targets).zip(&mut rest) {
            if let Target::File(path) = target
                && let Err(error) = fix_date(file, path)
            {
                *failure = Some(error.to_string());
            }
        }
    }
    let names = examined.iter().map(|file| file.checked.source().name().to_owned()).collect::<Vec<_>>();
    let identities = examined.iter().map(|file| file.checked.draft().and_then(Draft::identity));
    let mut copies = copies(names.iter().map(String::as_str).zip(identities));
    let outcomes = examined.into_iter().enumerate().zip(rest).map(|((at, mut file), (diff, failure))| {
        let online_exit = online::report_unseen(context, &file);
        if let Some((other, count)) = copies.remove(&at) {
            file.checked = pipeline::check_with_copies(file.checked, other, count);
        }
        let mut report = FileReport::new(&file.checked, is_human);
        report.verdict = describe_verdict(&file.tenant);
        FileOutcome { report, identity: None, standard_input: None, diff, failure, online_exit }
    });
    Ok(outcomes.collect())
}

fn check_target(target: &Target, args: &CheckArgs) -> CheckedFile {
    let checked = match target {
        Target::Stdin => check_stdin(&args.stdin_filename, args.today()),
        Target::NoFile(path, reason) | Target::Empty(path, reason) => {
            let help = "name a settings file or a folder with settings files";
            pipeline::Checked::unreadable(display(path), reason.clone(), help)
        }
        Target::File(path) if args.paths.is_empty() && is_missing_default(path) => {
            pipeline::Checked::unreadable(display(path), NO_DEFAULT_FILE.to_owned(), "")
        }
        Target::File(path) if args.fix && !args.diff => return fix_file(path, args),
        Target::File(path) => args.check_file(path),
    };
    let after = if args.diff { edit::apply_safe_fixes(&checked) } else { None };
    let diff = after.map(|after| edit::diff(checked.source(), after.source()));
    CheckedFile { checked, diff, failure: None, is_standard_input: matches!(target, Target::Stdin) }
}

fn fix_file(path: &Path, args: &CheckArgs) -> CheckedFile {
    let before = args.check_file(path);
    let is_fixable = before.diagnostics().iter().filter_map(|found| found.fix.as_ref()).any(|fix| fix.safe);
    let (checked, failure) = match is_fixable.then(|| edit::fix_file(before.source().name(), path)) {
        None => (before, None),
        // Checked again, because fixing does not know the day.
        Some(Ok(Change::Saved(_) | Change::Unchanged(_))) => (args.check_file(path), None),
        Some(Ok(Change::Refused(after, _))) => (after, None),
        Some(Err(ChangeError::Unsound(checked))) => (*checked, None),
        Some(Err(error)) => (before, Some(error.to_string())),
    };
    CheckedFile { checked, diff: None, failure, is_standard_input: false }
}

/// Corrects the date that differs from the tenant. The other fixes need no tenant.
fn fix_date(file: &mut online::Examined, path: &Path) -> Result<(), ChangeError> {
    let edits =
        file.checked.diagnostics().iter().filter_map(|found| found.fix.as_ref()).flat_map(|fix| &fix.edits);
    let changes = edits.filter_map(|edit| match edit {
        Edit::Date(key, date) => Some(edit::Change::Set(key.clone(), edit::NewValue::Date(*date))),
        _ => None,
    });
    let changes = changes.collect::<Vec<_>>();
    if changes.is_empty() {
        return Ok(());
    }
    if let Change::Saved(checked) | Change::Unchanged(checked) =
        edit::apply_to_file(file.checked.source().name(), path, &changes)?
    {
        file.checked = pipeline::check_with_tenant(checked, &file.tenant);
    }
    Ok(())
}

/// Applies `work` to every item, on all processors. Keeps the order of the items.
fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    // For fewer files, a thread costs more than it saves.
    const FILES_PER_THREAD: usize = 32;
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = processors.min(items.len() / FILES_PER_THREAD);
    if threads < 2 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(items.len()));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut own = Vec::new();
                loop {
                    let start = next.fetch_add(FILES_PER_THREAD, Ordering::Relaxed);
                    let Some(rest) = items.get(start..).filter(|rest| !rest.is_empty()) else { break };
                    own.extend(
                        rest.iter()
                            .take(FILES_PER_THREAD)
                            .enumerate()
                            .map(|(at, item)| (start + at, work(item))),
                    );
                }
                results.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend(own);
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    results.sort_unstable_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}
