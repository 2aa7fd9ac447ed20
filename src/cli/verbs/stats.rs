//! `onrecord stats`.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::cli::asked;
use crate::cli::config::Settings;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::output::counted;
use crate::cli::verbs::audit::moment;
use crate::hash::Digest;
use crate::ledger::Ledger;
use crate::text::printable_line;
use crate::tlog::key::Verifier;
use crate::view::finding_word;

/// Show sizes, counts, checkpoint and keys.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As the ledger was: a tree size, a day (its end), or a time such as 2026-11-22T07:12Z
    #[arg(long, value_name = "SIZE|TIME")]
    pub as_of: Option<String>,
}

/// A ledger in numbers.
#[derive(Debug, Clone, Serialize)]
pub struct Stats {
    /// Version of this object.
    pub onrecord: u32,
    /// The ledger's name.
    pub origin: String,
    /// The ledger's id: leaf hash of entry 0.
    pub id: Digest,
    /// The log's verifier key.
    pub vkey: String,
    /// Number of entries.
    pub size: u64,
    /// Root over them.
    pub root: Digest,
    /// Policy in force.
    pub policy: String,
    /// Agents enrolled.
    pub agents: usize,
    /// Entries by kind.
    pub entries: BTreeMap<String, u64>,
    /// Claims.
    pub claims: u64,
    /// Claims by finding.
    pub findings: BTreeMap<String, u64>,
    /// Claims by state.
    pub states: BTreeMap<String, u64>,
    /// Claims whose verdict another agent approved.
    pub second_read: u64,
    /// Claims that are public.
    pub published: u64,
    /// Entries whose payload is not here.
    pub withheld: u64,
    /// Cosignatures on the checkpoints of the ledger, by size.
    pub cosigned: Vec<Cosigned>,
}

/// A witness's line on a checkpoint of the ledger.
#[derive(Debug, Clone, Serialize)]
pub struct Cosigned {
    /// Entries under the checkpoint.
    pub size: u64,
    /// Name of the witness's key.
    pub witness: String,
    /// When, in seconds since 1970; only where this user knows the witness's key and the line holds.
    pub time: Option<u64>,
}

/// Every cosignature that is kept, judged by the witnesses that this user knows.
///
/// # Errors
/// When the ledger cannot be read.
fn cosigned(ledger: &Ledger, cx: &Context<'_>) -> Result<Vec<Cosigned>, CliError> {
    let settings = Settings::load(&cx.folders, &ledger.id())?.unwrap_or_default();
    let known: Vec<Verifier> = settings.witnesses.iter().filter_map(|witness| witness.vkey.parse().ok()).collect();
    let mut found = Vec::new();
    for one in ledger.cosigned()?.iter().filter(|one| one.size <= ledger.size()) {
        for line in one.note.signatures().iter().filter(|line| line.name() != ledger.origin()) {
            let key = known.iter().find(|key| line.is_by(key));
            let time = key.and_then(|key| one.note.verify(std::slice::from_ref(key)).ok()?.first()?.time);
            found.push(Cosigned { size: one.size, witness: line.name().to_owned(), time });
        }
    }
    Ok(found)
}

/// Counts everything.
///
/// # Errors
/// When the ledger cannot be read.
pub fn count(ledger: &Ledger) -> Result<Stats, CliError> {
    let mut entries = BTreeMap::new();
    let mut withheld = 0;
    let mut next = 0;
    while next < ledger.size() {
        let end = ledger.size().min(next + 10_240);
        for entry in ledger.entries(next..end)? {
            *entries.entry(entry.header.kind.to_string()).or_insert(0) += 1;
            withheld += u64::from(entry.payload.is_none());
        }
        next = end;
    }
    let (mut findings, mut states) = (BTreeMap::new(), BTreeMap::new());
    let (mut claims, mut second_read, mut published) = (0, 0, 0);
    for number in ledger.claims()? {
        let Some(claim) = ledger.claim(number)? else { continue };
        claims += 1;
        *findings.entry(finding_word(&claim).to_owned()).or_insert(0) += 1;
        let state = claim.workflow.map_or("withheld", crate::claim::vocab::Workflow::as_str);
        *states.entry(state.to_owned()).or_insert(0) += 1;
        second_read += u64::from(claim.second_read());
        published += u64::from(claim.published.is_some());
    }
    let state = ledger.state();
    Ok(Stats {
        onrecord: 1,
        origin: ledger.origin().to_owned(),
        id: ledger.id(),
        vkey: state.log_keys.last().map(|(_, key)| key.clone()).unwrap_or_default(),
        size: ledger.size(),
        root: ledger.root(),
        policy: state.policies.last().map(|(_, p)| p.name.clone()).unwrap_or_default(),
        agents: state.agents.len(),
        entries,
        claims,
        findings,
        states,
        second_read,
        published,
        withheld,
        cosigned: Vec::new(),
    })
}

/// Runs the verb.
///
/// # Errors
/// When the ledger cannot be read.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let ledger = asked::as_of(cx.ledger()?, args.as_of.as_deref())?;
    let mut stats = count(&ledger)?;
    stats.cosigned = cosigned(&ledger, cx)?;
    if cx.out.json {
        cx.out.json(&stats)?;
        return Ok(Exit::Done);
    }
    let line = |name: &str, value: String| cx.out.line(format!("{name:<12}{value}"));
    line("ledger", stats.origin.clone())?;
    line("id", stats.id.to_string())?;
    line("vkey", stats.vkey.clone())?;
    line("size", counted(stats.size, "entry"))?;
    line("root", stats.root.to_string())?;
    line("policy", stats.policy.clone())?;
    line("agents", stats.agents.to_string())?;
    line("claims", format!("{}: {} second-read, {} published", stats.claims, stats.second_read, stats.published))?;
    line("findings", joined(&stats.findings))?;
    line("states", joined(&stats.states))?;
    line("entries", joined(&stats.entries))?;
    if stats.withheld > 0 {
        line("withheld", counted(stats.withheld, "payload"))?;
    }
    for one in &stats.cosigned {
        let when =
            one.time.map_or_else(|| "(its key is not known here)".to_owned(), |time| format!("on {}", moment(time)));
        line("cosigned", format!("at {} by {} {when}", counted(one.size, "entry"), printable_line(&one.witness)))?;
    }
    Ok(Exit::Done)
}

fn joined(counts: &BTreeMap<String, u64>) -> String {
    let mut counts: Vec<_> = counts.iter().collect();
    counts.sort_by_key(|(name, n)| (std::cmp::Reverse(**n), (*name).clone()));
    counts.iter().map(|(name, n)| format!("{n} {name}")).collect::<Vec<_>>().join(", ")
}
