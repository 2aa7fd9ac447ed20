//! `tlog::tree`: roots of every size up to 130, the frontier, places.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use onrecord::hash::{Digest, empty_root, from_hex, leaf_hash, node_hash};
use onrecord::tlog::tree::{
    Frontier, HashReader, MAX_SIZE, MemoryTree, OutsideTree, Place, ReadError, places, read, root,
};
use proptest::prelude::*;
use serde_json::Value;
use sha2::Sha256;

use crate::tlog_oracle::{Alike, leaves, mth};

const LARGEST: u64 = 130;

fn known_answers() -> Value {
    serde_json::from_str(include_str!("../vectors/merkle/rfc6962-known-answers.json")).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    from_hex(value.as_str().unwrap()).unwrap()
}

fn digest(value: &Value) -> Digest {
    value.as_str().unwrap().parse().unwrap()
}

#[test]
fn known_answers_of_the_reference_tree() {
    let known = known_answers();
    for leaf in known["leaf_hashes"].as_array().unwrap() {
        assert_eq!(leaf_hash(&bytes(&leaf["data"])), digest(&leaf["leaf_hash"]));
    }
    let reference = &known["reference_tree"];
    let mut tree = MemoryTree::default();
    assert_eq!(tree.root(), digest(&reference["roots"][0]["root"]));
    for (i, leaf) in reference["leaves"].as_array().unwrap().iter().enumerate() {
        assert_eq!(leaf_hash(&bytes(&leaf["data"])), digest(&leaf["leaf_hash"]));
        tree.push(digest(&leaf["leaf_hash"]));
        assert_eq!(tree.root(), digest(&reference["roots"][i + 1]["root"]), "{} leaves", i + 1);
    }
    assert_eq!(tree.size(), 8);
    let subtrees = reference["perfect_subtrees"].as_array().unwrap();
    assert_eq!(subtrees.len(), 7);
    for subtree in subtrees {
        let place = Place {
            level: subtree["level"].as_u64().unwrap().try_into().unwrap(),
            n: subtree["index"].as_u64().unwrap(),
        };
        assert_eq!(tree.read(&[place]).unwrap(), [digest(&subtree["hash"])]);
    }
}

#[test]
fn root_of_every_size_is_the_recursive_definition() {
    let leaves = leaves(LARGEST);
    let tree: MemoryTree = leaves.iter().copied().collect();
    let mut frontier = Frontier::new();
    let mut other = MemoryBackedTree::<Sha256, String>::new();
    assert_eq!(frontier.root(), empty_root());
    for size in 0..=LARGEST {
        let expected = mth(&leaves[..size as usize]);
        assert_eq!(root(&tree, size).unwrap(), expected, "size {size}");
        assert_eq!(frontier.root(), expected, "size {size}");
        assert_eq!(other.root().as_bytes().as_slice(), expected.0, "size {size}");
        assert_eq!(Frontier::read(&tree, size).unwrap(), frontier);
        assert_eq!(Frontier::from_hashes(size, frontier.hashes()).unwrap(), frontier);
        if let Some(leaf) = leaves.get(size as usize) {
            frontier.push(*leaf);
            other.push(format!("leaf {size}"));
        }
    }
    assert!(root(&tree, LARGEST + 1).is_err());
    assert!(Frontier::read(&tree, LARGEST + 1).is_err());
}

#[test]
fn every_stored_hash_is_handed_out_once_and_is_that_of_its_leaves() {
    let leaves = leaves(LARGEST);
    let mut frontier = Frontier::new();
    let mut stored = Vec::new();
    for leaf in &leaves {
        frontier.push_with(*leaf, |place, hash| stored.push((place, hash)));
        let (last, _) = stored.last().unwrap();
        assert_eq!(last.end().unwrap(), frontier.size(), "a hash becomes final with its last leaf");
    }
    for (place, hash) in &stored {
        let end = place.end().unwrap();
        let start = end - (1 << place.level);
        assert_eq!(*hash, mth(&leaves[start as usize..end as usize]), "{place:?}");
    }
    let mut places: Vec<Place> = stored.iter().map(|(place, _)| *place).collect();
    places.sort();
    let all: Vec<Place> = (0..8).flat_map(|level| (0..LARGEST >> level).map(move |n| Place { level, n })).collect();
    assert_eq!(places, all);
}

