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
/// (<https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html>), or the function of
/// `report_to_service_manager`. Errors are ignored.
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
    #[cfg(windows)]
    if let Some(report) = SERVICE_MANAGER.get() {
        report(state);
    }
    #[cfg(not(any(target_os = "linux", windows)))]
    let _ = state;
}

#[cfg(windows)]
type Report = Box<dyn Fn(&str) + Send + Sync>;

#[cfg(windows)]
static SERVICE_MANAGER: std::sync::OnceLock<Report> = std::sync::OnceLock::new();

/// From now on, [`notify_supervisor`] calls this function, which reports to the service manager of Windows. A second function is ignored.
#[cfg(windows)]
pub(crate) fn report_to_service_manager(report: impl Fn(&str) + Send + Sync + 'static) {
    let _ = SERVICE_MANAGER.set(Box::new(report));
}
