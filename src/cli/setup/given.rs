//! Answers from before the first prompt: from flags and from the answers file.

use std::path::PathBuf;

use super::args::SetupArgs;
use super::question::{Question, SignIn};
use crate::cli::value;
use crate::edit::NewValue;

/// The source of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The flag with the question's name.
    Flag,
    /// A position in the answers file.
    Answers { file: String, line: usize, column: usize },
    /// The environment variable of the administrator's token.
    Variable,
    /// The prompt.
    Prompt,
}

impl Origin {
    /// The source of an answer, as in "from FILE".
    pub(super) fn source(&self, question: Question) -> String {
        match self {
            Self::Flag => format!("--{}", question.name()),
            Self::Answers { file, .. } => file.clone(),
            Self::Variable => crate::cli::administrator::ADMIN_TOKEN.to_owned(),
            Self::Prompt => "you".to_owned(),
        }
    }

    /// The place of an invalid answer.
    pub(super) fn place(&self, question: Question) -> String {
        match self {
            Self::Answers { file, line, column } => format!("{file}:{line}:{column}: {}", question.name()),
            Self::Flag | Self::Variable | Self::Prompt => self.source(question),
        }
    }
}

/// An answer for the settings file.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) question: Question,
    pub(super) value: NewValue,
    pub(super) origin: Origin,
}

/// An invalid answer. The message never repeats the answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct AnswerError {
    /// The question, if the answer belongs to one.
    pub(super) question: Option<Question>,
    pub(super) at: String,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

/// The answers from one or more sources.
#[derive(Debug, Default)]
pub(super) struct GivenAnswers {
    /// Answers for the settings file.
    pub(super) settings: Vec<Answer>,
    /// The source of the answer that no user needs a different account.
    pub(super) no_users: Option<Origin>,
    pub(super) sign_in: Option<(SignIn, Origin)>,
    pub(super) secret_out: Option<(PathBuf, Origin)>,
    pub(super) as_in_the_guide: Option<Origin>,
    pub(super) new_secret: Option<Origin>,
    pub(super) prune: Option<Origin>,
    pub(super) yes: Option<Origin>,
}

impl GivenAnswers {
    /// Adds the answers of `others` to questions that are open here.
    pub(super) fn or(mut self, others: Self) -> Self {
        let open = Question::ALL.map(|question| (question, self.origin(question).is_none()));
        let is_open = |asked: Question| open.iter().any(|(question, open)| *question == asked && *open);
        self.settings.extend(others.settings.into_iter().filter(|answer| is_open(answer.question)));
        self.no_users = self.no_users.or(others.no_users.filter(|_| is_open(Question::User)));
        self.sign_in = self.sign_in.or(others.sign_in);
        self.secret_out = self.secret_out.or(others.secret_out);
        self.as_in_the_guide = self.as_in_the_guide.or(others.as_in_the_guide);
        self.new_secret = self.new_secret.or(others.new_secret);
        self.prune = self.prune.or(others.prune);
        self.yes = self.yes.or(others.yes);
        self
    }

    /// The source of the answer to a question.
    pub(super) fn origin(&self, question: Question) -> Option<&Origin> {
        let kept = self.settings.iter().find(|answer| answer.question == question);
        let kept = kept.map(|answer| &answer.origin);
        match question {
            Question::User => kept.or(self.no_users.as_ref()),
            Question::SignIn => self.sign_in.as_ref().map(|(_, origin)| origin),
            Question::SecretOut => self.secret_out.as_ref().map(|(_, origin)| origin),
            Question::AsInTheGuide => self.as_in_the_guide.as_ref(),
            Question::NewSecret => self.new_secret.as_ref(),
            Question::Prune => self.prune.as_ref(),
            Question::Yes => self.yes.as_ref(),
            _ => kept,
        }
    }
}

/// The answers from the flags.
pub(super) fn flags(args: &SetupArgs, errors: &mut Vec<AnswerError>) -> GivenAnswers {
    let mut given = GivenAnswers {
        sign_in: args.sign_in.map(|method| (method, Origin::Flag)),
        secret_out: args.secret_out.clone().map(|path| (path, Origin::Flag)),
        as_in_the_guide: args.as_in_the_guide.then_some(Origin::Flag),
        new_secret: args.new_secret.then_some(Origin::Flag),
        prune: args.prune.then_some(Origin::Flag),
        yes: args.yes.then_some(Origin::Flag),
        ..GivenAnswers::default()
    };
    let single = [
        (Question::SwyxVersion, &args.swyx_version),
        (Question::Mode, &args.mode),
        (Question::Tenant, &args.tenant),
        (Question::Cloud, &args.cloud),
        (Question::ApplicationName, &args.application_name),
        (Question::Secret, &args.secret),
    ];
    let single = single.into_iter().filter_map(|(question, text)| text.as_ref().map(|text| (question, text)));
    for (question, text) in single.chain(args.user.iter().map(|text| (Question::User, text))) {
        if question == Question::User && text == NO_USERS {
            given.no_users = Some(Origin::Flag);
            continue;
        }
        match parse(question, text) {
            Ok(value) => given.settings.push(Answer { question, value, origin: Origin::Flag }),
            Err(message) => errors.push(AnswerError {
                question: Some(question),
                at: Origin::Flag.place(question),
                message: message.to_owned(),
                help: None,
            }),
        }
    }
    given
}

/// The flag value for "no users".
pub(super) const NO_USERS: &str = "none";

/// Parses an answer for the settings file. No message repeats the text: it may be a secret in the wrong place.
pub(super) fn parse(question: Question, text: &str) -> Result<NewValue, String> {
    match (question, question.key()) {
        (Question::Secret, _) => {
            value::reference(text).map(NewValue::Secret).ok_or_else(|| INVALID_REFERENCE.to_owned())
        }
        (Question::User, _) => pair(text).ok_or_else(|| format!("{INVALID_USER}: expected {USER_FORM}")),
        (_, Some(key)) => value::from_argument(&key, text),
        (_, None) => Err("this answer is not stored in the settings file".to_owned()),
    }
}

/// The message for a secret or an invalid reference.
pub(super) const INVALID_REFERENCE: &str = "expected where the secret is stored, never the secret itself: \
    file:PATH, keyring:swyx-teams/NAME, env:NAME or { command = [\"PROGRAM\", \"ARGUMENT\"] }";

/// The message for an invalid user.
pub(super) const INVALID_USER: &str = "invalid user";

/// The form of a user.
pub(super) const USER_FORM: &str = "SWYX NAME=TEAMS ACCOUNT, as in 'Jane Roe=jane.roe@example.com'";

/// A user as written in arguments and prompts. Account names have no `=`.
fn pair(text: &str) -> Option<NewValue> {
    let (swyx, teams) = text.rsplit_once('=')?;
    Some(NewValue::User(swyx.trim().to_owned(), teams.trim().to_owned()))
}
