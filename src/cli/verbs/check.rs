//! `onrecord check`: proof files, with no ledger and no network.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::config::Settings;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::output::Tone;
use crate::cli::stamps::{self, Judged};
use crate::entry::proof::{self, Answers, Outcome};
use crate::exchange::gist::gist;
use crate::text::printable_line;
use crate::tlog::key::Verifier;
use crate::tlog::policy::Policy;
use crate::tlog::prooffile::{MAX_FILE, ProofFile};

/// Check proof files, with no ledger and no network.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The files
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Whom to trust: a C2SP tlog-policy file, or the log's verifier key itself; without it, the keys remembered for the ledger
    #[arg(long, value_name = "POLICY")]
    pub trust: Option<String>,
}

#[derive(Serialize)]
struct Checked {
    file: PathBuf,
    number: u64,
    leaf: Option<String>,
    origin: Option<String>,
    size: Option<u64>,
    included: Said,
    by_author: Said,
    payload: Said,
    author: Option<String>,
    kind: Option<String>,
    time: Option<String>,
    cosigned: Vec<String>,
    stamps: Vec<Judged>,
}

#[derive(Serialize)]
struct Said {
    outcome: &'static str,
    reason: Option<String>,
}

impl From<&Outcome> for Said {
    fn from(outcome: &Outcome) -> Self {
        Self { outcome: outcome.word(), reason: outcome.reason().map(str::to_owned) }
    }
}

/// Runs the verb.
///
/// # Errors
/// When a file cannot be read, or is no proof file.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let mut worst = Exit::Done;
    let mut all = Vec::new();
    for path in &args.files {
        let file = read(path)?;
        let policy = policy(args.trust.as_deref(), &file, cx)?;
        let answers = proof::check(&file, policy.as_ref());
        let stamps = stamps::beside(path, file.checkpoint().text())?;
        worst = worse(worst, exit(&answers));
        if stamps.iter().any(|stamp| !stamp.holds()) {
            worst = Exit::DoesNotHold;
        }
        if cx.out.json {
            all.push(checked(path, &answers, stamps));
        } else {
            print(path, &file, &answers, policy.is_some(), cx)?;
            print_stamps(&stamps, cx)?;
        }
    }
    if cx.out.json {
        cx.out.json(&serde_json::json!({ "onrecord": 1, "checked": all }))?;
    }
    Ok(worst)
}

fn read(path: &Path) -> Result<ProofFile, CliError> {
    let cannot = |e: &dyn std::error::Error| CliError::cannot_run(format!("cannot read {}", path.display())).because(e);
    let metadata = fs::metadata(path).map_err(|e| cannot(&e))?;
    if metadata.len() > MAX_FILE as u64 {
        return Err(CliError::bad_input(format!("{} is too long for a proof file", path.display())));
    }
    let bytes = fs::read(path).map_err(|e| cannot(&e))?;
    ProofFile::parse(&bytes).map_err(|e| {
        CliError::bad_input(format!("{} is no proof file", path.display()))
            .because(&e)
            .hint("`onrecord prove REF` writes one")
    })
}

/// Whom to trust: as the user says, else the keys remembered for ledgers of the checkpoint's origin.
fn policy(trust: Option<&str>, file: &ProofFile, cx: &Context<'_>) -> Result<Option<Policy>, CliError> {
    let Some(trust) = trust else {
        let origin = file.checkpoint().text().lines().next().unwrap_or_default().to_owned();
        let key = remembered(&origin, cx);
        return key.map(|k| of_key(&k)).transpose();
    };
    trusted(trust).map(Some)
}

fn of_key(text: &str) -> Result<Policy, CliError> {
    let key: Verifier = text.trim().parse().map_err(|e: crate::tlog::key::BadKey| {
        CliError::bad_input("that is no verifier key and no policy file")
            .because(&e)
            .hint("a verifier key is name+id+base64, as `onrecord stats` prints it")
    })?;
    Policy::of_log(key).map_err(|e| CliError::bad_input("that key is no log's").because(&e))
}

/// Whom a user says that they trust: a policy file, a file with a verifier key, or the key itself.
///
/// # Errors
/// When it is none of them.
pub fn trusted(trust: &str) -> Result<Policy, CliError> {
    if !Path::new(trust).exists() {
        return of_key(trust);
    }
    let bytes = fs::read(trust).map_err(|e| CliError::cannot_run(format!("cannot read {trust}")).because(&e))?;
    if let Ok(text) = std::str::from_utf8(&bytes)
        && text.trim().parse::<Verifier>().is_ok()
    {
        return of_key(text);
    }
    Policy::parse(&bytes).map_err(|e| CliError::bad_input(format!("{trust} is no policy file")).because(&e))
}

