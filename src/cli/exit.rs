//! The exit codes of the program.

use crate::entra::snapshot::Cause;

/// The exit code of the program. If several apply, the greatest variant wins: 2 over 4, 4 over 3, and 3 over 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exit {
    /// 0: nothing found.
    Clean,
    /// 1: findings.
    Findings,
    /// 3: an unexpected response.
    UnexpectedResponse,
    /// 4: timeout.
    Timeout,
    /// 2: usage error or unreadable path.
    Usage,
}

impl Exit {
    /// The number that the shell sees.
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::UnexpectedResponse => 3,
            Self::Timeout => 4,
        }
    }
}

impl From<Cause> for Exit {
    /// The exit code for a part of a tenant that could not be probed.
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::NotAsked | Cause::Follows => Self::Clean,
            Cause::Answer => Self::UnexpectedResponse,
            Cause::Silence => Self::Timeout,
            Cause::Use => Self::Usage,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_ordered_2_4_3_1_0() {
        let mut all = [Exit::Usage, Exit::Findings, Exit::Timeout, Exit::Clean, Exit::UnexpectedResponse];
        all.sort();
        assert_eq!(all.map(Exit::code), [0, 1, 3, 4, 2]);
        assert_eq!(
            [Cause::NotAsked, Cause::Follows, Cause::Answer, Cause::Silence, Cause::Use]
                .map(|cause| Exit::from(cause).code()),
            [0, 0, 3, 4, 2]
        );
    }
}
