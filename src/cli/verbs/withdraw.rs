//! `onrecord withdraw`.

use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};

/// Take a claim, a relation or evidence back before publication.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the verb.
///
/// # Errors
/// Not built yet.
pub fn run(_args: &Args, _cx: &Context<'_>) -> Result<Exit, CliError> {
    Err(CliError::cannot_run("`withdraw` is not built yet"))
}
