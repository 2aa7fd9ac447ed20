//! From the tables of all files to the folder: document first, since anchors count in it, then item by item.

use serde::de::DeserializeOwned;
use serde_json::Value;
use toml::de::DeTable;

use super::build::build;
use super::cross::{Cross, Named};
use super::folder::{DocumentDraft, Drafted, Folder, RelationDraft, VerdictDraft};
use super::load::Loaded;
use super::mistake::{Mistake, Wrong};
use super::parse::MAX_ITEMS;
use super::place::{Place, Places};
use super::read::{self, Raw, covers};
use super::schema::{self, Table};
use crate::claim::desk::ClaimsRelated;
use crate::claim::vocab::Selector;
use crate::claim::{Appearance, Check, Claim, Contact, Document, Evidence, Search, Snapshot, Verdict};
use crate::hash::Digest;

/// The folder in the making.
pub(crate) struct Folding {
    torn: bool,
    mistakes: Vec<Mistake>,
    document: Option<DocumentDraft>,
    /// The digest that anchors count in by default; where it is wrong, a stand-in.
    target: Option<Digest>,
    claims: Vec<Drafted<Claim>>,
    searches: Vec<Drafted<Search>>,
    evidence: Vec<Drafted<Evidence>>,
    contacts: Vec<Drafted<Contact>>,
    relations: Vec<RelationDraft>,
    verdicts: Vec<VerdictDraft>,
    cross: Cross,
}

/// The keys of `[document]` that describe its captured bytes.
const CAPTURE: [&str; 3] = ["media_type", "how", "bytes"];

impl Folding {
    /// Nothing yet; `torn` where a file could not be read as a whole, so that what is missing may stand there.
    pub(crate) fn new(torn: bool) -> Self {
        Self {
            torn,
            mistakes: Vec::new(),
            document: None,
            target: None,
            claims: Vec::new(),
            searches: Vec::new(),
            evidence: Vec::new(),
            contacts: Vec::new(),
            relations: Vec::new(),
            verdicts: Vec::new(),
            cross: Cross::default(),
        }
    }

    /// The folder, or its mistakes with the `earlier` ones.
    pub(crate) fn finish(self, earlier: Vec<Mistake>) -> Result<Folder, Vec<Mistake>> {
        let mut mistakes = earlier;
        mistakes.extend(self.mistakes);
        self.cross.finish(self.torn, &mut mistakes);
        match self.document {
            Some(document) if mistakes.is_empty() => Ok(Folder {
                document,
                claims: self.claims,
                searches: self.searches,
                evidence: self.evidence,
                contacts: self.contacts,
                relations: self.relations,
                verdicts: self.verdicts,
            }),
            _ => Err(mistakes),
        }
    }

    fn report(&mut self, place: &Place, wrong: Wrong) {
        self.mistakes.push(Mistake { place: Some(place.clone()), wrong });
    }

    /// Reads an item; the flag says whether it is whole, so that its values can be judged.
    fn read(&mut self, file: &Loaded<'_>, schema: &'static Table, table: &DeTable<'_>, at: usize) -> (Raw, bool) {
        let mut found = Vec::new();
        let raw = read::item(&file.source, schema, table, at, &mut found);
        let tears = file.torn_lines(at);
        if !tears.is_empty() {
            found.retain(|m| {
                let torn_line = m.place.as_ref().is_some_and(|p| tears.contains(&(p.line - 1)));
                !torn_line && !matches!(m.wrong, Wrong::MissingKey { .. })
            });
        }
        self.mistakes.append(&mut found);
        (raw, tears.is_empty())
    }

