//! From claim files to entries: once, in order, changed only on request.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up may panic")]

use std::collections::BTreeMap;
use std::convert::Infallible;

use onrecord::claim::desk::{LedgerOpened, Owner, Reason};
use onrecord::claim::{Handle, Policy};
use onrecord::draft::template::{self, EXAMPLE};
use onrecord::draft::{Changed, Folder, Known, KnownClaim, KnownDocument, Plan, PlanError, Wrong, parse, plan};
use onrecord::entry::sshsig::{KeySigner, Signer as _};
use onrecord::entry::{Batch, Event, Kind, Proposal, Salt, State, View as _, batch, state};
use onrecord::hash::{Digest, Index};

use super::draft::read;

/// The record, folded as simply as can be, from the entries themselves.
#[derive(Default)]
struct Record {
    size: u64,
    documents: BTreeMap<Index, KnownDocument>,
    claims: BTreeMap<Index, KnownClaim>,
}

impl Record {
    fn append(&mut self, proposals: &[Proposal]) {
        let base = self.size;
        for proposal in proposals {
            let index = Index(self.size);
            let about = proposal.about.map_or(index, |i| i.at_base(base));
            let re = proposal.re.map(|i| i.at_base(base));
            assert!(about <= index && re.is_none_or(|re| re < index), "refers to earlier entries only");
            self.take_in(index, about, re, batch::at_base(&proposal.event, base).into_owned());
            self.size += 1;
        }
    }

    fn take_in(&mut self, index: Index, about: Index, re: Option<Index>, event: Event) {
        if let Event::ClaimRecorded(claim) = event {
            assert!(claim.appearance.document < index);
            self.claims.insert(index, KnownClaim::new(index, claim));
            return;
        }
        if let Event::DocumentRegistered(document) = event {
            self.documents.insert(index, KnownDocument { document: Some(document), ..KnownDocument::default() });
            return;
        }
        if let Some(document) = self.documents.get_mut(&about) {
            match event {
                Event::DocumentAmended(body) => document.document = Some(body),
                Event::SnapshotCaptured(body) => document.snapshots.push((index, body)),
                Event::TextExtracted(body) => document.texts.push((index, body)),
                other => unreachable!("{other:?}"),
            }
            return;
        }
        let claim = self.claims.get_mut(&about).unwrap();
        match event {
            Event::ClaimAmended(body) => claim.claim = body,
            Event::SearchRecorded(body) => claim.searches.push((index, body)),
            Event::EvidenceLinked(body) => claim.evidence.push((index, body, false)),
            Event::EvidenceWithdrawn(_) => {
                claim.evidence.iter_mut().find(|(i, ..)| Some(*i) == re).unwrap().2 = true;
            }
            Event::ContactRecorded(body) => claim.contacts.push((index, body)),
            Event::ClaimsRelated(body) => claim.relations.push((index, body, false)),
            Event::RelationWithdrawn(_) => {
                claim.relations.iter_mut().find(|(i, ..)| Some(*i) == re).unwrap().2 = true;
            }
            Event::VerdictIssued(body) => claim.verdicts.push((index, body)),
            other => unreachable!("{other:?}"),
        }
    }

    /// A record with the folder in it, at some distance from the beginning.
    fn with(folder: &Folder) -> Self {
        let mut record = Self { size: 7, ..Self::default() };
        let plan = plan(folder, &record, false).unwrap();
        record.append(&plan.proposals);
        record
    }

    fn named(&mut self, key: &str) -> &mut KnownClaim {
        self.claims.values_mut().find(|c| c.claim.key.as_deref() == Some(key)).unwrap()
    }
}

impl Known for Record {
    type Error = Infallible;

