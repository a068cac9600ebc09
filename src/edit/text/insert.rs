//! Inserts a new key: after the last key of its table, in the style of its neighbours.

use crate::diagnostic::{Key, Step};
use crate::edit::change::{self, EditError, NewValue, string};
use crate::edit::replacement::Replacement;
use crate::source::Source;
use crate::source::tree::{NodeId, Origin, Table, Tree, Value};

/// How a key is inserted into a text.
pub(super) enum Insertion {
    /// Next to its neighbours.
    Beside(Replacement),
    /// In a new section at the end of the text.
    Section {
        /// The header.
        header: String,
        /// The lines.
        members: Vec<String>,
    },
}

impl Insertion {
    /// The replacement in `text`.
    pub(super) fn replacement(self, text: &str) -> Replacement {
        match self {
            Self::Beside(replacement) => replacement,
            Self::Section { header, members } => append_section(text, &header, &members),
        }
    }
}

/// Determines how to insert `key`.
pub(super) fn insert(source: &Source, key: &Key, value: &NewValue) -> Result<Insertion, EditError> {
    let steps = key.steps();
    let Some((last, parents)) = steps.split_last() else { return Err(EditError::NoPlace(key.clone())) };
    let insertion = match last {
        Step::Index(index) => append_element(source, &Key::from_steps(parents), *index, value),
        Step::Name(_) => insert_member(source, &steps, value),
    };
    insertion.ok_or_else(|| EditError::NoPlace(key.clone()))
}

fn insert_member(source: &Source, steps: &[Step], value: &NewValue) -> Option<Insertion> {
    let tree = source.tree();
    // The existing nodes, from the root down.
    let mut there: Vec<NodeId> = vec![Tree::ROOT];
    for step in steps {
        let at = *there.last()?;
        let next = match (step, &tree.node(at).value) {
            (Step::Name(name), _) => tree.child(at, name),
            (Step::Index(index), Value::Array(array)) => Some(*array.elements.get(*index)?),
            _ => None,
        };
        let Some(next) = next else { break };
        there.push(next);
    }
    let nearest = tree.table(*there.last()?)?;
    let missing = steps.get(there.len() - 1..)?;
    match nearest.origin {
        Origin::Implicit => new_section(steps, value),
        Origin::Root | Origin::Header if missing.len() > 1 => new_section(steps, value),
        Origin::Root | Origin::Header | Origin::Inline => {
            insert_into(source, *there.last()?, missing, value).map(Insertion::Beside)
        }
        Origin::Dotted => {
            // In the style of its neighbours: relative to the table that contains them.
            let depth = there
                .iter()
                .rposition(|id| tree.table(*id).is_some_and(|table| table.origin != Origin::Dotted))?;
            insert_into(source, *there.get(depth)?, steps.get(depth..)?, value).map(Insertion::Beside)
        }
    }
}

fn insert_into(source: &Source, at: NodeId, path: &[Step], value: &NewValue) -> Option<Replacement> {
    let table = source.tree().table(at)?;
    let member = format!("{} = {}", dotted(path)?, value.render());
    if table.origin == Origin::Inline {
        insert_inline(source, at, table, member)
    } else {
        insert_line(source, table, member)
    }
}

fn insert_inline(source: &Source, at: NodeId, table: &Table, member: String) -> Option<Replacement> {
    let span = source.tree().node(at).span.clone();
    let inner = source.text().get(span.start + 1..span.end - 1)?;
    if table.entries.is_empty() {
        return Some(Replacement { range: span.start + 1..span.end - 1, with: format!(" {member} ") });
    }
    let end = span.start + 1 + inner.trim_end().len();
    let comma = if inner.trim_end().ends_with(',') { "" } else { "," };
    Some(Replacement { range: end..end, with: format!("{comma} {member}") })
}

fn insert_line(source: &Source, table: &Table, member: String) -> Option<Replacement> {
    let text = source.text();
    let line_end = line_end(text);
    let last = text.get(..table.body_end)?;
    let line = last.get(last.rfind('\n').map_or(0, |at| at + 1)..)?;
    let is_header = line.trim_start().starts_with('[');
    let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
    let indent = if is_header { "" } else { line.get(..blanks)? };
    let rest = text.get(table.body_end..)?;
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    if table.origin == Origin::Root && table.body_end == start {
        // The first line is the only place before the first header.
        let at = start;
        return Some(Replacement { range: at..at, with: format!("{member}{line_end}") });
    }
    Some(match rest.find('\n') {
        Some(end) => {
            let at = table.body_end + end + 1;
            Replacement { range: at..at, with: format!("{indent}{member}{line_end}") }
        }
        None => Replacement { range: text.len()..text.len(), with: format!("{line_end}{indent}{member}") },
    })
}

/// A new table at the end of the file, for a key whose table does not exist.
fn new_section(steps: &[Step], value: &NewValue) -> Option<Insertion> {
    let (last, table) = steps.split_last()?;
    let member = format!("{} = {}", dotted(std::slice::from_ref(last))?, value.render());
    Some(Insertion::Section { header: format!("[{}]", dotted(table)?), members: vec![member] })
}

fn append_section(text: &str, header: &str, members: &[String]) -> Replacement {
    let line_end = line_end(text);
    let has_text = !text.trim_start_matches('\u{feff}').is_empty();
    let ends_line = text.ends_with('\n');
    let gap = match (has_text, ends_line) {
        (false, _) => String::new(),
        (true, true) => line_end.to_owned(),
        (true, false) => line_end.repeat(2),
    };
    let mut with = format!("{gap}{header}");
    for member in members {
        with.push_str(line_end);
        with.push_str(member);
    }
    if ends_line || !has_text {
        with.push_str(line_end);
    }
    Replacement { range: text.len()..text.len(), with }
}

fn append_element(source: &Source, array: &Key, index: usize, value: &NewValue) -> Option<Insertion> {
    let NewValue::User(swyx, teams) = value else { return None };
    let members = vec![format!("swyx = {}", string(swyx)), format!("teams = {}", string(teams))];
    let section = || Insertion::Section { header: format!("[[{array}]]"), members };
    let Some(id) = source.tree().find(array) else { return (index == 0).then(section) };
    let node = source.tree().node(id);
    let Value::Array(there) = &node.value else { return None };
    if index != there.elements.len() {
        return None;
    }
    if there.of_headers {
        return Some(section());
    }
    let last = there.elements.last().map(|id| source.tree().node(*id).span.end);
    let at = last.unwrap_or(node.span.start + 1);
    let comma = if last.is_some() { ", " } else { "" };
    Some(Insertion::Beside(Replacement { range: at..at, with: format!("{comma}{}", value.render()) }))
}

/// The path as a dotted TOML key, or `None` if it contains an array element.
fn dotted(path: &[Step]) -> Option<String> {
    let names = path.iter().map(|step| match step {
        Step::Name(name) => Some(change::name(name)),
        Step::Index(_) => None,
    });
    names.collect::<Option<Vec<_>>>().map(|names| names.join("."))
}

/// The line end of the file.
pub(in crate::edit) fn line_end(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text.get(..at).is_some_and(|before| before.ends_with('\r')) => "\r\n",
        _ => "\n",
    }
}
