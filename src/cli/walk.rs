//! The files to check: the named ones, and `*.toml` below the named folders.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};

use super::context::is_stdin;
use super::patterns::expand;

/// One file, or a folder without any.
pub(super) enum Target {
    /// A file.
    File(PathBuf),
    /// A folder that could not be searched.
    NoFile(PathBuf, String),
    /// A folder without settings files; the text says so.
    Empty(PathBuf, String),
    /// Standard input.
    Stdin,
}

/// The reason for a skipped symbolic link. Links to files are followed; a link to a folder may lead in a circle.
pub(super) const LINK: &str = "symbolic link to a folder";

/// Searches folders, and records what it skips.
pub(super) struct Walk<'a> {
    pub(super) exclude: &'a [Pattern],
    /// Skipped paths, each with the reason.
    pub(super) skipped: Vec<(PathBuf, &'static str)>,
}

impl Walk<'_> {
    /// The files of one argument, which may be a pattern, sorted by name.
    pub(super) fn targets_of_argument(&mut self, argument: &Path) -> Vec<Target> {
        match expand(argument) {
            Ok(paths) => paths.iter().flat_map(|path| self.targets(path)).collect(),
            Err(why) => vec![Target::NoFile(argument.to_path_buf(), why)],
        }
    }

    /// The files of one path, sorted by name. A named file is always included.
    pub(super) fn targets(&mut self, path: &Path) -> Vec<Target> {
        if is_stdin(path) {
            return vec![Target::Stdin];
        }
        if !path.is_dir() {
            return vec![Target::File(path.to_path_buf())];
        }
        let mut found = Vec::new();
        let before = self.skipped_links();
        self.search(path, path, &mut found);
        if found.is_empty() {
            let links = match self.skipped_links() - before {
                0 => String::new(),
                1 => "; 1 symbolic link to a folder was skipped".to_owned(),
                links => format!("; {links} symbolic links to folders were skipped"),
            };
            let why = format!("no settings file (*.toml) in this folder{links}");
            found.push(Target::Empty(path.to_path_buf(), why));
        }
        if found.iter().any(is_link) {
            deduplicate(&mut found);
        }
        found
    }

    /// The number of symbolic links that were skipped so far.
    pub(super) fn skipped_links(&self) -> usize {
        self.skipped.iter().filter(|(_, why)| *why == LINK).count()
    }

    /// Adds the settings files below `folder` to `found`; exclusions are relative to `root`.
    fn search(&mut self, root: &Path, folder: &Path, found: &mut Vec<Target>) {
        let entries = std::fs::read_dir(folder).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) => {
                let reason = format!("cannot search the folder: {}", crate::os::reason(&error));
                found.push(Target::NoFile(folder.to_path_buf(), reason));
                return;
            }
        };
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            let Ok(kind) = entry.file_type() else { continue };
            let name = entry.file_name();
            let is_settings =
                path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
            if name.as_encoded_bytes().starts_with(b".") {
                if kind.is_dir() || is_settings {
                    self.skipped.push((path, "hidden name"));
                }
            } else if kind.is_symlink() && path.is_dir() {
                self.skipped.push((path, LINK));
            } else if (kind.is_dir() || is_settings) && self.is_excluded(root, &path) {
                self.skipped.push((path, "excluded"));
            } else if kind.is_dir() {
                self.search(root, &path, found);
            } else if is_settings {
                found.push(Target::File(path));
            }
        }
    }

    fn is_excluded(&self, root: &Path, path: &Path) -> bool {
        let options = MatchOptions { require_literal_separator: true, ..MatchOptions::new() };
        let below = path.strip_prefix(root).unwrap_or(path);
        let name = path.file_name().map(Path::new).unwrap_or(below);
        self.exclude.iter().any(|pattern| {
            let subject = if pattern.as_str().contains('/') { below } else { name };
            let folder_pattern = pattern.as_str().strip_suffix('/').and_then(|text| Pattern::new(text).ok());
            pattern.matches_path_with(subject, options)
                || folder_pattern.is_some_and(|pattern| {
                    pattern.matches_path_with(below, options) || pattern.matches_path_with(name, options)
                })
        })
    }
}

/// Whether a target is a symbolic link, perhaps to a file that is found, too.
fn is_link(target: &Target) -> bool {
    matches!(target, Target::File(path) if path.is_symlink())
}

/// Removes repeated files, also if their paths are written differently.
pub(super) fn deduplicate(targets: &mut Vec<Target>) {
    let mut seen = HashSet::new();
    targets.retain(|target| match target {
        Target::File(path) => seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())),
        Target::NoFile(..) | Target::Empty(..) | Target::Stdin => true,
    });
}
