//! How a claim stands, folded from its entries in a few bytes: what [`ClaimState`](crate::entry::ClaimState) says of
//! finding, second reader and state, without its words. Held against it by `tests/it/bundle.rs`.

use super::Stated;
use crate::claim::vocab::{Confidence, Decision, Finding, Workflow};
use crate::entry::event::Event;
use crate::entry::header::Header;
use crate::entry::kind::Kind;
use crate::entry::state::moves_to;
use crate::entry::why::{Outcome, Why};
use crate::hash::Index;

/// What the entries so far make of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The claim.
    pub claim: Index,
    /// The last entry about it that was seen.
    last: Index,
    /// An entry that another one names and that was not seen.
    left_out: Option<Index>,
    /// Whether a withheld payload hides the verdict in force.
    hidden: bool,
    /// Whether a withheld review hides who approved it.
    review_hidden: bool,
    verdict: Option<(Index, Finding, Confidence)>,
    /// The latest decision of each reviewer of the verdict in force.
    reviews: Vec<(Index, Decision)>,
    state: Option<Workflow>,
}

impl Standing {
    /// A claim right after it was recorded.
    pub fn recorded(claim: Index) -> Self {
        Self {
            claim,
            last: claim,
            left_out: None,
            hidden: false,
            review_hidden: false,
            verdict: None,
            reviews: Vec::new(),
            state: Some(Workflow::Recorded),
        }
    }

    /// Takes in an entry about the claim, and says whether it may stand after those seen: by rules S07 and S08.
    pub fn apply(&mut self, index: Index, header: &Header, event: Option<&Event>) -> Outcome {
        let place = self.place(index, header);
        self.last = index;
        if let Some(state) = moves_to(header.kind, event) {
            self.state = state;
        }
        match (header.kind, event) {
            (Kind::VerdictIssued, Some(Event::VerdictIssued(v))) => self.decided(index, v.finding, v.confidence),
            (Kind::VerdictIssued | Kind::CorrectionIssued, None) => self.hidden = true,
            (Kind::CorrectionIssued, Some(Event::CorrectionIssued(c))) => {
                if let Some(v) = &c.verdict {
                    self.decided(index, v.finding, v.confidence);
                }
            }
            (Kind::ReviewRecorded, event) if header.re == self.verdict.map(|(number, ..)| number) => {
                if let Some(Event::ReviewRecorded(review)) = event {
                    self.reviews.retain(|(agent, _)| *agent != header.agent);
                    self.reviews.push((header.agent, review.decision));
                } else {
                    self.review_hidden = true;
                }
            }
            _ => {}
        }
        place
    }

    fn place(&mut self, index: Index, header: &Header) -> Outcome {
        match header.prev {
            Some(prev) if prev == self.last => Outcome::Holds,
            Some(prev) if prev > self.last && prev < index => {
                self.left_out = Some(prev);
                Outcome::CannotBeDetermined(Why::LeftOut(prev))
            }
            Some(prev) if prev < self.claim || prev >= index => Outcome::DoesNotHold(Why::WrongPrev),
            Some(_) if header.kind.row().decides => Outcome::DoesNotHold(Why::StalePrev(self.last)),
            Some(_) => Outcome::Holds,
            None => Outcome::DoesNotHold(Why::WrongPrev),
        }
    }

    fn decided(&mut self, index: Index, finding: Finding, confidence: Confidence) {
        self.verdict = Some((index, finding, confidence));
        self.reviews.clear();
        (self.hidden, self.review_hidden) = (false, false);
    }

    /// Whether another agent approved the verdict in force.
    pub fn second_read(&self) -> bool {
        self.reviews.iter().any(|(_, decision)| *decision == Decision::Approve)
    }

    /// How the claim stands, in the form in which a file states it; `None` where a withheld payload hides it.
    pub fn stated(&self) -> Option<Stated> {
        let (finding, confidence) = self.verdict.map_or((None, None), |(_, f, c)| (Some(f), Some(c)));
        if self.hidden {
            return None;
        }
        Some(Stated { claim: self.claim, confidence, finding, second_read: self.second_read(), state: self.state? })
    }

    /// Whether what is stated follows from the entries.
    pub fn follows(&self, stated: &Stated) -> Outcome {
        let known = |hidden: bool, what: &'static str, stated: String, found: String| match (hidden, stated == found) {
            (true, _) => Some(Outcome::CannotBeDetermined(Why::Hidden(what))),
            (false, true) => None,
            (false, false) => Some(Outcome::DoesNotHold(Why::Differs { what, stated, found })),
        };
        let words = |finding: Option<Finding>, confidence: Option<Confidence>| match (finding, confidence) {
            (Some(finding), Some(confidence)) => format!("{finding}, confidence {confidence}"),
            _ => "unverified".to_owned(),
        };
        let found = self.verdict.map_or_else(|| words(None, None), |(_, f, c)| words(Some(f), Some(c)));
        let read = |yes: bool| if yes { "second-read" } else { "not second-read" }.to_owned();
        let unsure = self.hidden || self.review_hidden;
        let parts = [
            known(self.hidden, "the finding", words(stated.finding, stated.confidence), found),
            known(unsure, "whether it is second-read", read(stated.second_read), read(self.second_read())),
            known(
                self.state.is_none(),
                "the state",
                stated.state.to_string(),
                self.state.map_or_else(String::new, |state| state.to_string()),
            ),
        ];
        // What was left out may have made the difference, or one that does not show.
        if let Some(index) = self.left_out {
            return Outcome::CannotBeDetermined(Why::LeftOut(index));
        }
        let mut parts: Vec<Outcome> = parts.into_iter().flatten().collect();
        let refuted = parts.iter().position(|part| matches!(part, Outcome::DoesNotHold(_)));
        match refuted.or((!parts.is_empty()).then_some(0)) {
            Some(at) => parts.swap_remove(at),
            None => Outcome::Holds,
        }
    }
}
