//! Charts as SVG: drawn by plotters, then given classes in place of colours, so that one chart serves light and dark.
//!
//! plotters writes a colour into each shape. Here the blue part of the colour is an index into [`INKS`], and
//! [`themed`] turns it into a class, which the style sheet colours.

use std::fmt::Write as _;

use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::exchange::report::span::Line;
use crate::exchange::report::words::Finding;

/// The inks of charts by class: text, grid, then one for each finding and each stance.
const INKS: &[&str] = &[
    "ink",
    "grid",
    "supported",
    "partly-supported",
    "misleading-context",
    "conflicting",
    "refuted",
    "not-enough-evidence",
    "not-checkable",
    "unverified",
    "supports",
    "refutes",
    "qualifies",
    "context",
    "on-supported",
    "on-partly-supported",
    "on-misleading-context",
    "on-conflicting",
    "on-refuted",
    "on-not-enough-evidence",
    "on-not-checkable",
    "on-unverified",
];

type Failure = DrawingAreaErrorKind<std::io::Error>;

/// A chart that could not be drawn.
#[derive(Debug, thiserror::Error)]
#[error("the chart cannot be drawn: {0}")]
pub struct ChartError(String);

fn ink(name: &str) -> RGBColor {
    let at = INKS.iter().position(|i| *i == name).unwrap_or_default();
    RGBColor(0, 0, u8::try_from(at).unwrap_or_default())
}

fn label<'a>(size: u32, name: &str, h: HPos, v: VPos) -> TextStyle<'a> {
    let style = TextStyle::from(("sans-serif", size).into_font());
    TextStyle { color: ink(name).to_backend_color(), pos: Pos::new(h, v), ..style }
}

/// Draws on a canvas of the given size and returns the shapes, without the enclosing element.
fn draw(
    size: (u32, u32),
    paint: impl FnOnce(&DrawingArea<SVGBackend<'_>, plotters::coord::Shift>) -> Result<(), Failure>,
) -> Result<String, ChartError> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        paint(&area).map_err(|e| ChartError(e.to_string()))?;
        area.present().map_err(|e| ChartError(e.to_string()))?;
    }
    Ok(themed(&svg))
}

/// Width of every chart, in user units of its view box.
pub const WIDTH: u32 = 720;

/// The bar of findings: one segment for each, as wide as its share, with its letter and number where they fit.
pub fn findings(counts: &[(Finding, u64)]) -> Result<String, ChartError> {
    let all: u64 = counts.iter().map(|(_, n)| n).sum::<u64>().max(1);
    draw((WIDTH, 44), |area| {
        let mut left = 0_u64;
        for (finding, n) in counts.iter().filter(|(_, n)| *n > 0) {
            let x = |at: u64| i32::try_from(at * u64::from(WIDTH) / all).unwrap_or_default();
            let (from, to) = (x(left), x(left + n));
            left += n;
            // A gap of the page's own colour tells segments apart without their colours.
            let right = (to - 2).max(from + 1);
            area.draw(&Rectangle::new([(from, 0), (right, 44)], ink(finding.key).filled()))?;
            let told = match right - from {
                34.. => format!("{} {n}", finding.letter),
                16.. => finding.letter.to_owned(),
                _ => continue,
            };
            let style = label(15, &format!("on-{}", finding.key), HPos::Center, VPos::Center);
            area.draw(&Text::new(told, (i32::midpoint(from, right), 22), style))?;
        }
        Ok(())
    })
}

/// Height of a time line.
pub const LINE_HEIGHT: u32 = 170;

