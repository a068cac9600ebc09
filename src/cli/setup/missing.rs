//! What is missing where nobody can be asked: each with the flag and the line of an answers file that would give it.

use super::given::{AnswerError, GivenAnswers};
use super::question::{Question, SignIn, Wanted};
use crate::check::Checked;
use crate::cli::administrator::ADMIN_TOKEN;
use crate::secret::SecretSource;

/// What is missing where nobody can be asked.
pub(super) fn missing(after: &Checked, given: &GivenAnswers, open: &[Question]) -> Vec<AnswerError> {
    let needs_a_place = given.secret_out.is_none() && needs_a_place(after);
    let open = open.iter().copied().chain(needs_a_place.then_some(Question::SecretOut));
    let wanted = open.filter_map(|question| question.wanted().map(|wanted| (question, wanted)));
    let error = |(question, wanted): (Question, Wanted)| AnswerError {
        question: Some(question),
        at: format!("--{} is missing", question.name()),
        message: wanted.what.to_owned(),
        help: Some(wanted.help()),
    };
    wanted.map(error).collect()
}

/// Whether the first secret can be written only to a place of its own.
fn needs_a_place(after: &Checked) -> bool {
    let fields = after.draft().map(|draft| &draft.control_center);
    fields.is_some_and(|fields| {
        fields.client_id.is_none() && fields.client_secret.as_ref().is_some_and(SecretSource::takes_a_person)
    })
}

/// A way to sign in that needs someone, or something, that is not there.
pub(super) fn cannot_sign_in(given: &GivenAnswers, has_token: bool) -> Option<AnswerError> {
    let (way, origin) = given.sign_in.as_ref()?;
    let message = match way {
        SignIn::DeviceCode => "there is no terminal, so nobody can be asked for a code".to_owned(),
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
