//! `onrecord agent`.

use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};

/// Enrol agents and manage their keys and roles.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the verb.
///
/// # Errors
/// Not built yet.
pub fn run(_args: &Args, _cx: &Context<'_>) -> Result<Exit, CliError> {
    Err(CliError::cannot_run("`agent` is not built yet"))
}