/// A time line: stacked bars, one for each bin.
pub fn time_line(line: &Line, series: &[&str]) -> Result<String, ChartError> {
    let top = (0..line.bins.len()).map(|i| line.total(i)).max().unwrap_or_default().max(1);
    let bins = u32::try_from(line.bins.len()).unwrap_or(u32::MAX);
    draw((WIDTH, LINE_HEIGHT), |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(6)
            .margin_top(18)
            .y_label_area_size(34)
            .x_label_area_size(26)
            .build_cartesian_2d(0.0..f64::from(bins), 0..top)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .disable_x_axis()
            .light_line_style(TRANSPARENT)
            .bold_line_style(ink("grid"))
            .axis_style(ink("grid"))
            .y_labels(4)
            .y_label_style(label(13, "ink", HPos::Right, VPos::Center))
            .y_label_formatter(&|n| n.to_string())
            .draw()?;
        for (at, (_, counts)) in (0_u32..).zip(&line.bins) {
            let (from, to) = (f64::from(at) + 0.08, f64::from(at) + 0.92);
            let mut base = 0;
            for (class, n) in series.iter().zip(counts).filter(|(_, n)| **n > 0) {
                let bar = Rectangle::new([(from, base), (to, base + n)], ink(class).filled());
                chart.draw_series(std::iter::once(bar))?;
                base += n;
            }
        }
        // A name under every bar that has room for one, at its middle.
        let wide = line.bins.first().map_or(1, |(name, _)| name.len()) * 8 + 14;
        let step = (line.bins.len() * wide).div_ceil(670).max(1);
        for (at, (name, _)) in (0_u32..).zip(&line.bins).step_by(step) {
            let (x, y) = chart.backend_coord(&(f64::from(at) + 0.5, 0));
            // The last name must not run over the edge.
            let half = i32::try_from(wide / 2).unwrap_or_default();
            let x = x.min(i32::try_from(WIDTH).unwrap_or_default() - half);
            let style = label(13, "ink", HPos::Center, VPos::Top);
            area.draw(&Text::new(name.clone(), (x, y + 7), style))?;
        }
        Ok(())
    })
}

/// plotters' markup with classes in place of colours, and without what is the same everywhere.
fn themed(svg: &str) -> String {
    let mut out = String::with_capacity(svg.len() / 2);
    let mut rest = svg;
    while let Some(start) = rest.find('<') {
        out.push_str(rest[..start].trim());
        let Some(end) = rest[start..].find('>') else { break };
        let tag = &rest[start + 1..start + end];
        rest = &rest[start + end + 1..];
        // The enclosing element is the page's, with its title and description.
        if tag.starts_with("svg") || tag.starts_with("/svg") {
            continue;
        }
        out.push('<');
        let mut parts = tag.trim_end_matches('/').splitn(2, ' ');
        out.push_str(parts.next().unwrap_or_default());
        attributes(parts.next().unwrap_or_default(), &mut out);
        out.push_str(if tag.ends_with('/') { "/>" } else { ">" });
    }
    out.push_str(rest.trim());
    out
}

fn attributes(mut list: &str, out: &mut String) {
    while let Some((name, value, rest)) = attribute(list) {
        list = rest;
        let class = |value: &str| {
            let index = value.strip_prefix("#0000").and_then(|hex| usize::from_str_radix(hex, 16).ok());
            index.and_then(|i| INKS.get(i)).copied()
        };
        match (name, value) {
            ("font-size", size) => {
                let size: f64 = size.parse().unwrap_or(12.0);
                let _ = write!(out, " font-size=\"{size:.1}\"");
            }
            ("opacity" | "stroke-width", "1") | ("font-family", _) | (_, "none") => {}
            ("fill", color) => {
                if let Some(class) = class(color) {
                    let _ = write!(out, " class=\"f-{class}\"");
                }
            }
            ("stroke", color) => {
                if let Some(class) = class(color) {
                    let _ = write!(out, " class=\"s-{class}\"");
                }
            }
            (name, value) => {
                let _ = write!(out, " {name}=\"{value}\"");
            }
        }
    }
}

/// The first attribute of a list, and what follows it. Values are escaped already and stay so.
fn attribute(list: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = list.trim_start().split_once("=\"")?;
    let (value, rest) = rest.split_once('"')?;
    Some((name, value, rest))
}
