//! The settings file during the setup: its known answers, the rules' findings for an answer, and saving an answer.
//!
//! Each answer with a key is saved at once, so that an interrupted run can continue.

use std::io;
use std::path::PathBuf;

use super::given::{Answer, AnswerError};
use super::question::Question;
use crate::check::{self as pipeline, Checked};
use crate::cli::context::Context;
use crate::cli::error::{CliError, failure, usage_error};
use crate::cli::exit::Exit;
use crate::cli::names::display;
use crate::diagnostic::{Diagnostic, Key, Place, Severity};
use crate::edit::{self, Change, ChangeError, NewValue, Outcome};
use crate::settings::entries::{Entry, EntryValue, list_given};
use crate::settings::{Draft, Generation, Mode, Presence, SwyxVersion, keys};
use crate::text::printable;

/// The settings file during the setup.
pub(super) struct SettingsFile {
    pub(super) path: PathBuf,
    /// The name in reports.
    pub(super) name: String,
    pub(super) checked: Checked,
}

/// The result of saving answers.
pub(super) enum SaveOutcome {
    /// The file has the answers.
    Saved,
    /// The rules reject the answers.
    Refused(Vec<Diagnostic>),
}

impl SettingsFile {
    /// Reads the file, if it exists. Fails if it has errors that no answer can fix.
    pub(super) fn begin(context: &mut Context<'_>, path: PathBuf) -> Result<Self, CliError> {
        let name = display(&path);
        let is_new =
            std::fs::symlink_metadata(&path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
        let checked =
            if is_new { pipeline::check_bytes(&name, Vec::new(), false) } else { context.load(&path)? };
        if checked.diagnostics().iter().any(is_beyond_setup) {
            context.report_to_err(&checked, is_beyond_setup)?;
            return Err(failure(
                Exit::Findings,
                format_args!("{}: fix these errors first; nothing was changed", printable(&name)),
            ));
        }
        Ok(Self { path, name, checked })
    }

    /// The findings that reject answers, each with its answer if it can be identified.
    pub(super) fn objections<'a>(
        &self,
        answers: &'a [Answer],
    ) -> Result<Vec<(Option<&'a Answer>, Diagnostic)>, String> {
        let changes = self.changes(answers);
        let (after, mut added) =
            edit::preview_unfinished(&self.checked, &changes).map_err(|error| error.to_string())?;
        // An invalid answer that replaces an invalid value adds no error, but must be rejected.
        let is_about_an_answer = |found: &&Diagnostic| {
            found.severity == Severity::Error
                && !matches!(found.place, Place::Missing(_))
                && found.place.key().is_some_and(|key| {
                    answers
                        .iter()
                        .any(|answer| answer.question != Question::User && concerns(answer.question, key))
                })
        };
        let still = after.diagnostics().iter().filter(is_about_an_answer);
        let still = still.filter(|found| !added.contains(found)).cloned().collect::<Vec<_>>();
        added.extend(still);
        // The rules only warn about mode 0.
        if is_undocumented(&after) && answers.iter().any(|answer| answer.question == Question::Mode) {
            added.extend(after.diagnostics().iter().find(|found| is_about_mode(found)).cloned());
        }
        Ok(added.into_iter().map(|found| (self.answer_of(&found, answers), found)).collect())
    }

