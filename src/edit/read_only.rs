//! What a form must not change: the keys of [`READ_ONLY_IN_FORMS`], and every `command` reference of a
//! secret.
//!
//! There are two checks: a posted form refuses such changes ([`is_changed_by`]), and the writer compares the
//! values before and after every change ([`ReadOnlyValues`]).

use super::change::{Change, NewValue};
use crate::diagnostic::Key;
use crate::secret::{Secret, SecretSource};
use crate::settings::keys::{READ_ONLY_IN_FORMS, SECRETS};
use crate::source::Source;
use crate::source::tree::{NodeId, Value};

/// Whether `key` of this file is read-only in forms.
pub(crate) fn is_read_only(source: &Source, key: &Key) -> bool {
    READ_ONLY_IN_FORMS.contains(key) || (SECRETS.contains(key) && command(source, key).is_some())
}

/// Returns the read-only key that a change affects: the key itself, a key inside it or a table around it.
pub(crate) fn is_changed_by(source: &Source, change: &Change) -> Option<Key> {
    let changed = change.key();
    let brings_a_command = matches!(change, Change::Set(_, NewValue::Secret(SecretSource::Command(_))));
    let steps = changed.steps();
    let is_touched = |key: &Key| {
        let own = key.steps();
        own.starts_with(&steps) || steps.starts_with(&own)
    };
    let is_refused = |key: &&Key| {
        let is_set_to_a_command = brings_a_command && SECRETS.contains(key);
        is_touched(key) && (is_set_to_a_command || is_read_only(source, key))
    };
    READ_ONLY_IN_FORMS.iter().chain(&SECRETS).find(is_refused).cloned()
}

/// The read-only values of a text. They may contain a secret, so the type does not implement Debug.
pub(crate) struct ReadOnlyValues(Vec<(Key, Option<Secret>)>);

impl ReadOnlyValues {
    /// Reads the values of a text: notation, quotes and position do not count.
    pub(crate) fn of(source: &Source) -> Self {
        let plain = READ_ONLY_IN_FORMS.map(|key| {
            let value = source.tree().find(&key).map(|id| canonical(source, id));
            (key, value)
        });
        let commands = SECRETS.map(|key| {
            let value = command(source, &key).map(|id| canonical(source, id));
            (key, value)
        });
        let values = plain.into_iter().chain(commands);
        Self(values.map(|(key, value)| (key, value.map(Secret::new))).collect())
    }

    /// The first key whose value differs.
    pub(crate) fn first_difference(&self, other: &Self) -> Option<&Key> {
        let is_same = |one: &Option<Secret>, two: &Option<Secret>| match (one, two) {
            (Some(one), Some(two)) => one == two,
            (None, None) => true,
            _ => false,
        };
        let mut pairs = self.0.iter().zip(&other.0);
        pairs.find(|((_, one), (_, two))| !is_same(one, two)).map(|((key, _), _)| key)
    }
}

/// The secret at `key` if it names a command, even an invalid one.
fn command(source: &Source, key: &Key) -> Option<NodeId> {
    let secret = source.tree().find(key)?;
    source.tree().child(secret, "command").map(|_| secret)
}

