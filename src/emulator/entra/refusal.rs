//! Errors of Entra ID: the AADSTS codes that the emulator supports, and their response body.
//!
//! Codes: <https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes>. The body, its error words and its
//! headers follow answers of the live service.

use axum::http::{HeaderName, StatusCode, header};
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::super::message::{RequestIds, Response};
use super::super::time;

/// An error of Entra ID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::emulator) struct Refusal {
    /// The AADSTS number.
    pub(in crate::emulator) code: u32,
    /// The sentence after it.
    pub(in crate::emulator) text: String,
    /// The fault that caused it.
    fault: Option<&'static str>,
}

/// Codes with their error word and status.
///
/// Seen at the live service or in public logs: 65001, 70003, 500011, 700016, 700038, 900023, 1002012, 7000215, 7000222, 7000229, and 90002 at the
/// token endpoint. Documented: 70011, 70016, 900144, 9002313, and of 65004, 70018, 70019, 70020 and 90033 the word alone. All other words
/// and statuses are inferred.
const WORDS: &[(u32, &str, StatusCode)] = &[
    (50011, "invalid_grant", StatusCode::BAD_REQUEST),
    (50012, "invalid_client", StatusCode::UNAUTHORIZED),
    (50020, "invalid_grant", StatusCode::BAD_REQUEST),
    (50027, "invalid_client", StatusCode::UNAUTHORIZED),
    (50032, "invalid_client", StatusCode::UNAUTHORIZED),
    (50034, "invalid_grant", StatusCode::BAD_REQUEST),
    (50048, "invalid_client", StatusCode::UNAUTHORIZED),
    (50055, "invalid_grant", StatusCode::BAD_REQUEST),
    (50057, "invalid_grant", StatusCode::BAD_REQUEST),
    (50059, "invalid_request", StatusCode::BAD_REQUEST),
    (50076, "interaction_required", StatusCode::BAD_REQUEST),
    (50079, "interaction_required", StatusCode::BAD_REQUEST),
    (50105, "invalid_grant", StatusCode::BAD_REQUEST),
    (50126, "invalid_grant", StatusCode::BAD_REQUEST),
    (50194, "invalid_request", StatusCode::BAD_REQUEST),
    (53003, "invalid_grant", StatusCode::BAD_REQUEST),
    (54005, "invalid_grant", StatusCode::BAD_REQUEST),
    (65001, "invalid_grant", StatusCode::BAD_REQUEST),
    (65002, "invalid_grant", StatusCode::BAD_REQUEST),
    (65004, "authorization_declined", StatusCode::BAD_REQUEST),
    (70000, "invalid_grant", StatusCode::BAD_REQUEST),
    (70001, "unauthorized_client", StatusCode::BAD_REQUEST),
    (70002, "invalid_client", StatusCode::UNAUTHORIZED),
    (70003, "unsupported_grant_type", StatusCode::BAD_REQUEST),
    (70008, "invalid_grant", StatusCode::BAD_REQUEST),
    (70011, "invalid_scope", StatusCode::BAD_REQUEST),
    (70016, "authorization_pending", StatusCode::BAD_REQUEST),
    (70018, "bad_verification_code", StatusCode::BAD_REQUEST),
    (70019, "bad_verification_code", StatusCode::BAD_REQUEST),
    (70020, "expired_token", StatusCode::BAD_REQUEST),
    (90002, "invalid_request", StatusCode::BAD_REQUEST),
    (90023, "invalid_request", StatusCode::BAD_REQUEST),
    (90033, "temporarily_unavailable", StatusCode::SERVICE_UNAVAILABLE),
    (90099, "invalid_grant", StatusCode::BAD_REQUEST),
    (500011, "invalid_resource", StatusCode::BAD_REQUEST),
    (500014, "invalid_resource", StatusCode::BAD_REQUEST),
    (500112, "invalid_client", StatusCode::UNAUTHORIZED),
    (501051, "invalid_client", StatusCode::UNAUTHORIZED),
    (501481, "invalid_grant", StatusCode::BAD_REQUEST),
    (530033, "invalid_grant", StatusCode::BAD_REQUEST),
    (530036, "invalid_grant", StatusCode::BAD_REQUEST),
    (530084, "invalid_grant", StatusCode::BAD_REQUEST),
    (700011, "unauthorized_client", StatusCode::BAD_REQUEST),
    (700016, "unauthorized_client", StatusCode::BAD_REQUEST),
    (700021, "invalid_client", StatusCode::UNAUTHORIZED),
    (700022, "invalid_scope", StatusCode::BAD_REQUEST),
    (700023, "invalid_client", StatusCode::UNAUTHORIZED),
    (700024, "invalid_client", StatusCode::UNAUTHORIZED),
    (700025, "invalid_client", StatusCode::UNAUTHORIZED),
    (700027, "invalid_client", StatusCode::UNAUTHORIZED),
    (700038, "unauthorized_client", StatusCode::BAD_REQUEST),
    (700213, "invalid_client", StatusCode::UNAUTHORIZED),
    (900023, "invalid_request", StatusCode::BAD_REQUEST),
    (900144, "invalid_request", StatusCode::BAD_REQUEST),
    (1000502, "invalid_client", StatusCode::UNAUTHORIZED),
    (1002012, "invalid_scope", StatusCode::BAD_REQUEST),
    (5002738, "invalid_client", StatusCode::UNAUTHORIZED),
    (7000112, "unauthorized_client", StatusCode::BAD_REQUEST),
    (7000214, "invalid_client", StatusCode::UNAUTHORIZED),
    (7000215, "invalid_client", StatusCode::UNAUTHORIZED),
    (7000218, "invalid_client", StatusCode::UNAUTHORIZED),
    (7000222, "invalid_client", StatusCode::UNAUTHORIZED),
    (7000229, "invalid_client", StatusCode::UNAUTHORIZED),
    (7000274, "invalid_client", StatusCode::UNAUTHORIZED),
    (7000277, "invalid_client", StatusCode::UNAUTHORIZED),
    (9001023, "invalid_request", StatusCode::BAD_REQUEST),
    (9002313, "invalid_request", StatusCode::BAD_REQUEST),
    (9002332, "invalid_request", StatusCode::BAD_REQUEST),
];

