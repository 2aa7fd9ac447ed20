//! `onrecord check`: proof files and bundles, with no ledger and no network.

use std::fs::{self, File};
use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::config::Settings;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::output::Tone;
use crate::cli::stamps::{self, Judged};
use crate::cli::verbs::audit::moment;
use crate::cli::verbs::check_bundle;
use crate::cli::write;
use crate::entry::proof::{self, Answers, Outcome, Why};
use crate::exchange::gist::gist;
use crate::exchange::{bundle, page};
use crate::text::printable_line;
use crate::tlog::key::Verifier;
use crate::tlog::note::Note;
use crate::tlog::policy::Policy;
use crate::tlog::prooffile::{MAX_FILE, ProofFile};

/// Check proof files and bundles, with no ledger and no network.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Proof files and histories come from `onrecord prove`, bundles from `onrecord export --format bundle`. Nothing that \
    a file says of itself is taken for true: only the log's key, which you must have by another way.\n\nExamples:\n  \
    onrecord check claim-12.bundle --trust policy.txt\n  onrecord check --page --out checker.html"
)]
pub struct Args {
    /// The files
    #[arg(value_name = "FILE", required_unless_present = "page")]
    pub files: Vec<PathBuf>,
    /// Whom to trust: a C2SP tlog-policy file, or the log's verifier key itself; without it, the keys remembered for the ledger
    #[arg(long, value_name = "POLICY")]
    pub trust: Option<String>,
    /// Instead, write a page that checks such files in a browser, with no network
    #[arg(long, conflicts_with_all = ["files", "trust"])]
    pub page: bool,
    /// Where to write that page; `-` for stdout
    #[arg(long, value_name = "FILE", requires = "page", default_value = "onrecord-checker.html")]
    pub out: PathBuf,
}

#[derive(Serialize)]
struct Checked {
    file: PathBuf,
    /// `entry`, `history` or `claims`: what it proves.
    of: &'static str,
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
pub(super) struct Said {
    outcome: &'static str,
    /// A stable word for the reason.
    code: Option<&'static str>,
    reason: Option<String>,
}

impl From<&Outcome> for Said {
    fn from(outcome: &Outcome) -> Self {
        Self {
            outcome: outcome.word(),
            code: outcome.why().map(Why::code),
            reason: outcome.why().map(ToString::to_string),
        }
    }
}

/// Runs the verb.
///
/// # Errors
/// When a file cannot be read, or is neither proof file nor bundle.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    if args.page {
        return page(&args.out, cx);
    }
    let mut worst = Exit::Done;
    let mut all: Vec<serde_json::Value> = Vec::new();
    for path in &args.files {
        let json = if begins_as_bundle(path)? {
            let (exit, json) = check_bundle::check(path, args.trust.as_deref(), cx)?;
            worst = worse(worst, exit);
            json
        } else {
            let file = read(path)?;
            let policy = policy(args.trust.as_deref(), file.checkpoint(), cx)?;
            let answers = proof::check(&file, policy.as_ref());
            let stamps = stamps::beside(path, file.checkpoint().text())?;
            worst = worse(worst, exit(&answers));
            if stamps.iter().any(|stamp| !stamp.holds()) {
                worst = Exit::DoesNotHold;
            }
            if !cx.out.json {
                print(path, &file, &answers, policy.is_some(), cx)?;
                print_stamps(&stamps, cx)?;
            }
            serde_json::to_value(checked(path, &answers, stamps))
                .map_err(|e| CliError::bug(format!("an answer cannot be written: {e}")))?
        };
        all.push(json);
    }
    if cx.out.json {
        cx.out.json(&serde_json::json!({ "onrecord": 1, "checked": all }))?;
    }
    Ok(worst)
}

/// Writes the page that checks.
fn page(out: &Path, cx: &Context<'_>) -> Result<Exit, CliError> {
    let bytes = page::checker();
    if out.as_os_str() == "-" {
        cx.out.raw(&bytes)?;
        return Ok(Exit::Done);
    }
    write::file(out, &bytes)?;
    if cx.out.json {
        cx.out.json(&serde_json::json!({ "onrecord": 1, "file": out, "bytes": bytes.len() }))?;
    } else {
        cx.out.line(format!("page that checks proofs in {} ({} bytes)", out.display(), bytes.len()))?;
        cx.out.note("next: open it in a browser; it needs no network");
    }
    Ok(Exit::Done)
}

fn begins_as_bundle(path: &Path) -> Result<bool, CliError> {
    let cannot = |e: &dyn std::error::Error| CliError::cannot_run(format!("cannot read {}", path.display())).because(e);
    let mut begin = Vec::new();
    let file = File::open(path).map_err(|e| cannot(&e))?;
    BufReader::new(file).take(bundle::BEGINS.len() as u64).read_to_end(&mut begin).map_err(|e| cannot(&e))?;
    Ok(begin == bundle::BEGINS)
}

