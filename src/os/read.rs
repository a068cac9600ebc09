//! Reading regular files of a limited size.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use super::system::reason;
use crate::text::format_bytes;

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// A folder, pipe, device or socket.
    #[error("this is {0}, not a regular file")]
    NotRegular(&'static str),
    /// More bytes than this limit.
    #[error("the file is larger than {}", format_bytes(*.0))]
    TooLarge(usize),
    /// It was written to while it was read, three times in a row.
    #[error("the file changed while it was read")]
    Changing,
    /// The reason of the operating system.
    #[error("{}", reason(.0))]
    Io(#[from] io::Error),
}

/// Reads a regular file of at most `most` bytes, and returns whether its mode lets others read it.
///
/// The kind of the open file is checked, and opening does not block, so a pipe or device is refused and not
/// read.
///
/// # Errors
/// [`ReadError`] if it cannot be read.
pub fn read_regular(path: &Path, most: usize) -> Result<(Vec<u8>, bool), ReadError> {
    read_open(path, most).map(|read| (read.content, others_can_read(&read.metadata)))
}

/// Like [`read_regular`], and also reads a pipe to its end, for example that of a process substitution. Waits for its
/// writer.
///
/// # Errors
/// [`ReadError`] if it cannot be read.
#[cfg(feature = "web")]
pub(crate) fn read_regular_or_pipe(path: &Path, most: usize) -> Result<Vec<u8>, ReadError> {
    if !is_pipe(&std::fs::metadata(path)?) {
        return read_regular(path, most).map(|(content, _)| content);
    }
    let mut content = Vec::new();
    File::open(path)?.take(most as u64 + 1).read_to_end(&mut content)?;
    if content.len() > most { Err(ReadError::TooLarge(most)) } else { Ok(content) }
}

#[cfg(all(unix, feature = "web"))]
fn is_pipe(metadata: &std::fs::Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&metadata.file_type())
}

#[cfg(all(not(unix), feature = "web"))]
fn is_pipe(_: &std::fs::Metadata) -> bool {
    false
}

/// A file that was read, still open: its metadata is that of the content, whatever the path names by now.
pub(super) struct ReadFile {
    pub(super) file: File,
    pub(super) metadata: std::fs::Metadata,
    pub(super) content: Vec<u8>,
}

/// Opens a regular file without blocking. A pipe or device is refused, and not read.
///
/// # Errors
/// [`ReadError`] if it cannot be opened, or is larger than `most` bytes.
#[cfg(feature = "cli")]
pub(crate) fn open_regular(path: &Path, most: u64) -> Result<File, ReadError> {
    let file = open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(ReadError::NotRegular(kind(&metadata)));
    }
    if metadata.len() > most {
        return Err(ReadError::TooLarge(usize::try_from(most).unwrap_or(usize::MAX)));
    }
    Ok(file)
}

/// Like [`read_regular`], and returns the open file.
pub(super) fn read_open(path: &Path, most: usize) -> Result<ReadFile, ReadError> {
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
            return Ok(ReadFile { file, metadata: after, content });
        }
        file = open(path)?;
    }
    Err(ReadError::Changing)
}

fn kind(metadata: &std::fs::Metadata) -> &'static str {
    if metadata.is_dir() { "a folder" } else { "a pipe, device or socket" }
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
pub(super) fn others_can_read(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.mode() & 0o044 != 0
}

#[cfg(not(unix))]
pub(super) fn others_can_read(_: &std::fs::Metadata) -> bool {
    false
}

#[cfg(unix)]
pub(super) fn same_file(before: &std::fs::Metadata, now: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    let marks =
        |file: &std::fs::Metadata| (file.dev(), file.ino(), file.len(), file.mtime(), file.mtime_nsec());
    marks(before) == marks(now)
}

/// Whether neither the content nor the mode, owner or links of a file changed.
#[cfg(unix)]
pub(super) fn is_untouched(before: &std::fs::Metadata, now: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    let marks =
        |file: &std::fs::Metadata| (file.mode(), file.uid(), file.gid(), file.ctime(), file.ctime_nsec());
    same_file(before, now) && marks(before) == marks(now)
}

#[cfg(not(unix))]
pub(super) fn is_untouched(before: &std::fs::Metadata, now: &std::fs::Metadata) -> bool {
    same_file(before, now)
}

#[cfg(not(unix))]
pub(super) fn same_file(before: &std::fs::Metadata, now: &std::fs::Metadata) -> bool {
    before.len() == now.len() && before.modified().ok() == now.modified().ok()
}

#[cfg(all(test, unix, feature = "web"))]
mod tests {
    use super::*;

    #[test]
    fn pipe_is_read_to_its_end_and_not_further_than_the_limit() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pipe");
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0).expect("a pipe");
        for (most, fits) in [(4, true), (3, false)] {
            let writer = path.clone();
            let written = std::thread::spawn(move || std::fs::write(writer, "text"));
            match read_regular_or_pipe(&path, most) {
                Ok(content) => assert!(fits && content == b"text"),
                Err(error) => assert!(!fits && matches!(error, ReadError::TooLarge(3)), "{error}"),
            }
            // The end of the pipe is closed early only if the text is too long.
            assert!(written.join().expect("no panic").is_ok() || !fits);
        }
        assert!(matches!(read_regular_or_pipe(folder.path(), 4), Err(ReadError::NotRegular(_))));
    }
}
