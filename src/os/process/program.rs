//! The full path of a program on Windows. The system finds only `.exe` files, but the Azure CLI and many password managers are `.cmd`
//! files.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The endings if `PATHEXT` is not set. The system's default has more, for scripts that do not print a secret.
const DEFAULT_ENDINGS: &str = ".COM;.EXE;.BAT;.CMD";

/// Where programs are searched: the values of `PATH` and `PATHEXT`, and whether a file exists.
struct Search<'a> {
    folders: Vec<PathBuf>,
    endings: String,
    exists: &'a dyn Fn(&Path) -> bool,
}

/// Finds a program in the folders of `PATH`, with the endings of `PATHEXT`. The current folder is not searched: a file there could be
/// anybody's. A program that is not found keeps its name.
pub(super) fn find(program: &OsStr) -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let endings = std::env::var("PATHEXT").ok().filter(|endings| !endings.is_empty());
    let search = Search {
        folders: std::env::split_paths(&path).filter(|folder| folder.is_absolute()).collect(),
        endings: endings.unwrap_or_else(|| DEFAULT_ENDINGS.to_owned()),
        exists: &Path::is_file,
    };
    search.find(Path::new(program)).map_or_else(|| program.to_owned(), PathBuf::into_os_string)
}

impl Search<'_> {
    fn find(&self, program: &Path) -> Option<PathBuf> {
        if program.parent().is_some_and(|folder| !folder.as_os_str().is_empty()) {
            return self.with_ending(program);
        }
        self.folders.iter().find_map(|folder| self.with_ending(&folder.join(program)))
    }

    /// The file itself if its name has an ending, otherwise the first existing file with an ending.
    fn with_ending(&self, path: &Path) -> Option<PathBuf> {
        let mut endings = self.endings.split(';').filter(|ending| ending.starts_with('.'));
        if path.extension().is_some() && (self.exists)(path) {
            return Some(path.to_path_buf());
        }
        endings.find_map(|ending| {
            let mut name = path.as_os_str().to_owned();
            name.push(ending.to_ascii_lowercase());
            Some(PathBuf::from(name)).filter(|path| (self.exists)(path))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(program: &str, files: &[&str], endings: &str) -> Option<PathBuf> {
        let exists = |path: &Path| files.iter().any(|file| Path::new(file) == path);
        let search = Search {
            folders: ["/bin", "/azure"].map(PathBuf::from).into(),
            endings: endings.to_owned(),
            exists: &exists,
        };
        search.find(Path::new(program))
    }

    #[test]
    fn program_is_found_with_its_ending() {
        for (program, files, expected) in [
            ("az", &["/azure/az.cmd"][..], Some("/azure/az.cmd")),
            // Earlier folders, then earlier endings, win. A file without an ending is a script of another system.
            ("az", &["/azure/az.cmd", "/bin/az.bat", "/bin/az.exe", "/bin/az"], Some("/bin/az.exe")),
            ("az.cmd", &["/azure/az.cmd"], Some("/azure/az.cmd")),
            ("tool.v2", &["/bin/tool.v2.exe"], Some("/bin/tool.v2.exe")),
            ("/keys/pass", &["/keys/pass.cmd", "/bin/pass.exe"], Some("/keys/pass.cmd")),
            ("az", &["az.cmd", "./az.exe"], None),
            ("az", &["/azure/az"], None),
        ] {
            assert_eq!(found(program, files, DEFAULT_ENDINGS), expected.map(PathBuf::from), "{program}");
        }
        assert_eq!(found("az", &["/bin/az.cmd"], ".EXE;;cmd"), None);
    }

    #[test]
    fn program_that_is_not_found_keeps_its_name() {
        assert_eq!(find(OsStr::new("no such program")), "no such program");
    }
}