    fn document(&self, sha256: Option<&Digest>, url: Option<&str>) -> Result<Option<Index>, Infallible> {
        let captured = |d: &KnownDocument| sha256.is_some_and(|s| d.snapshots.iter().any(|(_, k)| k.sha256 == *s));
        let there = |d: &KnownDocument| {
            let same = url.is_some() && d.document.as_ref().and_then(|d| d.url.as_deref()) == url;
            same && (sha256.is_none() || d.snapshots.is_empty())
        };
        let mut all = self.documents.iter();
        Ok(all.clone().find(|(_, d)| captured(d)).or_else(|| all.find(|(_, d)| there(d))).map(|(number, _)| *number))
    }

    fn document_body(&self, number: Index) -> Result<KnownDocument, Infallible> {
        Ok(self.documents[&number].clone())
    }

    fn claim(&self, document: Index, key: &str) -> Result<Option<KnownClaim>, Infallible> {
        let fits = |c: &&KnownClaim| c.claim.appearance.document == document && c.claim.key.as_deref() == Some(key);
        Ok(self.claims.values().find(fits).cloned())
    }

    fn claim_keys(&self, document: Index) -> Result<Vec<String>, Infallible> {
        let of = self.claims.values().filter(|c| c.claim.appearance.document == document);
        Ok(of.filter_map(|c| c.claim.key.clone()).collect())
    }
}

fn kinds(plan: &Plan) -> Vec<Kind> {
    plan.proposals.iter().map(|p| p.event.kind()).collect()
}

fn changed(from: &str, to: &str) -> Folder {
    let text = EXAMPLE.replacen(from, to, 1);
    assert_ne!(text, EXAMPLE, "the example lacks {from}");
    read(&text)
}

/// The differences for which the plan is refused; with leave to amend it is made, and then nothing is left to do.
#[track_caller]
fn amended(folder: &Folder) -> (Vec<Changed>, Vec<String>, Plan) {
    let mut record = Record::with(&read(EXAMPLE));
    let Err(PlanError::Differs(changes)) = plan(folder, &record, false) else { unreachable!("a plan without leave") };
    let amended = plan(folder, &record, true).unwrap();
    assert_eq!(amended.changes, changes);
    record.append(&amended.proposals);
    let again = plan(folder, &record, false).unwrap();
    assert_eq!(again.proposals, Vec::new());
    let differences = changes.iter().flat_map(|c| c.differences.iter().map(ToString::to_string)).collect();
    (changes.into_iter().map(|c| c.what).collect(), differences, amended)
}

#[test]
fn a_new_folder_becomes_one_batch_in_order() {
    let plan = plan(&read(EXAMPLE), &Record::default(), false).unwrap();
    assert_eq!(
        kinds(&plan),
        [
            Kind::DocumentRegistered,
            Kind::SnapshotCaptured,
            Kind::TextExtracted,
            Kind::ClaimRecorded,
            Kind::ClaimRecorded,
            Kind::ClaimRecorded,
            Kind::SearchRecorded,
            Kind::SearchRecorded,
            Kind::EvidenceLinked,
            Kind::EvidenceLinked,
            Kind::ContactRecorded,
            Kind::ClaimsRelated,
            Kind::VerdictIssued,
        ]
    );
    assert_eq!((plan.unchanged, plan.changes.len(), plan.left.len()), (0, 0, 0));
    assert_eq!(plan.document, Index::pending(0));
    assert_eq!(plan.claims[1], ("works-said-closed".to_owned(), Index::pending(4)));
    assert_eq!(plan.proposals[2].re, Some(Index::pending(1)), "the text is that of the snapshot");
    let Event::ClaimsRelated(relation) = &plan.proposals[11].event else { unreachable!() };
    assert_eq!((plan.proposals[11].about, relation.to), (Some(Index::pending(4)), Some(Index::pending(3))));
    let Event::VerdictIssued(verdict) = &plan.proposals[12].event else { unreachable!() };
    assert_eq!((&verdict.on, &verdict.considered), (&vec![Index::pending(8)], &vec![Index::pending(9)]));
    assert_eq!(plan.proposals[12].about, Some(Index::pending(3)));
}

