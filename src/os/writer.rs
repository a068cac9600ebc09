//! What saving a file needs of the system: one writer at a time, a temporary file, and its move to the place of the file.

#[cfg(unix)]
pub(super) use unix::{Placed, WriterLock, create_temporary, place};
#[cfg(windows)]
pub(super) use windows::{Placed, WriterLock, create_temporary, place};

/// How a file gets to its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placing {
    /// There must be no file.
    New,
    /// There is a file.
    Replace,
}

#[cfg(unix)]
mod unix {
    use std::fs::{File, TryLockError};
    use std::io::{self, Write};
    use std::os::unix::fs::OpenOptionsExt;
    use std::path::Path;

    use tempfile::{Builder, NamedTempFile};

    use super::Placing;

    /// The lock of a folder against other writers.
    ///
    /// It is on the folder itself: no lock file can remain, and a lock on the file would be lost when the new
    /// file replaces it.
    pub(in crate::os) struct WriterLock(File);

    impl WriterLock {
        /// Opens the folder, without locking it.
        pub(in crate::os) fn open(folder: &Path) -> io::Result<Self> {
            File::open(folder).map(Self)
        }

        /// Locks the folder; returns whether no other writer has it.
        pub(in crate::os) fn try_lock(&mut self) -> io::Result<bool> {
            match self.0.try_lock() {
                Ok(()) => Ok(true),
                Err(TryLockError::WouldBlock) => Ok(false),
                Err(TryLockError::Error(error)) => Err(error),
            }
        }

        /// Syncs the names in the folder to disk.
        pub(in crate::os) fn sync(&self) -> io::Result<()> {
            self.0.sync_all()
        }
    }

    /// Creates a file that only its owner can read.
    pub(in crate::os) fn create_temporary(
        builder: &Builder<'_, '_>,
        folder: &Path,
    ) -> io::Result<NamedTempFile> {
        builder.tempfile_in(folder)
    }

    /// The file in its place.
    pub(in crate::os) type Placed = File;

    /// Moves the file, which has this content, to its place.
    pub(in crate::os) fn place(
        temporary: NamedTempFile,
        target: &Path,
        placing: Placing,
        content: &[u8],
    ) -> io::Result<Placed> {
        match placing {
            Placing::New => {
                let renamed = temporary.persist_noclobber(target).map_err(|error| error.error);
                or_written(renamed, target, content)
            }
            Placing::Replace => temporary.persist(target).map_err(|error| error.error),
        }
    }

    /// The renamed new file. Some file systems have neither hard links nor a rename that replaces nothing; there, the
    /// file is created and written in its place, and removed if that fails.
    fn or_written(renamed: io::Result<File>, path: &Path, content: &[u8]) -> io::Result<File> {
        match renamed {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {}
            renamed => return renamed,
        }
        let mut options = File::options();
        options.write(true).create_new(true);
        options.mode(0o600);
        let mut file = options.open(path)?;
        match file.write_all(content).and_then(|()| file.sync_all()) {
            Ok(()) => Ok(file),
            Err(error) => {
                // Its folder is locked, so no other writer of this program has replaced it.
                let _ = std::fs::remove_file(path);
                Err(error)
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use std::os::unix::fs::PermissionsExt;

        use super::*;

        fn content(path: &Path) -> String {
            std::fs::read_to_string(path).expect("there")
        }

        #[test]
        fn new_file_is_written_in_its_place_if_the_file_system_cannot_rename_without_replacing() {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("a");
            let unsupported = || Err(io::ErrorKind::Unsupported.into());
            let exists = || Err(io::ErrorKind::AlreadyExists.into());
            or_written(exists(), &path, b"new").expect_err("the error stays");
            assert!(!path.exists());
            or_written(unsupported(), &path, b"new").expect("written");
            assert_eq!(content(&path), "new");
            assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
            // A file that appeared in the meantime stays.
            std::fs::write(&path, "theirs").expect("written");
            let error = or_written(unsupported(), &path, b"new").expect_err("there is a file");
            assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
            assert_eq!(content(&path), "theirs");
        }
    }
}

#[cfg(windows)]
mod windows {
    use std::fs::OpenOptions;
    use std::io;
    use std::os::windows::fs::OpenOptionsExt;
    use std::path::{Path, PathBuf};
    use std::thread::sleep;

    use tempfile::{Builder, NamedTempFile};

    use super::Placing;
    use crate::os::retry::{pauses, retry};
    use crate::os::windows::{NamedObject, create_private_file, rename};

    /// The lock of a folder against other writers: a named object, which ends with its process. A folder cannot
    /// be locked, and a lock on a file would stop editors and readers.
    pub(in crate::os) struct WriterLock {
        folder: PathBuf,
        name: String,
        object: Option<NamedObject>,
    }

    impl WriterLock {
        /// Names the object, without creating it.
        pub(in crate::os) fn open(folder: &Path) -> io::Result<Self> {
            if !std::fs::metadata(folder)?.is_dir() {
                return Err(io::ErrorKind::NotADirectory.into());
            }
            // Some file systems in memory have no full paths.
            let full = folder.canonicalize().or_else(|_| std::path::absolute(folder))?;
            let full = full.to_string_lossy().to_lowercase();
            let mark = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, full.as_bytes()).simple();
            // All sessions share this name, so that a service and a user see each other.
            let name = format!(r"Global\swyx-teams-writer-{mark}");
            Ok(Self { folder: folder.to_path_buf(), name, object: None })
        }

        /// Creates the object; returns whether no other writer has it.
        pub(in crate::os) fn try_lock(&mut self) -> io::Result<bool> {
            self.object = NamedObject::create(&self.name)?;
            Ok(self.object.is_some())
        }

        /// Syncs the names in the folder to disk. Not every user and file system can, and the moves are
        /// written through anyway.
        pub(in crate::os) fn sync(&self) -> io::Result<()> {
            const BACKUP_SEMANTICS: u32 = 0x0200_0000;
            let mut options = OpenOptions::new();
            options.read(true).write(true).custom_flags(BACKUP_SEMANTICS);
            let _ = options.open(&self.folder).and_then(|folder| folder.sync_all());
            Ok(())
        }
    }

    /// Creates a file that only its owner, Administrators and SYSTEM can read.
    pub(in crate::os) fn create_temporary(
        builder: &Builder<'_, '_>,
        folder: &Path,
    ) -> io::Result<NamedTempFile> {
        builder.make_in(folder, create_private_file)
    }

    /// The file is closed, so that other programs can open it.
    pub(in crate::os) type Placed = ();

    /// Moves the file to its place, and tries again while another program holds one of the two.
    ///
    /// `ReplaceFileW` is not used: it moves the old file away first, so a process that is killed within it leaves no
    /// file.
    pub(in crate::os) fn place(
        temporary: NamedTempFile,
        target: &Path,
        placing: Placing,
        _content: &[u8],
    ) -> io::Result<Placed> {
        // Closed first: an open file cannot be moved.
        let new = temporary.into_temp_path();
        retry(pauses(), sleep, || rename(&new, target, placing == Placing::Replace))
    }
}
