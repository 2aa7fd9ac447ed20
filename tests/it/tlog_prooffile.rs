//! `tlog::prooffile`: the fixed vector, a mutation for each rule, and each step of the check.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use onrecord::hash::{Digest, to_hex};
use onrecord::tlog::checkpoint::Checkpoint;
use onrecord::tlog::key::{Role, Signer};
use onrecord::tlog::note::{BadNote, Distrust, Note};
use onrecord::tlog::policy::{Policy, Refused};
use onrecord::tlog::proof::{BadProof, check_consistency, prove_consistency, prove_inclusion};
use onrecord::tlog::prooffile::{BadProofFile, MAX_FILE, ProofFile, Unproven};
use onrecord::tlog::tree::root;
use proptest::prelude::*;

use crate::tlog_vector::{LOG_VKEY, ORIGIN, PROOF, WITNESS_VKEY, cosigned, leaf, log, mutate, seed, tree, witness};

fn policy() -> Policy {
    let file = format!("log {LOG_VKEY}\nwitness W1 {WITNESS_VKEY}\nquorum W1\n");
    Policy::parse(file.as_bytes()).unwrap()
}

#[test]
fn values_of_the_fixed_vector() {
    let hex = |digest: Digest| digest.to_string();
    assert!(hex(leaf("a")).starts_with("022a6979") && hex(leaf("a")).ends_with("24f93c"));
    assert_eq!(hex(leaf("b")), "57eb35615d47f34ec714cacdf5fd74608a5e8e102724e80b24b287c0c27b6a31");
    assert!(hex(leaf("c")).starts_with("597fcb31") && hex(leaf("c")).ends_with("f876d8"));
    let root_2 = root(&tree(), 2).unwrap();
    let root_3 = root(&tree(), 3).unwrap();
    assert_eq!(hex(root_2), "b137985ff484fb600db93107c77b0365c80d78f5b429ded0fd97361d077999eb");
    assert_eq!(hex(root_3), "36642e73c2540ab121e3a6bf9545b0a24982cd830eb13d3cd19de3ce6c021ec1");
    assert_eq!(prove_consistency(&tree(), 2, 3).unwrap(), [leaf("c")]);
    assert_eq!(prove_consistency(&tree(), 1, 3).unwrap(), [leaf("b"), leaf("c")]);
    assert_eq!(check_consistency(&[leaf("c")], 2, 3, &root_2, &root_3), Ok(()));
    // The path under which a witness shows its latest checkpoint of the log.
    let monitoring = to_hex(&Digest::of(ORIGIN.as_bytes()).0);
    assert_eq!(monitoring, "c22822b6a2b47240dd013c994df1e7b265b92c4a9a2fd0b1fdc4bf591720a794");
}

#[test]
fn the_proof_file_of_the_fixed_vector() {
    assert_eq!(PROOF.len(), 437);
    let digest = "d64ec9370da98440e7dbe609b61eef10d69982ba61611c5b11038f9fa03dc175";
    assert_eq!(Digest::of(PROOF.as_bytes()).to_string(), digest);
    let path = prove_inclusion(&tree(), 1, 3).unwrap();
    let made = ProofFile::new(1, path, cosigned(&[&witness()]), Vec::new()).unwrap();
    assert_eq!(made.to_string(), PROOF);
    let read = ProofFile::parse(PROOF.as_bytes()).unwrap();
    assert_eq!(read, made);
    assert_eq!((read.index(), read.path(), read.extra()), (1, &[leaf("a"), leaf("c")][..], &b""[..]));
    let accepted = read.check(&leaf("b"), &policy()).unwrap();
    assert_eq!(accepted.checkpoint.size(), 3);
    assert_eq!(accepted.cosigned, [(witness().verifier().clone(), 1_740_000_000)]);
}

#[test]
fn extra_data_comes_back_and_vouches_for_nothing() {
    let with_extra = mutate(PROOF, "\nindex", "\nextra AAEC\nindex");
    let read = ProofFile::parse(with_extra.as_bytes()).unwrap();
    assert_eq!(read.extra(), [0, 1, 2]);
    assert_eq!(read.to_string(), with_extra);
    assert!(read.check(&leaf("b"), &policy()).is_ok());
    assert!(read.check(&leaf("a"), &policy()).is_err());
}

