//! The page for a file that was changed in the meantime: both versions of each key that differs, and a
//! choice.

use maud::{Markup, html};

use super::found;
use super::parts::frame;
use crate::form::{By, Difference, Finding};

/// The content of the page.
pub(in crate::web) struct Conflict<'a> {
    pub(in crate::web) name: &'a str,
    /// Identifies the file in the browser's storage of unsaved input.
    pub(in crate::web) draft: &'a str,
    pub(in crate::web) id: &'a str,
    pub(in crate::web) csrf: &'a str,
    /// Whether the file was deleted: then there is nothing to choose, and the whole file can be created again.
    pub(in crate::web) is_deleted: bool,
    pub(in crate::web) differences: &'a [Difference],
    /// The errors that the choices would add to the file.
    pub(in crate::web) refused: &'a [Finding],
    /// An error message.
    pub(in crate::web) trouble: Option<&'a str>,
}

/// The page.
pub(in crate::web) fn conflict(conflict: &Conflict<'_>) -> Markup {
    let save = if conflict.is_deleted { "Create the file again" } else { "Save these" };
    let body = html! {
        form method="post" action="merge" autocomplete="off" data-draft=(conflict.draft) {
            input type="hidden" name="csrf" value=(conflict.csrf);
            input type="hidden" name="page" value=(conflict.id);
            header.bar {
                div.file { h1 { "Teams presence synchronisation" } p { (conflict.name) } }
                button.primary type="submit" { (save) }
            }
            main.alone {
                div.note.bad role="alert" {
                    @if conflict.is_deleted {
                        p { "The file was deleted by another process in the meantime. Your changes are not lost: you can create the whole file again, with them." }
                    } @else {
                        p { "The file was changed by another process in the meantime. Nothing was overwritten, and your changes are not lost: choose a value for each key." }
                    }
                    @if let Some(trouble) = conflict.trouble { p { (trouble) } }
                }
                @if !conflict.refused.is_empty() { (found::summary(conflict.refused)) }
                @if conflict.differences.is_empty() && !conflict.is_deleted {
                    p { "The file already contains your changes." }
                }
                @for (index, difference) in conflict.differences.iter().enumerate().filter(|_| !conflict.is_deleted) {
                    (choice(index, difference))
                }
                p.end { button.primary type="submit" { (save) } " " a href="./" data-discard { @if conflict.is_deleted { "Leave it deleted" } @else { "Use the file as it is" } } }
            }
        }
    };
    frame(conflict.name, &body)
}

fn choice(index: usize, difference: &Difference) -> Markup {
    let by = match difference.by {
        By::You => "changed by you",
        By::Others => "changed in the file",
        By::Both => "changed by both",
    };
    let name = format!("choose {}", difference.key);
    let side = |value: &str, title: &str, text: &str, chosen: bool| {
        let id = format!("choose-{index}-{value}");
        html! {
            div.side {
                input type="radio" id=(id) name=(name) value=(value) checked[chosen] required;
                label for=(id) {
                    strong { (title) } " "
                    @if text.is_empty() { em { "not set" } } @else { span.value { (text) } }
                }
            }
        }
    };
    if difference.read_only {
        return html! {
            div.difference data-key=(difference.key) {
                p { strong { (difference.title) } " " span.need { (by) } }
                p.help { "This cannot be changed in the form. The value in the file stays: " }
                p {
                    @if difference.now.is_empty() { em { "not set" } } @else { code { (difference.now) } }
                }
            }
        };
    }
    html! {
        fieldset.difference data-key=(difference.key) {
            legend { (difference.title) " " span.need { (by) } }
            div.sides {
                (side("yours", "Yours", &difference.yours, difference.by == By::You))
                (side("file", "In the file now", &difference.now, difference.by == By::Others))
            }
        }
    }
}
