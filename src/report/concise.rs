//! One line for each finding, as compilers and editors print and read it.

use std::io::{self, Write};

use super::FileReport;
use crate::diagnostic::printable;

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
    }
    Ok(())
}
