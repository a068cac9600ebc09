//! Listening: plain HTTP on this machine, HTTPS for others.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use rustls::ServerConfig;

use super::gate::Gate;
use super::guard::{Authenticator, MAX_SHOWN_BYTES, Names, NoRandomness, closed};
use super::routes::{assets, router};
use super::site::Site;
use crate::os::{ReadError, read_regular_or_pipe};

/// The maximum number of concurrent connections; browsers open six to one server.
const MAX_CONNECTIONS: usize = 64;
/// The number of cookies that a browser keeps for a host, for all its ports: `kDomainMaxCookies` in
/// Chromium's `net/cookies/cookie_monster.h`, and `network.cookie.maxPerHost` in Firefox.
const MAX_COOKIES: usize = 180;
/// The maximum size of a cookie's name and value in bytes (RFC 6265, section 6.1:
/// <https://www.rfc-editor.org/rfc/rfc6265#section-6.1>).
const MAX_COOKIE_BYTES: usize = 4_096;
/// The maximum size of a request's line and headers in bytes. Another program on this machine can fill the
/// browser with cookies, which are then sent here too; they must not lock the user out. Each cookie needs up
/// to three more bytes (`=`, `; `), and 32 KiB are for all other headers, at most 100, hyper's default.
/// Browsers send all cookies in one header (RFC 6265, section 5.4).
///
/// hyper may reserve as much again while it reads. So without a session the worst case for all connections is
/// 64 × 2 × 752 KiB = 94 MiB, held for at most ten seconds. A client that knows the secret path, but has no
/// session, can also send a body of [`MAX_SHOWN_BYTES`], which is 16 MiB for all connections.
const MAX_HEADER_BYTES: usize = MAX_COOKIES * (MAX_COOKIE_BYTES + 3) + (32 << 10);
const _: () = assert!(MAX_CONNECTIONS * MAX_SHOWN_BYTES <= 16 << 20, "the comment above names the sum");
/// The time limit for the headers of a request, starting with the connection or the previous request, for a
/// handshake, and for each piece of an answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long running requests may take after the shutdown has started.
const GRACE: Duration = Duration::from_millis(500);

/// Where to listen.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Listening {
    /// The address; port 0 means any free port.
    pub address: SocketAddr,
    /// The certificate chain and the key, both PEM, and the name in the certificate. If set, the server uses
    /// HTTPS.
    pub tls: Option<Tls>,
}

impl Listening {
    /// Listens with plain HTTP.
    pub fn new(address: SocketAddr) -> Self {
        Self { address, tls: None }
    }

    /// Uses HTTPS.
    #[must_use]
    pub fn tls(self, tls: Tls) -> Self {
        Self { tls: Some(tls), ..self }
    }
}

/// The HTTPS configuration.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tls {
    /// The certificate chain, PEM.
    pub certificate: PathBuf,
    /// Its key, PEM.
    pub key: PathBuf,
    /// The host name that browsers use.
    pub host: String,
}

impl Tls {
    /// HTTPS with a certificate chain and its key, for browsers that use the name `host`.
    pub fn new(certificate: impl Into<PathBuf>, key: impl Into<PathBuf>, host: impl Into<String>) -> Self {
        Self { certificate: certificate.into(), key: key.into(), host: host.into() }
    }
}

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// Others on the network could read the traffic.
    #[error("{0} is not a loopback address: others on the network could read the traffic")]
    NeedsTls(SocketAddr),
    /// The address cannot be used.
    #[error("cannot listen on {address}")]
    Listen {
        /// The requested address.
        address: SocketAddr,
        /// The reason of the operating system.
        source: io::Error,
    },
    /// The certificate or the key is invalid.
    #[error("cannot use the certificate {} with the key {}", certificate.display(), key.display())]
    Certificate {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// The error.
        source: io::Error,
    },
    /// The server failed.
    #[error("the server failed")]
    Server(#[source] io::Error),
}

/// A bound address: connections wait until [`GuardedSite::serve`].
pub struct Bound {
    listener: TcpListener,
    tls: Option<RustlsConfig>,
    names: Names,
    limits: Limits,
}

/// The limits for clients. `None` means no limit; tests use it to show what each limit protects.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// The maximum number of concurrent connections.
    pub(super) connections: Option<usize>,
    /// Whether the oldest connection without a session is closed in favour of a new one.
    pub(super) eviction: bool,
    /// The maximum size of a request's line and headers in bytes.
    pub(super) header_bytes: Option<usize>,
    /// How long the server waits for a client.
    pub(super) patience: Option<Duration>,
}

impl Limits {
    /// The limits in production.
    pub(super) const ALL: Self = Self {
        connections: Some(MAX_CONNECTIONS),
        eviction: true,
        header_bytes: Some(MAX_HEADER_BYTES),
        patience: Some(PATIENCE),
    };
}

