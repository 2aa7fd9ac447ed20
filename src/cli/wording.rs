//! Claims by flags: what is asserted, who says it where, how strongly. Shared by `add`, `amend` and `appear`.

use super::capture::Captured;
use super::error::CliError;
use super::parse::words;
use crate::claim::edtf::Edtf;
use crate::claim::lexicon;
use crate::claim::vocab::{
    Basis, ClaimKind, Comparator, Factuality, HedgeClass, Selector, SourceRole, Strength, WhyNot,
};
use crate::claim::{Anchor, Appearance, Claim, Hedge, Quantity, Step, Time};
use crate::draft::anchor::{Found, find};
use crate::text::{CodePoints, printable_line};

/// What is asserted, besides the statement.
#[derive(Debug, Clone, PartialEq, Eq, Default, clap::Args)]
pub struct Wording {
    /// What it asserts; names its one point
    #[arg(long, value_parser = words(ClaimKind::ALL, ClaimKind::as_str), help_heading = "Claim")]
    pub kind: Option<ClaimKind>,
    /// No evidence could settle it, and why
    #[arg(long, value_name = "WHY", value_parser = words(WhyNot::ALL, WhyNot::as_str), help_heading = "Claim")]
    pub not_checkable: Option<WhyNot>,
    /// Where it is about; repeat for several
    #[arg(long, value_name = "NAME", help_heading = "Claim")]
    pub place: Vec<String>,
    /// Whom it is about; repeat for several
    #[arg(long, value_name = "NAME", help_heading = "Claim")]
    pub actor: Vec<String>,
    /// When it is about: the document's words and the date, such as `2 March=2025-03-02`
    #[arg(long, value_name = "TEXT=DATE", help_heading = "Claim")]
    pub when: Vec<String>,
    /// A number in it, such as `over 200:>:200:missiles`, `3 to 4:range:3..4:weeks`, `dozens:vague::rockets`
    #[arg(long, value_name = "TEXT:COMPARATOR:VALUE:UNIT", help_heading = "Claim")]
    pub quantity: Vec<String>,
    /// A short name for it, unique in its document: lower-case letters, digits, hyphens
    #[arg(long, help_heading = "Claim")]
    pub key: Option<String>,
    /// A keyword of the desk's own; repeat for several
    #[arg(long, help_heading = "Claim")]
    pub tag: Vec<String>,
    /// Language of the statement, where it is not English
    #[arg(long, value_name = "TAG", help_heading = "Claim")]
    pub statement_lang: Option<String>,
}

/// Who says it where, how strongly.
#[derive(Debug, Clone, PartialEq, Eq, Default, clap::Args)]
pub struct Saying {
    /// The passage, word for word: only its place and digest are recorded; repeat for several
    #[arg(long, value_name = "TEXT", help_heading = "Appearance")]
    pub quote: Vec<String>,
    /// Record the passage's words too; only where the licence allows
    #[arg(long, requires = "quote", help_heading = "Appearance")]
    pub keep_quote: bool,
    /// Whom the document has say it, outermost first; the outlet comes before them by itself. An anonymous source is
    /// described: `an officer:anonymous`
    #[arg(long, value_name = "NAME[:ROLE]", help_heading = "Appearance")]
    pub said_by: Vec<String>,
    /// How the innermost speaker holds it; or one for each step, outlet first
    #[arg(long, value_parser = words(Factuality::ALL, Factuality::as_str), help_heading = "Appearance")]
    pub factuality: Vec<Factuality>,
    /// A word that takes something back, as it stands in the passage; class and strength are guessed where left out
    #[arg(long, value_name = "CUE[:CLASS[:STRENGTH]]", help_heading = "Appearance")]
    pub hedge: Vec<String>,
}

