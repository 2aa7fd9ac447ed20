//! Proof files of one entry: their form, their path, and what they carry to show the author.

use base64ct::{Base64, Encoding as _};
use onrecord::canon;
use onrecord::claim::desk::{AgentRevoked, BatchSigned};
use onrecord::entry::Event;
use onrecord::entry::header::Sig;
use onrecord::entry::proof::{Extra, Item, MAX_EXTRA};
use onrecord::hash::{Digest, Index, leaf_hash};
use onrecord::tlog::prooffile::ProofFile;

use super::base::{BEN_NUMBER, EVIDENCE, OTHER, VERDICT, header, made, mutate, opened, proof};
use super::{Vector, done};
use crate::ledgers::{self, Ledger, OWNER, document};

/// The same with another extra.
fn with(file: &ProofFile, change: impl FnOnce(&mut Extra)) -> String {
    let mut extra: Extra = canon::from_bytes(file.extra(), MAX_EXTRA).unwrap();
    change(&mut extra);
    let bytes = extra.to_bytes().unwrap();
    ProofFile::new(file.index(), file.path().to_vec(), file.checkpoint().clone(), bytes).unwrap().to_string()
}

fn extra(file: &ProofFile) -> Extra {
    canon::from_bytes(file.extra(), MAX_EXTRA).unwrap()
}

/// With the bytes of the extra changed as text.
fn with_text(file: &ProofFile, change: impl FnOnce(&str) -> String) -> String {
    let text = change(std::str::from_utf8(file.extra()).unwrap());
    let old = Base64::encode_string(file.extra());
    mutate(&file.to_string(), &old, &Base64::encode_string(text.as_bytes()))
}

fn with_path(file: &ProofFile, change: impl FnOnce(&mut Vec<Digest>)) -> String {
    let mut path = file.path().to_vec();
    change(&mut path);
    ProofFile::new(file.index(), path, file.checkpoint().clone(), file.extra().to_vec()).unwrap().to_string()
}

pub fn vectors() -> Vec<Vector> {
    let ledger = made();
    let (batched, alone) = (proof(&ledger, EVIDENCE), proof(&ledger, VERDICT));
    for index in (0..ledger.size()).map(Index) {
        let ours = opened(&ledger).prove(index, false).unwrap();
        assert_eq!(ours, proof(&ledger, index), "what the program writes");
    }
    let mut all = vec![
        Vector::untouched("untouched, covered by a batch", batched.to_string()),
        Vector::untouched("untouched, signed by itself", alone.to_string()),
        Vector::untouched("untouched, the opening", proof(&ledger, Index(0)).to_string()),
        Vector::untouched("untouched, by the owner", proof(&ledger, Index(21)).to_string()),
    ];
    all.extend(form(&alone.to_string()));
    all.extend(tree(&batched, &proof(&ledger, OTHER)));
    all.extend(carried(&batched, &alone, &ledger));
    all.extend(forged());
    all
}

fn form(text: &str) -> Vec<Vector> {
    let hash = text.lines().nth(3).unwrap();
    let no = |name: &str, why: &str, file: String| Vector::refused(name, why, file);
    vec![
        no("version 2", "form-head", mutate(text, "tlog-proof@v1", "tlog-proof@v2")),
        no("byte order mark", "form-head", format!("\u{feff}{text}")),
        no("carriage returns", "form-head", text.replace('\n', "\r\n")),
        no("index with a leading zero", "form-index", mutate(text, "\nindex 20", "\nindex 020")),
        no("index with a sign", "form-index", mutate(text, "\nindex 20", "\nindex +20")),
        no("no index", "form-index", mutate(text, "\nindex 20", "")),
        no("extra that is empty", "form-extra", {
            let line = text.lines().nth(1).unwrap();
            mutate(text, line, "extra ")
        }),
        no("extra that is no base64", "form-extra", mutate(text, "\nextra ey", "\nextra e*")),
        no("hash without padding", "form-hash", mutate(text, hash, hash.trim_end_matches('='))),
        no("hash in hexadecimal", "form-hash", mutate(text, hash, &Digest::of(b"x").hex())),
        no("64 hashes", "form-hashes", mutate(text, hash, &vec![hash; 64].join("\n"))),
        no("cut off before the checkpoint", "form-short", text.split_once("\n\n").unwrap().0.to_owned() + "\n"),
        no("checkpoint without signatures", "form-checkpoint", {
            let (before, _) = text.rsplit_once("\n\n").unwrap();
            format!("{before}\n")
        }),
        no("over 256 KiB", "form-too-long", format!("{text}{}", "x".repeat(256 << 10))),
    ]
}

