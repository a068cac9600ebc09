//! A public certificate as the directory stores it: its bytes, thumbprints, dates and key.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::public_key::PublicKey;

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Certificate {
    /// All its bytes (DER).
    pub(super) der: Vec<u8>,
    /// The subject, such as `CN=swyx-teams`.
    pub(super) subject: String,
    /// Not valid before.
    pub(super) not_before: Timestamp,
    /// Not valid after.
    pub(super) not_after: Timestamp,
    /// The RSA key (`RSAPublicKey` of RFC 8017) and its size in bits; `None` for another kind of key.
    rsa: Option<(Vec<u8>, usize)>,
}

/// The signature algorithms of client assertions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signature {
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
}

impl Certificate {
    /// Reads the Base64 text of a `key`: of the DER bytes, or, which the service also accepts, of a PEM text.
    pub(super) fn of_key(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text).ok()?;
        match std::str::from_utf8(&bytes).ok().filter(|text| text.contains("-----BEGIN CERTIFICATE-----")) {
            Some(pem) => {
                let (_, rest) = pem.split_once("-----BEGIN CERTIFICATE-----")?;
                let (body, _) = rest.split_once("-----END CERTIFICATE-----")?;
                let body = body.split_whitespace().collect::<String>();
                Self::of_der(STANDARD.decode(body).ok()?)
            }
            None => Self::of_der(bytes),
        }
    }

    fn of_der(der: Vec<u8>) -> Option<Self> {
        let (rest, certificate) = X509Certificate::from_der(&der).ok()?;
        if !rest.is_empty() {
            return None;
        }
        let key = certificate.public_key();
        let rsa = match key.parsed().ok()? {
            PublicKey::RSA(rsa) => Some((key.subject_public_key.data.to_vec(), rsa.key_size())),
            _ => None,
        };
        let validity = certificate.validity();
        Some(Self {
            subject: certificate.subject().to_string(),
            not_before: Timestamp::from_second(validity.not_before.timestamp()).ok()?,
            not_after: Timestamp::from_second(validity.not_after.timestamp()).ok()?,
            rsa,
            der,
        })
    }

    /// The SHA-1 thumbprint: 40 hexadecimal digits in upper case.
    pub(super) fn thumbprint(&self) -> String {
        self.sha1().iter().map(|byte| format!("{byte:02X}")).collect()
    }

    /// The bytes of the SHA-1 thumbprint.
    pub(super) fn sha1(&self) -> Vec<u8> {
        digest(&SHA1_FOR_LEGACY_USE_ONLY, &self.der).as_ref().to_vec()
    }

    /// The bytes of the SHA-256 thumbprint.
    pub(super) fn sha256(&self) -> Vec<u8> {
        digest(&SHA256, &self.der).as_ref().to_vec()
    }

    /// The size of its RSA key in bits; `None` for another kind of key.
    pub(super) fn rsa_bits(&self) -> Option<usize> {
        self.rsa.as_ref().map(|(_, bits)| *bits)
    }

    /// Whether its key has signed `message`. A key below 2,048 bits has never.
    pub(super) fn verifies(&self, algorithm: Signature, message: &[u8], signature: &[u8]) -> bool {
        let algorithm = match algorithm {
            Signature::Ps256 => &RSA_PSS_2048_8192_SHA256,
            Signature::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
        };
        let key = self.rsa.as_ref().map(|(key, _)| UnparsedPublicKey::new(algorithm, key));
        key.is_some_and(|key| key.verify(message, signature).is_ok())
    }
}