/// The word of a code that is not in the table: the one with the most meanings.
const UNKNOWN: (&str, StatusCode) = ("invalid_client", StatusCode::UNAUTHORIZED);

/// The codes whose bodies were observed with an `error_uri`; others were observed without it, or not at all.
const WITH_URI: [u32; 2] = [500011, 7000215];

impl Refusal {
    /// Creates an error.
    pub(in crate::emulator) fn new(code: u32, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), fault: None }
    }

    /// The error that a fault of this name causes.
    pub(super) fn by_fault(code: u32, fault: &'static str) -> Self {
        let text = "The sign-in is refused by a fault of the emulator.".to_owned();
        Self { code, text, fault: Some(fault) }
    }

    /// The error for a missing required field.
    pub(super) fn missing(field: &str) -> Self {
        Self::new(900144, format!("The request body must contain the following parameter: '{field}'."))
    }

    /// The error word and the status.
    fn word(&self) -> (&'static str, StatusCode) {
        let known = WORDS.iter().find(|(code, ..)| *code == self.code);
        known.map_or(UNKNOWN, |&(_, word, status)| (word, status))
    }

    /// The response of the token and device code endpoints.
    pub(in crate::emulator) fn response(&self, ids: &RequestIds, now: Timestamp) -> Response {
        let (word, status) = self.word();
        unstored(self.response_as(word, status, ids, now))
    }

    /// The response with its own error word, as discovery has for an unknown tenant.
    pub(super) fn response_as(
        &self,
        word: &str,
        status: StatusCode,
        ids: &RequestIds,
        now: Timestamp,
    ) -> Response {
        let (code, trace) = (self.code, ids.request);
        // The service only uses the client's id as its own if it is a GUID.
        let correlation = ids.client.parse::<Uuid>().unwrap_or(trace);
        let timestamp = time::entra(now);
        let text = &self.text;
        let mut body = json!({"error": word,
            "error_description": format!(
                "AADSTS{code}: {text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}"
            ),
            "error_codes": [code], "timestamp": timestamp, "trace_id": trace, "correlation_id": correlation});
        if WITH_URI.contains(&code)
            && let Some(body) = body.as_object_mut()
        {
            let address = format!("https://login.microsoftonline.com/error?code={code}");
            body.insert("error_uri".to_owned(), address.into());
        }
        let response = traced(plain_json(status, &body), ids);
        Response { fault: self.fault, ..response }
    }
}

