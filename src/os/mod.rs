//! All that differs between systems: regular files, modes, owners, locks and folders that must reach the disk.
//!
//! Written for Linux and other Unix systems; on Windows modes and owners are left alone, and nothing of it has been tried.
//!
//! | file | what it is |
//! |---|---|
//! | `read` | regular files of a limited size, and when a file was last changed |
//! | `atomic` | saving a file under its folder's lock |
//! | `new_file` | a file that must not be there before |
//! | `lock` | a lock between processes |
//! | `process` | commands, their output and their descendants |
//! | `shutdown` | termination signals |
//! | `supervisor` | telling systemd how this process is |
//! | `system` | the name of this machine, and the system's reasons |

mod atomic;
mod lock;
mod new_file;
pub mod process;
mod read;
#[cfg(feature = "cli")]
mod shutdown;
mod supervisor;
mod system;

pub(crate) use atomic::Rewrite;
pub use atomic::SaveError;
#[cfg(feature = "online")]
pub(crate) use lock::ProcessLock;
#[cfg(feature = "online")]
pub(crate) use new_file::NewFile;
#[cfg(feature = "online")]
pub(crate) use read::last_change;
pub use read::{ReadError, read_regular};
#[cfg(feature = "cli")]
pub(crate) use shutdown::{ShutdownSignals, shutdown_signal};
#[cfg(feature = "cli")]
pub(crate) use supervisor::notify_supervisor;
#[cfg(feature = "online")]
pub(crate) use system::host_name;
pub(crate) use system::reason;
