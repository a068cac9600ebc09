//! A server of HTTPS, or of bare sockets, that notes what reaches it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What reached a server.
#[derive(Clone, Default)]
pub struct Seen(Arc<Mutex<Vec<Vec<u8>>>>);

impl Seen {
    fn note(&self, bytes: Vec<u8>) {
        self.0.lock().unwrap().push(bytes);
    }

    /// What each connection brought, decrypted where the server has TLS.
    pub fn connections(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect()
    }
}

/// Accepts connections for as long as the test runs, and notes the first bytes of each.
pub fn listener() -> (SocketAddr, Seen) {
    serve(|stream, seen| {
        let mut bytes = [0; 4096];
        let read = stream.read(&mut bytes).unwrap_or(0);
        seen.note(bytes[..read].to_vec());
    })
}

/// A server of plain sockets.
pub fn serve(work: impl Fn(&mut TcpStream, &Seen) + Send + Sync + 'static) -> (SocketAddr, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let seen = Seen::default();
    let (noted, work) = (seen.clone(), Arc::new(work));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (noted, work) = (noted.clone(), Arc::clone(&work));
            std::thread::spawn(move || {
                let mut stream = stream;
                // A silent peer must not block a thread forever.
                let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
                work(&mut stream, &noted);
            });
        }
    });
    (address, seen)
}

/// A server of HTTPS that notes each request, and answers it.
pub fn https(
    identity: Identity,
    answer: impl Fn(&str) -> String + Send + Sync + 'static,
) -> (SocketAddr, Seen) {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(identity.chain, identity.key)
        .expect("a certificate and its key");
    let config = Arc::new(config);
    serve(move |stream, seen| {
        let connection = ServerConnection::new(Arc::clone(&config)).expect("a connection");
        let mut stream = StreamOwned::new(connection, stream.try_clone().expect("a second handle"));
        while let Some(request) = request(&mut stream) {
            seen.note(request.clone().into_bytes());
            if stream.write_all(answer(&request).as_bytes()).and_then(|()| stream.flush()).is_err() {
                break;
            }
        }
    })
}

/// One request with its body.
pub fn request(stream: &mut impl Read) -> Option<String> {
    let mut bytes = Vec::new();
    let mut some = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned)
            });
            if body.len() >= length.and_then(|length| length.parse().ok()).unwrap_or(0) {
                return Some(text);
            }
        }
        match stream.read(&mut some) {
            Ok(read) if read > 0 => bytes.extend_from_slice(&some[..read]),
            _ => return None,
        }
    }
}

/// An answer of HTTP.
pub fn http(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

/// A certificate chain with its key.
pub struct Identity {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
}

/// A certificate authority, and the leaves that it signs.
pub struct Authority {
    pub pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().expect("a key");
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// A leaf for `localhost`, changed by `change`.
    pub fn leaf(&self, change: impl Fn(&mut CertificateParams)) -> Identity {
        let (params, key) = (changed(change), KeyPair::generate().expect("a key"));
        let leaf = params.signed_by(&key, &self.issuer).expect("a certificate");
        identity(leaf.der().clone(), &key)
    }

    /// Writes the certificate to a file.
    pub fn save(&self, path: &Path) {
        std::fs::write(path, &self.pem).expect("written");
    }
}

/// A leaf for `localhost` that vouches for itself.
pub fn self_signed() -> Identity {
    let (params, key) = (changed(|_| {}), KeyPair::generate().expect("a key"));
    let leaf = params.self_signed(&key).expect("a certificate");
    identity(leaf.der().clone(), &key)
}

fn changed(change: impl Fn(&mut CertificateParams)) -> CertificateParams {
    let mut params = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()]).expect("names");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    change(&mut params);
    params
}

fn identity(leaf: CertificateDer<'static>, key: &KeyPair) -> Identity {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    Identity { chain: vec![leaf], key }
}