    /// Finds the folder's document: one table, which a file of checks alone may name again by its digest.
    pub(crate) fn documents(&mut self, files: &[Loaded<'_>]) {
        let mut found = Vec::new();
        for file in files {
            let has_claims = file.root.contains_key("claim");
            for (table, at) in file.tables("document") {
                let (raw, whole) = self.read(file, &schema::DOCUMENT, table, at);
                let bare = table.len() == 1 && (table.contains_key("sha256") || table.contains_key("url"));
                found.push((raw, whole, bare, has_claims));
            }
        }
        if found.is_empty() {
            if !self.torn {
                let place = files.first().map(|f| f.source.place(0));
                self.mistakes.push(Mistake { place, wrong: Wrong::NoDocument });
            }
            return;
        }
        let main = found.iter().position(|(_, _, bare, _)| !bare).unwrap_or(0);
        let (raw, whole, bare, _) = found.remove(main);
        let first = raw.places.item().clone();
        let name = raw.text("sha256").map(str::to_owned);
        for (other, _, bare, has_claims) in found {
            if !bare || has_claims || name.is_none() || other.text("sha256") != name.as_deref() {
                self.report(other.places.item(), Wrong::TwoDocuments { first: first.clone() });
            }
        }
        self.document(raw, whole, bare);
    }

    fn document(&mut self, mut raw: Raw, whole: bool, names_only: bool) {
        let digest = raw.text("sha256").and_then(|t| t.parse().ok());
        let unknown = raw.is_broken("sha256");
        self.target = digest.or(unknown.then(Digest::default));
        if self.target.is_none() && whole {
            if !raw.json.contains_key("url") {
                self.report(raw.places.item(), Wrong::NamelessDocument);
            }
            for key in CAPTURE {
                if raw.json.contains_key(key) {
                    self.report(raw.places.of(key), Wrong::NoCapture { key });
                }
            }
        }
        let mut capture = raw.split(&["sha256", CAPTURE[0], CAPTURE[1], CAPTURE[2]]);
        capture.json.entry("sha256").or_insert_with(|| Value::from(Digest::default().hex()));
        capture.json.entry("media_type").or_insert_with(|| Value::from("text/plain"));
        capture.json.entry("how").or_insert_with(|| Value::from("as received"));
        if !whole {
            return;
        }
        let snapshot: Option<Snapshot> = build(&capture, &mut self.mistakes);
        let body: Option<Document> = build(&raw, &mut self.mistakes);
        if let (Some(Snapshot { media_type, how, bytes, .. }), Some(body)) = (snapshot, body) {
            let places = raw.places;
            self.document = Some(DocumentDraft { sha256: digest, body, media_type, how, bytes, names_only, places });
        }
    }

    /// Reads everything but the document.
    pub(crate) fn items(&mut self, file: &Loaded<'_>) {
        type Fold = fn(&mut Folding, Raw, bool);
        let kinds: [(&str, &'static Table, Fold); 6] = [
            ("claim", &schema::CLAIM, Self::claim),
            ("search", &schema::SEARCH, Self::search),
            ("evidence", &schema::EVIDENCE, Self::evidence),
            ("contact", &schema::CONTACT, Self::contact),
            ("relation", &schema::RELATION, Self::relation),
            ("verdict", &schema::VERDICT, Self::verdict),
        ];
        for (key, schema, fold) in kinds {
            for (i, (table, at)) in file.tables(key).enumerate() {
                if i == MAX_ITEMS {
                    let place = file.source.place(at);
                    self.report(&place, Wrong::TooManyItems { table: schema.title, limit: MAX_ITEMS });
                    break;
                }
                let (raw, whole) = self.read(file, schema, table, at);
                fold(self, raw, whole);
            }
        }
    }

    /// Builds the value of an item, unless it is torn.
    fn build<T: DeserializeOwned + Check>(&mut self, raw: &Raw, whole: bool) -> Option<T> {
        if whole { build(raw, &mut self.mistakes) } else { None }
    }

    /// Takes the claims that an item names.
    fn take_claims(&mut self, raw: &mut Raw, whole: bool) -> Vec<String> {
        let claims = named(raw.take_names("claim"), &raw.places);
        if claims.is_empty() && whole && !raw.is_broken("claim") {
            self.report(raw.places.of("claim"), Wrong::NoClaim);
        }
        for (i, claim) in claims.iter().enumerate() {
            if claims[..i].iter().any(|c| c.name == claim.name) {
                self.report(&claim.place, Wrong::NameTwice { name: read::shown(&claim.name) });
            }
        }
        let names = claims.iter().map(|c| c.name.clone()).collect();
        self.cross.claim_refs.extend(claims);
        names
    }

    fn claim(&mut self, mut raw: Raw, whole: bool) {
        self.cross.has_claims = true;
        let key = raw.text("key").map(str::to_owned);
        if let Some(key) = &key {
            self.cross.claim(key, raw.places.of("key"));
        }
        self.cross.nameless.0 |= key.is_none();
        self.complete_appearance(&mut raw, whole);
        let body: Option<Claim> = self.build(&raw, whole);
        if whole && !raw.is_broken("appearance.anchors") {
            let appearance = raw.json.get("appearance").cloned().unwrap_or_default();
            if let Ok(appearance) = serde_json::from_value::<Appearance>(appearance) {
                self.check_hedges(&appearance, &raw);
            }
        }
        if let (Some(body), Some(key)) = (body, key) {
            self.claims.push(Drafted { claims: vec![key], body, places: raw.places });
        }
    }

    /// Puts in what an appearance leaves to be understood: the selector, the text, the document.
    fn complete_appearance(&mut self, raw: &mut Raw, whole: bool) {
        let Some(Value::Object(appearance)) = raw.json.get_mut("appearance") else { return };
        appearance.insert("document".into(), Value::from(0));
        let anchors = appearance.get_mut("anchors").and_then(Value::as_array_mut);
        for (i, anchor) in anchors.into_iter().flatten().enumerate() {
            let Value::Object(anchor) = anchor else { continue };
            let selector = anchor.entry("selector").or_insert_with(|| Selector::TextRange.as_str().into());
            let selects = *selector != Selector::Whole.as_str();
            let path = format!("appearance.anchors[{i}]");
            let known = !raw.broken.iter().any(|b| covers(&path, &b.path));
            let target = match self.target {
                Some(target) => target,
                None if !selects => continue,
                None => {
                    if whole && known && self.document.is_some() {
                        let place = Some(raw.places.of(&path).clone());
                        self.mistakes.push(Mistake { place, wrong: Wrong::NeedsWhole });
                    }
                    Digest::default()
                }
            };
            anchor.entry("target").or_insert_with(|| Value::from(target.hex()));
        }
    }

    /// A hedge belongs to a passage: its cue touches an anchor, or stands one space beside it.
    fn check_hedges(&mut self, appearance: &Appearance, raw: &Raw) {
        let ranges: Vec<(u64, u64)> = appearance.anchors.iter().filter_map(|a| a.start.zip(a.end)).collect();
        if ranges.is_empty() || ranges.iter().any(|(start, end)| start >= end) {
            return;
        }
        for (i, hedge) in appearance.hedges.iter().enumerate() {
            let path = format!("appearance.hedges[{i}]");
            let Some((start, end)) = hedge.start.zip(hedge.end) else { continue };
            let beside = |(from, to): &(u64, u64)| start <= to.saturating_add(1) && *from <= end.saturating_add(1);
            if raw.is_broken(&path) || start >= end || ranges.iter().any(beside) {
                continue;
            }
            let anchors = ranges.iter().map(|(s, e)| format!("{s}..{e}")).collect::<Vec<_>>().join(", ");
            let cue = read::shown(&hedge.cue);
            let place = raw.places.of(&format!("{path}.start")).clone();
            self.report(&place, Wrong::HedgeOutside { cue, start, end, anchors });
        }
    }

    fn search(&mut self, mut raw: Raw, whole: bool) {
        let claims = self.take_claims(&mut raw, whole);
        if let Some(body) = self.build::<Search>(&raw, whole) {
            self.cross.once("search", &claims, &body, raw.places.item());
            self.searches.push(Drafted { claims, body, places: raw.places });
        }
    }

    fn evidence(&mut self, mut raw: Raw, whole: bool) {
        let claims = self.take_claims(&mut raw, whole);
        if let Some(key) = raw.text("key") {
            self.cross.evidence(key, raw.places.of("key"), &claims);
        }
        self.cross.nameless.1 |= raw.is_broken("key");
        if let Some(body) = self.build(&raw, whole) {
            self.evidence.push(Drafted { claims, body, places: raw.places });
        }
    }

    fn contact(&mut self, mut raw: Raw, whole: bool) {
        let claims = self.take_claims(&mut raw, whole);
        if let Some(body) = self.build::<Contact>(&raw, whole) {
            self.cross.once("contact", &claims, &body, raw.places.item());
            self.contacts.push(Drafted { claims, body, places: raw.places });
        }
    }

    fn relation(&mut self, mut raw: Raw, whole: bool) {
        let from = named(raw.take_names("from"), &raw.places).pop();
        let to = named(raw.take_names("to"), &raw.places).pop();
        self.cross.claim_refs.extend(from.iter().chain(&to).cloned());
        raw.json.insert("to".into(), Value::from(0));
        let body: Option<ClaimsRelated> = self.build(&raw, whole);
        let (Some(body), Some(from), Some(to)) = (body, from, to) else { return };
        if from.name == to.name {
            self.report(&to.place, Wrong::SelfRelation { claim: read::shown(&from.name) });
        }
        self.cross.once("relation", &[from.name.clone(), to.name.clone()], &body.kind, raw.places.item());
        let (from, to) = (from.name, to.name);
        self.relations.push(RelationDraft { from, kind: body.kind, note: body.note, to, places: raw.places });
    }

    fn verdict(&mut self, mut raw: Raw, whole: bool) {
        let claim = named(raw.take_names("claim"), &raw.places).pop();
        let on = named(raw.take_names("on"), &raw.places);
        let considered = named(raw.take_names("considered"), &raw.places);
        self.cross.verdict(claim.as_ref(), on.iter().chain(&considered), raw.places.item());
        // Numbers for names, so that the check of a verdict finds names that stand twice.
        let all: Vec<&str> = on.iter().chain(&considered).map(|n| n.name.as_str()).collect();
        for (key, list) in [("on", &on), ("considered", &considered)] {
            let number = |n: &Named| all.iter().position(|name| *name == n.name).unwrap_or_default();
            let numbers: Vec<usize> = list.iter().map(number).collect();
            if !numbers.is_empty() {
                raw.json.insert(key.into(), Value::from(numbers));
            }
        }
        let body: Option<Verdict> = self.build(&raw, whole);
        if let (Some(mut body), Some(claim)) = (body, claim) {
            body.on.clear();
            body.considered.clear();
            let names = |list: Vec<Named>| list.into_iter().map(|n| n.name).collect();
            let (on, considered) = (names(on), names(considered));
            self.verdicts.push(VerdictDraft { claim: claim.name, body, on, considered, places: raw.places });
        }
    }
}

/// Names with their places.
fn named(names: Vec<(String, String)>, places: &Places) -> Vec<Named> {
    names.into_iter().map(|(name, path)| Named { name, place: places.of(&path).clone() }).collect()
}
