//! From verdict to public and after: review, publish, correct, retract, request.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use onrecord::claim::vocab::Workflow;
use onrecord::entry::{Event, Proposal};
use onrecord::hash::Index;

use crate::cli::{Desk, decide, link, refused, supported};

#[test]
fn another_agent_reviews() {
    let desk = Desk::new();
    desk.enrol("ben", "reviewer");
    let (claim, verdict) = supported(&desk, "bridge");
    let (other, second) = supported(&desk, "tunnel");
    let (number, v) = (claim.to_string(), verdict.to_string());
    desk.refused("G06", &["review", &v, "--approve"]).tells(&["agent `ana` issued this verdict", "another agent"]);
    desk.fails(2, &["review", &v]).tells(&["--approve|--reject"]);
    desk.fails(2, &["review", &v, "--reject", "--as", "ben"]).tells(&["--note <TEXT>"]);
    desk.fails(2, &["review", &v, &number, "--approve", "--as", "ben"]).tells(&["is named twice"]);
    let evidence = desk.state(claim).evidence[0].number.0.to_string();
    desk.fails(2, &["review", &evidence, "--approve", "--as", "ben"])
        .tells(&["is no verdict but an entry of kind evidence-linked"]);
    let done = desk.ok(&["review", &v, &other.to_string(), "--approve", "--as", "ben", "--note", "Read both."]);
    done.says(&[
        &format!("approved #{verdict}, supported: #{claim}"),
        &format!("approved #{second}"),
        " review-recorded",
    ]);
    done.tells(&[&format!("`onrecord publish {claim} {other}`")]);
    assert!(desk.state(claim).second_read() && desk.state(other).second_read());

    let done = desk.ok(&["review", &number, "--reject", "--as", "ben", "--note", "The date is another."]);
    done.says(&[&format!("rejected #{verdict}")]).tells(&[&format!("`onrecord verify {claim}` decides anew")]);
    assert!(!desk.state(claim).second_read(), "the latest review of an agent counts");
    decide(&desk, claim, &["--finding", "supported", "--confidence", "low", "--on", "gazette"]);
    desk.fails(2, &["review", &v, "--approve", "--as", "ben"]).tells(&["is not the verdict in force"]);
    let bare = desk.claim("road", "The city closed the road.").to_string();
    desk.fails(2, &["review", &bare, "--approve", "--as", "ben"]).tells(&["has no verdict", "onrecord verify"]);
    desk.refused("S04", &["evidence", &number, "--supports", "--publisher", "G", "--says", "S.", "--as", "ben"])
        .tells(&["agent `ben` lacks the role `checker`", "onrecord agent roles"]);
    desk.sound();
}

#[test]
fn solo_publishes_and_says_that_nobody_read_it_twice() {
    let desk = Desk::new();
    let (claim, _) = supported(&desk, "bridge");
    let (other, _) = supported(&desk, "tunnel");
    let bare = desk.claim("road", "The city closed the road.");
    let (a, b, c) = (claim.to_string(), other.to_string(), bare.to_string());
    // All or nothing.
    let ran = desk.refused("G14", &["publish", &a, &c]);
    ran.tells(&[&format!("#{bare} refused [G14]"), &format!("`onrecord verify {bare}` first"), "all or none"]);
    assert_eq!(desk.state(claim).published, None);
    desk.fails(2, &["publish", &a, &a]).tells(&["is named twice"]);
    let done = desk.ok(&["publish", &a, &b, "--note", "Weekly round."]);
    done.says(&[
        &format!("published #{claim} "),
        "supported, confidence low",
        &format!("published #{other}"),
        " claim-published",
    ]);
    done.tells(&["is shown with: not-second-read", "onrecord correct"]);
    assert_eq!(desk.state(other).workflow, Some(Workflow::Published));
    desk.refused("S11", &["publish", &a]).tells(&["it is public already"]);
    refused(
        &decide(&desk, claim, &["--finding", "supported", "--confidence", "low", "--on", "gazette"]),
        "S12",
        &["onrecord correct"],
    );
    let ran = desk.fails(2, &["verify", &a, "--edit"]);
    ran.tells(&["is published", "onrecord correct"]).never_says(&["editor"]);
    desk.refused("S12", &["withdraw", &a, "--evidence", "gazette", "--reason", "No."]);
    desk.refused("S11", &["withdraw", &a]).tells(&["`onrecord retract` takes back what is published"]);
    desk.refused("S11", &["triage", &a]).tells(&["onrecord retract"]);
    desk.sound();
}

#[test]
fn a_desk_asks_for_a_review_and_the_right_of_reply() {
    let desk = Desk::new();
    desk.enrol("ben", "reviewer");
    desk.ok(&["policy", "set", "desk"]).says(&[
        "policy solo -> desk",
        "reviewers: 0 -> 1",
        "contact-before: no -> yes",
    ]);
    let claim = desk.claim("bridge", "The city closed the old bridge on 2 March 2025.");
    let number = claim.to_string();
    link(&desk, claim, "--refutes", "gazette", "city", &[]);
    let ran = decide(&desk, claim, &["--finding", "refuted", "--confidence", "low", "--on", "gazette"]);
    let verdict = ran.number();
    ran.tells(&[&format!("`onrecord review {verdict} --approve|--reject` by another agent")]);
    let ran = desk.fails(2, &["publish", &number]);
    ran.tells(&[
        "refused, for 2 reasons",
        "[G07]",
        &format!("`onrecord review {verdict} --approve`"),
        "[G08]",
        &format!("`onrecord contact {claim} --who"),
    ]);
    desk.ok(&["review", &number, "--approve", "--as", "ben"]);
    desk.refused("G08", &["publish", &number]).tells(&["`refuted` finding"]);
    desk.ok(&["contact", &number, "--who", "City of Example", "--outcome", "not-sought"]);
    desk.refused("G08", &["publish", &number]);
    desk.ok(&["contact", &number, "--who", "City of Example", "--asked", "2025-04-01"]);
    desk.ok(&["publish", &number]).never_says(&["not-second-read"]);
    desk.sound();
}

