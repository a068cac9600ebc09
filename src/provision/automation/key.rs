//! Makes the key of the automation application. It never leaves this machine; only its certificate does.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize, date_time_ymd};
use secrecy::zeroize::Zeroizing;

use crate::entra::sign_in::SigningKey;
use crate::secret::Secret;

/// A new key with its certificate.
pub(super) struct NewKey {
    /// The certificate and the private key as PEM.
    pub(super) pem: Secret,
    /// The key, ready to sign.
    pub(super) signing: SigningKey,
}

/// Makes an RSA key, and a certificate for it that is valid from today for that many days. `None` if that fails.
pub(super) fn make(name: &str, now: Timestamp, days: u16) -> Option<NewKey> {
    let first = now.to_zoned_datetime(TimeZone::UTC).date();
    let pair = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).ok()?;
    let mut params = CertificateParams::default();
    params.distinguished_name.remove(DnType::CommonName);
    params.distinguished_name.push(DnType::CommonName, name);
    let (year, month, day) = parts(first)?;
    params.not_before = date_time_ymd(year, month, day);
    let (year, month, day) = parts(first.checked_add(i64::from(days).days()).ok()?)?;
    params.not_after = date_time_ymd(year, month, day);
    let certificate = params.self_signed(&pair).ok()?;
    let private = Zeroizing::new(pair.serialize_pem());
    let text = Zeroizing::new(format!("{}{}", certificate.pem(), private.as_str()));
    let signing = SigningKey::read(text.as_bytes(), None, now).ok()?;
    Some(NewKey { pem: Secret::new(text.trim_end()), signing })
}

fn parts(day: Date) -> Option<(i32, u8, u8)> {
    let part = |number: i8| u8::try_from(number).ok();
    Some((i32::from(day.year()), part(day.month())?, part(day.day())?))
}
