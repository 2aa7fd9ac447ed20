//! A claim in some 20 bytes: what filtered lists ask for, kept for every claim.
//!
//! A row is a pure fold of the claim's entries, like [`crate::entry::ClaimState`], which says the same at more length.

use serde::{Deserialize, Serialize};

use super::change::{RowChange, Step, Wording};
use crate::claim::vocab::{ClaimKind, Confidence, Decision, Factuality, Finding, HedgeClass, Workflow};
use crate::hash::Index;
use crate::time::Timestamp;

/// A value of the record as far as it can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen<T> {
    /// There is none.
    Absent,
    /// There is one, in a payload that is not here.
    Withheld,
    /// This one.
    Is(T),
}

impl<T> Seen<T> {
    /// The value, if it is there and can be seen.
    pub fn value(self) -> Option<T> {
        if let Self::Is(value) = self { Some(value) } else { None }
    }
}

/// Code of a value that a withheld payload hides; a vocabulary has fewer values.
const WITHHELD: u8 = u8::MAX;

fn seen<T: Copy>(code: u8, all: &[T]) -> Seen<T> {
    match code {
        0 => Seen::Absent,
        WITHHELD => Seen::Withheld,
        n => all.get(usize::from(n) - 1).map_or(Seen::Withheld, |value| Seen::Is(*value)),
    }
}

/// What the wording in force says, as codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WordingCodes {
    pub kind: u8,
    pub checkable: u8,
    pub hedges: u8,
    pub factuality: u8,
}

impl WordingCodes {
    fn of(wording: Option<Wording>) -> Self {
        wording.map_or(Self { kind: WITHHELD, checkable: WITHHELD, hedges: 0, factuality: 0 }, |w| Self {
            kind: w.kind as u8 + 1,
            checkable: u8::from(w.checkable) + 1,
            hedges: w.hedges,
            factuality: w.factuality,
        })
    }
}

/// The verdict in force, as codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ruling {
    number: u64,
    agent: u64,
    /// Milliseconds since 1970.
    time: i64,
    finding: u8,
    confidence: u8,
    /// Whether the claim was worded anew since.
    outworded: bool,
    /// Agents whose latest review approves, ascending.
    approvers: Vec<u64>,
}

/// What most claims do not have.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Rare {
    ruling: Option<Ruling>,
    /// The entry and its time in milliseconds since 1970.
    published: Option<(u64, i64)>,
    /// Entries marked withheld and not released, ascending.
    withheld: Vec<u64>,
}

/// A claim's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub(super) number: u64,
    pub(super) last: u64,
    pub(super) agent: u64,
    /// Milliseconds since 1970.
    pub(super) recorded: i64,
    pub(super) wording: WordingCodes,
    pub(super) workflow: u8,
    /// [`REQUESTED`] and so on; the highest bit is not used.
    pub(super) flags: u8,
    /// Absent where it would be empty.
    pub(super) rare: Option<Box<Rare>>,
}

const REQUESTED: u8 = 1;
const CORRECTED: u8 = 2;
const NOT_HERE: u8 = 4;
const ERASED: u8 = 8;
const APPEARED: u8 = 16;

impl Row {
    /// The claim's number.
    pub fn number(&self) -> Index {
        Index(self.number)
    }

    /// The last entry about it.
    pub fn last(&self) -> Index {
        Index(self.last)
    }

    /// Who recorded it.
    pub fn agent(&self) -> Index {
        Index(self.agent)
    }

    /// When it was recorded, by the recorder's word, in milliseconds since 1970.
    pub fn recorded_millis(&self) -> i64 {
        self.recorded
    }

    /// When it was recorded, by the recorder's word.
    pub fn recorded(&self) -> Option<Timestamp> {
        Timestamp::from_millis(self.recorded)
    }

    /// What it asserts, as now worded.
    pub fn kind(&self) -> Seen<ClaimKind> {
        seen(self.wording.kind, ClaimKind::ALL)
    }

    /// Whether it is checkable, as now worded.
    pub fn checkable(&self) -> Seen<bool> {
        seen(self.wording.checkable, &[false, true])
    }

    /// Whether its own appearance has a hedge of this class, as now worded.
    pub fn hedged(&self, class: HedgeClass) -> bool {
        self.wording.hedges & 1 << class as u8 != 0
    }

    /// Whether its own appearance has a speaker who holds it so, as now worded.
    pub fn held(&self, factuality: Factuality) -> bool {
        self.wording.factuality & 1 << factuality as u8 != 0
    }

    /// Whether an appearance beside its own was ever recorded.
    pub fn appeared(&self) -> bool {
        self.flags & APPEARED != 0
    }

    /// Where it stands in the desk's work.
    pub fn workflow(&self) -> Seen<Workflow> {
        seen(self.workflow, Workflow::ALL)
    }

    /// The finding in force; absent: unverified.
    pub fn finding(&self) -> Seen<Finding> {
        seen(self.ruling().map_or(0, |r| r.finding), Finding::ALL)
    }

    /// The confidence of the verdict in force.
    pub fn confidence(&self) -> Seen<Confidence> {
        seen(self.ruling().map_or(0, |r| r.confidence), Confidence::ALL)
    }

    /// The entry that gave the verdict in force, who, and when in milliseconds since 1970.
    pub fn verdict(&self) -> Option<(Index, Index, i64)> {
        self.ruling().map(|r| (Index(r.number), Index(r.agent), r.time))
    }

