//! Structure: for each code of a refusal what runs into it, and what does not.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;

use onrecord::claim::desk::{
    AgentEnrolled, AgentKeyChanged, AgentRevoked, AgentRolesChanged, ClaimsRelated, LogKeyChanged, Note,
};
use onrecord::claim::vocab::{AgentKind, AgentRole, RelationKind, Workflow};
use onrecord::claim::{Handle, Policy, RoleRule};
use onrecord::entry::header::Header;
use onrecord::entry::kind::{About, Kind, SubjectKind};
use onrecord::entry::{Event, Refusal, State, View as _};
use onrecord::hash::{Digest, Index};

use crate::desk::{Desk, OWNER, moved};
use crate::examples::{self, full, least};
use crate::spec;

const NONE: [&str; 0] = [];

fn note() -> Event {
    Event::NoteAdded(Note { text: "Call again.".into() })
}

fn desk() -> Desk {
    Desk::new(Policy::solo())
}

#[test]
fn s01_entry_0_and_only_entry_0_opens() {
    let desk = desk();
    let opening = full(Kind::LedgerOpened);
    assert_eq!(desk.tries(None, None, &opening), ["S01"]);
    let empty = State::default();
    let codes = |header: &Header, event: &Event| -> Vec<&str> {
        let Ok(found) = onrecord::entry::state::check(header, Some(event), &empty);
        found.iter().map(Refusal::code).collect()
    };
    let first = Header { agent: Index(0), ..desk.header(OWNER, None, None, Kind::LedgerOpened) };
    assert_eq!(codes(&first, &opening), NONE);
    assert_eq!(codes(&Header { kind: Kind::NoteAdded, ..first }, &note()), ["S01"]);
}

#[test]
fn s02_the_agent_is_enrolled() {
    let mut desk = desk();
    let document = desk.document();
    for stranger in [document, Index(7), Index(99)] {
        assert_eq!(desk.codes(&desk.header(stranger, Some(document), None, Kind::NoteAdded), Some(&note())), ["S02"]);
    }
    let anna = desk.enrol("anna", &[]);
    assert_eq!(desk.codes(&desk.header(anna, Some(document), None, Kind::NoteAdded), Some(&note())), NONE);
    let Ok(first) = onrecord::entry::state::check(
        &Header { agent: Index(1), ..desk.header(OWNER, None, None, Kind::LedgerOpened) },
        Some(&full(Kind::LedgerOpened)),
        &State::default(),
    );
    assert_eq!(first.iter().map(Refusal::code).collect::<Vec<_>>(), ["S02"]);
}

#[test]
fn s03_a_revoked_agent_acts_no_more() {
    let mut desk = desk();
    let document = desk.document();
    let (anna, ben) = (desk.enrol("anna", &[]), desk.enrol("ben", &[]));
    let by = |desk: &Desk, agent| desk.codes(&desk.header(agent, Some(document), None, Kind::NoteAdded), Some(&note()));
    assert_eq!(by(&desk, anna), NONE);
    let revoked = |from| Event::AgentRevoked(AgentRevoked { from, reason: "key lost".into() });
    desk.push(OWNER, Some(anna), None, revoked(None));
    assert_eq!(by(&desk, anna), ["S03"]);
    assert_eq!(by(&desk, ben), NONE);
    // From an earlier entry on; a later revocation never gives entries back.
    let size = desk.size();
    desk.push(OWNER, Some(ben), None, revoked(Some(Index(2))));
    assert_eq!(desk.state.ledger().agents[&ben].revoked, Some(Index(2)));
    desk.push(OWNER, Some(ben), None, revoked(Some(Index(size))));
    assert_eq!(desk.state.ledger().agents[&ben].revoked, Some(Index(2)));
    assert_eq!(by(&desk, ben), ["S03"]);
}

