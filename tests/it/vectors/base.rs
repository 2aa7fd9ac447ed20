//! What the vectors are made from: one small ledger with two agents, a changed key, batches with strangers' entries in
//! them, a verdict, a review and a publication; a log key and a witness of fixed seeds.

use std::sync::Arc;

use onrecord::claim::desk::{AgentKeyChanged, Note as DeskNote, Publication, Review};
use onrecord::claim::vocab::{AgentRole, Decision, Finding, Stance};
use onrecord::entry::bundle::{EntryLine, Line};
use onrecord::entry::header::Read;
use onrecord::entry::proof::{BatchItem, Extra, Item};
use onrecord::entry::sshsig::Signer as _;
use onrecord::entry::{Event, Header, Kind, Proposal};
use onrecord::hash::{Index, leaf_hash};
use onrecord::ledger::Ledger;
use onrecord::ledger::bundle::Payloads;
use onrecord::tlog::cosign::cosign;
use onrecord::tlog::key::{Role, Signer};
use onrecord::tlog::note::Note;
use onrecord::tlog::proof::prove_inclusion;
use onrecord::tlog::prooffile::ProofFile;
use onrecord::tlog::tree::MemoryTree;

use crate::ledgers::{self, LOG, ORIGIN, claim, document, evidence, key, log_key, verdict};

/// Ben's first key and his second.
pub const BEN: u8 = 2;
pub const BEN_LATER: u8 = 3;
pub const BEN_NUMBER: Index = Index(1);
/// The claim whose history is proved.
pub const CLAIM: Index = Index(12);
/// A claim of another batch.
pub const OTHER: Index = Index(5);
/// The verdict on the claim.
pub const VERDICT: Index = Index(20);
/// Entry of a batch, by Ben.
pub const EVIDENCE: Index = Index(15);
pub const TIME: u64 = 1_767_225_600;

pub fn log() -> Signer {
    log_key(ORIGIN, LOG)
}

pub fn witness() -> Signer {
    Signer::from_seed("witness.example/w", Role::Witness, &[77; 32]).unwrap()
}

/// The checkpoint of the whole ledger, cosigned.
pub fn cosigned(ledger: &ledgers::Ledger) -> Note {
    let mut note = Note::parse(&ledger.checkpoint(ledger.size())).unwrap();
    note.add(cosign(&note, &witness(), TIME).unwrap()).unwrap();
    note
}

/// As the module says.
pub fn made() -> ledgers::Ledger {
    let mut l = unpublished();
    l.one(Some(CLAIM), Event::ClaimPublished(Publication { note: None }));
    l.one(None, Event::DocumentRegistered(document("A last page")));
    assert_eq!(l.size(), 25);
    l
}

/// The same before the claim was published.
pub fn unpublished() -> ledgers::Ledger {
    let mut l = ledgers::Ledger::open();
    l.enrol("ben", BEN, AgentRole::ALL);
    let key = key(BEN_LATER).public().to_openssh();
    l.one(Some(BEN_NUMBER), Event::AgentKeyChanged(AgentKeyChanged { key, reason: "A new laptop.".into() }));
    let p = Index::pending;
    let recorded = |doc, text: &str| Proposal::new(Event::ClaimRecorded(claim(doc, text)));
    let page = |title: &str| Proposal::new(Event::DocumentRegistered(document(title)));
    let linked = |claim, stance, cluster: &str| {
        let mut evidence = evidence(stance, cluster);
        evidence.says = format!("{cluster} — “it was so” <b>&amp;</b>");
        Proposal::about(claim, Event::EvidenceLinked(evidence))
    };
    l.commit(&[page("A first page"), page("A second"), recorded(p(1), "The tunnel was opened."), page("A third")]);
    assert_eq!(l.size(), 8);
    l.commit_as(
        BEN_NUMBER,
        BEN_LATER,
        &[
            page("Where it says that the bridge was closed"),
            recorded(Index(3), "The road was open."),
            page("Another page"),
            page("One more"),
            recorded(p(0), "The bridge was closed."),
            page("And one more"),
        ],
    );
    // 8..=13, and 14 signs them.
    l.commit_as(
        BEN_NUMBER,
        BEN_LATER,
        &[
            linked(CLAIM, Stance::Supports, "city"),
            linked(OTHER, Stance::Refutes, "gazette"),
            linked(CLAIM, Stance::Refutes, "river"),
            linked(OTHER, Stance::Supports, "city"),
        ],
    );
    // 15..=18, and 19 signs them.
    let decided = verdict(Finding::Supported, &[EVIDENCE]);
    l.commit_as(BEN_NUMBER, BEN_LATER, &[Proposal::about(CLAIM, Event::VerdictIssued(decided))]);
    let review = Review { decision: Decision::Approve, note: None };
    l.commit(&[Proposal::about(CLAIM, Event::ReviewRecorded(review)).acting_on(VERDICT)]);
    l.one(Some(CLAIM), Event::NoteAdded(DeskNote { text: "The mayor’s office has called.".into() }));
    assert_eq!(l.size(), 23);
    l
}

