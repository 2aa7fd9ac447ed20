//! `tlog::proof`: every inclusion and consistency proof up to size 130, and what is wrong by one step fails.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use onrecord::hash::{Digest, empty_root};
use onrecord::tlog::proof::{
    BadProof, ProveError, check_consistency, check_inclusion, prove_consistency, prove_inclusion,
};
use onrecord::tlog::tree::{MAX_SIZE, MemoryTree};
use proptest::prelude::*;
use sha2::Sha256;

use crate::tlog_oracle::{Alike, damaged, holds_consistency, holds_inclusion, leaves, mth, path, proof};

const LARGEST: u64 = 130;

fn roots(leaves: &[Digest]) -> Vec<Digest> {
    (0..=leaves.len()).map(|size| mth(&leaves[..size])).collect()
}

fn flip(hash: &Digest) -> Digest {
    let mut flipped = *hash;
    flipped.0[31] ^= 0x80;
    flipped
}

#[test]
fn every_inclusion_proof_is_the_path_of_the_rfc_and_holds() {
    let leaves = leaves(LARGEST);
    let tree: MemoryTree = leaves.iter().copied().collect();
    for size in 1..=LARGEST {
        let d = &leaves[..size as usize];
        let root = mth(d);
        for index in 0..size {
            let leaf = &leaves[index as usize];
            let found = prove_inclusion(&tree, index, size).unwrap();
            assert_eq!(found, path(index as usize, d), "leaf {index} of {size}");
            assert_eq!(check_inclusion(&found, index, size, leaf, &root), Ok(()), "leaf {index} of {size}");
            assert!(holds_inclusion(&found, index, size, leaf, &root));
        }
    }
}

#[test]
fn no_inclusion_proof_holds_with_one_thing_changed() {
    let leaves = leaves(LARGEST);
    let roots = roots(&leaves);
    let tree: MemoryTree = leaves.iter().copied().collect();
    for size in 1..=LARGEST {
        let root = &roots[size as usize];
        for index in 0..size {
            let leaf = &leaves[index as usize];
            let proof = prove_inclusion(&tree, index, size).unwrap();
            for wrong in damaged(&proof) {
                assert!(check_inclusion(&wrong, index, size, leaf, root).is_err(), "leaf {index} of {size}");
            }
            assert_eq!(check_inclusion(&proof, index, size, &flip(leaf), root), Err(BadProof::Root));
            assert_eq!(check_inclusion(&proof, index, size, leaf, &flip(root)), Err(BadProof::Root));
            // Every other index, the nearest ones and those that differ in one bit.
            let others = (0..8).map(|bit| index ^ 1 << bit).chain([index + 1, index.wrapping_sub(1), size, u64::MAX]);
            for other in others.filter(|other| *other != index) {
                assert!(check_inclusion(&proof, other, size, leaf, root).is_err(), "{other} for {index} of {size}");
            }
            for other in [size - 1, size + 1, size / 2, size * 2, LARGEST] {
                if other == size || other > LARGEST {
                    continue;
                }
                let other_root = &roots[other as usize];
                assert!(check_inclusion(&proof, index, other, leaf, other_root).is_err(), "{index} of {other}");
            }
        }
    }
}

/// A path alone does not say of how many leaves the tree is: with the same root, some other sizes give the same walk. The
/// checkpoint binds size and root together; here the two checkers must simply be of one mind.
#[test]
fn with_a_wrong_size_the_verdict_is_that_of_rfc_9162() {
    let leaves = leaves(40);
    let tree: MemoryTree = leaves.iter().copied().collect();
    let mut agreed = [0, 0];
    for size in 1..=40 {
        let root = mth(&leaves[..size as usize]);
        for index in 0..size {
            let leaf = &leaves[index as usize];
            let proof = prove_inclusion(&tree, index, size).unwrap();
            for other in 0..=80 {
                let expected = holds_inclusion(&proof, index, other, leaf, &root);
                assert_eq!(check_inclusion(&proof, index, other, leaf, &root).is_ok(), expected);
                agreed[usize::from(expected)] += 1;
            }
        }
    }
    assert!(agreed[0] > 10_000 && agreed[1] > 820, "both verdicts occur: {agreed:?}");
}

