//! Deciding on a bundle line by line. What is remembered is a hash a level, the entries that a batch may still cover, the
//! agents, and a few bytes a claim: no payload.

use std::collections::BTreeMap;

use super::authors::Authors;
use super::standing::Standing;
use super::{BadBundle, End, EntryLine, FORMAT, Head, Line, Stated};
use crate::entry::event::Event;
use crate::entry::header::Header;
use crate::entry::kind::{About, Kind, SubjectKind};
use crate::entry::proof::{header, not_accepted, payload};
use crate::entry::why::{Outcome, Why};
use crate::hash::{Digest, Index, leaf_hash};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::cover::{BadCover, Cover};
use crate::tlog::note::Note;
use crate::tlog::policy::Policy;

/// Problems that a report names; of more it tells the number.
pub const MAX_PROBLEMS: usize = 100;

/// An entry as it was read. Nothing of it counts before the whole bundle was read and is included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its number.
    pub index: Index,
    /// Its leaf hash.
    pub leaf: Digest,
    /// Its bytes.
    pub entry: String,
    /// The payload's bytes; `None` when withheld.
    pub payload: Option<String>,
    /// Its header; `None` where it cannot be read.
    pub header: Option<Header>,
    /// What happened; `None` where the payload is withheld, or is not what it should be.
    pub event: Option<Event>,
}

/// What a line was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The first line.
    Head(Head),
    /// How a claim stands, as the file states it.
    Claim(Stated),
    /// An entry.
    Entry(Box<Item>),
    /// The last line.
    End,
}

/// What was decided on an entry, beside that it is included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its number.
    pub index: Index,
    /// Its kind; `None` where it cannot be read.
    pub kind: Option<Kind>,
    /// Whether the agent that it names made it.
    pub by_author: Outcome,
    /// Whether the payload is the one that it commits to.
    pub payload: Outcome,
    /// Whether it may stand where it stands, as far as the file shows.
    pub place: Outcome,
    /// The author's handle, where the file enrols it.
    pub handle: Option<String>,
}

/// How many of each outcome.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Tally {
    /// Holds.
    pub holds: u64,
    /// Does not hold.
    pub does_not_hold: u64,
    /// Cannot be determined.
    pub cannot_be_determined: u64,
}

impl Tally {
    fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Holds => self.holds += 1,
            Outcome::DoesNotHold(_) => self.does_not_hold += 1,
            Outcome::CannotBeDetermined(_) => self.cannot_be_determined += 1,
        }
    }

    /// What rests on something that does not hold is not known to hold.
    fn doubt(&mut self) {
        self.cannot_be_determined += std::mem::take(&mut self.holds);
    }
}

/// Something that does not hold, or cannot be determined and should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The entry or claim.
    pub index: Index,
    /// Of what: `author`, `payload`, `place` or `finding`.
    pub of: &'static str,
    /// What was decided.
    pub outcome: Outcome,
}

/// What a bundle says, checked.
#[derive(Debug, Clone)]
pub struct Report {
    /// What it is of.
    pub head: Head,
    /// Origin, size and root of the checkpoint, as the file has it.
    pub checkpoint: (String, u64, Digest),
    /// Witnesses whose cosignatures hold, with their times in seconds since 1970.
    pub cosigned: Vec<(String, u64)>,
    /// The ledger's id, if its opening is in the file; worth as much as `included`.
    pub ledger: Option<Digest>,
    /// Entry lines.
    pub entries: u64,
    /// Claim lines.
    pub claims: u64,
    /// Whether all entries are in the log of a trusted checkpoint.
    pub included: Outcome,
    /// Whether their agents made them.
    pub by_author: Tally,
    /// Whether payloads are those that the entries commit to.
    pub payload: Tally,
    /// Whether entries may stand where they stand, as far as the file shows.
    pub place: Tally,
    /// Whether what is stated of a claim follows from the entries.
    pub finding: Tally,
    /// Whether entries and hashes lead to the root that the checkpoint names, whoever signed it.
    pub leads_to_root: bool,
    /// Whether no entry was left out.
    pub whole: Outcome,
    /// The first problems.
    pub problems: Vec<Problem>,
    /// Problems beyond those.
    pub more_problems: u64,
    /// Agents revoked by an entry of the file, each with the first entry that is not its own.
    pub revoked: Vec<(String, Index)>,
}

