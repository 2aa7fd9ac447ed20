//! Dates and times as people give them: a moment, or a period that stands for all of itself.

use crate::claim::edtf::Edtf;
use crate::time::Timestamp;

/// A moment or a period, with the text that it was given as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    text: String,
    /// Its first moment; `None` where open.
    pub first: Option<Timestamp>,
    /// Its last moment; `None` where open.
    pub last: Option<Timestamp>,
}

/// Milliseconds in a day, less one.
const TO_END_OF_DAY: i64 = 86_400_000 - 1;

impl Period {
    /// Reads a moment (`2026-11-22T07:12:03.123Z`), a second or minute (`2026-11-22T07:12Z`), or a date of EDTF
    /// (`2026-11-22`, `2026-11`, `2026`); all are UTC.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some((first, millis)) = moment(text) {
            let last = first.plus_millis(millis - 1);
            return Some(Self { text: text.to_owned(), first: Some(first), last: Some(last) });
        }
        // A time of day that is none must not pass as the whole day that it falls on.
        if text.contains('T') {
            return None;
        }
        let edtf: Edtf = text.parse().ok()?;
        let first = edtf.first_day().map(crate::time::Day::start);
        let last = edtf.last_day().map(|day| day.start().plus_millis(TO_END_OF_DAY));
        Some(Self { text: text.to_owned(), first, last })
    }

    /// As it was given.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// The first moment of a time of day given to the millisecond, second or minute, and how many milliseconds that is.
fn moment(text: &str) -> Option<(Timestamp, i64)> {
    let bare = text.strip_suffix('Z').unwrap_or(text);
    let (rest, millis) = match bare.len() {
        23 => ("Z", 1),
        19 => (".000Z", 1_000),
        16 => (":00.000Z", 60_000),
        _ => return None,
    };
    Some((format!("{bare}{rest}").parse().ok()?, millis))
}
