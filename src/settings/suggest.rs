//! "Did you mean": the known name nearest to a misspelt one.

use crate::diagnostic::Key;

/// The candidate that `word` was probably meant to be: equal but for case and separators, or a few letters off.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 64;
    if word.len() > LONGEST {
        return None;
    }
    let word = plain(word);
    let scored = candidates.into_iter().map(|candidate| {
        let plain = plain(candidate);
        (strsim::damerau_levenshtein(&word, &plain), plain.len().max(word.len()), candidate)
    });
    let (distance, length, candidate) = scored.min_by_key(|(distance, _, _)| *distance)?;
    // One letter in four may be off.
    (distance * 4 <= length).then_some(candidate)
}

fn plain(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The help for a key that is unknown at `parent` and like none of those that could stand there.
pub(super) fn did_you_mean(parent: &Key, name: &str) -> Option<String> {
    let elsewhere = NAMES.iter().filter(|(table, names)| *table != parent.as_str() && names.contains(&name));
    let tables = elsewhere.map(|(table, _)| *table).next();
    tables.map(|table| {
        if table.is_empty() {
            format!("`{name}` stands at the top of the file")
        } else {
            format!("`{name}` belongs into `[{table}]`")
        }
    })
}

/// Each table with the names of its members; held to the schema by a test.
pub(crate) const NAMES: [(&str, &[&str]); 6] = [
    ("", &["swyx", "control_center", "entra", "sync", "user"]),
    ("swyx", &["version", "gateway", "gateway_token"]),
    (
        "control_center",
        &["MsTeamsStatusSyncMode", "MsTeamsTenantId", "MsTeamsClientId", "MsTeamsClientSecret"],
    ),
    (
        "entra",
        &[
            "cloud",
            "application_name",
            "secret_lifetime_days",
            "renew_before_days",
            "admin_client_id",
            "authority",
            "graph",
            "ca_file",
            "proxy",
        ],
    ),
    ("sync", &["read_interval_seconds", "session_minutes", "requests_per_30_seconds", "status"]),
    ("user", &["swyx", "teams"]),
];
