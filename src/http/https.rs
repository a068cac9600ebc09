//! The transport of production: HTTPS by reqwest, with the limits and the trust of this program.
//!
//! No redirect is followed: on 307 and 308 a client sends the body again, and the body of a token request is the secret (RFC 9110,
//! section 15.4). Plain http is for this machine only. What goes to this machine never goes through a proxy, whatever the environment
//! says: a proxy would see the secret that was meant for a program beside us.

use std::path::Path;
use std::time::Duration;

use super::{Answer, Chunk, Chunks, Opened, Request, Response, Streamed, Transport, TransportError};
use crate::endpoint::is_loopback;
use crate::os::read_regular;
use crate::settings::Access;

/// A connection has to stand within this time.
pub const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// The largest answer, decompressed: a page of 999 users has less than 1 MiB.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// The largest file of certificates of one authority.
const MOST_CA_BYTES: usize = 1024 * 1024;
/// The largest file of all trusted certificates; those of today's systems have about 250 KiB.
const MOST_STORE_BYTES: usize = 16 * 1024 * 1024;

/// HTTPS to Entra ID and Graph, with connections that are kept and shared.
pub struct Https {
    /// To this machine, never through a proxy.
    here: reqwest::Client,
    /// To everywhere else, through the proxy of the settings, else that of the environment.
    elsewhere: reqwest::Client,
}

/// Why there is no HTTPS.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// The certificate authority cannot be read.
    #[error("the CA file cannot be read: {0}")]
    CaFile(#[source] crate::os::ReadError),
    /// What was read holds no certificate.
    #[error("the CA file holds no certificate in PEM form")]
    NoCertificate,
    /// The proxy's address is none.
    #[error("the proxy's address is not understood")]
    Proxy,
    /// A variable of the environment names a proxy that cannot be used. Without it, the way would be another than was meant.
    #[error("the environment variable {0} does not name a proxy like http://host:port")]
    EnvironmentProxy(&'static str),
    /// A variable of the environment names certificates that cannot be read.
    #[error("the environment variable SSL_CERT_FILE names a file that cannot be read: {0}")]
    EnvironmentCertificates(#[source] crate::os::ReadError),
    /// The system has no store of trusted certificates, or the TLS library does not start.
    #[error("TLS cannot be set up; are the system's certificates (ca-certificates) installed?")]
    Tls,
}

impl Https {
    /// HTTPS as `access` wants it. A relative CA file starts at `folder`, that of the settings file.
    ///
    /// # Errors
    /// [`SetupError`] says what is wrong with CA file or proxy.
    pub fn new(access: &Access, folder: &Path) -> Result<Self, SetupError> {
        let roots = match &access.ca_file {
            Some(path) => certificates(&folder.join(path))?,
            None => Vec::new(),
        };
        let proxy = access.proxy.as_ref().map(|proxy| reqwest::Proxy::all(proxy.as_str()));
        let proxy = proxy.transpose().map_err(|_| SetupError::Proxy)?;
        look_at_environment(proxy.is_some())?;
        let here = builder(&roots).no_proxy();
        let elsewhere = match proxy {
            Some(proxy) => builder(&roots).proxy(proxy),
            None => builder(&roots),
        };
        let built = |builder: reqwest::ClientBuilder| builder.build().map_err(|_| SetupError::Tls);
        Ok(Self { here: built(here)?, elsewhere: built(elsewhere)? })
    }
}

fn builder(roots: &[reqwest::Certificate]) -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_WITHIN)
        .user_agent(concat!("swyx-teams/", env!("CARGO_PKG_VERSION")));
    // Beside the system's own, for behind an inspecting proxy some hosts are still reached directly.
    if roots.is_empty() { builder } else { builder.tls_certs_merge(roots.iter().cloned()) }
}

/// Refuses what reqwest and its certificates would pass over in silence.
fn look_at_environment(has_proxy: bool) -> Result<(), SetupError> {
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        let value = std::env::var(name).unwrap_or_default();
        if !has_proxy && !value.is_empty() && !is_proxy(&value) {
            return Err(SetupError::EnvironmentProxy(name));
        }
    }
    match std::env::var_os("SSL_CERT_FILE").filter(|path| !path.is_empty()) {
        Some(path) => read_regular(Path::new(&path), MOST_STORE_BYTES)
            .map(|_| ())
            .map_err(SetupError::EnvironmentCertificates),
        None => Ok(()),
    }
}

