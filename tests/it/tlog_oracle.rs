//! Independent answers for the tests of `tlog`: the recursive definitions of RFC 6962, section 2.1, to the letter, the
//! iterative checkers of RFC 9162, sections 2.1.3.2 and 2.1.4.2, and a tree of equal leaves of any size.

use std::convert::Infallible;

use onrecord::hash::{Digest, leaf_hash, node_hash};
use onrecord::tlog::tree::{HashReader, Place};

/// Leaf hashes of `n` different leaves.
pub fn leaves(n: u64) -> Vec<Digest> {
    (0..n).map(|i| leaf_hash(format!("leaf {i}").as_bytes())).collect()
}

/// The largest power of two strictly below `n`, found by trying.
fn k(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}

/// MTH(D), over leaf hashes.
pub fn mth(d: &[Digest]) -> Digest {
    match d {
        [] => Digest::of(b""),
        [leaf] => *leaf,
        _ => node_hash(&mth(&d[..k(d.len())]), &mth(&d[k(d.len())..])),
    }
}

/// PATH(m, D).
pub fn path(m: usize, d: &[Digest]) -> Vec<Digest> {
    if d.len() == 1 {
        return vec![];
    }
    let k = k(d.len());
    let (mut proof, last) = if m < k { (path(m, &d[..k]), mth(&d[k..])) } else { (path(m - k, &d[k..]), mth(&d[..k])) };
    proof.push(last);
    proof
}

/// PROOF(m, D).
pub fn proof(m: usize, d: &[Digest]) -> Vec<Digest> {
    subproof(m, d, true)
}

fn subproof(m: usize, d: &[Digest], b: bool) -> Vec<Digest> {
    if m == d.len() {
        return if b { vec![] } else { vec![mth(d)] };
    }
    let k = k(d.len());
    let (mut proof, last) =
        if m <= k { (subproof(m, &d[..k], b), mth(&d[k..])) } else { (subproof(m - k, &d[k..], false), mth(&d[..k])) };
    proof.push(last);
    proof
}

/// RFC 9162, section 2.1.3.2.
pub fn holds_inclusion(proof: &[Digest], index: u64, size: u64, leaf: &Digest, root: &Digest) -> bool {
    if index >= size {
        return false;
    }
    let (mut f, mut s, mut r) = (index, size - 1, *leaf);
    for p in proof {
        if s == 0 {
            return false;
        }
        if f & 1 == 1 || f == s {
            r = node_hash(p, &r);
            while f & 1 == 0 && f != 0 {
                f >>= 1;
                s >>= 1;
            }
        } else {
            r = node_hash(&r, p);
        }
        f >>= 1;
        s >>= 1;
    }
    s == 0 && r == *root
}

/// RFC 9162, section 2.1.4.2; equal sizes as C2SP has them, the empty tree refused.
pub fn holds_consistency(proof: &[Digest], old: u64, new: u64, old_root: &Digest, new_root: &Digest) -> bool {
    if old == 0 || old > new {
        return false;
    }
    if old == new {
        return proof.is_empty() && old_root == new_root;
    }
    if proof.is_empty() {
        return false;
    }
    let mut proof = proof.to_vec();
    if old.is_power_of_two() {
        proof.insert(0, *old_root);
    }
    let (mut f, mut s) = (old - 1, new - 1);
    while f & 1 == 1 {
        f >>= 1;
        s >>= 1;
    }
    let (mut fr, mut sr) = (proof[0], proof[0]);
    for c in &proof[1..] {
        if s == 0 {
            return false;
        }
        if f & 1 == 1 || f == s {
            fr = node_hash(c, &fr);
            sr = node_hash(c, &sr);
            while f & 1 == 0 && f != 0 {
                f >>= 1;
                s >>= 1;
            }
        } else {
            sr = node_hash(&sr, c);
        }
        f >>= 1;
        s >>= 1;
    }
    fr == *old_root && sr == *new_root && s == 0
}

/// A tree of any size whose leaves are all alike: a stored hash depends on its level only.
pub struct Alike(Vec<Digest>);

impl Alike {
    pub fn new() -> Self {
        let mut levels = vec![leaf_hash(b"alike")];
        for level in 0..63 {
            levels.push(node_hash(&levels[level], &levels[level]));
        }
        Self(levels)
    }

    pub fn leaf(&self) -> Digest {
        self.0[0]
    }

    /// MTH for `size` > 0: by the definition, with what is equal computed once.
    pub fn mth(&self, size: u64) -> Digest {
        if size.is_power_of_two() {
            return self.0[size.trailing_zeros() as usize];
        }
        let mut k = 1;
        while k < size - k {
            k *= 2;
        }
        node_hash(&self.mth(k), &self.mth(size - k))
    }
}

impl HashReader for Alike {
    type Error = Infallible;

    fn read(&self, places: &[Place]) -> Result<Vec<Digest>, Infallible> {
        Ok(places.iter().map(|place| self.0[usize::from(place.level)]).collect())
    }
}

/// Every list that one step leads to from `proof`: a bit flipped, an element missing, doubled, or surplus at the end.
pub fn damaged(proof: &[Digest]) -> Vec<Vec<Digest>> {
    let mut all = Vec::new();
    for i in 0..proof.len() {
        let mut flipped = proof.to_vec();
        flipped[i].0[i % 32] ^= 1 << (i % 8);
        let mut missing = proof.to_vec();
        missing.remove(i);
        let mut doubled = proof.to_vec();
        doubled.insert(i, proof[i]);
        all.extend([flipped, missing, doubled]);
    }
    all.push([proof, &[Digest::of(b"surplus")]].concat());
    all
}
