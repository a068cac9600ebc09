//! Saves a file atomically: it is always the old or the new one.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::access::Access;
use super::names::{is_device, without_verbatim_prefix};
use super::read::{ReadError, ReadFile, is_untouched, read_open};
use super::system::reason;
use super::writer::{Placed, Placing, WriterLock, create_temporary, place};

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
    /// The file was deleted between reading and writing.
    #[error("{}; nothing was changed", self.reason())]
    Deleted,
    /// Nobody may write to the file.
    #[error("{}; nothing was changed", self.reason())]
    ReadOnly,
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
    /// The new file is in place, but it lacks the mode or the access control list of the old one: only its owner
    /// can read it.
    #[error("{}", self.reason())]
    ModeLost(#[source] io::Error),
    /// The new file is in place, but it may not survive a power failure.
    #[error("{}", self.reason())]
    NotDurable(#[source] io::Error),
}

impl SaveError {
    /// The reason, without the state of the file. A caller that changed something else too adds its own words.
    pub fn reason(&self) -> String {
        match self {
            Self::Locked(folder) => {
                format!("another program is writing to {}", without_verbatim_prefix(folder).display())
            }
            Self::Changed => "the file was changed by another process in the meantime".to_owned(),
            Self::Deleted => "the file was deleted by another process in the meantime".to_owned(),
            Self::ReadOnly => format!("the file is read-only; to allow changes, run {ALLOW_WRITING} on it"),
            Self::Read(error) => error.to_string(),
            Self::Write { step, source } => format!("{step}: {}", reason(source)),
            Self::ModeLost(error) => format!(
                "saved, but who else may read the file could not be kept, so only its owner can read it: {}",
                reason(error)
            ),
            Self::NotDurable(error) => {
                format!("saved, but the folder could not be synced to disk: {}", reason(error))
            }
        }
    }

    /// Whether the old file is unchanged.
    pub fn leaves_the_file_unchanged(&self) -> bool {
        !matches!(self, Self::NotDurable(_) | Self::ModeLost(_))
    }
}

/// The command that makes a file writable.
const ALLOW_WRITING: &str = if cfg!(windows) { "attrib -r" } else { "chmod u+w" };

/// A settings file that is being changed, with its folder locked against other writers.
pub(crate) struct Rewrite {
    path: PathBuf,
    target: PathBuf,
    folder: PathBuf,
    lock: WriterLock,
    most: usize,
    before: Option<ReadFile>,
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
        if cfg!(windows) && is_device(path) {
            return Err(ReadError::NotRegular("a device").into());
        }
        let (target, folder, lock) = lock_target(path, lock_folder)?;
        sweep(&folder);
        let before = match read_when_released(&target, most) {
            Ok(read) => Some(read),
            Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error.into()),
        };
        Ok(Self { path: path.to_path_buf(), target, folder, lock, most, before, for_owner_only: false })
    }

    /// The current bytes of the file; `None` if it does not exist.
    pub(crate) fn content(&self) -> Option<&[u8]> {
        self.before.as_ref().map(|before| before.content.as_slice())
    }

    /// Whether the file's mode lets others read it.
    pub(crate) fn is_readable_by_others(&self) -> bool {
        self.before.as_ref().is_some_and(ReadFile::others_can_read)
    }

    /// Restricts the new file to its owner, whatever the mode of the old file.
    #[cfg(any(feature = "online", test))]
    pub(crate) fn for_owner_only(self) -> Self {
        Self { for_owner_only: true, ..self }
    }

    /// Checks that the file is not read-only, and that a file can be created in the folder.
    ///
    /// # Errors
    /// [`SaveError`] if it cannot.
    #[cfg(feature = "online")]
    pub(crate) fn try_out(&self) -> Result<(), SaveError> {
        self.is_writable()?;
        self.temporary().map(|_| ())
    }

    fn temporary(&self) -> Result<tempfile::NamedTempFile, SaveError> {
        let mut builder = tempfile::Builder::new();
        let made = create_temporary(builder.prefix(TEMPORARY.0).suffix(TEMPORARY.1), &self.folder);
        made.map_err(|source| SaveError::Write {
            step: "cannot create a temporary file in the folder",
            source,
        })
    }

    /// Checks the mode, because root may write to a read-only file, and because renaming ignores the mode.
    fn is_writable(&self) -> Result<(), SaveError> {
        match &self.before {
            Some(before) if is_read_only(&before.metadata) => Err(SaveError::ReadOnly),
            _ => Ok(()),
        }
    }

    /// Replaces the content of the file, keeping its mode, owner and access control list; a new file has mode
    /// 0600.
    ///
    /// Writes a temporary file in the same folder, syncs it to disk, and renames it; then syncs the folder to
    /// disk. So the file is always the old or the new one. Until the rename, only the owner can read the
    /// temporary file: a killed process leaves it behind.
    ///
    /// # Errors
    /// [`SaveError`] if it failed.
    pub(crate) fn save(mut self, content: &[u8]) -> Result<(), SaveError> {
        let failed = |step| move |source| SaveError::Write { step, source };
        self.is_writable()?;
        let mut temporary = self.temporary()?;
        temporary.write_all(content).map_err(failed("cannot write the temporary file"))?;
        let access = self.before.as_ref().map(|before| Access::of(before, self.for_owner_only)).transpose();
        let access = access.map_err(failed("cannot read who may read the file"))?;
        if let Some(access) = &access {
            let prepared = access.prepare(&temporary);
            prepared.map_err(failed("cannot keep the file's owner and mode"))?;
        }
        temporary.as_file().sync_all().map_err(failed("cannot sync the temporary file to disk"))?;
        self.before.iter_mut().for_each(ReadFile::close);
        self.still_the_same()?;
        let placed = self.replace(temporary, content)?;
        if let Some(access) = &access {
            access.complete(&placed).map_err(SaveError::ModeLost)?;
        }
        self.lock.sync().map_err(SaveError::NotDurable)
    }

    /// Moves the temporary file, which has this content, to its place. A file that appeared in the meantime stays.
    fn replace(&self, temporary: tempfile::NamedTempFile, content: &[u8]) -> Result<Placed, SaveError> {
        let placing = if self.before.is_some() { Placing::Replace } else { Placing::New };
        place(temporary, &self.target, placing, content).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists if placing == Placing::New => SaveError::Changed,
            _ => SaveError::Write { step: "cannot replace the file", source },
        })
    }

    /// Reads the file again: two changes within one tick of the clock have the same time.
    fn still_the_same(&self) -> Result<(), SaveError> {
        let is_missing = |error: &ReadError| matches!(error, ReadError::Io(error) if error.kind() == io::ErrorKind::NotFound);
        let target = follow_links(&self.path);
        let is_deleted = self.before.is_some() && !self.target.exists();
        if !is_deleted && !target.is_ok_and(|target| target == self.target) {
            return Err(SaveError::Changed);
        }
        match (&self.before, read_when_released(&self.target, self.most)) {
            (Some(before), Ok(now)) if is_untouched(before, &now) && before.content == now.content => Ok(()),
            (None, Err(error)) if is_missing(&error) => Ok(()),
            (Some(_), Err(error)) if is_missing(&error) => Err(SaveError::Deleted),
            _ => Err(SaveError::Changed),
        }
    }
}

