//! The certificates of one run: an authority that is limited to loopback names, and the server's certificate.

use std::net::IpAddr;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, NameConstraints, SanType,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use super::serve_error::ServeError;

/// The TLS configuration, and the certificate that clients trust.
pub(super) struct Tls {
    /// For the server.
    pub(super) config: Arc<ServerConfig>,
    /// The authority's PEM certificate.
    pub(super) ca_pem: String,
}

impl Tls {
    /// Creates both certificates, valid for `localhost`, `127.0.0.1`, `::1` and `address`. The authority's key is discarded on return.
    pub(super) fn make(address: IpAddr) -> Result<Self, ServeError> {
        let issuer = issuer()?;
        // Self-signed; the issuer keeps the key that signs the server's certificate.
        let ca = authority()?.self_signed(issuer.key())?;
        let key = KeyPair::generate()?;
        let certificate = leaf(address)?.signed_by(&key, &issuer)?;
        drop(issuer);
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![CertificateDer::from(certificate.der().to_vec())], key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { config: Arc::new(config), ca_pem: ca.pem() })
    }
}

/// The authority with its key.
fn issuer() -> Result<Issuer<'static, KeyPair>, rcgen::Error> {
    Ok(Issuer::new(authority()?, KeyPair::generate()?))
}

fn authority() -> Result<CertificateParams, rcgen::Error> {
    let mut parameters = CertificateParams::new(Vec::new())?;
    parameters.distinguished_name.push(DnType::CommonName, "swyx-teams emulator, loopback only");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    parameters.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".to_owned()),
            GeneralSubtree::IpAddress(CidrSubnet::V4([127, 0, 0, 0], [255, 0, 0, 0])),
            GeneralSubtree::IpAddress(CidrSubnet::V6(std::net::Ipv6Addr::LOCALHOST.octets(), [255; 16])),
        ],
        excluded_subtrees: Vec::new(),
    });
    Ok(parameters)
}

fn leaf(address: IpAddr) -> Result<CertificateParams, rcgen::Error> {
    let mut parameters = CertificateParams::new(vec!["localhost".to_owned()])?;
    for ip in [IpAddr::from([127, 0, 0, 1]), IpAddr::V6(std::net::Ipv6Addr::LOCALHOST), address] {
        let name = SanType::IpAddress(ip);
        if !parameters.subject_alt_names.contains(&name) {
            parameters.subject_alt_names.push(name);
        }
    }
    parameters.distinguished_name.push(DnType::CommonName, "localhost");
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    parameters.use_authority_key_identifier_extension = true;
    Ok(parameters)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rustls::RootCertStore;
    use rustls::client::WebPkiServerVerifier;
    use rustls::client::danger::ServerCertVerifier as _;
    use rustls::pki_types::{ServerName, UnixTime};

    use super::*;

    /// Whether a client that trusts the authority accepts a certificate of a server with that name.
    fn is_accepted(issuer: &Issuer<'static, KeyPair>, leaf: &CertificateParams, name: &'static str) -> bool {
        let ca = authority().expect("parameters").self_signed(issuer.key()).expect("a certificate");
        let leaf = leaf.signed_by(&KeyPair::generate().expect("a key"), issuer).expect("a certificate");
        let mut roots = RootCertStore::empty();
        roots.add(ca.der().clone()).expect("a root");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider);
        let verifier = verifier.build().expect("a verifier");
        // Within the default validity of certificates.
        let now = UnixTime::since_unix_epoch(Duration::from_secs(1_800_000_000));
        let name = ServerName::try_from(name).expect("a name");
        verifier.verify_server_cert(leaf.der(), &[], &name, &[], now).is_ok()
    }

    #[test]
    fn certificate_authority_is_limited_to_loopback_names() {
        let issuer = issuer().expect("an authority");
        let ours = leaf(IpAddr::from([127, 0, 0, 2])).expect("parameters");
        for name in ["localhost", "127.0.0.1", "127.0.0.2", "::1"] {
            assert!(is_accepted(&issuer, &ours, name), "{name}");
        }
        assert!(!is_accepted(&issuer, &ours, "127.0.0.3"));
        for name in ["graph.microsoft.com", "192.0.2.1"] {
            let mut foreign = leaf(IpAddr::from([127, 0, 0, 1])).expect("parameters");
            foreign.subject_alt_names =
                CertificateParams::new(vec![name.to_owned()]).expect("a name").subject_alt_names;
            assert!(!is_accepted(&issuer, &foreign, name), "{name}");
        }
    }
}
