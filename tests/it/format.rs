//! `docs/format.md` against the program: the table of kinds, the keys of every body, the vocabularies, the codes.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};

use onrecord::claim::vocab::*;
use onrecord::entry::header::{Header, MAX_ENTRY, Sig, VERSION};
use onrecord::entry::kind::{About, Kind, Re, SubjectKind};
use onrecord::entry::state::MAX_TIME_BACK_MILLIS;
use onrecord::hash::{Digest, Index};

use crate::examples::{SALT, full, least};
use crate::json::J;
use crate::spec::{self, Field, Type};

#[test]
fn the_table_of_kinds_is_the_code() {
    let listed = spec::kinds();
    let names: Vec<&str> = listed.iter().map(|row| row.kind.as_str()).collect();
    let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(names, known);
    assert_eq!(known.len(), 34);
    for said in listed {
        let kind: Kind = said.kind.parse().unwrap();
        let row = kind.row();
        let subject = match row.about {
            About::Creates(subject) => format!("creates {subject}"),
            About::Of(subject) => subject.to_string(),
            About::Any => "any".to_owned(),
        };
        assert_eq!(said.subject, subject, "subject of {kind}");
        let names = |kinds: &[Kind]| kinds.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", ");
        let re = match row.re {
            Re::None => "—".to_owned(),
            Re::Optional(kinds) => format!("optional: {}", names(kinds)),
            Re::Required(kinds) => format!("required: {}", names(kinds)),
            Re::Any => "any".to_owned(),
        };
        assert_eq!(said.re, re, "re of {kind}");
        assert_eq!(said.role, row.role.map_or("any agent", AgentRole::as_str), "role of {kind}");
        assert_eq!(said.signs, if row.decides { "itself" } else { "batch" }, "who signs {kind}");
        assert_eq!(said.erasable, if row.erasable { "yes" } else { "no" }, "whether {kind} is erasable");
    }
}

/// Keys that an object of this name was seen with, and those that every one of them had.
#[derive(Default)]
struct Seen {
    any: BTreeSet<String>,
    all: Option<BTreeSet<String>>,
}

fn walk(name: &str, value: &J, objects: &BTreeMap<String, Vec<Field>>, seen: &mut BTreeMap<String, Seen>) {
    let keys: BTreeSet<String> = value.keys().into_iter().map(str::to_owned).collect();
    let entry = seen.entry(name.to_owned()).or_default();
    entry.any.extend(keys.clone());
    entry.all = Some(entry.all.take().map_or(keys.clone(), |all| &all & &keys));
    for field in objects.get(name).unwrap_or_else(|| panic!("no table of {name}")) {
        let Some(child) = value.key(&field.key) else { continue };
        match (&field.ty, child) {
            (Type::Object(inner), _) => walk(inner, child, objects, seen),
            (Type::List(item), J::Arr(children)) => {
                if let Type::Object(inner) = &**item {
                    for child in children {
                        walk(inner, child, objects, seen);
                    }
                }
            }
            _ => {}
        }
    }
}

#[test]
fn the_keys_of_every_body_are_those_of_its_table() {
    let objects = spec::objects();
    let mut seen = BTreeMap::new();
    let mut used = BTreeSet::new();
    for row in spec::kinds() {
        let kind: Kind = row.kind.parse().unwrap();
        for event in [full(kind), least(kind)] {
            let payload = J::parse(&event.encode(SALT).unwrap());
            assert_eq!(payload.keys(), ["body", "salt"]);
            walk(&row.body, payload.key("body").unwrap(), &objects, &mut seen);
        }
        used.insert(row.body);
    }
    for (name, fields) in &objects {
        let seen = seen.get(name).unwrap_or_else(|| panic!("{name} occurs in no body"));
        let listed: Vec<&String> = fields.iter().map(|f| &f.key).collect();
        assert!(listed.is_sorted(), "the keys of {name} stand in their order");
        assert_eq!(listed, seen.any.iter().collect::<Vec<_>>(), "keys of {name}");
        let required: BTreeSet<String> = fields.iter().filter(|f| !f.optional).map(|f| f.key.clone()).collect();
        // One of several keys must be there in these; the least example has to choose one.
        let either = ["Appearance", "Contact", "Evidence"];
        let always = seen.all.clone().unwrap();
        if either.contains(&name.as_str()) {
            assert!(always.is_superset(&required), "required keys of {name}");
        } else {
            assert_eq!(always, required, "required keys of {name}");
        }
    }
    assert!(used.iter().all(|name| objects.contains_key(name)));
}

