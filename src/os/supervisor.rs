//! What supervises this process, as systemd does.

/// Tells whoever supervises this process how it is: the datagram of systemd's `Type=notify`, where the environment names a socket for it
/// (<https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html>). Nobody has to listen.
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
        // Without it, the supervisor waits in vain, and says so; this process can do nothing about it.
        let _ = address.and_then(|address| UnixDatagram::unbound()?.send_to_addr(state.as_bytes(), &address));
    }
    #[cfg(not(target_os = "linux"))]
    let _ = state;
}
