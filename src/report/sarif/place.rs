//! The place of a finding in SARIF: a file as a URI, lines and columns, the key.

use std::path::Path;

use serde_sarif::sarif;

use crate::diagnostic::Key;
use crate::source::Span;

/// The base of paths, with the name that GitHub and Azure DevOps know.
pub(super) const ROOT: &str = "%SRCROOT%";

/// The file at `path` as [`crate::report::Repository::path`] gives it: from the root, absolute, or leading out of the repository.
pub(super) fn artifact(path: &str) -> sarif::ArtifactLocation {
    if path.starts_with('/') {
        return sarif::ArtifactLocation::builder().uri(format!("file://{}", encoded(path))).build();
    }
    match path.split_once(':') {
        // The colon of a drive stays; a folder with such a name is not an absolute path.
        Some((drive, rest)) if Path::new(path).is_absolute() => {
            sarif::ArtifactLocation::builder().uri(format!("file:///{drive}:{}", encoded(rest))).build()
        }
        _ if path.split('/').any(|part| part == "..") => {
            sarif::ArtifactLocation::builder().uri(encoded(path)).build()
        }
        _ => sarif::ArtifactLocation::builder().uri(encoded(path)).uri_base_id(ROOT).build(),
    }
}

/// A path as part of a URI: everything but RFC 3986's unreserved characters and `/` as `%` and two digits.
fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte))
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

pub(super) fn location(artifact: &sarif::ArtifactLocation, span: Span, key: Option<&Key>) -> sarif::Location {
    let physical =
        sarif::PhysicalLocation::builder().artifact_location(artifact.clone()).region(region(span)).build();
    let mut location = sarif::Location::builder().physical_location(physical).build();
    let logical =
        |key: &Key| vec![sarif::LogicalLocation::builder().fully_qualified_name(key.as_str()).build()];
    location.logical_locations = key.filter(|key| !key.as_str().is_empty()).map(logical);
    location
}

/// Only lines and columns: a byte order mark, which has no column, would change offsets in bytes.
pub(super) fn region(span: Span) -> sarif::Region {
    sarif::Region::builder()
        .start_line(number(span.start.line))
        .start_column(number(span.start.column))
        .end_line(number(span.end.line))
        .end_column(number(span.end.column))
        .build()
}

pub(super) fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
