//! Lookups made anew from a long log, by several threads, are those that were kept up commit by commit.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use onrecord::claim::Document;
use onrecord::claim::desk::ClaimMoved;
use onrecord::claim::vocab::Workflow;
use onrecord::entry::{Event, Proposal};
use onrecord::hash::Index;
use onrecord::ledger::catalog::{Named, Term};
use onrecord::ledger::{AppendError, Ledger, Source};
use onrecord::search::Search;
use onrecord::store::Store;
use onrecord::time::{Clock, Timestamp};

use super::ledger::{append, claim, ledger, now, owner};

/// Words and names that repeat, so that terms have many entries and names come again in later chunks.
fn proposal(k: usize) -> Proposal {
    let mut one = claim(Index(1), &format!("Item {k} of lot {} was moved to hall {}.", k % 97, k % 13));
    one.key = Some(format!("item-{k}"));
    one.actors = vec![format!("Carrier {}", k % 311)];
    one.places = vec![format!("Vyšehrad {}", k % 29)];
    Proposal::new(Event::ClaimRecorded(one))
}

fn moved(claim: Index) -> Proposal {
    let moved = ClaimMoved { assignee: None, due: None, note: None, to: Workflow::Triaged };
    Proposal::about(claim, Event::ClaimMoved(moved))
}

/// More than a chunk of the catalog's, and several of the index's; at the end entries that touch claims far before them.
fn long() -> (Arc<dyn Store>, Ledger) {
    let (store, mut ledger) = ledger();
    append(&mut ledger, &[Proposal::new(Event::DocumentRegistered(Document::default()))]).unwrap();
    for part in 0..4 {
        let batch: Vec<Proposal> = (part * 3_500..(part + 1) * 3_500).map(proposal).collect();
        append(&mut ledger, &batch).unwrap();
    }
    let claims = ledger.claims().unwrap();
    let touched: Vec<Proposal> = claims.iter().step_by(1_000).map(|number| moved(*number)).collect();
    append(&mut ledger, &touched).unwrap();
    (store, ledger)
}

fn open(store: &Arc<dyn Store>, catalog: Option<&Path>) -> Ledger {
    Ledger::open(Arc::clone(store), catalog, Arc::new(|_: &str| {})).unwrap()
}

#[test]
fn a_catalog_made_anew_by_several_threads_is_the_one_kept_up_commit_by_commit() {
    let (store, kept) = long();
    let folder = tempfile::tempdir().unwrap();
    let anew = open(&store, Some(folder.path()));
    assert_eq!(anew.size(), kept.size());
    assert!(anew.size() > 14_000, "several chunks");
    assert_eq!(anew.rows().unwrap(), kept.rows().unwrap());
    assert_eq!(anew.rows().unwrap().iter().filter(|row| row.last() != row.number()).count(), 14);
    for term in [Term::Actor("carrier 7"), Term::Place("VYŠEHRAD 3"), Term::Document(Index(1)), Term::Speaker("none")]
    {
        assert_eq!(anew.find(term).unwrap(), kept.find(term).unwrap(), "{term:?}");
    }
    assert_eq!(anew.find(Term::Actor("carrier 7")).unwrap().len(), (0..14_000).filter(|k| k % 311 == 7).count());
    for named in Named::ALL {
        assert_eq!(anew.names(named, "", 10_000).unwrap(), kept.names(named, "", 10_000).unwrap(), "{named:?}");
    }
    let carriers = anew.names(Named::Actor, "carrier", 400).unwrap().unwrap();
    assert_eq!(carriers.len(), 311);
    assert!(carriers.is_sorted());
    assert_eq!(anew.names(Named::Actor, "carrier", 310).unwrap(), None, "more than asked for");
    // Opened again, it is there and the same.
    drop(anew);
    let again = open(&store, Some(folder.path()));
    assert_eq!(again.rows().unwrap(), kept.rows().unwrap());
    assert_eq!(again.names(Named::Actor, "carrier 310", 9).unwrap().unwrap(), ["carrier 310"]);
}

fn found(search: &Search, ledger: &Ledger, text: &str) -> BTreeMap<u64, bool> {
    let found = search.find(ledger, text, 20_000, None).unwrap();
    assert_eq!(found.hits.len(), found.total, "each claim once: {text}");
    found.hits.iter().map(|hit| (hit.claim.number.0, hit.claim.workflow == Some(Workflow::Triaged))).collect()
}

