//! The catalog against models: random batches, crashes at every write, damaged files, rows against `ClaimState`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use onrecord::claim::desk::{
    ClaimMoved, Correction, Erasure, Note, Publication, Reason, Release, Request, Review, Withholding,
};
use onrecord::claim::vocab::{
    ClaimKind, Confidence, CorrectionKind, Decision, Factuality, Finding, HedgeClass, SourceRole, Strength, WhyNot,
    Workflow,
};
use onrecord::claim::{Appearance, Claim, Document, Hedge, Step, Verdict};
use onrecord::entry::{ClaimState, Event, Header, Kind};
use onrecord::hash::{Digest, Index, empty_root, leaf_hash};
use onrecord::ledger::catalog::{
    Catalog, CatalogError, Change, Changes, ContentKey, Damage, Named, Opened, Row, Seen, Term, Why, changes, row_after,
};
use onrecord::time::{Day, Timestamp};
use proptest::prelude::*;
use tempfile::TempDir;

const LEDGER: Digest = Digest([7; 32]);

fn open(folder: &Path) -> (Catalog, Opened) {
    Catalog::open(folder, &LEDGER).unwrap()
}

/// Numbers that look random and are the same every time (xorshift64*).
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % n
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
}

fn time(index: u64) -> Timestamp {
    Timestamp::from_millis(1_790_000_000_000 + index as i64 * 777).unwrap()
}

fn header(index: u64, kind: Kind, about: Option<u64>, re: Option<u64>, agent: u64) -> Header {
    let digest = Digest::of(&index.to_le_bytes());
    let (about, re) = (about.map(Index), re.map(Index));
    Header { about, agent: Index(agent), digest, kind, prev: about, re, sig: None, time: time(index), v: 0 }
}

fn claim(dice: &mut Dice, statement: u64) -> Claim {
    let hedge = |class| Hedge {
        band: None,
        class,
        cue: "about".into(),
        end: None,
        level: 0,
        scope: None,
        start: None,
        strength: Strength::Low,
    };
    let step = |factuality, name: &str| Step {
        cue: None,
        damaged: false,
        description: None,
        end: None,
        factuality,
        mode: None,
        name: Some(name.into()),
        role: SourceRole::Outlet,
        start: None,
    };
    let kind = dice.pick(ClaimKind::ALL);
    let checkable = !matches!(kind, ClaimKind::Opinion | ClaimKind::Forecast);
    Claim {
        actors: vec![format!("Actor {}", dice.below(5))],
        appearance: Appearance {
            anchors: vec![],
            attribution: vec![step(dice.pick(Factuality::ALL), "Der Bote"), step(Factuality::CertainPlus, "É. Dupont")],
            document: Index(dice.below(3)),
            hedges: (0..dice.below(3)).map(|_| hedge(dice.pick(HedgeClass::ALL))).collect(),
        },
        checkable,
        imported: None,
        key: Some(format!("key-{statement}")),
        kind,
        lang: None,
        places: vec!["Haifa".into()],
        quantities: vec![],
        statement: format!("Statement {statement}."),
        tags: vec![],
        times: vec![],
        translated_by: None,
        why_not: (!checkable).then_some(WhyNot::Opinion),
    }
}

fn verdict(dice: &mut Dice) -> Verdict {
    Verdict {
        confidence: dice.pick(Confidence::ALL),
        considered: vec![],
        finding: dice.pick(Finding::ALL),
        judged_on: "2026-11-22".parse::<Day>().unwrap(),
        likelihood: None,
        method: None,
        on: vec![],
        rationale: "Because.".into(),
    }
}

