//! Nanopublications: one a claim with its verdict, in `TriG`, each named by the hash of what it says (a trusty URI).
//!
//! Four named graphs, no blank nodes, unsigned. Nothing in one changes when the ledger grows by what is about other
//! claims, so a claim that nobody touched keeps its name from one export to the next. Where a published claim was
//! corrected, the later one names the earlier (`npx:supersedes`), which is made again from the log as it stood before
//! the correction.

use std::io::{BufRead, Write};

use super::format::{Counts, Format, FormatError, Head, Made, Options, Taken};
use super::rdf::{self, Object, Quad, RDF_TYPE};
use super::reread::{self, RereadError};
use super::{names, trusty};
use crate::claim::vocab::{Finding, Workflow};
use crate::entry::{ClaimState, Kind};
use crate::hash::{Digest, Index};
use crate::ledger::{Ledger, ReadError};
use crate::text::printable_line;
use crate::view::ClaimView;

const NP: &str = "http://www.nanopub.org/nschema#";
const NPX: &str = "http://purl.org/nanopub/x/";
const PROV: &str = "http://www.w3.org/ns/prov#";
const DCT: &str = "http://purl.org/dc/terms/";
const SCHEMA: &str = "https://schema.org/";

/// The format, ready to write.
///
/// # Errors
/// None.
pub fn make<'a>(options: &Options<'a>) -> Result<Made<'a>, FormatError> {
    Ok(Made::file(Nanopubs::new(options.ledger), |path| reread::of_file(path, count)).with_head())
}

/// Counts the nanopublications of a file: each has its own parts' prefix and names one assertion.
fn count(file: impl BufRead) -> Result<u64, RereadError> {
    let (mut begun, mut named) = (0, 0);
    for line in file.split(b'\n') {
        let line = line?;
        begun += u64::from(line.starts_with(b"@prefix sub: <"));
        named += u64::from(line.starts_with(b"    np:hasAssertion sub:assertion"));
        if named > begun || begun > named + 1 {
            return Err(RereadError::Record { record: begun, what: "not one assertion" });
        }
    }
    if begun == named { Ok(named) } else { Err(RereadError::Record { record: begun, what: "no assertion" }) }
}

/// Writes nanopublications.
pub struct Nanopubs<'l> {
    ledger: &'l Ledger,
    base: String,
}

impl<'l> Nanopubs<'l> {
    /// Of a ledger's claims; their names begin with the base of the export's head.
    pub fn new(ledger: &'l Ledger) -> Self {
        Self { ledger, base: String::new() }
    }

    /// The name of the nanopublication that stood before the last public change, where there was one.
    fn before(&self, claim: &ClaimView) -> Result<Option<String>, ReadError> {
        let retracted = claim.state == Some(Workflow::Retracted);
        if claim.corrections.is_empty() && !retracted {
            return Ok(None);
        }
        let mut history = self.ledger.history(Index(claim.number))?.into_iter();
        let Some(own) = history.next() else { return Ok(None) };
        let mut state = ClaimState::recorded(own.index, own.leaf, &own.header, own.event()?);
        let mut earlier = None;
        for entry in history {
            if matches!(entry.header.kind, Kind::CorrectionIssued | Kind::ClaimRetracted) {
                let view = ClaimView::new(&state, &Apart(self.ledger));
                earlier = Nanopub::of(&view, &self.base, self.ledger, earlier.as_deref()).map(|n| n.name).or(earlier);
            }
            state.apply(entry.index, &entry.header, entry.event()?);
        }
        Ok(earlier)
    }
}

/// The ledger without what other claims do to this one: a flag that comes from them would give it another name.
struct Apart<'l>(&'l Ledger);

impl crate::view::Context for Apart<'_> {
    fn document(&self, number: Index) -> Option<std::sync::Arc<crate::entry::DocumentState>> {
        crate::view::Context::document(self.0, number)
    }

    fn held(&self, _: &Digest) -> bool {
        false
    }

    fn ledger(&self) -> &crate::entry::LedgerState {
        self.0.state()
    }

    fn fallen_under(&self, _: &ClaimState) -> Vec<crate::entry::Fall> {
        Vec::new()
    }

    fn superseded_by(&self, _: Index) -> Vec<Index> {
        Vec::new()
    }
}

