//! Files that must not exist before.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::read::same_file;

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

#[cfg(feature = "cli")]
fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    // The umask may have removed rights of the owner.
    #[cfg(unix)]
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

/// A file that did not exist before, or was empty. It is readable by its owner only from the start, and
/// removed on drop unless something was written.
pub(crate) struct NewFile {
    file: File,
    path: PathBuf,
    is_written: bool,
}

impl NewFile {
    /// Creates the file, and locks it. An existing empty file that no process has locked comes from a killed process
    /// and is created again.
    ///
    /// # Errors
    /// The reason of the operating system, for example that the file exists.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = match options.open(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && is_left_over(path) => {
                std::fs::remove_file(path)?;
                options.open(path)?
            }
            opened => opened?,
        };
        // Another process may have taken it for a file of a killed process.
        if is_locked(&file) || !is_at(&file, path) {
            return Err(io::Error::other("another process creates this file"));
        }
        Ok(Self { file, path: path.to_path_buf(), is_written: false })
    }

    /// Writes the content, and syncs it to disk.
    ///
    /// # Errors
    /// The reason of the operating system. Then the file is removed on drop.
    pub(crate) fn write(&mut self, content: &[u8]) -> io::Result<()> {
        self.file.write_all(content)?;
        self.file.sync_all()?;
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
        self.file.try_clone()
    }

    fn sync_folder(&self) {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        // The content is on disk; syncing its name is best effort.
        let _ = File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all());
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // Another file may have replaced it, which must not be removed.
        if !self.is_written && is_at(&self.file, &self.path) {
            // A file that cannot be removed is empty or unused.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Whether there is an empty file of a killed process.
fn is_left_over(path: &Path) -> bool {
    let is_empty = |there: std::fs::Metadata| there.is_file() && there.len() == 0;
    std::fs::symlink_metadata(path).is_ok_and(is_empty)
        && File::open(path)
            .is_ok_and(|file| !is_locked(&file) && is_at(&file, path) && file.metadata().is_ok_and(is_empty))
}

/// Whether another process holds the lock of a file; otherwise it is locked until the file is closed. Where there are
/// no locks, no process holds one.
fn is_locked(file: &File) -> bool {
    matches!(file.try_lock(), Err(TryLockError::WouldBlock))
}

/// Whether this file is at `path`.
fn is_at(file: &File, path: &Path) -> bool {
    let there = std::fs::symlink_metadata(path);
    file.metadata().is_ok_and(|own| there.is_ok_and(|there| same_file(&own, &there)))
}

/// Writes a file that only its owner can read, also if it existed. Anything else at `path`, for example a pipe, is
/// written to as it is.
///
/// # Errors
/// The reason of the operating system.
#[cfg(feature = "cli")]
pub(crate) fn write_for_owner(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    if file.metadata()?.is_file() {
        #[cfg(unix)]
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        file.set_len(0)?;
    }
    file.write_all(content)
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
