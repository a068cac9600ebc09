//! Texts from outside: how they are displayed, and formats that several types share.

use uuid::Uuid;

/// Text of unknown origin for a message: made [`printable`] and cut to 60 characters.
pub(crate) fn shown(text: &str) -> String {
    const MAX_CHARS: usize = 60;
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => printable(text.get(..end).unwrap_or_default()) + "…",
        None => printable(text),
    }
}

/// Escapes control, bidirectional and invisible characters, and noncharacters.
///
/// Terminals interpret control characters, and bidirectional characters disguise a text (UTS #39). Joiners
/// between visible characters outside ASCII are part of the spelling of Persian and Indic names, and of emoji.
pub(crate) fn printable(text: &str) -> String {
    if !text.contains(is_unprintable) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let is_spelling = matches!(c, '\u{200c}' | '\u{200d}')
            && [before, chars.peek().copied()].iter().all(|c| c.is_some_and(is_joinable));
        if is_unprintable(c) && !is_spelling {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
        before = Some(c);
    }
    shown
}

/// Whether a joiner beside this character may be part of a spelling. Beside ASCII it only disguises a text.
fn is_joinable(c: char) -> bool {
    !c.is_ascii() && !c.is_whitespace() && !is_unprintable(c)
}

/// Whether a character must be escaped in output: control, bidirectional and invisible characters, line
/// separators, and the noncharacters that Unicode reserves for internal use.
pub(crate) fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fdd0}'..='\u{fdef}' | '\u{feff}')
}

/// The first control character of a text.
pub(crate) fn find_control(text: &str) -> Option<char> {
    text.chars().find(|c| c.is_control())
}

/// A count with its noun, whose plural ends with `s`: `1 file`, `2 files`.
#[cfg(feature = "report")]
pub(crate) fn count_noun(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Whether a text has characters, but only whitespace and invisible characters.
///
/// Only characters of Unicode's first plane count: patterns name others differently in each dialect.
pub(crate) fn is_blank(text: &str) -> bool {
    let is_unseen = |c: char| c.is_whitespace() || is_invisible(c) && c <= '\u{ffff}';
    !text.is_empty() && text.chars().all(is_unseen)
}

/// A character's code point, such as `U+200B`.
pub(crate) fn code_point(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

/// Whether a character cannot be seen: it is easily copied along from a page, a mail or a chat.
pub(crate) fn is_invisible(c: char) -> bool {
    is_unprintable(c) && !c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e007f}')
}

/// Whether a character is a dash or minus sign other than the hyphen of the keyboard.
pub(crate) fn is_typographic_dash(c: char) -> bool {
    matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}')
}

/// The first invisible character or typographic dash of a text.
pub(crate) fn find_disguise(text: &str) -> Option<char> {
    text.chars().find(|c| is_invisible(*c) || is_typographic_dash(*c))
}

/// The title of the fix that removes a disguise.
pub(crate) const UNMASK: &str = "delete invisible characters, and write hyphens";

/// The help for a value with a disguise. Reports show the fix beside it, and a prompt has none.
pub(crate) const TYPE_THE_VALUE: &str = "it was probably copied along: type the value";

/// An id as it was probably meant: without invisible characters and surrounding whitespace, and with
/// hyphens for typographic dashes.
pub(crate) fn without_disguise(text: &str) -> String {
    let plain = |c| if is_typographic_dash(c) { '-' } else { c };
    let text = text.chars().filter(|c| !is_invisible(*c)).map(plain).collect::<String>();
    text.trim().to_owned()
}

/// The code point of a character, and what it is if it cannot be told from its glyph.
pub(crate) fn describe_character(c: char) -> String {
    let kind = match c {
        c if is_invisible(c) => "an invisible character",
        c if is_typographic_dash(c) => "a typographic dash",
        c if c.is_control() => "a control character",
        c if c.is_whitespace() => "a space that is not the one of the keyboard",
        _ => "a character outside ASCII",
    };
    format!("{}, {kind}", code_point(c))
}

/// A pasted value without a byte order mark at its start and without surrounding whitespace.
pub(crate) fn without_edges(text: &str) -> &str {
    text.trim().trim_start_matches('\u{feff}').trim()
}

/// Decodes UTF-16, as Windows PowerShell writes it; `None` for other content. Without a byte order mark, zeros in
/// the second and fourth byte are the sign.
pub(crate) fn decode_utf16(content: &[u8]) -> Option<String> {
    let (rest, is_big_endian) = match content {
        [0xff, 0xfe, rest @ ..] => (rest, false),
        [0xfe, 0xff, rest @ ..] => (rest, true),
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => (content, false),
        _ => return None,
    };
    let unit =
        |pair: &[u8; 2]| if is_big_endian { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) };
    let units = rest.as_chunks::<2>().0.iter().map(unit);
    Some(char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect())
}

/// The pattern of a text without control characters, for the schema.
pub(crate) const NO_CONTROLS: &str = r"^[^\x00-\x1f\x7f-\x9f]*$";

/// The pattern of names and paths: no control characters, and not [`is_blank`].
pub(crate) const NAME_PATTERN: &str = r"^[^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\xa0\xad\u034f\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufdd0-\ufdef\ufe00-\ufe0f\ufeff][^\x00-\x1f\x7f-\x9f]*$";

