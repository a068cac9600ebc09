//! Files that must not be there before.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::read::same_file;

/// A file that was not there before, or was empty, readable by its owner only from its first byte. It is gone again unless something is
/// written.
pub(crate) struct NewFile {
    file: File,
    path: PathBuf,
    is_written: bool,
}

impl NewFile {
    /// Makes the file. An empty one is what a killed process left, and is made anew.
    ///
    /// # Errors
    /// The system's reason, as that there is one.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        if std::fs::symlink_metadata(path).is_ok_and(|there| there.is_file() && there.len() == 0) {
            std::fs::remove_file(path)?;
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Self { file: options.open(path)?, path: path.to_path_buf(), is_written: false })
    }

    /// Writes the content, and brings it to disk.
    ///
    /// # Errors
    /// The system's reason; the file is gone then, once it is dropped.
    pub(crate) fn write(&mut self, content: &[u8]) -> io::Result<()> {
        self.file.write_all(content)?;
        self.file.sync_all()?;
        self.is_written = true;
        self.sync_folder();
        Ok(())
    }

    /// The file itself, to go on writing into; it stays.
    ///
    /// # Errors
    /// The system's reason.
    #[cfg(feature = "cli")]
    pub(crate) fn into_file(mut self) -> io::Result<File> {
        self.is_written = true;
        self.file.try_clone()
    }

    fn sync_folder(&self) {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        // The content is on disk; that its name is, too, is as much as can be asked for.
        let _ = File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all());
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        let there = std::fs::symlink_metadata(&self.path);
        // Another may have taken its place, which is not ours to remove.
        let is_ours = self.file.metadata().is_ok_and(|own| there.is_ok_and(|there| same_file(&own, &there)));
        if !self.is_written && is_ours {
            // What cannot be removed is empty, or half of what nobody uses.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
