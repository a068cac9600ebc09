//! Files that must not exist before.

use std::fs::File;
#[cfg(unix)]
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

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
    /// Creates the file. An existing empty file comes from a killed process and is created again.
    ///
    /// # Errors
    /// The reason of the operating system, for example that the file exists.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        if std::fs::symlink_metadata(path).is_ok_and(|there| there.is_file() && there.len() == 0) {
            std::fs::remove_file(path)?;
        }
        let file = create_file(path)?;
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
        self.file.as_ref().is_some_and(|file| super::read::is_at(file, &self.path))
    }

    #[cfg(windows)]
    fn is_in_place(&self) -> bool {
        let there = File::open(&self.path);
        there.and_then(|there| super::windows::identity(&there)).is_ok_and(|there| there == self.identity)
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
}
