//! Everything that differs between operating systems: regular files, modes, owners, access lists, locks, and
//! syncing folders to disk.
//!
//! The parts for Windows have been tested under Wine only.
//!
//! ```
//! use swyx_teams::os::{ReadError, read_regular};
//!
//! # let folder = tempfile::tempdir()?;
//! let path = folder.path().join("north.toml");
//! std::fs::write(&path, "# settings")?;
//! let (content, _) = read_regular(&path, 1024)?;
//! assert_eq!(content, b"# settings");
//! assert!(matches!(read_regular(&path, 4), Err(ReadError::TooLarge(4))));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `read` | regular files of a limited size |
//! | `change_time` | when a file was last changed |
//! | `account` | the account of this process |
//! | `access` | who may read a file: owner, mode, access control list |
//! | `atomic` | saving a file under its folder's lock |
//! | `names` | names of files that are special on Windows |
//! | `new_file` | a file or folder that must not exist before |
//! | `keyring` | the secret store of the system |
//! | `lock` | a lock between processes |
//! | `claims` | names that only one process may have |
//! | `core_files` | preventing core files |
//! | `environment` | erasing a variable of the environment |
//! | `open_files` | the limit of open files |
//! | `process` | commands, their output and their descendants |
//! | `process_figures` | what this process uses |
//! | `reload_signal` | the signal that asks a service to read its settings again |
//! | `search_path` | the user's `PATH` on Windows, for the installer |
//! | `shutdown` | termination signals |
//! | `retry` | retries while another program has a file open |
//! | `supervisor` | reporting the state of this process to the service manager |
//! | `system` | the name of this machine, and reasons of the operating system |
//! | `windows` | calls of the Windows API; the only unsafe code |
//! | `writer` | the lock, the temporary file and the replacement for saving |

mod access;
#[cfg(all(target_os = "linux", feature = "cli"))]
mod account;
mod atomic;
#[cfg(feature = "online")]
mod change_time;
#[cfg(feature = "cli")]
mod claims;
#[cfg(feature = "cli")]
mod core_files;
#[cfg(feature = "cli")]
mod environment;
#[cfg(feature = "keyring")]
mod keyring;
#[cfg(feature = "cli")]
mod lock;
mod names;
#[cfg(feature = "online")]
mod new_file;
mod open_files;
pub mod process;
#[cfg(feature = "cli")]
mod process_figures;
mod read;
#[cfg(feature = "cli")]
mod reload_signal;
#[cfg(any(windows, test))]
mod retry;
#[cfg(all(feature = "cli", any(windows, test)))]
mod search_path;
#[cfg(feature = "cli")]
mod shutdown;
#[cfg(feature = "cli")]
mod supervisor;
mod system;
#[cfg(windows)]
mod windows;
mod writer;

#[cfg(all(target_os = "linux", feature = "cli"))]
pub(crate) use account::effective_user;
pub(crate) use atomic::Rewrite;
pub use atomic::SaveError;
#[cfg(feature = "cli")]
pub(crate) use change_time::FileVersion;
#[cfg(feature = "online")]
pub(crate) use change_time::last_change;
#[cfg(feature = "cli")]
pub(crate) use claims::ProcessClaims;
#[cfg(feature = "cli")]
pub(crate) use core_files::prevent_core_files;
#[cfg(feature = "cli")]
pub(crate) use environment::erase_variable;
#[cfg(feature = "keyring")]
pub(crate) use keyring::open_entry;
#[cfg(feature = "cli")]
pub(crate) use lock::{LockError, ProcessLock};
#[cfg(feature = "online")]
pub(crate) use new_file::NewFile;
#[cfg(feature = "cli")]
pub(crate) use new_file::{create_own_folder, write_for_owner};
#[cfg(feature = "cli")]
pub(crate) use open_files::raise_open_file_limit;
#[cfg(feature = "online")]
pub(crate) use open_files::{is_too_many_open_files, too_many_open_files};
#[cfg(feature = "cli")]
pub(crate) use process_figures::ProcessFigures;
#[cfg(feature = "cli")]
pub(crate) use read::open_regular;
#[cfg(feature = "web")]
pub(crate) use read::read_regular_or_pipe;
pub use read::{ReadError, read_regular};
#[cfg(feature = "cli")]
pub(crate) use reload_signal::ReloadSignal;
#[cfg(all(windows, feature = "cli"))]
pub(crate) use search_path::{add_to_path, remove_from_path};
#[cfg(feature = "cli")]
pub(crate) use shutdown::{ShutdownSignals, shutdown_signal};
#[cfg(all(windows, feature = "cli"))]
pub(crate) use shutdown::{listen_to_service_manager, request_shutdown};
#[cfg(all(windows, feature = "cli"))]
pub(crate) use supervisor::report_to_service_manager;
#[cfg(feature = "cli")]
pub(crate) use supervisor::{notify_supervisor, watchdog_interval};
#[cfg(feature = "cli")]
pub(crate) use system::host_name;
pub(crate) use system::reason;
