//! Notes, checkpoints and cosignatures.

use base64ct::{Base64, Encoding as _};
use onrecord::hash::{Digest, empty_root};
use onrecord::tlog::cosign::cosign;
use onrecord::tlog::key::{Role, Signer};
use onrecord::tlog::note::{self, Note};

use super::base::{TIME, cosigned, log, made, mutate, witness};
use super::{Vector, done};
use crate::ledgers::ORIGIN;

fn text() -> String {
    cosigned(&made()).to_string()
}

/// The text with another signature line in place of line `line` (from 0) of them.
fn with_line(line: usize, change: impl FnOnce(&str) -> String) -> String {
    let text = text();
    let (body, signatures) = text.split_once("\n\n").unwrap();
    let mut lines: Vec<String> = signatures.lines().map(str::to_owned).collect();
    lines[line] = change(&lines[line]);
    format!("{body}\n\n{}\n", lines.join("\n"))
}

/// A signature line with its bytes changed.
fn with_bytes(line: usize, change: impl FnOnce(&mut Vec<u8>)) -> String {
    with_line(line, |line| {
        let (name, data) = line.rsplit_once(' ').unwrap();
        let mut bytes = Base64::decode_vec(data).unwrap();
        change(&mut bytes);
        format!("{name} {}", Base64::encode_string(&bytes))
    })
}

/// The form of a note alone.
pub fn notes() -> Vec<Vector> {
    let text = text();
    let refused = |name: &str, why: &str, file: Vec<u8>| Vector::refused(name, why, file);
    let (body, _) = text.split_once("\n\n").unwrap();
    let mut many = format!("{body}\n\n");
    many.push_str(&"— other.example/key AAAAAAA=\n".repeat(65));
    let mut latin = text.clone().into_bytes();
    latin.push(0xe9);
    vec![
        Vector::untouched("untouched checkpoint with a cosignature", text.clone()),
        refused("empty", "note-form", vec![]),
        refused("no signature lines", "note-form", format!("{body}\n").into_bytes()),
        refused("no empty line before the signatures", "note-form", text.replace("\n\n", "\n").into_bytes()),
        refused("last line feed missing", "note-form", text.trim_end().as_bytes().to_vec()),
        refused("line feed too many at the end", "note-form", format!("{text}\n").into_bytes()),
        refused("carriage returns", "note-control", text.replace('\n', "\r\n").into_bytes()),
        refused("tab in the text", "note-control", text.replacen("example", "exa\tmple", 1).into_bytes()),
        refused("null byte", "note-control", text.replacen("example", "exa\0mple", 1).into_bytes()),
        refused("byte that is no UTF-8", "note-utf8", latin),
        refused("hyphen for the dash", "note-signature", with_line(0, |l| l.replace('—', "-")).into_bytes()),
        refused("no space after the dash", "note-signature", with_line(0, |l| l.replace("— ", "—")).into_bytes()),
        refused(
            "two spaces before the signature",
            "note-signature",
            with_line(0, |l| l.replace("desk ", "desk  ")).into_bytes(),
        ),
        refused("plus sign in the name", "note-signature", with_line(0, |l| l.replace("desk ", "de+sk ")).into_bytes()),
        refused("no name", "note-signature", with_line(0, |l| l.replace("example.org/desk", "")).into_bytes()),
        refused(
            "base64 without padding",
            "note-signature",
            with_line(0, |l| l.trim_end_matches('=').into()).into_bytes(),
        ),
        refused(
            "base64 of the address alphabet",
            "note-signature",
            with_line(0, |l| format!("{}_-==", &l[..l.len() - 4])).into_bytes(),
        ),
        refused("bits after the end of base64", "note-signature", with_line(0, |_| "— a AAAAAAB=".into()).into_bytes()),
        refused("no more than a key id", "note-signature", with_line(0, |_| "— a AAAAAA==".into()).into_bytes()),
        refused("65 signature lines", "note-signatures", many.into_bytes()),
        refused("over 64 KiB", "note-too-long", format!("{}{text}", "x".repeat(65_536)).into_bytes()),
    ]
}

/// A text signed by the log and cosigned, as if it were a checkpoint.
fn signed(text: &str) -> String {
    signed_by(text, &log())
}

