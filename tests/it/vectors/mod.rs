//! The negative vectors of `tests/vectors/negative/`: what a stranger must refuse, each named after what was done to it,
//! each with the reason for which it is refused. `refused` is written down by whoever made the mutation, never taken from
//! a run. The vectors without it are the untouched ones, and hold.
//!
//! `ONRECORD_BLESS=1 cargo test --test it vectors::` writes the files anew from fixed seeds.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod base;
mod batches;
mod bundles;
mod keys;
mod kinds;
mod notes;
mod proofs;
mod recorded;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use onrecord::entry::bundle::check::Report;
use onrecord::entry::proof;
use onrecord::entry::why::{Outcome, Why};
use onrecord::exchange::bundle::{ReadError, Reader};
use onrecord::hash::from_hex;
use onrecord::tlog::note::{BadNote, Note};
use onrecord::tlog::policy::Policy;
use onrecord::tlog::prooffile::{BadProofFile, ProofFile};
use serde::{Deserialize, Serialize};

/// A vector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// What was done.
    pub name: String,
    /// Why it is refused; absent for an untouched one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// The file, where it is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The file in hexadecimal, where it is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hex: Option<String>,
    /// Or the text as a change of an untouched one above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub splice: Option<Splice>,
}

/// From the text of another vector, `cut` bytes at byte `at` give way to `put`, `times` over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Splice {
    /// Name of the other.
    of: String,
    at: usize,
    cut: usize,
    put: String,
    /// How often; 1 where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<usize>,
}

impl Splice {
    fn between(of: &Vector, text: &str) -> Option<Self> {
        let base = of.text.as_ref()?;
        let mut at = base.bytes().zip(text.bytes()).take_while(|(a, b)| a == b).count();
        while !base.is_char_boundary(at) || !text.is_char_boundary(at) {
            at -= 1;
        }
        let rest = (base.len() - at).min(text.len() - at);
        let mut end = base.bytes().rev().zip(text.bytes().rev()).take(rest).take_while(|(a, b)| a == b).count();
        while !base.is_char_boundary(base.len() - end) || !text.is_char_boundary(text.len() - end) {
            end -= 1;
        }
        let put = text[at..text.len() - end].to_owned();
        let one = put.chars().next().filter(|first| put.len() > 1_000 && put.chars().all(|c| c == *first));
        let (put, times) = one.map_or((put.clone(), None), |one| (one.to_string(), Some(put.len())));
        Some(Self { of: of.name.clone(), at, cut: base.len() - end - at, put, times })
    }

    fn text(&self, base: &str) -> String {
        format!("{}{}{}", &base[..self.at], self.put.repeat(self.times.unwrap_or(1)), &base[self.at + self.cut..])
    }
}

impl Vector {
    /// What must hold.
    pub fn untouched(name: &str, file: impl Into<Vec<u8>>) -> Self {
        Self::new(name, None, file.into())
    }

    /// What must be refused, and why.
    pub fn refused(name: &str, why: &str, file: impl Into<Vec<u8>>) -> Self {
        Self::new(name, Some(why.to_owned()), file.into())
    }

    fn new(name: &str, refused: Option<String>, file: Vec<u8>) -> Self {
        let (text, hex) = match String::from_utf8(file) {
            Ok(text) => (Some(text), None),
            Err(e) => (None, Some(onrecord::hash::to_hex(e.as_bytes()))),
        };
        Self { name: name.to_owned(), refused, text, hex, splice: None }
    }

    /// The same, written as a change of the untouched vector that it is closest to.
    fn short(mut self, untouched: &[Self]) -> Self {
        let Some(text) = self.text.as_ref().filter(|_| self.refused.is_some()) else { return self };
        let closest = untouched.iter().filter_map(|of| Splice::between(of, text)).min_by_key(|s| s.put.len());
        if let Some(splice) = closest.filter(|splice| splice.put.len() < text.len() / 2) {
            (self.text, self.splice) = (None, Some(splice));
        }
        self
    }

