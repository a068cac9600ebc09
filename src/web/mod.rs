//! The admin form as a page, served on this machine: one settings file, its fields, its findings.
//!
//! The page works without a script; the script only adds conveniences, for example findings while typing.
//! Everything is rendered here with all texts escaped. No answer contains a stored secret. [`guard`] controls
//! the access to the page.
//!
//! ```
//! use std::sync::Arc;
//! use swyx_teams::web::{Listening, Site, listen};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! let site = Arc::new(Site::new("north.toml", folder.path().join("north.toml")));
//! let bound = listen(&Listening::new(([127, 0, 0, 1], 0).into())).await?;
//! let guarded = bound.guard(site)?;
//! println!("open {}", guarded.authenticator().link()?);
//! guarded.serve(async { /* until the program is stopped */ }).await?;
//! # Ok(())
//! # }
//! ```

pub mod actions;
mod gate;
pub mod guard;
mod listen;
mod page;
mod pages;
mod routes;
mod saving;
mod sent;
mod site;

pub use listen::{Bound, GuardedSite, Listening, Refused, Tls, listen};
pub use site::Site;

#[cfg(test)]
mod tests;
