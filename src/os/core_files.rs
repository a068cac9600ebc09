//! Core files, which would contain secrets.

/// Prevents core files of this process and of the commands that it starts, and its inspection by other
/// processes of the same user.
///
/// Both are needed: a system that pipes core files to a program ignores the limit, and only Linux has the
/// other setting. A failure is ignored, because then the system has no core files, or has stricter rules.
pub(crate) fn prevent_core_files() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};

    use super::*;

    #[test]
    fn core_files_are_prevented() {
        prevent_core_files();
        let limit = getrlimit(Resource::Core);
        assert_eq!((limit.current, limit.maximum), (Some(0), Some(0)));
        assert_eq!(dumpable_behavior().expect("known"), DumpableBehavior::NotDumpable);
    }
}
