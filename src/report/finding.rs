//! One finding with lines and columns, as every renderer gets it.

use crate::diagnostic::{Diagnostic, Key};
use crate::source::{Excerpt, Span};

/// One finding with its place as lines and columns.
pub struct Finding {
    /// The finding.
    pub diagnostic: Diagnostic,
    /// Where it is.
    pub span: Span,
    /// The line as it may be shown, if it was asked for and may be shown at all.
    pub excerpt: Option<Excerpt>,
    /// The same for each related place.
    pub related: Vec<(Span, Option<Excerpt>)>,
    /// What its fix changes: text to put in place of stretches. It never holds a value of a secret.
    pub replacements: Vec<(Span, String)>,
}

impl Finding {
    /// The key that is concerned.
    pub fn key(&self) -> Option<&Key> {
        self.diagnostic.place.key()
    }

    /// Message and help as running text, for formats that have one field for both and may show its first sentence only.
    pub(super) fn sentences(&self) -> String {
        let help = self.diagnostic.help.iter().map(|help| format!("Help: {help}"));
        let texts = std::iter::once(self.diagnostic.message.clone()).chain(help);
        let closed =
            texts.map(|text| if text.ends_with(['.', '?', '!']) { text } else { format!("{text}.") });
        closed.collect::<Vec<_>>().join(" ")
    }
}
