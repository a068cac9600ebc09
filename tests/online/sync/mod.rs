//! The engine against a model of both sides, in virtual time, with all faults. Seeded, so that every run can be repeated.
//!
//! `SEEDS=10000 cargo test --release --test online sync` tries so many; without it there are a few hundred. A failure names its seed, and
//! `SEED=n` runs that one alone.

mod cases;
mod driver;
mod judge;
mod plan;
mod seeds;
mod world;
mod wrong;
