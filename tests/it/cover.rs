//! `tlog::cover`: every set of leaves of every small tree, against the literal recursion of RFC 6962.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use onrecord::hash::{Digest, leaf_hash, node_hash};
use onrecord::tlog::cover::{BadCover, Cover, hashes_before};
use onrecord::tlog::tree::MemoryTree;

fn leaf(n: u64) -> Digest {
    leaf_hash(&n.to_be_bytes())
}

/// MTH of the RFC.
fn mth(from: u64, to: u64) -> Digest {
    if to - from == 1 {
        return leaf(from);
    }
    let k = (to - from).next_power_of_two() / 2;
    node_hash(&mth(from, from + k), &mth(from + k, to))
}

/// The cover by definition: a subtree without a chosen leaf is one hash, any other falls in two.
fn by_definition(from: u64, to: u64, chosen: &[u64], out: &mut Vec<Digest>) {
    if !chosen.iter().any(|n| (from..to).contains(n)) {
        out.push(mth(from, to));
    } else if to - from > 1 {
        let k = (to - from).next_power_of_two() / 2;
        by_definition(from, from + k, chosen, out);
        by_definition(from + k, to, chosen, out);
    }
}

/// Hashes before each chosen leaf, and after the last.
fn proved(tree: &MemoryTree, chosen: &[u64], size: u64) -> Vec<Vec<Digest>> {
    let mut next = 0;
    let mut all = Vec::new();
    for to in chosen.iter().copied().chain([size]) {
        all.push(hashes_before(tree, next, to, size).unwrap());
        next = to + 1;
    }
    all
}

fn root(chosen: &[u64], size: u64, hashes: &[Vec<Digest>]) -> Result<Digest, BadCover> {
    let mut cover = Cover::new(size);
    for (index, before) in chosen.iter().zip(hashes) {
        cover.leaf(*index, before, leaf(*index))?;
    }
    cover.root(hashes.last().unwrap())
}

#[test]
fn every_set_of_every_tree_up_to_ten() {
    let mut sets = 0;
    for size in 1..=10_u64 {
        let tree: MemoryTree = (0..size).map(leaf).collect();
        for set in 1..1_u64 << size {
            let chosen: Vec<u64> = (0..size).filter(|n| set >> n & 1 == 1).collect();
            let hashes = proved(&tree, &chosen, size);
            let mut expected = Vec::new();
            by_definition(0, size, &chosen, &mut expected);
            assert_eq!(hashes.concat(), expected, "{chosen:?} of {size}");
            assert_eq!(root(&chosen, size, &hashes), Ok(mth(0, size)), "{chosen:?} of {size}");
            // Any hash changed leads elsewhere; any hash moved, left out or doubled does not fit.
            for at in 0..hashes.len() {
                for k in 0..hashes[at].len() {
                    let mut changed = hashes.clone();
                    changed[at][k].0[7] ^= 1;
                    assert_ne!(root(&chosen, size, &changed), Ok(mth(0, size)));
                    changed[at].remove(k);
                    assert!(matches!(root(&chosen, size, &changed), Err(BadCover::Length { .. })));
                }
                let mut doubled = hashes.clone();
                doubled[at].push(leaf(0));
                assert!(matches!(root(&chosen, size, &doubled), Err(BadCover::Length { .. })));
            }
            sets += 1;
        }
    }
    assert_eq!(sets, 2_036);
}

#[test]
fn large_trees_with_few_leaves() {
    for size in [255, 256, 257, 700, 1_023] {
        let tree: MemoryTree = (0..size).map(leaf).collect();
        for chosen in [vec![0], vec![size - 1], vec![0, size / 2, size - 1], vec![3, 4, 5, 250], vec![128]] {
            let hashes = proved(&tree, &chosen, size);
            let mut expected = Vec::new();
            by_definition(0, size, &chosen, &mut expected);
            assert_eq!(hashes.concat(), expected);
            assert_eq!(root(&chosen, size, &hashes), Ok(mth(0, size)));
        }
    }
}

#[test]
fn leaves_out_of_order_or_outside() {
    let mut cover = Cover::new(4);
    cover.leaf(0, &[], leaf(0)).unwrap();
    assert_eq!(cover.leaf(0, &[], leaf(0)), Err(BadCover::Order { index: 0 }));
    assert_eq!(cover.leaf(4, &[leaf(1), leaf(2)], leaf(4)), Err(BadCover::Outside { index: 4, size: 4 }));
    // Sizes that no log has: neither a panic nor a loop.
    assert!(Cover::new(u64::MAX).leaf(u64::MAX, &[], leaf(0)).is_err());
    assert!(Cover::new(u64::MAX).leaf(u64::MAX / 2 - 1, &[], leaf(0)).is_err());
    assert!(Cover::new(u64::MAX).root(&[]).is_err());
    assert_eq!(Cover::new(0).root(&[]).unwrap(), Digest::of(b""));
}