#[test]
fn s04_the_agent_has_the_role() {
    let mut desk = desk();
    let claim = desk.claim();
    let evidence = desk.evidence(claim, |_| {});
    let agents: Vec<(AgentRole, Index)> =
        AgentRole::ALL.iter().map(|role| (*role, desk.enrol(role.as_str(), &[*role]))).collect();
    for kind in Kind::ALL.iter().filter(|kind| **kind != Kind::LedgerOpened) {
        let about = match kind.row().about {
            About::Creates(_) => None,
            About::Of(SubjectKind::Ledger | SubjectKind::Agent) => Some(Index(0)),
            About::Of(SubjectKind::Document) => Some(Index(1)),
            About::Of(SubjectKind::Claim) | About::Any => Some(claim),
        };
        for (role, agent) in &agents {
            let codes = desk.codes(&desk.header(*agent, about, Some(evidence), *kind), None);
            let wanted = kind.row().role.is_none_or(|needed| needed == *role);
            assert_eq!(!codes.contains(&"S04"), wanted, "{kind} by a {role}: {codes:?}");
        }
    }
    // A policy may ask for another role.
    let (recorder, checker) = (agents[0].1, agents[1].1);
    let by = |desk: &Desk, agent| desk.codes(&desk.header(agent, Some(claim), None, Kind::NoteAdded), Some(&note()));
    assert_eq!((by(&desk, recorder), by(&desk, checker)), (vec![], vec![]));
    let rule = RoleRule { kind: "note-added".into(), role: AgentRole::Checker };
    desk.push(OWNER, Some(OWNER), None, Event::PolicySet(Policy { roles: vec![rule], ..Policy::solo() }));
    assert_eq!((by(&desk, recorder), by(&desk, checker)), (vec!["S04"], vec![]));
    desk.push(OWNER, Some(checker), None, Event::AgentRolesChanged(AgentRolesChanged { roles: vec![] }));
    assert_eq!(by(&desk, checker), ["S04"]);
}

#[test]
fn s05_about_names_a_subject_of_the_right_sort() {
    let mut desk = desk();
    let claim = desk.claim();
    let document = Index(1);
    let evidence = desk.evidence(claim, |_| {});
    let anna = desk.enrol("anna", &[]);
    let subjects = [
        (SubjectKind::Ledger, OWNER),
        (SubjectKind::Agent, anna),
        (SubjectKind::Document, document),
        (SubjectKind::Claim, claim),
    ];
    for kind in Kind::ALL.iter().filter(|kind| **kind != Kind::LedgerOpened) {
        let tries = |about| desk.codes(&desk.header(OWNER, about, None, *kind), None).contains(&"S05");
        let creates = matches!(kind.row().about, About::Creates(_));
        assert_eq!(tries(None), !creates, "{kind} about nothing");
        for (sort, subject) in subjects {
            let fits = match kind.row().about {
                About::Creates(_) => false,
                About::Any => true,
                // The owner is an agent whom entry 0 enrolled.
                About::Of(wanted) => wanted == sort || (wanted == SubjectKind::Agent && subject == OWNER),
            };
            assert_eq!(!tries(Some(subject)), fits, "{kind} about a {sort}");
        }
        assert!(tries(Some(evidence)), "{kind} about an entry that is no subject");
        assert!(tries(Some(Index(99))), "{kind} about what is not there");
    }
}

