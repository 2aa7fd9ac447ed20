//! `onrecord completions`: what a shell needs to complete command lines.

use clap_complete::Shell;

use crate::cli::complete::{self, Offer};
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};

/// Print shell completions.
///
/// Bash, zsh and fish are offered verbs, flags, fields and values of queries, and from the ledger at hand agents and
/// claims; other shells verbs and flags.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  onrecord completions bash > ~/.local/share/bash-completion/completions/onrecord\n  \
    source <(onrecord completions bash)\n  \
    onrecord completions zsh > ~/.zfunc/_onrecord\n  \
    onrecord completions fish > ~/.config/fish/completions/onrecord.fish"
)]
pub struct Args {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
    /// Offer what could stand at the end of this line; for the scripts
    #[arg(long, hide = true, allow_hyphen_values = true)]
    pub line: Option<String>,
    /// The same for a line in words
    #[arg(last = true, hide = true, conflicts_with = "line")]
    pub words: Vec<String>,
}

/// Runs the verb.
///
/// # Errors
/// When stdout cannot be written.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    if let Some(line) = &args.line {
        return told(&complete::offers(&complete::words(line), cx), cx);
    }
    if !args.words.is_empty() {
        return told(&complete::offers(&args.words, cx), cx);
    }
    let text = complete::script(args.shell).map_or_else(|| fixed(args.shell), str::to_owned);
    if cx.out.json {
        cx.out.json(&serde_json::json!({ "onrecord": 1, "shell": args.shell.to_string(), "script": text }))?;
    } else {
        cx.out.raw(text.as_bytes())?;
    }
    Ok(Exit::Done)
}

/// Verbs and flags, as they are now.
fn fixed(shell: Shell) -> String {
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut crate::cli::command(), "onrecord", &mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// One a line, with what it is after a tab.
fn told(offers: &[Offer], cx: &Context<'_>) -> Result<Exit, CliError> {
    let line = |offer: &Offer| match offer.about.as_str() {
        "" => format!("{}\n", offer.word),
        about => format!("{}\t{about}\n", offer.word),
    };
    cx.out.raw(offers.iter().map(line).collect::<String>().as_bytes())?;
    Ok(Exit::Done)
}
