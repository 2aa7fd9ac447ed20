//! `onrecord demo`: a ledger to look at, from the claims that come with the program.

use std::fs;
use std::path::{Path, PathBuf};

use crate::audit::{Outcome, Scope};
use crate::claim::desk::ClaimMoved;
use crate::claim::vocab::{Confidence, Stance, Workflow};
use crate::claim::{Handle, Verdict};
use crate::cli::context::{Context, Writer};
use crate::cli::error::{CliError, Exit};
use crate::cli::output::{Tone, counted};
use crate::cli::{refs, write};
use crate::entry::{Event, Proposal};
use crate::ledger::AppendError;
use crate::text::printable_line;
use crate::view::ClaimView;

const ORIGIN: &str = "demo.invalid/onrecord";
const HANDLE: &str = "demo";

/// The claim files of the first article, as they lie under `claims/`.
const FILES: [(&str, &str); 2] = [
    ("article.toml", include_str!("../../../claims/2024-10-iraq-front/article.toml")),
    ("checks.toml", include_str!("../../../claims/2024-10-iraq-front/checks.toml")),
];

/// The three claims shown as cards, by their local keys.
const CARDS: [&str; 3] = ["missiles-200", "eilat-two-casualties", "sistani-fatwa-2014"];
/// The claim that is taken up, to show a change.
const TAKEN_UP: &str = "oct6-drone-strike";
/// The claim whose single cluster refuses more confidence.
const SINGLE: &str = "eilat-two-casualties";

/// Make a ledger to look at, from the claims that come with the program.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where; refused where it exists
    #[arg(default_value = "onrecord-demo")]
    pub dir: PathBuf,
}

/// Runs the verb.
///
/// # Errors
/// When the folder exists, or something in the shipped claims does not hold.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    if args.dir.exists() {
        return Err(CliError::bad_input(format!("{} exists already", args.dir.display())).hint(format!(
            "look at it with `onrecord --ledger {} list`, or name another folder",
            shell(&args.dir.join("ledger"))
        )));
    }
    let ledger_dir = args.dir.join("ledger");
    let mut writer = build(&ledger_dir, cx)?;
    let views = all_views(&writer)?;
    intro(&views, cx)?;
    for key in CARDS {
        card(find(&views, key)?, cx)?;
    }
    change(&mut writer, cx)?;
    refusal(&mut writer, cx)?;
    drop(writer);
    let holds = audits(&args.dir, &ledger_dir, cx)?;
    export(&args.dir, &views, cx)?;
    outro(&ledger_dir, &views, cx)?;
    Ok(if holds { Exit::Done } else { Exit::DoesNotHold })
}

fn build(dir: &Path, cx: &Context<'_>) -> Result<Writer, CliError> {
    let init = super::init::Args {
        dir: dir.to_owned(),
        origin: ORIGIN.into(),
        agent: Some(HANDLE.into()),
        key: None,
        policy: super::init::Start::Solo,
    };
    super::init::make(&init, cx)?;
    let files: Vec<(String, Vec<u8>)> =
        FILES.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    let folder = super::add::understand(&files)?;
    let mut writer = cx.writer_at_as(dir, HANDLE)?;
    super::add::add_quietly(&folder, &mut writer, cx)?;
    Ok(writer)
}

fn all_views(writer: &Writer) -> Result<Vec<ClaimView>, CliError> {
    super::list::matching(&writer.ledger, None, &crate::query::Query::default(), None)
}

fn find<'v>(views: &'v [ClaimView], key: &str) -> Result<&'v ClaimView, CliError> {
    views
        .iter()
        .find(|v| v.key.as_deref() == Some(key))
        .ok_or_else(|| CliError::bug(format!("the shipped claims lack `{key}`")))
}

fn intro(views: &[ClaimView], cx: &Context<'_>) -> Result<(), CliError> {
    let out = &cx.out;
    let second = views.iter().filter(|v| v.second_read).count();
    let published = views.iter().filter(|v| v.published).count();
    out.line(out.tone(Tone::Strong, "One article on Iraqi militias, Israel and Iran, October 2024, claim by claim"))?;
    let what = format!(
        "Compiled by software developers from search excerpts to 22 Nov 2026; not a fact-check; {second} second-read, \
         {published} published."
    );
    out.line(out.wrap(&what, 2))?;
    let words = crate::claim::vocab::Finding::ALL.iter().map(|f| f.as_str()).chain(["unverified"]);
    let counts: Vec<String> = words
        .map(|word| (word, views.iter().filter(|v| v.finding == word).count()))
        .filter(|(_, n)| *n > 0)
        .map(|(word, n)| format!("{n} {word}"))
        .collect();
    out.line(out.wrap(&format!("{} claims: {}", views.len(), counts.join(", ")), 2))
}