fn tree(file: &ProofFile, other: &ProofFile) -> Vec<Vector> {
    let no = |name: &str, why: &str, text: String| Vector::refused(name, why, text);
    let at = |index: u64| mutate(&file.to_string(), "\nindex 15\n", &format!("\nindex {index}\n"));
    vec![
        no("index of the entry before", "path", at(14)),
        no("index of the entry after", "path", at(16)),
        no("index of the last entry, whose path is shorter", "path-length", at(24)),
        no("index beyond the tree", "index", at(25)),
        no("hash of the path flipped in one bit", "path", with_path(file, |p| p[0].0[0] ^= 1)),
        no("last hash of the path flipped", "path", with_path(file, |p| p.last_mut().unwrap().0[31] ^= 128)),
        no("two hashes of the path exchanged", "path", with_path(file, |p| p.swap(0, 1))),
        no("hash of the path left out", "path-length", with_path(file, |p| done(p.remove(1)))),
        no("hash of the path doubled", "path-length", with_path(file, |p| p.insert(0, p[0]))),
        no("no path", "path-length", with_path(file, Vec::clear)),
        no("path of another entry", "path", with_path(file, |p| *p = other.path().to_vec())),
        no(
            "entry changed by a word",
            "path",
            with(file, |e| e.entry = mutate(&e.entry, "evidence-linked", "search-recorded")),
        ),
        no("entry of another claim", "path", with(file, |e| e.entry = extra(other).entry)),
        no("time of the entry changed", "path", with(file, |e| e.entry = e.entry.replacen("2026-01", "2025-01", 1))),
        no("entry with white space", "path", with(file, |e| e.entry = e.entry.replacen(',', ", ", 1))),
        no(
            "checkpoint of another size, not signed",
            "checkpoint-signature",
            mutate(&file.to_string(), "\n25\n", "\n24\n"),
        ),
        no("extra left out", "no-entry", {
            let text = file.to_string();
            let line = text.lines().nth(1).unwrap();
            mutate(&text, &format!("{line}\n"), "")
        }),
        no("extra of another program", "foreign-extra", with_text(file, |_| "{\"leaf\":\"x\"}".into())),
        no(
            "extra with a key too many",
            "foreign-extra",
            with_text(file, |t| t.replacen("{\"author\"", "{\"a\":1,\"author\"", 1)),
        ),
        no(
            "extra with keys out of order",
            "foreign-extra",
            with_text(file, |t| {
                let rest = t.strip_prefix('{').unwrap().strip_suffix('}').unwrap();
                let (first, last) = rest.rsplit_once(",\"payload\":").unwrap();
                format!("{{\"payload\":{last},{first}}}")
            }),
        ),
        no("extra with white space", "foreign-extra", with_text(file, |t| t.replacen(':', ": ", 1))),
        no("extra that is cut off", "foreign-extra", with_text(file, |t| t[..t.len() - 1].to_owned())),
        no(
            "extra with an empty list",
            "foreign-extra",
            with_text(file, |t| t.replacen("\"opening\":{", "\"opening\":{\"path\":[],", 1)),
        ),
    ]
}

