//! Tables whose rows can be added and removed: users, and the pairs of a mapping.

use maud::{Markup, html};

use super::inputs::{input, kept, options};
use super::parts::{prose, slug};
use super::{Content, found};
use crate::form::{Choice, Field, Kind, Row, Section, Value};

/// The rows of a repeating section.
pub(super) fn rows(content: &Content<'_>, section: &Section) -> Markup {
    let rows = content.values.rows(&section.key);
    html! {
        div.scroll {
            table data-rows=(section.key) hidden[rows.is_empty()] {
                caption.hidden-text { (section.title) }
                thead {
                    tr {
                        @for field in &section.fields { th scope="col" { (field.title) } }
                        th scope="col" { span.hidden-text { "Remove" } }
                    }
                }
                tbody {
                    @for row in rows { (self::row(content, section, row, &number(row))) }
                }
            }
        }
        p.help.none hidden[!rows.is_empty()] data-none=(section.key) { "None. For all users, the e-mail address in Swyx is the Teams account." }
        template data-template=(section.key) { (row(content, section, &blank(section), "#")) }
        (add(&section.key, "Add a user"))
    }
}

/// The template for a new row; the script replaces `#` with the number.
fn blank(section: &Section) -> Row {
    let key = format!("{}[#]", section.key);
    let cell = |field: &Field| crate::form::Cell {
        name: format!("{key}.{}", field.key),
        value: Value::Text(String::new()),
    };
    Row { cells: section.fields.iter().map(cell).collect(), key, is_new: true, removed: false }
}

fn row(content: &Content<'_>, section: &Section, row: &Row, number: &str) -> Markup {
    let is_template = number == "#";
    let id = if is_template {
        format!("part-{}-#", slug(&section.key))
    } else {
        format!("part-{}", slug(&row.key))
    };
    html! {
        tr id=(id) class=[row.removed.then_some("removed")] data-row=(row.key) data-new[row.is_new] {
            @for (cell, field) in row.cells.iter().zip(&section.fields) {
                td id=[(!is_template).then(|| format!("part-{}", slug(&cell.name)))] {
                    @let label = format!("{}, row {number}", field.title);
                    @if is_template {
                        input name=(cell.name) type="text" spellcheck="false" autocapitalize="off" aria-label=(label);
                        div.findings data-findings=(cell.name) {}
                    } @else {
                        (input(content, &field.kind, &cell.name, &cell.value, Some(&label), None))
                        (kept(content, &cell.name, &cell.value))
                        (found::beside(content.findings, &cell.name))
                    }
                }
            }
            td {
                (remove(row, &format!("row {number}")))
                @if !is_template { (found::beside(content.findings, &row.key)) }
            }
        }
    }
}

/// The number of a row: the index of its key plus 1, so that it does not change when other rows are added or
/// removed.
fn number(row: &Row) -> String {
    let index = row.key.split(['[', ']']).nth(1).and_then(|index| index.parse::<usize>().ok());
    index.map_or_else(String::new, |index| index.saturating_add(1).to_string())
}

/// The pairs of a mapping.
pub(super) fn pairs(content: &Content<'_>, field: &Field, choices: &[Choice], names: &[String]) -> Markup {
    let id = slug(&field.key);
    html! {
        fieldset {
            legend { (field.title) }
            p.help id={ "help-" (id) } { (prose(&field.help)) " Example: " code { "Busy/InAMeeting" } " to Away." }
            (found::beside(content.findings, &field.key))
            table data-rows=(field.key) hidden[content.values.rows(&field.key).is_empty()] {
                caption.hidden-text { (field.title) }
                thead {
                    tr {
                        th scope="col" { "Presence in Teams" }
                        th scope="col" { "Status in Swyx" }
                        th scope="col" { span.hidden-text { "Remove" } }
                    }
                }
                tbody {
                    @for (index, row) in content.values.rows(&field.key).iter().enumerate() {
                        (pair(content, choices, row, &(index + 1).to_string()))
                    }
                }
            }
            template data-template=(field.key) { (pair(content, choices, &blank_pair(field), "#")) }
            datalist #presences { @for name in names { option value=(name) {} } }
            (add(&field.key, "Add a status"))
        }
    }
}

fn blank_pair(field: &Field) -> Row {
    let key = format!("{}[#]", field.key);
    let cell =
        |name: &str| crate::form::Cell { name: format!("{key}.{name}"), value: Value::Text(String::new()) };
    Row { cells: vec![cell("presence"), cell("status")], key, is_new: true, removed: false }
}

fn pair(content: &Content<'_>, choices: &[Choice], row: &Row, number: &str) -> Markup {
    let [name, status] = row.cells.as_slice() else { return html! {} };
    let is_template = number == "#";
    let part = if is_template { "#".to_owned() } else { slug(&row.key) };
    let described = (!is_template).then(|| format!("findings-of-{}", slug(&row.key)));
    let wrong = found::is_wrong(content.findings, &row.key).then_some("true");
    let choice = Kind::Choice { choices: choices.to_vec(), numbers: false };
    let label = match name.value.text() {
        "" => format!("Status in Swyx, row {number}"),
        name => format!("Status in Swyx for {name}"),
    };
    html! {
        tr id={ "part-" (part) } class=[row.removed.then_some("removed")] data-row=(row.key) data-new[row.is_new] {
            td {
                @if name.name.is_empty() {
                    code { (name.value.text()) }
                } @else {
                    input name=(name.name) type="text" list="presences" value=(name.value.text()) spellcheck="false" autocapitalize="off"
                        aria-label={ "Presence in Teams, row " (number) } aria-describedby=[&described] aria-invalid=[wrong]
                        autofocus[content.begin_at == Some(name.name.as_str())];
                }
            }
            td {
                @if status.name.is_empty() {
                    "(stays unchanged)"
                } @else if row.is_new {
                    select name=(status.name) aria-label=(label) aria-describedby=[&described] aria-invalid=[wrong] {
                        (options(choices, &status.value, None))
                    }
                } @else {
                    (input(content, &choice, &status.name, &status.value, Some(&label), None))
                    (kept(content, &status.name, &status.value))
                }
                @if is_template {
                    div.findings data-findings=(row.key) {}
                } @else {
                    (found::beside(content.findings, &row.key))
                }
            }
            td { (remove(row, &format!("row {number}"))) }
        }
    }
}

/// The button that removes or restores a row. A row of the file stays in the form until it is saved.
fn remove(row: &Row, what: &str) -> Markup {
    html! {
        @if row.removed {
            input type="hidden" name="removed" value=(row.key);
            button.small type="submit" formaction="edit" name="restore" value=(row.key) aria-label={ "Keep " (what) } { "Keep" }
        } @else {
            button.small type="submit" formaction="edit" name="remove" value=(row.key) aria-label={ "Remove " (what) } { "Remove" }
        }
    }
}

fn add(table: &str, title: &str) -> Markup {
    html! {
        p { button.small type="submit" formaction="edit" name="add" value=(table) { (title) } }
    }
}
