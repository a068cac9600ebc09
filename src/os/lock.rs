//! Locks between the processes of one machine.

use std::io;

/// A named lock between the processes of one user, held until dropped.
///
/// It is a file in a folder that only this user can enter, so that no other user can hold it. On Windows it is
/// a named object of the machine, so it also excludes a service with a user of its own.
pub(crate) struct ProcessLock {
    #[cfg(unix)]
    _files: Vec<unix::LockFile>,
    #[cfg(windows)]
    _object: super::windows::NamedObject,
}

/// Why a lock was not acquired.
#[derive(Debug)]
pub(crate) enum LockError {
    /// Another process holds it.
    Held,
    /// There is no folder for it: the reason.
    NoFolder(io::Error),
}

#[cfg(unix)]
impl ProcessLock {
    /// Acquires the lock with this name. It ends with the process in any case.
    ///
    /// # Errors
    /// [`LockError`] if it was not acquired.
    pub(crate) fn acquire(name: &str) -> Result<Self, LockError> {
        unix::acquire(name, &unix::folders()).map(|files| Self { _files: files })
    }
}

#[cfg(windows)]
impl ProcessLock {
    /// Acquires the lock with this name. It ends with the process in any case.
    ///
    /// # Errors
    /// [`LockError`] if it was not acquired.
    pub(crate) fn acquire(name: &str) -> Result<Self, LockError> {
        match super::windows::NamedObject::create(&object_name("lock", name)) {
            Ok(Some(object)) => Ok(Self { _object: object }),
            Ok(None) => Err(LockError::Held),
            Err(error) => Err(LockError::NoFolder(error)),
        }
    }
}

/// The name of an object that all sessions of the machine share. It contains a hash, because such names have
/// no backslash and a limited length.
#[cfg(windows)]
pub(super) fn object_name(kind: &str, name: &str) -> String {
    let mark = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, name.as_bytes()).simple();
    format!(r"Global\swyx-teams-{kind}-{mark}")
}

#[cfg(windows)]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lock_is_exclusive_until_it_is_dropped() {
        let name = format!("test {}", uuid::Uuid::new_v4());
        let first = ProcessLock::acquire(&name).ok().expect("free");
        assert!(matches!(ProcessLock::acquire(&name), Err(LockError::Held)));
        assert!(ProcessLock::acquire(&format!("{name} 2")).is_ok());
        drop(first);
        assert!(ProcessLock::acquire(&name).is_ok());
    }
}

#[cfg(unix)]
pub(super) use unix::{folders, own_folder};

#[cfg(unix)]
mod unix {
    use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
    use std::io;
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
    use std::path::{Path, PathBuf};

    use super::LockError;

    /// A locked file, which is removed on drop.
    pub(super) struct LockFile {
        /// Holds the lock.
        _file: File,
        path: PathBuf,
    }

    /// The folders for locks. A lock is taken in each folder that can be used: a run in a session and a
    /// scheduled run have different runtime folders, but the same temporary folder; and another user may
    /// have created the one in the temporary folder, but not the runtime folder.
    pub(in crate::os) fn folders() -> Vec<PathBuf> {
        let user = rustix::process::geteuid();
        let runtime = if user.is_root() {
            Some(PathBuf::from("/run"))
        } else {
            let named = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
            named.filter(|folder| folder.is_absolute() && check_owner(folder).is_ok())
        };
        let temporary = std::env::temp_dir().join(format!("swyx-teams-{}", user.as_raw()));
        runtime.map(|folder| folder.join("swyx-teams")).into_iter().chain([temporary]).collect()
    }

    pub(super) fn acquire(name: &str, folders: &[PathBuf]) -> Result<Vec<LockFile>, LockError> {
        let (mut files, mut reason) = (Vec::new(), None);
        for folder in folders {
            match own_folder(folder).and_then(|()| lock(&folder.join(format!("{name}.lock")))) {
                Ok(Some(file)) => files.push(file),
                Ok(None) => return Err(LockError::Held),
                Err(error) => reason = Some(error),
            }
        }
        match reason {
            Some(error) if files.is_empty() => Err(LockError::NoFolder(error)),
            _ => Ok(files),
        }
    }

    /// Creates the folder, and checks that only this user can enter it.
    pub(in crate::os) fn own_folder(folder: &Path) -> io::Result<()> {
        match DirBuilder::new().mode(0o700).create(folder) {
            // The process' umask may be stricter.
            Ok(()) => std::fs::set_permissions(folder, Permissions::from_mode(0o700))?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        check_owner(folder)
    }

    fn check_owner(folder: &Path) -> io::Result<()> {
        let metadata = std::fs::symlink_metadata(folder)?;
        let is_own = metadata.is_dir() && metadata.uid() == rustix::process::geteuid().as_raw();
        if is_own && metadata.mode() & 0o077 == 0 {
            return Ok(());
        }
        let folder = folder.display();
        Err(io::Error::other(format!("{folder} is not a folder that only the current user can use")))
    }

    /// Locks a file; `None` if another process holds it.
    fn lock(path: &Path) -> io::Result<Option<LockFile>> {
        let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).mode(0o600).custom_flags(flags);
        loop {
            let file = options.open(path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // The previous holder may have removed this file before it was locked here.
            let (own, there) = (file.metadata()?, std::fs::symlink_metadata(path));
            if there.is_ok_and(|there| (there.dev(), there.ino()) == (own.dev(), own.ino())) {
                return Ok(Some(LockFile { _file: file, path: path.to_path_buf() }));
            }
        }
    }

    impl Drop for LockFile {
        /// Removes the file while it is still locked.
        fn drop(&mut self) {
            // A file that stays is empty, and can be locked again.
            let _ = std::fs::remove_file(&self.path);
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn lock_is_exclusive_until_it_is_dropped_and_leaves_no_file() {
            let folder = tempfile::tempdir().expect("a folder");
            let folders = [folder.path().join("a"), folder.path().join("b")];
            let first = acquire("north", &folders).expect("free");
            // One folder in common is enough.
            for folders in [&folders[..], &folders[..1], &folders[1..]] {
                assert!(matches!(acquire("north", folders), Err(LockError::Held)));
            }
            assert!(acquire("south", &folders).is_ok());
            drop(first);
            assert!(acquire("north", &folders).is_ok());
            for folder in &folders {
                assert_eq!(std::fs::read_dir(folder).expect("a folder").count(), 0);
                assert_eq!(std::fs::metadata(folder).expect("there").mode() & 0o777, 0o700);
            }
        }

        #[test]
        fn folder_that_others_can_use_is_not_used() {
            let folder = tempfile::tempdir().expect("a folder");
            let [open, own, link] = ["open", "own", "link"].map(|name| folder.path().join(name));
            std::fs::create_dir(&open).expect("made");
            std::fs::set_permissions(&open, Permissions::from_mode(0o777)).expect("set");
            std::os::unix::fs::symlink(&own, &link).expect("linked");
            for folder in [&open, &link] {
                assert!(matches!(
                    acquire("north", std::slice::from_ref(folder)),
                    Err(LockError::NoFolder(_))
                ));
            }
            // Another user who created one folder cannot block the lock.
            assert_eq!(acquire("north", &[open.clone(), own]).expect("locked").len(), 1);
            assert_eq!(std::fs::read_dir(open).expect("a folder").count(), 0);
        }
    }
}
