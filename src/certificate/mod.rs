//! The public certificate of an application, read from the file that Control Center offers for download.
//!
//! The format of that file is not documented, so both usual ones are read: the bytes of the certificate (DER), and the same as text
//! (PEM). Everything else is an error that says what the file is. Times are UTC.
//!
//! ```
//! use swyx_teams::certificate::{Certificate, CertificateError};
//!
//! let key = b"-----BEGIN PRIVATE KEY-----\n";
//! assert_eq!(Certificate::parse(key), Err(CertificateError::PrivateKey));
//! ```

mod error;
mod format;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::public_key::PublicKey;

use crate::settings::Thumbprint;

pub use error::CertificateError;

/// A certificate with an RSA key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Certificate {
    /// Its bytes (DER).
    pub der: Vec<u8>,
    /// The SHA-1 thumbprint, which Control Center and the portal show.
    pub thumbprint: Thumbprint,
    /// The SHA-256 thumbprint: 64 hexadecimal digits in upper case.
    pub sha256: String,
    /// The subject, such as `CN=SwyxServer`.
    pub subject: String,
    /// When it becomes valid.
    pub not_before: Timestamp,
    /// When it expires.
    pub not_after: Timestamp,
    /// The size of its RSA key in bits.
    pub rsa_bits: usize,
}

const MIN_RSA_BITS: usize = 2048;

impl Certificate {
    /// Reads the content of a file.
    ///
    /// # Errors
    /// [`CertificateError`] says what the content is instead, or why Entra ID does not accept the certificate.
    pub fn parse(content: &[u8]) -> Result<Self, CertificateError> {
        Self::from_der(format::find_der(content)?)
    }

    /// Reads the `key` of an entry of `keyCredentials`: the Base64 text of the bytes, or of a PEM text.
    ///
    /// # Errors
    /// [`CertificateError`] as for a file.
    pub fn from_key(text: &str) -> Result<Self, CertificateError> {
        let content = STANDARD.decode(text).map_err(|_| CertificateError::Unreadable)?;
        Self::parse(&content)
    }

    fn from_der(der: Vec<u8>) -> Result<Self, CertificateError> {
        let damaged = |_| format::identify(&der);
        let (rest, certificate) = X509Certificate::from_der(&der).map_err(damaged)?;
        if !rest.is_empty() {
            return Err(CertificateError::Unreadable);
        }
        let rsa_bits = match certificate.public_key().parsed() {
            Ok(PublicKey::RSA(key)) => key.key_size(),
            _ => return Err(CertificateError::NotRsa),
        };
        if rsa_bits < MIN_RSA_BITS {
            return Err(CertificateError::Weak(rsa_bits));
        }
        let time = |seconds| Timestamp::from_second(seconds).map_err(|_| CertificateError::Unreadable);
        let validity = certificate.validity();
        let (not_before, not_after) =
            (time(validity.not_before.timestamp())?, time(validity.not_after.timestamp())?);
        let subject = certificate.subject().to_string();
        Ok(Self {
            thumbprint: thumbprint_of(&der),
            sha256: digest(&SHA256, &der).as_ref().iter().map(|byte| format!("{byte:02X}")).collect(),
            subject,
            not_before,
            not_after,
            rsa_bits,
            der,
        })
    }

    /// Whether it is valid at `now`, by Microsoft's clock.
    ///
    /// # Errors
    /// [`CertificateError`] if it has expired, or is not valid yet.
    pub fn check_validity(&self, now: Timestamp) -> Result<(), CertificateError> {
        if self.not_after <= now {
            Err(CertificateError::Expired(self.not_after))
        } else if now < self.not_before {
            Err(CertificateError::NotYetValid(self.not_before))
        } else {
            Ok(())
        }
    }

    /// The Base64 text of its bytes, as an entry of `keyCredentials` has it.
    pub fn key(&self) -> String {
        STANDARD.encode(&self.der)
    }
}

/// The thumbprint of the certificate in the `key` of an entry of `keyCredentials`, of whatever kind its own key is.
pub(crate) fn read_thumbprint(key: &str) -> Option<Thumbprint> {
    let content = STANDARD.decode(key).ok()?;
    format::find_der(&content).ok().map(|der| thumbprint_of(&der))
}

/// The thumbprint in a `customKeyIdentifier`: 40 hexadecimal digits, or the Base64 text of its 20 bytes.
pub(crate) fn read_identifier(text: &str) -> Option<Thumbprint> {
    let of_digits = text.parse::<Thumbprint>().ok();
    of_digits.or_else(|| STANDARD.decode(text).ok()?.try_into().ok().map(Thumbprint::new))
}

/// The SHA-1 thumbprint of the bytes of a certificate.
fn thumbprint_of(der: &[u8]) -> Thumbprint {
    let mut bytes = [0; Thumbprint::LEN];
    for (byte, own) in bytes.iter_mut().zip(digest(&SHA1_FOR_LEGACY_USE_ONLY, der).as_ref()) {
        *byte = *own;
    }
    Thumbprint::new(bytes)
}

#[cfg(test)]
mod tests;
