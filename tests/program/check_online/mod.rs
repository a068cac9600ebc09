//! `check --online` against the emulator, over real sockets: each state of a tenant gives its rule, each fault its words and its exit
//! code, and no request is made that need not be.

mod admin;
mod faults;
mod many;
mod scenarios;
