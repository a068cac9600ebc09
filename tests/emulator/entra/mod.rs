//! The emulated tenant as a client sees it: in memory with virtual time, and once on a socket.

mod assertion;
mod authorize;
mod client;
mod device;
mod discovery;
mod faults;
mod refusals;
mod scenarios;
