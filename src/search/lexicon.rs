//! What words mean the same to somebody who asks whether a claim was checked before. English, small on purpose: each
//! line is one that a person would take for the same report.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

/// Words that say nothing of what a claim is about.
const STOP: &str = "a about above after again all almost also although am an and another any approximately are around as \
    at be became because been before being below between both but by can could did do does doing down during each either \
    else etc ever every few fewer for from further had has have having he her here hers him his how i if in into is it \
    its itself just least less many may might mid more most much must nearly neither no nor not now of off on once one \
    only onto or other others our out over own per plus quite rather roughly same several she should since so some such \
    than that the their theirs them themselves then there these they this those through thus to too toward towards under \
    until up upon us used very via was we were what when where whether which while who whom whose why will with within \
    without would yet you your";

/// Words of one meaning, for this purpose; the first stands for all. Forms that the stemmer makes one need not be named.
const SAME: &[&str] = &[
    "fire launch shoot shot lob",
    "attack strike struck hit assault raid bomb bombard target",
    "kill killing slay slain assassinate assassination",
    "death dead die died",
    "injury injured wound wounded hurt",
    "say said state statement declare tell told announce assert claim",
    "response reply retaliation retaliate respond answer retaliatory",
    "begin began begun start commence",
    "grow grew increase rise rising rose growing escalate escalation",
    "fall fell decrease decline drop shrink",
    "agreement deal accord pact treaty",
    "soldier troop army military",
    "oppose opposition reject against",
    "leader head chief boss",
    "back backed support supported sponsor",
    "leave left quit exit withdraw withdrew withdrawal",
    "give gave given supply provide deliver equip furnish",
    "drone uav unmanned",
    "militia faction group armed",
    "part belong member membership",
    "weapon arm arsenal",
    "intercept down downed shootdown",
    "form formed found founded create created establish set",
    "professor prof lecturer academic",
    "minister ministry",
    "city town",
    "limited minor small slight light",
    "oust topple overthrow overthrown remove removed depose",
    "call urge ask appeal",
    "priority prioritise prioritize",
    "harm damage",
    "likely probably likelihood",
    "continue continued ongoing persist go last",
    "picture image photo photograph portrait",
    "broadcaster channel television tv station",
    "airspace skies sky",
    "harbour harbor port",
    "possible may might could",
    "capability ability able capable",
];

/// People and things of a country, by its name.
const DEMONYMS: &[&str] = &[
    "iran iranian persian tehran",
    "israel israeli",
    "iraq iraqi baghdad",
    "lebanon lebanese beirut",
    "syria syrian damascus",
    "yemen yemeni sanaa",
    "palestine palestinian",
    "jordan jordanian amman",
    "egypt egyptian cairo",
    "saudi riyadh",
    "turkey turkish turk turkiye ankara",
    "america american usa washington",
    "britain british uk london",
    "russia russian moscow kremlin",
    "china chinese beijing",
    "france french paris",
    "germany german berlin",
    "ukraine ukrainian kyiv kiev",
    "india indian delhi",
    "pakistan pakistani islamabad",
    "afghanistan afghan kabul",
    "europe european eu",
    "italy italian rome",
    "spain spanish madrid",
    "poland polish warsaw",
    "japan japanese tokyo",
    "korea korean",
    "mexico mexican",
    "brazil brazilian",
    "canada canadian ottawa",
    "arabic arab arabia arabian",
    "houthi ansarallah",
    "pmf hashd",
    "irgc pasdaran",
];

/// Numbers in words; what multiplies stands apart.
const NUMBERS: &[(&str, f64)] = &[
    ("one", 1.0),
    ("two", 2.0),
    ("three", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("six", 6.0),
    ("seven", 7.0),
    ("eight", 8.0),
    ("nine", 9.0),
    ("ten", 10.0),
    ("eleven", 11.0),
    ("twelve", 12.0),
    ("thirteen", 13.0),
    ("fourteen", 14.0),
    ("fifteen", 15.0),
    ("sixteen", 16.0),
    ("seventeen", 17.0),
    ("eighteen", 18.0),
    ("nineteen", 19.0),
    ("twenty", 20.0),
    ("thirty", 30.0),
    ("forty", 40.0),
    ("fifty", 50.0),
    ("sixty", 60.0),
    ("seventy", 70.0),
    ("eighty", 80.0),
    ("ninety", 90.0),
    ("dozen", 12.0),
];

/// What multiplies the number before it, or stands for one of it.
const SCALES: &[(&str, f64)] =
    &[("hundred", 1e2), ("thousand", 1e3), ("million", 1e6), ("billion", 1e9), ("bn", 1e9), ("trillion", 1e12)];

/// Hashes words of these tables, which nobody else fills: quickly (FNV-1a) and not safely.
#[derive(Default)]
struct Quick(u64);

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        let step = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        self.0 = bytes.iter().fold(self.0 ^ 0xcbf2_9ce4_8422_2325, step);
    }

    fn finish(&self) -> u64 {
        // The upper bits are the better ones, and tables look at the lower as well.
        self.0 ^ self.0 >> 32
    }
}

