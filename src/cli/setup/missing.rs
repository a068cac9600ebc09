//! Missing answers if prompting is not possible, each with the flag and the line of an answers file that provide it.

use super::given::{AnswerError, GivenAnswers};
use super::question::{Question, SignIn, Wanted};
use crate::check::Checked;
use crate::cli::administrator::ADMIN_TOKEN;
use crate::secret::SecretSource;
use crate::settings::Draft;

/// The missing answers if prompting is not possible.
///
/// With `needs_yes`, agreement to the plan is one of them: nobody reads the plan.
pub(super) fn missing(
    after: &Checked,
    given: &GivenAnswers,
    open: &[Question],
    needs_yes: bool,
) -> Vec<AnswerError> {
    let needs_secret_out = given.secret_out.is_none() && needs_secret_out(after, given.new_secret.is_some());
    let needs_yes = needs_yes && given.yes.is_none();
    let more = [(needs_secret_out, Question::SecretOut), (needs_yes, Question::Yes)];
    let more = more.into_iter().filter(|(is_needed, _)| *is_needed).map(|(_, question)| question);
    let open = open.iter().copied().chain(more);
    let wanted = open.filter_map(|question| question.wanted().map(|wanted| (question, wanted)));
    let error = |(question, wanted): (Question, Wanted)| AnswerError {
        question: Some(question),
        at: format!("--{} is missing", question.name()),
        message: wanted.what.to_owned(),
        help: Some(wanted.help()),
    };
    wanted.map(error).collect()
}

/// Whether a new secret must be written to a separate file, because swyx-teams cannot store it where the settings say.
fn needs_secret_out(after: &Checked, wants_new_secret: bool) -> bool {
    let fields = after.draft().map(Draft::registration);
    fields.is_some_and(|fields| {
        (fields.client_id.is_none() || wants_new_secret)
            && fields.client_secret.is_some_and(SecretSource::is_stored_by_hand)
    })
}

/// The error for a sign-in method that needs a token that does not exist, or a place to show a device code.
pub(super) fn cannot_sign_in(
    given: &GivenAnswers,
    has_token: bool,
    can_show_code: bool,
) -> Option<AnswerError> {
    let (method, origin) = given.sign_in.as_ref()?;
    let message = match method {
        SignIn::DeviceCode | SignIn::Browser if can_show_code => return None,
        SignIn::DeviceCode => "there is no terminal to enter a device code".to_owned(),
        SignIn::Browser => "there is no terminal to show the address of the sign-in page".to_owned(),
        SignIn::Token if !has_token => {
            format!("{} is not set", ADMIN_TOKEN)
        }
        SignIn::Token | SignIn::Az => return None,
    };
    let help = format!("set {} and use `token`, or use `az`", ADMIN_TOKEN);
    Some(AnswerError {
        question: Some(Question::SignIn),
        at: origin.place(Question::SignIn),
        message,
        help: Some(help),
    })
}
