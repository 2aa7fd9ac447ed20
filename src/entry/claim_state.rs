//! A claim as it stands: the fold of every entry about it, in order.

use super::event::Event;
use super::header::Header;
use super::kind::Kind;
use super::state::moves_to;
use crate::claim::desk::{ClaimsRelated, Correction, Request, Review, Withholding};
use crate::claim::vocab::{Decision, Finding, Workflow};
use crate::claim::{Appearance, Claim, Contact, Evidence, Handle, Search, Verdict};
use crate::hash::{Digest, Index};
use crate::time::{Day, Timestamp};

/// Something that an entry put on record about a claim, with who and when; `body` is `None` where the payload is not
/// here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item<T> {
    /// The entry.
    pub number: Index,
    /// Who.
    pub agent: Index,
    /// When, by the agent's own word.
    pub time: Timestamp,
    /// What; `None`: withheld or erased.
    pub body: Option<T>,
    /// The entry that took it back or set it anew.
    pub withdrawn: Option<Index>,
}

impl<T> Item<T> {
    fn new(number: Index, header: &Header, body: Option<T>) -> Self {
        Self { number, agent: header.agent, time: header.time, body, withdrawn: None }
    }

    /// Its body, unless it was taken back or is not here.
    pub fn standing(&self) -> Option<&T> {
        self.body.as_ref().filter(|_| self.withdrawn.is_none())
    }
}

/// A verdict with what was said of it since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerdictState {
    /// The verdict and who issued it.
    pub item: Item<Verdict>,
    /// The entry that worded the claim when it was issued.
    pub wording: Index,
    /// Reviews, oldest first.
    pub reviews: Vec<Item<Review>>,
    /// The correction that carried it, if it came by one.
    pub by_correction: bool,
}

impl VerdictState {
    /// Number of agents whose latest review approves.
    pub fn approvals(&self) -> usize {
        self.approved_by().count()
    }

    /// Agents whose latest review approves, each with that review.
    pub fn approved_by(&self) -> impl Iterator<Item = (Index, Index)> {
        let mut latest: Vec<(Index, Index, Decision)> = Vec::new();
        for review in &self.reviews {
            if let Some(body) = review.standing() {
                latest.retain(|(agent, ..)| *agent != review.agent);
                latest.push((review.agent, review.number, body.decision));
            }
        }
        latest.into_iter().filter(|(_, _, d)| *d == Decision::Approve).map(|(agent, number, _)| (agent, number))
    }
}

/// A wording that a correction took the place of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// The correction.
    pub by: Index,
    /// The entry that gave the wording.
    pub wording: Index,
    /// The wording; `None`: withheld or erased.
    pub claim: Option<Claim>,
}

/// A claim as it stands after the last entry folded in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimState {
    /// The entry that recorded it.
    pub number: Index,
    /// That entry's leaf hash.
    pub leaf: Digest,
    /// Who recorded it.
    pub agent: Index,
    /// When.
    pub recorded: Timestamp,
    /// The wording now in force; `None`: withheld or erased.
    pub claim: Option<Claim>,
    /// The entry that gave it.
    pub wording: Index,
    /// Wordings that corrections took the place of, oldest first.
    pub replaced: Vec<Replaced>,
    /// Further appearances (the first is the claim's own).
    pub appearances: Vec<Item<Appearance>>,
    /// Evidence.
    pub evidence: Vec<Item<Evidence>>,
    /// Searches.
    pub searches: Vec<Item<Search>>,
    /// Contacts.
    pub contacts: Vec<Item<Contact>>,
    /// Verdicts, oldest first; the last standing one is in force.
    pub verdicts: Vec<VerdictState>,
    /// Relations from this claim.
    pub relations: Vec<Item<ClaimsRelated>>,
    /// Requests for a change.
    pub requests: Vec<Item<Request>>,
    /// Corrections.
    pub corrections: Vec<Item<Correction>>,
    /// Notes.
    pub notes: Vec<Item<String>>,
    /// Why it was retracted, if it was.
    pub retraction: Option<Item<String>>,
    /// Where it stands in the work; `None` where a withheld payload hides it.
    pub workflow: Option<Workflow>,
    /// The last entry that moved it in the desk's work.
    pub moved: Option<Index>,
    /// The entry that published it.
    pub published: Option<(Index, Timestamp)>,
    /// Who has it.
    pub assignee: Option<Handle>,
    /// Until when.
    pub due: Option<Day>,
    /// Entries about it whose payload is not here.
    pub not_here: Vec<Index>,
    /// Entries marked withheld, with the ground, until released.
    pub withheld: Vec<(Index, Withholding)>,
    /// Entries erased.
    pub erased: Vec<Index>,
    /// Every entry about it, its own first.
    pub entries: Vec<Index>,
}