/// Sets in a claim what the flags give; a list replaces the list there, an empty word empties it.
///
/// # Errors
/// When a flag cannot be understood.
pub fn apply(flags: &Wording, claim: &mut Claim) -> Result<(), CliError> {
    let lists = [(&flags.place, &mut claim.places), (&flags.actor, &mut claim.actors), (&flags.tag, &mut claim.tags)];
    for (given, list) in lists {
        if !given.is_empty() {
            *list = filled(given).cloned().collect();
        }
    }
    if !flags.when.is_empty() {
        claim.times = filled(&flags.when).map(|w| time(w)).collect::<Result<_, _>>()?;
    }
    if !flags.quantity.is_empty() {
        claim.quantities = filled(&flags.quantity).map(|q| quantity(q)).collect::<Result<_, _>>()?;
    }
    if flags.key.is_some() {
        claim.key.clone_from(&flags.key);
    }
    if flags.statement_lang.is_some() {
        claim.lang.clone_from(&flags.statement_lang);
    }
    if let Some(kind) = flags.kind {
        claim.kind = kind;
    }
    if let Some(why) = flags.not_checkable {
        (claim.checkable, claim.why_not) = (false, Some(why));
        if flags.kind.is_none() {
            match why {
                WhyNot::Opinion => claim.kind = ClaimKind::Opinion,
                WhyNot::Forecast => claim.kind = ClaimKind::Forecast,
                WhyNot::Vague | WhyNot::Private => {}
            }
        }
    }
    // What is an opinion or a forecast says by itself why it cannot be checked.
    let why = match claim.kind {
        ClaimKind::Opinion => Some(WhyNot::Opinion),
        ClaimKind::Forecast => Some(WhyNot::Forecast),
        _ => None,
    };
    if flags.kind.is_some() && claim.checkable && why.is_some() {
        (claim.checkable, claim.why_not) = (false, why);
    }
    Ok(())
}

fn filled(given: &[String]) -> impl Iterator<Item = &String> {
    given.iter().filter(|text| !text.is_empty())
}

/// `2 March=2025-03-02`; said in full where the year of the date stands in the words.
fn time(text: &str) -> Result<Time, CliError> {
    let wrong = || {
        CliError::usage(format!("`--when {}` is not words and a date", printable_line(text)))
            .hint("such as `--when '2 March=2025-03-02'` or `--when 'last autumn=2024-23'`")
    };
    let (said, edtf) = text.rsplit_once('=').ok_or_else(wrong)?;
    let edtf: Edtf = edtf.trim().parse().map_err(|e| wrong().because(&e))?;
    let edtf = edtf.to_string();
    let mut years = edtf.split('/').filter_map(|part| part.get(..4));
    let basis = if years.all(|year| said.contains(year)) { Basis::Said } else { Basis::Inferred };
    Ok(Time { basis, edtf, text: said.trim().to_owned() })
}

/// `over 200:>:200:missiles`; the words may hold colons themselves.
fn quantity(text: &str) -> Result<Quantity, CliError> {
    let wrong = |why: String| {
        CliError::usage(format!("`--quantity {}`: {why}", printable_line(text))).hint(
            "such as `--quantity 'over 200:>:200:missiles'`, `'3 to 4:range:3..4:weeks'`, `'dozens:vague::rockets'`",
        )
    };
    let mut parts: Vec<&str> = text.rsplitn(4, ':').collect();
    parts.reverse();
    let [said, comparator, value, unit] = parts.as_slice() else {
        return Err(wrong("has four parts: words, comparator, value, unit".into()));
    };
    let comparator: Comparator =
        comparator.trim().parse().map_err(|e: crate::claim::vocab::NotInVocabulary| wrong(e.to_string()))?;
    let (low, high) = match value.split_once("..") {
        Some((low, high)) => (low, Some(high.trim().to_owned())),
        None => (*value, None),
    };
    let some = |t: &str| Some(t.trim().to_owned()).filter(|t| !t.is_empty());
    Ok(Quantity { comparator, high, text: said.trim().to_owned(), unit: some(unit), value: some(low) })
}

/// The appearance that the flags describe; what was guessed is told in `notes`.
///
/// # Errors
/// When a passage or hedge does not stand in the document, or no outlet is known.
pub fn appearance(flags: &Saying, document: &Captured, notes: &mut Vec<String>) -> Result<Appearance, CliError> {
    let anchors = anchors(flags, document, notes)?;
    let attribution = attribution(flags, document, notes)?;
    let hedges = hedges(flags, &anchors, attribution.len(), document, notes)?;
    Ok(Appearance { anchors, attribution, document: document.number, hedges })
}

