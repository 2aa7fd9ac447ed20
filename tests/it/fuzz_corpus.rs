//! Every fuzz target over its corpus, and over changed copies of it: what the fuzzer does by the hour, for a moment.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

#[path = "../../fuzz/src/targets.rs"]
mod targets;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Changed copies of each seed. Few: this shows that the targets run, the fuzzer is what searches.
const CHANGES: u64 = 200;

fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files.into_iter().map(|path| (path.display().to_string(), fs::read(&path).unwrap())).collect()
}

/// A generator of one's own (`SplitMix64`), so that a failure is met again in the next run.
struct Dice(u64);

impl Dice {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % below.max(1) as u64) as usize
    }
}

fn changed(seed: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=dice.next(3) {
        let at = dice.next(bytes.len());
        match dice.next(6) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << dice.next(8),
            1 => bytes.insert(at, dice.next(256) as u8),
            2 if !bytes.is_empty() => drop(bytes.remove(at)),
            3 => bytes.truncate(at),
            4 => {
                let end = at + dice.next(bytes.len() - at + 1);
                let part = bytes[at..end].to_vec();
                bytes.extend(part);
            }
            _ if !bytes.is_empty() => bytes[at] = b"\n\0\xff0\"{}[],:+-=/"[dice.next(15)],
            _ => {}
        }
    }
    bytes
}

#[test]
fn every_target_holds_over_its_corpus_and_over_changed_copies() {
    let mut ran = 0;
    for (target, run) in targets::TARGETS {
        let seeds = seeds(target);
        assert!(!seeds.is_empty(), "{target} has no seed");
        run(&[]);
        for (at, (_, seed)) in seeds.iter().enumerate() {
            run(seed);
            let mut dice = Dice(at as u64);
            for _ in 0..CHANGES {
                run(&changed(seed, &mut dice));
                ran += 1;
            }
        }
    }
    println!("{ran} changed copies over {} targets", targets::TARGETS.len());
}

#[test]
fn names_are_unique_and_every_corpus_has_a_target() {
    let names: BTreeSet<&str> = targets::TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.len(), targets::TARGETS.len());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(names.contains(name.as_str()), "corpus {name} is nobody's");
    }
}