#[test]
fn every_consistency_proof_is_that_of_the_rfc_and_holds() {
    let leaves = leaves(LARGEST);
    let roots = roots(&leaves);
    let tree: MemoryTree = leaves.iter().copied().collect();
    for new in 1..=LARGEST {
        for old in 1..=new {
            let found = prove_consistency(&tree, old, new).unwrap();
            assert_eq!(found, proof(old as usize, &leaves[..new as usize]), "{old} to {new}");
            let (old_root, new_root) = (&roots[old as usize], &roots[new as usize]);
            assert_eq!(check_consistency(&found, old, new, old_root, new_root), Ok(()), "{old} to {new}");
            assert!(holds_consistency(&found, old, new, old_root, new_root));
        }
    }
}

#[test]
fn no_consistency_proof_holds_with_one_thing_changed() {
    let leaves = leaves(LARGEST);
    let roots = roots(&leaves);
    let tree: MemoryTree = leaves.iter().copied().collect();
    for new in 1..=LARGEST {
        for old in 1..=new {
            let proof = prove_consistency(&tree, old, new).unwrap();
            let (old_root, new_root) = (&roots[old as usize], &roots[new as usize]);
            for wrong in damaged(&proof) {
                assert!(check_consistency(&wrong, old, new, old_root, new_root).is_err(), "{old} to {new}");
            }
            assert!(check_consistency(&proof, old, new, &flip(old_root), new_root).is_err(), "{old} to {new}");
            assert!(check_consistency(&proof, old, new, old_root, &flip(new_root)).is_err(), "{old} to {new}");
            for (m, n) in [(old - 1, new), (old + 1, new), (old, new - 1), (old, new + 1), (new, old)] {
                if (m, n) == (old, new) || m > LARGEST || n > LARGEST {
                    continue;
                }
                let verdict = check_consistency(&proof, m, n, &roots[m as usize], &roots[n as usize]);
                // Between equal sizes there is one proof, the empty one, and it holds for every size.
                assert_eq!(verdict.is_ok(), proof.is_empty() && m == n, "proof {old} to {new} as {m} to {n}");
            }
        }
    }
}

/// What has to hold for a fork to be noticed: two logs with the same beginning, and an entry that was changed.
#[test]
fn a_rewritten_entry_has_no_consistency_proof() {
    let honest = leaves(40);
    let old_root = mth(&honest[..20]);
    for changed in 0..20 {
        let mut rewritten = honest.clone();
        rewritten[changed] = flip(&honest[changed]);
        let tree: MemoryTree = rewritten.iter().copied().collect();
        let proof = prove_consistency(&tree, 20, 40).unwrap();
        let verdict = check_consistency(&proof, 20, 40, &old_root, &tree.root());
        assert_eq!(verdict, Err(BadProof::OldRoot), "entry {changed} was changed");
    }
}

#[test]
fn what_cannot_be_proved_is_refused_on_both_sides() {
    let tree: MemoryTree = leaves(9).into_iter().collect();
    let root = tree.root();
    for (index, size) in [(9, 9), (0, 0), (10, 9), (u64::MAX, 9), (u64::MAX, u64::MAX)] {
        assert_eq!(prove_inclusion(&tree, index, size), Err(ProveError::Outside { index, size }));
        assert_eq!(check_inclusion(&[], index, size, &root, &root), Err(BadProof::Outside { index, size }));
    }
    for (old, new) in [(0, 9), (0, 0), (9, 8), (u64::MAX, 9)] {
        assert_eq!(prove_consistency(&tree, old, new), Err(ProveError::Sizes { old, new }));
        let verdict = check_consistency(&[], old, new, &empty_root(), &root);
        assert_eq!(verdict, Err(BadProof::Sizes { old, new }));
    }
    assert!(matches!(prove_inclusion(&tree, 3, 10), Err(ProveError::Read(_))), "the tree has 9 leaves only");
    assert!(matches!(prove_consistency(&tree, 3, 10), Err(ProveError::Read(_))), "the tree has 9 leaves only");
}

