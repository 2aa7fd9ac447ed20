//! A ledger whose every text is hostile: what the tests of formats and of the terminal read.

use onrecord::claim::desk::{ClaimsRelated, Correction, Note, Publication, Request};
use onrecord::claim::vocab::*;
use onrecord::claim::{
    Anchor, Appearance, Claim, Contact, Document, Evidence, Extra, Hedge, Imported, Inferred, Quantity, Rating, Search,
    Step, Time, Verdict,
};
use onrecord::entry::{Event, Proposal};
use onrecord::hash::{Digest, Index};

/// Texts that some reader somewhere has taken for something else than text.
pub const PAYLOADS: &[&str] = &[
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "</script></style></title></textarea>--><svg onload=alert(1)>",
    "]]> <![CDATA[ <!-- <?xml ?> &lt;b&gt; &#x3c; &copy",
    "\" onmouseover=\"alert(1)\" x='` ' >",
    "=cmd|'/C calc'!A0",
    "+1+1; -2; @SUM(A1:A9); \\x00 \\u0000 %00 \\0",
    "`code` ``two`` *em* __strong__ ~~del~~ [a](javascript:alert(1)) ![i](http://evil.invalid/x.png) <http://a.invalid>",
    "# not a heading | a | bar \\| and \\\\| more > quote - item 1. one",
    "rtl \u{202e}gnp.exe\u{202c} isolate \u{2066}x\u{2069} mark \u{200f} zero\u{200b}width \u{feff}bom \u{2028}line \u{2029}paragraph",
    "joined pay\u{200d}pal, tags \u{e0041}\u{e0042}, soft\u{ad}hyphen, interlinear \u{fff9}a\u{fffb}",
    "هذا ادعاء باللغة العربية: \u{662}\u{660}\u{660} صاروخ (می\u{200c}خواهند)",
    "עברית, हिन्दी क्\u{200d}ष, 漢字, e\u{301}\u{301}\u{301}\u{301}, \u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
    "_:b0 <http://a.invalid/> . } { @prefix : ; \"^^xsd:x \"@en 'a''b' $$ ${HOME} $(id) {{7*7}} {%x%} %s %n",
];

/// A word of two hundred and fifty letters, with markup at its end.
fn long_word() -> String {
    format!("{}<b>", "wordwithoutspaces".repeat(15).chars().take(246).collect::<String>())
}

/// Every payload that fits a line.
pub fn payloads() -> Vec<String> {
    PAYLOADS.iter().map(|p| (*p).to_owned()).chain([long_word()]).collect()
}

fn address(n: usize) -> String {
    const HOSTILE: [&str; 6] = [
        "https://bank.invalid@evil.invalid/\"><script>alert(1)</script>",
        "https://a.invalid/x)](javascript:alert(1))|`<b>",
        "http://a.invalid/?q='onload='x'&lt;&copy;#:~:text=a",
        "urn:x:javascript:alert(1)",
        "doi:10.1/\"><img/src=x>",
        "https://a.invalid/\u{202e}gnp.exe\\..\\%00",
    ];
    HOSTILE[n % HOSTILE.len()].to_owned()
}

/// A claim with everything that can be said about one, each text being the payload. Indexes are pending ones, from 0.
pub fn batch(n: usize, text: &str) -> Vec<Proposal> {
    let p = Index::pending;
    let on = |event: Event| Proposal::about(p(1), event);
    let mut new = claim(n, &format!("now {text}"), p(0));
    new.key = Some(format!("hostile-{n}"));
    let mut judged = verdict(text, vec![p(2)], vec![p(3)]);
    judged.finding = Finding::PartlySupported;
    judged.rationale = format!("after all {text}");
    vec![
        Proposal::new(Event::DocumentRegistered(document(n, text))),
        Proposal::new(Event::ClaimRecorded(claim(n, text, p(0)))),
        on(Event::EvidenceLinked(evidence(n, text, Stance::Supports))),
        on(Event::EvidenceLinked(evidence(n + 1, text, Stance::Refutes))),
        on(Event::EvidenceLinked(evidence(n + 2, text, Stance::Qualifies))),
        on(Event::SearchRecorded(Search {
            sought: text.into(),
            found: 3,
            languages: vec!["ar".into()],
            note: Some(text.into()),
            on: "2026-11-20".parse().unwrap(),
            place: text.into(),
        })),
        on(Event::ContactRecorded(Contact {
            answer: Some(text.into()),
            asked: Some("2026-11-19".parse().unwrap()),
            outcome: Some(Outcome::Answered),
            until: None,
            who: text.into(),
        })),
        on(Event::ClaimsRelated(ClaimsRelated {
            foreign: Some(format!("example.invalid/{n}#1@<b>{}", "0".repeat(8))),
            kind: RelationKind::Contradicts,
            note: Some(text.into()),
            to: None,
        })),
        on(Event::NoteAdded(Note { text: text.into() })),
        on(Event::VerdictIssued(verdict(text, vec![p(2)], vec![p(3)]))),
        on(Event::ClaimPublished(Publication { note: Some(text.into()) })),
        on(Event::RequestReceived(Request { from: text.into(), text: text.into() })),
        on(Event::CorrectionIssued(Correction {
            claim: Some(Box::new(new)),
            kind: CorrectionKind::Correction,
            text: text.into(),
            verdict: Some(judged),
            withdraws: vec![p(4)],
        })),
    ]
}

