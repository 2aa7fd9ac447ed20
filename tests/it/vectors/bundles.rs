//! Bundles: a claim's history, and claim sets.

use onrecord::claim::Handle;
use onrecord::claim::desk::{AgentEnrolled, AgentRevoked, BatchSigned, Review};
use onrecord::claim::vocab::{AgentKind, AgentRole, Confidence, Decision, Finding, Workflow};
use onrecord::entry::bundle::{End, EntryLine, Head, Line, Stated};
use onrecord::entry::sshsig::Signer as _;
use onrecord::entry::{Event, Kind, Proposal};
use onrecord::hash::{Digest, Index, leaf_hash};
use onrecord::tlog::cover::hashes_before;
use onrecord::tlog::tree::MemoryTree;

use super::base::{
    BEN, BEN_LATER, BEN_NUMBER, CLAIM, EVIDENCE, OTHER, VERDICT, entry, header, history, lines, made, mutate, to_bytes,
    unpublished,
};
use super::{Vector, done};
use crate::ledgers::{self, Ledger, OWNER, document, key};

fn head(lines: &mut [Line]) -> &mut Head {
    let Line::Head(head) = &mut lines[0] else { panic!() };
    head
}

fn end(lines: &mut [Line]) -> &mut End {
    let Some(Line::End(end)) = lines.last_mut() else { panic!() };
    end
}

fn stated(lines: &mut [Line]) -> &mut Stated {
    let Line::Claim(stated) = &mut lines[1] else { panic!() };
    stated
}

fn place(lines: &[Line], index: Index) -> usize {
    lines.iter().position(|line| matches!(line, Line::Entry(e) if e.index == index)).unwrap()
}

/// Takes an entry out and puts the hashes in that then stand for it, as one would who wants to hide it.
fn hidden(ledger: &Ledger, lines: &mut Vec<Line>, index: Index) {
    let at = place(lines, index);
    lines.remove(at);
    end(lines).entries -= 1;
    let tree = ledger.tree();
    let size = ledger.size();
    let mut next = 0;
    for line in lines.iter_mut() {
        let (to, hashes) = match line {
            Line::Entry(entry) => (entry.index.0, &mut entry.before),
            Line::End(end) => (size, &mut end.after),
            _ => continue,
        };
        *hashes = hashes_before(&tree, next, to, size).unwrap();
        next = to + 1;
    }
    let there: Vec<u64> =
        lines.iter().filter_map(|l| if let Line::Entry(e) = l { Some(e.index.0) } else { None }).collect();
    for line in lines {
        let Line::Entry(entry) = line else { continue };
        if header(entry.entry.as_bytes()).kind != Kind::BatchSigned {
            continue;
        }
        let (event, _) = Event::decode(Kind::BatchSigned, entry.payload.as_ref().unwrap().as_bytes()).unwrap();
        let Event::BatchSigned(body) = event else { panic!() };
        let start = entry.index.0 - body.count;
        let covered = &ledger.encoded[start as usize..entry.index.0 as usize];
        let tree: MemoryTree = covered.iter().map(|(entry, _)| leaf_hash(entry)).collect();
        let (mut next, mut all) = (0, Vec::new());
        for to in there.iter().filter_map(|i| i.checked_sub(start)).filter(|to| *to < body.count).chain([body.count]) {
            all.extend(hashes_before(&tree, next, to, body.count).unwrap());
            next = to + 1;
        }
        entry.batch = all;
    }
}

fn swap(entry: &mut EntryLine, from: &str, to: &str) {
    entry.payload = Some(mutate(entry.payload.as_ref().unwrap(), from, to));
}

/// A line of text in place of line `at`.
fn raw(lines: &[Line], at: usize, change: impl FnOnce(&str) -> String) -> Vec<u8> {
    let mut all: Vec<Vec<u8>> = lines.iter().map(|line| line.to_bytes().unwrap()).collect();
    all[at] = change(std::str::from_utf8(&all[at]).unwrap()).into_bytes();
    all.concat()
}

