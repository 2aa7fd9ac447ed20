//! The latest time so far, a number for each run of entries, so that "before the first entry later than T" is a search.
//!
//! Times may step back by minutes from one entry to the next, so that times themselves cannot be searched; their running
//! maximum can.

/// Entries to a number.
pub(super) const STRIDE: u64 = 4_096;

/// Takes in an entry's time (milliseconds since 1970). Entries come in order, or a second time after a crash.
pub(super) fn put(highest: &mut Vec<i64>, index: u64, millis: i64) {
    let at = (index / STRIDE) as usize;
    let before = highest.last().copied().unwrap_or(i64::MIN);
    if highest.len() <= at {
        highest.resize(at + 1, before);
    }
    if let Some(last) = highest.get_mut(at) {
        *last = (*last).max(millis);
    }
}

/// The first run of entries in which one is later than `millis`.
pub(super) fn first_later(highest: &[i64], millis: i64) -> Option<u64> {
    let at = highest.partition_point(|highest| *highest <= millis);
    (at < highest.len()).then_some(at as u64)
}
