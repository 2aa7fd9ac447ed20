//! `onrecord completions`: what a shell needs to complete command lines.

use clap_complete::Shell;

use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};

/// Print shell completions.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  onrecord completions bash > ~/.local/share/bash-completion/completions/onrecord\n  \
    onrecord completions fish > ~/.config/fish/completions/onrecord.fish"
)]
pub struct Args {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// Runs the verb.
///
/// # Errors
/// When stdout cannot be written.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let mut bytes = Vec::new();
    clap_complete::generate(args.shell, &mut crate::cli::command(), "onrecord", &mut bytes);
    if cx.out.json {
        let text = String::from_utf8_lossy(&bytes);
        cx.out.json(&serde_json::json!({ "onrecord": 1, "shell": args.shell.to_string(), "script": text }))?;
    } else {
        cx.out.raw(&bytes)?;
    }
    Ok(Exit::Done)
}
