//! `tlog::checkpoint`: text, signing, opening, a mutation for each rule.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use onrecord::hash::{Digest, empty_root};
use onrecord::tlog::checkpoint::{BadCheckpoint, Checkpoint, CheckpointError};
use onrecord::tlog::key::{Role, Signer};
use onrecord::tlog::note::{BadNote, Distrust, Note, SignError, sign};
use onrecord::tlog::tree::MAX_SIZE;
use proptest::prelude::*;

use crate::tlog_vector::{LOG_VKEY, ORIGIN, PROOF, checkpoint, log, mutate, seed, witness};

const TEXT: &str = "log.example/onrecord\n3\nNmQuc8JUCrEh46a/lUWwokmCzYMOsT080Z3jzmwCHsE=\n";

#[test]
fn the_checkpoint_of_the_fixed_vector() {
    assert_eq!(checkpoint().to_string(), TEXT);
    assert_eq!(TEXT.parse(), Ok(checkpoint()));
    let (_, published) = PROOF.split_once("\n\n").unwrap();
    let (opened, note) = Checkpoint::open(published.as_bytes(), &LOG_VKEY.parse().unwrap()).unwrap();
    assert_eq!(opened, checkpoint());
    assert_eq!((opened.origin(), opened.size()), (ORIGIN, 3));
    assert_eq!(note.to_string(), published);
    let ours = checkpoint().sign(&log()).unwrap().to_string();
    assert!(published.starts_with(&ours), "Ed25519 is deterministic");
}

#[test]
fn texts_that_are_no_checkpoint() {
    use BadCheckpoint::{Extension, Form, Origin, Root, Size};
    let root = "NmQuc8JUCrEh46a/lUWwokmCzYMOsT080Z3jzmwCHsE=";
    let size = |size: &str| mutate(TEXT, "\n3\n", &format!("\n{size}\n"));
    for (text, error) in [
        (String::new(), Form),
        ("\n\n\n".into(), Size),
        (TEXT.trim_end().into(), Form),
        (mutate(TEXT, "\n3\n", "\n"), Form),
        (format!("\n{TEXT}"), Size),
        (mutate(TEXT, ORIGIN, ""), Origin),
        (mutate(TEXT, ORIGIN, "two words"), Origin),
        (mutate(TEXT, ORIGIN, "a+b"), Origin),
        (size(""), Size),
        (size("03"), Size),
        (size("+3"), Size),
        (size("-3"), Size),
        (size("3 "), Size),
        (size("3.0"), Size),
        (size("0x3"), Size),
        (size("٣"), Size),
        (size("9223372036854775808"), Size),
        (size("18446744073709551616"), Size),
        (size("0"), Root),
        (size("00"), Size),
        (mutate(TEXT, root, ""), Root),
        (mutate(TEXT, root, &root[..43]), Root),
        (mutate(TEXT, "sE=", "sF="), Root),
        (mutate(TEXT, root, "NmQuc8JUCrEh46a/lUWwokmCzYMOsT080Z3jzmwCHg=="), Root),
        (mutate(TEXT, root, "NmQuc8JUCrEh46a/lUWwokmCzYMOsT080Z3jzmwCHsEA"), Root),
        (mutate(TEXT, "a/l", "a_l"), Root),
        (mutate(TEXT, root, &format!(" {root}")), Root),
        (format!("{TEXT}\n"), Extension),
        (format!("{TEXT}extension\n\n"), Extension),
        (format!("{TEXT}extension\n\nextension\n"), Extension),
        (format!("{TEXT}extension"), Form),
    ] {
        assert_eq!(text.parse::<Checkpoint>(), Err(error), "{text:?}");
    }
    assert!(size("9223372036854775807").parse::<Checkpoint>().is_ok());
}

#[test]
fn extension_lines_of_others_are_kept() {
    let text = format!("{TEXT}one\ntwo three\n");
    let parsed: Checkpoint = text.parse().unwrap();
    assert_eq!(parsed.extensions(), "one\ntwo three\n");
    assert_eq!(parsed.to_string(), text);
    assert_ne!(parsed, checkpoint());
}

