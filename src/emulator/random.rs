//! Random values that differ in every run: client secrets and opaque tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// How long a made-up client secret is, as those of the portal are today.
const SECRET: usize = 40;

/// A client secret in today's form: 40 characters, `Q~` at places 5 and 6 after a digit.
///
/// The form: <https://github.com/gitleaks/gitleaks/blob/master/cmd/generate/config/rules/azure.go>.
pub(super) fn client_secret() -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_~.";
    bytes::<SECRET>()
        .into_iter()
        .enumerate()
        .filter_map(|(place, byte)| match place {
            // A letter first, so that the value is never taken for an option on a command line.
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

/// A code that a person can type: 9 capital letters and digits, none that looks like another.
pub(super) fn user_code() -> String {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let letters = bytes::<9>();
    letters.iter().filter_map(|byte| LETTERS.get(usize::from(*byte) % 32)).map(|&b| char::from(b)).collect()
}

/// Random bytes from the system.
fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // The system's source fails only where there is none at all; then the values are guessable, in a tenant that is made up.
    if aws_lc_rs::rand::fill(&mut bytes).is_err() {
        tracing::error!("the system gives no random bytes");
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_have_the_form_of_today_and_differ() {
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
