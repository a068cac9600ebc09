//! Fetches a secret from its storage place. Checks of a file do not use this module: only `--reveal` and
//! sign-ins do.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[cfg(feature = "cli")]
use secrecy::zeroize::Zeroizing;

use super::keyring::{self, KeyringError};
use super::shape::without_secret;
use super::{Secret, SecretFault, SecretSource, Trust};
use crate::os::process::{CancellationToken, RunError, Runner};
use crate::os::{ReadError, read_regular, reason};
use crate::text::{decode_utf16, describe_character, format_bytes, shown, without_edges};

/// The maximum size of a secret file or of a command's output.
pub(crate) const MAX_BYTES: usize = 64 * 1024;
/// The time limit for a command that prints a secret.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// Why a secret was not fetched. No message contains the secret or any part of a command's output.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RevealError {
    /// The environment variable is missing, empty or not valid text. It has no source: that of invalid text
    /// would contain the secret.
    #[error("the environment variable {0} is not set or is empty")]
    NoVariable(String),
    /// The file cannot be read.
    #[error("the secret file {0} cannot be read: {1}")]
    File(String, #[source] ReadError),
    /// The file is larger than any secret.
    #[error("the secret file is larger than {}", format_bytes(MAX_BYTES))]
    TooLarge,
    /// The secret is not text, is empty or has several lines. It has no source: that of invalid text would
    /// contain the secret.
    #[error("the secret is not a single line of text")]
    NotText,
    /// The secret contains a character that is not printable ASCII. It is named only if it was copied along.
    #[error("the secret contains {}; a secret consists of printable ASCII characters", .0.map_or_else(|| "a character outside ASCII".to_owned(), describe_character))]
    NotAscii(Option<char>),
    /// The secret store gave no secret.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// The command is not trusted.
    #[error("the settings file names a command; to allow it, add --trust=command")]
    Untrusted,
    /// The command could not be started.
    #[error("the command cannot be started: {}", reason(.0))]
    NotStarted(#[source] io::Error),
    /// The reference names no command.
    #[error("the command has no name")]
    NoCommand,
    /// The command printed more than any secret.
    #[error("the command printed more than {}", format_bytes(MAX_BYTES))]
    TooMuchOutput,
    /// The command ended with an error.
    #[error("the command failed")]
    Failed,
    /// The output or the exit status of the command could not be read.
    #[error("the command failed")]
    Lost(#[source] io::Error),
    /// The command took too long.
    #[error("the command did not finish within {} seconds", .0.as_secs())]
    TimedOut(Duration),
    /// The command was stopped, or the program is shutting down.
    #[error("the command was stopped")]
    Cancelled,
}

/// The limits for a command that prints a secret.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CommandLimits {
    /// The maximum run time.
    pub time: Duration,
    /// Stops the command immediately.
    pub cancellation: CancellationToken,
}

impl CommandLimits {
    /// Creates limits from the maximum run time and the token that stops the command.
    pub fn new(time: Duration, cancellation: CancellationToken) -> Self {
        Self { time, cancellation }
    }
}

impl Default for CommandLimits {
    fn default() -> Self {
        Self::new(TIME_LIMIT, CancellationToken::default())
    }
}

impl From<CancellationToken> for CommandLimits {
    fn from(cancellation: CancellationToken) -> Self {
        Self::new(TIME_LIMIT, cancellation)
    }
}

/// Fetches the secret from `source`. Relative paths start at `folder`, the folder of the settings file. A
/// byte order mark and surrounding whitespace are removed. A file or an output may be UTF-16.
///
/// ```
/// use swyx_teams::secret::{RevealError, Secret, SecretSource, Trust, reveal};
///
/// # let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("teams.secret"), "made-up\n")?;
/// let secret = reveal(&SecretSource::File("teams.secret".into()), folder.path(), &Trust::nothing())?;
/// assert!(secret == Secret::new("made-up"));
/// // A command needs trust.
/// let command = SecretSource::Command(vec!["pass".to_owned()]);
/// assert!(matches!(reveal(&command, folder.path(), &Trust::nothing()), Err(RevealError::Untrusted)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`RevealError`] if the secret cannot be fetched.
pub fn reveal(source: &SecretSource, folder: &Path, trust: &Trust) -> Result<Secret, RevealError> {
    reveal_within(source, folder, trust, &CommandLimits::default())
}

/// Same as [`reveal`], with limits for a command.
///
/// # Errors
/// [`RevealError`] if the secret cannot be fetched.
pub fn reveal_within(
    source: &SecretSource,
    folder: &Path,
    trust: &Trust,
    limits: &CommandLimits,
) -> Result<Secret, RevealError> {
    match source {
        SecretSource::Inline(secret) => Ok(secret.clone()),
        SecretSource::Env(name) => match std::env::var(name) {
            Ok(text) if !without_edges(&text).is_empty() => ascii(without_edges(&text)),
            _ => Err(RevealError::NoVariable(name.clone())),
        },
        SecretSource::File(path) => from_file(&folder.join(path)),
        SecretSource::Keyring(entry) => from_keyring(entry, &limits.cancellation),
        SecretSource::Command(_) if !trust.allows_command() => Err(RevealError::Untrusted),
        SecretSource::Command(words) => from_command(words, folder, limits),
    }
}

/// Fetches the content of a key file from a file or from the secret store. A key is not a line of text, and a command or a variable is not
/// offered for it.
///
/// # Errors
/// [`RevealError`] if it cannot be fetched.
#[cfg(feature = "cli")]
pub(crate) fn reveal_key(
    source: &SecretSource,
    folder: &Path,
    cancellation: &CancellationToken,
) -> Result<Zeroizing<Vec<u8>>, RevealError> {
    match source {
        SecretSource::File(path) => {
            let path = folder.join(path);
            let (content, _) = read_regular(&path, MAX_BYTES).map_err(|error| file_error(&path, error))?;
            Ok(Zeroizing::new(content))
        }
        SecretSource::Keyring(entry) => {
            let secret = keyring::read(entry, cancellation)?;
            Ok(Zeroizing::new(Secret::expose(&secret).as_bytes().to_vec()))
        }
        SecretSource::Inline(_) | SecretSource::Env(_) | SecretSource::Command(_) => {
            Err(RevealError::NotText)
        }
    }
}

fn file_error(path: &Path, error: ReadError) -> RevealError {
    match error {
        ReadError::TooLarge(_) => RevealError::TooLarge,
        error => RevealError::File(shown(without_secret(&path.to_string_lossy())), error),
    }
}

fn from_file(path: &Path) -> Result<Secret, RevealError> {
    let (content, _) = read_regular(path, MAX_BYTES).map_err(|error| file_error(path, error))?;
    text(content)
}

fn from_keyring(entry: &str, cancellation: &CancellationToken) -> Result<Secret, RevealError> {
    let secret = keyring::read(entry, cancellation).map_err(|error| match error {
        KeyringError::Cancelled => RevealError::Cancelled,
        error => RevealError::Keyring(error),
    })?;
    line(Secret::expose(&secret))
}

fn text(content: Vec<u8>) -> Result<Secret, RevealError> {
    let text = match decode_utf16(&content) {
        Some(text) => text,
        None => String::from_utf8(content).map_err(|_| RevealError::NotText)?,
    };
    line(&text)
}

fn line(text: &str) -> Result<Secret, RevealError> {
    let line = without_edges(text);
    if line.is_empty() || line.contains(['\n', '\r', '\0']) { Err(RevealError::NotText) } else { ascii(line) }
}

fn ascii(text: &str) -> Result<Secret, RevealError> {
    let secret = Secret::new(text);
    match secret.fault() {
        Some(SecretFault::NotAscii(wrong)) => Err(RevealError::NotAscii(wrong)),
        _ => Ok(secret),
    }
}

/// A relative path of a program starts at the folder of the settings file. Unix uses the working directory of the child process, and
/// Windows that of this process.
fn program_in(folder: &Path, program: &str) -> PathBuf {
    let is_path = cfg!(windows) && program.contains(['/', '\\']);
    let program = Path::new(program);
    if is_path {
        std::path::absolute(folder.join(program)).unwrap_or_else(|_| program.into())
    } else {
        program.into()
    }
}

/// Runs a command and returns its output. Child processes that are still running when it exits are
/// terminated.
fn from_command(words: &[String], folder: &Path, limits: &CommandLimits) -> Result<Secret, RevealError> {
    let (program, arguments) = words.split_first().ok_or(RevealError::NoCommand)?;
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut runner = Runner::new(program_in(folder, program), MAX_BYTES, limits.time);
    runner.command().args(arguments).current_dir(folder);
    let output = runner.output(&limits.cancellation).map_err(|error| match error {
        RunError::NotStarted(error) => RevealError::NotStarted(error),
        RunError::TimedOut => RevealError::TimedOut(limits.time),
        RunError::TooMuchOutput => RevealError::TooMuchOutput,
        RunError::Cancelled => RevealError::Cancelled,
        RunError::Lost(error) => RevealError::Lost(error),
    })?;
    if output.status.success() { text(output.stdout) } else { Err(RevealError::Failed) }
}
