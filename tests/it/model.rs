//! The model test: random sequences of what verbs append, by several agents, against a ledger and against a plain model in
//! memory; the same questions to both at every size of the tree, and an audit after each sequence.
//!
//! `ONRECORD_MODEL_CASES` says how many sequences (default 10), `ONRECORD_MODEL_STEPS` how long they may be (default 30
//! batches), `ONRECORD_MODEL_SEED` which (default 1), `ONRECORD_MODEL_SHRINK` how many smaller ones are tried of a case
//! that fails (default 40).

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use onrecord::answers::story::Teller;
use onrecord::answers::{between, find};
use onrecord::audit::{Options, Weight, audit};
use onrecord::entry::Kind;
use onrecord::hash::Index;
use onrecord::ledger::commit::Committer;
use onrecord::ledger::{AppendError, Ledger, Prepared, ReadError};
use onrecord::query::Query;
use onrecord::store::Store;
use onrecord::view::ClaimView;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{RngAlgorithm, TestError, TestRng, TestRunner};

use ask::Ask;
use chance::{Dice, HANDLES};
use world::{Claim, Line, Op, ROLES, World};

mod ask;
mod chance;
mod desk;
mod rules;
mod world;

/// What somebody does at once: who, how much later than the last, and what choices are made from.
type Step = (u8, i64, Vec<Vec<u8>>);

/// A sequence: under policy `desk` or `solo`, what is done, and what is asked.
#[derive(Debug, Clone)]
struct Case {
    desk: bool,
    steps: Vec<Step>,
    asked: Vec<Vec<u8>>,
}

fn sequences(steps: usize) -> impl Strategy<Value = Case> {
    let later = prop_oneof![8 => 0..90_000_i64, 1 => -200_000..0_i64, 1 => 3_600_000..90_000_000_i64];
    let batch = proptest::collection::vec(proptest::collection::vec(any::<u8>(), 32..48), 1..4);
    let step = (any::<u8>(), later, batch);
    let asked = proptest::collection::vec(proptest::collection::vec(any::<u8>(), 24), 24);
    (any::<bool>(), proptest::collection::vec(step, 6..steps), asked).prop_map(|(desk, steps, asked)| Case {
        desk,
        steps,
        asked,
    })
}

/// A ledger with its model: every line, and the world after each.
struct Run {
    store: Arc<dyn Store>,
    lines: Vec<Line>,
    /// Codes of what was refused.
    refused: BTreeSet<&'static str>,
}

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Four agents: the owner, a deputy with every role, a checker who reviews, a recorder.
fn enrolled(desk: bool, time: i64) -> Vec<Line> {
    let line = |index, about, op| Line { index, agent: 0, time, about, re: None, seen: None, op };
    let roles = [&ROLES[..], &ROLES[1..3], &ROLES[..1]];
    let mut lines = vec![line(1, Some(0), Op::PolicySet { desk })];
    lines.extend(
        (2..)
            .zip(&HANDLES[1..])
            .zip(roles)
            .map(|((index, handle), roles)| line(index, None, Op::Enrolled { handle, roles: roles.to_vec() })),
    );
    lines
}

