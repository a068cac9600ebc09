//! All that differs between systems: regular files, modes, owners, locks and folders that must reach the disk.
//!
//! Written for Linux and other Unix systems; on Windows modes and owners are left alone, and nothing of it has been tried.

pub mod process;
mod shutdown;

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

pub use shutdown::{Endings, ending};

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A folder, pipe, device or socket.
    #[error("this is {0}, not a regular file")]
    NotRegular(&'static str),
    /// More bytes than allowed.
    #[error("the file is over the limit of 1 MiB")]
    TooLarge,
    /// Written to while it was read, three times in a row.
    #[error("the file changes while it is read")]
    Changing,
    /// The system's reason.
    #[error("{}", reason(.0))]
    Io(#[from] io::Error),
}

/// The system's reason for a failure, without its number.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
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
            return Err(ReadError::TooLarge);
        }
        let mut content = Vec::with_capacity(before.len() as usize + 1);
        (&file).take(most as u64 + 1).read_to_end(&mut content)?;
        if content.len() > most {
            return Err(ReadError::TooLarge);
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

/// Tells whoever supervises this process how it is: the datagram of systemd's `Type=notify`, where the environment names a socket for it
/// (<https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html>). Nobody has to listen.
pub fn notify_supervisor(state: &str) {
    #[cfg(target_os = "linux")]
    {
        use std::os::linux::net::SocketAddrExt;
        use std::os::unix::ffi::OsStrExt;
        use std::os::unix::net::{SocketAddr, UnixDatagram};
        let Some(name) = std::env::var_os("NOTIFY_SOCKET") else { return };
        let address = match name.as_bytes().strip_prefix(b"@") {
            Some(name) => SocketAddr::from_abstract_name(name),
            None => SocketAddr::from_pathname(&name),
        };
        // Without it, the supervisor waits in vain, and says so; this process can do nothing about it.
        let _ = address.and_then(|address| UnixDatagram::unbound()?.send_to_addr(state.as_bytes(), &address));
    }
    #[cfg(not(target_os = "linux"))]
    let _ = state;
}

/// The name of this machine.
#[cfg(unix)]
pub fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// The name of this machine.
#[cfg(not(unix))]
pub fn host_name() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

/// One of a kind on this machine: while it lives, no other of its name can be had.
pub struct Alone {
    #[cfg(target_os = "linux")]
    _socket: Option<std::os::unix::net::UnixListener>,
}

/// The one of this name on this machine; nothing if another process has it. It ends with the process, however that ends, and leaves no
/// file behind: it is a name in the kernel. Where there are no such names, everybody gets it.
pub fn alone(name: &str) -> Option<Alone> {
    #[cfg(target_os = "linux")]
    {
        use std::os::linux::net::SocketAddrExt;
        use std::os::unix::net::{SocketAddr, UnixListener};
        let bound =
            SocketAddr::from_abstract_name(name).and_then(|address| UnixListener::bind_addr(&address));
        match bound {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => None,
            bound => Some(Alone { _socket: bound.ok() }),
        }
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = name;
        Some(Alone {})
    }
}

/// A file that was not there before, or was empty, readable by its owner only from its first byte. It is gone again unless something is
/// written.
pub struct NewFile {
    file: File,
    path: PathBuf,
    is_written: bool,
}

impl NewFile {
    /// Makes the file. An empty one is what a killed process left, and is made anew.
    ///
    /// # Errors
    /// The system's reason, as that there is one.
    pub fn create(path: &Path) -> io::Result<Self> {
        if std::fs::symlink_metadata(path).is_ok_and(|there| there.is_file() && there.len() == 0) {
            std::fs::remove_file(path)?;
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Self { file: options.open(path)?, path: path.to_path_buf(), is_written: false })
    }

    /// Writes the content, and brings it to disk.
    ///
    /// # Errors
    /// The system's reason; the file is gone then, once it is dropped.
    pub fn write(&mut self, content: &[u8]) -> io::Result<()> {
        self.file.write_all(content)?;
        self.file.sync_all()?;
        self.is_written = true;
        self.sync_folder();
        Ok(())
    }

    /// The file itself, to go on writing into; it stays.
    ///
    /// # Errors
    /// The system's reason.
    pub fn into_file(mut self) -> io::Result<File> {
        self.is_written = true;
        self.file.try_clone()
    }

    fn sync_folder(&self) {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        // The content is on disk; that its name is, too, is as much as can be asked for.
        let _ = File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all());
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        let there = std::fs::symlink_metadata(&self.path);
        // Another may have taken its place, which is not ours to remove.
        let is_ours = self.file.metadata().is_ok_and(|own| there.is_ok_and(|there| same_file(&own, &there)));
        if !self.is_written && is_ours {
            // What cannot be removed is empty, or half of what nobody uses.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Why a file was not written. The old one is still there, byte for byte, except in the case that says so.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// Another program holds the folder for too long.
    #[error("another program is writing in {}; nothing was changed", .0.display())]
    Locked(PathBuf),
    /// The file changed between reading and writing.
    #[error("the file was changed by someone else meanwhile; nothing was changed")]
    Changed,
    /// The file could not be read.
    #[error("{0}; nothing was changed")]
    Read(#[from] ReadError),
    /// Writing failed.
    #[error("{step}: {}; nothing was changed", reason(.source))]
    Write {
        /// What was tried.
        step: &'static str,
        /// The system's reason.
        source: io::Error,
    },
    /// The new file is in place, but the system could not promise that it survives a power cut.
    #[error("saved, but the folder could not be written to disk: {}", reason(.0))]
    NotDurable(io::Error),
}

/// A settings file that is being changed, with its folder locked against other writers.
///
/// The lock is on the folder itself: there is no lock file to be left behind, and a lock on the file would be lost with it when
/// the new one takes its place.
pub struct Rewrite {
    target: PathBuf,
    folder: PathBuf,
    lock: File,
    before: Option<(std::fs::Metadata, Vec<u8>)>,
    readable_by_others: bool,
    for_owner_only: bool,
}

/// What the names of our temporary files begin and end with, around the name of the file that they are to become.
const TEMPORARY: (&str, &str) = (".swyx-teams-", ".tmp");

impl Rewrite {
    /// Locks the folder of `path`, waiting up to 10 s for another writer, removes what a killed one left there, and reads the file.
    /// The target of a symbolic link is meant, not the link. A file that is not there yet is empty.
    ///
    /// # Errors
    /// [`SaveError`] says why.
    pub fn begin(path: &Path, most: usize) -> Result<Self, SaveError> {
        let target = match path.canonicalize() {
            Ok(target) => target,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => path.to_path_buf(),
            Err(error) => return Err(ReadError::Io(error).into()),
        };
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
            _ => PathBuf::from("."),
        };
        let lock = lock_folder(&folder)?;
        sweep(&folder);
        let (before, readable_by_others) = match read_regular(&target, most) {
            Ok((content, readable)) => {
                let metadata = std::fs::metadata(&target).map_err(ReadError::Io)?;
                (Some((metadata, content)), readable)
            }
            Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::NotFound => (None, false),
            Err(error) => return Err(error.into()),
        };
        Ok(Self { target, folder, lock, before, readable_by_others, for_owner_only: false })
    }

    /// The bytes of the file as it is; nothing if it is not there yet.
    pub fn content(&self) -> Option<&[u8]> {
        self.before.as_ref().map(|(_, content)| content.as_slice())
    }

    /// Whether the file's mode lets others read it.
    pub fn is_readable_by_others(&self) -> bool {
        self.readable_by_others
    }

    /// The same, where nobody but its owner is to read the file from now on, whatever its mode allowed.
    pub fn for_owner_only(self) -> Self {
        Self { for_owner_only: true, ..self }
    }

    /// Whether a file can be made in the folder, before anything depends on it.
    ///
    /// # Errors
    /// [`SaveError`] says why not.
    pub fn try_out(&self) -> Result<(), SaveError> {
        self.temporary().map(|_| ())
    }

    fn temporary(&self) -> Result<tempfile::NamedTempFile, SaveError> {
        let made = tempfile::Builder::new().prefix(TEMPORARY.0).suffix(TEMPORARY.1).tempfile_in(&self.folder);
        made.map_err(|source| SaveError::Write { step: "cannot make a temporary file in the folder", source })
    }

    /// Puts `content` in the file's place, with the mode and owner that it had; a new file is 0600.
    ///
    /// A temporary file in the same folder is written, brought to disk, and renamed; then the folder is brought to disk. So
    /// whatever happens meanwhile, the file is the old or the new one.
    ///
    /// # Errors
    /// [`SaveError`] says why.
    pub fn save(self, content: &[u8]) -> Result<(), SaveError> {
        let failed = |step| move |source| SaveError::Write { step, source };
        let mut temporary = self.temporary()?;
        temporary.write_all(content).map_err(failed("cannot write the temporary file"))?;
        if let Some((metadata, _)) = &self.before {
            keep_owner_and_mode(temporary.as_file(), metadata, self.for_owner_only)
                .map_err(failed("cannot keep the file's owner and mode"))?;
        }
        temporary.as_file().sync_all().map_err(failed("cannot bring the temporary file to disk"))?;
        self.still_the_same()?;
        temporary.persist(&self.target).map_err(|error| failed("cannot replace the file")(error.error))?;
        self.lock.sync_all().map_err(SaveError::NotDurable)
    }

    fn still_the_same(&self) -> Result<(), SaveError> {
        let now = std::fs::metadata(&self.target);
        let same = match (&self.before, now) {
            (Some((before, _)), Ok(now)) => same_file(before, &now),
            (None, Err(error)) => error.kind() == io::ErrorKind::NotFound,
            _ => false,
        };
        if same { Ok(()) } else { Err(SaveError::Changed) }
    }
}

fn lock_folder(folder: &Path) -> Result<File, SaveError> {
    const PATIENCE: Duration = Duration::from_secs(10);
    const PAUSE: Duration = Duration::from_millis(5);
    let handle = File::open(folder).map_err(ReadError::Io)?;
    let start = Instant::now();
    loop {
        match handle.try_lock() {
            Ok(()) => return Ok(handle),
            Err(std::fs::TryLockError::WouldBlock) if start.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
            Err(std::fs::TryLockError::WouldBlock) => return Err(SaveError::Locked(folder.to_path_buf())),
            Err(std::fs::TryLockError::Error(source)) => {
                return Err(SaveError::Write { step: "cannot lock the folder", source });
            }
        }
    }
}

/// Removes temporary files that a killed writer left. All writers hold the folder's lock, so none of them is in use.
fn sweep(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let ours =
            name.to_str().is_some_and(|name| name.starts_with(TEMPORARY.0) && name.ends_with(TEMPORARY.1));
        if ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            // What cannot be removed now is removed by the next run.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

#[cfg(unix)]
fn same_file(before: &std::fs::Metadata, now: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    let marks =
        |file: &std::fs::Metadata| (file.dev(), file.ino(), file.len(), file.mtime(), file.mtime_nsec());
    marks(before) == marks(now)
}

#[cfg(not(unix))]
fn same_file(before: &std::fs::Metadata, now: &std::fs::Metadata) -> bool {
    before.len() == now.len() && before.modified().ok() == now.modified().ok()
}

#[cfg(unix)]
fn keep_owner_and_mode(file: &File, like: &std::fs::Metadata, for_owner_only: bool) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let own = file.metadata()?;
    if (own.uid(), own.gid()) != (like.uid(), like.gid()) {
        fchown(file, Some(like.uid()), Some(like.gid()))?;
    }
    let mode = like.permissions().mode();
    file.set_permissions(std::fs::Permissions::from_mode(if for_owner_only { mode & !0o077 } else { mode }))
}

#[cfg(not(unix))]
fn keep_owner_and_mode(_: &File, _: &std::fs::Metadata, _: bool) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
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