type Hashed = BuildHasherDefault<Quick>;

static STOPS: LazyLock<HashSet<&str, Hashed>> = LazyLock::new(|| STOP.split_ascii_whitespace().collect());

static KEYS: LazyLock<HashMap<String, String, Hashed>> = LazyLock::new(|| {
    let mut keys = HashMap::default();
    for line in SAME.iter().chain(DEMONYMS) {
        let mut words = line.split_ascii_whitespace().map(stem);
        let Some(first) = words.next() else { continue };
        for word in words {
            keys.entry(word).or_insert_with(|| first.clone());
        }
        keys.insert(first.clone(), first);
    }
    keys
});

static COUNTRIES: LazyLock<HashSet<&str, Hashed>> =
    LazyLock::new(|| DEMONYMS.iter().flat_map(|line| line.split_ascii_whitespace()).collect());

/// Whether a folded word says nothing by itself.
pub(super) fn is_stop(word: &str) -> bool {
    STOPS.contains(word)
}

/// Whether a folded word is of a country's names.
pub(super) fn is_country(word: &str) -> bool {
    COUNTRIES.contains(word) || word.strip_suffix('s').is_some_and(|w| COUNTRIES.contains(w))
}

/// What stands for a folded word when claims are compared.
pub(super) fn key(word: &str) -> String {
    let stem = stem(word);
    KEYS.get(&stem).cloned().unwrap_or(stem)
}

/// The month that a folded word names, from 1.
pub(super) fn month(word: &str) -> Option<u32> {
    Some(match word {
        "january" | "jan" => 1,
        "february" | "feb" => 2,
        "march" | "mar" => 3,
        "april" | "apr" => 4,
        "may" => 5,
        "june" | "jun" => 6,
        "july" | "jul" => 7,
        "august" | "aug" => 8,
        "september" | "sept" | "sep" => 9,
        "october" | "oct" => 10,
        "november" | "nov" => 11,
        "december" | "dec" => 12,
        _ => return None,
    })
}

/// The number that a folded word names.
pub(super) fn number(word: &str) -> Option<f64> {
    NUMBERS.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
}

/// What a folded word multiplies by.
pub(super) fn scale(word: &str) -> Option<f64> {
    SCALES.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
}

/// A word without the endings of number and tense; only to compare, never shown.
fn stem(word: &str) -> String {
    if !word.is_ascii() || word.len() <= 3 || word.bytes().any(|b| b.is_ascii_digit()) {
        return word.to_owned();
    }
    let mut stem = word.to_owned();
    let long = ["ies", "sses", "xes", "ches", "shes", "zes"];
    if stem.len() > 4 && long.iter().any(|end| stem.ends_with(end)) {
        stem.truncate(stem.len() - 2);
    } else if stem.ends_with('s') && !["ss", "us", "is"].iter().any(|end| stem.ends_with(end)) {
        stem.truncate(stem.len() - 1);
    }
    for end in ["ing", "ed"] {
        let vowel = |rest: &str| rest.bytes().any(|b| b"aeiouy".contains(&b));
        if let Some(rest) = stem.strip_suffix(end)
            && rest.len() >= 3
            && vowel(rest)
        {
            let bytes = rest.as_bytes();
            let double = bytes[bytes.len() - 1] == bytes[bytes.len() - 2] && !b"lsz".contains(&bytes[bytes.len() - 1]);
            let keep = rest.len() - usize::from(double);
            stem.truncate(keep);
            break;
        }
    }
    if stem.len() > 3 && stem.ends_with('e') {
        stem.pop();
    }
    if stem.len() > 3 && stem.ends_with('y') {
        stem.pop();
        stem.push('i');
    }
    stem
}
