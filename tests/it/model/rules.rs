//! What the model lets through, from the tables of `docs/format.md`: codes of structure, and of guards where the structure
//! holds.

use std::collections::BTreeSet;

use super::world::*;

/// Name, role and whether it decides.
pub fn kind(op: &Op) -> (&'static str, &'static str, bool) {
    match op {
        Op::Opened => ("ledger-opened", "admin", true),
        Op::Enrolled { .. } => ("agent-enrolled", "admin", true),
        Op::Roles(_) => ("agent-roles-changed", "admin", true),
        Op::Revoked => ("agent-revoked", "admin", true),
        Op::PolicySet { .. } => ("policy-set", "admin", true),
        Op::Batch => ("batch-signed", "", true),
        Op::Document { .. } => ("document-registered", "recorder", false),
        Op::DocumentAmended { .. } => ("document-amended", "recorder", false),
        Op::Snapshot(_) => ("snapshot-captured", "recorder", false),
        Op::Text(_) => ("text-extracted", "recorder", false),
        Op::Recorded(_) => ("claim-recorded", "recorder", false),
        Op::Amended(_) => ("claim-amended", "recorder", false),
        Op::Moved { .. } => ("claim-moved", "recorder", false),
        Op::Appeared(_) => ("appearance-recorded", "recorder", false),
        Op::AnchorMoved { .. } => ("anchor-moved", "recorder", false),
        Op::Related { .. } => ("claims-related", "recorder", false),
        Op::Unrelated => ("relation-withdrawn", "recorder", false),
        Op::Evidence(_) => ("evidence-linked", "checker", false),
        Op::EvidenceWithdrawn => ("evidence-withdrawn", "checker", false),
        Op::Searched => ("search-recorded", "checker", false),
        Op::Contacted { .. } => ("contact-recorded", "checker", false),
        Op::Judged(_) => ("verdict-issued", "checker", true),
        Op::Reviewed { .. } => ("review-recorded", "reviewer", true),
        Op::Published => ("claim-published", "publisher", true),
        Op::Requested => ("request-received", "recorder", false),
        Op::Corrected(_) => ("correction-issued", "publisher", true),
        Op::Retracted => ("claim-retracted", "publisher", true),
        Op::Noted => ("note-added", "", false),
        Op::Withheld => ("payload-withheld", "admin", true),
        Op::Released => ("payload-released", "admin", true),
        Op::Erased => ("payload-erased", "admin", true),
    }
}

fn of_claim(op: &Op) -> bool {
    !matches!(
        op,
        Op::Opened
            | Op::Enrolled { .. }
            | Op::Roles(_)
            | Op::Revoked
            | Op::PolicySet { .. }
            | Op::Batch
            | Op::Document { .. }
            | Op::DocumentAmended { .. }
            | Op::Snapshot(_)
            | Op::Text(_)
            | Op::Recorded(_)
            | Op::Noted
            | Op::Withheld
            | Op::Released
            | Op::Erased
    )
}

/// Kinds that `re` may name; `None`: it stays away. The flag says whether it must be there.
fn acts_on(op: &Op) -> Option<(bool, &'static [&'static str])> {
    Some(match op {
        Op::Text(_) => (true, &["snapshot-captured"]),
        Op::Appeared(_) | Op::AnchorMoved { .. } => (false, &["appearance-recorded"]),
        Op::Unrelated => (true, &["claims-related"]),
        Op::EvidenceWithdrawn => (true, &["evidence-linked"]),
        Op::Contacted { .. } => (false, &["contact-recorded"]),
        Op::Reviewed { .. } => (true, &["verdict-issued", "correction-issued"]),
        Op::Corrected(_) | Op::Retracted => (false, &["request-received"]),
        Op::Noted | Op::Withheld | Op::Released | Op::Erased => (false, &[]),
        _ => return None,
    })
}

const PERMANENT: &[&str] = &[
    "ledger-opened",
    "agent-enrolled",
    "agent-roles-changed",
    "agent-revoked",
    "policy-set",
    "batch-signed",
    "payload-withheld",
    "payload-released",
    "payload-erased",
];

