//! `onrecord contact`.

use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};

/// Record who was asked for comment, and what came of it.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the verb.
///
/// # Errors
/// Not built yet.
pub fn run(_args: &Args, _cx: &Context<'_>) -> Result<Exit, CliError> {
    Err(CliError::cannot_run("`contact` is not built yet"))
}
