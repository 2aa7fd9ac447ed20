//! W3C PROV-JSON: every entry about the claims of a set as an activity, what it made as an entity, who made it as an
//! agent.
//!
//! The format groups records by their kind, and a claim yields records of many kinds, so each kind goes to a temporary
//! file and the files are joined at the end: a set of any size takes the memory of one claim and two bits an entry.
//!
//! Times stand on relations and activities (PROV-DM, section 5.1.3); names are `<what>-<number of the creating entry>`
//! under the ledger's base.

mod events;
mod sections;

use std::collections::BTreeSet;
use std::fmt;
use std::io::{Read, Write};

use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value, json};

use super::format::{Counts, Format, FormatError, Head, Made, Options, Taken};
use super::names;
use super::reread::{self, RereadError};
use crate::claim::vocab::AgentKind;
use crate::entry::{Event, Kind};
use crate::hash::Index;
use crate::ledger::{Entry, Ledger};
use crate::view::ClaimView;

use sections::{Section, Sections, Seen};

/// The format, ready to write.
///
/// # Errors
/// When there is no room for temporary files.
pub fn make<'a>(options: &Options<'a>) -> Result<Made<'a>, FormatError> {
    Ok(Made::file(Prov::new(options.ledger)?, |path| reread::of_file(path, count)).with_head())
}

/// Counts the members of the set, reading the file as a stream.
fn count(file: impl Read) -> Result<u64, RereadError> {
    struct Sections;
    impl<'de> Visitor<'de> for Sections {
        type Value = u64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object of objects")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<u64, A::Error> {
            let mut members = 0;
            while let Some(section) = map.next_key::<String>()? {
                let records = map.next_value::<Records>()?.0;
                if section == "hadMember" {
                    members = records;
                }
            }
            Ok(members)
        }
    }
    let mut reader = serde_json::Deserializer::from_reader(file);
    let members = reader.deserialize_map(Sections).and_then(|members| reader.end().map(|()| members));
    members.map_err(|_| RereadError::Record { record: 0, what: "not PROV-JSON" })
}

/// The number of records of a section.
struct Records(u64);

impl<'de> serde::Deserialize<'de> for Records {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Count;
        impl<'de> Visitor<'de> for Count {
            type Value = Records;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Records, A::Error> {
                let mut count = 0;
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
                    count += 1;
                }
                Ok(Records(count))
            }
        }
        d.deserialize_map(Count)
    }
}

/// Writes the provenance of claims.
pub struct Prov<'l> {
    ledger: &'l Ledger,
    sections: Sections,
    /// Entries that are activities already.
    activities: Seen,
    /// Claims and documents that are entities already.
    declared: Seen,
    /// Claims that others refer to.
    wanted: Seen,
    agents: BTreeSet<Index>,
    /// The collection that the set is.
    set: String,
    public: bool,
}

impl<'l> Prov<'l> {
    /// Of a ledger's claims.
    ///
    /// # Errors
    /// When there is no room for temporary files.
    pub fn new(ledger: &'l Ledger) -> std::io::Result<Self> {
        let size = ledger.size();
        Ok(Self {
            ledger,
            sections: Sections::new()?,
            activities: Seen::new(size),
            declared: Seen::new(size),
            wanted: Seen::new(size),
            agents: BTreeSet::new(),
            set: format!("set-at-{size}"),
            public: false,
        })
    }

    fn entity(&mut self, name: &str, what: &str, mut attributes: Map<String, Value>) -> Result<(), FormatError> {
        attributes.insert("prov:type".into(), qname(&format!("or:{what}")));
        self.sections.named(Section::Entity, &led(name), &Value::Object(attributes))
    }

    fn generated(&mut self, name: &str, entry: &Entry) -> Result<(), FormatError> {
        self.sections.relation(
            Section::WasGeneratedBy,
            &json!({
                "prov:entity": led(name), "prov:activity": activity(entry.index), "prov:time": entry.header.time.to_string(),
            }),
        )
    }

