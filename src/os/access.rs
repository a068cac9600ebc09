//! Who may read a file: its owner, mode and access control list.

use std::io;

use tempfile::NamedTempFile;

use super::read::ReadFile;
use super::writer::Placed;

/// The access rights of a file that is replaced. They never become wider.
pub(super) struct Access {
    #[cfg(unix)]
    rights: unix::Rights,
    #[cfg(windows)]
    rights: windows::Rights,
}

#[cfg(unix)]
impl Access {
    /// The rights of a file. With `for_owner_only`, only those of its owner.
    ///
    /// # Errors
    /// The reason of the operating system.
    pub(super) fn of(read: &ReadFile, for_owner_only: bool) -> io::Result<Self> {
        unix::Rights::of(read, for_owner_only).map(|rights| Self { rights })
    }

    /// Gives the new file its owner. Its mode stays 0600.
    ///
    /// # Errors
    /// The reason of the operating system.
    pub(super) fn prepare(&self, file: &NamedTempFile) -> io::Result<()> {
        self.rights.set_owner(file.as_file())
    }

    /// Gives the new file, which is in its place, the other rights.
    ///
    /// # Errors
    /// The reason of the operating system. Then the rights are narrower.
    pub(super) fn complete(&self, file: &Placed) -> io::Result<()> {
        self.rights.set_mode(file)
    }
}

#[cfg(windows)]
impl Access {
    /// The rights of a file. With `for_owner_only`, only those of its owner.
    ///
    /// # Errors
    /// The reason of the operating system.
    pub(super) fn of(read: &ReadFile, for_owner_only: bool) -> io::Result<Self> {
        windows::Rights::of(read, for_owner_only).map(|rights| Self { rights })
    }

    /// Gives the new file the attributes and the access list.
    ///
    /// # Errors
    /// The reason of the operating system.
    pub(super) fn prepare(&self, file: &NamedTempFile) -> io::Result<()> {
        self.rights.set(file)
    }

    /// Everything was done before.
    #[expect(clippy::unused_self, reason = "other systems need it")]
    pub(super) fn complete(&self, (): &Placed) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(windows)]
mod windows {
    use std::io;
    use std::os::windows::fs::MetadataExt;

    use tempfile::NamedTempFile;

    use super::super::read::ReadFile;
    use super::super::windows::{AccessList, set_attributes};

    pub(super) struct Rights {
        attributes: u32,
        /// None if the new file keeps its own, which is for its owner only.
        list: Option<AccessList>,
    }

    impl Rights {
        pub(super) fn of(read: &ReadFile, for_owner_only: bool) -> io::Result<Self> {
            /// Hidden, system, archive, and not indexed. The others cannot be set, or belong to one file.
            const KEPT: u32 = 0x2 | 0x4 | 0x20 | 0x2000;
            let attributes = read.metadata.file_attributes() & KEPT;
            let list = if for_owner_only { None } else { list_of(read)? };
            Ok(Self { attributes, list })
        }

        pub(super) fn set(&self, file: &NamedTempFile) -> io::Result<()> {
            if let Some(list) = &self.list {
                list.apply(file.as_file())?;
            }
            if self.attributes == 0 { Ok(()) } else { set_attributes(file.path(), self.attributes) }
        }
    }

