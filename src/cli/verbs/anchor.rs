//! `onrecord anchor`.

use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};

/// Find a passage in a document: code-point range and digest, for claim files.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the verb.
///
/// # Errors
/// Not built yet.
pub fn run(_args: &Args, _cx: &Context<'_>) -> Result<Exit, CliError> {
    Err(CliError::cannot_run("`anchor` is not built yet"))
}
