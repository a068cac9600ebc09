//! `emulate` as a process.

mod entra;
mod gateway;
