//! The formats in which a certificate is stored, and those that are mistaken for them.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::error::CertificateError;

/// The bytes of the only certificate in a file.
pub(super) fn find_der(content: &[u8]) -> Result<Vec<u8>, CertificateError> {
    // A text editor may have added a byte order mark.
    let content = content.strip_prefix("\u{feff}".as_bytes()).unwrap_or(content);
    if content.trim_ascii().is_empty() {
        return Err(CertificateError::Empty);
    }
    let labels = list_labels(content);
    if labels.is_empty() {
        return Ok(content.to_vec());
    }
    let count = |wanted: &str| labels.iter().filter(|label| label.as_str() == wanted).count();
    if labels.iter().any(|label| label.ends_with("PRIVATE KEY")) {
        return Err(CertificateError::PrivateKey);
    }
    match (count("CERTIFICATE"), count("PKCS7") + count("CMS")) {
        (0, 0) if labels.iter().any(|label| label.ends_with("CERTIFICATE REQUEST")) => {
            Err(CertificateError::Request)
        }
        (0, 0) => Err(CertificateError::Unreadable),
        (1, 0) => match CertificateDer::from_pem_slice(content) {
            Ok(der) => Ok(der.to_vec()),
            Err(rustls::pki_types::pem::Error::MissingSectionEnd { .. }) => Err(CertificateError::Truncated),
            Err(_) => Err(CertificateError::Unreadable),
        },
        _ => Err(CertificateError::Bundle),
    }
}

/// The labels of the sections of a PEM text.
fn list_labels(content: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(content);
    let labels = text.lines().filter_map(|line| line.split_once("-----BEGIN ")?.1.split_once("-----"));
    labels.map(|(label, _)| label.to_owned()).collect()
}

/// Says what bytes are that are not a certificate. The beginnings are those of the ASN.1 structures in RFC 7292, 5652, 5958, 8017 and
/// 5915.
pub(super) fn identify(der: &[u8]) -> CertificateError {
    let Some((content, length)) = open_sequence(der) else { return CertificateError::Unreadable };
    match content {
        [0x02, 0x01, 0x03, ..] => CertificateError::Pfx,
        [0x02, 0x01, 0x00 | 0x01, ..] => CertificateError::PrivateKey,
        // The object identifier of signed data, which contains any number of certificates.
        [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02, ..] => CertificateError::Bundle,
        content if content.len() < length => CertificateError::Truncated,
        _ => CertificateError::Unreadable,
    }
}

/// The content of the outer sequence, as far as it is there, and its length.
fn open_sequence(der: &[u8]) -> Option<(&[u8], usize)> {
    let [0x30, first, rest @ ..] = der else { return None };
    let long = usize::from(first & 0x7f);
    match first {
        0x80 => Some((rest, rest.len())),
        0..0x80 => Some((rest, usize::from(*first))),
        _ if long <= 4 => {
            let (length, content) = rest.split_at_checked(long)?;
            let length = length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            Some((content, length))
        }
        _ => None,
    }
}
