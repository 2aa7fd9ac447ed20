//! The command line: one file a verb; output; errors with hints; exit codes.

mod alike;
pub mod asked;
pub mod capture;
pub mod complete;
pub mod config;
pub mod context;
pub mod correction;
pub mod editor;
mod erased;
pub mod error;
mod failure;
pub mod followed;
pub mod import_report;
mod kept;
pub mod keys;
pub mod known;
pub mod mapping;
pub mod output;
pub mod own_files;
pub mod parse;
pub mod pick;
pub mod progress;
mod prompt;
pub mod receipt;
pub mod refs;
mod repeats;
pub mod seen;
pub mod source;
pub mod stamps;
pub mod takeover;
pub mod takeover_own;
pub mod template;
pub mod verbs;
pub mod verdict;
pub mod wording;
pub mod write;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser};

use self::config::Folders;
use self::context::{Context, Global};
use self::error::{CliError, Exit};
use self::output::Output;
use self::verbs::Verb;
use crate::time::{Clock, SystemClock};

/// A fact-claim ledger: who said what, how strongly, who checked it, on what evidence, and every change since
#[derive(Debug, Parser)]
#[command(name = "onrecord", version, disable_help_subcommand = true, arg_required_else_help = true)]
#[command(after_help = "`onrecord demo` makes a ledger to look at. `onrecord VERB --help` says more about a verb.")]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    verb: Verb,
}

/// The command line as clap knows it, for completions and the manual page.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the program with the process's arguments, clock and streams.
pub fn main() -> ExitCode {
    ExitCode::from(run(std::env::args_os(), &SystemClock))
}

/// Runs the program and returns its exit code: 0 done, or it holds; 1 it does not hold; 2 usage or bad input; 3 cannot
/// run; 4 cannot be determined; 101 a bug.
pub fn run(args: impl IntoIterator<Item = OsString>, clock: &dyn Clock) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    let json = args.iter().any(|a| a == "--json");
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, json),
    };
    let out = Output::new(cli.global.json, cli.global.quiet, cli.global.color);
    let result = Folders::from_env().and_then(|folders| {
        let cx = Context { global: cli.global, out, folders, clock };
        cli.verb.run(&cx)
    });
    match result {
        Ok(exit) => Exit::code(exit),
        Err(error) => {
            report(&error, json);
            error.exit_code()
        }
    }
}

/// What clap has to say: help and version on stdout, mistakes on stderr.
fn usage(error: &clap::Error, json: bool) -> u8 {
    use clap::error::ErrorKind::{DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, DisplayVersion};
    match error.kind() {
        DisplayHelp | DisplayVersion => {
            let _ = error.print();
            0
        }
        DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            2
        }
        _ if json => {
            let text = error.to_string();
            let message = text.trim().strip_prefix("error: ").unwrap_or(text.trim()).to_owned();
            report(&CliError::usage(message), true);
            2
        }
        _ => {
            let _ = error.print();
            2
        }
    }
}

fn report(error: &CliError, json: bool) {
    let text = if json {
        let value = serde_json::json!({ "onrecord": 1, "error": error });
        serde_json::to_string_pretty(&value).unwrap_or_else(|_| error.to_text())
    } else {
        error.to_text()
    };
    // An error that cannot be told has no one left to hear it.
    let _ = writeln!(std::io::stderr(), "{text}");
}
