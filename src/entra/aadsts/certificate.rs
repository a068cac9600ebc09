//! The error codes of a sign-in with a certificate or another signed assertion.

use super::code::code;
use super::{Code, Kind};

pub(super) static CODES: &[Code] = &[
    code(
        700027,
        CLIENT,
        Kind::AssertionRejected,
        "the certificate is not registered for the application, or its signature is wrong",
        "upload the public part of this certificate to the registration, and compare its thumbprint; after an upload, wait some minutes",
    )
    .with_inferred_error(),
    code(
        700021,
        CLIENT,
        Kind::AssertionRejected,
        "the issuer or subject of the signed assertion is not the client id",
        "check that the certificate and the client id belong to the same application",
    )
    .with_inferred_error(),
    code(
        700023,
        CLIENT,
        Kind::AssertionRejected,
        "the audience of the signed assertion is not this tenant's token address",
        "check the tenant id and the cloud in the settings",
    )
    .with_inferred_error(),
    code(
        700024,
        CLIENT,
        Kind::AssertionRejected,
        "the signed assertion is not yet valid or has expired",
        "correct the clock of this machine, preferably with NTP",
    )
    .with_inferred_error(),
    code(
        700213,
        CLIENT,
        Kind::AssertionRejected,
        "no federated credential of the application has the issuer, subject and audience of the assertion",
        "correct the federated credential in the registration; it must match exactly",
    )
    .with_inferred_error(),
    code(
        700030,
        None,
        Kind::AssertionRejected,
        "the tenant does not allow the subject of the certificate",
        "use a certificate with an allowed subject, or add this subject to the tenant's certificate policy",
    ),
    code(7000214, CLIENT, Kind::AssertionRejected, "the certificate has been revoked", REPLACE),
    code(
        7000277,
        CLIENT,
        Kind::AssertionRejected,
        "the certificate, or one of its issuers, has been revoked",
        REPLACE,
    ),
    code(
        7000274,
        CLIENT,
        Kind::AssertionRejected,
        "the signature of the assertion is invalid",
        "check that the private key belongs to the certificate in the registration",
    ),
    code(
        1000502,
        CLIENT,
        Kind::AssertionRejected,
        "the certificate is not yet valid or has expired",
        "upload a valid certificate to the registration and sign in with its key; check the clock of this machine",
    ),
    code(
        50027,
        CLIENT,
        Kind::AssertionRejected,
        "the signed assertion is malformed, or lacks the thumbprint of its certificate",
        ASSERTION,
    )
    .with_inferred_error(),
    code(
        50012,
        CLIENT,
        Kind::AssertionRejected,
        "the authentication with the certificate failed",
        "check that the registration has this certificate, and that it is valid",
    )
    .with_inferred_error(),
    code(
        50048,
        CLIENT,
        Kind::AssertionRejected,
        "the subject of the signed assertion does not match its issuer",
        ASSERTION,
    )
    .with_inferred_error(),
    code(
        50032,
        CLIENT,
        Kind::AssertionRejected,
        "the key of the certificate is too weak",
        "use a certificate with an RSA key of at least 2,048 bits",
    )
    .with_inferred_error(),
    code(
        5002738,
        CLIENT,
        Kind::AssertionRejected,
        "the algorithm of the signed assertion is not supported",
        "use a certificate with an RSA key; keys on elliptic curves can be uploaded but do not sign in",
    )
    .with_inferred_error(),
];

const CLIENT: Option<&str> = Some("invalid_client");
const REPLACE: &str = "upload another certificate to the registration, and sign in with its key";
const ASSERTION: &str = "this is a bug in the program that signed the assertion: report it";
