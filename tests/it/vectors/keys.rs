//! Signatures by agents (SSHSIG) and their keys: a line with the key, one with the signature in base64, then the message.

use base64ct::{Base64, Encoding as _};
use onrecord::entry::sshsig::{KeySigner, PublicKey, Signer as _, signed_blob};
use sha2::{Digest as _, Sha256, Sha512};

use super::Vector;
use super::notes::add_order;
use crate::ledgers::key;

const MESSAGE: &[u8] = b"onrecord/1 0000\n{\"agent\":0,\"kind\":\"note-added\"}";

/// The code, or none where the signature holds.
pub fn decide(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).unwrap();
    let mut parts = text.splitn(3, '\n');
    let (line, signature, message) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let Ok(key) = PublicKey::from_openssh(line) else { return Some("bad-key".into()) };
    let Ok(signature) = Base64::decode_vec(signature) else { return Some("signature".into()) };
    (!key.verifies(message.as_bytes(), &signature)).then(|| "signature".into())
}

fn vector(key: &str, signature: &[u8], message: &[u8]) -> Vec<u8> {
    [format!("{key}\n{}\n", Base64::encode_string(signature)).as_bytes(), message].concat()
}

fn string(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_be_bytes(), bytes].concat()
}

/// A blob as `ssh-keygen -Y sign` would sign it, under another namespace, reserved field, hash name or hash.
fn blob(namespace: &str, reserved: &str, hash: &str, digest: &[u8]) -> Vec<u8> {
    let parts = [namespace.as_bytes(), reserved.as_bytes(), hash.as_bytes(), digest].map(string).concat();
    [b"SSHSIG".as_slice(), &parts].concat()
}

fn openssh(kind: &str, raw: &[u8]) -> String {
    format!("{kind} {}", Base64::encode_string(&[string(kind.as_bytes()), string(raw)].concat()))
}

pub fn signatures() -> Vec<Vector> {
    let signer = key(1);
    let public = signer.public().to_openssh();
    let sign = |signer: &KeySigner, blob: &[u8]| signer.sign(blob).unwrap();
    let right = sign(&signer, &signed_blob(MESSAGE));
    let raw = signer.public().to_bytes();
    let sha512 = Sha512::digest(MESSAGE);
    let no = |name: &str, signature: &[u8]| Vector::refused(name, "signature", vector(&public, signature, MESSAGE));
    let bad = |name: &str, key: &str| Vector::refused(name, "bad-key", vector(key, &right, MESSAGE));
    let changed = |change: fn(&mut [u8])| {
        let mut signature = right;
        change(&mut signature);
        signature
    };
    let mut off_curve = raw;
    // The first encoding after the key that is no point.
    while PublicKey::from_bytes(&off_curve).is_ok() {
        off_curve[0] = off_curve[0].wrapping_add(1);
    }
    let weak = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05";
    let beyond = [vec![0xf0], vec![0xff; 30], vec![0x7f]].concat();
    vec![
        Vector::untouched("untouched", vector(&public, &right, MESSAGE)),
        Vector::untouched("untouched, by a key with a comment", vector(&format!("{public} ada@desk"), &right, MESSAGE)),
        Vector::refused("message with a byte more", "signature", vector(&public, &right, &[MESSAGE, b"\n"].concat())),
        Vector::refused(
            "message with a letter changed",
            "signature",
            vector(&public, &right, &MESSAGE.to_ascii_uppercase()),
        ),
        Vector::refused("no message", "signature", vector(&public, &right, b"")),
        Vector::refused("another agent's key", "signature", vector(&key(2).public().to_openssh(), &right, MESSAGE)),
        no("another agent's signature", &sign(&key(2), &signed_blob(MESSAGE))),
        no("first half flipped in one bit", &changed(|s| s[5] ^= 1)),
        no("second half flipped in one bit", &changed(|s| s[40] ^= 1)),
        no("the group order added to the second half", &changed(|s| add_order(&mut s[32..]))),
        no("63 bytes", &right[..63]),
        no("65 bytes", &[right.as_slice(), &[0]].concat()),
        no("empty", &[]),
        no("all zeros", &[0; 64]),
        no("first half the neutral point, second half zero", &[[vec![1], vec![0; 31]].concat(), vec![0; 32]].concat()),
        no("over the message itself, without SSHSIG", &sign(&signer, MESSAGE)),
        no("namespace `file`", &sign(&signer, &blob("file", "", "sha512", &sha512))),
        no("namespace with a letter more", &sign(&signer, &blob("onrecord-entry2", "", "sha512", &sha512))),
        no("empty namespace", &sign(&signer, &blob("", "", "sha512", &sha512))),
        no("reserved field filled", &sign(&signer, &blob("onrecord-entry", "x", "sha512", &sha512))),
        no("hash sha256", &sign(&signer, &blob("onrecord-entry", "", "sha256", &Sha256::digest(MESSAGE)))),
        no("hash named sha256 and computed by sha512", &sign(&signer, &blob("onrecord-entry", "", "sha256", &sha512))),
        no("magic of another version", &sign(&signer, &[b"SSHSIX", &signed_blob(MESSAGE)[6..]].concat())),
        bad("key of small order", &openssh("ssh-ed25519", &onrecord::hash::from_hex(weak).unwrap())),
        bad("key that is the neutral point", &openssh("ssh-ed25519", &[vec![1], vec![0; 31]].concat())),
        bad("key written in a second way", &openssh("ssh-ed25519", &beyond)),
        bad("key of 31 bytes", &openssh("ssh-ed25519", &raw[..31])),
        bad("key of 33 bytes", &openssh("ssh-ed25519", &[raw.as_slice(), &[0]].concat())),
        bad("key of type rsa", &openssh("ssh-rsa", &raw)),
        bad("key whose two names differ", &openssh("ssh-ed25519", &raw).replacen("ssh-ed25519", "ssh-ed448", 1)),
        bad("key that is no base64", "ssh-ed25519 A*"),
        bad("no key", ""),
        Vector::refused("key off the curve", "bad-key", vector(&openssh("ssh-ed25519", &off_curve), &right, MESSAGE)),
    ]
}
