//! Parses arguments as values of the settings file, for `set` and `setup`.

use crate::diagnostic::Key;
use crate::edit::NewValue;
use crate::secret::SecretSource;
use crate::settings::schema::{Dialect, describe, generate};
use crate::settings::{CalendarDate, keys};

/// Parses the value of a key. No message repeats the word: it may be a secret in the wrong place.
pub(super) fn from_argument(key: &Key, text: &str) -> Result<NewValue, String> {
    if keys::SECRETS.contains(key) {
        let message = "a secret is not accepted as an argument, because other users can see it: use --stdin, or a reference such as \
                      env:NAME, file:PATH, keyring:swyx-teams/NAME or { command = [\"PROGRAM\"] }";
        return reference(text).map(NewValue::Secret).ok_or_else(|| message.to_owned());
    }
    let schema = generate(Dialect::Draft2020_12);
    let Some(described) = describe(&schema, key) else {
        // For an unknown Control Center field, the type follows from the value.
        return Ok(match (text.parse(), text.parse()) {
            (Ok(number), _) => NewValue::Integer(number),
            (_, Ok(truth)) => NewValue::Boolean(truth),
            _ => NewValue::Text(text.to_owned()),
        });
    };
    if described.get("$ref").is_some_and(|reference| reference == "#/$defs/User") {
        return user(text)
            .ok_or_else(|| "invalid user: expected { swyx = \"NAME\", teams = \"ACCOUNT\" }".to_owned());
    }
    let is = |name: &str, value: &str| described.get(name).is_some_and(|own| own == value);
    if is("type", "boolean") {
        return text.parse().map(NewValue::Boolean).map_err(|_| "expected true or false".to_owned());
    }
    if is("format", "date") {
        let date = text.parse::<CalendarDate>().map_err(|error| error.to_string())?;
        return Ok(NewValue::Date(date.date()));
    }
    let is_integer = is("type", "integer");
    match text.parse() {
        Ok(number) if is_integer => Ok(NewValue::Integer(number)),
        _ if is_integer => Err("expected a whole number".to_owned()),
        _ => Ok(NewValue::Text(text.to_owned())),
    }
}

/// The source of a secret in the form of arguments: `env:NAME`, `file:PATH`, `keyring:swyx-teams/NAME` or `{ command = ["PROGRAM"] }`;
/// a table may also name the others. `None` if the text is no reference.
pub(super) fn reference(text: &str) -> Option<SecretSource> {
    if let Some(name) = text.strip_prefix("env:") {
        return Some(SecretSource::Env(name.to_owned()));
    }
    if let Some(path) = text.strip_prefix("file:").filter(|path| !path.is_empty()) {
        return Some(SecretSource::File(path.into()));
    }
    if let Some(entry) = text.strip_prefix("keyring:") {
        return Some(SecretSource::Keyring(entry.to_owned()));
    }
    let table = inline_table(text)?;
    let (name, value) = table.iter().next().filter(|_| table.len() == 1)?;
    match name {
        "env" => value.as_str().map(|name| SecretSource::Env(name.to_owned())),
        "file" => value.as_str().map(|path| SecretSource::File(path.into())),
        "keyring" => value.as_str().map(|entry| SecretSource::Keyring(entry.to_owned())),
        "command" => {
            let words = value.as_array()?.iter().map(|word| word.as_str().map(str::to_owned));
            words.collect::<Option<Vec<_>>>().filter(|words| !words.is_empty()).map(SecretSource::Command)
        }
        _ => None,
    }
}

fn user(text: &str) -> Option<NewValue> {
    let table = inline_table(text)?;
    let member = |name| table.get(name).and_then(toml_edit::Value::as_str).map(str::to_owned);
    (table.len() == 2).then(|| Some(NewValue::User(member("swyx")?, member("teams")?))).flatten()
}

/// An inline table in TOML syntax. The parser's errors quote the text, so they are dropped.
fn inline_table(text: &str) -> Option<toml_edit::InlineTable> {
    let value = text.trim().parse::<toml_edit::Value>().ok()?;
    value.as_inline_table().cloned()
}
