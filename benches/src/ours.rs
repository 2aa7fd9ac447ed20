//! `onrecord`, through its library.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use onrecord::audit::{Options, Scope, Weight};
use onrecord::claim::desk::{LedgerOpened, Owner};
use onrecord::claim::{Handle, Policy};
use onrecord::entry::proof::{Outcome, check};
use onrecord::entry::sshsig::{KeySigner, Signer as _};
use onrecord::entry::{Event, Proposal, Salt};
use onrecord::hash::{Digest, Index};
use onrecord::ledger::catalog::{ContentKey, Seen, Term};
use onrecord::ledger::commit::Config;
use onrecord::ledger::memory::FileMemory;
use onrecord::ledger::{Genesis, Ledger, Receipt, Source as Making};
use onrecord::store::{LocalStore, Store};
use onrecord::time::{Clock as _, SystemClock};
use onrecord::tlog::key::{Role, Signer as LogSigner};
use onrecord::tlog::policy::Policy as Trust;
use onrecord::tlog::prooffile::ProofFile;
use serde_json::{Value, json};

use crate::Failure;
use crate::measure::{Clock, disk, median, millis, peak_memory, processor_seconds};
use crate::synth::{CLAIMS_A_DOCUMENT, Random, SPEAKERS, Source};

const ORIGIN: &str = "example.org/bench";
/// Batches made while the clock stands, before all of them are added.
const GROUP: usize = 5;
/// Lookups of each sort.
pub const LOOKUPS: usize = 10_000;
pub const SEED: u64 = 2024;

fn owner() -> KeySigner {
    KeySigner::from_seed(&[7; 32])
}

fn log_key() -> Result<LogSigner, Failure> {
    Ok(LogSigner::from_seed(ORIGIN, Role::Log, &[9; 32])?)
}

fn config(folder: &Path) -> Result<Config, Failure> {
    let mut random = Random(std::process::id().into());
    let random = Box::new(move || (u128::from(random.next()) << 64 | u128::from(random.next())).to_le_bytes());
    let memory = Arc::new(FileMemory::new(folder.join("memory")));
    Ok(Config { signers: vec![log_key()?], memory, accept_rollback: false, random })
}

/// Opens for reading.
pub fn open(folder: &Path) -> Result<Ledger, Failure> {
    let store: Arc<dyn Store> = Arc::new(LocalStore::open(folder.join("ledger"))?);
    Ok(Ledger::open(store, Some(&folder.join("ledger").join("catalog")), Arc::new(|text: &str| eprintln!("{text}")))?)
}

fn create(folder: &Path) -> Result<Ledger, Failure> {
    let place = folder.join("ledger");
    let store: Arc<dyn Store> = Arc::new(LocalStore::create(&place)?);
    let opened = LedgerOpened {
        log_key: log_key()?.verifier().to_string(),
        origin: ORIGIN.into(),
        owner: Owner { handle: Handle("ada".into()), key: owner().public().to_openssh() },
        policy: Policy::solo(),
    };
    let genesis = Genesis { opened, time: SystemClock.now(), salt: Salt([1; 16]) };
    Ledger::create(store, &genesis, &owner(), config(folder)?)?;
    let mut ledger = open(folder)?;
    ledger.open_log(config(folder)?)?;
    Ok(ledger)
}

fn append(ledger: &mut Ledger, random: &mut Random, proposals: &[Proposal]) -> Result<Receipt, Failure> {
    Ok(ledger.append(Index(0), &owner(), proposals, SystemClock.now(), &mut fill(random))?)
}

fn fill(random: &mut Random) -> impl FnMut(&mut [u8]) -> Result<(), String> {
    |bytes| {
        bytes.chunks_mut(8).for_each(|c| c.copy_from_slice(&random.next().to_le_bytes()[..c.len()]));
        Ok(())
    }
}

/// What adding is: ask whether any of it is on record already, append what is not. Says how long each batch took, in
/// milliseconds.
fn add(ledger: &mut Ledger, random: &mut Random, batches: &[Vec<Proposal>]) -> Result<Vec<f64>, Failure> {
    let batches: Vec<&[Proposal]> = batches.iter().map(Vec::as_slice).collect();
    let (mut each, mut begun, mut twice) = (Vec::new(), Instant::now(), false);
    let mut source = Making { clock: &SystemClock, random: &mut fill(random) };
    ledger.append_each(
        Index(0),
        &owner(),
        &batches,
        &mut source,
        &mut |ledger, prepared| {
            twice |= ledger.on_record(prepared)?.iter().any(Option::is_some);
            Ok(!twice)
        },
        &mut |_| {
            each.push(begun.elapsed().as_secs_f64() * 1e3);
            begun = Instant::now();
        },
    )?;
    if twice { Err("the same claim twice in synthetic input".into()) } else { Ok(each) }
}