/// A record of claims with everything that can happen to them, in any order; one payload in twelve is not here.
fn story(seed: u64, entries: u64) -> Vec<(Header, Option<Event>)> {
    let mut dice = Dice::new(seed);
    let (mut claims, mut verdicts, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for index in 0..entries {
        let agent = dice.below(3);
        let roll = if claims.is_empty() { 0 } else { dice.below(24) };
        let about = if claims.is_empty() { 0 } else { dice.pick(&claims) };
        let text = "Said.".to_owned();
        let (event, about, re) = match roll {
            0..=3 => (Event::ClaimRecorded(claim(&mut dice, index)), None, None),
            4 | 5 => (Event::ClaimAmended(claim(&mut dice, index)), Some(about), None),
            6 => {
                let to = dice.pick(&[Workflow::Triaged, Workflow::InReview, Workflow::Parked]);
                (Event::ClaimMoved(ClaimMoved { assignee: None, due: None, note: None, to }), Some(about), None)
            }
            7..=9 => (Event::VerdictIssued(verdict(&mut dice)), Some(about), None),
            10..=13 if !verdicts.is_empty() => {
                let (claim, entry) = dice.pick(&verdicts);
                let decision = dice.pick(Decision::ALL);
                (Event::ReviewRecorded(Review { decision, note: Some(text) }), Some(claim), Some(entry))
            }
            14 => (Event::ClaimPublished(Publication { note: None }), Some(about), None),
            15 => (Event::RequestReceived(Request { from: "A reader".into(), text }), Some(about), None),
            16 | 17 => {
                let new = (dice.below(2) == 0).then(|| Box::new(claim(&mut dice, index)));
                let verdict = (dice.below(2) == 0).then(|| verdict(&mut dice));
                let kind = CorrectionKind::Correction;
                let correction = Correction { claim: new, kind, text, verdict, withdraws: vec![] };
                (Event::CorrectionIssued(correction), Some(about), None)
            }
            18 => (Event::ClaimRetracted(Reason { reason: text }), Some(about), None),
            19 => (Event::PayloadWithheld(Withholding { ground: text, until: None }), Some(about), None),
            20 => (Event::PayloadReleased(Release { note: None }), Some(about), None),
            21 => (Event::PayloadErased(Erasure { authority: text.clone(), ground: text }), Some(about), None),
            _ => (Event::NoteAdded(Note { text }), Some(about), None),
        };
        let kind = event.kind();
        match (kind, about) {
            (Kind::ClaimRecorded, _) => claims.push(index),
            (Kind::VerdictIssued | Kind::CorrectionIssued, Some(about)) => verdicts.push((about, index)),
            _ => {}
        }
        let here = dice.below(12) > 0 || !kind.row().erasable;
        all.push((header(index, kind, about, re, agent), here.then_some(event)));
    }
    all
}

fn story_changes(story: &[(Header, Option<Event>)], base: usize) -> Changes {
    let entry = |(k, (header, event)): (usize, &(Header, Option<Event>))| {
        changes(Index((base + k) as u64), header, event.as_ref())
    };
    story.iter().enumerate().map(entry).collect()
}

fn fold(story: &[(Header, Option<Event>)]) -> BTreeMap<u64, ClaimState> {
    let mut claims: BTreeMap<u64, ClaimState> = BTreeMap::new();
    for (k, (header, event)) in story.iter().enumerate() {
        let index = Index(k as u64);
        match header.about {
            None => {
                let leaf = leaf_hash(b"leaf");
                claims.insert(index.0, ClaimState::recorded(index, leaf, header, event.clone()));
            }
            Some(about) => claims.get_mut(&about.0).unwrap().apply(index, header, event.clone()),
        }
    }
    claims
}

fn seen<T>(there: bool, value: Option<T>) -> Seen<T> {
    match (there, value) {
        (_, Some(value)) => Seen::Is(value),
        (true, None) => Seen::Withheld,
        (false, None) => Seen::Absent,
    }
}

fn assert_row(row: &Row, state: &ClaimState) {
    let claim = state.claim.as_ref();
    let verdict = state.verdict();
    let body = verdict.and_then(|v| v.item.body.as_ref());
    assert_eq!(row.number(), state.number);
    assert_eq!(row.last(), state.last());
    assert_eq!(row.agent(), state.agent);
    assert_eq!(row.recorded(), Some(state.recorded));
    assert_eq!(row.kind(), seen(true, claim.map(|c| c.kind)));
    assert_eq!(row.checkable(), seen(true, claim.map(|c| c.checkable)));
    for class in HedgeClass::ALL {
        assert_eq!(row.hedged(*class), claim.is_some_and(|c| c.appearance.hedges.iter().any(|h| h.class == *class)));
    }
    for how in Factuality::ALL {
        assert_eq!(
            row.held(*how),
            claim.is_some_and(|c| c.appearance.attribution.iter().any(|s| s.factuality == *how))
        );
    }
    assert_eq!(row.workflow(), seen(true, state.workflow));
    assert_eq!(row.finding(), seen(verdict.is_some(), state.finding()));
    assert_eq!(row.confidence(), seen(verdict.is_some(), body.map(|v| v.confidence)));
    assert_eq!(row.verdict(), verdict.map(|v| (v.item.number, v.item.agent, v.item.time.millis())));
    assert_eq!(row.second_read(), state.second_read());
    assert_eq!(row.judged_earlier_wording(), state.judged_earlier_wording());
    assert_eq!(row.published(), state.published.map(|(index, time)| (index, time.millis())));
    assert_eq!(row.retracted(), state.workflow == Some(Workflow::Retracted));
    assert_eq!(row.requested(), !state.requests.is_empty());
    assert_eq!(row.corrected(), !state.corrections.is_empty());
    assert_eq!(row.not_here(), !state.not_here.is_empty());
    assert_eq!(row.withheld(), !state.withheld.is_empty());
    assert_eq!(row.erased(), !state.erased.is_empty());
}

#[test]
fn rows_are_the_fold_that_claim_states_are() {
    for seed in 0..6 {
        let story = story(seed, 700);
        let states = fold(&story);
        let folder = TempDir::new().unwrap();
        let (mut catalog, _) = open(folder.path());
        for (k, part) in story.chunks(90).enumerate() {
            let base = k * 90;
            let end = base + part.len();
            catalog.apply(base as u64, story_changes(part, base), end as u64, &LEDGER).unwrap();
        }
        let rows: Vec<Row> = catalog.rows().unwrap().map(Result::unwrap).collect();
        assert_eq!(rows.len(), states.len());
        assert_eq!(catalog.claims(), states.len() as u64);
        for (row, state) in rows.iter().zip(states.values()) {
            assert_row(row, state);
            assert_eq!(catalog.row(state.number).unwrap().as_ref(), Some(row));
        }
        // The pure function gives the same, entry by entry.
        let mut pure: BTreeMap<u64, Row> = BTreeMap::new();
        for (k, (header, event)) in story.iter().enumerate() {
            let index = Index(k as u64);
            let claim = header.about.unwrap_or(index).0;
            if let Some(row) = row_after(pure.remove(&claim), index, header, event.as_ref()) {
                pure.insert(claim, row);
            }
        }
        assert!(pure.values().eq(rows.iter()));
    }
}

#[test]
fn entries_are_found_by_what_they_say() {
    let folder = TempDir::new().unwrap();
    let (mut catalog, opened) = open(folder.path());
    assert_eq!((opened, catalog.size(), catalog.root()), (Opened::Fresh, 0, empty_root()));
    let mut dice = Dice::new(1);
    let mut one = claim(&mut dice, 3);
    one.appearance.document = Index(1);
    one.tags = vec!["Übung".into()];
    let document = Document {
        url: Some("https://example.org/a".into()),
        publisher: Some("Der Bote".into()),
        ..Document::default()
    };
    let story = [
        (header(0, Kind::AgentEnrolled, None, None, 0), None),
        (header(1, Kind::DocumentRegistered, None, None, 0), Some(Event::DocumentRegistered(document.clone()))),
        (header(2, Kind::DocumentAmended, Some(1), None, 0), Some(Event::DocumentAmended(document.clone()))),
        (header(3, Kind::ClaimRecorded, None, None, 0), Some(Event::ClaimRecorded(one.clone()))),
        (header(4, Kind::NoteAdded, Some(3), None, 0), None),
    ];
    catalog.apply(0, story_changes(&story, 0), 5, &LEDGER).unwrap();
    let found = |term: Term<'_>| catalog.find(&term).unwrap().iter().map(|i| i.0).collect::<Vec<_>>();
    assert_eq!(found(Term::About(Index(1))), [2]);
    assert_eq!(found(Term::About(Index(3))), [4]);
    assert_eq!(found(Term::Kind(Kind::NoteAdded)), [4]);
    assert_eq!(found(Term::Document(Index(1))), [3]);
    assert_eq!(found(Term::Url("https://example.org/a")), [1, 2]);
    assert_eq!(found(Term::Url("https://example.org/A")), [0; 0]);
    assert_eq!(found(Term::Publisher("der bote")), [1, 2]);
    assert_eq!(found(Term::Speaker("DER BOTE")), [3]);
    assert_eq!(found(Term::Speaker("e. dupont")), [3]);
    assert_eq!(found(Term::Tag("ubung")), [3]);
    assert_eq!(found(Term::Place("haifa")), [3]);
    assert_eq!(found(Term::Actor("haifa")), [0; 0]);
    assert_eq!(found(Term::Key(Index(1), "key-3")), [3]);
    assert_eq!(found(Term::Key(Index(2), "key-3")), [0; 0]);
    assert_eq!(catalog.core().collect::<Vec<_>>(), [Index(0)]);
    let digest = Event::DocumentRegistered(document).content_digest().unwrap();
    let keys = [
        ContentKey::content(None, &digest),
        ContentKey::content(Some(Index(3)), &digest),
        ContentKey::payload(&Digest::of(&4_u64.to_le_bytes())),
        ContentKey::payload(&Digest::of(&5_u64.to_le_bytes())),
    ];
    assert_eq!(catalog.content(&keys).unwrap(), [Some(Index(1)), None, Some(Index(4)), None]);
}

/// A batch of a model: for each entry the terms, its content, whether it is a claim.
type Entry = (Vec<u64>, u64, bool);

fn entry_change(index: u64, (terms, content, is_claim): &Entry) -> Change {
    let kind = if *is_claim { Kind::ClaimRecorded } else { Kind::NoteAdded };
    let about = (!is_claim).then_some(index / 2);
    let row = changes(Index(index), &header(index, kind, about, None, 0), None).row;
    let mut terms: Vec<u64> = terms.iter().map(|t| Term::About(Index(*t)).hash()).collect();
    terms.sort_unstable();
    terms.dedup();
    let content = vec![ContentKey::payload(&Digest::of(&content.to_le_bytes()))];
    let names = vec![(Named::Speaker, format!("speaker {}", index % 50))];
    let time = Timestamp::from_millis(1_700_000_000_000 + index as i64).unwrap();
    Change { index: Index(index), terms, content, row, names, time, core: index.is_multiple_of(7) }
}

#[derive(Default)]
struct Model {
    entries: Vec<Entry>,
}

impl Model {
    fn apply(&mut self, catalog: &mut Catalog, batch: &[Entry]) -> Result<(), CatalogError> {
        let base = self.entries.len() as u64;
        let size = base + batch.len() as u64;
        let changes = batch.iter().zip(base..).map(|(entry, index)| entry_change(index, entry)).collect();
        let root = Digest::of(&size.to_le_bytes());
        catalog.apply(base, changes, size, &root)?;
        self.entries.extend_from_slice(batch);
        Ok(())
    }

    /// Everything that the catalog says is what the entries say.
    fn check(&self, catalog: &Catalog) -> Result<(), CatalogError> {
        let size = self.entries.len() as u64;
        assert_eq!(catalog.size(), size);
        assert_eq!(catalog.root(), if size == 0 { empty_root() } else { Digest::of(&size.to_le_bytes()) });
        let mut by_term: BTreeMap<u64, Vec<Index>> = (0..40).map(|t| (t, Vec::new())).collect();
        let mut by_content: BTreeMap<u64, Index> = BTreeMap::new();
        for ((terms, content, _), index) in self.entries.iter().zip(0..) {
            let mut terms = terms.clone();
            terms.sort_unstable();
            terms.dedup();
            for term in terms {
                by_term.entry(term).or_default().push(Index(index));
            }
            by_content.entry(*content).or_insert(Index(index));
        }
        for (term, indexes) in &by_term {
            let term = Term::About(Index(*term));
            assert_eq!(&catalog.find(&term)?, indexes);
            for at in [0, size / 3, size.saturating_sub(1), u64::MAX >> 11] {
                let after = indexes.iter().find(|i| i.0 >= at).copied();
                let before = indexes.iter().rev().find(|i| i.0 < at).copied();
                assert_eq!(catalog.next(&term, Index(at))?, after, "{term:?} from {at}");
                assert_eq!(catalog.last(&term, Index(at))?, before, "{term:?} before {at}");
            }
        }
        let asked: Vec<u64> = (0..300).collect();
        let keys: Vec<ContentKey> = asked.iter().map(|c| ContentKey::payload(&Digest::of(&c.to_le_bytes()))).collect();
        let expected: Vec<Option<Index>> = asked.iter().map(|c| by_content.get(c).copied()).collect();
        assert_eq!(catalog.content(&keys)?, expected);
        assert_eq!(catalog.content(&keys[..9])?, expected[..9]);
        assert!(catalog.core().eq((0..size).filter(|i| i.is_multiple_of(7)).map(Index)));
        let rows = catalog.rows()?.collect::<Result<Vec<Row>, _>>()?;
        let claims = self.entries.iter().zip(0..).filter(|((_, _, claim), _)| *claim).map(|(_, index)| Index(index));
        assert!(rows.iter().map(Row::number).eq(claims));
        Ok(())
    }
}

fn batch(dice: &mut Dice, entries: u64) -> Vec<Entry> {
    (0..entries)
        .map(|_| ((0..dice.below(6)).map(|_| dice.below(40)).collect(), dice.below(5_000), dice.below(2) == 0))
        .collect()
}

#[derive(Debug, Clone)]
enum Act {
    Apply { seed: u64, entries: u64 },
    Reopen,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let apply = (any::<u64>(), prop_oneof![6 => 1..4_u64, 3 => 4..60_u64, 1 => 500..3_000_u64])
        .prop_map(|(seed, entries)| Act::Apply { seed, entries });
    prop::collection::vec(prop_oneof![9 => apply, 1 => Just(Act::Reopen)], 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn batches_merges_and_reopenings_change_no_answer(acts in acts()) {
        let folder = TempDir::new().unwrap();
        let (mut catalog, _) = open(folder.path());
        let mut model = Model::default();
        for act in acts {
            match act {
                Act::Apply { seed, entries } => {
                    model.apply(&mut catalog, &batch(&mut Dice::new(seed), entries)).unwrap();
                }
                Act::Reopen => {
                    catalog.settle().unwrap();
                    drop(catalog);
                    let opened;
                    (catalog, opened) = open(folder.path());
                    prop_assert_eq!(opened, Opened::Ready);
                }
            }
        }
        model.check(&catalog).unwrap();
        drop(catalog);
        model.check(&open(folder.path()).0).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A catalog of some batches, closed, with its model and one more batch, which merges seven runs with its own.
fn before_a_merge(folder: &Path) -> (Model, Vec<Entry>) {
    let mut dice = Dice::new(11);
    let (mut catalog, _) = open(folder);
    let mut model = Model::default();
    for _ in 0..7 {
        model.apply(&mut catalog, &batch(&mut dice, 400)).unwrap();
    }
    (model, batch(&mut dice, 400))
}

#[test]
fn a_crash_at_any_write_loses_nothing_that_the_log_cannot_give_back() {
    let folder = TempDir::new().unwrap();
    let (model, next) = before_a_merge(folder.path());
    let (failed, stamped, done) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    in_parallel(80, |writes| {
        let crashed = TempDir::new().unwrap();
        copy(folder.path(), crashed.path());
        let (mut catalog, opened) = open(crashed.path());
        assert_eq!(opened, Opened::Ready);
        catalog.fail_after(writes);
        let mut model = Model { entries: model.entries.clone() };
        match model.apply(&mut catalog, &next) {
            Ok(()) => {
                done.fetch_add(1, Ordering::Relaxed);
                return model.check(&catalog).unwrap();
            }
            Err(error) => assert!(matches!(error, CatalogError::Damaged(Damage::GivenUp))),
        }
        assert!(catalog.find(&Term::About(Index(1))).is_err(), "half a batch is never read");
        failed.fetch_add(1, Ordering::Relaxed);
        drop(catalog);
        let (mut catalog, opened) = open(crashed.path());
        assert_eq!(opened, Opened::Ready);
        if catalog.size() == model.entries.len() as u64 {
            // Rows may be ahead until their entries come in again; nothing else may be amiss.
            if let Err(error) = model.check(&catalog) {
                assert!(matches!(error, CatalogError::Damaged(Damage::Ahead)), "{error}");
            }
            model.apply(&mut catalog, &next).unwrap();
        } else {
            // The stamp was written: only replaced pages were left to remove.
            stamped.fetch_add(1, Ordering::Relaxed);
            model.entries.extend_from_slice(&next);
        }
        model.check(&catalog).unwrap();
        drop(catalog);
        model.check(&open(crashed.path()).0).unwrap();
    });
    let [failed, stamped, done] = [failed, stamped, done].map(AtomicU64::into_inner);
    assert!(failed > 20 && stamped > 5 && done > 0, "{failed} fail, {stamped} of them after the stamp, {done} do not");
}

/// What is left of a process killed right after its call returned: the files as they then are.
#[test]
fn a_killed_process_leaves_a_catalog_of_some_batch() {
    let folder = TempDir::new().unwrap();
    let mut dice = Dice::new(5);
    let (mut catalog, _) = open(folder.path());
    let mut model = Model::default();
    for _ in 0..12 {
        model.apply(&mut catalog, &batch(&mut dice, 900)).unwrap();
        let killed = TempDir::new().unwrap();
        copy(folder.path(), killed.path());
        let (mut left, opened) = open(killed.path());
        assert_eq!(opened, Opened::Ready);
        let size = left.size() as usize;
        let mut caught_up = Model { entries: model.entries[..size].to_vec() };
        caught_up.apply(&mut left, &model.entries[size..]).unwrap();
        model.check(&left).unwrap();
    }
}

#[test]
fn batches_must_follow_each_other() {
    let folder = TempDir::new().unwrap();
    let (mut catalog, _) = open(folder.path());
    let mut model = Model::default();
    model.apply(&mut catalog, &batch(&mut Dice::new(1), 5)).unwrap();
    for base in [0, 4, 6] {
        let error = catalog.apply(base, Changes::default(), base + 1, &LEDGER).unwrap_err();
        assert!(matches!(error, CatalogError::Gap { size: 5, base: b } if b == base));
    }
    // Entries that this program cannot read change nothing but the size.
    catalog.apply(5, Changes::default(), 9, &LEDGER).unwrap();
    assert_eq!((catalog.size(), catalog.root()), (9, LEDGER));
}

#[test]
fn another_ledgers_catalog_and_another_versions_are_set_aside() {
    let folder = TempDir::new().unwrap();
    let (mut catalog, _) = open(folder.path());
    Model::default().apply(&mut catalog, &batch(&mut Dice::new(1), 50)).unwrap();
    drop(catalog);
    let other = Digest([8; 32]);
    let (mut catalog, opened) = Catalog::open(folder.path(), &other).unwrap();
    assert_eq!(opened, Opened::Rebuilt { why: Why::Ledger { found: LEDGER } });
    Model::default().check(&catalog).unwrap();
    assert!(folder.path().join("aside").exists());
    catalog.settle().unwrap();
    assert!(!folder.path().join("aside").exists());
    drop(catalog);
    assert_eq!(Catalog::open(folder.path(), &other).unwrap().1, Opened::Ready);
    with_engine(folder.path(), |db| {
        db.open_tree("meta").unwrap().insert("version", &[99]).unwrap();
    });
    let why = Why::Version { found: 99 };
    assert_eq!(Catalog::open(folder.path(), &other).unwrap().1, Opened::Rebuilt { why });
    assert_eq!(Catalog::open(folder.path(), &other).unwrap().1, Opened::Ready);
}

/// Opens the engine's database itself; a thread of sled's may hold its lock a little after it was closed.
fn with_engine<T>(folder: &Path, work: impl FnOnce(&sled::Db) -> T) -> T {
    let config = sled::Config::default().path(folder.join("db")).flush_every_ms(None);
    let db = (0..400).find_map(|_| config.open().map_err(|_| std::thread::sleep(Duration::from_millis(5))).ok());
    work(&db.unwrap())
}

/// A catalog of several runs and blocks, closed, with what it was made of and what a block was before.
fn several(folder: &Path) -> (Model, Vec<(sled::IVec, sled::IVec)>) {
    let mut dice = Dice::new(21);
    let (mut catalog, _) = open(folder);
    let mut model = Model::default();
    model.apply(&mut catalog, &batch(&mut dice, 2_500)).unwrap();
    drop(catalog);
    let before = with_engine(folder, |db| db.open_tree("rows").unwrap().iter().map(Result::unwrap).collect());
    let (mut catalog, _) = open(folder);
    model.apply(&mut catalog, &batch(&mut dice, 2_500)).unwrap();
    (model, before)
}

#[test]
fn parts_lost_swapped_or_of_an_earlier_day_are_noticed() {
    let folder = TempDir::new().unwrap();
    let (model, earlier) = several(folder.path());
    model.check(&open(folder.path()).0).unwrap();
    let harms: &[(&str, &str)] =
        &[("pages", "lost"), ("pages", "swapped"), ("rows", "lost"), ("rows", "swapped"), ("rows", "earlier")];
    in_parallel(harms.len() as u64 * 6, |job| {
        let (tree, harm) = harms[job as usize % harms.len()];
        let damaged = TempDir::new().unwrap();
        copy(folder.path(), damaged.path());
        with_engine(damaged.path(), |db| {
            let tree = db.open_tree(tree).unwrap();
            let all: Vec<_> = tree.iter().map(Result::unwrap).collect();
            let at = job as usize * 7 % all.len();
            let (key, other) = (&all[at].0, &all[(at + 1) % all.len()].1);
            match harm {
                "lost" => drop(tree.remove(key).unwrap().unwrap()),
                "swapped" => drop(tree.insert(key, other).unwrap()),
                _ => {
                    let (key, value) = &earlier[job as usize % earlier.len()];
                    assert_ne!(tree.insert(key, value).unwrap().as_ref(), Some(value), "the block changed since");
                }
            }
        });
        let (catalog, opened) = open(damaged.path());
        assert_eq!(opened, Opened::Ready);
        let error = model.check(&catalog).unwrap_err();
        let seen = matches!(error, CatalogError::Damaged(Damage::Missing | Damage::Checksum));
        assert!(seen, "{tree} {harm}: {error}");
    });
}

#[test]
fn pages_that_no_stamp_names_are_removed() {
    let folder = TempDir::new().unwrap();
    let (model, _) = several(folder.path());
    let stray = [&77_u64.to_be_bytes()[..], &[0; 16]].concat();
    let pages = with_engine(folder.path(), |db| {
        let tree = db.open_tree("pages").unwrap();
        let pages = tree.len();
        tree.insert(&stray, "of a batch whose stamp was never written").unwrap();
        pages
    });
    let (catalog, opened) = open(folder.path());
    assert_eq!(opened, Opened::Ready);
    model.check(&catalog).unwrap();
    drop(catalog);
    with_engine(folder.path(), |db| {
        let tree = db.open_tree("pages").unwrap();
        assert_eq!(tree.get(&stray).unwrap(), None);
        assert_eq!(tree.len(), pages);
    });
}

/// Runs `jobs` numbered jobs on a few threads: most of their time they wait for the disk.
fn in_parallel(jobs: u64, work: impl Fn(u64) + Sync) {
    let next = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let job = next.fetch_add(1, Ordering::Relaxed);
                    if job >= jobs {
                        break;
                    }
                    work(job);
                }
            });
        }
    });
}

