//! One section, and the inputs of its fields.

use maud::{Markup, html};

use super::inputs::{help, holds, input, kept, need, when};
use super::parts::{prose, slug};
use super::{Content, found, read_only, tables};
use crate::form::{Field, Kind, SecretMethod, SecretValue, Section, Value};

/// A section with its content.
pub(super) fn section(content: &Content<'_>, section: &Section) -> Markup {
    html! {
        section id={ "section-" (section.key) } aria-labelledby={ "title-" (section.key) } {
            div id={ "part-" (slug(&section.key)) } tabindex="-1" {
                h2 id={ "title-" (section.key) } { (section.title) }
                p.lead { (prose(&section.help)) }
                (found::beside(content.findings, &section.key))
            }
            @if section.repeats {
                (tables::rows(content, section))
            } @else {
                div.fields {
                    @for field in &section.fields { (self::field(content, field)) }
                }
            }
            (others(content, &section.key))
        }
    }
}

/// The keys of a section without a field.
fn others(content: &Content<'_>, section: &str) -> Markup {
    let is_here = |key: &&String| key.strip_prefix(section).is_some_and(|rest| rest.starts_with('.'));
    let others = content.values.others.iter().filter(is_here).collect::<Vec<_>>();
    html! {
        @if !others.is_empty() {
            p.help {
                "The file has other keys here that this form does not show; they stay unchanged: "
                @for (index, key) in others.iter().enumerate() {
                    @if index > 0 { ", " }
                    code { (key) }
                }
                "."
            }
        }
    }
}

fn field(content: &Content<'_>, field: &Field) -> Markup {
    let is_off = field.shown_when.as_ref().is_some_and(|condition| !holds(content, condition));
    let has_findings =
        content.findings.iter().any(|finding| finding.beside.as_deref() == Some(field.key.as_str()));
    let is_wide = field.read_only || matches!(field.kind, Kind::Mapping { .. } | Kind::Secret { .. });
    let class = match (is_wide, is_off && !has_findings) {
        (true, true) => "field wide off",
        (true, false) => "field wide",
        (false, true) => "field off",
        (false, false) => "field",
    };
    let (key, value) = when(field.shown_when.as_ref());
    html! {
        div class=(class) id={ "part-" (slug(&field.key)) } data-when-key=[key] data-when-value=[value] {
            @match &field.kind {
                _ if field.read_only => (read_only::plain(content, field)),
                Kind::Secret { .. } if is_command(content, field) => (read_only::command(content, field)),
                Kind::Secret { ways } => (secret(content, field, ways)),
                Kind::Mapping { choices, names, .. } => (tables::pairs(content, field, choices, names)),
                _ => (plain(content, field)),
            }
        }
    }
}

/// Whether a secret is printed by a command: then the page only shows it.
fn is_command(content: &Content<'_>, field: &Field) -> bool {
    matches!(content.values.get(&field.key), Value::Secret(secret) if secret.read_only)
}

/// A field with one input.
fn plain(content: &Content<'_>, field: &Field) -> Markup {
    let id = slug(&field.key);
    let value = content.values.get(&field.key);
    html! {
        div.head {
            label for={ "field-" (id) } { (field.title) (need(content, field)) }
            (help(field))
            (kept(content, &field.key, value))
        }
        (input(content, &field.kind, &field.key, value, None, field.default.as_deref()))
        (found::beside(content.findings, &field.key))
    }
}

/// A secret: the kind of source, and an input for each kind. Of a stored secret, only its storage place is
/// shown.
fn secret(content: &Content<'_>, field: &Field, ways: &[SecretMethod]) -> Markup {
    let id = slug(&field.key);
    let nothing = SecretValue::default();
    let value = match content.values.get(&field.key) {
        Value::Secret(value) => value,
        _ => &nothing,
    };
    let wrong = found::is_wrong(content.findings, &field.key).then_some("true");
    html! {
        fieldset.secret {
            legend { (field.title) (need(content, field)) }
            (help(field))
            label.quiet for={ "field-" (id) } { "Source" }
            select id={ "field-" (id) } name=(field.key) aria-describedby={ "help-" (id) " findings-of-" (id) } aria-invalid=[wrong] data-was=[content.was.get(&field.key)] {
                @match &value.stored {
                    Some(stored) => {
                        option value="keep" selected[value.way == "keep"] { "Keep it: " (stored) }
                        option value="unset" selected[value.way == "unset"] { "Remove it from the file" }
                    },
                    None => option value="unset" selected[value.way == "unset" || value.way == "keep"] { "Not set" },
                }
                @for way in ways {
                    option value=(way.name) selected[value.way == way.name] { (way.title) }
                }
            }
            @for way in ways { (self::way(content, field, value, way)) }
            (found::beside(content.findings, &field.key))
        }
    }
}

fn way(content: &Content<'_>, field: &Field, value: &SecretValue, way: &SecretMethod) -> Markup {
    let name = format!("{}.{}", field.key, way.name);
    let id = slug(&name);
    let described = format!("help-{id} findings-of-{}", slug(&field.key));
    let is_withheld = content.values.withheld.contains(&name);
    let was = content.was.get(&name);
    html! {
        div class={ "way way-" (way.name) } {
            label for={ "field-" (id) } { (way.label) }
            p.help id={ "help-" (id) } {
                (prose(&way.help))
                @if way.name == "text" { " A stored secret is never shown. Leave this empty to keep it." }
                @if is_withheld { " Your input is not shown here because it may be a secret." }
            }
            @if let (Some(entered), "text") = (&value.entered, &*way.name) {
                p.help { strong { "Entered, not saved yet" } " (" (entered) "). Enter it again to change it." }
            }
            @match &*way.name {
                "text" => input id={ "field-" (id) } name=(name) type="password" autocomplete="new-password" aria-describedby=(described);,
                "env" => input id={ "field-" (id) } name=(name) type="text" value=(value.env) spellcheck="false" autocapitalize="off" aria-describedby=(described) data-was=[was];,
                "keyring" => input id={ "field-" (id) } name=(name) type="text" value=(value.keyring) placeholder="swyx-teams/NAME" spellcheck="false" autocapitalize="off" aria-describedby=(described) data-was=[was];,
                _ => input id={ "field-" (id) } name=(name) type="text" value=(value.file) spellcheck="false" autocapitalize="off" aria-describedby=(described) data-was=[was];,
            }
        }
    }
}