/// The text of a request that an error may repeat: only letters, digits and the signs of ids, domains and scopes. Other text might be a
/// secret in the wrong place; today's secrets contain a `~`.
pub(super) fn repeated(text: &str) -> &str {
    const MAX_LEN: usize = 200;
    let is_plain = text.len() <= MAX_LEN
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" ._-:/".contains(&byte));
    if is_plain { text } else { "…" }
}

/// JSON as Entra ID labels it.
pub(super) fn plain_json(status: StatusCode, body: &serde_json::Value) -> Response {
    Response::json(status, body).with(header::CONTENT_TYPE, "application/json; charset=utf-8")
}

/// A response with tokens; it is inferred that its headers are those observed with errors.
pub(super) fn with_tokens(body: &serde_json::Value, ids: &RequestIds) -> Response {
    unstored(traced(plain_json(StatusCode::OK, body), ids))
}

/// Forbids caching of the response.
fn unstored(response: Response) -> Response {
    response
        .with(header::CACHE_CONTROL, "no-store, no-cache")
        .with(header::PRAGMA, "no-cache")
        .with(header::EXPIRES, "-1")
}

/// Adds the request ids and the server name.
fn traced(response: Response, ids: &RequestIds) -> Response {
    response
        .with(HeaderName::from_static("x-ms-request-id"), &ids.request.to_string())
        .with(HeaderName::from_static("x-ms-ests-server"), "2.1.0 - emulated")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_body_has_the_members_and_order_of_the_live_service() {
        let ids = RequestIds { request: Uuid::from_u128(1), client: Uuid::from_u128(2).to_string() };
        let now = "2026-01-31T12:00:00Z".parse().expect("a time");
        let response = Refusal::new(7000215, "Wrong.").response(&ids, now);
        assert_eq!(response.status, StatusCode::UNAUTHORIZED);
        let body = String::from_utf8(response.body).expect("text");
        let (trace, correlation) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let expected = format!(
            "{{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215: Wrong. Trace ID: {trace} Correlation ID: \
             {correlation} Timestamp: 2026-01-31 12:00:00Z\",\"error_codes\":[7000215],\"timestamp\":\"2026-01-31 12:00:00Z\",\
             \"trace_id\":\"{trace}\",\"correlation_id\":\"{correlation}\",\
             \"error_uri\":\"https://login.microsoftonline.com/error?code=7000215\"}}"
        );
        assert_eq!(body, expected);
        assert_eq!(response.headers["x-ms-request-id"], trace.to_string().as_str());
        let without = Refusal::new(70003, "No.").response(&ids, now);
        assert!(!String::from_utf8(without.body).expect("text").contains("error_uri"));
    }

    #[test]
    fn possible_secret_is_not_repeated() {
        for text in ["api://x/.default", "contoso.example", "User.Read openid", ""] {
            assert_eq!(repeated(text), text);
        }
        for text in ["Ab18Q~zY7xW6", "[a+b]", "ä", &"x".repeat(201)] {
            assert_eq!(repeated(text), "…");
        }
    }

    #[test]
    fn error_codes_are_sorted_and_unique() {
        let mut codes = WORDS.iter().map(|(code, ..)| *code).collect::<Vec<_>>();
        codes.dedup();
        assert!(codes.is_sorted());
        assert_eq!(codes.len(), WORDS.len());
    }
}