pub fn histories() -> Vec<Vector> {
    let ledger = made();
    let base = history(&ledger);
    let mut all = vec![Vector::untouched("untouched", to_bytes(&base))];
    all.extend(form(&base));
    all.extend(hashes(&base));
    all.extend(contents(&ledger, &base));
    all.extend(lies());
    all
}

fn form(base: &[Line]) -> Vec<Vector> {
    let no = |name: &str, why: &str, change: &dyn Fn(&mut Vec<Line>)| {
        let mut lines = base.to_vec();
        change(&mut lines);
        Vector::refused(name, why, to_bytes(&lines))
    };
    let text = |name: &str, why: &str, at: usize, change: &dyn Fn(&str) -> String| {
        Vector::refused(name, why, raw(base, at, change))
    };
    let whole = to_bytes(base);
    let last = base.len() - 1;
    vec![
        no("another version", "form-format", &|l| head(l).format = "onrecord-bundle/1".into()),
        no("checkpoint without signatures", "form-checkpoint", &|l| {
            let head = head(l);
            head.checkpoint = head.checkpoint.split_once("\n\n").unwrap().0.to_owned() + "\n";
        }),
        no("note that is no checkpoint", "form-checkpoint-text", &|l| {
            let head = head(l);
            head.checkpoint = mutate(&head.checkpoint, "\n25\n", "\n025\n");
        }),
        no("head left out", "form-order", &|l| done(l.remove(0))),
        no("head twice", "form-order", &|l| l.insert(1, l[0].clone())),
        no("last line left out", "form-short", &|l| done(l.pop())),
        no("last line twice", "form-order", &|l| l.push(l.last().unwrap().clone())),
        no("claim after an entry", "form-order", &|l| {
            let stated = l.remove(1);
            l.insert(3, stated);
        }),
        no("claim stated twice", "form-order", &|l| l.insert(1, l[1].clone())),
        no("opening left out", "form-order", &|l| done(l.remove(2))),
        no("two entries exchanged", "form-order", &|l| l.swap(4, 5)),
        no("entry twice", "form-order", &|l| l.insert(4, l[3].clone())),
        no("number of entries wrong", "form-counts", &|l| end(l).entries += 1),
        no("number of claims wrong", "form-counts", &|l| end(l).claims = 0),
        no("finding without a confidence", "form-stated", &|l| stated(l).confidence = None),
        no("confidence without a finding", "form-stated", &|l| stated(l).finding = None),
        no("batch hashes on an entry that signs none", "form-batch", &|l| {
            entry(l, VERDICT).batch = vec![Digest::of(b"x")];
        }),
        text("white space in a line", "form-line", 3, &|t| t.replacen(':', ": ", 1)),
        text("key that no line has", "form-line", 1, &|t| t.replacen("{\"claim\":{", "{\"claim\":{\"a\":1,", 1)),
        text("keys out of order", "form-line", last, &|t| {
            let count = format!("\"entries\":{}", last - 2);
            mutate(t, &format!("\"claims\":1,{count}"), &format!("{count},\"claims\":1"))
        }),
        text("line of an unknown kind", "form-line", 1, &|t| t.replacen("{\"claim\":", "{\"claims\":", 1)),
        text("two kinds in a line", "form-line", last, &|t| t.replacen("}}", "},\"end\":{}}", 1)),
        text("null", "form-line", 1, &|t| t.replacen("{\"claim\":{", "{\"claim\":null,\"x\":{", 1)),
        text("finding that is no word", "form-line", 1, &|t| mutate(t, "\"supported\"", "\"true\"")),
        text("hash in upper case", "form-line", last, &|t| {
            let hash = t.split('"').find(|part| part.len() == 64).unwrap();
            mutate(t, hash, &hash.to_uppercase())
        }),
        text("index as text", "form-line", 3, &|t| mutate(t, "\"index\":1,", "\"index\":\"1\",")),
        text("empty list of hashes", "form-line", 3, &|t| t.replacen("{\"entry\":{", "{\"entry\":{\"before\":[],", 1)),
        text("empty line", "form-line", 3, &|t| format!("\n{t}")),
        text("carriage return", "form-line", 3, &|t| t.replace('\n', "\r\n")),
        text("line over 1 MiB", "form-too-long", 1, &|t| format!("{}{t}", " ".repeat(1 << 20))),
        Vector::refused("cut off within a line", "form-cut", &whole[..whole.len() - 30]),
        Vector::refused("last line feed missing", "form-cut", &whole[..whole.len() - 1]),
        Vector::refused("cut off after a line", "form-short", raw(base, last, |_| String::new())),
    ]
}

