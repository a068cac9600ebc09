//! Replacements of bytes in a text; everything else stays unchanged.

use std::ops::Range;

/// New text for a range of bytes.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Replacement {
    pub(crate) range: Range<usize>,
    pub(crate) with: String,
}

/// Applies all replacements to the text. Returns `None` if they overlap.
pub(crate) fn apply(text: &str, mut replacements: Vec<Replacement>) -> Option<String> {
    replacements.sort_by_key(|replacement| replacement.range.start);
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for Replacement { range, with } in replacements {
        out.push_str(text.get(done..range.start)?);
        out.push_str(&with);
        done = range.end;
    }
    out.push_str(text.get(done..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_replacements_are_rejected() {
        let replacement = |range, with: &str| Replacement { range, with: with.to_owned() };
        assert_eq!(
            apply("abcd", vec![replacement(2..3, "y"), replacement(0..1, "x")]).as_deref(),
            Some("xbyd")
        );
        assert_eq!(apply("abcd", vec![replacement(0..2, ""), replacement(1..3, "")]), None);
        assert_eq!(apply("ä", vec![replacement(1..2, "")]), None);
        assert_eq!(apply("a", vec![replacement(0..2, "")]), None);
    }
}
