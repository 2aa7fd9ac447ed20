//! The audit against damage: clean ledgers hold, and no byte of a log file can change unseen.

use std::num::NonZeroUsize;

use onrecord::audit::{Code, Options, Outcome, Place, Remembered, Report, Scope, Weight, audit};
use onrecord::claim::vocab::AgentRole;
use onrecord::entry::{Event, Proposal};
use onrecord::hash::Index;

use crate::ledgers::{Files, Ledger, claim, document};

/// Integrity alone, with a memory, on one thread.
pub fn options(ledger: &Ledger) -> Options<'static> {
    let size = ledger.size();
    Options {
        scope: Scope::WithoutLint,
        remembered: Some(Remembered { size, root: ledger.root(size) }),
        ledger: Some(onrecord::hash::leaf_hash(&ledger.encoded[0].0)),
        threads: NonZeroUsize::new(1),
        ..Options::default()
    }
}

pub fn run(files: &Files, options: &Options<'_>) -> Report {
    audit(&files.store(), options).unwrap()
}

/// Codes found, without those of weight `info`.
pub fn codes(report: &Report) -> Vec<Code> {
    report.summary().iter().map(|(code, _)| *code).filter(|code| code.weight() != Weight::Info).collect()
}

/// A ledger of `size` entries whose later ones came `step` at a time.
pub fn filled(size: u64, step: u64) -> Ledger {
    let mut ledger = Ledger::open();
    ledger.enrol("ben", 2, AgentRole::ALL);
    let document_number = ledger.document("a page");
    while ledger.size() < size {
        // A batch of two or more brings its signature as one more entry.
        let left = size - ledger.size();
        let take = if left <= 2 { 1 } else { step.min(left - 1) };
        let number = ledger.size();
        let proposals: Vec<Proposal> = (0..take)
            .map(|k| match (number + k) % 3 {
                0 => Proposal::new(Event::DocumentRegistered(document(&format!("page {}", number + k)))),
                _ => Proposal::new(Event::ClaimRecorded(claim(document_number, &format!("claim {}", number + k)))),
            })
            .collect();
        let agent = Index(number % 2);
        ledger.commit_as(agent, if agent.0 == 0 { 1 } else { 2 }, &proposals);
    }
    assert_eq!(ledger.size(), size);
    ledger
}

fn assert_holds(report: &Report) {
    assert_eq!((report.outcome, codes(report)), (Outcome::Holds, vec![]), "{:?}", report.problems());
}

#[test]
fn clean_ledgers_of_many_sizes_hold() {
    for size in [1, 2, 3, 40, 255, 256, 257, 513, 700] {
        let ledger = if size == 1 {
            Ledger::open()
        } else if size < 4 {
            small(size)
        } else {
            filled(size, 9)
        };
        for files in [ledger.files(), ledger.files_with_history()] {
            let report = run(&files, &options(&ledger));
            assert_holds(&report);
            assert_eq!((report.size, report.root), (size, Some(ledger.root(size))));
            assert_eq!(report.origin.as_deref(), Some(crate::ledgers::ORIGIN));
        }
    }
}

fn small(size: u64) -> Ledger {
    let mut ledger = Ledger::open();
    for n in 1..size {
        ledger.document(&format!("page {n}"));
    }
    ledger
}

#[test]
fn a_large_ledger_holds_on_several_threads() {
    let ledger = filled(1_500, 200);
    let threads = NonZeroUsize::new(3);
    let report = run(&ledger.files(), &Options { threads, ..options(&ledger) });
    assert_holds(&report);
    assert_eq!(report.counts.entries, 1_500);
}

/// Whether the report names an error with a place.
fn error_with_place(report: &Report) -> bool {
    let placed =
        |p: &onrecord::audit::Problem| p.code.weight() == Weight::Error && (p.number.is_some() || p.path.is_some());
    report.outcome == Outcome::DoesNotHold && report.problems().iter().any(placed)
}

fn flip(files: &mut Files, path: &str, at: usize, bit: u8) {
    let bytes = match path {
        "log/checkpoint" => files.checkpoint.as_mut().unwrap(),
        path => files.objects.get_mut(path).unwrap(),
    };
    bytes[at] ^= 1 << bit;
}

fn targets(files: &Files) -> Vec<(String, usize)> {
    let objects = files.objects.iter().map(|(path, bytes)| (path.clone(), bytes.len()));
    objects.chain([("log/checkpoint".to_owned(), files.checkpoint.as_ref().unwrap().len())]).collect()
}