#[test]
fn the_batch_passes_the_structure_of_the_record() {
    let signer = KeySigner::from_seed(&[7; 32]);
    let owner = Owner { handle: Handle("mara".into()), key: signer.public().to_openssh() };
    let opened = LedgerOpened {
        log_key: crate::examples::log_key("example.org/desk"),
        origin: "example.org/desk".into(),
        owner,
        policy: Policy::solo(),
    };
    let mut view = State::default();
    let time = "2026-11-22T07:12:03.123Z".parse().unwrap();
    let folder = read(EXAMPLE);
    let proposals = plan(&folder, &Record { size: 1, ..Record::default() }, false).unwrap().proposals;
    for proposals in [vec![Proposal::new(Event::LedgerOpened(opened))], proposals] {
        let salts: Vec<Salt> = (0..=proposals.len()).map(|i| Salt([i as u8; 16])).collect();
        let batch = Batch { agent: Index(0), time, ledger: view.ledger().id };
        for entry in batch.encode(&proposals, &salts, &view, &signer).unwrap() {
            let (event, _) = Event::decode(entry.header.kind, &entry.payload).unwrap();
            let refusals = state::check(&entry.header, Some(&event), &view).unwrap();
            assert_eq!(refusals, Vec::new(), "{:?}", entry.header.kind);
            view.apply(&entry.leaf, &entry.header, Some(&event));
        }
    }
    assert_eq!(view.size(), 1 + 13 + 1);
}

#[test]
fn the_same_folder_again_is_nothing() {
    let folder = read(EXAMPLE);
    let again = plan(&folder, &Record::with(&folder), false).unwrap();
    assert_eq!(again.proposals, Vec::new());
    // Document, three claims, the search on two, two pieces of evidence, contact, relation, verdict.
    assert_eq!(again.unchanged, 1 + 3 + 2 + 2 + 1 + 1 + 1);
    assert_eq!(again.claims[0].1, Index(10));
}

#[test]
fn what_is_new_needs_no_leave() {
    let record = Record::with(&read(EXAMPLE));
    let folder = changed(
        "[[contact]]",
        "[[search]]\nclaim = \"bridge-closed\"\nwhere = \"photo archive\"\nfor = \"pictures of the bridge\"\nlanguages = []\non = \"2025-04-11\"\nfound = 0\n\n[[contact]]",
    );
    let plan = plan(&folder, &record, false).unwrap();
    assert_eq!(kinds(&plan), [Kind::SearchRecorded]);
    assert_eq!(plan.proposals[0].about, Some(Index(10)));
}

#[test]
fn a_claim_worded_anew() {
    let (what, differences, plan) = amended(&changed("more than three weeks.\"   #", "over three weeks.\"   #"));
    assert_eq!(what, [Changed::Claim]);
    assert_eq!(
        differences,
        ["statement: \"The city closed the old bridge on 2 March 2025 for more than three weeks.\" -> \
          \"The city closed the old bridge on 2 March 2025 for over three weeks.\""]
    );
    assert_eq!(kinds(&plan), [Kind::ClaimAmended]);
    assert_eq!(plan.proposals[0].about, Some(Index(10)));
}

#[test]
fn a_hedge_judged_anew() {
    let (what, differences, _) = amended(&changed("strength = \"low\"", "strength = \"medium\""));
    assert_eq!(what, [Changed::Claim]);
    assert_eq!(differences, ["appearance.hedges[0].strength: \"low\" -> \"medium\""]);
}

