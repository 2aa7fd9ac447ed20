//! Payloads: for every kind what is read back, and everything that must not be.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;

use onrecord::canon::{self, CanonError};
use onrecord::claim::Problem;
use onrecord::entry::event::{MAX_PAYLOAD, PayloadError};
use onrecord::entry::{Event, Kind, Salt};
use onrecord::hash::{Digest, Index};

use crate::examples::{self, SALT, full, least};
use crate::json::{J, mutations};
use crate::spec::{self, Field, Type};

fn both() -> impl Iterator<Item = (Kind, Event)> {
    Kind::ALL.iter().flat_map(|kind| [(*kind, full(*kind)), (*kind, least(*kind))])
}

#[test]
fn every_body_is_canonical_and_read_back() {
    for (kind, event) in both() {
        assert_eq!(event.kind(), kind);
        assert_eq!(event.problems(), [], "{kind}");
        let bytes = event.encode(SALT).unwrap();
        // An independent writer: serde's order of fields against sorted keys.
        let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(canon::value_to_bytes(&value).unwrap(), bytes, "{kind}");
        for place in J::parse(&bytes).places() {
            if let J::Obj(pairs) = J::parse(&bytes).at(&place) {
                assert!(pairs.is_sorted_by(|a, b| a.0.encode_utf16().lt(b.0.encode_utf16())), "{kind} {place:?}");
            }
        }
        assert_eq!(Event::decode(kind, &bytes).unwrap(), (event, SALT), "{kind}");
    }
}

