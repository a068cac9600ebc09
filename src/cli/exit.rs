//! The exit codes of the program.

use crate::entra::snapshot::Cause;

/// What the program ends with. Ordered: where several apply, the greatest counts, so 2 before 4 before 3 before 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exit {
    /// 0: nothing found.
    Clean,
    /// 1: findings.
    Findings,
    /// 3: an answer that is no finding.
    Answer,
    /// 4: no answer in time.
    Silence,
    /// 2: wrong use, or a path that could not be read.
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
    /// What it means for the exit code that a part of a tenant was not seen.
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
