//! `onrecord anchor`: where a passage stands in a document, ready for a claim file.

use std::path::PathBuf;

use serde_json::json;

use crate::cli::capture;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::draft::anchor::{Found, MAX_MATCHES, Match, find};
use crate::hash::Digest;
use crate::text::printable_line;

/// Find a passage in a document: code-point range and digest, for claim files.
#[derive(Debug, clap::Args)]
#[command(after_help = "The passage itself is not stored. Exit code 1: the very words do not stand in the file; what \
    comes close is then proposed as a comment.\n\nExample: onrecord anchor article.txt 'the old bridge was closed'")]
pub struct Args {
    /// The document's file, UTF-8 text
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The passage, word for word
    #[arg(value_name = "TEXT", required = true)]
    pub text: Vec<String>,
}

/// Runs the verb.
///
/// # Errors
/// When the file cannot be read, or is no text.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let bytes = capture::read(&args.file)?;
    let name = printable_line(&args.file.display().to_string());
    let text = capture::text_of(&bytes).ok_or_else(|| {
        CliError::bad_input(format!("{name} is not UTF-8 text, so it has no code points to count"))
            .hint("a claim can still name the whole document: selector = \"whole\"")
    })?;
    let passage = args.text.join(" ");
    let found = find(text, &passage);
    let sha256 = Digest::of(&bytes);
    if cx.out.json {
        let (how, matches): (_, &[Match<'_>]) = match &found {
            Found::Exact(m) => ("exact", m),
            Found::Near(m) => ("near", m),
            Found::Nothing => ("nothing", &[]),
        };
        let matches: Vec<_> = matches
            .iter()
            .map(|m| {
                // The words of a proposal are shown, since they are not the ones that were asked for.
                let quote = (how == "near").then_some(m.quote);
                json!({ "start": m.start, "end": m.end, "sha256": m.sha256, "quote": quote })
            })
            .collect();
        cx.out.json(&json!({ "onrecord": 1, "target": sha256, "found": how, "matches": matches }))?;
    } else {
        print(&found, &sha256, &name, cx)?;
    }
    Ok(if matches!(found, Found::Exact(_)) { Exit::Done } else { Exit::DoesNotHold })
}

fn print(found: &Found<'_>, sha256: &Digest, name: &str, cx: &Context<'_>) -> Result<(), CliError> {
    match found {
        Found::Exact(matches) => {
            matches.iter().try_for_each(|m| cx.out.line(m.to_toml()))?;
            let n = matches.len();
            if n >= MAX_MATCHES {
                cx.out.note(format!("the first {n} places; a longer passage narrows them down"));
            } else if n > 1 {
                cx.out.note(format!("{n} places; a longer passage tells them apart"));
            }
            cx.out.note(format!("counts in {name}, [document] sha256 = \"{sha256}\""));
        }
        Found::Near(matches) => {
            for m in matches {
                cx.out.line(format!("# not these very words: \"{}\"", printable_line(m.quote)))?;
                cx.out.line(format!("# {}", m.to_toml()))?;
            }
            cx.out.note("only white space, quotation marks, hyphens or case differ: look at it before you take it");
        }
        Found::Nothing => {
            cx.out.note(format!("the passage does not stand in {name}; fewer words may find it"));
        }
    }
    Ok(())
}