    /// The same, written out.
    fn long(mut self, untouched: &BTreeMap<String, String>) -> Self {
        if let Some(splice) = self.splice.take() {
            self.text = Some(splice.text(&untouched[&splice.of]));
        }
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        match (&self.text, &self.hex) {
            (Some(text), None) => text.clone().into_bytes(),
            (None, Some(hex)) => from_hex(hex).unwrap(),
            _ => panic!("{}: text or hex", self.name),
        }
    }
}

/// For a mutation of which only the effect is wanted.
pub fn done<T>(_: T) {}

/// Decides on the bytes of one vector: `None`, it holds; else the code of the reason.
type Decide = fn(&[u8]) -> Option<String>;

/// Makes the vectors of a family.
type Make = fn() -> Vec<Vector>;

/// A file of vectors: its name, who makes it, who decides, and whether the page decides too, by the same codes.
const FAMILIES: &[(&str, Make, Decide, Page)] = &[
    ("notes", notes::notes, note, Page::Refuses),
    ("checkpoints", notes::checkpoints, trusted, Page::SameCode),
    ("cosignatures", notes::cosignatures, trusted, Page::SameCode),
    ("proof-files", proofs::vectors, proof_file, Page::SameCode),
    ("histories", bundles::histories, bundle, Page::SameCode),
    ("claim-sets", bundles::claim_sets, bundle, Page::SameCode),
    ("signatures", keys::signatures, keys::decide, Page::Refuses),
    ("batches", batches::vectors, recorded::decide, Page::No),
    ("ledgers", recorded::vectors, recorded::decide, Page::No),
];

/// What the checker page is held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Page {
    /// The same code.
    SameCode,
    /// Refusal; its reasons are coarser.
    Refuses,
    /// Ledgers: it does not audit.
    No,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/negative")
}

fn file(name: &str) -> PathBuf {
    folder().join(format!("{name}.jsonl"))
}

fn lines(vectors: &[Vector]) -> String {
    let untouched: Vec<Vector> = vectors.iter().filter(|v| v.refused.is_none()).cloned().collect();
    vectors.iter().map(|v| serde_json::to_string(&v.clone().short(&untouched)).unwrap() + "\n").collect()
}

fn committed(name: &str) -> Vec<Vector> {
    let text = fs::read_to_string(file(name)).unwrap();
    let vectors: Vec<Vector> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let untouched =
        vectors.iter().filter(|v| v.refused.is_none()).filter_map(|v| Some((v.name.clone(), v.text.clone()?)));
    let untouched: BTreeMap<String, String> = untouched.collect();
    vectors.into_iter().map(|v| v.long(&untouched)).collect()
}

/// Whom the vectors trust: the log's key and a witness, who must have cosigned.
pub fn policy() -> Policy {
    let text = format!("log {}\nwitness w {}\nquorum w\n", base::log().verifier(), base::witness().verifier());
    Policy::parse(text.as_bytes()).unwrap()
}

fn note(bytes: &[u8]) -> Option<String> {
    let code = match Note::parse(bytes).err()? {
        BadNote::TooLong => "note-too-long",
        BadNote::Utf8 => "note-utf8",
        BadNote::Control => "note-control",
        BadNote::Form => "note-form",
        BadNote::Signature(_) => "note-signature",
        BadNote::TooManySignatures => "note-signatures",
    };
    Some(code.to_owned())
}

fn trusted(bytes: &[u8]) -> Option<String> {
    let refused = policy().check(&Note::parse(bytes).unwrap()).err()?;
    let code = match Why::Checkpoint(refused).code() {
        // A key that nobody trusts refutes nothing.
        "checkpoint-key" | "checkpoint-origin" => "untrusted-key",
        code => code,
    };
    Some(code.to_owned())
}

/// The worst outcome's code, what does not hold before what cannot be determined.
fn worst(outcomes: &[&Outcome]) -> Option<String> {
    let refuted = outcomes.iter().find(|o| matches!(o, Outcome::DoesNotHold(_)));
    let found = refuted.or_else(|| outcomes.iter().find(|o| ***o != Outcome::Holds));
    found.and_then(|o| o.why()).map(|why| why.code().to_owned())
}

