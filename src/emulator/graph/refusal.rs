//! The Graph errors that several routes share. Messages are Graph's own if they are known; clients check the code.
//!
//! Codes: <https://learn.microsoft.com/en-us/graph/errors>, and what public logs of the directory's answers show.

use axum::http::StatusCode;

use crate::emulator::error::GraphError;

/// The object does not exist, or is not visible yet.
pub(super) fn no_resource(name: impl std::fmt::Display) -> GraphError {
    let message = format!(
        "Resource '{name}' does not exist or one of its queried reference-property objects are not present."
    );
    GraphError::new(StatusCode::NOT_FOUND, "Request_ResourceNotFound", message)
}

/// The path is unknown.
pub(super) fn no_segment(name: &str) -> GraphError {
    GraphError::new(
        StatusCode::BAD_REQUEST,
        "BadRequest",
        format!("Resource not found for the segment '{name}'."),
    )
}

/// The path exists, but not with that method; the code is inferred.
pub(super) fn no_method() -> GraphError {
    let message = "Specified HTTP method is not allowed for the request target.";
    GraphError::new(StatusCode::METHOD_NOT_ALLOWED, "Request_BadRequest", message)
}

/// The directory rejects the request.
pub(super) fn bad_request(message: impl Into<String>) -> GraphError {
    GraphError::new(StatusCode::BAD_REQUEST, "Request_BadRequest", message)
}

/// The syntax of a request is invalid.
pub(super) fn unreadable(message: impl Into<String>) -> GraphError {
    GraphError::new(StatusCode::BAD_REQUEST, "BadRequest", message)
}

/// A member has an invalid value.
pub(super) fn invalid_value(member: &str, resource: &str) -> GraphError {
    bad_request(format!("Invalid value specified for property '{member}' of resource '{resource}'."))
}

/// The object exists already.
pub(super) fn conflict(message: impl Into<String>) -> GraphError {
    GraphError::new(StatusCode::CONFLICT, "Request_MultipleObjectsWithSameKeyValue", message)
}

/// The token lacks permissions for the directory.
pub(super) fn denied() -> GraphError {
    let message = "Insufficient privileges to complete the operation.";
    GraphError::new(StatusCode::FORBIDDEN, "Authorization_RequestDenied", message)
}
