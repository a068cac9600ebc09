//! Equal and similar spellings of an address or a name.
//!
//! Spellings are equal if they differ only in case or Unicode normalization (NFC). Spellings that only look the same (UTS #39,
//! <https://www.unicode.org/reports/tr39/>) are only a hint.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use crate::text::is_unprintable;

/// The canonical form of all equal spellings.
pub(super) fn folded(text: &str) -> Cow<'_, str> {
    if !text.is_ascii() {
        return text.nfc().collect::<String>().to_lowercase().nfc().collect::<String>().into();
    }
    if text.bytes().any(|b| b.is_ascii_uppercase()) { text.to_ascii_lowercase().into() } else { text.into() }
}

/// The visual form of a folded text: similar letters become Latin ones, invisible characters and a full stop at the end are removed.
pub(super) fn skeleton(folded: &str) -> Cow<'_, str> {
    let trimmed = folded.trim().trim_end_matches('.');
    if trimmed.is_ascii() {
        return trimmed.into();
    }
    let seen = trimmed.nfkc().filter(|c| !is_invisible(*c)).map(|c| look_alike(c).unwrap_or(c));
    seen.collect::<String>().to_lowercase().into()
}

/// The characters of a text that look like others or are invisible.
pub(super) fn deceptive(text: &str) -> Vec<char> {
    let mut found = Vec::new();
    for c in text.chars() {
        let lower = c.to_lowercase().next().unwrap_or(c);
        let is_other_form = || !c.is_ascii() && std::iter::once(c).nfkc().all(|c| c.is_ascii());
        let deceives = is_invisible(c) || look_alike(lower).is_some() || is_other_form();
        if deceives && !found.contains(&c) {
            found.push(c);
        }
    }
    found
}

/// The part of an address before the @.
pub(super) fn local_part(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(local, _)| local)
}

fn is_invisible(c: char) -> bool {
    is_unprintable(c) || matches!(c, '\u{ad}' | '\u{34f}' | '\u{fe00}'..='\u{fe0f}')
}

/// The Latin letter that a small letter of another alphabet looks like.
/// Source: <https://www.unicode.org/Public/security/latest/confusables.txt>.
fn look_alike(c: char) -> Option<char> {
    let place = LOOK_ALIKES.iter().position(|(other, _)| *other == c)?;
    LOOK_ALIKES.get(place).map(|(_, latin)| *latin)
}

const LOOK_ALIKES: &[(char, char)] = &[
    // Cyrillic
    ('\u{430}', 'a'),
    ('\u{441}', 'c'),
    ('\u{501}', 'd'),
    ('\u{435}', 'e'),
    ('\u{4bb}', 'h'),
    ('\u{456}', 'i'),
    ('\u{458}', 'j'),
    ('\u{4cf}', 'l'),
    ('\u{43e}', 'o'),
    ('\u{440}', 'p'),
    ('\u{51b}', 'q'),
    ('\u{455}', 's'),
    ('\u{475}', 'v'),
    ('\u{51d}', 'w'),
    ('\u{445}', 'x'),
    ('\u{443}', 'y'),
    // Greek
    ('\u{3b1}', 'a'),
    ('\u{3b9}', 'i'),
    ('\u{3bf}', 'o'),
    ('\u{3c1}', 'p'),
    ('\u{3c3}', 'o'),
    ('\u{3c5}', 'u'),
    ('\u{3bd}', 'v'),
    ('\u{3b3}', 'y'),
    // Armenian
    ('\u{561}', 'w'),
    ('\u{570}', 'h'),
    ('\u{578}', 'n'),
    ('\u{57d}', 'u'),
    ('\u{585}', 'o'),
    ('\u{566}', 'q'),
    ('\u{563}', 'q'),
    // Latin
    ('\u{131}', 'i'),
    ('\u{237}', 'j'),
    ('\u{251}', 'a'),
    ('\u{261}', 'g'),
    ('\u{269}', 'i'),
    ('\u{28b}', 'u'),
    ('\u{1c0}', 'l'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_ignores_only_case_and_unicode_form() {
        for (one, other) in [("Jane@X.example", "jane@x.EXAMPLE"), ("Müller@x", "mu\u{308}ller@X")] {
            assert_eq!(folded(one), folded(other));
        }
        for (one, other) in [
            ("jane@x", "jаne@x"),
            ("jane@x", "jane@x."),
            ("jane@x", " jane@x"),
            ("müller@x", "muller@x"),
            ("strasse@x", "straße@x"),
            ("jane@xn--mller-kva.example", "jane@müller.example"),
            ("jane@x", "jane\u{200b}@x"),
        ] {
            assert_ne!(folded(one), folded(other), "{one} {other}");
        }
    }

    #[test]
    fn lookalike_addresses_share_a_skeleton_and_characters_are_listed() {
        let cases = [
            ("jane@x.example", "j\u{430}ne@x.example", "\u{430}"),
            ("jane@x.example", "jan\u{435}@x.example", "\u{435}"),
            ("jane@x.example", "jane\u{200b}@x.example", "\u{200b}"),
            ("jane@x.example", "\u{202e}jane@x.example", "\u{202e}"),
            ("jane@x.example", "ｊane@x.example", "ｊ"),
            ("paco@x.example", "\u{440}\u{430}\u{441}\u{43e}@x.example", "\u{440}\u{430}\u{441}\u{43e}"),
            ("bio@x.example", "b\u{131}\u{3bf}@x.example", "\u{131}\u{3bf}"),
        ];
        for (plain, deceiving, named) in cases {
            assert_eq!(skeleton(&folded(deceiving)), plain, "{deceiving:?}");
            assert_eq!(deceptive(deceiving), named.chars().collect::<Vec<_>>(), "{deceiving:?}");
            assert!(deceptive(plain).is_empty());
        }
        assert!(deceptive("müller@x.example").is_empty(), "a letter of its own");
        assert_eq!(skeleton("jane@x.example."), "jane@x.example");
        assert_ne!(skeleton("müller@x"), skeleton("muller@x"));
    }
}