impl Format for Nanopubs<'_> {
    fn begin(&mut self, head: &Head, out: &mut dyn Write) -> Result<(), FormatError> {
        head.base.as_str().clone_into(&mut self.base);
        writeln!(out, "# Nanopublications of the ledger {}", printable_line(&head.origin))?;
        writeln!(out, "# id {}, {} entries, root {}", head.id, head.size, head.root)?;
        if let Some(time) = head.exported_at {
            writeln!(out, "# last entry of {time}")?;
        }
        for line in head.checkpoint.as_deref().unwrap_or("none over exactly this tree").lines() {
            writeln!(out, "# checkpoint: {}", printable_line(line))?;
        }
        Ok(())
    }

    fn claim(&mut self, claim: &ClaimView, out: &mut dyn Write) -> Result<Taken, FormatError> {
        let earlier = self.before(claim)?;
        let Some(made) = Nanopub::of(claim, &self.base, self.ledger, earlier.as_deref()) else {
            return Ok(Taken::Skipped("no verdict to publish"));
        };
        write!(out, "\n{}", made.to_trig(&self.base))?;
        Ok(Taken::Written)
    }

    fn end(&mut self, _: &Head, counts: &Counts, out: &mut dyn Write) -> Result<(), FormatError> {
        let left = &counts.left_out;
        writeln!(
            out,
            "\n# {} claims, {} second-read, {} published",
            counts.claims, counts.second_read, counts.published
        )?;
        writeln!(
            out,
            "# left out: {} unverified, {} withheld, {} withdrawn, {} retracted, {} not public",
            left.unverified, left.withheld, left.withdrawn, left.retracted, left.not_public
        )?;
        Ok(())
    }
}

/// One nanopublication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nanopub {
    /// Its trusty URI.
    pub name: String,
    /// Its quads.
    pub quads: Vec<Quad>,
}

impl Nanopub {
    /// A claim's; `None` where there is no verdict that can be read, nor a retraction.
    pub fn of(claim: &ClaimView, base: &str, ledger: &Ledger, earlier: Option<&str>) -> Option<Self> {
        let retracted = claim.state == Some(Workflow::Retracted);
        let statement = claim.statement.as_deref()?;
        let verdict = claim.verdict.as_ref().filter(|v| v.finding.is_some());
        if verdict.is_none() && !(retracted && earlier.is_some()) {
            return None;
        }
        let mut quads = Vec::new();
        let mut draft = Draft::new(base, &mut quads);
        draft.head();
        draft.assertion(claim, statement);
        let agent = |handle: &str| {
            let number = ledger.state().agent_named(handle).map(|a| a.number.0);
            number.map_or_else(|| format!("{base}agent"), |n| names::of(base, "agent", n))
        };
        let by = agent(verdict.map_or(&claim.agent, |v| &v.agent));
        draft.provenance(claim, &by);
        let created = verdict.map_or(claim.recorded, |v| v.time);
        let created = claim.corrections.iter().map(|c| c.time).chain([created]).max().unwrap_or(created);
        draft.pubinfo(ledger, &by, &created.to_string(), earlier.map(|uri| (uri, retracted)));
        let code = trusty::artifact_code(&quads, trusty::PLACEHOLDER);
        trusty::seal(&mut quads, &code);
        Some(Self { name: format!("{base}np/{code}"), quads })
    }

    /// As `TriG`.
    pub fn to_trig(&self, base: &str) -> String {
        let sub = format!("{}#", self.name);
        let graphs = ["Head", "assertion", "provenance", "pubinfo"].map(|g| format!("{sub}{g}"));
        let this = format!("{base}np/");
        let prefixes = [
            ("sub", sub.as_str()),
            ("this", this.as_str()),
            ("led", base),
            ("or", names::TERMS),
            ("np", NP),
            ("npx", NPX),
            ("prov", PROV),
            ("dct", DCT),
            ("schema", SCHEMA),
            ("xsd", rdf::XSD),
        ];
        rdf::trig(&self.quads, &graphs.each_ref().map(String::as_str), &prefixes)
    }
}

