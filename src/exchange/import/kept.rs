//! What of another tool's fields can be kept as it is; what cannot is left in the original, and said.

use std::ops::Range;

use super::foreign::Source;
use crate::claim::check::{MAX_LIST, MAX_NAME, MAX_TEXT};
use crate::claim::edtf::Edtf;
use crate::claim::{Extra, Imported, Problems};

/// The text on one line: runs of white space with a line break or tab in them become a space, ends are trimmed.
pub fn one_line(text: &str) -> String {
    let text = text.trim();
    if !text.contains(['\n', '\r', '\t']) {
        return text.to_owned();
    }
    let lines = text.split(['\n', '\r', '\t']).map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ")
}

/// An ISO date, as EDTF; `None` of anything else, which stays as it was written and no more.
pub fn iso(text: &str) -> Option<String> {
    let b = text.as_bytes();
    let digits = |range: Range<usize>| b.get(range).is_some_and(|d| d.iter().all(u8::is_ascii_digit));
    let month = |at: usize| matches!(text.get(at..at + 2).and_then(|m| m.parse::<u8>().ok()), Some(1..=12));
    let good = match text.len() {
        4 => digits(0..4),
        7 => digits(0..4) && b[4] == b'-' && digits(5..7) && month(5),
        10 => digits(0..4) && b[4] == b'-' && digits(5..7) && b[7] == b'-' && digits(8..10),
        _ if b.get(10) == Some(&b'T') => {
            return iso(text.get(..10)?).filter(|_| digits(11..13) && b.get(13) == Some(&b':'));
        }
        _ => false,
    };
    (good && text.parse::<Edtf>().is_ok()).then(|| text.to_owned())
}

/// Bytes that are kept beside one claim or piece of evidence at most, so that its payload stays far within its limit.
const MAX_EXTRA: usize = 16 << 10;

/// What of a record can be kept as it is; the rest is left in the original, and said.
pub(super) struct Kept<'n> {
    pub notes: &'n mut Vec<String>,
    pub extra: Vec<Extra>,
}

impl Kept<'_> {
    fn left(&mut self, name: &str, why: &str) {
        self.notes.push(format!("{name}: {why}; it stands in the original"));
    }

    /// A line of the usual length.
    pub fn line(&mut self, name: &str, text: Option<String>) -> Option<String> {
        let given = text.filter(|t| !t.trim().is_empty())?;
        let line = one_line(&given);
        if let Some(c) = line.chars().find(|c| c.is_control()) {
            self.left(name, &format!("left out, it holds the control character U+{:04X}", u32::from(c)));
            return None;
        }
        if line.chars().count() > MAX_NAME {
            self.left(name, &format!("left out, it is longer than {MAX_NAME} characters"));
            return None;
        }
        if line != given {
            self.notes.push(format!("{name}: line breaks and space at the ends made single spaces"));
        }
        Some(line)
    }

    pub fn lines(&mut self, list: Vec<String>) -> Vec<String> {
        let mut kept: Vec<String> = Vec::new();
        for item in list {
            if let Some(line) = self.line("list", Some(item))
                && !kept.contains(&line)
                && kept.len() < MAX_LIST
            {
                kept.push(line);
            }
        }
        kept
    }

    /// A text of several lines.
    pub fn text(&mut self, name: &str, text: Option<String>) -> Option<String> {
        let text = text?.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned();
        if text.is_empty() {
            return None;
        }
        if text.chars().count() > MAX_TEXT {
            self.left(name, &format!("left out, it is longer than {MAX_TEXT} characters"));
            return None;
        }
        if let Some(c) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
            self.left(name, &format!("left out, it holds the control character U+{:04X}", u32::from(c)));
            return None;
        }
        Some(text)
    }

    /// What passes a check of its own; what does not is kept beside as it was written.
    fn checked(&mut self, name: &str, text: Option<String>, check: fn(&mut Problems, &str)) -> Option<String> {
        let given = text.filter(|t| !t.trim().is_empty())?;
        let trimmed = given.trim();
        let mut problems = Problems::default();
        check(&mut problems, trimmed);
        if problems.is_empty() {
            return Some(trimmed.to_owned());
        }
        self.notes.push(format!("{name}: not in its form; kept beside, as written"));
        self.extra.push(Extra { name: name.into(), value: given });
        None
    }

    pub fn url(&mut self, name: &str, text: Option<String>) -> Option<String> {
        self.checked(name, text, |p, url| p.url("", url))
    }

    pub fn lang(&mut self, name: &str, text: Option<String>) -> Option<String> {
        self.checked(name, text, |p, tag| p.lang("", tag))
    }

    /// Where it comes from, with what has no other place.
    pub fn imported(self, source: &Source<'_>, locator: &str) -> Imported {
        let (mut extra, mut room) = (Vec::new(), MAX_EXTRA);
        for Extra { name, value } in self.extra {
            let sound = value.chars().count() <= MAX_NAME
                && !value.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t'));
            let name = one_line(&name);
            let named = !name.is_empty() && name.chars().count() <= MAX_NAME && !name.chars().any(char::is_control);
            let len = name.len() + value.len();
            if sound && named && extra.len() < MAX_LIST && len <= room {
                room -= len;
                extra.push(Extra { name, value });
            } else {
                self.notes.push(format!(
                    "{}: not kept beside; it stands in the original",
                    crate::text::printable_line(&name)
                ));
            }
        }
        let (by, format, locator) = (source.by.to_owned(), source.format.to_owned(), locator.to_owned());
        Imported { by, extra, format, locator, origin: None, sha256: source.sha256 }
    }
}

/// The host of an address.
pub(super) fn host(url: &str) -> Option<String> {
    let rest = url.split_once("://")?.1.split(['/', '?', '#', ':']).next()?;
    let host = rest.rsplit('@').next()?.trim_start_matches("www.");
    (!host.is_empty() && host.len() <= MAX_NAME).then(|| host.to_lowercase())
}