#[test]
fn read_as_another_kind_a_body_is_refused_or_wholly_that_kinds() {
    // The header says the kind. Where bodies have the same keys, what is read must still be what stands there.
    let mut refused = 0;
    for (kind, event) in both() {
        let bytes = event.encode(SALT).unwrap();
        for other in Kind::ALL.iter().filter(|other| **other != kind) {
            match Event::decode(*other, &bytes) {
                Ok((read, salt)) => {
                    assert_eq!(read.kind(), *other);
                    assert_eq!(read.encode(salt).unwrap(), bytes, "{kind} read as {other}");
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > 2_000, "{refused} of {}", 68 * 33);
}

#[test]
fn no_other_form_of_a_payload_is_read() {
    let mut tried = 0;
    for (kind, event) in both() {
        let right = event.encode(SALT).unwrap();
        for (what, wrong) in mutations(&right) {
            let read = Event::decode(kind, &wrong);
            assert!(matches!(read, Err(PayloadError::Bytes { .. })), "{kind}, {what}: {read:?}");
            tried += 1;
        }
    }
    assert!(tried > 20_000, "{tried}");
}

#[test]
fn a_salt_is_sixteen_bytes_in_one_form() {
    let right = String::from_utf8(full(Kind::NoteAdded).encode(Salt([0xff; 16])).unwrap()).unwrap();
    let salt = "_____________________w";
    assert!(right.contains(salt));
    let read = |text: &str| Event::decode(Kind::NoteAdded, right.replace(salt, text).as_bytes());
    assert!(read(salt).is_ok());
    // Other last bits, padding, the other alphabet, a byte less, a byte more, nothing.
    for wrong in [
        "_____________________x",
        "_____________________w==",
        "/////////////////////w",
        "____________________",
        "_______________________8",
        "",
    ] {
        assert!(matches!(read(wrong), Err(PayloadError::Bytes { .. })), "{wrong}");
    }
}

/// A place in a body: its type, how to get there, and its name in messages.
struct Place {
    field: Field,
    at: Vec<usize>,
    name: String,
}

/// Every place of `value`, an object called `object`, which its table knows.
fn places(object: &str, value: &J, at: &[usize], name: &str, objects: &BTreeMap<String, Vec<Field>>) -> Vec<Place> {
    let mut found = Vec::new();
    for field in &objects[object] {
        let Some(position) = value.keys().iter().position(|key| *key == field.key) else { continue };
        let at = [at, &[position]].concat();
        let name = if name.is_empty() { field.key.clone() } else { format!("{name}.{}", field.key) };
        let child = value.key(&field.key).unwrap();
        match (&field.ty, child) {
            (Type::Object(inner), _) => found.extend(places(inner, child, &at, &name, objects)),
            (Type::List(item), J::Arr(children)) => {
                for (i, child) in children.iter().enumerate() {
                    let (at, name) = ([&at[..], &[i]].concat(), format!("{name}[{i}]"));
                    if let Type::Object(inner) = &**item {
                        found.extend(places(inner, child, &at, &name, objects));
                    } else {
                        let field = Field { key: field.key.clone(), ty: (**item).clone(), optional: false };
                        found.push(Place { field, at, name });
                    }
                }
            }
            _ => {}
        }
        found.push(Place { field: field.clone(), at, name });
    }
    found
}

/// Values that the type forbids, though they are JSON of its sort.
fn wrong(ty: &Type) -> Vec<J> {
    let texts = |items: &[&str]| items.iter().map(|t| J::str(*t)).collect::<Vec<_>>();
    let long = |n: usize| J::str("ö".repeat(n));
    match ty {
        Type::Line(n) => [texts(&["", " x", "x ", "x\u{a0}", "\u{3000}x", "a\nb", "a\tb"]), vec![long(n + 1)]].concat(),
        Type::Text(n) => [texts(&["", " x", "x\n", "\tx"]), vec![long(n + 1)]].concat(),
        Type::Context(n) => vec![long(n + 1)],
        Type::Url => {
            let longest = J::str(format!("https://{}", "x".repeat(2041)));
            let wrong = [
                "",
                "https://",
                "doi:",
                "ftp://x.example/",
                "x.example",
                "https://x y",
                "https://x\u{2003}y",
                "javascript:x",
                " https://x.example",
                "https://x.example\n",
            ];
            [texts(&wrong), vec![longest]].concat()
        }
        Type::Lang => texts(&[
            "",
            "EN",
            "e",
            "englishes-x",
            "en_GB",
            "en-",
            "-en",
            "en--GB",
            "en-abcdefghi",
            "日本",
            "en-aaaaaaaa-bbbbbbbb-cccccccc-dddddddd",
        ]),
        Type::Edtf => texts(&["", "yesterday", "2024-13", "2024-02-30", "24", "2024/2023", "2024-10-01 "]),
        Type::Day => {
            texts(&["", "2025-02-29", "2025-2-1", "2025-13-01", "0000-01-01", "2025-01-01T00:00:00.000Z", "2025"])
        }
        Type::Time => texts(&[
            "",
            "2025-03-03T10:00:00Z",
            "2025-03-03T10:00:00.00Z",
            "2025-03-03T10:00:00.000+00:00",
            "2025-03-03t10:00:00.000z",
            "2025-03-03T24:00:00.000Z",
            "2025-03-03T23:59:60.000Z",
            "2025-03-03 10:00:00.000Z",
        ]),
        Type::Digest => vec![
            long(0),
            J::str("a".repeat(63)),
            J::str("a".repeat(65)),
            J::str("A".repeat(64)),
            J::str("g".repeat(64)),
        ],
        Type::Index => vec![J::raw("-1"), J::raw("9007199254740992"), J::str("1")],
        Type::Integer(low, high) => {
            let below = if *low > 0 { J::raw((low - 1).to_string()) } else { J::raw("-1") };
            vec![below, J::raw((high + 1).to_string()), J::str("1")]
        }
        Type::Decimal => texts(&[
            "",
            "1.",
            ".5",
            "01",
            "-0",
            "-0.0",
            "1e3",
            "+1",
            "1,5",
            "0x1",
            "٣",
            "1 ",
            "--1",
            "1.2.3",
            "10000000000000000000000000000000000000000",
        ]),
        Type::Boolean | Type::Mark => vec![J::raw("0"), J::raw("1"), J::str("true")],
        Type::Handle => texts(&["", "Anna", "1anna", "-a", "an na", "änna", "a@b", &"a".repeat(41)]),
        Type::LocalKey => texts(&["", "Bridge", "a_b", "-a", "a-", "a b", "é", &"a".repeat(101)]),
        Type::PublicKey | Type::VerifierKey => texts(&["", " x", "a\nb"]),
        Type::Word(_) => texts(&["", "nonsense", "SUPPORTED", "event ", "Event"]),
        Type::Range => {
            ["[1]", "[1,2,3]", "[2,2]", "[3,2]", "[-1,2]", "[0,9007199254740992]", "[]", "7"].map(J::raw).into()
        }
        Type::List(_) | Type::Object(_) => vec![J::raw("7"), J::str("x")],
    }
}

/// The longest, the largest and the oddest values that the type allows.
fn allowed(ty: &Type) -> Vec<J> {
    let texts = |items: &[&str]| items.iter().map(|t| J::str(*t)).collect::<Vec<_>>();
    let long = |n: usize| J::str("ö".repeat(n));
    match ty {
        Type::Line(n) => vec![long(*n), J::str("x")],
        Type::Text(n) => [vec![long(*n)], texts(&["x", "a\n\n\tb"])].concat(),
        Type::Context(n) => [vec![long(*n)], texts(&["", " ", "\n a\t"])].concat(),
        Type::Url => {
            let longest = J::str(format!("https://{}", "x".repeat(2040)));
            [texts(&["http://a", "HTTPS://A.example/?q#f", "doi:10.1/x", "urn:isbn:1"]), vec![longest]].concat()
        }
        Type::Lang => texts(&["en", "ar", "pt-BR", "zh-Hant-TW", "en-aaaaaaaa-bbbbbbbb-cccccccc-ddddd"]),
        Type::Edtf => texts(&["2024", "2024-10-0X", "2024~", "2024-09/2024-10", "../2024", "2024-23"]),
        Type::Integer(low, high) => vec![J::raw(low.to_string()), J::raw(high.to_string())],
        Type::Index => vec![J::raw("0"), J::raw(((1u64 << 53) - 1).to_string())],
        Type::Decimal => [texts(&["0", "-0.5", "10.00"]), vec![J::str("9".repeat(40))]].concat(),
        Type::Handle => [texts(&["a", "a.b-c_1"]), vec![J::str("a".repeat(40))]].concat(),
        Type::LocalKey => [texts(&["a", "1", "a-1"]), vec![J::str("a".repeat(100))]].concat(),
        _ => Vec::new(),
    }
}

/// Problems with a payload: none, those of its values, or `None` where its bytes cannot be read.
fn problems(kind: Kind, payload: &J) -> Option<Vec<Problem>> {
    match Event::decode(kind, &payload.bytes()) {
        Ok(_) => Some(Vec::new()),
        Err(PayloadError::Value { problems, .. }) => Some(problems),
        Err(PayloadError::Bytes { .. }) => None,
    }
}

#[test]
fn every_field_refuses_what_its_type_forbids_and_says_where() {
    let objects = spec::objects();
    let mut tried = 0;
    for row in spec::kinds() {
        let kind: Kind = row.kind.parse().unwrap();
        for event in [full(kind), least(kind)] {
            let payload = J::parse(&event.encode(SALT).unwrap());
            for place in places(&row.body, payload.key("body").unwrap(), &[0], "", &objects) {
                for value in wrong(&place.field.ty) {
                    let what = format!("{kind} {}: {value:?}", place.name);
                    match problems(kind, &payload.changed(&place.at, |n| *n = value)) {
                        None => {}
                        Some(found) => {
                            let named =
                                found.iter().any(|p| p.path.starts_with(&place.name) || is_kin(&place.name, &p.path));
                            assert!(named, "{what}: {found:?}");
                        }
                    }
                    tried += 1;
                }
                for value in allowed(&place.field.ty) {
                    let what = format!("{kind} {}: {value:?}", place.name);
                    let found = problems(kind, &payload.changed(&place.at, |n| *n = value));
                    let found = found.unwrap_or_else(|| panic!("{what} cannot be read"));
                    // Other rules may object (a cue as long as its range), but not for length or form.
                    let words = [
                        "at most",
                        "must",
                        "holds",
                        "is a BCP",
                        "an address",
                        "not an EDTF",
                        "is a decimal",
                        "made of",
                    ];
                    let form = |p: &Problem| p.path == place.name && words.iter().any(|w| p.message.contains(w));
                    assert!(!found.iter().any(form), "{what}: {found:?}");
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 1_500, "{tried}");
}

/// Rules between two keys of one object name the other one.
fn is_kin(name: &str, path: &str) -> bool {
    let parent = |t: &str| t.rsplit_once('.').map(|(p, _)| p.to_owned()).unwrap_or_default();
    let pairs = [("start", "end"), ("sha256", "quote"), ("clusters_high", "clusters_moderate")];
    let last = |t: &str| t.rsplit('.').next().unwrap_or_default().to_owned();
    parent(name) == parent(path) && pairs.contains(&(last(name).as_str(), last(path).as_str()))
}

#[test]
fn every_word_of_a_vocabulary_is_read_and_no_other() {
    let objects = spec::objects();
    let mut lists: BTreeMap<String, Vec<String>> = spec::vocabularies().into_iter().collect();
    lists.insert(Kind::WHAT.to_owned(), Kind::ALL.iter().map(ToString::to_string).collect());
    let mut used = std::collections::BTreeSet::new();
    for row in spec::kinds() {
        let kind: Kind = row.kind.parse().unwrap();
        let payload = J::parse(&full(kind).encode(SALT).unwrap());
        for place in places(&row.body, payload.key("body").unwrap(), &[0], "", &objects) {
            let Type::Word(list) = &place.field.ty else { continue };
            used.insert(list.clone());
            for word in &lists[list] {
                let found = problems(kind, &payload.changed(&place.at, |n| *n = J::str(word)));
                assert!(found.is_some(), "{kind} {}: {word}", place.name);
            }
            for word in lists.values().flatten().filter(|word| !lists[list].contains(word)) {
                let found = problems(kind, &payload.changed(&place.at, |n| *n = J::str(word)));
                // A policy's rule is text to the decoder; the value check knows the kinds.
                assert!(found.is_none_or(|f| f.iter().any(|p| p.path == place.name)), "{kind} {}: {word}", place.name);
            }
        }
    }
    assert_eq!(used.len(), lists.len() - 1, "all but the list of subjects occur in bodies: {used:?}");
}

#[test]
fn keys_are_required_or_not_as_their_tables_say() {
    let objects = spec::objects();
    for row in spec::kinds() {
        let kind: Kind = row.kind.parse().unwrap();
        let payload = J::parse(&full(kind).encode(SALT).unwrap());
        for place in places(&row.body, payload.key("body").unwrap(), &[0], "", &objects) {
            let (Some((last, parent)), false) = (place.at.split_last(), place.name.ends_with(']')) else { continue };
            if !matches!(payload.at(parent), J::Obj(_)) {
                continue;
            }
            let key = payload.at(parent).keys()[*last].to_owned();
            let gone = payload.changed(parent, |n| *n = n.clone().without(&key));
            assert_eq!(problems(kind, &gone).is_some(), place.field.optional, "{kind} without {}", place.name);
            if matches!(place.field.ty, Type::List(_)) {
                let empty = problems(kind, &payload.changed(&place.at, |n| *n = J::raw("[]")));
                assert_eq!(empty.is_some(), !place.field.optional, "{kind} with {} empty", place.name);
            }
            if place.field.ty == Type::Mark {
                let off = problems(kind, &payload.changed(&place.at, |n| *n = J::raw("false")));
                assert!(off.is_none(), "{kind} with {} false", place.name);
            }
        }
    }
}

#[test]
fn no_list_has_more_than_64_items() {
    let objects = spec::objects();
    let mut tried = 0;
    for row in spec::kinds() {
        let kind: Kind = row.kind.parse().unwrap();
        let payload = J::parse(&full(kind).encode(SALT).unwrap());
        for place in places(&row.body, payload.key("body").unwrap(), &[0], "", &objects) {
            let (Type::List(item), J::Arr(items)) = (&place.field.ty, payload.at(&place.at)) else { continue };
            if matches!(&**item, Type::Word(_)) {
                continue; // Each word once, and no list has 64.
            }
            let many = |n: usize| {
                let items: Vec<J> = (0..n)
                    .map(|i| match &**item {
                        Type::Line(_) => J::str(format!("item {i}")),
                        Type::Index => J::raw((1000 + i).to_string()),
                        _ => items[0].clone(),
                    })
                    .collect();
                problems(kind, &payload.changed(&place.at, |node| *node = J::Arr(items))).unwrap()
            };
            let complains =
                |found: &[Problem]| found.iter().any(|p| p.path == place.name && p.message.contains("at most 64"));
            assert!(!complains(&many(64)), "{kind} {}", place.name);
            assert!(complains(&many(65)), "{kind} {}: {:?}", place.name, many(65));
            tried += 1;
        }
    }
    assert!(tried >= 20, "{tried}");
}

#[test]
fn a_payload_has_at_most_65_535_bytes() {
    let mut evidence = examples::evidence_least();
    let spare = |e: &Event| MAX_PAYLOAD - e.encode(SALT).unwrap().len();
    // Four-byte characters: the limit in bytes is met before the one in code points.
    evidence.says = "𝄞".repeat(8_000);
    evidence.note = Some("𝄞".repeat(8_000));
    let room = spare(&Event::EvidenceLinked(evidence.clone()));
    evidence.title = Some("x".repeat(room - "\"title\":\"\",".len()));
    let exact = Event::EvidenceLinked(evidence.clone());
    assert_eq!(exact.encode(SALT).unwrap().len(), MAX_PAYLOAD);
    evidence.title = evidence.title.map(|t| t + "x");
    let refused = Event::EvidenceLinked(evidence).encode(SALT).unwrap_err();
    let PayloadError::Bytes { source: CanonError::TooLong { len, limit }, .. } = refused else { panic!("{refused}") };
    assert_eq!((len, limit), (MAX_PAYLOAD + 1, MAX_PAYLOAD));
}

#[test]
fn an_index_that_is_still_pending_is_never_written() {
    let objects = spec::objects();
    for row in spec::kinds() {
        let kind: Kind = row.kind.parse().unwrap();
        let payload = J::parse(&full(kind).encode(SALT).unwrap());
        let listed = places(&row.body, payload.key("body").unwrap(), &[0], "", &objects)
            .iter()
            .filter(|place| place.field.ty == Type::Index)
            .count();
        let mut held = 0;
        full(kind).each_index(&mut |_| held += 1);
        assert_eq!(held, listed, "{kind} has {listed} indexes in its tables");
        for which in 0..held {
            let (mut event, mut i) = (full(kind), 0);
            event.each_index(&mut |index| {
                if i == which {
                    *index = Index::pending(3);
                }
                i += 1;
            });
            assert!(matches!(event.encode(SALT), Err(PayloadError::Bytes { .. })), "{kind}");
            assert!(event.content_digest().is_err(), "{kind}");
            let real = onrecord::entry::batch::at_base(&event, 100);
            let (mut real, mut found) = (real.into_owned(), Vec::new());
            real.each_index(&mut |index| found.push(*index));
            assert_eq!(found[which], Index(103), "{kind}");
            assert!(real.encode(SALT).is_ok(), "{kind}");
        }
    }
}

#[test]
fn the_content_digest_is_of_kind_and_body_without_salt() {
    let mut seen = BTreeMap::new();
    for (kind, event) in both() {
        let payload = J::parse(&event.encode(SALT).unwrap());
        let bytes = [kind.as_str().as_bytes(), b"\0", &payload.key("body").unwrap().bytes()].concat();
        assert_eq!(event.content_digest().unwrap(), Digest::of(&bytes), "{kind}");
        let read = Event::decode_with_content(kind, &payload.bytes()).unwrap();
        assert_eq!(read, (event.clone(), Digest::of(&bytes)), "{kind}");
        if let Some(other) = seen.insert(Digest::of(&bytes), (kind, event.clone())) {
            assert_eq!(other, (kind, event), "two contents with one digest");
        }
    }
}