fn signed_by(text: &str, log: &Signer) -> String {
    let mut signed = Note::new(text).unwrap();
    note::sign(&mut signed, log).unwrap();
    let line = cosign(&signed, &witness(), TIME);
    if let Ok(line) = line {
        signed.add(line).unwrap();
    }
    signed.to_string()
}

/// Checkpoints that are notes.
pub fn checkpoints() -> Vec<Vector> {
    let root = Base64::encode_string(&Digest::of(b"a root").0);
    let empty = Base64::encode_string(&empty_root().0);
    let right = format!("{ORIGIN}\n25\n{root}\n");
    let no = |name: &str, why: &str, text: &str| Vector::refused(name, why, signed(text));
    let text = text();
    let other = Signer::from_seed("example.org/other", Role::Log, &[5; 32]).unwrap();
    let same_name = Signer::from_seed(ORIGIN, Role::Log, &[5; 32]).unwrap();
    vec![
        Vector::untouched("untouched", text.clone()),
        Vector::untouched("untouched, of another root", signed(&right)),
        Vector::untouched("untouched, with an extension line", signed(&format!("{right}more\n"))),
        no("size with a leading zero", "checkpoint-text", &right.replace("\n25\n", "\n025\n")),
        no("size with a sign", "checkpoint-text", &right.replace("\n25\n", "\n+25\n")),
        no("size in hexadecimal", "checkpoint-text", &right.replace("\n25\n", "\n0x19\n")),
        no("no size", "checkpoint-text", &right.replace("\n25\n", "\n\n")),
        no("size of 2^63", "checkpoint-text", &right.replace("\n25\n", "\n9223372036854775808\n")),
        no("size 0 with a root", "checkpoint-text", &right.replace("\n25\n", "\n0\n")),
        no("root of 31 bytes", "checkpoint-text", &right.replace(&root, &Base64::encode_string(&[7; 31]))),
        no("root of 33 bytes", "checkpoint-text", &right.replace(&root, &Base64::encode_string(&[7; 33]))),
        no("root in hexadecimal", "checkpoint-text", &right.replace(&root, &Digest::of(b"a root").hex())),
        no("root without padding", "checkpoint-text", &right.replace(&root, root.trim_end_matches('='))),
        no("two lines only", "checkpoint-text", &format!("{ORIGIN}\n25\n")),
        no("empty extension line", "checkpoint-text", &format!("{right}\nmore\n")),
        no("origin with white space", "checkpoint-text", &right.replace(ORIGIN, "example.org/desk and more")),
        no("no origin", "checkpoint-text", &right.replace(ORIGIN, "")),
        no(
            "origin of another ledger, signed with this one's key",
            "untrusted-key",
            &right.replace(ORIGIN, "example.org/other"),
        ),
        Vector::refused("size raised", "checkpoint-signature", mutate(&text, "\n25\n", "\n26\n")),
        Vector::refused("size lowered", "checkpoint-signature", mutate(&text, "\n25\n", "\n24\n")),
        Vector::refused(
            "origin changed",
            "checkpoint-signature",
            text.replacen("example.org/desk\n", "example.org/dusk\n", 1),
        ),
        Vector::refused("root changed", "checkpoint-signature", {
            let root = text.lines().nth(2).unwrap().to_owned();
            mutate(&text, &root, &empty)
        }),
        Vector::refused("extension line added", "checkpoint-signature", text.replacen("\n\n", "\nmore\n\n", 1)),
        Vector::refused(
            "signature of the log flipped in one bit",
            "checkpoint-signature",
            with_bytes(0, |b| b[40] ^= 1),
        ),
        Vector::refused(
            "signature of the log cut to 63 bytes",
            "checkpoint-signature",
            with_bytes(0, |b| done(b.pop())),
        ),
        Vector::refused("signature of the log with a byte more", "checkpoint-signature", with_bytes(0, |b| b.push(0))),
        Vector::refused(
            "signature of the log with the group order added",
            "checkpoint-signature",
            with_bytes(0, |b| add_order(&mut b[36..])),
        ),
        Vector::refused("the log's line twice, one of them wrong", "checkpoint-signature", {
            let wrong = with_bytes(0, |b| b[50] ^= 4);
            let line = wrong.lines().find(|l| l.contains("desk ")).unwrap().to_owned();
            format!("{text}{line}\n")
        }),
        Vector::refused("signed by a key of the same name that nobody trusts", "untrusted-key", {
            let body = text.split_once("\n\n").unwrap().0;
            let mut note = Note::new(&format!("{body}\n")).unwrap();
            note::sign(&mut note, &same_name).unwrap();
            note.to_string()
        }),
        Vector::refused("another ledger's checkpoint, by its own key", "untrusted-key", {
            let mut note = Note::new(&right.replace(ORIGIN, "example.org/other")).unwrap();
            note::sign(&mut note, &other).unwrap();
            note.to_string()
        }),
        Vector::refused(
            "the log's line left out",
            "untrusted-key",
            with_line(0, |_| "— other.example/key AAAAAAA=".into()),
        ),
        Vector::refused("key id of the log changed", "untrusted-key", with_bytes(0, |b| b[0] ^= 1)),
    ]
}

