//! Hostile text in every field of a ledger comes out of every format as text, shown by reading the format back.
//!
//! A format joins by a line in [`FORMATS`]: how it is written, and how it is read back.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};

use html5gum::{Token, Tokenizer};
use onrecord::exchange::format::{Counts, Format, Head, Taken};
use onrecord::exchange::html::Html;
use onrecord::exchange::iri::Base;
use onrecord::exchange::markdown::Markdown;
use onrecord::exchange::{csv, jsonl};
use onrecord::ledger::Ledger;
use onrecord::text::{printable_line, shown};
use onrecord::view::ClaimView;

use crate::cli::Desk;
use crate::hostile_claims::{batch, payloads};
use crate::ledger::{append, ledger};

/// A ledger with all of it, in memory.
fn hostile() -> Ledger {
    let (_, mut ledger) = ledger();
    for (n, text) in payloads().iter().enumerate() {
        append(&mut ledger, &batch(n, text)).unwrap();
    }
    ledger
}

fn views(ledger: &Ledger) -> Vec<ClaimView> {
    let claims = ledger.claims().unwrap();
    claims.iter().map(|n| ClaimView::new(&ledger.claim(*n).unwrap().unwrap(), ledger)).collect()
}

fn head(ledger: &Ledger) -> Head {
    Head {
        origin: ledger.origin().to_owned(),
        id: ledger.id(),
        size: ledger.size(),
        root: ledger.root(),
        checkpoint: ledger.reader().note().map(|note| String::from_utf8(note.to_vec()).unwrap()),
        exported_at: ledger.state().last_time,
        query: "'; rm -rf \"<script>\u{202e} ```".into(),
        all: true,
        public: false,
        base: Base::parse("https://example.invalid/").unwrap(),
    }
}

type ReadBack = fn(&[u8], &[ClaimView]);
type WriteOut = fn(&Head, &[ClaimView]) -> Vec<u8>;

/// Every format: its name, how a set is written, and how it is read back.
const FORMATS: &[(&str, WriteOut, ReadBack)] = &[
    ("jsonl", |_, claims| claims.iter().flat_map(jsonl::line).collect(), read_jsonl),
    ("csv", |_, claims| csv::claims(claims), read_csv),
    ("html", |head, claims| write(Html::new(), head, claims), read_html),
    ("markdown", |head, claims| write(Markdown::new(), head, claims), read_markdown),
];

/// A set as a format of the trait writes it.
pub fn write(mut format: impl Format, head: &Head, claims: &[ClaimView]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut counts = Counts::default();
    format.begin(head, &mut out).unwrap();
    for claim in claims {
        match format.claim(claim, &mut out).unwrap() {
            Taken::Written => counts.claims += 1,
            Taken::Skipped(why) => *counts.skipped.entry(why).or_default() += 1,
        }
    }
    format.end(head, &counts, &mut out).unwrap();
    out
}

#[test]
fn hostile_text_is_text_in_every_format() {
    let ledger = hostile();
    let (head, claims) = (head(&ledger), views(&ledger));
    assert_eq!(claims.len(), payloads().len());
    for (name, write, read) in FORMATS {
        let bytes = write(&head, &claims);
        assert_eq!(bytes, write(&head, &claims), "{name}: the same set gives other bytes");
        read(&bytes, &claims);
    }
}

/// What the readers must not let pass: a text of the payloads unescaped, as each format would leave it by a slip.
const SLIPS: &[(&str, &str, &str)] = &[
    ("jsonl", "<script>", "<scrap>"),
    ("csv", "\"\" onmouseover", "\" onmouseover"),
    ("html", "&lt;script&gt;", "<script>"),
    ("html", "&lt;img src=x onerror=alert(1)&gt;", "<b onclick=alert(1)>"),
    ("html", "<span class=\"ctl\">U+202E</span>", "\u{202e}"),
    ("html", "rel=\"noreferrer\"", "rel=\"noreferrer\" href=\"javascript:alert(1)\" x="),
    ("markdown", "\\<script\\>", "<script>"),
    ("markdown", "\\!\\[i\\]", "![i]"),
    ("markdown", "\\[U+202E\\]", "\u{202e}"),
    ("markdown", "\\`code\\`", "`code\\`"),
];

#[test]
fn a_slip_of_each_format_is_seen() {
    let ledger = hostile();
    let (head, claims) = (head(&ledger), views(&ledger));
    for (format, good, slip) in SLIPS {
        let (_, write, read) = FORMATS.iter().find(|(name, ..)| name == format).unwrap();
        let text = String::from_utf8(write(&head, &claims)).unwrap();
        assert!(text.contains(good), "{format}: nothing to spoil: {good}");
        let spoilt = text.replacen(good, slip, 1);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| read(spoilt.as_bytes(), &claims)));
        assert!(outcome.is_err(), "{format}: {slip:?} in place of {good:?} was not seen");
    }
}