#[test]
fn s06_re_names_an_entry_of_the_right_kind_about_the_same_subject() {
    let mut desk = desk();
    let (claim, other) = (desk.claim(), desk.claim());
    let mut of_kind: BTreeMap<Kind, Index> = BTreeMap::new();
    let mut of_other: BTreeMap<Kind, Index> = BTreeMap::new();
    // Structure looks at headers alone: one entry of each kind about each of two claims.
    for kind in Kind::ALL.iter().filter(|kind| !matches!(kind.row().about, About::Creates(_))) {
        for (subject, list) in [(claim, &mut of_kind), (other, &mut of_other)] {
            let header = desk.header(OWNER, Some(subject), None, *kind);
            list.insert(*kind, desk.apply(&header, None));
        }
    }
    for row in spec::kinds() {
        let kind: Kind = row.kind.parse().unwrap();
        if row.subject != "claim" && row.subject != "any" {
            continue;
        }
        let tries = |re| desk.codes(&desk.header(OWNER, Some(claim), re, kind), None).contains(&"S06");
        let listed = spec::quoted(&row.re);
        assert_eq!(tries(None), row.re.starts_with("required"), "{kind} without re");
        for (named, index) in &of_kind {
            let fits = row.re == "any" || listed.contains(&named.to_string());
            assert_eq!(!tries(Some(*index)), fits, "{kind} acting on {named}");
            assert!(tries(Some(of_other[named])), "{kind} acting on {named} about another claim");
        }
        assert!(tries(Some(Index(9_999))), "{kind} acting on what is not there");
    }
    // Text and snapshot, the one pair about documents.
    let document = Index(1);
    let text = full(Kind::TextExtracted);
    assert_eq!(desk.tries(Some(document), None, &text), ["S06"]);
    let snapshot = desk.push(OWNER, Some(document), None, full(Kind::SnapshotCaptured));
    assert_eq!(desk.tries(Some(document), Some(snapshot), &text), NONE);
    assert_eq!(desk.tries(Some(document), Some(document), &text), ["S06"]);
    // What creates a subject acts on nothing.
    assert_eq!(desk.tries(None, Some(snapshot), &full(Kind::DocumentRegistered)), ["S06"]);
    assert_eq!(desk.tries(None, None, &full(Kind::DocumentRegistered)), NONE);
}

#[test]
fn s07_prev_is_an_earlier_entry_about_the_same_subject() {
    let mut desk = desk();
    let claim = desk.claim();
    let evidence = desk.evidence(claim, |_| {});
    desk.evidence(claim, |_| {});
    let with =
        |prev| desk.codes(&Header { prev, ..desk.header(OWNER, Some(claim), None, Kind::NoteAdded) }, Some(&note()));
    for fine in [claim, evidence, desk.last(claim)] {
        assert_eq!(with(Some(fine)), NONE);
    }
    for wrong in [None, Some(OWNER), Some(Index(1)), Some(Index(desk.size())), Some(Index(desk.size() + 7))] {
        assert_eq!(with(wrong), ["S07"], "{wrong:?}");
    }
    let first = Header { prev: Some(Index(1)), ..desk.header(OWNER, None, None, Kind::DocumentRegistered) };
    assert_eq!(desk.codes(&first, Some(&full(Kind::DocumentRegistered))), ["S07"]);
}

#[test]
fn s08_who_decides_has_seen_the_latest() {
    let mut desk = desk();
    let claim = desk.claim();
    let seen = desk.last(claim);
    let late = desk.evidence(claim, |_| {});
    for kind in Kind::ALL.iter().filter(|kind| kind.row().about == About::Of(SubjectKind::Claim)) {
        let codes =
            |prev| desk.codes(&Header { prev: Some(prev), ..desk.header(OWNER, Some(claim), None, *kind) }, None);
        assert_eq!(codes(seen).contains(&"S08"), kind.row().decides, "{kind}");
        assert!(!codes(late).contains(&"S08"), "{kind}");
    }
}

#[test]
fn s09_a_payload_digest_occurs_once() {
    let mut desk = desk();
    let claim = desk.claim();
    let fine = desk.header(OWNER, Some(claim), None, Kind::NoteAdded);
    assert_eq!(desk.codes(&fine, Some(&note())), NONE);
    for earlier in 0..desk.size() {
        let again = Header { digest: Digest::of(&earlier.to_be_bytes()), ..fine.clone() };
        assert_eq!(desk.codes(&again, Some(&note())), ["S09"]);
    }
}

