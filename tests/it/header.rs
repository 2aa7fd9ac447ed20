//! Bytes of headers: what is read back, what must not be, and what is only unknown.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use onrecord::canon::{self, CanonError};
use onrecord::entry::Kind;
use onrecord::entry::header::{Header, MAX_ENTRY, Read, Sig, VERSION};
use onrecord::hash::{Digest, Index};

use crate::json::{J, mutations};

fn header() -> Header {
    Header {
        about: Some(Index(12)),
        agent: Index(0),
        digest: Digest([0xab; 32]),
        kind: Kind::NoteAdded,
        prev: Some(Index(40)),
        re: Some(Index(13)),
        sig: Some(Sig((0..64).collect())),
        time: "2026-11-22T07:12:03.123Z".parse().unwrap(),
        v: VERSION,
    }
}

fn bare() -> Header {
    Header { about: None, prev: None, re: None, sig: None, kind: Kind::DocumentRegistered, ..header() }
}

#[test]
fn a_header_is_canonical_and_read_back() {
    for header in [header(), bare()] {
        let bytes = header.encode().unwrap();
        let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(canon::value_to_bytes(&value).unwrap(), bytes);
        assert_eq!(Header::decode(&bytes).unwrap(), Read::Known(header));
    }
    let text = "{\"agent\":0,\"digest\":\"abababababababababababababababababababababababababababababababab\",\
                \"kind\":\"document-registered\",\"time\":\"2026-11-22T07:12:03.123Z\",\"v\":0}";
    assert_eq!(bare().encode().unwrap(), text.as_bytes());
}

#[test]
fn no_other_form_of_a_header_is_read() {
    for header in [header(), bare()] {
        let right = header.encode().unwrap();
        for (what, wrong) in mutations(&right) {
            let read = Header::decode(&wrong);
            assert!(read.is_err(), "{what}: {read:?}");
        }
    }
    let tree = J::parse(&header().encode().unwrap());
    for (key, values) in [
        ("about", &["-1", "9007199254740992", "\"12\""][..]),
        ("agent", &["-1", "9007199254740992"]),
        ("digest", &["\"\"", "\"ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB\"", "7"]),
        ("sig", &["\"AAA\"", "\"AA\"", "\"AB==\"", "\"A-__\"", "7", "\"AAAA AAAA\""]),
        ("time", &["\"2026-11-22T07:12:03Z\"", "\"2026-11-22T07:12:03.1234Z\"", "7"]),
        ("v", &["-1", "\"0\""]),
    ] {
        for value in values {
            let wrong = tree.clone().with(key, J::raw(*value)).bytes();
            assert!(Header::decode(&wrong).is_err(), "{key} {value}");
        }
    }
    for key in ["agent", "digest", "kind", "time", "v"] {
        assert!(Header::decode(&tree.clone().without(key).bytes()).is_err(), "without {key}");
    }
}

#[test]
fn a_header_has_at_most_4_096_bytes_and_no_pending_index() {
    let room = MAX_ENTRY - bare().encode().unwrap().len() - ",\"sig\":\"\"".len();
    let longest = Header { sig: Some(Sig(vec![1; room / 4 * 3])), ..bare() };
    let bytes = longest.encode().unwrap();
    assert!(bytes.len() > MAX_ENTRY - 4 && Header::decode(&bytes).is_ok());
    let longer = Header { sig: Some(Sig(vec![1; room / 4 * 3 + 3])), ..bare() };
    assert!(matches!(longer.encode(), Err(CanonError::TooLong { .. })));
    let raw = canon::to_bytes(&longer).unwrap();
    assert!(matches!(Header::decode(&raw), Err(CanonError::TooLong { .. })));
    for pending in [
        Header { about: Some(Index::pending(0)), ..header() },
        Header { prev: Some(Index::pending(0)), ..header() },
        Header { re: Some(Index::pending(0)), ..header() },
        Header { agent: Index::pending(0), ..header() },
    ] {
        assert!(matches!(pending.encode(), Err(CanonError::Shape { .. })));
    }
}