fn read_jsonl(bytes: &[u8], claims: &[ClaimView]) {
    let lines: Vec<&[u8]> = bytes.strip_suffix(b"\n").unwrap().split(|b| *b == b'\n').collect();
    assert_eq!(lines.len(), claims.len());
    for (line, claim) in lines.iter().zip(claims) {
        let read: serde_json::Value = serde_json::from_slice(line).unwrap();
        assert_eq!(read, serde_json::to_value(claim).unwrap());
    }
}

fn read_csv(bytes: &[u8], claims: &[ClaimView]) {
    let mut reader = ::csv::ReaderBuilder::new().flexible(false).from_reader(bytes);
    let (statement, rationale) = {
        let headers = reader.headers().unwrap().clone();
        let at = |name: &str| headers.iter().position(|h| h == name).unwrap();
        (at("statement"), at("rationale"))
    };
    let rows: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), claims.len());
    for (row, claim) in rows.iter().zip(claims) {
        assert_eq!(&row[statement], claim.statement.as_deref().unwrap());
        assert_eq!(&row[rationale], claim.verdict.as_ref().unwrap().rationale.as_deref().unwrap());
    }
}

/// What a report shows of a text: deceiving characters by name.
fn seen(text: &str, name: fn(char) -> String) -> String {
    shown(text).map(|(c, deceives)| if deceives && c != '\n' { name(c) } else { c.to_string() }).collect()
}

/// Elements that the templates make, each with the attributes it may have beside the common ones.
fn allowed() -> BTreeMap<&'static str, &'static [&'static str]> {
    let none: &[&str] = &[];
    let mut map: BTreeMap<&str, &[&str]> = [
        "html",
        "head",
        "title",
        "style",
        "body",
        "header",
        "main",
        "footer",
        "nav",
        "section",
        "article",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "p",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "div",
        "span",
        "b",
        "bdi",
        "cite",
        "code",
        "pre",
        "mark",
        "del",
        "ins",
        "blockquote",
        "table",
        "thead",
        "tbody",
        "tr",
        "td",
        "details",
        "summary",
        "figure",
        "figcaption",
        "fieldset",
        "legend",
        "desc",
    ]
    .into_iter()
    .map(|name| (name, none))
    .collect();
    map.extend([
        ("meta", &["charset", "http-equiv", "content", "name"][..]),
        ("a", &["href", "rel"]),
        ("th", &["scope"]),
        ("mark", &["title"]),
        ("input", &["type", "name", "checked"]),
        ("label", &["for"]),
        ("svg", &["viewbox", "viewBox"]),
        ("rect", &["x", "y", "width", "height", "rx"]),
        ("path", &["d"]),
        ("text", &["x", "y", "dy", "text-anchor", "font-size"]),
        ("line", &["x1", "y1", "x2", "y2", "opacity", "stroke-width"]),
        ("polyline", &["points", "opacity", "stroke-width"]),
        ("tr", &["data-bin"]),
    ]);
    map
}

const COMMON: &[&str] =
    &["class", "id", "lang", "dir", "role", "tabindex", "aria-label", "aria-labelledby", "aria-hidden"];

