//! Good and bad files. The certificates are made here, so no private key is stored anywhere.

use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize};
use std::sync::OnceLock;

use super::*;

fn rsa() -> &'static KeyPair {
    static KEY: OnceLock<KeyPair> = OnceLock::new();
    KEY.get_or_init(|| KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).expect("a key"))
}

fn made(key: &KeyPair) -> rcgen::Certificate {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.distinguished_name.push(rcgen::DnType::CommonName, "SwyxServer");
    parameters.not_before = rcgen::date_time_ymd(2026, 3, 1);
    parameters.not_after = rcgen::date_time_ymd(2028, 2, 29);
    parameters.self_signed(key).expect("a certificate")
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

#[test]
fn der_and_pem_are_the_same_certificate() {
    let made = made(rsa());
    let read = Certificate::parse(made.der()).expect("DER");
    let pem = made.pem();
    for text in [
        pem.clone(),
        pem.replace('\n', "\r\n"),
        format!("\u{feff}{pem}"),
        format!("Bag Attributes\n    friendlyName: swyx\nsubject=CN = SwyxServer\n{pem}\n"),
    ] {
        assert_eq!(Certificate::parse(text.as_bytes()), Ok(read.clone()), "{text:?}");
    }
    assert_eq!(Certificate::from_key(&read.key()), Ok(read.clone()));
    assert_eq!((read.subject.as_str(), read.rsa_bits), ("CN=SwyxServer", 2048));
    assert_eq!(read.not_before, at("2026-03-01T00:00:00Z"));
    assert_eq!(read.not_after, at("2028-02-29T00:00:00Z"));
    assert_eq!((read.thumbprint.to_string().len(), read.sha256.len()), (40, 64));
}

#[test]
fn thumbprints_are_the_digests_of_the_bytes() {
    // Published test vectors for "abc" (FIPS 180-4).
    assert_eq!(thumbprint_of(b"abc").to_string(), "A9993E364706816ABA3E25717850C26C9CD0D89D");
    let read = Certificate::parse(made(rsa()).der()).expect("a certificate");
    assert_eq!(read.thumbprint, thumbprint_of(&read.der));
}

#[test]
fn validity_is_compared_in_utc() {
    let read = Certificate::parse(made(rsa()).der()).expect("a certificate");
    for (now, expected) in [
        ("2026-02-28T23:59:59Z", Err(CertificateError::NotYetValid(read.not_before))),
        ("2026-03-01T00:30:00+01:00", Err(CertificateError::NotYetValid(read.not_before))),
        ("2026-03-01T00:00:00Z", Ok(())),
        ("2028-02-28T23:59:59Z", Ok(())),
        ("2028-02-29T00:00:00Z", Err(CertificateError::Expired(read.not_after))),
    ] {
        assert_eq!(read.check_validity(at(now)), expected, "{now}");
    }
}

#[test]
fn other_files_are_named() {
    use CertificateError::*;
    let made = made(rsa());
    let (der, pem) = (made.der().to_vec(), made.pem());
    let key = rsa();
    let request = CertificateParams::default().serialize_request(key).expect("a request").pem();
    let request = request.expect("PEM");
    let cut = |share: usize| der[..der.len() * share / 4].to_vec();
    // The beginning of a PFX file: version 3, then the object identifier of data.
    let pfx = [&[0x30, 0x82, 0x0a, 0x00, 0x02, 0x01, 0x03, 0x30, 0x82][..], &[0x09; 40]].concat();
    let signed = [
        &[0x30, 0x82, 0x0a, 0x00, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02][..],
        &[0; 9],
    ];
    let pem_without_end = pem.split("-----END").next().expect("a part").to_owned();
    for (content, expected) in [
        (Vec::new(), Empty),
        (b" \r\n".to_vec(), Empty),
        (key.serialize_pem().into_bytes(), PrivateKey),
        (key.serialize_der(), PrivateKey),
        (format!("{pem}{}", key.serialize_pem()).into_bytes(), PrivateKey),
        (
            b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMII=\n-----END ENCRYPTED PRIVATE KEY-----\n".to_vec(),
            PrivateKey,
        ),
        (pfx, Pfx),
        (format!("{pem}{pem}").into_bytes(), Bundle),
        (signed.concat(), Bundle),
        (b"-----BEGIN PKCS7-----\nMII=\n-----END PKCS7-----\n".to_vec(), Bundle),
        (request.into_bytes(), Request),
        (cut(1), Truncated),
        (cut(3), Truncated),
        (der[..der.len() - 1].to_vec(), Truncated),
        (pem_without_end.into_bytes(), Truncated),
        ([der.as_slice(), b"x"].concat(), Unreadable),
        (b"-----BEGIN PUBLIC KEY-----\nMII=\n-----END PUBLIC KEY-----\n".to_vec(), Unreadable),
        (b"<html>Sign in</html>".to_vec(), Unreadable),
        (pem.replace('M', "!").into_bytes(), Unreadable),
    ] {
        let shown = String::from_utf8_lossy(&content[..content.len().min(60)]).into_owned();
        assert_eq!(Certificate::parse(&content), Err(expected), "{shown}");
    }
}

#[test]
fn keys_that_entra_does_not_accept_are_refused() {
    let curve = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
    assert_eq!(Certificate::parse(made(&curve).der()), Err(CertificateError::NotRsa));
    // A certificate of 1,024 bits, made with another tool and without its key.
    let weak = Certificate::parse(include_bytes!("../../tests/common/weak.cer"));
    assert_eq!(weak, Err(CertificateError::Weak(1024)));
}

#[test]
fn messages_contain_nothing_of_the_file() {
    let error = Certificate::parse(rsa().serialize_pem().as_bytes()).expect_err("refused");
    assert!(!format!("{error} {error:?}").contains("MII"));
    let expired = CertificateError::Expired(at("2026-02-28T23:00:00Z"));
    assert_eq!(
        expired.to_string(),
        "the certificate expired on 2026-02-28; create a new one in Control Center"
    );
}
