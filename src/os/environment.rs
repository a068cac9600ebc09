//! The environment of this process.

use std::io;

/// Starts this program again in the same process, without an environment variable, if it is set. Other
/// processes can read the environment that a process was started with; it cannot be erased otherwise.
///
/// # Errors
/// The reason of the operating system. Then the variable is still there. Otherwise, this returns only if the
/// variable was not set, or on systems without `exec`.
pub(crate) fn restart_without(variable: &str) -> io::Result<()> {
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
    #[cfg(not(unix))]
    {
        let _ = variable;
        Ok(())
    }
}
