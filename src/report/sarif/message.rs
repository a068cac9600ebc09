//! Texts as SARIF's messages.

use serde_sarif::sarif;

/// A message of plain text.
pub(super) fn message(text: &str) -> sarif::Message {
    sarif::Message::builder().text(literal(text)).build()
}

/// Text without what SARIF reads as more than text: placeholders (3.11.5), and links (3.11.6), which could lead anywhere, for a
/// message may hold a name from a hostile file.
pub(super) fn literal(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}").replace("](", "] (")
}
