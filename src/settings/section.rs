//! Reads one table: each kind of value with its faults, and the unknown members.
//!
//! Every requested name becomes a known key; the other members of the table are unknown keys. Secrets,
//! values of unknown keys, and what may be a secret in an invalid value, are masked before they are checked,
//! so that no report can show them.

use std::ops::Range;
use std::str::FromStr;

use validator::Validate;

use super::calendar_date::CalendarDate;
use super::draft::IdText;
use super::suggest::nearest;
use super::values::{Choice, Mode};
use crate::diagnostic::{Diagnostic, Edit, Key, Place, id};
use crate::secret::keyring::is_entry;
use crate::secret::shape::{confidential_parts, is_variable_name, may_be_a_secret, without_secret};
use crate::secret::{Secret, SecretSource, is_reserved_variable};
use crate::source::tree::{Node, NodeId, Origin, Tree, Value};
use crate::text::{InvalidFormat, find_control, find_disguise, is_blank, shown, without_disguise};

/// The maximum number of findings of one file. More are of no use, and a hostile file could cause a hundred
/// thousand.
pub const MAX_FINDINGS: usize = 10_000;

/// One table that is being read.
pub(super) struct Section<'a> {
    pub(super) tree: &'a Tree,
    pub(super) key: Key,
    /// `None` if the table is missing or is not a table.
    pub(super) at: Option<NodeId>,
    pub(super) asked: Vec<&'static str>,
    /// The missing keys that are already reported.
    pub(super) required: Vec<&'static str>,
    pub(super) found: &'a mut Vec<Diagnostic>,
    pub(super) masks: &'a mut Vec<Range<usize>>,
}

impl<'a> Section<'a> {
    /// The root table of a file.
    pub(super) fn root(
        tree: &'a Tree,
        found: &'a mut Vec<Diagnostic>,
        masks: &'a mut Vec<Range<usize>>,
    ) -> Self {
        Self {
            tree,
            key: Key::ROOT,
            at: Some(Tree::ROOT),
            asked: Vec::new(),
            required: Vec::new(),
            found,
            masks,
        }
    }

