//! The exit codes of the program.

use crate::entra::snapshot::Cause;

/// The exit code of the program. Ordered: if several apply, the greatest wins, so 2 over 4 over 3 over 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exit {
    /// 0: nothing found.
    Clean,
    /// 1: findings.
    Findings,
    /// 3: an unexpected response.
    Answer,
    /// 4: timeout.
    Silence,
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
            Self::Answer => 3,
            Self::Silence => 4,
        }
    }
}

impl From<Cause> for Exit {
    /// The exit code for a part of a tenant that could not be probed.
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::NotAsked | Cause::Follows => Self::Clean,
            Cause::Answer => Self::Answer,
            Cause::Silence => Self::Silence,
            Cause::Use => Self::Usage,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_exit_codes_2_comes_before_4_before_3_before_1() {
        let mut all = [Exit::Usage, Exit::Findings, Exit::Silence, Exit::Clean, Exit::Answer];
        all.sort();
        assert_eq!(all.map(Exit::code), [0, 1, 3, 4, 2]);
        assert_eq!(
            [Cause::NotAsked, Cause::Follows, Cause::Answer, Cause::Silence, Cause::Use]
                .map(|cause| Exit::from(cause).code()),
            [0, 0, 3, 4, 2]
        );
    }
}