#[test]
fn a_reset_leaves_nothing_behind() {
    let folder = TempDir::new().unwrap();
    let (mut catalog, _) = open(folder.path());
    let mut model = Model::default();
    model.apply(&mut catalog, &batch(&mut Dice::new(1), 2_000)).unwrap();
    catalog.fail_after(3);
    model.apply(&mut catalog, &batch(&mut Dice::new(2), 2_000)).unwrap_err();
    catalog.reset().unwrap();
    let mut model = Model::default();
    model.check(&catalog).unwrap();
    model.apply(&mut catalog, &batch(&mut Dice::new(3), 100)).unwrap();
    model.check(&catalog).unwrap();
    drop(catalog);
    let (catalog, opened) = open(folder.path());
    assert_eq!(opened, Opened::Ready);
    model.check(&catalog).unwrap();
}

#[test]
fn one_process_has_a_catalog() {
    let folder = TempDir::new().unwrap();
    let (catalog, _) = open(folder.path());
    assert!(matches!(Catalog::open(folder.path(), &LEDGER), Err(CatalogError::Taken)));
    let path = folder.path().to_owned();
    let waiting = std::thread::spawn(move || Catalog::open(&path, &LEDGER).map(|(_, opened)| opened));
    std::thread::sleep(Duration::from_millis(200));
    drop(catalog);
    assert_eq!(waiting.join().unwrap().unwrap(), Opened::Ready);
}