/// Adds the order of the group to a scalar: the same signature, written in a second way.
pub fn add_order(scalar: &mut [u8]) {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut carry = 0_u16;
    for (byte, order) in scalar.iter_mut().zip(ORDER) {
        carry += u16::from(*byte) + u16::from(order);
        *byte = carry as u8;
        carry >>= 8;
    }
    assert_eq!(carry, 0);
}

/// What a witness says under a checkpoint.
pub fn cosignatures() -> Vec<Vector> {
    let text = text();
    let made = made();
    let stranger = Signer::from_seed("witness.example/other", Role::Witness, &[78; 32]).unwrap();
    let same_name = Signer::from_seed("witness.example/w", Role::Witness, &[78; 32]).unwrap();
    let only = |line: Option<note::Signature>| {
        let mut note = Note::parse(&made.checkpoint(made.size())).unwrap();
        if let Some(line) = line {
            note.add(line).unwrap();
        }
        note.to_string()
    };
    let plain = Note::parse(&made.checkpoint(made.size())).unwrap();
    let mut smaller = Note::parse(&made.checkpoint(24)).unwrap();
    smaller.add(cosign(&smaller, &witness(), TIME).unwrap()).unwrap();
    let of_smaller = smaller.to_string().lines().last().unwrap().to_owned();
    let again = cosign(&plain, &witness(), TIME + 60).unwrap();
    vec![
        Vector::untouched("untouched", text.clone()),
        Vector::untouched("untouched, cosigned twice", format!("{text}{again}\n")),
        Vector::untouched(
            "untouched, with a stranger's cosignature",
            format!("{text}{}\n", cosign(&plain, &stranger, TIME).unwrap()),
        ),
        Vector::refused("no cosignature", "quorum", only(None)),
        Vector::refused("by a stranger alone", "quorum", only(Some(cosign(&plain, &stranger, TIME).unwrap()))),
        Vector::refused(
            "by another key of the witness's name",
            "quorum",
            only(Some(cosign(&plain, &same_name, TIME).unwrap())),
        ),
        Vector::refused("time changed", "checkpoint-signature", with_bytes(1, |b| b[11] ^= 1)),
        Vector::refused("time 0", "checkpoint-signature", with_bytes(1, |b| b[4..12].fill(0))),
        Vector::refused("time of 2^63", "checkpoint-signature", with_bytes(1, |b| b[4] |= 0x80)),
        Vector::refused("signature flipped in one bit", "checkpoint-signature", with_bytes(1, |b| b[30] ^= 8)),
        Vector::refused("without a time", "checkpoint-signature", with_bytes(1, |b| done(b.drain(4..12)))),
        Vector::refused("a byte more", "checkpoint-signature", with_bytes(1, |b| b.push(0))),
        Vector::refused(
            "with the group order added",
            "checkpoint-signature",
            with_bytes(1, |b| add_order(&mut b[44..])),
        ),
        Vector::refused("the log's signature under the witness's name", "checkpoint-signature", {
            let line = text.lines().find(|l| l.contains("desk ")).unwrap();
            let signature = Base64::decode_vec(line.rsplit_once(' ').unwrap().1).unwrap()[4..].to_vec();
            with_bytes(1, |b| b[12..].copy_from_slice(&signature))
        }),
        Vector::refused("cosignature of a smaller tree", "checkpoint-signature", with_line(1, |_| of_smaller)),
        Vector::refused("one right, one wrong by the same witness", "checkpoint-signature", {
            let wrong = with_bytes(1, |b| b[30] ^= 8);
            format!("{text}{}\n", wrong.lines().last().unwrap())
        }),
    ]
}
