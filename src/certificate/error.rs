//! Why a file cannot be used as a certificate.

use jiff::Timestamp;

/// Why a file cannot be used as the certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// The file is empty.
    #[error("the file is empty; download the certificate from Control Center again")]
    Empty,
    /// It contains a private key.
    #[error(
        "the file contains a private key, which must stay where it was created; use the file with the certificate only"
    )]
    PrivateKey,
    /// It is a PFX file, which contains a private key.
    #[error(
        "this is a PFX file (PKCS #12), which contains a private key; use the file with the certificate only (.cer)"
    )]
    Pfx,
    /// It contains several certificates, or a format for several.
    #[error("the file contains several certificates; use a file with the certificate of SwyxServer only")]
    Bundle,
    /// It is a certificate request.
    #[error("this is a certificate request; use the certificate itself")]
    Request,
    /// The end is missing.
    #[error("the file is incomplete; download the certificate from Control Center again")]
    Truncated,
    /// It is not a certificate, or a damaged one.
    #[error("this is not a certificate in DER or PEM format")]
    Unreadable,
    /// The key is not an RSA key.
    #[error(
        "the certificate has no RSA key; Entra ID stores such a certificate, but rejects every sign-in with it"
    )]
    NotRsa,
    /// The key is too short.
    #[error("the RSA key of the certificate has {0} bits; Entra ID needs at least 2,048")]
    Weak(usize),
    /// It has expired.
    #[error("the certificate expired on {}; create a new one in Control Center", day(*.0))]
    Expired(Timestamp),
    /// It is not valid yet.
    #[error("the certificate is not valid before {} (UTC); check the clock of SwyxServer", minute(*.0))]
    NotYetValid(Timestamp),
}

fn day(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d").to_string()
}

fn minute(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M").to_string()
}
