//! The presence of one user.

/// What is known of one user's presence.
#[derive(Clone, Debug, Default)]
pub(in crate::emulator) struct Presence;
