//! The prompts at a terminal.
//!
//! An answer is accepted only if it passes the rules. Otherwise their findings are shown and the question is repeated.

use std::io;

use inquire::Select;

use super::given::{Answer, NO_USERS, Origin, parse};
use super::question::{Question, SignIn};
use super::settings_file::{SaveOutcome, SettingsFile, known};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::output::wrap_message;
use crate::cli::prompt::{PromptError, ask_text};
use crate::cli::{administrator, browser};
use crate::diagnostic::Diagnostic;
use crate::edit::NewValue;
use crate::secret::SecretSource;
use crate::secret::shape::may_be_a_secret;
use crate::settings::{Choice, Cloud, Mode};
use crate::text::printable;

/// Why the prompts ended early.
pub(super) enum AskError {
    /// A prompt gave no answer.
    Prompt(PromptError),
    /// The answer could not be saved.
    Cli(CliError),
}

impl From<PromptError> for AskError {
    fn from(error: PromptError) -> Self {
        Self::Prompt(error)
    }
}

impl From<CliError> for AskError {
    fn from(error: CliError) -> Self {
        Self::Cli(error)
    }
}

impl From<io::Error> for AskError {
    fn from(error: io::Error) -> Self {
        Self::Cli(error.into())
    }
}

/// Asks a question of the settings file until the rules accept the answer; `None` for no answer.
pub(super) fn setting(
    context: &mut Context<'_>,
    file: &mut SettingsFile,
    question: Question,
) -> Result<Option<()>, AskError> {
    loop {
        let Some(value) = value(context, file, question)? else { return Ok(None) };
        let answer = [Answer { question, value, origin: Origin::Prompt }];
        let refused = match file.objections(&answer) {
            Ok(objections) if objections.is_empty() => match file.save(context, &answer)? {
                SaveOutcome::Saved => {
                    file.warn(context, &[question])?;
                    return Ok(Some(()));
                }
                SaveOutcome::Refused(found) => sentence(found.iter()),
            },
            Ok(objections) => sentence(objections.iter().map(|(_, found)| found)),
            Err(error) => error,
        };
        writeln!(context.err, "{}", wrap_message("# ", &refused))?;
    }
}

fn value(
    context: &mut Context<'_>,
    file: &SettingsFile,
    question: Question,
) -> Result<Option<NewValue>, AskError> {
    let line = |title, help| Line { question, title, help, default: default(file, question) };
    match question {
        Question::Mode => Ok(Some(mode(file)?)),
        Question::Cloud => Ok(Some(cloud(file)?)),
        Question::SwyxVersion => {
            text(context, file, &line("SwyxWare version:", "such as 14.10; press Enter to skip"))
        }
        Question::Tenant => text(context, file, &line("Directory (tenant) ID:", "a GUID")),
        Question::Secret => {
            let help = "file:PATH, keyring:swyx-teams/NAME, env:NAME or { command = [\"PROGRAM\"] }; never the secret itself";
            text(context, file, &line("Where to store the client secret:", help))
        }
        Question::User => {
            let help = "SWYX NAME=TEAMS ACCOUNT; press Enter to finish";
            text(context, file, &line("User with a different account:", help))
        }
        // These have no prompt.
        Question::ApplicationName
        | Question::SignIn
        | Question::SecretOut
        | Question::AsInTheGuide
        | Question::NewSecret
        | Question::Prune
        | Question::Yes => Ok(None),
    }
}

/// A question for one line of text.
struct Line {
    question: Question,
    title: &'static str,
    help: &'static str,
    /// The answer if nothing is typed.
    default: Option<String>,
}

/// The answer if nothing is typed: the earlier one after going back, otherwise for the secret a file next to the settings file.
fn default(file: &SettingsFile, question: Question) -> Option<String> {
    match question {
        Question::Secret => {
            let draft = file.checked.draft();
            Some(match draft.and_then(|draft| draft.registration().client_secret) {
                Some(SecretSource::File(path)) => format!("file:{}", path.display()),
                Some(SecretSource::Env(name)) => format!("env:{name}"),
                Some(SecretSource::Keyring(entry)) => format!("keyring:{entry}"),
                Some(SecretSource::Inline(_) | SecretSource::Command(_)) | None => default_secret(file),
            })
        }
        Question::SwyxVersion | Question::Tenant => known(&file.checked, question),
        _ => None,
    }
}

/// The explanation above a question.
pub(super) fn introduction(question: Question) -> &'static str {
    match question {
        Question::SwyxVersion => {
            "The rules, and the place of the settings in Control Center, depend on the version."
        }
        Question::Mode => {
            "\
Mode 1 shows the Teams status in Swyx. It only needs to read presences.
Mode 2 also shows \"In a call\" in Teams while a user is \"Speaking\" in Swyx. It needs SwyxWare 13.25 and also writes presences."
        }
        Question::Tenant => {
            "Copy the tenant ID from the Overview page of the Entra admin center."
        }
        Question::Cloud => "Nearly all tenants are in the global cloud.",
        Question::SignIn => {
            "An administrator registers the application and consents to its permissions. The plan names the required roles."
        }
        Question::Secret => {
            "\
Store the secret in a file that only you can read, or in the secret store of this system as keyring:swyx-teams/NAME.
A relative path starts at the settings file's folder."
        }
        Question::User => {
            "Users match automatically if their e-mail address in Swyx is their account in Teams. Enter the users with a different account."
        }
        Question::ApplicationName
        | Question::SecretOut
        | Question::AsInTheGuide
        | Question::NewSecret
        | Question::Prune
        | Question::Yes => "",
    }
}