#[test]
fn s10_time_goes_back_five_minutes_at_most() {
    let mut desk = desk();
    let claim = desk.claim();
    let last = desk.state.ledger().last_time.unwrap();
    for (millis, codes) in [(-300_001, &["S10"][..]), (-300_000, &[]), (0, &[]), (1, &[]), (86_400_000, &[])] {
        let header =
            Header { time: last.plus_millis(millis), ..desk.header(OWNER, Some(claim), None, Kind::NoteAdded) };
        assert_eq!(desk.codes(&header, Some(&note())), codes, "{millis}");
    }
}

#[test]
fn s11_claims_move_as_the_table_says() {
    let table = spec::rows(spec::section("## Structure"), "from");
    assert_eq!(table.len(), Workflow::ALL.len());
    for cells in table {
        let from: Workflow = cells[0].parse().unwrap();
        let legal: Vec<Workflow> =
            cells[1].split(", ").filter(|word| !word.is_empty()).map(|word| word.parse().unwrap()).collect();
        let mut desk = desk();
        let claim = desk.claim_in(from);
        for to in Workflow::ALL {
            let codes = desk.tries(Some(claim), None, &moved(*to));
            assert_eq!(codes.is_empty(), legal.contains(to), "{from} to {to}: {codes:?}");
            assert!(codes.is_empty() || codes == ["S11"]);
        }
        let publishes = desk.tries(Some(claim), None, &least(Kind::ClaimPublished));
        assert_eq!(publishes.is_empty(), cells[2] == "published", "{from} to published: {publishes:?}");
        for kind in [Kind::CorrectionIssued, Kind::ClaimRetracted] {
            let codes = desk.tries(Some(claim), None, &least(kind));
            let fits = cells[2].contains("corrected") && cells[2].contains("retracted");
            assert_eq!(codes.is_empty(), fits, "{kind} of what is {from}");
            assert!(codes.is_empty() || codes == ["S11"]);
        }
    }
}

#[test]
fn s11_is_not_judged_where_a_withheld_payload_hides_the_state() {
    let mut desk = desk();
    let claim = desk.claim();
    let header = desk.header(OWNER, Some(claim), None, Kind::ClaimMoved);
    desk.apply(&header, None);
    let Ok(info) = desk.state.subject(claim);
    assert_eq!(info.unwrap().workflow, None);
    assert_eq!(desk.tries(Some(claim), None, &least(Kind::ClaimPublished)), NONE);
    desk.publish(claim);
    assert_eq!(desk.tries(Some(claim), None, &moved(Workflow::Parked)), ["S11"]);
}

#[test]
fn s12_what_is_public_changes_by_correction_alone() {
    for state in Workflow::ALL {
        let mut desk = desk();
        let claim = desk.claim();
        let evidence = desk.evidence(claim, |_| {});
        let relation = desk.push(OWNER, Some(claim), None, least(Kind::ClaimsRelated));
        let verdict = desk.push(OWNER, Some(claim), None, least(Kind::VerdictIssued));
        match state {
            Workflow::Recorded => {}
            Workflow::Published => drop(desk.publish(claim)),
            Workflow::Retracted => {
                desk.publish(claim);
                desk.push(OWNER, Some(claim), None, least(Kind::ClaimRetracted));
            }
            other => drop(desk.moved(claim, *other)),
        }
        let public = matches!(state, Workflow::Published | Workflow::Retracted);
        let document = Index(1);
        let mut wording = examples::claim_least();
        wording.appearance.document = document;
        let mut appearance = examples::appearance_least();
        appearance.document = document;
        for (re, event, touches) in [
            (None, Event::ClaimAmended(wording), true),
            (None, Event::AppearanceRecorded(appearance), true),
            (Some(evidence), least(Kind::EvidenceWithdrawn), true),
            (None, least(Kind::VerdictIssued), true),
            (Some(verdict), least(Kind::ReviewRecorded), true),
            (None, least(Kind::EvidenceLinked), false),
            (None, least(Kind::SearchRecorded), false),
            (None, least(Kind::ContactRecorded), false),
            (None, least(Kind::ClaimsRelated), false),
            (Some(relation), least(Kind::RelationWithdrawn), false),
            (None, least(Kind::AnchorMoved), false),
            (None, least(Kind::RequestReceived), false),
            (None, note(), false),
        ] {
            let codes = desk.tries(Some(claim), re, &event);
            let right: &[&str] = if public && touches { &["S12"] } else { &[] };
            assert_eq!(codes, right, "{} of what is {state}", event.kind());
        }
    }
}

