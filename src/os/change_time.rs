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
}
