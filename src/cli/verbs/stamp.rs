//! `onrecord stamp`: RFC 3161 time stamps on checkpoints.

use std::path::Path;

use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::output::counted;
use crate::cli::stamps::{Judged, judge};
use crate::ledger::Ledger;
use crate::ledger::stamps::{self, Stamp};

/// Have the checkpoint stamped by time-stamp authorities, and look at the stamps.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_long_help = "\
A stamp says that an authority saw the checkpoint, and with it everything on record, at a time: whoever believes the
authority need not believe the desk. Only a digest is sent. What comes is kept in `stamps/` of the ledger, with its
certificates; `onrecord prove --stamps` puts it beside a proof.

That a stamp is on this very text is checked here. Whether its signature and certificate are good is not: `openssl ts -verify`
decides that, with the authority's root certificate, and `stamp verify` prints the command.")]
pub struct Args {
    /// Address of an authority; may be given several times
    #[arg(long = "tsa", value_name = "URL")]
    pub tsa: Vec<String>,
    /// What to do with the stamps that are here
    #[command(subcommand)]
    pub what: Option<What>,
}

/// What to do with stamps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::Subcommand)]
pub enum What {
    /// List the stamps that are here
    List,
    /// Check the stamps that are here, as far as that can be done without the network
    Verify,
}

/// Runs the verb.
///
/// # Errors
/// When the ledger cannot be read, or an authority does not stamp.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let folder = cx.ledger_folder()?;
    let ledger = cx.ledger_at(&folder)?;
    match args.what {
        Some(What::List) => list(&ledger, &folder, cx),
        Some(What::Verify) => verify(&ledger, &folder, cx),
        None if args.tsa.is_empty() => Err(CliError::usage("which authority stamps?")
            .hint("`onrecord stamp --tsa URL`, with the address of an RFC 3161 time-stamp authority")
            .hint("`onrecord stamp list` shows the stamps that are here, `onrecord stamp verify` checks them")),
        None => asking::stamp(&ledger, &folder, &args.tsa, cx),
    }
}

/// The stamps with what they come to.
fn judged(ledger: &Ledger, folder: &Path) -> Result<Vec<Judged>, CliError> {
    let all = stamps::all(&**ledger.store())?;
    all.iter().map(|stamp| Ok(judge(stamp, folder, fits(ledger, stamp)?))).collect()
}

/// Whether what was stamped is a checkpoint of this ledger.
fn fits(ledger: &Ledger, stamp: &Stamp) -> Result<Result<(), String>, CliError> {
    let Some(checkpoint) = stamp.checkpoint() else { return Ok(Err("the text is no checkpoint".to_owned())) };
    if checkpoint.origin() != ledger.origin() || checkpoint.size() != stamp.size {
        return Ok(Err("the text is another ledger's checkpoint, or of another size".to_owned()));
    }
    if checkpoint.size() > ledger.size() {
        return Ok(Err(format!(
            "the checkpoint is of {}, and the ledger here has fewer",
            counted(stamp.size, "entry")
        )));
    }
    let root = ledger.root_at(checkpoint.size())?;
    Ok(if root == checkpoint.root() {
        Ok(())
    } else {
        Err(format!("the checkpoint has root {}, and the ledger here has {root} at that size", checkpoint.root()))
    })
}

fn list(ledger: &Ledger, folder: &Path, cx: &Context<'_>) -> Result<Exit, CliError> {
    let all = judged(ledger, folder)?;
    if cx.out.json {
        cx.out.json(&serde_json::json!({ "onrecord": 1, "stamps": all }))?;
        return Ok(Exit::Done);
    }
    if all.is_empty() {
        cx.out.note("no stamps here; `onrecord stamp --tsa URL` has the checkpoint stamped");
        return Ok(Exit::Done);
    }
    let row = |one: &Judged| {
        let text = if one.holds() { "on this ledger" } else { "does not hold" };
        let time = one.time.clone().unwrap_or_default();
        vec![one.size.unwrap_or_default().to_string(), time, one.authority.clone(), text.to_owned()]
    };
    cx.out.table(&["entries", "time", "authority", ""], &all.iter().map(row).collect::<Vec<_>>())?;
    Ok(Exit::Done)
}

fn verify(ledger: &Ledger, folder: &Path, cx: &Context<'_>) -> Result<Exit, CliError> {
    let all = judged(ledger, folder)?;
    let bad = all.iter().any(|one| !one.holds());
    // Whose signature it is cannot be told here, so that a good stamp is no more than not refuted.
    let exit = if bad { Exit::DoesNotHold } else { Exit::CannotBeDetermined };
    if cx.out.json {
        let outcome = if bad { "does-not-hold" } else { "cannot-be-determined" };
        cx.out.json(&serde_json::json!({ "onrecord": 1, "outcome": outcome, "stamps": all }))?;
        return Ok(exit);
    }
    if all.is_empty() {
        cx.out.line("no stamps here: when the record was made cannot be determined")?;
        cx.out.note("`onrecord stamp --tsa URL` has the checkpoint stamped");
        return Ok(exit);
    }
    for one in &all {
        cx.out.line(format!("checkpoint at {}", counted(one.size.unwrap_or_default(), "entry")))?;
        one.print(&cx.out)?;
        cx.out.line(format!("             {}", one.command))?;
    }
    cx.out.note("ROOT.pem is the authority's root certificate, got from the authority itself. Where the certificate has expired since, add `-attime` with the time of the stamp in seconds since 1970.");
    Ok(exit)
}

