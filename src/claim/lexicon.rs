//! Hedging words and what they are most often: a proposal for who records a hedge, never a judgement.
//!
//! English only, and own work; the bands are those that ICD-203 gives its terms.

use super::vocab::{Band, HedgeClass, Stance, Strength};
use crate::text::words;

/// What a hedging word most often is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usual {
    /// Its class.
    pub class: HedgeClass,
    /// How much it takes back.
    pub strength: Strength,
    /// Its likelihood band, where ICD-203 lists it.
    pub band: Option<Band>,
}

/// Words by class and strength, in lower case.
const WORDS: &[(HedgeClass, Strength, &[&str])] = &[
    (HedgeClass::Modal, Strength::Low, &["should", "would"]),
    (HedgeClass::Modal, Strength::Medium, &["can", "could", "may", "may have", "could have"]),
    (HedgeClass::Modal, Strength::High, &["might", "might have"]),
    (HedgeClass::Probability, Strength::Low, &["almost certainly", "almost certain", "nearly certain", "very likely"]),
    (HedgeClass::Probability, Strength::Low, &["highly probable", "certainly", "no doubt"]),
    (HedgeClass::Probability, Strength::Medium, &["likely", "probable", "probably", "presumably", "roughly even odds"]),
    (HedgeClass::Probability, Strength::High, &["maybe", "perhaps", "possible", "possibly", "potentially"]),
    (HedgeClass::Probability, Strength::High, &["unlikely", "improbable", "very unlikely", "highly improbable"]),
    (HedgeClass::Probability, Strength::High, &["remote", "almost no chance"]),
    (HedgeClass::Evidential, Strength::Low, &["according to", "announced", "confirmed", "declared", "said", "says"]),
    (HedgeClass::Evidential, Strength::Low, &["reported", "reports", "stated", "told"]),
    (HedgeClass::Evidential, Strength::Medium, &["claimed", "claims", "reportedly", "it is said", "sources said"]),
    (HedgeClass::Evidential, Strength::High, &["alleged", "allegedly", "purported", "purportedly", "rumoured"]),
    (HedgeClass::Evidential, Strength::High, &["so-called", "supposedly"]),
    (HedgeClass::Approximator, Strength::Low, &["about", "almost", "approximately", "around", "at least", "at most"]),
    (HedgeClass::Approximator, Strength::Low, &["close to", "less than", "more than", "nearly", "over", "roughly"]),
    (HedgeClass::Approximator, Strength::Low, &["under", "up to"]),
    (
        HedgeClass::Approximator,
        Strength::Medium,
        &["a few", "a number of", "dozens", "hundreds", "many", "most", "or so"],
    ),
    (HedgeClass::Approximator, Strength::Medium, &["scores", "several", "some", "thousands"]),
    (HedgeClass::Belief, Strength::Medium, &["assesses", "believe", "believed", "believes", "considers", "estimates"]),
    (HedgeClass::Belief, Strength::Medium, &["expects", "think", "thinks", "thought"]),
    (HedgeClass::Belief, Strength::High, &["assumes", "fears", "hopes", "suspected", "suspects"]),
    (HedgeClass::Conditional, Strength::Medium, &["as long as", "if", "in case", "provided that", "unless"]),
    (HedgeClass::Conditional, Strength::High, &["were to"]),
    (HedgeClass::Appearance, Strength::Medium, &["apparently", "appear", "appeared", "appears", "indicates", "seem"]),
    (HedgeClass::Appearance, Strength::Medium, &["seemed", "seemingly", "seems", "suggested", "suggests"]),
    (HedgeClass::NegativeEvidence, Strength::High, &["could not be verified", "no evidence", "not confirmed"]),
    (HedgeClass::NegativeEvidence, Strength::High, &["unclear", "unconfirmed", "unproven", "unverified"]),
    (HedgeClass::NegativeEvidence, Strength::High, &["without evidence"]),
];

/// Terms of ICD-203 with their bands.
const BANDS: &[(Band, &[&str])] = &[
    (Band::AlmostNoChance, &["almost no chance", "remote"]),
    (Band::VeryUnlikely, &["very unlikely", "highly improbable"]),
    (Band::Unlikely, &["unlikely", "improbable"]),
    (Band::RoughlyEven, &["roughly even odds"]),
    (Band::Likely, &["likely", "probable", "probably"]),
    (Band::VeryLikely, &["very likely", "highly probable"]),
    (Band::AlmostCertain, &["almost certain", "almost certainly", "nearly certain"]),
];

/// What a hedging word most often is; `None` where the lexicon does not have it.
pub fn usual(cue: &str) -> Option<Usual> {
    let cue = cue.trim().to_lowercase();
    let (class, strength, _) = WORDS.iter().find(|(_, _, words)| words.contains(&cue.as_str()))?;
    Some(Usual { class: *class, strength: *strength, band: band(&cue) })
}

/// The likelihood band of a term of ICD-203.
pub fn band(cue: &str) -> Option<Band> {
    let cue = cue.trim().to_lowercase();
    BANDS.iter().find(|(_, words)| words.contains(&cue.as_str())).map(|(band, _)| *band)
}