/// A file next to the settings file, with the same base name.
fn default_secret(file: &SettingsFile) -> String {
    let stem = file.path.file_stem().map_or_else(|| "swyx-teams".into(), |stem| stem.to_string_lossy());
    format!("file:{stem}.secret")
}

/// Asks for a text until the rules accept it; `None` for an empty answer to an optional question without a default.
fn text(context: &mut Context<'_>, file: &SettingsFile, line: &Line) -> Result<Option<NewValue>, AskError> {
    let question = line.question;
    let is_optional = matches!(question, Question::SwyxVersion | Question::User);
    let title = match &line.default {
        Some(default) => format!("{} ({})", line.title, printable(default)),
        None => line.title.to_owned(),
    };
    let mut initial = String::new();
    loop {
        writeln!(context.err, "[{}]", line.help)?;
        let typed = ask_text(&title, &initial)?;
        let answer = match (typed.trim(), &line.default) {
            ("", Some(default)) => default,
            (answer, _) => answer,
        };
        if is_optional && is_no_answer(question, answer) {
            return Ok(None);
        }
        match validate(file, question, answer) {
            Ok(()) => return Ok(Some(parse(question, answer).map_err(PromptError::Terminal)?)),
            Err(message) => writeln!(context.err, "{}", wrap_message("# ", &message))?,
        }
        // The wrong answer can be corrected. A secret in the wrong place is not printed again.
        let may_be_secret = question == Question::Secret || may_be_a_secret(answer);
        initial = if may_be_secret { String::new() } else { typed };
    }
}

fn is_no_answer(question: Question, typed: &str) -> bool {
    typed.is_empty() || (question == Question::User && typed == NO_USERS)
}

/// Checks a typed text with the rules.
fn validate(file: &SettingsFile, question: Question, typed: &str) -> Result<(), String> {
    if typed.is_empty() {
        return Err("a value is required".to_owned());
    }
    let value = parse(question, typed)?;
    let answer = [Answer { question, value, origin: Origin::Prompt }];
    let objections = file.objections(&answer)?;
    if objections.is_empty() { Ok(()) } else { Err(sentence(objections.iter().map(|(_, found)| found))) }
}

/// Findings in one line.
fn sentence<'a>(found: impl Iterator<Item = &'a Diagnostic>) -> String {
    let sentences = found.map(|found| match &found.help {
        Some(help) => format!("{}: {help}", found.message),
        None => found.message.clone(),
    });
    sentences.collect::<Vec<_>>().join("; ")
}

fn mode(file: &SettingsFile) -> Result<NewValue, PromptError> {
    // The introduction explains them; the chosen line must fit beside the prompt.
    let line = |(mode, description): (Mode, &str)| (mode, format!("{}: {description}", mode.number()));
    let modes = [(Mode::FromTeams, "Teams to Swyx only"), (Mode::BothWays, "both ways")];
    let current = known(&file.checked, Question::Mode);
    let start = modes.iter().position(|(mode, _)| current == Some(mode.number().to_string()));
    let mode = choose("Direction of the synchronisation:", modes.map(line).into(), start)?;
    Ok(NewValue::Integer(mode.number().into()))
}

fn cloud(file: &SettingsFile) -> Result<NewValue, PromptError> {
    let line = |(name, title, _): &(&'static str, &str, Cloud)| (*name, format!("{name}: {title}"));
    let current = known(&file.checked, Question::Cloud);
    let start = Cloud::CHOICES.iter().position(|(name, _, _)| current.as_deref() == Some(*name));
    let name = choose("Microsoft cloud of the tenant:", Cloud::CHOICES.iter().map(line).collect(), start)?;
    Ok(NewValue::Text(name.to_owned()))
}

/// Asks how the administrator signs in.
pub(super) fn sign_in(context: &mut Context<'_>) -> Result<SignIn, AskError> {
    let describe = |method: SignIn| match method {
        SignIn::Browser => "in the browser of this machine",
        SignIn::DeviceCode => "enter a code on a Microsoft page, in any browser",
        SignIn::Az => "with the Azure CLI account; run `az login --allow-no-subscriptions` first",
        SignIn::Token => "with the access token in SWYX_TEAMS_ADMIN_TOKEN",
    };
    loop {
        let methods = [SignIn::DeviceCode, SignIn::Az, SignIn::Token];
        let browser = browser::is_available().then_some(SignIn::Browser);
        let line = |method: SignIn| (method, format!("{}: {}", method.name(), describe(method)));
        let lines = browser.into_iter().chain(methods).map(line).collect();
        match choose("Administrator sign-in:", lines, None)? {
            SignIn::Token if context.admin_token.is_none() => {
                writeln!(context.err, "# {} is not set", administrator::ADMIN_TOKEN)?;
            }
            chosen => return Ok(chosen),
        }
    }
}

/// Asks for one of several lines. `start` is the earlier answer after going back.
fn choose<T>(title: &str, choices: Vec<(T, String)>, start: Option<usize>) -> Result<T, PromptError> {
    let help = "↑ ↓ to move, Enter to select";
    let (values, lines): (Vec<T>, Vec<String>) = choices.into_iter().unzip();
    let prompt = Select::new(title, lines).without_filtering().with_help_message(help);
    let at = prompt.with_starting_cursor(start.unwrap_or(0)).raw_prompt()?.index;
    values.into_iter().nth(at).ok_or_else(|| PromptError::Terminal("nothing selected".to_owned()))
}
