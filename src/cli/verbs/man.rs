//! `onrecord man`.

use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};

/// Print the manual page.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the verb.
///
/// # Errors
/// Not built yet.
pub fn run(_args: &Args, _cx: &Context<'_>) -> Result<Exit, CliError> {
    Err(CliError::cannot_run("`man` is not built yet"))
}
