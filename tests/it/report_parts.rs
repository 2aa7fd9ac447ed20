//! What reports are made of: time lines, links, counts.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use onrecord::exchange::fragment;
use onrecord::exchange::html::address;
use onrecord::exchange::report::counted;
use onrecord::exchange::report::span::{self, Point, Unit};
use onrecord::time::Day;

// ---- time lines

fn points(days: &[&str]) -> Vec<Point> {
    days.iter().map(|d| Point { day: d.parse::<Day>().unwrap(), series: 0 }).collect()
}

#[test]
fn a_time_line_keeps_its_gaps_and_looks_closer_where_most_lies() {
    let all = points(&["2003-05-01", "2018-01-01", "2024-09-25", "2024-10-01", "2024-10-01", "2024-10-13"]);
    let lines = span::lines(&all, 1);
    let units: Vec<Unit> = lines.iter().map(|l| l.unit).collect();
    assert_eq!(units, [Unit::Year, Unit::Month, Unit::Day]);
    assert_eq!(lines[0].bins.len(), 22, "2003 to 2024");
    assert_eq!(lines[0].bins[1], ("2004".to_owned(), vec![0]));
    assert_eq!(lines[1].bins.iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>(), ["2024-09", "2024-10"]);
    assert_eq!(lines[2].bins.first().unwrap().0, "2024-09-25");
    assert_eq!(lines[2].bins.len(), 19, "25 September to 13 October");
    assert_eq!(lines[2].bins[5].0, "2024-09-30");
    assert_eq!(lines[2].bins[6], ("2024-10-01".to_owned(), vec![2]));
    assert!(span::lines(&points(&["2024-10-01", "2024-10-01"]), 1).is_empty(), "one day is a number, not a line");
    assert!(span::lines(&[], 1).is_empty());
    for line in &lines {
        assert!((0..line.bins.len()).all(|i| line.total(i) <= 6));
    }
}

#[test]
fn a_time_line_of_two_thousand_years_is_told_by_centuries() {
    let lines = span::lines(&points(&["0001-01-01", "0476-09-04", "1453-05-29", "9999-12-31"]), 1);
    assert_eq!(lines[0].unit, Unit::Century);
    assert_eq!(lines[0].bins.len(), 100);
    assert_eq!((lines[0].bins[0].0.as_str(), lines[0].bins[99].0.as_str()), ("00XX", "99XX"));
    assert_eq!(lines[0].bins.iter().map(|(_, c)| c[0]).sum::<u64>(), 4, "no point is lost");
    let decades = span::lines(&points(&["1789-07-14", "1871-03-18", "2024-01-01"]), 1);
    assert_eq!(decades[0].unit, Unit::Decade);
    assert_eq!(decades[0].bins.first().unwrap().0, "178X");
    // A leap day, and the end of a year.
    let days = span::lines(&points(&["2024-02-28", "2024-03-01"]), 1);
    assert_eq!(
        days[0].bins.iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>(),
        ["2024-02-28", "2024-02-29", "2024-03-01"]
    );
    let year = span::lines(&points(&["2023-12-31", "2024-01-01"]), 1);
    assert_eq!(year[0].bins.len(), 2);
}

#[test]
fn a_period_stands_at_its_beginning() {
    let day = |edtf: &str| span::placed(edtf).map(|d| d.to_string());
    assert_eq!(day("2024-10").as_deref(), Some("2024-10-01"));
    assert_eq!(day("2023-10/..").as_deref(), Some("2023-10-01"));
    assert_eq!(day("../2014").as_deref(), Some("2014-12-31"));
    assert_eq!(day("not a date"), None);
}

// ---- links

#[test]
fn only_web_addresses_are_links_and_a_link_says_where_it_goes() {
    assert_eq!(address::target("https://a.invalid/x").as_deref(), Some("https://a.invalid/x"));
    assert_eq!(address::target("HTTPS://a.invalid").as_deref(), Some("HTTPS://a.invalid"));
    assert_eq!(address::target("doi:10.1000/182").as_deref(), Some("https://doi.org/10.1000/182"));
    for no in ["javascript:alert(1)", "urn:isbn:1", "data:text/html,x", "no scheme", "ftp://a.invalid"] {
        assert_eq!(address::target(no), None, "{no}");
    }
    assert_eq!(address::host("https://www.paper.invalid/a?b#c"), "paper.invalid");
    assert_eq!(address::host("https://bank.invalid@evil.invalid/"), "evil.invalid");
    assert_eq!(address::host("https://bank.invalid\\@evil.invalid/"), "bank.invalid");
}

#[test]
fn text_fragments_are_encoded_as_browsers_read_them() {
    let of = |text: &str| fragment::link("https://a.invalid/p", text);
    assert_eq!(of("closed for").as_deref(), Some("https://a.invalid/p#:~:text=closed%20for"));
    assert_eq!(of("a, b-c &d").as_deref(), Some("https://a.invalid/p#:~:text=a%2C%20b%2Dc%20%26d"));
    assert_eq!(of(" two \n lines ").as_deref(), Some("https://a.invalid/p#:~:text=two%20lines"));
    assert_eq!(of("ü").as_deref(), Some("https://a.invalid/p#:~:text=%C3%BC"));
    let long: Vec<String> = (0..80).map(|n| format!("word{n}")).collect();
    assert_eq!(
        of(&long.join(" ")).as_deref(),
        Some(
            "https://a.invalid/p#:~:text=word0%20word1%20word2%20word3%20word4,word75%20word76%20word77%20word78%20word79"
        )
    );
    assert_eq!(
        fragment::link("https://a.invalid/p#sec", "x").as_deref(),
        Some("https://a.invalid/p#sec:~:text=x"),
        "an element fragment stays"
    );
    assert_eq!(fragment::link("urn:isbn:1", "x"), None);
    assert_eq!(of("  "), None);
}

#[test]
fn plurals_are_right() {
    assert_eq!(
        [counted(1_u64, "entry"), counted(2_u64, "entry"), counted(0_u64, "day")],
        ["1 entry", "2 entries", "0 days"]
    );
}
