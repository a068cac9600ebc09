//! "Did you mean": the known name nearest to a misspelt one.

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
