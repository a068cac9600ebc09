//! The emulated gateway to SwyxServer as a client sees it: in memory, with virtual time.

mod calls;
mod client;
mod events;
mod faults;
mod graph;
mod load;
mod reads;
mod writes;