impl World {
    /// Codes of what stands against the line; `lines` are all before it.
    pub fn objections(&self, line: &Line, lines: &[Line]) -> BTreeSet<&'static str> {
        let no = self.structure(line, lines);
        match line.about.and_then(|about| self.claims.get(&about)) {
            Some(claim) if no.is_empty() => self.guards(line, claim),
            _ => no,
        }
    }

    fn structure(&self, line: &Line, lines: &[Line]) -> BTreeSet<&'static str> {
        let mut no = BTreeSet::new();
        let (_, role, decides) = kind(&line.op);
        let agent = &self.agents[&line.agent];
        if agent.revoked.is_some() {
            no.insert("S03");
        }
        if !role.is_empty() && !agent.roles.contains(&role) {
            no.insert("S04");
        }
        if line.time < self.time - 300_000 {
            no.insert("S10");
        }
        let Some(about) = line.about else {
            if let Op::Recorded(wording) = &line.op {
                self.document(wording.sighting.document, &mut no);
            }
            return no;
        };
        let claim = self.claims.get(&about);
        if of_claim(&line.op) && claim.is_none() {
            no.insert("S05");
            return no;
        }
        let about_it = |index: u64| lines.iter().find(|l| l.index == index && l.about.unwrap_or(l.index) == about);
        if let Some(seen) = line.seen {
            let latest = lines.iter().rev().find(|l| l.about.unwrap_or(l.index) == about).map(|l| l.index);
            if decides && latest != Some(seen) {
                no.insert("S08");
            }
        }
        match (acts_on(&line.op), line.re) {
            (None, Some(_)) | (Some((true, _)), None) => {
                no.insert("S06");
            }
            (Some((_, kinds)), Some(re)) => {
                let found = about_it(re).map(|l| kind(&l.op).0);
                if found.is_none_or(|found| !kinds.is_empty() && !kinds.contains(&found)) {
                    no.insert("S06");
                }
            }
            _ => {}
        }
        if matches!(line.op, Op::Withheld | Op::Released | Op::Erased) {
            let target = lines.iter().find(|l| l.index == line.re.unwrap_or(about));
            if target.is_some_and(|l| PERMANENT.contains(&kind(&l.op).0)) {
                no.insert("S17");
            }
        }
        if let Some(claim) = claim {
            self.of_claim(line, claim, lines, &mut no);
        }
        no
    }

    fn document(&self, number: u64, no: &mut BTreeSet<&'static str>) {
        if !self.pages.contains_key(&number) {
            no.insert("S13");
        }
    }

    fn of_claim(&self, line: &Line, claim: &Claim, lines: &[Line], no: &mut BTreeSet<&'static str>) {
        let mut refuse = |wrong: bool, code| {
            if wrong {
                no.insert(code);
            }
        };
        let after = matches!(claim.state, Some("published" | "retracted"));
        let by_correction = lines.iter().any(|l| Some(l.index) == line.re && matches!(l.op, Op::Corrected(_)));
        let evidence = |numbers: &[u64]| numbers.iter().all(|n| claim.evidence.iter().any(|e| e.number == *n));
        if let Some(state) = claim.state {
            match &line.op {
                Op::Moved { to, .. } => refuse(!may_move(state, to), "S11"),
                Op::Published => refuse(!matches!(state, "recorded" | "triaged" | "in-review"), "S11"),
                Op::Corrected(_) | Op::Retracted => refuse(state != "published", "S11"),
                Op::Amended(_) | Op::Appeared(_) | Op::EvidenceWithdrawn | Op::Judged(_) => refuse(after, "S12"),
                Op::Reviewed { .. } => refuse(after && !(state == "published" && by_correction), "S12"),
                _ => {}
            }
        }
        match &line.op {
            Op::Related { to, .. } => refuse(!self.claims.contains_key(to) || *to == claim.number, "S13"),
            Op::Judged(ruling) => refuse(!evidence(&ruling.on), "S13"),
            Op::Corrected(c) => {
                refuse(!evidence(&c.withdraws), "S13");
                refuse(c.ruling.as_ref().is_some_and(|r| !evidence(&r.on)), "S13");
            }
            _ => {}
        }
        match &line.op {
            Op::Amended(w) | Op::Corrected(Correction { wording: Some(w), .. }) => {
                self.document(w.sighting.document, no);
            }
            Op::Appeared(s) => self.document(s.document, no),
            Op::Evidence(e) => e.document.iter().for_each(|d| self.document(*d, no)),
            _ => {}
        }
    }

    fn guards(&self, line: &Line, claim: &Claim) -> BTreeSet<&'static str> {
        let mut no = BTreeSet::new();
        let mut refuse = |wrong: bool, code| {
            if wrong {
                no.insert(code);
            }
        };
        match &line.op {
            Op::Judged(ruling) => no.extend(claim.judging(ruling)),
            Op::Corrected(Correction { ruling: Some(ruling), wording, withdraws, .. }) => {
                let mut after = claim.clone();
                for evidence in after.evidence.iter_mut().filter(|e| withdraws.contains(&e.number)) {
                    evidence.gone = Some(line.index);
                }
                if wording.is_some() {
                    after.wording.clone_from(wording);
                }
                no.extend(after.judging(ruling));
                if self.desk && after.unasked(ruling.finding) {
                    no.insert("G08");
                }
            }
            Op::Reviewed { .. } => match claim.judgements.iter().find(|j| Some(j.number) == line.re) {
                None => refuse(true, "G17"),
                Some(judgement) => refuse(judgement.agent == line.agent, "G06"),
            },
            Op::Published => match claim.judgement() {
                None => refuse(true, "G14"),
                Some(judgement) => {
                    refuse(judgement.wording != claim.worded_by, "G15");
                    let counts =
                        |agent: &u64, number: &u64| self.agents[agent].revoked.is_none_or(|from| from > *number);
                    let mut approving = judgement.approving();
                    approving.retain(|(number, agent)| counts(agent, number));
                    refuse(self.desk && approving.is_empty(), "G07");
                    let finding = judgement.ruling.as_ref().map(|r| r.finding);
                    refuse(self.desk && finding.is_some_and(|f| claim.unasked(f)), "G08");
                }
            },
            Op::EvidenceWithdrawn => {
                refuse(claim.evidence.iter().any(|e| Some(e.number) == line.re && e.gone.is_some()), "G17");
            }
            Op::Unrelated => {
                refuse(claim.relations.iter().any(|r| Some(r.number) == line.re && r.gone.is_some()), "G17");
            }
            Op::AnchorMoved { anchor, .. } => {
                let own = claim.wording.is_some() && line.re.is_none();
                let further = claim.sightings.iter().any(|s| Some(s.number) == line.re && s.body.is_some());
                refuse(!(own || further) || *anchor > 0, "G17");
            }
            _ => {}
        }
        no
    }
}

