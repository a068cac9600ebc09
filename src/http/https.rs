//! The production transport: HTTPS with reqwest, with the limits and the trust settings of this program.
//!
//! No redirect is followed: on 307 and 308 a client sends the body again, and the body of a token request is
//! the secret (RFC 9110, section 15.4). Plain http is allowed only for this machine. Requests to this machine
//! never use a proxy, whatever the environment says: a proxy would see the secret for a local program.

use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use super::transport::NO_TLS;
use super::{
    ChunkFuture, Chunks, OpenFuture, Request, Response, SendFuture, Streamed, Transport, TransportError,
};
use crate::endpoint::is_loopback;
use crate::os::{is_too_many_open_files, read_regular, too_many_open_files};
use crate::secret::shape::without_secret;
use crate::settings::Access;
use crate::text::shown;

/// The time limit for establishing a connection.
pub(crate) const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// How long an unused connection stays open: longer than the time between two readings of the gateway, which otherwise each need a TLS
/// handshake.
const IDLE: Duration = Duration::from_secs(30);
/// The maximum number of unused connections to one host. Many tenants share those to Graph; a burst of requests must not leave one each.
const MAX_IDLE: usize = 32;
/// The maximum size of a decompressed answer: a page of 999 users has less than 1 MiB.
const MAX_BYTES: usize = 8 * 1024 * 1024;
/// The maximum size of the file with the certificates of one authority.
const MAX_CA_BYTES: usize = 1024 * 1024;
/// The maximum size of the file with all trusted certificates; today's systems have about 250 KiB.
const MAX_STORE_BYTES: usize = 16 * 1024 * 1024;

/// HTTPS to Entra ID and Graph, with persistent shared connections.
pub struct Https {
    /// For this machine, never through a proxy.
    here: reqwest::Client,
    elsewhere: Elsewhere,
}

/// The client for all other hosts, through the proxy of the settings, otherwise that of the environment. It is built when it is needed:
/// only this client combines the system's certificates with those of a file, which not every system can do.
struct Elsewhere {
    roots: Vec<reqwest::Certificate>,
    proxy: Option<reqwest::Proxy>,
    built: OnceLock<Result<reqwest::Client, SetupFailed>>,
}

/// The client cannot be built. The causes of reqwest name no setting, so they are not kept.
#[derive(Clone, Copy)]
struct SetupFailed;

/// Why HTTPS cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// The certificate authority cannot be read.
    #[error("the CA file {0} cannot be read: {1}")]
    CaFile(String, #[source] crate::os::ReadError),
    /// The file contains no certificate.
    #[error("the CA file contains no PEM certificate")]
    NoCertificate,
    /// The address of the proxy is invalid.
    #[error("the address of the proxy is invalid")]
    Proxy,
    /// An environment variable names an unusable proxy. Ignoring it would use another route than intended.
    #[error("the environment variable {0} is not a valid proxy address; use http://host:port")]
    EnvironmentProxy(&'static str),
    /// An environment variable names certificates that cannot be read.
    #[error("the environment variable SSL_CERT_FILE names the file {0}, which cannot be read: {1}")]
    EnvironmentCertificates(String, #[source] crate::os::ReadError),
    /// The system has no trusted certificates, or the TLS library cannot be initialised.
    #[error("{NO_TLS}")]
    Tls,
}

impl Https {
    /// Creates the transport for `access`. A relative CA file starts at `folder`, the folder of the settings
    /// file.
    ///
    /// # Errors
    /// [`SetupError`] if the CA file, the proxy or an environment variable is invalid.
    pub fn new(access: &Access, folder: &Path) -> Result<Self, SetupError> {
        let roots = match &access.ca_file {
            Some(path) => certificates(&folder.join(path))?,
            None => Vec::new(),
        };
        let proxy = access.proxy.as_ref().map(|proxy| reqwest::Proxy::all(proxy.as_str()));
        let proxy = proxy.transpose().map_err(|_| SetupError::Proxy)?;
        check_environment(proxy.is_some())?;
        // For this machine, only the certificates of the file: no public authority certifies it.
        let here = match roots.as_slice() {
            [] => builder(),
            roots => builder().tls_certs_only(roots.iter().cloned()),
        };
        let here = here.no_proxy().build().map_err(|_| SetupError::Tls)?;
        let https = Self { here, elsewhere: Elsewhere { roots, proxy, built: OnceLock::new() } };
        // A failure is reported now, instead of with the first request.
        if [access.login_address(), access.graph_address()].iter().any(|address| !is_here(address)) {
            https.elsewhere.client().map_err(|SetupFailed| SetupError::Tls)?;
        }
        Ok(https)
    }
}

impl Elsewhere {
    fn client(&self) -> Result<&reqwest::Client, SetupFailed> {
        let build = || {
            // In addition to the system's own, because some hosts are reached directly even behind an
            // inspecting proxy.
            let builder = match self.roots.as_slice() {
                [] => builder(),
                roots => builder().tls_certs_merge(roots.iter().cloned()),
            };
            let builder = match &self.proxy {
                Some(proxy) => builder.proxy(proxy.clone()),
                None => builder,
            };
            builder.build().map_err(|_| SetupFailed)
        };
        self.built.get_or_init(build).as_ref().map_err(|failed| *failed)
    }
}

fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_WITHIN)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(MAX_IDLE)
        .user_agent(concat!("swyx-teams/", env!("CARGO_PKG_VERSION")))
}

