//! UTC timestamps in milliseconds, calendar days, and the clock. The only module that names chrono.
//!
//! Text form (RFC 3339, narrowed): `2026-11-22T07:12:03.123Z`, exactly three decimals, years 0001 to 9999.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Timestamp(i64);

/// A text that is not a time or day of the required form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTime {
    /// Not of the form `2026-11-22T07:12:03.123Z`, or no such moment.
    #[error("a time is written 2026-11-22T07:12:03.123Z (UTC, three decimals)")]
    Timestamp,
    /// Not of the form `2026-11-22`, or no such day.
    #[error("a day is written 2026-11-22")]
    Day,
}

const DAY_MILLIS: i64 = 86_400_000;

impl Timestamp {
    /// From milliseconds since the epoch; `None` outside the years 1 to 9999.
    pub fn from_millis(millis: i64) -> Option<Self> {
        let moment = DateTime::<Utc>::from_timestamp_millis(millis)?;
        (1..=9999).contains(&moment.year()).then_some(Self(millis))
    }

    /// Milliseconds since the epoch.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// The UTC day it falls on.
    pub fn day(self) -> Day {
        let days = self.0.div_euclid(DAY_MILLIS);
        let epoch = NaiveDate::default();
        Day(epoch.checked_add_signed(TimeDelta::days(days)).unwrap_or(epoch))
    }

    /// The moment `millis` later (or earlier, if negative), held within the range of timestamps.
    #[must_use]
    pub fn plus_millis(self, millis: i64) -> Self {
        Self::from_millis(self.0.saturating_add(millis)).unwrap_or(self)
    }
}

/// Civil date from days since the epoch, by the algorithm of Hinnant's `civil_from_days`; chrono's formatter costs
/// more than hashing the entry does, and every entry carries a time.
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month, day)
}

fn put(out: &mut [u8], mut value: i64) {
    for slot in out.iter_mut().rev() {
        *slot = b'0' + (value % 10) as u8;
        value /= 10;
    }
}

fn format_millis(millis: i64) -> [u8; 24] {
    let mut out = *b"0000-00-00T00:00:00.000Z";
    let (year, month, day) = civil(millis.div_euclid(DAY_MILLIS));
    let rest = millis.rem_euclid(DAY_MILLIS);
    put(&mut out[0..4], year);
    put(&mut out[5..7], month);
    put(&mut out[8..10], day);
    put(&mut out[11..13], rest / 3_600_000);
    put(&mut out[14..16], rest / 60_000 % 60);
    put(&mut out[17..19], rest / 1000 % 60);
    put(&mut out[20..23], rest % 1000);
    out
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&format_millis(self.0)).map_err(|_| fmt::Error)?)
    }
}

/// Reads `len` ASCII digits at `at`.
fn digits(bytes: &[u8], at: usize, len: usize) -> Option<u32> {
    bytes.get(at..at + len)?.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
}

impl FromStr for Timestamp {
    type Err = BadTime;

    fn from_str(text: &str) -> Result<Self, BadTime> {
        let b = text.as_bytes();
        let parse = || {
            let day = NaiveDate::from_ymd_opt(digits(b, 0, 4)? as i32, digits(b, 5, 2)?, digits(b, 8, 2)?)?;
            let time =
                day.and_hms_milli_opt(digits(b, 11, 2)?, digits(b, 14, 2)?, digits(b, 17, 2)?, digits(b, 20, 3)?)?;
            Self::from_millis(time.and_utc().timestamp_millis())
        };
        let parsed = parse().ok_or(BadTime::Timestamp)?;
        // Round trip: separators, length and everything else must be exactly what we would write.
        (format_millis(parsed.0) == b).then_some(parsed).ok_or(BadTime::Timestamp)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(std::str::from_utf8(&format_millis(self.0)).map_err(serde::ser::Error::custom)?)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_str(Parsed("a time such as 2026-11-22T07:12:03.123Z", PhantomData))
    }
}

/// Reads a value from its text form; the text itself is not kept.
struct Parsed<T>(&'static str, PhantomData<T>);

impl<T: FromStr<Err: fmt::Display>> serde::de::Visitor<'_> for Parsed<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

/// A calendar day, written `2026-11-22`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Day(NaiveDate);

impl Day {
    /// The first moment of the day, UTC.
    pub fn start(self) -> Timestamp {
        Timestamp(self.0.and_hms_opt(0, 0, 0).map_or(0, |t| t.and_utc().timestamp_millis()))
    }

    /// The last day of a month, for reading a date that names only the month; `None` where there is no such month.
    pub fn last_of_month(year: i32, month: u32) -> Option<Self> {
        let (y, m) = if month == 12 { (year.checked_add(1)?, 1) } else { (year, month + 1) };
        NaiveDate::from_ymd_opt(y, m, 1)?.pred_opt().map(Self)
    }

    /// The first day of a month; `None` where there is no such month.
    pub fn first_of_month(year: i32, month: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, 1).map(Self)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

impl FromStr for Day {
    type Err = BadTime;

    fn from_str(text: &str) -> Result<Self, BadTime> {
        let b = text.as_bytes();
        let parse = || {
            let year = digits(b, 0, 4)?;
            (year > 0).then_some(())?;
            NaiveDate::from_ymd_opt(year as i32, digits(b, 5, 2)?, digits(b, 8, 2)?)
        };
        let day = Self(parse().ok_or(BadTime::Day)?);
        (day.to_string() == text).then_some(day).ok_or(BadTime::Day)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_str(Parsed("a day such as 2026-11-22", PhantomData))
    }
}

/// Where the time comes from; handed in from the edge so that the centre never reads a clock.
pub trait Clock {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let now = Utc::now();
        Timestamp(now.timestamp() * 1000 + i64::from(now.nanosecond() / 1_000_000).min(999))
    }
}

/// A clock that stands still, for tests and reproducible demonstrations.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}
