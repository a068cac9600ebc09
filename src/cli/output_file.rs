//! `--output`: the results of a command in a file. PowerShell's `>` changes the encoding, and a shell empties the file before the command
//! has results.

use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::context::{Context, is_stdin};
use super::error::{CliError, usage_error};
use super::exit::Exit;
use super::names::display;
use crate::check::check_bytes;
use crate::os;
use crate::source::MAX_BYTES;

#[derive(Args, Clone, Default)]
pub(super) struct OutputArgs {
    /// Write the results to this file, as UTF-8; - is standard output
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

impl OutputArgs {
    /// The file for results that anybody may read, like the file of a shell's `>`. `-` is standard output, which is no file.
    pub(super) fn shared<'a>(
        &'a self,
        inputs: impl IntoIterator<Item = &'a PathBuf>,
    ) -> Option<OutputFile<'a>> {
        let inputs = inputs.into_iter().collect();
        let path = self.output.as_deref().filter(|path| !is_stdin(path))?;
        Some(OutputFile { path, inputs, is_private: false })
    }

    /// The file for results with names or secrets, which only this user may read.
    pub(super) fn private<'a>(
        &'a self,
        inputs: impl IntoIterator<Item = &'a PathBuf>,
    ) -> Option<OutputFile<'a>> {
        self.shared(inputs).map(|file| OutputFile { is_private: true, ..file })
    }
}

/// The file for the results of a command.
pub(super) struct OutputFile<'a> {
    path: &'a Path,
    /// Files and folders that the command reads.
    inputs: Vec<&'a PathBuf>,
    is_private: bool,
}

impl OutputFile<'_> {
    /// Runs a command, and then writes its results. If the command fails, the file stays unchanged.
    ///
    /// # Errors
    /// The file is one that the command reads, or cannot be written; or the command fails.
    pub(super) fn fill(
        &self,
        context: &mut Context<'_>,
        run: impl FnOnce(&mut Context<'_>) -> Result<Exit, CliError>,
    ) -> Result<Exit, CliError> {
        if self.replaces_an_input(&context.file(None)) {
            let path = display(self.path);
            let why = "is an input of this command, a settings file, a secret or a certificate; nothing was written";
            return Err(usage_error(format_args!("--output: {path} {why}")));
        }
        let unwritable = |error: io::Error| {
            let (path, why) = (display(self.path), os::reason(&error));
            usage_error(format_args!("--output: {path} cannot be written: {why}"))
        };
        // The command may change something, which must not happen if its results cannot be written.
        self.try_out().map_err(unwritable)?;
        // No file gets colours.
        let mut results = anstream::StripStream::new(Vec::new());
        let exit = run(&mut context.with_output(&mut results))?;
        let results = results.into_inner();
        let written = if self.is_private {
            os::write_for_owner(self.path, &results)
        } else {
            std::fs::write(self.path, &results)
        };
        written.map_err(unwritable)?;
        Ok(exit)
    }

    /// Tries whether the file can be written. Changes neither the file nor its folder.
    fn try_out(&self) -> io::Result<()> {
        match std::fs::metadata(self.path) {
            Ok(found) if found.is_file() => OpenOptions::new().write(true).open(self.path).map(drop),
            Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            // Opening and closing a pipe would end its reader.
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
                tempfile::tempfile_in(folder.unwrap_or(Path::new("."))).map(drop)
            }
            Err(error) => Err(error),
        }
    }

    /// Whether the file exists and is an input, or has the name or the content of one.
    fn replaces_an_input(&self, default: &PathBuf) -> bool {
        let Ok(path) = self.path.canonicalize() else { return false };
        if os::read_regular(&path, MAX_BYTES).is_ok_and(|(content, _)| is_valuable(&content)) {
            return true;
        }
        let is_settings = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
        let inputs = self.inputs.iter().copied().chain([default]);
        let mut inputs = inputs.filter_map(|input| input.canonicalize().ok());
        is_settings || inputs.any(|input| input == path)
    }
}

/// Whether the content of a file is a secret, certificates or keys, or settings: nobody means to replace those with a report.
fn is_valuable(content: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(content) else { return false };
    let word = text.trim();
    // A CSV or JSON result without blanks has one of these characters.
    let is_one_word =
        !word.is_empty() && !word.contains(char::is_whitespace) && !word.contains([',', ';', '{', '[', '<']);
    let is_settings = || {
        text.lines().any(|line| line.starts_with("[control_center]"))
            && check_bytes("", content.to_vec(), false).source().is_sound()
    };
    is_one_word || text.contains("-----BEGIN ") || is_settings()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_certificates_and_settings_are_valuable_and_results_are_not() {
        for text in [
            "a-secret\n",
            "-----BEGIN CERTIFICATE-----\nx\n",
            "[control_center]\nMsTeamsStatusSyncMode = 2\n",
        ] {
            assert!(is_valuable(text.as_bytes()), "{text}");
        }
        for text in [
            "",
            "\n",
            "swyx_id,swyx_name\n",
            "{}\n",
            "1 file checked: nothing found\n",
            "```toml\n[control_center]\n```\n",
        ] {
            assert!(!is_valuable(text.as_bytes()), "{text}");
        }
    }
}
