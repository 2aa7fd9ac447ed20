//! `onrecord witness request`: the checkpoint, cosigned by others.

use std::path::PathBuf;

use serde::Serialize;

use super::witness::{last_of, settings, unknown, witness_key};
use crate::cli::config::WitnessAt;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::output::{Tone, counted};
use crate::cli::verbs::audit::moment;
use crate::cli::{seen, write};
use crate::hash::Digest;
use crate::ledger::Ledger;
use crate::ledger::cosigned::Kept;
use crate::text::printable_line;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::key::Verifier;
use crate::tlog::note::Note;
use crate::tlog::policy::{MAX_POLICY, Policy};
use crate::tlog::witness::client::{Conversation, Failure, MAX_ANSWER, Next, Reply};
use crate::tlog::witness::{SUBMIT_PATH, monitoring_path};

/// Whom to ask.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Exit code 0: every witness has cosigned; with --policy, enough of them. 1: a witness says that the ledger has two histories.
3: a witness did not cosign for another reason, or is not to be reached.")]
pub struct Request {
    /// Only this witness, by its name, its key's name or its address; may be repeated
    #[arg(long, value_name = "NAME|URL")]
    pub witness: Vec<String>,
    /// Ask the witnesses of this policy file that have an address, and say whether its quorum is reached
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
}

/// What came of asking one witness.
#[derive(Debug, Serialize)]
struct Asked {
    witness: String,
    key: String,
    url: String,
    /// `cosigned`, `fork` or `failed`.
    outcome: &'static str,
    time: Option<u64>,
    reason: Option<String>,
    /// Where both checkpoints of a fork are kept.
    kept_in: Option<PathBuf>,
}

#[derive(Debug, Serialize)]
struct Made<'a> {
    onrecord: u32,
    origin: &'a str,
    size: u64,
    root: Digest,
    quorum: Option<bool>,
    witnesses: Vec<Asked>,
}

/// How witnesses are reached.
pub type Post<'a> = dyn FnMut(&str, Option<&[u8]>) -> Result<(u16, String, Vec<u8>), String> + 'a;

/// Runs it.
///
/// # Errors
/// When there is nobody to ask, or the ledger cannot be read or written.
pub fn run(args: &Request, cx: &Context<'_>) -> Result<Exit, CliError> {
    let mut post = network()?;
    let ledger = cx.ledger()?;
    let policy = args.policy.as_deref().map(read_policy).transpose()?;
    let witnesses = chosen(args, policy.as_ref(), cx, &ledger)?;
    let note = ledger.checkpoint_by_log()?;
    let mut asked = Vec::new();
    for witness in &witnesses {
        asked.push(ask(witness, &note, &ledger, cx, &mut *post)?);
    }
    let quorum = policy.map(|policy| {
        let latest = ledger.cosigned().ok().and_then(|mut all| all.pop());
        latest.is_some_and(|latest| latest.note.text() == note.text() && policy.check(&latest.note).is_ok())
    });
    let made = Made {
        onrecord: 1,
        origin: ledger.origin(),
        size: ledger.reader().size(),
        root: ledger.reader().checkpoint().map_or_else(|| ledger.root(), Checkpoint::root),
        quorum,
        witnesses: asked,
    };
    if cx.out.json {
        cx.out.json(&made)?;
    } else if made.witnesses.iter().any(|one| one.outcome != "failed") {
        print(&made, cx)?;
    }
    end(&made)
}

/// Exit code, or an error where a witness did not cosign.
fn end(made: &Made<'_>) -> Result<Exit, CliError> {
    let of = |outcome: &str| made.witnesses.iter().filter(|one| one.outcome == outcome).count();
    let (cosigned, all) = (of("cosigned"), made.witnesses.len());
    if of("fork") > 0 {
        return Ok(Exit::DoesNotHold);
    }
    match made.quorum {
        Some(true) => Ok(Exit::Done),
        None if cosigned == all => Ok(Exit::Done),
        _ => {
            let missing = made.witnesses.iter().filter(|one| one.outcome != "cosigned");
            let what = match made.quorum {
                Some(_) => format!("the quorum of the policy is not reached: {cosigned} of {all} asked have cosigned"),
                None if all == 1 => "the witness has not cosigned".to_owned(),
                None => format!("{cosigned} of {all} witnesses have cosigned"),
            };
            let error = missing.fold(CliError::cannot_run(what), |error, one| {
                error.cause(format!("{}: {}", one.witness, one.reason.as_deref().unwrap_or("did not cosign")))
            });

            Err(error.hint("the cosignatures that came are kept; ask again with `onrecord witness request`"))
        }
    }
}

