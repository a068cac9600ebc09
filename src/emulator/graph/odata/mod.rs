//! The part of OData that Microsoft Graph speaks: keys in paths, options of queries, filters, pages.
//!
//! <https://learn.microsoft.com/en-us/graph/query-parameters> and <https://learn.microsoft.com/en-us/graph/aad-advanced-queries>.

pub(super) mod filter;
pub(super) mod options;
pub(super) mod path;
mod reader;
mod words;

pub(super) use filter::Field;
pub(super) use options::Options;
pub(super) use path::{Key, Path};

use axum::http::StatusCode;

use crate::emulator::error::GraphError;

/// Refuses a query that is wrong.
fn bad(message: impl Into<String>) -> GraphError {
    GraphError::new(StatusCode::BAD_REQUEST, "BadRequest", message)
}

/// Refuses a query that is right, but not to be had.
fn unsupported(message: impl Into<String>) -> GraphError {
    GraphError::new(StatusCode::BAD_REQUEST, "Request_UnsupportedQuery", message)
}