impl Report {
    /// The worst of all: nothing that does not hold, then nothing that cannot be determined. A withheld payload takes
    /// nothing back, and that nothing was left out is not asked for.
    pub fn outcome(&self) -> Outcome {
        let no = |tally: &Tally| tally.does_not_hold > 0;
        if let Outcome::DoesNotHold(_) = self.included {
            return self.included.clone();
        }
        if [self.by_author, self.payload, self.place, self.finding].iter().any(no) {
            let found = self.problems.iter().find(|p| matches!(p.outcome, Outcome::DoesNotHold(_)));
            return found.map_or(Outcome::DoesNotHold(Why::NotIncluded), |p| p.outcome.clone());
        }
        if self.included != Outcome::Holds {
            return self.included.clone();
        }
        let unknown = |tally: &Tally| tally.cannot_be_determined > 0;
        if [self.by_author, self.place, self.finding].iter().any(unknown) {
            let found = self.problems.first();
            return found.map_or(Outcome::CannotBeDetermined(Why::NotIncluded), |p| p.outcome.clone());
        }
        Outcome::Holds
    }
}

/// An entry whose author is not decided yet.
#[derive(Debug)]
struct Half {
    kind: Option<Kind>,
    agent: Index,
    payload: Outcome,
    place: Outcome,
}

/// Where in the file it is.
#[derive(Debug)]
enum At {
    Start,
    Claims,
    Entries,
    Ended(Box<Digest>),
}

/// Takes a bundle, line by line.
#[derive(Debug)]
pub struct Checker<'p> {
    policy: Option<&'p Policy>,
    lines: u64,
    at: At,
    head: Option<(Head, Note, Checkpoint)>,
    cover: Cover,
    authors: Authors,
    halves: BTreeMap<Index, Half>,
    answers: Vec<Answer>,
    stated: Vec<Stated>,
    standing: Vec<Standing>,
    entries: u64,
    by_author: Tally,
    payload: Tally,
    place: Tally,
    problems: Vec<Problem>,
    more_problems: u64,
}

impl<'p> Checker<'p> {
    /// Begins a file; `policy` is absent where the reader trusts nobody yet.
    pub fn new(policy: Option<&'p Policy>) -> Self {
        Self {
            policy,
            lines: 0,
            at: At::Start,
            head: None,
            cover: Cover::new(0),
            authors: Authors::default(),
            halves: BTreeMap::new(),
            answers: Vec::new(),
            stated: Vec::new(),
            standing: Vec::new(),
            entries: 0,
            by_author: Tally::default(),
            payload: Tally::default(),
            place: Tally::default(),
            problems: Vec::new(),
            more_problems: 0,
        }
    }

    /// Takes the next line, with its line feed.
    ///
    /// # Errors
    /// When it is not the next line of a bundle; the file is none then.
    pub fn line(&mut self, bytes: &[u8]) -> Result<Step, BadBundle> {
        self.lines += 1;
        let line = self.lines;
        let out_of_order = BadBundle::Order { line };
        match (Line::parse(bytes, line)?, &self.at) {
            (Line::Head(head), At::Start) => self.begin(head),
            (Line::Claim(stated), At::Claims) => {
                if self.stated.last().is_some_and(|last| last.claim >= stated.claim) {
                    return Err(out_of_order);
                }
                if stated.finding.is_some() != stated.confidence.is_some() {
                    return Err(BadBundle::Stated { line });
                }
                self.stated.push(stated);
                Ok(Step::Claim(stated))
            }
            (Line::Entry(entry), At::Claims | At::Entries) => {
                if matches!(self.at, At::Claims) && entry.index.0 != 0 {
                    return Err(out_of_order);
                }
                self.at = At::Entries;
                self.entry(entry, line)
            }
            (Line::End(end), At::Entries) => self.end(&end, line),
            _ => Err(out_of_order),
        }
    }