#[test]
fn an_empty_log_has_the_empty_root() {
    let empty = Checkpoint::new(ORIGIN, 0, empty_root()).unwrap();
    assert_eq!(empty.to_string(), format!("{ORIGIN}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"));
    assert_eq!(empty.to_string().parse(), Ok(empty));
    assert_eq!(Checkpoint::new(ORIGIN, 0, Digest::default()), Err(BadCheckpoint::Root));
    assert_eq!(Checkpoint::new(ORIGIN, MAX_SIZE + 1, Digest::default()), Err(BadCheckpoint::Size));
    assert_eq!(Checkpoint::new("", 1, Digest::default()), Err(BadCheckpoint::Origin));
    assert_eq!(Checkpoint::new("a\nb", 1, Digest::default()), Err(BadCheckpoint::Origin));
}

#[test]
fn only_the_log_of_the_origin_signs_and_is_believed() {
    let other_name = Signer::from_seed("log.example/other", Role::Log, &seed(0)).unwrap();
    let other_key = Signer::from_seed(ORIGIN, Role::Log, &seed(1)).unwrap();
    let wrong_role = Signer::from_seed(ORIGIN, Role::Witness, &seed(0)).unwrap();
    let origin = || CheckpointError::Origin { origin: ORIGIN.into() };
    assert_eq!(checkpoint().sign(&other_name), Err(origin()));
    assert_eq!(checkpoint().sign(&wrong_role), Err(CheckpointError::Sign(SignError::Role)));
    assert_eq!(checkpoint().sign(&witness()), Err(origin()));

    let good = checkpoint().sign(&log()).unwrap().to_string();
    let open = |text: &str, by: &Signer| Checkpoint::open(text.as_bytes(), by.verifier()).map(|(c, _)| c);
    assert_eq!(open(&good, &log()), Ok(checkpoint()));
    let nobody = || Err(CheckpointError::Distrust(Distrust::NoKnownKey));
    assert_eq!(open(&good, &other_name), nobody());
    assert_eq!(open(&good, &other_key), nobody());
    assert_eq!(open(&good, &wrong_role), Err(CheckpointError::Sign(SignError::Role)));
    assert_eq!(open(&good[1..], &log()), Err(CheckpointError::Distrust(Distrust::Fails { name: ORIGIN.into() })));
    assert_eq!(open(TEXT, &log()), Err(CheckpointError::Note(BadNote::Form)));

    // A true signature under the checkpoint of another log, and under what is no checkpoint at all.
    let mut foreign = Note::new(&mutate(TEXT, ORIGIN, "log.example/other")).unwrap();
    sign(&mut foreign, &log()).unwrap();
    let other = CheckpointError::Origin { origin: "log.example/other".into() };
    assert_eq!(open(&foreign.to_string(), &log()), Err(other));
    let mut letter = Note::new("Dear reader\n").unwrap();
    sign(&mut letter, &log()).unwrap();
    assert_eq!(open(&letter.to_string(), &log()), Err(CheckpointError::Text(BadCheckpoint::Form)));
}

proptest! {
    #[test]
    fn checkpoints_round_trip_and_tlog_tiles_reads_them(
        origin in "[a-z./é-]{1,30}", size in 1..=MAX_SIZE, shift in 0..63u32, root: [u8; 32],
    ) {
        let size = (size >> shift).max(1);
        let ours = Checkpoint::new(&origin, size, Digest(root)).unwrap();
        let text = ours.to_string();
        prop_assert_eq!(text.parse(), Ok(ours));
        let theirs = tlog_tiles::Checkpoint::from_bytes(text.as_bytes()).unwrap();
        prop_assert_eq!((theirs.origin(), theirs.size(), theirs.hash().0), (origin.as_str(), size, root));
        prop_assert_eq!(theirs.to_bytes(), text.into_bytes());
    }

    #[test]
    fn whatever_parses_is_printed_back(
        text in "[a+ ]{0,2}\n[+0-9]{0,3}\n(NmQuc8JUCrEh46a/lUWwokmCzYMOsT080Z3jzmwCHs[EF]=|AA==)\n([a ]{0,2}\n?){0,3}",
    ) {
        if let Ok(checkpoint) = text.parse::<Checkpoint>() {
            prop_assert_eq!(checkpoint.to_string(), text);
        }
    }
}
