//! The names of entries of the secret store.

use crate::text::{find_control, is_blank};

/// What the name of every entry begins with.
pub(super) const PREFIX: &str = "swyx-teams/";
/// The maximum length of the rest of the name, in characters.
const MAX_NAME_LEN: usize = 64;
/// The maximum length of a name, in characters.
pub(super) const MAX_ENTRY_LEN: usize = PREFIX.len() + MAX_NAME_LEN;

/// Whether a text is the name of an entry of this program: `swyx-teams/`, and 1 to 64 characters without control
/// characters, and without whitespace or invisible characters at the ends.
pub fn is_entry(text: &str) -> bool {
    user_name(text).is_some()
}

/// The part of an entry's name after the prefix.
pub(super) fn user_name(entry: &str) -> Option<&str> {
    let name = entry.strip_prefix(PREFIX)?;
    let ends = [name.chars().next()?, name.chars().next_back()?];
    let is_valid = name.chars().count() <= MAX_NAME_LEN
        && find_control(name).is_none()
        && !ends.iter().any(|end| is_blank(end.encode_utf8(&mut [0; 4])));
    is_valid.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_program_are_entries() {
        let longest = format!("swyx-teams/{}", "\u{e9}".repeat(MAX_NAME_LEN));
        for entry in ["swyx-teams/north", "swyx-teams/customers/north", "swyx-teams/\u{dc}ber uns", &longest]
        {
            assert!(is_entry(entry), "{entry}");
        }
        for entry in [
            "",
            "north",
            "swyx-teams",
            "swyx-teams/",
            "Swyx-Teams/north",
            "github.com/north",
            "/swyx-teams/north",
            " swyx-teams/north",
            "swyx-teams/ north",
            "swyx-teams/north ",
            "swyx-teams/north\u{200b}",
            "swyx-teams/\u{feff}",
            "swyx-teams/no\nrth",
            "swyx-teams/no\0rth",
            &format!("{longest}x"),
        ] {
            assert!(!is_entry(entry), "{entry:?}");
        }
    }
}