/// Whether an address leads to this machine.
fn is_here(address: &str) -> bool {
    url::Url::parse(address).is_ok_and(|url| url.host_str().is_some_and(is_loopback))
}

/// Rejects environment variables that reqwest would silently ignore.
fn check_environment(has_proxy: bool) -> Result<(), SetupError> {
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        let value = std::env::var(name).unwrap_or_default();
        if !has_proxy && !value.is_empty() && !is_proxy(&value) {
            return Err(SetupError::EnvironmentProxy(name));
        }
    }
    match std::env::var_os("SSL_CERT_FILE").filter(|path| !path.is_empty()) {
        Some(path) => read_regular(Path::new(&path), MAX_STORE_BYTES)
            .map(|_| ())
            .map_err(|error| SetupError::EnvironmentCertificates(shown_path(Path::new(&path)), error)),
        None => Ok(()),
    }
}

/// Whether a text is a proxy address: `http://host:port`, or only `host:port`.
fn is_proxy(text: &str) -> bool {
    let whole = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    url::Url::parse(&whole).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn shown_path(path: &Path) -> String {
    shown(without_secret(&path.to_string_lossy()))
}

fn certificates(path: &Path) -> Result<Vec<reqwest::Certificate>, SetupError> {
    let (pem, _) =
        read_regular(path, MAX_CA_BYTES).map_err(|error| SetupError::CaFile(shown_path(path), error))?;
    match reqwest::Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(SetupError::NoCertificate),
    }
}

impl Transport for Https {
    fn send(&self, request: Request) -> SendFuture<'_> {
        Box::pin(async move { whole(self.answered(request).await?).await })
    }

    fn open(&self, request: Request) -> OpenFuture<'_> {
        Box::pin(async move {
            let mut response = self.answered(request).await?;
            let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
            let mut answer = Streamed::new(Box::new(response));
            *answer.status_mut() = status;
            *answer.headers_mut() = headers;
            Ok(answer)
        })
    }
}

impl Https {
    /// Sends a request and waits for the start of the answer.
    async fn answered(&self, request: Request) -> Result<reqwest::Response, TransportError> {
        let is_here = is_loopback(request.uri().host().unwrap_or_default());
        if !is_here && request.uri().scheme_str() != Some("https") {
            return Err(TransportError::Unreachable("only https is allowed for this host"));
        }
        let client = if is_here {
            &self.here
        } else {
            self.elsewhere.client().map_err(|SetupFailed| TransportError::NoTls)?
        };
        let request = request.try_into().map_err(|error| reason(&error))?;
        client.execute(request).await.map_err(|error| reason(&error))
    }
}

impl Chunks for reqwest::Response {
    fn next(&mut self) -> ChunkFuture<'_> {
        Box::pin(async move {
            let chunk = self.chunk().await.map_err(|error| reason(&error))?;
            Ok(chunk.map(|chunk| chunk.to_vec()))
        })
    }
}

