//! Why an emulated tenant cannot be served.

use std::io;
use std::net::SocketAddr;

use super::OptionsError;

/// Why serving failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The address is reachable from other machines.
    #[error("{0} is not a loopback address; the emulator only serves this machine")]
    NotLoopback(SocketAddr),
    /// The options.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// The address is in use or not allowed.
    #[error("cannot listen on {address}")]
    Listen {
        /// The requested address.
        address: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
    /// The folder of the certificate.
    #[error("cannot write the certificate")]
    Folder(#[source] io::Error),
    /// A certificate.
    #[error("cannot create a certificate")]
    Certificate(#[from] rcgen::Error),
    /// TLS.
    #[error("cannot set up TLS")]
    Tls(#[from] rustls::Error),
    /// The server.
    #[error("the server failed")]
    Server(#[source] io::Error),
}
