//! Claims and their appearances: what is asserted, where, by whom, how strongly.

use serde::{Deserialize, Serialize};

use super::check::{Check, MAX_CONTEXT, MAX_LIST, MAX_NAME, MAX_STATEMENT, MAX_TEXT, Problems};
use super::imported::Imported;
use super::vocab::{
    Band, Basis, ClaimKind, Comparator, Factuality, HedgeClass, Mode, Selector, SourceRole, Strength, WhyNot,
};
use crate::hash::{Digest, Index};

/// One proposition in the recorder's own words, self-contained, with its first appearance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Whom it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actors: Vec<String>,
    /// The document's use of it.
    pub appearance: Appearance,
    /// Whether evidence obtainable by then could settle it.
    pub checkable: bool,
    /// From where it was taken over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<Imported>,
    /// The claim file's name for it, unique within its document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What it asserts; names its one point.
    pub kind: ClaimKind,
    /// Language of the statement (BCP 47); English where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    /// Where it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<String>,
    /// Numbers in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quantities: Vec<Quantity>,
    /// The proposition, in the recorder's own words.
    pub statement: String,
    /// The desk's own keywords.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// When it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<Time>,
    /// Who translated the statement, where it is a translation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub translated_by: Option<String>,
    /// Why it is not checkable; present exactly where `checkable` is false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_not: Option<WhyNot>,
}

impl Check for Claim {
    fn check(&self, p: &mut Problems) {
        p.line("statement", &self.statement, MAX_STATEMENT);
        p.optional_line("key", self.key.as_ref(), MAX_NAME);
        if let Some(key) = &self.key
            && !is_key(key)
        {
            p.add("key", "a key is made of lower-case letters, digits and hyphens, such as `bridge-closed`");
        }
        p.lines("actors", &self.actors, MAX_LIST, MAX_NAME);
        p.lines("places", &self.places, MAX_LIST, MAX_NAME);
        p.lines("tags", &self.tags, MAX_LIST, MAX_NAME);
        p.optional_line("translated_by", self.translated_by.as_ref(), MAX_NAME);
        if let Some(lang) = &self.lang {
            p.lang("lang", lang);
        }
        p.each("quantities", &self.quantities, MAX_LIST, Quantity::check);
        p.each("times", &self.times, MAX_LIST, Time::check);
        match (self.checkable, self.why_not) {
            (true, Some(_)) => p.add("why_not", "a checkable claim has no reason why not; leave the key out"),
            (false, None) => p.add("why_not", "say why it is not checkable: opinion, forecast, vague or private"),
            _ => {}
        }
        if self.checkable && matches!(self.kind, ClaimKind::Opinion | ClaimKind::Forecast) {
            p.add("checkable", format!("a claim of kind `{}` is not checkable", self.kind));
        }
        p.within("appearance", |p| self.appearance.check(p));
        if let Some(imported) = &self.imported {
            p.within("imported", |p| imported.check(p));
        }
    }
}

/// Whether `text` may be a local key: lower-case letters, digits and hyphens.
pub fn is_key(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 100
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// A number as the document uses it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantity {
    /// How the number stands to the quantity: "over 200" is `>` and 200.
    pub comparator: Comparator,
    /// Upper end of a range, a decimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<String>,
    /// The document's words.
    pub text: String,
    /// What is counted or measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The number, a decimal; absent where vague.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl Check for Quantity {
    fn check(&self, p: &mut Problems) {
        p.line("text", &self.text, MAX_NAME);
        p.optional_line("unit", self.unit.as_ref(), MAX_NAME);
        for (name, number) in [("value", &self.value), ("high", &self.high)] {
            if let Some(number) = number
                && !is_decimal(number)
            {
                p.add(name, "a number is a decimal in a string, such as \"200\", \"-3\" or \"2.5\"");
            }
        }
        if self.value.is_none() != (self.comparator == Comparator::Vague) {
            p.add("value", "every comparator but `vague` needs a value, and `vague` has none");
        }
        if self.high.is_some() != (self.comparator == Comparator::Range) {
            p.add("high", "`range` needs `value` and `high`, every other comparator has no `high`");
        }
        if let (Some(low), Some(high)) = (&self.value, &self.high)
            && is_decimal(low)
            && is_decimal(high)
            && compare_decimals(low, high) == std::cmp::Ordering::Greater
        {
            p.add("high", "the upper end of a range is not below its value");
        }
    }
}

