//! Texts as SARIF messages.

use serde_sarif::sarif;

/// A message of plain text.
pub(super) fn message(text: &str) -> sarif::Message {
    sarif::Message::builder().text(literal(text)).build()
}

/// Escapes what SARIF interprets: placeholders (3.11.5), and links (3.11.6), which could lead anywhere,
/// because a message may contain a name from a hostile file.
pub(super) fn literal(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}").replace("](", "] (")
}
