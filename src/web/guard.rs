//! Who may see the page.

use axum::Router;

/// What a request belongs to.
#[derive(Clone)]
pub struct Session {
    /// What every change has to bring.
    pub csrf: String,
}

/// The router behind its guards.
pub fn closed(router: Router) -> Router {
    router.layer(axum::Extension(Session { csrf: String::new() }))
}
