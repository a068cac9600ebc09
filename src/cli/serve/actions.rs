//! The buttons of the page. They run commands and show their messages.

use std::path::PathBuf;
use std::sync::Arc;

use crate::check as pipeline;
use crate::cli::context::{Context, Dispatch};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::names::{display, folder};
use crate::cli::online::{self, OnlineArgs};
use crate::cli::options::Global;
use crate::cli::provision::show::PlanText;
use crate::cli::provision::{AdminSignIn, AdministratorArgs, plan};
use crate::cli::sheet;
use crate::diagnostic::Severity;
use crate::form::{Form, collect_findings};
use crate::report::{FileReport, describe_verdict};
use crate::secret::Secret;
use crate::sheet::{Field as SheetField, Sheet};
use crate::text::printable;
use crate::web::actions::{Action, Actions, Done, Field, Part, Progress, Step, Verdict};

/// The time limit per file in seconds, as in `check --online`.
const TIMEOUT: u64 = 60;

/// The commands for the served settings file.
pub(super) struct Commands {
    path: PathBuf,
    global: Global,
    admin_token: Option<Secret>,
    way: AdminSignIn,
    dispatch: Dispatch,
}

impl Commands {
    /// The commands, with the global options of `serve`.
    pub(super) fn new(context: &Context<'_>, path: PathBuf, way: AdminSignIn) -> Self {
        // Messages go to the page; there is no prompt on the terminal.
        let global = Global { no_input: true, quiet: true, ..context.global.clone() };
        Self { path, global, admin_token: context.admin_token.clone(), way, dispatch: context.dispatch }
    }
}

impl Actions for Commands {
    fn perform(&self, action: Action, progress: &Arc<dyn Progress>) -> Done {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut context = Context {
            out: &mut out,
            err: &mut err,
            global: self.global.clone(),
            admin_token: self.admin_token.clone(),
            page: Some(Arc::clone(progress)),
            has_new_secret: false,
            dispatch: self.dispatch,
        };
        let result = match action {
            Action::Check | Action::CheckAsAdmin => self.check(&mut context, progress, action),
            Action::Plan => self.plan(&mut context, progress),
            Action::Sheet => self.sheet(&mut context),
        };
        let done = result.unwrap_or_else(|error| match error {
            CliError::Output(error) => failed(format!("stopped unexpectedly: {}", crate::os::reason(&error))),
            error => unfinished(error.report(&mut err)),
        });
        // No colours, as in a pipe.
        let messages = anstream::adapter::strip_str(&String::from_utf8_lossy(&err)).to_string();
        let mut done = done;
        if !messages.trim().is_empty() {
            done.parts.insert(0, Part::Verbatim(messages.trim_end().to_owned()));
        }
        done
    }
}

/// The result, or the exit code of the command.
type ActionResult = Result<Done, CliError>;

impl Commands {
    fn check(&self, context: &mut Context<'_>, progress: &Arc<dyn Progress>, action: Action) -> ActionResult {
        let as_admin = action == Action::CheckAsAdmin;
        progress.report("signing in as the application and checking its permissions");
        if as_admin {
            progress.report("signing in as an administrator to read the registration");
        }
        let use_az = as_admin && self.way == AdminSignIn::AzureCli;
        let (browser, device_code, thorough) = (false, false, false);
        let args =
            OnlineArgs { online: true, thorough, as_admin, use_az, browser, device_code, timeout: TIMEOUT };
        let checked = pipeline::check_file(display(&self.path), &self.path);
        let file = online::File { checked, folder: folder(&self.path) };
        let Some(file) = online::examine(context, &args, vec![file])?.into_iter().next() else {
            return Err(CliError::Reported(Exit::UnexpectedResponse));
        };
        let seen = online::report_unseen(context, &file);
        let report = FileReport::new(&file.checked, false);
        let worst = report.findings.iter().map(|finding| finding.diagnostic.severity).max();
        let overall = match (seen, worst) {
            (Exit::Clean, Some(Severity::Error)) => Verdict::Open,
            (Exit::Clean, _) => Verdict::Good,
            _ => Verdict::Failed,
        };
        let parts = [
            Part::List(None, describe_verdict(&file.tenant)),
            Part::Findings(collect_findings(&Form::new(), &file.checked, None)),
            Part::List(None, report.unexamined()),
        ];
        Ok(done(overall, report.in_a_line(), parts))
    }

    fn plan(&self, context: &mut Context<'_>, progress: &Arc<dyn Progress>) -> ActionResult {
        progress.report("signing in as an administrator and reading the tenant");
        let plan = plan::for_page(context, &self.path, &AdministratorArgs::usual(self.way))?;
        Ok(plan_result(plan))
    }

    fn sheet(&self, context: &mut Context<'_>) -> ActionResult {
        Ok(sheet_result(sheet::of_file(context, &self.path)?))
    }
}

fn plan_result(plan: PlanText) -> Done {
    let steps = plan.lines.iter().map(|line| Step {
        sign: line.sign.mark(),
        object: line.object.to_owned(),
        what: printable(&line.what),
        reason: format!("{}: {}", line.key, printable(&line.reason)),
        role: line.role.map(str::to_owned),
    });
    let verdict = if plan.lines.is_empty() { Verdict::Good } else { Verdict::Open };
    let notes = plan.notes.iter().map(|note| printable(note)).collect();
    let parts = [Part::List(None, plan.head), Part::Steps(steps.collect()), Part::List(Some("Notes"), notes)];
    done(verdict, plan.end, parts)
}

fn sheet_result(sheet: Sheet) -> Done {
    let headings = sheet.headings;
    let field = |field: SheetField| {
        let portal = field.portal.filter(|portal| *portal != field.label);
        let portal = portal.map(|portal| format!("{}: {portal}", headings.portal));
        Field {
            label: field.label.to_owned(),
            value: field.value,
            remarks: field.kept.into_iter().chain(portal).collect(),
        }
    };
    let parts = [
        Part::Fields(sheet.fields.into_iter().map(field).collect()),
        Part::List(Some(headings.warnings), sheet.warnings),
        Part::Numbered(headings.steps, sheet.steps),
        Part::List(Some(headings.notes), sheet.notes),
    ];
    done(Verdict::Good, sheet.place.to_owned(), parts)
}

fn done(verdict: Verdict, headline: String, parts: impl IntoIterator<Item = Part>) -> Done {
    let is_empty = |part: &Part| match part {
        Part::Verbatim(text) => text.is_empty(),
        Part::List(_, items) | Part::Numbered(_, items) => items.is_empty(),
        Part::Fields(fields) => fields.is_empty(),
        Part::Steps(steps) => steps.is_empty(),
        Part::Findings(findings) => findings.is_empty(),
    };
    Done { verdict, headline, parts: parts.into_iter().filter(|part| !is_empty(part)).collect() }
}

fn failed(headline: String) -> Done {
    done(Verdict::Failed, headline, [])
}

/// The headline if there is no result. The messages of the command follow it.
fn unfinished(exit: Exit) -> Done {
    let why = match exit {
        Exit::Findings => "the file has errors: fix them first",
        Exit::Timeout => "timeout",
        Exit::UnexpectedResponse => "unexpected response",
        Exit::Usage | Exit::Clean => "the action failed",
    };
    failed(why.to_owned())
}
