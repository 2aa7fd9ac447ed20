//! The witness protocol without the network: a case for each row of the server's table, for each answer to the client, and
//! random requests over random trees and forks.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use onrecord::hash::{Digest, empty_root, leaf_hash};
use onrecord::tlog::checkpoint::Checkpoint;
use onrecord::tlog::cosign::cosign;
use onrecord::tlog::key::{Role, Signer, Verifier};
use onrecord::tlog::note::{Note, sign};
use onrecord::tlog::proof::prove_consistency;
use onrecord::tlog::tree::{MemoryTree, root};
use onrecord::tlog::witness::client::{Conversation, Failure, MAX_RETRIES, Next, Reply};
use onrecord::tlog::witness::request::{BadRequest, MAX_REQUEST, Request};
use onrecord::tlog::witness::server::{Cosigned, Log, Refusal, answer};
use onrecord::tlog::witness::{SIZE_TYPE, monitoring_path};
use onrecord::witness::Witness;
use proptest::prelude::*;

const ORIGIN: &str = "example.org/desk";
const NOW: u64 = 1_770_000_000;

pub fn log_key(seed: u8) -> Signer {
    Signer::from_seed(ORIGIN, Role::Log, &[seed; 32]).unwrap()
}

pub fn witness_key(seed: u8) -> Signer {
    Signer::from_seed(&format!("example.org/witness{seed}"), Role::Witness, &[seed; 32]).unwrap()
}

/// A tree of `size` leaves, of which those from `fork` on are of another history for each `branch`.
pub fn tree(size: u64, fork: u64, branch: u64) -> MemoryTree {
    let mut tree = MemoryTree::default();
    for n in 0..size {
        let branch = if n < fork { 0 } else { branch };
        tree.push(leaf_hash(format!("{branch}/{n}").as_bytes()));
    }
    tree
}

fn root_at(tree: &MemoryTree, size: u64) -> Digest {
    if size == 0 { empty_root() } else { root(tree, size).unwrap() }
}

fn checkpoint(tree: &MemoryTree, size: u64, key: &Signer) -> Note {
    Checkpoint::new(ORIGIN, size, root_at(tree, size)).unwrap().sign(key).unwrap()
}

pub fn proof(tree: &MemoryTree, old: u64, new: u64) -> Vec<Digest> {
    if old == 0 || old >= new { Vec::new() } else { prove_consistency(tree, old, new).unwrap() }
}

/// The body for a checkpoint of `tree` at `new`, with the proof from `old`.
pub fn body(tree: &MemoryTree, old: u64, new: u64, key: &Signer) -> Vec<u8> {
    let note = checkpoint(tree, new, key);
    Request::new(old, proof(tree, old, new), note).unwrap().to_string().into_bytes()
}

/// What a witness holds that has cosigned `tree` at `size`; nothing at all for `None`.
fn log(tree: &MemoryTree, size: Option<u64>) -> Log {
    let last = size.map(|size| {
        let mut note = checkpoint(tree, size, &log_key(1));
        note.add(cosign(&note, &witness_key(9), NOW).unwrap()).unwrap();
        Cosigned::parse(note.to_string().as_bytes(), ORIGIN, witness_key(9).verifier()).unwrap()
    });
    Log { keys: vec![log_key(1).verifier().clone()], last }
}

fn decide(body: &[u8], log: Option<Log>, now: u64) -> Result<Cosigned, Refusal> {
    let find = |origin: &str| -> Result<Option<Log>, ()> { Ok(log.filter(|_| origin == ORIGIN)) };
    answer(body, find, &witness_key(9), now).unwrap()
}

