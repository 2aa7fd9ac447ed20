//! `onrecord completions`.

use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};

/// Print shell completions.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the verb.
///
/// # Errors
/// Not built yet.
pub fn run(_args: &Args, _cx: &Context<'_>) -> Result<Exit, CliError> {
    Err(CliError::cannot_run("`completions` is not built yet"))
}
