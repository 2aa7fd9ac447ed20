//! Signatures of entries, as OpenSSH makes and checks them.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use base64ct::{Base64, Encoding as _};
use onrecord::claim::desk::Note;
use onrecord::claim::{Document, Policy};
use onrecord::entry::sshsig::{BadKey, KeySigner, NAMESPACE, PublicKey, Signer as _, armor, signed_blob};
use onrecord::entry::{Batch, Encoded, Event, Kind, Proposal, Salt};
use onrecord::hash::{Digest, Index, leaf_hash, node_hash};

use crate::desk::{Desk, OWNER};
use crate::json::J;
use crate::spec;

/// A vector that OpenSSH accepts: seed 00 01 … 1f, message `{"a":1}`.
const MESSAGE: &[u8] = b"{\"a\":1}";
const ARMORED: &str = "-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgA6EHv/POEL4dcN0Y50vAmWfk1j
CbpQ1fHdyGZBJVMbgAAAAOb25yZWNvcmQtZW50cnkAAAAAAAAABnNoYTUxMgAAAFMAAAAL
c3NoLWVkMjU1MTkAAABAyMz/kORLLILQ/fvc6zPjaf0daKJYl4o/5/SLRi4ja/ea0+w1vj
6wCJrvSR067LK//sjRS69WGiC5UCHL6BTnBA==
-----END SSH SIGNATURE-----
";

fn signer() -> KeySigner {
    let mut seed = [0; 32];
    seed.iter_mut().zip(0u8..).for_each(|(byte, i)| *byte = i);
    KeySigner::from_seed(&seed)
}

#[test]
fn the_fixed_vector() {
    let blob = signed_blob(MESSAGE);
    assert_eq!(blob.len(), 106);
    assert_eq!(Digest::of(&blob).hex(), "08e4b3412e43a0525a902df6affdc40456e5c5dcde98942bb60dabd87da9b0f1");
    let signature = signer().sign(&blob).unwrap();
    assert_eq!(armor(signer().public(), &signature), ARMORED);
    assert!(signer().public().verifies(MESSAGE, &signature));
}

#[test]
fn another_implementation_reads_it() {
    let parsed = ssh_key::SshSig::from_pem(ARMORED).unwrap();
    let key = ssh_key::PublicKey::from_openssh(&signer().public().to_openssh()).unwrap();
    assert!(key.verify(NAMESPACE, MESSAGE, &parsed).is_ok());
    assert!(key.verify(NAMESPACE, b"{\"a\":2}", &parsed).is_err());
    assert!(key.verify("file", MESSAGE, &parsed).is_err());
    assert_eq!(key.fingerprint(ssh_key::HashAlg::Sha256).to_string(), signer().public().fingerprint());
}

#[test]
fn no_changed_bit_verifies() {
    let key = signer().public();
    let signature = signer().sign(&signed_blob(MESSAGE)).unwrap();
    for bit in 0..512 {
        let mut wrong = signature;
        wrong[bit / 8] ^= 1 << (bit % 8);
        assert!(!key.verifies(MESSAGE, &wrong), "bit {bit}");
    }
    for bit in 0..MESSAGE.len() * 8 {
        let mut wrong = MESSAGE.to_vec();
        wrong[bit / 8] ^= 1 << (bit % 8);
        assert!(!key.verifies(&wrong, &signature), "bit {bit}");
    }
    for wrong in [&signature[..63], &[&signature[..], &[0]].concat(), &[]] {
        assert!(!key.verifies(MESSAGE, wrong));
    }
    assert!(!KeySigner::from_seed(&[9; 32]).public().verifies(MESSAGE, &signature));
    // S + L: the same signature written in another way.
    let order = *b"\xed\xd3\xf5\x5c\x1a\x63\x12\x58\xd6\x9c\xf7\xa2\xde\xf9\xde\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10";
    let (mut other, mut carry) = (signature, 0u16);
    for (byte, add) in other[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        (*byte, carry) = (sum as u8, sum >> 8);
    }
    assert!(!key.verifies(MESSAGE, &other));
}

