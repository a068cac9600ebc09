//! Reading regular files of a limited size.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;
#[cfg(unix)]
use std::time::{Duration, SystemTime};

use super::system::reason;

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// A folder, pipe, device or socket.
    #[error("this is {0}, not a regular file")]
    NotRegular(&'static str),
    /// More bytes than allowed: this many.
    #[error("the file is over the limit of {}", limit(.0))]
    TooLarge(usize),
    /// Written to while it was read, three times in a row.
    #[error("the file changes while it is read")]
    Changing,
    /// The system's reason.
    #[error("{}", reason(.0))]
    Io(#[from] io::Error),
}

/// A number of bytes in the largest binary unit that shows it exactly.
fn limit(bytes: &usize) -> String {
    const KIB: usize = 1024;
    const MIB: usize = 1024 * KIB;
    match bytes {
        bytes if bytes % MIB == 0 => format!("{} MiB", bytes / MIB),
        bytes if bytes % KIB == 0 => format!("{} KiB", bytes / KIB),
        bytes => format!("{bytes} bytes"),
    }
}

/// Reads a regular file of at most `most` bytes, and tells whether its mode lets others read it.
///
/// The kind is asked of the open file, and opening does not wait, so a pipe or device in its place is refused and not read.
///
/// # Errors
/// [`ReadError`] says why.
pub fn read_regular(path: &Path, most: usize) -> Result<(Vec<u8>, bool), ReadError> {
    const TRIES: usize = 3;
    let mut file = open(path)?;
    for _ in 0..TRIES {
        let before = file.metadata()?;
        if !before.is_file() {
            return Err(ReadError::NotRegular(kind(&before)));
        }
        if before.len() > most as u64 {
            return Err(ReadError::TooLarge(most));
        }
        let mut content = Vec::with_capacity(before.len() as usize + 1);
        (&file).take(most as u64 + 1).read_to_end(&mut content)?;
        if content.len() > most {
            return Err(ReadError::TooLarge(most));
        }
        let after = file.metadata()?;
        if (before.len(), before.modified()?) == (after.len(), after.modified()?)
            && content.len() as u64 == after.len()
        {
            return Ok((content, others_can_read(&after)));
        }
        file = open(path)?;
    }
    Err(ReadError::Changing)
}

fn kind(metadata: &std::fs::Metadata) -> &'static str {
    if metadata.is_dir() { "a folder" } else { "a pipe, device or socket" }
}

/// When a file, or a folder, was last changed or put in its place. A file that was moved there, or copied with its times, bears the time
/// of its content; the system's own note, where there is one, cannot be set back.
///
/// # Errors
/// The system's reason for not telling.
pub fn last_change(path: &Path) -> io::Result<SystemTime> {
    let metadata = std::fs::metadata(path)?;
    Ok(metadata.modified()?.max(noted_change(&metadata)))
}

#[cfg(unix)]
fn noted_change(metadata: &std::fs::Metadata) -> SystemTime {
    use std::os::unix::fs::MetadataExt;
    let seconds = u64::try_from(metadata.ctime()).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::new(seconds, u32::try_from(metadata.ctime_nsec()).unwrap_or_default())
}

#[cfg(not(unix))]
fn noted_change(_: &std::fs::Metadata) -> SystemTime {
    SystemTime::UNIX_EPOCH
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

#[cfg(unix)]
fn others_can_read(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.mode() & 0o044 != 0
}

#[cfg(not(unix))]
fn others_can_read(_: &std::fs::Metadata) -> bool {
    false
}

#[cfg(unix)]
pub(super) fn same_file(before: &std::fs::Metadata, now: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    let marks =
        |file: &std::fs::Metadata| (file.dev(), file.ino(), file.len(), file.mtime(), file.mtime_nsec());
    marks(before) == marks(now)
}

#[cfg(not(unix))]
pub(super) fn same_file(before: &std::fs::Metadata, now: &std::fs::Metadata) -> bool {
    before.len() == now.len() && before.modified().ok() == now.modified().ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_file_that_was_put_back_with_its_old_time_was_changed_now() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, old) = (folder.path().join("a.secret"), SystemTime::now() - Duration::from_secs(86_400));
        std::fs::write(&path, "x").expect("written");
        File::options().write(true).open(&path).and_then(|file| file.set_modified(old)).expect("set back");
        let modified = std::fs::metadata(&path).and_then(|file| file.modified()).expect("a time");
        let changed = last_change(&path).expect("a time");
        assert!(modified <= old + Duration::from_secs(1) && changed > old + Duration::from_secs(80_000));
    }
}