/// A value in canonical notation.
fn canonical(source: &Source, id: NodeId) -> String {
    let node = source.tree().node(id);
    match &node.value {
        Value::Text(text) => format!("{text:?}"),
        Value::Integer(number) => number.to_string(),
        Value::Array(array) => {
            let elements = array.elements.iter().map(|id| canonical(source, *id));
            format!("[{}]", elements.collect::<Vec<_>>().join(", "))
        }
        Value::Table(table) => {
            let member =
                |id: &NodeId| format!("{:?} = {}", source.tree().node(*id).name, canonical(source, *id));
            let mut members = table.entries.iter().map(member).collect::<Vec<_>>();
            members.sort_unstable();
            format!("{{{}}}", members.join(", "))
        }
        Value::Float(_) | Value::Boolean(_) | Value::DateTime(_) | Value::Broken => {
            source.text().get(node.span.clone()).unwrap_or_default().to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::entries::list_known_keys;
    use crate::settings::schema::{Dialect, describe, generate};
    use crate::settings::{Generation, keys};

    fn source(text: &str) -> Source {
        Source::new("a.toml", text.as_bytes().to_vec(), false).0
    }

    fn difference(before: &str, after: &str) -> Option<String> {
        let [before, after] = [before, after].map(|text| ReadOnlyValues::of(&source(text)));
        before.first_difference(&after).map(Key::to_string)
    }

    /// Every key with a value, and its part of the schema.
    fn described() -> Vec<(Key, serde_json::Value)> {
        let schema = generate(Dialect::Draft2020_12);
        let keys =
            list_known_keys().filter(|key| key.steps().len() == 2 && !key.as_str().starts_with("user."));
        let keys = keys.map(|key| {
            let part = describe(&schema, &key).expect("in the schema").clone();
            (key, part)
        });
        keys.collect()
    }

    #[test]
    fn addresses_and_ids_other_than_tenant_and_client_are_read_only() {
        let with_format = |format: &str| {
            let found = described().into_iter().filter(|(_, part)| part["format"] == format);
            found.map(|(key, _)| key).collect::<Vec<_>>()
        };
        let (addresses, ids) = (with_format("uri"), with_format("uuid"));
        assert!(addresses.len() >= 4 && ids.len() >= 3, "{addresses:?} {ids:?}");
        for address in addresses {
            assert!(READ_ONLY_IN_FORMS.contains(&address), "{address}");
        }
        for id in ids {
            let is_editable =
                Generation::ALL.iter().any(|table| [table.tenant_id(), table.client_id()].contains(&id));
            assert_eq!(READ_ONLY_IN_FORMS.contains(&id), !is_editable, "{id}");
        }
    }

    /// The file is generated from the schema, so that it also contains new keys.
    #[test]
    fn keys_that_need_trust_are_read_only() {
        let mut text = String::new();
        for (key, part) in described() {
            let value = match (part["format"].as_str(), part["type"].as_str()) {
                (Some("password"), _) => "{ command = [\"x\"] }",
                (Some("uri"), _) => "\"https://elsewhere.example.com\"",
                (Some("uuid"), _) => "\"2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16\"",
                (_, Some("string")) if part.get("enum").is_none() => "\"x.pem\"",
                _ => continue,
            };
            text.push_str(&format!("{key} = {value}\n"));
        }
        let checked = crate::check::check_bytes("a.toml", text.clone().into_bytes(), false);
        let needing = checked.draft().expect("TOML").needing_trust();
        assert!(needing.len() >= 7, "{text}\n{needing:?}");
        for requirement in needing {
            let key = requirement.key();
            assert!(is_read_only(checked.source(), key), "{key}");
        }
    }

    #[test]
    fn different_notation_of_a_value_is_not_a_change() {
        for (before, after) in [
            ("", "[entra]\ncloud = \"global\"\n"),
            ("[entra]\ngraph = \"https://a\"\n", "entra.\"graph\" = 'https://a' # same\n"),
            (
                "[entra]\nproxy = \"http://a\"\n",
                "entra = { cloud = \"global\", proxy = \"\"\"http://a\"\"\" }\n",
            ),
            (
                "[swyx]\ngateway_token = { command = [\"a\", \"b\"] }\n",
                "[swyx.gateway_token]\ncommand = [\n  'a', # first\n  'b',\n]\n",
            ),
            ("[swyx]\ngateway_token = { env = \"A\" }\n", "[swyx]\ngateway_token = \"text\"\n"),
        ] {
            assert_eq!(difference(before, after), None, "{before} {after}");
        }
    }

    #[test]
    fn different_value_is_a_change() {
        let pairs = [
            ("entra.graph", "", "[entra]\ngraph = \"https://a\"\n"),
            ("entra.graph", "", "\"entra\" = { 'graph' = \"https://a\" }\n"),
            ("entra.authority", "entra.authority = \"https://a\"\n", "entra.authority = \"https://a/\"\n"),
            ("entra.ca_file", "entra.ca_file = \"a\"\n", "[[entra]]\nca_file = \"a\"\n"),
            ("entra.proxy", "entra.proxy = \"1\"\n", "entra.proxy = 1\n"),
            ("entra.proxy", "entra.proxy = true\n", "entra.proxy = false\n"),
            ("entra.admin_client_id", "entra.admin_client_id = \"a\"\n", "entra = 1\n"),
            ("swyx.gateway", "swyx.gateway = \"a\\nb\"\n", "swyx.gateway = \"a\"\n"),
            ("swyx.gateway_token", "", "swyx.gateway_token.command = [\"a\"]\n"),
            ("swyx.gateway_token", "", "swyx.gateway_token = { env = \"A\", command = 1 }\n"),
            (
                "swyx.gateway_token",
                "swyx.gateway_token.command = [\"a\", \"b\"]\n",
                "swyx.gateway_token.command = [\"a\\\", \\\"b\"]\n",
            ),
            (
                "control_center.MsTeamsClientSecret",
                "control_center.MsTeamsClientSecret = { command = [\"a\"] }\n",
                "control_center.MsTeamsClientSecret = { env = \"A\" }\n",
            ),
        ];
        for (key, before, after) in pairs {
            assert_eq!(difference(before, after).as_deref(), Some(key), "{before} {after}");
            assert_eq!(difference(after, before).as_deref(), Some(key), "{after} {before}");
        }
    }

    #[test]
    fn read_only_change_is_rejected_by_key_table_or_command() {
        let source = source("[control_center]\nMsTeamsClientSecret = { command = [\"x\"] }\n");
        let text = || NewValue::Text("x".to_owned());
        let key = |text: &str| text.parse::<Key>().expect("a key");
        let command = NewValue::Secret(SecretSource::Command(vec!["x".to_owned()]));
        let from_env = || NewValue::Secret(SecretSource::Env("X".to_owned()));
        for (change, refused) in [
            (Change::Set(key("entra.graph"), text()), Some("entra.graph")),
            (Change::Set(key("\"entra\".\"graph\""), text()), Some("entra.graph")),
            (Change::Unset(key("entra.graph.x")), Some("entra.graph")),
            (Change::Set(key("entra"), text()), Some("entra.admin_client_id")),
            (Change::Unset(key("swyx")), Some("swyx.gateway")),
            (Change::Set(key("swyx.gateway_token"), command), Some("swyx.gateway_token")),
            (Change::Unset(keys::CLIENT_SECRET), Some("control_center.MsTeamsClientSecret")),
            (Change::Set(keys::CLIENT_SECRET, from_env()), Some("control_center.MsTeamsClientSecret")),
            (Change::Unset(keys::CONTROL_CENTER), Some("control_center.MsTeamsClientSecret")),
            (Change::Set(key("swyx.gateway_token"), from_env()), None),
            (Change::Unset(key("swyx.gateway_token")), None),
            (Change::Set(key("entra.cloud"), text()), None),
            (Change::Set(key("entra.graphs"), text()), None),
            (Change::Unset(keys::USERS), None),
        ] {
            let found = is_changed_by(&source, &change).map(|key| key.to_string());
            assert_eq!(found.as_deref(), refused, "{change:?}");
        }
    }
}