impl ClaimState {
    /// The same as others may see it on `today`: without what is marked withheld then.
    #[must_use]
    pub fn without_withheld(mut self, today: Day) -> Self {
        fn hide<T>(items: &mut [Item<T>], kept_back: &[Index]) {
            items.iter_mut().filter(|item| kept_back.contains(&item.number)).for_each(|item| item.body = None);
        }
        let now = |w: &Withholding| w.until.is_none_or(|until| today < until);
        let kept: Vec<Index> = self.withheld.iter().filter(|(_, w)| now(w)).map(|(index, _)| *index).collect();
        if kept.contains(&self.wording) {
            self.claim = None;
        }
        self.replaced.iter_mut().filter(|r| kept.contains(&r.wording)).for_each(|r| r.claim = None);
        hide(&mut self.appearances, &kept);
        hide(&mut self.evidence, &kept);
        hide(&mut self.searches, &kept);
        hide(&mut self.contacts, &kept);
        hide(&mut self.relations, &kept);
        hide(&mut self.corrections, &kept);
        hide(self.retraction.as_mut_slice(), &kept);
        for verdict in &mut self.verdicts {
            hide(std::slice::from_mut(&mut verdict.item), &kept);
            hide(&mut verdict.reviews, &kept);
        }
        self
    }

    /// The state right after the claim was recorded.
    pub fn recorded(number: Index, leaf: Digest, header: &Header, event: Option<Event>) -> Self {
        let claim = match event {
            Some(Event::ClaimRecorded(claim)) => Some(claim),
            _ => None,
        };
        let not_here = if claim.is_none() { vec![number] } else { Vec::new() };
        Self {
            number,
            leaf,
            agent: header.agent,
            recorded: header.time,
            claim,
            wording: number,
            replaced: Vec::new(),
            appearances: Vec::new(),
            evidence: Vec::new(),
            searches: Vec::new(),
            contacts: Vec::new(),
            verdicts: Vec::new(),
            relations: Vec::new(),
            requests: Vec::new(),
            corrections: Vec::new(),
            notes: Vec::new(),
            retraction: None,
            workflow: Some(Workflow::Recorded),
            moved: None,
            published: None,
            assignee: None,
            due: None,
            not_here,
            withheld: Vec::new(),
            erased: Vec::new(),
            entries: vec![number],
        }
    }

    /// The last entry about the claim.
    pub fn last(&self) -> Index {
        self.entries.last().copied().unwrap_or(self.number)
    }

    /// The verdict in force: the last one.
    pub fn verdict(&self) -> Option<&VerdictState> {
        self.verdicts.last()
    }

    /// The finding in force; `None`: unverified, or withheld.
    pub fn finding(&self) -> Option<Finding> {
        self.verdict().and_then(|v| v.item.body.as_ref()).map(|v| v.finding)
    }

    /// Whether the verdict in force was made on an earlier wording.
    pub fn judged_earlier_wording(&self) -> bool {
        self.verdict().is_some_and(|v| v.wording != self.wording)
    }

    /// Whether another agent approved the verdict in force.
    pub fn second_read(&self) -> bool {
        self.verdict().is_some_and(|v| v.approvals() > 0)
    }

    /// A piece of evidence by its entry.
    pub fn evidence(&self, number: Index) -> Option<&Item<Evidence>> {
        self.evidence.iter().find(|e| e.number == number)
    }

    /// Every appearance that stands: the claim's own first.
    pub fn standing_appearances(&self) -> impl Iterator<Item = (Index, &Appearance)> {
        let own = self.claim.as_ref().map(|c| (self.wording, &c.appearance));
        own.into_iter().chain(self.appearances.iter().filter_map(|a| a.standing().map(|body| (a.number, body))))
    }

