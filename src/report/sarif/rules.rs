//! The rules as SARIF descriptors, so that a code host can explain a finding without a web page.

use serde_sarif::sarif;

use super::message::literal;
use crate::diagnostic::Severity;
use crate::rules::{ALL, Rule};

/// This program, with all its rules.
pub(super) fn driver() -> sarif::ToolComponent {
    sarif::ToolComponent::builder()
        .name(env!("CARGO_PKG_NAME"))
        .version(env!("CARGO_PKG_VERSION"))
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .rules(ALL.iter().map(descriptor).collect::<Vec<_>>())
        .build()
}

/// The place of a rule in the list of [`driver`].
pub(super) fn index(id: &str) -> Option<i64> {
    ALL.iter().position(|rule| rule.id == id).map(super::place::number)
}

/// The severity of a finding in SARIF.
pub(super) fn level(severity: Severity) -> sarif::ResultLevel {
    match severity {
        Severity::Error => sarif::ResultLevel::Error,
        Severity::Warning => sarif::ResultLevel::Warning,
        Severity::Info => sarif::ResultLevel::Note,
    }
}

fn descriptor(rule: &Rule) -> sarif::ReportingDescriptor {
    let level = serde_json::Value::from(level(rule.severity).to_string());
    let mut help = text(rule.doc);
    help.markdown = Some(literal(rule.doc));
    sarif::ReportingDescriptor::builder()
        .id(rule.id)
        .name(pascal_case(rule.id))
        .short_description(text(rule.title))
        .full_description(text(section(rule.doc, "What")))
        .help(help)
        .default_configuration(sarif::ReportingConfiguration::builder().level(level).build())
        .properties(sarif::PropertyBag::builder().tags(vec!["configuration".to_owned()]).build())
        .build()
}

fn text(text: &str) -> sarif::MultiformatMessageString {
    sarif::MultiformatMessageString::builder().text(literal(&text.replace("## ", ""))).build()
}

/// One section of a rule's documentation; all of it if there is no such section.
fn section<'a>(doc: &'a str, title: &str) -> &'a str {
    let bodies = doc.split("## ").filter_map(|part| part.split_once('\n'));
    bodies.filter(|(head, _)| *head == title).map(|(_, body)| body.trim()).next().unwrap_or(doc)
}

/// `secret-shape` as `SecretShape`: SARIF requires a name that is an identifier and differs from the id.
fn pascal_case(id: &str) -> String {
    let word = |word: &str| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect::<String>()
    };
    id.split('-').map(word).collect()
}