#[expect(clippy::unnecessary_wraps, reason = "fields that may be absent are all present here")]
fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn document(n: usize, text: &str) -> Document {
    Document {
        author: some(text),
        dated: some("2024-10"),
        inferred: vec![Inferred {
            field: DocumentField::Dated,
            note: some(text),
            source: address(n),
            value: text.into(),
        }],
        lang: some("en"),
        licence: some(text),
        publisher: some(text),
        title: some(text),
        url: Some(address(n)),
    }
}

fn claim(n: usize, text: &str, document: Index) -> Claim {
    let points = text.chars().count() as u64;
    let step = |role| Step {
        cue: some(text),
        damaged: role == SourceRole::Outlet,
        description: some(text),
        end: None,
        factuality: Factuality::PossiblePlus,
        mode: Some(Mode::Direct),
        name: (role != SourceRole::Anonymous).then(|| text.to_owned()),
        role,
        start: None,
    };
    let cue: String = text.chars().take(4).collect();
    Claim {
        actors: vec![text.into()],
        appearance: Appearance {
            anchors: vec![Anchor {
                end: Some(100 + points),
                fragment: None,
                prefix: Some(text.chars().take(64).collect()),
                quote: some(text),
                selector: Selector::TextRange,
                sha256: Some(Digest::of(text.as_bytes())),
                start: Some(100),
                suffix: Some(text.chars().take(64).collect()),
                target: Some(Digest([3; 32])),
            }],
            attribution: vec![step(SourceRole::Outlet), step(SourceRole::Anonymous)],
            document,
            hedges: vec![Hedge {
                band: None,
                class: HedgeClass::Modal,
                cue: cue.trim().to_owned(),
                end: Some(100 + cue.trim().chars().count() as u64),
                level: 1,
                scope: None,
                start: Some(100),
                strength: Strength::High,
            }],
        },
        checkable: true,
        imported: Some(imported(text)),
        key: Some(format!("hostile-{n}")),
        kind: ClaimKind::Quantity,
        lang: some(if n.is_multiple_of(2) { "ar" } else { "en" }),
        places: vec![text.into()],
        quantities: vec![Quantity {
            comparator: Comparator::Greater,
            high: None,
            text: text.into(),
            unit: some(text),
            value: some("200"),
        }],
        statement: text.into(),
        tags: vec![text.into()],
        times: vec![Time { basis: Basis::Said, edtf: "2024-10-01".into(), text: text.into() }],
        translated_by: some(text),
        why_not: None,
    }
}

fn imported(text: &str) -> Imported {
    Imported {
        by: text.into(),
        extra: vec![Extra { name: text.into(), value: text.into() }],
        format: "csv".into(),
        locator: text.into(),
        origin: None,
        sha256: Digest([5; 32]),
    }
}

fn evidence(n: usize, text: &str, stance: Stance) -> Evidence {
    Evidence {
        archive: Some(address(n + 3)),
        class: EvidenceClass::FactCheck,
        cluster: text.into(),
        credibility: Credibility::ProbablyTrue,
        dated: some("2024-10-02"),
        document: None,
        imported: Some(imported(text)),
        key: None,
        label: some(text),
        lang: some("fa"),
        normalised: Some(Finding::PartlySupported),
        note: some(text),
        obtained: "2026-11-18".parse().unwrap(),
        publisher: some(text),
        rating: Some(Rating { best: some(text), value: text.into(), worst: some(text) }),
        read: Read::Full,
        reliability: Reliability::B,
        says: format!("{text}\n\n# {text}\n    {text}"),
        scale: some(text),
        stance,
        title: some(text),
        translated_by: some(text),
        url: Some(address(n)),
    }
}

fn verdict(text: &str, on: Vec<Index>, considered: Vec<Index>) -> Verdict {
    Verdict {
        confidence: Confidence::Low,
        considered,
        finding: Finding::Supported,
        judged_on: "2026-11-21".parse().unwrap(),
        likelihood: Some(Band::Likely),
        method: some(text),
        on,
        rationale: format!("{text}\n=====\n\n    {text}"),
    }
}
