//! Why an emulated tenant is not served.

use std::io;
use std::net::SocketAddr;

use super::OptionsError;

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// Others could reach that address.
    #[error(
        "{0} is not a loopback address; the emulator holds no secrets worth keeping and answers this machine only"
    )]
    NotLoopback(SocketAddr),
    /// The options.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// The address is taken, or may not be used.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
    /// The folder of the certificate.
    #[error("cannot write the certificate")]
    Folder(#[source] io::Error),
    /// A certificate.
    #[error("cannot make a certificate")]
    Certificate(#[from] rcgen::Error),
    /// TLS.
    #[error("cannot set up TLS")]
    Tls(#[from] rustls::Error),
    /// The server.
    #[error("the server failed")]
    Server(#[source] io::Error),
}
