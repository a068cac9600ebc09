//! Fetching a secret from where it is kept. Nothing that checks a file comes here: only `--reveal`, and what signs in.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::secret::{Secret, SecretSource};
use super::trust::Trust;
use crate::os::{ReadError, read_regular, reason};

/// A secret's file, or a command's output, may have this many bytes.
const MOST_BYTES: usize = 64 * 1024;
/// A command has this long to print a secret.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a secret was not fetched. No message holds it, or any part of a command's output.
#[derive(Debug, thiserror::Error)]
pub enum RevealError {
    /// The environment variable is not there, is empty, or is no text.
    #[error("the environment variable {0} is not set, or empty")]
    NoVariable(String),
    /// The file cannot be read.
    #[error("the secret's file cannot be read: {0}")]
    File(ReadError),
    /// The file is larger than any secret.
    #[error("the secret's file is over the limit of 64 KiB")]
    TooLarge,
    /// The secret is not text, or empty.
    #[error("what is kept there is not a text of one line")]
    NotText,
    /// A command, without trust in it.
    #[error("the settings file names a command; if it may be run, add --trust=command")]
    Untrusted,
    /// The command could not be started.
    #[error("the command cannot be started: {0}")]
    NotStarted(String),
    /// The command failed, printed too much, or took too long.
    #[error("the command {0}")]
    Failed(&'static str),
}

/// The secret that is kept at `source`. Relative paths start at `folder`, that of the settings file. One line end at its end is not
/// part of it.
///
/// # Errors
/// [`RevealError`] says why there is none.
pub fn reveal(source: &SecretSource, folder: &Path, trust: &Trust) -> Result<Secret, RevealError> {
    match source {
        SecretSource::Inline(secret) => Ok(secret.clone()),
        SecretSource::Env(name) => match std::env::var(name) {
            Ok(text) if !text.is_empty() => Ok(Secret::new(text)),
            _ => Err(RevealError::NoVariable(name.clone())),
        },
        SecretSource::File(path) => from_file(&folder.join(path)),
        SecretSource::Command(_) if !trust.allows_command() => Err(RevealError::Untrusted),
        SecretSource::Command(words) => from_command(words, folder),
    }
}

fn from_file(path: &Path) -> Result<Secret, RevealError> {
    let (content, _) = read_regular(path, MOST_BYTES).map_err(|error| match error {
        ReadError::TooLarge => RevealError::TooLarge,
        error => RevealError::File(error),
    })?;
    text(content)
}

fn text(content: Vec<u8>) -> Result<Secret, RevealError> {
    let text = String::from_utf8(content).map_err(|_| RevealError::NotText)?;
    let line = text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    if line.is_empty() || line.contains(['\n', '\0']) {
        Err(RevealError::NotText)
    } else {
        Ok(Secret::new(line))
    }
}

/// Runs a command with a minimal environment and no standard input, and takes what it prints.
fn from_command(words: &[String], folder: &Path) -> Result<Secret, RevealError> {
    let (program, arguments) = words.split_first().ok_or(RevealError::Failed("has no name"))?;
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
        .env_clear()
        .envs(plain_environment())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| RevealError::NotStarted(reason(&error)))?;
    let start = Instant::now();
    let output = child.stdout.take();
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut content = Vec::new();
        let read = output.map(|output| output.take(MOST_BYTES as u64 + 1).read_to_end(&mut content));
        // The receiver may have given up; then nobody wants the output.
        let _ = send.send((read, content));
    });
    let received = receive.recv_timeout(PATIENCE);
    let Ok((Some(Ok(_)), content)) = received else {
        let _ = child.kill();
        let _ = child.wait();
        return Err(RevealError::Failed("did not end within 10 seconds"));
    };
    if content.len() > MOST_BYTES {
        let _ = child.kill();
        let _ = child.wait();
        return Err(RevealError::Failed("printed more than 64 KiB"));
    }
    match ended(&mut child, start) {
        Some(status) if status.success() => text(content),
        Some(_) => Err(RevealError::Failed("failed")),
        None => Err(RevealError::Failed("did not end within 10 seconds")),
    }
}

/// What a child process gets of the environment: enough to find its own files, and no secret.
pub(crate) fn plain_environment() -> impl Iterator<Item = (&'static str, std::ffi::OsString)> {
    let kept = ["PATH", "HOME", "LANG", "SYSTEMROOT", "USERPROFILE", "XDG_RUNTIME_DIR"];
    kept.into_iter().filter_map(|name| std::env::var_os(name).map(|value| (name, value)))
}

/// Waits for a child that may have closed its output and still go on; it is ended when its time is over.
fn ended(child: &mut Child, start: Instant) -> Option<ExitStatus> {
    const PAUSE: Duration = Duration::from_millis(2);
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if start.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    }
}
