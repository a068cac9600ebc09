//! When a file was last changed.

use std::io;
use std::path::Path;
use std::time::SystemTime;

/// When a file or a folder was last changed or put in its place. A file that was moved there, or copied with
/// its times, has the time of its content as modification time; the change time of the system, if available,
/// cannot be set back.
///
/// # Errors
/// The reason of the operating system.
pub(crate) fn last_change(path: &Path) -> io::Result<SystemTime> {
    let metadata = std::fs::metadata(path)?;
    Ok(metadata.modified()?.max(noted_change(&metadata)))
}

#[cfg(unix)]
fn noted_change(metadata: &std::fs::Metadata) -> SystemTime {
    use std::os::unix::fs::MetadataExt;
    use std::time::Duration;
    let seconds = u64::try_from(metadata.ctime()).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::new(seconds, u32::try_from(metadata.ctime_nsec()).unwrap_or_default())
}

#[cfg(not(unix))]
fn noted_change(_: &std::fs::Metadata) -> SystemTime {
    SystemTime::UNIX_EPOCH
}

/// What changes with every change of a file, even if its size and its modification time stay the same: which
/// file the path leads to, its size and its times. Symbolic links are followed.
#[cfg(feature = "cli")]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FileVersion {
    size: u64,
    modified: Option<SystemTime>,
    changed: SystemTime,
    place: (u64, u64),
}

#[cfg(feature = "cli")]
impl FileVersion {
    /// The version of the file at `path`; `None` if there is none.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(path).ok()?;
        Some(Self {
            size: metadata.len(),
            modified: metadata.modified().ok(),
            changed: noted_change(&metadata),
            place: place(path, &metadata),
        })
    }
}

/// The file system and the number of a file. A file that replaces another one has a number of its own.
#[cfg(all(unix, feature = "cli"))]
fn place(_: &Path, metadata: &std::fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

#[cfg(all(windows, feature = "cli"))]
fn place(path: &Path, _: &std::fs::Metadata) -> (u64, u64) {
    use std::os::windows::fs::OpenOptionsExt;
    // Without access to the content, no other program is kept from opening the file.
    let file = std::fs::OpenOptions::new().access_mode(0).open(path);
    // A file that cannot be opened is told apart by its size and time only.
    file.and_then(|file| super::windows::identity(&file)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[cfg(unix)]
    #[test]
    fn change_time_ignores_a_restored_modification_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, old) = (folder.path().join("a.secret"), SystemTime::now() - Duration::from_secs(86_400));
        std::fs::write(&path, "x").expect("written");
        std::fs::File::options()
            .write(true)
            .open(&path)
            .and_then(|file| file.set_modified(old))
            .expect("set back");
        let modified = std::fs::metadata(&path).and_then(|file| file.modified()).expect("a time");
        let changed = last_change(&path).expect("a time");
        assert!(modified <= old + Duration::from_secs(1) && changed > old + Duration::from_secs(80_000));
    }

    #[cfg(feature = "cli")]
    #[test]
    fn version_differs_with_equal_size_and_modification_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let [path, other] = ["a.toml", "other"].map(|name| folder.path().join(name));
        let then = SystemTime::now() - Duration::from_secs(3600);
        let write = |path: &Path, text: &str| {
            std::fs::write(path, text).expect("written");
            let file = std::fs::File::options().write(true).open(path).expect("opened");
            file.set_modified(then).expect("set back");
        };
        write(&path, "one");
        let first = FileVersion::of(&path).expect("a version");
        assert_eq!(FileVersion::of(&path), Some(first.clone()));
        // Another file is moved over it; its own number differs in any case.
        write(&other, "two");
        std::fs::rename(&other, &path).expect("moved");
        let second = FileVersion::of(&path).expect("a version");
        assert_eq!((first.size, first.modified), (second.size, second.modified));
        assert_ne!(first, second);
        std::fs::remove_file(&path).expect("removed");
        assert_eq!(FileVersion::of(&path), None);
    }
}
