//! The part of OData that Microsoft Graph supports: keys in paths, query options, filters, pages.
//!
//! <https://learn.microsoft.com/en-us/graph/query-parameters> and <https://learn.microsoft.com/en-us/graph/aad-advanced-queries>.

pub(super) mod filter;
pub(super) mod options;
pub(super) mod path;
mod reader;
mod tokens;

pub(super) use filter::Field;
pub(super) use options::Options;
pub(super) use path::{Key, Path};

use axum::http::StatusCode;

use crate::emulator::error::GraphError;

/// Rejects an invalid query.
fn bad(message: impl Into<String>) -> GraphError {
    GraphError::new(StatusCode::BAD_REQUEST, "BadRequest", message)
}

/// Rejects a valid query that is not supported.
fn unsupported(message: impl Into<String>) -> GraphError {
    GraphError::new(StatusCode::BAD_REQUEST, "Request_UnsupportedQuery", message)
}
