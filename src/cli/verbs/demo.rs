//! `onrecord demo`.

use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};

/// Make a ledger to look at, from the claims that come with the program.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the verb.
///
/// # Errors
/// Not built yet.
pub fn run(_args: &Args, _cx: &Context<'_>) -> Result<Exit, CliError> {
    Err(CliError::cannot_run("`demo` is not built yet"))
}