fn anchors(flags: &Saying, document: &Captured, notes: &mut Vec<String>) -> Result<Vec<Anchor>, CliError> {
    let whole = Anchor {
        end: None,
        fragment: None,
        prefix: None,
        quote: None,
        selector: Selector::Whole,
        sha256: None,
        start: None,
        suffix: None,
        target: document.snapshot,
    };
    if flags.quote.is_empty() {
        if document.text.is_some() {
            notes.push("anchored to the whole document; `--quote` names the passage".into());
        }
        return Ok(vec![whole]);
    }
    let (text, digest) = document.text.as_ref().ok_or_else(|| {
        CliError::bad_input("there is no text of this document at hand to find the passage in")
            .hint("name the document by its file, as UTF-8 text, or leave `--quote` out")
    })?;
    let mut anchors = Vec::new();
    for quote in &flags.quote {
        let shown = printable_line(quote);
        let matches = match find(text, quote) {
            Found::Exact(matches) => matches,
            Found::Near(matches) => {
                let error = CliError::bad_input(format!("these very words do not stand in the document: \"{shown}\""));
                let near = matches.first().map_or(String::new(), |m| printable_line(m.quote));
                return Err(error.hint(format!("it has \"{near}\"; quote that, if it is what you mean")));
            }
            Found::Nothing => {
                return Err(CliError::bad_input(format!("the passage does not stand in the document: \"{shown}\""))
                    .hint("`onrecord anchor FILE 'fewer words'` finds passages"));
            }
        };
        let Some(first) = matches.first() else { continue };
        if matches.len() > 1 {
            let places: Vec<String> = matches.iter().take(5).map(|m| format!("{} to {}", m.start, m.end)).collect();
            return Err(CliError::bad_input(format!("the passage stands in {} places: \"{shown}\"", matches.len()))
                .cause(format!("code points {}", places.join(", ")))
                .hint("quote more words of the passage that is meant"));
        }
        anchors.push(Anchor {
            start: Some(first.start),
            end: Some(first.end),
            sha256: Some(first.sha256),
            target: Some(*digest),
            selector: Selector::TextRange,
            quote: flags.keep_quote.then(|| quote.clone()),
            ..whole.clone()
        });
    }
    Ok(anchors)
}

fn attribution(flags: &Saying, document: &Captured, notes: &mut Vec<String>) -> Result<Vec<Step>, CliError> {
    let mut steps = Vec::new();
    for text in &flags.said_by {
        steps.push(step(text, notes)?);
    }
    let outermost = |s: &Step| matches!(s.role, SourceRole::Outlet | SourceRole::Author);
    if !steps.first().is_some_and(outermost) {
        let outlet = document.outlet().ok_or_else(|| {
            let error = CliError::bad_input("whose document is it? the outlet comes first in an attribution");
            if document.known {
                error.hint(
                    "the document on record has no publisher: begin with `--said-by 'NAME:outlet'` or `'NAME:author'`",
                )
            } else {
                error.hint("`--publisher NAME` says who published it; or begin with `--said-by 'NAME:author'`")
            }
        })?;
        let step = Step { name: Some(outlet), role: SourceRole::Outlet, ..empty() };
        steps.insert(0, step);
    }
    let n = steps.len();
    // Who passes on what another says has not said how they hold it.
    for (level, step) in steps.iter_mut().enumerate() {
        step.factuality = match (flags.factuality.as_slice(), level + 1 == n) {
            (all, _) if all.len() == n => all[level],
            ([one], true) => *one,
            ([_] | [], false) => Factuality::Unknown,
            ([], true) => Factuality::CertainPlus,
            (given, _) => {
                return Err(CliError::usage(format!(
                    "`--factuality` is given {} times, and the attribution has {n} steps",
                    given.len()
                ))
                .hint("give it once, for the innermost speaker, or once for each step, outlet first"));
            }
        };
    }
    if flags.factuality.is_empty() {
        let name = steps.last().and_then(|s| s.name.as_deref().or(s.description.as_deref())).unwrap_or("the source");
        notes.push(format!(
            "{} is recorded as certain of it (CT+); `--factuality` says otherwise",
            printable_line(name)
        ));
    }
    Ok(steps)
}

fn empty() -> Step {
    Step {
        cue: None,
        damaged: false,
        description: None,
        end: None,
        factuality: Factuality::Unknown,
        mode: None,
        name: None,
        role: SourceRole::Unknown,
        start: None,
    }
}

/// `Works department:official`; a name may hold colons, so only what looks like a role is taken for one.
fn step(text: &str, notes: &mut Vec<String>) -> Result<Step, CliError> {
    let role = text.rsplit_once(':').map(|(name, role)| (name.trim(), role.trim().parse::<SourceRole>(), role.trim()));
    let (name, role) = match role {
        Some((name, Ok(role), _)) => (name, role),
        Some((_, Err(e), word)) if !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') => {
            return Err(CliError::usage(format!("`--said-by {}`", printable_line(text))).because(&e));
        }
        _ => {
            let name = printable_line(text);
            notes.push(format!("the role of {name} is recorded as unknown; `--said-by '{name}:official'` says it"));
            (text.trim(), SourceRole::Unknown)
        }
    };
    let name = Some(name.to_owned()).filter(|n| !n.is_empty());
    Ok(match role {
        SourceRole::Anonymous => Step { description: name, role, ..empty() },
        _ => Step { name, role, ..empty() },
    })
}

