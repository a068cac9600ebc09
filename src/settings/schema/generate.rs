//! Generates the schema from the structs of the draft.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::super::draft::Draft;
use super::tidy::tidy;

/// Returns the schema of a dialect, cleaned up.
pub(super) fn generated(settings: SchemaSettings) -> Value {
    let mut schema = settings.into_generator().into_root_schema_for::<Draft>().to_value();
    tidy(&mut schema);
    schema
}
