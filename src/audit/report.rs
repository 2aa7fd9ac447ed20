//! What an audit found: problems with codes, counts, one outcome. Data, not prose; printing is for the shells.

use std::collections::BTreeMap;

use serde::Serialize;

use super::explain::{Code, Weight};
use crate::hash::{Digest, Index};

/// Problems of one code that a report keeps; the rest are counted.
pub const MAX_KEPT: usize = 10_000;

/// The three outcomes, never merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Everything was looked at and holds.
    Holds,
    /// Something does not.
    DoesNotHold,
    /// Nothing was found wrong, but something could not be looked at.
    CannotBeDetermined,
}

impl Outcome {
    /// `holds`, `does-not-hold` or `cannot-be-determined`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::DoesNotHold => "does-not-hold",
            Self::CannotBeDetermined => "cannot-be-determined",
        }
    }
}

impl Serialize for Outcome {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}

/// One thing that is wrong, weak, or could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What it is.
    pub code: Code,
    /// The entry, where it has one.
    pub number: Option<Index>,
    /// The file, relative to the ledger, where it has one.
    pub path: Option<String>,
    /// What exactly, for a person; holds text of others, to be escaped when printed.
    pub detail: String,
}

/// Problems in the making.
#[derive(Debug, Default)]
pub(super) struct Problems {
    found: BTreeMap<Code, Vec<Problem>>,
    count: BTreeMap<Code, u64>,
}

impl Problems {
    pub fn add(&mut self, problem: Problem) {
        *self.count.entry(problem.code).or_default() += 1;
        let kept = self.found.entry(problem.code).or_default();
        if kept.len() < MAX_KEPT {
            kept.push(problem);
        }
    }

    /// A problem of an entry.
    pub fn entry(&mut self, code: Code, number: u64, detail: impl Into<String>) {
        self.add(Problem { code, number: Some(Index(number)), path: None, detail: detail.into() });
    }

    /// A problem of a file.
    pub fn file(&mut self, code: Code, path: &str, detail: impl Into<String>) {
        self.add(Problem { code, number: None, path: Some(path.to_owned()), detail: detail.into() });
    }

    /// A problem of the whole.
    pub fn whole(&mut self, code: Code, detail: impl Into<String>) {
        self.add(Problem { code, number: None, path: None, detail: detail.into() });
    }

    pub fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        for problem in problems {
            self.add(problem);
        }
    }

    /// Everything collected; for a collection too small to have left anything out.
    pub fn into_all(self) -> Vec<Problem> {
        self.found.into_values().flatten().collect()
    }

    fn outcome(&self) -> Outcome {
        match self.count.keys().map(|code| code.weight()).min() {
            Some(Weight::Error) => Outcome::DoesNotHold,
            Some(Weight::Undetermined) => Outcome::CannotBeDetermined,
            _ => Outcome::Holds,
        }
    }
}

/// Numbers that a report gives besides its problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Entries audited, those of an unfinished commit included.
    pub entries: u64,
    /// Payloads that are not here, erased ones included.
    pub withheld: u64,
    /// Of these, erased by an entry that says so.
    pub erased: u64,
    /// Documents and texts named on record whose bytes are held, and checked.
    pub held: u64,
    /// Those whose bytes are not held.
    pub not_held: u64,
    /// Anchors resolved in held documents.
    pub anchors: u64,
    /// Signatures checked, each for an entry or a batch.
    pub signatures: u64,
}

/// A witness's line on a checkpoint of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cosignature {
    /// Entries under the checkpoint.
    pub size: u64,
    /// Name of the witness's key; text of others.
    pub witness: String,
    /// Id of the key.
    pub key: String,
    /// When, in seconds since 1970, by the witness's word; only where its line holds.
    pub time: Option<u64>,
    /// Whether the line holds; a witness that is not known here *cannot be determined*.
    pub outcome: Outcome,
}

/// The result of an audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The ledger's name, where its opening or its checkpoint is readable.
    pub origin: Option<String>,
    /// The ledger's id: the leaf hash of entry 0.
    pub ledger: Option<Digest>,
    /// Entries under the checkpoint.
    pub size: u64,
    /// The root over these, derived from the entries; `None` where some are missing.
    pub root: Option<Digest>,
    /// What the problems come to.
    pub outcome: Outcome,
    /// Whether integrity was looked at, or only the lint ran.
    pub integrity: bool,
    /// Numbers.
    pub counts: Counts,
    /// Cosignatures, on the published checkpoint and kept, by size.
    pub cosigned: Vec<Cosignature>,
    problems: Vec<Problem>,
    summary: Vec<(Code, u64)>,
}

