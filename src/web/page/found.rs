//! Findings: a summary of all with links, and each one next to its field.

use maud::{Markup, html};

use super::parts::{prose, slug};
use crate::diagnostic::Severity;
use crate::form::Finding;

/// The summary. The script updates the same elements while the user types.
pub(super) fn summary(findings: &[Finding]) -> Markup {
    html! {
        section #findings .summary aria-labelledby="findings-title" tabindex="-1" {
            h2 #findings-title { (heading(findings)) }
            ul #findings-list {
                @for finding in findings {
                    li class=(finding.severity.as_str()) {
                        span.severity { (finding.severity.as_str()) }
                        " "
                        @if let (Some(part), Some(title)) = (&finding.beside, &finding.title) {
                            a href={ "#part-" (slug(part)) } { (title) }
                            ": "
                        }
                        (prose(&finding.message))
                        @if finding.beside.is_none() {
                            @if let Some(help) = &finding.help { " – " (prose(help)) }
                            " (line " (finding.line) ")"
                        }
                    }
                }
            }
        }
    }
}

/// The number of findings as text.
fn heading(findings: &[Finding]) -> String {
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let words = [
        (Severity::Error, "error", "errors"),
        (Severity::Warning, "warning", "warnings"),
        (Severity::Info, "hint", "hints"),
    ];
    let parts = words.into_iter().filter_map(|(severity, one, many)| match count(severity) {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    });
    let parts = parts.collect::<Vec<_>>();
    if parts.is_empty() { "Nothing found".to_owned() } else { parts.join(", ") }
}

/// The findings of one part of the form, in the element that its inputs reference as their description.
pub(super) fn beside(findings: &[Finding], part: &str) -> Markup {
    html! {
        div.findings id={ "findings-of-" (slug(part)) } data-findings=(part) {
            @for finding in findings.iter().filter(|finding| finding.beside.as_deref() == Some(part)) {
                p class=(finding.severity.as_str()) {
                    span.severity { (finding.severity.as_str()) }
                    " "
                    (prose(&finding.message))
                    @if let Some(help) = &finding.help { " – " (prose(help)) }
                    @for related in &finding.related {
                        "; "
                        @match &related.beside {
                            Some(part) => a href={ "#part-" (slug(part)) } { (prose(&related.message)) },
                            None => (prose(&related.message)),
                        }
                    }
                }
            }
        }
    }
}

/// Whether a part has an error.
pub(super) fn is_wrong(findings: &[Finding], part: &str) -> bool {
    findings
        .iter()
        .any(|finding| finding.beside.as_deref() == Some(part) && finding.severity == Severity::Error)
}