fn hashes(base: &[Line]) -> Vec<Vector> {
    let no = |name: &str, why: &str, change: &dyn Fn(&mut Vec<Line>)| {
        let mut lines = base.to_vec();
        change(&mut lines);
        Vector::refused(name, why, to_bytes(&lines))
    };
    vec![
        no("hash before an entry flipped in one bit", "cover-root", &|l| entry(l, CLAIM).before[0].0[0] ^= 1),
        no("hash after the last entry flipped", "cover-root", &|l| end(l).after[0].0[31] ^= 1),
        no("hash before an entry left out", "form-cover", &|l| done(entry(l, CLAIM).before.pop())),
        no("hash before an entry doubled", "form-cover", &|l| {
            let before = &mut entry(l, CLAIM).before;
            before.push(before[0]);
        }),
        no("hash after the last entry left out", "form-cover", &|l| end(l).after.clear()),
        no("hash after the last entry too many", "form-cover", &|l| end(l).after.push(Digest::of(b"x"))),
        no("entry left out, nothing in its place", "form-cover", &|l| {
            l.remove(place(l, EVIDENCE));
            end(l).entries -= 1;
        }),
        no("index of an entry raised", "form-cover", &|l| entry(l, Index(23)).index = Index(24)),
        no("index beyond the tree", "form-cover", &|l| entry(l, Index(23)).index = Index(25)),
        no("entry changed by a word", "cover-root", &|l| {
            let e = entry(l, EVIDENCE);
            e.entry = mutate(&e.entry, "evidence-linked", "search-recorded");
        }),
        no("entry replaced by another", "cover-root", &|l| {
            let other = entry(l, VERDICT).entry.clone();
            entry(l, EVIDENCE).entry = other;
        }),
        no("two entries change places, not their numbers", "cover-root", &|l| {
            let (a, b) = (entry(l, EVIDENCE).entry.clone(), entry(l, Index(17)).entry.clone());
            (entry(l, EVIDENCE).entry, entry(l, Index(17)).entry) = (b, a);
        }),
        no("size in the checkpoint lowered", "form-cover", &|l| {
            let head = head(l);
            head.checkpoint = mutate(&head.checkpoint, "\n25\n", "\n24\n");
        }),
        no("signature of the checkpoint flipped", "checkpoint-signature", &|l| {
            let head = head(l);
            let at = head.checkpoint.find("desk ").unwrap() + 30;
            let other = if head.checkpoint.as_bytes()[at] == b'A' { "B" } else { "A" };
            head.checkpoint.replace_range(at..=at, other);
        }),
        no("cosignature left out", "quorum", &|l| {
            let head = head(l);
            let at = head.checkpoint.find("— witness").unwrap();
            head.checkpoint.truncate(at);
        }),
        no("checkpoint of an earlier tree, signed", "form-cover", &|l| {
            let made = made();
            head(l).checkpoint = String::from_utf8(made.checkpoint(20)).unwrap();
        }),
    ]
}

