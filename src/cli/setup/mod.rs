//! `setup`: asks for missing answers, writes them to the settings file, and registers the application.
//!
//! An answer comes from a flag, otherwise from the answers file, the settings file, or a prompt. Without a terminal, a missing answer is
//! an error that names the flag.

mod answers;
pub(super) mod answers_schema;
pub(super) mod args;
mod ask;
mod events;
mod given;
mod missing;
mod proceed;
mod question;
mod settings_file;
mod summary;

use std::io;

use crate::check::Checked;
use crate::cli::context::Context;
use crate::cli::error::{CliError, usage_error};
use crate::cli::exit::Exit;
use crate::cli::options::Plain;
use crate::cli::prompt::PromptError;
use crate::text::printable;
use args::SetupArgs;
use ask::AskError;
use events::Events;
use given::{AnswerError, GivenAnswers, Origin};
use missing::{cannot_sign_in, missing};
use proceed::SetupChoices;
use question::{Question, SignIn};
use settings_file::{SaveOutcome, SettingsFile, known};

pub(super) fn run(context: &mut Context<'_>, args: &SetupArgs) -> Result<Exit, CliError> {
    match args.format {
        Plain::Human => set_up(context, args, None),
        Plain::Json => {
            events::run(context, args, |context, args, events| set_up(context, args, Some(events)))
        }
    }
}

/// With `events`, the progress is written there, and nobody is asked.
fn set_up(context: &mut Context<'_>, args: &SetupArgs, events: Option<&Events>) -> Result<Exit, CliError> {
    let path = context.only_file(args.file.as_ref())?;
    let mut errors = Vec::new();
    let mut given = given::flags(args, &mut errors);
    let mut is_unread = false;
    if let Some(path) = &args.answers {
        let answers = answers::read(path, &mut errors);
        is_unread = answers.is_none();
        given = given.or(answers.unwrap_or_default());
    }
    if given.sign_in.is_none() && context.admin_token.is_some() {
        given.sign_in = Some((SignIn::Token, Origin::Variable));
    }
    let mut file = SettingsFile::begin(context, path)?;
    match file.objections(&given.settings) {
        Ok(objections) => errors.extend(settings_file::errors(objections, &file.name)),
        Err(message) => {
            let at = printable(&file.name);
            errors.push(AnswerError { question: None, at, message, help: None });
        }
    }
    let after = file.with(&given.settings);
    let after = after.as_ref().unwrap_or(&file.checked);
    let asked = open(after, &given);
    let mut missing_answers = Vec::new();
    // An unread file may contain every answer.
    if !context.can_ask() && !is_unread {
        errors.extend(cannot_sign_in(&given, context.admin_token.is_some(), events.is_some()));
        let is_wrong = |question| errors.iter().any(|error| error.question == Some(question));
        let missing = missing(after, &given, &asked, events.is_some()).into_iter();
        missing_answers.extend(missing.filter(|missing| !missing.question.is_some_and(is_wrong)));
    }
    if !errors.is_empty() || !missing_answers.is_empty() {
        if let Some(events) = events {
            events.invalid(&errors);
            events.missing(&missing_answers);
        }
        file.report_wrong(context, &asked)?;
        errors.append(&mut missing_answers);
        return Err(report_errors(context, &errors));
    }
    let asked = if context.can_ask() { asked } else { Vec::new() };
    context.note(summary::summary(&file, after, &given, &asked))?;
    fill_in(context, &mut file, &given, &asked, events)
}

/// Saves the given answers, asks for the rest, and carries out the setup.
fn fill_in(
    context: &mut Context<'_>,
    file: &mut SettingsFile,
    given: &GivenAnswers,
    asked: &[Question],
    events: Option<&Events>,
) -> Result<Exit, CliError> {
    if let SaveOutcome::Refused(found) = file.save(context, &given.settings)? {
        let found = found.into_iter().map(|found| (None, found)).collect();
        let errors = settings_file::errors(found, &file.name);
        if let Some(events) = events {
            events.invalid(&errors);
        }
        return Err(report_errors(context, &errors));
    }
    let known = Question::ALL.into_iter().filter(|question| !asked.contains(question)).collect::<Vec<_>>();
    file.warn(context, &known)?;
    if !asked.is_empty() {
        file.report_wrong(context, asked)?;
        configure_prompts(context);
    }
    let asked_sign_in = ask_all(context, file, asked).map_err(|error| match error {
        AskError::Prompt(error) => stopped(context, file, error),
        AskError::Cli(error) => error,
    })?;
    let sign_in = asked_sign_in.or(given.sign_in.as_ref().map(|(method, _)| *method));
    let Some(sign_in) = sign_in else { return Ok(Exit::Usage) };
    let choices = SetupChoices {
        sign_in,
        secret_out: given.secret_out.as_ref().map(|(path, _)| path.clone()),
        as_in_the_guide: given.as_in_the_guide.is_some(),
        new_secret: given.new_secret.is_some(),
        prune: given.prune.is_some(),
        yes: given.yes.is_some(),
    };
    proceed::proceed(context, &file.path, &choices, events)
}