#[track_caller]
fn refused(body: &[u8], log: Option<Log>, status: u16) -> Refusal {
    let refusal = decide(body, log, NOW).unwrap_err();
    assert_eq!(refusal.status(), status, "{refusal:?}");
    assert!(refusal.body().ends_with('\n'));
    refusal
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn a_request_is_read_exactly_as_it_is_written() {
    let tree = tree(300, 300, 0);
    let good = body(&tree, 100, 300, &log_key(1));
    let request = Request::parse(&good).unwrap();
    assert_eq!((request.old(), request.checkpoint().size()), (100, 300));
    assert_eq!(request.proof(), proof(&tree, 100, 300));
    assert_eq!(request.to_string().as_bytes(), good);
    let good = text(&good);
    let first = good.lines().nth(1).unwrap().to_owned();
    let cases = [
        (good.replacen("old 100", "old 0100", 1), BadRequest::Old),
        (good.replacen("old 100", "old +100", 1), BadRequest::Old),
        (good.replacen("old 100", "old -1", 1), BadRequest::Old),
        (good.replacen("old 100", "old 100 ", 1), BadRequest::Old),
        (good.replacen("old 100", "old 9223372036854775808", 1), BadRequest::Old),
        (good.replacen("old 100", "Old 100", 1), BadRequest::Old),
        (good.replacen("old 100\n", "", 1), BadRequest::Old),
        (String::new(), BadRequest::Old),
        ("old 1".into(), BadRequest::Old),
        ("old 1\n".into(), BadRequest::Short),
        (good.replacen(&first, &first[..43], 1), BadRequest::Hash(1)),
        (good.replacen(&first, &format!("{first} "), 1), BadRequest::Hash(1)),
        (good.replacen(&first, &format!("{}B=", &first[..42]), 1), BadRequest::Hash(1)),
        (good.replacen(&first, &format!("{first}\r"), 1), BadRequest::Hash(1)),
        (good.replacen('\n', &format!("\n{}", format!("{first}\n").repeat(63)), 1), BadRequest::TooManyHashes),
    ];
    for (bad, expected) in cases {
        assert_eq!(Request::parse(bad.as_bytes()), Err(expected), "{bad}");
    }
    assert_eq!(Request::parse(&vec![b'a'; MAX_REQUEST + 1]), Err(BadRequest::TooLong));
    assert_eq!(Request::parse(b"old 1\n\xff\n"), Err(BadRequest::Utf8));
    for bad in [
        good.trim_end().to_owned(),
        format!("{good}\n"),
        good.replacen("\n\n", "\n", 1),
        good.replace("\n300\n", "\n0300\n"),
        good.replace("— ", "- "),
    ] {
        assert!(Request::parse(bad.as_bytes()).is_err(), "{bad}");
    }
    // 63 hashes are the most, and are read.
    let all = Request::new(1, vec![empty_root(); 63], checkpoint(&tree, 300, &log_key(1))).unwrap();
    assert_eq!(Request::parse(all.to_string().as_bytes()).unwrap(), all);
    assert_eq!(
        Request::new(1, vec![empty_root(); 64], checkpoint(&tree, 300, &log_key(1))),
        Err(BadRequest::TooManyHashes)
    );
}

#[test]
fn every_row_of_the_servers_table() {
    let tree = tree(300, 300, 0);
    let fork = self::tree(300, 50, 1);
    let known = |size| Some(log(&tree, size));
    let good = body(&tree, 100, 200, &log_key(1));
    assert!(decide(&good, known(Some(100)), NOW).is_ok(), "the control");

    refused(b"nothing", known(Some(100)), 400);
    refused(&text(&good).replacen("old 100", "old 0100", 1).into_bytes(), known(Some(100)), 400);
    refused(&good, None, 404);
    refused(&body(&tree, 100, 200, &log_key(2)), known(Some(100)), 403);
    // A line by the trusted key over another text.
    let other = text(&body(&fork, 100, 200, &log_key(1)));
    let line = |text: &str| text.lines().last().unwrap().to_owned();
    let forged = text(&good).replace(&line(&text(&good)), &line(&other));
    refused(forged.as_bytes(), known(Some(100)), 403);
    refused(&body(&tree, 200, 100, &log_key(1)), known(Some(200)), 400);
    // Even where that is not the size last cosigned: the row comes first.
    refused(&body(&tree, 200, 100, &log_key(1)), known(Some(50)), 400);
    for (held, size) in [(None, 0), (Some(0), 0), (Some(99), 99), (Some(101), 101), (Some(200), 200), (Some(300), 300)]
    {
        let refusal = refused(&good, known(held), 409);
        assert_eq!((refusal.body(), refusal.media_type()), (format!("{size}\n"), SIZE_TYPE));
    }
    // An empty tree with another root, signed by the log.
    let mut odd =
        Note::new(&Checkpoint::new(ORIGIN, 0, empty_root()).unwrap().to_string().replace("\n47", "\n57")).unwrap();
    assert!(odd.text().parse::<Checkpoint>().is_err(), "{}", odd.text());
    sign(&mut odd, &log_key(1)).unwrap();
    let odd = format!("old 0\n\n{odd}");
    assert_eq!(refused(odd.as_bytes(), known(None), 422), Refusal::EmptyRoot);
    // Nothing is proved from nothing, and nothing between equal trees.
    let from_nothing = Request::new(0, vec![empty_root()], checkpoint(&tree, 200, &log_key(1))).unwrap().to_string();
    assert_eq!(refused(from_nothing.as_bytes(), known(None), 422), Refusal::Surplus { old: 0, size: 200 });
    let same = Request::new(200, vec![empty_root()], checkpoint(&tree, 200, &log_key(1))).unwrap().to_string();
    assert_eq!(refused(same.as_bytes(), known(Some(200)), 422), Refusal::Surplus { old: 200, size: 200 });
    let other_root = body(&fork, 200, 200, &log_key(1));
    assert_eq!(refused(&other_root, known(Some(200)), 422), Refusal::OtherRoot { size: 200 });
    assert!(refused(&body(&fork, 100, 200, &log_key(1)), known(Some(100)), 422).is_evidence());
    let proof = self::proof(&tree, 100, 200);
    for bad in [proof[1..].to_vec(), [proof.as_slice(), &proof[..1]].concat(), Vec::new()] {
        let bad = Request::new(100, bad, checkpoint(&tree, 200, &log_key(1))).unwrap().to_string();
        refused(bad.as_bytes(), known(Some(100)), 422);
    }
    // The order of the rows: what is known of the log comes before what is wrong with the tree.
    refused(&body(&fork, 100, 200, &log_key(2)), known(Some(50)), 403);
    refused(&body(&fork, 100, 200, &log_key(1)), known(Some(50)), 409);
    assert_eq!(decide(&good, known(Some(100)), NOW - 1).unwrap_err(), Refusal::Clock { now: NOW - 1, last: NOW });
    assert_eq!(decide(&good, known(Some(100)), NOW - 1).unwrap_err().status(), 503);
    assert_eq!(
        decide(&body(&tree, 0, 9, &log_key(1)), known(None), 0).unwrap_err().status(),
        500,
        "no time, no signature"
    );
}

#[test]
fn a_cosignature_holds_for_what_was_sent_and_is_all_that_is_stored() {
    let tree = tree(300, 300, 0);
    let mut note = checkpoint(&tree, 200, &log_key(1));
    // Lines of strangers are neither checked nor kept.
    note.add(cosign(&note, &witness_key(3), NOW).unwrap()).unwrap();
    let sent = Request::new(0, Vec::new(), note.clone()).unwrap().to_string();
    let cosigned = decide(sent.as_bytes(), Some(log(&tree, None)), NOW).unwrap();
    let names: Vec<&str> = cosigned.note.signatures().iter().map(onrecord::tlog::note::Signature::name).collect();
    assert_eq!(names, [ORIGIN, "example.org/witness9"]);
    let verified = cosigned.note.verify(&[witness_key(9).verifier().clone()]).unwrap();
    assert_eq!(verified[0].time, Some(NOW));
    assert_eq!(cosigned.note.text(), note.text());
    let read = Cosigned::parse(cosigned.note.to_string().as_bytes(), ORIGIN, witness_key(9).verifier()).unwrap();
    assert_eq!(read, cosigned);
    // Neither another witness's state nor another log's is its own.
    assert!(Cosigned::parse(cosigned.note.to_string().as_bytes(), ORIGIN, witness_key(8).verifier()).is_err());
    assert!(
        Cosigned::parse(cosigned.note.to_string().as_bytes(), "example.org/other", witness_key(9).verifier()).is_err()
    );
    assert!(Cosigned::parse(note.to_string().as_bytes(), ORIGIN, witness_key(9).verifier()).is_err());
    // The same again is a refresh.
    let again = Log { last: Some(cosigned), ..log(&tree, None) };
    let refreshed = decide(&body(&tree, 200, 200, &log_key(1)), Some(again), NOW + 5).unwrap();
    assert_eq!((refreshed.checkpoint.size(), refreshed.time), (200, NOW + 5));
    // SHA-256 of the origin, by the known answer of the specification's own vector.
    assert_eq!(
        monitoring_path("log.example/onrecord"),
        "c22822b6a2b47240dd013c994df1e7b265b92c4a9a2fd0b1fdc4bf591720a794/checkpoint"
    );
}

fn talk(size: u64, known: u64) -> (MemoryTree, Note, Conversation) {
    let tree = tree(300, 300, 0);
    let note = checkpoint(&tree, size, &log_key(1));
    let talk = Conversation::new(witness_key(9).verifier().clone(), note.clone(), size, known);
    (tree, note, talk)
}

fn reply(status: u16, media_type: &str, body: &str) -> Next {
    talk(200, 100).2.take(Reply { status, media_type, body: body.as_bytes() })
}

#[test]
fn every_answer_to_the_client() {
    let stop = |status, media_type, body: &str| match reply(status, media_type, body) {
        Next::Stop(failure) => failure,
        other => panic!("{other:?}"),
    };
    let (_, note, mut talk) = talk(200, 100);
    let line = cosign(&note, &witness_key(9), NOW).unwrap();
    let mut take = |body: &str| talk.take(Reply { status: 200, media_type: "text/plain", body: body.as_bytes() });
    assert_eq!(take(&format!("{line}\n")), Next::Cosigned { line: line.clone(), time: NOW });
    // Lines of keys that are not known say nothing, before or after.
    let stranger = cosign(&note, &witness_key(3), NOW).unwrap();
    assert!(matches!(take(&format!("{stranger}\n{line}\n{stranger}\n")), Next::Cosigned { .. }));
    assert_eq!(take(&format!("{stranger}\n")), Next::Stop(Failure::NotIts));
    let other = Note::new(&note.text().replace("\n200\n", "\n201\n")).unwrap();
    let elsewhere = cosign(&other, &witness_key(9), NOW).unwrap();
    assert_eq!(take(&format!("{elsewhere}\n")), Next::Stop(Failure::Fails));
    assert_eq!(take(&format!("{line}\n{elsewhere}\n")), Next::Stop(Failure::Fails));
    for bad in
        [String::new(), "\n".into(), line.to_string(), format!("{line}\n\n"), format!(" {line}\n"), "hello\n".into()]
    {
        assert_eq!(take(&bad), Next::Stop(Failure::Malformed), "{bad:?}");
    }
    assert_eq!(take(&format!("{line}\n").repeat(65)), Next::Stop(Failure::Malformed));
    assert!(matches!(stop(422, "text/plain", "no"), Failure::Fork { status: 422, .. }));
    for status in [400, 403, 404, 500, 503, 301] {
        let expected = Failure::Refused { status, words: "why".into() };
        assert_eq!(stop(status, "text/plain", "why\n"), expected);
    }
    assert_eq!(stop(409, "text/plain", "150\n"), Failure::NoSize);
    for bad in ["", "\n", "150", "0150\n", "150\n\n", "-1\n", "many\n"] {
        assert_eq!(stop(409, SIZE_TYPE, bad), Failure::NoSize, "{bad:?}");
    }
    assert_eq!(reply(409, SIZE_TYPE, "150\n"), Next::Send);
    assert_eq!(reply(409, SIZE_TYPE, "200\n"), Next::Send);
    assert_eq!(stop(409, SIZE_TYPE, "100\n"), Failure::Same { theirs: 100 });
    assert_eq!(stop(409, SIZE_TYPE, "99\n"), Failure::Forgot { theirs: 99, known: 100 });
    assert_eq!(stop(409, SIZE_TYPE, "201\n"), Failure::Ahead { theirs: 201, ours: 200 });
}

#[test]
fn the_client_follows_the_size_it_is_told_three_times_at_most() {
    let (_, _, mut talk) = talk(200, 0);
    for (told, next) in [(50, Next::Send), (60, Next::Send), (70, Next::Send), (80, Next::Stop(Failure::Retries))] {
        let body = format!("{told}\n");
        assert_eq!(talk.take(Reply { status: 409, media_type: SIZE_TYPE, body: body.as_bytes() }), next);
    }
    assert_eq!((talk.old(), MAX_RETRIES), (70, 3));
    // A witness of the older specification that holds the very size with another root.
    let (_, _, mut talk) = self::talk(200, 200);
    let next = talk.take(Reply { status: 409, media_type: SIZE_TYPE, body: b"200\n" });
    assert!(matches!(next, Next::Stop(Failure::Fork { status: 409, .. })), "{next:?}");
}

/// The client and the server of this house, without a network: whatever the witness held before, one round or two.
#[test]
fn client_and_server_come_to_an_end_for_every_pair_of_sizes() {
    for size in [0, 1, 2, 7, 8, 9, 255, 256, 257, 300] {
        for held in [None, Some(0), Some(1), Some(2), Some(8), Some(100), Some(256), Some(300)] {
            let (tree, _, mut talk) = talk(size, 0);
            let mut rounds = 0;
            let cosigned = loop {
                rounds += 1;
                let sent = talk.body(proof(&tree, talk.old(), size)).unwrap();
                let decided = decide(&sent, Some(log(&tree, held)), NOW);
                let (status, media_type, body) = match &decided {
                    Ok(cosigned) => (200, "text/plain", format!("{}\n", cosigned.line)),
                    Err(refusal) => (refusal.status(), refusal.media_type(), refusal.body()),
                };
                match talk.take(Reply { status, media_type, body: body.as_bytes() }) {
                    Next::Send => {}
                    Next::Cosigned { time, .. } => break time == NOW,
                    Next::Stop(Failure::Ahead { theirs, ours }) => {
                        assert_eq!((Some(theirs), ours), (held, size));
                        break false;
                    }
                    Next::Stop(failure) => panic!("{held:?} {size}: {failure}"),
                }
            };
            assert_eq!(cosigned, held.is_none_or(|held| held <= size), "{held:?} {size}");
            assert!(rounds <= 2);
        }
    }
}

/// A witness on disk with one log.
pub fn on_disk(folder: &std::path::Path, keys: &[&Verifier]) -> Witness {
    let witness = Witness::create(folder, witness_key(9)).unwrap();
    for key in keys {
        assert!(witness.add_log(key).unwrap());
    }
    witness
}

/// A random request: of which branch, from which size to which, with how honest a proof.
#[derive(Debug, Clone)]
struct Step {
    branch: u64,
    /// `None`: the size that the witness holds.
    old: Option<u64>,
    new: u64,
    honest: bool,
    later: u64,
}

fn step() -> impl Strategy<Value = Step> {
    (0..3_u64, proptest::option::of(0..40_u64), 0..40_u64, proptest::bool::weighted(0.8), 0..3_u64)
        .prop_map(|(branch, old, new, honest, later)| Step { branch, old, new, honest, later })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is asked in whatever order, of a log that forks: all that is ever cosigned is of one history, and never shrinks.
    #[test]
    fn no_two_histories_are_ever_cosigned(fork in 1..30_u64, steps in proptest::collection::vec(step(), 1..40)) {
        let folder = tempfile::tempdir().unwrap();
        let witness = on_disk(folder.path(), &[log_key(1).verifier()]);
        let trees: Vec<MemoryTree> = (0..3).map(|branch| tree(40, fork, branch)).collect();
        let mut signed: Vec<(u64, Digest)> = Vec::new();
        let mut now = NOW;
        for step in steps {
            let tree = &trees[step.branch as usize];
            let held = signed.last().map_or(0, |(size, _)| *size);
            let old = step.old.unwrap_or(held);
            let mut hashes = proof(tree, old, step.new);
            if !step.honest {
                hashes.push(empty_root());
            }
            let sent = Request::new(old, hashes, checkpoint(tree, step.new, &log_key(1))).unwrap().to_string();
            now = now + step.later - 1;
            let decided = witness.decide(sent.as_bytes(), now).unwrap();
            // What a client does who begins anew: opened again, it knows the same.
            let again = Witness::open(folder.path()).unwrap();
            let known = again.logs().unwrap().remove(0);
            if let Ok(cosigned) = decided {
                    prop_assert!(step.honest && old == held && step.new >= held);
                    prop_assert_eq!(known.last.as_ref(), Some(&cosigned));
                    let (size, root) = (cosigned.checkpoint.size(), cosigned.checkpoint.root());
                    for (before, old_root) in &signed {
                        prop_assert!(*before <= size);
                        // Of the same branch as the new one, by the tree itself and not by a proof.
                        prop_assert_eq!(root_at(tree, *before), *old_root, "{} then {}", before, size);
                    }
                    signed.push((size, root));
            } else {
                prop_assert_eq!(known.last.map_or(0, |last| last.checkpoint.size()), held);
            }
        }
    }
}

#[test]
fn racing_requests_for_two_histories_get_one() {
    for round in 0..8_u64 {
        let folder = tempfile::tempdir().unwrap();
        let witness = on_disk(folder.path(), &[log_key(1).verifier()]);
        witness.decide(&body(&tree(10, 10, 0), 0, 10, &log_key(1)), NOW).unwrap().unwrap();
        let bodies: Vec<(u64, Vec<u8>)> =
            (0..8).map(|branch| (branch, body(&tree(20 + round, 10, branch), 10, 20 + round, &log_key(1)))).collect();
        let winners: Vec<u64> = std::thread::scope(|scope| {
            let ask = |(branch, body): &(u64, Vec<u8>)| {
                let (witness, branch, body) = (&witness, *branch, body.clone());
                scope.spawn(move || witness.decide(&body, NOW).unwrap().ok().map(|_| branch))
            };
            let racing: Vec<_> = bodies.iter().map(ask).collect();
            racing.into_iter().filter_map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(winners.len(), 1, "{winners:?}");
        let known = witness.logs().unwrap().remove(0);
        let root = root_at(&tree(20 + round, 10, winners[0]), 20 + round);
        assert_eq!(known.last.unwrap().checkpoint.root(), root);
        assert_eq!(known.refused, 0, "who comes too late is told the size, and is no evidence");
    }
}

#[test]
fn a_witness_never_takes_damage_for_nothing_yet() {
    let folder = tempfile::tempdir().unwrap();
    let witness = on_disk(folder.path(), &[log_key(1).verifier(), log_key(2).verifier()]);
    assert!(!witness.add_log(log_key(2).verifier()).unwrap(), "known already");
    assert!(witness.add_log(witness_key(3).verifier()).is_err(), "no log's key");
    let tree = tree(20, 20, 0);
    witness.decide(&body(&tree, 0, 10, &log_key(2)), NOW).unwrap().unwrap();
    assert!(witness.decide(&body(&self::tree(20, 5, 1), 10, 20, &log_key(1)), NOW).unwrap().is_err());
    assert_eq!(witness.logs().unwrap()[0].refused, 1, "kept as evidence");
    let place = folder.path().join("logs").join(Digest::of(ORIGIN.as_bytes()).to_string());
    let good = std::fs::read(place.join("checkpoint")).unwrap();
    let own = checkpoint(&tree, 5, &log_key(1)).to_string().into_bytes();
    let mut flipped = good.clone();
    *flipped.iter_mut().rev().nth(20).unwrap() ^= 1;
    for damaged in [Vec::new(), good[..good.len() / 2].to_vec(), flipped, own] {
        std::fs::write(place.join("checkpoint"), damaged).unwrap();
        assert!(witness.decide(&body(&tree, 0, 10, &log_key(1)), NOW).is_err());
        assert!(witness.decide(&body(&tree, 10, 20, &log_key(1)), NOW).is_err());
        assert!(witness.latest(&Digest::of(ORIGIN.as_bytes())).is_err());
    }
    std::fs::write(place.join("checkpoint"), good).unwrap();
    std::fs::write(place.join("keys"), "no key\n").unwrap();
    assert!(witness.decide(&body(&tree, 10, 20, &log_key(1)), NOW).is_err());
    // A folder whose key was lost is no place for a new witness, and neither is one that has a key.
    assert!(Witness::create(folder.path(), witness_key(8)).is_err());
    std::fs::remove_file(folder.path().join("witness.key")).unwrap();
    assert!(Witness::create(folder.path(), witness_key(8)).is_err());
    assert!(Witness::open(folder.path()).is_err());
}

#[test]
fn one_process_serves_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let witness = on_disk(folder.path(), &[]);
    let held = witness.lock().unwrap();
    assert!(Witness::open(folder.path()).unwrap().lock().is_err());
    drop(held);
    witness.lock().unwrap();
}
