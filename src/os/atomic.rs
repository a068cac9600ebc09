//! Saves a file atomically: it is always the old or the new one.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::read::{ReadError, read_regular, same_file};
use super::system::reason;

/// Why a file was not written. The old file is unchanged, except after [`SaveError::NotDurable`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SaveError {
    /// Another program holds the lock of the folder for too long.
    #[error("{}; nothing was changed", self.reason())]
    Locked(PathBuf),
    /// The file changed between reading and writing.
    #[error("{}; nothing was changed", self.reason())]
    Changed,
    /// The file could not be read.
    #[error("{}; nothing was changed", self.reason())]
    Read(#[from] ReadError),
    /// Writing failed.
    #[error("{}; nothing was changed", self.reason())]
    Write {
        /// The step that failed.
        step: &'static str,
        /// The reason of the operating system.
        source: io::Error,
    },
    /// The new file is in place, but it may not survive a power failure.
    #[error("{}", self.reason())]
    NotDurable(#[source] io::Error),
}

impl SaveError {
    /// The reason, without the state of the file. A caller that changed something else too adds its own words.
    pub fn reason(&self) -> String {
        match self {
            Self::Locked(folder) => format!("another program is writing to {}", folder.display()),
            Self::Changed => "the file was changed by another process in the meantime".to_owned(),
            Self::Read(error) => error.to_string(),
            Self::Write { step, source } => format!("{step}: {}", reason(source)),
            Self::NotDurable(error) => {
                format!("saved, but the folder could not be synced to disk: {}", reason(error))
            }
        }
    }

    /// Whether the old file is unchanged.
    pub fn leaves_the_file_unchanged(&self) -> bool {
        !matches!(self, Self::NotDurable(_))
    }
}

/// A settings file that is being changed, with its folder locked against other writers.
///
/// The lock is on the folder itself: no lock file can remain, and a lock on the file would be lost when the
/// new file replaces it.
pub(crate) struct Rewrite {
    target: PathBuf,
    folder: PathBuf,
    lock: File,
    before: Option<(std::fs::Metadata, Vec<u8>)>,
    readable_by_others: bool,
    for_owner_only: bool,
}

/// The prefix and the suffix of the names of our temporary files.
const TEMPORARY: (&str, &str) = (".swyx-teams-", ".tmp");

impl Rewrite {
    /// Locks the folder of `path`, waiting up to 10 s for another writer, removes the temporary files of
    /// killed writers, and reads the file. A symbolic link is followed. A missing file is treated as empty.
    ///
    /// # Errors
    /// [`SaveError`] if it failed.
    pub(crate) fn begin(path: &Path, most: usize) -> Result<Self, SaveError> {
        let target = match path.canonicalize() {
            Ok(target) => target,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => path.to_path_buf(),
            Err(error) => return Err(ReadError::Io(error).into()),
        };
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
            _ => PathBuf::from("."),
        };
        let lock = lock_folder(&folder)?;
        sweep(&folder);
        let (before, readable_by_others) = match read_regular(&target, most) {
            Ok((content, readable)) => {
                let metadata = std::fs::metadata(&target).map_err(ReadError::Io)?;
                (Some((metadata, content)), readable)
            }
            Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::NotFound => (None, false),
            Err(error) => return Err(error.into()),
        };
        Ok(Self { target, folder, lock, before, readable_by_others, for_owner_only: false })
    }

    /// The current bytes of the file; `None` if it does not exist.
    pub(crate) fn content(&self) -> Option<&[u8]> {
        self.before.as_ref().map(|(_, content)| content.as_slice())
    }

    /// Whether the file's mode lets others read it.
    pub(crate) fn is_readable_by_others(&self) -> bool {
        self.readable_by_others
    }

    /// Restricts the new file to its owner, whatever the mode of the old file.
    #[cfg(feature = "online")]
    pub(crate) fn for_owner_only(self) -> Self {
        Self { for_owner_only: true, ..self }
    }

    /// Checks that a file can be created in the folder.
    ///
    /// # Errors
    /// [`SaveError`] if it cannot.
    #[cfg(feature = "online")]
    pub(crate) fn try_out(&self) -> Result<(), SaveError> {
        self.temporary().map(|_| ())
    }

    fn temporary(&self) -> Result<tempfile::NamedTempFile, SaveError> {
        let made = tempfile::Builder::new().prefix(TEMPORARY.0).suffix(TEMPORARY.1).tempfile_in(&self.folder);
        made.map_err(|source| SaveError::Write {
            step: "cannot create a temporary file in the folder",
            source,
        })
    }

    /// Replaces the content of the file, keeping its mode and owner; a new file has mode 0600.
    ///
    /// Writes a temporary file in the same folder, syncs it to disk, and renames it; then syncs the folder to
    /// disk. So the file is always the old or the new one.
    ///
    /// # Errors
    /// [`SaveError`] if it failed.
    pub(crate) fn save(self, content: &[u8]) -> Result<(), SaveError> {
        let failed = |step| move |source| SaveError::Write { step, source };
        let mut temporary = self.temporary()?;
        temporary.write_all(content).map_err(failed("cannot write the temporary file"))?;
        if let Some((metadata, _)) = &self.before {
            keep_owner_and_mode(temporary.as_file(), metadata, self.for_owner_only)
                .map_err(failed("cannot keep the file's owner and mode"))?;
        }
        temporary.as_file().sync_all().map_err(failed("cannot sync the temporary file to disk"))?;
        self.still_the_same()?;
        temporary.persist(&self.target).map_err(|error| failed("cannot replace the file")(error.error))?;
        self.lock.sync_all().map_err(SaveError::NotDurable)
    }

    fn still_the_same(&self) -> Result<(), SaveError> {
        let now = std::fs::metadata(&self.target);
        let same = match (&self.before, now) {
            (Some((before, _)), Ok(now)) => same_file(before, &now),
            (None, Err(error)) => error.kind() == io::ErrorKind::NotFound,
            _ => false,
        };
        if same { Ok(()) } else { Err(SaveError::Changed) }
    }
}