/// What lies beside the entry in the file.
fn carried(batched: &ProofFile, alone: &ProofFile, ledger: &Ledger) -> Vec<Vector> {
    let no = |name: &str, why: &str, text: String| Vector::refused(name, why, text);
    let items = |index: u64| {
        let file = proof(ledger, Index(index));
        let e = extra(&file);
        Item { entry: e.entry, index: Index(index), path: file.path().to_vec(), payload: e.payload }
    };
    vec![
        no(
            "payload changed by a letter",
            "payload-digest",
            with(batched, |e| swap(&mut e.payload, "it was so", "it was no")),
        ),
        no("payload of another entry", "payload-digest", with(batched, |e| e.payload = items(17).payload)),
        no(
            "payload with another salt",
            "payload-digest",
            with(batched, |e| swap(&mut e.payload, "\"salt\":\"AAAA", "\"salt\":\"BAAA")),
        ),
        no("payload left out", "withheld", with(batched, |e| e.payload = None)),
        no("enrolment left out", "no-enrolment", with(batched, |e| e.author.clear())),
        no("enrolment without its payload", "withheld", with(batched, |e| e.author[0].payload = None)),
        no(
            "enrolment with another key",
            "payload-digest",
            with(batched, |e| swap(&mut e.author[0].payload, "\"ben\"", "\"eve\"")),
        ),
        no("enrolment at another index", "path", with(batched, |e| e.author[0].index = Index(2))),
        no("another entry for the enrolment", "other-enrolment", with(batched, |e| e.author[0] = items(3))),
        no("key change left out of a batch's proof", "batch-signature", with(batched, |e| done(e.author.pop()))),
        no("key change left out of a signature's proof", "signature", with(alone, |e| done(e.author.pop()))),
        no("key change without its payload", "withheld", with(alone, |e| e.author[1].payload = None)),
        no("key change twice", "not-key-change", with(alone, |e| e.author.push(e.author[1].clone()))),
        no("another entry for the key change", "not-key-change", with(alone, |e| e.author[1] = items(3))),
        no("enrolment for the key change", "not-key-change", with(alone, |e| e.author[1] = e.author[0].clone())),
        no("path of the key change cut", "path-length", with(alone, |e| done(e.author[1].path.pop()))),
        no("opening of another kind", "opening", with(alone, |e| e.opening = items(3))),
        no(
            "opening with another owner",
            "payload-digest",
            with(alone, |e| swap(&mut e.opening.payload, "\"ada\"", "\"eve\"")),
        ),
        no("opening at index 1", "path", with(alone, |e| e.opening.index = Index(1))),
        no("path of the opening changed", "path", with(alone, |e| e.opening.path[2].0[9] ^= 2)),
        no("batch left out", "no-batch", with(batched, |e| e.batch = None)),
        no("batch without its payload", "withheld", with(batched, |e| e.batch.as_mut().unwrap().item.payload = None)),
        no("batch of the entries before", "batch-range", with(batched, |e| e.batch.as_mut().unwrap().item = items(14))),
        no("batch of the owner", "batch-range", with(batched, |e| e.batch.as_mut().unwrap().item = items(7))),
        no("another entry for the batch", "batch-range", with(batched, |e| e.batch.as_mut().unwrap().item = items(20))),
        no(
            "count of the batch changed",
            "payload-digest",
            with(batched, |e| swap(&mut e.batch.as_mut().unwrap().item.payload, "\"count\":4", "\"count\":5")),
        ),
        no(
            "path to the batch's root changed",
            "batch-root",
            with(batched, |e| e.batch.as_mut().unwrap().path[0].0[3] ^= 1),
        ),
        no("path to the batch's root cut", "batch-root", with(batched, |e| done(e.batch.as_mut().unwrap().path.pop()))),
        no(
            "path to the batch's root of its neighbour",
            "batch-root",
            with(batched, |e| {
                e.batch.as_mut().unwrap().path = extra(&proof(ledger, Index(16))).batch.unwrap().path;
            }),
        ),
        no(
            "batch beside an entry that signs for itself",
            "batch-range",
            with(alone, |e| e.batch = extra(batched).batch),
        ),
    ]
}

fn swap(payload: &mut Option<String>, from: &str, to: &str) {
    *payload = Some(mutate(payload.as_ref().unwrap(), from, to));
}

/// An entry at the end of the base ledger, put there and proved by a desk that holds the log's key and lies.
fn lied(change: impl FnOnce(&mut Ledger) -> Index) -> String {
    let mut ledger = made();
    let index = change(&mut ledger);
    proof(&ledger, index).to_string()
}

fn page() -> Event {
    Event::DocumentRegistered(document("A page that nobody wrote"))
}