    pub(super) fn node(&self, name: &str) -> Option<&'a Node> {
        self.tree.child(self.at?, name).map(|id| self.tree.node(id))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.node(name).is_some()
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (NodeId, &'a Node)> + use<'a> {
        let tree = self.tree;
        let entries = self.at.and_then(|at| tree.table(at)).map_or(&[][..], |table| table.entries.as_slice());
        entries.iter().map(|id| (*id, tree.node(*id)))
    }

    /// Adds a finding and returns it for changes. Above the maximum, the new finding replaces the last one.
    pub(super) fn add(&mut self, found: Diagnostic) -> &mut Diagnostic {
        if self.found.len() > MAX_FINDINGS {
            self.found.pop();
        }
        self.found.push(found);
        #[expect(clippy::expect_used, reason = "pushed in the line above")]
        self.found.last_mut().expect("one finding")
    }

    /// Adds a finding about the value of `name` and returns it for changes.
    pub(super) fn report(
        &mut self,
        rule: &'static str,
        name: &str,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        let place = Place::Value(self.key.child(name));
        self.add(Diagnostic::error(rule, place, message))
    }

    /// A table or an array in the place of another value may contain anything, so it is not shown.
    pub(super) fn wrong_type(&mut self, name: &str, wanted: &str, value: &Value) -> &mut Diagnostic {
        match (self.node(name), value) {
            (Some(node), Value::Text(_)) => self.mask_confidential(node),
            (Some(node), Value::Table(_) | Value::Array(_)) => self.mask_all(node),
            _ => {}
        }
        self.report(id::WRONG_TYPE, name, format!("expected {wanted}, found {}", value.type_name()))
    }

    pub(super) fn require(&mut self, name: &'static str, help: &str) {
        if self.at.is_some() && !self.has(name) {
            let place = Place::Missing(self.key.child(name));
            self.add(Diagnostic::error(id::MISSING_KEY, place, format!("`{name}` is missing")).help(help));
            self.required.push(name);
        }
    }

    /// Reads a name or a path. Control characters come from an unintended escape sequence, as in `"C:\temp"`.
    pub(super) fn text(&mut self, name: &'static str) -> Option<String> {
        let text = self.any_text(name)?;
        match find_control(&text) {
            Some(control) => self.report_control(name, control),
            None if is_blank(&text) => self.report_blank(name),
            None => return Some(text),
        }
        None
    }

    /// Like [`Section::text`], for a text that must not be empty.
    pub(super) fn name(&mut self, name: &'static str) -> Option<String> {
        let text = self.text(name)?;
        if text.is_empty() {
            self.report(id::INVALID_VALUE, name, "must not be empty");
            return None;
        }
        Some(text)
    }

    fn any_text(&mut self, name: &'static str) -> Option<String> {
        self.asked.push(name);
        let node = self.node(name)?;
        match &node.value {
            Value::Text(text) => Some(text.to_string()),
            other => {
                self.wrong_type(name, "a string", other);
                None
            }
        }
    }

    pub(super) fn integer(&mut self, name: &'static str) -> Option<i64> {
        self.asked.push(name);
        let node = self.node(name)?;
        match &node.value {
            Value::Integer(number) => Some(*number),
            other => {
                let number = match other {
                    Value::Text(text) if is_number(text) => text.parse().ok(),
                    _ => None,
                };
                let key = self.key.child(name);
                let found = self.wrong_type(name, "an integer", other);
                if number.is_some() {
                    *found = found.clone().safe_fix("remove the quotes", Edit::Quotes(key));
                }
                // Its range is checked too, so that one pass finds all faults.
                number
            }
        }
    }

    pub(super) fn boolean(&mut self, name: &'static str) -> Option<bool> {
        self.asked.push(name);
        let node = self.node(name)?;
        match &node.value {
            Value::Boolean(truth) => Some(*truth),
            other => {
                let is_quoted = matches!(other, Value::Text(text) if matches!(&**text, "true" | "false"));
                let key = self.key.child(name);
                let found = self.wrong_type(name, "a boolean", other);
                if is_quoted {
                    *found = found.clone().safe_fix("remove the quotes", Edit::Quotes(key));
                }
                None
            }
        }
    }

    /// Reads a date, with or without quotes.
    pub(super) fn date(&mut self, name: &'static str) -> Option<CalendarDate> {
        let Some(Value::DateTime(text)) = self.node(name).map(|node| &node.value) else {
            return self.parsed(name);
        };
        self.asked.push(name);
        let date = text.parse::<CalendarDate>();
        if let Err(wrong) = &date {
            self.report(id::INVALID_VALUE, name, "not a date").help = Some(wrong.to_string());
        }
        date.ok()
    }

    /// Reads a value with its own format.
    pub(super) fn parsed<T: FromStr<Err = InvalidFormat>>(&mut self, name: &'static str) -> Option<T> {
        self.asked.push(name);
        let node = self.node(name)?;
        let Value::Text(text) = &node.value else {
            let value = match &node.value {
                Value::Float(text) => text.parse::<T>().ok(),
                _ => None,
            };
            let key = self.key.child(name);
            let found = self.wrong_type(name, "a string", &node.value);
            if value.is_some() {
                // A version without quotes is read as a number, and 14.10 becomes 14.1. The original text is
                // still available.
                *found = found.clone().safe_fix("put it in quotes", Edit::Quotes(key));
            }
            return value;
        };
        match text.parse() {
            Ok(value) => Some(value),
            Err(wrong) => {
                self.mask_confidential(node);
                if let Some(control) = find_control(text.trim()) {
                    self.report_control(name, control);
                    return None;
                }
                if let Some(disguise) = find_disguise(text) {
                    let plain = without_disguise(text);
                    let is_repairable = !plain.contains(char::is_whitespace) && plain.parse::<T>().is_ok();
                    self.report_disguise(name, disguise, is_repairable);
                    return None;
                }
                self.report(id::INVALID_VALUE, name, "invalid format").help = Some(wrong.to_string());
                None
            }
        }
    }

    pub(super) fn choice<T: Choice>(&mut self, name: &'static str) -> Option<T> {
        self.asked.push(name);
        self.choice_named(name)
    }

    pub(super) fn choice_named<T: Choice>(&mut self, name: &str) -> Option<T> {
        let node = self.node(name)?;
        let Value::Text(text) = &node.value else {
            self.wrong_type(name, "a string", &node.value);
            return None;
        };
        if let Some((_, _, value)) = T::CHOICES.iter().find(|(choice, _, _)| *choice == &**text) {
            return Some(*value);
        }
        if let Some(control) = find_control(text.trim()) {
            self.mask_confidential(node);
            self.report_control(name, control);
            return None;
        }
        if let Some(disguise) = find_disguise(text) {
            let plain = without_disguise(text);
            self.mask_confidential(node);
            self.report_disguise(name, disguise, T::CHOICES.iter().any(|(choice, _, _)| *choice == plain));
            return None;
        }
        let choices = T::CHOICES.iter().map(|(choice, _, _)| *choice);
        let close = nearest(text, choices.clone());
        self.mask_confidential(node);
        let help = match (close, &**text) {
            (Some(choice), _) => format!("did you mean `{choice}`?"),
            (None, "germany") => {
                "the German cloud was closed in 2021; its tenants are in `global`".to_owned()
            }
            (None, _) => format!(
                "use one of {}",
                choices.map(|choice| format!("`{choice}`")).collect::<Vec<_>>().join(", ")
            ),
        };
        self.report(id::INVALID_VALUE, name, "not an allowed value").help = Some(help);
        None
    }

    pub(super) fn mode(&mut self, name: &'static str) -> Option<Mode> {
        self.asked.push(name);
        let node = self.node(name)?;
        let number = match &node.value {
            Value::Integer(number) => *number,
            Value::Text(text)
                if is_number(text) && text.parse().ok().and_then(Mode::from_number).is_some() =>
            {
                let key = self.key.child(name);
                let found = self.report(id::MODE_AS_TEXT, name, "the mode is a number, not a text");
                *found = found
                    .clone()
                    .help("write it without quotes")
                    .safe_fix("remove the quotes", Edit::Quotes(key));
                // The rules about the mode apply too, so that one pass finds all faults.
                return text.parse().ok().and_then(Mode::from_number);
            }
            other => {
                self.wrong_type(name, "an integer", other);
                return None;
            }
        };
        let mode = Mode::from_number(number);
        if mode.is_none() {
            let help = "use 1 (Teams to Swyx) or 2 (also \"Speaking\" in Swyx to \"In a call\" in Teams)";
            self.report(id::INVALID_VALUE, name, "unknown mode").help = Some(help.to_owned());
        }
        mode
    }

    /// Reads an id. The rules report its faults. A text that is not an id may be a secret in the wrong field.
    pub(super) fn id(&mut self, name: &'static str) -> Option<IdText> {
        let text = self.any_text(name)?;
        let id = IdText::new(text);
        if !id.is_presentable() {
            self.masks.extend(self.node(name).map(|node| node.span.clone()));
        }
        Some(id)
    }

    pub(super) fn secret(&mut self, name: &'static str) -> Option<SecretSource> {
        self.asked.push(name);
        let node = self.node(name)?;
        match &node.value {
            Value::Text(text) => {
                self.masks.push(node.span.clone());
                if text.is_empty() {
                    self.report(id::INVALID_VALUE, name, "must not be empty");
                    return None;
                }
                Some(SecretSource::Inline(Secret::new(&**text)))
            }
            Value::Table(_) => self.secret_reference(name, node),
            other => {
                self.mask_all(node);
                self.wrong_type(name, "a string or a secret reference", other);
                None
            }
        }
    }

    fn secret_reference(&mut self, name: &'static str, node: &Node) -> Option<SecretSource> {
        let reference = self.reference(name);
        if let Some(SecretSource::Env(variable)) = &reference
            && is_reserved_variable(variable)
        {
            let message =
                format!("the variable `{}` is reserved for this program", shown(without_secret(variable)));
            self.report(id::INVALID_VALUE, name, message).help = Some(
                "use a variable whose name does not start with SWYX_TEAMS_, or SWYX_TEAMS_CLIENT_SECRET"
                    .to_owned(),
            );
            return None;
        }
        if !matches!(reference, Some(SecretSource::Env(_) | SecretSource::File(_) | SecretSource::Keyring(_)))
        {
            self.mask_all(node);
        }
        if let Some(control) = reference.as_ref().and_then(SecretSource::find_control) {
            self.report_control(name, control);
            return None;
        }
        if reference.as_ref().is_some_and(SecretSource::is_blank) {
            self.report_blank(name);
            return None;
        }
        if reference.is_none() {
            let help = "write `{ env = \"NAME\" }`, `{ file = \"PATH\" }`, `{ keyring = \"swyx-teams/NAME\" }` or `{ command = [\"PROGRAM\", \"ARGUMENT\"] }`";
            let message = self.wrong_reference(name);
            self.report(id::INVALID_VALUE, name, message).help = Some(help.to_owned());
        }
        reference
    }

    /// Describes the fault of an invalid secret reference.
    fn wrong_reference(&self, name: &str) -> &'static str {
        let members = self.node(name).map(|node| match &node.value {
            Value::Table(table) => table.entries.iter().map(|id| &*self.tree.node(*id).name).collect(),
            _ => Vec::new(),
        });
        match members.unwrap_or_default().as_slice() {
            ["env"] => "`env` must be the name of an environment variable: letters, digits and `_`",
            ["file"] => "`file` must be a path",
            ["keyring"] => {
                "`keyring` must be `swyx-teams/` and a name of 1 to 64 characters, without whitespace at its ends"
            }
            ["command"] => "`command` must be an array: a program and its arguments",
            _ => "a secret reference must have exactly one of `env`, `file`, `keyring` and `command`",
        }
    }

