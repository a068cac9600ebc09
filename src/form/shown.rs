//! The values of a posted form that is shown again without being saved.

use super::description::Form;
use super::posted::{Posted, columns};
use super::values::{Cell, Row, Value, Values, is_presentable};
use crate::check::Checked;
use crate::edit::is_read_only;
use crate::secret::shape::input_may_be_a_secret;
use crate::secret::{Secret, SecretSource};

impl Posted {
    /// Whether something was entered that the file does not contain, even if it cannot be saved.
    pub fn has_input(&self) -> bool {
        !self.changes().is_empty() || !self.can_be_saved()
    }

    /// The values of the fields if the form is shown again: the values of `base`, overwritten by what was
    /// entered, except secrets.
    pub fn overlay_values(&self, form: &Form, base: &Checked, values: &Values) -> Values {
        let mut known = base
            .draft()
            .map(|draft| draft.inline_secrets().map(|(_, secret)| secret.clone()).collect::<Vec<_>>())
            .unwrap_or_default();
        known.extend(self.pending.values().filter_map(|source| match source {
            SecretSource::Inline(secret) => Some(secret.clone()),
            _ => None,
        }));
        let mut overlay = Overlay { posted: self, base, known, withheld: Vec::new(), removed: Vec::new() };
        let mut values = values.clone();
        for (key, value) in &mut values.fields {
            overlay.put(key, value);
        }
        for (table, rows) in &mut values.rows {
            for row in rows.iter_mut() {
                row.removed = self.removed.contains(&row.key);
                row.cells.iter_mut().for_each(|cell| overlay.put(&cell.name, &mut cell.value));
            }
            rows.extend(overlay.added(form, table));
        }
        values.withheld = overlay.withheld;
        values.removed = overlay.removed;
        values
    }
}

struct Overlay<'a> {
    posted: &'a Posted,
    base: &'a Checked,
    known: Vec<Secret>,
    withheld: Vec<String>,
    removed: Vec<String>,
}

impl Overlay<'_> {
    fn put(&mut self, key: &str, value: &mut Value) {
        if self.is_read_only(key) {
            return;
        }
        if let Value::Secret(before) = value {
            let mut secret = self.posted.secret_value(key, before);
            for (way, text) in
                [("env", &mut secret.env), ("file", &mut secret.file), ("keyring", &mut secret.keyring)]
            {
                if !self.may_be_shown(text) {
                    text.clear();
                    self.withheld.push(format!("{key}.{way}"));
                }
            }
            *value = Value::Secret(secret);
            return;
        }
        if matches!(value, Value::Kept(_)) && self.posted.removed.contains(key) {
            self.removed.push(key.to_owned());
            return;
        }
        let Some(entered) = self.posted.entered.get(key) else { return };
        match value {
            Value::Kept(_) if entered.is_empty() => {}
            _ if self.may_be_shown(entered) => *value = Value::Text(entered.clone()),
            _ => self.withheld.push(key.to_owned()),
        }
    }

    /// Whether the value of the file is shown, whatever was sent.
    fn is_read_only(&self, key: &str) -> bool {
        let is_refused = self.posted.read_only_keys().iter().any(|refused| refused.as_str() == key);
        is_refused || key.parse().is_ok_and(|key| is_read_only(self.base.source(), &key))
    }

    fn may_be_shown(&self, text: &str) -> bool {
        let is_known = || self.known.iter().any(|secret| secret.is_in(text));
        is_presentable(text) && !input_may_be_a_secret(text) && !is_known()
    }

    fn added(&mut self, form: &Form, table: &str) -> Vec<Row> {
        let columns = columns(form, table);
        let mut rows = Vec::new();
        for added in self.posted.added.get(table).into_iter().flatten() {
            let mut row = Row { key: added.name.clone(), cells: Vec::new(), is_new: true, removed: false };
            for (column, text) in columns.iter().zip(&added.cells) {
                let name = format!("{}.{column}", added.name);
                let text = if self.may_be_shown(text) {
                    text.clone()
                } else {
                    self.withheld.push(name.clone());
                    String::new()
                };
                row.cells.push(Cell { name, value: Value::Text(text) });
            }
            rows.push(row);
        }
        rows
    }
}