/// Does it all, comparing what is refused and what the live ledger answers after each batch.
fn run(case: &Case, catalog: &Path) -> Run {
    let (store, memory) = crate::ledger::ledger();
    drop(memory);
    let mut ledger = desk::open(&store, Some(catalog));
    ledger.open_log(crate::ledger::config()).unwrap();
    let mut time = crate::ledger::now().millis();
    let opened = Line { index: 0, agent: 0, time, about: None, re: None, seen: None, op: Op::Opened };
    let mut world = World::of(std::slice::from_ref(&opened), &[]);
    let mut run = Run { store, lines: vec![opened], refused: BTreeSet::new() };
    for line in enrolled(case.desk, time) {
        desk::append(&mut ledger, std::slice::from_ref(&line), run.lines.len() as u64).unwrap();
        world.apply(&line, true);
        run.lines.push(line);
    }
    for (k, (who, later, batch)) in case.steps.iter().enumerate() {
        time = (time + later).max(world.time - 290_000);
        let agents: Vec<u64> = world.agents.keys().copied().collect();
        let agent = agents[[0, 0, 0, 1, 1, 1, 2, 3][usize::from(who % 8)] % agents.len()];
        for from in 1..16 {
            let line = chance::line(&mut Dice::new(&batch[0][from..]), &world, agent, time);
            let Some(line) = line else { continue };
            let codes = world.objections(&line, &run.lines);
            if !codes.is_empty() {
                refuses(&mut ledger, &line, &codes);
                run.refused.extend(codes);
            }
        }
        let (mut then, mut lines, mut no) = (world.clone(), run.lines.clone(), None);
        let base = world.size;
        for bytes in batch {
            let chosen = choose(bytes, &then, &lines, agent, time);
            let Some((line, objections)) = chosen else { continue };
            if no.is_none() && !objections.is_empty() {
                no = Some((line.index - base, objections));
            }
            then.apply(&line, true);
            lines.push(line);
        }
        let fresh = lines[run.lines.len()..].to_vec();
        if fresh.is_empty() {
            continue;
        }
        let before = (ledger.size(), ledger.root());
        match (desk::append(&mut ledger, &fresh, 1_000 + k as u64), no) {
            (Ok(receipt), None) => {
                if fresh.iter().filter(|line| !rules::kind(&line.op).2).count() > 1 {
                    let index = then.size;
                    let batch = Line { index, agent, time, about: Some(0), re: None, seen: None, op: Op::Batch };
                    then.apply(&batch, true);
                    lines.push(batch);
                }
                assert_eq!((receipt.size, ledger.size()), (then.size, then.size), "{fresh:#?}");
                (world, run.lines) = (then, lines);
                answers(&ledger, &world, &run.lines, &asked(case, k, 3));
            }
            (Err(AppendError::Refused { refused }), Some((position, codes))) => {
                assert_eq!((ledger.size(), ledger.root()), before);
                let first = refused.iter().map(|r| r.position).min().unwrap();
                let found = refused.iter().filter(|r| r.position == first).map(|r| r.objection.code()).collect();
                assert_eq!((first as u64, &found), (position, &codes), "{fresh:#?}");
                run.refused.extend(codes);
                answers(&ledger, &world, &run.lines, &[]);
            }
            (found, predicted) => panic!("{found:?}, where the model says {predicted:?}: {fresh:#?}"),
        }
    }
    // At the end a claim and something said of another are erased: from then on no reader gets to see them.
    let claims: Vec<u64> = world.claims.keys().copied().take(2).collect();
    for (k, claim) in claims.into_iter().enumerate() {
        let said = run.lines.iter().find(|l| l.about == Some(claim) && !rules::kind(&l.op).2).map(|l| l.index);
        let re = if k == 0 { None } else { said };
        let index = run.lines.len() as u64;
        let line = Line { index, agent: 0, time, about: Some(claim), re, seen: None, op: Op::Erased };
        if world.objections(&line, &run.lines).is_empty() {
            desk::append(&mut ledger, std::slice::from_ref(&line), 9_000 + k as u64).unwrap();
            world.apply(&line, true);
            run.lines.push(line);
        }
    }
    run
}

/// The entries that lines say are erased.
fn erased(lines: &[Line]) -> Vec<u64> {
    let erasures = lines.iter().filter(|line| matches!(line.op, Op::Erased));
    erasures.filter_map(|line| line.re.or(line.about)).collect()
}

/// One alone that the model has something against is refused for just that, and leaves everything as it was.
fn refuses(ledger: &mut Ledger, line: &Line, codes: &BTreeSet<&'static str>) {
    let before = (ledger.size(), ledger.root());
    match desk::append(ledger, std::slice::from_ref(line), 0) {
        Err(AppendError::Refused { refused }) => {
            let found: BTreeSet<_> = refused.iter().map(|r| r.objection.code()).collect();
            assert_eq!(&found, codes, "{line:#?}");
        }
        other => panic!("{other:?}, where the model says {codes:?}: {line:#?}"),
    }
    assert_eq!((ledger.size(), ledger.root()), before);
}

/// What is done next. Mostly something that the model has nothing against; left to chance, nearly all would be refused.
fn choose(
    bytes: &[u8],
    world: &World,
    lines: &[Line],
    agent: u64,
    time: i64,
) -> Option<(Line, BTreeSet<&'static str>)> {
    let slip = bytes[0] % 6 == 5;
    let tries = (1..10).filter_map(|from| chance::line(&mut Dice::new(&bytes[from..]), world, agent, time));
    let mut judged = tries.map(|line| {
        let objections = world.objections(&line, lines);
        (line, objections)
    });
    if slip { judged.next() } else { judged.find(|(_, objections)| objections.is_empty()) }
}

