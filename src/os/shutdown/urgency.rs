//! How much time a signal leaves to the program.

use std::time::Duration;

/// How much time the program has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// A user or a service manager asked, and waits.
    Patient,
    /// The system ends the program after five seconds.
    #[cfg_attr(unix, cfg_attr(not(test), expect(dead_code, reason = "Unix announces no such end")))]
    Imminent,
}

impl Urgency {
    /// The time limit for work before the end that may usually take `usual`.
    pub(crate) fn limit(self, usual: Duration) -> Duration {
        /// One second less than the system gives, for the end of the program itself.
        const BEFORE_KILL: Duration = Duration::from_secs(4);
        match self {
            Self::Patient => usual,
            Self::Imminent => usual.min(BEFORE_KILL),
        }
    }
}

/// What Windows tells a program with a console.
#[cfg(any(windows, test))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ConsoleEvent {
    CtrlC,
    CtrlBreak,
    Close,
    LogOff,
    Shutdown,
}

#[cfg(any(windows, test))]
impl ConsoleEvent {
    pub(super) fn urgency(self) -> Urgency {
        match self {
            Self::CtrlC | Self::CtrlBreak => Urgency::Patient,
            Self::Close | Self::LogOff | Self::Shutdown => Urgency::Imminent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn end_of_console_session_and_system_leaves_four_seconds() {
        let (usual, short) = (Duration::from_secs(25), Duration::from_secs(4));
        for (event, limit) in [
            (ConsoleEvent::CtrlC, usual),
            (ConsoleEvent::CtrlBreak, usual),
            (ConsoleEvent::Close, short),
            (ConsoleEvent::LogOff, short),
            (ConsoleEvent::Shutdown, short),
        ] {
            assert_eq!(event.urgency().limit(usual), limit, "{event:?}");
        }
        let shorter = Duration::from_secs(1);
        assert_eq!(Urgency::Imminent.limit(shorter), shorter);
    }
}
