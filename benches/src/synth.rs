//! Synthetic claims: seeded, the same on every machine.
//!
//! Lengths and counts are those of the 173 claims of `claims/2024-10-iraq-front/` and of the evidence and verdicts on them:
//! deciles of each length, frequencies of each count. Words are made of syllables; nothing is copied.

use onrecord::claim::vocab::{
    Basis, ClaimKind, Comparator, Confidence, Credibility, EvidenceClass, Factuality, Finding, HedgeClass, Mode, Read,
    Reliability, Selector, SourceRole, Stance, Strength, WhyNot,
};
use onrecord::claim::{Anchor, Appearance, Claim, Document, Evidence, Hedge, Quantity, Step, Time, Verdict};
use onrecord::entry::{Event, Proposal};
use onrecord::hash::{Digest, Index};

/// Claims that one document has; the article in `claims/` has 173, with every factual sentence taken up.
pub const CLAIMS_A_DOCUMENT: u64 = 100;
/// Names of people, organisations and officials, drawn by Zipf's law with exponent 1.
pub const SPEAKERS: usize = 5_000;
/// Names of outlets, drawn likewise.
pub const OUTLETS: usize = 300;

const STATEMENT: [u64; 11] = [38, 53, 64, 74, 79, 83, 92, 100, 109, 124, 200];
const KEY: [u64; 11] = [10, 19, 22, 23, 25, 26, 28, 30, 32, 35, 41];
const CUE: [u64; 11] = [3, 3, 5, 5, 6, 7, 8, 8, 12, 15, 23];
const SAYS: [u64; 11] = [38, 54, 72, 79, 89, 96, 104, 115, 131, 152, 227];
const RATIONALE: [u64; 11] = [37, 106, 124, 146, 166, 185, 205, 230, 263, 308, 440];

/// A small generator (splitmix64): the same numbers everywhere, for ever.
#[derive(Debug, Clone)]
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(end)) >> 64) as u64
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// A length between two neighbouring deciles.
    fn length(&mut self, deciles: &[u64; 11]) -> usize {
        let at = self.below(10) as usize;
        (deciles[at] + self.below(deciles[at + 1] - deciles[at] + 1)) as usize
    }

    /// A position in a table of weights.
    fn pick(&mut self, weights: &[u64]) -> usize {
        let mut left = self.below(weights.iter().sum());
        weights.iter().position(|w| left.checked_sub(*w).map(|rest| left = rest).is_none()).unwrap_or(0)
    }

    fn digest(&mut self) -> Digest {
        let mut bytes = [0; 32];
        bytes.chunks_mut(8).for_each(|c| c.copy_from_slice(&self.next().to_le_bytes()));
        Digest(bytes)
    }
}

/// Names by rank, and how often each is used.
#[derive(Debug)]
pub struct Names {
    names: Vec<String>,
    /// Sums of 1/rank, scaled.
    sums: Vec<u64>,
}

impl Names {
    fn new(random: &mut Random, count: usize, words: usize) -> Self {
        let mut names = Vec::with_capacity(count);
        for i in 0..count {
            let mut name: Vec<String> = (0..words).map(|_| capital(&word(random))).collect();
            name.push(syllables(i as u64));
            names.push(name.join(" "));
        }
        let mut sum = 0;
        let sums = (1..=count as u64)
            .map(|rank| {
                sum += 1_000_000_000 / rank;
                sum
            })
            .collect();
        Self { names, sums }
    }

    fn draw(&self, random: &mut Random) -> &str {
        let at = random.below(self.sums[self.sums.len() - 1]);
        &self.names[self.sums.partition_point(|sum| *sum <= at)]
    }

    pub fn get(&self, rank: usize) -> &str {
        &self.names[rank]
    }
}

const SYLLABLES: [&str; 32] = [
    "ka", "ri", "to", "men", "sal", "ver", "du", "lo", "ban", "esh", "ti", "gor", "na", "mi", "shu", "pel", "or", "wa",
    "cen", "fi", "jad", "hu", "ster", "an", "bel", "cor", "del", "um", "rat", "sin", "qu", "zo",
];

fn syllables(mut number: u64) -> String {
    let mut text = String::new();
    loop {
        text.push_str(SYLLABLES[(number % 32) as usize]);
        number /= 32;
        if number == 0 {
            return capital(&text);
        }
    }
}

fn word(random: &mut Random) -> String {
    let count = 1 + random.pick(&[5, 4, 2, 1]);
    (0..count).map(|_| SYLLABLES[random.below(32) as usize]).collect()
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(chars).collect()
}

