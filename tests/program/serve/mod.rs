//! `serve` as a process: where it listens, what its buttons do against an emulated tenant, and that nothing secret leaves it.

mod actions;
mod browser;
mod descendants;
mod listening;
mod sockets;
mod tls;
