//! `secret-reference-as-text`: a reference to a secret is written as text.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Check, Rule};
use crate::secret::{Secret, SecretFault, TypedReference, is_reserved_variable};
use crate::settings::{Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: "secret-reference-as-text",
    severity: Severity::Error,
    title: "a reference to a secret is written as text",
    doc: "\
## What
A secret has the form of a reference of another tool: to a variable, such as `env:NAME`, `$NAME`,
`${NAME}`, `$(NAME)`, `%NAME%`, `process.env.NAME`, `#{NAME}#`, `{{ NAME }}` or
`${{ secrets.NAME }}`; to a file, such as `file:PATH` or `/run/secrets/NAME`; to a program, such as
`$(pass show NAME)`; or to a secret store, such as `@Microsoft.KeyVault(…)`, `op://…`, `vault:…`,
`keyring:…` or `!vault …`.
## Why
Nothing replaces such a text in a settings file: Entra ID or the gateway would receive it as the
secret.
## Fix
Write the reference as a table: `{ env = \"NAME\" }`, `{ file = \"PATH\" }`,
`{ keyring = \"swyx-teams/NAME\" }`, or `{ command = [\"PROGRAM\", \"ARGUMENT\"] }` for a program that
prints the secret.
## Source
This project's own: the settings file is described by its JSON Schema (`swyx-teams schema`).",
    keys: &keys::SECRETS,
    check: Check::Draft(check),
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    for (key, secret) in draft.inline_secrets() {
        if secret.fault() == Some(SecretFault::Reference) {
            found.push(RULE.at(key, "this is a reference to a secret, written as text").help(help(secret)));
        }
    }
}

/// The right form. It names a variable or a file only if that cannot be the secret itself.
fn help(secret: &Secret) -> String {
    match secret.typed_reference() {
        Some(TypedReference::Variable(name)) => {
            let name = name.filter(|name| !is_reserved_variable(name)).unwrap_or("NAME");
            format!("write {{ env = \"{name}\" }}")
        }
        Some(TypedReference::File(path)) => {
            format!("write {{ file = \"{}\" }}", path.unwrap_or("PATH"))
        }
        Some(TypedReference::Keyring(entry)) => {
            format!("write {{ keyring = \"{}\" }}", entry.unwrap_or("swyx-teams/NAME"))
        }
        Some(TypedReference::Other) | None => {
            "write { command = [\"PROGRAM\"] } for a program that prints the secret, or { env = \"NAME\" }"
                .to_owned()
        }
    }
}