#[derive(Debug)]
enum Harm {
    Flip,
    Zero,
    Cut,
    Remove,
}

fn files(folder: &Path, out: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            files(&entry.path(), out);
        } else {
            out.push(entry.path());
        }
    }
}

fn harm(db: &Path, dice: &mut Dice) -> String {
    let mut all = Vec::new();
    files(db, &mut all);
    all.sort();
    // Most of the bytes are in one file; the others get their share.
    let largest = all.iter().max_by_key(|f| fs::metadata(f).unwrap().len()).unwrap().clone();
    let file = if dice.below(2) == 0 { largest } else { all[dice.below(all.len() as u64) as usize].clone() };
    let mut bytes = fs::read(&file).unwrap();
    let len = bytes.len().max(1) as u64;
    let harm = match dice.below(10) {
        0..=4 => Harm::Flip,
        5 | 6 => Harm::Zero,
        7 | 8 => Harm::Cut,
        _ => Harm::Remove,
    };
    let at = dice.below(len) as usize;
    match harm {
        Harm::Flip => bytes.iter_mut().skip(at).take(1).for_each(|b| *b ^= 1 << dice.below(8)),
        Harm::Zero => bytes.iter_mut().skip(at / 4_096 * 4_096).take(4_096).for_each(|b| *b = 0),
        Harm::Cut => bytes.truncate(at),
        Harm::Remove => fs::remove_file(&file).unwrap(),
    }
    if !matches!(harm, Harm::Remove) {
        fs::write(&file, bytes).unwrap();
    }
    format!("{harm:?} of {} at {at} of {len}", file.file_name().unwrap().to_string_lossy())
}

