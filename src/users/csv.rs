//! A list of Swyx users from a file of comma-separated values.
//!
//! The columns are this program's own, for Control Center documents no export: `name`, `email`, and, at will, `id` (by default the e-mail
//! address, else the name) and `enabled` (true, yes, 1; by default true). They stand in the first line, in any order and case; others are
//! passed over. Fields are separated by commas or semicolons, whichever the first line has more of, and quoted as in RFC 4180.

use crate::swyx::SwyxUser;

/// The largest file: 64 MiB, some 500,000 users.
pub const MOST_BYTES: usize = 64 * 1024 * 1024;
/// So many faulty lines are named.
const MOST_FAULTS: usize = 20;

/// Why a list was not read. No message repeats what stands in the file.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CsvError {
    /// Not UTF-8.
    #[error("the list is not UTF-8; save it as \"CSV UTF-8\"")]
    Encoding,
    /// A column that must be there is not.
    #[error(
        "the first line has no column `{0}`; wanted are `name` and `email`, and at will `id` and `enabled`"
    )]
    Column(&'static str),
    /// Lines that cannot be read, each with its number and what is wrong.
    #[error("{}", lines(.0))]
    Lines(Vec<(u64, &'static str)>),
}

fn lines(faults: &[(u64, &'static str)]) -> String {
    let shown = faults.iter().take(MOST_FAULTS).map(|(line, what)| format!("line {line}: {what}"));
    let more = faults.len().saturating_sub(MOST_FAULTS);
    let more = (more > 0).then(|| format!("and {more} more"));
    shown.chain(more).collect::<Vec<_>>().join("; ")
}

/// The columns by their places.
struct Columns {
    id: Option<usize>,
    name: usize,
    email: usize,
    enabled: Option<usize>,
}

/// Reads the users of a list. Lines without anything in them are passed over.
///
/// # Errors
/// [`CsvError`] names every line that is faulty; then there are no users at all, for half a list would look like a whole one.
pub fn read(bytes: &[u8]) -> Result<Vec<SwyxUser>, CsvError> {
    let text = std::str::from_utf8(bytes).map_err(|_| CsvError::Encoding)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.lines().next().unwrap_or_default();
    let separator = if first.matches(';').count() > first.matches(',').count() { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let header = reader.headers().map_err(|_| CsvError::Column("name"))?;
    let place = |name: &str| header.iter().position(|column| column.eq_ignore_ascii_case(name));
    let columns = Columns {
        id: place("id"),
        name: place("name").ok_or(CsvError::Column("name"))?,
        email: place("email").ok_or(CsvError::Column("email"))?,
        enabled: place("enabled"),
    };
    let width = header.len();
    let (mut users, mut faults) = (Vec::new(), Vec::new());
    let mut ids = std::collections::HashSet::new();
    for record in reader.records() {
        let line = record.as_ref().ok().and_then(|record| record.position()).map_or(0, csv::Position::line);
        let read =
            record.map_err(|_| "this is no line of fields").and_then(|record| user(&record, width, &columns));
        match read {
            Ok(Some(user)) if ids.insert(user.id.clone()) => users.push(user),
            Ok(Some(_)) => faults.push((line, "another line has this id")),
            Ok(None) => {}
            Err(what) => faults.push((line, what)),
        }
    }
    if faults.is_empty() { Ok(users) } else { Err(CsvError::Lines(faults)) }
}

fn user(
    record: &csv::StringRecord,
    width: usize,
    columns: &Columns,
) -> Result<Option<SwyxUser>, &'static str> {
    if record.iter().all(str::is_empty) {
        return Ok(None);
    }
    if record.len() != width {
        return Err("not as many fields as the first line has");
    }
    let field =
        |place: Option<usize>| place.and_then(|place| record.get(place)).filter(|text| !text.is_empty());
    let (name, email) = (field(Some(columns.name)), field(Some(columns.email)));
    let id = field(columns.id).or(email).or(name).ok_or("neither id nor name nor e-mail address")?;
    let enabled = match field(columns.enabled).map(str::to_ascii_lowercase).as_deref() {
        None | Some("true" | "yes" | "1") => true,
        Some("false" | "no" | "0") => false,
        Some(_) => return Err("`enabled` is neither true nor false"),
    };
    Ok(Some(SwyxUser {
        id: id.into(),
        name: name.unwrap_or_default().into(),
        email: email.map(Box::from),
        enabled,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: &str, name: &str, email: Option<&str>, enabled: bool) -> SwyxUser {
        SwyxUser { id: id.into(), name: name.into(), email: email.map(Box::from), enabled }
    }

    #[test]
    fn lists_are_read_however_they_are_written() {
        let plain = "name,email\nJane Roe,jane@example.com\n\n\"Roe, Jim\",\n";
        let wanted = [
            user("jane@example.com", "Jane Roe", Some("jane@example.com"), true),
            user("Roe, Jim", "Roe, Jim", None, true),
        ];
        assert_eq!(read(plain.as_bytes()).expect("a list"), wanted);
        let other = "\u{feff}Enabled;E-Mail;EMAIL;Id;Name\r\nno;x;a@b.example;7;\"A \"\"B\"\"\"\r\n";
        assert_eq!(
            read(other.as_bytes()).expect("a list"),
            [user("7", "A \"B\"", Some("a@b.example"), false)]
        );
        assert_eq!(read(b"name,email\n").expect("a list"), []);
    }

    #[test]
    fn every_faulty_line_is_named_and_no_half_list_is_given() {
        let text = "id,name,email,enabled\n1,A,a@b,true\n2,B\n,,,\n3,C,c@b,perhaps\n1,D,d@b,\n";
        let error = read(text.as_bytes()).expect_err("faults");
        assert_eq!(
            error.to_string(),
            "line 3: not as many fields as the first line has; line 5: `enabled` is neither true nor false; line 6: another line has this id"
        );
        assert_eq!(read(b"name;mail\n").expect_err("no e-mail"), CsvError::Column("email"));
        assert_eq!(read(b"\xff\xfe").expect_err("UTF-16"), CsvError::Encoding);
        assert_eq!(read(b"").expect_err("nothing"), CsvError::Column("name"));
    }
}
