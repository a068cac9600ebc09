//! The schema as it comes from the structs of the draft.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::super::draft::Draft;
use super::tidy::tidy;

/// The schema of a dialect, tidied up.
pub(super) fn generated(settings: SchemaSettings) -> Value {
    let mut schema = settings.into_generator().into_root_schema_for::<Draft>().to_value();
    tidy(&mut schema);
    schema
}
