//! The account of this process.

/// The identifier of the account whose rights this process has; 0 is root.
pub(crate) fn effective_user() -> u32 {
    rustix::process::geteuid().as_raw()
}
