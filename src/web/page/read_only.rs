//! Read-only fields: their value, and the command that changes it.

use std::path::Path;

use maud::{Markup, html};

use super::inputs::{help, need};
use super::parts::slug;
use super::{Content, found};
use crate::form::{Field, Value};

/// An address, a file or an id that is read-only in the form.
pub(super) fn plain(content: &Content<'_>, field: &Field) -> Markup {
    let value = content.values.get(&field.key);
    let is_set = !matches!(value, Value::Text(text) if text.is_empty());
    let shown = html! {
        p.value {
            @match value {
                Value::Text(text) if text.is_empty() => em { "Not set" },
                Value::Text(text) => code data-read-only=(field.key) { (text) },
                Value::Kept(Some(text)) => { "Invalid: " code data-read-only=(field.key) { (text) } },
                _ => span data-read-only=(field.key) { "Set, but hidden because it may be a secret." },
            }
        }
    };
    let change = if is_set {
        "To change it, run this; it asks for the value:"
    } else {
        "To set it, run this; it asks for the value:"
    };
    let commands = html! {
        (run(change, &set(content, field, None)))
        @if is_set { (run("To remove it, run:", &unset(content, field))) }
    };
    block(content, field, &shown, &commands)
}

/// A secret that a command prints. The arguments are not shown because they may contain a secret.
pub(super) fn command(content: &Content<'_>, field: &Field) -> Markup {
    let stored = match content.values.get(&field.key) {
        Value::Secret(secret) => secret.stored.as_deref().unwrap_or_default(),
        _ => "",
    };
    let shown = html! { p.value data-read-only=(field.key) { "The secret comes " (stored) } };
    let commands = html! {
        (run("To use another command, run this with its name and arguments:", &set(content, field, Some(COMMAND))))
        (run("To use an environment variable, run this with its name:", &set(content, field, Some("env:NAME"))))
        (run("To remove it, run:", &unset(content, field)))
    };
    block(content, field, &shown, &commands)
}

/// A command in the notation of `set`, without quotes that the shell would require to be escaped.
const COMMAND: &str = if cfg!(windows) {
    "{ command = ['PROGRAM', 'ARGUMENT'] }"
} else {
    "{ command = [\"PROGRAM\", \"ARGUMENT\"] }"
};

fn block(content: &Content<'_>, field: &Field, shown: &Markup, commands: &Markup) -> Markup {
    let id = slug(&field.key);
    html! {
        div.head {
            p.title id={ "field-" (id) } { (field.title) (need(content, field)) }
            (help(field))
        }
        div.read-only role="group" aria-labelledby={ "field-" (id) } aria-describedby={ "findings-of-" (id) } {
            (shown)
            p.help { "This cannot be changed in the form." }
            (commands)
        }
        (found::beside(content.findings, &field.key))
    }
}

/// A command to copy: a click selects it completely.
fn run(what: &str, command: &str) -> Markup {
    html! {
        p.help { (what) }
        code.command { (command) }
    }
}

fn set(content: &Content<'_>, field: &Field, value: Option<&str>) -> String {
    let value = value.map(|value| format!(" {}", quoted(value))).unwrap_or_default();
    format!("swyx-teams set --config {} {}{value}", content.file_for_shell, quoted(&field.key))
}

fn unset(content: &Content<'_>, field: &Field) -> String {
    format!("swyx-teams unset --config {} {}", content.file_for_shell, quoted(&field.key))
}

/// The path of a file for a command: absolute, because the command may be run in another folder.
pub(in crate::web) fn file_for_shell(path: &Path) -> String {
    let whole = std::path::absolute(path);
    quoted(&whole.as_deref().unwrap_or(path).to_string_lossy())
}

/// Quotes a word for the shell of the system.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:".contains(c) || (cfg!(windows) && c == '\\');
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    if cfg!(windows) { for_powershell(word) } else { for_posix(word) }
}

/// Quotes with single quotes, in which only the single quote is special.
fn for_posix(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// Quotes with single quotes, doubling every character that PowerShell treats as one.
fn for_powershell(word: &str) -> String {
    let is_quote = |c: char| matches!(c, '\'' | '\u{2018}'..='\u{201b}');
    let double = |c: char| std::iter::repeat_n(c, if is_quote(c) { 2 } else { 1 });
    format!("'{}'", word.chars().flat_map(double).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: [&str; 9] = [
        "plain-word_1.toml",
        "",
        "a b",
        "it's",
        "$(touch x) `y` \"z\" \\",
        "a\nb",
        "*?[x]~!#&;|<>",
        "{ command = [\"PROGRAM\"] }",
        "ä€",
    ];

    #[cfg(unix)]
    #[test]
    fn quoted_word_is_unchanged_in_a_shell() {
        for word in WORDS {
            let script = format!("printf %s {}", quoted(word));
            let run = std::process::Command::new("sh").args(["-c", &script]).output().expect("a shell");
            assert_eq!(String::from_utf8_lossy(&run.stdout), word);
        }
    }

    #[test]
    fn powershell_quoting_doubles_every_single_quote() {
        for word in WORDS {
            let quoted = for_powershell(word);
            let inner = quoted.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).expect("quotes");
            assert_eq!(inner.replace("''", "'"), word);
        }
        assert_eq!(for_powershell("a\u{2019}b"), "'a\u{2019}\u{2019}b'");
    }

    #[test]
    fn relative_path_becomes_absolute() {
        let path = file_for_shell(Path::new("north.toml"));
        assert!(
            path.len() > "north.toml".len() && path.trim_end_matches('\'').ends_with("north.toml"),
            "{path}"
        );
    }
}
