//! What follows the questions.

use std::io;
use std::path::{Path, PathBuf};

use super::question::SignIn;
use crate::check;
use crate::cli::{Context, Exit, display, sheet};
use crate::diagnostic::printable;

/// What was chosen for this run, beside what the settings file keeps.
#[derive(Clone, Debug)]
#[expect(dead_code, reason = "for the registration, which follows")]
pub(in crate::cli) struct Choices {
    /// How the administrator signs in.
    pub(in crate::cli) sign_in: SignIn,
    /// Where to write the new secret, if the settings refer to a place where this program cannot write it.
    pub(in crate::cli) secret_out: Option<PathBuf>,
    /// Whether the application gets the redirect URI and the public client flows of the vendor's guide.
    pub(in crate::cli) as_in_the_guide: bool,
    /// Whether the plan is agreed to beforehand.
    pub(in crate::cli) yes: bool,
}

/// Registers the application that the settings file at `path` asks for, and says what is left to do.
pub(super) fn proceed(context: &mut Context<'_>, path: &Path, _choices: &Choices) -> io::Result<Exit> {
    let name = printable(&display(path));
    let checked = check::file(display(path), path);
    if checked.settings().is_err() {
        context.note(format_args!("{name}: complete but for the application, which is registered next"))?;
        return Ok(Exit::Clean);
    }
    sheet::print_file(context, path)
}