#[test]
fn lengths_are_told_before_anything_is_hashed() {
    let root = Digest::of(b"any");
    let verdict = check_inclusion(&[root; 100], 5, 8, &root, &root);
    assert_eq!(verdict, Err(BadProof::Length { expected: 3, found: 100 }));
    let verdict = check_consistency(&[root], 8, 8, &root, &root);
    assert_eq!(verdict, Err(BadProof::Length { expected: 0, found: 1 }));
    let verdict = check_consistency(&[], 8, 9, &root, &root);
    assert_eq!(verdict, Err(BadProof::Length { expected: 1, found: 0 }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn proofs_are_those_of_ct_merkle(size in 1..2_000u64, a: prop::sample::Index, b: prop::sample::Index) {
        let mut other = MemoryBackedTree::<Sha256, String>::new();
        (0..size).for_each(|i| other.push(format!("leaf {i}")));
        let tree: MemoryTree = leaves(size).into_iter().collect();
        let flat = |hashes: Vec<Digest>| hashes.iter().flat_map(|hash| hash.0).collect::<Vec<_>>();

        let index = a.index(size as usize);
        let ours = flat(prove_inclusion(&tree, index as u64, size).unwrap());
        prop_assert_eq!(ours, other.prove_inclusion(index).as_bytes().to_vec());

        let added = b.index(size as usize);
        if added > 0 {
            let ours = flat(prove_consistency(&tree, size - added as u64, size).unwrap());
            prop_assert_eq!(ours, other.prove_consistency(added).as_bytes().to_vec());
        }
    }
}

proptest! {
    #[test]
    fn proofs_of_huge_trees_hold_for_every_checker(
        new in 1..=MAX_SIZE, shift in 0..63u32, index: u64, old: u64,
    ) {
        let alike = Alike::new();
        let new = (new >> shift).max(1);
        let (index, old) = (index % new, old % new + 1);
        let theirs = |hash: &Digest| tlog_tiles::Hash(hash.0);
        let root = alike.mth(new);

        let proof = prove_inclusion(&alike, index, new).unwrap();
        prop_assert_eq!(check_inclusion(&proof, index, new, &alike.leaf(), &root), Ok(()));
        prop_assert!(holds_inclusion(&proof, index, new, &alike.leaf(), &root));
        let record: Vec<_> = proof.iter().map(theirs).collect();
        let verdict = tlog_tiles::check_record(&record, new, theirs(&root), index, theirs(&alike.leaf()));
        prop_assert!(verdict.is_ok());
        for wrong in damaged(&proof) {
            prop_assert!(check_inclusion(&wrong, index, new, &alike.leaf(), &root).is_err() || wrong == proof);
        }

        let old_root = alike.mth(old);
        let proof = prove_consistency(&alike, old, new).unwrap();
        prop_assert_eq!(check_consistency(&proof, old, new, &old_root, &root), Ok(()));
        prop_assert!(holds_consistency(&proof, old, new, &old_root, &root));
        let tree: Vec<_> = proof.iter().map(theirs).collect();
        let verdict = tlog_tiles::check_tree(&tree, new, theirs(&root), old, theirs(&old_root));
        prop_assert!(verdict.is_ok());
    }

    #[test]
    fn checkers_take_any_numbers(index: u64, size: u64, count in 0..70usize) {
        let root = Digest::of(b"any");
        let path = vec![root; count];
        prop_assert_eq!(
            check_inclusion(&path, index, size, &root, &root).is_ok(),
            holds_inclusion(&path, index, size, &root, &root)
        );
        prop_assert_eq!(
            check_consistency(&path, index, size, &root, &root).is_ok(),
            holds_consistency(&path, index, size, &root, &root)
        );
    }
}
