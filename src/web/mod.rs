//! The admin form as a page, served on this machine: one settings file, its fields, its findings.
//!
//! The page works without a script; the script only adds conveniences, for example findings while typing.
//! Everything is rendered here with all texts escaped. No answer contains a stored secret. [`guard`] controls
//! the access to the page.

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
