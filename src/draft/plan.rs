//! From a folder and the record to the entries that are wanting: nothing twice, and no change that nobody asked for.

use std::fmt;

use super::folder::Folder;
use super::known::Known;
use super::mistake::Mistakes;
use super::place::Place;
use super::planner::Planner;
use crate::claim::Difference;
use crate::entry::Proposal;
use crate::hash::Index;

/// Most entries of one commit; one of them signs the others.
pub const MAX_BATCH: usize = 10_240;

/// What to append so that the record says what the folder says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The entries, in an order in which each refers to earlier ones only; empty where all is on record.
    pub proposals: Vec<Proposal>,
    /// Number of things that are on record already.
    pub unchanged: usize,
    /// What is changed by it.
    pub changes: Vec<Change>,
    /// What stands on record though the folder no longer has it; a folder never takes anything back by silence.
    pub left: Vec<Left>,
    /// The document, on record or of this batch.
    pub document: Index,
    /// The folder's claims by key, on record or of this batch, in the folder's order.
    pub claims: Vec<(String, Index)>,
}

/// What kind of thing a folder changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// The document's fields.
    Document,
    /// The claim or its first appearance.
    Claim,
    /// A piece of evidence, by its key.
    Evidence(String),
    /// What came of asking somebody for comment.
    Contact(String),
    /// The relation to another claim, by that claim's key.
    Relation(String),
    /// The verdict.
    Verdict,
}

/// Something that stands otherwise in the folder than on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where the folder has it.
    pub place: Place,
    /// The claim's key; absent for the document.
    pub claim: Option<String>,
    /// Number of the claim or document.
    pub number: Index,
    /// What it is.
    pub what: Changed,
    /// Whether the claim is published, so that it cannot be amended.
    pub published: bool,
    /// Field by field, from the record to the folder.
    pub differences: Vec<Difference>,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.place)?;
        match &self.what {
            Changed::Document => write!(f, "the document ({})", self.number)?,
            what => {
                let claim = self.claim.as_deref().unwrap_or_default();
                match what {
                    Changed::Evidence(key) => write!(f, "evidence `{key}` on ")?,
                    Changed::Contact(who) => write!(f, "contact with {who} on ")?,
                    Changed::Relation(to) => write!(f, "relation to `{to}` of ")?,
                    Changed::Verdict => write!(f, "verdict on ")?,
                    Changed::Document | Changed::Claim => {}
                }
                write!(f, "claim `{claim}` ({})", self.number)?;
            }
        }
        write!(f, " differs from the record")?;
        if self.published {
            write!(f, ", and the claim is published: only `onrecord correct` or `onrecord retract` changes it")?;
        }
        self.differences.iter().try_for_each(|d| write!(f, "\n    {d}"))
    }
}

/// Something on record that a folder which has its like does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// The claim's key.
    pub claim: String,
    /// The entry.
    pub number: Index,
    /// What it is.
    pub what: Changed,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError<E> {
    /// A lookup failed.
    #[error(transparent)]
    Known(E),
    /// The folder names what is not on record, or holds what is too long for an entry.
    #[error("{0}")]
    Mistakes(Mistakes),
    /// What is on record differs: without leave to amend all changes, with it those of published claims.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Differs(Vec<Change>),
    /// More entries than one commit may have.
    #[error("{entries} entries, and one commit has at most {limit}; split the folder")]
    TooMany {
        /// Entries wanting.
        entries: usize,
        /// Entries allowed.
        limit: usize,
    },
}

/// Compares a folder with the record.
///
/// Claims match by document and key, evidence by claim and key, relations by both claims and kind, contacts by who was
/// asked when; searches match whole. Of a document whose bytes are captured already, the capture is not compared.
///
/// # Errors
/// When a lookup fails, when the folder names what is not on record, or when something on record would have to change and
/// `amend` does not allow it.
pub fn plan<K: Known>(folder: &Folder, known: &K, amend: bool) -> Result<Plan, PlanError<K::Error>> {
    let mut planner = Planner::new(folder, known);
    let plan = planner.run().map_err(PlanError::Known)?;
    let Some(plan) = plan.filter(|_| planner.mistakes.is_empty()) else {
        return Err(PlanError::Mistakes(Mistakes(planner.mistakes)));
    };
    let against: Vec<Change> = plan.changes.iter().filter(|c| !amend || c.published).cloned().collect();
    if !against.is_empty() {
        return Err(PlanError::Differs(against));
    }
    let entries = plan.proposals.len() + 1;
    if entries > MAX_BATCH {
        return Err(PlanError::TooMany { entries, limit: MAX_BATCH });
    }
    Ok(plan)
}