#[test]
fn an_index_made_by_several_threads_has_each_claim_once_and_as_it_stands() {
    let (store, mut ledger) = long();
    let (at_once, stepwise) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let at =
        |folder: &Path, ledger: &Ledger| Search::open(ledger, &[folder.to_owned()], Arc::new(|_: &str| {})).unwrap();
    let mut kept = at(stepwise.path(), &open(&store, None).as_of(9_000).unwrap());
    assert_eq!(kept.size(), 9_000);
    kept.catch_up(&ledger).unwrap();
    let anew = at(at_once.path(), &ledger);
    for text in ["\"hall 7\"", "\"vysehrad 3\"", "item 4711", "lot -hall"] {
        let numbers = found(&anew, &ledger, text);
        assert_eq!(numbers, found(&kept, &ledger, text), "{text}");
        assert_eq!(numbers.is_empty(), text == "lot -hall", "{text}");
    }
    assert_eq!(found(&anew, &ledger, "\"hall 7\"").len(), (0..14_000).filter(|k| k % 13 == 7).count());
    let claims = ledger.claims().unwrap();
    for k in (0..14_000).step_by(1_000) {
        let only = BTreeMap::from([(claims[k].0, true)]);
        assert_eq!(found(&anew, &ledger, &format!("\"item {k}\"")), only);
    }
    // One more entry about a claim replaces it and does not double it.
    let number = claims[4_711];
    append(&mut ledger, &[moved(number)]).unwrap();
    let mut anew = anew;
    anew.catch_up(&ledger).unwrap();
    assert_eq!(found(&anew, &ledger, "\"item 4711\""), BTreeMap::from([(number.0, true)]));
}

#[test]
fn words_that_are_searched_otherwise_are_found_as_they_stand_too() {
    let (store, mut ledger) = ledger();
    append(&mut ledger, &[Proposal::new(Event::DocumentRegistered(Document::default()))]).unwrap();
    let statements = ["Jan O'Brien of Łódź paid 1,200.5 for Israel’s share.", "Nothing was paid."];
    let batch = statements.map(|text| Proposal::new(Event::ClaimRecorded(claim(Index(1), text))));
    append(&mut ledger, &batch).unwrap();
    let ledger = open(&store, None);
    let search = Search::open(&ledger, &[], Arc::new(|_: &str| {})).unwrap();
    let having = |text: &str| search.with_words(&ledger, text, 100).unwrap().unwrap();
    for word in ["brien", "O'Brien", "jan", "1,200.5", "200", "5", "israel", "s", "paid jan", "share", "łódź"] {
        assert!(having(word).contains(&Index(2)), "{word}");
    }
    assert!(having("nothing").contains(&Index(3)) && !having("nothing").contains(&Index(2)));
    assert!(having("obscure").is_empty());
}

/// The same moment, always.
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        now()
    }
}

#[test]
fn batches_appended_one_after_the_other_stand_as_if_each_were_appended_alone() {
    let (_, mut ledger) = ledger();
    append(&mut ledger, &[Proposal::new(Event::DocumentRegistered(Document::default()))]).unwrap();
    let batches: Vec<Vec<Proposal>> =
        (0..4).map(|part| (part * 700..(part + 1) * 700).map(proposal).collect()).collect();
    let mut wrong = proposal(5_000);
    if let Event::ClaimRecorded(claim) = &mut wrong.event {
        claim.statement = String::new();
    }
    let (twice, bad) = (batches[1].clone(), vec![proposal(4_999), wrong]);
    let all: Vec<&[Proposal]> =
        [&batches[0], &batches[1], &twice, &batches[2], &bad, &batches[3]].map(Vec::as_slice).into();
    let mut salt = 0_u64;
    let mut random = |bytes: &mut [u8]| {
        for chunk in bytes.chunks_mut(16) {
            salt += 1;
            chunk[..8].copy_from_slice(&salt.to_le_bytes());
        }
        Ok(())
    };
    let mut receipts = Vec::new();
    let outcome = ledger.append_each(
        Index(0),
        &owner(),
        &all,
        &mut Source { clock: &Still, random: &mut random },
        &mut |ledger, prepared| Ok(!ledger.on_record(prepared)?.iter().any(Option::is_some)),
        &mut |receipt| receipts.push(receipt),
    );
    assert!(matches!(outcome, Err(AppendError::Value { position: 1, .. })), "{outcome:?}");
    let sizes: Vec<(u64, u64)> = receipts.iter().map(|r| (r.base, r.size)).collect();
    assert_eq!(
        sizes,
        [(2, 703), (703, 1_404), (1_404, 2_105)],
        "the second time and what comes after the mistake are not there"
    );
    assert_eq!(ledger.size(), 2_105);
    assert_eq!(ledger.claims().unwrap().len(), 2_100);
    assert_eq!(ledger.find(Term::Key(Index(1), "item-2099")).unwrap().len(), 1);
}
