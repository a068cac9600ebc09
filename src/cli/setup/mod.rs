//! `setup`: asks for what is still open, writes it into the settings file, and goes on to register the application.
//!
//! An answer comes from a flag, else from the answers file, else from the settings file, else from the person at the terminal. Without a
//! terminal what is missing is an error that names the flag.

mod answers;
mod args;
mod ask;
mod given;
mod missing;
mod proceed;
mod question;
mod summary;
mod work;

use std::io;

pub(super) use args::Setup;
pub(super) use proceed::Choices;
pub(super) use question::SignIn;

use super::{Context, Exit};
use crate::check::Checked;
use crate::text::printable;
use ask::Stop;
use given::{Complaint, Given, Origin};
use missing::{cannot_sign_in, missing};
use question::Question;
use work::{Saved, Work, known};

pub(super) fn run(context: &mut Context<'_>, args: &Setup) -> io::Result<Exit> {
    let path = context.file(args.file.as_ref());
    let mut complaints = Vec::new();
    let mut given = given::flags(args, &mut complaints);
    if let Some(path) = &args.answers {
        given = given.or(answers::read(path, &mut complaints));
    }
    if given.sign_in.is_none() && context.admin_token.is_some() {
        given.sign_in = Some((SignIn::Token, Origin::Variable));
    }
    let mut work = match Work::begin(context, path)? {
        Ok(work) => work,
        Err(exit) => return Ok(exit),
    };
    match work.objections(&given.settings) {
        Ok(objections) => complaints.extend(work::complaints(objections, &work.name)),
        Err(message) => {
            let at = printable(&work.name);
            complaints.push(Complaint { question: None, at, message, help: None });
        }
    }
    let after = work.with(&given.settings);
    let after = after.as_ref().unwrap_or(&work.checked);
    let asked = open(after, &given);
    if !context.can_ask() {
        complaints.extend(cannot_sign_in(&given, context.admin_token.is_some()));
        let is_wrong = |question| complaints.iter().any(|complaint| complaint.question == Some(question));
        let missing = missing(after, &given, &asked).into_iter();
        let missing = missing.filter(|missing| !missing.question.is_some_and(is_wrong)).collect::<Vec<_>>();
        complaints.extend(missing);
    }
    if !complaints.is_empty() {
        work.report_wrong(context, &asked)?;
        return refuse(context, &complaints);
    }
    let asked = if context.can_ask() { asked } else { Vec::new() };
    context.note(summary::summary(&work, after, &given, &asked))?;
    fill_in(context, &mut work, &given, &asked)
}

/// Saves what was given, asks for the rest, and goes on.
fn fill_in(
    context: &mut Context<'_>,
    work: &mut Work,
    given: &Given,
    asked: &[Question],
) -> io::Result<Exit> {
    match work.save(context, &given.settings)? {
        Ok(Saved::Yes) => {}
        Ok(Saved::Refused(found)) => {
            let found = found.into_iter().map(|found| (None, found)).collect();
            return refuse(context, &work::complaints(found, &work.name));
        }
        Err(exit) => return Ok(exit),
    }
    let known = Question::ALL.into_iter().filter(|question| !asked.contains(question)).collect::<Vec<_>>();
    work.warn(context, &known)?;
    if !asked.is_empty() {
        work.report_wrong(context, asked)?;
        use_colours(context);
    }
    let mut sign_in = given.sign_in.as_ref().map(|(way, _)| *way);
    for question in asked {
        context.note(format_args!("\n{}", ask::introduction(*question)))?;
        let ended = match question {
            Question::SignIn => match ask::sign_in(context)? {
                Ok(way) => {
                    sign_in = Some(way);
                    Ok(())
                }
                Err(stop) => Err(Ok(stop)),
            },
            Question::User => users(context, work)?,
            question => ask::setting(context, work, *question)?.map(|_| ()),
        };
        match ended {
            Ok(()) => {}
            Err(Ok(stop)) => return stopped(context, work, stop),
            Err(Err(exit)) => return Ok(exit),
        }
    }
    let Some(sign_in) = sign_in else { return Ok(Exit::Usage) };
    let choices = Choices {
        sign_in,
        secret_out: given.secret_out.as_ref().map(|(path, _)| path.clone()),
        as_in_the_guide: given.as_in_the_guide.is_some(),
        yes: given.yes.is_some(),
    };
    proceed::proceed(context, &work.path, &choices)
}

/// Asks for users until there are no more.
fn users(context: &mut Context<'_>, work: &mut Work) -> io::Result<Result<(), ask::Ended>> {
    loop {
        match ask::setting(context, work, Question::User)? {
            Ok(Some(())) => {}
            Ok(None) => return Ok(Ok(())),
            Err(ended) => return Ok(Err(ended)),
        }
    }
}

/// The questions that nobody answered yet and that a person is asked.
fn open(after: &Checked, given: &Given) -> Vec<Question> {
    let is_registered = after.draft().is_some_and(|draft| draft.control_center.client_id.is_some());
    let is_open = |question: &Question| match question {
        Question::ApplicationName | Question::SecretOut | Question::AsInTheGuide | Question::Yes => false,
        Question::User if given.no_users.is_some() => false,
        // Once there is an application, these were answered, if only by the default.
        Question::Cloud | Question::User if is_registered => false,
        Question::SignIn => given.sign_in.is_none(),
        question => known(after, *question).is_none(),
    };
    Question::ALL.into_iter().filter(is_open).collect()
}

/// Says what is wrong with the answers; nothing was changed.
fn refuse(context: &mut Context<'_>, complaints: &[Complaint]) -> io::Result<Exit> {
    for Complaint { at, message, help, .. } in complaints {
        let help = help.iter().map(|help| format!("\n  {help}")).collect::<String>();
        context.complain(format_args!("{at}: {message}{help}"))?;
    }
    Ok(Exit::Usage)
}

/// Says how to go on, when someone stopped.
fn stopped(context: &mut Context<'_>, work: &Work, stop: Stop) -> io::Result<Exit> {
    if let Stop::Terminal(error) = stop {
        context.complain(format_args!("the terminal cannot be asked: {error}"))?;
    }
    let name = printable(&work.name);
    if work.is_empty() {
        return context.misuse("stopped; nothing was written");
    }
    let file = match name.as_str() {
        "swyx-teams.toml" => String::new(),
        name if name.contains(' ') => format!(" '{name}'"),
        name => format!(" {name}"),
    };
    context.misuse(format_args!(
        "stopped; {name} keeps the answers so far, and `swyx-teams setup{file}` goes on from there"
    ))
}

/// Questions have colours where the rest has them.
fn use_colours(context: &Context<'_>) {
    let choice = context.global.color.choice();
    let choice = choice.unwrap_or_else(|| anstream::AutoStream::choice(&io::stderr()));
    if choice == anstream::ColorChoice::Never {
        inquire::set_global_render_config(inquire::ui::RenderConfig::empty());
    }
}
