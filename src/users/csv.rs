//! Swyx users from a CSV file.
//!
//! The format is specific to this project because the vendor documents no export of Control Center's users. The first line names the
//! columns, in any order and case: `name` and `email`, and optionally `id` and `enabled`; other columns are ignored. The separator is `;`
//! or `,`, whichever occurs more often in the first line. Quotation marks follow RFC 4180 (<https://www.rfc-editor.org/rfc/rfc4180>), but
//! a user is one line: an unmatched quotation mark would silently swallow users. UTF-8, with or without a byte order mark.
//!
//! ```
//! let faults = swyx_teams::users::csv::read(b"name;email\n;jane.roe@example.com\n").unwrap_err();
//! assert_eq!(faults[0].to_string(), "line 2: the name is missing");
//! ```

use std::collections::HashMap;

use csv::{Position, ReaderBuilder, StringRecord};

use crate::swyx::SwyxUser;

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
    let text = text(content).map_err(|fault| vec![fault])?;
    let mut reader = ReaderBuilder::new()
        .delimiter(separator(text))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut record = StringRecord::new();
    let mut lines = Lines::new(text);
    let mut list = List::default();
    let mut columns = None;
    // The reader accepts any number of columns without an error.
    while reader.read_record(&mut record).unwrap_or(false) {
        let line = lines.of(record.position());
        match &columns {
            None => columns = Some(Columns::of(&record, line).map_err(|fault| vec![fault])?),
            Some(columns) => list.add(columns, &record, line),
        }
    }
    match columns {
        None => Err(vec![Fault { line: 1, why: NO_HEADER.to_owned() }]),
        Some(_) if list.faults.is_empty() => Ok(list.users),
        Some(_) => Err(list.faults),
    }
}

const NO_HEADER: &str = "the first line must name the columns: name and email, and optionally id and enabled";

fn text(content: &[u8]) -> Result<&str, Fault> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    std::str::from_utf8(content).map_err(|error| {
        let before = content.get(..error.valid_up_to()).unwrap_or_default();
        let line = 1 + before.iter().filter(|b| **b == b'\n').count();
        Fault {
            line,
            why: "the file is not UTF-8; save it as \"CSV UTF-8\" in the spreadsheet program".to_owned(),
        }
    })
}

fn separator(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if header.matches(';').count() > header.matches(',').count() { b';' } else { b',' }
}

/// The line number of a record. The reader's own number does not count blank lines before it.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0, line: 1 }
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
}

impl Columns {
    fn of(header: &StringRecord, line: usize) -> Result<Self, Fault> {
        let fault = |why: String| Fault { line, why };
        let place = |name: &str| {
            let mut found = (0..header.len())
                .filter(|at| header.get(*at).is_some_and(|column| column.trim().eq_ignore_ascii_case(name)));
            match (found.next(), found.next()) {
                (_, Some(_)) => Err(fault(format!("column `{name}` occurs twice"))),
                (place, None) => Ok(place),
            }
        };
        let needed =
            |name| place(name)?.ok_or_else(|| fault(format!("column `{name}` is missing; {NO_HEADER}")));
        Ok(Self {
            name: needed("name")?,
            email: needed("email")?,
            id: place("id")?,
            enabled: place("enabled")?,
            count: header.len(),
        })
    }
}

#[derive(Default)]
struct List {
    users: Vec<SwyxUser>,
    faults: Vec<Fault>,
    /// The line of each id.
    ids: HashMap<Box<str>, usize>,
}

