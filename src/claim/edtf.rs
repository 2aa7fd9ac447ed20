//! Dates about the world in the Extended Date/Time Format (ISO 8601-2; Library of Congress profile): level 0, and of
//! level 1 the qualifiers, unspecified digits, open intervals and seasons.

use std::fmt;
use std::str::FromStr;

use crate::time::Day;

/// A text that is not such a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{given}` is not an EDTF date; right are 2024, 2024-10, 2024-10-01, 2024-10-01T06:00:00Z, 2024-23 (autumn), 2024-10-0X, 2024~, 2024-09/2024-10, 2024-10/.."
)]
pub struct BadEdtf {
    /// What was given, escaped for printing.
    pub given: String,
}

/// A date, period or interval; keeps its text and the days that it certainly lies between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edtf {
    text: String,
    first: Option<Day>,
    last: Option<Day>,
}

impl Edtf {
    /// The earliest day that it can mean; `None` where open.
    pub fn first_day(&self) -> Option<Day> {
        self.first
    }

    /// The latest day that it can mean; `None` where open.
    pub fn last_day(&self) -> Option<Day> {
        self.last
    }
}

impl fmt::Display for Edtf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Edtf {
    type Err = BadEdtf;

    fn from_str(text: &str) -> Result<Self, BadEdtf> {
        let bad = || BadEdtf { given: crate::text::printable_line(text) };
        if text.len() > 60 || !text.is_ascii() {
            return Err(bad());
        }
        let (first, last) = match text.split_once('/') {
            None => single(text).map(|(a, b)| (Some(a), Some(b))).ok_or_else(bad)?,
            Some((from, to)) => {
                let end = |t: &str| match t {
                    ".." | "" => Some(None),
                    t => single(t).map(Some),
                };
                let (from, to) = (end(from).ok_or_else(bad)?, end(to).ok_or_else(bad)?);
                if from.is_none() && to.is_none() {
                    return Err(bad());
                }
                (from.map(|d| d.0), to.map(|d| d.1))
            }
        };
        if let (Some(a), Some(b)) = (first, last)
            && a > b
        {
            return Err(bad());
        }
        Ok(Self { text: text.to_owned(), first, last })
    }
}

/// First and last day of one date without a slash.
fn single(text: &str) -> Option<(Day, Day)> {
    let text = text.strip_suffix(['?', '~', '%']).unwrap_or(text);
    if let Some((day, time)) = text.split_once('T') {
        let day: Day = day.parse().ok()?;
        return clock(time).then_some((day, day));
    }
    let parts: Vec<&str> = text.split('-').collect();
    let (year_low, year_high) = with_unknown(parts.first()?, 4)?;
    if year_low == 0 {
        return None;
    }
    match parts[1..] {
        [] => Some((Day::first_of_month(year_low as i32, 1)?, Day::last_of_month(year_high as i32, 12)?)),
        [month] => {
            if year_low != year_high {
                return None;
            }
            let year = year_low as i32;
            if month == "XX" {
                return Some((Day::first_of_month(year, 1)?, Day::last_of_month(year, 12)?));
            }
            let (month, unsure) = with_unknown(month, 2)?;
            match month {
                21..=24 if month == unsure => season(year, month),
                _ if month == unsure => Some((Day::first_of_month(year, month)?, Day::last_of_month(year, month)?)),
                _ => None,
            }
        }
        [month, day] => {
            if year_low != year_high || month.contains('X') {
                return None;
            }
            let (year, month) = (year_low as i32, with_unknown(month, 2)?.0);
            if !day.contains('X') {
                let day: Day = text.parse().ok()?;
                return Some((day, day));
            }
            let (low, high) = with_unknown(day, 2)?;
            let end = Day::last_of_month(year, month)?;
            let nth = |d: u32| format!("{year:04}-{month:02}-{d:02}").parse::<Day>().ok();
            let first = nth(low.max(1))?;
            Some((first, nth(high).map_or(end, |d| d.min(end))))
        }
        _ => None,
    }
}

/// Northern seasons as the months they cover; 24 (winter) runs into the next year.
fn season(year: i32, code: u32) -> Option<(Day, Day)> {
    match code {
        21 => Some((Day::first_of_month(year, 3)?, Day::last_of_month(year, 5)?)),
        22 => Some((Day::first_of_month(year, 6)?, Day::last_of_month(year, 8)?)),
        23 => Some((Day::first_of_month(year, 9)?, Day::last_of_month(year, 11)?)),
        _ => Some((Day::first_of_month(year, 12)?, Day::last_of_month(year + 1, 2)?)),
    }
}

/// A number of exactly `len` digits whose last ones may be `X`: the lowest and highest it can be.
fn with_unknown(text: &str, len: usize) -> Option<(u32, u32)> {
    if text.len() != len {
        return None;
    }
    let known = text.trim_end_matches('X');
    if !known.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some((text.replace('X', "0").parse().ok()?, text.replace('X', "9").parse().ok()?))
}

/// `06:00:00` with `Z`, an offset, or nothing.
fn clock(text: &str) -> bool {
    let two = |t: Option<&str>, max: u8| {
        t.is_some_and(|t| {
            t.len() == 2 && t.bytes().all(|b| b.is_ascii_digit()) && t.parse::<u8>().is_ok_and(|n| n <= max)
        })
    };
    let (time, zone) = text.split_at_checked(8).unwrap_or((text, ""));
    let mut parts = time.split(':');
    let fine = two(parts.next(), 23) && two(parts.next(), 59) && two(parts.next(), 59) && parts.next().is_none();
    let zone_fine = match zone.as_bytes() {
        [] | [b'Z'] => true,
        [b'+' | b'-', ..] => {
            let mut parts = zone[1..].split(':');
            two(parts.next(), 23) && parts.next().is_none_or(|m| two(Some(m), 59)) && parts.next().is_none()
        }
        _ => false,
    };
    fine && zone_fine
}
