//! The key that signs the tenant's tokens, created at the start, and its public part.
//!
//! Members: <https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens#validate-tokens>, RFC 7517.

use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize, SerialNumber};
use serde_json::{Value, json};
use uuid::Uuid;

/// Signs and verifies with RS256.
pub(super) struct Keys {
    pair: Arc<Pair>,
    id: String,
    published: Value,
}

/// Why no key could be created.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Creating the key or its certificate failed.
    #[error("cannot create a key")]
    Make(#[from] rcgen::Error),
    /// Converting the key for tokens failed.
    #[error("cannot use the key for tokens")]
    Use(#[from] jsonwebtoken::errors::Error),
}

/// Both halves of a key of 2048 bits.
struct Pair {
    encoding: EncodingKey,
    decoding: DecodingKey,
    pair: KeyPair,
    jwk: Jwk,
}

impl Pair {
    /// The key of this process. Creating one takes some tenths of a second, and a test may create hundreds of tenants.
    fn of_process() -> Result<Arc<Self>, KeyError> {
        static PAIR: OnceLock<Arc<Pair>> = OnceLock::new();
        match PAIR.get() {
            Some(pair) => Ok(Arc::clone(pair)),
            // If two threads create one each, both use the first.
            None => {
                let made = Arc::new(Self::make()?);
                Ok(Arc::clone(PAIR.get_or_init(|| made)))
            }
        }
    }

    fn make() -> Result<Self, KeyError> {
        let pair = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?;
        let encoding = EncodingKey::from_rsa_pem(pair.serialize_pem().as_bytes())?;
        let jwk = Jwk::from_encoding_key(&encoding, Algorithm::RS256)?;
        Ok(Self { decoding: DecodingKey::from_jwk(&jwk)?, encoding, pair, jwk })
    }
}

impl Keys {
    /// The key of one tenant. The tenants of one process share the key pair, but each has its own certificate and key id. So a token of
    /// another tenant has an unknown key id.
    pub(super) fn make() -> Result<Self, KeyError> {
        let pair = Pair::of_process()?;
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.push(DnType::CommonName, "swyx-teams emulator, signs tokens");
        parameters.serial_number = Some(SerialNumber::from_slice(Uuid::new_v4().as_bytes()));
        let certificate = parameters.self_signed(&pair.pair)?;
        let thumbprint =
            aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, certificate.der());
        let id = URL_SAFE_NO_PAD.encode(thumbprint);
        let (n, e) = match &pair.jwk.algorithm {
            AlgorithmParameters::RSA(rsa) => (rsa.n.as_str(), rsa.e.as_str()),
            _ => ("", ""),
        };
        let published = json!({"kty": "RSA", "use": "sig", "kid": id, "x5t": id, "n": n, "e": e,
            "x5c": [STANDARD.encode(certificate.der())]});
        Ok(Self { pair, id, published })
    }

    /// The public key as a JSON Web Key.
    pub(super) fn published(&self) -> &Value {
        &self.published
    }

    /// A token with these claims. Its header has `alg`, `typ` and `kid`, like a live token of 2026. The token is empty if signing fails,
    /// which does not happen with a created key.
    pub(super) fn sign(&self, claims: &Value) -> String {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(self.id.clone());
        jsonwebtoken::encode(&header, claims, &self.pair.encoding).unwrap_or_else(|error| {
            tracing::error!("cannot sign a token: {error}");
            String::new()
        })
    }

    /// The claims of a token signed with this key. The caller checks times and audience.
    pub(super) fn verify(&self, token: &str) -> Result<Value, jsonwebtoken::errors::Error> {
        let mut rules = Validation::new(Algorithm::RS256);
        (rules.validate_exp, rules.validate_aud) = (false, false);
        rules.required_spec_claims.clear();
        let token = jsonwebtoken::decode::<Value>(token, &self.pair.decoding, &rules)?;
        if token.header.kid.as_ref() == Some(&self.id) {
            Ok(token.claims)
        } else {
            Err(jsonwebtoken::errors::ErrorKind::InvalidSignature.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_verifies_only_against_the_published_key() {
        let (ours, other) = (Keys::make().expect("a key"), Keys::make().expect("a key"));
        let token = ours.sign(&json!({"aud": "x"}));
        assert_eq!(ours.verify(&token).expect("ours"), json!({"aud": "x"}));
        assert!(other.verify(&token).is_err());
        let jwk = serde_json::from_value::<Jwk>(ours.published().clone()).expect("a JSON Web Key");
        let key = DecodingKey::from_jwk(&jwk).expect("a key");
        let mut rules = Validation::new(Algorithm::RS256);
        (rules.validate_exp, rules.validate_aud) = (false, false);
        rules.required_spec_claims.clear();
        let read = jsonwebtoken::decode::<Value>(&token, &key, &rules).expect("verifies");
        assert_eq!(
            (read.header.kid.as_deref(), read.claims),
            (ours.published()["kid"].as_str(), json!({"aud": "x"}))
        );
        let tampered = format!("{}A", &token[..token.len() - 1]);
        assert!(ours.verify(&tampered).is_err() || tampered == token);
    }
}
