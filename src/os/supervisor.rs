//! Notifies the supervisor of this process, for example systemd.

use std::time::Duration;

/// How often the supervisor expects `WATCHDOG=1`: half of the time after which it restarts this process
/// (<https://www.freedesktop.org/software/systemd/man/latest/sd_watchdog_enabled.html>). `None` if it
/// does not watch this process.
pub(crate) fn watchdog_interval() -> Option<Duration> {
    let number = |name| std::env::var(name).ok()?.parse::<u64>().ok();
    let is_for_another = number("WATCHDOG_PID").is_some_and(|id| id != u64::from(std::process::id()));
    let limit = number("WATCHDOG_USEC").filter(|limit| *limit > 0 && !is_for_another)?;
    Some(Duration::from_micros(limit) / 2)
}

/// Sends the state of this process to its supervisor: the datagram of systemd's `Type=notify`, if the
/// environment names a socket for it
/// (<https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html>). Errors are ignored.
pub(crate) fn notify_supervisor(state: &str) {
    #[cfg(target_os = "linux")]
    {
        use std::os::linux::net::SocketAddrExt;
        use std::os::unix::ffi::OsStrExt;
        use std::os::unix::net::{SocketAddr, UnixDatagram};
        let Some(name) = std::env::var_os("NOTIFY_SOCKET") else { return };
        let address = match name.as_bytes().strip_prefix(b"@") {
            Some(name) => SocketAddr::from_abstract_name(name),
            None => SocketAddr::from_pathname(&name),
        };
        // If it fails, the supervisor reports a timeout; this process cannot help that.
        let _ = address.and_then(|address| UnixDatagram::unbound()?.send_to_addr(state.as_bytes(), &address));
    }
    #[cfg(not(target_os = "linux"))]
    let _ = state;
}