fn proof_file(bytes: &[u8]) -> Option<String> {
    let file = match ProofFile::parse(bytes) {
        Ok(file) => file,
        Err(e) => {
            let code = match e {
                BadProofFile::TooLong => "form-too-long",
                BadProofFile::Utf8 => "form-utf8",
                BadProofFile::Head => "form-head",
                BadProofFile::Extra => "form-extra",
                BadProofFile::Index => "form-index",
                BadProofFile::Hash(_) => "form-hash",
                BadProofFile::TooManyHashes => "form-hashes",
                BadProofFile::Short => "form-short",
                BadProofFile::Checkpoint(_) => "form-checkpoint",
            };
            return Some(code.to_owned());
        }
    };
    let answers = proof::check(&file, Some(&policy()));
    worst(&[&answers.included, &answers.by_author, &answers.payload])
}

/// The report on a bundle.
pub fn report(bytes: &[u8], policy: Option<&Policy>) -> Result<Report, ReadError> {
    let mut reader = Reader::new(bytes, policy);
    while reader.next()?.is_some() {}
    reader.report()
}

fn bundle(bytes: &[u8]) -> Option<String> {
    match report(bytes, Some(&policy())) {
        Err(ReadError::Bundle(e)) => Some(e.code().to_owned()),
        Err(ReadError::Read(e)) => panic!("{e}"),
        Ok(report) => worst(&[&report.outcome()]),
    }
}

#[test]
fn the_files_are_what_is_made_today() {
    let bless = std::env::var_os("ONRECORD_BLESS").is_some();
    for (name, make, ..) in FAMILIES {
        let made = make();
        let mut seen = BTreeMap::new();
        for (i, vector) in made.iter().enumerate() {
            assert_eq!(seen.insert(&vector.name, i), None, "{name}: `{}` twice", vector.name);
        }
        if bless {
            fs::create_dir_all(folder()).unwrap();
            fs::write(file(name), lines(&made)).unwrap();
        }
        assert_eq!(fs::read_to_string(file(name)).unwrap(), lines(&made), "{name}: `ONRECORD_BLESS=1` writes it anew");
    }
}

#[test]
fn every_vector_is_refused_for_its_reason_and_no_untouched_one_is() {
    let (mut negative, mut untouched) = (0, 0);
    let mut wrong = Vec::new();
    for (name, _, decide, _) in FAMILIES {
        let vectors = committed(name);
        assert_eq!(vectors[0].refused, None, "{name}: the first is untouched");
        for vector in vectors {
            let found = decide(&vector.bytes());
            if found != vector.refused {
                wrong.push(format!("{name}: {}: {found:?} instead of {:?}", vector.name, vector.refused));
            }
            if vector.refused.is_some() { negative += 1 } else { untouched += 1 }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    println!("{negative} negative vectors refused, {untouched} untouched ones held");
    assert!(negative >= 150, "{negative}");
    assert_eq!((negative, untouched), (COUNT.0, COUNT.1), "the count in docs is another");
}

/// Negative vectors, and untouched ones, as `tests/vectors/negative/README.md` says.
const COUNT: (usize, usize) = (318, 21);

/// The checker page's JavaScript, under node, on the same files.
#[test]
fn the_page_decides_the_same() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let keys = format!("{}\n{}\n", base::log().verifier(), base::witness().verifier());
    let files = FAMILIES.iter().filter(|f| f.3 != Page::No).map(|f| file(f.0));
    let done = Command::new("node").arg(root.join("tests/page.mjs")).arg(&keys).args(files).output();
    let done = done.unwrap_or_else(|e| panic!("node runs the page's JavaScript (Debian package nodejs): {e}"));
    let text = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success(), "{text}\n{}", String::from_utf8_lossy(&done.stderr));
    let found: BTreeMap<String, Option<String>> = serde_json::from_str(&text).unwrap();
    let mut wrong = Vec::new();
    let mut asked = 0;
    for (name, _, _, page) in FAMILIES.iter().filter(|f| f.3 != Page::No) {
        for vector in committed(name) {
            asked += 1;
            let found = &found[&format!("{name}: {}", vector.name)];
            let right = match page {
                Page::SameCode => *found == vector.refused,
                _ => found.is_some() == vector.refused.is_some(),
            };
            if !right {
                wrong.push(format!("{name}: {}: {found:?} instead of {:?}", vector.name, vector.refused));
            }
        }
    }
    assert_eq!(found.len(), asked);
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
