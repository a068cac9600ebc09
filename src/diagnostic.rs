//! The findings of a check: plain data that refers to keys, not to lines.
//!
//! A [`Diagnostic`] names the rule, the severity, the place and the fix. The [`Place`] is usually a [`Key`];
//! only [`crate::source::Source`] can convert it to lines and columns. So a form can show the same finding
//! next to a field, and no position becomes outdated. No message and no fix contains the value of a secret.
//!
//! ```
//! use swyx_teams::diagnostic::{Key, Place, Severity, Step};
//!
//! let checked = swyx_teams::check::check_bytes("a.toml", b"[[user]]\nswix = \"Jane\"\n".to_vec(), false);
//! let found = checked.diagnostics().iter().find(|found| found.rule == "unknown-key").expect("a typo");
//! assert_eq!(found.place.key().map(Key::as_str), Some("user[0].swix"));
//! assert_eq!("user[0]".parse::<Key>()?.steps(), [Step::Name("user".to_owned()), Step::Index(0)]);
//! assert!(Severity::Warning < Severity::Error && Place::File.key().is_none());
//! # Ok::<(), swyx_teams::diagnostic::InvalidKey>(())
//! ```

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use jiff::civil::Date;
use serde::Serialize;

/// The ids of the rules that are applied while a file is read, or by a form before a file exists. Every other
/// rule's id is in its own file under `rules/`.
pub mod id {
    /// The text is not TOML.
    pub const SYNTAX: &str = "syntax";
    /// The bytes are not UTF-8 text.
    pub const ENCODING: &str = "encoding";
    /// The file cannot be read, or is over a limit.
    pub const UNREADABLE: &str = "unreadable";
    /// A key that does not exist in a settings file.
    pub const UNKNOWN_KEY: &str = "unknown-key";
    /// A required key is missing.
    pub const MISSING_KEY: &str = "missing-key";
    /// A value of the wrong type.
    pub const WRONG_TYPE: &str = "wrong-type";
    /// A value of the right type that is not allowed.
    pub const INVALID_VALUE: &str = "invalid-value";
    /// The mode is in quotes.
    pub const MODE_AS_TEXT: &str = "mode-as-text";
    /// An `allow` comment without effect.
    pub const UNUSED_ALLOW: &str = "unused-allow";
    /// A presence is listed twice.
    pub const STATUS_DUPLICATE: &str = "status-duplicate";
    /// A posted form would change a read-only key. Only forms report it.
    pub const READ_ONLY_IN_FORM: &str = "read-only-in-form";
}

/// The severity of a finding. Ordered: `Info < Warning < Error`. As JSON, it is its name in reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Severity {
    /// Information only.
    Info,
    /// Works today, but is likely to cause problems.
    Warning,
    /// Does not work.
    Error,
}

impl Severity {
    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The address of one value in a settings file, in the notation of `get`: `user[0].teams`,
/// `sync.status."Busy/InAMeeting"`.
///
/// Always in canonical form, so equal keys have equal texts. The empty key is the root table of the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Cow<'static, str>);

/// One step of a [`Key`]. There is no third kind: TOML has tables and arrays only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The name of a member of a table.
    Name(String),
    /// The index of an element of an array, starting at 0.
    Index(usize),
}

/// The text is not a valid key.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid key: write it like control_center.MsTeamsTenantId, user[0].teams or sync.status.\"Busy/InACall\""
)]
#[non_exhaustive]
pub struct InvalidKey;

impl Key {
    /// The file's root table.
    pub const ROOT: Self = Self::of("");

    /// A key whose text is known to be canonical.
    pub(crate) const fn of(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }

    /// The member `name` of this table.
    pub fn child(&self, name: &str) -> Self {
        let bare =
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        let dot = if self.0.is_empty() { "" } else { "." };
        Self(Cow::Owned(if bare {
            format!("{}{dot}{name}", self.0)
        } else {
            format!("{}{dot}\"{}\"", self.0, escaped(name))
        }))
    }

    /// The element `index` of this array.
    pub fn index(&self, index: usize) -> Self {
        Self(Cow::Owned(format!("{}[{index}]", self.0)))
    }

    /// The steps from the root.
    pub fn steps(&self) -> Vec<Step> {
        parse_steps(&self.0).unwrap_or_default()
    }

    /// The table or array that contains the key. The parent of the root is the root.
    pub fn parent(&self) -> Self {
        let mut steps = self.steps();
        steps.pop();
        Self::from_steps(&steps)
    }

    /// The key at the end of `steps`.
    pub fn from_steps(steps: &[Step]) -> Self {
        steps.iter().fold(Self::ROOT, |key, step| match step {
            Step::Name(name) => key.child(name),
            Step::Index(index) => key.index(*index),
        })
    }

    /// The key in displayable form: names that contain a secret become `****`.
    #[must_use]
    pub fn shown(&self) -> Self {
        use crate::secret::shape::{holds_a_secret, without_secret};
        if !holds_a_secret(&self.0) && !self.0.contains('\\') {
            return self.clone();
        }
        let steps = self.steps().into_iter().map(|step| match step {
            Step::Name(name) => Step::Name(without_secret(&name).to_owned()),
            index @ Step::Index(_) => index,
        });
        Self::from_steps(&steps.collect::<Vec<_>>())
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for Key {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let steps = parse_steps(text).ok_or(InvalidKey)?;
        if steps.is_empty() { Err(InvalidKey) } else { Ok(Self::from_steps(&steps)) }
    }
}

/// Where a finding is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// The whole file. It is shown at the start of the file.
    File,
    /// The key itself, for example an unknown key.
    Key(Key),
    /// The value of a key.
    Value(Key),
    /// A missing key. It is shown at the header of its table, otherwise at the start of the file.
    Missing(Key),
    /// Bytes of the text, for example a syntax error or a comment, with the affected key.
    Bytes(Range<usize>, Option<Key>),
}