#[test]
fn s13_indexes_in_bodies_name_what_they_should() {
    let mut desk = desk();
    let (claim, other) = (desk.claim(), desk.claim());
    let (document, evidence) = (Index(1), desk.evidence(claim, |_| {}));
    let elsewhere = desk.evidence(other, |_| {});
    let anna = desk.enrol("anna", &[]);
    let beyond = Index(desk.size() + 1);
    let here = Index(desk.size());
    // Sets the n-th index of a body, and tells whether that is refused.
    let refuses = |event: &Event, n: usize, value: Index, rest: Index, about, re| {
        let (mut event, mut i) = (event.clone(), 0);
        event.each_index(&mut |index| {
            *index = if i == n { value } else { rest };
            i += 1;
        });
        assert!(n < i);
        let codes = desk.tries(about, re, &event);
        assert!(codes.iter().all(|code| *code == "S13"), "{}: {codes:?}", event.kind());
        !codes.is_empty()
    };
    let mut claim_kinds = vec![
        (least(Kind::ClaimRecorded), None),
        (least(Kind::ClaimAmended), Some(claim)),
        (least(Kind::AppearanceRecorded), Some(claim)),
    ];
    let mut linked = examples::evidence_least();
    linked.document = Some(Index(0));
    claim_kinds.push((Event::EvidenceLinked(linked), Some(claim)));
    for (event, about) in claim_kinds {
        assert!(!refuses(&event, 0, document, document, about, None), "{}", event.kind());
        for wrong in [OWNER, anna, claim, evidence, here, beyond] {
            assert!(refuses(&event, 0, wrong, document, about, None), "{} in {wrong}", event.kind());
        }
    }
    let verdict = full(Kind::VerdictIssued);
    for n in 0..3 {
        assert!(!refuses(&verdict, n, evidence, evidence, Some(claim), None));
        for wrong in [OWNER, claim, document, elsewhere, here, beyond] {
            assert!(refuses(&verdict, n, wrong, evidence, Some(claim), None), "{n}: {wrong}");
        }
    }
    let relation = |to| {
        Event::ClaimsRelated(ClaimsRelated { foreign: None, kind: RelationKind::Supports, note: None, to: Some(to) })
    };
    assert!(!refuses(&relation(other), 0, other, other, Some(claim), None));
    for wrong in [claim, document, evidence, anna, OWNER, beyond] {
        assert!(refuses(&relation(other), 0, wrong, other, Some(claim), None), "{wrong}");
    }
    let revoked = Event::AgentRevoked(AgentRevoked { from: Some(OWNER), reason: "left".into() });
    for (from, refused) in [(OWNER, false), (here, false), (beyond, true)] {
        assert_eq!(refuses(&revoked, 0, from, from, Some(anna), None), refused, "{from}");
    }
    // A correction names a document, evidence to rely on, and evidence to withdraw.
    desk.publish(claim);
    let correct = |on: Index, withdraws: Index, place: Index| {
        let mut event = full(Kind::CorrectionIssued);
        let Event::CorrectionIssued(correction) = &mut event else { panic!("another kind") };
        correction.claim.as_mut().unwrap().appearance.document = place;
        let verdict = correction.verdict.as_mut().unwrap();
        (verdict.on, verdict.considered) = (vec![on], vec![]);
        correction.withdraws = vec![withdraws];
        desk.tries(Some(claim), None, &event)
    };
    assert_eq!(correct(evidence, evidence, document), NONE);
    assert_eq!(correct(elsewhere, evidence, document), ["S13"]);
    assert_eq!(correct(evidence, elsewhere, document), ["S13"]);
    assert_eq!(correct(evidence, evidence, claim), ["S13"]);
    assert_eq!(correct(elsewhere, elsewhere, claim), ["S13"; 3]);
}