    /// The answer that a finding is about. Of several users, it is the one at the finding's position.
    fn answer_of<'a>(&self, found: &Diagnostic, answers: &'a [Answer]) -> Option<&'a Answer> {
        let changed = self.changed(answers);
        let is_at = |change: &Change, key: &Key| {
            let Change::Set(changed, _) = change else { return false };
            let (changed, key) = (changed.steps(), key.steps());
            key.starts_with(&changed) || changed.starts_with(&key)
        };
        let places = std::iter::once(&found.place).chain(found.related.iter().map(|other| &other.place));
        let mut keys = places.filter_map(Place::key);
        keys.find_map(|key| {
            let exact = changed.iter().find(|(_, change)| is_at(change, key)).map(|(answer, _)| *answer);
            exact.or_else(|| answers.iter().find(|answer| concerns(answer.question, key)))
        })
    }

    /// A preview of the file with these answers.
    pub(super) fn with(&self, answers: &[Answer]) -> Option<Checked> {
        edit::preview_unfinished(&self.checked, &self.changes(answers)).ok().map(|(after, _)| after)
    }

    /// Saves all answers or none, and reports the values that they replaced.
    pub(super) fn save(
        &mut self,
        context: &mut Context<'_>,
        answers: &[Answer],
    ) -> Result<SaveOutcome, CliError> {
        if answers.is_empty() {
            return Ok(SaveOutcome::Saved);
        }
        let changes = self.changes(answers);
        let after = match edit::apply_to_unfinished_file(&self.name, &self.path, &changes) {
            Ok(Outcome::Saved(after) | Outcome::Unchanged(after)) => after,
            Ok(Outcome::Refused(_, added)) => return Ok(SaveOutcome::Refused(added)),
            Err(ChangeError::Unsound(checked)) => {
                return Err(CliError::Reported(context.report_unsound(&checked)?));
            }
            Err(error) => return Err(usage_error(format!("{}: {error}", printable(&self.name)))),
        };
        let before = std::mem::replace(&mut self.checked, after);
        for answer in answers {
            self.report_replacement(context, &before, answer)?;
        }
        Ok(SaveOutcome::Saved)
    }

    /// Reports that an answer replaced a value of the file.
    fn report_replacement(
        &self,
        context: &mut Context<'_>,
        before: &Checked,
        answer: &Answer,
    ) -> io::Result<()> {
        let (Some(was), Some(is)) = (entry(before, answer.question), entry(&self.checked, answer.question))
        else {
            return Ok(());
        };
        if was.value == is.value {
            return Ok(());
        }
        context.note(format_args!(
            "{}: {} changed from {} to {} (source: {})",
            printable(&self.name),
            answer.question.name(),
            shown(&was),
            shown(&is),
            answer.origin.source(answer.question)
        ))
    }

    /// Shows the invalid values that are the reason for some questions.
    pub(super) fn report_wrong(&self, context: &mut Context<'_>, questions: &[Question]) -> io::Result<()> {
        let is_asked = |key: &Key| questions.iter().any(|question| concerns(*question, key));
        let is_unusable = |found: &Diagnostic| {
            found.severity == Severity::Error || (is_undocumented(&self.checked) && is_about_mode(found))
        };
        context.report_to_err(&self.checked, |found| {
            is_unusable(found)
                && !matches!(found.place, Place::Missing(_))
                && found.place.key().is_some_and(is_asked)
        })
    }

    /// Whether nothing is saved yet.
    pub(super) fn is_empty(&self) -> bool {
        self.checked.source().text().is_empty()
    }

    /// Shows the warnings about the answers to some questions.
    pub(super) fn warn(&self, context: &mut Context<'_>, questions: &[Question]) -> io::Result<()> {
        for found in self.checked.diagnostics() {
            let is_asked = |key: &Key| questions.iter().any(|question| concerns(*question, key));
            if found.severity < Severity::Error && found.place.key().is_some_and(is_asked) {
                let help = found.help.iter().map(|help| format!("\n  {help}")).collect::<String>();
                writeln!(context.err, "{}: {}{help}", found.severity, found.message)?;
            }
        }
        Ok(())
    }

    /// The changes for answers. The setup always creates a client secret, unless the file says otherwise.
    fn changes(&self, answers: &[Answer]) -> Vec<Change> {
        let changes = self.changed(answers).into_iter().map(|(_, change)| change).collect::<Vec<_>>();
        let is_federated = |change: &Change| change.key().parent() == keys::FEDERATED_SERVICES;
        let needs_login = !self.checked.source().has(&keys::LOGIN) && changes.iter().any(is_federated);
        let login = needs_login.then(|| Change::Set(keys::LOGIN, NewValue::Text("secret".to_owned())));
        changes.into_iter().chain(login).collect()
    }

    /// Each answer with its change. An existing user gets the new account; other users are added.
    fn changed<'a>(&self, answers: &'a [Answer]) -> Vec<(&'a Answer, Change)> {
        let users = self.checked.draft().map(|draft| draft.users.as_slice()).unwrap_or_default();
        let mut names = users.iter().map(|user| user.swyx.clone().unwrap_or_default()).collect::<Vec<_>>();
        let table = self.table(answers);
        let mut change = |answer: &Answer| {
            let key = answer.question.key_in(table)?;
            let NewValue::User(swyx, teams) = &answer.value else {
                return Some(Change::Set(key, value_in(table, answer)));
            };
            if let Some(at) = names.iter().position(|name| name == swyx) {
                return Some(Change::Set(key.index(at).child("teams"), NewValue::Text(teams.clone())));
            }
            names.push(swyx.clone());
            Some(Change::Set(key.index(names.len() - 1), answer.value.clone()))
        };
        answers.iter().filter_map(|answer| Some((answer, change(answer)?))).collect()
    }

    /// The table for the answers: the one of the file, otherwise the one of the version.
    fn table(&self, answers: &[Answer]) -> Generation {
        let version = answers.iter().find(|answer| answer.question == Question::SwyxVersion);
        let version = version.and_then(|answer| match &answer.value {
            NewValue::Text(text) => text.parse::<SwyxVersion>().ok(),
            _ => None,
        });
        let draft = self.checked.draft();
        match (draft.filter(|draft| draft.registrations().next().is_some()), version) {
            (None, Some(version)) => Generation::of(version),
            _ => draft.map_or(Generation::ExpertSettings, |draft| draft.registration().keys),
        }
    }
}

