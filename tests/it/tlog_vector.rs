//! The fixed vector of `tests/vectors/tlog/`: a log of three leaves, its keys and its proof file.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use onrecord::hash::{Digest, leaf_hash};
use onrecord::tlog::checkpoint::Checkpoint;
use onrecord::tlog::cosign::cosign;
use onrecord::tlog::key::{Role, Signer};
use onrecord::tlog::note::Note;
use onrecord::tlog::tree::MemoryTree;

pub const ORIGIN: &str = "log.example/onrecord";
pub const WITNESS: &str = "witness.example/w1";
pub const LOG_VKEY: &str = "log.example/onrecord+65f3b995+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
pub const WITNESS_VKEY: &str = "witness.example/w1+468d99bb+BHm1Vi6P5lT5QHixEuipi6eQH4U65pW+1+DjkQutBJZk";
pub const TIME: u64 = 1_740_000_000;
pub const PROOF: &str = include_str!("../vectors/tlog/index-1-of-3.tlog-proof");

/// 32 bytes that count up from `first`.
pub fn seed(first: u8) -> [u8; 32] {
    std::array::from_fn(|i| first + i as u8)
}

pub fn log() -> Signer {
    Signer::from_seed(ORIGIN, Role::Log, &seed(0)).unwrap()
}

pub fn witness() -> Signer {
    Signer::from_seed(WITNESS, Role::Witness, &seed(1)).unwrap()
}

/// A witness other than that of the vector.
pub fn other_witness(number: u8) -> Signer {
    Signer::from_seed(&format!("witness.example/other{number}"), Role::Witness, &[number; 32]).unwrap()
}

pub fn leaf(data: &str) -> Digest {
    leaf_hash(data.as_bytes())
}

pub fn tree() -> MemoryTree {
    ["a", "b", "c"].into_iter().map(leaf).collect()
}

pub fn checkpoint() -> Checkpoint {
    Checkpoint::new(ORIGIN, 3, tree().root()).unwrap()
}

/// The checkpoint signed by its log and, at [`TIME`], cosigned by each of `witnesses`.
pub fn cosigned(witnesses: &[&Signer]) -> Note {
    let mut note = checkpoint().sign(&log()).unwrap();
    for witness in witnesses {
        let line = cosign(&note, witness, TIME).unwrap();
        note.add(line).unwrap();
    }
    note
}

/// `text` with the one occurrence of `from` replaced: a mutation that does not apply is a mistake of the test.
pub fn mutate(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "{from:?} occurs once");
    text.replacen(from, to, 1)
}