    /// Whether another agent approved the verdict in force.
    pub fn second_read(&self) -> bool {
        self.ruling().is_some_and(|r| !r.approvers.is_empty())
    }

    /// Whether the verdict in force was made on an earlier wording.
    pub fn judged_earlier_wording(&self) -> bool {
        self.ruling().is_some_and(|r| r.outworded)
    }

    /// The entry that published it, with its time in milliseconds since 1970.
    pub fn published(&self) -> Option<(Index, i64)> {
        self.rare.as_ref().and_then(|rare| rare.published).map(|(number, time)| (Index(number), time))
    }

    /// Whether it was retracted.
    pub fn retracted(&self) -> bool {
        self.workflow() == Seen::Is(Workflow::Retracted)
    }

    /// Whether somebody asked for a change after publication.
    pub fn requested(&self) -> bool {
        self.flags & REQUESTED != 0
    }

    /// Whether it was corrected after publication.
    pub fn corrected(&self) -> bool {
        self.flags & CORRECTED != 0
    }

    /// Whether a payload of an entry about it was not here when the catalog read it.
    pub fn not_here(&self) -> bool {
        self.flags & NOT_HERE != 0
    }

    /// Whether a payload of an entry about it was erased.
    pub fn erased(&self) -> bool {
        self.flags & ERASED != 0
    }

    /// Whether an entry about it is marked withheld and was not released since.
    pub fn withheld(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| !rare.withheld.is_empty())
    }

    fn ruling(&self) -> Option<&Ruling> {
        self.rare.as_ref()?.ruling.as_ref()
    }

    fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// The row after a change; `None` where the change is about no claim on record. A change that the row reflects
    /// already leaves it as it is: after a crash entries may come in a second time.
    pub fn after(row: Option<Self>, change: &RowChange) -> Option<Self> {
        match (row, &change.step) {
            (Some(mut row), _) => {
                row.fold(change);
                Some(row)
            }
            (None, Step::Recorded(wording)) => Some(Self::begun(change, *wording)),
            (None, _) => None,
        }
    }

    /// Takes in a change to a claim on record.
    pub(super) fn fold(&mut self, change: &RowChange) {
        if change.index.0 <= self.last {
            return;
        }
        self.last = change.index.0;
        if change.not_here {
            self.flags |= NOT_HERE;
        }
        self.step(change);
    }

    fn begun(change: &RowChange, wording: Option<Wording>) -> Self {
        Self {
            number: change.claim.0,
            last: change.index.0,
            agent: change.agent.0,
            recorded: change.time.millis(),
            wording: WordingCodes::of(wording),
            workflow: Workflow::Recorded as u8 + 1,
            flags: if change.not_here { NOT_HERE } else { 0 },
            rare: None,
        }
    }

    fn step(&mut self, change: &RowChange) {
        match change.step {
            Step::Recorded(_) | Step::Touched => {}
            Step::Appeared => self.flags |= APPEARED,
            Step::Worded(wording) => self.reword(wording),
            Step::Moved(to) => self.workflow = to.map_or(WITHHELD, |w| w as u8 + 1),
            Step::Ruled(ruling) => self.rule(change, ruling),
            Step::Reviewed { verdict, decision } => {
                if let (Some(rare), Some(decision)) = (&mut self.rare, decision)
                    && let Some(ruling) = &mut rare.ruling
                    && ruling.number == verdict.0
                {
                    set(&mut ruling.approvers, change.agent.0, decision == Decision::Approve);
                }
            }
            Step::Published => {
                self.workflow = Workflow::Published as u8 + 1;
                self.rare().published = Some((change.index.0, change.time.millis()));
            }
            Step::Requested => self.flags |= REQUESTED,
            Step::Corrected { wording, ruling } => {
                self.flags |= CORRECTED;
                if wording.is_some() {
                    self.reword(wording);
                }
                if ruling.is_some() {
                    self.rule(change, ruling);
                }
            }
            Step::Retracted => self.workflow = Workflow::Retracted as u8 + 1,
            Step::Withheld(entry) => set(&mut self.rare().withheld, entry.0, true),
            Step::Released(entry) => self.release(entry),
            Step::Erased => self.flags |= ERASED,
        }
    }

    fn reword(&mut self, wording: Option<Wording>) {
        self.wording = WordingCodes::of(wording);
        if let Some(ruling) = self.rare.as_mut().and_then(|rare| rare.ruling.as_mut()) {
            ruling.outworded = true;
        }
    }

    fn release(&mut self, entry: Index) {
        if let Some(rare) = &mut self.rare {
            set(&mut rare.withheld, entry.0, false);
            if **rare == Rare::default() {
                self.rare = None;
            }
        }
    }

    fn rule(&mut self, change: &RowChange, said: Option<(Finding, Confidence)>) {
        let (finding, confidence) = said.map_or((WITHHELD, WITHHELD), |(f, c)| (f as u8 + 1, c as u8 + 1));
        self.rare().ruling = Some(Ruling {
            number: change.index.0,
            agent: change.agent.0,
            time: change.time.millis(),
            finding,
            confidence,
            outworded: false,
            approvers: Vec::new(),
        });
    }
}

/// Puts `item` into a small ascending set, or takes it out.
fn set(items: &mut Vec<u64>, item: u64, present: bool) {
    match (items.binary_search(&item), present) {
        (Err(at), true) => items.insert(at, item),
        (Ok(at), false) => {
            items.remove(at);
        }
        _ => {}
    }
}
