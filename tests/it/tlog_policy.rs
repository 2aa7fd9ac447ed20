//! `tlog::policy`: reading the file, a case for each rule, and deciding on checkpoints.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use onrecord::tlog::checkpoint::BadCheckpoint;
use onrecord::tlog::key::{BadKey, Role, Signer};
use onrecord::tlog::note::{Distrust, Note, sign};
use onrecord::tlog::policy::{BadPolicy, MAX_POLICY, Policy, Problem, Refused};
use proptest::prelude::*;

use crate::tlog_vector::{
    LOG_VKEY, ORIGIN, TIME, WITNESS_VKEY, checkpoint, cosigned, log, mutate, other_witness, seed, witness,
};

fn lines(each: impl Iterator<Item = String>) -> String {
    each.map(|line| line + "\n").collect()
}

fn vkey(signer: &Signer) -> String {
    signer.verifier().to_string()
}

/// A log, witnesses A to F, and `rest`.
fn six(rest: &str) -> String {
    let named = ('A'..='F').zip(1..);
    let witnesses = lines(named.map(|(name, number)| format!("witness {name} {}", vkey(&other_witness(number)))));
    format!("log {LOG_VKEY}\n{witnesses}{rest}")
}

fn problem(file: &[u8]) -> (usize, Problem) {
    match Policy::parse(file) {
        Err(BadPolicy::Line { line, problem }) => (line, problem),
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn a_policy_of_every_kind_of_line() {
    let file = format!(
        "# whom we trust\n\n \t\n  # indented\nlog {LOG_VKEY} https://log.example/\n\
         \twitness  W1\t{WITNESS_VKEY} https://w1.example/  \nwitness W\u{212a} {} \n\
         group both all W1 W\u{212a}\nquorum both\ngroup later any both\n",
        vkey(&other_witness(1))
    );
    let policy = Policy::parse(file.as_bytes()).unwrap();
    assert_eq!(policy.logs().len(), 1);
    assert_eq!(policy.logs()[0].key, *log().verifier());
    assert_eq!(policy.logs()[0].url.as_deref(), Some(&b"https://log.example/"[..]));
    assert_eq!(policy.witnesses().len(), 2);
    assert_eq!(policy.witnesses()[0].key, *witness().verifier());
    assert_eq!(policy.witnesses()[0].url.as_deref(), Some(&b"https://w1.example/"[..]));
    assert_eq!(policy.witnesses()[1].url, None);
    assert!(Policy::parse(b"quorum none").is_ok(), "the last line need not be ended");
}

#[test]
fn every_broken_rule_is_named_with_its_line() {
    use Problem::{Control, Items, KeyTwice, Keyword, MemberTwice, NameTaken, QuorumTwice, Threshold, UnknownName};
    let log_renamed = Signer::from_seed("log.example/alias", Role::Log, &seed(0)).unwrap();
    let witness_renamed = Signer::from_seed("alias", Role::Witness, &[1; 32]).unwrap();
    for (rest, line, expected) in [
        ("logs x\n", 8, Keyword),
        ("Log x\n", 8, Keyword),
        ("\n\nx # no comment here\n", 10, Keyword),
        ("log\n", 8, Items),
        ("log \t \n", 8, Items),
        ("witness G\n", 8, Items),
        ("group G\n", 8, Items),
        ("group G all\n", 8, Items),
        ("quorum\n", 8, Items),
        ("quorum A B\n", 8, Items),
        ("quorum none # nobody\n", 8, Items),
        (&format!("log {} url more\n", vkey(&Signer::from_seed("x", Role::Log, &seed(9)).unwrap())), 8, Items),
        ("log x+00000000+AA==\n", 8, Problem::Key(BadKey::Type(0))),
        ("log x\n", 8, Problem::Key(BadKey::Form)),
        (&format!("log {}\n", mutate(LOG_VKEY, "65f3b995", "65f3b996")), 8, Problem::Key(BadKey::Id)),
        (&format!("witness G {LOG_VKEY}\n"), 8, Problem::Role),
        (&format!("log {WITNESS_VKEY}\n"), 8, Problem::Role),
        (&format!("log {LOG_VKEY}\n"), 8, KeyTwice),
        (&format!("log {}\n", vkey(&log_renamed)), 8, KeyTwice),
        (&format!("witness G {}\n", vkey(&witness_renamed)), 8, KeyTwice),
        (&format!("witness A {WITNESS_VKEY}\n"), 8, NameTaken),
        (&format!("witness none {WITNESS_VKEY}\n"), 8, NameTaken),
        ("group A any B\n", 8, NameTaken),
        ("group none any B\n", 8, NameTaken),
        ("group G any A\ngroup G any B\n", 9, NameTaken),
        ("group G any a\n", 8, UnknownName),
        ("group G any G\n", 8, UnknownName),
        ("group G any none\n", 8, UnknownName),
        ("group G any H\ngroup H any A\n", 8, UnknownName),
        ("quorum G\ngroup G any A\n", 8, UnknownName),
        ("group G 2 A A\n", 8, MemberTwice),
        ("group G any A\ngroup H any A\n", 9, MemberTwice),
        ("group G any A\ngroup H any G\ngroup I any G\n", 10, MemberTwice),
        ("group G 0 A B\n", 8, Threshold),
        ("group G 3 A B\n", 8, Threshold),
        ("group G 01 A B\n", 8, Threshold),
        ("group G +1 A B\n", 8, Threshold),
        ("group G ALL A B\n", 8, Threshold),
        ("group G 18446744073709551617 A B\n", 8, Threshold),
        ("quorum A\nquorum A\n", 9, QuorumTwice),
        ("quorum none\nquorum none\n", 9, QuorumTwice),
        ("quorum none\r\n", 8, Control),
        ("# bell \u{7}\n", 8, Control),
        ("# delete \u{7f}\n", 8, Control),
        ("\0", 8, Control),
    ] {
        assert_eq!(problem(six(rest).as_bytes()), (line, expected), "{rest:?}");
    }
    let message = Policy::parse(six("group G 9 A\n").as_bytes()).unwrap_err().to_string();
    assert!(message.starts_with("line 8: the threshold"), "{message}");
}

#[test]
fn no_quorum_is_an_error_and_never_none() {
    for file in [String::new(), "\n# quorum none\n".into(), six(""), six("group G all A B\n")] {
        assert_eq!(Policy::parse(file.as_bytes()), Err(BadPolicy::NoQuorum));
    }
    let long = [&vec![b'#'; MAX_POLICY][..], b"\nquorum none\n"].concat();
    assert_eq!(Policy::parse(&long), Err(BadPolicy::TooLong));
}

#[test]
fn names_and_urls_are_bytes() {
    let file = |name: &[u8]| {
        let mut file = b"witness ".to_vec();
        file.extend([name, b" ", WITNESS_VKEY.as_bytes(), b" \xff\nquorum \xfe\n"].concat());
        file
    };
    let policy = Policy::parse(&file(b"\xfe")).unwrap();
    assert_eq!(policy.witnesses()[0].url.as_deref(), Some(&b"\xff"[..]));
    assert_eq!(problem(&file(b"\xfd")), (2, Problem::UnknownName));
    assert_eq!(problem(b"log \xff\n"), (1, Problem::Key(BadKey::Form)));
}

#[test]
fn the_quorum_decides() {
    let x_and_y = "group X 2 A B C\ngroup Y any D E F\ngroup Z all X Y\nquorum Z\n";
    for (rest, by, met) in [
        ("quorum none\n", "", true),
        ("quorum none\n", "A", true),
        ("quorum A\n", "", false),
        ("quorum A\n", "A", true),
        ("quorum A\n", "B", false),
        ("quorum A\n", "BA", true),
        ("group G all A B\nquorum G\n", "A", false),
        ("group G all A B\nquorum G\n", "BA", true),
        ("group G any A B\nquorum G\n", "B", true),
        ("group G any A B\nquorum G\n", "C", false),
        ("group G 2 A B C\nquorum G\n", "AC", true),
        ("group G 2 A B C\nquorum G\n", "AD", false),
        ("group G 2 A B C\nquorum B\n", "AC", false),
        (x_and_y, "", false),
        (x_and_y, "ABC", false),
        (x_and_y, "ADEF", false),
        (x_and_y, "ABD", true),
        (x_and_y, "FCB", true),
        (x_and_y, "ABCDEF", true),
    ] {
        let policy = Policy::parse(six(rest).as_bytes()).unwrap();
        let signers: Vec<Signer> = by.bytes().map(|name| other_witness(name - b'A' + 1)).collect();
        let note = cosigned(&signers.iter().collect::<Vec<_>>());
        match policy.check(&note) {
            Ok(accepted) => {
                assert!(met, "{by:?} is no quorum of {rest:?}");
                assert_eq!((accepted.checkpoint, &accepted.log), (checkpoint(), log().verifier()));
                let expected: Vec<_> = signers.iter().map(|signer| (signer.verifier().clone(), TIME)).collect();
                assert_eq!(accepted.cosigned, expected);
            }
            Err(refused) => {
                assert!(!met, "{by:?} is a quorum of {rest:?}");
                assert_eq!(refused, Refused::Quorum { cosigned: by.len() });
            }
        }
    }
}

#[test]
fn witnesses_that_the_policy_does_not_name_do_not_count() {
    let policy = Policy::parse(six("quorum none\n").as_bytes()).unwrap();
    assert!(policy.check(&cosigned(&[&witness()])).unwrap().cosigned.is_empty());
    let policy = Policy::parse(six("group G any A B C D E F\nquorum G\n").as_bytes()).unwrap();
    assert_eq!(policy.check(&cosigned(&[&witness()])), Err(Refused::Quorum { cosigned: 0 }));
}

#[test]
fn the_log_must_sign_under_its_own_name() {
    let policy = |rest: &str| Policy::parse(six(rest).as_bytes()).unwrap();
    let none = policy("quorum none\n");
    let good = cosigned(&[&other_witness(1)]).to_string();
    let check = |text: &str| none.check(&Note::parse(text.as_bytes()).unwrap());
    assert!(check(&good).is_ok());

    // Cosigned, but not signed.
    let line = good.lines().find(|line| line.starts_with(&format!("— {ORIGIN}"))).unwrap();
    let unsigned = mutate(&good, &format!("{line}\n"), "");
    assert_eq!(check(&unsigned), Err(Refused::Log { origin: ORIGIN.into() }));
    // Signed by a log of the policy, but the checkpoint is of another.
    let mut foreign = Note::new(&mutate(checkpoint().to_string().as_str(), ORIGIN, "other")).unwrap();
    sign(&mut foreign, &log()).unwrap();
    assert_eq!(none.check(&foreign), Err(Refused::Log { origin: "other".into() }));
    // No checkpoint at all.
    let mut letter = Note::new("Dear reader\n").unwrap();
    sign(&mut letter, &log()).unwrap();
    assert_eq!(none.check(&letter), Err(Refused::Text(BadCheckpoint::Form)));
    // Nobody known; and a known one who fails, even where nobody asked for him.
    assert_eq!(check("x\n\n— x AAAAAAA=\n"), Err(Refused::Distrust(Distrust::NoKnownKey)));
    let failing = other_witness(2);
    let name = failing.verifier().name();
    let cosignature = cosigned(&[&failing]).signatures()[1].to_string().replace("AABn", "AABo");
    let verdict = check(&format!("{good}{cosignature}\n"));
    assert_eq!(verdict, Err(Refused::Distrust(Distrust::Fails { name: name.into() })));
    // A policy without logs accepts nothing.
    let verdict = Policy::parse(b"quorum none\n").unwrap().check(&cosigned(&[]));
    assert_eq!(verdict, Err(Refused::Distrust(Distrust::NoKnownKey)));
}

#[test]
fn a_policy_of_one_log() {
    let policy = Policy::of_log(log().verifier().clone()).unwrap();
    assert!(policy.check(&cosigned(&[])).is_ok());
    assert_eq!(Policy::of_log(witness().verifier().clone()), Err(Problem::Role));
    assert_eq!(policy, Policy::parse(format!("log {LOG_VKEY}\nquorum none\n").as_bytes()).unwrap());
}

/// The standard asks for 32 of each; a chain of groups as long as the file allows must not exhaust the stack.
#[test]
fn many_of_each() {
    let logs = lines((0..40).map(|i| format!("log {}", vkey(&named(i, Role::Log)))));
    let witnesses = lines((0..40).map(|i| format!("witness w{i} {}", vkey(&named(i, Role::Witness)))));
    let groups = lines((0..40).map(|i| format!("group g{i} 1 w{i}")));
    let policy = Policy::parse(format!("{logs}{witnesses}{groups}quorum g39\n").as_bytes()).unwrap();
    let note = cosigned(&[&named(39, Role::Witness)]);
    assert_eq!(policy.check(&note), Err(Refused::Log { origin: ORIGIN.into() }), "its log is not among them");

    let chain = lines((1..2_500).map(|i| format!("group g{i} any g{}", i - 1)));
    let file = format!("log {LOG_VKEY}\nwitness g0 {WITNESS_VKEY}\n{chain}quorum g2499\n");
    let policy = Policy::parse(file.as_bytes()).unwrap();
    assert!(policy.check(&cosigned(&[&witness()])).is_ok());
    assert_eq!(policy.check(&cosigned(&[])), Err(Refused::Quorum { cosigned: 0 }));
}

fn named(number: u8, role: Role) -> Signer {
    Signer::from_seed(&format!("party{number}"), role, &[100 + number; 32]).unwrap()
}

proptest! {
    #[test]
    fn arbitrary_files_do_no_harm(
        lines in prop::collection::vec("(log|witness|group|quorum|#)?( (none|all|any|a|b|[0-9]))*", 0..8),
        bytes in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        let file = lines.join("\n");
        if let Err(BadPolicy::Line { line, .. }) = Policy::parse(file.as_bytes()) {
            prop_assert!((1..=lines.len()).contains(&line));
        }
        prop_assert!(Policy::parse(&bytes).is_err());
    }

    #[test]
    fn a_threshold_is_met_by_that_many(mask in 0..64u8, threshold in 1..=6u32) {
        let policy = Policy::parse(six(&format!("group G {threshold} A B C D E F\nquorum G\n")).as_bytes()).unwrap();
        let signers: Vec<Signer> = (0..6).filter(|i| mask >> i & 1 == 1).map(|i| other_witness(i + 1)).collect();
        let verdict = policy.check(&cosigned(&signers.iter().collect::<Vec<_>>()));
        prop_assert_eq!(verdict.is_ok(), mask.count_ones() >= threshold);
    }
}
