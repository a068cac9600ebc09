//! The summary before the setup starts: the steps and the known answers.

use super::given::{GivenAnswers, Origin};
use super::question::Question;
use super::settings_file::{SettingsFile, known};
use crate::check::Checked;
use crate::entra::permission::{DIRECTORY, list_needs};
use crate::secret::SecretSource;
use crate::settings::{Mode, defaults};
use crate::text::printable;

/// The steps, the known answers with their sources, and the open questions; `after` is the file with the given answers.
pub(super) fn summary(
    file: &SettingsFile,
    after: &Checked,
    given: &GivenAnswers,
    asked: &[Question],
) -> String {
    let path = printable(&file.name);
    let name = known(after, Question::ApplicationName);
    let name = name.as_deref().unwrap_or(defaults::APPLICATION_NAME);
    let mut text = format!(
        "Setting up the Microsoft Teams presence synchronisation takes these steps:\n
  1. write the answers to {path}, one by one
  2. register the application {name} in the tenant
  3. grant it two permissions: {}
  4. create a client secret, {}
  5. test the client secret with a sign-in
  6. show the values for Control Center\n",
        permissions(after),
        place(after, given)
    );
    let known = answers(file, after, given);
    if !known.is_empty() {
        let width = known.iter().map(|(name, _, _)| name.len()).max().unwrap_or(0);
        let value = known.iter().map(|(_, value, _)| value.chars().count()).max().unwrap_or(0);
        text.push_str("\nKnown answers, with the options that change them:\n\n");
        for (name, shown, from) in known {
            text.push_str(&format!("  {name:width$}  {shown:value$}  {from}\n"));
        }
    }
    if !asked.is_empty() {
        let names = asked.iter().map(|question| question.name()).collect::<Vec<_>>();
        text.push_str(&format!(
            "\nOpen questions: {}\nEsc goes back, Ctrl-C cancels; the answers so far are kept.\n",
            names.join(", ")
        ));
    }
    text.push_str(&match &given.yes {
        None => "\nThe tenant is changed only after you agree to the plan.".to_owned(),
        Some(origin) => {
            let source = printable(&origin.source(Question::Yes));
            format!("\nThe plan is carried out without confirmation: {source} agrees in advance.")
        }
    });
    text
}

fn permissions(after: &Checked) -> String {
    let known = after.draft().and_then(|draft| Some((draft.generation(), draft.registration().mode?)));
    match known {
        Some((generation, mode)) if mode != Mode::Undocumented => {
            let names = list_needs(generation, mode).into_iter().map(|need| need.name).collect::<Vec<_>>();
            format!("{} of Microsoft Graph", names.join(" and "))
        }
        _ => format!("{} and the presence permission for the mode", DIRECTORY.name),
    }
}

/// Where the client secret goes. swyx-teams cannot write to an environment variable, or with a command that only reads.
fn place(after: &Checked, given: &GivenAnswers) -> String {
    let source = after.draft().and_then(|draft| draft.registration().client_secret);
    let Some(source) = source else { return "and store it where you choose".to_owned() };
    let place = source.holder();
    match (source, &given.secret_out) {
        (SecretSource::File(_) | SecretSource::Keyring(_), _) => format!("and store it in {place}"),
        (SecretSource::Inline(_), _) => "and store it in that file, as plain text".to_owned(),
        (_, Some((path, _))) => {
            let path = printable(&path.to_string_lossy());
            format!("and write it to {path}; you store it where the settings read it: {place}")
        }
        (_, None) => format!("and show it; you store it where the settings read it: {place}"),
    }
}

fn flag(question: Question) -> String {
    format!("--{}", question.name())
}

/// The known answers, each with its flag and its source.
fn answers(file: &SettingsFile, after: &Checked, given: &GivenAnswers) -> Vec<(String, String, String)> {
    let row = |question: Question| {
        let origin = given.origin(question);
        let from = |origin: Option<&Origin>| match origin {
            Some(origin) => format!("from {}", printable(&origin.source(question))),
            None => format!("from {}", printable(&file.name)),
        };
        let answer = match question {
            Question::SignIn => given.sign_in.as_ref().map(|(method, _)| method.name()),
            Question::SecretOut => {
                given.secret_out.as_ref().map(|(path, _)| printable(&path.to_string_lossy()))
            }
            Question::AsInTheGuide | Question::NewSecret | Question::Prune | Question::Yes => {
                origin.map(|_| "yes".to_owned())
            }
            Question::User if given.no_users.is_some() => Some("none".to_owned()),
            _ => known(after, question),
        };
        match (answer, question) {
            (Some(answer), _) => Some((flag(question), answer, from(origin))),
            (None, Question::ApplicationName) => {
                Some((flag(question), defaults::APPLICATION_NAME.to_owned(), "by default".to_owned()))
            }
            (None, _) => None,
        }
    };
    Question::ALL.into_iter().filter_map(row).collect()
}
