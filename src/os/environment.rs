//! The environment of this process.

use std::io;

/// Erases an environment variable, if it is set. Other processes can read the environment that a process was
/// started with: on Unix, it can only be erased by starting this program again in the same process. Windows
/// removes it in place.
///
/// # Errors
/// The reason of the operating system. Then the variable is still there. On Unix, this returns without an
/// error only if the variable was not set.
pub(crate) fn erase_variable(variable: &str) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        if std::env::var_os(variable).is_none() {
            return Ok(());
        }
        let mut words = std::env::args_os();
        let mut command = std::process::Command::new(std::env::current_exe()?);
        if let Some(name) = words.next() {
            command.arg0(name);
        }
        Err(command.args(words).env_remove(variable).exec())
    }
    #[cfg(windows)]
    super::windows::remove_variable(variable)
}