#[test]
fn evidence_changed_takes_the_verdict_along() {
    let (what, differences, plan) = amended(&changed("credibility = \"2\"", "credibility = \"3\""));
    assert_eq!(what, [Changed::Evidence("gazette".into()), Changed::Verdict]);
    assert_eq!(differences, ["credibility: \"2\" -> \"3\"", "on: [\"gazette (#15)\"] -> [\"gazette\"]"]);
    assert_eq!(kinds(&plan), [Kind::EvidenceWithdrawn, Kind::EvidenceLinked, Kind::VerdictIssued]);
    assert_eq!(plan.proposals[0].re, Some(Index(15)));
    let Event::EvidenceWithdrawn(Reason { reason }) = &plan.proposals[0].event else { unreachable!() };
    assert_eq!(reason, "set anew in this batch; changed: credibility");
    let Event::VerdictIssued(verdict) = &plan.proposals[2].event else { unreachable!() };
    assert_eq!((&verdict.on, &verdict.considered), (&vec![Index::pending(1)], &vec![Index(16)]));
}

#[test]
fn a_verdict_changed_is_a_new_one() {
    let (what, differences, plan) = amended(&changed("confidence = \"low\"", "confidence = \"moderate\""));
    assert_eq!(what, [Changed::Verdict]);
    assert_eq!(differences, ["confidence: \"low\" -> \"moderate\""]);
    assert_eq!(kinds(&plan), [Kind::VerdictIssued]);
    let (_, differences, _) = amended(&changed("considered = [\"river-log\"]", ""));
    assert_eq!(differences, ["considered: [\"river-log\"] -> nothing"]);
}

#[test]
fn the_order_of_evidence_says_nothing() {
    let on = |list: &str| {
        let text = EXAMPLE.replacen("on = [\"gazette\"] ", &format!("on = [{list}] "), 1);
        read(&text.replacen("considered = [\"river-log\"]", "", 1))
    };
    let record = Record::with(&on("\"gazette\", \"river-log\""));
    assert_eq!(plan(&on("\"river-log\", \"gazette\""), &record, false).unwrap().proposals, Vec::new());
}

#[test]
fn document_fields_changed() {
    let (what, differences, plan) = amended(&changed("title = \"Old bridge closed\"\n", "title = \"Bridge closed\"\n"));
    assert_eq!((what, kinds(&plan)), (vec![Changed::Document], vec![Kind::DocumentAmended]));
    assert_eq!(differences, ["title: \"Old bridge closed\" -> \"Bridge closed\""]);
}

#[test]
fn a_relation_explained_otherwise() {
    let (what, differences, plan) = amended(&changed("note = \"The same closing.\"", "note = \"Said of it.\""));
    assert_eq!(what, [Changed::Relation("bridge-closed".into())]);
    assert_eq!(differences, ["note: \"The same closing.\" -> \"Said of it.\""]);
    assert_eq!(kinds(&plan), [Kind::RelationWithdrawn, Kind::ClaimsRelated]);
}

#[test]
fn an_outcome_is_news_and_another_outcome_a_change() {
    let text = EXAMPLE.replacen("outcome = \"answered\"", "#", 1).replacen("answer = \"They", "# \"They", 1);
    let record = Record::with(&read(&text));
    let news = plan(&read(EXAMPLE), &record, false).unwrap();
    assert_eq!(kinds(&news), [Kind::ContactRecorded]);
    assert!(news.proposals[0].re.is_some(), "it follows the entry that says who was asked");
    let (what, differences, plan) = amended(&changed("answer = \"They point", "answer = \"He points"));
    assert_eq!(what, [Changed::Contact("Works department, press office".into())]);
    assert_eq!(differences, ["answer: \"They point to the gazette.\" -> \"He points to the gazette.\""]);
    assert_eq!(kinds(&plan), [Kind::ContactRecorded]);
}

#[test]
fn what_was_withdrawn_does_not_come_back_by_itself() {
    let folder = read(EXAMPLE);
    let mut record = Record::with(&folder);
    record.named("bridge-closed").evidence[0].2 = true;
    record.named("works-said-closed").relations[0].2 = true;
    let Err(PlanError::Differs(changes)) = plan(&folder, &record, false) else { unreachable!() };
    let shown: Vec<String> = changes.iter().map(ToString::to_string).collect();
    assert!(
        shown[0].contains("evidence `gazette` on claim `bridge-closed` (#10) differs from the record"),
        "{shown:?}"
    );
    assert!(shown[0].ends_with("\n    withdrawn: \"yes (#15)\" -> nothing"), "{shown:?}");
    let plan = plan(&folder, &record, true).unwrap();
    assert_eq!(kinds(&plan), [Kind::EvidenceLinked, Kind::ClaimsRelated, Kind::VerdictIssued]);
}