#[test]
fn files_that_are_no_proof() {
    use BadProofFile::{Checkpoint, Extra, Hash, Head, Index, Short, TooManyHashes};
    let hash = "WX/LMSgtNGVMIA00GPylcFxkjr8ybsc9jd7xGEH4dtg=";
    let first = |line: &str| mutate(PROOF, "c2sp.org/tlog-proof@v1", line);
    let index = |line: &str| mutate(PROOF, "index 1", line);
    let second = |line: &str| mutate(PROOF, hash, line);
    let extra = |line: &str| mutate(PROOF, "\nindex 1", &format!("\n{line}\nindex 1"));
    let until = |end: &str| PROOF[..PROOF.find(end).unwrap()].to_owned();
    for (text, error) in [
        (String::new(), Head),
        (first("c2sp.org/tlog-proof@v2"), Head),
        (first("c2sp.org/tlog-proof@v1 "), Head),
        (first(""), Head),
        (format!("\u{feff}{PROOF}"), Head),
        (PROOF.replace('\n', "\r\n"), Head),
        ("c2sp.org/tlog-proof@v1".into(), Head),
        ("c2sp.org/tlog-proof@v1\n".into(), Index),
        (index("index"), Index),
        (index("index "), Index),
        (index("index 01"), Index),
        (index("index +1"), Index),
        (index("index 1 "), Index),
        (index("index  1"), Index),
        (index("Index 1"), Index),
        (index("index -1"), Index),
        (index("index 9223372036854775808"), Index),
        (index("index 1\nindex 1"), Hash(1)),
        (index("index 1\nextra AAEC"), Hash(1)),
        (mutate(PROOF, "index 1\n", ""), Index),
        (extra("extra"), Index),
        (extra("extra "), Extra),
        (extra("extra AAE"), Extra),
        (extra("extra AAF="), Extra),
        (extra("extra AA EC"), Extra),
        (extra("extra AAEC "), Extra),
        (extra("extra AAEC\nextra AAEC"), Index),
        (second(&hash[..43]), Hash(2)),
        (second(&format!("{hash} ")), Hash(2)),
        (second(&format!(" {hash}")), Hash(2)),
        (second("WX/LMSgtNGVMIA00GPylcFxkjr8ybsc9jd7xGEH4dth="), Hash(2)),
        (second("WX_LMSgtNGVMIA00GPylcFxkjr8ybsc9jd7xGEH4dtg="), Hash(2)),
        (second("WX/LMSgtNGVMIA00GPylcFxkjr8ybsc9jd7xGEH4dg=="), Hash(2)),
        (second("WX/LMSgtNGVMIA00GPylcFxkjr8ybsc9jd7xGEH4dtgA"), Hash(2)),
        (second(&to_hex(&leaf("c").0)), Hash(2)),
        (second(&vec![hash; 63].join("\n")), TooManyHashes),
        (mutate(PROOF, &format!("{hash}\n\n"), &format!("{hash}\n")), Hash(3)),
        (until("WX/"), Short),
        (until("\n\nlog.example"), Short),
        (until("log.example"), Checkpoint(BadNote::Form)),
        (until("— witness") + "— ", Checkpoint(BadNote::Form)),
        (format!("{PROOF}\n"), Checkpoint(BadNote::Form)),
        (format!("{PROOF}more\n"), Checkpoint(BadNote::Signature(3))),
        (PROOF.trim_end().into(), Checkpoint(BadNote::Form)),
    ] {
        assert_eq!(ProofFile::parse(text.as_bytes()), Err(error), "{text}");
    }
    assert!(ProofFile::parse(second(&vec![hash; 62].join("\n")).as_bytes()).is_ok(), "63 hashes are allowed");
    assert!(
        ProofFile::parse(mutate(PROOF, &format!("{hash}\n"), "").as_bytes()).is_ok(),
        "whether they lead there is checked later"
    );
    let long = vec![b'a'; MAX_FILE + 1];
    assert_eq!(ProofFile::parse(&long), Err(BadProofFile::TooLong));
    assert_eq!(ProofFile::parse(b"c2sp.org/tlog-proof@v1\n\xff"), Err(BadProofFile::Utf8));
}

#[test]
fn what_could_not_be_read_again_is_not_made() {
    let note = cosigned(&[]);
    let new = |index, hashes, extra| ProofFile::new(index, vec![leaf("a"); hashes], note.clone(), extra).map(|_| ());
    assert_eq!(new(0, 63, vec![]), Ok(()));
    assert_eq!(new(0, 64, vec![]), Err(BadProofFile::TooManyHashes));
    assert_eq!(new(1 << 63, 1, vec![]), Err(BadProofFile::Index));
    assert_eq!(new(0, 1, vec![0; MAX_FILE]), Err(BadProofFile::TooLong));
    assert_eq!(new(0, 1, vec![0; MAX_FILE * 3 / 4 - 1_000]), Ok(()));
    let unsigned = Note::new("text\n").unwrap();
    let made = ProofFile::new(0, vec![], unsigned, vec![]);
    assert_eq!(made, Err(BadProofFile::Checkpoint(BadNote::Form)));
}

