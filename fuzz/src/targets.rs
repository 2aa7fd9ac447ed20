//! One function for every parser of bytes from outside: it reads them and asks for what must hold of whatever it accepts.
//!
//! The fuzzer (`fuzz/src/main.rs`) and `cargo test` (`tests/it/fuzz_corpus.rs`) run the same functions. No panic is the
//! least of it: what is accepted is written again and must be the same bytes, or read again and be the same value.

#![expect(clippy::expect_used, reason = "a target fails by panicking")]

use std::fmt::Display;
use std::str::FromStr;

use onrecord::canon;
use onrecord::claim::Problems;
use onrecord::entry::header::{Header, Read};
use onrecord::entry::sshsig::PublicKey;
use onrecord::entry::{Event, Kind, proof};
use onrecord::exchange::bundle::Reader;
use onrecord::exchange::import::foreign::Source;
use onrecord::exchange::import::map::Mapping;
use onrecord::exchange::import::{self, ImportError, Plan, own};
use onrecord::hash::Digest;
use onrecord::ledger::head::Head;
use onrecord::ledger::staging::Staged;
use onrecord::query::Query;
use onrecord::stamp::{Query as StampQuery, Token};
use onrecord::tlog::bundle::{Bundle, Items, MAX_ITEM, append};
use onrecord::tlog::checkpoint::Checkpoint;
use onrecord::tlog::key::{Role, Signer, Verifier};
use onrecord::tlog::note::{Note, Signature};
use onrecord::tlog::policy::Policy;
use onrecord::tlog::prooffile::ProofFile;
use onrecord::tlog::tile::Tile;
use onrecord::tlog::witness::request::Request;