#[test]
fn a_frontier_of_the_wrong_number_of_hashes_is_refused() {
    let hash = Digest::of(b"");
    for size in [0u64, 1, 2, 3, 7, 8, 255, 256, MAX_SIZE] {
        let right = size.count_ones() as usize;
        assert!(Frontier::from_hashes(size, &vec![hash; right]).is_some(), "{size}");
        assert!(Frontier::from_hashes(size, &vec![hash; right + 1]).is_none(), "{size}");
        if right > 0 {
            assert!(Frontier::from_hashes(size, &vec![hash; right - 1]).is_none(), "{size}");
        }
    }
    assert!(Frontier::from_hashes(MAX_SIZE + 1, &[hash]).is_none());
}

#[test]
fn places_end_where_their_leaves_do_and_not_beyond_the_largest_tree() {
    assert_eq!(Place { level: 0, n: 0 }.end(), Some(1));
    assert_eq!(Place { level: 3, n: 2 }.end(), Some(24));
    assert_eq!(Place { level: 0, n: MAX_SIZE - 1 }.end(), Some(MAX_SIZE));
    assert_eq!(Place { level: 62, n: 0 }.end(), Some(1 << 62));
    for (level, n) in [(0, MAX_SIZE), (0, u64::MAX), (62, 1), (63, 0), (64, 0), (255, 0), (1, 1 << 63)] {
        assert_eq!(Place { level, n }.end(), None, "level {level}, number {n}");
    }
}

#[test]
fn a_tree_says_which_hash_it_does_not_have() {
    let tree: MemoryTree = leaves(5).into_iter().collect();
    for (level, n) in [(0, 5), (1, 2), (2, 1), (3, 0), (200, 0)] {
        let place = Place { level, n };
        let error = OutsideTree { place, size: 5 };
        assert_eq!(tree.read(&[Place { level: 0, n: 0 }, place]), Err(error.clone()));
        assert_eq!(read(&tree, &[place]), Err(ReadError::Reader(error)));
    }
}

#[test]
fn a_reader_that_gives_another_number_of_hashes_is_caught() {
    struct Miscounting(usize);
    impl HashReader for Miscounting {
        type Error = std::convert::Infallible;
        fn read(&self, _: &[Place]) -> Result<Vec<Digest>, Self::Error> {
            Ok(vec![Digest::default(); self.0])
        }
    }
    assert!(root(&Miscounting(2), 3).is_ok());
    assert_eq!(root(&Miscounting(1), 3), Err(ReadError::Count { asked: 2, got: 1 }));
    assert_eq!(root(&Miscounting(3), 3), Err(ReadError::Count { asked: 2, got: 3 }));
}

proptest! {
    #[test]
    fn places_of_a_tree_follow_each_other_and_shrink(size in 0..=MAX_SIZE) {
        let mut covered = 0;
        let mut last = u8::MAX;
        for place in places(0..size) {
            prop_assert!(place.level < last);
            prop_assert_eq!(place.n << place.level, covered);
            covered = place.end().unwrap();
            last = place.level;
        }
        prop_assert_eq!(covered, size);
    }

    #[test]
    fn roots_of_huge_trees(size in 1..=MAX_SIZE, shift in 0..63u32) {
        let alike = Alike::new();
        let size = (size >> shift).max(1);
        prop_assert_eq!(root(&alike, size).unwrap(), alike.mth(size));
        let mut frontier = Frontier::read(&alike, size).unwrap();
        if size < MAX_SIZE {
            frontier.push(alike.leaf());
            prop_assert_eq!(frontier.root(), alike.mth(size + 1));
        }
    }

    #[test]
    fn node_hashes_of_different_children_differ(a: [u8; 32], b: [u8; 32]) {
        prop_assume!(a != b);
        prop_assert_ne!(node_hash(&Digest(a), &Digest(b)), node_hash(&Digest(b), &Digest(a)));
    }
}
