//! The user's `PATH` on Windows, which an installer changes. It is kept as the registry has it: its type, its variables such as
//! `%SystemRoot%`, and any length.

/// The character between the folders.
const SEPARATOR: u16 = b';' as u16;

/// Adds a folder at the end. `None` if it is there already.
fn with_folder(path: &[u16], folder: &[u16]) -> Option<Vec<u16>> {
    if path.split(|unit| *unit == SEPARATOR).any(|entry| is_same(entry, folder)) {
        return None;
    }
    let needs_separator = path.last().is_some_and(|last| *last != SEPARATOR);
    let separator: &[u16] = if needs_separator { &[SEPARATOR] } else { &[] };
    Some([path, separator, folder].concat())
}

/// Removes a folder, and the separator before it. `None` if it is not there.
fn without_folder(path: &[u16], folder: &[u16]) -> Option<Vec<u16>> {
    let mut entries = path.split(|unit| *unit == SEPARATOR).collect::<Vec<_>>();
    let before = entries.len();
    entries.retain(|entry| !is_same(entry, folder));
    (entries.len() < before).then(|| entries.join(&SEPARATOR))
}

/// Whether an entry is the folder. Windows ignores the case of letters, and people add a backslash at the end.
fn is_same(entry: &[u16], folder: &[u16]) -> bool {
    let plain = |units: &[u16]| {
        let text = String::from_utf16_lossy(units).to_lowercase();
        text.trim_end_matches(['\\', '/']).to_owned()
    };
    plain(entry) == plain(folder)
}

#[cfg(windows)]
pub(crate) use windows::{add_to_path, remove_from_path};

#[cfg(windows)]
mod windows {
    use std::io;
    use std::os::windows::ffi::OsStrExt;
    use std::path::Path;

    use windows_registry::{CURRENT_USER, Key, Type};

    use super::{with_folder, without_folder};
    use crate::os::windows::announce_environment;

    const NAME: &str = "Path";

    /// Adds a folder to the user's `PATH`. `false` if it was there already.
    ///
    /// # Errors
    /// The reason of the operating system. Then nothing is changed.
    pub(crate) fn add_to_path(folder: &Path) -> io::Result<bool> {
        change(folder, with_folder)
    }

    /// Removes a folder from the user's `PATH`. `false` if it was not there.
    ///
    /// # Errors
    /// The reason of the operating system. Then nothing is changed.
    pub(crate) fn remove_from_path(folder: &Path) -> io::Result<bool> {
        change(folder, without_folder)
    }

    fn change(folder: &Path, change: fn(&[u16], &[u16]) -> Option<Vec<u16>>) -> io::Result<bool> {
        let key = CURRENT_USER.options().read().write().create().open("Environment")?;
        let (kind, path) = read(&key)?;
        let folder = folder.as_os_str().encode_wide().collect::<Vec<_>>();
        let Some(path) = change(&path, &folder) else { return Ok(false) };
        if path.is_empty() {
            key.remove_value(NAME)?;
        } else {
            let bytes = path.iter().chain([&0]).flat_map(|unit| unit.to_le_bytes()).collect::<Vec<_>>();
            key.set_bytes(NAME, kind, &bytes)?;
        }
        announce_environment();
        Ok(true)
    }

    /// The type of the value and its text. A missing value is an empty text whose variables are expanded.
    fn read(key: &Key) -> io::Result<(Type, Vec<u16>)> {
        /// The number 2, "file not found", as the crate reports it.
        const NOT_FOUND: u32 = 0x8007_0002;
        let value = match key.get_value(NAME) {
            Ok(value) => value,
            Err(error) if error.code().0.cast_unsigned() == NOT_FOUND => {
                return Ok((Type::ExpandString, Vec::new()));
            }
            Err(error) => return Err(error.into()),
        };
        if !matches!(value.ty(), Type::String | Type::ExpandString) {
            return Err(io::Error::other("the value Path is not a text"));
        }
        let text = value.as_wide();
        let end = text.iter().position(|unit| *unit == 0).unwrap_or(text.len());
        Ok((value.ty(), text.get(..end).unwrap_or_default().to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(text: &str) -> Vec<u16> {
        text.encode_utf16().collect()
    }

    fn text(units: Option<Vec<u16>>) -> Option<String> {
        units.map(|units| String::from_utf16(&units).expect("UTF-16"))
    }

    #[test]
    fn folder_is_added_once_and_removed_without_a_trace() {
        let folder = wide("C:\\Programs\\swyx-teams");
        let long = format!("%SystemRoot%\\system32;C:\\Müller{}", ";C:\\x".repeat(2_000));
        for path in ["", "C:\\a", "C:\\a;%USERPROFILE%\\b", &long] {
            let added = with_folder(&wide(path), &folder).expect("added");
            assert_eq!(with_folder(&added, &folder), None);
            assert_eq!(text(without_folder(&added, &folder)).as_deref(), Some(path));
        }
        let added = with_folder(&wide("C:\\a;"), &folder);
        assert_eq!(text(added).as_deref(), Some("C:\\a;C:\\Programs\\swyx-teams"));
    }

    #[test]
    fn folder_is_found_in_other_letters_and_other_entries_stay() {
        let folder = wide("C:\\Programs\\swyx-teams");
        let path = wide("C:\\a;c:\\programs\\SWYX-teams\\;C:\\Programs\\swyx-teams2;C:\\b");
        assert_eq!(with_folder(&path, &folder), None);
        assert_eq!(
            text(without_folder(&path, &folder)).as_deref(),
            Some("C:\\a;C:\\Programs\\swyx-teams2;C:\\b")
        );
        assert_eq!(without_folder(&wide("C:\\a"), &folder), None);
        assert_eq!(text(without_folder(&folder, &folder)).as_deref(), Some(""));
    }
}
