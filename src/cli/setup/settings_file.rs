//! The settings file that is being filled in: what it knows, what the rules say of an answer, and how an answer is saved.
//!
//! The file is the memory of `setup`: each answer that has a key is saved at once, so that an interrupted one goes on from there.

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
use crate::settings::entries::{Entry, EntryValue, given};
use crate::settings::{Draft, Mode, keys};
use crate::text::printable;

/// The settings file that is being filled in.
pub(super) struct SettingsFile {
    pub(super) path: PathBuf,
    /// As reports call it.
    pub(super) name: String,
    pub(super) checked: Checked,
}

/// What became of answers.
pub(super) enum SaveOutcome {
    /// The file says them.
    Saved,
    /// The rules refuse them.
    Refused(Vec<Diagnostic>),
}

impl SettingsFile {
    /// Reads the file, if there is one. Errors that no answer can fix are reported.
    pub(super) fn begin(context: &mut Context<'_>, path: PathBuf) -> Result<Self, CliError> {
        let name = display(&path);
        let is_new =
            std::fs::symlink_metadata(&path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
        let checked = if is_new { pipeline::bytes(&name, Vec::new(), false) } else { context.load(&path)? };
        if checked.diagnostics().iter().any(is_for_an_editor) {
            context.report_to_err(&checked, is_for_an_editor)?;
            return Err(failure(
                Exit::Findings,
                format_args!("{}: mend this first; nothing was changed", printable(&name)),
            ));
        }
        Ok(Self { path, name, checked })
    }

    /// What the rules say against answers, each with the answer that it concerns, if one can be told.
    pub(super) fn objections<'a>(
        &self,
        answers: &'a [Answer],
    ) -> Result<Vec<(Option<&'a Answer>, Diagnostic)>, String> {
        let changes = self.changes(answers);
        let (after, mut added) =
            edit::preview_unfinished(&self.checked, &changes).map_err(|error| error.to_string())?;
        // A wrong answer in the place of a wrong value adds no error.
        let is_an_answer = |found: &&Diagnostic| {
            found.severity == Severity::Error
                && !matches!(found.place, Place::Missing(_))
                && found.place.key().is_some_and(|key| {
                    answers
                        .iter()
                        .any(|answer| answer.question != Question::User && concerns(answer.question, key))
                })
        };
        let still = after.diagnostics().iter().filter(is_an_answer);
        let still = still.filter(|found| !added.contains(found)).cloned().collect::<Vec<_>>();
        added.extend(still);
        // To the rules, mode 0 is worth a warning.
        if is_undocumented(&after) && answers.iter().any(|answer| answer.question == Question::Mode) {
            added.extend(after.diagnostics().iter().find(|found| is_about_mode(found)).cloned());
        }
        let concerned = |found: &Diagnostic| {
            let places = std::iter::once(&found.place).chain(found.related.iter().map(|other| &other.place));
            let keys = places.filter_map(Place::key);
            keys.flat_map(|key| answers.iter().filter(move |answer| concerns(answer.question, key))).next()
        };
        Ok(added.into_iter().map(|found| (concerned(&found), found)).collect())
    }

    /// The file as it would be with these answers, for a look at it.
    pub(super) fn with(&self, answers: &[Answer]) -> Option<Checked> {
        edit::preview_unfinished(&self.checked, &self.changes(answers)).ok().map(|(after, _)| after)
    }

