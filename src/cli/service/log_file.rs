//! The log of a service of Windows, which has no standard output. It is limited: a full file becomes the old one.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The log file. Clones write to the same file.
#[derive(Clone)]
pub(super) struct LogFile(Arc<Mutex<Current>>);

struct Current {
    path: PathBuf,
    file: File,
    size: u64,
    max_bytes: u64,
}

impl LogFile {
    /// Continues the file, or creates it. At `max_bytes`, it becomes the old one; both together have at most twice as much.
    ///
    /// # Errors
    /// The reason of the operating system.
    pub(super) fn open(path: &Path, max_bytes: u64) -> io::Result<Self> {
        let (file, size) = open(path)?;
        let path = path.to_path_buf();
        Ok(Self(Arc::new(Mutex::new(Current { path, file, size, max_bytes }))))
    }
}

fn open(path: &Path) -> io::Result<(File, u64)> {
    let file = OpenOptions::new().append(true).create(true).open(path)?;
    let size = file.metadata()?.len();
    Ok((file, size))
}

/// The name of the full file.
fn old(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".old");
    name.into()
}

impl Current {
    /// Replaces the full file. If that fails, for example because a program has the old file open, the log continues in it.
    fn rotate(&mut self) {
        if std::fs::rename(&self.path, old(&self.path)).is_ok()
            && let Ok((file, size)) = open(&self.path)
        {
            (self.file, self.size) = (file, size);
        } else {
            // Tried again after as much again, not with every line.
            self.size = 0;
        }
    }
}

impl Write for LogFile {
    /// What is written at once, such as a line of the log, is not divided between two files.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if current.size > 0 && current.size + line.len() as u64 > current.max_bytes {
            current.rotate();
        }
        current.file.write_all(line)?;
        current.size += line.len() as u64;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_file_becomes_the_old_one_and_only_two_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("north.log");
        let mut log = LogFile::open(&path, 20).expect("opened");
        for number in 0..7 {
            log.write_all(format!("line {number}\n").as_bytes()).expect("written");
        }
        let read = |path: &Path| std::fs::read_to_string(path).expect("read");
        // 7 bytes each: two fit.
        assert_eq!((read(&old(&path)), read(&path)), ("line 4\nline 5\n".into(), "line 6\n".into()));
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 2);
        // A new process continues the file.
        drop(log);
        log = LogFile::open(&path, 20).expect("opened");
        log.write_all(b"after a restart\n").expect("written");
        assert_eq!((read(&old(&path)), read(&path)), ("line 6\n".into(), "after a restart\n".into()));
    }
}
