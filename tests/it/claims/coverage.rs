//! `coverage.md` accounts for the whole article: its ranges tile every sentence, and it and `article.toml` name each other's claims.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::{anchors, article, folder, text};

/// One row of the table.
#[derive(Clone, Debug)]
struct Row {
    line: usize,
    sentence: usize,
    start: usize,
    end: usize,
    claims: BTreeSet<String>,
    note: String,
}

fn rows() -> Vec<Row> {
    let table = fs::read_to_string(folder().join("coverage.md")).unwrap();
    table.lines().filter(|l| l.starts_with("| ") && l.as_bytes()[2].is_ascii_digit()).map(row).collect()
}

fn row(line: &str) -> Row {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [number, sentence, range, claims, note] = <[&str; 5]>::try_from(cells).unwrap();
    let (start, end) = range.split_once('-').unwrap();
    let claims = claims.split(", ").filter(|c| !c.is_empty()).map(|c| c.trim_matches('`').to_owned()).collect();
    let [line, sentence, start, end] = [number, sentence, start, end].map(|n| n.parse().unwrap());
    Row { line, sentence, start, end, claims, note: note.to_owned() }
}

/// Where each line of the text begins and ends, and where its sentences end inside it, in code points.
fn lines(text: &str) -> Vec<(usize, usize, Vec<usize>)> {
    let mut at = 0;
    text.split('\n')
        .map(|line| {
            let chars: Vec<char> = line.chars().collect();
            let start = at;
            at += chars.len() + 1;
            (start, start + chars.len(), sentence_ends(&chars).into_iter().map(|e| start + e).collect())
        })
        .collect()
}

/// After the space that follows a full stop or question mark (and a closing quotation mark, damaged to `â`), before a capital.
fn sentence_ends(line: &[char]) -> Vec<usize> {
    let closes = |i: usize| matches!(line[i], '.' | '?');
    let stop = |i: usize| closes(i) || (line[i] == 'â' && i > 0 && closes(i - 1));
    let opens = |c: char| c.is_ascii_uppercase() || c == 'â';
    (1..line.len().saturating_sub(1))
        .filter(|&i| line[i] == ' ' && stop(i - 1) && opens(line[i + 1]))
        .map(|i| i + 1)
        .collect()
}

/// Gaps, overlaps, rows out of their line or over a sentence's end, and wrong numbers.
fn untiled(rows: &[Row], text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for (i, (start, end, ends)) in lines(text).into_iter().enumerate() {
        let mut at = start;
        for row in rows.iter().filter(|r| r.line == i + 1) {
            if row.start != at || row.end <= row.start {
                problems.push(format!("line {}: a gap or overlap at {at}", row.line));
            }
            if ends.iter().any(|e| row.start < *e && *e < row.end) {
                problems.push(format!("{}-{} runs over a sentence's end", row.start, row.end));
            }
            if row.sentence != 1 + ends.iter().filter(|e| **e <= row.start).count() {
                problems.push(format!("{}-{} is not sentence {}", row.start, row.end, row.sentence));
            }
            at = row.end;
        }
        if at != end && start != end {
            problems.push(format!("line {}: ends at {end}, covered to {at}", i + 1));
        }
    }
    let count = text.split('\n').count();
    problems.extend(rows.iter().filter(|r| r.line == 0 || r.line > count).map(|r| format!("no line {}", r.line)));
    problems
}

/// Claims and rows that do not know of each other, anchors outside the rows that name the claim, rows without claim or reason.
fn unmatched(rows: &[Row], claims: &BTreeMap<String, Vec<(usize, usize)>>) -> Vec<String> {
    let mut problems = Vec::new();
    for row in rows {
        if row.claims.is_empty() && row.note.is_empty() {
            problems.push(format!("{}-{} has neither claims nor a reason", row.start, row.end));
        }
        let here = |ranges: &[(usize, usize)]| ranges.iter().any(|(s, e)| *s < row.end && row.start < *e);
        for claim in &row.claims {
            if !claims.get(claim).is_some_and(|ranges| here(ranges)) {
                problems.push(format!("{}-{} names `{claim}`, which has no anchor there", row.start, row.end));
            }
        }
    }
    for (claim, ranges) in claims {
        for (start, end) in ranges {
            let naming = rows.iter().filter(|r| r.claims.contains(claim));
            let reached = naming.fold(*start, |at, r| if r.start <= at && at < r.end { r.end } else { at });
            if reached < *end {
                problems.push(format!("`{claim}`: {start}-{end} is not within rows that name it"));
            }
        }
    }
    problems
}

#[test]
fn ranges_tile_every_sentence() {
    let Some(text) = text("ranges_tile_every_sentence") else { return };
    let rows = rows();
    assert_eq!(untiled(&rows, &text), Vec::<String>::new());
    for i in 0..rows.len() {
        let mut gap = rows.clone();
        gap.remove(i);
        assert!(!untiled(&gap, &text).is_empty(), "the control: without row {i}");
    }
    let mut short = rows.clone();
    short[3].end -= 1;
    assert!(!untiled(&short, &text).is_empty(), "the control: a gap of one code point");
}

#[test]
fn coverage_and_claims_name_each_other() {
    let (rows, claims) = (rows(), anchors(&article()));
    assert_eq!(unmatched(&rows, &claims), Vec::<String>::new());
    for (i, row) in rows.iter().enumerate() {
        let mut silent = rows.clone();
        silent[i].claims.clear();
        silent[i].note.clear();
        assert!(!unmatched(&silent, &claims).is_empty(), "the control: {}-{} says nothing", row.start, row.end);
    }
    let mut unknown = rows.clone();
    unknown[0].claims.insert("no-such-claim".into());
    assert_eq!(unmatched(&unknown, &claims).len(), 1, "the control: a claim that is not there");
    for claim in claims.keys() {
        let mut without = rows.clone();
        for row in &mut without {
            row.claims.remove(claim);
        }
        assert!(!unmatched(&without, &claims).is_empty(), "the control: `{claim}` left out");
        let mut moved = claims.clone();
        moved.get_mut(claim).unwrap()[0] = (0, 10);
        assert!(!unmatched(&rows, &moved).is_empty(), "the control: `{claim}` anchored elsewhere");
    }
}

#[test]
fn the_sentence_finder_finds_sentences() {
    let found = |s: &str| sentence_ends(&s.chars().collect::<Vec<_>>());
    assert_eq!(found("It is so. That is it."), [10]);
    assert_eq!(found("It is so.â Then he left? âNo.â"), [11, 25]);
    assert_eq!(found("About 2.5 per cent e.g. of this."), Vec::<usize>::new());
    let two = [row("| 1 | 1 | 0-10 | `a` | |"), row("| 1 | 2 | 10-21 | | none |")];
    assert_eq!(untiled(&two, "It is so. That is it."), Vec::<String>::new());
    let one = [row("| 1 | 1 | 0-21 | `a` | |")];
    assert_eq!(untiled(&one, "It is so. That is it.").len(), 1, "one row over two sentences");
    let misnumbered = [two[0].clone(), Row { sentence: 1, ..two[1].clone() }];
    assert_eq!(untiled(&misnumbered, "It is so. That is it.").len(), 1);
}
