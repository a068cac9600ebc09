//! Names and error texts of the operating system.

use std::io;

use super::open_files::{is_too_many_open_files, too_many_open_files};

/// The operating system's reason for a failure, without the error number.
pub(crate) fn reason(error: &io::Error) -> String {
    if is_too_many_open_files(error) {
        return too_many_open_files();
    }
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
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

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limit_of_open_files_is_named() {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current.expect("a limit");
        let reason = reason(&io::Error::from_raw_os_error(libc::EMFILE));
        assert_eq!(reason, format!("too many open files (limit {limit})"));
    }
}