fn card(view: &ClaimView, cx: &Context<'_>) -> Result<(), CliError> {
    let out = &cx.out;
    out.line(format!("\n#{}  {}", view.number, super::show::finding(view, out)))?;
    out.line(out.tone(Tone::Strong, &out.wrap(view.statement.as_deref().unwrap_or_default(), 2)))?;
    if let Some(appearance) = view.appearances.first() {
        let hedges: Vec<String> =
            appearance.hedges.iter().map(|h| format!("\"{}\" ({}, {})", h.cue, h.class, h.strength)).collect();
        let terms: Vec<String> = view.quantities.iter().map(|q| format!("\"{}\"", q.text)).collect();
        let wording = if hedges.is_empty() {
            format!("the article's word: {}", terms.join(", "))
        } else {
            format!("hedge: {}", hedges.join(", "))
        };
        if !(hedges.is_empty() && terms.is_empty()) {
            out.line(out.wrap(&printable_line(&wording), 2))?;
        }
        let speakers: Vec<String> = appearance
            .attribution
            .iter()
            .map(|s| {
                let name = if s.damaged {
                    "the outlet (its name is damaged in the bytes)"
                } else {
                    s.name.as_deref().unwrap_or("unnamed")
                };
                format!("{name} holds it {}", s.factuality)
            })
            .collect();
        out.line(out.wrap(&printable_line(&format!("speaker: {}", speakers.join("; "))), 2))?;
    }
    let pages = view.evidence.iter().filter(|e| !e.withdrawn).count();
    out.line(format!("  evidence: {}, {}", counted(pages, "page"), counted(super::list::clusters(view), "cluster")))?;
    let against = [Stance::Refutes, Stance::Qualifies];
    let mut contrary: Vec<_> =
        view.evidence.iter().filter(|e| e.stance.is_some_and(|s| against.contains(&s))).collect();
    contrary.sort_by_key(|e| (e.stance != Some(Stance::Refutes), !e.relied_on, e.reliability, e.credibility, e.number));
    match contrary.first() {
        Some(e) => {
            let source = e.publisher.as_deref().unwrap_or("a page");
            let says = e.says.as_deref().unwrap_or_default();
            let stance = e.stance.map_or("", Stance::as_str);
            out.line(out.wrap(&format!("strongest against: {source} {stance} it: {says}"), 2))
        }
        None => out.line("  strongest against: nothing found"),
    }
}

fn change(writer: &mut Writer, cx: &Context<'_>) -> Result<(), CliError> {
    let out = &cx.out;
    let number = refs::claim(&writer.ledger, TAKEN_UP)?;
    let before = super::show::view(&writer.ledger, number)?;
    let moved = ClaimMoved {
        assignee: Some(Handle(HANDLE.into())),
        due: None,
        note: Some("Nobody has looked into whether the strike itself happened.".into()),
        to: Workflow::Triaged,
    };
    writer.append(cx, &[Proposal::about(number, Event::ClaimMoved(moved))])?;
    let after = super::show::view(&writer.ledger, number)?;
    let word = |v: &ClaimView| v.state.map_or("withheld", Workflow::as_str);
    out.line(format!("\n{}", out.tone(Tone::Strong, "A change, kept for good")))?;
    out.line(format!(
        "  {number} is taken up: state {} -> {}, as entry #{}",
        word(&before),
        word(&after),
        writer.ledger.size() - 1
    ))
}

