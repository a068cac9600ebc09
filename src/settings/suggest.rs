//! Suggestions: finds the known name that is nearest to a misspelt one.

/// Returns the candidate that `word` probably means: equal except for case and separators, or with a few
/// different letters.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const MAX_LEN: usize = 64;
    if word.len() > MAX_LEN {
        return None;
    }
    let word = plain(word);
    let scored = candidates.into_iter().map(|candidate| {
        let plain = plain(candidate);
        (strsim::damerau_levenshtein(&word, &plain), plain.len().max(word.len()), candidate)
    });
    let (distance, length, candidate) = scored.min_by_key(|(distance, _, _)| *distance)?;
    // One letter in four may differ.
    (distance * 4 <= length).then_some(candidate)
}

fn plain(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