fn hedges(
    flags: &Saying,
    anchors: &[Anchor],
    steps: usize,
    document: &Captured,
    notes: &mut Vec<String>,
) -> Result<Vec<Hedge>, CliError> {
    let ranges: Vec<(u64, u64)> = anchors.iter().filter_map(|a| a.start.zip(a.end)).collect();
    let points = document.text.as_ref().filter(|_| !ranges.is_empty()).map(|(text, _)| CodePoints::new(text));
    let mut hedges = Vec::new();
    for text in &flags.hedge {
        let mut hedge = hedge(text, notes)?;
        hedge.level = u8::try_from(steps.saturating_sub(1)).unwrap_or(u8::MAX);
        if let Some(points) = &points {
            let (start, end) = place(points, &ranges, &hedge.cue).ok_or_else(|| {
                CliError::bad_input(format!(
                    "the hedge \"{}\" does not stand in the passage",
                    printable_line(&hedge.cue)
                ))
                .hint("write it as the passage does, or quote the passage up to it")
            })?;
            (hedge.start, hedge.end) = (Some(start), Some(end));
        }
        hedges.push(hedge);
    }
    Ok(hedges)
}

fn hedge(text: &str, notes: &mut Vec<String>) -> Result<Hedge, CliError> {
    let bad = |e: &dyn std::error::Error| CliError::usage(format!("`--hedge {}`", printable_line(text))).because(e);
    let mut parts = text.split(':').map(str::trim);
    let cue = parts.next().unwrap_or_default().to_owned();
    let class: Option<HedgeClass> = parts.next().map(str::parse).transpose().map_err(|e| bad(&e))?;
    let strength: Option<Strength> = parts.next().map(str::parse).transpose().map_err(|e| bad(&e))?;
    if parts.next().is_some() {
        return Err(CliError::usage(format!("`--hedge {}` has too many parts", printable_line(text)))
            .hint("word, class, strength: `--hedge 'over:approximator:low'`"));
    }
    let usual = lexicon::usual(&cue);
    let class = class.or(usual.map(|u| u.class)).ok_or_else(|| {
        let shown = printable_line(&cue);
        let all: Vec<&str> = HedgeClass::ALL.iter().map(|c| c.as_str()).collect();
        CliError::bad_input(format!("what kind of hedge is \"{shown}\"? it is not in the lexicon"))
            .hint(format!("`--hedge '{shown}:CLASS'`, one of: {}", all.join(", ")))
    })?;
    let guessed = usual.filter(|u| u.class == class).map_or(Strength::Medium, |u| u.strength);
    if text.split(':').count() < 3 {
        let strength = strength.unwrap_or(guessed);
        notes.push(format!(
            "hedge \"{}\" is recorded as {class}, strength {strength}; `--hedge CUE:CLASS:STRENGTH` says otherwise",
            printable_line(&cue)
        ));
    }
    let band = (class == HedgeClass::Probability).then(|| lexicon::band(&cue)).flatten();
    let strength = strength.unwrap_or(guessed);
    Ok(Hedge { band, class, cue, end: None, level: 0, scope: None, start: None, strength })
}

/// Where a cue stands, as a word, in one of the passages, or one character beside it.
fn place(points: &CodePoints<'_>, passages: &[(u64, u64)], cue: &str) -> Option<(u64, u64)> {
    let len = cue.chars().count() as u64;
    let mut beside = None;
    for (from, to) in passages {
        let low = from.saturating_sub(len + 2);
        let high = (to + len + 2).min(points.len() as u64);
        let window = points.slice(usize::try_from(low).ok()?, usize::try_from(high).ok()?)?;
        for (at, _) in window.match_indices(cue) {
            let before = window[..at].chars().next_back();
            let after = window[at + cue.len()..].chars().next();
            if before.into_iter().chain(after).any(char::is_alphanumeric) {
                continue;
            }
            let start = low + window[..at].chars().count() as u64;
            let end = start + len;
            if start >= *from && end <= *to {
                return Some((start, end));
            }
            if start <= to + 1 && *from <= end + 1 {
                beside = beside.or(Some((start, end)));
            }
        }
    }
    beside
}
