//! Other people's text: spans, matching forms, and printing it without being fooled.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::cmp::Ordering;

use onrecord::claim::statement::{compare_decimals, is_decimal, is_key};
use onrecord::claim::vocab::{Finding, NotInVocabulary};
use onrecord::text::{CodePoints, fold, nearest, printable, printable_line, words};
use proptest::prelude::*;

#[test]
fn joiners_stand_where_a_script_spells_with_them_and_nowhere_else() {
    // Persian "they want", Hindi half-form, and a family in one picture.
    for fine in ["می\u{200c}خواهند", "क्\u{200d}ष", "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}"] {
        assert_eq!(printable(fine), fine);
    }
    for (bad, shown) in [
        ("pay\u{200d}pal", "pay\\u{200d}pal"),
        ("\u{200c}می", "\\u{200c}می"),
        ("می\u{200c}", "می\\u{200c}"),
        ("م\u{200c}\u{200c}ی", "م\\u{200c}\\u{200c}ی"),
        ("\u{1f468}\u{200c}\u{1f469}", "\u{1f468}\\u{200c}\u{1f469}"),
        ("م\u{202e}ی", "م\\u{202e}ی"),
    ] {
        assert_eq!(printable_line(bad), shown);
    }
}

#[test]
fn what_could_fool_a_terminal_or_a_reader_is_shown() {
    let deceiving = [
        '\0',
        '\u{7}',
        '\u{8}',
        '\t',
        '\r',
        '\u{1b}',
        '\u{7f}',
        '\u{85}',
        '\u{9b}', // controls
        '\u{61c}',
        '\u{200e}',
        '\u{200f}',
        '\u{202a}',
        '\u{202b}',
        '\u{202c}',
        '\u{202d}',
        '\u{202e}', // bidirectional
        '\u{2066}',
        '\u{2067}',
        '\u{2068}',
        '\u{2069}', // isolates
        '\u{ad}',
        '\u{180e}',
        '\u{200b}',
        '\u{200c}',
        '\u{200d}',
        '\u{2060}',
        '\u{2064}',
        '\u{feff}', // no width
        '\u{2028}',
        '\u{2029}',
        '\u{fff9}',
        '\u{e0001}',
        '\u{e0041}',
        '\u{e007f}', // separators, annotations, tags
    ];
    for c in deceiving {
        let text = format!("a{c}b");
        let shown = printable(&text);
        assert_eq!(shown, format!("a\\u{{{:x}}}b", u32::from(c)));
        assert!(!printable_line(&text).contains(c));
    }
    assert_eq!(printable("a\nb"), "a\nb");
    assert_eq!(printable_line("a\nb\tc"), "a b c");
    assert_eq!(printable("\u{1b}[31mred\u{1b}[0m"), "\\u{1b}[31mred\\u{1b}[0m");
    for fine in ["Ärger, 日本, العراق, 😂, e\u{301}", "a\\u{1b}b", ""] {
        assert_eq!(printable(fine), fine);
    }
}

