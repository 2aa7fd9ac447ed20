//! Where something stands in a file: line and column as an editor counts them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A place in a claim file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file's name, as given.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters (code points), from 1.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", crate::text::printable_line(&self.file), self.line, self.column)
    }
}

/// The places of an item and of the fields in it, so that a later message can point at them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    item: Place,
    fields: BTreeMap<String, Place>,
}

impl Places {
    /// Of an item that begins at `item`.
    pub fn new(item: Place) -> Self {
        Self { item, fields: BTreeMap::new() }
    }

    /// Where the item begins.
    pub fn item(&self) -> &Place {
        &self.item
    }

    /// Where the value of the field `path` (`appearance.hedges[0].cue`) stands; where it is absent, what encloses it.
    pub fn of(&self, path: &str) -> &Place {
        let mut path = path;
        loop {
            if let Some(place) = self.fields.get(path) {
                return place;
            }
            match path.rfind(['.', '[']) {
                Some(cut) => path = &path[..cut],
                None => return &self.item,
            }
        }
    }

    pub(crate) fn note(&mut self, path: &str, place: Place) {
        self.fields.insert(path.to_owned(), place);
    }
}

/// A file's text, with what turns byte offsets into lines and columns.
#[derive(Debug)]
pub(crate) struct Source<'t> {
    pub(crate) name: Arc<str>,
    pub(crate) text: &'t str,
    /// Byte offset of each line's begin.
    lines: Vec<usize>,
    /// Code points before every `STRIDE`-th byte: a column in a very long line costs no walk through it.
    marks: Vec<usize>,
}

const STRIDE: usize = 256;

/// Number of code points that begin in `bytes`.
fn begins(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| !matches!(b, 0x80..=0xbf)).count()
}

impl<'t> Source<'t> {
    pub(crate) fn new(name: Arc<str>, text: &'t str) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let mut points = 0;
        let marks = text
            .as_bytes()
            .chunks(STRIDE)
            .map(|chunk| {
                let before = points;
                points += begins(chunk);
                before
            })
            .collect();
        Self { name, text, lines, marks }
    }

    fn points_before(&self, offset: usize) -> usize {
        let bytes = self.text.as_bytes();
        let block = (offset / STRIDE).min(self.marks.len().saturating_sub(1));
        self.marks.get(block).map_or(0, |points| points + begins(&bytes[block * STRIDE..offset]))
    }

    /// The line, from 0, in which the byte `offset` stands.
    pub(crate) fn line(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// The place of the byte `offset`, held within the text.
    pub(crate) fn place(&self, offset: usize) -> Place {
        let offset = offset.min(self.text.len());
        let line = self.line(offset);
        let column = self.points_before(offset) - self.points_before(self.lines[line]) + 1;
        Place { file: Arc::clone(&self.name), line: line + 1, column }
    }
}