#[test]
fn foreign_kinds_and_versions_are_told_from_damage() {
    let tree = J::parse(&header().encode().unwrap());
    let foreign = |tree: J, kind: &str, v: u64| {
        let read = Header::decode(&tree.bytes()).unwrap();
        assert_eq!(read, Read::Foreign { kind: kind.to_owned(), v });
    };
    foreign(tree.clone().with("kind", J::str("claim-sung")), "claim-sung", 0);
    foreign(tree.clone().with("v", J::raw("1")), "note-added", 1);
    foreign(tree.clone().with("v", J::raw("9007199254740991")), "note-added", (1 << 53) - 1);
    // A later version may have other keys, and values that this one refuses.
    foreign(tree.clone().with("v", J::raw("2")).with("zone", J::raw("{\"a\":[1]}")), "note-added", 2);
    foreign(tree.clone().with("v", J::raw("2")).with("time", J::raw("17")), "note-added", 2);
    foreign(tree.clone().with("kind", J::str("x")).with("zone", J::raw("null")), "x", 0);
    // What it names is other people's text.
    foreign(tree.clone().with("kind", J::str("a\u{202e}b")), "a\\u{202e}b", 0);
    // Keys of a later version sort by UTF-16 code units, not by bytes: U+1F602 before U+FB33.
    let smiley = "{\"kind\":\"x\",\"v\":1,\"😂\":1,\"\u{fb33}\":2}";
    assert!(matches!(Header::decode(smiley.as_bytes()), Ok(Read::Foreign { v: 1, .. })));
    let by_bytes = "{\"kind\":\"x\",\"v\":1,\"\u{fb33}\":2,\"😂\":1}";
    assert!(matches!(
        Header::decode(by_bytes.as_bytes()),
        Err(CanonError::NotCanonical { .. } | CanonError::Shape { .. })
    ));

    let damaged = [
        tree.clone().with("zone", J::raw("1")).bytes(),
        tree.clone().with("v", J::raw("-1")).bytes(),
        tree.clone().with("v", J::raw("1.5")).bytes(),
        tree.clone().with("kind", J::raw("7")).with("v", J::raw("3")).bytes(),
        tree.clone().without("kind").with("v", J::raw("3")).bytes(),
        tree.clone().without("v").with("kind", J::str("x")).bytes(),
        tree.clone().with("kind", J::str("claim-sung\r")).bytes(),
        b"[]".to_vec(),
        b"7".to_vec(),
        b"".to_vec(),
        b"{\"v\":1,\"kind\":\"x\"}".to_vec(),
        b"{\"kind\":\"x\",\"kind\":\"x\",\"v\":1}".to_vec(),
        b"{\"kind\":\"x\", \"v\":1}".to_vec(),
        format!("{{\"kind\":\"x\",\"v\":1,\"x\":{}{}}}", "[".repeat(8), "]".repeat(8)).into_bytes(),
        format!("{{\"kind\":\"x\",\"v\":1,\"x\":\"{}\"}}", "y".repeat(MAX_ENTRY)).into_bytes(),
    ];
    for bytes in damaged {
        let read = Header::decode(&bytes);
        assert!(read.is_err(), "{}: {read:?}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn the_signed_message_names_the_ledger_and_leaves_the_signature_out() {
    let ledger = Digest([0xcd; 32]);
    let message = header().message(&ledger).unwrap();
    let bytes = J::parse(&header().encode().unwrap()).without("sig").bytes();
    assert_eq!(message, [format!("onrecord/1 {}\n", "cd".repeat(32)).as_bytes(), &bytes].concat());
    assert_eq!(message, Header { sig: None, ..header() }.message(&ledger).unwrap());
    assert_ne!(message, header().message(&Digest([0xce; 32])).unwrap());
    let opening = header().message(&Digest::default()).unwrap();
    assert!(opening.starts_with(format!("onrecord/1 {}\n", "0".repeat(64)).as_bytes()));
}
