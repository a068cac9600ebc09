//! Paths for a code host: relative to the root of the repository.

use std::path::Path;

/// The base of paths in formats for a code host: the folder with `.git` at or above the current one, and the
/// path from there to the current folder, empty or ending in `/`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repository {
    /// The folder of the repository with a trailing `/`; `None` outside of a repository.
    pub root: Option<String>,
    /// `customers/` if the current folder is that one of the repository.
    pub prefix: String,
}

impl Repository {
    /// Finds the repository of the current folder; without one, paths stay unchanged.
    pub fn around_current_folder() -> Self {
        let Ok(current) = std::env::current_dir() else { return Self::default() };
        let Some(root) = current.ancestors().find(|folder| folder.join(".git").exists()) else {
            return Self::default();
        };
        let text = |path: &Path| path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
        let closed = |path: String| if path.is_empty() || path.ends_with('/') { path } else { path + "/" };
        let way = current.strip_prefix(root).unwrap_or(&current);
        Self { root: Some(closed(text(root))), prefix: closed(text(way)) }
    }

    /// The path relative to the root of the repository, with `.` and `..` resolved. A path that is absolute
    /// or outside of the repository stays unchanged. The root itself is `.`.
    pub fn path(&self, path: &str) -> String {
        if path.starts_with('/') || Path::new(path).is_absolute() {
            let inside = self.root.as_ref().and_then(|root| path.strip_prefix(root.as_str()));
            return inside.unwrap_or(path).to_owned();
        }
        let mut parts: Vec<&str> = Vec::new();
        for part in self.prefix.split('/').chain(path.split('/')) {
            match part {
                "" | "." => {}
                ".." if parts.pop().is_none() => return path.to_owned(),
                ".." => {}
                part => parts.push(part),
            }
        }
        if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
    }
}
