//! Text of others in Markdown (`CommonMark` with GFM tables), so that none of it is markup.

use std::fmt::Write as _;

use crate::exchange::html::address;

/// Text on one line: for headings, cells of tables and items.
pub fn line(text: &str) -> String {
    let words: Vec<&str> = text.split(['\n', '\t', ' ']).filter(|w| !w.is_empty()).collect();
    escaped(&words.join(" "))
}

/// Text that may have lines: each ends in a hard break, so that none of them begins a block. `indent` stands before
/// every line but the first.
pub fn block(text: &str, indent: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(line).filter(|l| !l.is_empty()).collect();
    lines.join(&format!("\\\n{indent}"))
}

/// Every ASCII punctuation character that means something in any place gets a backslash; a bar, which would end a cell
/// before backslashes are looked at, is an entity. What deceives is shown by its name.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    for (c, deceives) in crate::text::shown(text) {
        match c {
            _ if deceives => {
                let _ = write!(out, "\\[U+{:04X}\\]", u32::from(c));
            }
            '|' => out.push_str("&#124;"),
            // These six mean nothing anywhere.
            ',' | ';' | '\'' | '%' | '?' | '/' => out.push(c),
            c if c.is_ascii_punctuation() => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// A link with a word before its host, or the address as text where it may not be one.
pub fn link(what: &str, url: &str) -> String {
    match address::target(url) {
        Some(href) => format!("[{what} {}]({})", line(address::host(&href)), destination(&href)),
        None => format!("{what} {}", line(url)),
    }
}

/// An address as the destination of a link: whatever could end or alter it is percent-encoded.
fn destination(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for b in url.bytes() {
        match b {
            b'&' => out.push_str("&amp;"),
            b'-' | b'.' | b'_' | b'~' | b':' | b'/' | b'?' | b'#' | b'@' | b'!' | b'$' | b'\'' | b'*' | b'+' | b','
            | b';' | b'=' | b'%' => out.push(char::from(b)),
            b if b.is_ascii_alphanumeric() => out.push(char::from(b)),
            b => {
                let _ = write!(out, "%{b:02X}");
            }
        }
    }
    out
}

/// A fenced block whose fence is longer than any in the text.
pub fn fenced(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (c, deceives) in crate::text::shown(text) {
        if deceives && c != '\n' {
            let _ = write!(shown, "[U+{:04X}]", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    let longest = shown.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{}\n{fence}\n", shown.trim_end_matches('\n'))
}

/// A GFM table; the cells are escaped already.
pub fn table(heading: &[&str], rows: &[Vec<String>]) -> String {
    let mut out = format!("| {} |\n|{}\n", heading.join(" | "), " --- |".repeat(heading.len()));
    for row in rows {
        let _ = writeln!(out, "| {} |", row.join(" | "));
    }
    out
}
