//! One page a claim, which carries its review as JSON-LD and says the same to people.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::{Value, json};

use super::rating;
use super::review;
use crate::exchange::format::{Counts, FolderFormat, FormatError, Head, Taken};
use crate::exchange::ordered;
use crate::view::{ClaimView, EvidenceView};

/// More pages than this in one folder are no help to anybody.
const MAX_PAGES: u64 = 100_000;

const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;\
color:#1a1a1a;background:#fff}.finding{border-left:.3rem solid;padding-left:.8rem;font-weight:600}\
li,p,h1{overflow-wrap:anywhere}small{color:#555}\
@media(prefers-color-scheme:dark){body{color:#e8e8e8;background:#161616}small{color:#aaa}a{color:#9cf}}";

/// The pages of a folder, and the list of them.
#[derive(Default)]
pub(super) struct Pages {
    folder: PathBuf,
    head: Option<Head>,
    list: Option<BufWriter<File>>,
    written: u64,
}

impl FolderFormat for Pages {
    fn begin(&mut self, head: &Head, folder: &Path) -> Result<(), FormatError> {
        let mut list = BufWriter::new(File::create(folder.join("index.html"))?);
        let title = format!("Reviews of {}", head.origin);
        // The list is written as claims come: only its begin and end are rendered whole.
        let begin = page("en", &title, None, &html! { h1 dir="auto" { (title) } }).into_string();
        let (open, _) = begin.split_once("</main>").unwrap_or((&begin, ""));
        list.write_all(open.as_bytes())?;
        list.write_all(b"<ul>")?;
        folder.clone_into(&mut self.folder);
        self.head = Some(head.clone());
        self.list = Some(list);
        Ok(())
    }

    fn claim(&mut self, claim: &ClaimView) -> Result<Taken, FormatError> {
        let (Some(head), Some(list)) = (&self.head, &mut self.list) else {
            return Ok(Taken::Skipped("before the head"));
        };
        let review = match review::of(claim, head) {
            Ok(review) => review,
            Err(why) => return Ok(Taken::Skipped(why)),
        };
        if self.written == MAX_PAGES {
            return Err(FormatError::TooMany { what: "a folder of pages", limit: MAX_PAGES });
        }
        self.written += 1;
        let name = format!("claim-{}.html", claim.number);
        let whole = page(&claim.lang, &title_of(claim), Some(&review), &body(claim, head));
        std::fs::write(self.folder.join(&name), whole.into_string())?;
        let item = html! {
            li { a href=(name) { bdi { (title_of(claim)) } } " " small { (label(claim)) } }
        };
        list.write_all(item.into_string().as_bytes())?;
        Ok(Taken::Written)
    }

    fn end(&mut self, head: &Head, counts: &Counts) -> Result<(), FormatError> {
        if let Some(mut list) = self.list.take() {
            let note = format!(
                "Size {}, root {}. Not here: {} not public, {} unverified, {} withheld, {} withdrawn, {} retracted.",
                head.size,
                head.root,
                counts.left_out.not_public,
                counts.left_out.unverified,
                counts.left_out.withheld,
                counts.left_out.withdrawn,
                counts.left_out.retracted
            );
            list.write_all(html! { p { small { (note) } } }.into_string().replacen("<p>", "</ul><p>", 1).as_bytes())?;
            list.write_all(b"</main></body></html>\n")?;
            list.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        }
        let mut bytes = ordered::to_bytes(&json!({"onrecord": 1, "head": head, "counts": counts}));
        bytes.push(b'\n');
        Ok(std::fs::write(self.folder.join("head.json"), bytes)?)
    }
}

fn page(lang: &str, title: &str, review: Option<&Value>, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(lang) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                meta name="viewport" content="width=device-width";
                title { (title) }
                style { (PreEscaped(STYLE)) }
                @if let Some(review) = review {
                    script type="application/ld+json" { (PreEscaped(script(review))) }
                }
            }
            body { main { (body) } }
        }
    }
}

/// JSON inside a script element: nothing in it may look like markup to a reader of HTML.
fn script(review: &Value) -> String {
    let text = String::from_utf8(ordered::to_bytes(review)).unwrap_or_default();
    text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

fn title_of(claim: &ClaimView) -> String {
    claim.statement.clone().unwrap_or_default()
}

fn label(claim: &ClaimView) -> &'static str {
    claim.verdict.as_ref().and_then(|v| v.finding).and_then(rating::of).map_or("", |rating| rating.label)
}

fn body(claim: &ClaimView, head: &Head) -> Markup {
    let verdict = claim.verdict.as_ref();
    let evidence: Vec<&EvidenceView> = claim.evidence.iter().filter(|e| !e.withdrawn && e.stance.is_some()).collect();
    html! {
        h1 dir="auto" { (title_of(claim)) }
        p.finding { (label(claim)) @if let Some(confidence) = claim.confidence { ", confidence " (confidence) } }
        @for flag in &claim.flags { p { strong { (flag.replace('-', " ")) } } }
        @for by in &claim.superseded_by { p { "Claim " (by) " takes its place." } }
        @if let Some(rationale) = verdict.and_then(|v| v.rationale.as_deref()) { p dir="auto" { (rationale) } }
        @for correction in &claim.corrections {
            h2 { (correction.kind) ", " (day(&correction.time.to_string())) }
            p dir="auto" { (correction.text) }
        }
        @if !evidence.is_empty() {
            h2 { "Evidence" }
            ul { @for one in evidence { (item(one)) } }
        }
        h2 { "Where it is from" }
        ul {
            @for appearance in &claim.appearances {
                li {
                    bdi { (appearance.document.title.as_deref().unwrap_or("a document without a title")) }
                    @if let Some(publisher) = &appearance.document.publisher { ", " bdi { (publisher) } }
                    @if let Some(dated) = &appearance.document.dated { ", " (dated) }
                    @if let Some(url) = appearance.document.url.as_deref().filter(|url| is_web(url)) {
                        ": " a href=(url) rel="noopener nofollow" { (url) }
                    }
                }
            }
        }
        p { small {
            "Claim " (claim.number) " of " bdi { (head.origin) } ", leaf " (claim.leaf) ", as of size " (head.size) "."
        } }
    }
}

fn item(evidence: &EvidenceView) -> Markup {
    html! {
        li {
            (evidence.stance.map_or("", |stance| stance.as_str())) ": "
            bdi { (evidence.says.as_deref().unwrap_or("")) }
            @if let Some(publisher) = &evidence.publisher { " (" bdi { (publisher) } ")" }
            @if let Some(url) = evidence.url.as_deref().filter(|url| is_web(url)) {
                " " a href=(url) rel="noopener nofollow" { (url) }
            }
            @if evidence.relied_on { small { " relied on" } }
        }
    }
}

/// Only such addresses become links.
fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

fn day(time: &str) -> &str {
    time.get(..10).unwrap_or(time)
}