    fn invalidated(&mut self, name: &str, entry: &Entry) -> Result<(), FormatError> {
        self.sections.relation(
            Section::WasInvalidatedBy,
            &json!({
                "prov:entity": led(name), "prov:activity": activity(entry.index), "prov:time": entry.header.time.to_string(),
            }),
        )
    }

    fn used(&mut self, entry: &Entry, name: &str) -> Result<(), FormatError> {
        self.sections
            .relation(Section::Used, &json!({ "prov:activity": activity(entry.index), "prov:entity": led(name) }))
    }

    fn derived(&mut self, from: &str, to: &str, kind: Option<&str>) -> Result<(), FormatError> {
        let mut relation = json!({ "prov:generatedEntity": led(to), "prov:usedEntity": led(from) });
        if let (Some(kind), Some(object)) = (kind, relation.as_object_mut()) {
            object.insert("prov:type".into(), qname(&format!("prov:{kind}")));
        }
        self.sections.relation(Section::WasDerivedFrom, &relation)
    }

    fn specialises(&mut self, special: &str, general: &str) -> Result<(), FormatError> {
        self.sections.relation(
            Section::SpecializationOf,
            &json!({ "prov:specificEntity": led(special), "prov:generalEntity": led(general) }),
        )
    }

    /// Declares an entry as an activity with its agent; `false` where that was done before.
    fn activity(&mut self, entry: &Entry) -> Result<bool, FormatError> {
        if !self.activities.insert(entry.index.0) {
            return Ok(false);
        }
        let time = entry.header.time.to_string();
        self.sections.named(
            Section::Activity,
            &activity(entry.index),
            &json!({
                "prov:startTime": time, "prov:endTime": time,
                "prov:type": qname(&format!("or:{}", entry.header.kind)),
                "or:leaf": entry.leaf.hex(),
            }),
        )?;
        let agent = entry.header.agent;
        self.agents.insert(agent);
        self.sections.relation(
            Section::WasAssociatedWith,
            &json!({ "prov:activity": activity(entry.index), "prov:agent": agent_name(agent) }),
        )?;
        Ok(true)
    }