#[test]
fn every_flipped_byte_of_a_ledger_of_40_is_an_error_with_code_and_place() {
    let mut ledger = Ledger::open();
    ledger.enrol("ben", 2, AgentRole::ALL);
    let proposals: Vec<Proposal> =
        (0..37).map(|k| Proposal::new(Event::DocumentRegistered(document(&format!("page {k}"))))).collect();
    ledger.commit(&proposals);
    assert_eq!(ledger.size(), 40);
    let files = ledger.files();
    assert_holds(&run(&files, &options(&ledger)));
    let places: Vec<(String, usize)> =
        targets(&files).into_iter().flat_map(|(path, len)| (0..len).map(move |at| (path.clone(), at))).collect();
    assert!(places.len() > 10_000);
    std::thread::scope(|scope| {
        for half in places.chunks(places.len().div_ceil(2)) {
            let (ledger, mut files) = (&ledger, files.clone());
            scope.spawn(move || {
                for (path, at) in half {
                    let bit = (at % 8) as u8;
                    flip(&mut files, path, *at, bit);
                    let report = run(&files, &options(ledger));
                    assert!(error_with_place(&report), "{path} byte {at}: {:?}", report.problems());
                    flip(&mut files, path, *at, bit);
                }
            });
        }
    });
}

/// Splitmix64: the same flips in every run.
fn random(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[test]
fn two_thousand_random_flips_in_a_ledger_of_100_commits_are_errors() {
    let mut ledger = filled(3, 1);
    while ledger.commits.len() < 100 {
        ledger.document(&format!("page {}", ledger.size()));
    }
    let files = ledger.files_with_history();
    assert!(files.objects.keys().filter(|path| path.contains(".p/")).count() > 100);
    assert_holds(&run(&files, &options(&ledger)));
    let targets = targets(&files);
    std::thread::scope(|scope| {
        for mut seed in [7, 8] {
            let (ledger, targets, mut files) = (&ledger, &targets, files.clone());
            scope.spawn(move || {
                for _ in 0..1_000 {
                    let (path, len) = &targets[random(&mut seed) as usize % targets.len()];
                    let (at, bit) = (random(&mut seed) as usize % len, (random(&mut seed) % 8) as u8);
                    flip(&mut files, path, at, bit);
                    let report = run(&files, &options(ledger));
                    assert!(error_with_place(&report), "{path} byte {at} bit {bit}: {:?}", report.problems());
                    flip(&mut files, path, at, bit);
                }
            });
        }
    });
}

#[test]
fn a_flipped_entry_is_named_with_its_file_and_a_flipped_tile_with_its_own() {
    let ledger = filled(300, 9);
    let mut files = ledger.files();
    let path = "log/tile/entries/001.p/44";
    let text = files.objects[path].clone();
    let at = text.windows(9).position(|window| window == b"\"digest\":").unwrap() + 12;
    flip(&mut files, path, at, 0);
    let report = run(&files, &options(&ledger));
    let altered = report.problems().iter().find(|p| p.code == Code::L20).unwrap();
    assert_eq!((altered.number, altered.path.as_deref()), (Some(Index(256)), Some(path)));
    assert!(!codes(&report).contains(&Code::L06), "{:?}", report.problems());
    assert!(!codes(&report).contains(&Code::L05), "{:?}", report.problems());

    for path in ["log/tile/0/000", "log/tile/0/001.p/44", "log/tile/1/000.p/1"] {
        let mut files = ledger.files();
        flip(&mut files, path, 3, 5);
        let report = run(&files, &options(&ledger));
        assert_eq!(codes(&report), [Code::L06], "{path}");
        assert_eq!(report.problems()[0].path.as_deref(), Some(path));
    }
}

#[test]
fn each_file_removed_in_turn_is_an_error_that_names_it() {
    let ledger = filled(300, 9);
    let files = ledger.files();
    for path in files.objects.keys() {
        let mut less = files.clone();
        less.objects.remove(path);
        let report = run(&less, &options(&ledger));
        let named = |p: &onrecord::audit::Problem| p.code == Code::L07 && p.path.as_ref() == Some(path);
        assert!(report.problems().iter().any(named), "{path}: {:?}", report.problems());
        assert_eq!(report.outcome, Outcome::DoesNotHold);
    }
    for (cell, code) in [("checkpoint", Code::L01), ("head", Code::L12)] {
        let mut less = files.clone();
        if cell == "head" {
            less.head = None;
        } else {
            less.checkpoint = None;
        }
        assert_eq!(codes(&run(&less, &options(&ledger))), [code]);
    }
    // Positive control: partials that a full file or a longer one took the place of may go, and may stay.
    assert_holds(&run(&files, &options(&ledger)));
    assert_holds(&run(&ledger.files_with_history(), &options(&ledger)));
}

#[test]
fn a_commit_at_each_stage_of_its_publication_holds() {
    let mut ledger = filled(250, 9);
    let base = ledger.size();
    let proposals: Vec<Proposal> =
        (0..300).map(|k| Proposal::new(Event::DocumentRegistered(document(&format!("late {k}"))))).collect();
    ledger.commit(&proposals);
    let size = ledger.size();
    let mut files = ledger.files_at(base);
    files.head = Some(ledger.head(size, base));
    let (path, staged) = ledger.staged(size, base);
    files.objects.insert(path.clone(), staged);
    let mut later = ledger.files_at(size);
    later.objects.retain(|path, _| !files.objects.contains_key(path));
    // Every file of the new size, one after the other, as the writer that stopped may have written them.
    let stop = |files: &Files| {
        let report = run(files, &options(&ledger));
        assert_holds(&report);
        assert_eq!((report.size, report.counts.entries), (base, size));
        assert!(report.summary().contains(&(Code::L14, 1)));
    };
    stop(&files);
    for (path, bytes) in later.objects {
        files.objects.insert(path, bytes);
        stop(&files);
    }
    // Its batch lost, or another in its place: not to be finished.
    let mut lost = files.clone();
    lost.objects.remove(&path);
    assert_eq!(codes(&run(&lost, &options(&ledger))), [Code::L15]);
    let mut other = files.clone();
    other.objects.get_mut(&path).unwrap().truncate(1_000);
    assert_eq!(codes(&run(&other, &options(&ledger))), [Code::L15]);

    // The checkpoint swapped in, nothing tidied yet.
    files.checkpoint = Some(ledger.checkpoint(size));
    let report = run(&files, &options(&ledger));
    assert_holds(&report);
    assert!(!report.summary().iter().any(|(code, _)| *code == Code::L14));
}

#[test]
fn the_first_commit_may_wait_to_be_finished() {
    let ledger = Ledger::open();
    let mut files = Files { head: Some(ledger.head(1, 0)), ..Files::default() };
    let (path, staged) = ledger.staged(1, 0);
    files.objects.insert(path, staged);
    let report = run(
        &files,
        &Options { remembered: Some(Remembered { size: 0, root: onrecord::hash::empty_root() }), ..options(&ledger) },
    );
    assert_holds(&report);
    assert_eq!((report.size, report.counts.entries), (0, 1));
}

#[test]
fn a_replica_without_head_staging_and_payloads_cannot_be_determined() {
    let ledger = filled(300, 9);
    let mut files = ledger.files();
    files.head = None;
    let replica = Options { place: Place::Replica, ..options(&ledger) };
    assert_holds(&run(&files, &replica));
    // Some payloads kept back: said, with their number.
    files.empty(10);
    files.empty(11);
    let report = run(&files, &replica);
    assert_eq!((report.outcome, codes(&report)), (Outcome::CannotBeDetermined, vec![Code::P04]));
    assert_eq!(report.counts.withheld, 2);
    // All of them: nobody's key is known, and still every hash is checked.
    files.objects.retain(|path, _| path.starts_with("log/"));
    let report = run(&files, &replica);
    assert_eq!(report.outcome, Outcome::CannotBeDetermined, "{:?}", report.problems());
    assert_eq!((report.counts.withheld, report.root), (300, Some(ledger.root(300))));
    flip(&mut files, "log/tile/entries/000", 5_000, 1);
    assert!(error_with_place(&run(&files, &replica)));
}

#[test]
fn a_report_as_json_has_the_documented_keys() {
    let ledger = filled(40, 9);
    let mut files = ledger.files();
    files.empty(7);
    let report = run(&files, &options(&ledger));
    assert_eq!(report.exit_code(), 1);
    let json = serde_json::to_value(report.view()).unwrap();
    assert_eq!(json["onrecord"], 1);
    assert_eq!(json["origin"], crate::ledgers::ORIGIN);
    assert_eq!((&json["size"], &json["outcome"]), (&40.into(), &"does-not-hold".into()));
    assert_eq!(json["withheld"], 1);
    let problem = &json["problems"][0];
    assert_eq!(
        (&problem["code"], &problem["severity"], &problem["number"]),
        (&"P03".into(), &"error".into(), &7.into())
    );
    assert!(problem["path"].is_null() && problem["detail"].is_string());
}
