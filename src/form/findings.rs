//! The findings of a check for a form: next to their fields, and as JSON.

use serde::Serialize;

use super::description::Form;
use super::posted::Posted;
use crate::check::Checked;
use crate::diagnostic::{self, Diagnostic, Key, Place, Severity, Step, id};
use crate::secret::shape::without_secret;

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The stable id of the rule.
    pub rule: &'static str,
    /// The severity of the rule's finding.
    pub severity: Severity,
    /// The key in the notation of `get`; `None` for a finding about the whole file.
    pub key: Option<String>,
    /// The part of the form next to which it is shown: the name of a field, a row or a section; `None` if
    /// there is none.
    pub beside: Option<String>,
    /// The title of that part.
    pub title: Option<String>,
    /// The line in the file if it were saved now, starting at 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Related places.
    pub related: Vec<Related>,
}

/// A place related to a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Related {
    /// Its key.
    pub key: Option<String>,
    /// The part of the form, as for the finding itself.
    pub beside: Option<String>,
    /// The line, as for the finding itself.
    pub line: usize,
    /// How it is related to the finding.
    pub message: String,
}

/// The findings of a check, in the order of the file. If the checked text is the preview of a posted form,
/// `posted` maps the rows of the form to those of the file.
///
/// ```
/// let checked = swyx_teams::check::check_bytes("a.toml", b"[control_center]\nMsTeamsStatusSyncMode = 3\n".to_vec(), false);
/// let findings = swyx_teams::form::collect_findings(&swyx_teams::form::Form::new(), &checked, None);
/// assert_eq!(findings[2].beside.as_deref(), Some("control_center.MsTeamsStatusSyncMode"));
/// assert_eq!((findings[2].rule, findings[2].line), ("invalid-value", 2));
/// ```
pub fn collect_findings(form: &Form, checked: &Checked, posted: Option<&Posted>) -> Vec<Finding> {
    let view = View { form, checked, posted };
    let of_file = checked.diagnostics().iter().map(|found| view.finding(found));
    let of_post = posted.into_iter().flat_map(|posted| view.findings_of_post(posted));
    of_file.chain(of_post).collect()
}

/// The view of a check in a form.
struct View<'a> {
    form: &'a Form,
    checked: &'a Checked,
    posted: Option<&'a Posted>,
}

impl View<'_> {
    fn finding(&self, found: &Diagnostic) -> Finding {
        let part = part(self.form, &found.place);
        Finding {
            rule: found.rule,
            severity: found.severity,
            key: shown(&found.place),
            title: part.as_ref().map(|key| title(self.form, key, &name(key, self.posted))),
            beside: part.map(|key| name(&key, self.posted)),
            line: self.line(&found.place),
            message: found.message.clone(),
            help: found.help.clone(),
            related: found.related.iter().map(|related| self.related(related)).collect(),
        }
    }

    fn related(&self, related: &diagnostic::Related) -> Related {
        Related {
            key: shown(&related.place),
            beside: part(self.form, &related.place).map(|key| name(&key, self.posted)),
            line: self.line(&related.place),
            message: related.message.clone(),
        }
    }

    /// The errors of a post that are not errors of a file.
    fn findings_of_post<'a>(&'a self, posted: &'a Posted) -> impl Iterator<Item = Finding> + 'a {
        let twice = posted.twice().iter().map(|row| {
            self.of_row(id::STATUS_DUPLICATE, row, "this presence is listed twice", "delete one of them")
        });
        let incomplete = posted.incomplete().iter().map(|row| {
            let help = "enter the presence for this status, or remove the row";
            self.of_row(id::MISSING_KEY, row, "the presence is missing", help)
        });
        let read_only = posted.read_only_keys().iter().map(|key| {
            let row = (key.clone(), key.to_string());
            let help = "the file keeps its value; use `swyx-teams set` or `swyx-teams unset` to change it";
            self.of_row(id::READ_ONLY_IN_FORM, &row, "this cannot be changed in the form", help)
        });
        twice.chain(incomplete).chain(read_only)
    }

    /// An error in a row or a field of the post.
    fn of_row(&self, rule: &'static str, (key, row): &(Key, String), message: &str, help: &str) -> Finding {
        Finding {
            rule,
            severity: Severity::Error,
            key: Some(key.shown().to_string()),
            beside: Some(row.clone()),
            title: Some(title(self.form, key, row)),
            line: self.line(&Place::Key(key.clone())),
            message: message.to_owned(),
            help: Some(help.to_owned()),
            related: Vec::new(),
        }
    }

    fn line(&self, place: &Place) -> usize {
        self.checked.source().span(place).start.line
    }
}

fn shown(place: &Place) -> Option<String> {
    place.key().map(|key| key.shown().to_string())
}

/// The nearest part of the form that contains a key.
fn part(form: &Form, place: &Place) -> Option<Key> {
    let mut steps = place.key()?.steps();
    loop {
        let key = Key::from_steps(&steps);
        let section = |name: &str| form.sections.iter().find(|section| section.key == name);
        let is_part = match steps.as_slice() {
            [] => return None,
            [Step::Name(name)] => section(name).is_some(),
            [Step::Name(name), Step::Index(_)] => section(name).is_some_and(|section| section.repeats),
            _ => form.field(&key).is_some(),
        };
        if is_part {
            return Some(key);
        }
        steps.pop();
    }
}

/// The name of a part in the posted form, or in a form of the file.
fn name(key: &Key, posted: Option<&Posted>) -> String {
    posted.map_or_else(|| key.shown().to_string(), |posted| posted.part(key))
}

/// The title of a part of the form for users. Rows are counted from 1, as in the form.
fn title(form: &Form, key: &Key, part: &str) -> String {
    let steps = key.steps();
    let field = form.field(key).map_or("", |field| &field.title);
    let section = |name: &str| {
        form.sections.iter().find(|section| section.key == name).map_or("", |section| &section.title)
    };
    let row = || {
        part.split(['[', ']'])
            .nth(1)
            .and_then(|index| index.parse::<usize>().ok())
            .unwrap_or(0)
            .saturating_add(1)
    };
    match steps.as_slice() {
        [Step::Name(table)] => section(table).to_owned(),
        [Step::Name(table), Step::Index(_)] => format!("{}, row {}", section(table), row()),
        [Step::Name(table), Step::Index(_), ..] => format!("{}, row {}: {field}", section(table), row()),
        [_, _, Step::Name(name)] => format!("{field}: {}", crate::text::shown(without_secret(name))),
        _ => field.to_owned(),
    }
}
