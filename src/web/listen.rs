//! Listening: plain HTTP on this machine, HTTPS for others.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::middleware::AddExtension;
use axum::{Extension, Router};
use axum_server::Handle;
use axum_server::accept::Accept;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use hyper_util::rt::TokioTimer;
use rustls::ServerConfig;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower_layer::Layer;

use super::guard::Names;

/// Connections at once; browsers open six to one server.
const MOST_CONNECTIONS: usize = 64;
/// Bytes of a request's line and headers.
const MOST_HEADER_BYTES: usize = 16 << 10;
/// A request's headers are here within this time after the connection, or the request before.
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
    Ok(Bound { listener, tls, names })
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

    /// Serves until `end` comes, then for at most half a second more.
    ///
    /// # Errors
    /// [`Refused::Server`] if the socket fails.
    pub async fn serve(
        self,
        router: Router,
        end: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), Refused> {
        let handle = Handle::new();
        let stop = handle.clone();
        let waiting = tokio::spawn(async move {
            end.await;
            stop.graceful_shutdown(Some(GRACE));
        });
        let mut server =
            axum_server::from_tcp(self.listener).map_err(Refused::Server)?.handle(handle).http1_only();
        let http = server.http_builder();
        http.http1().max_buf_size(MOST_HEADER_BYTES).timer(TokioTimer::new()).header_read_timeout(PATIENCE);
        let few = Few(Arc::new(Semaphore::new(MOST_CONNECTIONS)));
        let service = router.into_make_service();
        let result = match self.tls {
            Some(tls) => server.acceptor(RustlsAcceptor::new(tls).acceptor(few)).serve(service).await,
            None => server.acceptor(few).serve(service).await,
        };
        waiting.abort();
        result.map_err(Refused::Server)
    }
}

/// Takes so many connections at once; who comes later waits.
#[derive(Clone)]
struct Few(Arc<Semaphore>);

/// Held by the service of a connection, so as long as that.
type Permit = Option<Arc<OwnedSemaphorePermit>>;

impl<S: Send + 'static> Accept<TcpStream, S> for Few {
    type Stream = TcpStream;
    type Service = AddExtension<S, Permit>;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let places = self.0.clone();
        Box::pin(async move {
            let permit = places.acquire_owned().await.ok().map(Arc::new);
            Ok((stream, Extension(permit).layer(service)))
        })
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
