//! The names and values of a posted form.

use url::form_urlencoded;

use crate::form::Values;
use crate::secret::shape::input_may_be_a_secret;

/// The posted pairs. They may contain secrets, so the type does not implement Debug.
pub(super) struct Sent(Vec<(String, String)>);

impl Sent {
    /// Reads a body of the type `application/x-www-form-urlencoded`.
    pub(super) fn new(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// The keys with their values as they were sent, whether they were changed or not, for a page that only shows
    /// them again. What may be a secret is masked.
    pub(super) fn for_display(&self) -> Vec<(String, String)> {
        let is_shown = |(name, value): &&(String, String)| {
            let is_key = name == "removed" || name.contains(['.', '[']);
            is_key && !value.is_empty() && !name.ends_with(".text")
        };
        let masked = |text: &str| if input_may_be_a_secret(text) { "****" } else { text }.to_owned();
        let display = |(name, value): &(String, String)| (masked(name), masked(value));
        self.0.iter().filter(is_shown).map(display).collect()
    }

    /// All names and values.
    pub(super) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// The value of a control, which is not a key of the file.
    pub(super) fn control(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Applies the button of a row: `add`, `remove` or `restore`. Returns the input that gets the focus.
    pub(super) fn edit_rows(&mut self, values: &Values) -> Option<String> {
        let control = |name: &str| self.control(name).map(str::to_owned);
        let (add, remove, restore) = (control("add"), control("remove"), control("restore"));
        if let Some(key) = restore {
            self.0.retain(|(name, value)| name != "removed" || *value != key);
        }
        if let Some(key) = remove {
            self.0.push(("removed".to_owned(), key));
        }
        let table = add.filter(|table| values.rows.contains_key(table))?;
        let row = format!("{table}[{}]", self.next(&table, values));
        let columns = if table.contains('.') { ["presence", "status"] } else { ["swyx", "teams"] };
        self.0.extend(columns.map(|column| (format!("{row}.{column}"), String::new())));
        Some(format!("{row}.{}", columns.first().copied().unwrap_or_default()))
    }

    /// The number of the next new row.
    fn next(&self, table: &str, values: &Values) -> usize {
        let there = values.rows(table).iter().filter(|row| row.key.starts_with(&format!("{table}["))).count();
        let sent = self.0.iter().filter_map(|(name, _)| {
            let index = name.strip_prefix(table)?.strip_prefix('[')?.split_once(']')?.0;
            index.parse::<usize>().ok()?.checked_add(1)
        });
        sent.max().unwrap_or(0).max(there)
    }
}