/// The pattern of an entry of the secret store, like [`is_entry`](crate::secret::keyring::is_entry), apart from its
/// length.
pub(crate) const ENTRY_PATTERN: &str = r"^swyx-teams/[^\x00-\x20\x7f-\xa0\xad\u034f\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufdd0-\ufdef\ufe00-\ufe0f\ufeff]([^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\xa0\xad\u034f\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufdd0-\ufdef\ufe00-\ufe0f\ufeff])?$";

/// A number of bytes in the largest binary unit that represents it exactly.
pub(crate) fn format_bytes(bytes: usize) -> String {
    const KIB: usize = 1024;
    const MIB: usize = 1024 * KIB;
    match bytes {
        bytes if bytes % MIB == 0 => format!("{} MiB", bytes / MIB),
        bytes if bytes % KIB == 0 => format!("{} KiB", bytes / KIB),
        bytes => format!("{bytes} bytes"),
    }
}

/// The text does not have the required format; the message describes the format.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidFormat(pub(crate) &'static str);

/// Parses a GUID: 8-4-4-4-12 hexadecimal digits in either case, and nothing else.
///
/// Braces, `urn:uuid:` and 32 digits without hyphens are rejected: Control Center and the portal do not show
/// ids in those forms.
pub fn parse_guid(text: &str) -> Option<Uuid> {
    const HYPHENATED: usize = 36;
    if text.len() == HYPHENATED { Uuid::try_parse(text).ok() } else { None }
}

/// Whether a text is a placeholder: `<tenant-id>`, a GUID of zeros, of one repeated digit or of x,
/// `changeme`, `xxx`.
pub(crate) fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    // Only words in brackets count: older secrets may begin and end with a bracket too.
    let words = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '_' | '.'))
    };
    let bracketed =
        [("<", ">"), ("[", "]"), ("{{", "}}"), ("${", "}"), ("%", "%")].iter().any(|(open, close)| {
            text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)).is_some_and(words)
        });
    bracketed || is_filler(&lower) || PLACEHOLDERS.contains(&lower.as_str()) || lower.starts_with("your-")
}

const PLACEHOLDERS: &[&str] = &[
    "changeme",
    "change-me",
    "change_me",
    "todo",
    "tbd",
    "fixme",
    "placeholder",
    "example",
    "secret",
    "password",
    "none",
    "null",
    "client-id",
    "tenant-id",
    "client-secret",
    "client_id",
    "tenant_id",
    "client_secret",
    "your_secret",
    "your_client_secret",
    "12345678-1234-1234-1234-123456789012",
    "12345678-1234-1234-1234-123456789abc",
    "00000000-0000-0000-0000-000000000001",
];

/// Whether a text repeats one character, ignoring dashes: `xxx`, `…`, `11111111-1111-…`.
fn is_filler(text: &str) -> bool {
    let mut rest = text.chars().filter(|c| *c != '-');
    let Some(first) = rest.next() else { return false };
    let same = rest.clone().all(|c| c == first);
    let guid_like = text.len() == 36 && text.matches('-').count() == 4;
    same && (guid_like || (rest.count() >= 2 && matches!(first, 'x' | '*' | '.' | '…' | '?' | '0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guid_is_accepted_in_one_format_only() {
        assert!(parse_guid("8F1C2d3e-0000-4000-8000-123456789abc").is_some());
        for text in [
            "{8f1c2d3e-0000-4000-8000-123456789abc}",
            "urn:uuid:8f1c2d3e-0000-4000-8000-123456789abc",
            "8f1c2d3e000040008000123456789abc",
            "8f1c2d3e-0000-4000-8000-123456789abg",
            "8f1c2d3e0-000-4000-8000-123456789abc",
            "",
        ] {
            assert!(parse_guid(text).is_none(), "{text}");
        }
    }

    #[test]
    fn unprintable_characters_are_escaped() {
        assert_eq!(shown("a\u{1b}[2J\u{202e}b"), "a\\u{1b}[2J\\u{202e}b");
        assert_eq!(shown(&"x".repeat(100)).chars().count(), 61);
    }

    #[test]
    fn joiners_in_a_spelling_are_not_escaped() {
        for name in ["می\u{200c}خواهم", "👩\u{200d}💻", "❤\u{fe0f}\u{200d}🔥"] {
            assert_eq!(printable(name), name);
        }
        for (name, shown) in [
            ("ad\u{200d}min", "ad\\u{200d}min"),
            ("می\u{200c}", "می\\u{200c}"),
            ("\u{200c}می", "\\u{200c}می"),
            ("م\u{200c}\u{200c}ی", "م\\u{200c}\\u{200c}ی"),
            ("م\u{202e}ی", "م\\u{202e}ی"),
            ("م\u{200b}ی", "م\\u{200b}ی"),
        ] {
            assert_eq!(printable(name), shown);
        }
    }

    #[test]
    fn text_without_a_visible_character_is_blank() {
        for text in [" ", "\u{200b}", "\u{200c}\u{a0}\u{ad}", "\u{feff}", "\u{fe0f}"] {
            assert!(is_blank(text), "{text:?}");
        }
        for text in ["", "a\u{200b}", "می\u{200c}خواهم"] {
            assert!(!is_blank(text), "{text:?}");
        }
    }
}
