//! `onrecord verify`.

use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};

/// Decide on a claim by evidence.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the verb.
///
/// # Errors
/// Not built yet.
pub fn run(_args: &Args, _cx: &Context<'_>) -> Result<Exit, CliError> {
    Err(CliError::cannot_run("`verify` is not built yet"))
}
