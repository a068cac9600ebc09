//! Random values that differ in every run: client secrets and opaque tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The length of a generated client secret, the same as in the portal.
const SECRET: usize = 40;

/// A client secret in today's format: 40 characters, with `Q~` at positions 5 and 6 after a digit.
///
/// The format: <https://github.com/gitleaks/gitleaks/blob/master/cmd/generate/config/rules/azure.go>.
///
/// It never contains `eyJ`, the start of a JSON Web Token, so that a search for tokens in outputs finds only tokens.
pub(super) fn client_secret() -> String {
    loop {
        let secret = any_client_secret();
        if !secret.contains("eyJ") {
            return secret;
        }
    }
}

/// A client secret whose hint, the first three characters, differs from those of `others`. In a real tenant, equal hints
/// are possible but rare; a state file can have them.
pub(super) fn client_secret_unlike(others: &[&str]) -> String {
    loop {
        let secret = client_secret();
        if others.iter().all(|other| other.get(..3) != secret.get(..3)) {
            return secret;
        }
    }
}

fn any_client_secret() -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_~.";
    bytes::<SECRET>()
        .into_iter()
        .enumerate()
        .filter_map(|(place, byte)| match place {
            // A letter first, so that a command line never treats the value as an option.
            0 => LETTERS.get(usize::from(byte) % 52),
            3 => LETTERS.get(52 + usize::from(byte) % 10),
            4 => Some(&b'Q'),
            5 => Some(&b'~'),
            _ => LETTERS.get(usize::from(byte) % LETTERS.len()),
        })
        .map(|&letter| char::from(letter))
        .collect()
}

/// An opaque value of 64 characters of base64url: device codes, refresh tokens, the gateway's token.
pub(super) fn opaque() -> String {
    URL_SAFE_NO_PAD.encode(bytes::<48>())
}

/// A code that is easy to type: 9 capital letters and digits, without similar characters.
pub(super) fn user_code() -> String {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let letters = bytes::<9>();
    letters.iter().filter_map(|byte| LETTERS.get(usize::from(*byte) % 32)).map(|&b| char::from(b)).collect()
}

/// Random bytes from the system.
fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // If the system has no random source, the values are predictable; the tenant is only emulated.
    if aws_lc_rs::rand::fill(&mut bytes).is_err() {
        tracing::error!("the system provides no random bytes");
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_have_the_current_format_and_are_unique() {
        for _ in 0..200 {
            let secret = client_secret();
            assert_eq!((secret.len(), &secret[4..6]), (40, "Q~"));
            assert!(secret.as_bytes()[3].is_ascii_digit() && secret.as_bytes()[0].is_ascii_alphabetic());
            assert!(secret.bytes().all(|b| b.is_ascii_alphanumeric() || b"_~.-".contains(&b)));
        }
        assert_ne!(client_secret(), client_secret());
        assert_ne!(opaque(), opaque());
        assert_eq!((opaque().len(), user_code().len()), (64, 9));
    }
}
