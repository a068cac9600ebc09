//! The names of the keys that a settings file can have, from the schema.

use std::sync::LazyLock;

use serde_json::Value;

use super::schema::{Dialect, describe, generate};
use crate::diagnostic::Key;

/// The key of a table and the names of its members. The key of the root table is empty.
type Table = (String, Vec<String>);

static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
    let schema = generate(Dialect::Draft2020_12);
    let names = members(&schema);
    let table = |key: &Key| {
        // The table itself, or one table of an array.
        let part = describe(&schema, &key.index(0)).or_else(|| describe(&schema, key))?;
        schema.pointer(part.get("$ref")?.as_str()?.strip_prefix('#')?)
    };
    let mut tables = vec![(String::new(), names.clone())];
    for name in &names {
        let key = Key::ROOT.child(name);
        let names = table(&key).map(members).unwrap_or_default();
        let nested = names.iter().filter_map(|name| {
            let key = key.child(name);
            let names = table(&key).map(members).filter(|names| !names.is_empty())?;
            Some((key.to_string(), names))
        });
        let nested = nested.collect::<Vec<_>>();
        tables.push((name.clone(), names));
        tables.extend(nested);
    }
    tables
});

fn members(part: &Value) -> Vec<String> {
    let members = part.get("properties").and_then(Value::as_object);
    members.map(|members| members.keys().cloned().collect()).unwrap_or_default()
}

/// Every key that a settings file can have by name, users and statuses apart, in the order of the schema.
pub(super) fn known_keys() -> impl Iterator<Item = Key> {
    let of_table = |(table, names): &'static Table| {
        names.iter().map(move |name| {
            let table = table.split('.').filter(|part| !part.is_empty());
            table.fold(Key::ROOT, |key, part| key.child(part)).child(name)
        })
    };
    TABLES.iter().flat_map(of_table)
}

/// The help text for a key that is unknown in `parent`, but known in another table.
pub(super) fn did_you_mean(parent: &Key, name: &str) -> Option<String> {
    let is_there = |names: &[String]| names.iter().any(|known| known == name);
    let mut elsewhere = TABLES.iter().filter(|(table, names)| table != parent.as_str() && is_there(names));
    elsewhere.next().map(|(table, _)| {
        if table.is_empty() {
            format!("`{name}` belongs at the top of the file")
        } else {
            format!("`{name}` belongs in `[{table}]`")
        }
    })
}
