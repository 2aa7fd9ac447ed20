//! Time lines: dated things counted by year, month or day, with a closer look where most of them lie.

use std::collections::BTreeMap;

use crate::claim::edtf::Edtf;
use crate::time::Day;
use crate::view::ClaimView;

/// Something dated: its day, and which series of the chart it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// The day; of a period its first, where that is open its last.
    pub day: Day,
    /// Index of the series.
    pub series: usize,
}

/// The length of a bin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// A hundred years.
    Century,
    /// Ten years.
    Decade,
    /// A year.
    Year,
    /// A month.
    Month,
    /// A day.
    Day,
}

/// Things counted by time: every bin from the first to the last, also empty ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Length of a bin.
    pub unit: Unit,
    /// Bins in order: the name of each (`20XX`, `202X`, `2024`, `2024-10`, `2024-10-01`) and its counts by series.
    pub bins: Vec<(String, Vec<u64>)>,
}

/// Most bins of one time line: more would be thinner than a reader can tell apart.
const MAX_BINS: usize = 130;

impl Line {
    /// How many things a bin holds.
    pub fn total(&self, bin: usize) -> u64 {
        self.bins.get(bin).map_or(0, |(_, counts)| counts.iter().sum())
    }
}

/// From coarse to fine.
const UNITS: [Unit; 5] = [Unit::Century, Unit::Decade, Unit::Year, Unit::Month, Unit::Day];

/// Counts the points by the finest unit that still shows them all, then looks closer, unit by unit, where at least two
/// in five of them lie in two neighbouring bins.
pub fn lines(points: &[Point], series: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut points = points.to_vec();
    let fits = |points: &[Point], unit: Unit| line(points, series, unit).is_some();
    let Some(start) = UNITS.iter().rposition(|unit| fits(&points, *unit)) else { return lines };
    for unit in &UNITS[start..] {
        let Some(line) = line(&points, series, *unit) else { break };
        let close = densest(&line);
        lines.push(line);
        let Some((from, to)) = close else { break };
        points.retain(|p| (from.as_str()..=to.as_str()).contains(&name(p.day, *unit).as_str()));
    }
    // A look that shows a single bar says no more than its number.
    lines.retain(|line| line.bins.len() > 1);
    lines
}

/// The two neighbouring bins that hold most, where that is two in five of all.
fn densest(line: &Line) -> Option<(String, String)> {
    let all: u64 = (0..line.bins.len()).map(|i| line.total(i)).sum();
    let pair = |i: usize| line.total(i) + line.total(i + 1);
    let last = line.bins.len().saturating_sub(1);
    // Of equals the first, which `max_by_key` would not give.
    let at = (0..last.max(1)).rev().max_by_key(|i| pair(*i))?;
    (pair(at) * 5 >= all * 2).then(|| (line.bins[at].0.clone(), line.bins[(at + 1).min(last)].0.clone()))
}

/// The line by one unit; `None` where there is nothing to show, or more bins than fit.
fn line(points: &[Point], series: usize, unit: Unit) -> Option<Line> {
    let first = points.iter().map(|p| p.day).min()?;
    let last = name(points.iter().map(|p| p.day).max()?, unit);
    let mut counts: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let mut bin = name(first, unit);
    // Empty bins count too: a time line without its gaps would lie.
    while bin <= last {
        if counts.len() == MAX_BINS {
            return None;
        }
        let after = next(&bin);
        counts.insert(std::mem::take(&mut bin), vec![0; series]);
        let Some(after) = after else { break };
        bin = after;
    }
    for point in points {
        let count = counts.get_mut(&name(point.day, unit)).and_then(|c| c.get_mut(point.series));
        if let Some(count) = count {
            *count += 1;
        }
    }
    Some(Line { unit, bins: counts.into_iter().collect() })
}

/// A day's bin: as much of its text as the unit needs.
fn name(day: Day, unit: Unit) -> String {
    let text = day.to_string();
    match unit {
        Unit::Century => format!("{}XX", &text[..2]),
        Unit::Decade => format!("{}X", &text[..3]),
        Unit::Year => text[..4].to_owned(),
        Unit::Month => text[..7].to_owned(),
        Unit::Day => text,
    }
}

/// The bin after one.
fn next(bin: &str) -> Option<String> {
    let part = |range: std::ops::Range<usize>| bin.get(range).and_then(|t| t.parse::<u32>().ok());
    if let Some(digits) = bin.strip_suffix("XX").or(bin.strip_suffix('X')) {
        let after: u32 = digits.parse::<u32>().ok()? + 1;
        let wide = digits.len();
        // After the last century of four digits there is none.
        return Some(format!("{after:0wide$}{}", &bin[wide..])).filter(|next| next.len() == bin.len());
    }
    let year = part(0..4)?;
    let after_month = |month: u32| if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    Some(match (bin.len(), part(5..7), part(8..10)) {
        (4, ..) => format!("{:04}", year + 1),
        (7, Some(month), _) => {
            let (year, month) = after_month(month);
            format!("{year:04}-{month:02}")
        }
        (_, Some(month), Some(day)) => {
            let tomorrow = format!("{year:04}-{month:02}-{:02}", day + 1);
            if tomorrow.parse::<Day>().is_ok() {
                tomorrow
            } else {
                let (year, month) = after_month(month);
                format!("{year:04}-{month:02}-01")
            }
        }
        _ => return None,
    })
}

/// The day by which a date of the world is placed on a time line.
pub fn placed(edtf: &str) -> Option<Day> {
    let date: Edtf = edtf.parse().ok()?;
    date.first_day().or(date.last_day())
}

/// What is claimed: each time of each claim, by the claim's finding.
pub fn claimed(claims: &[ClaimView]) -> Vec<Point> {
    let findings = super::words::FINDINGS;
    let mut points = Vec::new();
    for claim in claims {
        let series = findings.iter().position(|f| f.key == claim.finding).unwrap_or(findings.len() - 1);
        points.extend(claim.times.iter().filter_map(|t| placed(&t.edtf)).map(|day| Point { day, series }));
    }
    points
}

/// What it was verified with: each dated piece of evidence that stands, by its stance.
pub fn evidence(claims: &[ClaimView]) -> Vec<Point> {
    let stances = crate::claim::vocab::Stance::ALL;
    let standing = claims.iter().flat_map(|c| &c.evidence).filter(|e| !e.withdrawn);
    standing
        .filter_map(|e| {
            let series = stances.iter().position(|s| Some(*s) == e.stance)?;
            Some(Point { day: placed(e.dated.as_deref()?)?, series })
        })
        .collect()
}

/// What was verified: each verdict on the day it was judged on, by its finding.
pub fn judged(claims: &[ClaimView]) -> Vec<Point> {
    let findings = super::words::FINDINGS;
    claims
        .iter()
        .filter_map(|c| {
            let day = c.verdict.as_ref()?.judged_on.as_deref()?.parse().ok()?;
            Some(Point { day, series: findings.iter().position(|f| f.key == c.finding)? })
        })
        .collect()
}