impl List {
    fn add(&mut self, columns: &Columns, record: &StringRecord, line: usize) {
        if record.iter().all(is_blank) {
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

    fn user(&self, columns: &Columns, record: &StringRecord, line: usize) -> Result<SwyxUser, String> {
        let value = |place: usize| record.get(place).unwrap_or_default().trim();
        if record.iter().any(|value| value.contains(['\n', '\r'])) {
            return Err(
                "a value continues after the end of the line; is a quotation mark missing?".to_owned()
            );
        }
        if record.len() != columns.count {
            return Err(format!(
                "{} columns, but the first line has {}; is a quotation mark missing, or a separator too many?",
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
        if name.is_empty() {
            return Err("the name is missing".to_owned());
        }
        let enabled = columns.enabled.map_or(Ok(true), |place| {
            yes_or_no(value(place)).ok_or_else(|| "`enabled` must be true or false".to_owned())
        })?;
        let email = Some(value(columns.email)).filter(|email| !email.is_empty()).map(Into::into);
        Ok(SwyxUser { id, name: name.into(), email, enabled })
    }
}

/// Whether a value is empty. A value that continues after the end of its line may have swallowed other values.
fn is_blank(value: &str) -> bool {
    value.trim().is_empty() && !value.contains('\n')
}

/// The values that programs and spreadsheets write, including German ones.
fn yes_or_no(text: &str) -> Option<bool> {
    const YES: [&str; 5] = ["true", "yes", "1", "wahr", "ja"];
    const NO: [&str; 5] = ["false", "no", "0", "falsch", "nein"];
    let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    if is(&YES) { Some(true) } else { is(&NO).then_some(false) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users(text: &str) -> Vec<String> {
        let users = read(text.as_bytes()).expect("a list");
        let shown = |user: &SwyxUser| {
            let email = user.email.as_deref().unwrap_or("-");
            format!("{}|{}|{email}|{}", user.id, user.name, if user.enabled { "on" } else { "off" })
        };
        users.iter().map(shown).collect()
    }

    fn faults(text: &str) -> Vec<String> {
        read(text.as_bytes()).expect_err("faults").iter().map(ToString::to_string).collect()
    }

    #[test]
    fn columns_can_have_any_order_and_separator() {
        for text in [
            "id,name,email,enabled\n7,Jane,j@x,true\n",
            "EMAIL;Enabled;more;ID;Name\r\nj@x;ja;?;7;Jane\r\n",
            "\u{feff}\"id\";\"name\";\"email\"\n\"7\";\"Jane\";\"j@x\"",
            "\n id , name , email \n\n 7 , Jane , j@x \n\n",
        ] {
            assert_eq!(users(text), ["7|Jane|j@x|on"], "{text:?}");
        }
    }

    #[test]
    fn quoted_cells_can_contain_separators_and_quotes() {
        let text = "name;email;enabled\n\"Roe; \"\"Jane\"\"\";;0\n;;\nMax \"M\" Roe;m@x;Wahr\n";
        assert_eq!(users(text), ["line 2|Roe; \"Jane\"|-|off", "line 4|Max \"M\" Roe|m@x|on"]);
    }

    #[test]
    fn every_faulty_line_is_reported() {
        let text = "id;name;email;enabled\n1;Jane;j@x;1\n\n;No id;n@x;1\n1;Again;a@x;1\n2;;e@x;1\n3;Max;m@x;maybe\n4;Few;f@x\n\r\n5;Many;m@x;1;1\n";
        let found = faults(text);
        let lines = found.iter().map(|fault| fault.split(':').next().unwrap()).collect::<Vec<_>>();
        assert_eq!(lines, ["line 4", "line 5", "line 6", "line 7", "line 8", "line 10"], "{found:#?}");
        assert!(found[1].ends_with("line 2 has the same id"));
    }

    #[test]
    fn unclosed_quotation_mark_is_reported() {
        for text in [
            "name;email\n\"Jane;j@x\nMax;m@x\nKim;k@x\n",
            "name;email;note\nJane;j@x;\"note\nMax;m@x;x\nKim;k@x;\"note\"\n",
            "name;email\nMax;\"m@x\n",
            "name;email\nJane;\"\nMax;m@x",
            "name;email\n;\"\n\n",
        ] {
            assert!(faults(text)[0].starts_with("line 2: "), "{text:?} {:?}", faults(text));
        }
    }

    #[test]
    fn file_that_is_not_a_user_list_is_reported() {
        for (text, words) in [
            ("", "line 1: the first line must name"),
            ("\n\n", "line 1: the first line must name"),
            ("name\tmail\n", "line 1: column `name` is missing"),
            ("Jane;j@x\n", "line 1: column `name` is missing"),
            ("name;mail\nJane;j@x\n", "line 1: column `email` is missing"),
            ("name;email;Email\n", "line 1: column `email` occurs twice"),
        ] {
            assert!(faults(text)[0].starts_with(words), "{text:?} {:?}", faults(text));
        }
        assert_eq!(read(b"name;email\nJ\xfcrgen;j@x\n").expect_err("Latin-1")[0].line, 2);
        let wide = "name;email".encode_utf16().flat_map(u16::to_le_bytes);
        assert!(read(&[0xff, 0xfe].into_iter().chain(wide).collect::<Vec<_>>()).is_err());
        assert_eq!(users("name,email\n"), Vec::<String>::new());
    }

    #[test]
    fn id_is_limited_to_200_characters() {
        let with = |length: usize| format!("id,name,email\n{},J,j@x\n", "ü".repeat(length));
        assert!(read(with(200).as_bytes()).is_ok());
        assert!(faults(&with(201))[0].starts_with("line 2: the id is longer"));
    }
}
