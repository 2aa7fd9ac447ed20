//! `onrecord review`.

use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};

/// Approve or reject a verdict of another agent.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the verb.
///
/// # Errors
/// Not built yet.
pub fn run(_args: &Args, _cx: &Context<'_>) -> Result<Exit, CliError> {
    Err(CliError::cannot_run("`review` is not built yet"))
}