/// What stands in the lines, under a tree that is as it was.
fn contents(ledger: &Ledger, base: &[Line]) -> Vec<Vector> {
    let no = |name: &str, why: &str, change: &dyn Fn(&mut Vec<Line>)| {
        let mut lines = base.to_vec();
        change(&mut lines);
        Vector::refused(name, why, to_bytes(&lines))
    };
    let hide = |name: &str, why: &str, index: Index| no(name, why, &|l| hidden(ledger, l, index));
    vec![
        no("payload of the evidence changed", "payload-digest", &|l| {
            swap(entry(l, EVIDENCE), "it was so", "it was no");
        }),
        no("payload of the verdict changed", "payload-digest", &|l| {
            swap(entry(l, VERDICT), "\"supported\"", "\"refuted\"");
        }),
        no("payloads of two entries exchanged", "payload-digest", &|l| {
            let (a, b) = (entry(l, EVIDENCE).payload.clone(), entry(l, Index(17)).payload.clone());
            (entry(l, EVIDENCE).payload, entry(l, Index(17)).payload) = (b, a);
        }),
        no("enrolment without its payload", "withheld", &|l| entry(l, BEN_NUMBER).payload = None),
        no("opening without its payload", "opening", &|l| entry(l, Index(0)).payload = None),
        no("key change without its payload", "withheld", &|l| entry(l, Index(2)).payload = None),
        no("batch without its payload", "withheld", &|l| entry(l, Index(14)).payload = None),
        no("verdict without its payload", "hidden", &|l| entry(l, VERDICT).payload = None),
        no("review without its payload", "hidden", &|l| entry(l, Index(21)).payload = None),
        no("batch hash flipped", "batch-root", &|l| entry(l, Index(19)).batch[0].0[4] ^= 1),
        no("batch hash left out", "batch-root", &|l| done(entry(l, Index(19)).batch.pop())),
        no("batch hash doubled", "batch-root", &|l| {
            let batch = &mut entry(l, Index(19)).batch;
            batch.push(batch[0]);
        }),
        no("stated refuted", "differs", &|l| stated(l).finding = Some(Finding::Refuted)),
        no("stated with high confidence", "differs", &|l| stated(l).confidence = Some(Confidence::High)),
        no("stated unverified", "differs", &|l| (stated(l).finding, stated(l).confidence) = (None, None)),
        no("stated not second-read", "differs", &|l| stated(l).second_read = false),
        no("stated retracted", "differs", &|l| stated(l).state = Workflow::Retracted),
        no("stated of a claim that is not in the file", "no-claim", &|l| stated(l).claim = OTHER),
        hide("review hidden", "left-out", Index(21)),
        hide("verdict hidden", "left-out", VERDICT),
        hide("evidence against it hidden", "left-out", Index(17)),
        hide("publication hidden", "differs", Index(23)),
        hide("enrolment hidden", "no-enrolment", BEN_NUMBER),
        hide("key change hidden", "batch-signature", Index(2)),
        hide("batch hidden", "no-batch", Index(19)),
        hide("claim itself hidden", "no-claim", CLAIM),
    ]
}

/// The history after something that a desk did who holds the log's key and lies.
fn lied(change: impl FnOnce(&mut Ledger)) -> Vec<u8> {
    let mut ledger = unpublished();
    change(&mut ledger);
    to_bytes(&history(&ledger))
}

fn refuting() -> Event {
    Event::VerdictIssued(ledgers::verdict(Finding::Refuted, &[Index(17)]))
}

