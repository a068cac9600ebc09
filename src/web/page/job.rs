//! The page of a job with its progress and its result, and the buttons that start jobs.

use maud::{Markup, html};

use super::parts::{frame, prose, slug};
use crate::form::Finding;
use crate::web::actions::{Action, Code, Done, Field, Job, Part, State, Step, Verdict};

/// The buttons. They are inside the form so that unsaved changes are noticed and not lost.
pub(super) fn buttons() -> Markup {
    html! {
        section #online aria-labelledby="online-title" {
            h2 #online-title { "Tenant and Control Center" }
            p.lead { "These actions use the saved file and change nothing." }
            ul.actions {
                @for action in Action::ALL {
                    li {
                        button type="submit" formaction="act" name="action" value=(action.name())
                            aria-describedby={ "help-" (action.name()) } { (action.title()) }
                        p.help id={ "help-" (action.name()) } { (action.help()) }
                    }
                }
            }
        }
    }
}

/// The page.
pub(in crate::web) fn job(name: &str, csrf: &str, job: &Job, state: &State) -> Markup {
    let title = job.action.title();
    let body = html! {
        header.bar {
            div.file { h1 { (title) } p { (name) } }
            a href="./" { "Back to the form" }
        }
        main.alone {
            @if let Some(done) = state.done.as_deref() {
                (result(done))
            } @else if state.is_stopped {
                div.note role="status" { p { "Stopped. Nothing was changed." } }
            } @else {
                (progress(job, state))
            }
            (again(csrf, job, state))
        }
    };
    frame(&format!("{title}: {name}"), &body)
}

/// The button to stop a job or to run it again.
fn again(csrf: &str, job: &Job, state: &State) -> Markup {
    let stop = format!("stop?id={}", job.id);
    html! {
        form.end method="post" action=(if state.is_open() { stop.as_str() } else { "act" }) {
            input type="hidden" name="csrf" value=(csrf);
            @if state.is_open() {
                button type="submit" { "Stop" }
            } @else {
                button type="submit" name="action" value=(job.action.name()) { "Run again" }
            }
        }
    }
}

/// A running job. The script requests its progress. Without a script there is a link, because a page that
/// reloads automatically would not stop when the connection is lost.
fn progress(job: &Job, state: &State) -> Markup {
    html! {
        @if let Some(code) = &state.code { (sign_in(code)) }
        section #progress role="status" data-progress={ "progress?id=" (job.id) } data-version=(state.version()) {
            h2 { "Running for " span #seconds { (state.seconds()) } " s" }
            ul { @for said in &state.said { li { (said) } } }
        }
        p { a href=(address(job)) { "Refresh" } }
    }
}

/// The address of a job's page, relative to the other pages.
pub(in crate::web) fn address(job: &Job) -> String {
    format!("job?id={}", job.id)
}

/// The sign-in instructions for the administrator.
fn sign_in(code: &Code) -> Markup {
    let is_web = code.address.starts_with("https://") || code.address.starts_with("http://");
    html! {
        div.note role="alert" {
            p {
                "To sign in as an administrator, open "
                @if is_web {
                    a href=(code.address) target="_blank" rel="noopener noreferrer" { (code.address) }
                } @else {
                    (code.address)
                }
                " and enter the code " code { (code.code) } " (valid for " (code.minutes) " minutes)."
            }
        }
    }
}

fn result(done: &Done) -> Markup {
    let class = match done.verdict {
        Verdict::Good => "note good",
        Verdict::Open => "note",
        Verdict::Failed => "note bad",
    };
    html! {
        div class=(class) role="status" { p { (done.headline) } }
        @for one in &done.parts { (part(one)) }
    }
}

fn part(part: &Part) -> Markup {
    html! {
        section {
            @match part {
                Part::Verbatim(text) => pre tabindex="0" { (text) },
                Part::List(title, items) => {
                    @if let Some(title) = title { h2 { (title) } }
                    ul { @for item in items { li { (item) } } }
                },
                Part::Numbered(title, items) => {
                    h2 { (title) }
                    ol { @for item in items { li { (item) } } }
                },
                Part::Fields(fields) => dl { @for one in fields { (field(one)) } },
                Part::Steps(steps) => ul.steps { @for one in steps { (step(one)) } },
                Part::Findings(findings) => div.summary { ul { @for one in findings { (finding(one)) } } },
            }
        }
    }
}

fn field(field: &Field) -> Markup {
    html! {
        dt { (field.label) }
        dd {
            @if let Some(value) = &field.value { code { (value) } }
            @for remark in &field.remarks { p.help { (remark) } }
        }
    }
}

fn step(step: &Step) -> Markup {
    let does = match step.sign {
        '+' => "add",
        '-' => "remove",
        _ => "change",
    };
    html! {
        li {
            p { span.severity { (does) } " " (step.object) ": " (step.what) }
            p.help { (step.reason) }
            @if let Some(role) = &step.role { p.help { "needs at least the role: " (role) } }
        }
    }
}

fn finding(finding: &Finding) -> Markup {
    html! {
        li class=(finding.severity) {
            span.severity { (finding.severity) }
            " "
            @if let (Some(part), Some(title)) = (&finding.beside, &finding.title) {
                a href={ "./#part-" (slug(part)) } { (title) }
                ": "
            }
            (prose(&finding.message))
            @if let Some(help) = &finding.help { " – " (prose(help)) }
            " (" code { (finding.rule) } ", line " (finding.line) ")"
        }
    }
}
