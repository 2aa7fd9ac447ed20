//! The golden vectors of every kind: `tests/vectors/kinds.jsonl`, made by `tests/vectors/kinds.py` with nothing of ours.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use onrecord::claim::Snapshot;
use onrecord::claim::desk::Note;
use onrecord::entry::header::{Header, Read, Sig};
use onrecord::entry::sshsig::{KeySigner, Signer as _, signed_blob};
use onrecord::entry::{Event, Kind, Salt};
use onrecord::hash::{Digest, Index, MAX_INTEGER, leaf_hash};
use serde::Deserialize;

use crate::examples::{full, least};
use crate::spec;

/// A line of the file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Golden {
    about: Option<Index>,
    agent: Index,
    content: Digest,
    digest: Digest,
    entry: String,
    kind: Kind,
    leaf: Digest,
    ledger: Digest,
    name: String,
    payload: String,
    prev: Option<Index>,
    re: Option<Index>,
    salt: String,
    seed: u8,
    signed: bool,
    time: String,
    v: u64,
}

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(name)
}

fn golden() -> Vec<Golden> {
    let text = fs::read_to_string(file("kinds.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The same value as the line's body, said in Rust.
fn event(line: &Golden) -> Event {
    match line.name.split_once('/').unwrap() {
        (_, "full") => full(line.kind),
        (_, "least") => least(line.kind),
        ("snapshot-captured", "limits") => {
            let Event::SnapshotCaptured(bare) = least(line.kind) else { panic!("{}", line.name) };
            Event::SnapshotCaptured(Snapshot { bytes: Some(MAX_INTEGER), ..bare })
        }
        ("note-added", "text") => Event::NoteAdded(Note {
            text: "a \"quoted\" back\\slash / and\ta tab,\na line é e\u{301} 𝄞 \u{2028}\u{2029} \u{202e}right \u{feff}\u{fffd} <&>'"
                .into(),
        }),
        _ => panic!("no value for {}", line.name),
    }
}

fn salt(line: &Golden) -> Salt {
    Salt(if line.name.ends_with("/least") { [0xff; 16] } else { [7; 16] })
}

fn header(line: &Golden) -> Header {
    let Golden { about, agent, digest, kind, prev, re, v, .. } = line.clone();
    let mut header = Header { about, agent, digest, kind, prev, re, sig: None, time: line.time.parse().unwrap(), v };
    if line.signed {
        let message = header.message(&line.ledger).unwrap();
        let signature = KeySigner::from_seed(&[line.seed; 32]).sign(&signed_blob(&message)).unwrap();
        header.sig = Some(Sig(signature.to_vec()));
    }
    header
}

#[test]
fn every_kind_has_a_full_and_a_bare_golden_vector() {
    let lines = golden();
    let names: BTreeSet<String> = lines.iter().map(|line| line.name.clone()).collect();
    assert_eq!(names.len(), lines.len(), "each name once");
    let listed: BTreeSet<String> = spec::kinds().into_iter().map(|row| row.kind).collect();
    assert_eq!(listed, Kind::ALL.iter().map(ToString::to_string).collect());
    for kind in listed {
        for which in ["full", "least"] {
            assert!(names.contains(&format!("{kind}/{which}")), "{kind}/{which}: add it to kinds_bodies.py");
        }
    }
    for line in lines {
        // A batch may not cover what decides; the program that made the vectors has its own table of that.
        assert!(line.signed || !line.kind.row().decides, "{}", line.name);
        assert_eq!(line.name.split_once('/').unwrap().0, line.kind.as_str());
    }
}

#[test]
fn our_encoder_writes_the_golden_bytes() {
    for line in golden() {
        let name = &line.name;
        let event = event(&line);
        let (payload, content) = event.encode_with_content(salt(&line)).unwrap();
        assert_eq!(String::from_utf8(payload).unwrap(), line.payload, "payload of {name}");
        assert_eq!(content, line.content, "content digest of {name}");
        assert_eq!(event.content_digest().unwrap(), line.content, "content digest of {name}, of the event");
        assert_eq!(Digest::of(line.payload.as_bytes()), line.digest, "payload digest of {name}");
        let entry = header(&line).encode().unwrap();
        assert_eq!(String::from_utf8(entry).unwrap(), line.entry, "entry of {name}");
        assert_eq!(leaf_hash(line.entry.as_bytes()), line.leaf, "leaf hash of {name}");
    }
}

#[test]
fn our_decoder_reads_the_golden_bytes_and_no_others() {
    for line in golden() {
        let name = &line.name;
        let read = Event::decode(line.kind, line.payload.as_bytes()).unwrap();
        assert_eq!(read, (event(&line), salt(&line)), "{name}");
        assert!(line.payload.ends_with(&format!("\"salt\":\"{}\"}}", line.salt)), "{name}");
        let known = Header::decode(line.entry.as_bytes()).unwrap();
        assert_eq!(known, Read::Known(header(&line)), "{name}");
        if line.signed {
            let Read::Known(Header { sig: Some(sig), .. }) = known else { panic!("{name}") };
            let message = header(&line).message(&line.ledger).unwrap();
            let key = KeySigner::from_seed(&[line.seed; 32]).public();
            assert!(key.verifies(&message, &sig.0), "{name}");
            assert!(!key.verifies(&[message.as_slice(), b" "].concat(), &sig.0), "{name}");
        }
        // White space is no other spelling of the same.
        let loose = line.payload.replacen(':', ": ", 1);
        assert!(Event::decode(line.kind, loose.as_bytes()).is_err(), "{name}");
        assert!(Header::decode(line.entry.replacen(':', ": ", 1).as_bytes()).is_err(), "{name}");
    }
}

#[test]
fn the_program_that_made_them_makes_them_again() {
    let made = Command::new("python3").arg(file("kinds.py")).arg("--check").output();
    let Ok(made) = made else { return eprintln!("no python3 here, not compared") };
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}
