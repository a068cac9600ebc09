//! Parts of an answer that are safe to show in a message.

use std::fmt;

use http::HeaderMap;

/// A token from an answer that is safe to show: at most 60 letters and `_ . / -`. Anything else is omitted: a
/// proxy may have inserted our own secret, and almost every secret has digits.
///
/// Displayed as a space and the token in brackets, or as nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SafeToken(Option<String>);

impl SafeToken {
    /// The token, if the text is one.
    pub(crate) fn of(text: &str) -> Self {
        const MAX_LEN: usize = 60;
        let fits = |b: u8| b.is_ascii_alphabetic() || b"_./-".contains(&b);
        let is_word = (1..=MAX_LEN).contains(&text.len()) && text.bytes().all(fits);
        Self(is_word.then(|| text.to_owned()))
    }

    /// The token itself.
    pub fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl fmt::Display for SafeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |word| write!(f, " ({word})"))
    }
}

/// The id of a call, a GUID that Microsoft's support uses to find it. Displayed after a comma, or as nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestId(pub Option<uuid::Uuid>);

impl RequestId {
    /// The id, if the text is one.
    pub(crate) fn of(text: Option<&str>) -> Self {
        Self(text.and_then(crate::text::parse_guid))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |id| write!(f, ", request {id}"))
    }
}

/// `request-id` of Graph, `x-ms-request-id` of Entra ID.
pub(crate) fn request_id(headers: &HeaderMap) -> RequestId {
    let header = headers.get("request-id").or_else(|| headers.get("x-ms-request-id"));
    RequestId::of(header.and_then(|id| id.to_str().ok()))
}

/// The media type of an answer, for messages.
pub(crate) fn content_type<B>(response: &http::Response<B>) -> SafeToken {
    SafeToken::of(media_type(response))
}

/// The media type of an answer, without its parameters; empty if it has none.
pub(crate) fn media_type<B>(response: &http::Response<B>) -> &str {
    let header = response.headers().get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    header.unwrap_or_default().split(';').next().unwrap_or_default().trim()
}
