//! The plain model: what a ledger holds, as lists, written from `docs/format.md`. It shares no code with the folds of the
//! program; words of closed lists are text here.

use std::collections::BTreeMap;

/// One entry, in the model's terms.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub index: u64,
    pub agent: u64,
    /// Milliseconds.
    pub time: i64,
    pub about: Option<u64>,
    pub re: Option<u64>,
    /// The last entry about the subject that the agent saw, if they say so.
    pub seen: Option<u64>,
    pub op: Op,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    Opened,
    Enrolled { handle: &'static str, roles: Vec<&'static str> },
    Roles(Vec<&'static str>),
    Revoked,
    PolicySet { desk: bool },
    Batch,
    Document { publisher: Option<&'static str> },
    DocumentAmended { publisher: Option<&'static str> },
    Snapshot(u8),
    Text(u8),
    Recorded(Wording),
    Amended(Wording),
    Moved { to: &'static str, assignee: Option<&'static str>, due: Option<&'static str> },
    Appeared(Sighting),
    AnchorMoved { anchor: u64, target: u8 },
    Related { kind: &'static str, to: u64 },
    Unrelated,
    Evidence(Evidence),
    EvidenceWithdrawn,
    Searched,
    Contacted { sought: bool },
    Judged(Ruling),
    Reviewed { approve: bool },
    Published,
    Requested,
    Corrected(Correction),
    Retracted,
    Noted,
    Withheld,
    Released,
    Erased,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Wording {
    pub statement: String,
    pub kind: &'static str,
    pub checkable: bool,
    pub key: Option<&'static str>,
    pub lang: Option<&'static str>,
    pub tags: Vec<&'static str>,
    pub places: Vec<&'static str>,
    pub actors: Vec<&'static str>,
    /// From, to.
    pub quantity: Option<(i64, i64)>,
    /// EDTF.
    pub time: Option<&'static str>,
    pub sighting: Sighting,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Sighting {
    pub document: u64,
    /// Name and factuality.
    pub speakers: Vec<(&'static str, &'static str)>,
    /// Class and cue.
    pub hedges: Vec<(&'static str, &'static str)>,
    /// What the one anchor counts in; each number stands for the digest of some bytes.
    pub target: Option<u8>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    pub stance: &'static str,
    pub cluster: &'static str,
    pub publisher: &'static str,
    pub judged: bool,
    pub full: bool,
    pub document: Option<u64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Ruling {
    pub finding: &'static str,
    pub confidence: &'static str,
    pub on: Vec<u64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Correction {
    pub kind: &'static str,
    pub wording: Option<Wording>,
    pub ruling: Option<Ruling>,
    pub withdraws: Vec<u64>,
}

/// Something put on record about a claim; `body` is absent where the payload is not here.
#[derive(Debug, Clone, PartialEq)]
pub struct Thing<T> {
    pub number: u64,
    pub body: Option<T>,
    pub gone: Option<u64>,
}

impl<T> Thing<T> {
    pub fn standing(&self) -> Option<&T> {
        if self.gone.is_some() { None } else { self.body.as_ref() }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    pub number: u64,
    pub agent: u64,
    pub time: i64,
    pub ruling: Option<Ruling>,
    /// The entry whose wording was judged.
    pub wording: u64,
    /// Number, agent and whether they approve, where that is here.
    pub reviews: Vec<(u64, u64, Option<bool>)>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    pub number: u64,
    pub agent: u64,
    pub time: i64,
    pub wording: Option<Wording>,
    pub worded_by: u64,
    pub sightings: Vec<Thing<Sighting>>,
    pub evidence: Vec<Thing<Evidence>>,
    pub searches: u64,
    pub contacts: Vec<Thing<bool>>,
    pub judgements: Vec<Judgement>,
    pub relations: Vec<Thing<(&'static str, u64)>>,
    /// Number, and whether it touches more than words of explanation.
    pub corrections: Vec<(u64, bool)>,
    pub requests: u64,
    pub notes: u64,
    /// `None`: a payload that is not here hides it.
    pub state: Option<&'static str>,
    pub moved: Option<u64>,
    pub retracted: Option<u64>,
    pub public: bool,
    pub assignee: Option<&'static str>,
    pub due: Option<&'static str>,
    pub not_here: Vec<u64>,
    pub withheld: Vec<u64>,
    pub erased: Vec<u64>,
    pub lines: Vec<u64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub publisher: Option<&'static str>,
    pub snapshots: Vec<(u64, Option<u8>)>,
    pub texts: Vec<(u64, Option<u8>)>,
    pub last: u64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Agent {
    pub handle: &'static str,
    pub roles: Vec<&'static str>,
    pub revoked: Option<u64>,
    pub last: u64,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct World {
    pub size: u64,
    pub time: i64,
    pub desk: bool,
    pub agents: BTreeMap<u64, Agent>,
    pub pages: BTreeMap<u64, Page>,
    pub claims: BTreeMap<u64, Claim>,
}

pub const ROLES: [&str; 5] = ["recorder", "checker", "reviewer", "publisher", "admin"];

impl World {
    /// What the lines say, those of `erased` without their words.
    pub fn of(lines: &[Line], erased: &[u64]) -> Self {
        let mut world = Self::default();
        for line in lines {
            world.apply(line, !erased.contains(&line.index));
        }
        world
    }

    pub fn apply(&mut self, line: &Line, here: bool) {
        self.size = line.index + 1;
        self.time = line.time;
        let index = line.index;
        match &line.op {
            Op::Opened => {
                self.agents.insert(0, Agent { handle: "ada", roles: ROLES.to_vec(), revoked: None, last: 0 });
            }
            Op::Enrolled { handle, roles } => {
                self.agents.insert(index, Agent { handle, roles: roles.clone(), revoked: None, last: index });
            }
            Op::PolicySet { desk } => self.desk = *desk,
            Op::Document { publisher } => {
                let publisher = publisher.filter(|_| here);
                self.pages.insert(index, Page { publisher, snapshots: vec![], texts: vec![], last: index });
            }
            Op::Recorded(wording) => {
                self.claims.insert(index, Claim::new(line, here.then(|| wording.clone())));
            }
            _ => {}
        }
        let Some(about) = line.about else { return };
        if let Some(agent) = self.agents.get_mut(&about) {
            agent.last = index;
            match &line.op {
                Op::Roles(roles) => agent.roles.clone_from(roles),
                Op::Revoked => agent.revoked = Some(index),
                _ => {}
            }
        }
        if let Some(page) = self.pages.get_mut(&about) {
            page.last = index;
            match &line.op {
                Op::DocumentAmended { publisher } => page.publisher = publisher.filter(|_| here),
                Op::Snapshot(bytes) => page.snapshots.push((index, here.then_some(*bytes))),
                Op::Text(bytes) => page.texts.push((index, here.then_some(*bytes))),
                _ => {}
            }
        }
        if let Some(claim) = self.claims.get_mut(&about) {
            claim.take(line, here);
        }
    }
}

fn gone<T>(things: &mut [Thing<T>], number: Option<u64>, by: u64) {
    for thing in things.iter_mut().filter(|t| Some(t.number) == number && t.gone.is_none()) {
        thing.gone = Some(by);
    }
}

impl Claim {
    fn new(line: &Line, wording: Option<Wording>) -> Self {
        Self {
            number: line.index,
            agent: line.agent,
            time: line.time,
            not_here: if wording.is_some() { vec![] } else { vec![line.index] },
            wording,
            worded_by: line.index,
            sightings: vec![],
            evidence: vec![],
            searches: 0,
            contacts: vec![],
            judgements: vec![],
            relations: vec![],
            corrections: vec![],
            requests: 0,
            notes: 0,
            state: Some("recorded"),
            moved: None,
            retracted: None,
            public: false,
            assignee: None,
            due: None,
            withheld: vec![],
            erased: vec![],
            lines: vec![line.index],
        }
    }

    pub fn judgement(&self) -> Option<&Judgement> {
        self.judgements.last()
    }

    /// Appearances that stand, the claim's own first, with the entry that gives each.
    pub fn standing(&self) -> Vec<(u64, &Sighting)> {
        let own = self.wording.iter().map(|w| (self.worded_by, &w.sighting));
        own.chain(self.sightings.iter().filter_map(|s| Some((s.number, s.standing()?)))).collect()
    }

    fn take(&mut self, line: &Line, here: bool) {
        let index = line.index;
        self.lines.push(index);
        if !here {
            self.not_here.push(index);
        }
        let re = line.re;
        match &line.op {
            Op::Amended(wording) => self.worded(index, here.then(|| wording.clone())),
            Op::Moved { to, assignee, due } => {
                self.moved = Some(index);
                self.state = here.then_some(*to);
                if here {
                    (self.assignee, self.due) = (*assignee, *due);
                }
            }
            Op::Appeared(sighting) => {
                gone(&mut self.sightings, re, index);
                self.sightings.push(Thing { number: index, body: here.then(|| sighting.clone()), gone: None });
            }
            Op::AnchorMoved { target, .. } if here => {
                let own = self.wording.as_mut().map(|w| &mut w.sighting).filter(|_| re.is_none());
                let further = self.sightings.iter_mut().find(|s| Some(s.number) == re).and_then(|s| s.body.as_mut());
                if let Some(sighting) = own.or(further) {
                    sighting.target = Some(*target);
                }
            }
            Op::Related { kind, to } => {
                self.relations.push(Thing { number: index, body: here.then_some((*kind, *to)), gone: None });
            }
            Op::Unrelated => gone(&mut self.relations, re, index),
            Op::Evidence(evidence) => {
                self.evidence.push(Thing { number: index, body: here.then(|| evidence.clone()), gone: None });
            }
            Op::EvidenceWithdrawn => gone(&mut self.evidence, re, index),
            Op::Searched => self.searches += 1,
            Op::Contacted { sought } => {
                gone(&mut self.contacts, re, index);
                self.contacts.push(Thing { number: index, body: here.then_some(*sought), gone: None });
            }
            Op::Judged(ruling) => self.judged(line, here.then(|| ruling.clone())),
            Op::Reviewed { approve } => {
                if let Some(judgement) = self.judgements.iter_mut().find(|j| Some(j.number) == re) {
                    judgement.reviews.push((index, line.agent, here.then_some(*approve)));
                }
            }
            Op::Published => (self.state, self.public) = (Some("published"), true),
            Op::Requested => self.requests += 1,
            Op::Corrected(correction) => self.corrected(line, correction, here),
            Op::Retracted => (self.state, self.retracted) = (Some("retracted"), Some(index)),
            Op::Noted => self.notes += 1,
            Op::Withheld => self.withheld.push(re.unwrap_or(self.number)),
            Op::Released => self.withheld.retain(|target| *target != re.unwrap_or(self.number)),
            Op::Erased => self.erased.push(re.unwrap_or(self.number)),
            _ => {}
        }
    }

    fn worded(&mut self, by: u64, wording: Option<Wording>) {
        (self.worded_by, self.wording) = (by, wording);
    }

    fn judged(&mut self, line: &Line, ruling: Option<Ruling>) {
        let (number, agent, time, wording) = (line.index, line.agent, line.time, self.worded_by);
        self.judgements.push(Judgement { number, agent, time, ruling, wording, reviews: vec![] });
    }

    fn corrected(&mut self, line: &Line, correction: &Correction, here: bool) {
        let Correction { kind, wording, ruling, withdraws } = correction;
        let touches = *kind == "correction" || wording.is_some() || ruling.is_some() || !withdraws.is_empty();
        self.corrections.push((line.index, touches || !here));
        if !here {
            return;
        }
        if let Some(wording) = wording {
            self.worded(line.index, Some(wording.clone()));
        }
        for evidence in withdraws {
            gone(&mut self.evidence, Some(*evidence), line.index);
        }
        if let Some(ruling) = ruling {
            self.judged(line, Some(ruling.clone()));
        }
    }
}