/// Words that take something back in a statement and are in no table of hedges: wordings of a recorder who keeps a reserve.
const RESERVES: &[(HedgeClass, &[&str])] = &[
    (HedgeClass::Modal, &["may be", "might be", "could be", "cannot rule out", "ruled out", "rule out", "be excluded"]),
    (HedgeClass::Probability, &["potential", "suspected of", "chance", "risk"]),
    (
        HedgeClass::Evidential,
        &["claim", "claiming", "allege", "alleges", "alleging", "accused", "accuses", "accusation"],
    ),
    (HedgeClass::Evidential, &["say", "saying", "announce", "announces", "declares", "asserts", "asserted", "writes"]),
    (HedgeClass::Evidential, &["in the words of", "by its own account", "by their own account", "responsibility for"]),
    (HedgeClass::Belief, &["suspect", "suspicion", "hopes", "fear", "fears", "feared", "concern", "concerns", "worry"]),
    (HedgeClass::Belief, &["worried", "estimate", "opinion", "view", "judges", "assessed", "expected", "held to be"]),
    (HedgeClass::Conditional, &["whether", "should there be", "in the event of", "depending on", "depends on"]),
    (HedgeClass::Appearance, &["sign of", "signs of", "a sign", "hints", "points to", "pointed to", "looks", "looked"]),
    (HedgeClass::NegativeEvidence, &["not clear", "doubt", "doubtful", "disputed", "in dispute", "not known"]),
];

/// Words around a number that keep it from being exact, besides those of the table.
const AROUND_NUMBERS: &[&str] = &[
    "above",
    "as many as",
    "as few as",
    "below",
    "beyond",
    "between",
    "circa",
    "dozen",
    "estimated",
    "exceed",
    "exceeded",
    "exceeds",
    "exceeding",
    "fewer than",
    "in excess of",
    "maximum",
    "minimum",
    "more",
    "no fewer",
    "no less",
    "no more",
    "not more",
    "or less",
    "or more",
    "partly",
    "range",
    "some of",
    "upwards of",
    "well over",
    "larger",
    "lower than",
    "higher than",
    "greater than",
];

/// Words that deny.
const DENIALS: &[&str] = &["no", "not", "nothing", "none", "never", "nobody", "neither", "without", "nor", "cannot"];

/// Whether the words hold a phrase, word by word.
fn holds(words: &[String], phrase: &str) -> bool {
    let phrase: Vec<&str> = phrase.split([' ', '-']).collect();
    words.windows(phrase.len()).any(|window| window.iter().zip(&phrase).all(|(word, part)| word == part))
}

/// Whether "may" is said that is not the month.
fn says_may(words: &[String]) -> bool {
    const BEFORE_A_MONTH: &[&str] = &[
        "after", "before", "by", "early", "during", "from", "in", "last", "late", "mid", "next", "of", "since", "this",
        "until",
    ];
    let number = |word: &String| word.bytes().next().is_some_and(|b| b.is_ascii_digit());
    words.iter().enumerate().any(|(at, word)| {
        let (before, after) = (at.checked_sub(1).and_then(|before| words.get(before)), words.get(at + 1));
        let month = after.is_some_and(number)
            || before.is_some_and(|before| number(before) || BEFORE_A_MONTH.contains(&before.as_str()));
        word == "may" && !month
    })
}

/// The classes of hedge that a statement itself keeps, with how much each cue takes back.
///
/// Generous on purpose: who finds a cue too many only keeps silent. Left out is what mostly says something else: `can` for
/// being able to, and words that assure.
pub fn kept(statement: &str) -> Vec<(HedgeClass, Strength)> {
    const NO_RESERVE: &[&str] = &["can", "certainly", "no doubt"];
    let words = words(statement);
    let mut found = Vec::new();
    for (class, strength, cues) in WORDS {
        let reserve =
            |cue: &&str| !NO_RESERVE.contains(cue) && if *cue == "may" { says_may(&words) } else { holds(&words, cue) };
        if cues.iter().any(reserve) {
            found.push((*class, *strength));
        }
    }
    for (class, cues) in RESERVES {
        if cues.iter().any(|cue| holds(&words, cue)) {
            found.push((*class, Strength::Medium));
        }
    }
    if AROUND_NUMBERS.iter().any(|cue| holds(&words, cue)) || statement.contains(['~', '<', '>', '≈', '±', '–']) {
        found.push((HedgeClass::Approximator, Strength::Low));
    }
    if DENIALS.iter().any(|word| holds(&words, word)) {
        found.push((HedgeClass::NegativeEvidence, Strength::Low));
    }
    found
}

/// Whether `text` holds the words of `cue` one after the other.
pub fn mentions(text: &str, cue: &str) -> bool {
    let cue = words(cue);
    !cue.is_empty() && words(text).windows(cue.len()).any(|window| window == cue)
}

/// Labels of other desks that say yes or no outright, in their matching form. Anything in between is left alone.
const LABELS: &[(Stance, &[&str])] = &[
    (Stance::Refutes, &["false", "mostly false", "barely true", "pants on fire", "fake", "incorrect", "inaccurate"]),
    (Stance::Refutes, &["untrue", "wrong", "not true", "fabricated", "hoax", "debunked", "faux", "falso", "falsch"]),
    (Stance::Supports, &["true", "mostly true", "correct", "accurate", "mostly accurate", "confirmed", "vrai"]),
    (Stance::Supports, &["verdadero", "wahr", "richtig"]),
];

/// What another desk's label says of the claim that it was given to, where it says so outright.
pub fn label(text: &str) -> Option<Stance> {
    let label = words(text).join(" ");
    LABELS.iter().find(|(_, labels)| labels.contains(&label.as_str())).map(|(stance, _)| *stance)
}
