//! `sync` and `status` as processes, beside an emulated site on a socket of this machine: how they start and refuse to, what they carry, print,
//! log and serve, what they make of settings that change, and how they end.

mod running;
mod site;

mod dry_run;
mod ending;
mod folder;
mod reload;
mod seen;
mod start;
mod status;