    /// Saves answers, all or none, and says which values of the file they changed.
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
            self.tell(context, &before, answer)?;
        }
        Ok(SaveOutcome::Saved)
    }

    /// Says that an answer put another value in the place of one that the file had.
    fn tell(&self, context: &mut Context<'_>, before: &Checked, answer: &Answer) -> io::Result<()> {
        let (Some(was), Some(is)) = (entry(before, answer.question), entry(&self.checked, answer.question))
        else {
            return Ok(());
        };
        if was.value == is.value {
            return Ok(());
        }
        context.note(format_args!(
            "{}: {} was {}, and is {} now, from {}",
            printable(&self.name),
            answer.question.name(),
            shown(&was),
            shown(&is),
            answer.origin.source(answer.question)
        ))
    }

    /// Shows what the file says wrong in answer to some questions, and why they are asked though it has an answer.
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

    /// Whether nothing was written yet.
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

    /// The changes of the file that answers make. A user who is there gets another account, others are added.
    fn changes(&self, answers: &[Answer]) -> Vec<Change> {
        let users = self.checked.draft().map(|draft| draft.users.as_slice()).unwrap_or_default();
        let mut names = users.iter().map(|user| user.swyx.clone().unwrap_or_default()).collect::<Vec<_>>();
        let mut change = |answer: &Answer| {
            let key = answer.question.key()?;
            let NewValue::User(swyx, teams) = &answer.value else {
                return Some(Change::Set(key, answer.value.clone()));
            };
            if let Some(at) = names.iter().position(|name| name == swyx) {
                return Some(Change::Set(key.index(at).child("teams"), NewValue::Text(teams.clone())));
            }
            names.push(swyx.clone());
            Some(Change::Set(key.index(names.len() - 1), answer.value.clone()))
        };
        answers.iter().filter_map(&mut change).collect()
    }
}

/// The answer of a file to a question, for a person; nothing where it has none that is right.
pub(super) fn known(checked: &Checked, question: Question) -> Option<String> {
    let draft = checked.draft()?;
    if question == Question::User {
        return users(draft);
    }
    let key = question.key()?;
    let is_wrong = |found: &Diagnostic| {
        found.severity == Severity::Error && found.place.key().is_some_and(|at| concerns(question, at))
    };
    if checked.diagnostics().iter().any(is_wrong) || (key == keys::MODE && is_undocumented(checked)) {
        return None;
    }
    entry(checked, question).map(|entry| shown(&entry))
}

/// A value for a person: of a secret, the place where it is kept.
fn shown(entry: &Entry) -> String {
    match &entry.value {
        EntryValue::Secret(source) => source.holder(),
        EntryValue::Plain(_) | EntryValue::Hidden(_) => entry.shown(),
    }
}

fn users(draft: &Draft) -> Option<String> {
    match draft.users.len() {
        0 => None,
        1 => Some("1 user".to_owned()),
        count => Some(format!("{count} users")),
    }
}

/// What a file says at a question's key.
fn entry(checked: &Checked, question: Question) -> Option<Entry> {
    let key = question.key()?;
    given(checked.source(), checked.draft()?).into_iter().find(|entry| entry.key == key)
}

/// Whether the mode is 0, for which nothing can be set up.
fn is_undocumented(checked: &Checked) -> bool {
    checked.draft().is_some_and(|draft| draft.control_center.mode == Some(Mode::Undocumented))
}

fn is_about_mode(found: &Diagnostic) -> bool {
    found.place.key() == Some(&keys::MODE)
}

/// Whether a question's answer is kept at `key`, or above it.
fn concerns(question: Question, key: &Key) -> bool {
    question.key().is_some_and(|own| key.steps().starts_with(&own.steps()))
}

/// Whether a finding is an error that no answer fixes. Missing keys and wrong values get an answer.
fn is_for_an_editor(found: &Diagnostic) -> bool {
    let is_asked = |key: &Key| {
        Question::ALL.into_iter().any(|question| question != Question::User && concerns(question, key))
    };
    found.severity == Severity::Error
        && !matches!(found.place, Place::Missing(_))
        && !found.place.key().is_some_and(is_asked)
}

/// Objections as complaints, each where its answer was given.
pub(super) fn errors(objections: Vec<(Option<&Answer>, Diagnostic)>, file: &str) -> Vec<AnswerError> {
    let error = |(answer, found): (Option<&Answer>, Diagnostic)| AnswerError {
        at: answer.map_or_else(|| printable(file), |answer| answer.origin.place(answer.question)),
        question: answer.map(|answer| answer.question),
        message: found.message,
        help: found.help,
    };
    objections.into_iter().map(error).collect()
}
