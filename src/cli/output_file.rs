//! `--output`: the results of a command in a file. PowerShell's `>` changes the encoding, and a shell empties the file before the command
//! has results.

use std::path::{Path, PathBuf};

use clap::Args;

use super::context::Context;
use super::error::{CliError, cannot, usage_error};
use super::exit::Exit;
use super::names::display;
use crate::os;

#[derive(Args, Clone, Default)]
pub(super) struct OutputArgs {
    /// Write the results to this file instead of standard output, as UTF-8
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

impl OutputArgs {
    /// The file for results that anybody may read, like the file of a shell's `>`.
    pub(super) fn shared<'a>(
        &'a self,
        inputs: impl IntoIterator<Item = &'a PathBuf>,
    ) -> Option<OutputFile<'a>> {
        let inputs = inputs.into_iter().collect();
        Some(OutputFile { path: self.output.as_deref()?, inputs, is_private: false })
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
            let why = "is a file that this command reads, or a settings file; nothing was written";
            return Err(usage_error(format_args!("--output: {path} {why}")));
        }
        // No file gets colours.
        let mut results = anstream::StripStream::new(Vec::new());
        let exit = run(&mut context.with_output(&mut results))?;
        let results = results.into_inner();
        let written = if self.is_private {
            os::write_for_owner(self.path, &results)
        } else {
            std::fs::write(self.path, &results)
        };
        written.map_err(cannot("write the file of --output"))?;
        Ok(exit)
    }

    /// Whether the file exists and has the name of a settings file, or is an input.
    fn replaces_an_input(&self, default: &PathBuf) -> bool {
        let Ok(path) = self.path.canonicalize() else { return false };
        let is_settings = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
        let inputs = self.inputs.iter().copied().chain([default]);
        let mut inputs = inputs.filter_map(|input| input.canonicalize().ok());
        is_settings || inputs.any(|input| input == path)
    }
}