proptest! {
    #[test]
    fn nothing_deceiving_is_left(text in any::<String>()) {
        let shown = printable_line(&text);
        let hidden = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        let deceives = shown.chars().any(|c| c.is_control() || hidden(c));
        prop_assert!(!deceives);
        prop_assert_eq!(printable(&shown), shown);
    }

    #[test]
    fn spans_count_code_points(text in any::<String>(), a in 0usize..300, b in 0usize..300) {
        let points = CodePoints::new(&text);
        let chars: Vec<char> = text.chars().collect();
        prop_assert_eq!(points.len(), chars.len());
        prop_assert_eq!(points.is_empty(), chars.is_empty());
        let right = chars.get(a..b).map(|c| c.iter().collect::<String>());
        prop_assert_eq!(points.slice(a, b), right.as_deref());
    }

    #[test]
    fn spans_of_long_texts(text in "[aä€😂]{0,400}", a in 0usize..400, len in 0usize..80) {
        let chars: Vec<char> = text.chars().collect();
        let right = chars.get(a..a + len).map(|c| c.iter().collect::<String>());
        prop_assert_eq!(CodePoints::new(&text).slice(a, a + len), right.as_deref());
    }

    #[test]
    fn decimals_compare_as_numbers(a in -99_999i64..99_999, b in -99_999i64..99_999, fraction in 0u32..4, zeros in 0usize..4) {
        let write = |n: i64, zeros: usize| {
            let scale = 10i64.pow(fraction);
            let (whole, rest) = (n.abs() / scale, n.abs() % scale);
            let width = fraction as usize;
            let point = if fraction + zeros as u32 > 0 { "." } else { "" };
            let rest = if fraction > 0 { format!("{rest:0width$}") } else { String::new() };
            format!("{}{whole}{point}{rest}{}", if n < 0 { "-" } else { "" }, "0".repeat(zeros))
        };
        let (x, y) = (write(a, zeros), write(b, 0));
        prop_assert!(is_decimal(&x) && is_decimal(&y), "{} {}", x, y);
        prop_assert_eq!(compare_decimals(&x, &y), a.cmp(&b), "{} {}", x, y);
        prop_assert_eq!(compare_decimals(&y, &x), b.cmp(&a), "{} {}", y, x);
    }
}

#[test]
fn decimals_beyond_any_machine_number() {
    let (small, large) = ("0.00000000000000000000000000000000000001", "9999999999999999999999999999999999999999");
    assert!(is_decimal(small) && is_decimal(large));
    assert_eq!(compare_decimals(small, large), Ordering::Less);
    assert_eq!(compare_decimals("-9999999999999999999999", "-9999999999999999999998.9"), Ordering::Less);
    assert_eq!(compare_decimals("0", "0.000"), Ordering::Equal);
    for wrong in
        ["", "-", ".", "1.", ".1", "00", "01", "-0", "-0.00", "1e1", "+1", "1 ", "1,0", "--1", "1.0.0", "٣", "²", "1_0"]
    {
        assert!(!is_decimal(wrong), "{wrong}");
    }
    for right in ["0", "0.0", "-0.5", "10", "-10.00"] {
        assert!(is_decimal(right), "{right}");
    }
}

#[test]
fn words_match_whatever_their_case_accents_and_width() {
    assert_eq!(fold("Ｃafé ÀÉ ﬁn"), "cafe ae fin");
    assert_eq!(words("The U.S.–led \"coalition\", 2024!"), ["the", "u", "s", "led", "coalition", "2024"]);
    assert_eq!(words("السيستاني"), ["السيستاني"]);
    assert_eq!(words(" ,. "), Vec::<String>::new());
}

#[test]
fn a_slip_finds_its_word_and_nonsense_none() {
    let words = ["supported", "refuted", "conflicting"];
    assert_eq!(nearest("suported", words), Some("supported"));
    assert_eq!(nearest("REFUTED", words), Some("refuted"));
    assert_eq!(nearest("conflcitnig", words), Some("conflicting"));
    assert_eq!(nearest("banana", words), None);
    assert_eq!(nearest("", words), None);
    assert_eq!(nearest("x", []), None);
    let error = "suported\u{202e}".parse::<Finding>().unwrap_err();
    let NotInVocabulary { what, allowed, .. } = &error;
    assert_eq!((*what, allowed.len()), ("finding", Finding::ALL.len()));
    let message = error.to_string();
    assert!(message.contains("\\u{202e}") && message.contains("supported, partly-supported"), "{message}");
    assert!("suported".parse::<Finding>().unwrap_err().to_string().contains("did you mean `supported`?"));
}

#[test]
fn keys_of_claim_files() {
    assert!(["a", "bridge-closed", "2", "a-1-b"].into_iter().all(is_key));
    assert!(["", "-a", "a-", "A", "a_b", "a b", "ä", &"a".repeat(101)].into_iter().all(|k| !is_key(k)));
}
