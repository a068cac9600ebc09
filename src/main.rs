//! The program `swyx-teams`: parses its arguments and lets the library do the rest.

use std::process::ExitCode;

fn main() -> ExitCode {
    swyx_teams::cli::main()
}