    fn reference(&self, name: &str) -> Option<SecretSource> {
        let table = self.tree.child(self.at?, name)?;
        let [entry] = self.tree.table(table)?.entries.as_slice() else { return None };
        let node = self.tree.node(*entry);
        match (&*node.name, &node.value) {
            ("env", Value::Text(name)) if is_variable_name(name) => Some(SecretSource::Env(name.to_string())),
            ("file", Value::Text(path)) if !path.is_empty() => {
                Some(SecretSource::File(path.to_string().into()))
            }
            ("keyring", Value::Text(entry)) if is_entry(entry) => {
                Some(SecretSource::Keyring(entry.to_string()))
            }
            ("command", Value::Array(array)) if !array.elements.is_empty() => {
                let words = array.elements.iter().map(|element| match &self.tree.node(*element).value {
                    Value::Text(word) if !word.is_empty() => Some(word.to_string()),
                    _ => None,
                });
                words.collect::<Option<Vec<_>>>().map(SecretSource::Command)
            }
            _ => None,
        }
    }

    /// Checks the ranges and lengths that the fields declare. Only this function converts validator's errors:
    /// they contain the values, so only their names and bounds are used.
    pub(super) fn check(&mut self, fields: &impl Validate) {
        let Err(errors) = fields.validate() else { return };
        let mut errors = errors.field_errors().into_iter().collect::<Vec<_>>();
        errors.sort_by_key(|(name, _)| self.node(name).map(|node| node.span.start));
        for (name, errors) in errors {
            for error in errors {
                let bound = |name: &str| {
                    error.params.get(name).and_then(serde_json::Value::as_f64).map(|bound| bound as i64)
                };
                let unit = if error.code == "length" { " characters long" } else { "" };
                let message = match (bound("min"), bound("max")) {
                    (Some(min), Some(max)) => format!("must be {min} to {max}{unit}"),
                    (Some(min), None) => format!("must be at least {min}{unit}"),
                    (None, Some(max)) => format!("must be at most {max}{unit}"),
                    (None, None) => "not allowed".to_owned(),
                };
                self.report(id::INVALID_VALUE, &name, message);
            }
        }
    }