fn read_html(bytes: &[u8], claims: &[ClaimView]) {
    let allowed = allowed();
    let mut headings = Vec::new();
    let mut text: Option<String> = None;
    let mut all = String::new();
    for token in Tokenizer::new(std::str::from_utf8(bytes).unwrap()) {
        match token.unwrap() {
            Token::StartTag(tag) => {
                let name = String::from_utf8(tag.name.to_vec()).unwrap();
                let extra = *allowed.get(name.as_str()).unwrap_or_else(|| panic!("an element `{name}`"));
                for (key, value) in &tag.attributes {
                    let key = String::from_utf8(key.to_vec()).unwrap();
                    let value = String::from_utf8(value.to_vec()).unwrap();
                    assert!(COMMON.contains(&key.as_str()) || extra.contains(&key.as_str()), "<{name} {key}={value}>");
                    let scheme = value.split(':').next().unwrap_or_default();
                    assert!(key != "href" || value.starts_with('#') || ["http", "https"].contains(&scheme), "{value}");
                }
                if name == "h3" {
                    text = Some(String::new());
                }
            }
            Token::EndTag(tag) => {
                if &**tag.name == b"h3" {
                    headings.extend(text.take());
                }
            }
            Token::String(found) => {
                let found = String::from_utf8(found.to_vec()).unwrap();
                if let Some(text) = &mut text {
                    text.push_str(&found);
                }
                all.push_str(&found);
            }
            Token::Doctype(_) => {}
            other => panic!("{other:?}"),
        }
    }
    for claim in claims {
        let name = |c: char| format!("U+{:04X}", u32::from(c));
        let statement = seen(claim.statement.as_deref().unwrap(), name);
        assert!(headings.contains(&statement), "{statement}");
        let why = claim.verdict.as_ref().unwrap().rationale.as_deref().unwrap();
        assert!(all.contains(&seen(why, name)), "{why}");
        let label = claim.evidence[0].label.as_deref().unwrap();
        assert!(all.contains(&format!("“{}”", seen(label, name))), "{label}");
    }
    let left: BTreeSet<char> = shown(std::str::from_utf8(bytes).unwrap())
        .filter(|(c, deceives)| *deceives && *c != '\n')
        .map(|(c, _)| c)
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

fn read_markdown(bytes: &[u8], claims: &[ClaimView]) {
    let text = std::str::from_utf8(bytes).unwrap();
    assert!(shown(text).all(|(c, deceives)| !deceives || c == '\n'));
    let unescaped = |line: &str| {
        let mut out = String::new();
        let mut rest = line.replace("&#124;", "|").chars().collect::<std::collections::VecDeque<_>>();
        while let Some(c) = rest.pop_front() {
            match rest.front() {
                Some(next) if c == '\\' && next.is_ascii_punctuation() => out.extend(rest.pop_front()),
                _ => out.push(c),
            }
        }
        out
    };
    let headings: Vec<String> = text.lines().filter_map(|l| l.strip_prefix("### ")).map(unescaped).collect();
    for claim in claims {
        let statement = seen(claim.statement.as_deref().unwrap(), |c| format!("[U+{:04X}]", u32::from(c)));
        let heading = format!(
            "#{} {}",
            claim.number,
            statement.split(' ').filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
        );
        assert!(headings.contains(&heading), "{heading}\n{headings:#?}");
    }
    // Outside code fences nothing is left that begins an element, code or a picture, and every line begins as our own
    // templates begin theirs.
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        match fence {
            Some(open) if line == open => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => {
                let bare: String = unescaped_away(line);
                assert!(!bare.contains('<') && !bare.contains("!["), "{line}");
                assert!(bare.matches('`').count().is_multiple_of(2), "{line}");
                assert!(!bare.contains("](javascript") && !line.starts_with("    "), "{line}");
            }
        }
    }
    assert!(fence.is_none());
}

/// A line without its escaped characters.
fn unescaped_away(line: &str) -> String {
    let mut out = String::new();
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c == '\\' {
            chars.next();
        } else {
            out.push(c);
        }
    }
    out
}

#[test]
fn hostile_text_on_a_terminal_is_visible_and_moves_nothing() {
    let desk = Desk::new();
    let texts = payloads();
    let numbers: Vec<u64> = texts.iter().enumerate().map(|(n, text)| desk.append(&batch(n, text))[1]).collect();
    let mut said = Vec::new();
    for number in &numbers {
        let number = number.to_string();
        for verb in ["show", "history", "similar"] {
            said.push((verb, desk.ok(&[verb, &number]).out));
        }
    }
    said.push(("list", desk.ok(&["list"]).out));
    said.push(("search", desk.ok(&["search", "script"]).out));
    said.push(("corrections", desk.ok(&["corrections"]).out));
    said.push(("document", desk.ok(&["document", "show", &(numbers[8] - 1).to_string()]).out));
    for (verb, out) in &said {
        assert!(!out.is_empty(), "{verb} says nothing");
        let bad: BTreeSet<char> = shown(out).filter(|(c, bad)| *bad && *c != '\n').map(|(c, _)| c).collect();
        assert!(bad.is_empty(), "{verb}: {bad:?}");
    }
    // What deceives is named, and what a script needs is left: a person can read both.
    let of = |n: usize| &said[n * 3].1;
    assert!(of(8).contains("\\u{202e}") && of(8).contains("\\u{2066}"), "{}", of(8));
    let whole = |n: usize| of(n).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(whole(10).contains(&printable_line(&format!("now {}", texts[10]))), "{}", of(10));
    assert!(of(10).contains("می\u{200c}خواهند") && !of(10).contains("\\u{200c}"), "{}", of(10));
}
