//! Hedge dropped: whether a statement is worded stronger than its appearances allow.
//!
//! Each appearance allows a strength: that of the voice in its attribution which holds the claim most firmly, lowered by the
//! hedges of that voice. A claim may be worded as strongly as its strongest appearance. What is compared, class by class:
//!
//! | in the appearance | the statement is stronger where |
//! |---|---|
//! | nobody holds it more firmly than probable, or possible | it says so without such a reserve |
//! | whoever reports keeps a distance ("claimed"), and only the voice within holds it | it names no voice, and no `statement-made` claim does so for it |
//! | a word around a number ("over", "about") | the number is recorded as exact, or the statement gives it as exact |
//!
//! Precise rather than loud: any word of reserve in the statement counts; a judgement may be worded without "think",
//! a forecast without "would", since their kind says so already.

use super::lexicon::{kept, mentions};
use super::statement::{Appearance, Claim, Hedge};
use super::vocab::{ClaimKind, Comparator, Factuality, HedgeClass, Strength};

/// How firmly something is held or said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Firmness {
    /// Not at all: it is only passed on.
    Uncommitted,
    /// As something that may be.
    Possible,
    /// As something that is likely.
    Probable,
    /// As something that is so.
    Certain,
}

/// What a statement dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dropped {
    /// Everybody in the appearance is less sure than the statement.
    Reserve {
        /// How firmly the surest voice holds it.
        held: Firmness,
        /// How firmly the statement says it.
        said: Firmness,
        /// The word that lowers it, if one is on record.
        cue: Option<String>,
    },
    /// The distance of whoever reports.
    Distance {
        /// The word that keeps it.
        cue: String,
    },
    /// The word around a number.
    Around {
        /// The word.
        cue: String,
        /// The number as the document words it.
        number: String,
        /// Whether the number is recorded as exact; else it is the statement that gives it as exact.
        recorded: bool,
    },
}

impl std::fmt::Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Reserve { held, said, cue } => {
                let held = match held {
                    Firmness::Uncommitted => "held by nobody in its appearance",
                    Firmness::Possible => "held as possible at most",
                    Firmness::Probable => "held as probable at most",
                    Firmness::Certain => "held as certain",
                };
                let cue = cue.as_ref().map_or(String::new(), |cue| format!(" (\"{cue}\")"));
                let said = match said {
                    Firmness::Certain => "a fact",
                    Firmness::Probable => "probable",
                    _ => "possible",
                };
                write!(f, "{held}{cue}, and worded as {said}")
            }
            Self::Distance { cue } => {
                write!(
                    f,
                    "\"{cue}\" leaves it to the one who says it; neither the statement nor a `statement-made` claim does"
                )
            }
            Self::Around { cue, number, recorded: true } => {
                write!(f, "\"{cue}\" stands around `{number}`, whose comparator is `=`")
            }
            Self::Around { cue, number, recorded: false } => {
                write!(f, "\"{cue}\" stands around `{number}`, which the statement gives as exact")
            }
        }
    }
}

/// What the statement dropped, if every appearance is weaker than it. `said_elsewhere`: a standing `statement-made` claim has
/// this one as its content. Only English statements are judged, and none without an appearance.
pub fn dropped<'a>(
    claim: &Claim,
    appearances: impl IntoIterator<Item = &'a Appearance>,
    said_elsewhere: bool,
) -> Option<Dropped> {
    let english = claim.lang.as_deref().is_none_or(|lang| lang == "en" || lang.starts_with("en-"));
    let mut words = None;
    let mut first = None;
    for appearance in appearances.into_iter().filter(|_| english) {
        let weaker = has_reserve(claim, appearance)
            .then(|| compare(claim, appearance, words.get_or_insert_with(|| kept(&claim.statement)), said_elsewhere))
            .flatten()?;
        first.get_or_insert(weaker);
    }
    first
}

/// Whether the appearance has anything at all that could be dropped; most have not.
fn has_reserve(claim: &Claim, appearance: &Appearance) -> bool {
    !appearance.hedges.is_empty() || allowed(claim, appearance).0 < Firmness::Certain
}

fn compare(
    claim: &Claim,
    appearance: &Appearance,
    words: &[(HedgeClass, Strength)],
    said_elsewhere: bool,
) -> Option<Dropped> {
    let (held, cue) = allowed(claim, appearance);
    let said = firmness_of(claim.kind, words);
    if said > held {
        return Some(Dropped::Reserve { held, said, cue });
    }
    distance(claim, appearance, words, said_elsewhere).or_else(|| around(claim, appearance, words))
}

fn firmness(factuality: Factuality) -> Firmness {
    match factuality {
        Factuality::CertainPlus | Factuality::CertainMinus => Firmness::Certain,
        Factuality::ProbablePlus | Factuality::ProbableMinus => Firmness::Probable,
        Factuality::PossiblePlus | Factuality::PossibleMinus => Firmness::Possible,
        Factuality::CertainUnknown | Factuality::Unknown => Firmness::Uncommitted,
    }
}

