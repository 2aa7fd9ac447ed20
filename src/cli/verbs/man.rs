//! `onrecord man`: the manual page, of everything or of one verb.

use std::io;

use clap::Command;
use clap_mangen::Man;

use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::text::{nearest, printable_line};

/// Print the manual page.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  onrecord man | man -l -\n  onrecord man verify | man -l -")]
pub struct Args {
    /// Only of this verb
    #[arg(value_name = "VERB")]
    pub verb: Vec<String>,
}

/// Runs the verb.
///
/// # Errors
/// When there is no such verb, or stdout cannot be written.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let mut root = crate::cli::command();
    root.build();
    let page = if args.verb.is_empty() { all(&root) } else { one(find(&root, &args.verb)?) };
    let page = page.map_err(|e| CliError::bug(format!("the manual page cannot be written: {e}")))?;
    if cx.out.json {
        cx.out.json(&serde_json::json!({ "onrecord": 1, "man": String::from_utf8_lossy(&page) }))?;
    } else {
        cx.out.raw(&page)?;
    }
    Ok(Exit::Done)
}

/// The verb of that name, or its part: `document add`.
fn find(root: &Command, names: &[String]) -> Result<Command, CliError> {
    let mut command = root;
    for name in names {
        let Some(found) = command.find_subcommand(name) else {
            let error = CliError::usage(format!("there is no verb `{}`", printable_line(name)));
            let known: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
            return Err(match nearest(name, known.iter().copied()) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None if known.is_empty() => error.hint(format!("`{}` has no parts", command.get_name())),
                None => error.hint(format!("one of: {}", known.join(", "))),
            });
        };
        command = found;
    }
    Ok(command.clone())
}

fn one(command: Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(command).render(&mut page)?;
    Ok(page)
}

/// The program and, after it, a section for each verb, on one page.
fn all(root: &Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    let man = Man::new(root.clone());
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    for command in root.get_subcommands() {
        verb(command, root.get_name(), &mut page)?;
    }
    man.render_version_section(&mut page)?;
    Ok(page)
}

fn verb(command: &Command, parent: &str, page: &mut Vec<u8>) -> io::Result<()> {
    let name = format!("{parent} {}", command.get_name());
    let mut section = Vec::new();
    // Options that every verb takes are told once, at the top.
    let own = command.clone().mut_args(|arg| {
        let global = arg.is_global_set();
        arg.hide(global)
    });
    let man = Man::new(own);
    man.render_synopsis_section(&mut section)?;
    man.render_description_section(&mut section)?;
    man.render_options_section(&mut section)?;
    page.extend(format!(".SH \"{}\"\n", name.to_uppercase()).bytes());
    for line in String::from_utf8_lossy(&section).lines() {
        // Sections of the verb's own page are parts of its section here.
        let line = line.strip_prefix(".SH ").map_or_else(|| line.to_owned(), |title| format!(".SS {title}"));
        page.extend(format!("{line}\n").bytes());
    }
    for part in command.get_subcommands() {
        verb(part, &name, page)?;
    }
    Ok(())
}
