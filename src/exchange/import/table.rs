//! Comma-separated values (RFC 4180) read strictly, row by row: a row that is wrong says why, and the next is read.

use std::ops::Range;

/// A row of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number as a spreadsheet counts, the heading row being 1. Empty lines are no rows.
    pub number: u64,
    /// Its bytes, without the end of line.
    pub span: Range<usize>,
    /// Its cells, or why there are none.
    pub cells: Result<Vec<String>, String>,
}

/// Rows of a file, in order.
#[derive(Debug)]
pub struct Rows<'b> {
    bytes: &'b [u8],
    delimiter: u8,
    at: usize,
    number: u64,
}

/// Longest row, in bytes.
const MAX_ROW: usize = 1 << 20;

/// A cell in the making.
enum In {
    Plain,
    Quoted,
    /// After the closing quotation mark.
    Closed,
}

impl<'b> Rows<'b> {
    /// Reads from `start` on, behind a byte-order mark for instance.
    pub fn new(bytes: &'b [u8], start: usize, delimiter: u8) -> Self {
        Self { bytes, delimiter, at: start, number: 0 }
    }

    fn end_of_line(&self, at: usize) -> Option<usize> {
        match self.bytes[at] {
            b'\r' if self.bytes.get(at + 1) == Some(&b'\n') => Some(at + 2),
            b'\r' | b'\n' => Some(at + 1),
            _ => None,
        }
    }

    fn skip_empty_lines(&mut self) {
        while self.at < self.bytes.len() {
            let Some(next) = self.end_of_line(self.at) else { return };
            self.at = next;
        }
    }
}

impl Iterator for Rows<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        self.skip_empty_lines();
        if self.at >= self.bytes.len() {
            return None;
        }
        self.number += 1;
        let start = self.at;
        let mut cells = Cells::default();
        let mut state = In::Plain;
        let mut begun = true;
        let mut opened = start;
        let mut end = self.bytes.len();
        while let Some(&b) = self.bytes.get(self.at) {
            match state {
                In::Quoted if b == b'"' => {
                    if self.bytes.get(self.at + 1) == Some(&b'"') {
                        cells.push(b'"');
                        self.at += 1;
                    } else {
                        state = In::Closed;
                    }
                }
                In::Quoted => cells.push(b),
                _ if b == self.delimiter => {
                    cells.close();
                    (state, begun) = (In::Plain, true);
                    self.at += 1;
                    continue;
                }
                _ if self.end_of_line(self.at).is_some() => {
                    end = self.at;
                    self.at = self.end_of_line(self.at).unwrap_or(self.bytes.len());
                    break;
                }
                In::Plain if b == b'"' && begun => {
                    opened = self.at;
                    state = In::Quoted;
                }
                In::Plain if b == b'"' => {
                    cells.wrong(format!("byte {}: a quotation mark stands inside a cell without quotes", self.at));
                }
                In::Plain => cells.push(b),
                In::Closed => cells.wrong(format!("byte {}: text follows a closing quotation mark", self.at)),
            }
            begun = false;
            self.at += 1;
        }
        if matches!(state, In::Quoted) {
            cells.wrong(format!(
                "byte {opened}: this quotation mark is never closed, and everything behind it is taken for one cell"
            ));
        }
        cells.close();
        let row = &self.bytes[start..end];
        if let Some(at) = memchr::memchr(0, row) {
            cells.wrong = Some(format!("byte {}: a NUL, which no text holds", start + at));
        } else if let Err(e) = std::str::from_utf8(row) {
            cells.wrong = Some(format!("byte {}: not UTF-8", start + e.valid_up_to()));
        }
        if end - start > MAX_ROW {
            cells.wrong(format!("{} bytes, and a row has at most {MAX_ROW}", end - start));
        }
        Some(Row { number: self.number, span: start..end, cells: cells.done() })
    }
}

#[derive(Default)]
struct Cells {
    done: Vec<String>,
    cell: Vec<u8>,
    wrong: Option<String>,
}

impl Cells {
    fn push(&mut self, byte: u8) {
        // A cell beyond the limit of a row is refused in the end; until then it need not be kept.
        if self.cell.len() <= MAX_ROW {
            self.cell.push(byte);
        }
    }

    /// Keeps the first thing that is wrong.
    fn wrong(&mut self, why: String) {
        self.wrong.get_or_insert(why);
    }

    fn close(&mut self) {
        // A cell that is not UTF-8 has its row refused by the row's bytes.
        self.done.push(String::from_utf8(std::mem::take(&mut self.cell)).unwrap_or_default());
    }

    fn done(self) -> Result<Vec<String>, String> {
        match self.wrong {
            Some(why) => Err(why),
            None => Ok(self.done),
        }
    }
}