    /// The list of a file; `None` if its file system has no lists.
    fn list_of(read: &ReadFile) -> io::Result<Option<AccessList>> {
        match AccessList::of(read.file()?) {
            Ok(list) => Ok(Some(list)),
            Err(error) if matches!(error.raw_os_error(), Some(1 | 50)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[cfg(unix)]
mod unix {
    use std::fs::{File, Permissions};
    use std::io;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};

    use super::super::read::ReadFile;

    pub(super) struct Rights {
        owner: (u32, u32),
        mode: u32,
        /// The access control list as the system stores it.
        list: Option<Vec<u8>>,
    }

    impl Rights {
        pub(super) fn of(read: &ReadFile, for_owner_only: bool) -> io::Result<Self> {
            let (metadata, mode) = (&read.metadata, read.metadata.permissions().mode() & 0o7777);
            let owner = (metadata.uid(), metadata.gid());
            if for_owner_only {
                return Ok(Self { owner, mode: mode & !0o077, list: None });
            }
            Ok(Self { owner, mode, list: list::of(read.file()?)? })
        }

        pub(super) fn set_owner(&self, file: &File) -> io::Result<()> {
            let own = file.metadata()?;
            if (own.uid(), own.gid()) != self.owner {
                fchown(file, Some(self.owner.0), Some(self.owner.1))?;
            }
            Ok(())
        }

        /// The list of a new file comes from its folder, and a wider mode would make it effective; so it is
        /// removed first. With a list, the mode alone would give the group the rights of everybody in the
        /// list; so without it, the mode is that of the owner. In a user namespace, for example, a list can be
        /// read and not set.
        pub(super) fn set_mode(&self, file: &File) -> io::Result<()> {
            let has_inherited = list::of(file)?.is_some();
            if has_inherited {
                list::remove(file)?;
            }
            let is_set = self.list.as_ref().map_or(Ok(()), |list| list::set(file, list));
            let mode = if is_set.is_ok() { self.mode } else { self.mode & !0o077 };
            if file.metadata()?.permissions().mode() & 0o7777 != mode {
                file.set_permissions(Permissions::from_mode(mode))?;
            }
            file.sync_all()?;
            is_set
        }
    }

    #[cfg(target_os = "linux")]
    mod list {
        use std::fs::File;
        use std::io;

        use rustix::fs::{XattrFlags, fgetxattr, fremovexattr, fsetxattr};
        use rustix::io::Errno;

        const NAME: &str = "system.posix_acl_access";
        /// The kernel's limit for the value of an attribute.
        const MAX_BYTES: usize = 64 * 1024;

        pub(super) fn of(file: &File) -> io::Result<Option<Vec<u8>>> {
            let mut list = vec![0; MAX_BYTES];
            match fgetxattr(file, NAME, &mut list) {
                Ok(length) => {
                    list.truncate(length);
                    Ok(Some(list))
                }
                Err(Errno::NODATA | Errno::OPNOTSUPP | Errno::NOSYS) => Ok(None),
                Err(error) => Err(error.into()),
            }
        }

        pub(super) fn set(file: &File, list: &[u8]) -> io::Result<()> {
            Ok(fsetxattr(file, NAME, list, XattrFlags::empty())?)
        }

        pub(super) fn remove(file: &File) -> io::Result<()> {
            Ok(fremovexattr(file, NAME)?)
        }
    }

    /// Elsewhere, lists are not read, and the mode counts.
    #[cfg(not(target_os = "linux"))]
    mod list {
        use std::fs::File;
        use std::io;

        pub(super) fn of(_: &File) -> io::Result<Option<Vec<u8>>> {
            Ok(None)
        }

        pub(super) fn set(_: &File, _: &[u8]) -> io::Result<()> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub(super) fn remove(_: &File) -> io::Result<()> {
            Ok(())
        }
    }

    #[cfg(target_os = "linux")]
    #[cfg(test)]
    mod tests {
        use std::path::Path;

        use super::super::super::atomic::Rewrite;
        use super::*;

        /// One entry as the kernel stores it: its kind, its rights, and the user that it names.
        fn entry(kind: u16, rights: u16, id: u32) -> Vec<u8> {
            [&kind.to_le_bytes()[..], &rights.to_le_bytes(), &id.to_le_bytes()].concat()
        }

        /// `user::rw-,user:5001:r--,group::---,mask::r--,other::---`: the mode is 0640, and the group may not read.
        fn one_user() -> Vec<u8> {
            const NOBODY: u32 = u32::MAX;
            let entries = [
                entry(1, 6, NOBODY),
                entry(2, 4, 5001),
                entry(4, 0, NOBODY),
                entry(16, 4, NOBODY),
                entry(32, 0, NOBODY),
            ];
            [2_u32.to_le_bytes().to_vec(), entries.concat()].concat()
        }

        fn mode(path: &Path) -> u32 {
            std::fs::metadata(path).expect("there").permissions().mode() & 0o777
        }

        fn saved(path: &Path, for_owner_only: bool) -> File {
            let rewrite = Rewrite::begin(path, 1024).expect("begun");
            let rewrite = if for_owner_only { rewrite.for_owner_only() } else { rewrite };
            rewrite.save(b"new").expect("saved");
            assert_eq!(std::fs::read_to_string(path).expect("there"), "new");
            File::open(path).expect("open")
        }

        /// A file with the list; `None` where the file system has none, which is printed.
        fn with_list() -> Option<(tempfile::TempDir, std::path::PathBuf)> {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("a");
            std::fs::write(&path, "old").expect("written");
            let file = File::options().write(true).open(&path).expect("open");
            std::fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("set");
            list::set(&file, &one_user()).ok().map(|()| (folder, path))
        }

        #[test]
        fn access_control_list_is_carried_over() {
            let Some((_folder, path)) = with_list() else { return };
            let file = saved(&path, false);
            assert_eq!(list::of(&file).expect("read"), Some(one_user()));
            assert_eq!(mode(&path), 0o640);
        }

        #[test]
        fn list_that_cannot_be_kept_is_reported_and_access_is_narrowed() {
            let file = tempfile::NamedTempFile::new().expect("a file");
            file.as_file().set_permissions(Permissions::from_mode(0o640)).expect("set");
            let metadata = file.as_file().metadata().expect("there");
            let list = Some(b"no list".to_vec());
            let rights = Rights { owner: (metadata.uid(), metadata.gid()), mode: 0o640, list };
            rights.set_mode(file.as_file()).expect_err("reported");
            assert_eq!(mode(file.path()), 0o600);
        }

        #[test]
        fn secret_file_keeps_no_list() {
            let Some((_folder, path)) = with_list() else { return };
            let file = saved(&path, true);
            assert_eq!((list::of(&file).expect("read"), mode(&path)), (None, 0o600));
        }

        #[test]
        fn list_that_the_folder_gives_new_files_does_not_widen_access() {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("a");
            std::fs::write(&path, "old").expect("written");
            std::fs::set_permissions(&path, Permissions::from_mode(0o640)).expect("set");
            let handle = File::open(folder.path()).expect("open");
            let flags = rustix::fs::XattrFlags::empty();
            let name = "system.posix_acl_default";
            if rustix::fs::fsetxattr(&handle, name, &one_user(), flags).is_err() {
                return;
            }
            let file = saved(&path, false);
            assert_eq!((list::of(&file).expect("read"), mode(&path)), (None, 0o640));
        }
    }
}
