//! Moments, days and dates about the world.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use chrono::{DateTime, SecondsFormat, Utc};
use onrecord::claim::edtf::Edtf;
use onrecord::time::{BadTime, Clock as _, Day, FixedClock, SystemClock, Timestamp};
use proptest::prelude::*;

const FIRST: i64 = -62_135_596_800_000;
const LAST: i64 = 253_402_300_799_999;

fn stamp(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

#[test]
fn the_ends_of_the_range() {
    assert_eq!(Timestamp::from_millis(FIRST).unwrap().to_string(), "0001-01-01T00:00:00.000Z");
    assert_eq!(Timestamp::from_millis(LAST).unwrap().to_string(), "9999-12-31T23:59:59.999Z");
    for beyond in [FIRST - 1, LAST + 1, i64::MIN, i64::MAX] {
        assert_eq!(Timestamp::from_millis(beyond), None);
    }
    assert_eq!(stamp("1970-01-01T00:00:00.000Z").millis(), 0);
    assert_eq!(stamp("1969-12-31T23:59:59.999Z").millis(), -1);
    assert_eq!(stamp("1969-12-31T23:59:59.999Z").day(), day("1969-12-31"));
    let first = Timestamp::from_millis(FIRST).unwrap();
    assert!(first.plus_millis(-1) >= first && first.plus_millis(i64::MIN) >= first, "held within the range");
    assert_eq!(stamp("2026-11-22T07:12:03.123Z").plus_millis(-123), stamp("2026-11-22T07:12:03.000Z"));
}

#[test]
fn one_form_of_a_moment() {
    for wrong in [
        "",
        "2026-11-22",
        "2026-11-22T07:12:03Z",
        "2026-11-22T07:12:03.1Z",
        "2026-11-22T07:12:03.1234Z",
        "2026-11-22T07:12:03.123",
        "2026-11-22T07:12:03.123z",
        "2026-11-22t07:12:03.123Z",
        "2026-11-22 07:12:03.123Z",
        "2026-11-22T07:12:03,123Z",
        "2026-11-22T07:12:03.123+00:00",
        "2026-11-22T24:00:00.000Z",
        "2026-11-22T23:60:00.000Z",
        "2026-11-22T23:59:60.000Z",
        "2026-02-29T00:00:00.000Z",
        "2026-13-01T00:00:00.000Z",
        "2026-00-01T00:00:00.000Z",
        "0000-01-01T00:00:00.000Z",
        "10000-01-01T00:00:00.000Z",
        "-001-01-01T00:00:00.000Z",
        " 2026-11-22T07:12:03.123Z",
        "2026-11-22T07:12:03.123Z ",
        "+026-11-22T07:12:03.123Z",
        "２026-11-22T07:12:03.1Z",
    ] {
        assert_eq!(wrong.parse::<Timestamp>(), Err(BadTime::Timestamp), "{wrong}");
    }
    assert_eq!(stamp("2024-02-29T00:00:00.000Z").to_string(), "2024-02-29T00:00:00.000Z");
}

#[test]
fn one_form_of_a_day() {
    for wrong in [
        "",
        "2026-11-2",
        "2026-1-22",
        "26-11-22",
        "2026/11/22",
        "20261122",
        "2025-02-29",
        "2026-11-31",
        "0000-01-01",
        "10000-01-01",
        "2026-11-22 ",
        "2026-11-22Z",
        "２026-11-22",
    ] {
        assert_eq!(wrong.parse::<Day>(), Err(BadTime::Day), "{wrong}");
    }
    assert_eq!(Day::last_of_month(2024, 2), Some(day("2024-02-29")));
    assert_eq!(Day::last_of_month(2100, 2), Some(day("2100-02-28")));
    assert_eq!(Day::last_of_month(2024, 12), Some(day("2024-12-31")));
    assert_eq!((Day::last_of_month(2024, 13), Day::first_of_month(2024, 0)), (None, None));
    assert_eq!(day("1969-12-31").start(), stamp("1969-12-31T00:00:00.000Z"));
}

#[test]
fn clocks_tell_the_time() {
    let moment = stamp("2026-11-22T07:12:03.123Z");
    assert_eq!(FixedClock(moment).now(), moment);
    let before = Utc::now().timestamp_millis();
    let now = SystemClock.now().millis();
    assert!((before..before + 60_000).contains(&now));
}

proptest! {
    #[test]
    fn a_moment_is_written_as_chrono_writes_it_and_read_back(millis in FIRST..=LAST) {
        let moment = Timestamp::from_millis(millis).unwrap();
        let chrono = DateTime::<Utc>::from_timestamp_millis(millis).unwrap();
        let text = chrono.to_rfc3339_opts(SecondsFormat::Millis, true);
        prop_assert_eq!(moment.to_string(), &*text);
        prop_assert_eq!(text.parse::<Timestamp>().unwrap(), moment);
        prop_assert_eq!(serde_json::from_str::<Timestamp>(&serde_json::to_string(&moment).unwrap()).unwrap(), moment);
        prop_assert_eq!(moment.day().to_string(), &text[..10]);
        prop_assert_eq!(text[..10].parse::<Day>().unwrap(), moment.day());
        prop_assert!(moment.day().start() <= moment);
    }

    #[test]
    fn whatever_is_read_is_written_the_same(text in "[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z)?") {
        if let Ok(moment) = text.parse::<Timestamp>() {
            prop_assert_eq!(moment.to_string(), &*text);
        }
        if let Ok(day) = text.parse::<Day>() {
            prop_assert_eq!(day.to_string(), &*text);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,30}") {
        let _ = (text.parse::<Timestamp>(), text.parse::<Day>(), text.parse::<Edtf>());
    }

    #[test]
    fn a_date_lies_between_its_first_and_last_day(text in "[0-9X]{4}(-[0-9X]{2}(-[0-9X]{2})?)?[?~%]?") {
        if let Ok(date) = text.parse::<Edtf>() {
            let (first, last) = (date.first_day().unwrap(), date.last_day().unwrap());
            prop_assert!(first <= last);
            // Putting a digit in for each X gives a day, month or year that it covers.
            let plain = text.trim_end_matches(['?', '~', '%']);
            for digit in ["0", "1", "9"] {
                if let Ok(exact) = plain.replace('X', digit).parse::<Edtf>() {
                    let season = plain.len() == 7 && plain[5..] > *"12";
                    prop_assert!(season || exact.first_day().unwrap() >= first && exact.last_day().unwrap() <= last);
                }
            }
        }
    }
}

#[test]
fn dates_about_the_world() {
    for (text, first, last) in [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-10", "2024-10-01", "2024-10-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2024-10-01", "2024-10-01", "2024-10-01"),
        ("2024-10-01T06:00:00Z", "2024-10-01", "2024-10-01"),
        ("2024-10-01T06:00:00", "2024-10-01", "2024-10-01"),
        ("2024-10-01T06:00:00+03:30", "2024-10-01", "2024-10-01"),
        ("2024-10-01T06:00:00-05", "2024-10-01", "2024-10-01"),
        ("2024?", "2024-01-01", "2024-12-31"),
        ("2024-10~", "2024-10-01", "2024-10-31"),
        ("2024-10-01%", "2024-10-01", "2024-10-01"),
        ("202X", "2020-01-01", "2029-12-31"),
        ("20XX", "2000-01-01", "2099-12-31"),
        ("2024-XX", "2024-01-01", "2024-12-31"),
        ("2024-10-XX", "2024-10-01", "2024-10-31"),
        ("2024-10-0X", "2024-10-01", "2024-10-09"),
        ("2024-10-2X", "2024-10-20", "2024-10-29"),
        ("2024-10-3X", "2024-10-30", "2024-10-31"),
        ("2023-02-2X", "2023-02-20", "2023-02-28"),
        ("2024-21", "2024-03-01", "2024-05-31"),
        ("2024-22", "2024-06-01", "2024-08-31"),
        ("2024-23", "2024-09-01", "2024-11-30"),
        ("2023-24", "2023-12-01", "2024-02-29"),
        ("2024-09/2024-10", "2024-09-01", "2024-10-31"),
        ("2024-10-01/2024-10-01", "2024-10-01", "2024-10-01"),
        ("2023~/2024-10?", "2023-01-01", "2024-10-31"),
        ("0001", "0001-01-01", "0001-12-31"),
        ("9999-12-31", "9999-12-31", "9999-12-31"),
    ] {
        let date: Edtf = text.parse().unwrap_or_else(|e| panic!("{e}"));
        assert_eq!((date.first_day(), date.last_day()), (Some(day(first)), Some(day(last))), "{text}");
        assert_eq!(date.to_string(), text);
    }
    for (text, first, last) in [
        ("2024-10/..", Some("2024-10-01"), None),
        ("../2024-10", None, Some("2024-10-31")),
        ("2024-10/", Some("2024-10-01"), None),
        ("/2024-10", None, Some("2024-10-31")),
    ] {
        let date: Edtf = text.parse().unwrap();
        assert_eq!((date.first_day(), date.last_day()), (first.map(day), last.map(day)), "{text}");
    }
}

#[test]
fn what_is_no_date() {
    for wrong in [
        "",
        " ",
        "24",
        "024",
        "20240",
        "2024-1",
        "2024-00",
        "2024-13",
        "2024-20",
        "2024-25",
        "2024-1X",
        "2024-2X",
        "20X4",
        "X024",
        "2024-X1",
        "2024-10-32",
        "2024-10-00",
        "2024-02-30",
        "2023-02-29",
        "2023-02-3X",
        "2024-10-4X",
        "2024-XX-01",
        "202X-10",
        "2024-10-01-01",
        "2024-10-01T",
        "2024-10-01T6",
        "2024-10-01T06:00",
        "2024-10-01T24:00:00",
        "2024-10-01T06:60:00",
        "2024-10-01T06:00:60",
        "2024-10-01T06:00:00z",
        "2024-10-01T06:00:00+",
        "2024-10T06:00:00",
        "2024-10-01T06:00:00+24",
        "2024/2023",
        "2024-10/2024-09",
        "/",
        "..",
        "../..",
        "2024/2025/2026",
        "2024--10",
        "0000",
        "-2024",
        "Y20240",
        "2024??",
        "?2024",
        "2024 ",
        " 2024",
        "October 2024",
        "10/2024",
        "٢٠٢٤",
    ] {
        let refused = wrong.parse::<Edtf>();
        assert!(refused.is_err(), "{wrong}: {refused:?}");
    }
    let long = format!("2024-10-01T06:00:00{}", "Z".repeat(60));
    assert!(long.parse::<Edtf>().is_err());
    let message = "2\u{202e}024".parse::<Edtf>().unwrap_err().to_string();
    assert!(
        message.contains("\\u{202e}") && !message.contains('\u{202e}'),
        "other people's text is escaped: {message}"
    );
}
