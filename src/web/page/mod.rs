//! The pages, rendered here. Every text and attribute is escaped by `maud`; nothing is spliced into a script or a style.
//!
//! All pages of the form are at one level below its secret path, and their links are relative: no page contains the path.

mod conflict;
mod fields;
mod found;
mod job;
mod read_only;
mod tables;

use maud::{DOCTYPE, Markup, html};

pub(super) use conflict::{Conflict, conflict};
pub(super) use job::{address, job};
pub(super) use read_only::file_for_shell;

use crate::form::{Finding, Form, Values};

/// What a page says besides the form.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Note {
    /// Nothing.
    None,
    /// The file was saved.
    Saved,
    /// There was nothing to save.
    Unchanged,
    /// Saving would add this many errors, so nothing was saved.
    Refused(usize),
}

/// What stands in a page.
pub(super) struct Content<'a> {
    /// The file's name.
    pub(super) name: &'a str,
    /// The file's path, quoted for a shell.
    pub(super) file_for_shell: &'a str,
    pub(super) form: &'a Form,
    pub(super) values: &'a Values,
    pub(super) findings: &'a [Finding],
    /// The page's number.
    pub(super) id: &'a str,
    /// What every change has to bring.
    pub(super) csrf: &'a str,
    pub(super) note: Note,
    /// Something that went wrong.
    pub(super) trouble: Option<&'a str>,
    /// The input to begin at.
    pub(super) begin_at: Option<&'a str>,
    /// Whether there is something to do besides editing.
    pub(super) acts: bool,
    /// Whether something was entered that is not saved.
    pub(super) unsaved: bool,
}

/// The form.
pub(super) fn form(content: &Content<'_>) -> Markup {
    let sections = &content.form.sections;
    let body = html! {
        form #form method="post" action="save" novalidate autocomplete="off" {
            input type="hidden" name="csrf" value=(content.csrf);
            input type="hidden" name="page" value=(content.id);
            header.bar {
                div.file {
                    h1 { "Teams presence synchronisation" }
                    p { (content.name) }
                }
                p #unsaved .unsaved hidden[!content.unsaved] { "Not saved yet" }
                button.primary type="submit" { "Save" }
                button type="submit" formaction="leave" { "Close" }
            }
            div.columns {
                nav aria-label="Sections" {
                    ul {
                        li { a href="#findings" { "Findings" } }
                        @if content.acts { li { a href="#online" { "Tenant" } } }
                        @for section in sections {
                            li { a href={ "#section-" (section.key) } { (section.title) } }
                        }
                    }
                }
                main {
                    (note(content))
                    (found::summary(content.findings))
                    @if content.acts { (job::buttons()) }
                    p #announce .hidden-text role="status" aria-live="polite" {}
                    @for section in sections {
                        (fields::section(content, section))
                    }
                    p.end { button.primary type="submit" { "Save" } }
                }
            }
        }
    };
    frame(content.name, &body)
}

/// A page of a file of which no form can be made.
pub(super) fn unreadable(name: &str, findings: &[Finding]) -> Markup {
    let body = html! {
        header.bar {
            div.file { h1 { "Teams presence synchronisation" } p { (name) } }
        }
        main.alone {
            div.note.bad role="alert" {
                p { "This file cannot be read as settings. Fix it in an editor, then " a href="./" { "look again" } "." }
            }
            (found::summary(findings))
        }
    };
    frame(name, &body)
}

/// A page that says why something was not done.
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

/// The page for whoever has closed the form.
pub(super) fn left() -> Markup {
    alone(
        "closed",
        &html! {
            div.note.good role="status" { p { "Closed. What was saved is in the file." } }
            p { "A new link comes from the terminal where " code { "swyx-teams serve" } " runs: press Enter there, or start it again." }
        },
    )
}

/// A page that says nothing of the file.
fn alone(title: &str, content: &Markup) -> Markup {
    let body = html! {
        header.bar {
            div.file { h1 { "Teams presence synchronisation" } }
        }
        main.alone { (content) }
    };
    frame(title, &body)
}

/// The page for whoever has not opened the link.
pub(super) fn outside() -> Markup {
    alone(
        "closed",
        &html! {
            div.note.bad role="alert" {
                p { "This page opens by its link only, once and within five minutes; and it closes after 15 minutes without a request, or after 8 hours." }
                p { "Take a new link from the terminal where " code { "swyx-teams serve" } " runs: press Enter there, or start it again." }
            }
        },
    )
}

/// So many errors, in words.
pub(super) fn errors(count: usize) -> String {
    if count == 1 { "1 error".to_owned() } else { format!("{count} errors") }
}

fn note(content: &Content<'_>) -> Markup {
    html! {
        @match content.note {
            Note::None => {},
            Note::Saved => div.note.good role="status" { p { "Saved." } },
            Note::Unchanged => div.note role="status" { p { "Nothing to change: the file says it already." } },
            Note::Refused(count) => div.note.bad role="alert" {
                p { "Not saved: this would add " (errors(count)) " to the file. What you entered is still here." }
            },
        }
        @if let Some(trouble) = content.trouble {
            div.note.bad role="alert" { p { (prose(trouble)) } }
        }
    }
}

/// What stands around every page.
pub(super) fn frame(name: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (name) " – swyx-teams" }
                link rel="icon" href="/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/style.css";
                script src="/script.js" defer {}
            }
            body { (body) }
        }
    }
}

/// The part of an id that stands for a key: dots, brackets and quotes become hyphens.
pub(super) fn slug(key: &str) -> String {
    let mut slug = String::with_capacity(key.len());
    for c in key.chars() {
        if c.is_ascii_alphanumeric() || c == '_' {
            slug.push(c);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// A text with what stands between grave accents as code.
fn prose(text: &str) -> Markup {
    html! {
        @for (index, piece) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (piece) } } @else { (piece) }
        }
    }
}