/// Some of the case's queries, others at each size.
fn asked(case: &Case, size: usize, count: usize) -> Vec<Ask> {
    let n = case.asked.len();
    (0..count).map(|k| chance::ask(&mut Dice::new(&case.asked[(size * 5 + k) % n]), 2)).collect()
}

/// Everything that is asked of a ledger at one size.
fn answers(ledger: &Ledger, world: &World, lines: &[Line], asked: &[Ask]) {
    assert_eq!(ledger.size(), world.size);
    let claims: Vec<u64> = ledger.claims().unwrap().iter().map(|c| c.0).collect();
    assert_eq!(claims, world.claims.keys().copied().collect::<Vec<_>>());
    for claim in world.claims.values() {
        of_claim(ledger, world, claim, lines);
    }
    let (clusters, resting) = (ledger.resting_on_fallen().unwrap(), ask::resting(world));
    assert_eq!(clusters.iter().map(|c| c.0).collect::<BTreeSet<_>>(), resting, "at size {}", world.size);
    for ask in asked {
        let wanted: Vec<u64> = world.claims.values().filter(|c| ask.holds(c, world)).map(|c| c.number).collect();
        let query = Query::parse(&ask.text()).unwrap_or_else(|e| panic!("{}: {e}", ask.text()));
        let found: Vec<u64> = find::claims(ledger, &query, usize::MAX).unwrap().iter().map(|c| c.number.0).collect();
        assert_eq!(found, wanted, "{} at size {}", ask.text(), world.size);
        let numbers: Vec<u64> = find::numbers(ledger, &query).unwrap().iter().map(|c| c.0).collect();
        assert_eq!(numbers, wanted, "numbers of {} at size {}", ask.text(), world.size);
        let some = find::claims(ledger, &query, 2).unwrap();
        assert_eq!(some.iter().map(|c| c.number.0).collect::<Vec<_>>(), wanted[..wanted.len().min(2)]);
    }
}

fn of_claim(ledger: &Ledger, world: &World, claim: &Claim, lines: &[Line]) {
    let state = ledger.claim(Index(claim.number)).unwrap().unwrap();
    let view = serde_json::to_value(ClaimView::new(&state, ledger)).unwrap();
    let at = format!("#{} at size {}", claim.number, world.size);
    let ruling = claim.judgement().and_then(|j| j.ruling.as_ref());
    let wanted = serde_json::json!({
        "statement": claim.wording.as_ref().map(|w| &w.statement),
        "key": claim.wording.as_ref().map(|w| w.key),
        "state": claim.state,
        "published": claim.public,
        "second_read": ask::second_read(claim),
        "finding": ask::finding(claim),
        "confidence": ruling.map(|r| r.confidence),
        "assigned": claim.assignee,
        "due": claim.due,
        "agent": world.agents[&claim.agent].handle,
        "withheld": claim.not_here.iter().chain(&claim.withheld).copied().collect::<BTreeSet<u64>>(),
    });
    for (field, wanted) in wanted.as_object().unwrap() {
        assert_eq!(&view[field], wanted, "`{field}` of {at}");
    }
    let flags: BTreeSet<&str> = view["flags"].as_array().unwrap().iter().map(|f| f.as_str().unwrap()).collect();
    assert_eq!(flags, ask::flags(claim, world), "flags of {at}");
    let appearance = |a: &serde_json::Value| {
        let names: Vec<_> =
            a["attribution"].as_array().unwrap().iter().map(|s| (&s["name"], &s["factuality"])).collect();
        let hedges: Vec<_> = a["hedges"].as_array().unwrap().iter().map(|h| (&h["class"], &h["cue"])).collect();
        serde_json::json!([a["number"], a["document"]["number"], a["document"]["publisher"], names, hedges])
    };
    let found: Vec<_> = view["appearances"].as_array().unwrap().iter().map(appearance).collect();
    let publisher = |s: &world::Sighting| world.pages[&s.document].publisher;
    let sighting =
        |(n, s): &(u64, &world::Sighting)| serde_json::json!([n, s.document, publisher(s), s.speakers, s.hedges]);
    assert_eq!(found, claim.standing().iter().map(sighting).collect::<Vec<_>>(), "appearances of {at}");
    for (given, evidence) in view["evidence"].as_array().unwrap().iter().zip(&claim.evidence) {
        let relied = ruling.is_some_and(|r| r.on.contains(&evidence.number));
        let wanted = serde_json::json!([evidence.number, evidence.gone.is_some(), relied]);
        assert_eq!(serde_json::json!([given["number"], given["withdrawn"], given["relied_on"]]), wanted, "{at}");
    }
    assert_eq!(view["evidence"].as_array().unwrap().len(), claim.evidence.len(), "evidence of {at}");
    assert_eq!(view["searches"].as_array().unwrap().len() as u64, claim.searches, "searches of {at}");
    assert_eq!(view["verdict"]["number"].as_u64(), claim.judgement().map(|j| j.number), "verdict of {at}");
    let history = ledger.history(Index(claim.number)).unwrap();
    let told: Vec<_> =
        history.iter().map(|e| (e.index.0, e.header.kind.as_str(), e.header.agent.0, e.header.re)).collect();
    let line = |n: &u64| &lines[*n as usize];
    let wanted: Vec<_> =
        claim.lines.iter().map(line).map(|l| (l.index, rules::kind(&l.op).0, l.agent, l.re.map(Index))).collect();
    assert_eq!(told, wanted, "history of {at}");
}

