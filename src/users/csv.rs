//! Swyx users from a CSV file.
//!
//! The format is specific to this project because the vendor documents no export of Control Center's users. The first line names the
//! columns, in any order and case: `name` and `email`, and optionally `id` and `enabled`; other columns are ignored. The columns of this
//! program's own CSV output, such as `swyx_name`, are accepted too. The separator is the one of `;`, `,`, tab and `|` that occurs most
//! often in the first line outside of quotation marks, or that of a line `sep=;` before it. Quotation marks follow RFC 4180
//! (<https://www.rfc-editor.org/rfc/rfc4180>), but a user is one line: an unmatched quotation mark would silently swallow users. UTF-8,
//! with or without a byte order mark; UTF-16 and Windows-1252 are read with a note.
//!
//! ```
//! let faults = swyx_teams::users::csv::read(b"name;email\n;jane.roe@example.com\n").unwrap_err();
//! assert_eq!(faults[0].to_string(), "line 2: the name is missing");
//! ```

use std::collections::HashMap;

use csv::{Position, ReaderBuilder, StringRecord};

use crate::swyx::SwyxUser;
use crate::text::decode_utf16;

/// The maximum size of a list in bytes: 670 for each of 100,000 users.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;
/// The maximum length of a user's id in characters, the same as for the gateway.
const MAX_ID_LEN: usize = 200;

/// Why a line is not a valid user, or the first line not a valid header.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
#[non_exhaustive]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// What is invalid.
    pub why: String,
}

/// The users of a list. Without a column `id`, a user's id is the line, such as `line 2`; without a column `enabled`, all are activated.
/// Blanks around a value are ignored, and a line without any value is no user.
///
/// ```
/// let users = swyx_teams::users::csv::read(b"Name;E-Mail;Email\nJane Roe;;jane.roe@example.com\n").unwrap();
/// assert_eq!((&*users[0].name, users[0].email.as_deref()), ("Jane Roe", Some("jane.roe@example.com")));
/// ```
///
/// # Errors
/// Every [`Fault`] of the list, in the order of its lines. The result then has no users: an incomplete list would match the wrong ones.
pub fn read(content: &[u8]) -> Result<Vec<SwyxUser>, Vec<Fault>> {
    read_with_note(content).map(|(users, _)| users)
}

/// Like [`read`], with a note if the file is not UTF-8.
///
/// ```
/// let (users, note) = swyx_teams::users::csv::read_with_note(b"name;email\nJ\xfcrgen;j@x.example\n").unwrap();
/// assert_eq!((&*users[0].name, note), ("J\u{fc}rgen", Some("read as Windows-1252; check that umlauts are right")));
/// ```
///
/// # Errors
/// As for [`read`].
pub fn read_with_note(content: &[u8]) -> Result<(Vec<SwyxUser>, Option<&'static str>), Vec<Fault>> {
    let (text, note) = decode(content).map_err(|fault| vec![fault])?;
    read_text(&text).map(|users| (users, note))
}

fn read_text(text: &str) -> Result<Vec<SwyxUser>, Vec<Fault>> {
    let (text, line, given) = without_separator_line(text);
    let separator = given.unwrap_or_else(|| find_separator(text));
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut record = StringRecord::new();
    let mut lines = Lines::new(text, line);
    let mut list = List::default();
    let mut columns = None;
    // The reader accepts any number of columns without an error.
    while reader.read_record(&mut record).unwrap_or(false) {
        let line = lines.of(record.position());
        match &columns {
            None => columns = Some(Columns::of(&record, separator, line).map_err(|fault| vec![fault])?),
            Some(columns) => list.add(columns, &record, line),
        }
    }
    match columns {
        None => Err(vec![Fault { line: 1, why: NO_HEADER.to_owned() }]),
        Some(_) if !list.faults.is_empty() => Err(list.faults),
        Some(_) if list.users.is_empty() => {
            Err(vec![Fault { line: lines.line, why: "there are no users in the file".to_owned() }])
        }
        Some(_) => Ok(list.users),
    }
}

const NO_HEADER: &str = "the first line must name the columns: name and email, and optionally id and enabled";

/// The text of a file, with a note if it is not UTF-8. A file whose lines end with CR only gets LF.
fn decode(content: &[u8]) -> Result<(String, Option<&'static str>), Fault> {
    let (text, note) = if let Some(text) = decode_utf16(content) {
        (text, Some("read as UTF-16"))
    } else {
        let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
        match std::str::from_utf8(content) {
            Ok(text) => (text.to_owned(), None),
            Err(_) => (of_windows(content)?, Some("read as Windows-1252; check that umlauts are right")),
        }
    };
    Ok((if text.contains('\n') { text } else { text.replace('\r', "\n") }, note))
}

