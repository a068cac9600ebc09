//! Reading regular files of a limited size.

use std::fs::{File, Metadata, OpenOptions};
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
    let read = read_open(path, most)?;
    let others_can_read = read.others_can_read();
    Ok((read.content, others_can_read))
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
    /// None after [`ReadFile::close`].
    file: Option<File>,
    pub(super) metadata: Metadata,
    pub(super) content: Vec<u8>,
    /// Which file it is.
    #[cfg(windows)]
    identity: (u64, u64),
}

impl ReadFile {
    /// The open file.
    pub(super) fn file(&self) -> io::Result<&File> {
        self.file.as_ref().ok_or_else(|| io::Error::other("the file is closed"))
    }

    /// Whether others can read it.
    pub(super) fn others_can_read(&self) -> bool {
        self.file.as_ref().is_some_and(|file| others_can_read(file, &self.metadata))
    }

    /// Closes the file on Windows, where an open file cannot be replaced, and a deleted one keeps its name.
    pub(super) fn close(&mut self) {
        if cfg!(windows) {
            self.file = None;
        }
    }
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
            return Ok(ReadFile {
                #[cfg(windows)]
                identity: super::windows::identity(&file)?,
                file: Some(file),
                metadata: after,
                content,
            });
        }
        file = open(path)?;
    }
    Err(ReadError::Changing)
}

fn kind(metadata: &Metadata) -> &'static str {
    if metadata.is_dir() { "a folder" } else { "a pipe, device or socket" }
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(path)
}

/// A device is refused before it is opened: opening some has effects, and reading waits.
#[cfg(windows)]
fn open(path: &Path) -> Result<File, ReadError> {
    const DEVICE: ReadError = ReadError::NotRegular("a device");
    if super::names::is_device(path) {
        return Err(DEVICE);
    }
    match OpenOptions::new().read(true).open(path) {
        Ok(file) if super::windows::is_on_disk(&file) => Ok(file),
        Ok(_) => Err(DEVICE),
        // Folders cannot be opened.
        Err(_) if path.is_dir() => Err(ReadError::NotRegular("a folder")),
        Err(error) => Err(error.into()),
    }
}

#[cfg(unix)]
fn others_can_read(_: &File, metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.mode() & 0o044 != 0
}

/// File systems without access lists do not say who can read a file.
#[cfg(windows)]
fn others_can_read(file: &File, _: &Metadata) -> bool {
    super::windows::AccessList::of(file).is_ok_and(|list| list.names_everybody())
}

/// Whether a path leads to this open file, unchanged. Links are not followed.
#[cfg(all(unix, feature = "online"))]
pub(super) fn is_at(own: &File, path: &Path) -> bool {
    let there = std::fs::symlink_metadata(path);
    own.metadata().is_ok_and(|own| there.is_ok_and(|there| same_file(&own, &there)))
}

#[cfg(unix)]
fn same_file(before: &Metadata, now: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    let marks = |file: &Metadata| (file.dev(), file.ino(), file.len(), file.mtime(), file.mtime_nsec());
    marks(before) == marks(now)
}

/// Whether neither the content nor the mode, owner or links of a file changed.
#[cfg(unix)]
pub(super) fn is_untouched(before: &ReadFile, now: &ReadFile) -> bool {
    use std::os::unix::fs::MetadataExt;
    let marks = |file: &Metadata| (file.mode(), file.uid(), file.gid(), file.ctime(), file.ctime_nsec());
    same_file(&before.metadata, &now.metadata) && marks(&before.metadata) == marks(&now.metadata)
}

/// Whether neither the content nor the attributes of a file changed.
#[cfg(windows)]
pub(super) fn is_untouched(before: &ReadFile, now: &ReadFile) -> bool {
    use std::os::windows::fs::MetadataExt;
    let marks = |file: &Metadata| (file.file_size(), file.last_write_time(), file.file_attributes());
    before.identity == now.identity && marks(&before.metadata) == marks(&now.metadata)
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
