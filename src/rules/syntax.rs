//! `syntax`: the file is not valid TOML.

use crate::diagnostic::{Severity, id};
use crate::rules::{Check, Rule};

pub(super) const RULE: Rule = Rule {
    id: id::SYNTAX,
    severity: Severity::Error,
    title: "the file is not valid TOML",
    doc: "\
## What
The text breaks the rules of TOML 1.1: for example a missing quote, bracket or `=`, a duplicate key
or table, an impossible number or date, or more than 80 levels of nesting.
## Why
Nothing else can be checked until the text can be parsed. The line is not shown because it may
contain a secret.
## Fix
Go to the line and column. Put texts in quotes, and write numbers without quotes. A table is
`[name]`, one element of an array of tables is `[[name]]`.
## Source
<https://toml.io/en/v1.1.0>",
    keys: &[],
    check: Check::Reading,
};
