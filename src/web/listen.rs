//! Listening: plain HTTP on this machine, HTTPS for others.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use rustls::ServerConfig;

use super::gate::Gate;
use super::guard::{Door, Names, NoRandomness, closed};
use super::routes::{assets, router};
use super::site::Site;

/// Connections at once; browsers open six to one server.
const MAX_CONNECTIONS: usize = 64;
/// Cookies that a browser keeps for a host, of all its ports: `kDomainMaxCookies` in Chromium's `net/cookies/cookie_monster.h`, and
/// `network.cookie.maxPerHost` in Firefox.
const MAX_COOKIES: usize = 180;
/// Bytes of a cookie's name and value (RFC 6265, section 6.1: <https://www.rfc-editor.org/rfc/rfc6265#section-6.1>).
const MAX_COOKIE_BYTES: usize = 4_096;
/// Bytes of a request's line and headers. Another program of this machine can fill the browser with cookies, which are then sent here as
/// well; they must not lock anyone out. Each cookie is followed by up to three more bytes (`=`, `; `), and 32 KiB are for all other headers,
/// of which there may be 100, hyper's default. Browsers send all cookies in one header (RFC 6265, section 5.4).
///
/// hyper may reserve as much again while it reads. So without a session the worst case for all connections is 64 × 2 × 752 KiB = 94 MiB, held
/// for at most ten seconds; a body is read only once the session is known.
const MAX_HEADER_BYTES: usize = MAX_COOKIES * (MAX_COOKIE_BYTES + 3) + (32 << 10);
/// A request's headers are here within this time after the connection, or the request before; so is a handshake, and an answer is taken
/// in pieces each of which goes on within it.
const PATIENCE: Duration = Duration::from_secs(10);
/// Requests under way may still take so long when the end has come.
const GRACE: Duration = Duration::from_millis(500);

/// Where to listen.
#[derive(Clone, Debug)]
pub struct Listening {
    /// The address; port 0 is any free one.
    pub address: SocketAddr,
    /// Certificate chain and key, both PEM, and the name that the certificate is for: with these it is HTTPS.
    pub tls: Option<Tls>,
}

/// For HTTPS.
#[derive(Clone, Debug)]
pub struct Tls {
    /// The certificate chain, PEM.
    pub certificate: PathBuf,
    /// Its key, PEM.
    pub key: PathBuf,
    /// The name by which browsers reach the server.
    pub host: String,
}

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// Others could read everything on the way.
    #[error("{0} is not a loopback address: others would read on the way what is sent")]
    NeedsTls(SocketAddr),
    /// The address.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
    /// Certificate or key.
    #[error("cannot use the certificate {} with the key {}", certificate.display(), key.display())]
    Certificate {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What is wrong.
        source: io::Error,
    },
    /// The server.
    #[error("the server failed")]
    Server(#[source] io::Error),
}

/// An address that is taken: whoever connects is kept waiting until [`Bound::serve`].
pub struct Bound {
    listener: TcpListener,
    tls: Option<RustlsConfig>,
    names: Names,
    limits: Limits,
}

/// What one client, or many, can take of the server. Nothing is no limit: the tests show what each limit is there for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Connections at once.
    pub(super) connections: Option<usize>,
    /// Whether the oldest connection without a session is closed in favour of a new one.
    pub(super) eviction: bool,
    /// Bytes of a request's line and headers.
    pub(super) header_bytes: Option<usize>,
    /// How long a client may be silent where it is its turn.
    pub(super) patience: Option<Duration>,
}

impl Limits {
    /// As it is served.
    pub(super) const ALL: Self = Self {
        connections: Some(MAX_CONNECTIONS),
        eviction: true,
        header_bytes: Some(MAX_HEADER_BYTES),
        patience: Some(PATIENCE),
    };
}

/// Takes the address.
///
/// # Errors
/// [`Refused`] says why not.
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

async fn read(tls: &Tls) -> Result<RustlsConfig, Refused> {
    let config = RustlsConfig::from_pem_file(&tls.certificate, &tls.key).await;
    let config = config.map_err(|source| Refused::Certificate {
        certificate: tls.certificate.clone(),
        key: tls.key.clone(),
        source,
    })?;
    // Only what is spoken is offered.
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

    /// The same within other limits.
    #[cfg(test)]
    pub(super) fn within(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The site behind all its guards. There is no other way to serve one, and the guards know the names of this address.
    ///
    /// # Errors
    /// If the system provides no random bytes.
    pub fn guard(self, site: Arc<Site>) -> Result<GuardedSite, NoRandomness> {
        let door = Arc::new(Door::new(self.names.clone())?);
        let router = closed(router(site), assets(), door.clone());
        Ok(GuardedSite { bound: self, door, router })
    }
}

/// A site that only its guards let someone into, at an address that is taken.
pub struct GuardedSite {
    pub(super) bound: Bound,
    pub(super) door: Arc<Door>,
    pub(super) router: Router,
}

impl GuardedSite {
    /// The way in, which gives links.
    pub fn door(&self) -> &Arc<Door> {
        &self.door
    }

    /// Serves the site until `end` comes, then for at most half a second more.
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

    /// Browsers speak HTTP/2 to whoever offers it.
    #[tokio::test]
    async fn over_tls_nothing_is_offered_that_is_not_spoken() {
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
