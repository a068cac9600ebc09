//! Patterns such as `*.toml` in path arguments. The shells of Unix expand them; cmd and PowerShell do not.

use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};

use super::names::display;

/// The paths that an argument names, sorted: itself, or what matches it if it is a pattern. A file whose name looks like a pattern is
/// the file.
///
/// # Errors
/// The text says that nothing matches, or what is wrong with the pattern.
pub(super) fn expand(argument: &Path) -> Result<Vec<PathBuf>, String> {
    let text = argument.to_string_lossy();
    if !text.contains(['*', '?', '[']) || std::fs::symlink_metadata(argument).is_ok() {
        return Ok(vec![argument.to_path_buf()]);
    }
    let options = MatchOptions {
        case_sensitive: cfg!(not(windows)),
        require_literal_separator: true,
        // With it, the library finds no hidden file at all.
        require_literal_leading_dot: false,
    };
    let matches =
        glob::glob_with(&text, options).map_err(|error| format!("invalid pattern: {}", error.msg))?;
    // A folder on the way that cannot be read has no matches for this user.
    let paths = matches.filter_map(Result::ok).filter(|path| is_meant(path, &text)).collect::<Vec<_>>();
    if paths.is_empty() { Err("nothing matches this pattern".to_owned()) } else { Ok(paths) }
}

/// Whether a match is meant: only a written `.` or `..` means a folder itself or its parent, and hidden names only match a part of the
/// pattern that begins with a full stop.
fn is_meant(path: &Path, pattern: &str) -> bool {
    let is_hidden = |name: &&str| name.starts_with('.');
    let written = pattern.split(std::path::is_separator).filter(is_hidden).collect::<Vec<_>>();
    let is_written = |name: &str| match name {
        "." | ".." => written.contains(&name),
        _ => written.iter().any(|part| Pattern::new(part).is_ok_and(|part| part.matches(name))),
    };
    path.to_string_lossy().split(std::path::is_separator).filter(is_hidden).all(is_written)
}

/// The paths that several arguments name.
///
/// # Errors
/// As [`expand`], with the argument.
pub(super) fn expand_all(arguments: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let mut paths = Vec::with_capacity(arguments.len());
    for argument in arguments {
        paths.extend(expand(argument).map_err(|why| format!("{}: {why}", display(argument)))?);
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_expanded_and_literal_names_come_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        for name in ["b.toml", "a.toml", "[c].toml", ".d.toml", "e.txt"] {
            std::fs::write(at(name), "").expect("written");
        }
        for (pattern, expected) in [
            ("*.toml", &["[c].toml", "a.toml", "b.toml"][..]),
            ("?.toml", &["a.toml", "b.toml"]),
            ("[ab].toml", &["a.toml", "b.toml"]),
            ("[c].toml", &["[c].toml"]),
            ("missing.toml", &["missing.toml"]),
            // Neither `.` nor `..`.
            (".*", &[".d.toml"]),
            (".d*", &[".d.toml"]),
            ("./?.toml", &["a.toml", "b.toml"]),
        ] {
            let expected = expected.iter().map(|name| at(name)).collect::<Vec<_>>();
            assert_eq!(expand(&at(pattern)), Ok(expected), "{pattern}");
        }
        assert_eq!(expand(&at("*.json")), Err("nothing matches this pattern".to_owned()));
        assert!(expand(&at("[.toml")).is_err_and(|why| why.starts_with("invalid pattern: ")));
        let all = expand_all(&[at("b.toml"), at("?.toml")]);
        assert_eq!(all, Ok(vec![at("b.toml"), at("a.toml"), at("b.toml")]));
        assert!(expand_all(&[at("*.x")]).is_err_and(|why| why.contains("*.x: nothing")));
    }
}