#[test]
fn s14_s15_s16_handles_and_keys() {
    let mut desk = desk();
    let anna = desk.enrol("anna", &[]);
    let enrol = |desk: &Desk, handle: &str, key: String| {
        let enrolled = AgentEnrolled { handle: Handle(handle.into()), key, kind: AgentKind::Desk, roles: vec![] };
        desk.tries(None, None, &Event::AgentEnrolled(enrolled))
    };
    let change = |desk: &Desk, key: String| {
        desk.tries(Some(anna), None, &Event::AgentKeyChanged(AgentKeyChanged { key, reason: "new laptop".into() }))
    };
    assert_eq!(enrol(&desk, "ben", examples::key(2)), NONE);
    assert_eq!(enrol(&desk, "anna", examples::key(2)), ["S14"]);
    assert_eq!(enrol(&desk, "olga", examples::key(2)), ["S14"], "the owner's handle");
    let annas = examples::key(11);
    for taken in [examples::key(1), annas.clone()] {
        assert_eq!(enrol(&desk, "ben", taken.clone()), ["S15"]);
        assert_eq!(change(&desk, taken), ["S15"]);
    }
    assert_eq!(enrol(&desk, "anna", annas.clone()), ["S15", "S14"]);
    // A key that was given up stays taken, and still counts for what it signed.
    let at = desk.push(
        OWNER,
        Some(anna),
        None,
        Event::AgentKeyChanged(AgentKeyChanged { key: examples::key(3), reason: "new".into() }),
    );
    assert_eq!(enrol(&desk, "ben", annas.clone()), ["S15"]);
    let agent = &desk.state.ledger().agents[&anna];
    let text = |index: u64| agent.key_at(Index(index)).unwrap().to_openssh();
    assert_eq!((text(anna.0), text(at.0), text(at.0 + 1)), (annas.clone(), annas, examples::key(3)));
    // Keys that cannot be judged, or stand there with a comment.
    let weak = weak_key();
    for bad in [
        "x".to_owned(),
        "ssh-rsa AAAA".into(),
        "ssh-ed25519".into(),
        "ssh-ed25519 AAAA".into(),
        format!("{} anna@home", examples::key(4)),
        weak,
    ] {
        assert_eq!(enrol(&desk, "ben", bad.clone()), ["S16"], "{bad}");
        assert_eq!(change(&desk, bad.clone()), ["S16"], "{bad}");
    }
}

fn weak_key() -> String {
    use base64ct::{Base64, Encoding as _};
    let point = [&[1u8][..], &[0; 31]].concat(); // the neutral element
    let blob = [&11u32.to_be_bytes()[..], b"ssh-ed25519", &32u32.to_be_bytes(), &point].concat();
    format!("ssh-ed25519 {}", Base64::encode_string(&blob))
}

