//! Replaces the value or the name of an existing key.

use crate::diagnostic::Key;
use crate::edit::change::{self, EditError, NewValue};
use crate::edit::replacement::Replacement;
use crate::source::Source;
use crate::source::tree::{Origin, Value};

/// The replacement of an existing value.
pub(super) fn replace(source: &Source, key: &Key, value: &NewValue) -> Result<Replacement, EditError> {
    let Some(id) = source.tree().find(key) else { return Err(EditError::NotSet(key.clone())) };
    let node = source.tree().node(id);
    let is_written_in_place = match &node.value {
        Value::Table(table) => table.origin == Origin::Inline,
        Value::Array(array) => !array.of_headers,
        _ => true,
    };
    if !is_written_in_place {
        return Err(EditError::IsATable(key.clone()));
    }
    Ok(Replacement { range: node.span.clone(), with: value.render() })
}

/// The replacements of a key's name, at all its mentions.
pub(super) fn rename(source: &Source, key: &Key, name: &str) -> Result<Vec<Replacement>, EditError> {
    let tree = source.tree();
    let Some(id) = tree.find(key) else { return Err(EditError::NotSet(key.clone())) };
    let renamed = key.parent().child(name);
    if tree.find(&renamed).is_some() {
        return Err(EditError::NoPlace(renamed));
    }
    let with = change::name(name);
    Ok(tree.mentions(id).map(|range| Replacement { range, with: with.clone() }).collect())
}
