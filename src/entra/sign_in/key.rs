//! A private key with its certificate, as an application signs in with them.
//!
//! The certificate is not sent: Entra ID knows it, and finds it by its thumbprint. So its chain does not matter, but its key must be an RSA
//! key: an assertion that is signed with an elliptic curve is refused. Source:
//! <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PSS_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use p12_keystore::{Pkcs12Archive, error::Error as PfxError};
use rustls::pki_types::pem::{PemObject as _, SectionKind};
use secrecy::zeroize::Zeroizing;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::public_key::PublicKey;

use crate::secret::Secret;

/// The smallest RSA key that Entra ID accepts, in bits.
const MIN_RSA_BITS: usize = 2048;
/// The object identifier of a key on an elliptic curve (RFC 5480, section 2.1.1), as DER.
const ELLIPTIC_CURVE: &[u8] = &[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// The start of every section of a PEM file.
const PEM_START: &str = "-----BEGIN ";

/// Why a key cannot be used. No message contains a part of the key or of the password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Neither PEM nor PFX.
    #[error("the key file is neither a PEM nor a PFX file")]
    Unreadable,
    /// There is no private key.
    #[error("the key file contains no private key; it must contain the private key and its certificate")]
    NoPrivateKey,
    /// There is no certificate.
    #[error("the key file contains no certificate; it must contain the private key and its certificate")]
    NoCertificate,
    /// The private key in a PEM file is encrypted.
    #[error("the private key in the PEM file is encrypted; use a PFX file with `key_password` instead")]
    EncryptedPem,
    /// A PFX file needs a password.
    #[error("the PFX file has a password; set `key_password`")]
    PasswordMissing,
    /// The password is wrong.
    #[error("the password of the PFX file is wrong")]
    WrongPassword,
    /// The PFX file uses an unknown encryption.
    #[error("the PFX file is damaged, or its encryption is not supported; export it again with AES-256")]
    UnsupportedPfx,
    /// The key is not an RSA key.
    #[error("the key is not an RSA key; Entra ID accepts only RSA keys for this sign-in")]
    NotRsa,
    /// The key is too short.
    #[error("the RSA key is too weak; it needs at least {MIN_RSA_BITS} bits")]
    Weak,
    /// The key and the certificate do not belong together.
    #[error("the private key does not belong to the certificate in the same file")]
    Mismatch,
    /// The certificate is no longer valid.
    #[error("the certificate of the key expired on {0}; create a new one and upload it to the application")]
    Expired(jiff::civil::Date),
    /// The certificate is not valid yet.
    #[error("the certificate of the key is not valid before {0}; check the clock of this machine")]
    NotYetValid(jiff::civil::Date),
}

impl KeyError {
    /// Whether the password must be changed, and not the key.
    pub fn is_about_password(&self) -> bool {
        matches!(self, Self::PasswordMissing | Self::WrongPassword)
    }
}

/// A private RSA key that belongs to a valid certificate. It implements neither Debug nor Serialize.
pub struct SigningKey {
    pair: KeyPair,
    /// The SHA-256 thumbprint in base64url, as in the header `x5t#S256`.
    thumbprint: String,
    ends: Timestamp,
    /// The certificate as DER.
    certificate: Vec<u8>,
}

impl SigningKey {
    /// Reads the content of a key file: PEM, PFX, or the Base64 text of a PFX file. The certificate must be valid at `now`.
    ///
    /// # Errors
    /// [`KeyError`] if the key cannot be used.
    pub fn read(content: &[u8], password: Option<&Secret>, now: Timestamp) -> Result<Self, KeyError> {
        let parts = match std::str::from_utf8(content).map(str::trim) {
            Ok(text) if text.contains(PEM_START) => Parts::of_pem(text)?,
            Ok(text) => match STANDARD.decode(text.split_whitespace().collect::<String>()) {
                Ok(decoded) => Parts::of_pfx(&Zeroizing::new(decoded), password)?,
                Err(_) => Parts::of_pfx(content, password)?,
            },
            Err(_) => Parts::of_pfx(content, password)?,
        };
        parts.join(now)
    }

    /// The certificate as DER.
    pub(crate) fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// When a certificate ends, as DER; `None` if it cannot be read.
    pub(crate) fn end_of(certificate: &[u8]) -> Option<Timestamp> {
        let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
        Timestamp::from_second(certificate.validity().not_after.timestamp()).ok()
    }

    /// When the certificate ends.
    pub fn ends(&self) -> Timestamp {
        self.ends
    }

    /// The SHA-256 thumbprint of the certificate in base64url.
    pub(super) fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// The signature of a message: RSASSA-PSS with SHA-256 (PS256), in base64url. `None` if signing fails.
    pub(super) fn sign(&self, message: &[u8]) -> Option<String> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(&RSA_PSS_SHA256, &SystemRandom::new(), message, &mut signature).ok()?;
        Some(URL_SAFE_NO_PAD.encode(signature))
    }
}

