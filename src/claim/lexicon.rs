//! Hedging words and what they are most often: a proposal for who records a hedge, never a judgement.
//!
//! English only, and own work; the bands are those that ICD-203 gives its terms.

use super::vocab::{Band, HedgeClass, Strength};

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