    /// Takes in an entry about this claim; `event` is absent where its payload is not here.
    pub fn apply(&mut self, number: Index, header: &Header, event: Option<Event>) {
        self.entries.push(number);
        if event.is_none() {
            self.not_here.push(number);
        }
        if let Some(workflow) = moves_to(header.kind, event.as_ref()) {
            self.workflow = workflow;
        }
        match header.kind {
            Kind::ClaimAmended => {
                self.wording = number;
                self.claim = event.and_then(|e| if let Event::ClaimAmended(claim) = e { Some(claim) } else { None });
            }
            Kind::ClaimMoved => self.moved_by(number, event),
            Kind::AppearanceRecorded => {
                withdraw(&mut self.appearances, header.re, number);
                let body = body(event, |e| if let Event::AppearanceRecorded(b) = e { Some(b) } else { None });
                self.appearances.push(Item::new(number, header, body));
            }
            Kind::AnchorMoved => self.anchor_moved(header, event),
            Kind::ClaimsRelated => {
                let body = body(event, |e| if let Event::ClaimsRelated(b) = e { Some(b) } else { None });
                self.relations.push(Item::new(number, header, body));
            }
            Kind::RelationWithdrawn => withdraw(&mut self.relations, header.re, number),
            Kind::EvidenceLinked => {
                let body = body(event, |e| if let Event::EvidenceLinked(b) = e { Some(b) } else { None });
                self.evidence.push(Item::new(number, header, body));
            }
            Kind::EvidenceWithdrawn => withdraw(&mut self.evidence, header.re, number),
            Kind::SearchRecorded => {
                let body = body(event, |e| if let Event::SearchRecorded(b) = e { Some(b) } else { None });
                self.searches.push(Item::new(number, header, body));
            }
            Kind::ContactRecorded => {
                withdraw(&mut self.contacts, header.re, number);
                let body = body(event, |e| if let Event::ContactRecorded(b) = e { Some(b) } else { None });
                self.contacts.push(Item::new(number, header, body));
            }
            Kind::VerdictIssued => {
                let body = body(event, |e| if let Event::VerdictIssued(b) = e { Some(b) } else { None });
                self.push_verdict(Item::new(number, header, body), false);
            }
            Kind::ReviewRecorded => {
                let body = body(event, |e| if let Event::ReviewRecorded(b) = e { Some(b) } else { None });
                if let Some(verdict) = self.verdicts.iter_mut().find(|v| Some(v.item.number) == header.re) {
                    verdict.reviews.push(Item::new(number, header, body));
                }
            }
            Kind::ClaimPublished => self.published = Some((number, header.time)),
            Kind::RequestReceived => {
                let body = body(event, |e| if let Event::RequestReceived(b) = e { Some(b) } else { None });
                self.requests.push(Item::new(number, header, body));
            }
            Kind::CorrectionIssued => self.corrected(number, header, event),
            Kind::ClaimRetracted => {
                let body = body(event, |e| if let Event::ClaimRetracted(b) = e { Some(b.reason) } else { None });
                self.retraction = Some(Item::new(number, header, body));
            }
            Kind::NoteAdded => {
                let body = body(event, |e| if let Event::NoteAdded(b) = e { Some(b.text) } else { None });
                self.notes.push(Item::new(number, header, body));
            }
            Kind::PayloadWithheld => {
                if let Some(Event::PayloadWithheld(withholding)) = event {
                    self.withheld.push((header.re.unwrap_or(self.number), withholding));
                }
            }
            Kind::PayloadReleased => {
                let target = header.re.unwrap_or(self.number);
                self.withheld.retain(|(index, _)| *index != target);
            }
            Kind::PayloadErased => self.erased.push(header.re.unwrap_or(self.number)),
            _ => {}
        }
    }

    fn moved_by(&mut self, number: Index, event: Option<Event>) {
        self.moved = Some(number);
        if let Some(Event::ClaimMoved(moved)) = event {
            self.assignee = moved.assignee;
            self.due = moved.due;
        }
    }

    fn push_verdict(&mut self, item: Item<Verdict>, by_correction: bool) {
        let wording = self.wording;
        self.verdicts.push(VerdictState { item, wording, reviews: Vec::new(), by_correction });
    }

    fn anchor_moved(&mut self, header: &Header, event: Option<Event>) {
        let Some(Event::AnchorMoved(moved)) = event else { return };
        let appearance = match header.re {
            None => self.claim.as_mut().map(|c| &mut c.appearance),
            Some(re) => self.appearances.iter_mut().find(|a| a.number == re).and_then(|a| a.body.as_mut()),
        };
        let anchor = usize::try_from(moved.anchor).ok().and_then(|i| appearance?.anchors.get_mut(i));
        if let Some(anchor) = anchor {
            *anchor = moved.to;
        }
    }

    fn corrected(&mut self, number: Index, header: &Header, event: Option<Event>) {
        let correction = body(event, |e| if let Event::CorrectionIssued(b) = e { Some(b) } else { None });
        if let Some(correction) = &correction {
            if let Some(claim) = &correction.claim {
                let old = self.claim.replace((**claim).clone());
                self.replaced.push(Replaced { by: number, wording: self.wording, claim: old });
                self.wording = number;
            }
            for evidence in &correction.withdraws {
                withdraw(&mut self.evidence, Some(*evidence), number);
            }
            if let Some(verdict) = &correction.verdict {
                self.push_verdict(Item::new(number, header, Some(verdict.clone())), true);
            }
        }
        self.corrections.push(Item::new(number, header, correction));
    }
}

fn body<T>(event: Option<Event>, pick: impl Fn(Event) -> Option<T>) -> Option<T> {
    event.and_then(pick)
}

fn withdraw<T>(items: &mut [Item<T>], target: Option<Index>, by: Index) {
    if let Some(item) = items.iter_mut().find(|i| Some(i.number) == target) {
        item.withdrawn = item.withdrawn.or(Some(by));
    }
}
