//! One input with its help text, whether it is required, and the value in the file.

use maud::{Markup, html};

use super::parts::{prose, slug};
use super::{Content, found};
use crate::form::{Choice, Condition, Field, Kind, Value};

/// The input of a field or cell. Without `label`, the page contains a label and a help text for it.
pub(super) fn input(
    content: &Content<'_>,
    kind: &Kind,
    key: &str,
    value: &Value,
    label: Option<&str>,
    default: Option<&str>,
) -> Markup {
    let id = slug(key);
    let wrong = found::is_wrong(content.findings, key).then_some("true");
    let described = match label {
        Some(_) => format!("findings-of-{id}"),
        None => format!("help-{id} findings-of-{id}"),
    };
    let begins = content.begin_at == Some(key);
    let was = content.was.get(key);
    html! {
        @match kind {
            Kind::Choice { choices, .. } => {
                select id={ "field-" (id) } name=(key) aria-label=[label] aria-describedby=(described)
                    aria-invalid=[wrong] autofocus[begins] data-was=[was] {
                    (options(choices, value, default))
                }
            },
            Kind::Boolean => {
                select id={ "field-" (id) } name=(key) aria-label=[label] aria-describedby=(described)
                    aria-invalid=[wrong] autofocus[begins] data-was=[was] {
                    (options(&yes_or_no(), value, default))
                }
            },
            _ => {
                input id={ "field-" (id) } name=(key) type="text" value=(value.text()) spellcheck="false"
                    autocapitalize="off" inputmode=[mode(kind)] aria-label=[label]
                    aria-describedby=(described) aria-invalid=[wrong] autofocus[begins] data-was=[was];
            },
        }
    }
}

/// The choices of a boolean.
fn yes_or_no() -> [Choice; 2] {
    [("true", "Yes"), ("false", "No")]
        .map(|(value, title)| Choice { value: value.to_owned(), title: title.to_owned() })
}

/// The keyboard of a phone. Numbers also use a text input, so that an invalid number is sent and reported.
fn mode(kind: &Kind) -> Option<&'static str> {
    match kind {
        Kind::Number { .. } => Some("numeric"),
        Kind::Text { format: Some(format), .. } if format == "uri" => Some("url"),
        Kind::Text { format: Some(format), .. } if format == "email" => Some("email"),
        _ => None,
    }
}

/// The choices with the selected value, even if it is not one of them.
pub(super) fn options(choices: &[Choice], value: &Value, default: Option<&str>) -> Markup {
    let chosen = value.text();
    let is_kept = matches!(value, Value::Kept(_));
    let title = |value: &str| choices.iter().find(|choice| choice.value == value).map_or("", |c| &c.title);
    html! {
        option value="" selected[chosen.is_empty()] {
            @match (is_kept, default) {
                (true, _) => "As in the file",
                (false, Some(default)) => { "Not set: " (title(default)) },
                (false, None) => "Not set",
            }
        }
        @for choice in choices {
            option value=(choice.value) selected[choice.value == chosen] {
                (choice.title)
            }
        }
        @if !chosen.is_empty() && choices.iter().all(|choice| choice.value != chosen) {
            option value=(chosen) selected { (chosen) " (not an allowed value)" }
        }
    }
}

/// The notes about a hidden value, and about input that is not shown again.
pub(super) fn kept(content: &Content<'_>, key: &str, value: &Value) -> Markup {
    html! {
        @match value {
            Value::Kept(Some(text)) => {
                p.help { "In the file: " code { (text) } ". This field cannot represent it. It stays unless you enter something." }
            },
            Value::Kept(None) => {
                p.help { "The file has a value here that is not shown because it may be a secret. It stays unless you enter something." }
            },
            _ => {},
        }
        @if matches!(value, Value::Kept(_)) {
            p.check {
                @let is_removed = content.values.removed.iter().any(|removed| removed == key);
                label { input type="checkbox" name="removed" value=(key) checked[is_removed]; " Remove it from the file" }
            }
        }
        @if content.values.withheld.iter().any(|withheld| withheld == key) {
            p.help { "Your input is not shown here because it may be a secret." }
        }
    }
}

/// What to enter.
pub(super) fn help(field: &Field) -> Markup {
    html! {
        p.help id={ "help-" (slug(&field.key)) } {
            (prose(&field.help))
            @if let Some(example) = field.examples.first() { " Example: " code { (example) } "." }
            @if let Some(default) = &field.default { " Default: " code { (default) } "." }
        }
    }
}

/// The mark of a required field.
pub(super) fn need(content: &Content<'_>, field: &Field) -> Markup {
    let condition = field.required_when.as_ref();
    let is_off = condition.is_some_and(|condition| !holds(content, condition));
    let (key, value) = when(condition);
    html! {
        @if field.required || condition.is_some() {
            " "
            span class=(if is_off { "need off" } else { "need" }) data-when-key=[key] data-when-value=[value] { "required" }
        }
    }
}

pub(super) fn when(condition: Option<&Condition>) -> (Option<&str>, Option<&str>) {
    let key = condition.map(|condition| condition.key.as_str());
    (key, condition.and_then(|condition| condition.value.as_deref()))
}

/// Whether the values of the form meet a condition.
pub(super) fn holds(content: &Content<'_>, condition: &Condition) -> bool {
    let text = content.values.get(&condition.key).text();
    condition.value.as_deref().map_or(!text.is_empty(), |value| value == text)
}
