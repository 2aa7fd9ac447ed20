//! The `onrecord` binary: parses, runs, and maps the outcome to an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    onrecord::cli::main()
}
