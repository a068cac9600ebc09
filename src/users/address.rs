//! How names and addresses are compared: without regard to case, and in one of the forms that look the same.

use unicode_normalization::UnicodeNormalization;

/// The form in which two texts are compared: in lower case, composed (Unicode's NFC), without blanks around it.
pub(super) fn folded(text: &str) -> String {
    let text = text.trim();
    if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        text.nfc().flat_map(char::to_lowercase).nfc().collect()
    }
}

/// The part before the `@`.
pub(super) fn local_part(address: &str) -> &str {
    address.split_once('@').map_or(address, |(local, _)| local)
}

/// Letters of other scripts that look like Latin ones: the Cyrillic and Greek ones that typed or pasted addresses have. After Unicode's
/// UTS #39, <https://www.unicode.org/reports/tr39/>.
const LOOKALIKES: &[(char, char)] = &[
    ('а', 'a'),
    ('с', 'c'),
    ('ԁ', 'd'),
    ('е', 'e'),
    ('һ', 'h'),
    ('і', 'i'),
    ('ј', 'j'),
    ('ӏ', 'l'),
    ('о', 'o'),
    ('р', 'p'),
    ('ѕ', 's'),
    ('ѵ', 'v'),
    ('х', 'x'),
    ('у', 'y'),
    ('α', 'a'),
    ('ε', 'e'),
    ('ι', 'i'),
    ('κ', 'k'),
    ('ν', 'v'),
    ('ο', 'o'),
    ('ρ', 'p'),
    ('υ', 'u'),
];

/// The text with letters in place of those that only look like them; nothing if there are none.
pub(super) fn without_lookalikes(text: &str) -> Option<String> {
    let plain = |letter: char| {
        LOOKALIKES.iter().find(|(other, _)| *other == letter).map_or(letter, |(_, latin)| *latin)
    };
    let found = text.chars().map(plain).collect::<String>();
    (found != text).then_some(found)
}

/// The first letter of another script that looks like a Latin one, spelt as `U+0430`.
pub(super) fn first_lookalike(text: &str) -> Option<String> {
    let mut letters = text.chars();
    let letter = letters.find(|letter| LOOKALIKES.iter().any(|(other, _)| other == letter))?;
    Some(format!("U+{:04X}", u32::from(letter)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_look_the_same_are_the_same() {
        assert_eq!(folded(" Jane.Roe@Example.com "), "jane.roe@example.com");
        assert_eq!(folded("Mu\u{308}ller@example.com"), folded("M\u{dc}LLER@example.com"));
        assert_ne!(folded("jаne@example.com"), folded("jane@example.com"));
        assert_eq!(without_lookalikes("jаne@example.com").as_deref(), Some("jane@example.com"));
        assert_eq!(first_lookalike("jаne@example.com").as_deref(), Some("U+0430"));
        assert_eq!(without_lookalikes("jane@example.com"), None);
    }
}