#[test]
fn a_reworded_claim_is_verified_anew_before_publication() {
    let desk = Desk::new();
    let (claim, _) = supported(&desk, "bridge");
    let mut wording = desk.state(claim).claim.unwrap();
    wording.statement = "The city closed the old bridge on 3 March 2025.".into();
    desk.append(&[Proposal::about(Index(claim), Event::ClaimAmended(wording))]);
    desk.refused("G15", &["publish", &claim.to_string()])
        .tells(&["was reworded by #", &format!("`onrecord verify {claim}`")]);
    desk.sound();
}

#[test]
fn what_is_published_is_corrected_on_request() {
    let desk = Desk::new();
    let (claim, verdict) = supported(&desk, "bridge");
    let number = claim.to_string();
    let early = ["correct", &number, "--kind", "correction", "--text", "It was the 3rd."];
    desk.refused("S11", &early).tells(&["onrecord amend"]);
    desk.ok(&["request", &number, "--from", "Works", "--text", "Early."])
        .tells(&["is not published; it may simply be amended"]);
    desk.ok(&["publish", &number]);
    let asked = desk.ok(&["request", &number, "--from", "Works department", "--text", "It was the 3rd."]);
    let request = asked.number().to_string();
    asked
        .says(&["request about #", " request-received"])
        .tells(&[&format!("onrecord correct {claim} --request {request}")]);

    desk.fails(2, &["correct", &number, "--kind", "erratum", "--text", "x"])
        .tells(&["correction, update, clarification"]);
    desk.fails(2, &["correct", &number, "--kind", "correction"]).tells(&["needs --text"]);
    desk.fails(2, &[&early[..], &["--finding", "refuted"]].concat()).tells(&["needs --confidence and --rationale"]);
    desk.fails(2, &[&early[..], &["--request", &number]].concat())
        .tells(&["is no request about", &format!("--request {request}")]);
    let gazette = link(&desk, claim, "--refutes", "second", "city", &[]);
    let verdict_flags = ["--confidence", "low", "--rationale", "The gazette corrected itself."];
    let ran = desk.refused(
        "G12",
        &[&early[..], &verdict_flags, &["--finding", "supported", "--on", "gazette", "--withdraw", "gazette"]].concat(),
    );
    ran.tells(&["withdrawn by this very correction"]);
    let same = desk.state(claim).claim.unwrap().statement;
    desk.fails(2, &[&early[..], &["--statement", &same]].concat()).tells(&["reads so already"]);

    let done = desk.ok(&[
        &early[..],
        &verdict_flags,
        &["--finding", "refuted", "--on", "second", "--withdraw", "gazette", "--request", &request],
        &["--statement", "The city closed the bridge on 2 March 2025, in the evening."],
    ]
    .concat());
    done.says(&["correction of #", "reads now: \"The city closed the bridge on 2 March 2025, in the evening.\""]);
    done.says(&["refuted, confidence low, judged on", &format!("relies on #{gazette}"), "evidence withdrawn: #"]);
    done.tells(&["not second-read"]);
    let state = desk.state(claim);
    assert_eq!(state.finding().unwrap().as_str(), "refuted");
    assert!(!state.judged_earlier_wording() && state.corrections.len() == 1 && state.verdicts.len() == 2);
    assert!(state.evidence.iter().any(|e| e.withdrawn == Some(Index(done.number()))));
    assert_eq!(state.verdicts[0].item.number, Index(verdict));

    // Words alone leave the verdict on the earlier wording, which is said.
    let done = desk.ok(&[
        "correct",
        &number,
        "--kind",
        "clarification",
        "--text",
        "Which bridge.",
        "--statement",
        "The city closed the stone bridge.",
    ]);
    done.tells(&["made on the earlier wording", "decides anew"]);
    desk.sound();
}

#[test]
fn what_is_published_is_retracted() {
    let desk = Desk::new();
    let (claim, _) = supported(&desk, "bridge");
    let number = claim.to_string();
    desk.refused("S11", &["retract", &number, "--reason", "Wrong bridge."]).tells(&["onrecord withdraw"]);
    desk.ok(&["publish", &number]);
    desk.fails(2, &["retract", &number]).tells(&["--reason <TEXT>"]);
    desk.fails(2, &["retract", &number, "--reason", ""]).tells(&["`--reason`: must not be empty"]);
    desk.ok(&["retract", &number, "--reason", "Wrong bridge."])
        .says(&["retracted #", " claim-retracted"])
        .tells(&["stays on record"]);
    assert_eq!(desk.state(claim).workflow, Some(Workflow::Retracted));
    desk.refused("S11", &["retract", &number, "--reason", "Again."]);
    desk.refused("S11", &["publish", &number]).tells(&["record the claim anew"]);
    desk.sound();
}
