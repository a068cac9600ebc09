//! `setup`: asks for what is still open, writes it into the settings file, and goes on to register the application.
//!
//! An answer comes from a flag, else from the answers file, else from the settings file, else from the person at the terminal. Without a
//! terminal what is missing is an error that names the flag.

mod answers;
mod ask;
mod given;
mod proceed;
mod question;
mod summary;
mod work;

use std::io;
use std::path::PathBuf;

use clap::Args;

pub(super) use proceed::Choices;
pub(super) use question::SignIn;

use super::{Context, Exit, online};
use crate::check::Checked;
use crate::diagnostic::printable;
use crate::settings::SecretSource;
use ask::Stop;
use given::{Complaint, Given, Origin};
use question::Question;
use work::{Saved, Work, known};

/// The arguments. What they say has the same names in an answers file.
#[derive(Args)]
#[command(after_help = AFTER)]
pub(super) struct Setup {
    /// The settings file; it may be there already, and keeps all that no answer changes
    file: Option<PathBuf>,
    /// Take answers from a TOML file, whose keys have the names of the flags below; it holds no secret
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
    /// The version of SwyxWare, like 14.10
    #[arg(long, value_name = "N.N", help_heading = ANSWERS)]
    swyx_version: Option<String>,
    /// 1: statuses from Teams to Swyx. 2: also "Speaking" in Swyx to "In a call" in Teams
    #[arg(long, value_name = "1|2", help_heading = ANSWERS)]
    mode: Option<String>,
    /// The directory (tenant) ID
    #[arg(long, value_name = "GUID", help_heading = ANSWERS)]
    tenant: Option<String>,
    /// The Microsoft cloud: global, us_gov_l4 or us_gov_l5
    #[arg(long, value_name = "CLOUD", help_heading = ANSWERS)]
    cloud: Option<String>,
    /// What to call the application in Entra ID [default: SwyxMSTeamsPresenceSync]
    #[arg(long, value_name = "NAME", help_heading = ANSWERS)]
    application_name: Option<String>,
    /// How the administrator signs in [default: token, if $SWYX_TEAMS_ADMIN_TOKEN is set]
    #[arg(long, value_enum, value_name = "WAY", help_heading = ANSWERS)]
    sign_in: Option<SignIn>,
    /// Where to keep the client secret: file:PATH, env:NAME or { command = ["PROGRAM"] }; never the secret itself
    #[arg(long, value_name = "REFERENCE", help_heading = ANSWERS)]
    secret: Option<String>,
    /// A user whose e-mail address in Swyx is not the account in Teams; repeatable; `none` where there is none
    #[arg(long, value_name = "SWYX NAME=TEAMS ACCOUNT", help_heading = ANSWERS)]
    user: Vec<String>,
    /// Also set the redirect URI and public client flows of the vendor's guide, which the synchronisation does not need
    #[arg(long, help_heading = ANSWERS)]
    as_in_the_guide: bool,
    /// Write the new client secret to this new file, where --secret names a variable or a command
    #[arg(long, value_name = "FILE", help_heading = ANSWERS)]
    secret_out: Option<PathBuf>,
    /// Agree to the plan without being asked
    #[arg(long, help_heading = ANSWERS)]
    yes: bool,
}

const ANSWERS: &str = "Answers";

const AFTER: &str = "Examples:
  swyx-teams setup
  swyx-teams setup north.toml --mode 2 --swyx-version 14.10
  swyx-teams setup north.toml --answers answers.toml --no-input --yes

An answers file:
  swyx-version = \"14.10\"
  mode = 2
  tenant = \"7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34\"
  sign-in = \"az\"
  secret = { file = \"north.secret\" }
  user = [\"Jane Roe=jane.roe@example.com\"]

A flag comes before the answers file, and that before the settings file; what none of them says is asked. Without a terminal, or
with --no-input, mode, tenant, sign-in and secret have to be given. Each answer is saved at once: interrupted, setup goes on from there.";

pub(super) fn run(context: &mut Context<'_>, args: &Setup) -> io::Result<Exit> {
    let path = context.file(args.file.as_ref());
    let mut complaints = Vec::new();
    let mut given = given::flags(args, &mut complaints);
    if let Some(path) = &args.answers {
        given = given.or(answers::read(path, &mut complaints));
    }
    if given.sign_in.is_none() && online::admin_token().is_some() {
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
        complaints.extend(cannot_sign_in(&given));
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
    let is_open = |question: &Question| match question {
        Question::ApplicationName | Question::SecretOut | Question::AsInTheGuide | Question::Yes => false,
        Question::User if given.no_users.is_some() => false,
        Question::SignIn => given.sign_in.is_none(),
        question => known(after, *question).is_none(),
    };
    Question::ALL.into_iter().filter(is_open).collect()
}

/// What is missing where nobody can be asked.
fn missing(after: &Checked, given: &Given, open: &[Question]) -> Vec<Complaint> {
    let needs_a_place = given.secret_out.is_none() && needs_a_place(after);
    let open = open.iter().copied().chain(needs_a_place.then_some(Question::SecretOut));
    let wanted = open.filter_map(|question| question.wanted().map(|wanted| (question, wanted)));
    let complaint = |(question, wanted): (Question, question::Wanted)| Complaint {
        question: Some(question),
        at: format!("--{} is missing", question.name()),
        message: wanted.what.to_owned(),
        help: Some(wanted.help()),
    };
    wanted.map(complaint).collect()
}

/// Whether the first secret can be written only to a place of its own.
fn needs_a_place(after: &Checked) -> bool {
    let fields = after.draft().map(|draft| &draft.control_center);
    fields.is_some_and(|fields| {
        fields.client_id.is_none()
            && matches!(fields.client_secret, Some(SecretSource::Env(_) | SecretSource::Command(_)))
    })
}

/// A way to sign in that needs someone, or something, that is not there.
fn cannot_sign_in(given: &Given) -> Option<Complaint> {
    let (way, origin) = given.sign_in.as_ref()?;
    let message = match way {
        SignIn::DeviceCode => "there is no terminal, so nobody can be asked for a code".to_owned(),
        SignIn::Token if online::admin_token().is_none() => format!("{} is not set", online::ADMIN_TOKEN),
        SignIn::Token | SignIn::Az => return None,
    };
    let help = format!("set {} and use `token`, or use `az`", online::ADMIN_TOKEN);
    Some(Complaint {
        question: Some(Question::SignIn),
        at: origin.place(Question::SignIn),
        message,
        help: Some(help),
    })
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
    let file = if name == "swyx-teams.toml" { String::new() } else { format!(" {name}") };
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