/// Entries that stand in the log, and whose author did not make them.
fn forged() -> Vec<Vector> {
    let no = |name: &str, why: &str, text: String| Vector::refused(name, why, text);
    let by_ben = |seed: u8| {
        lied(|l| {
            let (mut header, payload) = l.header(&page(), None);
            header.agent = BEN_NUMBER;
            l.sign(&mut header, seed);
            l.raw(&header, payload, Some(&page()))
        })
    };
    vec![
        Vector::untouched("untouched, by Ben with his later key", by_ben(super::base::BEN_LATER)),
        no("signed with the key that was changed", "signature", by_ben(super::base::BEN)),
        no("signed with the owner's key in Ben's name", "signature", by_ben(OWNER)),
        no(
            "entry of another ledger by the same person",
            "signature",
            lied(|l| {
                let mut other = Ledger::with("example.org/other", 77, OWNER, onrecord::claim::Policy::solo());
                let number = other.document("A page");
                let (entry, payload) = other.encoded[number.0 as usize].clone();
                l.state.apply(&leaf_hash(&entry), &header(&entry), None);
                l.raw_bytes(entry, payload)
            }),
        ),
        no(
            "signature of another entry",
            "signature",
            lied(|l| {
                let sig = header(&l.encoded[24].0).sig;
                let (mut header, payload) = l.header(&page(), None);
                header.sig = sig;
                l.raw(&header, payload, Some(&page()))
            }),
        ),
        no(
            "signature without the line that names the ledger",
            "signature",
            lied(|l| {
                let (mut header, payload) = l.header(&page(), None);
                l.id = Digest::default();
                l.sign(&mut header, OWNER);
                l.raw(&header, payload, Some(&page()))
            }),
        ),
        no(
            "signature of 63 bytes",
            "signature",
            lied(|l| {
                l.edited(None, &page(), |_| {});
                let (entry, payload) = l.encoded.pop().unwrap();
                let mut header = header(&entry);
                header.sig = Some(Sig(header.sig.unwrap().0[..63].to_vec()));
                l.raw_bytes(header.encode().unwrap(), payload)
            }),
        ),
        no(
            "by an agent who was never enrolled",
            "other-enrolment",
            lied(|l| l.edited(None, &page(), |header| header.agent = Index(3))),
        ),
        no(
            "decision without a signature of its own, in a batch",
            "unsigned",
            lied(|l| {
                let event =
                    Event::VerdictIssued(ledgers::verdict(onrecord::claim::vocab::Finding::Refuted, &[Index(16)]));
                let (header, payload) = l.header(&event, Some(OTHER));
                let index = l.raw(&header, payload, Some(&event));
                let root = leaf_hash(&l.encoded[index.0 as usize].0);
                l.one(Some(Index(0)), Event::BatchSigned(BatchSigned { count: 1, root }));
                index
            }),
        ),
        no(
            "batch over another agent's entry",
            "batch-agent",
            lied(|l| {
                let (mut header, payload) = l.header(&page(), None);
                header.agent = BEN_NUMBER;
                let index = l.raw(&header, payload, Some(&page()));
                let root = leaf_hash(&l.encoded[index.0 as usize].0);
                l.one(Some(Index(0)), Event::BatchSigned(BatchSigned { count: 1, root }));
                index
            }),
        ),
        no(
            "batch over another root",
            "batch-root",
            lied(|l| {
                let (header, payload) = l.header(&page(), None);
                let index = l.raw(&header, payload, Some(&page()));
                l.one(Some(Index(0)), Event::BatchSigned(BatchSigned { count: 1, root: Digest::of(b"x") }));
                index
            }),
        ),
        no(
            "payload that is no body of its kind",
            "payload-form",
            lied(|l| {
                let event = Event::AgentRevoked(AgentRevoked { from: None, reason: "left".into() });
                let (mut header, _) = l.header(&event, Some(BEN_NUMBER));
                let payload =
                    b"{\"body\":{\"from\":\"3\",\"reason\":\"left\"},\"salt\":\"AAAAAAAAAAAAAAAAAAAAAA\"}".to_vec();
                header.digest = Digest::of(&payload);
                l.sign(&mut header, OWNER);
                l.raw(&header, payload, None)
            }),
        ),
        no(
            "payload with white space",
            "payload-form",
            lied(|l| {
                let (mut header, payload) = l.header(&page(), None);
                let payload = String::from_utf8(payload).unwrap().replacen(':', ": ", 1).into_bytes();
                header.digest = Digest::of(&payload);
                l.sign(&mut header, OWNER);
                l.raw(&header, payload, None)
            }),
        ),
    ]
}