/// Words of exactly `len` characters together, no space at either end.
fn prose(random: &mut Random, len: usize) -> String {
    let mut text = String::with_capacity(len + 8);
    while text.len() < len {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&word(random));
    }
    text.truncate(len);
    if text.ends_with(' ') {
        text.pop();
        text.push('a');
    }
    text
}

/// Where claims come from.
#[derive(Debug)]
pub struct Source {
    random: Random,
    pub speakers: Names,
    outlets: Names,
    actors: Names,
    places: Names,
    tags: Names,
    made: u64,
}

impl Source {
    pub fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        Self {
            speakers: Names::new(&mut random, SPEAKERS, 1),
            outlets: Names::new(&mut random, OUTLETS, 1),
            actors: Names::new(&mut random, 3_000, 1),
            places: Names::new(&mut random, 1_000, 0),
            tags: Names::new(&mut random, 60, 0),
            random,
            made: 0,
        }
    }

    /// Registrations of `count` documents.
    pub fn documents(&mut self, count: u64) -> Vec<Proposal> {
        let r = &mut self.random;
        let mut one = |n| {
            let dated = format!("2024-{:02}-{:02}", 1 + r.below(12), 1 + r.below(28));
            let document = Document {
                author: Some(format!("{} {}", capital(&word(r)), capital(&word(r)))),
                dated: Some(dated),
                lang: Some("en".into()),
                publisher: Some(self.outlets.draw(r).to_owned()),
                title: Some(prose(r, 60)),
                url: Some(format!("https://example.org/{n}/{:x}", r.next())),
                ..Document::default()
            };
            Proposal::new(Event::DocumentRegistered(document))
        };
        (0..count).map(&mut one).collect()
    }

    /// The next `count` claims; documents are entries 1 to `documents`.
    pub fn claims(&mut self, count: usize, documents: u64) -> Vec<Proposal> {
        (0..count).map(|_| Proposal::new(Event::ClaimRecorded(self.claim(documents)))).collect()
    }

    fn claim(&mut self, documents: u64) -> Claim {
        let number = self.made;
        self.made += 1;
        let document = Index(1 + number / CLAIMS_A_DOCUMENT % documents);
        let r = &mut self.random;
        let kinds = [
            ClaimKind::Property,
            ClaimKind::Event,
            ClaimKind::StatementMade,
            ClaimKind::Opinion,
            ClaimKind::Causal,
            ClaimKind::Forecast,
            ClaimKind::Quantity,
        ];
        let kind = kinds[r.pick(&[75, 35, 21, 13, 12, 11, 6])];
        let checkable = !matches!(kind, ClaimKind::Opinion | ClaimKind::Forecast);
        let why_not = match kind {
            ClaimKind::Opinion => Some(WhyNot::Opinion),
            ClaimKind::Forecast => Some(WhyNot::Forecast),
            _ => None,
        };
        let statement_len = r.length(&STATEMENT);
        let mut statement = capital(&prose(r, statement_len - 1));
        statement.push('.');
        let key_len = r.length(&KEY);
        let suffix =
            format!("-{}", number % CLAIMS_A_DOCUMENT + number / (CLAIMS_A_DOCUMENT * documents) * CLAIMS_A_DOCUMENT);
        let key = prose(r, key_len.saturating_sub(suffix.len()).max(3)).replace(' ', "-") + &suffix;
        let actors = distinct(r, &[12, 92, 58, 9, 0, 2], &self.actors);
        let places = distinct(r, &[48, 107, 17, 1], &self.places);
        let tags = distinct(r, &[106, 67], &self.tags);
        let quantities = (0..r.pick(&[152, 21])).map(|_| quantity(r)).collect();
        let times = (0..r.pick(&[127, 46])).map(|_| time(r)).collect();
        let appearance = Self::appearance(r, document, &self.outlets, &self.speakers);
        Claim {
            actors,
            appearance,
            checkable,
            imported: None,
            key: Some(key),
            kind,
            lang: None,
            places,
            quantities,
            statement,
            tags,
            times,
            translated_by: None,
            why_not,
        }
    }

    fn appearance(r: &mut Random, document: Index, outlets: &Names, speakers: &Names) -> Appearance {
        let anchors = (0..1 + r.pick(&[160, 13])).map(|_| anchor(r)).collect();
        let outlet = Step {
            cue: None,
            damaged: false,
            description: None,
            end: None,
            factuality: Factuality::CertainPlus,
            mode: None,
            name: Some(outlets.draw(r).to_owned()),
            role: SourceRole::Outlet,
            start: None,
        };
        let mut attribution = vec![outlet];
        if r.chance(16) {
            let start = r.below(8_000);
            let cue_len = r.length(&CUE);
            attribution.push(Step {
                cue: Some(prose(r, cue_len)),
                damaged: false,
                description: None,
                end: Some(start + cue_len as u64),
                factuality: [Factuality::Unknown, Factuality::ProbablePlus, Factuality::PossiblePlus]
                    [r.pick(&[20, 9, 7])],
                mode: Some(if r.chance(50) { Mode::Direct } else { Mode::Indirect }),
                name: Some(speakers.draw(r).to_owned()),
                role: [SourceRole::Expert, SourceRole::Organisation, SourceRole::Official][r.pick(&[21, 3, 2])],
                start: Some(start),
            });
        }
        let hedges = (0..r.pick(&[148, 17, 8])).map(|_| hedge(r)).collect();
        Appearance { anchors, attribution, document, hedges }
    }

    /// A piece of evidence on `claim`, and a verdict that rests on it. `position` is that of the evidence in its batch.
    pub fn judged(&mut self, claim: Index, position: usize) -> [Proposal; 2] {
        let r = &mut self.random;
        let (says, rationale) = (r.length(&SAYS), r.length(&RATIONALE));
        let evidence = Evidence {
            archive: None,
            class: EvidenceClass::NewsReport,
            cluster: syllables(r.below(100_000)),
            credibility: Credibility::ProbablyTrue,
            dated: Some("2024-10-14".into()),
            document: None,
            imported: None,
            key: Some(format!("e{position}")),
            label: None,
            lang: None,
            normalised: None,
            note: None,
            obtained: "2024-10-20".parse().unwrap_or_else(|_| unreachable!("a day")),
            publisher: Some(self.outlets.draw(r).to_owned()),
            rating: None,
            read: Read::Excerpt,
            reliability: Reliability::B,
            says: prose(r, says),
            scale: None,
            stance: Stance::Supports,
            title: Some(prose(r, 60)),
            translated_by: None,
            url: Some(format!("https://example.org/e/{:x}", r.next())),
        };
        let verdict = Verdict {
            confidence: Confidence::Low,
            considered: Vec::new(),
            finding: Finding::Supported,
            judged_on: "2024-10-21".parse().unwrap_or_else(|_| unreachable!("a day")),
            likelihood: None,
            method: Some(prose(r, 80)),
            on: vec![Index::pending(position)],
            rationale: prose(r, rationale),
        };
        [Proposal::about(claim, Event::EvidenceLinked(evidence)), Proposal::about(claim, Event::VerdictIssued(verdict))]
    }
}

