//! Files that must not exist before.

#[cfg(unix)]
use std::fs::TryLockError;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

#[cfg(unix)]
use super::read::is_at;
#[cfg(all(windows, feature = "cli"))]
use super::writer::{Placing, create_temporary, place};

/// Creates a folder that only its owner can use, whatever the umask. Without a path, it is a new folder among
/// the temporary files, whose name begins with `prefix`.
///
/// # Errors
/// The reason of the operating system, for example that the folder exists.
#[cfg(feature = "cli")]
pub(crate) fn create_own_folder(path: Option<&Path>, prefix: &str) -> io::Result<PathBuf> {
    match path {
        Some(path) => create_folder(path).map(|()| path.to_path_buf()),
        None => {
            let made = tempfile::Builder::new().prefix(prefix).disable_cleanup(true).make(create_folder)?;
            Ok(made.path().to_path_buf())
        }
    }
}

#[cfg(all(unix, feature = "cli"))]
fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    // The umask may have removed rights of the owner.
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700))
}

#[cfg(all(windows, feature = "cli"))]
fn create_folder(path: &Path) -> io::Result<()> {
    refuse_device(path)?;
    super::windows::create_private_folder(path)
}

#[cfg(unix)]
fn create_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(windows)]
fn create_file(path: &Path) -> io::Result<File> {
    refuse_device(path)?;
    super::windows::create_private_file(path)
}

#[cfg(windows)]
fn refuse_device(path: &Path) -> io::Result<()> {
    if super::names::is_device(path) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "this is the name of a device"));
    }
    Ok(())
}

/// A file that did not exist before, or was empty. It is readable by its owner only from the start, and
/// removed on drop unless something was written.
pub(crate) struct NewFile {
    /// None after [`NewFile::closed`].
    file: Option<File>,
    path: PathBuf,
    is_written: bool,
    /// Which file it is.
    #[cfg(windows)]
    identity: (u64, u64),
}

