//! The admin form as a page, served on this machine: one settings file, its fields, its findings.
//!
//! The page needs no script: what one adds is findings while typing. Everything is rendered here, every text in it escaped; a stored
//! secret is in none of the answers. Who may see the page at all, [`guard`] decides.

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
