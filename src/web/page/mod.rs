//! The pages, rendered here. `maud` escapes every text and attribute; nothing is inserted into a script or a
//! style.
//!
//! All pages of the form are on one level below its secret path, and their links are relative, so no page
//! contains the path.

mod conflict;
mod content;
mod fields;
mod found;
mod inputs;
mod job;
mod parts;
mod read_only;
mod tables;

use maud::{Markup, html};

pub(super) use conflict::{Conflict, conflict};
pub(super) use content::{Content, Note, replaced_values};
pub(super) use job::{address, job};
pub(super) use read_only::file_for_shell;

use self::parts::{frame, prose};
use crate::form::Finding;

/// The form.
pub(super) fn form(content: &Content<'_>) -> Markup {
    let sections = content.values.sections(content.form).collect::<Vec<_>>();
    let body = html! {
        form #form method="post" action="save" novalidate autocomplete="off" data-draft=(content.draft)
            data-saved[matches!(content.note, Note::Saved | Note::Merged | Note::Unchanged)] data-restoring[content.restoring] {
            input type="hidden" name="csrf" value=(content.csrf);
            input type="hidden" name="page" value=(content.id);
            header.bar {
                div.file {
                    h1 { "Teams presence synchronisation" }
                    p { (content.name) }
                }
                p #unsaved .unsaved hidden[!content.unsaved] { "Not saved yet" }
                button.primary type="submit" { "Save" }
                button type="submit" formaction="close" { "Close" }
            }
            div.columns {
                nav aria-label="Sections" {
                    ul {
                        li { a href="#findings" { "Findings" } }
                        @if content.acts { li { a href="#online" { "Tenant" } } }
                        @for section in &sections {
                            li { a href={ "#section-" (section.key) } { (section.title) } }
                        }
                    }
                }
                main {
                    (note(content))
                    (found::summary(content.findings))
                    @if content.acts { (job::buttons()) }
                    p #announce .hidden-text role="status" aria-live="polite" {}
                    @for section in &sections {
                        (fields::section(content, section))
                    }
                    p.end { button.primary type="submit" { "Save" } }
                }
            }
        }
    };
    frame(content.name, &body)
}

/// The page for a file that cannot be shown as a form.
pub(super) fn unreadable(name: &str, findings: &[Finding]) -> Markup {
    let body = html! {
        header.bar {
            div.file { h1 { "Teams presence synchronisation" } p { (name) } }
        }
        main.alone {
            div.note.bad role="alert" {
                p { "This file cannot be read as settings. Fix it in an editor, then " a href="./" { "reload" } "." }
            }
            (found::summary(findings))
        }
    };
    frame(name, &body)
}

/// A page with the reason of a refusal.
pub(super) fn refusal(name: &str, message: &str) -> Markup {
    let body = html! {
        header.bar {
            div.file { h1 { "Teams presence synchronisation" } p { (name) } }
        }
        main.alone {
            div.note.bad role="alert" { p { (message) } }
            p { a href="./" { "Back to the form" } }
        }
    };
    frame(name, &body)
}

/// The page that leads to the form at `home`.
pub(super) fn opened(home: &str) -> Markup {
    alone("opened", &html! { p { a href=(home) { "Continue to the form" } } })
}

/// The page after the form was closed.
pub(super) fn left() -> Markup {
    alone(
        "closed",
        &html! {
            div.note.good role="status" { p { "Closed. The file contains everything that you saved." } }
            p { "To get a new link, press Enter in the terminal where " code { "swyx-teams serve" } " runs, or start it again." }
        },
    )
}

/// A page without information about the file.
fn alone(title: &str, content: &Markup) -> Markup {
    let body = html! {
        header.bar {
            div.file { h1 { "Teams presence synchronisation" } }
        }
        main.alone { (content) }
    };
    frame(title, &body)
}

/// The page for browsers that have not opened the link.
pub(super) fn outside() -> Markup {
    alone("closed", &closed())
}

/// The same page for a form that was sent too late: shows its fields again, which are not saved.
pub(super) fn outside_with(input: &[(String, String)]) -> Markup {
    alone("not saved", &html! { (closed()) (kept_input(input)) })
}

/// The page for a form with the token of an ended session: shows its fields again, which are not saved.
pub(super) fn of_another_session(reason: &str, input: &[(String, String)]) -> Markup {
    let content = html! {
        div.note.bad role="alert" { p { "Not saved: " (reason) "." } }
        (kept_input(input))
        p { a href="./" { "Back to the form" } }
    };
    alone("not saved", &content)
}

fn closed() -> Markup {
    html! {
        div.note.bad role="alert" {
            p { "Open this page with its link, which works only once and within five minutes. The page closes after 15 minutes without a request, or after 8 hours." }
            p { "To get a new link, press Enter in the terminal where " code { "swyx-teams serve" } " runs, or start it again." }
        }
    }
}

fn kept_input(input: &[(String, String)]) -> Markup {
    html! {
        @if !input.is_empty() {
            p { "Your input was not saved. These are all fields of the form: copy your input from here. What may be a secret is not shown." }
            pre { @for (key, value) in input { (key) " = " (value) "\n" } }
        }
    }
}

/// A number of errors as text.
pub(super) fn errors(count: usize) -> String {
    if count == 1 { "1 error".to_owned() } else { format!("{count} errors") }
}

fn note(content: &Content<'_>) -> Markup {
    html! {
        @match content.note {
            Note::None => {},
            Note::Saved => div.note.good role="status" { p { "Saved." } },
            Note::Merged => div.note.good role="status" {
                p { "Saved. The file had also been changed elsewhere; these changes were kept." }
            },
            Note::Unchanged => div.note role="status" { p { "No changes to save." } },
            Note::Refused(count) => div.note.bad role="alert" {
                p { "Not saved: this would add " (errors(count)) " to the file. Your input is still here." }
            },
            Note::Unsaved => div.note.bad role="alert" {
                p { "Not closed: you have unsaved changes. Save them, or close without saving." }
                p { button type="submit" formaction="close" name="unsaved" value="discard" data-discard { "Close without saving" } }
            },
        }
        @if let Some(trouble) = content.trouble {
            div.note.bad role="alert" { p { (prose(trouble)) } }
        }
    }
}
