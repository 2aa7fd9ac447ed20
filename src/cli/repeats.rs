//! Before something is erased: where else do its words stand? In other payloads, in later wordings of the same claim, in
//! documents that are kept with the ledger.

use std::collections::BTreeMap;

use serde::Serialize;

use super::erased::{LEAST, SENTENCES, strings};
use super::error::CliError;
use crate::entry::{Event, Kind};
use crate::hash::{Digest, Index};
use crate::ledger::Ledger;
use crate::search::fold::words;

/// Entries read at once.
const CHUNK: u64 = 4_096;
/// Entries named for a name.
const NAMED: usize = 10;
/// Longest held document looked through, in bytes.
const MAX_LOOKED: usize = 16 << 20;

/// A payload that repeats words of what is to be erased.
#[derive(Debug, Clone, Serialize)]
pub struct Repeat {
    /// The entry.
    pub number: Index,
    /// Its kind.
    pub kind: Kind,
    /// The words, folded.
    pub words: Vec<String>,
    /// Whether it is another wording of the same claim.
    pub rewording: bool,
}

/// What was found.
#[derive(Debug, Default, Serialize)]
pub struct Repeats {
    /// Payloads that repeat a whole text, and other wordings of the same claim.
    pub payloads: Vec<Repeat>,
    /// Names and titles that stand elsewhere too: to look at, since an outlet's name is in very many.
    pub names: Vec<Name>,
}

/// A name or title that stands elsewhere too.
#[derive(Debug, Clone, Serialize)]
pub struct Name {
    /// It, folded.
    pub words: String,
    /// Some of the entries that have it.
    pub entries: Vec<Index>,
    /// How many have it.
    pub total: usize,
}

/// Looks through the whole ledger for the words of some entries.
///
/// # Errors
/// When the ledger cannot be read.
pub fn find(ledger: &Ledger, targets: &[Index]) -> Result<Repeats, CliError> {
    let mut phrases: Vec<Phrase> = Vec::new();
    let mut subjects = Vec::new();
    for target in targets {
        let entry = ledger.entry(*target)?;
        let Some(event) = entry.event()? else { continue };
        if is_wording(&event) {
            subjects.push(entry.subject());
        }
        phrases.extend(strings(&event).iter().filter_map(|(field, text)| Phrase::of(field, text)));
    }
    // Of the same words the sentence comes first, and stays.
    phrases.sort_unstable_by(|a, b| a.words.cmp(&b.words).then(b.sentence.cmp(&a.sentence)));
    phrases.dedup_by(|a, b| a.words == b.words);
    let mut found: BTreeMap<Index, Repeat> = BTreeMap::new();
    let mut captures: Vec<(Index, Kind, Digest)> = Vec::new();
    let mut at = 0;
    while at < ledger.size() {
        let end = ledger.size().min(at + CHUNK);
        for entry in ledger.entries(at..end)? {
            let kind = entry.header.kind;
            if targets.contains(&entry.index) || !kind.row().erasable {
                continue;
            }
            let Some(event) = entry.event()? else { continue };
            match &event {
                Event::SnapshotCaptured(capture) => captures.push((entry.index, kind, capture.sha256)),
                Event::TextExtracted(text) => captures.push((entry.index, kind, text.sha256)),
                _ => {}
            }
            let there: Vec<String> = strings(&event).iter().map(|(_, text)| folded(text)).collect();
            let has = |phrase: &&Phrase| there.iter().any(|text| holds(text, &phrase.words));
            let repeated: Vec<String> = phrases.iter().filter(has).map(|phrase| phrase.words.clone()).collect();
            let rewording = subjects.contains(&entry.subject()) && is_wording(&event);
            if rewording || !repeated.is_empty() {
                found.insert(entry.index, Repeat { number: entry.index, kind, words: repeated, rewording });
            }
        }
        at = end;
    }
    let held = ledger.blobs()?;
    for (number, kind, digest) in captures.into_iter().filter(|(_, _, digest)| held.contains(digest)) {
        let Some(bytes) = ledger.blob(&digest)?.filter(|bytes| bytes.len() <= MAX_LOOKED) else { continue };
        let text = folded(&String::from_utf8_lossy(&bytes));
        // A name alone is in many a document; a sentence is what must not stand there.
        let has = |phrase: &&Phrase| phrase.sentence && holds(&text, &phrase.words);
        let repeated: Vec<String> = phrases.iter().filter(has).map(|phrase| phrase.words.clone()).collect();
        if !repeated.is_empty() {
            found
                .entry(number)
                .or_insert(Repeat { number, kind, words: Vec::new(), rewording: false })
                .words
                .extend(repeated);
        }
    }
    let found: Vec<Repeat> = found.into_values().collect();
    Ok(sift(&found, &phrases))
}

/// Tells sentences from names.
fn sift(found: &[Repeat], phrases: &[Phrase]) -> Repeats {
    let name = |phrase: &Phrase| {
        let having = found.iter().filter(|repeat| repeat.words.contains(&phrase.words)).map(|repeat| repeat.number);
        let (total, entries) = (having.clone().count(), having.take(NAMED).collect());
        Name { words: phrase.words.clone(), entries, total }
    };
    let names = phrases.iter().filter(|phrase| !phrase.sentence).map(name).filter(|name| name.total > 0).collect();
    let is_sentence = |words: &&String| phrases.iter().any(|phrase| phrase.sentence && phrase.words == **words);
    let payloads = found
        .iter()
        .map(|repeat| Repeat { words: repeat.words.iter().filter(is_sentence).cloned().collect(), ..repeat.clone() })
        .filter(|repeat| !repeat.words.is_empty() || repeat.rewording)
        .collect();
    Repeats { payloads, names }
}

/// Whether an event words a claim.
fn is_wording(event: &Event) -> bool {
    match event {
        Event::ClaimRecorded(_) | Event::ClaimAmended(_) => true,
        Event::CorrectionIssued(correction) => correction.claim.is_some(),
        _ => false,
    }
}

/// Words that are looked for.
#[derive(Debug, Clone)]
struct Phrase {
    /// Folded.
    words: String,
    /// Whether they are somebody's sentence, which is not written twice by chance, and not a name or a title.
    sentence: bool,
}

impl Phrase {
    /// Of a text that is worth looking for: two words at least; addresses, digests and words of vocabularies are none.
    fn of(field: &str, text: &str) -> Option<Self> {
        let words = folded(text);
        let worth = words.contains(' ') && words.len() >= 8 && text.contains(' ') && field != "url";
        let sentence = SENTENCES.contains(&field) && words.split(' ').count() >= LEAST;
        worth.then_some(Self { words, sentence })
    }
}

fn folded(text: &str) -> String {
    let found: Vec<String> = words(text).into_iter().map(|word| word.text).collect();
    found.join(" ")
}

/// Whether a folded text has the words of a folded phrase, one after the other.
fn holds(text: &str, phrase: &str) -> bool {
    text.match_indices(phrase).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + phrase.len()..]);
        (before.is_empty() || before.ends_with(' ')) && (after.is_empty() || after.starts_with(' '))
    })
}