/// A field of a claim as a history tells it.
type Of = fn(&Claim) -> serde_json::Value;

/// What a history tells of some fields, entry by entry, against the worlds before and after.
fn told(ledger: &Ledger, worlds: &[World], lines: &[Line]) {
    let mut teller = Teller::new(ledger);
    for entry in ledger.entries(0..ledger.size()).unwrap() {
        let number = entry.index.0 as usize;
        let told = teller.tell(&entry).unwrap();
        let Some(about) = lines[number].about else { continue };
        let (Some(before), Some(after)) = (worlds[number].claims.get(&about), worlds[number + 1].claims.get(&about))
        else {
            continue;
        };
        let fields: [(&str, Of); 5] = [
            ("state", |c| serde_json::json!(c.state.unwrap_or("withheld"))),
            ("assigned", |c| serde_json::json!(c.assignee)),
            ("due", |c| serde_json::json!(c.due)),
            ("finding", |c| serde_json::json!(ask::finding(c))),
            ("second_read", |c| serde_json::json!(ask::second_read(c))),
        ];
        for (path, of) in fields {
            let (before, after) = (of(before), of(after));
            let found = told.changes.iter().find(|c| c.path == path);
            let found = found.map(|c| (c.before.clone().unwrap_or_default(), c.after.clone().unwrap_or_default()));
            let wanted = (before != after).then_some((before, after));
            assert_eq!(found, wanted, "`{path}` by entry {number}, a {}", told.kind);
        }
    }
}

/// Two sizes compared, claim by claim.
fn differ(ledger: &Ledger, from: u64, before: &World, after: &World, lines: &[Line]) {
    let mut found = Vec::new();
    let summary = between::each(ledger, from, &Query::default(), &mut |touched| {
        let entries: Vec<u64> = touched.entries.iter().map(|e| e.number).collect();
        found.push((touched.number, entries, touched.finding.before, touched.finding.after));
        Ok::<_, ReadError>(())
    })
    .unwrap();
    let mut wanted = Vec::new();
    for claim in after.claims.values() {
        let entries: Vec<u64> = claim.lines.iter().copied().filter(|n| *n >= from).collect();
        if !entries.is_empty() {
            let earlier = before.claims.get(&claim.number).map(ask::finding);
            wanted.push((claim.number, entries, earlier, ask::finding(claim)));
        }
    }
    assert_eq!(found, wanted, "from {from} to {}", after.size);
    let elsewhere = lines[from as usize..after.size as usize]
        .iter()
        .filter(|l| l.op != Op::Batch && !after.claims.contains_key(&l.about.unwrap_or(l.index)));
    assert_eq!(summary.elsewhere.values().sum::<u64>(), elsewhere.count() as u64);
}