/// What a key file contains, as DER.
struct Parts {
    key: Zeroizing<Vec<u8>>,
    certificates: Vec<Vec<u8>>,
}

impl Parts {
    fn of_pem(text: &str) -> Result<Self, KeyError> {
        let (mut key, mut certificates) = (None, Vec::new());
        for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(text.as_bytes()) {
            match section.map_err(|_| KeyError::Unreadable)? {
                (SectionKind::Certificate, der) => certificates.push(der),
                (SectionKind::PrivateKey | SectionKind::RsaPrivateKey, der) => {
                    key.get_or_insert(Zeroizing::new(der));
                }
                (SectionKind::EcPrivateKey, der) => {
                    drop(Zeroizing::new(der));
                    return Err(KeyError::NotRsa);
                }
                _ => {}
            }
        }
        match key {
            Some(key) if certificates.is_empty() => {
                drop(key);
                Err(KeyError::NoCertificate)
            }
            Some(key) => Ok(Self { key, certificates }),
            // The older form of an encrypted key has a header line.
            None if text.contains("ENCRYPTED") => Err(KeyError::EncryptedPem),
            None => Err(KeyError::NoPrivateKey),
        }
    }

    fn of_pfx(content: &[u8], password: Option<&Secret>) -> Result<Self, KeyError> {
        let text = password.map_or("", Secret::expose);
        let archive = Pkcs12Archive::from_pkcs12(content, text).map_err(|error| match error {
            PfxError::MacError(_) if password.is_none() => KeyError::PasswordMissing,
            PfxError::MacError(_) => KeyError::WrongPassword,
            _ if is_pfx(content) => KeyError::UnsupportedPfx,
            _ => KeyError::Unreadable,
        })?;
        let certificates = archive.certs.iter().map(|bag| bag.cert.as_der().to_vec()).collect::<Vec<_>>();
        let key = archive.keys.first().ok_or(KeyError::NoPrivateKey)?;
        if certificates.is_empty() {
            return Err(KeyError::NoCertificate);
        }
        Ok(Self { key: Zeroizing::new(key.key.as_der().to_vec()), certificates })
    }

    /// The key with the certificate that belongs to it. A file may also contain the certificates of its issuers.
    fn join(self, now: Timestamp) -> Result<SigningKey, KeyError> {
        let pair = read_key(&self.key)?;
        let mut is_weak = false;
        for der in &self.certificates {
            let (_, certificate) = X509Certificate::from_der(der).map_err(|_| KeyError::Unreadable)?;
            let public = certificate.public_key();
            is_weak |= matches!(public.parsed(), Ok(PublicKey::RSA(rsa)) if rsa.key_size() < MIN_RSA_BITS);
            if *public.subject_public_key.data == *pair.public_key().as_ref() {
                let ends = check_dates(&certificate, now)?;
                let thumbprint = URL_SAFE_NO_PAD.encode(digest(&SHA256, der));
                return Ok(SigningKey { pair, thumbprint, ends, certificate: der.clone() });
            }
        }
        Err(if is_weak { KeyError::Weak } else { KeyError::Mismatch })
    }
}

/// Whether the file starts like a PFX file: a sequence that begins with version 3 (RFC 7292, section 4).
fn is_pfx(content: &[u8]) -> bool {
    const VERSION: [u8; 3] = [0x02, 0x01, 0x03];
    content.first() == Some(&0x30)
        && content.get(..12).unwrap_or(content).windows(3).any(|part| part == VERSION)
}

/// A private key as PKCS #8 or PKCS #1.
fn read_key(der: &[u8]) -> Result<KeyPair, KeyError> {
    let pkcs8 = match KeyPair::from_pkcs8(der) {
        Ok(pair) => return Ok(pair),
        Err(refused) => refused,
    };
    let pkcs1 = match KeyPair::from_der(der) {
        Ok(pair) => return Ok(pair),
        Err(refused) => refused,
    };
    let is_curve = der.windows(ELLIPTIC_CURVE.len()).any(|part| part == ELLIPTIC_CURVE);
    let is_weak = [pkcs8, pkcs1].iter().any(|refused| refused.description_() == "TooSmall");
    Err(match (is_curve, is_weak) {
        (true, _) => KeyError::NotRsa,
        (_, true) => KeyError::Weak,
        _ => KeyError::Unreadable,
    })
}

/// The end of a certificate that is valid now.
fn check_dates(certificate: &X509Certificate<'_>, now: Timestamp) -> Result<Timestamp, KeyError> {
    let time = |seconds| Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
    let day = |time: Timestamp| time.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    let first = time(certificate.validity().not_before.timestamp());
    let last = time(certificate.validity().not_after.timestamp());
    if last < now {
        Err(KeyError::Expired(day(last)))
    } else if now < first {
        Err(KeyError::NotYetValid(day(first)))
    } else {
        Ok(last)
    }
}
