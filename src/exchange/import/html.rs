//! Pages that carry JSON-LD: the text of each `<script type="application/ld+json">`, where it stands.

use std::ops::Range;

use html5gum::{DefaultEmitter, Token, Tokenizer};

/// Whether a file is a page rather than JSON: its first sign is `<`.
pub fn is_page(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_start().starts_with('<')
}

/// The bytes of each such script of a page, in order.
pub fn scripts(page: &str) -> Vec<Range<usize>> {
    let mut emitter = DefaultEmitter::new_with_span();
    emitter.naively_switch_states(true);
    let mut found = Vec::new();
    let mut open: Option<Option<Range<usize>>> = None;
    for token in Tokenizer::new_with_emitter(page, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) if tag.name.as_slice() == b"script" => {
                let kind = tag.attributes.get(b"type".as_slice()).map(|t| t.value.0.to_ascii_lowercase());
                let kind = kind.as_deref().map(|t| t.split(|b| *b == b';').next().unwrap_or_default().trim_ascii());
                open = (kind == Some(b"application/ld+json".as_slice())).then_some(None);
            }
            Token::String(text) => {
                if let Some(range) = &mut open {
                    let start = range.as_ref().map_or(text.span.start, |r| r.start);
                    *range = Some(start..text.span.end);
                }
            }
            Token::EndTag(tag) if tag.name.as_slice() == b"script" => found.extend(open.take().flatten()),
            _ => {}
        }
    }
    found.retain(|range| page.get(range.clone()).is_some_and(|text| !text.trim().is_empty()));
    found
}
