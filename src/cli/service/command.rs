//! The command line of a service of Windows, the calls that give its account access, and the places that it cannot read.

/// The words after the program. Only `service run` of this program reads them.
pub(super) fn run_words(name: &str, log: &str, words: &[String]) -> Vec<String> {
    let start = ["service", "run", "--name", name, "--log", log].map(str::to_owned);
    start.into_iter().chain(words.iter().cloned()).collect()
}

/// What the account of a service may do with a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Read a file.
    File,
    /// Start a program.
    Program,
    /// Read the files of a folder.
    Folder,
    /// Write, rename and remove the files of a folder.
    Log,
}

/// The arguments of `icacls` that give the account with the identifier `sid` access to a path.
pub(super) fn icacls_words(path: &str, sid: &str, access: Access) -> [String; 3] {
    let rights = match access {
        Access::File => "(R)",
        Access::Program => "(RX)",
        Access::Folder => "(OI)(CI)(RX)",
        Access::Log => "(OI)(CI)(M)",
    };
    [path.to_owned(), "/grant".to_owned(), format!("*{sid}:{rights}")]
}

/// Why a service cannot read a path. `profiles` is the folder of the users' profiles.
pub(super) fn unreadable_place(path: &str, profiles: &str) -> Option<String> {
    let comparable = |text: &str| text.replace('/', "\\").to_lowercase();
    let (path, profiles) = (comparable(path), comparable(profiles));
    if path.starts_with("\\\\") {
        return Some(
            "a service reaches files of other machines only with an account of the domain".to_owned(),
        );
    }
    let profiles = profiles.trim_end_matches('\\');
    let is_below = !profiles.is_empty()
        && path.strip_prefix(profiles).is_some_and(|rest| rest.is_empty() || rest.starts_with('\\'));
    is_below.then(|| "a service cannot read the folders of users".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_gets_no_more_access_than_it_needs() {
        let words = |access| icacls_words(r"C:\a b\north.toml", "S-1-5-80-1", access).join(" ");
        assert_eq!(words(Access::File), r"C:\a b\north.toml /grant *S-1-5-80-1:(R)");
        assert_eq!(words(Access::Program), r"C:\a b\north.toml /grant *S-1-5-80-1:(RX)");
        assert_eq!(words(Access::Folder), r"C:\a b\north.toml /grant *S-1-5-80-1:(OI)(CI)(RX)");
        assert_eq!(words(Access::Log), r"C:\a b\north.toml /grant *S-1-5-80-1:(OI)(CI)(M)");
    }

    #[test]
    fn profiles_and_servers_are_refused_in_any_notation() {
        for path in [
            r"C:\Users\anna\north.toml",
            r"c:\users\anna\north.toml",
            "C:/Users/anna/north.toml",
            r"C:\Users",
            r"\\files\keys\north.toml",
            "//files/keys/north.toml",
        ] {
            assert!(unreadable_place(path, r"C:\Users").is_some(), "{path}");
        }
        for path in [r"C:\ProgramData\a.toml", r"C:\UsersOther\a.toml", r"D:\Users\a.toml", "a.toml"] {
            assert_eq!(unreadable_place(path, r"C:\Users"), None, "{path}");
        }
        assert_eq!(unreadable_place(r"C:\a", ""), None);
    }

    #[test]
    fn service_runs_the_hidden_command() {
        let words = run_words("north", r"C:\a.log", &[r"C:\a b.toml".to_owned(), "--trust=a:1".to_owned()]);
        let expected =
            ["service", "run", "--name", "north", "--log", r"C:\a.log", r"C:\a b.toml", "--trust=a:1"];
        assert_eq!(words, expected);
    }
}
