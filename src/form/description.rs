//! The description of a form for the settings file, derived from the JSON Schema.
//!
//! A new key of the draft appears in the form automatically: sections are the tables, fields are their keys,
//! and titles, help, examples, bounds, choices and conditions come from the schema.

use serde::Serialize;
use serde_json::Value as Json;

use crate::diagnostic::{Key, Step};
use crate::edit::NewValue;
use crate::settings::keys::READ_ONLY_IN_FORMS;
use crate::settings::schema::{self, Dialect};
use crate::settings::{CalendarDate, pair_names};

/// A form of the settings file.
///
/// ```
/// use swyx_teams::form::{Form, Kind};
///
/// let form = Form::new();
/// let titles = form.sections.iter().map(|section| &*section.title).collect::<Vec<_>>();
/// assert_eq!(titles, ["SwyxWare", "Control Center", "Federated Services", "Entra ID", "Synchronisation", "Users"]);
/// let field = form.field(&"entra.secret_lifetime_days".parse().unwrap()).unwrap();
/// assert_eq!(field.kind, Kind::Number { least: Some(1), most: Some(730) });
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Form {
    /// The title.
    pub title: String,
    /// Its sections, in the order of the file.
    pub sections: Vec<Section>,
}

/// A table of the file, or an array of tables if `repeats` is set.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Section {
    /// The key of the table.
    pub key: String,
    /// Its heading.
    pub title: String,
    /// The help text.
    pub help: String,
    /// Whether the section can repeat: then the fields are the columns of a table, with keys below `user[N]`.
    pub repeats: bool,
    /// Its fields, in the order of the file.
    pub fields: Vec<Field>,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Field {
    /// The key in the notation of `get`; for a column, only its name.
    pub key: String,
    /// Its label.
    pub title: String,
    /// What to enter. Code is in backticks.
    pub help: String,
    /// Example values.
    pub examples: Vec<String>,
    /// The default if the key is missing.
    pub default: Option<String>,
    /// Whether the key is required.
    pub required: bool,
    /// When the key is required, if it is not always required.
    pub required_when: Option<Condition>,
    /// When the key applies; otherwise it can be hidden. A hidden value stays in the file.
    pub shown_when: Option<Condition>,
    /// Whether the form only shows the value: a posted form that changes it is refused. See also
    /// [`SecretValue::read_only`](super::SecretValue::read_only).
    pub read_only: bool,
    /// What can be entered.
    pub kind: Kind,
}

/// What can be entered in a field.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// One line of text.
    Text {
        /// The format in JSON Schema: `uuid`, `uri`, `email` or `date`.
        format: Option<String>,
        /// The regular expression that the text must match.
        pattern: Option<String>,
        /// The maximum number of characters.
        longest: Option<u64>,
    },
    /// A whole number.
    Number {
        /// The minimum.
        least: Option<i64>,
        /// The maximum.
        most: Option<i64>,
    },
    /// Yes or no, `true` or `false` in the file.
    Boolean,
    /// One of several values.
    Choice {
        /// The choices.
        choices: Vec<Choice>,
        /// Whether they are numbers in the file.
        numbers: bool,
    },
    /// A secret or a secret reference.
    Secret {
        /// The kinds of secret source. A command is not offered: a form cannot name a program to run.
        ways: Vec<SecretMethod>,
    },
    /// Any number of names, each with a choice.
    Mapping {
        /// The regular expression that a name must match.
        pattern: Option<String>,
        /// Suggested names; others are allowed.
        names: Vec<String>,
        /// The choices.
        choices: Vec<Choice>,
    },
}

/// A value that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Choice {
    /// The text in the file.
    pub value: String,
    /// The title for users.
    pub title: String,
}

/// A kind of secret source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SecretMethod {
    /// `text`, `env`, `file` or `keyring`.
    pub name: String,
    /// The title for users.
    pub title: String,
    /// The help text.
    pub help: String,
    /// The label of the input.
    pub label: String,
}

/// A condition on the value of another field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Condition {
    /// The other field.
    pub key: String,
    /// Its value; `None` means any value.
    pub value: Option<String>,
}

impl Kind {
    /// Converts an entered text to a value. If it is invalid, it stays a text, and the check reports it.
    pub(super) fn parse(&self, text: &str) -> NewValue {
        let trimmed = text.trim();
        let value = match self {
            Self::Number { .. } | Self::Choice { numbers: true, .. } => {
                trimmed.parse().ok().map(NewValue::Integer)
            }
            Self::Boolean => trimmed.parse().ok().map(NewValue::Boolean),
            Self::Text { .. } if self.is_date() => {
                trimmed.parse::<CalendarDate>().ok().map(|date| NewValue::Date(date.date()))
            }
            _ => None,
        };
        value.unwrap_or_else(|| NewValue::Text(text.to_owned()))
    }