/// Decodes Windows-1252. Source: <https://encoding.spec.whatwg.org/index-windows-1252.txt>; the five bytes without
/// a character are a fault.
fn of_windows(content: &[u8]) -> Result<String, Fault> {
    const FROM_80: &str = "€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ";
    let table = FROM_80.chars().collect::<Vec<_>>();
    let mut text = String::with_capacity(content.len());
    for (at, byte) in content.iter().enumerate() {
        let c = match byte {
            0x80..=0x9f => table.get(usize::from(byte - 0x80)).copied().unwrap_or('\0'),
            byte => char::from(*byte),
        };
        if c == '\0' {
            let before = content.get(..at).unwrap_or_default();
            let line = 1 + before.iter().filter(|b| **b == b'\n').count();
            let why = "the file is not UTF-8; save it as \"CSV UTF-8\" in the spreadsheet program".to_owned();
            return Err(Fault { line, why });
        }
        text.push(c);
    }
    Ok(text)
}

/// The characters that separate columns; on a tie, the first counts.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The text after a line such as `sep=;`, the number of its first line, and that separator.
fn without_separator_line(text: &str) -> (&str, usize, Option<u8>) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let line = first.trim_end_matches('\r').trim_matches('"');
    let given = line.get(..4).filter(|start| start.eq_ignore_ascii_case("sep=")).and_then(|_| line.get(4..));
    match given.map(str::as_bytes) {
        Some([separator]) => (rest, 2, Some(*separator)),
        _ => (text, 1, None),
    }
}

/// The separator that occurs most often in the header, outside of quotation marks.
fn find_separator(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut counts = [0; SEPARATORS.len()];
    let mut is_quoted = false;
    for byte in header.bytes() {
        is_quoted ^= byte == b'"';
        if let Some(at) = SEPARATORS.iter().position(|separator| *separator == byte && !is_quoted)
            && let Some(count) = counts.get_mut(at)
        {
            *count += 1;
        }
    }
    let most = SEPARATORS.into_iter().zip(counts).rev().max_by_key(|(_, count)| *count);
    most.map_or(b',', |(separator, _)| separator)
}

/// The line number of a record. The reader's own number does not count blank lines before it.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str, line: usize) -> Self {
        Self { text, at: 0, line }
    }

    fn of(&mut self, position: Option<&Position>) -> usize {
        let start = position.and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(self.at);
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        let blank = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let passed = self.text.as_bytes().get(self.at..start + blank).unwrap_or_default();
        self.line += passed.iter().filter(|b| **b == b'\n').count();
        self.at = start + blank;
        self.line
    }
}

/// The position of each column.
struct Columns {
    id: Option<usize>,
    name: usize,
    email: usize,
    enabled: Option<usize>,
    count: usize,
    separator: char,
    /// Whether this is the CSV output of this program, which also has lines about Teams users only.
    is_own: bool,
}

impl Columns {
    fn of(header: &StringRecord, separator: u8, line: usize) -> Result<Self, Fault> {
        let fault = |why: String| Fault { line, why };
        let place = |name: &str| {
            let mut found = (0..header.len())
                .filter(|at| header.get(*at).is_some_and(|column| column.trim().eq_ignore_ascii_case(name)));
            match (found.next(), found.next()) {
                (_, Some(_)) => Err(fault(format!("column `{name}` occurs twice"))),
                (place, None) => Ok(place),
            }
        };
        let is_own = place("name")?.is_none() && place("swyx_name")?.is_some();
        let place = |name: &str| if is_own { place(&format!("swyx_{name}")) } else { place(name) };
        let needed =
            |name| place(name)?.ok_or_else(|| fault(format!("column `{name}` is missing; {NO_HEADER}")));
        Ok(Self {
            name: needed("name")?,
            email: needed("email")?,
            id: place("id")?,
            enabled: place("enabled")?,
            count: header.len(),
            separator: char::from(separator),
            is_own,
        })
    }

    /// Whether a record lacks only optional values at its end. A separator in a value is a sign that a quotation
    /// mark swallowed others.
    fn has_needed_values(&self, record: &StringRecord) -> bool {
        let needed = self.name.max(self.email).max(self.id.unwrap_or(0));
        !self.is_own
            && (needed + 1..self.count).contains(&record.len())
            && !record.iter().any(|value| value.contains(self.separator))
    }
}

#[derive(Default)]
struct List {
    users: Vec<SwyxUser>,
    faults: Vec<Fault>,
    /// The line of each id.
    ids: HashMap<Box<str>, usize>,
    /// The line whose fault lists the values of `enabled`.
    line_with_values: Option<usize>,
}

