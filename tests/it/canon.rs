//! Canonical JSON: the vectors of the RFC's author, and the narrowing of `docs/format.md`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use onrecord::canon::{CanonError, MAX_DEPTH, from_bytes, to_bytes, value_from_bytes, value_to_bytes};
use onrecord::hash::MAX_INTEGER;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A record with what records are made of.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Small {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    a: Option<String>,
    b: Vec<i64>,
    c: u64,
    d: (bool, bool),
}

macro_rules! vectors {
    ($($name:literal),+) => {
        [$((
            $name,
            include_str!(concat!("../vectors/jcs/input/", $name, ".json")),
            include_str!(concat!("../vectors/jcs/output/", $name, ".json")),
        ),)+]
    };
}

#[test]
fn the_vectors_of_the_rfc_come_out_byte_for_byte_and_floats_are_refused() {
    for (name, input, output) in vectors!["arrays", "french", "structures", "unicode", "values", "weird"] {
        let value: Value = serde_json::from_str(input).unwrap();
        // Told from the text, not by the code under test: a number with a point or an exponent outside strings.
        let floats = matches!(name, "structures" | "values");
        match value_to_bytes(&value) {
            Ok(bytes) => {
                assert!(!floats, "{name} has floats");
                assert_eq!(String::from_utf8(bytes).unwrap(), output, "{name}");
            }
            Err(error) => {
                assert!(floats, "{name}: {error}");
                assert!(matches!(error, CanonError::Number { .. }));
            }
        }
    }
    // `structures` has one float, 56.0; as the integer that the vector makes of it, the rest matches too.
    let [_, _, (_, input, output), ..] = vectors!["arrays", "french", "structures", "unicode"];
    let value: Value = serde_json::from_str(&input.replace("56.0", "56")).unwrap();
    assert_eq!(String::from_utf8(value_to_bytes(&value).unwrap()).unwrap(), output);
}

fn read(text: &str) -> Result<Value, CanonError> {
    value_from_bytes(text.as_bytes(), 1_000)
}

#[test]
fn only_integers_up_to_2_53_are_numbers() {
    for right in ["0", "1", "-1", "9007199254740991", "-9007199254740991", "[1,-20,300]"] {
        assert_eq!(value_to_bytes(&read(right).unwrap()).unwrap(), right.as_bytes());
    }
    for wrong in [
        "1.0",
        "0.5",
        "1e3",
        "1E3",
        "-1e-1",
        "9007199254740992",
        "-9007199254740992",
        "18446744073709551616",
        "1.",
        "123456789012345678901234567890",
    ] {
        assert!(matches!(read(wrong), Err(CanonError::Number { at: 0 })), "{wrong}: {:?}", read(wrong));
    }
    for wrong in ["-", "-0", "01", "+1", "00", ".5", "0x10", "1_000", "NaN", "Infinity"] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
    for wrong in
        [json!(1.5), json!(MAX_INTEGER + 1), json!(-(MAX_INTEGER as i64) - 1), json!(u64::MAX), json!(i64::MIN)]
    {
        assert!(matches!(value_to_bytes(&wrong), Err(CanonError::Number { .. })), "{wrong}");
    }
}

#[test]
fn digits_and_braces_within_strings_are_text() {
    for right in ["\"1.5 {[ 1e9\"", "{\"1.0\":\"\\\\\"}", "\"\\\"1.5\\\"\"", "[\"\\\\\",1]", "\"a\\nb\\tc\""] {
        assert_eq!(read(right).map(|v| value_to_bytes(&v).unwrap()), Ok(right.as_bytes().to_vec()), "{right}");
    }
}

#[test]
fn of_control_characters_only_line_feed_and_tab() {
    for c in (0..0x20).chain(0x7f..0xa0).filter_map(char::from_u32) {
        let fine = matches!(c, '\n' | '\t');
        let text = String::from_utf8(to_bytes(&format!("x{c}y")).unwrap()).unwrap();
        assert_eq!(read(&text).is_ok(), fine, "U+{:04X} as an encoder writes it", u32::from(c));
        assert!(read(&format!("\"\\u{:04x}\"", u32::from(c))).is_err(), "U+{:04X} escaped", u32::from(c));
        if c < ' ' {
            assert!(read(&format!("\"{c}\"")).is_err(), "U+{:04X} raw", u32::from(c));
        }
    }
    // The neighbours are text, and so are characters whose bytes hold 0x80 to 0x9f.
    for c in [' ', '~', '\u{a0}', 'À', '√', '\u{2028}', '\u{feff}', '𝄞'] {
        assert!(read(&format!("\"{c}\"")).is_ok(), "{c:?}");
    }
}