fn refusal(writer: &mut Writer, cx: &Context<'_>) -> Result<(), CliError> {
    let out = &cx.out;
    let number = refs::claim(&writer.ledger, SINGLE)?;
    let state = writer.ledger.claim(number)?;
    let standing = state.as_ref().and_then(|c| c.verdict()).and_then(|v| v.item.body.clone());
    let bolder = standing
        .map(|v| Verdict { confidence: Confidence::Moderate, ..v })
        .ok_or_else(|| CliError::bug("the shipped claim has no verdict"))?;
    out.line(format!("\n{}", out.tone(Tone::Strong, "A refusal")))?;
    match writer.try_append(cx, &[Proposal::about(number, Event::VerdictIssued(bolder))]) {
        Err(AppendError::Refused { refused }) => {
            let why = refused.first().map(|r| format!("[{}] {}", r.objection.code(), r.objection)).unwrap_or_default();
            out.line(out.wrap(&format!("{number} with confidence moderate: refused {why}"), 2))
        }
        Err(other) => Err(other.into()),
        Ok(_) => Err(CliError::bug("a guard let through what it should refuse")),
    }
}

/// Audits the ledger, then a copy of it with one byte flipped. Whether the first holds and the second does not.
fn audits(dir: &Path, ledger: &Path, cx: &Context<'_>) -> Result<bool, CliError> {
    let out = &cx.out;
    out.line(format!("\n{}", out.tone(Tone::Strong, "Audit")))?;
    let report = super::audit::run_on(ledger, Scope::All, &[], cx)?;
    out.line(out.wrap(&super::audit::verdict(&report, out), 2))?;
    let cannot = |e: &std::io::Error| CliError::cannot_run("the ledger cannot be copied").because(e);
    let copy = dir.join("one-byte-flipped");
    copy_folder(ledger, &copy).map_err(|e| cannot(&e))?;
    let file = "payload/000";
    let path = copy.join(file);
    let mut bytes = fs::read(&path).map_err(|e| cannot(&e))?;
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, &bytes).map_err(|e| cannot(&e))?;
    let flipped = super::audit::run_on(&copy, Scope::WithoutLint, &[], cx)?;
    out.line(format!(
        "  a copy with byte {middle} of {file} flipped: {}",
        match flipped.outcome {
            Outcome::DoesNotHold => out.tone(Tone::Bad, "does not hold"),
            other => out.tone(Tone::Care, other.as_str()),
        }
    ))?;
    if let Some(problem) = flipped.problems().first() {
        out.line(out.wrap(&super::audit::line(problem, out), 4))?;
    }
    fs::remove_dir_all(&copy).map_err(|e| cannot(&e))?;
    Ok(report.outcome == Outcome::Holds && flipped.outcome == Outcome::DoesNotHold)
}

fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        // The catalog is derived, and another process's while it is open.
        if entry.file_name() == "catalog" {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

fn export(dir: &Path, views: &[ClaimView], cx: &Context<'_>) -> Result<(), CliError> {
    let path = dir.join("verified-claims.jsonl");
    let verified: Vec<&ClaimView> = views.iter().filter(|v| v.verdict.is_some()).collect();
    let bytes: Vec<u8> = verified.iter().flat_map(|v| crate::exchange::jsonl::line(v)).collect();
    write::file(&path, &bytes)?;
    cx.out.line(format!("\n{}", cx.out.tone(Tone::Strong, "Export")))?;
    let left = views.len() - verified.len();
    cx.out.line(format!(
        "  {}: {} claims with a verdict; {left} left out, nobody has decided on them",
        path.display(),
        verified.len()
    ))
}

fn outro(ledger: &Path, views: &[ClaimView], cx: &Context<'_>) -> Result<(), CliError> {
    let missiles = find(views, CARDS[0])?.number;
    let binary = binary();
    let at = shell(ledger);
    cx.out.line(format!("\n{}", cx.out.tone(Tone::Strong, "Try next")))?;
    cx.out.line(format!("  {binary} --ledger {at} show {missiles}"))?;
    cx.out.line(format!("  {binary} --ledger {at} list finding:conflicting"))?;
    cx.out.line(format!("  {binary} --ledger {at} prove {missiles} --verdict --out missiles.tlog-proof && {binary} check missiles.tlog-proof"))
}

/// The program's name where the PATH leads to it, else its whole path.
fn binary() -> String {
    let Ok(own) = std::env::current_exe() else { return "onrecord".into() };
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders).map(|p| p.join("onrecord")).find(|p| p.is_file());
    let same = found.and_then(|p| p.canonicalize().ok()) == own.canonicalize().ok();
    if same { "onrecord".into() } else { shell(&own) }
}

/// A path as a shell takes it.
fn shell(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_'));
    if plain { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}