fn lies() -> Vec<Vector> {
    let no = |name: &str, why: &str, file: Vec<u8>| Vector::refused(name, why, file);
    let enrolled = |handle: &str, seed: u8| {
        let (handle, key) = (Handle(handle.into()), key(seed).public().to_openssh());
        Event::AgentEnrolled(AgentEnrolled { handle, key, kind: AgentKind::Person, roles: AgentRole::ALL.to_vec() })
    };
    // Another agent who then approves, so that the history needs the enrolment.
    let reviewed_by = |event: Event, seed: u8| {
        lied(|l| {
            let number = l.one(None, event);
            let review = Review { decision: Decision::Approve, note: None };
            l.commit_as(number, seed, &[Proposal::about(CLAIM, Event::ReviewRecorded(review)).acting_on(VERDICT)]);
        })
    };
    vec![
        Vector::untouched("untouched, with another reviewer", reviewed_by(enrolled("cy", 9), 9)),
        no("key enrolled twice", "key-twice", reviewed_by(enrolled("cy", BEN), BEN)),
        no("later key enrolled again", "key-twice", reviewed_by(enrolled("cy", BEN_LATER), BEN_LATER)),
        no("handle enrolled twice", "handle-twice", reviewed_by(enrolled("ben", 9), 9)),
        no(
            "decision on a stale view",
            "stale-prev",
            lied(|l| {
                l.edited(Some(CLAIM), &refuting(), |header| header.prev = Some(VERDICT));
            }),
        ),
        no(
            "prev before the claim",
            "wrong-prev",
            lied(|l| {
                l.edited(Some(CLAIM), &refuting(), |header| header.prev = Some(Index(3)));
            }),
        ),
        no(
            "prev of an entry to come",
            "wrong-prev",
            lied(|l| {
                l.edited(Some(CLAIM), &refuting(), |header| header.prev = Some(Index(90)));
            }),
        ),
        no(
            "no prev",
            "wrong-prev",
            lied(|l| {
                l.edited(Some(CLAIM), &refuting(), |header| header.prev = None);
            }),
        ),
        no(
            "verdict signed with the key that was changed",
            "signature",
            lied(|l| {
                let (mut header, payload) = l.header(&refuting(), Some(CLAIM));
                header.agent = BEN_NUMBER;
                l.sign(&mut header, BEN);
                l.raw(&header, payload, Some(&refuting()));
            }),
        ),
        no(
            "verdict of another ledger",
            "signature",
            lied(|l| {
                let (mut header, payload) = l.header(&refuting(), Some(CLAIM));
                let id = std::mem::replace(&mut l.id, Digest::of(b"another ledger"));
                l.sign(&mut header, OWNER);
                l.id = id;
                l.raw(&header, payload, Some(&refuting()));
            }),
        ),
        no(
            "verdict without a signature, in a batch",
            "unsigned",
            lied(|l| {
                let (header, payload) = l.header(&refuting(), Some(CLAIM));
                let index = l.raw(&header, payload, Some(&refuting()));
                let root = leaf_hash(&l.encoded[index.0 as usize].0);
                l.one(Some(Index(0)), Event::BatchSigned(BatchSigned { count: 1, root }));
            }),
        ),
        no(
            "verdict by an agent who had been revoked",
            "revoked",
            lied(|l| {
                l.one(Some(BEN_NUMBER), Event::AgentRevoked(AgentRevoked { from: None, reason: "left".into() }));
                l.commit_as(BEN_NUMBER, BEN_LATER, &[Proposal::about(CLAIM, refuting())]);
            }),
        ),
        no("batch over another agent's evidence", "batch-agent", lied(|l| batch(l, |h, _| h.agent = BEN_NUMBER, 1))),
        no("batch over another root", "batch-root", lied(|l| batch(l, |_, root| *root = Digest::of(b"x"), 1))),
        no("batch that begins before the last one ended", "batch-range", lied(|l| batch(l, |_, _| {}, 8))),
        no(
            "entry that no batch covers",
            "no-batch",
            lied(|l| {
                let event = Event::EvidenceLinked(ledgers::evidence(onrecord::claim::vocab::Stance::Refutes, "river"));
                let (header, payload) = l.header(&event, Some(CLAIM));
                l.raw(&header, payload, Some(&event));
            }),
        ),
    ]
}

/// Evidence without a signature, and a batch of the owner's over the `count` entries up to it.
fn batch(l: &mut Ledger, change: impl FnOnce(&mut onrecord::entry::Header, &mut Digest), count: u64) {
    let event = Event::EvidenceLinked(ledgers::evidence(onrecord::claim::vocab::Stance::Refutes, "river"));
    let (mut head, payload) = l.header(&event, Some(CLAIM));
    let mut wrong = Digest::default();
    change(&mut head, &mut wrong);
    let index = l.raw(&head, payload, Some(&event));
    let leaves: Vec<Digest> = l.encoded.iter().map(|(entry, _)| leaf_hash(entry)).collect();
    let from = (index.0 + 1 - count) as usize;
    let root = if wrong == Digest::default() { onrecord::entry::batch::root(&leaves[from..]) } else { wrong };
    l.one(Some(Index(0)), Event::BatchSigned(BatchSigned { count, root }));
}

