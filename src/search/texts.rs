//! What is searched of a claim, and where in it a word stands.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::claim::Appearance;
use crate::entry::{ClaimState, DocumentState, Kind};
use crate::hash::Index;
use crate::ledger::{Ledger, Marked, ReadError};

/// Where in a claim a word stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// Its wording.
    Statement,
    /// Who says it.
    Speaker,
    /// Whom it is about.
    Actor,
    /// Where it is about.
    Place,
    /// A keyword.
    Tag,
    /// The claim file's name for it.
    Key,
    /// Evidence: what it says, title, publisher.
    Evidence,
    /// The rationale of the verdict in force.
    Rationale,
    /// Title, author or publisher of a document that makes it.
    Document,
}

impl Place {
    /// As a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Statement => "statement",
            Self::Speaker => "speaker",
            Self::Actor => "actor",
            Self::Place => "place",
            Self::Tag => "tag",
            Self::Key => "key",
            Self::Evidence => "evidence",
            Self::Rationale => "rationale",
            Self::Document => "document",
        }
    }
}

/// Whether the payload of an entry about a claim is withheld or erased: then its words are not found.
pub(super) fn is_hidden(claim: &ClaimState, number: Index) -> bool {
    claim.erased.contains(&number) || claim.withheld.iter().any(|(withheld, _)| *withheld == number)
}

/// Documents whose titles are remembered.
const MOST: usize = 20_000;

/// Title, author and publisher of documents that were looked up; none where they are withheld.
#[derive(Debug, Default)]
pub(super) struct Titles(HashMap<Index, Vec<String>>);

impl Titles {
    /// Looks up every document that makes a claim.
    pub fn read(&mut self, ledger: &Ledger, claim: &ClaimState) -> Result<(), ReadError> {
        let own = claim.claim.iter().map(|wording| wording.appearance.document);
        let others = claim.appearances.iter().filter_map(|item| item.standing()).map(|body| body.document);
        for document in own.chain(others) {
            if let Entry::Vacant(place) = self.0.entry(document) {
                place.insert(titles_of(ledger, document)?);
            }
        }
        Ok(())
    }

    /// Forgets what was looked up, once it is much.
    pub fn bound(&mut self) {
        if self.0.len() > MOST {
            self.0.clear();
        }
    }
}

fn titles_of(ledger: &Ledger, number: Index) -> Result<Vec<String>, ReadError> {
    let entries = ledger.history(number)?;
    let Some((own, later)) = entries.split_first().filter(|(own, _)| own.header.kind == Kind::DocumentRegistered)
    else {
        return Ok(Vec::new());
    };
    let (mut state, mut worded) = (DocumentState::registered(number, own.leaf, &own.header, own.event()?), number);
    for entry in later {
        state.apply(entry.index, &entry.header, entry.event()?);
        if entry.header.kind == Kind::DocumentAmended {
            worded = entry.index;
        }
    }
    let Some(document) = state.document else { return Ok(Vec::new()) };
    if matches!(Marked::among(&entries, worded)?, Marked::Withheld { .. } | Marked::Erased(_)) {
        return Ok(Vec::new());
    }
    Ok([document.title, document.author, document.publisher].into_iter().flatten().collect())
}

/// What is searched of a claim as it stands, statement first. `titles` has its documents.
pub(super) fn texts<'c>(claim: &'c ClaimState, titles: &'c Titles) -> Vec<(Place, &'c str)> {
    let mut found = Vec::with_capacity(16);
    if let Some(wording) = claim.claim.as_ref().filter(|_| !is_hidden(claim, claim.wording)) {
        found.push((Place::Statement, wording.statement.as_str()));
        found.extend(wording.actors.iter().map(|name| (Place::Actor, name.as_str())));
        found.extend(wording.places.iter().map(|name| (Place::Place, name.as_str())));
        found.extend(wording.tags.iter().map(|tag| (Place::Tag, tag.as_str())));
        found.extend(wording.key.iter().map(|key| (Place::Key, key.as_str())));
        appearance(&wording.appearance, titles, &mut found);
    }
    for item in claim.appearances.iter().filter(|item| !is_hidden(claim, item.number)) {
        item.standing().into_iter().for_each(|body| appearance(body, titles, &mut found));
    }
    for item in claim.evidence.iter().filter(|item| !is_hidden(claim, item.number)) {
        let Some(evidence) = item.standing() else { continue };
        let named =
            [Some(&evidence.says), evidence.title.as_ref(), evidence.publisher.as_ref(), evidence.note.as_ref()];
        found.extend(named.into_iter().flatten().map(|text| (Place::Evidence, text.as_str())));
    }
    if let Some(verdict) = claim.verdict().map(|v| &v.item).filter(|item| !is_hidden(claim, item.number)) {
        found.extend(verdict.body.iter().map(|body| (Place::Rationale, body.rationale.as_str())));
    }
    found
}

fn appearance<'c>(appearance: &'c Appearance, titles: &'c Titles, found: &mut Vec<(Place, &'c str)>) {
    let mut once = |place: Place, text: &'c str| {
        if !found.contains(&(place, text)) {
            found.push((place, text));
        }
    };
    let speakers = appearance.attribution.iter().filter_map(|step| step.name.as_ref().or(step.description.as_ref()));
    speakers.for_each(|name| once(Place::Speaker, name));
    let titles = titles.0.get(&appearance.document).into_iter().flatten();
    titles.for_each(|title| once(Place::Document, title));
}