/// How firmly the surest voice holds the claim, and the word that lowers it.
fn allowed(claim: &Claim, appearance: &Appearance) -> (Firmness, Option<String>) {
    let voices = appearance.attribution.iter().enumerate().map(|(level, step)| {
        let of_step: Vec<&Hedge> = appearance.hedges.iter().filter(|h| usize::from(h.level) == level).collect();
        held(claim.kind, firmness(step.factuality), &of_step)
    });
    voices.max_by_key(|(firmness, _)| *firmness).unwrap_or((Firmness::Certain, None))
}

/// How firmly one voice holds it.
fn held(kind: ClaimKind, factuality: Firmness, hedges: &[&Hedge]) -> (Firmness, Option<String>) {
    use HedgeClass::{Appearance, Belief, Conditional, Modal, Probability};
    // The kind says already that it is a judgement, or something still to come.
    let implied = |hedge: &Hedge| match kind {
        ClaimKind::Opinion => hedge.class == Belief,
        ClaimKind::Forecast => {
            hedge.class == Conditional
                || hedge.class == Modal && matches!(hedge.cue.as_str(), "would" | "will" | "should")
        }
        _ => false,
    };
    let lowering = |hedge: &&&Hedge| {
        matches!(hedge.class, Modal | Probability | Appearance | Belief | Conditional) && !implied(hedge)
    };
    let reserves: Vec<&Hedge> = hedges.iter().filter(lowering).copied().collect();
    let natural = match kind {
        ClaimKind::Opinion => hedges.iter().any(|hedge| hedge.class == Belief),
        ClaimKind::Forecast => true,
        _ => false,
    };
    let mut firmness = factuality;
    if natural && reserves.is_empty() && factuality == Firmness::Probable {
        firmness = Firmness::Certain;
    }
    for hedge in &reserves {
        // A low one may be part of what is said; then the factuality, which a person gave, has the word.
        let limit = match (hedge.strength, hedge.class) {
            (Strength::Low, _) => Firmness::Certain,
            (Strength::Medium, _) | (_, Conditional) => Firmness::Probable,
            (Strength::High, _) => Firmness::Possible,
        };
        firmness = firmness.min(limit);
    }
    (firmness, reserves.first().map(|hedge| hedge.cue.clone()))
}

/// How firmly the words of the statement say it.
fn firmness_of(kind: ClaimKind, words: &[(HedgeClass, Strength)]) -> Firmness {
    let of = |(class, strength): &(HedgeClass, Strength)| match class {
        HedgeClass::Approximator => Firmness::Certain,
        HedgeClass::Probability if *strength != Strength::High => Firmness::Probable,
        // "X said" is the very point of a claim that something was said.
        HedgeClass::Evidential if kind == ClaimKind::StatementMade => Firmness::Certain,
        HedgeClass::NegativeEvidence if *strength == Strength::Low => Firmness::Certain,
        HedgeClass::Evidential | HedgeClass::NegativeEvidence => Firmness::Uncommitted,
        _ => Firmness::Possible,
    };
    words.iter().map(of).min().unwrap_or(Firmness::Certain)
}

/// A word by which whoever reports keeps away from what another holds.
fn distance(
    claim: &Claim,
    appearance: &Appearance,
    words: &[(HedgeClass, Strength)],
    said_elsewhere: bool,
) -> Option<Dropped> {
    use HedgeClass::{Evidential, NegativeEvidence};
    if claim.kind == ClaimKind::StatementMade || said_elsewhere {
        return None;
    }
    let distant = |hedge: &&Hedge| {
        let level = usize::from(hedge.level);
        let sure = |step: &super::statement::Step| firmness(step.factuality) == Firmness::Certain;
        matches!(hedge.class, Evidential | NegativeEvidence)
            && hedge.strength > Strength::Low
            && !words.iter().any(|(class, _)| *class == hedge.class || *class == Evidential)
            // The reporter, and everybody further out, only passes it on.
            && !appearance.attribution.iter().take(level + 1).any(sure)
    };
    let hedge = appearance.hedges.iter().find(distant)?;
    Some(Dropped::Distance { cue: hedge.cue.clone() })
}

/// A word around a number that the recorded number, or the statement, does not have.
fn around(claim: &Claim, appearance: &Appearance, words: &[(HedgeClass, Strength)]) -> Option<Dropped> {
    let stated = words.iter().any(|(class, _)| *class == HedgeClass::Approximator);
    appearance.hedges.iter().filter(|hedge| hedge.class == HedgeClass::Approximator).find_map(|hedge| {
        let covered: Vec<_> = claim.quantities.iter().filter(|q| mentions(&q.text, &hedge.cue)).collect();
        // Which number the word stands around cannot be told from positions alone where there are several.
        let covered = match (covered.as_slice(), claim.quantities.as_slice()) {
            ([], [one]) => vec![one],
            _ => covered,
        };
        let exact = covered.iter().find(|q| q.comparator == Comparator::Equal);
        let (number, recorded) = match (exact, covered.first()) {
            (Some(exact), _) => (exact, true),
            (None, Some(first)) if !stated && first.comparator != Comparator::Vague => (first, false),
            _ => return None,
        };
        Some(Dropped::Around { cue: hedge.cue.clone(), number: number.text.clone(), recorded })
    })
}
