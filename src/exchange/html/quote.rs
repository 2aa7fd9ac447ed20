//! A licensed quote with its hedges marked where they stand in it.

use maud::{Markup, html};

use super::text::Text;
use crate::claim::Hedge;
use crate::text::CodePoints;
use crate::view::AnchorView;

/// The quote of an anchor; hedges are marked where their range lies within the anchor's.
pub fn quoted(quote: &str, anchor: &AnchorView, hedges: &[Hedge]) -> Markup {
    let parts = parts(quote, anchor.start, hedges);
    html! {
        @for (text, class) in parts {
            @match class {
                Some(class) => { mark.{ "h-" (class) } title={ "hedge: " (class) } { (Text(text)) } }
                None => { (Text(text)) }
            }
        }
    }
}

/// The quote cut at its hedges, each piece with the class of its hedge. A hedge that overlaps an earlier one, or does
/// not lie within the quote, is left to the list of hedges.
pub fn parts<'q>(quote: &'q str, start: Option<u64>, hedges: &[Hedge]) -> Vec<(&'q str, Option<&'static str>)> {
    let points = CodePoints::new(quote);
    let inside = |at: u64| usize::try_from(at.checked_sub(start?)?).ok().filter(|at| *at <= points.len());
    let mut ranges: Vec<(usize, usize, &'static str)> =
        hedges.iter().filter_map(|h| Some((inside(h.start?)?, inside(h.end?)?, h.class.as_str()))).collect();
    ranges.sort_unstable();
    let mut found = Vec::new();
    let mut at = 0;
    for (from, to, class) in ranges {
        if from < at || to <= from {
            continue;
        }
        found.extend(points.slice(at, from).filter(|t| !t.is_empty()).map(|t| (t, None)));
        found.extend(points.slice(from, to).map(|t| (t, Some(class))));
        at = to;
    }
    found.extend(points.slice(at, points.len()).filter(|t| !t.is_empty()).map(|t| (t, None)));
    found
}