/// Opens, catches up and asks everything; says whether that went without complaint. Wrong answers panic.
fn survive(folder: &Path, entries: &[Entry]) -> bool {
    let (mut catalog, opened) = open(folder);
    let size = catalog.size() as usize;
    assert!(size <= entries.len());
    let mut model = Model { entries: entries[..size].to_vec() };
    let answers = model.apply(&mut catalog, &entries[size..]).and_then(|()| model.check(&catalog));
    match answers {
        Ok(()) => opened == Opened::Ready && size == entries.len(),
        Err(CatalogError::Damaged(_)) => {
            catalog.reset().unwrap();
            let mut model = Model::default();
            model.apply(&mut catalog, entries).unwrap();
            model.check(&catalog).unwrap();
            false
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn damaged_files_give_right_answers_or_none() {
    let folder = TempDir::new().unwrap();
    let (mut model, next) = before_a_merge(folder.path());
    let (mut catalog, _) = open(folder.path());
    model.apply(&mut catalog, &next).unwrap();
    let mut dice = Dice::new(77);
    for _ in 0..5 {
        model.apply(&mut catalog, &batch(&mut dice, 300)).unwrap();
    }
    drop(catalog);
    let unharmed = AtomicU64::new(0);
    in_parallel(100, |trial| {
        let damaged = TempDir::new().unwrap();
        copy(folder.path(), damaged.path());
        let what = harm(&damaged.path().join("db"), &mut Dice::new(1_000 + trial));
        let (path, entries) = (damaged.path().to_owned(), model.entries.clone());
        let (send, receive) = mpsc::channel();
        let worker = std::thread::spawn(move || send.send(survive(&path, &entries)));
        match receive.recv_timeout(Duration::from_secs(120)) {
            Ok(whole) => {
                worker.join().unwrap().unwrap();
                unharmed.fetch_add(u64::from(whole), Ordering::Relaxed);
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => panic!("trial {trial}: {what}: {:?}", worker.join().err()),
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("trial {trial}: {what}: it hangs"),
        }
    });
    let unharmed = unharmed.into_inner();
    assert!(unharmed < 90, "most of the damage is noticed, not {unharmed} times none");
}
