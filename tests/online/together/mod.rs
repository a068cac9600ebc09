//! The client and the emulator in one process, in memory, on a clock that is paused: whatever goes wrong on the way, the client never
//! takes a tenant for what it is not, and never asks earlier than it was told to.

mod automation;
mod browser;
mod device;
mod faults;
mod memory;
