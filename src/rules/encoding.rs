//! `encoding`: the file is not UTF-8 text.

use crate::diagnostic::{Severity, id};
use crate::rules::{Check, Rule};

pub(super) const RULE: Rule = Rule {
    id: id::ENCODING,
    severity: Severity::Error,
    title: "the file is not UTF-8 text",
    doc: "\
## What
The file is UTF-16, UTF-32, in an older Windows code page, or contains a NUL byte.
## Why
TOML is UTF-8. Windows tools often write UTF-16 (Notepad calls it \"Unicode\") or single-byte
umlauts.
## Fix
Save the file as UTF-8; a byte order mark is accepted. In PowerShell 7: `Get-Content a.toml |
Set-Content -Encoding utf8 b.toml`.
## Source
<https://toml.io/en/v1.1.0#spec>",
    keys: &[],
    check: Check::Reading,
};
