//! A secret text.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use super::fault::{SecretFault, secret_fault};
use super::typed::{TypedReference, find_reference};
use crate::text::is_invisible;

/// A secret text. It implements neither Display nor Serialize, its Debug output is redacted, and it is wiped
/// on drop as far as possible.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// The secret itself. A test lists the few callers.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Its length in characters.
    pub fn chars(&self) -> usize {
        self.0.expose_secret().chars().count()
    }

    /// Its length in units of UTF-16, in which Windows stores it.
    pub(super) fn utf16_units(&self) -> usize {
        self.0.expose_secret().encode_utf16().count()
    }

    /// Whether a text contains it. Secrets shorter than eight bytes are common words and do not count.
    pub fn is_in(&self, text: &str) -> bool {
        const MIN_LEN: usize = 8;
        let secret = self.0.expose_secret();
        secret.len() >= MIN_LEN && text.contains(secret)
    }

    /// Whether it starts with `hint`, the part that Entra ID shows.
    pub fn starts_with(&self, hint: &str) -> bool {
        self.0.expose_secret().starts_with(hint)
    }

    /// Its first control character, which a terminal would interpret.
    pub fn control_character(&self) -> Option<char> {
        self.0.expose_secret().chars().find(|c| c.is_control())
    }

    /// The reference that it is, typed as text.
    pub(crate) fn typed_reference(&self) -> Option<TypedReference<'_>> {
        find_reference(self.0.expose_secret())
    }

    /// Whether it is printable ASCII without its invisible characters.
    pub(crate) fn is_ascii_if_unmasked(&self) -> bool {
        self.0.expose_secret().chars().filter(|c| !is_invisible(*c)).all(|c| matches!(c, ' '..='~'))
    }

    /// Its fault as a client secret, if any.
    pub fn fault(&self) -> Option<SecretFault> {
        secret_fault(self.0.expose_secret())
    }
}

/// Compares in constant time; only the lengths influence the duration.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        let (one, two) = (self.0.expose_secret().as_bytes(), other.0.expose_secret().as_bytes());
        let difference = one.iter().zip(two).fold(0, |difference, (one, two)| difference | (one ^ two));
        one.len() == two.len() && std::hint::black_box(difference) == 0
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[REDACTED]")
    }
}
