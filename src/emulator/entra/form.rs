//! The form of token and device code requests, with the client's credential.

use axum::http::header;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::message::Request;
use super::refusal::Refusal;

/// The fields of a request; the first of two with the same name counts, and unknown fields are ignored.
pub(super) struct Form {
    fields: Vec<(String, String)>,
}

impl Form {
    /// Parses the body, and the client's id and secret from a header `Authorization: Basic` (RFC 6749, section 2.3.1).
    pub(super) fn of(request: &Request) -> Result<Self, Refusal> {
        if std::str::from_utf8(&request.body).is_err() {
            return Err(Refusal::new(9002313, "Invalid request. Request is malformed or invalid."));
        }
        let pairs = url::form_urlencoded::parse(&request.body);
        let mut fields =
            pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect::<Vec<_>>();
        if let Some((id, secret)) = basic(request) {
            fields.push(("client_id".to_owned(), id));
            fields.push(("client_secret".to_owned(), secret));
        }
        Ok(Self { fields })
    }

    /// The parameters of a page's address.
    pub(super) fn of_query(request: &Request) -> Self {
        let pairs = url::form_urlencoded::parse(request.query.as_deref().unwrap_or_default().as_bytes());
        Self { fields: pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect() }
    }

    /// A field that is present and not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let field = self.fields.iter().find(|(found, value)| found == name && !value.is_empty())?;
        Some(&field.1)
    }

    /// A required field.
    pub(super) fn need(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| Refusal::missing(name))
    }
}

/// Id and secret of the header; each was form-encoded before they were joined.
fn basic(request: &Request) -> Option<(String, String)> {
    let value = request.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((decoded(id), decoded(secret)))
}

/// One form-encoded value.
fn decoded(text: &str) -> String {
    let field = format!("a={text}");
    url::form_urlencoded::parse(field.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::super::message::RequestIds;
    use super::*;
    use axum::http::{HeaderMap, HeaderValue, Method};

    fn form(body: &[u8], authorization: Option<&str>) -> Result<Form, Refusal> {
        let mut headers = HeaderMap::new();
        if let Some(value) = authorization {
            headers.insert(header::AUTHORIZATION, HeaderValue::from_str(value).expect("a value"));
        }
        let ids = RequestIds { request: uuid::Uuid::nil(), client: String::new() };
        let body = axum::body::Bytes::copy_from_slice(body);
        Form::of(&Request {
            method: Method::POST,
            path: String::new(),
            is_beta: false,
            query: None,
            headers,
            body,
            ids,
        })
    }

    #[test]
    fn fields_are_decoded_and_the_first_duplicate_is_used() {
        let read = form(b"client_id=a+b&client_secret=x%7Ey&client_id=c&scope=", None).expect("a form");
        assert_eq!((read.get("client_id"), read.get("client_secret")), (Some("a b"), Some("x~y")));
        assert_eq!(read.need("scope").expect_err("empty").code, 900144);
    }

    #[test]
    fn credentials_are_accepted_in_the_header() {
        let header = format!("Basic {}", STANDARD.encode("id:a%7Eb"));
        let read = form(b"grant_type=x", Some(&header)).expect("a form");
        assert_eq!((read.get("client_id"), read.get("client_secret")), (Some("id"), Some("a~b")));
        assert!(form(b"", Some("Basic ?")).expect("a form").get("client_id").is_none());
    }

    #[test]
    fn body_that_is_not_utf_8_is_malformed() {
        assert_eq!(form(b"\xff\xfe", None).err().map(|refusal| refusal.code), Some(9002313));
    }
}