impl List {
    fn add(&mut self, columns: &Columns, record: &StringRecord, line: usize) {
        let is_empty = |place: Option<usize>| place.and_then(|place| record.get(place)).is_none_or(is_blank);
        let is_of_teams = columns.is_own
            && record.len() == columns.count
            && [columns.id, Some(columns.name), Some(columns.email)].into_iter().all(is_empty);
        if is_of_teams || record.iter().all(is_blank) {
            return;
        }
        match self.user(columns, record, line) {
            Ok(user) => {
                if columns.id.is_some() {
                    self.ids.insert(user.id.clone(), line);
                }
                self.users.push(user);
            }
            Err(why) => self.faults.push(Fault { line, why }),
        }
    }

    fn user(&mut self, columns: &Columns, record: &StringRecord, line: usize) -> Result<SwyxUser, String> {
        let value = |place: usize| {
            let value = record.get(place).unwrap_or_default().trim();
            if columns.is_own { without_apostrophe(value) } else { value }
        };
        if record.iter().any(|value| value.contains(['\n', '\r'])) {
            return Err(
                "a value continues after the end of the line; is a quotation mark missing?".to_owned()
            );
        }
        if record.len() != columns.count && !columns.has_needed_values(record) {
            let is_one = if record.len() == 1 { "column" } else { "columns" };
            return Err(format!(
                "{} {is_one}, but the first line has {}; is a quotation mark missing, or a separator too many?",
                record.len(),
                columns.count
            ));
        }
        let id = match columns.id.map(value) {
            None => format!("line {line}").into(),
            Some("") => return Err("the id is missing".to_owned()),
            Some(id) if id.chars().count() > MAX_ID_LEN => {
                return Err(format!("the id is longer than {MAX_ID_LEN} characters"));
            }
            Some(id) => Box::<str>::from(id),
        };
        if let Some(earlier) = self.ids.get(&id) {
            return Err(format!("line {earlier} has the same id"));
        }
        let name = value(columns.name);
        if name.is_empty() || crate::text::is_blank(name) {
            return Err("the name is missing".to_owned());
        }
        let is_there = |place: &usize| *place < record.len();
        let enabled = columns.enabled.filter(is_there).map_or(Some(true), |place| yes_or_no(value(place)));
        let enabled = enabled.ok_or_else(|| self.describe_values(line))?;
        let email = Some(address(value(columns.email))).filter(|email| !email.is_empty()).map(Into::into);
        Ok(SwyxUser { id, name: name.into(), email, enabled })
    }
}

impl List {
    /// The values of `enabled`, once for all lines.
    fn describe_values(&mut self, line: usize) -> String {
        match self.line_with_values {
            Some(listed) => format!("`enabled` must have one of the values listed for line {listed}"),
            None => {
                self.line_with_values = Some(line);
                format!("`enabled` must be one of {} (yes), or one of {} (no)", YES.join(", "), NO.join(", "))
            }
        }
    }
}

/// Whether a value is empty. A value that continues after the end of its line may have swallowed other values.
fn is_blank(value: &str) -> bool {
    value.trim().is_empty() && !value.contains('\n')
}

/// A cell without the apostrophe that the CSV output puts before a formula.
fn without_apostrophe(value: &str) -> &str {
    value.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(value)
}

/// Whether a spreadsheet would treat a text as a formula.
/// Source: <https://owasp.org/www-community/attacks/CSV_Injection>; spreadsheets with East Asian settings also accept full-width signs.
pub(crate) fn is_formula(text: &str) -> bool {
    text.trim_start().starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
}

/// An address without what directories and mail programs write around it: `Name <address>`, and a scheme.
fn address(text: &str) -> &str {
    let in_brackets = text.strip_suffix('>').and_then(|rest| rest.rsplit_once('<'));
    let address = in_brackets.map_or(text, |(_, address)| address.trim());
    let rest = ["mailto:", "smtp:", "sip:"].into_iter().find_map(|scheme| {
        let (start, rest) = address.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    });
    rest.unwrap_or(address).trim()
}

/// The values that programs and spreadsheets write, including German ones.
const YES: [&str; 13] =
    ["true", "yes", "y", "1", "on", "active", "enabled", "wahr", "ja", "j", "ein", "aktiv", "aktiviert"];
const NO: [&str; 13] = [
    "false",
    "no",
    "n",
    "0",
    "off",
    "inactive",
    "disabled",
    "falsch",
    "nein",
    "aus",
    "inaktiv",
    "deaktiviert",
    "gesperrt",
];

fn yes_or_no(text: &str) -> Option<bool> {
    let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    if is(&YES) { Some(true) } else { is(&NO).then_some(false) }
}

#[cfg(test)]
mod tests;
