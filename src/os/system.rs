//! Names and error texts of the operating system.

use std::io;

use super::open_files::{is_too_many_open_files, too_many_open_files};

/// The operating system's reason for a failure, without the error number.
pub(crate) fn reason(error: &io::Error) -> String {
    if is_too_many_open_files(error) {
        return too_many_open_files();
    }
    if cfg!(windows)
        && let Some(words) = error.raw_os_error().and_then(words_of_windows)
    {
        return words.to_owned();
    }
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    // Windows ends its sentences.
    let text = text.trim_end_matches(['.', '\r', '\n', ' ']);
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// The reason for an error of Windows, whose own text is in the language of the system.
fn words_of_windows(number: i32) -> Option<&'static str> {
    Some(match number {
        2 | 3 => "no such file or directory",
        4 => "too many open files",
        5 => "permission denied",
        19 => "the disk is write-protected",
        32 | 33 => "another program has the file open",
        39 | 112 => "no space left on device",
        50 => "the file system cannot do this",
        53 | 67 => "the server or share cannot be found",
        80 | 183 => "file exists",
        123 | 161 => "invalid file name",
        145 => "directory not empty",
        193 | 216 => "this is not a program for this system",
        206 => "file name too long",
        267 => "not a directory",
        362 | 395 => "the file is in the cloud, and its program, for example OneDrive, is not running",
        _ => return None,
    })
}

/// The name of this machine.
#[cfg(all(unix, feature = "cli"))]
pub(crate) fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// The name of this machine.
#[cfg(all(not(unix), feature = "cli"))]
pub(crate) fn host_name() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The system's own text begins with a capital letter and, on Windows, ends with a full stop.
    #[test]
    fn reasons_are_parts_of_a_sentence() {
        let missing = std::fs::read("/not/there").expect_err("missing");
        assert_eq!(reason(&missing), "no such file or directory");
        assert_eq!(reason(&io::Error::other("The end of the line.\r\n")), "the end of the line");
        for number in 1..500 {
            if let Some(words) = words_of_windows(number) {
                assert!(words.starts_with(char::is_lowercase) && !words.ends_with('.'), "{words}");
            }
        }
    }

    #[test]
    fn reasons_of_windows_are_words() {
        for (number, words) in [
            (5, Some("permission denied")),
            (32, Some("another program has the file open")),
            (112, Some("no space left on device")),
            (1, None),
        ] {
            assert_eq!(words_of_windows(number), words, "{number}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn limit_of_open_files_is_named() {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current.expect("a limit");
        let reason = reason(&io::Error::from_raw_os_error(libc::EMFILE));
        assert_eq!(reason, format!("too many open files (limit {limit})"));
    }
}
