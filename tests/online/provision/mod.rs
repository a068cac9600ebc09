//! Provisioning against an emulator in memory, in virtual time: whatever strikes a run of `apply` or `rotate`, nothing is lost, nobody is
//! locked out, and the next run finishes the job.

mod apply;
mod invariants;
mod place;
mod rotate;
mod scenarios;
mod stage;
mod storm;
mod twins;
mod two;
mod wire;
mod world;
