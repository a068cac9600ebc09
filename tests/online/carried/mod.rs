//! The whole synchronisation of one tenant against the emulator in memory, in virtual time: what a person does on one side shows on the
//! other.

mod both_ways;
mod busy;
mod delays;
mod place;
mod trouble;
