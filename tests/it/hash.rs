//! Digests, their text forms, and the numbers of entries.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use onrecord::hash::{BadDigest, Digest, Index, MAX_INTEGER, empty_root, from_hex, leaf_hash, node_hash, to_hex};
use proptest::prelude::*;

#[test]
fn known_answers() {
    // FIPS 180-4's example, and the leaf and empty root of RFC 6962's reference tree.
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(Digest::of(b"abc").hex(), abc);
    assert_eq!(Digest::of(b"abc").short(), "ba7816bf");
    assert_eq!(empty_root().hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(leaf_hash(b"").hex(), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    assert_eq!(leaf_hash(b"L123456").hex(), "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56");
}

#[test]
fn a_node_is_not_a_leaf() {
    let (a, b) = (Digest::of(b"a"), Digest::of(b"b"));
    let input = [&[1u8][..], &a.0, &b.0].concat();
    assert_eq!(node_hash(&a, &b), Digest::of(&input));
    assert_ne!(node_hash(&a, &b), node_hash(&b, &a));
    assert_ne!(node_hash(&a, &b), leaf_hash(&[a.0, b.0].concat()));
}

#[test]
fn one_text_form() {
    for wrong in
        ["", "ab", &"A".repeat(64), &"a".repeat(63), &"a".repeat(65), &"g".repeat(64), &"é".repeat(32), &" ".repeat(64)]
    {
        assert_eq!(wrong.parse::<Digest>(), Err(BadDigest), "{wrong}");
    }
    assert_eq!(from_hex("0g"), None);
    assert_eq!(from_hex("0"), None);
    assert_eq!(from_hex(""), Some(vec![]));
}

#[test]
fn an_index_is_real_or_pending() {
    let pending = Index::pending(3);
    assert_eq!((pending.pending_position(), pending.at_base(40)), (Some(3), Index(43)));
    assert_eq!((Index(7).pending_position(), Index(7).at_base(40)), (None, Index(7)));
    assert_eq!((Index(7).to_string(), pending.to_string()), ("#7".to_owned(), "(entry 3 of this batch)".to_owned()));
    assert!(serde_json::to_string(&pending).is_err());
    assert_eq!(serde_json::to_string(&Index(MAX_INTEGER)).unwrap(), MAX_INTEGER.to_string());
    assert!(serde_json::to_string(&Index(MAX_INTEGER + 1)).is_err());
    for wrong in ["9007199254740992", "-1", "1.0", "\"1\"", "null"] {
        assert!(serde_json::from_str::<Index>(wrong).is_err(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn hexadecimal_there_and_back(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let text = to_hex(&bytes);
        prop_assert_eq!(from_hex(&text), Some(bytes.clone()));
        prop_assert!(text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)));
        prop_assert_eq!(from_hex(&text.to_uppercase()).is_some(), text.to_uppercase() == text);
    }

    #[test]
    fn digests_there_and_back(bytes in any::<[u8; 32]>()) {
        let digest = Digest(bytes);
        prop_assert_eq!(digest.hex().parse::<Digest>().unwrap(), digest);
        let json = serde_json::to_string(&digest).unwrap();
        prop_assert_eq!(&json, &format!("\"{digest}\""));
        prop_assert_eq!(serde_json::from_str::<Digest>(&json).unwrap(), digest);
    }
}