impl Report {
    pub(super) fn new(problems: Problems, integrity: bool) -> Self {
        let outcome = problems.outcome();
        let outcome = if outcome == Outcome::Holds && !integrity { Outcome::CannotBeDetermined } else { outcome };
        let mut kept: Vec<Problem> = problems.found.into_values().flatten().collect();
        // Heaviest first, then by code, then in the order found.
        kept.sort_by_key(|problem| (problem.code.weight(), problem.code));
        let mut summary: Vec<(Code, u64)> = problems.count.into_iter().collect();
        summary.sort_by_key(|(code, _)| (code.weight(), *code));
        let counts = Counts::default();
        Self {
            origin: None,
            ledger: None,
            size: 0,
            root: None,
            outcome,
            integrity,
            counts,
            cosigned: Vec::new(),
            problems: kept,
            summary,
        }
    }

    /// Every problem, heaviest first; at most [`MAX_KEPT`] of a code, see [`Report::summary`] for the rest.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// How often each code was found, heaviest first.
    pub fn summary(&self) -> &[(Code, u64)] {
        &self.summary
    }

    /// Problems of this weight.
    pub fn count(&self, weight: Weight) -> u64 {
        self.summary.iter().filter(|(code, _)| code.weight() == weight).map(|(_, n)| n).sum()
    }

    /// The exit code of `docs/cli.md`: 0 holds, 1 does not, 4 cannot be determined. After `--lint-only`, whose outcome
    /// never says that the record holds, 0 unless there is an error.
    pub fn exit_code(&self) -> u8 {
        match self.outcome {
            Outcome::Holds => 0,
            Outcome::DoesNotHold => 1,
            Outcome::CannotBeDetermined if !self.integrity && self.count(Weight::Undetermined) == 0 => 0,
            Outcome::CannotBeDetermined => 4,
        }
    }

    /// The object that `audit --json` prints.
    pub fn view(&self) -> ReportView<'_> {
        let kept: u64 = self.problems.len() as u64;
        let problems = self.problems.iter().map(ProblemView::of).collect();
        ReportView {
            onrecord: 1,
            origin: self.origin.as_deref(),
            size: self.size,
            outcome: self.outcome,
            withheld: self.counts.withheld,
            problems,
            ledger: self.ledger,
            root: self.root,
            erased: self.counts.erased,
            not_held: self.counts.not_held,
            cosigned: &self.cosigned,
            problems_left_out: self.summary.iter().map(|(_, n)| n).sum::<u64>() - kept,
        }
    }
}

/// A report as JSON (`docs/cli.md`, A claim as JSON).
#[derive(Debug, Serialize)]
pub struct ReportView<'a> {
    /// Version of the object.
    pub onrecord: u64,
    /// The ledger's name.
    pub origin: Option<&'a str>,
    /// Entries under the checkpoint.
    pub size: u64,
    /// What the problems come to.
    pub outcome: Outcome,
    /// Payloads that are not here.
    pub withheld: u64,
    /// Every problem.
    pub problems: Vec<ProblemView<'a>>,
    /// The ledger's id.
    pub ledger: Option<Digest>,
    /// The root, derived from the entries.
    pub root: Option<Digest>,
    /// Of the payloads that are not here, those erased by an entry that says so.
    pub erased: u64,
    /// Documents named on record whose bytes are not held.
    pub not_held: u64,
    /// Cosignatures, on the published checkpoint and kept.
    pub cosigned: &'a [Cosignature],
    /// Problems beyond the limit for one code, counted only.
    pub problems_left_out: u64,
}

/// A problem as JSON.
#[derive(Debug, Serialize)]
pub struct ProblemView<'a> {
    /// The stable code.
    pub code: &'static str,
    /// `error`, `warning` or `info`.
    pub severity: &'static str,
    /// The entry.
    pub number: Option<Index>,
    /// The file.
    pub path: Option<&'a str>,
    /// What exactly.
    pub detail: &'a str,
}

impl<'a> ProblemView<'a> {
    fn of(problem: &'a Problem) -> Self {
        Self {
            code: problem.code.as_str(),
            severity: problem.code.weight().severity(),
            number: problem.number,
            path: problem.path.as_deref(),
            detail: &problem.detail,
        }
    }
}
