//! The emulated Microsoft Graph as a client sees it: in memory, with virtual time.

mod admin_consent;
mod applications;
mod batch;
mod certificates;
mod consent;
mod large;
mod permissions;
mod presences;
mod replication;
mod secrets;
mod snapshot;
mod states;
mod tenant;
mod users;
