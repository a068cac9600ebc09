//! The limit of open files: each connection is one.

/// Raises the limit of open files of this process, and of the commands that it starts, as far as the system
/// allows. The usual limit of 1,024 is a default for old programs, not a bound on what a process may use.
///
/// A failure is ignored: the limit then stays as it was, and reaching it is reported.
#[cfg(feature = "cli")]
pub(crate) fn raise_open_file_limit() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
    }
}

/// The limit of open files of this process; `None` if it has none.
pub(super) fn open_file_limit() -> Option<u64> {
    #[cfg(unix)]
    return rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    #[cfg(not(unix))]
    None
}

/// Whether a failure means that this process reached its limit of open files.
pub(crate) fn is_too_many_open_files(error: &std::io::Error) -> bool {
    #[cfg(unix)]
    return error.raw_os_error() == Some(libc::EMFILE);
    #[cfg(not(unix))]
    {
        let _ = error;
        false
    }
}

/// The text for a process that reached its limit of open files.
pub(crate) fn too_many_open_files() -> String {
    let limit = open_file_limit().map_or_else(String::new, |limit| format!(" (limit {limit})"));
    format!("too many open files{limit}")
}