/// Quads on their way.
struct Draft<'q> {
    base: String,
    name: String,
    graph: String,
    quads: &'q mut Vec<Quad>,
}

impl<'q> Draft<'q> {
    fn new(base: &str, quads: &'q mut Vec<Quad>) -> Self {
        let name = format!("{base}np/{}", trusty::PLACEHOLDER);
        Self { base: base.to_owned(), graph: String::new(), name, quads }
    }

    fn sub(&self, part: &str) -> String {
        format!("{}#{part}", self.name)
    }

    fn say(&mut self, subject: &str, predicate: String, object: Object) {
        self.quads.push(Quad { graph: self.graph.clone(), subject: subject.to_owned(), predicate, object });
    }

    fn text(&mut self, subject: &str, term: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.say(subject, names::term(term), Object::text(text));
        }
    }

    fn head(&mut self) {
        self.graph = self.sub("Head");
        let this = self.name.clone();
        self.say(&this, RDF_TYPE.to_owned(), Object::Iri(format!("{NP}Nanopublication")));
        for (has, part) in
            [("hasAssertion", "assertion"), ("hasProvenance", "provenance"), ("hasPublicationInfo", "pubinfo")]
        {
            let part = self.sub(part);
            self.say(&this, format!("{NP}{has}"), Object::Iri(part));
        }
    }

    fn assertion(&mut self, claim: &ClaimView, statement: &str) {
        self.graph = self.sub("assertion");
        let subject = names::of(&self.base, "claim", claim.number);
        self.say(&subject, RDF_TYPE.to_owned(), Object::Iri(format!("{SCHEMA}Claim")));
        let text = Object::Lang { text: statement.to_owned(), tag: claim.lang.clone() };
        self.say(&subject, format!("{SCHEMA}text"), text);
        self.text(&subject, "leaf", Some(&claim.leaf));
        self.text(&subject, "kind", claim.kind);
        self.text(&subject, "state", claim.state.map(Workflow::as_str));
        let published = Object::of_type(claim.published.to_string(), "boolean");
        self.say(&subject, names::term("published"), published);
        for quantity in &claim.quantities {
            let parts = [quantity.value.as_deref(), quantity.high.as_deref(), quantity.unit.as_deref()];
            let number: Vec<&str> = parts.into_iter().flatten().collect();
            let text = format!("{} {}", quantity.comparator.as_str(), number.join(" "));
            self.text(&subject, "quantity", Some(text.trim()));
        }
        for time in &claim.times {
            self.text(&subject, "time", Some(&time.edtf));
        }
        for (term, names) in [("place", &claim.places), ("actor", &claim.actors), ("flag", &claim.flags)] {
            for name in names {
                self.text(&subject, term, Some(name));
            }
        }
        for relation in &claim.relations {
            let term = names::term(relation.kind.as_str());
            match (relation.number, relation.foreign.as_deref()) {
                (Some(number), _) => {
                    let other = names::of(&self.base, "claim", number);
                    self.say(&subject, term, Object::Iri(other));
                }
                (None, Some(foreign)) => self.say(&subject, term, Object::text(foreign)),
                (None, None) => {}
            }
        }
        if claim.state != Some(Workflow::Retracted) {
            self.verdict(claim, &subject);
        }
    }

    fn verdict(&mut self, claim: &ClaimView, about: &str) {
        let Some(verdict) = &claim.verdict else { return };
        let subject = names::of(&self.base, "verdict", verdict.number);
        self.say(&subject, RDF_TYPE.to_owned(), Object::Iri(names::term("Verdict")));
        self.say(&subject, names::term("aboutClaim"), Object::Iri(about.to_owned()));
        self.text(&subject, "finding", verdict.finding.map(Finding::as_str));
        self.text(&subject, "confidence", verdict.confidence);
        self.text(&subject, "rationale", verdict.rationale.as_deref());
        self.text(&subject, "method", verdict.method.as_deref());
        if let Some(day) = &verdict.judged_on {
            self.say(&subject, names::term("judgedOn"), Object::of_type(day.clone(), "date"));
        }
        let second = Object::of_type(claim.second_read.to_string(), "boolean");
        self.say(&subject, names::term("secondRead"), second);
        for (term, numbers) in [("reliesOn", &verdict.on), ("considered", &verdict.considered)] {
            for number in numbers {
                let evidence = names::of(&self.base, "evidence", *number);
                self.say(&subject, names::term(term), Object::Iri(evidence));
            }
        }
        for evidence in &claim.evidence {
            if !verdict.on.contains(&evidence.number) && !verdict.considered.contains(&evidence.number) {
                continue;
            }
            let subject = names::of(&self.base, "evidence", evidence.number);
            let withdrawn = Object::of_type(evidence.withdrawn.to_string(), "boolean");
            self.say(&subject, names::term("withdrawn"), withdrawn);
            self.text(&subject, "stance", evidence.stance.map(crate::claim::vocab::Stance::as_str));
            self.text(&subject, "says", evidence.says.as_deref());
            self.text(&subject, "publisher", evidence.publisher.as_deref());
            self.text(&subject, "cluster", evidence.cluster.as_deref());
            self.text(&subject, "reliability", evidence.reliability);
            self.text(&subject, "credibility", evidence.credibility);
            self.text(&subject, "read", evidence.read);
            self.text(&subject, "dated", evidence.dated.as_deref());
            match evidence.url.as_deref().map(|url| (url, names::of_address(url))) {
                Some((_, Some(address))) => self.say(&subject, format!("{SCHEMA}url"), Object::Iri(address)),
                Some((url, None)) => self.text(&subject, "address", Some(url)),
                None => {}
            }
        }
    }

    fn provenance(&mut self, claim: &ClaimView, by: &str) {
        self.graph = self.sub("provenance");
        let assertion = self.sub("assertion");
        self.say(&assertion, format!("{PROV}wasAttributedTo"), Object::Iri(by.to_owned()));
        let mut documents: Vec<u64> = Vec::new();
        for appearance in &claim.appearances {
            let document = &appearance.document;
            if documents.contains(&document.number) {
                continue;
            }
            documents.push(document.number);
            let subject = names::of(&self.base, "document", document.number);
            self.say(&assertion, format!("{PROV}wasDerivedFrom"), Object::Iri(subject.clone()));
            self.text(&subject, "title", document.title.as_deref());
            self.text(&subject, "publisher", document.publisher.as_deref());
            self.text(&subject, "dated", document.dated.as_deref());
            if let Some(address) = document.url.as_deref().and_then(names::of_address) {
                self.say(&subject, format!("{SCHEMA}url"), Object::Iri(address));
            }
            if let Some(sha256) = &document.snapshot {
                self.text(&subject, "snapshot", Some(sha256));
            }
        }
        for number in claim.verdict.iter().flat_map(|v| &v.on) {
            let evidence = names::of(&self.base, "evidence", *number);
            self.say(&assertion, format!("{PROV}wasDerivedFrom"), Object::Iri(evidence));
        }
    }

    fn pubinfo(&mut self, ledger: &Ledger, by: &str, created: &str, earlier: Option<(&str, bool)>) {
        self.graph = self.sub("pubinfo");
        let this = self.name.clone();
        self.say(&this, format!("{DCT}created"), Object::of_type(created, "dateTime"));
        self.say(&this, format!("{DCT}creator"), Object::Iri(by.to_owned()));
        self.text(&this, "ledger", Some(&ledger.id().hex()));
        self.text(&this, "origin", Some(ledger.origin()));
        if let Some((uri, retracted)) = earlier {
            let how = if retracted { "retracts" } else { "supersedes" };
            self.say(&this, format!("{NPX}{how}"), Object::Iri(uri.to_owned()));
        }
    }
}
