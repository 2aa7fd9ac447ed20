//! SIGKILL at any moment of 200 adds: nothing that was acknowledged is lost, nothing half-done shows, nothing needs repair.
//!
//! The real binary, one process an add, killed after a random time that ranges over the whole run of an add; once with
//! one writer, once with two at the same time. An add is acknowledged when its receipt stands whole on stdout.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use onrecord::audit::{Options, Outcome, Scope, audit};
use onrecord::entry::Event;
use onrecord::store::LocalStore;

use crate::cli::Desk;

const ADDS: u32 = 200;

/// A pseudo-random sequence (xorshift): the same kills in every run, as far as a scheduler repeats itself.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit.max(1)
    }
}

fn start(desk: &Desk, claim: u64, text: &str) -> Child {
    let mut command = desk.command();
    command.args(["note", &claim.to_string(), text, "--json", "--quiet"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Number of the entry that a whole receipt names.
fn acknowledged(child: Child) -> Option<u64> {
    let output = child.wait_with_output().unwrap();
    let receipt: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
    receipt["entries"][0]["number"].as_u64()
}

/// How long an undisturbed add takes, the slowest of a few.
fn duration(desk: &Desk, claim: u64) -> Duration {
    (0..3)
        .map(|k| {
            let begun = Instant::now();
            assert!(acknowledged(start(desk, claim, &format!("undisturbed {k}"))).is_some());
            begun.elapsed()
        })
        .max()
        .unwrap()
}

fn texts(desk: &Desk) -> BTreeMap<u64, String> {
    let ledger = desk.ledger();
    let mut texts = BTreeMap::new();
    for entry in ledger.entries(0..ledger.size()).unwrap() {
        if let Some(Event::NoteAdded(note)) = entry.event().unwrap() {
            texts.insert(entry.index.0, note.text);
        }
    }
    texts
}

fn all_there(kept: &BTreeMap<u64, String>, there: &BTreeMap<u64, String>) {
    for (number, text) in kept {
        assert_eq!(there.get(number), Some(text), "entry {number}");
    }
}

fn holds(desk: &Desk) {
    let store = LocalStore::open(desk.path("desk")).unwrap();
    let options = Options { scope: Scope::WithoutLint, ..Options::default() };
    let report = audit(&store, &options).unwrap();
    assert_eq!(report.outcome, Outcome::Holds, "{:?}", report.problems());
}

/// Adds and kills; `writers` processes at a time.
fn ordeal(writers: u32, seed: u64) {
    let desk = Desk::new();
    let claim = desk.claim("bridge-closed", "The city closed the old bridge on 2 March 2025.");
    let mut dice = Dice(seed);
    let mut kept: BTreeMap<u64, String> = texts(&desk);
    let (mut killed, mut acked) = (0, 0);
    // A little beyond the whole time, so that some adds come to their end; then as the machine is, which others use too.
    let mut span = duration(&desk, claim).as_micros() as u64 * u64::from(writers) * 5 / 4;
    for round in 0..ADDS / writers {
        let running: Vec<(String, Child)> = (0..writers)
            .map(|writer| {
                let text = format!("round {round} of writer {writer}");
                let child = start(&desk, claim, &text);
                (text, child)
            })
            .collect();
        for (text, mut child) in running {
            std::thread::sleep(Duration::from_micros(dice.below(span / u64::from(writers))));
            // A process that has ended already cannot be killed, which is fine.
            let _ = child.kill();
            if let Some(number) = acknowledged(child) {
                kept.insert(number, text);
                acked += 1;
                span -= span / 16;
            } else {
                killed += 1;
                span += span / 16;
            }
        }
        // Reading right after a kill: no repair, and everything acknowledged is there under its number.
        if round % 10 == 9 {
            let there = texts(&desk);
            all_there(&kept, &there);
            holds(&desk);
        }
    }
    assert!(acked >= 10 && killed >= 10, "{acked} acknowledged, {killed} killed: the kills do not range over the add");
    // One more add, undisturbed: the ledger goes on as if nothing had been.
    let last = acknowledged(start(&desk, claim, "the last")).unwrap();
    kept.insert(last, "the last".into());
    let there = texts(&desk);
    all_there(&kept, &there);
    let mut seen: Vec<&String> = there.values().collect();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), there.len(), "an add stands twice");
    holds(&desk);
    println!("{writers} writers: {acked} acknowledged, {killed} killed before, {} notes on record", there.len());
}

#[test]
fn killed_at_any_moment_with_one_writer() {
    ordeal(1, 0x9e37_79b9_7f4a_7c15);
}

#[test]
fn killed_at_any_moment_with_two_writers() {
    ordeal(2, 0xd1b5_4a32_d192_ed03);
}