    /// Whether it is a date.
    pub(super) fn is_date(&self) -> bool {
        matches!(self, Self::Text { format: Some(format), .. } if format == "date")
    }
}

impl Default for Form {
    fn default() -> Self {
        Self::new()
    }
}

impl Form {
    /// Creates the form of the settings file.
    pub fn new() -> Self {
        Self::of(&schema::generate(Dialect::Draft2020_12))
    }

    fn of(schema: &Json) -> Self {
        let sections = members(schema).map(|(name, part)| section(schema, name, part));
        Self { title: text(schema, "title"), sections: sections.collect() }
    }

    /// The field of a key: for `user[3].teams` the column, for `sync.status."Busy/InACall"` the mapping.
    pub fn field(&self, key: &Key) -> Option<&Field> {
        let steps = key.steps();
        let (Step::Name(table), rest) = steps.split_first()? else { return None };
        let section = self.sections.iter().find(|section| section.key == *table)?;
        let name = match (section.repeats, rest) {
            (true, [Step::Index(_), Step::Name(name)]) => name.clone(),
            (false, [Step::Name(name)]) => Key::ROOT.child(table).child(name).to_string(),
            (false, [Step::Name(name), Step::Name(_)]) => {
                let key = Key::ROOT.child(table).child(name).to_string();
                let field = section.fields.iter().find(|field| field.key == key)?;
                return matches!(field.kind, Kind::Mapping { .. }).then_some(field);
            }
            _ => return None,
        };
        section.fields.iter().find(|field| field.key == name)
    }

    /// Whether the form has an input for the value of a key. A mapping has inputs only for its pairs.
    pub(super) fn has_value_at(&self, key: &Key) -> bool {
        let is_mapping = |field: &Field| matches!(field.kind, Kind::Mapping { .. });
        self.field(key).is_some_and(|field| !is_mapping(field) || field.key != key.as_str())
    }
}

fn section(schema: &Json, name: &str, part: &Json) -> Section {
    let array = part.get("items");
    let table = followed(schema, array.unwrap_or(part));
    let at = if array.is_some() { Key::ROOT } else { Key::ROOT.child(name) };
    let required = names(table.get("required"));
    let field = |(name, part): (&String, &Json)| {
        let field = field(&at.child(name), part, required.contains(&name.as_str()));
        Field { required_when: required_when(table, &at, name), ..field }
    };
    Section {
        key: name.to_owned(),
        title: text(part, "title"),
        help: text(part, "description"),
        repeats: array.is_some(),
        // A table in a table has no fields in forms; it stays in the file as it is.
        fields: members(table).filter(|(_, part)| !is_table(schema, part)).map(field).collect(),
    }
}

fn field(key: &Key, part: &Json, required: bool) -> Field {
    let shown_when = part.get("x-shown-when").and_then(|condition| {
        let key = condition.get("key")?.as_str()?.to_owned();
        Some(Condition { key, value: condition.get("value").and_then(plain) })
    });
    let examples = part.get("examples").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    Field {
        key: key.to_string(),
        title: text(part, "title"),
        help: text(part, "description"),
        examples: examples.iter().filter_map(plain).collect(),
        default: part.get("default").and_then(plain),
        required,
        required_when: None,
        shown_when,
        read_only: READ_ONLY_IN_FORMS.contains(key),
        kind: kind(part),
    }
}

fn kind(part: &Json) -> Kind {
    let string = |name: &str| part.get(name).and_then(Json::as_str).map(str::to_owned);
    let number = |name: &str| part.get(name).and_then(Json::as_i64);
    let is = |name: &str| part.get("type").is_some_and(|kind| kind == name);
    let ways = branches(part).filter_map(way).filter(|way| way.name != COMMAND).collect::<Vec<_>>();
    if !ways.is_empty() {
        return Kind::Secret { ways };
    }
    if let Some(values) = part.get("additionalProperties").filter(|values| values.is_object()) {
        let pattern = part.pointer("/propertyNames/pattern").and_then(plain);
        let names = pair_names().collect();
        return Kind::Mapping { pattern, names, choices: choices(values) };
    }
    match choices(part) {
        choices if !choices.is_empty() => Kind::Choice { choices, numbers: is("integer") },
        _ if is("boolean") => Kind::Boolean,
        _ if is("integer") => Kind::Number { least: number("minimum"), most: number("maximum") },
        _ => Kind::Text {
            format: string("format"),
            pattern: string("pattern"),
            longest: part.get("maxLength").and_then(Json::as_u64),
        },
    }
}

fn branches(part: &Json) -> impl Iterator<Item = &Json> {
    part.get("oneOf").and_then(Json::as_array).into_iter().flatten()
}

fn choices(part: &Json) -> Vec<Choice> {
    let choice =
        |(value, title): (&Json, &str)| Some(Choice { value: plain(value)?, title: title.to_owned() });
    schema::list_choices(part).filter_map(choice).collect()
}

