//! What a form of the settings file looks like, derived from the one JSON Schema.
//!
//! Whoever adds a key to the draft has it in the form: sections are the tables, fields their keys, and titles, help, examples, bounds,
//! choices and conditions are the schema's.

use serde::Serialize;
use serde_json::Value as Json;

use crate::diagnostic::{Key, Step};
use crate::settings::keys::READ_ONLY_IN_FORMS;
use crate::settings::pair_names;
use crate::settings::schema::{self, Dialect};

/// A form of the settings file.
///
/// ```
/// use swyx_teams::form::{Form, Kind};
///
/// let form = Form::new();
/// let titles = form.sections.iter().map(|section| &*section.title).collect::<Vec<_>>();
/// assert_eq!(titles, ["SwyxWare", "Control Center", "Entra ID", "Synchronisation", "Users"]);
/// let field = form.field(&"entra.secret_lifetime_days".parse().unwrap()).unwrap();
/// assert_eq!(field.kind, Kind::Number { least: Some(1), most: Some(730) });
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Form {
    /// What it is a form of.
    pub title: String,
    /// Its sections, in the order of the file.
    pub sections: Vec<Section>,
}

/// A table of the file, or, where it repeats, an array of tables.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Section {
    /// The key of the table.
    pub key: String,
    /// Its heading.
    pub title: String,
    /// What it is for.
    pub help: String,
    /// Whether there are any number of them: the fields are then the columns of a table, with keys below `user[N]`.
    pub repeats: bool,
    /// Its fields, in the order of the file.
    pub fields: Vec<Field>,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Field {
    /// The key, as `get` takes it; of a column its name alone.
    pub key: String,
    /// Its label.
    pub title: String,
    /// What to enter; `code` stands between grave accents.
    pub help: String,
    /// What could be entered.
    pub examples: Vec<String>,
    /// What holds where the key is missing.
    pub default: Option<String>,
    /// Whether the key has to be there.
    pub required: bool,
    /// When the key has to be there, where it is not always so.
    pub required_when: Option<Condition>,
    /// When the key counts at all; else it can be hidden. A value that is hidden stays in the file.
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
        /// What kind of text by JSON Schema: `uuid`, `uri` or `email`.
        format: Option<String>,
        /// The regular expression that it has to match.
        pattern: Option<String>,
        /// The most characters.
        longest: Option<u64>,
    },
    /// A whole number.
    Number {
        /// The least.
        least: Option<i64>,
        /// The most.
        most: Option<i64>,
    },
    /// One of a few values.
    Choice {
        /// The choices.
        choices: Vec<Choice>,
        /// Whether they are numbers in the file.
        numbers: bool,
    },
    /// A secret, or where it is kept.
    Secret {
        /// In which ways it can be given. A command is not among them: a form cannot name a program to run.
        ways: Vec<Way>,
    },
    /// Any number of names, each with a choice.
    Mapping {
        /// The regular expression that a name has to match.
        pattern: Option<String>,
        /// Names to offer; others are as good.
        names: Vec<String>,
        /// The choices.
        choices: Vec<Choice>,
    },
}

/// A value that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// As it stands in the file.
    pub value: String,
    /// As people call it.
    pub title: String,
}

/// A way to give a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Way {
    /// `text`, `env` or `file`.
    pub name: String,
    /// As people call it.
    pub title: String,
    /// What to know about it.
    pub help: String,
    /// The label of what is entered.
    pub label: String,
}

/// Another field's value on which something depends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Condition {
    /// The other field.
    pub key: String,
    /// Its value; without one, any.
    pub value: Option<String>,
}

impl Default for Form {
    fn default() -> Self {
        Self::new()
    }
}

impl Form {
    /// The form of the settings file.
    pub fn new() -> Self {
        Self::of(&schema::schema(Dialect::Draft2020_12))
    }

    fn of(schema: &Json) -> Self {
        let sections = members(schema).map(|(name, part)| section(schema, name, part));
        Self { title: text(schema, "title"), sections: sections.collect() }
    }

    /// The field of a key: of `user[3].teams` the column, of `sync.status."Busy/InACall"` the mapping.
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

    /// Whether the form has an input for the value of a key; a mapping has inputs for its pairs only.
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
        fields: members(table).map(field).collect(),
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
    schema::choices(part).filter_map(choice).collect()
}

/// The way to give a secret that forms do not offer.
pub(super) const COMMAND: &str = "command";

/// A branch of a secret's schema: a text, or a table with one member.
fn way(branch: &Json) -> Option<Way> {
    branch.get("type")?;
    let member = members(branch).next();
    Some(Way {
        name: member.map_or("text", |(name, _)| name).to_owned(),
        title: text(branch, "title"),
        help: text(branch, "description"),
        label: member.map_or_else(|| "Secret".to_owned(), |(_, part)| text(part, "title")),
    })
}

/// What the schema says of a table as `if` and `then`, or as `dependentRequired`.
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

fn members(part: &Json) -> impl Iterator<Item = (&String, &Json)> {
    part.get("properties").and_then(Json::as_object).into_iter().flatten()
}

fn names(list: Option<&Json>) -> Vec<&str> {
    list.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect()
}

fn text(part: &Json, name: &str) -> String {
    part.get(name).and_then(Json::as_str).unwrap_or_default().to_owned()
}

/// A text or number as it is entered.
fn plain(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::entries::known_keys;

    #[test]
    fn every_key_has_a_field_and_every_field_says_what_it_is() {
        let form = Form::new();
        let tables = ["swyx", "control_center", "entra", "sync", "user"];
        let keys = known_keys().filter(|key| !tables.contains(&key.as_str())).collect::<Vec<_>>();
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
    fn addresses_are_read_only_and_commands_are_not_offered() {
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
        assert_eq!(ways.collect::<Vec<_>>(), [["text", "env", "file"]; 2]);
    }

    #[test]
    fn conditions_are_the_schemas() {
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
