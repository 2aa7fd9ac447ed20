//! PROV-JSON: what the schema and the reading library do not see. References, order, times; and what is private.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};

use onrecord::exchange::format::{Counts, Format, Head};
use onrecord::exchange::prov::Prov;
use onrecord::ledger::Ledger;
use onrecord::view::ClaimView;
use serde_json::Value;

fn written(ledger: &Ledger, public: bool, wanted: &dyn Fn(&ClaimView) -> bool) -> String {
    let head = Head {
        origin: ledger.origin().to_owned(),
        id: ledger.id(),
        size: ledger.size(),
        root: ledger.root(),
        checkpoint: None,
        exported_at: ledger.state().last_time,
        query: String::new(),
        all: true,
        public,
        base: onrecord::exchange::iri::Base::parse("https://desk.example/l/main/").unwrap(),
    };
    let mut out = Vec::new();
    let mut format = Prov::new(ledger).unwrap();
    format.begin(&head, &mut out).unwrap();
    for number in ledger.claims().unwrap() {
        let view = ClaimView::new(&ledger.claim(number).unwrap().unwrap(), ledger);
        if wanted(&view) {
            format.claim(&view, &mut out).unwrap();
        }
    }
    format.end(&head, &Counts::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The roles of a relation that name something, by the kind of what they name.
const ROLES: &[(&str, &str)] = &[
    ("prov:entity", "entity"),
    ("prov:activity", "activity"),
    ("prov:agent", "agent"),
    ("prov:generatedEntity", "entity"),
    ("prov:usedEntity", "entity"),
    ("prov:specificEntity", "entity"),
    ("prov:generalEntity", "entity"),
    ("prov:alternate1", "entity"),
    ("prov:alternate2", "entity"),
    ("prov:collection", "entity"),
    ("prov:influencee", "entity"),
    ("prov:influencer", "entity"),
];

/// Everything that is wrong with a document beyond its schema.
fn wrong(text: &str) -> Vec<String> {
    let document: Value = serde_json::from_str(text).unwrap();
    let section = |name: &str| document[name].as_object().cloned().unwrap_or_default();
    let mut wrong = Vec::new();
    let declared: BTreeMap<&str, BTreeSet<String>> =
        ["entity", "activity", "agent"].map(|s| (s, section(s).keys().cloned().collect())).into();
    for (name, records) in document.as_object().unwrap() {
        if ["prefix", "entity", "activity", "agent"].contains(&name.as_str()) {
            continue;
        }
        for (id, record) in records.as_object().unwrap() {
            for (role, of) in ROLES {
                if let Some(target) = record.get(*role).and_then(Value::as_str)
                    && !declared[of].contains(target)
                {
                    wrong.push(format!("{name} {id}: {role} {target} is not declared"));
                }
            }
        }
    }
    for names in declared.values() {
        for name in names {
            let local = name.strip_prefix("led:").unwrap_or("?");
            if !local.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
                wrong.push(format!("`{name}` does not survive RDF"));
            }
        }
    }
    let mut from: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for record in section("wasDerivedFrom").values() {
        let name = |role: &str| record[role].as_str().unwrap().to_owned();
        from.entry(name("prov:generatedEntity")).or_default().push(name("prov:usedEntity"));
    }
    for start in from.keys() {
        let (mut open, mut seen) = (vec![start.clone()], BTreeSet::new());
        while let Some(next) = open.pop() {
            for used in from.get(&next).into_iter().flatten() {
                if used == start {
                    wrong.push(format!("{start} derives from itself"));
                } else if seen.insert(used.clone()) {
                    open.push(used.clone());
                }
            }
        }
    }
    let times = |name: &str| -> BTreeMap<String, String> {
        let text = |v: &Value| v.as_str().unwrap().to_owned();
        section(name).values().map(|r| (text(&r["prov:entity"]), text(&r["prov:time"]))).collect()
    };
    let made = times("wasGeneratedBy");
    for (entity, gone) in times("wasInvalidatedBy") {
        match made.get(&entity) {
            Some(made) if *made <= gone => {}
            made => wrong.push(format!("{entity} was gone at {gone}, and made at {made:?}")),
        }
    }
    wrong
}

#[test]
fn the_demo_is_whole() {
    let (_desk, ledger, _) = crate::similar::demo();
    let text = written(&ledger, false, &|_| true);
    assert_eq!(wrong(&text), Vec::<String>::new());
    assert_eq!(text, written(&ledger, false, &|_| true), "the same bytes twice");
    let document: Value = serde_json::from_str(&text).unwrap();
    let claims = ledger.claims().unwrap().len();
    assert_eq!(document["hadMember"].as_object().unwrap().len(), claims);
    let of = |kind: &str| {
        document["entity"].as_object().unwrap().values().filter(|e| e["prov:type"]["$"] == format!("or:{kind}")).count()
    };
    let verdicts =
        ledger.claims().unwrap().into_iter().filter(|n| ledger.claim(*n).unwrap().unwrap().verdict().is_some());
    assert!(of("Verdict") >= verdicts.count());
    assert_eq!(of("Claim"), claims);
    // One activity for each entry about a claim or one of its documents.
    let activities = document["activity"].as_object().unwrap();
    for (name, record) in activities {
        let number: u64 = name.strip_prefix("led:entry-").unwrap().parse().unwrap();
        let entry = ledger.entry(onrecord::hash::Index(number)).unwrap();
        assert_eq!(record["prov:type"]["$"], format!("or:{}", entry.header.kind));
        assert_eq!(record["or:leaf"], entry.leaf.hex());
    }
}

#[test]
fn a_part_names_what_it_refers_to_outside() {
    let (_desk, ledger, _) = crate::similar::demo();
    let text = written(&ledger, false, &|view| !view.relations.is_empty());
    assert_eq!(wrong(&text), Vec::<String>::new());
    assert!(text.contains("wasInfluencedBy"));
}

#[test]
fn corrections_and_retractions_invalidate_and_the_public_does_not_hear_of_notes() {
    let (_, ledger, numbers) = crate::history::corrected();
    let all = written(&ledger, false, &|_| true);
    assert_eq!(wrong(&all), Vec::<String>::new());
    let document: Value = serde_json::from_str(&all).unwrap();
    let gone: Vec<&str> = document["wasInvalidatedBy"]
        .as_object()
        .unwrap()
        .values()
        .filter(|r| r["prov:activity"] == format!("led:entry-{}", numbers[9]))
        .map(|r| r["prov:entity"].as_str().unwrap())
        .collect();
    let retracted = ledger.claims().unwrap()[2];
    assert!(gone.contains(&format!("led:claim-{}", retracted.0).as_str()), "{gone:?}");
    assert!(all.contains("or:note-added") && all.contains("or:request-received"));
    let public = written(&ledger, true, &|_| true);
    assert_eq!(wrong(&public), Vec::<String>::new());
    assert!(!public.contains("or:note-added") && !public.contains("or:request-received"));
    assert!(public.contains("or:correction-issued"));
}

#[test]
fn the_check_finds_what_is_wrong() {
    let (_, ledger, _) = crate::history::corrected();
    let document: Value = serde_json::from_str(&written(&ledger, false, &|_| true)).unwrap();
    let claim = document["entity"].as_object().unwrap().keys().find(|k| k.starts_with("led:claim-")).unwrap().clone();
    let mut without = document.clone();
    without["entity"].as_object_mut().unwrap().remove(&claim);
    assert!(wrong(&without.to_string()).iter().any(|w| w.contains("not declared")));
    let mut turned = document.clone();
    let mut back = document["wasDerivedFrom"].as_object().unwrap().values().next().unwrap().clone();
    let (a, b) = (back["prov:usedEntity"].clone(), back["prov:generatedEntity"].clone());
    back["prov:usedEntity"] = b;
    back["prov:generatedEntity"] = a;
    turned["wasDerivedFrom"]["_:back"] = back;
    assert!(wrong(&turned.to_string()).iter().any(|w| w.contains("derives from itself")));
    let mut early = document;
    for record in early["wasInvalidatedBy"].as_object_mut().unwrap().values_mut() {
        record["prov:time"] = "2001-01-01T00:00:00.000Z".into();
    }
    assert!(wrong(&early.to_string()).iter().any(|w| w.contains("was gone at")));
}