#[cfg(not(feature = "net"))]
mod asking {
    use super::{CliError, Context, Exit, Ledger, Path};

    pub fn stamp(_: &Ledger, _: &Path, _: &[String], _: &Context<'_>) -> Result<Exit, CliError> {
        Err(crate::cli::source::no_network())
    }
}

#[cfg(feature = "net")]
mod asking {
    use super::{CliError, Context, Exit, Judged, Ledger, Path, Stamp, fits, judge, stamps};
    use crate::ledger::ReadError;
    use crate::net::Client;
    use crate::stamp::query::Query;
    use crate::stamp::token::{MAX_TOKEN, Token};
    use crate::text::printable_line;
    use crate::tlog::note::Note;

    /// By so much an authority's clock may differ from this one's without a word, in milliseconds.
    const APART: i64 = 5 * 60 * 1_000;

    /// Asks each authority, and keeps what comes.
    pub fn stamp(ledger: &Ledger, folder: &Path, tsa: &[String], cx: &Context<'_>) -> Result<Exit, CliError> {
        let note = ledger.reader().note().ok_or(ReadError::NoLedger)?;
        let note = Note::parse(note).map_err(|e| CliError::cannot_run("the checkpoint is no note").because(&e))?;
        let text = note.text().as_bytes();
        let (mut done, mut failed): (Vec<Judged>, Vec<CliError>) = (Vec::new(), Vec::new());
        for url in tsa {
            match one(ledger, text, url, cx) {
                Ok((stamp, new)) => {
                    let judged = judge(&stamp, folder, fits(ledger, &stamp)?);
                    if !cx.out.json {
                        let already = if new { "" } else { " (was stamped before)" };
                        let size = super::counted(stamp.size, "entry");
                        cx.out.line(format!("checkpoint at {size}{already}"))?;
                        judged.print(&cx.out)?;
                    }
                    done.push(judged);
                }
                Err(error) => failed.push(error),
            }
        }
        if cx.out.json {
            cx.out.json(&serde_json::json!({ "onrecord": 1, "stamps": done }))?;
        }
        let Some(first) = failed.into_iter().reduce(|all, error| {
            let more = all.cause(error.message);
            error.causes.into_iter().fold(more, CliError::cause)
        }) else {
            if let Some(judged) = done.first() {
                cx.out.note(format!(
                    "kept in {}; its certificate is checked by\n  {}",
                    folder.join("stamps").display(),
                    judged.command
                ));
                cx.out.note("next: `onrecord prove REF --stamps` puts it beside a proof");
            }
            return Ok(Exit::Done);
        };
        Err(first)
    }

    fn one(ledger: &Ledger, text: &[u8], url: &str, cx: &Context<'_>) -> Result<(Stamp, bool), CliError> {
        let (size, name) = (ledger.reader().size(), stamps::name_of(url));
        let store = &**ledger.store();
        if let Some(stamp) = stamps::one(store, size, &name)? {
            return Ok((stamp, false));
        }
        let refused = || CliError::cannot_run(format!("no stamp from {url}"));
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|e| refused().because(&e))?;
        // One that was asked before and not answered is asked again as it was.
        let asked = store.get(&stamps::path(size, &name, "tsq"), MAX_TOKEN)?;
        let query = asked
            .and_then(|bytes| Query::from_bytes(&bytes).ok())
            .filter(|q| q.imprint == Query::new(text, random).imprint);
        let query = query.unwrap_or_else(|| Query::new(text, random));
        let answer = Client::new()
            .post(url, "application/timestamp-query", &query.to_bytes(), MAX_TOKEN as u64)
            .map_err(|e| {
                refused().because(&e).hint("is that the address of an RFC 3161 authority? try again, or another one")
            })?;
        if answer.status != 200 {
            return Err(refused()
                .cause(format!("it answers with status {}", answer.status))
                .hint("is that the address of an RFC 3161 authority? try again, or another one"));
        }
        let token = Token::from_answer(&answer.body).map_err(|e| {
            let refused = refused().because(&e);
            if answer.media_type == "application/timestamp-reply" {
                refused
            } else {
                refused.cause(format!("its answer is of type `{}`", printable_line(&answer.media_type)))
            }
            .hint("nothing was kept; try another authority")
        })?;
        token.answers(&query).map_err(|e| refused().because(&e).hint("nothing was kept; try another authority"))?;
        let apart = (token.time.millis() - cx.clock.now().millis()).abs();
        if apart > APART {
            cx.out.note(format!(
                "warning: {url} says that it is {}, and this machine says {}: one of the clocks is wrong",
                token.time,
                cx.clock.now()
            ));
        }
        stamps::keep(store, size, &name, text, query, &answer.body, &token)?;
        let stamp = stamps::one(store, size, &name)?;
        stamp.map(|stamp| (stamp, true)).ok_or_else(|| CliError::bug("a stamp that was kept is not there"))
    }
}