#[test]
fn only_the_shortest_escape_and_whole_characters() {
    for wrong in [
        "\"\\/\"",
        "\"\\u0041\"",
        "\"\\u20ac\"",
        "\"\\u000a\"",
        "\"\\b\"",
        "\"\\f\"",
        "\"\\r\"",
        "\"\\ud83d\\ude02\"",
        "\"\\ud83d\"",
        "\"\\udc00\"",
        "\"\\x41\"",
        "\"\\",
        "\"",
        "\"abc",
    ] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
    for wrong in [&b"\"\xff\""[..], b"\"\xc3\"", b"\"\xed\xa0\x80\"", b"\"\xc0\x80\"", b"\"\xf4\x90\x80\x80\""] {
        assert!(value_from_bytes(wrong, 100).is_err(), "{wrong:?}");
    }
}

#[test]
fn one_order_one_spacing_no_repeats() {
    for wrong in [
        "{\"b\":1,\"a\":2}",
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"a\":2}",
        "{ \"a\":1}",
        "{\"a\": 1}",
        "[1, 2]",
        " 1",
        "1\n",
        "1 1",
        "[1,]",
        "{\"a\":1,}",
        "{'a':1}",
        "{a:1}",
        "",
        "\u{feff}1",
        "[]]",
        "/**/1",
        "1//",
        "{\"\u{fb33}\":2,\"😂\":1}",
    ] {
        assert!(read(wrong).is_err(), "{wrong:?}");
    }
    assert!(read("{\"A\":1,\"a\":2,\"ä\":3,\"€\":4,\"😂\":5,\"\u{fb33}\":6}").is_ok());
}

#[test]
fn nesting_and_length_are_limited() {
    let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    assert!(read(&nested(MAX_DEPTH)).is_ok());
    assert_eq!(read(&nested(MAX_DEPTH + 1)), Err(CanonError::TooDeep { at: MAX_DEPTH }));
    assert_eq!(read(&"[".repeat(900)), Err(CanonError::TooDeep { at: MAX_DEPTH }));
    // Closing makes room again.
    assert!(read(&format!("[{},{}]", nested(MAX_DEPTH - 1), nested(MAX_DEPTH - 1))).is_ok());
    assert!(value_from_bytes(b"\"1234\"", 6).is_ok());
    assert_eq!(value_from_bytes(b"\"1234\"", 5), Err(CanonError::TooLong { len: 6, limit: 5 }));
    assert_eq!(from_bytes::<String>(b"\"1234\"", 5), Err(CanonError::TooLong { len: 6, limit: 5 }));
}

#[test]
fn the_first_difference_is_named() {
    let at = |text: &str| match read(text) {
        Err(CanonError::NotCanonical { at }) => at,
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(at("{\"a\":1, \"b\":2}"), 7);
    assert_eq!(at("{\"b\":1,\"a\":2}"), 2);
}

/// Any JSON that a record may hold.
fn record() -> impl Strategy<Value = Value> {
    let text = "[ -~äöü€😂\u{fb33}\n\t]{0,8}";
    let max = MAX_INTEGER as i64;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-max..=max).prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(text, inner, 0..6).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_and_written_again(value in record()) {
        let bytes = value_to_bytes(&value).unwrap();
        let read = value_from_bytes(&bytes, 1 << 20).unwrap();
        prop_assert_eq!(&read, &value);
        prop_assert_eq!(value_to_bytes(&read).unwrap(), bytes);
    }

    #[test]
    fn what_is_read_is_what_would_be_written(text in "[\\[\\]{}\":,0-9a-b \\\\ntu.e-]{0,24}") {
        if let Ok(value) = read(&text) {
            prop_assert_eq!(value_to_bytes(&value).unwrap(), text.as_bytes());
        }
    }

    #[test]
    fn a_record_is_read_in_its_one_form_whatever_its_strings_and_numbers_are(
        text in "[ -~é°\n\t\"\\\\]{0,12}",
        low in -20_i64..20,
        high in 9_007_199_254_740_985_u64..9_007_199_254_740_997,
        at in any::<prop::sample::Index>(),
        other in any::<u8>(),
    ) {
        let record = Small { a: Some(text), b: vec![low, -low], c: high, d: (true, low % 2 == 0) };
        let bytes = to_bytes(&record).unwrap();
        let read = from_bytes::<Small>(&bytes, 1 << 10);
        prop_assert_eq!(read.is_ok(), high <= MAX_INTEGER, "{:?}", &read);
        prop_assert!(read.is_err() || read == Ok(record));
        // One byte otherwise: refused, or another record in its own one form.
        let mut changed = bytes;
        let at = at.index(changed.len());
        changed[at] = other;
        if let Ok(read) = from_bytes::<Small>(&changed, 1 << 10) {
            prop_assert_eq!(&to_bytes(&read).unwrap(), &changed);
        }
        let at = at.min(changed.len());
        changed.insert(at, b' ');
        if let Ok(read) = from_bytes::<Small>(&changed, 1 << 10) {
            prop_assert_eq!(&to_bytes(&read).unwrap(), &changed);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = value_from_bytes(&bytes, 64);
    }
}
