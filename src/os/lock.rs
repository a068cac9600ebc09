//! Locks between the processes of one machine.

use std::io;
use std::path::{Path, PathBuf};

/// A lock for a settings file between the processes of this machine, held until dropped.
///
/// It is a file beside the settings, which excludes other users who may change them, and files in folders that only
/// this user can enter, for a folder of settings in which no file can be created. On Windows it is a named object of
/// the machine, which excludes all other users, also a service with a user of its own.
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
    /// This file may be another user's lock.
    #[cfg_attr(windows, expect(dead_code, reason = "the lock is no file there"))]
    Foreign(PathBuf),
    /// There is no folder for it: the reason.
    NoFolder(io::Error),
}

#[cfg(unix)]
impl ProcessLock {
    /// Acquires the lock with this name for the settings file at `path`. It ends with the process in any case.
    ///
    /// # Errors
    /// [`LockError`] if it was not acquired.
    pub(crate) fn acquire(name: &str, path: &Path) -> Result<Self, LockError> {
        let beside = unix::beside(path);
        unix::acquire(name, beside.as_deref(), &unix::folders(std::env::temp_dir()))
            .map(|files| Self { _files: files })
    }
}

#[cfg(windows)]
impl ProcessLock {
    /// Acquires the lock with this name. It ends with the process in any case.
    ///
    /// # Errors
    /// [`LockError`] if it was not acquired.
    pub(crate) fn acquire(name: &str, _: &Path) -> Result<Self, LockError> {
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
        let acquire = |name: &str| ProcessLock::acquire(name, Path::new("north.toml"));
        let first = acquire(&name).ok().expect("free");
        assert!(matches!(acquire(&name), Err(LockError::Held)));
        assert!(acquire(&format!("{name} 2")).is_ok());
        drop(first);
        assert!(acquire(&name).is_ok());
    }
}

#[cfg(unix)]
pub(super) use unix::{folders, own_folder};

#[cfg(unix)]
mod unix {
    use std::ffi::OsString;
    use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
    use std::io;
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
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
    ///
    /// A relative temporary folder, for example an empty `TMPDIR`, is not the same folder for each run.
    pub(in crate::os) fn folders(temporary: PathBuf) -> Vec<PathBuf> {
        let user = rustix::process::geteuid();
        let runtime = if user.is_root() {
            Some(PathBuf::from("/run"))
        } else {
            let named = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
            named.filter(|folder| folder.is_absolute() && check_owner(folder).is_ok())
        };
        let temporary = Some(temporary).filter(|folder| folder.is_absolute());
        let temporary = temporary.map(|folder| folder.join(format!("swyx-teams-{}", user.as_raw())));
        runtime.map(|folder| folder.join("swyx-teams")).into_iter().chain(temporary).collect()
    }

    /// The lock file of the settings file at `path`, whose links were followed.
    pub(super) fn beside(path: &Path) -> Option<PathBuf> {
        let mut name = OsString::from(".swyx-teams-");
        name.push(path.file_name()?);
        name.push(".lock");
        Some(path.with_file_name(name))
    }

    pub(super) fn acquire(
        name: &str,
        beside: Option<&Path>,
        folders: &[PathBuf],
    ) -> Result<Vec<LockFile>, LockError> {
        let no_folder = || io::Error::other("there is no folder for a lock");
        let (mut files, mut reason) = (Vec::new(), Some(no_folder()));
        if let Some(path) = beside {
            match lock(path) {
                Ok(Some(file)) => {
                    // Without it, another user is told that the file cannot be locked.
                    let _ = file.share();
                    files.push(file);
                }
                Ok(None) => return Err(LockError::Held),
                Err(_) if path.symlink_metadata().is_ok() => return Err(LockError::Foreign(path.to_owned())),
                Err(error) => reason = Some(error),
            }
        }
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

    impl LockFile {
        /// Gives a lock file of root to the owner of the folder, who can otherwise not open it.
        fn share(&self) -> io::Result<()> {
            let (own, folder) = (self._file.metadata()?, self.path.parent());
            let owner = std::fs::metadata(folder.unwrap_or(Path::new(".")))?.uid();
            // A link to a file of root must not give that file away.
            if own.uid() == 0 && own.uid() != owner && own.len() == 0 && own.nlink() == 1 {
                fchown(&self._file, Some(owner), None)?;
            }
            Ok(())
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
            let first = acquire("north", None, &folders).expect("free");
            // One folder in common is enough.
            for folders in [&folders[..], &folders[..1], &folders[1..]] {
                assert!(matches!(acquire("north", None, folders), Err(LockError::Held)));
            }
            assert!(acquire("south", None, &folders).is_ok());
            drop(first);
            assert!(acquire("north", None, &folders).is_ok());
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
                    acquire("north", None, std::slice::from_ref(folder)),
                    Err(LockError::NoFolder(_))
                ));
            }
            // Another user who created one folder cannot block the lock.
            assert_eq!(acquire("north", None, &[open.clone(), own]).expect("locked").len(), 1);
            assert_eq!(std::fs::read_dir(open).expect("a folder").count(), 0);
        }

        #[test]
        fn lock_beside_the_settings_excludes_runs_with_other_folders_and_leaves_no_file() {
            let folder = tempfile::tempdir().expect("a folder");
            let path = beside(&folder.path().join("north.toml")).expect("a name");
            let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
            let first = acquire("north", Some(&path), &[one]).expect("free");
            assert!(matches!(
                acquire("north", Some(&path), std::slice::from_ref(&other)),
                Err(LockError::Held)
            ));
            drop(first);
            assert!(!path.exists());
            // In a container, the other folders may be read-only.
            let missing = folder.path().join("missing/folder");
            assert_eq!(acquire("north", Some(&path), std::slice::from_ref(&missing)).expect("free").len(), 1);
            // The folder of the settings may be read-only.
            assert_eq!(acquire("north", Some(&missing), &[other]).expect("free").len(), 1);
            assert!(matches!(acquire("north", Some(&missing), &[]), Err(LockError::NoFolder(_))));
            // What cannot be locked may be locked by its owner.
            std::os::unix::fs::symlink(folder.path(), &path).expect("linked");
            assert!(matches!(acquire("north", Some(&path), &[]), Err(LockError::Foreign(_))));
        }

        #[test]
        fn lock_file_of_root_belongs_to_the_owner_of_the_folder() {
            const NOBODY: u32 = 65_534;
            let folder = tempfile::tempdir().expect("a folder");
            // Only root can give a folder away.
            if std::os::unix::fs::chown(folder.path(), Some(NOBODY), None).is_err() {
                return;
            }
            let path = beside(&folder.path().join("north.toml")).expect("a name");
            let _locked = acquire("north", Some(&path), &[]).expect("free");
            let metadata = std::fs::metadata(&path).expect("there");
            assert_eq!((metadata.uid(), metadata.mode() & 0o777), (NOBODY, 0o600));
        }

        #[test]
        fn relative_temporary_folder_is_not_used() {
            let beginning = |folder: &str| folders(PathBuf::from(folder)).iter().any(|one| one.is_relative());
            assert!(!beginning("") && !beginning("tmp"));
            assert!(folders(PathBuf::from("/tmp")).iter().any(|one| one.starts_with("/tmp")));
        }
    }
}