/// Adds `claims` claims, `batch` at a time, to a new ledger in `folder`.
pub fn bulk(folder: &Path, claims: usize, batch: usize, lookups: bool) -> Result<Value, Failure> {
    let mut ledger = create(folder)?;
    let mut source = Source::new(SEED);
    let mut random = Random(SEED ^ 1);
    let documents = (claims as u64).div_ceil(CLAIMS_A_DOCUMENT).min(10_000);
    let registered = source.documents(documents);
    for chunk in registered.chunks(10_000) {
        append(&mut ledger, &mut random, chunk)?;
    }
    drop(registered);
    let (mut clock, mut each) = (Clock::default(), Vec::new());
    let mut left = claims;
    while left > 0 {
        let mut group = Vec::new();
        while group.len() < GROUP && left > 0 {
            let count = batch.min(left);
            left -= count;
            group.push(source.claims(count, documents));
        }
        each.extend(clock.time(|| add(&mut ledger, &mut random, &group))?);
    }
    let size = ledger.size();
    let mut result = json!({
        "claims": claims, "batch": batch, "seconds": clock.seconds(), "claims_a_second": claims as f64 / clock.seconds(),
        "processor_seconds": clock.processor_seconds(),
        "median_batch_ms": median(each), "entries": size, "peak_mib": peak_memory(),
        "disk_mib": disk(&folder.join("ledger")), "catalog_mib": disk(&folder.join("ledger").join("catalog")),
    });
    if lookups {
        drop(ledger);
        let (opening, ledger) = millis(|| open(folder));
        result["open_ms"] = json!(opening);
        result["lookups"] = look_up(&ledger?, claims, &source)?;
        result["peak_with_lookups_mib"] = json!(peak_memory());
    }
    Ok(result)
}

/// What both are asked: numbers of claims, and names of speakers.
pub fn questions(ledger: &Ledger, claims: usize, source: &Source) -> Result<(Vec<Index>, Vec<String>), Failure> {
    let mut random = Random(SEED ^ 2);
    let numbers = ledger.claims()?;
    if numbers.len() != claims {
        return Err(format!("{} claims instead of {claims}", numbers.len()).into());
    }
    let asked = (0..LOOKUPS).map(|_| numbers[random.below(claims as u64) as usize]).collect();
    let names = (0..LOOKUPS).map(|_| source.speakers.get(random.below(SPEAKERS as u64) as usize).to_owned()).collect();
    Ok((asked, names))
}

/// SHA-256 of the kind, a zero byte and the body as it stands in the payload's bytes.
pub fn content_of(payload: &[u8]) -> Digest {
    // {"body":…,"salt":"22 characters"}
    let body = &payload[8..payload.len() - 33];
    let mut bytes = b"claim-recorded\0".to_vec();
    bytes.extend_from_slice(body);
    Digest::of(&bytes)
}

fn look_up(ledger: &Ledger, claims: usize, source: &Source) -> Result<Value, Failure> {
    let (numbers, names) = questions(ledger, claims, source)?;
    let mut contents = Vec::with_capacity(LOOKUPS);
    let mut answers = Vec::new();
    let (by_number, done) = millis(|| -> Result<(), Failure> {
        for number in &numbers {
            let entry = ledger.entry(*number)?;
            answers.extend_from_slice(&entry.leaf.0);
            contents.push(entry.payload.unwrap_or_default());
        }
        Ok(())
    });
    done?;
    let number_answers = Digest::of(&contents.concat());
    let contents: Vec<Digest> = contents.iter().map(|p| content_of(p)).collect();
    let mut found = Vec::new();
    let (by_content, done) = millis(|| -> Result<(), Failure> {
        for content in &contents {
            let candidate = ledger.with_content(&[ContentKey::content(None, content)])?[0];
            // A candidate is looked at before it is believed.
            if let Some(index) = candidate
                && let Some(event) = ledger.entry(index)?.event()?
                && event.content_digest()? == *content
            {
                found.extend_from_slice(&index.0.to_le_bytes());
            }
        }
        Ok(())
    });
    done?;
    let content_answers = Digest::of(&found);
    found.clear();
    let (by_speaker, done) = millis(|| -> Result<(), Failure> {
        for name in &names {
            for index in ledger.find(Term::Speaker(name))? {
                found.extend_from_slice(&index.0.to_le_bytes());
            }
        }
        Ok(())
    });
    done?;
    Ok(json!({
        "by_number_ms": by_number, "by_content_ms": by_content, "by_speaker_ms": by_speaker,
        "answers": [number_answers.hex(), content_answers.hex(), Digest::of(&found).hex()],
        "speaker_answers": found.len() / 8,
    }))
}

/// Evidence and verdicts on `count` claims spread over the ledger, so that lists have something to filter.
pub fn judge(folder: &Path, count: usize) -> Result<Value, Failure> {
    let mut ledger = open(folder)?;
    ledger.open_log(config(folder)?)?;
    // A verdict on what is not checkable would be refused.
    let rows = ledger.rows()?;
    let numbers: Vec<Index> =
        rows.iter().filter(|row| row.checkable() == Seen::Is(true)).map(|row| row.number()).collect();
    let (mut source, mut random) = (Source::new(SEED ^ 3), Random(SEED ^ 4));
    let mut proposals = Vec::new();
    for claim in numbers.iter().step_by((numbers.len() / count).max(1)).take(count) {
        proposals.extend(source.judged(*claim, proposals.len()));
    }
    let (took, done) = millis(|| append(&mut ledger, &mut random, &proposals));
    done?;
    Ok(json!({ "verdicts": count, "milliseconds": took, "peak_mib": peak_memory() }))
}

