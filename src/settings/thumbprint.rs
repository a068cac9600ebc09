//! The SHA-1 thumbprint of a certificate.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::text::InvalidFormat;

/// The SHA-1 thumbprint of a certificate, as Control Center and the portal show it.
///
/// ```
/// use swyx_teams::settings::Thumbprint;
///
/// let thumbprint = "6f 1c 5a 0e 2b 93 d4 77 81 ac 3e 59 c0 48 b2 16 9d e7 0a f3".parse::<Thumbprint>()?;
/// assert_eq!(thumbprint.to_string(), "6F1C5A0E2B93D47781AC3E59C048B2169DE70AF3");
/// # Ok::<(), swyx_teams::settings::InvalidFormat>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Thumbprint([u8; Self::LEN]);

impl Thumbprint {
    /// The number of its bytes.
    pub const LEN: usize = 20;
    const PATTERN: &str = "^[ :]*([0-9A-Fa-f][ :]*){40}$";

    /// Creates a thumbprint from its bytes.
    pub fn new(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl FromStr for Thumbprint {
    type Err = InvalidFormat;

    fn from_str(text: &str) -> Result<Self, InvalidFormat> {
        const SHA_256_DIGITS: usize = 64;
        let digits = text.chars().filter(|c| !matches!(c, ' ' | ':'));
        let digits = digits.map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()));
        let digits = digits.collect::<Option<Vec<_>>>().unwrap_or_default();
        if digits.len() == SHA_256_DIGITS {
            return Err(InvalidFormat(
                "this is a SHA-256 fingerprint of 64 digits; enter the SHA-1 thumbprint of 40 digits",
            ));
        }
        let (pairs, _) = digits.as_chunks::<2>();
        let bytes = pairs.iter().map(|[high, low]| high << 4 | low).collect::<Vec<_>>();
        let is_complete = digits.len() == 2 * Self::LEN;
        let bytes = <[u8; Self::LEN]>::try_from(bytes).ok().filter(|_| is_complete);
        bytes.map(Self).ok_or(InvalidFormat(
            "a thumbprint has 40 hexadecimal digits (SHA-1); colons and spaces are ignored",
        ))
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl JsonSchema for Thumbprint {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Thumbprint".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": Self::PATTERN})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thumbprint_ignores_colons_and_spaces_and_names_sha_256() {
        let plain = "6F1C5A0E2B93D47781AC3E59C048B2169DE70AF3";
        let colons = "6f:1c:5a:0e:2b:93:d4:77:81:ac:3e:59:c0:48:b2:16:9d:e7:0a:f3";
        for text in [plain, colons, &format!(" {} ", colons.replace(':', " "))] {
            assert_eq!(text.parse::<Thumbprint>().expect("valid").to_string(), plain, "{text}");
        }
        let refused = |text: &str| text.parse::<Thumbprint>().expect_err(text).to_string();
        assert!(refused(&"0a".repeat(32)).contains("SHA-256"));
        for text in ["", "6F1C", &plain[1..], &format!("{plain}0"), &plain.replace('6', "g")] {
            assert!(refused(text).contains("40 hexadecimal digits"), "{text}");
        }
    }
}