/// What was said before is found again, and what was not is not.
fn repeated(ledger: &Ledger, lines: &[Line], erased: &[u64]) {
    let size = ledger.size();
    let said = |line: &Line, other: &Line| line.about == other.about && same_words(&line.op, &other.op);
    for line in lines.iter().filter(|l| !matches!(l.op, Op::Batch | Op::Opened | Op::Enrolled { .. })) {
        let proposals = [desk::proposal(line, u64::MAX)];
        let found = ledger.on_record(&Prepared::new(&proposals).unwrap()).unwrap()[0];
        let mut before =
            lines[..size as usize].iter().filter(|other| said(line, other) && !erased.contains(&other.index));
        match found {
            Some(index) => assert!(said(line, &lines[index.0 as usize]) && index.0 < size, "{line:?} is not {index}"),
            None => assert_eq!(before.next(), None, "{line:?} at size {size}"),
        }
    }
}

fn same_words(one: &Op, other: &Op) -> bool {
    // A wording says the same whether it came first or later; only the kind of entry tells them apart.
    one == other
}

/// Does and asks everything; returns what was done, and the codes of what was refused.
fn check(case: &Case) -> (BTreeSet<&'static str>, BTreeSet<&'static str>) {
    let folder = tempfile::tempdir().unwrap();
    let run = run(case, folder.path());
    let Run { store, lines, .. } = &run;
    let done = lines.iter().map(|l| rules::kind(&l.op).0).collect();
    let of = |erased: &[u64]| -> Vec<World> { (0..=lines.len()).map(|n| World::of(&lines[..n], erased)).collect() };
    // Whoever opens the ledger after an erasure sees nothing of what was erased, not even in the past.
    let erased = erased(lines);
    let worlds = of(&erased);
    let size = lines.len();
    let catalog = Some(folder.path());
    for (at, world) in worlds.iter().enumerate().skip(1) {
        // Catalogs open slowly; lookups in memory are asked at every size.
        for catalog in
            [None, catalog.filter(|_| at % 4 == 0 || at == size)].into_iter().take(1 + usize::from(at % 4 == 0))
        {
            let ledger = desk::open(store, catalog).as_of(at as u64).unwrap();
            let mut all = asked(case, at, 3);
            if at % 8 == 0 {
                all.extend(chance::always());
            }
            answers(&ledger, world, lines, &all);
        }
    }
    for (from, to) in [(0, size), (size / 2, size), (size / 3, size * 2 / 3), (size, size)] {
        let ledger = desk::open(store, None).as_of(to as u64).unwrap();
        differ(&ledger, from as u64, &worlds[from], &worlds[to], lines);
        repeated(&ledger, lines, &erased);
    }
    told(&desk::open(store, catalog), &worlds, lines);
    sound(store);

    // Now the payloads are taken away from the files, too: nothing else changes.
    let mut committer = Committer::open(Arc::clone(store), crate::ledger::config()).unwrap();
    committer.erase(&erased).unwrap();
    drop(committer);
    let fresh = tempfile::tempdir().unwrap();
    for at in (1..=size).filter(|at| at % 3 == 0 || *at == size) {
        for catalog in [None, Some(fresh.path())].into_iter().take(if at % 9 == 0 { 2 } else { 1 }) {
            let ledger = desk::open(store, catalog).as_of(at as u64).unwrap();
            answers(&ledger, &worlds[at], lines, &asked(case, at, 6));
        }
    }
    told(&desk::open(store, None), &worlds, lines);
    sound(store);
    (done, run.refused)
}

fn sound(store: &Arc<dyn Store>) {
    let report = audit(store, &Options::default()).unwrap();
    assert_eq!(report.count(Weight::Error), 0, "{:?}", report.problems());
    crate::bundle::proves(&desk::open(store, None));
}

const SEED: &str = "ONRECORD_MODEL_SEED";

/// Kinds that no sequence has: keys and names of agents change nothing that is asked here.
const NEVER: &[&str] = &["agent-described", "agent-key-changed", "log-key-changed"];

/// What some sequence must have been refused for.
const CODES: &[&str] = &[
    "S03", "S04", "S06", "S08", "S11", "S12", "S13", "S17", "G01", "G02", "G03", "G04", "G05", "G06", "G07", "G08",
    "G12", "G13", "G14", "G15", "G17",
];

