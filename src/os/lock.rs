//! Locks between the processes of one machine.

/// A machine-wide named lock, held until dropped.
pub(crate) struct ProcessLock {
    #[cfg(target_os = "linux")]
    _socket: Option<std::os::unix::net::UnixListener>,
}

impl ProcessLock {
    /// Acquires the lock with this name; `None` if another process holds it. It ends with the process in any
    /// case and leaves no file, because it is a name in the kernel. On systems without such names, every call
    /// succeeds.
    pub(crate) fn acquire(name: &str) -> Option<Self> {
        #[cfg(target_os = "linux")]
        {
            use std::io::ErrorKind;
            use std::os::linux::net::SocketAddrExt;
            use std::os::unix::net::{SocketAddr, UnixListener};
            let bound =
                SocketAddr::from_abstract_name(name).and_then(|address| UnixListener::bind_addr(&address));
            match bound {
                Err(error) if error.kind() == ErrorKind::AddrInUse => None,
                bound => Some(Self { _socket: bound.ok() }),
            }
        }
        #[cfg(not(target_os = "linux"))]
        {
            let _ = name;
            Some(Self {})
        }
    }
}
