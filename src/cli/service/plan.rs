//! What `service install` installs, and the checks that both systems share.

use std::io;
use std::path::{Path, PathBuf};

use super::args::InstallArgs;
use crate::check::{self, Checked};
use crate::cli::context::Context;
use crate::cli::error::{CliError, cannot, failure, usage_error};
use crate::cli::exit::Exit;
use crate::cli::names::{display, folder};
use crate::cli::sync::{LogFormat, named_paths};
use crate::cli::walk::{Target, Walk};
use crate::diagnostic::Key;
use crate::secret::{Secret, SecretFault, SecretSource, Trust};
use crate::settings::{Settings, Untrusted, keys};
use crate::text::printable;

/// A secret of a settings file.
pub(super) struct UsedSecret {
    pub(super) file: PathBuf,
    pub(super) key: Key,
    pub(super) source: SecretSource,
}

impl UsedSecret {
    /// An error about this secret.
    pub(super) fn error(&self, message: impl std::fmt::Display) -> String {
        let file = printable(&display(&self.file));
        format!("{file}: `{}` is {}; {message}", self.key, printable(&self.source.place()))
    }

    /// The absolute path of its file.
    pub(super) fn path(&self) -> Option<PathBuf> {
        match &self.source {
            SecretSource::File(path) => Some(folder(&self.file).join(path)),
            _ => None,
        }
    }
}

/// What is installed.
pub(super) struct Plan {
    /// The absolute paths of the named settings files and folders.
    pub(super) paths: Vec<PathBuf>,
    /// All settings files.
    pub(super) files: Vec<PathBuf>,
    pub(super) secrets: Vec<UsedSecret>,
    /// The files of certificate authorities.
    pub(super) ca_files: Vec<PathBuf>,
    /// What the files need trust for, and have not got yet.
    untrusted: Vec<String>,
    /// The trust that the files need.
    needed: Vec<String>,
}

impl Plan {
    /// Checks the named settings files.
    pub(super) fn of(context: &mut Context<'_>, args: &InstallArgs) -> Result<Self, CliError> {
        let paths = absolute(named_paths(context, &args.paths)?)?;
        let files = settings_files(&paths)?;
        let given = context.trust();
        let mut plan = Self {
            paths,
            files,
            secrets: Vec::new(),
            ca_files: Vec::new(),
            untrusted: Vec::new(),
            needed: Vec::new(),
        };
        for file in plan.files.clone() {
            let advice = "the settings have errors, so no service was installed";
            let (checked, settings) = context.resolve(&file, Checked::settings, advice)?;
            plan.add(&file, settings)?;
            plan.add_trust(&file, &checked, &given);
        }
        Ok(plan)
    }

    fn add(&mut self, file: &Path, settings: Settings) -> Result<(), CliError> {
        let missing = |key: Key| {
            let file = printable(&display(file));
            usage_error(format_args!("{file}: `{key}` is not set: the synchronisation needs it"))
        };
        let (_, token) = settings.gateway.ok_or_else(|| missing(keys::GATEWAY))?;
        let key = settings.keys.client_secret();
        let secret = settings.credential.secret().cloned().ok_or_else(|| missing(key.clone()))?;
        for (key, source) in [(key, secret), (keys::GATEWAY_TOKEN, token)] {
            self.secrets.push(UsedSecret { file: file.to_path_buf(), key, source });
        }
        self.ca_files.extend(settings.access.ca_file.map(|path| folder(file).join(path)));
        Ok(())
    }

    fn add_trust(&mut self, file: &Path, checked: &Checked, given: &Trust) {
        let draft = checked.draft();
        let needed = draft.and_then(|draft| draft.untrusted(&Trust::nothing()));
        for item in needed.iter().flat_map(Untrusted::items) {
            if !self.needed.contains(&item) {
                self.needed.push(item);
            }
        }
        if let Some(untrusted) = draft.and_then(|draft| draft.untrusted(given)) {
            let file = printable(&display(file));
            self.untrusted.push(format!("{file}: {}", untrusted.reasons()));
        }
    }

    /// The trust of the service: what the files need, after the user agreed, and what `--trust` lists.
    pub(super) fn agree(
        &self,
        context: &mut Context<'_>,
        args: &InstallArgs,
    ) -> Result<Vec<String>, CliError> {
        let mut trust = self.needed.clone();
        let listed = context.trust().items();
        trust.extend(listed.into_iter().filter(|item| !self.needed.contains(item)));
        if self.untrusted.is_empty() || args.yes {
            return Ok(trust);
        }
        let reasons = self.untrusted.join("\n  ");
        let option = format!("--trust={}", self.needed.join(","));
        if !context.can_ask() {
            let message = format!(
                "the service needs trust, and this command cannot prompt: add {option} or --yes; nothing was changed\n  {reasons}"
            );
            return Err(usage_error(message));
        }
        context.note(format_args!("The service needs trust:\n  {reasons}"))?;
        let question = format!("Give the service {option}?");
        match inquire::Confirm::new(&question).with_default(false).prompt() {
            Ok(true) => Ok(trust),
            _ => Err(usage_error("nothing was changed")),
        }
    }