#[test]
fn a_key_is_written_in_one_way_and_not_weak() {
    let text = signer().public().to_openssh();
    let bytes = signer().public().to_bytes();
    assert_eq!(PublicKey::from_openssh(&text), Ok(signer().public()));
    assert_eq!(PublicKey::from_openssh(&format!("{text} olga@desk\n")), Ok(signer().public()));
    assert_eq!(PublicKey::from_bytes(&bytes), Ok(signer().public()));
    let blob = |kind: &[u8], key: &[u8], tail: &[u8]| {
        let length = |b: &[u8]| (b.len() as u32).to_be_bytes();
        let blob = [&length(kind)[..], kind, &length(key), key, tail].concat();
        format!("ssh-ed25519 {}", Base64::encode_string(&blob))
    };
    assert_eq!(blob(b"ssh-ed25519", &bytes, b""), text);
    for wrong in [
        String::new(),
        "ssh-ed25519".into(),
        text.replace("ssh-ed25519", "ssh-rsa"),
        text.replace(' ', "  "),
        format!("{text}="),
        blob(b"ssh-ed25518", &bytes, b""),
        blob(b"ssh-ed25519", &bytes[1..], b""),
        blob(b"ssh-ed25519", &bytes, b"\0"),
        blob(b"ssh-ed25519", &[], b""),
    ] {
        assert_eq!(PublicKey::from_openssh(&wrong), Err(BadKey::Text), "{wrong}");
    }
    // The points of small order, and y coordinates of p and more: a second way to write a small one.
    let mut refused = 0;
    for sign in [0, 0x80] {
        for y in 0..19u8 {
            let mut again = [0xff; 32];
            (again[0], again[31]) = (0xed + y, 0x7f | sign);
            assert_eq!(PublicKey::from_bytes(&again), Err(BadKey::Weak), "p + {y}");
            refused += 1;
        }
        for y in 0..2u8 {
            let mut point = [0; 32];
            (point[0], point[31]) = (y, sign);
            assert_eq!(PublicKey::from_bytes(&point), Err(BadKey::Weak), "{y}");
        }
    }
    assert_eq!(refused, 38);
}

/// Runs `ssh-keygen -Y verify`; `None` where there is none.
fn ssh_keygen(folder: &Path, message: &[u8], armored: &str, key: &str, namespace: &str) -> Option<bool> {
    fs::write(folder.join("allowed"), format!("olga namespaces=\"onrecord-entry\" {key}\n")).unwrap();
    fs::write(folder.join("message.sig"), armored).unwrap();
    fs::write(folder.join("message"), message).unwrap();
    let status = Command::new("ssh-keygen")
        .args(["-Y", "verify", "-f", "allowed", "-I", "olga", "-n", namespace, "-s", "message.sig"])
        .current_dir(folder)
        .stdin(fs::File::open(folder.join("message")).unwrap())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.ok().map(|status| status.success())
}

fn skipped(what: &str) {
    eprintln!("skipped: no {what} on this machine");
}

/// Entries of one batch by the owner, signed with `signer`.
fn batch(events: Vec<(Option<Index>, Event)>) -> (Vec<Encoded>, Digest) {
    let desk = Desk::new(Policy::solo());
    let ledger = Digest([0x5a; 32]);
    let batch = Batch { agent: OWNER, time: desk.now(), ledger };
    let proposals: Vec<Proposal> =
        events.into_iter().map(|(about, event)| Proposal { about, re: None, seen: None, event }).collect();
    let salts: Vec<Salt> = (0..=proposals.len()).map(|i| Salt([i as u8; 16])).collect();
    (batch.encode(&proposals, &salts, &desk.state, &signer()).unwrap(), ledger)
}

fn note(text: &str) -> Event {
    Event::NoteAdded(Note { text: text.into() })
}

#[test]
fn openssh_accepts_our_signature_and_no_other_message() {
    let (entries, ledger) = batch(vec![(Some(OWNER), note("Call again."))]);
    let [entry] = &entries[..] else { unreachable!("one entry is signed by itself") };
    let (key, message) = (signer().public(), entry.header.message(&ledger).unwrap());
    let armored = armor(key, &entry.header.sig.as_ref().unwrap().0);
    let folder = tempfile::tempdir().unwrap();
    let run = |message: &[u8], armored: &str, key: &PublicKey, namespace: &str| {
        ssh_keygen(folder.path(), message, armored, &key.to_openssh(), namespace)
    };
    let Some(accepted) = run(&message, &armored, &key, NAMESPACE) else { return skipped("ssh-keygen") };
    assert!(accepted);
    assert_eq!(run(MESSAGE, ARMORED, &key, NAMESPACE), Some(true), "the fixed vector");
    // Negative controls: message, ledger, a line feed more, namespace, key, file.
    let mut changed = message.clone();
    *changed.last_mut().unwrap() ^= 1;
    let other_ledger = entry.header.message(&Digest([0x5b; 32])).unwrap();
    assert_eq!(run(&changed, &armored, &key, NAMESPACE), Some(false));
    assert_eq!(run(&other_ledger, &armored, &key, NAMESPACE), Some(false));
    assert_eq!(run(&[&message[..], b"\n"].concat(), &armored, &key, NAMESPACE), Some(false));
    assert_eq!(run(&message, &armored, &key, "file"), Some(false));
    assert_eq!(run(&message, &armored, &KeySigner::from_seed(&[9; 32]).public(), NAMESPACE), Some(false));
    assert_eq!(run(&message, ARMORED, &key, NAMESPACE), Some(false));
}