    /// Answers decided since this was last asked; in no order, since a batch decides late.
    pub fn answers(&mut self) -> Vec<Answer> {
        std::mem::take(&mut self.answers)
    }

    fn begin(&mut self, head: Head) -> Result<Step, BadBundle> {
        if head.format != FORMAT {
            return Err(BadBundle::Format);
        }
        let note = Note::parse(head.checkpoint.as_bytes()).map_err(BadBundle::Checkpoint)?;
        let checkpoint: Checkpoint = note.text().parse().map_err(|_| BadBundle::NoCheckpoint)?;
        self.cover = Cover::new(checkpoint.size());
        self.head = Some((head.clone(), note, checkpoint));
        self.at = At::Claims;
        Ok(Step::Head(head))
    }

    fn entry(&mut self, line: EntryLine, number: u64) -> Result<Step, BadBundle> {
        let EntryLine { batch, before, entry, index, payload: bytes } = line;
        let leaf = leaf_hash(entry.as_bytes());
        self.cover.leaf(index.0, &before, leaf).map_err(|source| match source {
            BadCover::Order { .. } => BadBundle::Order { line: number },
            source => BadBundle::Cover { line: number, source },
        })?;
        self.entries += 1;
        let header = match header(entry.as_bytes()) {
            Ok(header) => header,
            Err(why) => {
                let (payload, place) = (why.clone(), why.clone());
                self.halves.insert(index, Half { kind: None, agent: Index(0), payload, place });
                self.authors.unread(index, leaf, why);
                self.settle();
                return Ok(Step::Entry(Box::new(Item {
                    index,
                    leaf,
                    entry,
                    payload: bytes,
                    header: None,
                    event: None,
                })));
            }
        };
        if !batch.is_empty() && header.kind != Kind::BatchSigned {
            return Err(BadBundle::Batch { line: number });
        }
        let (payload, event) = payload(&header, bytes.as_deref());
        let mut place = self.stand(index, &header, event.as_ref());
        if let Some(why) = self.authors.take(index, leaf, &header, event.as_ref(), &batch) {
            place = Outcome::DoesNotHold(why);
        }
        self.halves.insert(index, Half { kind: Some(header.kind), agent: header.agent, payload, place });
        self.settle();
        Ok(Step::Entry(Box::new(Item { index, leaf, entry, payload: bytes, header: Some(header), event })))
    }

    /// Whether the entry may stand here; claims take in what is about them.
    fn stand(&mut self, index: Index, header: &Header, event: Option<&Event>) -> Outcome {
        if (index.0 == 0) != (header.kind == Kind::LedgerOpened) {
            return Outcome::DoesNotHold(Why::Opening);
        }
        if let About::Creates(kind) = header.kind.row().about {
            if kind == SubjectKind::Claim {
                self.standing.push(Standing::recorded(index));
            }
            let alone = header.about.is_none() && header.prev.is_none();
            return if alone { Outcome::Holds } else { Outcome::DoesNotHold(Why::WrongPrev) };
        }
        let Some(about) = header.about else { return Outcome::DoesNotHold(Why::WrongPrev) };
        match self.standing.binary_search_by_key(&about, |standing| standing.claim) {
            Ok(at) => self.standing[at].apply(index, header, event),
            Err(_) => Outcome::Holds,
        }
    }

    /// Puts together what is decided by now.
    fn settle(&mut self) {
        for (index, by_author) in std::mem::take(&mut self.authors.decided) {
            let Some(Half { kind, agent, payload, place }) = self.halves.remove(&index) else { continue };
            self.by_author.add(&by_author);
            self.payload.add(&payload);
            self.place.add(&place);
            let withheld = payload == Outcome::CannotBeDetermined(Why::Withheld);
            for (of, outcome) in [("author", &by_author), ("payload", &payload), ("place", &place)] {
                if *outcome != Outcome::Holds && !(of == "payload" && withheld) {
                    self.problem(Problem { index, of, outcome: outcome.clone() });
                }
            }
            let handle = self.authors.handle(agent).map(str::to_owned);
            self.answers.push(Answer { index, kind, by_author, payload, place, handle });
        }
    }

