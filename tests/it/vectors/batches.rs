//! Ledgers whose batches are wrong, as an audit finds them.

use onrecord::claim::desk::BatchSigned;
use onrecord::entry::Event;
use onrecord::entry::batch::root;
use onrecord::hash::{Digest, Index, leaf_hash};

use super::Vector;
use super::base::{BEN_NUMBER, made};
use super::recorded::{bytes, wrong};
use crate::ledgers::{Ledger, document};

fn unsigned(l: &mut Ledger, title: &str, agent: Index) {
    let event = Event::DocumentRegistered(document(title));
    let (mut header, payload) = l.header(&event, None);
    header.agent = agent;
    l.raw(&header, payload, Some(&event));
}

/// The owner signs the last `count` entries, under another root if one is given.
fn signs(l: &mut Ledger, count: u64, other: Option<Digest>) {
    let leaves: Vec<Digest> = l.encoded.iter().map(|(entry, _)| leaf_hash(entry)).collect();
    let from = leaves.len().saturating_sub(count as usize);
    let root = other.unwrap_or_else(|| root(&leaves[from..]));
    l.one(Some(Index(0)), Event::BatchSigned(BatchSigned { count, root }));
}

pub fn vectors() -> Vec<Vector> {
    let owner = Index(0);
    let mut right = made();
    unsigned(&mut right, "One", owner);
    unsigned(&mut right, "Two", owner);
    signs(&mut right, 2, None);
    vec![
        Vector::untouched("untouched", bytes(&right)),
        wrong("entry that no batch covers", "A02", |l| unsigned(l, "One", owner)),
        wrong("entry before the batch's range", "A02", |l| {
            unsigned(l, "One", owner);
            unsigned(l, "Two", owner);
            signs(l, 1, None);
        }),
        wrong("entry after the batch", "A02", |l| {
            unsigned(l, "One", owner);
            signs(l, 1, None);
            unsigned(l, "Two", owner);
        }),
        wrong("root of other entries", "A03", |l| {
            unsigned(l, "One", owner);
            signs(l, 1, Some(Digest::of(b"x")));
        }),
        wrong("root over the entries in another order", "A03", |l| {
            unsigned(l, "One", owner);
            unsigned(l, "Two", owner);
            let leaves: Vec<Digest> = l.encoded.iter().rev().take(2).map(|(entry, _)| leaf_hash(entry)).collect();
            signs(l, 2, Some(root(&leaves)));
        }),
        wrong("root of one entry fewer", "A03", |l| {
            unsigned(l, "One", owner);
            unsigned(l, "Two", owner);
            let last = leaf_hash(&l.encoded.last().unwrap().0);
            signs(l, 2, Some(last));
        }),
        wrong("batch over another agent's entry", "A04", |l| {
            unsigned(l, "One", BEN_NUMBER);
            signs(l, 1, None);
        }),
        wrong("batch over one entry of one's own and one of another's", "A04", |l| {
            unsigned(l, "One", owner);
            unsigned(l, "Two", BEN_NUMBER);
            signs(l, 2, None);
        }),
        wrong("batch over what is covered already", "A05", |l| {
            unsigned(l, "One", owner);
            signs(l, 1, None);
            signs(l, 2, None);
        }),
        wrong("batch that reaches into another", "A05", |l| {
            unsigned(l, "One", owner);
            signs(l, 9, None);
        }),
        wrong("batch of more entries than there are", "A02 A03", |l| {
            unsigned(l, "One", owner);
            signs(l, 99, Some(Digest::of(b"x")));
        }),
    ]
}
