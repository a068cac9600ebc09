//! The codes of Entra ID in comparison with `fixtures/aadsts.json`, which is kept by hand from public sources.

use std::collections::BTreeMap;

use serde::Deserialize;
use swyx_teams::entra::aadsts;

/// A row of the reference. `evidence` says where `error` and `status` come from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    code: u32,
    error: Option<String>,
    status: Option<u16>,
    evidence: Option<String>,
    meaning: String,
    source: String,
}

fn rows() -> Vec<Row> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/aadsts.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("the reference")).expect("rows")
}

#[test]
fn every_row_of_the_reference_is_in_the_table_with_its_meaning() {
    let rows = rows();
    let table = aadsts::list().map(|code| (code.number, code)).collect::<BTreeMap<_, _>>();
    let expected = rows.iter().map(|row| row.code).collect::<Vec<_>>();
    assert_eq!(table.keys().copied().collect::<Vec<_>>(), expected, "the reference is sorted");
    for row in &rows {
        let code = table[&row.code];
        assert_eq!((code.meaning, code.error), (row.meaning.as_str(), row.error.as_deref()), "{}", row.code);
        let is_inferred = row.evidence.as_deref() == Some("inferred");
        assert_eq!(code.is_error_inferred, is_inferred, "{}", row.code);
    }
}

#[test]
fn every_row_of_the_reference_has_a_source() {
    for row in rows() {
        let evidence = row.evidence.as_deref();
        assert_eq!(row.error.is_some(), evidence.is_some(), "{}", row.code);
        assert!(evidence.is_none_or(|one| ["captured", "reported", "documented", "inferred"].contains(&one)));
        assert!(row.status.is_none_or(|status| (400..600).contains(&status)), "{}", row.code);
        assert!(row.source.starts_with("https://"), "{}", row.code);
    }
}
