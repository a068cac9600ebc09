//! The content of the form page.

use std::collections::HashMap;

use crate::form::{Finding, Form, Value, Values};

/// The message at the top of a form page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Note {
    /// No message.
    None,
    /// The file was saved.
    Saved,
    /// The file was saved, and it had also been changed by another process.
    Merged,
    /// There were no changes to save.
    Unchanged,
    /// Saving would add this many errors, so nothing was saved.
    Refused(usize),
    /// Closing would lose unsaved input.
    Unsaved,
}

/// The content of a page.
pub(in crate::web) struct Content<'a> {
    /// The file's name.
    pub(in crate::web) name: &'a str,
    /// The file's path, quoted for a shell.
    pub(in crate::web) file_for_shell: &'a str,
    pub(in crate::web) form: &'a Form,
    pub(in crate::web) values: &'a Values,
    /// The values in the file of the inputs that show something else: see [`replaced_values`].
    pub(in crate::web) was: &'a HashMap<String, String>,
    pub(in crate::web) findings: &'a [Finding],
    /// Identifies the file in the browser's storage of unsaved input.
    pub(in crate::web) draft: &'a str,
    /// Whether the page shows an earlier version of the file again, so that unsaved input fits to it.
    pub(in crate::web) restoring: bool,
    /// The id of the page.
    pub(in crate::web) id: &'a str,
    /// The CSRF token for every change.
    pub(in crate::web) csrf: &'a str,
    pub(in crate::web) note: Note,
    /// An error message.
    pub(in crate::web) trouble: Option<&'a str>,
    /// The input that gets the focus.
    pub(in crate::web) begin_at: Option<&'a str>,
    /// Whether the page has actions besides editing.
    pub(in crate::web) acts: bool,
    /// Whether there are unsaved changes.
    pub(in crate::web) unsaved: bool,
}

/// The values in the file, by name, of the inputs that show something else. A script cannot know them.
pub(in crate::web) fn replaced_values(file: &Values, shown: &Values) -> HashMap<String, String> {
    let mut replaced = HashMap::new();
    let mut compare = |name: String, before: &str, after: &str| {
        if before != after {
            replaced.insert(name, before.to_owned());
        }
    };
    for (key, before) in &file.fields {
        match (before, shown.get(key)) {
            (Value::Secret(before), Value::Secret(after)) => {
                compare(key.clone(), &before.way, &after.way);
                compare(format!("{key}.env"), &before.env, &after.env);
                compare(format!("{key}.file"), &before.file, &after.file);
                compare(format!("{key}.keyring"), &before.keyring, &after.keyring);
            }
            (before, after) => compare(key.clone(), before.text(), after.text()),
        }
    }
    for (table, rows) in &file.rows {
        // New rows follow those of the file.
        for (before, after) in rows.iter().zip(shown.rows(table)) {
            for (before, after) in before.cells.iter().zip(&after.cells) {
                compare(before.name.clone(), before.value.text(), after.value.text());
            }
        }
    }
    replaced
}