/// A target: its name, which is also that of its corpus, and what it does.
pub type Target = (&'static str, fn(&[u8]));

/// All of them. A parser that is new gets a line here and a seed in `fuzz/corpus/<name>/`.
pub const TARGETS: &[Target] = &[
    ("note", note),
    ("checkpoint", checkpoint),
    ("cosignature", cosignature),
    ("vkey", vkey),
    ("policy", policy),
    ("proof", proof_file),
    ("tile-path", tile_path),
    ("bundle-path", bundle_path),
    ("bundle", bundle),
    ("header", header),
    ("payload", payload),
    ("json", json),
    ("claim-file", claim_file),
    ("query", query),
    ("ssh-key", ssh_key),
    ("edtf", edtf),
    ("timestamp", timestamp),
    ("day", day),
    ("head", head),
    ("staging", staging),
    ("csv", csv),
    ("jsonl", jsonl),
    ("stamp-query", stamp_query),
    ("stamp-answer", stamp_answer),
    ("witness-request", witness_request),
    ("history", history),
    ("reviews", reviews),
    ("averitec", averitec),
    ("table", table),
    ("lines", lines),
    ("own-claim", own_claim),
];

fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

/// What reads a text and is written as the same text.
fn exact<T: FromStr + Display>(data: &[u8]) {
    if let Some(text) = text(data)
        && let Ok(value) = text.parse::<T>()
    {
        assert_eq!(value.to_string(), text, "accepted, and written as something else");
    }
}

/// The log whose checkpoints the corpus holds: the key of the fixed vector in the tests.
fn log() -> Verifier {
    let seed: [u8; 32] = std::array::from_fn(|i| i as u8);
    let signer = Signer::from_seed("log.example/onrecord", Role::Log, &seed).expect("a name without spaces");
    signer.verifier().clone()
}

fn note(data: &[u8]) {
    if let Ok(note) = Note::parse(data) {
        assert_eq!(note.to_string().as_bytes(), data);
        // Nobody signed what a fuzzer wrote: either the seed itself, or refused.
        if note.verify(&[log()]).is_ok() {
            assert!(note.text().starts_with("log.example/onrecord\n"), "the fixed vector's text");
        }
    }
}

fn checkpoint(data: &[u8]) {
    exact::<Checkpoint>(data);
    if let Ok((checkpoint, note)) = Checkpoint::open(data, &log()) {
        assert_eq!((checkpoint.size(), note.to_string().as_bytes()), (3, data), "only the seed is signed");
    }
}

fn cosignature(data: &[u8]) {
    if let Some(text) = text(data)
        && let Some(signature) = Signature::parse(text)
    {
        assert_eq!(signature.to_string(), text);
    }
}

fn vkey(data: &[u8]) {
    exact::<Verifier>(data);
}

fn policy(data: &[u8]) {
    if let Ok(policy) = Policy::parse(data) {
        // A policy never accepts what nobody signed.
        let nobody = Note::new("log.example/onrecord\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
        assert!(policy.check(&nobody.expect("a note")).is_err());
    }
}

fn proof_file(data: &[u8]) {
    if let Ok(file) = ProofFile::parse(data) {
        assert_eq!(file.to_string().as_bytes(), data);
        let answers = proof::check(&file, Policy::of_log(log()).ok().as_ref());
        let untrusted = proof::check(&file, None);
        assert_ne!(untrusted.included, proof::Outcome::Holds, "nobody was trusted");
        if answers.by_author == proof::Outcome::Holds {
            assert_eq!(answers.included, proof::Outcome::Holds, "an author of what is not included");
        }
    }
}

fn tile_path(data: &[u8]) {
    exact::<Tile>(data);
}

fn bundle_path(data: &[u8]) {
    exact::<Bundle>(data);
}

/// The first byte is the width, the rest the bundle.
fn bundle(data: &[u8]) {
    let Some((width, bytes)) = data.split_first() else { return };
    let width = u16::from(*width) + 1;
    if let Ok(items) = Items::decode(bytes, width, MAX_ITEM) {
        let mut again = Vec::new();
        let mut count = 0;
        for item in items {
            append(&mut again, item, MAX_ITEM).expect("it was read within the limit");
            count += 1;
        }
        assert_eq!((again.as_slice(), count), (bytes, usize::from(width)));
    }
}

fn header(data: &[u8]) {
    if let Ok(Read::Known(header)) = Header::decode(data) {
        assert_eq!(header.encode().expect("it was read"), data);
    }
}

/// The first byte chooses the kind, the rest is the payload.
fn payload(data: &[u8]) {
    let Some((kind, bytes)) = data.split_first() else { return };
    let kind = Kind::ALL[usize::from(*kind) % Kind::ALL.len()];
    if let Ok((event, salt)) = Event::decode(kind, bytes) {
        assert_eq!(event.kind(), kind);
        assert_eq!(event.encode(salt).expect("it was read"), bytes);
    }
}

fn json(data: &[u8]) {
    if let Ok(value) = canon::value_from_bytes(data, 65_535) {
        assert_eq!(canon::value_to_bytes(&value).expect("it was read"), data);
    }
}

fn claim_file(data: &[u8]) {
    // Whatever comes: a folder or a list of mistakes, each of which can be shown.
    if let Err(mistakes) = onrecord::draft::parse(&[("claims.toml", data)]) {
        assert!(!mistakes.0.is_empty());
        for mistake in &mistakes.0 {
            assert!(!mistake.to_string().is_empty());
        }
    }
}

fn query(data: &[u8]) {
    if let Some(text) = text(data) {
        match Query::parse(text) {
            Ok(query) => {
                let written = query.to_string();
                let again = Query::parse(&written);
                assert_eq!(again.as_ref().ok(), Some(&query), "`{text}` became `{written}`");
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

fn ssh_key(data: &[u8]) {
    if let Some(text) = text(data)
        && let Ok(key) = PublicKey::from_openssh(text)
    {
        assert_eq!(PublicKey::from_openssh(&key.to_openssh()).ok(), Some(key));
    }
}

fn edtf(data: &[u8]) {
    exact::<onrecord::claim::edtf::Edtf>(data);
}

fn timestamp(data: &[u8]) {
    exact::<onrecord::time::Timestamp>(data);
}

fn day(data: &[u8]) {
    exact::<onrecord::time::Day>(data);
}

fn head(data: &[u8]) {
    if let Ok(head) = Head::from_bytes(data) {
        assert_eq!(head.to_string().as_bytes(), data);
    }
}

fn staging(data: &[u8]) {
    if let Ok(staged) = Staged::decode(data.to_vec()) {
        assert_eq!(staged.bytes(), data);
        assert_eq!(staged.leaves().len(), staged.count());
    }
}

fn csv(data: &[u8]) {
    if let Ok(rows) = onrecord::exchange::reread::csv(data) {
        assert!(rows <= data.len() as u64);
    }
}

fn jsonl(data: &[u8]) {
    if let Ok(lines) = onrecord::exchange::reread::jsonl(data) {
        assert_eq!(lines, data.split(|b| *b == b'\n').count() as u64 - 1);
    }
}

fn stamp_query(data: &[u8]) {
    if let Ok(query) = StampQuery::from_bytes(data) {
        assert_eq!(query.to_bytes(), data);
    }
}

fn stamp_answer(data: &[u8]) {
    if let Ok(token) = Token::from_answer(data) {
        // What is kept of it comes from its bytes, and its certificates make a file.
        assert!(token.certificates.iter().all(|one| data.windows(one.len()).any(|window| window == one)));
        assert_eq!(token.certificates_pem().matches("BEGIN CERTIFICATE").count(), token.certificates.len());
    }
}

fn witness_request(data: &[u8]) {
    if let Ok(request) = Request::parse(data) {
        assert_eq!(request.to_string().as_bytes(), data);
    }
}

fn history(data: &[u8]) {
    // The policy trusts a log whose key nobody here has: nothing that a fuzzer writes may hold.
    let policy = Policy::of_log(log()).ok();
    let mut reader = Reader::new(data, policy.as_ref());
    loop {
        match reader.next() {
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(error) => return assert!(!error.to_string().is_empty()),
        }
    }
    if let Ok(report) = reader.report() {
        assert_ne!(report.outcome(), onrecord::entry::why::Outcome::Holds, "nobody signed it");
    }
}

fn planned(data: &[u8], plan: Result<Plan, ImportError>) {
    match plan {
        Ok(plan) => {
            assert!(plan.rejected.iter().all(|one| !one.reason.is_empty() && !one.locator.is_empty()));
            for row in &plan.rows {
                assert!(!row.locator.is_empty());
                assert!(row.span.iter().all(|span| data.get(span.clone()).is_some()), "{:?}", row.span);
                // What goes on record is what may be recorded.
                assert!(row.evidence.iter().all(|one| Problems::of(one).is_empty()), "{:?}", row.evidence);
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn source(format: &'static str) -> Source<'static> {
    let today = "2026-11-23".parse().expect("a day");
    Source { by: "fuzz", format, sha256: Digest([1; 32]), today }
}

fn mapping() -> Mapping {
    let columns = [("claim", "statement"), ("who", "speaker"), ("label", "label"), ("page", "url")];
    Mapping::new(columns.map(|(a, b)| (a.to_owned(), b.to_owned())), []).expect("a mapping")
}

fn reviews(data: &[u8]) {
    planned(data, import::claimreviews(data, &source("claimreview")));
}

fn averitec(data: &[u8]) {
    planned(data, import::averitecs(data, &source("averitec")));
}

fn table(data: &[u8]) {
    planned(data, import::tables(data, b',', &mapping(), &source("csv")));
}

fn lines(data: &[u8]) {
    planned(data, import::json_lines(data, &mapping(), &source("jsonl")));
}

fn own_claim(data: &[u8]) {
    let imported = onrecord::claim::Imported {
        by: "fuzz".into(),
        extra: Vec::new(),
        format: "jsonl".into(),
        locator: "line 1".into(),
        origin: None,
        sha256: Digest([1; 32]),
    };
    if let Some(text) = text(data)
        && let Err(reason) = own::read(text, "line 1", &imported)
    {
        assert!(!reason.is_empty());
    }
}
