//! Names that only one of a user's processes on this machine may have at a time.

use std::io;

/// The names that this process has. They are free again when the process ends, however that happens.
///
/// All are in one file, so that thousands of names need no thousands of open files.
pub(crate) struct ProcessClaims {
    #[cfg(unix)]
    lists: std::sync::Mutex<Vec<unix::List>>,
    #[cfg(windows)]
    objects: std::sync::Mutex<std::collections::BTreeMap<String, super::windows::NamedObject>>,
}

#[cfg(unix)]
impl ProcessClaims {
    /// Creates an empty list of names.
    ///
    /// # Errors
    /// There is no folder that only this user can enter.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { lists: unix::lists(&super::lock::folders(std::env::temp_dir()))?.into() })
    }

    /// Claims a name, and returns whether no other process has it.
    ///
    /// # Errors
    /// The reason of the operating system. Then it is unknown whether another process has it.
    pub(crate) fn claim(&self, name: &str) -> io::Result<bool> {
        unix::claim(&mut self.lists.lock().unwrap_or_else(std::sync::PoisonError::into_inner), name)
    }

    /// Gives a name back.
    pub(crate) fn release(&self, name: &str) {
        let mut lists = self.lists.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // A name that cannot be given back stays claimed until this process ends.
        lists.iter_mut().for_each(|list| _ = list.remove(name));
    }
}

/// Each name is an object of the system; there is no low limit for those.
#[cfg(windows)]
impl ProcessClaims {
    /// Creates an empty list of names.
    ///
    /// # Errors
    /// None.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { objects: std::sync::Mutex::default() })
    }

    /// Claims a name, and returns whether no other process has it.
    ///
    /// # Errors
    /// The reason of the operating system. Then it is unknown whether another process has it.
    pub(crate) fn claim(&self, name: &str) -> io::Result<bool> {
        let mut objects = self.objects.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // The object exists, and is this process's own.
        if objects.contains_key(name) {
            return Ok(true);
        }
        let object = super::windows::NamedObject::create(&super::lock::object_name("claim", name))?;
        let is_free = object.is_some();
        objects.extend(object.map(|object| (name.to_owned(), object)));
        Ok(is_free)
    }

    /// Gives a name back.
    pub(crate) fn release(&self, name: &str) {
        self.objects.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(name);
    }
}

#[cfg(windows)]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_has_one_owner_until_it_is_released() {
        let name = format!("test {}", uuid::Uuid::new_v4());
        let [one, other] = [(); 2].map(|()| ProcessClaims::new().expect("a list"));
        assert!(one.claim(&name).expect("claimed"));
        assert!(one.claim(&name).expect("claimed again"));
        assert!(!other.claim(&name).expect("asked"));
        one.release(&name);
        assert!(other.claim(&name).expect("claimed"));
        drop(other);
        assert!(one.claim(&name).expect("claimed"));
    }
}

#[cfg(unix)]
mod unix {
    use std::collections::BTreeSet;
    use std::fs::{File, OpenOptions, TryLockError};
    use std::io::{self, Read, Seek, Write};
    use std::os::unix::fs::OpenOptionsExt;
    use std::path::{Path, PathBuf};

    use crate::os::lock::own_folder;

    /// The names of this process in one folder.
    pub(super) struct List {
        path: PathBuf,
        /// Locked for as long as this process has names.
        file: File,
        names: BTreeSet<String>,
    }

    /// The ending of the name of a list.
    const ENDING: &str = "claims";

