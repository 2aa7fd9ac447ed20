//! Finding a passage, and what differs between two values.

use onrecord::claim::diff::{fields, values};
use onrecord::draft::anchor::{Found, find};
use onrecord::hash::Digest;
use proptest::prelude::*;
use serde_json::json;

const TEXT: &str =
    "Die Brücke \u{201c}bleibt\u{201d} zu.\u{a0} Die Brücke\n  \u{201c}bleibt\u{201d} zu \u{2013} seit März.";

#[test]
fn the_very_words_at_every_place() {
    let Found::Exact(places) = find(TEXT, "Brücke") else { unreachable!() };
    assert_eq!(places.iter().map(|m| (m.start, m.end)).collect::<Vec<_>>(), [(4, 10), (29, 35)]);
    assert!(places.iter().all(|m| m.sha256 == Digest::of("Brücke".as_bytes())));
    let digest = Digest::of("Brücke".as_bytes());
    assert_eq!(places[0].to_toml(), format!("{{ start = 4, end = 10, sha256 = \"{digest}\" }}"));
    let Found::Exact(places) = find("aaaa", "aa") else { unreachable!() };
    assert_eq!(places.iter().map(|m| m.start).collect::<Vec<_>>(), [0, 1, 2], "overlapping ones too");
}

#[test]
fn the_same_but_for_spaces_and_marks_is_a_proposal() {
    let Found::Near(places) = find(TEXT, "die brücke \"bleibt\" zu - seit") else { unreachable!() };
    assert_eq!((places.len(), places[0].start, places[0].end), (1, 25, 56));
    assert_eq!(places[0].quote, "Die Brücke\n  \u{201c}bleibt\u{201d} zu \u{2013} seit");
    assert_eq!(places[0].sha256, Digest::of(places[0].quote.as_bytes()));
    assert_eq!(find(TEXT, "die brucke"), Found::Nothing, "another letter is another word");
    assert_eq!(find(TEXT, ""), Found::Nothing);
    assert_eq!(find(TEXT, "\u{200b}"), Found::Nothing);
}

proptest! {
    #[test]
    fn what_is_found_is_there(text in "[aAİß \u{a0}\u{201c}\"\n-]{0,30}", passage in "[aAİß \"-]{0,4}") {
        let points: Vec<char> = text.chars().collect();
        if let Found::Exact(places) | Found::Near(places) = find(&text, &passage) {
            for m in places {
                let words: String = points[m.start as usize..m.end as usize].iter().collect();
                prop_assert_eq!(words.as_str(), m.quote);
                prop_assert_eq!(m.sha256, Digest::of(words.as_bytes()));
            }
        }
    }

    #[test]
    fn a_part_of_the_text_is_found(text in "\\PC{1,30}", from in 0usize..30, len in 1usize..30) {
        let points: Vec<char> = text.chars().collect();
        let from = from % points.len();
        let to = (from + len).min(points.len());
        let passage: String = points[from..to].iter().collect();
        let Found::Exact(places) = find(&text, &passage) else { return Err(TestCaseError::fail("not found")) };
        prop_assert!(places.iter().any(|m| (m.start, m.end) == (from as u64, to as u64)));
    }
}

#[test]
fn differences_field_by_field() {
    let before = json!({ "a": 1, "b": { "c": ["x"] }, "d": [{ "k": 1 }, { "k": 2 }], "gone": true });
    let after =
        json!({ "a": 1, "b": { "c": ["x", "y"] }, "d": [{ "k": 0 }, { "k": 1 }, { "k": 2 }], "new": "\u{202e}" });
    let shown: Vec<String> = values(&before, &after).iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "b.c: [\"x\"] -> [\"x\",\"y\"]",
            "d[0]: nothing -> {\"k\":0}",
            "gone: true -> nothing",
            "new: nothing -> \"\\u{202e}\""
        ]
    );
    let swapped =
        values(&json!({ "d": [{ "k": 1 }, { "k": 2, "l": 1 }] }), &json!({ "d": [{ "k": 1 }, { "k": 3, "l": 1 }] }));
    assert_eq!(swapped.iter().map(|d| d.path.as_str()).collect::<Vec<_>>(), ["d[1].k"]);
    assert_eq!(fields(&1, &1), Vec::new());
    assert_eq!(fields(&1, &2)[0].to_string(), "1 -> 2");
}