fn read(path: &Path) -> Result<ProofFile, CliError> {
    let cannot = |e: &dyn std::error::Error| CliError::cannot_run(format!("cannot read {}", path.display())).because(e);
    let mut bytes = Vec::new();
    // One byte more than allowed, so that what is too long is seen to be.
    let file = File::open(path).map_err(|e| cannot(&e))?;
    file.take(MAX_FILE as u64 + 1).read_to_end(&mut bytes).map_err(|e| cannot(&e))?;
    ProofFile::parse(&bytes).map_err(|e| {
        let error = CliError::bad_input(format!("{} is neither a proof file nor a bundle", path.display())).because(&e);
        if bytes.starts_with(page::BEGINS) {
            return error.hint("it is a page: open it in a browser");
        }
        error.hint("`onrecord prove REF` writes a proof file, `onrecord prove REF --history` a bundle")
    })
}

/// Whom to trust: as the user says, else the keys remembered for ledgers of the checkpoint's origin.
pub(in crate::cli) fn policy(
    trust: Option<&str>,
    checkpoint: &Note,
    cx: &Context<'_>,
) -> Result<Option<Policy>, CliError> {
    let Some(trust) = trust else {
        let origin = checkpoint.text().lines().next().unwrap_or_default().to_owned();
        let (keys, witnesses) = remembered(&origin, cx);
        let [key] = keys.as_slice() else {
            if keys.len() > 1 {
                cx.out.note(format!(
                    "{} keys are remembered for {}: say by --trust which of them is meant",
                    keys.len(),
                    printable_line(&origin)
                ));
            }
            return Ok(None);
        };
        let policy = key.parse().ok().and_then(|key| Policy::of_keys(key, witnesses).ok());
        return policy.map_or_else(|| of_key(key).map(Some), |policy| Ok(Some(policy)));
    };
    trusted(trust).map(Some)
}

fn of_key(text: &str) -> Result<Policy, CliError> {
    let key: Verifier = text.trim().parse().map_err(|e: crate::tlog::key::BadKey| {
        CliError::bad_input("that is no verifier key, and no file with one or with a policy").because(&e).hint(
            "a verifier key is name+id+base64, as `onrecord stats` prints it; docs/witness.md shows a policy file",
        )
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

/// The key that this user trusts for an origin, with the witnesses that were added to it; none where there are several
/// ledgers of that name.
fn remembered(origin: &str, cx: &Context<'_>) -> (Vec<String>, Vec<Verifier>) {
    let folder = fs::read_dir(cx.folders.config.join("ledgers")).into_iter().flatten();
    let ids = folder.filter_map(|e| e.ok()?.file_name().to_str()?.strip_suffix(".toml")?.parse().ok());
    let settings: Vec<Settings> =
        ids.filter_map(|id| Settings::load(&cx.folders, &id).ok().flatten()).filter(|s| s.origin == origin).collect();
    let mut keys: Vec<String> = settings.iter().flat_map(|s| &s.trusted).cloned().collect();
    keys.sort();
    keys.dedup();
    let mut witnesses: Vec<Verifier> = Vec::new();
    for witness in settings.iter().flat_map(|s| &s.witnesses).filter_map(|w| w.vkey.parse().ok()) {
        if !witnesses.contains(&witness) {
            witnesses.push(witness);
        }
    }
    (keys, witnesses)
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
        of: "entry",
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

/// A line for an outcome; `good` is said where it holds.
pub(super) fn say(name: &str, outcome: &Outcome, good: &str, cx: &Context<'_>) -> Result<(), CliError> {
    let (tone, text) = match outcome {
        Outcome::Holds => (Tone::Good, good.to_owned()),
        Outcome::DoesNotHold(why) => (Tone::Bad, format!("does not hold: {why}")),
        Outcome::CannotBeDetermined(why) => (Tone::Care, format!("cannot be determined: {why}")),
    };
    cx.out.line(format!("  {name:<11}{}", cx.out.tone(tone, &printable_line(&text))))
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
    let say = |name: &str, outcome: &Outcome, good: String| say(name, outcome, &good, cx);
    let tree = answers.checkpoint.as_ref();
    let included = tree.map_or_else(String::new, |(origin, size, _)| format!("holds, in {origin} at {size} entries"));
    say("included", &answers.included, included)?;
    let handle = answers.handle.as_deref().unwrap_or_default();
    say("by author", &answers.by_author, format!("holds, by `{handle}`"))?;
    say("payload", &answers.payload, "holds".into())?;
    for (witness, time) in &answers.cosigned {
        out.line(format!("  cosigned   by {} on {}", printable_line(witness), moment(*time)))?;
    }
    if let Some(header) = answers.header.as_ref().filter(|_| answers.included == Outcome::Holds) {
        out.line(format!("  says       {} at {}", header.kind, header.time))?;
    }
    if let Some(said) = answers.event.as_ref().filter(|_| answers.payload == Outcome::Holds).map(gist) {
        out.line(out.wrap(&said, 13))?;
    }
    out.note("  That nothing came later, or that a key was not revoked since, cannot be determined without the log.");
    if !trusted {
        say_untrusted(file.checkpoint(), cx);
    }
    Ok(())
}

/// What a reader can do who trusts nobody yet.
pub(super) fn say_untrusted(checkpoint: &Note, cx: &Context<'_>) {
    let keys: Vec<String> = checkpoint.signatures().iter().map(|s| format!("{}+{}", s.name(), s.id())).collect();
    cx.out.note(format!("  signed by key {}", printable_line(&keys.join(", "))));
    cx.out.note(
        "  try: `onrecord check … --trust VKEY`, with the verifier key got from the ledger's keeper by another way",
    );
}
