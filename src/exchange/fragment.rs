//! Text fragments (`#:~:text=…`): links that open a page at a passage. The browser looks for the passage on the page as
//! it is now, so such a link is a help and never evidence.

use std::fmt::Write as _;

/// Longest passage, in code points, that stands in the link whole.
const WHOLE: usize = 300;
/// Words at either end of a longer one.
const WORDS: usize = 5;

/// The address with a directive for the passage; `None` for an address that is no web page, or an empty passage.
pub fn link(url: &str, passage: &str) -> Option<String> {
    let web = ["http://", "https://"]
        .iter()
        .any(|scheme| url.get(..scheme.len()).is_some_and(|s| s.eq_ignore_ascii_case(scheme)));
    let words: Vec<&str> = passage.split_whitespace().collect();
    if !web || words.is_empty() {
        return None;
    }
    let whole = words.join(" ");
    let text = if whole.chars().count() <= WHOLE || words.len() <= 2 * WORDS {
        encoded(&whole)
    } else {
        format!("{},{}", encoded(&words[..WORDS].join(" ")), encoded(&words[words.len() - WORDS..].join(" ")))
    };
    // An element fragment stays; a directive that is there already makes room.
    let (page, fragment) = url.split_once('#').unwrap_or((url, ""));
    let element = fragment.split(":~:").next().unwrap_or_default();
    Some(format!("{page}#{element}:~:text={text}"))
}

/// Percent-encoded but for the unreserved characters of RFC 3986, without the hyphen, which would change the meaning.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        if b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'~') {
            out.push(char::from(b));
        } else {
            let _ = write!(out, "%{b:02X}");
        }
    }
    out
}