pub fn claim_sets() -> Vec<Vector> {
    let ledger = made();
    let base = lines(&ledger, None, &[OTHER, CLAIM]);
    let whole = whole(&ledger);
    let no = |name: &str, why: &str, base: &[Line], change: &dyn Fn(&mut Vec<Line>)| {
        let mut lines = base.to_vec();
        change(&mut lines);
        Vector::refused(name, why, to_bytes(&lines))
    };
    vec![
        Vector::untouched("untouched, two claims", to_bytes(&base)),
        Vector::untouched("untouched, the whole log", to_bytes(&whole)),
        no("claims out of order", "form-order", &base, &|l| l.swap(1, 2)),
        no("claim of a number that is a document", "no-claim", &base, &|l| stated(l).claim = Index(3)),
        no("one of two claims stated wrong", "differs", &base, &|l| stated(l).state = Workflow::Published),
        no("claim of another set put in", "form-counts", &base, &|l| {
            let another = Stated { claim: Index(13), ..*stated(l) };
            l.insert(3, Line::Claim(another));
        }),
        no("evidence of one claim hidden", "left-out", &base, &|l| hidden(&ledger, l, Index(16))),
        no("evidence of one claim put under the other", "cover-root", &base, &|l| {
            let e = entry(l, Index(16));
            e.entry = mutate(&e.entry, "\"about\":5", "\"about\":12");
        }),
        no("whole log: an entry changed", "cover-root", &whole, &|l| {
            let e = entry(l, Index(24));
            e.entry = e.entry.replacen("2026-01", "2025-01", 1);
        }),
        no("whole log: the last entry left out", "form-cover", &whole, &|l| {
            l.remove(place(l, Index(24)));
            end(l).entries -= 1;
        }),
        no("whole log: a hash for the last entry, and the entry too", "form-cover", &whole, &|l| {
            end(l).after = vec![Digest::of(b"x")];
        }),
        no("whole log: payload of a batch changed", "payload-digest", &whole, &|l| {
            swap(entry(l, Index(14)), "\"count\":6", "\"count\":5");
        }),
        no("whole log: agent of an entry changed", "cover-root", &whole, &|l| {
            let e = entry(l, VERDICT);
            e.entry = mutate(&e.entry, "\"agent\":1", "\"agent\":0");
        }),
        no("whole log: an entry of another ledger at its end", "signature", &foreign(), &|_| {}),
    ]
}

/// A bundle of every entry, put together here.
fn whole(ledger: &Ledger) -> Vec<Line> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let mut all = vec![Line::Head(Head {
        as_of: None,
        checkpoint: super::base::cosigned(ledger).to_string(),
        format: onrecord::entry::bundle::FORMAT.into(),
        history: None,
        query: None,
    })];
    all.extend(ledger.encoded.iter().zip(0..).map(|((entry, payload), index)| {
        let payload = Some(text(payload));
        Line::Entry(EntryLine { batch: vec![], before: vec![], entry: text(entry), index: Index(index), payload })
    }));
    all.push(Line::End(End { after: vec![], claims: 0, entries: ledger.size() }));
    all
}

fn foreign() -> Vec<Line> {
    let mut ledger = made();
    let mut other = Ledger::with("example.org/other", 77, OWNER, onrecord::claim::Policy::solo());
    let number = other.one(None, Event::DocumentRegistered(document("A page")));
    let (entry, payload) = other.encoded[number.0 as usize].clone();
    ledger.state.apply(&leaf_hash(&entry), &header(&entry), None);
    ledger.raw_bytes(entry, payload);
    whole(&ledger)
}