/// Locks the folder of the file that a path leads to; returns file, folder and lock. The links are followed again after that: a
/// link may change during the wait for the lock, and some programs move a file away before they write the new one.
fn lock_target<L>(
    path: &Path,
    lock: impl Fn(&Path) -> Result<L, SaveError>,
) -> Result<(PathBuf, PathBuf, L), SaveError> {
    const TRIES: usize = 3;
    let mut target = follow_links(path).map_err(ReadError::Io)?;
    for _ in 0..TRIES {
        let folder = folder_of(&target);
        let locked = lock(&folder)?;
        target = follow_links(path).map_err(ReadError::Io)?;
        if folder_of(&target) == folder {
            return Ok((target, folder, locked));
        }
    }
    Err(SaveError::Changed)
}

fn folder_of(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

/// Reads a file. On Windows, waits a short time for a program that does not share it.
fn read_when_released(path: &Path, most: usize) -> Result<ReadFile, ReadError> {
    #[cfg(windows)]
    for pause in super::retry::pauses() {
        match read_open(path, most) {
            Err(ReadError::Io(error)) if super::retry::is_not_shared(&error) => std::thread::sleep(pause),
            result => return result,
        }
    }
    read_open(path, most)
}

/// The file that a path leads to; the path itself if there is none.
fn follow_links(path: &Path) -> io::Result<PathBuf> {
    match path.canonicalize() {
        Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => Ok(path.to_path_buf()),
        // Some file systems of Windows, for example in memory, have no full paths.
        Err(_) if cfg!(windows) && path.exists() && !path.is_symlink() => std::path::absolute(path),
        target => target,
    }
}

fn lock_folder(folder: &Path) -> Result<WriterLock, SaveError> {
    const PATIENCE: Duration = Duration::from_secs(10);
    const PAUSE: Duration = Duration::from_millis(5);
    let mut lock = WriterLock::open(folder).map_err(ReadError::Io)?;
    let start = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(true) => return Ok(lock),
            Ok(false) if start.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
            Ok(false) => return Err(SaveError::Locked(folder.to_path_buf())),
            Err(source) => return Err(SaveError::Write { step: "cannot lock the folder", source }),
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
fn is_read_only(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o222 == 0
}

#[cfg(not(unix))]
fn is_read_only(metadata: &std::fs::Metadata) -> bool {
    metadata.permissions().readonly()
}

#[cfg(test)]
mod every_system;

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const MOST: usize = 1024;

    /// A folder with the file `a`, which is being changed.
    fn begun(mode: u32) -> (tempfile::TempDir, PathBuf, Rewrite) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        fs::write(&path, "old")
            .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(mode)))
            .expect("made");
        let rewrite = Rewrite::begin(&path, MOST).expect("begun");
        (folder, path, rewrite)
    }

    fn content(path: &Path) -> Option<String> {
        fs::read_to_string(path).ok()
    }

    #[test]
    fn file_that_another_process_changed_is_not_overwritten() {
        type Disturb = fn(&Path);
        let disturbances: [Disturb; 3] = [
            |path| fs::write(path, "longer").expect("written"),
            |path| {
                let other = path.with_file_name("b");
                fs::write(&other, "old").and_then(|()| fs::rename(other, path)).expect("replaced");
            },
            |path| fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("set"),
        ];
        for disturb in disturbances {
            let (_folder, path, rewrite) = begun(0o640);
            disturb(&path);
            let before = content(&path);
            assert!(matches!(rewrite.save(b"new"), Err(SaveError::Changed)));
            assert_eq!(content(&path), before);
        }
    }

    /// A coarse clock gives two changes the same time; here the time is set back.
    #[test]
    fn change_with_the_same_size_and_time_is_seen() {
        let (_folder, path, rewrite) = begun(0o600);
        let time = fs::metadata(&path).and_then(|file| file.modified()).expect("a time");
        let file = fs::File::options().write(true).open(&path).expect("open");
        (&file).write_all(b"odd").and_then(|()| file.set_modified(time)).expect("changed");
        assert!(matches!(rewrite.save(b"new"), Err(SaveError::Changed)));
        assert_eq!(content(&path).as_deref(), Some("odd"));
    }

    #[test]
    fn link_that_leads_elsewhere_is_seen() {
        let (folder, path, _) = begun(0o600);
        let (other, link) = (folder.path().join("b"), folder.path().join("link"));
        fs::write(&other, "old").expect("written");
        std::os::unix::fs::symlink(&path, &link).expect("linked");
        let rewrite = Rewrite::begin(&link, MOST).expect("begun");
        fs::remove_file(&link).and_then(|()| std::os::unix::fs::symlink(&other, &link)).expect("linked");
        assert!(matches!(rewrite.save(b"new"), Err(SaveError::Changed)));
        assert_eq!([content(&path), content(&other)].map(Option::unwrap), ["old", "old"]);
    }

    #[test]
    fn deleted_file_is_reported_and_not_created() {
        let (_folder, path, rewrite) = begun(0o600);
        fs::remove_file(&path).expect("removed");
        let error = rewrite.save(b"new").expect_err("deleted");
        assert_eq!(
            error.to_string(),
            "the file was deleted by another process in the meantime; nothing was changed"
        );
        assert_eq!(content(&path), None);
    }

    #[test]
    fn file_that_appeared_in_the_meantime_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        let rewrite = Rewrite::begin(&path, MOST).expect("begun");
        let temporary = rewrite.temporary().expect("made");
        fs::write(&path, "theirs").expect("written");
        assert!(matches!(rewrite.replace(temporary, b"new"), Err(SaveError::Changed)));
        assert_eq!(content(&path).as_deref(), Some("theirs"));
    }

    #[test]
    fn read_only_file_is_refused() {
        let (_folder, path, rewrite) = begun(0o444);
        let error = rewrite.save(b"new").expect_err("refused");
        assert!(error.to_string().starts_with("the file is read-only; "), "{error}");
        assert_eq!(content(&path).as_deref(), Some("old"));
    }

    #[test]
    fn temporary_file_is_for_its_owner_only_until_it_replaces_the_file() {
        let (folder, path, rewrite) = begun(0o664);
        let temporary = rewrite.temporary().expect("made");
        let access = Access::of(rewrite.before.as_ref().expect("a file"), false).expect("read");
        access.prepare(&temporary).expect("prepared");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(temporary.path()), 0o600);
        drop(temporary);
        rewrite.save(b"new").expect("saved");
        assert_eq!((mode(&path), content(&path).as_deref()), (0o664, Some("new")));
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }
}