/// Binds the address.
///
/// # Errors
/// [`Refused`] if the address cannot be used.
pub async fn listen(listening: &Listening) -> Result<Bound, Refused> {
    let address = listening.address;
    if listening.tls.is_none() && !address.ip().is_loopback() {
        return Err(Refused::NeedsTls(address));
    }
    let tls = match &listening.tls {
        Some(tls) => Some(read(tls).await?),
        None => None,
    };
    let failed = |source| Refused::Listen { address, source };
    let listener = TcpListener::bind(address).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    let names = match &listening.tls {
        Some(tls) => Names::tls(&tls.host, bound.port()),
        None => Names::loopback(bound),
    };
    Ok(Bound { listener, tls, names, limits: Limits::ALL })
}

/// The size limit of a certificate or key file in bytes.
const MAX_PEM_BYTES: usize = 1 << 20;

async fn read(tls: &Tls) -> Result<RustlsConfig, Refused> {
    let refused =
        |source| Refused::Certificate { certificate: tls.certificate.clone(), key: tls.key.clone(), source };
    let read = |path: &Path| match read_regular_or_pipe(path, MAX_PEM_BYTES) {
        Ok(pem) => Ok(pem),
        Err(ReadError::Io(error)) => Err(error),
        Err(error) => Err(io::Error::other(error)),
    };
    let (certificate, key) = (read(&tls.certificate).map_err(refused)?, read(&tls.key).map_err(refused)?);
    let config = RustlsConfig::from_pem(certificate, key).await.map_err(refused)?;
    // Offer only the supported protocol.
    let mut inner = ServerConfig::clone(&config.get_inner());
    inner.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.reload_from_config(Arc::new(inner));
    Ok(config)
}

impl Bound {
    /// The names under which it is reached.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Replaces the limits.
    #[cfg(test)]
    pub(super) fn within(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Puts the site behind all its guards. A site cannot be served without them, and they know the names of
    /// this address.
    ///
    /// # Errors
    /// If the operating system provides no random bytes.
    pub fn guard(self, site: Arc<Site>) -> Result<GuardedSite, NoRandomness> {
        let authenticator = Arc::new(Authenticator::new(self.names.clone())?);
        let router = closed(router(site), assets(), authenticator.clone());
        Ok(GuardedSite { bound: self, authenticator, router })
    }
}

/// A site behind its guards, at an address that is bound.
pub struct GuardedSite {
    pub(super) bound: Bound,
    pub(super) authenticator: Arc<Authenticator>,
    pub(super) router: Router,
}

impl GuardedSite {
    /// Creates links, and knows the sessions.
    pub fn authenticator(&self) -> &Arc<Authenticator> {
        &self.authenticator
    }

    /// Serves the site until `end` completes, then for at most half a second more.
    ///
    /// # Errors
    /// [`Refused::Server`] if the socket fails.
    pub async fn serve(self, end: impl Future<Output = ()> + Send + 'static) -> Result<(), Refused> {
        let Self { bound, router, .. } = self;
        let handle = Handle::new();
        let stop = handle.clone();
        let waiting = tokio::spawn(async move {
            end.await;
            stop.graceful_shutdown(Some(GRACE));
        });
        let mut server =
            axum_server::from_tcp(bound.listener).map_err(Refused::Server)?.handle(handle).http1_only();
        let Limits { connections, eviction, header_bytes, patience } = bound.limits;
        let mut http = server.http_builder().http1();
        http.header_read_timeout(patience);
        if let Some(bytes) = header_bytes {
            http.max_buf_size(bytes);
        }
        let gate = Gate::new(connections, eviction, patience);
        let service = router.into_make_service();
        let result = match bound.tls {
            Some(tls) => {
                let tls = RustlsAcceptor::new(tls).handshake_timeout(PATIENCE);
                server.acceptor(tls.acceptor(gate)).serve(service).await
            }
            None => server.acceptor(gate).serve(service).await,
        };
        waiting.abort();
        result.map_err(Refused::Server)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Browsers use HTTP/2 if a server offers it.
    #[tokio::test]
    async fn tls_offers_only_http_1_1() {
        let folder = tempfile::tempdir().expect("a folder");
        let made =
            rcgen::generate_simple_self_signed(["form.example.com".to_owned()]).expect("a certificate");
        let tls = Tls {
            certificate: folder.path().join("form.pem"),
            key: folder.path().join("form.key"),
            host: "form.example.com".to_owned(),
        };
        std::fs::write(&tls.certificate, made.cert.pem()).expect("written");
        std::fs::write(&tls.key, made.signing_key.serialize_pem()).expect("written");
        let config = read(&tls).await.expect("TLS");
        assert_eq!(config.get_inner().alpn_protocols, [b"http/1.1"]);
    }
}
