//! A secret text.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use super::fault::{SecretFault, secret_fault};

/// A secret text. It has no Display, no Serialize and no Debug text, and is wiped when dropped, as far as that can be promised.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes a secret in.
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// The secret itself. Its callers are few and listed by a test.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Its length in characters.
    pub fn chars(&self) -> usize {
        self.0.expose_secret().chars().count()
    }

    /// Whether it stands in a text. Shorter ones than eight bytes are common words, and do not.
    pub fn is_in(&self, text: &str) -> bool {
        const SHORTEST: usize = 8;
        let secret = self.0.expose_secret();
        secret.len() >= SHORTEST && text.contains(secret)
    }

    /// Whether it starts with `hint`, the part of it that Entra ID shows.
    pub fn starts_with(&self, hint: &str) -> bool {
        self.0.expose_secret().starts_with(hint)
    }

    /// What is wrong with it as a client secret, if anything is.
    pub fn fault(&self) -> Option<SecretFault> {
        secret_fault(self.0.expose_secret())
    }
}

/// In a time that tells nothing but the lengths.
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