/// Asks the questions, saves each answer at once, and returns the sign-in method if it was asked for. Esc leads back to the question before.
fn ask_all(
    context: &mut Context<'_>,
    file: &mut SettingsFile,
    questions: &[Question],
) -> Result<Option<SignIn>, AskError> {
    let mut sign_in = None;
    let mut at = 0;
    while let Some(question) = questions.get(at).copied() {
        context.note(format_args!("\n{}", ask::introduction(question)))?;
        match ask_one(context, file, question, &mut sign_in) {
            Ok(()) => at += 1,
            Err(AskError::Prompt(PromptError::Back)) if at > 0 => at -= 1,
            Err(error) => return Err(error),
        }
    }
    Ok(sign_in)
}

fn ask_one(
    context: &mut Context<'_>,
    file: &mut SettingsFile,
    question: Question,
    sign_in: &mut Option<SignIn>,
) -> Result<(), AskError> {
    match question {
        Question::SignIn => *sign_in = Some(ask::sign_in(context)?),
        // Repeats until the answer is empty.
        Question::User => while ask::setting(context, file, Question::User)?.is_some() {},
        question => {
            ask::setting(context, file, question)?;
        }
    }
    Ok(())
}

/// The open questions that have a prompt.
fn open(after: &Checked, given: &GivenAnswers) -> Vec<Question> {
    let is_registered = after.draft().is_some_and(|draft| draft.registration().client_id.is_some());
    let is_open = |question: &Question| match question {
        Question::ApplicationName
        | Question::SecretOut
        | Question::AsInTheGuide
        | Question::NewSecret
        | Question::Prune
        | Question::Yes => false,
        Question::User if given.no_users.is_some() => false,
        // For an existing application, these questions count as answered, possibly by the default.
        Question::Cloud | Question::User if is_registered => false,
        // The key of a certificate stays in SwyxServer, so there is no secret to store.
        Question::Secret if after.draft().is_some_and(|draft| draft.registration().uses_certificate()) => {
            false
        }
        Question::SignIn => given.sign_in.is_none(),
        question => known(after, *question).is_none(),
    };
    Question::ALL.into_iter().filter(is_open).collect()
}

/// Prints invalid and missing answers.
fn report_errors(context: &mut Context<'_>, errors: &[AnswerError]) -> CliError {
    for AnswerError { at, message, help, .. } in errors {
        let help = help.iter().map(|help| format!("\n  {help}")).collect::<String>();
        context.error(format_args!("{at}: {message}{help}"));
    }
    CliError::Reported(Exit::Usage)
}

/// The error after a cancellation, with how to continue.
fn stopped(context: &mut Context<'_>, file: &SettingsFile, error: PromptError) -> CliError {
    if let PromptError::Terminal(error) = error {
        context.error(format_args!("cannot prompt on the terminal: {error}"));
    }
    let name = printable(&file.name);
    if file.is_empty() {
        return usage_error("cancelled; nothing was written");
    }
    let file = match name.as_str() {
        "swyx-teams.toml" => String::new(),
        name if name.contains(' ') => format!(" '{name}'"),
        name => format!(" {name}"),
    };
    usage_error(format_args!(
        "cancelled; {name} keeps the answers so far; run `swyx-teams setup{file}` to continue"
    ))
}

/// Prompts use colours if other output does. An answered prompt keeps its prefix, as in the prompts for a text.
fn configure_prompts(context: &Context<'_>) {
    let choice = context.global.color.choice();
    let choice = choice.unwrap_or_else(|| anstream::AutoStream::choice(&io::stderr()));
    let config = if choice == anstream::ColorChoice::Never {
        inquire::ui::RenderConfig::empty()
    } else {
        inquire::ui::RenderConfig::default_colored()
    };
    inquire::set_global_render_config(config.with_answered_prompt_prefix(config.prompt_prefix));
}