    /// Masks what may be a secret in a text that is not valid. The rest is shown, so that a typing error can
    /// be found.
    fn mask_confidential(&mut self, node: &Node) {
        let Value::Text(text) = &node.value else { return };
        let start = match node.span.len().checked_sub(text.len()) {
            // Two quotes, so there are no escapes, and the text in the file is the value.
            Some(2) if !may_be_a_secret(text) => node.span.start + 1,
            _ => return self.masks.push(node.span.clone()),
        };
        let parts = confidential_parts(text).map(|part| start + part.start..start + part.end);
        self.masks.extend(parts.into_iter().filter(|part| !part.is_empty()));
    }

    /// Masks a value and everything in it.
    pub(super) fn mask_all(&mut self, node: &Node) {
        let mut waiting = vec![node];
        while let Some(node) = waiting.pop() {
            match &node.value {
                Value::Table(table) if table.origin != Origin::Inline => {
                    waiting.extend(table.entries.iter().map(|id| self.tree.node(*id)));
                }
                Value::Array(array) if array.of_headers => {
                    waiting.extend(array.elements.iter().map(|id| self.tree.node(*id)));
                }
                _ => self.masks.push(node.span.clone()),
            }
        }
    }
}

/// Whether a text is a number if its quotes are removed: TOML has no leading zeros.
fn is_number(text: &str) -> bool {
    text.parse::<i64>().is_ok_and(|number| number.to_string() == text)
}
