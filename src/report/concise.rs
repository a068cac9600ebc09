//! One line for each finding, in the format of compilers and editors, and one line for each reason why rules
//! were not applied. Rules that were not requested are omitted.

use std::io::{self, Write};

use super::FileReport;
use super::skipped::unexamined;
use crate::text::printable;

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
        for unexamined in unexamined(file) {
            writeln!(out, "{path}:1:1: {}", unexamined.sentence())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::skipped::tests::skipping;

    #[test]
    fn skipped_rules_get_one_line_per_reason() {
        let mut out = Vec::new();
        write(&[skipping("a.toml")], &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert_eq!(
            out,
            "a.toml:1:1: could not be checked (the sign-in was refused): permission-missing, permission-excess\n"
        );
    }
}
