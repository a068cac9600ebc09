//! Decodes bytes to text: UTF-8 with or without a byte order mark. Other encodings are named in an error.
//!
//! Windows tools write UTF-16 ("Unicode") and UTF-8 with a mark. UTF-16 is refused with help, UTF-8 with a
//! mark is accepted.

use crate::diagnostic::{Diagnostic, Place, id};

/// The byte order mark, which some editors write before UTF-8.
pub(crate) const BOM: char = '\u{feff}';

/// Returns the text, or the part of it before the fault.
pub(super) fn text(bytes: Vec<u8>) -> (String, Option<Diagnostic>) {
    if let Some(name) = wide_encoding(&bytes) {
        let found = Diagnostic::error(id::ENCODING, Place::File, format!("the file is {name}, not UTF-8"));
        return (String::new(), Some(found.help("save it as UTF-8; Notepad calls UTF-16 \"Unicode\"")));
    }
    match String::from_utf8(bytes) {
        Ok(text) => match text.find('\0') {
            Some(at) => {
                let place = Place::Bytes(at..at + 1, None);
                let found =
                    Diagnostic::error(id::ENCODING, place, "the file contains a NUL byte, so it is not text");
                (text, Some(found.help("restore the file from a copy, or create it again")))
            }
            None => (text, None),
        },
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let mut bytes = error.into_bytes();
            let count = bytes.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count();
            bytes.truncate(valid);
            let text = String::from_utf8(bytes).unwrap_or_default();
            let place = Place::Bytes(valid..valid, None);
            let found = Diagnostic::error(
                id::ENCODING,
                place,
                format!("the file is not UTF-8, at {count} {}", if count == 1 { "place" } else { "places" }),
            );
            (
                text,
                Some(
                    found.help("save it as UTF-8; an older Windows code page writes umlauts as single bytes"),
                ),
            )
        }
    }
}

/// Detects UTF-16 and UTF-32 by their mark, or by the NUL bytes of English text.
fn wide_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] => Some("UTF-32 (little-endian)"),
        [0, 0, 0xfe, 0xff, ..] => Some("UTF-32 (big-endian)"),
        [0xff, 0xfe, ..] => Some("UTF-16 (little-endian)"),
        [0xfe, 0xff, ..] => Some("UTF-16 (big-endian)"),
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => {
            Some("UTF-16 (little-endian, without a mark)")
        }
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => {
            Some("UTF-16 (big-endian, without a mark)")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_named() {
        for (bytes, expected) in [
            (&b"a = 1\n"[..], None),
            (b"\xef\xbb\xbfa = 1\n", None),
            (b"\xff\xfea\0 \0=\0", Some("the file is UTF-16 (little-endian), not UTF-8")),
            (b"\xfe\xff\0a\0 \0=", Some("the file is UTF-16 (big-endian), not UTF-8")),
            (b"a\0 \0=\0", Some("the file is UTF-16 (little-endian, without a mark), not UTF-8")),
            (b"a = 'M\xfcller und S\xf6hne'", Some("the file is not UTF-8, at 2 places")),
            (b"a = '\xc0\xaf'", Some("the file is not UTF-8, at 2 places")),
            (b"a = '\0'", Some("the file contains a NUL byte, so it is not text")),
        ] {
            let (_, fault) = text(bytes.to_vec());
            assert_eq!(fault.as_ref().map(|fault| fault.message.as_str()), expected);
        }
    }
}
