//! The emulated tenant on a loopback socket, over HTTPS.

use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use tempfile::TempDir;

use super::facts::Facts;
use super::serve_error::ServeError;
use super::tls::Tls;
use super::{Emulator, Options};

/// How long requests under way may continue after a stop.
const GRACE: Duration = Duration::from_millis(500);

/// An emulated tenant that is ready to be served; its folder is removed on drop.
pub struct Server {
    emulator: Emulator,
    listener: TcpListener,
    tls: Tls,
    folder: TempDir,
}

impl Server {
    /// Binds the address, which must be loopback (port 0: any free one), and creates the tenant and its certificates.
    ///
    /// # Errors
    /// [`ServeError`] says why it failed.
    pub fn bind(address: SocketAddr, mut options: Options) -> Result<Self, ServeError> {
        if !address.ip().is_loopback() {
            return Err(ServeError::NotLoopback(address));
        }
        let failed = |source| ServeError::Listen { address, source };
        let listener = TcpListener::bind(address).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let bound = listener.local_addr().map_err(failed)?;
        options.base = format!("https://{}", host(bound));
        let tls = Tls::make(bound.ip())?;
        let folder =
            tempfile::Builder::new().prefix("swyx-teams-emulator-").tempdir().map_err(ServeError::Folder)?;
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, &tls.ca_pem).map_err(ServeError::Folder)?;
        let mut emulator = Emulator::new(options)?;
        emulator.facts.ca_file = Some(file.to_string_lossy().into_owned());
        Ok(Self { emulator, listener, tls, folder })
    }

    /// What clients need; the address is bound, so they can connect from now on.
    pub fn facts(&self) -> &Facts {
        self.emulator.facts()
    }

    /// The served tenant.
    pub fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    /// Serves until `end` completes, then for at most half a second, and removes the folder.
    ///
    /// # Errors
    /// [`ServeError::Server`] if the socket fails.
    pub async fn run(self, end: impl Future<Output = ()> + Send + 'static) -> Result<(), ServeError> {
        let handle = Handle::new();
        let stop = handle.clone();
        let waiting = tokio::spawn(async move {
            end.await;
            stop.graceful_shutdown(Some(GRACE));
        });
        let config = RustlsConfig::from_config(self.tls.config.clone());
        let server = axum_server::from_tcp_rustls(self.listener, config).map_err(ServeError::Server)?;
        let result = server.handle(handle).serve(self.emulator.router().into_make_service()).await;
        waiting.abort();
        self.folder.close().map_err(ServeError::Folder)?;
        result.map_err(ServeError::Server)
    }
}

/// The name of the address for clients: `localhost` if possible.
fn host(address: SocketAddr) -> String {
    let is_localhost = matches!(address.ip(), std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));
    if is_localhost { format!("localhost:{}", address.port()) } else { address.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn non_loopback_address_is_rejected() {
        for address in ["0.0.0.0:0", "192.0.2.1:0", "[::]:0"] {
            let error = Server::bind(address.parse().expect("an address"), Options::default()).err();
            assert!(matches!(error, Some(ServeError::NotLoopback(_))), "{address}");
        }
    }

    #[test]
    fn host_name_is_localhost_or_the_address() {
        for (address, name) in
            [("127.0.0.1:8443", "localhost:8443"), ("127.0.0.2:1", "127.0.0.2:1"), ("[::1]:1", "[::1]:1")]
        {
            assert_eq!(host(address.parse().expect("an address")), name);
        }
    }
}
