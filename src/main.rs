//! The program `swyx-teams`: calls the library's command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    swyx_teams::cli::main()
}
