//! Text of others in a page: escaped, with what could fool a reader made visible, and links only where they are safe.

use maud::{Markup, Render, html};

use super::address::{host, target};

/// Text of others as the content of an element: `& < > " '` are escaped, and every character that deceives stands as
/// a visible name such as `U+202E`. Line feeds are kept.
#[derive(Debug, Clone, Copy)]
pub struct Text<'a>(pub &'a str);

impl Render for Text<'_> {
    fn render_to(&self, out: &mut String) {
        for (c, deceives) in crate::text::shown(self.0) {
            if deceives && !matches!(c, '\n' | '\t') {
                out.push_str("<span class=\"ctl\">");
                out.push_str(&code(c));
                out.push_str("</span>");
            } else {
                escaped(c, out);
            }
        }
    }
}

/// Text of others as the value of an attribute, or where no element may stand: the same, with `[U+202E]`.
#[derive(Debug, Clone, Copy)]
pub struct Plain<'a>(pub &'a str);

impl Render for Plain<'_> {
    fn render_to(&self, out: &mut String) {
        for (c, deceives) in crate::text::shown(self.0) {
            if deceives && !matches!(c, '\n' | '\t') {
                out.push('[');
                out.push_str(&code(c));
                out.push(']');
            } else {
                escaped(c, out);
            }
        }
    }
}

fn code(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

fn escaped(c: char, out: &mut String) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&#39;"),
        c => out.push(c),
    }
}

/// A link with a word before its host, or the address as text where it may not be one.
pub fn link(what: &str, url: &str) -> Markup {
    let Some(href) = target(url) else {
        return html! { span { (what) " " bdi { (Text(url)) } } };
    };
    html! { a href=(Plain(&href)) rel="noreferrer" { (what) " " bdi { (Text(host(&href))) } } }
}

/// A number of a claim: a link where it stands in this page.
pub fn claim_link(number: u64, here: bool) -> Markup {
    if here {
        html! { a href={ "#claim-" (number) } { "#" (number) } }
    } else {
        html! { "#" (number) }
    }
}
