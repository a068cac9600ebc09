//! The JSON Schema of the answers file. Answers for the settings file have the schema of their key.

use clap::ValueEnum;
use serde_json::{Map, Value, json};

use super::question::{Question, SignIn};
use crate::settings::schema::{Dialect, describe, generate_for_validators};
use crate::settings::{Choice, Cloud, keys};

/// The schema of an answers file.
pub(in crate::cli) fn generate() -> Value {
    let properties = Question::ALL.map(|question| (question.name().to_owned(), of_question(question)));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Answers of swyx-teams setup",
        "description": "The answers of `swyx-teams setup --answers FILE`. It contains no secret.",
        "type": "object",
        "properties": Map::from_iter(properties),
        "additionalProperties": false,
    })
}

/// The schema of one answer.
pub(super) fn of_question(question: Question) -> Value {
    match question {
        Question::SwyxVersion | Question::Tenant | Question::ApplicationName => of_settings(question),
        Question::Mode => json!({
            "type": "integer", "enum": [1, 2],
            "description": "1: statuses from Teams to Swyx. 2: also \"Speaking\" in Swyx to \"In a call\" in Teams",
        }),
        Question::Cloud => json!({
            "type": "string", "enum": list_clouds(), "default": "global", "description": "The Microsoft cloud of the tenant",
        }),
        Question::Secret => references(),
        Question::User => users(),
        Question::SignIn => sign_in(),
        Question::SecretOut => text("Write the new client secret to this new file"),
        Question::AsInTheGuide => {
            boolean("Also set the redirect URI and public client flows of the vendor's guide")
        }
        Question::NewSecret => boolean("Create another client secret even if the application has one"),
        Question::Prune => boolean("Remove permissions of Microsoft Graph that the mode does not need"),
        Question::Yes => boolean("Agree to the plan in advance"),
    }
}

/// The clouds that a setup can use: those with the presences of Graph.
pub(in crate::cli) fn list_clouds() -> Vec<&'static str> {
    let has_presence = |cloud: Cloud| !matches!(cloud, Cloud::China);
    Cloud::CHOICES.iter().filter(|(_, _, cloud)| has_presence(*cloud)).map(|(name, _, _)| *name).collect()
}

/// The schema of a key of the settings file.
fn of_settings(question: Question) -> Value {
    let schema = generate_for_validators(Dialect::Draft2020_12);
    question.key().and_then(|key| describe(&schema, &key).cloned()).unwrap_or_default()
}

/// A reference to a secret: as in the settings file, or as in arguments. The secret itself is no answer.
fn references() -> Value {
    let schema = generate_for_validators(Dialect::Draft2020_12);
    let described = describe(&schema, &keys::CLIENT_SECRET).and_then(|secret| secret["oneOf"].as_array());
    let tables = described.into_iter().flatten().filter(|kind| kind["type"] == "object").cloned();
    let word = json!({
        "type": "string", "title": "Reference as in arguments", "not": {"pattern": "^env:[Ss][Ww][Yy][Xx]_[Tt][Ee][Aa][Mm][Ss]_", "not": {"const": "env:SWYX_TEAMS_CLIENT_SECRET"}}, "pattern": "^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+|keyring:swyx-teams/.+)$",
    });
    json!({
        "title": "Client secret",
        "description": "Where to store the client secret; never the secret itself",
        "oneOf": std::iter::once(word).chain(tables).collect::<Vec<_>>(),
    })
}

fn users() -> Value {
    let name = || json!({"type": "string", "minLength": 1});
    json!({
        "type": "array",
        "title": "Users",
        "description": "Users whose e-mail address in Swyx differs from the Teams account; empty if there is none",
        "items": {"oneOf": [
            {"type": "string", "title": "SWYX NAME=TEAMS ACCOUNT", "pattern": "="},
            {
                "type": "object", "properties": {"swyx": name(), "teams": name()},
                "required": ["swyx", "teams"], "additionalProperties": false,
            },
        ]},
    })
}

fn sign_in() -> Value {
    let methods = SignIn::value_variants().iter().filter_map(SignIn::to_possible_value);
    let method = |method: clap::builder::PossibleValue| json!({"const": method.get_name(), "title": method.get_help().map(ToString::to_string)});
    json!({
        "title": "Sign-in of the administrator",
        "oneOf": methods.map(method).collect::<Vec<_>>(),
    })
}

fn text(description: &str) -> Value {
    json!({"type": "string", "minLength": 1, "description": description})
}

fn boolean(description: &str) -> Value {
    json!({"type": "boolean", "default": false, "description": description})
}
