//! The part after the questions: carries out the plan, tests the secret, and prints the manual steps.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use super::events::Events;
use super::question::SignIn;
use crate::check;
use crate::cli::context::Context;
use crate::cli::error::{CliError, failure};
use crate::cli::exit::Exit;
use crate::cli::names::display;
use crate::secret::SecretSource;
use crate::text::printable;

/// Choices for this run that are not in the settings file.
#[derive(Clone, Debug)]
pub(in crate::cli) struct SetupChoices {
    /// How the administrator signs in.
    pub(in crate::cli) sign_in: SignIn,
    /// The target of the new secret, if swyx-teams cannot store it where the settings say.
    pub(in crate::cli) secret_out: Option<PathBuf>,
    /// Whether to set the redirect URI and the public client flows of the vendor's guide.
    pub(in crate::cli) as_in_the_guide: bool,
    /// Whether to create another client secret even if there is one.
    pub(in crate::cli) new_secret: bool,
    /// Whether to remove permissions that the mode does not need.
    pub(in crate::cli) prune: bool,
    /// Whether the user agrees to the plan in advance.
    pub(in crate::cli) yes: bool,
}

/// Registers the application for the settings file at `path`, tests it, and prints the manual steps.
pub(super) fn proceed(
    context: &mut Context<'_>,
    path: &Path,
    choices: &SetupChoices,
    events: Option<&Events>,
) -> Result<Exit, CliError> {
    let name = printable(&display(path));
    context.note("")?;
    let mut applied = apply(context, path, choices, events)?;
    if applied == Exit::Clean && wants_another_secret(context, path, choices) {
        applied = apply(context, path, &SetupChoices { new_secret: true, ..choices.clone() }, events)?;
    }
    // A missing consent does not prevent entering the settings in Control Center.
    if applied != Exit::Clean && applied != Exit::UnexpectedResponse {
        context.note(format_args!("run `swyx-teams setup --config {name}` to continue"))?;
        return Ok(applied);
    }
    if applied == Exit::UnexpectedResponse && check::check_file(display(path), path).settings().is_err() {
        return Ok(applied);
    }
    if let Some(out) = choices.secret_out.as_ref().filter(|out| !is_written(out)) {
        return Err(failure(
            Exit::Findings,
            format_args!(
                "{}: nothing was written to this file, because no client secret was created: the application has one already; to create another one, add --new-secret",
                printable(&display(out))
            ),
        ));
    }
    let mut tested = Exit::Clean;
    if applied == Exit::Clean {
        require_secret(context, path)?;
        writeln!(context.out)?;
        tested = test_secret(context, path, events)?;
        if tested != Exit::Clean && wants_replacement(context, choices) {
            applied = apply(context, path, &SetupChoices { new_secret: true, ..choices.clone() }, events)?;
            tested = if applied == Exit::Clean { test_secret(context, path, events)? } else { tested };
        }
    }
    writeln!(context.out)?;
    perform(context, events, &[OsStr::new("sheet"), OsStr::new("--"), path.as_os_str()])?;
    Ok(applied.max(tested))
}

/// Runs a command of this program.
fn perform(context: &mut Context<'_>, events: Option<&Events>, words: &[&OsStr]) -> io::Result<Exit> {
    match events {
        Some(events) => events.perform(context, words),
        None => context.perform(words),
    }
}

/// Whether the file for the new secret contains one, from this or an earlier run.
fn is_written(out: &Path) -> bool {
    std::fs::metadata(out).is_ok_and(|file| file.len() > 0)
}

/// Asks whether to create another client secret, if the application has one whose value is not available here. Graph never shows a value
/// again.
fn wants_another_secret(context: &mut Context<'_>, path: &Path, choices: &SetupChoices) -> bool {
    let is_given = choices.new_secret || context.has_new_secret;
    if is_given || choices.secret_out.as_ref().is_some_and(|out| is_written(out)) {
        return false;
    }
    let checked = check::check_file(display(path), path);
    let source = checked.draft().and_then(|draft| draft.registration().client_secret);
    let Some(source) = source.filter(|source| source.is_stored_by_hand()) else { return false };
    let is_available = context.fetch(&checked, source, path).is_ok();
    if is_available && choices.secret_out.is_none() {
        return false;
    }
    if !context.can_ask() {
        return false;
    }
    let question = "The application has a client secret already, and its value cannot be shown again. Create another one?";
    matches!(inquire::Confirm::new(question).with_default(false).prompt(), Ok(true))
}