    /// The words of the service's command line after those that start `sync`.
    pub(super) fn words(&self, args: &InstallArgs, trust: &[String]) -> Result<Vec<String>, CliError> {
        let mut words = self.paths.iter().map(|path| word(path)).collect::<Result<Vec<_>, _>>()?;
        if !trust.is_empty() {
            words.push(format!("--trust={}", trust.join(",")));
        }
        if let Some(address) = args.metrics {
            words.extend(["--metrics".to_owned(), address.to_string()]);
        }
        if args.log_format == LogFormat::Json {
            words.extend(["--log-format", "json"].map(str::to_owned));
        }
        Ok(words)
    }
}

/// A path as a word of a command line.
pub(super) fn word(path: &Path) -> Result<String, CliError> {
    let invalid =
        || usage_error(format_args!("{}: the path is not valid Unicode", printable(&display(path))));
    path.to_str().map(str::to_owned).ok_or_else(invalid)
}

/// The program that the service runs.
pub(super) fn program() -> Result<PathBuf, CliError> {
    std::env::current_exe().map_err(cannot("find this program"))
}

/// A service starts in another folder.
fn absolute(paths: Vec<PathBuf>) -> Result<Vec<PathBuf>, CliError> {
    if paths.iter().any(|path| path == Path::new("-")) {
        return Err(usage_error("a service cannot read settings from standard input: name a file"));
    }
    let paths = paths.into_iter().map(std::path::absolute).collect::<Result<Vec<_>, _>>();
    paths.map_err(cannot("find the settings files"))
}

fn settings_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, CliError> {
    let mut walk = Walk { exclude: &[], skipped: Vec::new() };
    let targets = paths.iter().flat_map(|path| walk.targets(path)).collect::<Vec<_>>();
    let file = |target| match target {
        Target::File(path) => Ok(path),
        Target::NoFile(path, why) | Target::Empty(path, why) => {
            Err(usage_error(format_args!("{}: {why}", printable(&display(&path)))))
        }
        Target::Stdin => Err(usage_error("a service cannot read settings from standard input: name a file")),
    };
    targets.into_iter().map(file).collect()
}

/// Reports all reasons against the installation. Nothing was changed yet.
pub(super) fn report_refusals(
    context: &mut Context<'_>,
    found: impl Iterator<Item = String>,
) -> Result<(), CliError> {
    let mut is_refused = false;
    for refusal in found {
        context.error(refusal);
        is_refused = true;
    }
    if is_refused { Err(CliError::Reported(Exit::Usage)) } else { Ok(()) }
}

/// Reads settings files and fetches their secrets with the rights of this process, except secrets below the folder `except`.
///
/// # Errors
/// All files and secrets that cannot be read are reported.
pub(super) fn prove(
    context: &mut Context<'_>,
    files: &[PathBuf],
    except: Option<&Path>,
) -> Result<(), CliError> {
    let mut found = Vec::new();
    for path in files {
        let file = printable(&display(path));
        let checked = check::check_file(file.clone(), path);
        let Ok(settings) = checked.settings() else {
            let why = checked.diagnostics().first().map_or("it has errors", |first| &first.message);
            found.push(format!("{file}: {why}"));
            continue;
        };
        let token = settings.gateway.map(|(_, token)| (keys::GATEWAY_TOKEN, token));
        let secret =
            settings.credential.secret().cloned().map(|secret| (settings.keys.client_secret(), secret));
        for (key, source) in secret.into_iter().chain(token) {
            let is_below =
                |folder: &Path| matches!(&source, SecretSource::File(path) if path.starts_with(folder));
            if except.is_some_and(is_below) {
                continue;
            }
            match context.fetch(&checked, &source, path) {
                Ok(secret) if key == keys::CLIENT_SECRET => {
                    warn_of_secret_id(context, &format!("{file}: `{key}`"), &secret)?;
                }
                Ok(_) => {}
                Err(why) => found.push(format!("{file}: `{key}`: {why}")),
            }
        }
        if let Some(ca_file) = settings.access.ca_file
            && let Err(error) = std::fs::File::open(folder(path).join(&ca_file))
        {
            let (ca_file, why) = (printable(&display(&ca_file)), crate::os::reason(&error));
            found.push(format!("{file}: `{}`: {ca_file}: {why}", keys::CA_FILE));
        }
    }
    report_refusals(context, found.into_iter())
}

/// Warns about the ID of a client secret in the place of its value: the service would start, and Entra ID would refuse it.
pub(super) fn warn_of_secret_id(context: &mut Context<'_>, what: &str, secret: &Secret) -> io::Result<()> {
    if secret.fault() == Some(SecretFault::Guid) {
        context.note(format_args!(
            "warning: {what}: the secret has the form of a Secret ID; copy the column \"Value\" instead"
        ))?;
    }
    Ok(())
}

/// An error after which nothing is installed.
pub(super) fn not_installed(why: impl std::fmt::Display) -> CliError {
    failure(Exit::Usage, format_args!("{why}; no service was installed"))
}
