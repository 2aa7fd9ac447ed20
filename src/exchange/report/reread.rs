//! Reading a report back, with nothing of what wrote it: how many claims it has, and that it is whole and runs nothing.

use std::fs::File;
use std::io::{BufReader, Read as _};

use html5gum::{Token, Tokenizer};

use crate::exchange::reread::RereadError;

/// Longest report, in bytes: many times the longest set of claims that it takes.
const MAX_BYTES: u64 = 1 << 30;

fn whole(file: BufReader<File>) -> Result<String, RereadError> {
    let mut text = String::new();
    file.take(MAX_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

fn wrong(record: u64, what: &'static str) -> RereadError {
    RereadError::Record { record, what }
}

/// Counts the cards of a page. An element that fetches or runs, a handler, or a page without its end is refused.
///
/// # Errors
/// When it cannot be read or is no such page.
pub fn html(file: BufReader<File>) -> Result<u64, RereadError> {
    const REFUSED: &[&[u8]] = &[
        b"script",
        b"iframe",
        b"object",
        b"embed",
        b"img",
        b"link",
        b"base",
        b"form",
        b"audio",
        b"video",
        b"use",
        b"image",
        b"foreignobject",
        b"animate",
        b"set",
    ];
    let text = whole(file)?;
    let (mut cards, mut ended) = (0, false);
    for token in Tokenizer::new(&text) {
        match token.map_err(|_| wrong(cards, "not HTML as it should be written"))? {
            Token::StartTag(tag) => {
                let name: &[u8] = &tag.name;
                if REFUSED.contains(&name) {
                    return Err(wrong(cards, "an element that fetches or runs something"));
                }
                if tag.attributes.keys().any(|key| key.starts_with(b"on")) {
                    return Err(wrong(cards, "an attribute that runs something"));
                }
                let class = tag.attributes.get(b"class".as_slice());
                cards += u64::from(name == b"article" && class.is_some_and(|class| class.starts_with(b"card ")));
            }
            Token::EndTag(tag) => ended |= &**tag.name == b"html",
            _ => {}
        }
    }
    if ended { Ok(cards) } else { Err(wrong(cards, "its end is missing")) }
}

/// Counts the headings of claims in a Markdown report.
///
/// # Errors
/// When it cannot be read, or a code block has no end.
pub fn markdown(file: BufReader<File>) -> Result<u64, RereadError> {
    let text = whole(file)?;
    let (mut claims, mut fence) = (0, None);
    for line in text.lines() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        match fence {
            Some(open) if ticks == open && ticks == line.len() => fence = None,
            None if ticks >= 3 => fence = Some(ticks),
            None if line.starts_with("### \\#") => claims += 1,
            _ => {}
        }
    }
    let ended = text.ends_with('\n') && fence.is_none() && text.contains("\n## Check it yourself\n");
    if ended { Ok(claims) } else { Err(wrong(claims, "its end is missing")) }
}