/// Whether `text` is a plain decimal: optional minus, no leading zeros, no exponent, at most 40 characters.
pub fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    let all_digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    text.len() <= 40
        && all_digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(all_digits)
        && !(text.starts_with('-') && digits.bytes().all(|b| matches!(b, b'0' | b'.')))
}

/// Compares two decimals (see [`is_decimal`]) by value, exactly.
pub fn compare_decimals(a: &str, b: &str) -> std::cmp::Ordering {
    fn magnitude<'t>(a: &'t str, b: &'t str) -> std::cmp::Ordering {
        let split = |t: &'t str| t.split_once('.').unwrap_or((t, ""));
        let ((aw, af), (bw, bf)) = (split(a), split(b));
        aw.len().cmp(&bw.len()).then_with(|| aw.cmp(bw)).then_with(|| {
            let longest = af.len().max(bf.len());
            format!("{af:0<longest$}").cmp(&format!("{bf:0<longest$}"))
        })
    }
    match (a.strip_prefix('-'), b.strip_prefix('-')) {
        (None, None) => magnitude(a, b),
        (Some(a), Some(b)) => magnitude(b, a),
        (Some(_), None) => std::cmp::Ordering::Less,
        (None, Some(_)) => std::cmp::Ordering::Greater,
    }
}

/// A time that the claim is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Time {
    /// Whether the document says it in full or it was worked out.
    pub basis: Basis,
    /// The date, EDTF.
    pub edtf: String,
    /// The document's words.
    pub text: String,
}

impl Check for Time {
    fn check(&self, p: &mut Problems) {
        p.edtf("edtf", &self.edtf);
        p.line("text", &self.text, MAX_NAME);
    }
}

/// A document's use of a claim: where, by whom, with which hedges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appearance {
    /// The passages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub anchors: Vec<Anchor>,
    /// From the outlet to the innermost speaker.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attribution: Vec<Step>,
    /// The document's entry.
    pub document: Index,
    /// Words that take something back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hedges: Vec<Hedge>,
}

impl Check for Appearance {
    fn check(&self, p: &mut Problems) {
        p.each("anchors", &self.anchors, MAX_LIST, Anchor::check);
        p.each("attribution", &self.attribution, MAX_LIST, Step::check);
        if self.attribution.is_empty() {
            p.add("attribution", "name at least the outlet, and how it holds the claim");
        }
        p.each("hedges", &self.hedges, MAX_LIST, Hedge::check);
        for (i, hedge) in self.hedges.iter().enumerate() {
            if usize::from(hedge.level) >= self.attribution.len() {
                let steps = self.attribution.len();
                p.add(&format!("hedges[{i}].level"), format!("the attribution has {steps} steps, counted from 0"));
            }
        }
    }
}

/// A passage: a selector in a named text or snapshot, with the digest of what it selects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// Code point after the last one, in the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<u64>,
    /// Media fragment (`t=10,20`), for that selector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fragment: Option<String>,
    /// Words before the passage, where the licence allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// The passage itself, where the licence allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
    /// How the passage is selected.
    pub selector: Selector,
    /// SHA-256 of the selected bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
    /// First code point, counted from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<u64>,
    /// Words after the passage, where the licence allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suffix: Option<String>,
    /// SHA-256 of the text or snapshot that the selector counts in; absent only for a whole document without capture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Digest>,
}