/// Fails if there is no secret to test: the run created none, and the existing one cannot be read from where the settings say.
fn require_secret(context: &Context<'_>, path: &Path) -> Result<(), CliError> {
    let checked = check::check_file(display(path), path);
    let source = checked.draft().and_then(|draft| draft.registration().client_secret);
    let Some(source) = source.filter(|_| !context.has_new_secret) else { return Ok(()) };
    let Err(why) = context.fetch(&checked, source, path) else { return Ok(()) };
    let name = printable(&display(path));
    let (why, place) = (printable(&why), printable(&source.place()));
    Err(failure(
        Exit::Findings,
        format_args!(
            "{name}: no client secret was created or tested: the application has one already, but it cannot be read here: {why}; put the existing secret {place}, or add --new-secret to create another one, then run `swyx-teams setup --config {name}` again"
        ),
    ))
}

/// Asks whether to create another client secret after the test of the existing one failed.
fn wants_replacement(context: &Context<'_>, choices: &SetupChoices) -> bool {
    if choices.new_secret || context.has_new_secret || !context.can_ask() {
        return false;
    }
    let question = "The test of the stored client secret failed. Create another one?";
    matches!(inquire::Confirm::new(question).with_default(false).prompt(), Ok(true))
}

/// Shows the plan and carries it out. The administrator signs in with the chosen method only.
fn apply(
    context: &mut Context<'_>,
    path: &Path,
    choices: &SetupChoices,
    events: Option<&Events>,
) -> io::Result<Exit> {
    let mut words = vec![OsStr::new("apply")];
    let flags = [
        (choices.yes, "--yes"),
        (choices.as_in_the_guide, "--as-in-the-guide"),
        (choices.new_secret, "--new-secret"),
        (choices.prune, "--prune"),
        (choices.sign_in == SignIn::Az, "--use-az"),
        (choices.sign_in == SignIn::Browser, "--browser"),
        (choices.sign_in == SignIn::DeviceCode, "--device-code"),
    ];
    words.extend(flags.into_iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| OsStr::new(flag)));
    if let Some(out) = &choices.secret_out {
        words.extend([OsStr::new("--secret-out"), out.as_os_str()]);
    }
    words.extend([OsStr::new("--"), path.as_os_str()]);
    let token = context.admin_token.take();
    if choices.sign_in == SignIn::Token {
        context.admin_token.clone_from(&token);
    }
    let exit = perform(context, events, &words);
    context.admin_token = token;
    exit
}

/// Signs in as the application with the stored secret, unless the user still has to store it; `apply` has tested that one.
fn test_secret(context: &mut Context<'_>, path: &Path, events: Option<&Events>) -> io::Result<Exit> {
    let checked = check::check_file(display(path), path);
    let source = checked.draft().and_then(|draft| draft.registration().client_secret);
    let name = printable(&display(path));
    if context.has_new_secret && source.is_some_and(SecretSource::is_stored_by_hand) {
        context.note(format_args!(
            "after you have stored the secret, run `swyx-teams check --online {name}` to test it"
        ))?;
        return Ok(Exit::Clean);
    }
    let words = ["check", "--online", "--"].map(OsStr::new);
    let exit = perform(context, events, &[words.as_slice(), &[path.as_os_str()]].concat())?;
    if exit != Exit::Clean {
        let advice = if context.has_new_secret {
            format!(
                "Entra ID can take some minutes to replicate new objects; run `swyx-teams check --online {name}` again later"
            )
        } else {
            format!(
                "the test of the stored client secret failed; if Entra ID rejects it, `swyx-teams setup --config {name} --new-secret` creates another one"
            )
        };
        context.note(advice)?;
    }
    Ok(exit)
}