/// The kind of secret source that forms do not offer.
pub(super) const COMMAND: &str = "command";

/// Reads a branch of a secret's schema: a text, or a table with one member.
fn way(branch: &Json) -> Option<SecretMethod> {
    branch.get("type")?;
    let member = members(branch).next();
    Some(SecretMethod {
        name: member.map_or("text", |(name, _)| name).to_owned(),
        title: text(branch, "title"),
        help: text(branch, "description"),
        label: member.map_or_else(|| "Secret".to_owned(), |(_, part)| text(part, "title")),
    })
}

/// Reads the condition from the table's `if` and `then`, or from its `dependentRequired`.
fn required_when(table: &Json, at: &Key, name: &str) -> Option<Condition> {
    let by_value = || {
        names(table.pointer("/then/required")).contains(&name).then_some(())?;
        let (other, part) = members(table.get("if")?).next()?;
        Some(Condition { key: at.child(other).to_string(), value: plain(part.get("const")?) })
    };
    let by_presence = || {
        let dependent = table.get("dependentRequired")?.as_object()?;
        let (other, _) = dependent.iter().find(|(_, names_of)| names(Some(names_of)).contains(&name))?;
        Some(Condition { key: at.child(other).to_string(), value: None })
    };
    by_value().or_else(by_presence)
}

fn followed<'a>(schema: &'a Json, part: &'a Json) -> &'a Json {
    let target = part.get("$ref").and_then(Json::as_str).and_then(|name| name.strip_prefix('#'));
    target.and_then(|target| schema.pointer(target)).unwrap_or(part)
}

fn is_table(schema: &Json, part: &Json) -> bool {
    followed(schema, part).get("properties").is_some()
}

fn members(part: &Json) -> impl Iterator<Item = (&String, &Json)> {
    part.get("properties").and_then(Json::as_object).into_iter().flatten()
}

fn names(list: Option<&Json>) -> Vec<&str> {
    list.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect()
}

fn text(part: &Json, name: &str) -> String {
    part.get(name).and_then(Json::as_str).unwrap_or_default().to_owned()
}

/// A text or number in the form of an input.
fn plain(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::entries::list_known_keys;

    #[test]
    fn every_key_has_a_field_with_title_and_help() {
        let form = Form::new();
        let tables = ["swyx", "control_center", "federated_services", "entra", "sync", "user"];
        let keys = list_known_keys().filter(|key| !tables.contains(&key.as_str())).collect::<Vec<_>>();
        let (nested, keys) =
            keys.into_iter().partition::<Vec<_>, _>(|key| key.as_str().starts_with("entra.automation"));
        assert!(nested.len() == 4 && nested.iter().all(|key| form.field(key).is_none()));
        assert!(keys.len() > 15);
        for key in keys {
            let name = key.to_string().replace("user.", "user[0].");
            let field = form.field(&name.parse().unwrap());
            let field = field.unwrap_or_else(|| panic!("{name} has no field"));
            assert!(!field.title.is_empty() && !field.help.is_empty(), "{name}");
        }
        assert_eq!(form.field(&"user[0].x".parse().unwrap()), None);
        assert_eq!(form.field(&"swyx.version.x".parse().unwrap()), None);
    }

    #[test]
    fn addresses_are_read_only_fields_and_commands_are_not_offered() {
        let form = Form::new();
        let fields = form.sections.iter().flat_map(|section| &section.fields);
        let read_only = fields.clone().filter(|field| field.read_only).map(|field| &*field.key);
        assert_eq!(
            read_only.collect::<Vec<_>>(),
            [
                "swyx.gateway",
                "entra.admin_client_id",
                "entra.authority",
                "entra.graph",
                "entra.ca_file",
                "entra.proxy"
            ]
        );
        let ways = fields.filter_map(|field| match &field.kind {
            Kind::Secret { ways } => Some(ways.iter().map(|way| &*way.name).collect::<Vec<_>>()),
            _ => None,
        });
        assert_eq!(ways.collect::<Vec<_>>(), [["text", "env", "file", "keyring"]; 3]);
    }

    #[test]
    fn field_conditions_match_the_schema() {
        let form = Form::new();
        let field = |key: &str| form.field(&key.parse().unwrap()).unwrap().clone();
        let mode = |value: &str| {
            Some(Condition {
                key: "control_center.MsTeamsStatusSyncMode".to_owned(),
                value: Some(value.to_owned()),
            })
        };
        assert_eq!(field("control_center.MsTeamsClientSecret").required_when, mode("2"));
        assert_eq!(field("sync.session_minutes").shown_when, mode("2"));
        assert_eq!(
            field("swyx.gateway_token").required_when,
            Some(Condition { key: "swyx.gateway".to_owned(), value: None })
        );
        assert!(field("control_center.MsTeamsTenantId").required && !field("entra.cloud").required);
    }
}