/// The same as a ledger that proves.
pub fn opened(ledger: &ledgers::Ledger) -> Ledger {
    let mut files = ledger.files();
    files.checkpoint = Some(cosigned(ledger).to_string().into_bytes());
    Ledger::open(Arc::new(files.store()), None, Arc::new(|text: &str| panic!("{text}"))).unwrap()
}

/// The lines of a bundle: a claim's history, or the set of these claims.
pub fn lines(ledger: &ledgers::Ledger, history: Option<Index>, claims: &[Index]) -> Vec<Line> {
    let ledger = opened(ledger);
    let mut maker = ledger.bundle(Payloads::All, ledgers::day("2026-02-01")).unwrap();
    let mut lines = vec![maker.head(history, None).unwrap()];
    lines.extend(claims.iter().filter_map(|claim| maker.claim(*claim).unwrap()));
    let mut bytes = Vec::new();
    maker
        .entries(&mut |line| {
            bytes.push(line.to_vec());
            Ok(())
        })
        .unwrap();
    lines.extend(bytes.iter().map(|line| Line::parse(line, 1).unwrap()));
    lines
}

pub fn history(ledger: &ledgers::Ledger) -> Vec<Line> {
    lines(ledger, Some(CLAIM), &[CLAIM])
}

pub fn to_bytes(lines: &[Line]) -> Vec<u8> {
    lines.iter().flat_map(|line| line.to_bytes().unwrap()).collect()
}

/// The entry line with this number.
pub fn entry(lines: &mut [Line], index: Index) -> &mut EntryLine {
    let found = lines.iter_mut().find_map(|line| match line {
        Line::Entry(entry) if entry.index == index => Some(entry),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{index} is not in the bundle"))
}

/// `text` with the one occurrence of `from` replaced: a mutation that does not apply is a mistake of the test.
pub fn mutate(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "`{from}` in {text}");
    text.replace(from, to)
}

/// The header of an entry.
pub fn header(entry: &[u8]) -> Header {
    let Ok(Read::Known(header)) = Header::decode(entry) else { panic!("{}", String::from_utf8_lossy(entry)) };
    header
}

/// The proof of an entry, put together here, also from ledgers that no program of ours would open.
pub fn proof(ledger: &ledgers::Ledger, index: Index) -> ProofFile {
    let tree = ledger.tree();
    let size = ledger.size();
    let path = |index: u64| prove_inclusion(&tree, index, size).unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let item = |index: u64| {
        let (entry, payload) = &ledger.encoded[index as usize];
        Item { entry: text(entry), index: Index(index), path: path(index), payload: Some(text(payload)) }
    };
    let headers: Vec<Header> = ledger.encoded.iter().map(|(entry, _)| header(entry)).collect();
    let own = &headers[index.0 as usize];
    let mut author = Vec::new();
    if own.agent.0 != 0 {
        author.push(item(own.agent.0));
    }
    for (number, change) in (0..index.0).zip(&headers) {
        if change.kind == Kind::AgentKeyChanged && change.about == Some(own.agent) {
            author.push(item(number));
        }
    }
    let signs = |number: &u64| headers[*number as usize].kind == Kind::BatchSigned;
    let batch = (index.0..size).find(signs).filter(|_| own.sig.is_none()).map(|number| {
        let (event, _) = Event::decode(Kind::BatchSigned, &ledger.encoded[number as usize].1).unwrap();
        let Event::BatchSigned(body) = event else { panic!() };
        let start = number - body.count;
        let covered = &ledger.encoded[start as usize..number as usize];
        let covered: MemoryTree = covered.iter().map(|(entry, _)| leaf_hash(entry)).collect();
        BatchItem { item: item(number), path: prove_inclusion(&covered, index.0 - start, body.count).unwrap() }
    });
    let whole = item(index.0);
    let extra = Extra { author, batch, entry: whole.entry, opening: item(0), payload: whole.payload };
    ProofFile::new(index.0, path(index.0), cosigned(ledger), extra.to_bytes().unwrap()).unwrap()
}