fn lock_folder(folder: &Path) -> Result<File, SaveError> {
    const PATIENCE: Duration = Duration::from_secs(10);
    const PAUSE: Duration = Duration::from_millis(5);
    let handle = File::open(folder).map_err(ReadError::Io)?;
    let start = Instant::now();
    loop {
        match handle.try_lock() {
            Ok(()) => return Ok(handle),
            Err(std::fs::TryLockError::WouldBlock) if start.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
            Err(std::fs::TryLockError::WouldBlock) => return Err(SaveError::Locked(folder.to_path_buf())),
            Err(std::fs::TryLockError::Error(source)) => {
                return Err(SaveError::Write { step: "cannot lock the folder", source });
            }
        }
    }
}

/// Removes the temporary files of killed writers. All writers hold the folder's lock, so none of these files
/// is in use.
fn sweep(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let ours =
            name.to_str().is_some_and(|name| name.starts_with(TEMPORARY.0) && name.ends_with(TEMPORARY.1));
        if ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            // The next run removes files that cannot be removed now.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

#[cfg(unix)]
fn keep_owner_and_mode(file: &File, like: &std::fs::Metadata, for_owner_only: bool) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let own = file.metadata()?;
    if (own.uid(), own.gid()) != (like.uid(), like.gid()) {
        fchown(file, Some(like.uid()), Some(like.gid()))?;
    }
    let mode = like.permissions().mode();
    file.set_permissions(std::fs::Permissions::from_mode(if for_owner_only { mode & !0o077 } else { mode }))
}

#[cfg(not(unix))]
fn keep_owner_and_mode(_: &File, _: &std::fs::Metadata, _: bool) -> io::Result<()> {
    Ok(())
}