    /// A document with its captures and texts, once.
    fn document(&mut self, number: Index) -> Result<(), FormatError> {
        if !self.declared.insert(number.0) {
            return Ok(());
        }
        let name = names::local("document", number.0);
        let history = self.ledger.history(number)?;
        let hidden = kept_back(&history);
        let mut snapshot: Option<String> = None;
        for entry in &history {
            self.activity(entry)?;
            let event = if hidden.contains(&entry.index) { None } else { entry.event()? };
            let at = entry.index.0;
            match (entry.header.kind, event) {
                (Kind::DocumentRegistered, event) => {
                    let fields = match event {
                        Some(Event::DocumentRegistered(document)) => events::document(&document),
                        _ => events::hidden(),
                    };
                    self.entity(&name, "Document", fields)?;
                    self.generated(&name, entry)?;
                }
                (Kind::DocumentAmended, Some(Event::DocumentAmended(document))) => {
                    let version = format!("{name}-at-{at}");
                    self.entity(&version, "Document", events::document(&document))?;
                    self.generated(&version, entry)?;
                    self.specialises(&version, &name)?;
                }
                (Kind::SnapshotCaptured, event) => {
                    let fields = match event {
                        Some(Event::SnapshotCaptured(captured)) => events::snapshot(&captured),
                        _ => events::hidden(),
                    };
                    let captured = names::local("snapshot", at);
                    self.entity(&captured, "Snapshot", fields)?;
                    self.generated(&captured, entry)?;
                    self.specialises(&captured, &name)?;
                    snapshot = Some(captured);
                }
                (Kind::TextExtracted, event) => {
                    let fields = match event {
                        Some(Event::TextExtracted(text)) => events::text(&text),
                        _ => events::hidden(),
                    };
                    let text = names::local("text", at);
                    self.entity(&text, "Text", fields)?;
                    self.generated(&text, entry)?;
                    if let Some(snapshot) = &snapshot {
                        self.derived(snapshot, &text, None)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn write_agents(&mut self) -> Result<(), FormatError> {
        for number in std::mem::take(&mut self.agents) {
            let mut attributes = Map::new();
            if let Some(agent) = self.ledger.state().agents.get(&number) {
                let kind = match agent.kind {
                    AgentKind::Person => "prov:Person",
                    AgentKind::Desk => "prov:Organization",
                    AgentKind::Program => "prov:SoftwareAgent",
                };
                attributes.insert("prov:type".into(), qname(kind));
                attributes.insert("or:handle".into(), agent.handle.0.clone().into());
                if let Some(name) = agent.name.as_ref().filter(|_| !self.public) {
                    attributes.insert("or:name".into(), name.clone().into());
                }
            }
            self.sections.named(Section::Agent, &agent_name(number), &Value::Object(attributes))?;
        }
        Ok(())
    }
}

impl Format for Prov<'_> {
    fn begin(&mut self, head: &Head, out: &mut dyn Write) -> Result<(), FormatError> {
        self.public = head.public;
        let prefix = json!({
            "led": head.base.as_str(), "or": names::TERMS, "xsd": "http://www.w3.org/2001/XMLSchema#",
        });
        write!(out, "{{\"prefix\":{prefix}")?;
        Ok(())
    }

    fn claim(&mut self, claim: &ClaimView, _: &mut dyn Write) -> Result<Taken, FormatError> {
        let history = self.ledger.history(Index(claim.number))?;
        events::claim(self, claim, &history)?;
        let name = led(&names::local("claim", claim.number));
        self.sections
            .relation(Section::HadMember, &json!({ "prov:collection": led(&self.set), "prov:entity": name }))?;
        Ok(Taken::Written)
    }

    fn end(&mut self, head: &Head, counts: &Counts, out: &mut dyn Write) -> Result<(), FormatError> {
        let mut fields = Map::new();
        fields.insert("or:origin".into(), head.origin.clone().into());
        fields.insert("or:ledger".into(), head.id.hex().into());
        fields.insert("or:size".into(), head.size.to_string().into());
        fields.insert("or:root".into(), head.root.hex().into());
        if let Some(checkpoint) = &head.checkpoint {
            fields.insert("or:checkpoint".into(), checkpoint.clone().into());
        }
        let left = &counts.left_out;
        for (name, count) in [
            ("claims", counts.claims),
            ("second-read", counts.second_read),
            ("published", counts.published),
            ("left-out-unverified", left.unverified),
            ("left-out-withheld", left.withheld),
            ("left-out-withdrawn", left.withdrawn),
            ("left-out-retracted", left.retracted),
            ("left-out-not-public", left.not_public),
        ] {
            fields.insert(format!("or:{name}"), count.to_string().into());
        }
        fields.insert("prov:type".into(), qname("prov:Collection"));
        let set = led(&self.set);
        self.sections.named(Section::Entity, &set, &Value::Object(fields))?;
        // Claims outside of the set that claims in it refer to: named, and nothing said of them.
        for number in self.wanted.numbers() {
            if self.declared.insert(number) {
                self.entity(&names::local("claim", number), "Claim", Map::new())?;
            }
        }
        self.write_agents()?;
        self.sections.join(out)?;
        writeln!(out, "}}")?;
        Ok(())
    }
}

/// Entries whose payload is to be kept out of copies, or is gone.
fn kept_back(history: &[Entry]) -> BTreeSet<Index> {
    let mut hidden = BTreeSet::new();
    for entry in history {
        let on = entry.header.re.or(entry.header.about);
        match (entry.header.kind, on) {
            (Kind::PayloadWithheld | Kind::PayloadErased, Some(on)) => {
                hidden.insert(on);
            }
            (Kind::PayloadReleased, Some(on)) => {
                hidden.remove(&on);
            }
            _ => {}
        }
    }
    hidden
}

/// A name in the ledger's namespace.
fn led(local: &str) -> String {
    format!("led:{local}")
}

fn activity(entry: Index) -> String {
    led(&names::local("entry", entry.0))
}

fn agent_name(agent: Index) -> String {
    led(&names::local("agent", agent.0))
}

/// A qualified name as a value (PROV-JSON, section 2.2).
fn qname(name: &str) -> Value {
    json!({ "$": name, "type": "xsd:QName" })
}