#[test]
fn a_stranger_rebuilds_message_and_file_as_the_document_says() {
    let script = spec::FORMAT.split("```python\n").nth(1).unwrap().split("```").next().unwrap();
    let (entries, ledger) = batch(vec![(None, Event::DocumentRegistered(Document::default()))]);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rebuild.py"), script).unwrap();
    fs::write(folder.path().join("entry"), &entries[0].entry).unwrap();
    let key = signer().public().to_openssh();
    let ran =
        Command::new("python3").args(["rebuild.py", "entry", &ledger.hex(), &key]).current_dir(folder.path()).status();
    let Ok(status) = ran else { return skipped("python3") };
    assert!(status.success());
    let message = fs::read(folder.path().join("message")).unwrap();
    let armored = fs::read_to_string(folder.path().join("message.sig")).unwrap();
    assert_eq!(message, entries[0].header.message(&ledger).unwrap());
    assert_eq!(armored, armor(signer().public(), &entries[0].header.sig.as_ref().unwrap().0));
    match ssh_keygen(folder.path(), &message, &armored, &key, NAMESPACE) {
        Some(accepted) => assert!(accepted),
        None => skipped("ssh-keygen"),
    }
}

#[test]
fn a_batch_covers_what_is_before_it() {
    let document = Event::DocumentRegistered(Document::default());
    let mut claim = crate::examples::claim_least();
    claim.appearance.document = Index::pending(0);
    let events = vec![
        (None, document),
        (None, Event::ClaimRecorded(claim)),
        (Some(Index::pending(1)), note("First.")),
        (Some(OWNER), Event::PolicySet(Policy::desk())),
        (Some(Index::pending(1)), note("Second.")),
    ];
    let (entries, ledger) = batch(events);
    let kinds: Vec<Kind> = entries.iter().map(|e| e.header.kind).collect();
    assert_eq!(kinds[3..], [Kind::PolicySet, Kind::NoteAdded, Kind::BatchSigned]);
    let signed: Vec<bool> = entries.iter().map(|e| e.header.sig.is_some()).collect();
    assert_eq!(signed, [false, false, false, true, false, true], "what decides signs for itself");
    // Entry 0 is the opening, so the batch begins at 1.
    let abouts: Vec<Option<u64>> = entries.iter().map(|e| e.header.about.map(|i| i.0)).collect();
    assert_eq!(abouts, [None, None, Some(2), Some(0), Some(2), Some(0)]);
    let prevs: Vec<Option<u64>> = entries.iter().map(|e| e.header.prev.map(|i| i.0)).collect();
    assert_eq!(prevs, [None, None, Some(2), Some(0), Some(3), Some(4)]);
    for (i, entry) in entries.iter().enumerate() {
        assert_eq!(entry.header.digest, Digest::of(&entry.payload));
        assert_eq!(entry.leaf, leaf_hash(&entry.entry));
        let (event, salt) = Event::decode(entry.header.kind, &entry.payload).unwrap();
        assert_eq!(salt, Salt([i as u8; 16]));
        if let Event::ClaimRecorded(claim) = event {
            assert_eq!(claim.appearance.document, Index(1));
        }
        if let Some(sig) = &entry.header.sig {
            assert!(signer().public().verifies(&entry.header.message(&ledger).unwrap(), &sig.0));
        }
    }
    // RFC 6962's root over five leaves, by hand.
    let leaf = |i: usize| entries[i].leaf;
    let four = node_hash(&node_hash(&leaf(0), &leaf(1)), &node_hash(&leaf(2), &leaf(3)));
    let body = J::parse(&entries[5].payload);
    let right = J::Obj(vec![("count".into(), J::raw("5")), ("root".into(), J::str(node_hash(&four, &leaf(4)).hex()))]);
    assert_eq!(body.key("body"), Some(&right));
}