#[test]
fn the_ledger_answers_as_a_plain_model_does() {
    let cases = setting("ONRECORD_MODEL_CASES", 10) as u32;
    let steps = setting("ONRECORD_MODEL_STEPS", 30).max(8);
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&(setting(SEED, 1) as u64).to_le_bytes());
    let config = ProptestConfig {
        cases,
        max_shrink_iters: setting("ONRECORD_MODEL_SHRINK", 40) as u32,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let seen = RefCell::new((BTreeSet::new(), BTreeSet::new()));
    let outcome = runner.run(&sequences(steps), |case| {
        let (done, refused) = check(&case);
        let mut seen = seen.borrow_mut();
        seen.0.extend(done);
        seen.1.extend(refused);
        Ok(())
    });
    let (done, refused) = seen.into_inner();
    match outcome {
        // Fewer cases than by default may not come to everything.
        Ok(()) if cases < 10 || setting(SEED, 1) != 1 => {}
        Ok(()) => {
            let all: BTreeSet<&str> = Kind::ALL.iter().map(|k| k.as_str()).collect();
            let left: Vec<_> = all.difference(&done).filter(|k| !NEVER.contains(k)).collect();
            let unrefused: Vec<_> = CODES.iter().filter(|code| !refused.contains(*code)).collect();
            assert!(left.is_empty() && unrefused.is_empty(), "never done {left:?}, never refused {unrefused:?}");
        }
        Err(TestError::Fail(why, case)) => panic!("seed {}: {why}\n{case:?}", setting(SEED, 1)),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}

/// The same line with something else in it, or another in its place, that any question about the claim must bring out.
fn wrong(line: &Line) -> Option<Line> {
    let op = match line.op.clone() {
        Op::Recorded(w) => Op::Recorded(world::Wording { statement: "It was otherwise.".into(), ..w }),
        Op::Amended(mut w) => {
            w.sighting.hedges.push(("belief", "I think"));
            Op::Amended(w)
        }
        Op::Moved { to, assignee, due } => {
            Op::Moved { to: if to == "triaged" { "parked" } else { "triaged" }, assignee, due }
        }
        Op::Appeared(s) => Op::Appeared(world::Sighting { speakers: vec![("Nobody", "CT+")], ..s }),
        Op::Judged(r) => {
            Op::Judged(world::Ruling { finding: if r.finding == "refuted" { "supported" } else { "refuted" }, ..r })
        }
        Op::Corrected(_) | Op::EvidenceWithdrawn | Op::Published | Op::Retracted | Op::Searched | Op::Evidence(_) => {
            Op::Noted
        }
        _ => return None,
    };
    Some(Line { op, ..line.clone() })
}

/// A comparison that cannot fail shows nothing: a model that was told one thing wrong does not agree with the ledger.
#[test]
fn a_model_that_was_told_wrong_does_not_agree() {
    let mut runner = TestRunner::deterministic();
    let mut caught = BTreeSet::new();
    for _ in 0..6 {
        let case = sequences(24).new_tree(&mut runner).unwrap().current();
        let folder = tempfile::tempdir().unwrap();
        let Run { store, lines, .. } = run(&case, folder.path());
        let erased = erased(&lines);
        for line in lines.iter().filter(|line| !erased.contains(&line.index)) {
            let Some(wrong) = wrong(line) else { continue };
            let size = line.index + 1;
            let mut told = lines[..size as usize].to_vec();
            let ledger = desk::open(&store, None).as_of(size).unwrap();
            // What it was told right, it agrees with.
            answers(&ledger, &World::of(&told, &erased), &told, &[]);
            told[line.index as usize] = wrong;
            let world = World::of(&told, &erased);
            let agrees = catch_unwind(AssertUnwindSafe(|| answers(&ledger, &world, &lines, &[]))).is_ok();
            assert!(!agrees, "{line:?}");
            caught.insert(rules::kind(&line.op).0);
        }
    }
    assert!(caught.len() > 8, "{caught:?}");
}

/// Ledgers of random sequences, for tests that ask something else of them.
pub fn random_ledgers(seed: u64, cases: usize) -> Vec<Arc<dyn Store>> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), rng);
    let one = |_| {
        let case = sequences(30).new_tree(&mut runner).unwrap().current();
        let catalog = tempfile::tempdir().unwrap();
        run(&case, catalog.path()).store
    };
    (0..cases).map(one).collect()
}
