//! The variant for the TOML tools of editors.
//!
//! Taplo (<https://taplo.tamasfe.dev/configuration/developing-schemas.html>) supports no draft after 04, and
//! ignores its own keywords next to a `$ref`. Tombi (<https://tombi-toml.github.io/tombi/docs/json-schema/>)
//! has its own keywords too. Both complete only named keys.

use serde_json::{Map, Value, json};

use super::keywords::ENUM_TITLES;
use super::parts::{everywhere, inlined, with_vendors_pairs};

/// Returns the schema with the keywords of Taplo and Tombi: documentation of keys and of each value of a
/// choice, the initial keys of a new table, the order of keys, and the version of TOML.
///
/// ```
/// let schema = swyx_teams::settings::schema::generate_for_taplo();
/// let mode = &schema["properties"]["control_center"]["properties"]["MsTeamsStatusSyncMode"];
/// assert_eq!(mode["x-taplo"]["docs"]["enumValues"][0], "Teams to Swyx only");
/// assert_eq!(schema["x-tombi-toml-version"], "v1.0.0");
/// ```
pub fn generate_for_taplo() -> Value {
    let mut schema = inlined();
    with_vendors_pairs(&mut schema);
    everywhere(&mut schema, documented);
    if let Value::Object(members) = &mut schema {
        members.insert("x-tombi-toml-version".to_owned(), json!("v1.0.0"));
        members.insert("x-tombi-string-formats".to_owned(), json!(["date", "email", "uri", "uuid"]));
    }
    schema
}

fn documented(members: &mut Map<String, Value>) {
    let mut docs = Map::new();
    if let Some(description) = members.get("description") {
        docs.insert("main".to_owned(), description.clone());
    }
    if let Some(titles) = members.get(ENUM_TITLES) {
        docs.insert("enumValues".to_owned(), titles.clone());
    }
    let mut taplo = Map::new();
    if !docs.is_empty() {
        taplo.insert("docs".to_owned(), Value::Object(docs));
    }
    if members.contains_key("properties") {
        if let Some(required) = members.get("required") {
            taplo.insert("initKeys".to_owned(), required.clone());
        }
        members.insert("x-tombi-table-keys-order".to_owned(), json!("schema"));
    }
    if !taplo.is_empty() {
        members.insert("x-taplo".to_owned(), Value::Object(taplo));
    }
}
