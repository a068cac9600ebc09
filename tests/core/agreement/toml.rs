//! Values -> TOML, in a form chosen at random: headers, dotted keys, inline tables, four kinds of strings, comments, either line end.

use crate::agreement::document::Value;
use crate::agreement::random::Random;

/// The text of a document.
pub fn write(document: &Value, random: &mut Random) -> String {
    let Value::Table(members) = document else { return String::new() };
    let line_end = if random.percent(20) { "\r\n" } else { "\n" };
    let mut writer = Writer { random, out: String::new(), line_end, in_array: false };
    if writer.random.percent(5) {
        writer.out.push('\u{feff}');
    }
    writer.section(None, &[], members);
    if writer.random.percent(5) {
        writer.out.truncate(writer.out.trim_end_matches(['\n', '\r']).len());
    }
    writer.out
}

struct Writer<'r> {
    random: &'r mut Random,
    out: String,
    line_end: &'static str,
    in_array: bool,
}

impl Writer<'_> {
    /// The members of one table: first those that are written in lines, then those that have a header.
    fn section(&mut self, header: Option<&str>, path: &[&str], members: &[(String, Value)]) {
        let mut members = members.iter().collect::<Vec<_>>();
        self.random.shuffle(&mut members);
        let (with_header, in_lines): (Vec<_>, Vec<_>) =
            members.into_iter().partition(|(_, value)| match value {
                Value::Table(_) => self.random.percent(60),
                Value::Array(elements) => {
                    !elements.is_empty()
                        && elements.iter().all(|element| matches!(element, Value::Table(_)))
                        && self.random.percent(70)
                }
                _ => false,
            });
        let is_implied = header.is_some_and(|header| !header.starts_with("[["))
            && in_lines.is_empty()
            && with_header.iter().any(|(_, value)| matches!(value, Value::Table(_)))
            && self.random.percent(50);
        // The header of a table can follow those of its members, except in an array, where it would start the next element.
        let is_late = !self.in_array
            && header.is_some_and(|header| !header.starts_with("[["))
            && self.random.percent(10);
        if is_late {
            self.headed(path, &with_header);
        }
        if let Some(header) = header.filter(|_| !is_implied) {
            self.line(header);
        }
        for (name, value) in in_lines {
            self.member(&[name], value);
        }
        if !is_late {
            self.headed(path, &with_header);
        }
    }

    fn headed(&mut self, path: &[&str], members: &[&(String, Value)]) {
        for (name, value) in members {
            let path = path.iter().copied().chain([name.as_str()]).collect::<Vec<_>>();
            let address = self.dotted(&path);
            match value {
                Value::Table(members) => self.section(Some(&format!("[{address}]")), &path, members),
                Value::Array(elements) => {
                    let outside = std::mem::replace(&mut self.in_array, true);
                    for element in elements {
                        if let Value::Table(members) = element {
                            self.section(Some(&format!("[[{address}]]")), &path, members);
                        }
                    }
                    self.in_array = outside;
                }
                _ => {}
            }
        }
    }

    fn member(&mut self, path: &[&String], value: &Value) {
        match value {
            Value::Table(members) if !members.is_empty() && self.random.percent(50) => {
                for (name, value) in members {
                    let path = path.iter().copied().chain([name]).collect::<Vec<_>>();
                    self.member(&path, value);
                }
            }
            _ => {
                let path = path.iter().map(|name| name.as_str()).collect::<Vec<_>>();
                let line = format!("{} = {}", self.dotted(&path), self.value(value));
                self.line(&line);
            }
        }
    }

    fn line(&mut self, text: &str) {
        if self.random.percent(5) {
            let extra = self.random.pick(&["", "# a comment, [x] = \"y\"", "\t"]);
            self.out.push_str(extra);
            self.out.push_str(self.line_end);
        }
        let (before, behind) =
            self.random.pick(&[("", ""), ("", ""), ("", ""), ("  ", ""), ("", " # why"), ("\t", " ")]);
        self.out.extend([before, text, behind, self.line_end]);
    }

    fn dotted(&mut self, path: &[&str]) -> String {
        let names = path.iter().map(|name| self.name(name)).collect::<Vec<_>>();
        names.join(if self.random.percent(5) { " . " } else { "." })
    }

    fn name(&mut self, name: &str) -> String {
        let is_bare =
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if is_bare && self.random.percent(90) { name.to_owned() } else { self.quoted(name) }
    }

    fn quoted(&mut self, text: &str) -> String {
        let is_plain = !text.contains('\'') && !text.chars().any(char::is_control);
        if is_plain && self.random.percent(40) {
            format!("'{text}'")
        } else {
            format!("\"{}\"", self.escaped(text))
        }
    }

    fn escaped(&mut self, text: &str) -> String {
        let mut out = String::new();
        let is_short = text.len() < 100;
        for c in text.chars() {
            match c {
                '"' | '\\' => out.extend(['\\', c]),
                '\n' => out.push_str("\\n"),
                c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
                c if is_short && self.random.percent(2) => out.push_str(&format!("\\U{:08x}", u32::from(c))),
                c => out.push(c),
            }
        }
        out
    }

    fn value(&mut self, value: &Value) -> String {
        match value {
            Value::Literal(text) => self.number(text),
            Value::Text(text) => match self.random.below(10) {
                0 => {
                    let text = self.escaped(text);
                    format!("\"\"\"{}{text}\"\"\"", self.line_end)
                }
                1 if !text.contains('\'') && !text.chars().any(char::is_control) => {
                    format!("'''{}{text}'''", self.line_end)
                }
                _ => self.quoted(text),
            },
            Value::Array(elements) => {
                let gap = if self.random.percent(20) { self.line_end } else { " " };
                let comma = if !elements.is_empty() && self.random.percent(20) { "," } else { "" };
                let elements = elements.iter().map(|element| self.value(element)).collect::<Vec<_>>();
                format!("[{gap}{}{comma}{gap}]", elements.join(&format!(",{gap}")))
            }
            Value::Table(members) => {
                let mut parts = Vec::new();
                members.iter().for_each(|(name, value)| self.inline(&[name], value, &mut parts));
                format!("{{ {} }}", parts.join(", "))
            }
        }
    }

    fn inline(&mut self, path: &[&str], value: &Value, parts: &mut Vec<String>) {
        match value {
            Value::Table(members) if !members.is_empty() && self.random.percent(30) => {
                for (name, value) in members {
                    let path = path.iter().copied().chain([name.as_str()]).collect::<Vec<_>>();
                    self.inline(&path, value, parts);
                }
            }
            _ => parts.push(format!("{} = {}", self.dotted(path), self.value(value))),
        }
    }

    /// A number may be written in other ways.
    fn number(&mut self, text: &str) -> String {
        match text.parse::<i64>() {
            Ok(number) if number >= 0 && self.random.percent(10) => match self.random.below(4) {
                0 => format!("0x{number:x}"),
                1 => format!("0o{number:o}"),
                2 => format!("0b{number:b}"),
                _ => format!("+{number}"),
            },
            _ => text.to_owned(),
        }
    }
}
