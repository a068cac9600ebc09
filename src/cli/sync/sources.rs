//! The settings files of `sync`: those that are named, and those in the named folders, which are searched again and again.

use std::path::{Path, PathBuf};

use crate::cli::error::{CliError, usage_error};
use crate::cli::names::display;
use crate::cli::walk::{Target, Walk, deduplicate};

/// The named files and folders.
#[derive(Clone)]
pub(super) struct Sources {
    /// In the order of the arguments, with whether it was a folder at the start.
    paths: Vec<(PathBuf, bool)>,
}

/// The result of a search.
#[derive(Default)]
pub(super) struct Scan {
    pub(super) files: Vec<PathBuf>,
    /// Folders that could not be searched, and why.
    pub(super) failed: Vec<(PathBuf, String)>,
    /// How many symbolic links to folders were skipped.
    pub(super) links: usize,
}

impl Scan {
    /// Whether a file is gone: it was not found, and its folder could be searched.
    pub(super) fn misses(&self, file: &Path) -> bool {
        !self.files.iter().any(|found| found == file)
            && !self.failed.iter().any(|(folder, _)| file.starts_with(folder))
    }
}

impl Sources {
    pub(super) fn new(paths: &[PathBuf]) -> Self {
        Self { paths: paths.iter().map(|path| (path.clone(), path.is_dir())).collect() }
    }

    /// Whether files may be added or removed.
    pub(super) fn has_folder(&self) -> bool {
        self.paths.iter().any(|(_, is_folder)| *is_folder)
    }

    /// Whether a file is an argument itself, so that it is expected even while it is missing.
    pub(super) fn names(&self, file: &Path) -> bool {
        self.paths.iter().any(|(path, is_folder)| !is_folder && path == file)
    }

    /// The files at the start.
    ///
    /// # Errors
    /// A folder cannot be searched or contains no settings file, or standard input is named.
    pub(super) fn first(&self) -> Result<Scan, CliError> {
        if self.paths.iter().any(|(path, _)| path == Path::new("-")) {
            return Err(usage_error("a settings file on standard input cannot be watched: name a file"));
        }
        let scan = self.search(true);
        match scan.failed.first() {
            Some((path, why)) => Err(usage_error(format_args!("{}: {why}", display(path)))),
            None => Ok(scan),
        }
    }

    /// The files now. A folder may be empty.
    pub(super) fn scan(&self) -> Scan {
        self.search(false)
    }

    fn search(&self, is_start: bool) -> Scan {
        let mut walk = Walk { exclude: &[], skipped: Vec::new() };
        let (mut targets, mut failed) = (Vec::new(), Vec::new());
        for (path, is_folder) in &self.paths {
            if *is_folder && !path.is_dir() {
                failed.push((path.clone(), "the folder is missing".to_owned()));
            } else if *is_folder {
                // While it runs, a link that does not resolve is the same as no file.
                let is_there = |target: &Target| match target {
                    Target::File(path) => is_start || path.exists(),
                    Target::NoFile(..) | Target::Empty(..) | Target::Stdin => true,
                };
                targets.extend(walk.targets(path).into_iter().filter(is_there));
            } else {
                targets.push(Target::File(path.clone()));
            }
        }
        if self.paths.len() > 1 {
            deduplicate(&mut targets);
        }
        let mut scan = Scan { links: walk.skipped_links(), failed, ..Scan::default() };
        for target in targets {
            match target {
                Target::File(path) => scan.files.push(path),
                Target::Empty(path, why) if is_start => scan.failed.push((path, why)),
                Target::NoFile(path, why) => scan.failed.push((path, why)),
                Target::Empty(..) | Target::Stdin => {}
            }
        }
        scan
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn names(scan: &Scan) -> Vec<String> {
        scan.files
            .iter()
            .map(|path| path.file_name().expect("a name").to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn links_to_files_are_followed_and_links_to_folders_are_counted() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        // The layout of a ConfigMap.
        std::fs::create_dir_all(at("c/..1")).expect("made");
        std::fs::write(at("c/..1/north.toml"), "").expect("written");
        symlink("..1", at("c/..data")).expect("linked");
        symlink("..data/north.toml", at("c/north.toml")).expect("linked");
        symlink("..", at("c/loop")).expect("linked");
        symlink("north.toml", at("c/notes.txt")).expect("linked");
        let scan = Sources::new(&[at("c")]).first().unwrap_or_else(|_| panic!("searched"));
        assert_eq!((names(&scan), scan.links), (vec!["north.toml".to_owned()], 1));
    }

    #[test]
    fn file_is_gone_only_if_its_folder_can_be_searched() {
        let folder = tempfile::tempdir().expect("a folder");
        let [here, file] = ["here", "here/north.toml"].map(|name| folder.path().join(name));
        std::fs::create_dir(&here).expect("made");
        std::fs::write(&file, "").expect("written");
        let sources = Sources::new(std::slice::from_ref(&here));
        assert!(sources.has_folder() && !sources.scan().misses(&file));
        std::fs::remove_file(&file).expect("removed");
        assert!(sources.scan().misses(&file) && sources.first().is_err());
        std::fs::remove_dir(&here).expect("removed");
        assert!(!sources.scan().misses(&file), "the folder may come back");
    }

    #[test]
    fn file_that_is_named_twice_is_found_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("north.toml");
        std::fs::write(&file, "").expect("written");
        assert_eq!(Sources::new(&[file.clone(), folder.path().to_owned()]).scan().files, [file]);
    }
}
