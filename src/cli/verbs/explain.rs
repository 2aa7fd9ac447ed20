//! `onrecord explain`.

use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};

/// Say what a code of the audit or of a refusal means.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the verb.
///
/// # Errors
/// Not built yet.
pub fn run(_args: &Args, _cx: &Context<'_>) -> Result<Exit, CliError> {
    Err(CliError::cannot_run("`explain` is not built yet"))
}