/// Proofs made and checked in this process.
pub fn prove(folder: &Path, count: usize) -> Result<Value, Failure> {
    let (opening, ledger) = millis(|| open(folder));
    let ledger = ledger?;
    let trust = Trust::of_log(log_key()?.verifier().clone())?;
    let numbers = ledger.claims()?;
    let mut random = Random(SEED ^ 5);
    let (mut proving, mut checking) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let number = numbers[random.below(numbers.len() as u64) as usize];
        let (took, proof) = millis(|| ledger.prove(number, false));
        proving.push(took);
        let text = proof?.to_string();
        let (took, answers) = millis(|| ProofFile::parse(text.as_bytes()).map(|file| check(&file, Some(&trust))));
        checking.push(took);
        let answers = answers?;
        if answers.included != Outcome::Holds || answers.by_author != Outcome::Holds {
            return Err(format!("the proof of {number} does not hold").into());
        }
    }
    Ok(json!({
        "open_ms": opening, "prove_median_ms": median(proving), "check_median_ms": median(checking), "proofs": count,
        "peak_mib": peak_memory(),
    }))
}

/// Integrity alone, the catalog not compared: a fresh process over the whole ledger.
pub fn audit(folder: &Path) -> Result<Value, Failure> {
    let store = LocalStore::open(folder.join("ledger"))?;
    let options = Options { scope: Scope::WithoutLint, ..Options::default() };
    let mut times = Vec::new();
    let mut entries = 0;
    let begun = processor_seconds();
    for _ in 0..2 {
        let seen = std::cell::Cell::new(0);
        let (took, report) =
            millis(|| onrecord::audit::audit(&store, &Options { progress: Some(&|_, of| seen.set(of)), ..options }));
        let report = report?;
        if report.count(Weight::Error) > 0 {
            return Err(format!("the audit found {:?}", report.summary()).into());
        }
        entries = seen.get();
        times.push(took);
    }
    let (took, used) = (median(times), (processor_seconds() - begun) / 2.0);
    Ok(json!({
        "entries": entries, "milliseconds": took, "entries_a_second": entries as f64 / took * 1e3,
        "processor_seconds": used, "peak_mib": peak_memory(),
    }))
}

/// The bytes of claims, for the other side: number, header, payload, speakers.
pub struct Row {
    pub number: u64,
    pub header: Vec<u8>,
    pub payload: Vec<u8>,
    pub speakers: Vec<String>,
}

/// All claims of a ledger in order, some at a time.
pub struct Rows {
    pub ledger: Ledger,
    numbers: Vec<Index>,
    at: usize,
}

impl Rows {
    pub fn open(folder: &Path) -> Result<Self, Failure> {
        let ledger = open(folder)?;
        let numbers = ledger.claims()?;
        Ok(Self { ledger, numbers, at: 0 })
    }

    pub fn next(&mut self, count: usize) -> Result<Vec<Row>, Failure> {
        let end = self.numbers.len().min(self.at + count);
        let mut rows = Vec::with_capacity(end - self.at);
        let Some((first, last)) = self.numbers[self.at..end].first().zip(self.numbers[self.at..end].last()) else {
            return Ok(rows);
        };
        for entry in self.ledger.entries(first.0..last.0 + 1)? {
            let Some(Event::ClaimRecorded(claim)) = entry.event()? else { continue };
            let names = claim.appearance.attribution.iter().filter_map(|s| s.name.as_deref());
            let mut speakers: Vec<String> = names.map(str::to_lowercase).collect();
            speakers.dedup();
            let payload = entry.payload.unwrap_or_default();
            rows.push(Row { number: entry.index.0, header: entry.bytes, payload, speakers });
        }
        self.at = end;
        Ok(rows)
    }
}

/// The release binary beside this one.
pub fn binary() -> Result<PathBuf, Failure> {
    let path = std::env::current_exe()?.with_file_name("onrecord");
    if path.is_file() { Ok(path) } else { Err(format!("no {}; build it first", path.display()).into()) }
}

/// `onrecord` as a whole process, `runs` times after one that fills the system's cache.
pub fn process(folder: &Path, arguments: &[&str], runs: usize) -> Result<Value, Failure> {
    let binary = binary()?;
    let (mut times, mut lines) = (Vec::new(), 0);
    for run in 0..=runs {
        let (took, output) = millis(|| {
            std::process::Command::new(&binary)
                .arg("--ledger")
                .arg(folder.join("ledger"))
                .args(arguments)
                .env("HOME", folder)
                .output()
        });
        let output = output?;
        if !output.status.success() {
            return Err(format!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        lines = output.stdout.iter().filter(|b| **b == b'\n').count();
        if run > 0 {
            times.push(took);
        }
    }
    Ok(json!({ "command": arguments.join(" "), "median_ms": median(times), "runs": runs, "lines": lines }))
}