    fn open(path: &Path, is_new: bool) -> io::Result<File> {
        let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).create_new(is_new).mode(0o600).custom_flags(flags);
        options.open(path)
    }

    /// Keeps all other processes from reading and changing lists until it is dropped.
    fn exclusively(folder: &Path) -> io::Result<File> {
        let file = open(&folder.join(ENDING), false)?;
        file.lock()?;
        Ok(file)
    }

    /// An empty list in each folder that can be used.
    pub(super) fn lists(folders: &[PathBuf]) -> io::Result<Vec<List>> {
        let (mut lists, mut reason) = (Vec::new(), None);
        for folder in folders {
            match own_folder(folder).and_then(|()| List::new(folder)) {
                Ok(list) => lists.push(list),
                Err(error) => reason = Some(error),
            }
        }
        match reason {
            Some(error) if lists.is_empty() => Err(error),
            _ => Ok(lists),
        }
    }

    /// Adds a name to all lists, unless a list of another process has it.
    pub(super) fn claim(lists: &mut [List], name: &str) -> io::Result<bool> {
        // All folders are locked first, in the order that all processes use.
        let mut locks = Vec::new();
        for list in lists.iter() {
            locks.push(exclusively(list.folder())?);
        }
        for list in lists.iter() {
            if list.others_have(name)? {
                return Ok(false);
            }
        }
        lists.iter_mut().try_for_each(|list| list.add(name))?;
        Ok(true)
    }

    impl List {
        fn new(folder: &Path) -> io::Result<Self> {
            let _lock = exclusively(folder)?;
            // Processes of different containers may have the same id.
            let path = folder.join(format!("{}.{ENDING}", uuid::Uuid::new_v4()));
            let file = open(&path, true)?;
            file.lock()?;
            Ok(Self { path, file, names: BTreeSet::new() })
        }

        fn folder(&self) -> &Path {
            self.path.parent().unwrap_or(Path::new("."))
        }

        /// Whether the list of another process has a name. Removes lists of processes that have ended.
        fn others_have(&self, name: &str) -> io::Result<bool> {
            for entry in std::fs::read_dir(self.folder())? {
                let path = entry?.path();
                if path == self.path || path.extension().is_none_or(|ending| ending != ENDING) {
                    continue;
                }
                let Ok(mut file) = open_existing(&path) else { continue };
                match file.try_lock_shared() {
                    // It stays if it cannot be removed, and does no harm.
                    Ok(()) => _ = std::fs::remove_file(&path),
                    Err(TryLockError::WouldBlock) => {
                        let mut text = String::new();
                        file.read_to_string(&mut text)?;
                        if text.lines().any(|line| line == name) {
                            return Ok(true);
                        }
                    }
                    Err(TryLockError::Error(error)) => return Err(error),
                }
            }
            Ok(false)
        }

        fn add(&mut self, name: &str) -> io::Result<()> {
            if self.names.insert(name.to_owned()) {
                self.file.seek(io::SeekFrom::End(0))?;
                self.file.write_all(format!("{name}\n").as_bytes())?;
            }
            Ok(())
        }

        pub(super) fn remove(&mut self, name: &str) -> io::Result<()> {
            if !self.names.remove(name) {
                return Ok(());
            }
            let _lock = exclusively(self.folder())?;
            let text = self.names.iter().map(|name| format!("{name}\n")).collect::<String>();
            self.file.set_len(0)?;
            self.file.rewind()?;
            self.file.write_all(text.as_bytes())
        }
    }

    fn open_existing(path: &Path) -> io::Result<File> {
        let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
        OpenOptions::new().read(true).custom_flags(flags).open(path)
    }

    impl Drop for List {
        fn drop(&mut self) {
            // A list that stays is not locked any more, and another process removes it.
            let _ = std::fs::remove_file(&self.path);
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn name_is_claimed_until_it_is_released_or_its_process_ends() {
            let folder = tempfile::tempdir().expect("a folder");
            let folders = [folder.path().join("a"), folder.path().join("b")];
            let mut one = lists(&folders).expect("lists");
            // One folder in common is enough.
            let mut two = lists(&folders[1..]).expect("lists");
            let claim = |lists: &mut Vec<List>, name: &str| super::claim(lists, name).expect("known");
            assert!(claim(&mut one, "north") && claim(&mut one, "north") && claim(&mut one, "south"));
            assert!(!claim(&mut two, "north") && claim(&mut two, "nor"));
            one.iter_mut().for_each(|list| list.remove("north").expect("removed"));
            assert!(claim(&mut two, "north") && !claim(&mut two, "south"));
            // A process that was killed leaves its list, but no lock.
            let list = two.pop().expect("a list");
            let left = list.path.clone();
            let kept = std::fs::read(&left).expect("read");
            drop(list);
            std::fs::write(&left, kept).expect("written");
            assert!(claim(&mut one, "north") && !left.exists());
        }
    }
}