fn print(made: &Made<'_>, cx: &Context<'_>) -> Result<(), CliError> {
    let out = &cx.out;
    out.line(format!("{} at {}, root {}", printable_line(made.origin), counted(made.size, "entry"), made.root))?;
    // Those who failed are told as an error, with the next step.
    for one in made.witnesses.iter().filter(|one| one.outcome != "failed") {
        let name = printable_line(&one.witness);
        let reason = one.reason.as_deref().unwrap_or_default();
        let (tone, words) = match (one.outcome, one.time) {
            ("cosigned", Some(time)) => (Tone::Good, format!("cosigned on {}", moment(time))),
            _ => (Tone::Bad, format!("two histories: {reason}")),
        };
        out.line(format!("  {name}  {}", out.tone(tone, &words)))?;
        if let Some(folder) = &one.kept_in {
            out.line(format!("    both checkpoints are kept in {}", folder.display()))?;
            out.line("    Either this ledger or its key was copied and went on in two ways, or somebody rewrote it. The witness is not asked again.")?;
            out.line("    next: compare the two; do not append before you know which one is true; tell your readers")?;
        }
    }
    if let Some(quorum) = made.quorum {
        out.line(if quorum {
            "  the quorum of the policy is reached"
        } else {
            "  the quorum of the policy is not reached"
        })?;
    }
    Ok(())
}

/// A policy file.
///
/// # Errors
/// When it cannot be read, or is none.
pub fn read_policy(path: &std::path::Path) -> Result<Policy, CliError> {
    let cannot = |e: &dyn std::error::Error| CliError::cannot_run(format!("cannot read {}", path.display())).because(e);
    if std::fs::metadata(path).map_err(|e| cannot(&e))?.len() > MAX_POLICY as u64 {
        return Err(CliError::bad_input(format!("{} is too long for a policy file", path.display())));
    }
    let bytes = std::fs::read(path).map_err(|e| cannot(&e))?;
    Policy::parse(&bytes).map_err(|e| {
        CliError::bad_input(format!("{} is no policy file", path.display()))
            .because(&e)
            .hint("docs/witness.md has an example of a C2SP tlog-policy")
    })
}

/// Who is asked: those of the policy, else those of the settings; of these the named ones.
fn chosen(
    args: &Request,
    policy: Option<&Policy>,
    cx: &Context<'_>,
    ledger: &Ledger,
) -> Result<Vec<WitnessAt>, CliError> {
    let all = match policy {
        Some(policy) => policy
            .witnesses()
            .iter()
            .filter_map(|party| {
                let url = String::from_utf8_lossy(party.url.as_deref()?).trim_end_matches('/').to_owned();
                Some(WitnessAt { name: party.key.name().to_owned(), vkey: party.key.to_string(), url })
            })
            .collect(),
        None => settings(cx, ledger)?.witnesses,
    };
    let mut chosen: Vec<WitnessAt> = Vec::new();
    for name in &args.witness {
        let url = name.trim_end_matches('/');
        let fits = |known: &&WitnessAt| {
            known.name == *name || known.url == url || known.vkey.split('+').next() == Some(name.as_str())
        };
        let found = all.iter().find(fits).ok_or_else(|| {
            if name.contains("://") {
                CliError::bad_input(format!(
                    "no witness at {} is known, and without its key nothing it says can be checked",
                    printable_line(name)
                ))
                .hint(format!("`onrecord witness add NAME VKEY {}`", printable_line(name)))
            } else {
                unknown(name, &all)
            }
        })?;
        if !chosen.contains(found) {
            chosen.push(found.clone());
        }
    }
    let chosen = if args.witness.is_empty() { all } else { chosen };
    if chosen.is_empty() {
        return Err(match policy {
            Some(_) => CliError::bad_input("no witness of the policy has an address")
                .hint("its line is `witness NAME VKEY URL`"),
            None => CliError::bad_input(format!("no witness was added to {}", ledger.origin()))
                .hint("`onrecord witness add NAME VKEY URL` adds one; docs/witness.md says more"),
        });
    }
    Ok(chosen)
}