impl Check for Anchor {
    fn check(&self, p: &mut Problems) {
        p.optional_text("quote", self.quote.as_ref(), MAX_TEXT);
        p.context("prefix", self.prefix.as_ref(), MAX_CONTEXT);
        p.context("suffix", self.suffix.as_ref(), MAX_CONTEXT);
        p.optional_line("fragment", self.fragment.as_ref(), MAX_NAME);
        p.integer("start", self.start);
        p.integer("end", self.end);
        let range = self.start.zip(self.end);
        match self.selector {
            Selector::TextRange => {
                match range {
                    Some((start, end)) if start < end => {}
                    _ => p.add("end", "a text range needs `start` and `end`, and `end` lies after `start`"),
                }
                if self.sha256.is_none() || self.target.is_none() {
                    p.add("sha256", "a text range needs the digest of its bytes and of the text it counts in");
                }
            }
            Selector::MediaFragment => {
                if self.fragment.is_none() || self.target.is_none() {
                    p.add("fragment", "a media fragment needs `fragment` and the digest of the snapshot");
                }
            }
            Selector::Whole => {}
        }
        if self.selector != Selector::TextRange && (self.start.is_some() || self.end.is_some()) {
            p.add("start", "only a text range has `start` and `end`");
        }
        if self.selector != Selector::MediaFragment && self.fragment.is_some() {
            p.add("fragment", "only a media fragment has `fragment`");
        }
        if let (Some(quote), Some(sha256)) = (&self.quote, &self.sha256)
            && Digest::of(quote.as_bytes()) != *sha256
        {
            p.add("quote", "is not what the digest of the passage says");
        }
    }
}

/// One step of an attribution chain: who, how, and how they hold the claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The words that attribute, verbatim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cue: Option<String>,
    /// Whether the bytes of the name are damaged in the document.
    #[serde(default, skip_serializing_if = "is_false")]
    pub damaged: bool,
    /// How a source without a name is described, verbatim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Code point after the cue, in the text of the first anchor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<u64>,
    /// How this speaker holds the claim.
    pub factuality: Factuality,
    /// Whether the speaker's own words are quoted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// The name; refused for role anonymous.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the speaker is.
    pub role: SourceRole,
    /// First code point of the cue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<u64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_false(value: &bool) -> bool {
    !value
}

impl Check for Step {
    fn check(&self, p: &mut Problems) {
        p.optional_line("name", self.name.as_ref(), MAX_NAME);
        p.optional_line("description", self.description.as_ref(), MAX_NAME);
        p.optional_line("cue", self.cue.as_ref(), MAX_NAME);
        p.integer("start", self.start);
        p.integer("end", self.end);
        match self.role {
            SourceRole::Anonymous if self.name.is_some() => {
                p.add("name", "an anonymous source has no name here; who it is never enters the ledger");
            }
            SourceRole::Anonymous | SourceRole::Unknown => {}
            _ if self.name.is_none() => p.add("name", format!("role `{}` needs a name", self.role)),
            _ => {}
        }
        if self.start.is_some() != self.end.is_some() || self.start.zip(self.end).is_some_and(|(s, e)| s >= e) {
            p.add("end", "the range of a cue has `start` and `end`, and `end` lies after `start`");
        }
    }
}

/// A word that takes something back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hedge {
    /// Likelihood band, where the word stands in the table of ICD-203.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band: Option<Band>,
    /// What kind of word.
    pub class: HedgeClass,
    /// The word, verbatim.
    pub cue: String,
    /// Code point after the cue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<u64>,
    /// The step of the attribution that hedges, 0 the outermost.
    pub level: u8,
    /// What it hedges: code points, half-open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<[u64; 2]>,
    /// First code point of the cue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<u64>,
    /// How much it takes back.
    pub strength: Strength,
}

impl Check for Hedge {
    fn check(&self, p: &mut Problems) {
        p.line("cue", &self.cue, MAX_NAME);
        p.integer("start", self.start);
        p.integer("end", self.end);
        p.integer("scope", self.scope.map(|[_, end]| end));
        if self.start.is_some() != self.end.is_some() || self.start.zip(self.end).is_some_and(|(s, e)| s >= e) {
            p.add("end", "the range of a cue has `start` and `end`, and `end` lies after `start`");
        }
        if let (Some(start), Some(end)) = (self.start, self.end)
            && end > start
            && end - start != self.cue.chars().count() as u64
        {
            p.add("cue", format!("has {} characters, its range {}", self.cue.chars().count(), end - start));
        }
        if self.scope.is_some_and(|[s, e]| s >= e) {
            p.add("scope", "a scope is [start, end], and end lies after start");
        }
    }
}