#[test]
fn what_is_published_is_not_amended() {
    let mut record = Record::with(&read(EXAMPLE));
    record.named("bridge-closed").published = true;
    let folder = changed("more than three weeks.\"   #", "over three weeks.\"   #");
    let Err(PlanError::Differs(changes)) = plan(&folder, &record, true) else { unreachable!() };
    assert!(changes[0].to_string().contains("is published: only `onrecord correct`"));
    assert_eq!(plan(&read(EXAMPLE), &record, false).unwrap().proposals, Vec::new());
}

const BARE: &str = "[document]\nsha256 = \"4b7fa44a664e548e2bcd254e1af0db5cc7dcaef65f6b5a78c3a8257eece7d847\"\n";

fn verdict(claim: &str, on: &str) -> Folder {
    let verdict = "finding = \"supported\"\nconfidence = \"low\"\nrationale = \"R.\"\nmethod = \"M.\"\njudged_on = \"2025-04-10\"\n";
    parse(&[("checks.toml", format!("{BARE}[[verdict]]\nclaim = \"{claim}\"\non = [\"{on}\"]\n{verdict}"))]).unwrap()
}

#[test]
fn checks_alone_name_what_is_on_record() {
    let mut record = Record::with(&read(EXAMPLE));
    record.named("bridge-closed").verdicts.clear();
    let made = plan(&verdict("bridge-closed", "gazette"), &record, false).unwrap();
    assert_eq!(kinds(&made), [Kind::VerdictIssued]);
    let Event::VerdictIssued(body) = &made.proposals[0].event else { unreachable!() };
    assert_eq!((made.proposals[0].about, &body.on), (Some(Index(10)), &vec![Index(15)]));
    assert_eq!(made.claims, [("bridge-closed".to_owned(), Index(10))]);

    let told = |folder: &Folder, record: &Record| match plan(folder, record, false) {
        Err(PlanError::Mistakes(mistakes)) => mistakes.to_string(),
        other => unreachable!("{other:?}"),
    };
    assert_eq!(
        told(&verdict("bridge-close", "gazette"), &record),
        "checks.toml:4:9: there is no claim `bridge-close` of this document on record (did you mean `bridge-closed`?)"
    );
    assert_eq!(
        told(&verdict("bridge-closed", "gazete"), &record),
        "checks.toml:5:7: there is no evidence `gazete` on this claim, here or on record (did you mean `gazette`?)"
    );
    record.named("bridge-closed").evidence[0].2 = true;
    assert_eq!(
        told(&verdict("bridge-closed", "gazette"), &record),
        "checks.toml:5:7: evidence `gazette` was withdrawn (#15); link it anew or leave it out"
    );
    assert_eq!(
        told(&verdict("bridge-closed", "gazette"), &Record::default()),
        "checks.toml:1:1: this document is not on record; add its claims first, or in the same folder"
    );
}

#[test]
fn a_document_known_by_its_address_is_captured_later() {
    let claim = "[[claim]]\nkey = \"a\"\nstatement = \"A.\"\nkind = \"event\"\ncheckable = true\n[claim.appearance]\n\
                 anchors = [{ selector = \"whole\" }]\n\
                 attribution = [{ name = \"The Example\", role = \"outlet\", factuality = \"CT+\" }]\n";
    let url = "url = \"https://example.org/1\"\n";
    let mut record = Record::with(&read(&format!("[document]\n{url}{claim}")));
    assert_eq!(record.documents[&Index(7)].snapshots, Vec::new());
    let folder = read(&format!("{BARE}{url}{}", claim.replace("key = \"a\"", "key = \"b\"")));
    let plan = plan(&folder, &record, false).unwrap();
    assert_eq!(kinds(&plan), [Kind::SnapshotCaptured, Kind::TextExtracted, Kind::ClaimRecorded]);
    assert_eq!(plan.proposals[0].about, Some(Index(7)));
    record.append(&plan.proposals);
    assert_eq!(record.documents.len(), 1);
}