/// Reads the body, up to the limit.
async fn whole(mut response: reqwest::Response) -> Result<Response, TransportError> {
    let mut answer = Response::new(Vec::new());
    *answer.status_mut() = response.status();
    *answer.headers_mut() = std::mem::take(response.headers_mut());
    while let Some(chunk) = response.chunk().await.map_err(|error| reason(&error))? {
        if answer.body().len() + chunk.len() > MAX_BYTES {
            return Err(TransportError::TooLarge(MAX_BYTES));
        }
        answer.body_mut().extend_from_slice(&chunk);
    }
    Ok(answer)
}

/// Converts an error of reqwest. Its own text may contain the complete address, so it is not used.
fn reason(error: &reqwest::Error) -> TransportError {
    if error.is_timeout() {
        return TransportError::NoConnection(CONNECT_WITHIN);
    }
    let mut cause = std::error::Error::source(error);
    let mut found = None;
    while let Some(error) = cause {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return tls_reason(tls);
        }
        found = found.or_else(|| proxy_reason(&error.to_string()));
        let io = error.downcast_ref::<std::io::Error>();
        if let Some(io) = io {
            found = found.or(io_reason(io));
        }
        // The source of an I/O error is that of the error that it wraps.
        cause = match io.and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    found.unwrap_or(if error.is_connect() {
        TransportError::Unreachable("cannot be reached; check the host name and the network")
    } else if error.is_decode() || error.is_body() || error.is_request() {
        TransportError::NotHttp
    } else {
        TransportError::Unreachable("cannot be reached")
    })
}

/// Detects a proxy error; these errors differ only in their text.
fn proxy_reason(text: &str) -> Option<TransportError> {
    if !text.contains("tunnel error") {
        None
    } else if text.contains("underlying connection") {
        Some(TransportError::Unreachable("the proxy cannot be reached (entra.proxy or HTTPS_PROXY)"))
    } else if text.contains("authorization required") {
        Some(TransportError::Proxy("requires a user name and password"))
    } else {
        Some(TransportError::Proxy("refused the connection"))
    }
}

fn io_reason(error: &std::io::Error) -> Option<TransportError> {
    use std::io::ErrorKind;
    if is_too_many_open_files(error) {
        return Some(TransportError::TooManyFiles(too_many_open_files()));
    }
    let text = match error.kind() {
        ErrorKind::ConnectionRefused => "connection refused; no program is listening at this address",
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::UnexpectedEof => {
            "the connection was closed before an answer arrived"
        }
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => "no route to this host",
        _ => return None,
    };
    Some(TransportError::Unreachable(text))
}

fn tls_reason(error: &rustls::Error) -> TransportError {
    use rustls::{CertificateError as Bad, Error};
    TransportError::Certificate(match error {
        Error::InvalidCertificate(bad) => match bad {
            Bad::Expired | Bad::ExpiredContext { .. } => "has expired, or the clock of this machine is fast",
            Bad::NotValidYet | Bad::NotValidYetContext { .. } => {
                "is not valid yet, or the clock of this machine is slow"
            }
            Bad::NotValidForName | Bad::NotValidForNameContext { .. } => "is for another host",
            Bad::UnknownIssuer => {
                "was issued by an authority that this machine does not trust; for an inspecting proxy, set entra.ca_file"
            }
            Bad::Revoked => "was revoked",
            Bad::BadSignature => "has an invalid signature",
            Bad::InvalidPurpose | Bad::InvalidPurposeContext { .. } => "is not a server certificate",
            Bad::BadEncoding => "cannot be read",
            // The verifier of the system's store has its own error for this; it differs only in its text.
            Bad::Other(other) if other.to_string().contains("invalid extensions") => {
                "is not a server certificate"
            }
            _ => "is not valid",
        },
        Error::AlertReceived(_) | Error::PeerIncompatible(_) => {
            "was not received: there is no common TLS version or cipher (TLS 1.2 or 1.3 is required)"
        }
        Error::InvalidMessage(_) => "was not received: the other side does not use TLS",
        _ => "could not be checked: the TLS handshake failed",
    })
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limit_of_open_files_is_the_reason() {
        let found = io_reason(&std::io::Error::from_raw_os_error(libc::EMFILE)).expect("a reason");
        assert!(found.to_string().starts_with("too many open files (limit "), "{found}");
        assert!(crate::http::HttpError::Transport { host: "h".to_owned(), why: found }.is_transient());
    }
}
