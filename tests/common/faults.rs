//! Faults of the emulator as tests write them.

use swyx_teams::emulator::Fault;

/// The fault that is written so for `--fault`.
pub fn fault(text: &str) -> Fault {
    text.parse().expect("a fault")
}