#[test]
fn the_header_table_is_the_code() {
    let header = Header {
        about: Some(Index(1)),
        agent: Index(0),
        digest: Digest([1; 32]),
        kind: Kind::NoteAdded,
        prev: Some(Index(2)),
        re: Some(Index(3)),
        sig: Some(Sig(vec![9; 64])),
        time: "2026-11-22T07:12:03.123Z".parse().unwrap(),
        v: VERSION,
    };
    let rows = spec::rows(spec::section("## Entry"), "key");
    let listed: Vec<String> = rows.iter().map(|cells| cells[0].trim_matches('`').to_owned()).collect();
    assert_eq!(listed, J::parse(&header.encode().unwrap()).keys());
    let bare = Header { about: None, prev: None, re: None, sig: None, ..header };
    let required: Vec<&String> =
        rows.iter().zip(&listed).filter(|(cells, _)| cells[1] == "required").map(|(_, key)| key).collect();
    assert_eq!(required, J::parse(&bare.encode().unwrap()).keys());
}

fn words<T: Copy + std::fmt::Display>(all: &[T]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

#[test]
fn the_vocabularies_are_the_code() {
    macro_rules! lists {
        ($($name:ident),+ $(,)?) => { vec![$(($name::WHAT.to_owned(), words($name::ALL)),)+] };
    }
    let code = lists![
        ClaimKind,
        WhyNot,
        Finding,
        Confidence,
        SourceRole,
        Mode,
        Factuality,
        HedgeClass,
        Strength,
        Band,
        Comparator,
        Basis,
        Selector,
        Stance,
        Read,
        Reliability,
        Credibility,
        EvidenceClass,
        RelationKind,
        CorrectionKind,
        Workflow,
        Outcome,
        Decision,
        AgentRole,
        AgentKind,
        DocumentField,
        SubjectKind,
    ];
    // No list of the code may be missing from the two above: each is declared by this macro.
    let declared = include_str!("../../src/claim/vocab.rs").matches("\nvocabulary! {").count();
    assert_eq!(declared + 1, code.len(), "every list of vocab.rs, and the subjects");
    let listed = spec::vocabularies();
    assert_eq!(listed, code);
    let names: BTreeSet<&str> = listed.iter().map(|(name, _)| name.as_str()).chain([Kind::WHAT]).collect();
    for field in spec::objects().values().flatten() {
        let inner = if let Type::List(item) = &field.ty { item } else { &field.ty };
        if let Type::Word(list) = inner {
            assert!(names.contains(list.as_str()), "`{}` takes a word of the unknown list {list:?}", field.key);
        }
    }
}

#[test]
fn the_limits_are_the_code() {
    use onrecord::entry::event::MAX_PAYLOAD;
    let rows = spec::rows(spec::section("## Limits"), "what");
    let number = |cell: &str| cell.replace(',', "").split(' ').next().unwrap().parse::<usize>().unwrap();
    let listed: Vec<usize> = rows.iter().map(|cells| number(&cells[1])).collect();
    let code = [
        MAX_ENTRY,
        MAX_PAYLOAD,
        onrecord::claim::check::MAX_LIST,
        onrecord::ledger::staging::MAX_COMMIT_ENTRIES,
        onrecord::canon::MAX_DEPTH,
    ];
    assert_eq!(listed, code);
    assert_eq!(MAX_TIME_BACK_MILLIS, 300_000, "five minutes");
}

#[test]
fn the_codes_are_listed_in_order() {
    let codes = |heading: &str| -> Vec<String> {
        spec::rows(spec::section(heading), "code").into_iter().map(|cells| cells[0].clone()).collect()
    };
    assert_eq!(codes("## Structure"), (1..=18).map(|n| format!("S{n:02}")).collect::<Vec<_>>());
    assert_eq!(codes("## Editorial guards"), (1..=18).map(|n| format!("G{n:02}")).collect::<Vec<_>>());
    // And the code has no other: one line a code in the two functions that name them.
    for (letter, source, count) in
        [('S', include_str!("../../src/entry/refusal.rs"), 18), ('G', include_str!("../../src/entry/guard.rs"), 18)]
    {
        let arms = source.lines().filter(|l| l.contains("=> \"") && l.contains(&format!("=> \"{letter}"))).count();
        assert_eq!(arms, count, "codes {letter}");
    }
}

#[test]
fn every_link_within_the_document_leads_somewhere() {
    let anchors: BTreeSet<String> = spec::FORMAT
        .lines()
        .filter_map(|l| l.strip_prefix("## ").or_else(|| l.strip_prefix("### ")))
        .map(|h| h.to_lowercase().replace(',', "").replace(' ', "-"))
        .collect();
    let links: Vec<&str> =
        spec::FORMAT.split("](#").skip(1).map(|rest| rest.split(')').next().unwrap_or_default()).collect();
    assert!(links.len() > 40);
    for link in links {
        assert!(anchors.contains(link), "#{link}");
    }
}
