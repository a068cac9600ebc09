//! Self-signed certificates for tests. Keys are shared by all tests of one process, because creating one takes some tenths of a second.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize};

/// A certificate with its key.
pub struct Issued {
    pub pair: &'static KeyPair,
    pub der: Vec<u8>,
}

impl Issued {
    /// The Base64 text of its bytes, as Graph has it.
    pub fn key(&self) -> String {
        STANDARD.encode(&self.der)
    }

    /// The certificate as PEM.
    pub fn pem(&self) -> String {
        pem("CERTIFICATE", &self.der)
    }

    /// The certificate and the private key as PEM.
    pub fn pem_with_key(&self) -> String {
        format!("{}{}", self.pem(), self.pair.serialize_pem())
    }

    /// The SHA-256 thumbprint as in the header of an assertion.
    pub fn x5t_s256(&self) -> String {
        URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &self.der))
    }

    /// The SHA-1 thumbprint as in the header of an assertion.
    pub fn x5t(&self) -> String {
        let sha1 = &aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY;
        URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(sha1, &self.der))
    }

    /// The SHA-1 thumbprint in hexadecimal digits.
    pub fn thumbprint(&self) -> String {
        let sha1 = &aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY;
        let hash = aws_lc_rs::digest::digest(sha1, &self.der);
        hash.as_ref().iter().map(|byte| format!("{byte:02X}")).collect()
    }
}

/// Bytes as PEM.
pub fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines = text.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned() + "\n");
    format!("-----BEGIN {label}-----\n{}-----END {label}-----\n", lines.collect::<String>())
}

/// An RSA key of 2,048 bits.
pub fn rsa_key() -> &'static KeyPair {
    static KEY: OnceLock<KeyPair> = OnceLock::new();
    KEY.get_or_init(make_rsa)
}

/// Another RSA key.
pub fn other_rsa_key() -> &'static KeyPair {
    static KEY: OnceLock<KeyPair> = OnceLock::new();
    KEY.get_or_init(make_rsa)
}

/// An elliptic-curve key.
pub fn ec_key() -> &'static KeyPair {
    static KEY: OnceLock<KeyPair> = OnceLock::new();
    KEY.get_or_init(|| KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key"))
}

fn make_rsa() -> KeyPair {
    KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).expect("a key")
}

/// A certificate for a key, valid in the years from `first` up to but not including `last`.
pub fn issue(pair: &'static KeyPair, name: &str, first: i32, last: i32) -> Issued {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.not_before = rcgen::date_time_ymd(first, 1, 1);
    parameters.not_after = rcgen::date_time_ymd(last, 1, 1);
    let certificate = parameters.self_signed(pair).expect("a certificate");
    Issued { pair, der: certificate.der().to_vec() }
}

/// A valid certificate of the first RSA key.
pub fn valid(name: &str) -> Issued {
    issue(rsa_key(), name, 2020, 2090)
}