fn distinct(r: &mut Random, weights: &[u64], names: &Names) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for _ in 0..r.pick(weights) {
        let name = names.draw(r);
        if !found.iter().any(|n| n == name) {
            found.push(name.to_owned());
        }
    }
    found
}

fn quantity(r: &mut Random) -> Quantity {
    let value = 1 + r.below(5_000);
    Quantity {
        comparator: [Comparator::Greater, Comparator::Equal, Comparator::About][r.pick(&[1, 2, 1])],
        high: None,
        text: format!("over {value}"),
        unit: Some(word(r)),
        value: Some(value.to_string()),
    }
}

fn time(r: &mut Random) -> Time {
    let (month, day) = (1 + r.below(12), 1 + r.below(28));
    Time {
        basis: if r.chance(50) { Basis::Said } else { Basis::Inferred },
        edtf: format!("2024-{month:02}-{day:02}"),
        text: format!("on the {day}th"),
    }
}

fn anchor(r: &mut Random) -> Anchor {
    let start = r.below(8_000);
    Anchor {
        end: Some(start + 20 + r.below(180)),
        fragment: None,
        prefix: None,
        quote: None,
        selector: Selector::TextRange,
        sha256: Some(r.digest()),
        start: Some(start),
        suffix: None,
        target: Some(r.digest()),
    }
}

fn hedge(r: &mut Random) -> Hedge {
    let start = r.below(8_000);
    let len = r.length(&CUE);
    Hedge {
        band: None,
        class: [HedgeClass::Evidential, HedgeClass::Modal, HedgeClass::Approximator][r.pick(&[2, 1, 1])],
        cue: prose(r, len),
        end: Some(start + len as u64),
        level: 0,
        scope: Some([start + len as u64 + 1, start + len as u64 + 40]),
        start: Some(start),
        strength: Strength::Medium,
    }
}