#[test]
fn the_first_step_that_does_not_hold_is_named() {
    let check = |text: &str, data: &str, policy: &Policy| {
        ProofFile::parse(text.as_bytes()).unwrap().check(&leaf(data), policy).map(|accepted| accepted.checkpoint.size())
    };
    let policy = policy();
    assert_eq!(check(PROOF, "b", &policy), Ok(3));
    // The entry, its place, its path.
    assert_eq!(check(PROOF, "a", &policy), Err(Unproven::Inclusion(BadProof::Root)));
    assert_eq!(check(PROOF, "B", &policy), Err(Unproven::Inclusion(BadProof::Root)));
    let index = |index: u64| mutate(PROOF, "index 1", &format!("index {index}"));
    assert_eq!(check(&index(0), "b", &policy), Err(Unproven::Inclusion(BadProof::Root)));
    let length = BadProof::Length { expected: 1, found: 2 };
    assert_eq!(check(&index(2), "b", &policy), Err(Unproven::Inclusion(length)));
    let outside = BadProof::Outside { index: 3, size: 3 };
    assert_eq!(check(&index(3), "b", &policy), Err(Unproven::Inclusion(outside)));
    let mut swapped: Vec<&str> = PROOF.split_inclusive('\n').collect();
    swapped.swap(2, 3);
    let swapped = swapped.concat();
    assert_eq!(check(&swapped, "b", &policy), Err(Unproven::Inclusion(BadProof::Root)));
    let hash = "WX/LMSgtNGVMIA00GPylcFxkjr8ybsc9jd7xGEH4dtg=\n";
    let length = |found| Err(Unproven::Inclusion(BadProof::Length { expected: 2, found }));
    assert_eq!(check(&mutate(PROOF, hash, ""), "b", &policy), length(1));
    assert_eq!(check(&mutate(PROOF, hash, &format!("{hash}{hash}")), "b", &policy), length(3));
    // The checkpoint comes first, whatever else is wrong.
    let forged = mutate(&index(3), "\n3\n", "\n4\n");
    let fails = |name: &str| Err(Unproven::Checkpoint(Refused::Distrust(Distrust::Fails { name: name.into() })));
    assert_eq!(check(&forged, "b", &policy), fails(ORIGIN));
    let uncosigned = &PROOF[..PROOF.find("— witness").unwrap()];
    let too_few = Unproven::Checkpoint(Refused::Quorum { cosigned: 0 });
    assert_eq!(check(uncosigned, "a", &policy), Err(too_few));
    let other = Signer::from_seed("log.example/other", Role::Log, &seed(9)).unwrap();
    let stranger = Policy::of_log(other.verifier().clone()).unwrap();
    let unknown = Unproven::Checkpoint(Refused::Distrust(Distrust::NoKnownKey));
    assert_eq!(check(PROOF, "b", &stranger), Err(unknown));
}

#[test]
fn the_only_entry_of_a_log_needs_no_hashes() {
    let checkpoint = Checkpoint::new(ORIGIN, 1, leaf("only")).unwrap().sign(&log()).unwrap();
    let file = ProofFile::new(0, vec![], checkpoint, vec![]).unwrap();
    let again = ProofFile::parse(file.to_string().as_bytes()).unwrap();
    let policy = Policy::of_log(log().verifier().clone()).unwrap();
    assert!(again.check(&leaf("only"), &policy).is_ok());
    assert!(again.check(&leaf("other"), &policy).is_err());
}

proptest! {
    #[test]
    fn no_changed_byte_is_believed(at: prop::sample::Index, bit in 0..8u32) {
        let mut bytes = PROOF.as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(file) = ProofFile::parse(&bytes) {
            prop_assert_eq!(file.to_string().into_bytes(), bytes);
            prop_assert!(file.check(&leaf("b"), &policy()).is_err(), "byte {} changed", at);
        }
    }

    #[test]
    fn files_round_trip(index in 0..=onrecord::tlog::tree::MAX_SIZE, count in 0..=63usize, extra: Vec<u8>) {
        let path = vec![leaf("a"); count];
        let file = ProofFile::new(index, path, cosigned(&[&witness()]), extra).unwrap();
        prop_assert_eq!(ProofFile::parse(file.to_string().as_bytes()), Ok(file));
    }

    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..200), cut: prop::sample::Index) {
        prop_assert!(ProofFile::parse(&bytes).is_err());
        let part = &PROOF.as_bytes()[..cut.index(PROOF.len())];
        // Cut after the log's line, before the witness's, it is still a proof file, and the policy refuses it.
        if let Ok(file) = ProofFile::parse(part) {
            prop_assert!(file.check(&leaf("b"), &policy()).is_err());
        }
    }
}
