//! One line for each finding, as compilers and editors print and read it; and one for each rule that was not applied.

use std::io::{self, Write};

use super::FileReport;
use crate::diagnostic::printable;
use crate::rules::Skipped;

pub(super) fn write(files: &[FileReport], out: &mut dyn Write) -> io::Result<()> {
    for file in files {
        let path = printable(&file.path);
        for finding in &file.findings {
            let (found, start) = (&finding.diagnostic, finding.span.start);
            let help = found.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
            writeln!(
                out,
                "{path}:{}:{}: {}[{}] {}{help}",
                start.line, start.column, found.severity, found.rule, found.message
            )?;
        }
        for Skipped { rule, why } in &file.skipped {
            writeln!(out, "{path}:1:1: skipped[{rule}] not examined: {}", why.reason)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::skipped::tests::skipping;

    #[test]
    fn each_rule_that_was_not_applied_is_a_line() {
        let mut out = Vec::new();
        write(&[skipping("a.toml")], &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert_eq!(out.lines().count(), 4, "{out}");
        assert!(
            out.starts_with(
                "a.toml:1:1: skipped[permission-missing] not examined: the sign-in was refused\n"
            )
        );
    }
}
