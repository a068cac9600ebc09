//! Names of files that are special on Windows. Other systems allow them, so the callers ask only there.

use std::path::{Path, PathBuf};

/// Whether a path names a device on Windows, such as `CON`, `nul.txt`, `C:\com1` or `\\.\pipe\x`.
pub(super) fn is_device(path: &Path) -> bool {
    let path = path.to_string_lossy().replace('/', r"\");
    if let Some(rest) = path.strip_prefix(r"\\?\") {
        let is_file = rest.as_bytes().get(1) == Some(&b':')
            || rest.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(r"UNC\"));
        return !is_file || rest.split('\\').any(is_device_name);
    }
    path.starts_with(r"\\.\") || path.starts_with(r"\??\") || path.split('\\').any(is_device_name)
}

/// A name stays that of a device with an extension, a stream, trailing dots and trailing blanks.
fn is_device_name(name: &str) -> bool {
    const DEVICES: [&str; 6] = ["CON", "CONIN$", "CONOUT$", "PRN", "AUX", "NUL"];
    const NUMBERS: &str = "0123456789\u{b9}\u{b2}\u{b3}";
    let name = name.split(['.', ':']).next().unwrap_or_default().trim_end_matches(' ');
    let is_port = |port: &str| {
        let (start, number) = name.split_at_checked(port.len()).unwrap_or_default();
        start.eq_ignore_ascii_case(port) && number.chars().count() == 1 && NUMBERS.contains(number)
    };
    DEVICES.iter().any(|device| name.eq_ignore_ascii_case(device)) || is_port("COM") || is_port("LPT")
}

/// A path as users write it: without the prefix that Windows puts before the full path of a file.
pub(crate) fn without_verbatim_prefix(path: &Path) -> PathBuf {
    let Some(rest) = path.to_str().and_then(|text| text.strip_prefix(r"\\?\")) else {
        return path.to_path_buf();
    };
    match rest.strip_prefix(r"UNC\") {
        Some(share) => PathBuf::from(format!(r"\\{share}")),
        None => PathBuf::from(rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_devices_are_recognised_in_every_notation() {
        for name in [
            "CON",
            "nul",
            "Prn.toml",
            "aux.tar.gz",
            "conin$",
            "CONOUT$",
            "com0",
            "COM9.toml",
            "LPT\u{b2}",
            "nul .toml",
            "CON:",
            "NUL.",
            r"C:\settings\con",
            "settings/aux.toml",
            r"con\a.toml",
            r"\\.\pipe\secret",
            "//./PhysicalDrive0",
            r"\\?\GLOBALROOT\Device\x",
            r"\\?\C:\nul",
            r"\??\C:\a.toml",
        ] {
            assert!(is_device(Path::new(name)), "{name}");
        }
        for name in [
            "",
            "console.toml",
            "con1",
            "com",
            "COM10",
            "comx",
            "lpt",
            "nul-or-not.toml",
            "\u{e9}\u{e9}",
            "a.con",
            r"C:\settings\a.toml",
            r"\\?\C:\settings\a.toml",
            r"\\?\UNC\server\share\a.toml",
            r"\\server\share\a.toml",
        ] {
            assert!(!is_device(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn prefix_of_full_paths_is_removed() {
        for (full, short) in [
            (r"\\?\C:\settings\a.toml", r"C:\settings\a.toml"),
            (r"\\?\UNC\server\share\a.toml", r"\\server\share\a.toml"),
            (r"C:\a.toml", r"C:\a.toml"),
            (r"\\server\share", r"\\server\share"),
            ("a.toml", "a.toml"),
        ] {
            assert_eq!(without_verbatim_prefix(Path::new(full)), Path::new(short));
        }
    }
}