impl NewFile {
    /// Creates the file, and locks it; on Windows, it counts as locked while it is open. An existing empty file that
    /// no process has locked comes from a killed process and is created again.
    ///
    /// # Errors
    /// The reason of the operating system, for example that the file exists.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let file = match create_file(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && is_left_over(path) => {
                std::fs::remove_file(path)?;
                create_file(path)?
            }
            created => created?,
        };
        if is_taken(&file, path) {
            return Err(io::Error::other("another process creates this file"));
        }
        Ok(Self {
            #[cfg(windows)]
            identity: super::windows::identity(&file)?,
            file: Some(file),
            path: path.to_path_buf(),
            is_written: false,
        })
    }

    /// The file as a placeholder that another file may replace. Windows replaces no open file, so there it is
    /// closed. On drop, it is removed if it is still in its place.
    pub(crate) fn closed(mut self) -> Self {
        if cfg!(windows) {
            self.file = None;
        }
        self
    }

    /// Writes the content, and syncs it to disk.
    ///
    /// # Errors
    /// The reason of the operating system. Then the file is removed on drop.
    pub(crate) fn write(&mut self, content: &[u8]) -> io::Result<()> {
        let mut file = self.open_file()?;
        file.write_all(content)?;
        file.sync_all()?;
        self.is_written = true;
        self.sync_folder();
        Ok(())
    }

    /// The file itself, for further writing; it is not removed.
    ///
    /// # Errors
    /// The reason of the operating system.
    #[cfg(feature = "cli")]
    pub(crate) fn into_file(mut self) -> io::Result<File> {
        self.is_written = true;
        self.open_file()?.try_clone()
    }

    fn open_file(&self) -> io::Result<&File> {
        self.file.as_ref().ok_or_else(|| io::Error::other("the file is closed"))
    }

    fn sync_folder(&self) {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        // The content is on disk; syncing its name is best effort.
        let _ = File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all());
    }

    /// Whether it is still in its place: another file may have replaced it, which must not be removed.
    #[cfg(unix)]
    fn is_in_place(&self) -> bool {
        self.file.as_ref().is_some_and(|file| is_at(file, &self.path))
    }

    #[cfg(windows)]
    fn is_in_place(&self) -> bool {
        is_at(self.identity, &self.path)
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.is_written && self.is_in_place() {
            // A file that cannot be removed is empty or unused.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Whether there is an empty file of a killed process.
#[cfg(unix)]
fn is_left_over(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(is_empty)
        && File::open(path)
            .is_ok_and(|file| !is_locked(&file) && is_at(&file, path) && file.metadata().is_ok_and(is_empty))
}

/// Whether there is an empty file of a killed process: one that no process has open. A lock would keep other programs
/// from reading the file.
#[cfg(windows)]
fn is_left_over(path: &Path) -> bool {
    const SHARE_DELETE: u32 = 4;
    let mut options = OpenOptions::new();
    options.read(true);
    std::os::windows::fs::OpenOptionsExt::share_mode(&mut options, SHARE_DELETE);
    std::fs::symlink_metadata(path).is_ok_and(is_empty)
        && options.open(path).is_ok_and(|file| file.metadata().is_ok_and(is_empty))
}

fn is_empty(there: std::fs::Metadata) -> bool {
    there.is_file() && there.len() == 0
}

/// Whether another process has taken this new file for a file of a killed process.
#[cfg(unix)]
fn is_taken(file: &File, path: &Path) -> bool {
    is_locked(file) || !is_at(file, path)
}

#[cfg(windows)]
fn is_taken(file: &File, path: &Path) -> bool {
    !super::windows::identity(file).is_ok_and(|own| is_at(own, path))
}

/// Whether another process holds the lock of a file; otherwise it is locked until the file is closed. Where there are
/// no locks, no process holds one.
#[cfg(unix)]
fn is_locked(file: &File) -> bool {
    matches!(file.try_lock(), Err(TryLockError::WouldBlock))
}

/// Whether the file with this identity is at `path`.
#[cfg(windows)]
fn is_at(identity: (u64, u64), path: &Path) -> bool {
    let there = File::open(path).and_then(|there| super::windows::identity(&there));
    there.is_ok_and(|there| there == identity)
}

/// Writes a file that only its owner can read, also if it existed. Anything else at `path`, for example a pipe, is
/// written to as it is.
///
/// # Errors
/// The reason of the operating system.
#[cfg(all(unix, feature = "cli"))]
pub(crate) fn write_for_owner(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    if file.metadata()?.is_file() {
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        file.set_len(0)?;
    }
    file.write_all(content)
}

/// Writes a file that only this user, SYSTEM and Administrators can read, also if it existed. A device or a pipe is
/// written to as it is.
///
/// # Errors
/// The reason of the operating system.
#[cfg(all(windows, feature = "cli"))]
pub(crate) fn write_for_owner(path: &Path, content: &[u8]) -> io::Result<()> {
    if super::names::is_device(path) {
        return OpenOptions::new().write(true).open(path)?.write_all(content);
    }
    // The file that a link leads to is written.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // This name differs from those that `Rewrite` removes, because the folder is not locked.
    let mut temporary = create_temporary(&tempfile::Builder::new(), folder)?;
    temporary.write_all(content)?;
    place(temporary, &path, Placing::Replace, content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unused_file_is_removed_and_its_replacement_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        drop(NewFile::create(&path).expect("created"));
        assert!(!path.exists());
        drop(NewFile::create(&path).expect("created").closed());
        assert!(!path.exists());
        let mut written = NewFile::create(&path).expect("created");
        written.write(b"x").expect("written");
        drop(written);
        assert!(NewFile::create(&path).is_err());
        std::fs::remove_file(&path).expect("removed");
        let placeholder = NewFile::create(&path).expect("created").closed();
        let rewrite = crate::os::Rewrite::begin(&path, 9).expect("begun").for_owner_only();
        rewrite.save(b"secret").expect("saved");
        drop(placeholder);
        assert_eq!(std::fs::read(&path).expect("there"), b"secret");
    }

    #[test]
    fn unwritten_file_of_a_running_process_is_not_taken_for_that_of_a_killed_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        let mut first = NewFile::create(&path).expect("created");
        assert_eq!(
            NewFile::create(&path).err().map(|error| error.kind()),
            Some(io::ErrorKind::AlreadyExists)
        );
        first.write(b"kept").expect("written");
        drop(first);
        assert!(NewFile::create(&path).is_err());
        assert_eq!(std::fs::read(&path).expect("there"), b"kept");
        // A killed process leaves an empty file.
        std::fs::write(&path, "").expect("written");
        NewFile::create(&path).and_then(|mut file| file.write(b"new")).expect("created again");
        assert_eq!(std::fs::read(&path).expect("there"), b"new");
    }

    #[cfg(all(unix, feature = "cli"))]
    #[test]
    fn file_for_its_owner_is_readable_by_nobody_else_even_if_it_existed() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let (new, old) = (folder.path().join("new"), folder.path().join("old"));
        std::fs::write(&old, "longer than the new one").expect("written");
        std::fs::set_permissions(&old, std::fs::Permissions::from_mode(0o644)).expect("set");
        for path in [new, old] {
            write_for_owner(&path, b"text").expect("written");
            assert_eq!(std::fs::read(&path).expect("there"), b"text");
            assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        }
        write_for_owner(Path::new("/dev/null"), b"text").expect("written");
        assert_eq!(std::fs::metadata("/dev/null").expect("there").permissions().mode() & 0o777, 0o666);
    }

    #[cfg(all(windows, feature = "cli"))]
    #[test]
    fn file_for_its_owner_replaces_an_existing_one_and_leaves_nothing_else() {
        use crate::os::read_regular;
        let folder = tempfile::tempdir().expect("a folder");
        let (new, old) = (folder.path().join("new"), folder.path().join("old"));
        std::fs::write(&old, "longer than the new one").expect("written");
        for path in [new, old] {
            write_for_owner(&path, b"text").expect("written");
            assert_eq!(read_regular(&path, 9).expect("there"), (b"text".to_vec(), false));
        }
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 2);
        write_for_owner(Path::new("NUL"), b"text").expect("written");
    }
}