fn may_move(from: &str, to: &str) -> bool {
    match from {
        "recorded" | "triaged" | "in-review" => ["triaged", "in-review", "parked", "withdrawn"].contains(&to),
        "parked" => ["recorded", "triaged", "in-review", "parked", "withdrawn"].contains(&to),
        "withdrawn" => ["recorded", "triaged"].contains(&to),
        _ => false,
    }
}

impl Judgement {
    /// Of each agent the last review that is here, where it approves: its number and the agent.
    pub fn approving(&self) -> Vec<(u64, u64)> {
        let here = || self.reviews.iter().filter_map(|(number, agent, approve)| Some((*number, *agent, (*approve)?)));
        let last = |number: u64, agent: u64| !here().any(|(n, a, _)| a == agent && n > number);
        here().filter(|(n, a, approve)| *approve && last(*n, *a)).map(|(n, a, _)| (n, a)).collect()
    }
}

impl Claim {
    /// Whether the finding is against a named party whom nobody asked.
    fn unasked(&self, finding: &str) -> bool {
        let named = self.wording.as_ref().is_some_and(|w| !w.actors.is_empty());
        let asked = self.contacts.iter().any(|c| c.standing() == Some(&true));
        ["refuted", "misleading-context"].contains(&finding) && named && !asked
    }

    fn judging(&self, ruling: &Ruling) -> BTreeSet<&'static str> {
        let mut no = BTreeSet::new();
        let Some(wording) = &self.wording else { return BTreeSet::from(["G09"]) };
        let relied: Vec<&Thing<Evidence>> = self.evidence.iter().filter(|e| ruling.on.contains(&e.number)).collect();
        if relied.iter().any(|e| e.gone.is_some()) {
            no.insert("G12");
        }
        if !wording.checkable && ruling.finding != "not-checkable" {
            no.insert("G13");
        }
        let own = Some(wording.sighting.document);
        let admissible: Vec<&Evidence> =
            relied.iter().filter_map(|e| e.standing()).filter(|e| e.judged && e.document != own).collect();
        let any = |stances: &[&str]| admissible.iter().any(|e| stances.contains(&e.stance));
        let conflict = || {
            let against = |a: &&&Evidence| {
                admissible.iter().any(|b| ["qualifies", "refutes"].contains(&b.stance) && a.cluster != b.cluster)
            };
            admissible.iter().filter(|e| e.stance == "supports").any(|a| against(&a))
        };
        let (holds, code) = match ruling.finding {
            "supported" => (any(&["supports"]), "G01"),
            "refuted" => (any(&["refutes"]), "G01"),
            "partly-supported" => (any(&["supports", "qualifies"]), "G01"),
            "misleading-context" => (any(&["qualifies", "refutes", "context"]), "G01"),
            "conflicting" => (conflict(), "G02"),
            "not-enough-evidence" => (self.searches > 0, "G03"),
            _ => (true, ""),
        };
        if !holds {
            no.insert(code);
        }
        if ruling.confidence != "low" && !["not-checkable", "not-enough-evidence"].contains(&ruling.finding) {
            let clusters: BTreeSet<&str> = admissible.iter().map(|e| e.cluster).collect();
            if clusters.len() < 2 {
                no.insert("G04");
            }
            if ruling.confidence == "high" && !admissible.iter().any(|e| e.full) {
                no.insert("G05");
            }
        }
        no
    }
}