#[test]
fn s16_a_log_key_is_one_and_named_after_the_ledger() {
    use onrecord::tlog::key::{Role, Signer};
    let desk = desk();
    let witness = Signer::from_seed(examples::ORIGIN, Role::Witness, &[3; 32]).unwrap().verifier().to_string();
    for (key, codes) in [
        (examples::log_key(examples::ORIGIN), &[][..]),
        (examples::log_key("example.org/other"), &["S16"]),
        (witness, &["S16"]),
        ("example.org/desk+00000000+AAAA".into(), &["S16"]),
        (examples::key(1), &["S16"]),
    ] {
        let event = Event::LogKeyChanged(LogKeyChanged { log_key: key.clone() });
        assert_eq!(desk.tries(Some(OWNER), None, &event), codes, "{key}");
        let mut opened = examples::opening();
        opened.log_key.clone_from(&key);
        let header = desk.header(OWNER, None, None, Kind::LedgerOpened);
        let Ok(found) = onrecord::entry::state::check(&header, Some(&Event::LedgerOpened(opened)), &State::default());
        assert_eq!(found.iter().map(Refusal::code).collect::<Vec<_>>(), codes, "{key}");
    }
}

#[test]
fn s17_what_is_permanent_is_neither_withheld_nor_released_nor_erased() {
    let mut desk = desk();
    let claim = desk.claim();
    let mut entries = vec![
        (Kind::LedgerOpened, OWNER, None),
        (Kind::ClaimRecorded, claim, None),
        (Kind::DocumentRegistered, Index(1), None),
    ];
    entries.push((Kind::AgentEnrolled, desk.enrol("anna", &[]), None));
    for kind in Kind::ALL.iter().filter(|kind| !matches!(kind.row().about, About::Creates(_))) {
        let header = desk.header(OWNER, Some(claim), None, *kind);
        entries.push((*kind, claim, Some(desk.apply(&header, None))));
    }
    assert_eq!(entries.len(), Kind::ALL.len());
    for (kind, subject, re) in entries {
        let erasable = spec::kinds().iter().find(|row| row.kind == kind.as_str()).unwrap().erasable == "yes";
        for taking in [Kind::PayloadWithheld, Kind::PayloadReleased, Kind::PayloadErased] {
            let codes = desk.tries(Some(subject), re, &full(taking));
            let right: &[&str] = if erasable { &[] } else { &["S17"] };
            assert_eq!(codes, right, "{taking} on {kind}");
        }
    }
}

#[test]
fn s18_who_decides_signs() {
    let mut desk = desk();
    let claim = desk.claim();
    for kind in Kind::ALL.iter().filter(|kind| **kind != Kind::LedgerOpened) {
        let header = Header { sig: None, ..desk.header(OWNER, Some(claim), None, *kind) };
        assert_eq!(desk.codes(&header, None).contains(&"S18"), kind.row().decides, "{kind}");
        let signed = desk.header(OWNER, Some(claim), None, *kind);
        assert!(!desk.codes(&signed, None).contains(&"S18"), "{kind}");
    }
}

#[test]
fn several_reasons_are_all_told() {
    let mut desk = desk();
    let claim = desk.claim();
    let anna = desk.enrol("anna", &[]);
    desk.push(OWNER, Some(anna), None, Event::AgentRevoked(AgentRevoked { from: None, reason: "left".into() }));
    desk.publish(claim);
    let header = Header {
        sig: None,
        prev: Some(claim),
        digest: Digest::of(&0u64.to_be_bytes()),
        time: "2020-01-01T00:00:00.000Z".parse().unwrap(),
        ..desk.header(anna, Some(claim), Some(claim), Kind::VerdictIssued)
    };
    let codes = desk.codes(&header, Some(&full(Kind::VerdictIssued)));
    assert_eq!(codes, ["S03", "S04", "S18", "S09", "S10", "S08", "S06", "S12", "S13", "S13", "S13"]);
}

#[test]
fn an_entry_that_cannot_be_read_is_no_subject_and_may_be_anything_acted_on() {
    let mut desk = desk();
    let claim = desk.claim();
    let foreign = Index(desk.size());
    desk.state.apply_foreign();
    assert_eq!(desk.tries(Some(foreign), None, &note()), ["S05"]);
    assert_eq!(desk.tries(Some(claim), None, &note()), NONE);
    let Ok(entry) = desk.state.entry(foreign);
    assert_eq!(entry.unwrap().kind, None);
}