/// The value of an answer in a table: a mode is a word from 14.20 on.
fn value_in(table: Generation, answer: &Answer) -> NewValue {
    match (table, answer.question, &answer.value) {
        (Generation::FederatedServices, Question::Mode, NewValue::Integer(number)) => {
            let mode = Mode::from_number(*number).unwrap_or(Mode::Undocumented);
            NewValue::Text(Presence::of(mode).word().to_owned())
        }
        _ => answer.value.clone(),
    }
}

/// The valid answer of a file to a question, in printable form.
pub(super) fn known(checked: &Checked, question: Question) -> Option<String> {
    let draft = checked.draft()?;
    if question == Question::User {
        return users(draft);
    }
    let registration = draft.registration();
    let key = question.key_in(registration.keys)?;
    let is_wrong = |found: &Diagnostic| {
        found.severity == Severity::Error && found.place.key().is_some_and(|at| concerns(question, at))
    };
    if checked.diagnostics().iter().any(is_wrong) || (key == keys::MODE && is_undocumented(checked)) {
        return None;
    }
    if key == keys::PRESENCE {
        let is_set = checked.source().has(&key);
        let mode = registration.mode.filter(|mode| is_set && *mode != Mode::Off);
        return mode.map(|mode| mode.number().to_string());
    }
    entry(checked, question).map(|entry| shown(&entry))
}

/// A value in printable form; for a secret, its source.
fn shown(entry: &Entry) -> String {
    match &entry.value {
        EntryValue::Secret(source) => source.holder(),
        EntryValue::Plain(_) | EntryValue::Number(_) | EntryValue::Hidden(_) => entry.shown(),
    }
}

fn users(draft: &Draft) -> Option<String> {
    match draft.users.len() {
        0 => None,
        1 => Some("1 user".to_owned()),
        count => Some(format!("{count} users")),
    }
}

/// The value of a file for a question's key.
fn entry(checked: &Checked, question: Question) -> Option<Entry> {
    let draft = checked.draft()?;
    let key = question.key_in(draft.registration().keys)?;
    list_given(checked.source(), draft).into_iter().find(|entry| entry.key == key)
}

/// Whether the mode is 0, which needs no setup.
fn is_undocumented(checked: &Checked) -> bool {
    checked.draft().is_some_and(|draft| draft.registration().mode == Some(Mode::Undocumented))
}

fn is_about_mode(found: &Diagnostic) -> bool {
    found.place.key() == Some(&keys::MODE)
}

/// Whether a question's answer is stored at `key` or above it.
fn concerns(question: Question, key: &Key) -> bool {
    let mut own = Generation::ALL.into_iter().filter_map(|generation| question.key_in(generation));
    own.any(|own| key.steps().starts_with(&own.steps()))
}

/// Whether a finding is an error that no answer can fix. Answers fix missing keys and invalid values.
fn is_beyond_setup(found: &Diagnostic) -> bool {
    let is_asked = |key: &Key| {
        Question::ALL.into_iter().any(|question| question != Question::User && concerns(question, key))
    };
    found.severity == Severity::Error
        && !matches!(found.place, Place::Missing(_))
        && !found.place.key().is_some_and(is_asked)
}

/// Turns findings into errors at the source of each answer.
pub(super) fn errors(objections: Vec<(Option<&Answer>, Diagnostic)>, file: &str) -> Vec<AnswerError> {
    let error = |(answer, found): (Option<&Answer>, Diagnostic)| AnswerError {
        at: answer.map_or_else(|| printable(file), |answer| answer.origin.place(answer.question)),
        question: answer.map(|answer| answer.question),
        message: found.message,
        help: found.help,
    };
    objections.into_iter().map(error).collect()
}