/// The key that this user trusts for an origin; none where there are several ledgers of that name.
fn remembered(origin: &str, cx: &Context<'_>) -> Option<String> {
    let folder = fs::read_dir(cx.folders.config.join("ledgers")).ok()?;
    let ids = folder.filter_map(|e| e.ok()?.file_name().to_str()?.strip_suffix(".toml")?.parse().ok());
    let mut keys: Vec<String> = ids
        .filter_map(|id| Settings::load(&cx.folders, &id).ok().flatten())
        .filter(|s| s.origin == origin)
        .flat_map(|s| s.trusted)
        .collect();
    keys.sort();
    keys.dedup();
    if keys.len() == 1 { keys.pop() } else { None }
}

/// 1 outranks 4; a withheld payload or an unknown author does not take back that the entry is included.
fn exit(answers: &Answers) -> Exit {
    let all = [&answers.included, &answers.by_author, &answers.payload];
    if all.iter().any(|o| matches!(o, Outcome::DoesNotHold(_))) {
        return Exit::DoesNotHold;
    }
    let decided = answers.included == Outcome::Holds && answers.by_author == Outcome::Holds;
    if decided { Exit::Done } else { Exit::CannotBeDetermined }
}

fn worse(a: Exit, b: Exit) -> Exit {
    match (a, b) {
        (Exit::DoesNotHold, _) | (_, Exit::DoesNotHold) => Exit::DoesNotHold,
        (Exit::CannotBeDetermined, _) | (_, Exit::CannotBeDetermined) => Exit::CannotBeDetermined,
        _ => Exit::Done,
    }
}

fn checked(path: &Path, answers: &Answers, stamps: Vec<Judged>) -> Checked {
    Checked {
        file: path.to_owned(),
        number: answers.index,
        leaf: answers.leaf.map(|l| l.hex()),
        origin: answers.checkpoint.as_ref().map(|c| c.0.clone()),
        size: answers.checkpoint.as_ref().map(|c| c.1),
        included: (&answers.included).into(),
        by_author: (&answers.by_author).into(),
        payload: (&answers.payload).into(),
        author: answers.handle.clone(),
        kind: answers.header.as_ref().map(|h| h.kind.to_string()),
        time: answers.header.as_ref().map(|h| h.time.to_string()),
        cosigned: answers.cosigned.iter().map(|(name, time)| format!("{name} at {time}")).collect(),
        stamps,
    }
}

/// What the time stamps beside a proof say; they are about its checkpoint.
fn print_stamps(stamps: &[Judged], cx: &Context<'_>) -> Result<(), CliError> {
    for stamp in stamps {
        stamp.print(&cx.out)?;
        if stamp.holds() {
            cx.out.note(format!("             {}", stamp.command));
        }
    }
    Ok(())
}

fn print(path: &Path, file: &ProofFile, answers: &Answers, trusted: bool, cx: &Context<'_>) -> Result<(), CliError> {
    let out = &cx.out;
    out.line(format!("{}: entry #{}", path.display(), answers.index))?;
    let say = |name: &str, outcome: &Outcome, good: String| {
        let (tone, text) = match outcome {
            Outcome::Holds => (Tone::Good, good),
            Outcome::DoesNotHold(why) => (Tone::Bad, format!("does not hold: {why}")),
            Outcome::CannotBeDetermined(why) => (Tone::Care, format!("cannot be determined: {why}")),
        };
        out.line(format!("  {name:<11}{}", out.tone(tone, &printable_line(&text))))
    };
    let tree = answers.checkpoint.as_ref();
    let included = tree.map_or_else(String::new, |(origin, size, _)| format!("holds, in {origin} at {size} entries"));
    say("included", &answers.included, included)?;
    let handle = answers.handle.as_deref().unwrap_or_default();
    say("by author", &answers.by_author, format!("holds, by `{handle}`"))?;
    say("payload", &answers.payload, "holds".into())?;
    for (witness, time) in &answers.cosigned {
        out.line(format!("  cosigned   by {} at {time} (seconds since 1970)", printable_line(witness)))?;
    }
    if let Some(header) = answers.header.as_ref().filter(|_| answers.included == Outcome::Holds) {
        out.line(format!("  says       {} at {}", header.kind, header.time))?;
    }
    if let Some(said) = answers.event.as_ref().filter(|_| answers.payload == Outcome::Holds).map(gist) {
        out.line(out.wrap(&said, 13))?;
    }
    out.note("  That nothing came later, or that a key was not revoked since, cannot be determined without the log.");
    if !trusted {
        let keys: Vec<String> =
            file.checkpoint().signatures().iter().map(|s| format!("{}+{}", s.name(), s.id())).collect();
        out.note(format!("  signed by key {}", printable_line(&keys.join(", "))));
        out.note(
            "  try: `onrecord check … --trust VKEY`, with the verifier key got from the ledger's keeper by another way",
        );
    }
    Ok(())
}