impl Place {
    /// The affected key.
    pub fn key(&self) -> Option<&Key> {
        match self {
            Self::File => None,
            Self::Key(key) | Self::Value(key) | Self::Missing(key) => Some(key),
            Self::Bytes(_, key) => key.as_ref(),
        }
    }
}

impl From<Key> for Place {
    fn from(key: Key) -> Self {
        Self::Value(key)
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The stable id of the rule.
    pub rule: &'static str,
    /// The severity.
    pub severity: Severity,
    /// Where it is.
    pub place: Place,
    /// What is wrong: starts in lower case, no full stop, at most 1 KiB, never contains the value.
    pub message: String,
    /// A short label at the caret, if it adds something to the message.
    pub label: Option<String>,
    /// What to do.
    pub help: Option<String>,
    /// Related places.
    pub related: Vec<Related>,
    /// A change of the file that fixes it.
    pub fix: Option<Fix>,
}

/// A place related to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Related {
    /// Where it is.
    pub place: Place,
    /// How it is related to the finding.
    pub message: String,
}

/// A change of the file that fixes a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fix {
    /// What it does, in the imperative.
    pub title: String,
    /// Whether the fix preserves the intended meaning. `--fix` applies only safe fixes.
    pub safe: bool,
    /// The changes; all are applied, or none.
    pub edits: Vec<Edit>,
}

/// One change of a [`Fix`]. It refers to keys, and never contains a value from the file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Edit {
    /// Adds or removes the quotes around the value.
    Quotes(Key),
    /// Deletes the whitespace around the text.
    Trim(Key),
    /// Deletes invisible characters and surrounding whitespace, and writes hyphens for typographic dashes.
    Unmask(Key),
    /// Writes this date as the value.
    Date(Key, Date),
    /// Replaces the name at these bytes.
    Rename(Range<usize>, String),
    /// Deletes these bytes and the spaces before them.
    Delete(Range<usize>),
}

impl Diagnostic {
    /// Creates a finding of `rule`.
    pub fn new(
        rule: &'static str,
        severity: Severity,
        place: impl Into<Place>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            severity,
            place: place.into(),
            message: message.into(),
            label: None,
            help: None,
            related: Vec::new(),
            fix: None,
        }
    }

    /// Creates an error of `rule`.
    pub fn error(rule: &'static str, place: impl Into<Place>, message: impl Into<String>) -> Self {
        Self::new(rule, Severity::Error, place, message)
    }

    /// Adds a label at the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Adds the help text.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a related place.
    #[must_use]
    pub fn related(mut self, place: impl Into<Place>, message: impl Into<String>) -> Self {
        self.related.push(Related { place: place.into(), message: message.into() });
        self
    }

    /// Adds a safe fix.
    #[must_use]
    pub(crate) fn safe_fix(mut self, title: impl Into<String>, edit: Edit) -> Self {
        self.fix = Some(Fix { title: title.into(), safe: true, edits: vec![edit] });
        self
    }

    /// Adds a fix that a user must review.
    #[must_use]
    pub(crate) fn unsafe_fix(mut self, title: impl Into<String>, edit: Edit) -> Self {
        self.fix = Some(Fix { title: title.into(), safe: false, edits: vec![edit] });
        self
    }
}

/// Escapes `name` for double quotes as in TOML: one line, nothing unprintable.
fn escaped(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        match c {
            '\\' | '"' => out.extend(['\\', c]),
            c if crate::text::is_unprintable(c) => out.push_str(&format!("\\U{:08X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

fn parse_steps(text: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('[') {
            let (digits, tail) = after.split_once(']')?;
            if steps.is_empty() || digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            steps.push(Step::Index(digits.parse().ok()?));
            rest = tail;
            continue;
        }
        if !steps.is_empty() {
            rest = rest.strip_prefix('.')?;
        }
        let (name, tail) = parse_name(rest)?;
        steps.push(Step::Name(name));
        rest = tail;
    }
    Some(steps)
}

fn parse_name(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(['.', '[']).unwrap_or(text.len());
        let (name, rest) = text.split_at_checked(end)?;
        let forbidden = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\\' | ']' | '=' | '#');
        return (!name.is_empty() && !name.contains(forbidden)).then(|| (name.to_owned(), rest));
    };
    let mut name = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((name, quoted.get(at + 1..)?)),
            '\\' => match chars.next()? {
                (at, 'U') => {
                    let digits = quoted.get(at + 1..at + 9)?;
                    name.push(char::from_u32(u32::from_str_radix(digits, 16).ok()?)?);
                    chars.nth(digits.len() - 1)?;
                }
                (_, c) => name.push(c),
            },
            _ => name.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_text_is_parsed_back_to_the_same_key() {
        for text in [
            "user[0].teams",
            "sync.status.\"Busy/InAMeeting\"",
            "a.\"b\\\"c\\\\\"[12]",
            "a.\"\"",
            "\"ä b\".c",
            "\"\\U0000202E\".x",
        ] {
            assert_eq!(text.parse::<Key>().map(|key| key.to_string()), Ok(text.to_owned()));
        }
        assert_eq!(
            "\"swyx\".version".parse::<Key>().map(|key| key.to_string()),
            Ok("swyx.version".to_owned())
        );
        for text in ["", ".", "a.", "[0]", "a[x]", "a[0", "a b", "\"open", "a[0]b", "a..b", "a='x'"] {
            assert_eq!(text.parse::<Key>(), Err(InvalidKey), "{text}");
        }
    }
}