/// Asks one witness, and keeps its cosignature.
fn ask(
    witness: &WitnessAt,
    note: &Note,
    ledger: &Ledger,
    cx: &Context<'_>,
    post: &mut Post<'_>,
) -> Result<Asked, CliError> {
    let key = witness_key(&witness.vkey)?;
    let mut asked = Asked {
        witness: witness.name.clone(),
        key: key.to_string(),
        url: witness.url.clone(),
        outcome: "failed",
        time: None,
        reason: None,
        kept_in: None,
    };
    let known = last_of(ledger, &key)?.map_or(0, |(size, _)| size);
    let mut conversation = Conversation::new(key.clone(), note.clone(), ledger.reader().size(), known);
    loop {
        let proof = ledger.consistency(conversation.old())?;
        let body =
            conversation.body(proof).map_err(|e| CliError::bug(format!("a request that cannot be read: {e}")))?;
        let (status, media_type, answer) = match post(&format!("{}/{SUBMIT_PATH}", witness.url), Some(&body)) {
            Ok(answer) => answer,
            Err(reason) => {
                asked.reason = Some(printable_line(&reason));
                return Ok(asked);
            }
        };
        match conversation.take(Reply { status, media_type: &media_type, body: &answer }) {
            Next::Send => {}
            Next::Cosigned { line, time } => {
                let kept = ledger.keep_cosignature(note, &line, &key).map_err(|e| {
                    CliError::cannot_run("the cosignature cannot be kept").because(&e).hint(
                        "it is not lost: the witness gives it again when it is asked again with `onrecord witness request`",
                    )
                })?;
                if kept == Kept::Beside {
                    cx.out.note("note: the ledger has grown meanwhile; the cosignature is kept with the checkpoint that it is for");
                }
                (asked.outcome, asked.time) = ("cosigned", Some(time));
                return Ok(asked);
            }
            Next::Stop(failure) => {
                asked.reason = Some(printable_line(&advice(&failure)));
                if matches!(failure, Failure::Fork { .. }) {
                    asked.outcome = "fork";
                    asked.kept_in = Some(keep_fork(witness, &key, note, &body, ledger, cx, post)?);
                }
                return Ok(asked);
            }
        }
    }
}

/// What went wrong, with the next step where there is one.
fn advice(failure: &Failure) -> String {
    let more = match failure {
        Failure::Refused { status: 404, .. } => ": give its keeper this ledger's key (`onrecord stats`)",
        Failure::Refused { status: 403, .. } => {
            ": its keeper knows another key for this ledger; compare it with `onrecord stats`"
        }
        Failure::Ahead { .. } => {
            ": this ledger was put back to an earlier state, or another copy of it goes on; do not append before you know"
        }
        Failure::Forgot { .. } => ": it should no longer be counted on; ask its keeper",
        Failure::Fails | Failure::NotIts => ": compare the witness's key with its keeper's",
        _ => "",
    };
    format!("{failure}{more}")
}

/// Keeps what each side says: evidence for whoever looks into it.
fn keep_fork(
    witness: &WitnessAt,
    key: &Verifier,
    note: &Note,
    body: &[u8],
    ledger: &Ledger,
    cx: &Context<'_>,
    post: &mut Post<'_>,
) -> Result<PathBuf, CliError> {
    let folder = seen::fork_folder(cx, &ledger.id(), &witness.name);
    std::fs::create_dir_all(&folder)
        .map_err(|e| CliError::cannot_run(format!("cannot write {}", folder.display())).because(&e))?;
    write::file(&folder.join("ours.checkpoint"), note.to_string().as_bytes())?;
    write::file(&folder.join("request"), body)?;
    // Where a witness shows what it has cosigned is its own matter; most show it where they are asked.
    let url = format!("{}/{}", witness.url, monitoring_path(ledger.origin()));
    match post(&url, None) {
        Ok((200, _, theirs)) => {
            write::file(&folder.join("theirs.checkpoint"), &theirs)?;
            let holds = Note::parse(&theirs).is_ok_and(|note| note.verify(std::slice::from_ref(key)).is_ok());
            if !holds {
                cx.out.note("note: what the witness shows as its latest checkpoint is not cosigned by it; it is kept all the same");
            }
        }
        _ => cx.out.note("note: the witness does not show its latest checkpoint; only ours is kept"),
    }
    Ok(folder)
}

/// The network.
#[cfg(feature = "net")]
#[expect(clippy::unnecessary_wraps, reason = "a build without the network has the same function, which fails")]
fn network() -> Result<Box<Post<'static>>, CliError> {
    let client = crate::net::Client::new();
    Ok(Box::new(move |url: &str, body: Option<&[u8]>| {
        let limit = MAX_ANSWER.max(crate::tlog::note::MAX_NOTE) as u64;
        let answer = match body {
            Some(body) => client.post(url, "application/octet-stream", body, limit),
            None => client.get(url, limit),
        };
        let answer = answer.map_err(|error| {
            let why = std::error::Error::source(&error).map_or(String::new(), |why| format!(": {why}"));
            format!("{error}{why}")
        })?;
        Ok((answer.status, answer.media_type, answer.body))
    }))
}

/// The network that this build does not have.
#[cfg(not(feature = "net"))]
fn network() -> Result<Box<Post<'static>>, CliError> {
    let _ = MAX_ANSWER;
    Err(no_network())
}

/// Says that this build has no network.
#[cfg(not(feature = "net"))]
pub fn no_network() -> CliError {
    CliError::cannot_run("this build has no network").hint("install with `cargo install --path . --all-features`")
}