    /// What does not hold is never crowded out by what cannot be determined.
    fn problem(&mut self, problem: Problem) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem);
            return;
        }
        self.more_problems += 1;
        let refuted = |p: &Problem| matches!(p.outcome, Outcome::DoesNotHold(_));
        if refuted(&problem)
            && let Some(at) = self.problems.iter().rposition(|p| !refuted(p))
        {
            self.problems[at] = problem;
        }
    }

    fn end(&mut self, end: &End, line: u64) -> Result<Step, BadBundle> {
        if (end.claims, end.entries) != (self.stated.len() as u64, self.entries) {
            return Err(BadBundle::Counts { line });
        }
        let cover = std::mem::replace(&mut self.cover, Cover::new(0));
        let root = cover.root(&end.after).map_err(|source| BadBundle::Cover { line, source })?;
        self.at = At::Ended(Box::new(root));
        self.authors.finish();
        self.settle();
        Ok(Step::End)
    }

    /// What was found; answers that were not asked for yet are lost.
    ///
    /// # Errors
    /// When the last line has not come.
    pub fn report(mut self) -> Result<Report, BadBundle> {
        let short = BadBundle::Short { lines: self.lines };
        let At::Ended(root) = std::mem::replace(&mut self.at, At::Start) else { return Err(short) };
        let Some((head, note, checkpoint)) = self.head.take() else { return Err(short) };
        let mut finding = Tally::default();
        for stated in std::mem::take(&mut self.stated) {
            let found = self.standing.binary_search_by_key(&stated.claim, |standing| standing.claim);
            let outcome = match found {
                Ok(at) => self.standing[at].follows(&stated),
                Err(_) => Outcome::CannotBeDetermined(Why::NoClaim),
            };
            finding.add(&outcome);
            if outcome != Outcome::Holds {
                self.problem(Problem { index: stated.claim, of: "finding", outcome });
            }
        }
        let claims = finding.holds + finding.does_not_hold + finding.cannot_be_determined;
        let (included, cosigned) = included(self.policy, &note, *root);
        let mut report = Report {
            head,
            ledger: self.authors.ledger(),
            entries: self.entries,
            claims,
            cosigned,
            by_author: self.by_author,
            payload: self.payload,
            place: self.place,
            finding,
            leads_to_root: checkpoint.root() == *root,
            whole: Outcome::CannotBeDetermined(Why::NotWhole),
            problems: self.problems,
            more_problems: self.more_problems,
            revoked: self.authors.revoked().map(|(handle, from)| (handle.to_owned(), from)).collect(),
            checkpoint: (checkpoint.origin().to_owned(), checkpoint.size(), checkpoint.root()),
            included,
        };
        if report.included == Outcome::Holds {
            if report.entries == checkpoint.size() && report.head.as_of.is_none() {
                report.whole = Outcome::Holds;
            }
        } else {
            for tally in [&mut report.by_author, &mut report.payload, &mut report.place, &mut report.finding] {
                tally.doubt();
            }
        }
        Ok(report)
    }
}

/// Whether entries that lead to `root` are in the log of a checkpoint that is trusted, and who cosigned it.
fn included(policy: Option<&Policy>, note: &Note, root: Digest) -> (Outcome, Vec<(String, u64)>) {
    let Some(policy) = policy else { return (Outcome::CannotBeDetermined(Why::NoTrust), Vec::new()) };
    match policy.check(note) {
        Err(refused) => (not_accepted(refused), Vec::new()),
        Ok(accepted) => {
            let cosigned = accepted.cosigned.iter().map(|(w, time)| (w.name().to_owned(), *time)).collect();
            if accepted.checkpoint.root() == root {
                (Outcome::Holds, cosigned)
            } else {
                (Outcome::DoesNotHold(Why::CoverRoot), cosigned)
            }
        }
    }
}