#[test]
fn what_the_folder_no_longer_has_is_said() {
    let record = Record::with(&read(EXAMPLE));
    let from = EXAMPLE.find("[[evidence]]\nkey = \"river-log\"").unwrap();
    let to = from + EXAMPLE[from..].find("[[contact]]").unwrap();
    let text = format!("{}{}", &EXAMPLE[..from], &EXAMPLE[to..]).replacen("considered = [\"river-log\"]", "", 1);
    let Err(PlanError::Differs(changes)) = plan(&read(&text), &record, false) else { unreachable!() };
    assert_eq!(changes.len(), 1, "the verdict no longer considers it");
    let plan = plan(&read(&text), &record, true).unwrap();
    assert_eq!(kinds(&plan), [Kind::VerdictIssued], "nothing is taken back by silence");
    assert_eq!(plan.left.len(), 1);
    assert_eq!((plan.left[0].number, &plan.left[0].what), (Index(16), &Changed::Evidence("river-log".into())));
}

#[test]
fn what_no_entry_holds_is_refused_with_its_place() {
    let anchors: String = (0..63).fold(String::new(), |all, i| {
        let quote = format!("{i}{}", "x".repeat(1_500));
        format!("{all}{{ start = 0, end = 1, sha256 = \"{}\", quote = \"{quote}\" }},", Digest::of(quote.as_bytes()))
    });
    let folder = changed("anchors = [{ start = 11,", &format!("anchors = [{anchors}{{ start = 11,"));
    let Err(PlanError::Mistakes(mistakes)) = plan(&folder, &Record::default(), false) else { unreachable!() };
    assert!(matches!(mistakes.0[..], [onrecord::draft::Mistake { wrong: Wrong::EntryTooLong { .. }, .. }]));
    assert!(mistakes.to_string().starts_with("article.toml:"));
}

#[test]
fn a_file_to_verify_with() {
    let mut record = Record::with(&read(EXAMPLE));
    let claim = record.named("bridge-closed");
    claim.evidence[1].1.says = "Sly\n[[verdict]]\u{202e}".into();
    let sha256 = Digest::of(super::draft::ARTICLE.as_bytes());
    let text = template::verify(claim, Some(&sha256), None);
    assert!(text.contains(
        "#   gazette (#15): supports, B2, official-statement, read full, cluster city; City gazette: Closed"
    ));
    assert!(text.contains("Sly [[verdict]]\\u{202e}\n"), "{text}");
    assert!(text.contains("# verdict in force #19: supported, confidence low"));
    let empty = parse(&[("checks.toml", &text)]).unwrap_err();
    // Finding, confidence, day; rationale and method.
    assert_eq!(empty.0.len(), 5, "{empty}");
    let filled = text
        .replacen("finding = \"\"", "finding = \"refuted\"", 1)
        .replacen("confidence = \"\"", "confidence = \"low\"", 1)
        .replacen("rationale = \"\"", "rationale = \"R.\"", 1)
        .replacen("method = \"\"", "method = \"M.\"", 1)
        .replacen("judged_on = \"\"", "judged_on = \"2025-04-10\"", 1)
        .replacen("on = [] ", "on = [\"gazette\"] ", 1);
    let folder = parse(&[("checks.toml", &filled)]).unwrap();
    assert_eq!(kinds(&plan(&folder, &record, true).unwrap()), [Kind::VerdictIssued]);
}