/// Whether a text names a proxy: `http://host:port`, or `host:port` alone.
fn is_proxy(text: &str) -> bool {
    let whole = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    url::Url::parse(&whole).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn certificates(path: &Path) -> Result<Vec<reqwest::Certificate>, SetupError> {
    let (pem, _) = read_regular(path, MOST_CA_BYTES).map_err(SetupError::CaFile)?;
    match reqwest::Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(SetupError::NoCertificate),
    }
}

impl Transport for Https {
    fn send(&self, request: Request) -> Answer<'_> {
        Box::pin(async move { whole(self.answered(request).await?).await })
    }

    fn open(&self, request: Request) -> Opened<'_> {
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
    /// Sends a request and waits until the answer begins.
    async fn answered(&self, request: Request) -> Result<reqwest::Response, TransportError> {
        let is_here = is_loopback(request.uri().host().unwrap_or_default());
        if !is_here && request.uri().scheme_str() != Some("https") {
            return Err(TransportError::Unreachable("only https leads there"));
        }
        let client = if is_here { &self.here } else { &self.elsewhere };
        let request = request.try_into().map_err(|error| reason(&error))?;
        client.execute(request).await.map_err(|error| reason(&error))
    }
}

impl Chunks for reqwest::Response {
    fn next(&mut self) -> Chunk<'_> {
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
        if answer.body().len() + chunk.len() > MOST_BYTES {
            return Err(TransportError::TooLarge(MOST_BYTES));
        }
        answer.body_mut().extend_from_slice(&chunk);
    }
    Ok(answer)
}

/// What an error of reqwest comes to. Its own text may hold the whole address, so nothing of it is used.
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
        // An I/O error names as its source that of the error which it wraps.
        cause = match io.and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    found.unwrap_or(if error.is_connect() {
        TransportError::Unreachable("cannot be reached; is the name right, and is there a way to it?")
    } else if error.is_decode() || error.is_body() || error.is_request() {
        TransportError::NotHttp
    } else {
        TransportError::Unreachable("cannot be reached")
    })
}

/// What went wrong between us and the proxy; its errors can be told by their words only.
fn proxy_reason(text: &str) -> Option<TransportError> {
    if !text.contains("tunnel error") {
        None
    } else if text.contains("underlying connection") {
        Some(TransportError::Unreachable(
            "the proxy on the way there cannot be reached (entra.proxy, or HTTPS_PROXY)",
        ))
    } else if text.contains("authorization required") {
        Some(TransportError::Proxy("asks for a user name and password"))
    } else {
        Some(TransportError::Proxy("does not let this connection through"))
    }
}

fn io_reason(error: &std::io::Error) -> Option<TransportError> {
    use std::io::ErrorKind;
    let text = match error.kind() {
        ErrorKind::ConnectionRefused => "the connection is refused; nothing listens there",
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::UnexpectedEof => {
            "the connection was cut before an answer came"
        }
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => "there is no way to this host",
        _ => return None,
    };
    Some(TransportError::Unreachable(text))
}

fn tls_reason(error: &rustls::Error) -> TransportError {
    use rustls::{CertificateError as Bad, Error};
    TransportError::Certificate(match error {
        Error::InvalidCertificate(bad) => match bad {
            Bad::Expired | Bad::ExpiredContext { .. } => "has expired, or this machine's clock is ahead",
            Bad::NotValidYet | Bad::NotValidYetContext { .. } => {
                "is not valid yet, or this machine's clock is behind"
            }
            Bad::NotValidForName | Bad::NotValidForNameContext { .. } => "is another host's",
            Bad::UnknownIssuer => {
                "was issued by somebody whom this machine does not trust; for an inspecting proxy, set entra.ca_file"
            }
            Bad::Revoked => "was revoked",
            Bad::BadSignature => "has a signature that is not its issuer's",
            Bad::InvalidPurpose | Bad::InvalidPurposeContext { .. } => "is not one for a server",
            Bad::BadEncoding => "cannot be read",
            // The verifier of the system's store has an error of its own for this one; it can be told by its words only.
            Bad::Other(other) if other.to_string().contains("invalid extensions") => {
                "is not one for a server"
            }
            _ => "does not verify",
        },
        Error::AlertReceived(_) | Error::PeerIncompatible(_) => {
            "was not even shown: both sides have no version or cipher of TLS in common (1.2 or 1.3 is needed)"
        }
        Error::InvalidMessage(_) => "was not even shown: what answers does not speak TLS",
        _ => "could not be examined: the TLS handshake failed",
    })
}
