//! `syntax`: the text is not TOML.

use crate::diagnostic::{Severity, id};
use crate::rules::{Check, Rule};

pub(super) const RULE: Rule = Rule {
    id: id::SYNTAX,
    severity: Severity::Error,
    title: "the text is not TOML",
    doc: "\
## What
A place at which the text does not follow the rules of TOML 1.1: a missing quote, bracket or `=`, a key or table that is given
twice, a number or date that does not exist, nesting of more than 80 levels.
## Why
Nothing else can be checked until the text can be read. The line is not shown, because a secret may stand on it.
## Fix
Go to the line and column. Texts stand in quotes, numbers do not; a table is `[name]`, one element of an array of tables `[[name]]`.
## Source
<https://toml.io/en/v1.1.0>",
    keys: &[],
    check: Check::Reading,
};
