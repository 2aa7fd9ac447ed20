//! What a user hears when a claim falls: who rests on it, along which path, and how the flag is lifted.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use crate::cli::{Desk, decide, link, supported};

fn flags(desk: &Desk, claim: u64) -> Vec<String> {
    let view = desk.ok(&["show", &claim.to_string(), "--json"]).json();
    view["claim"]["flags"].as_array().unwrap().iter().map(|f| f.as_str().unwrap().to_owned()).collect()
}

fn refute(desk: &Desk, claim: u64, key: &str) -> crate::cli::Ran {
    link(desk, claim, "--refutes", key, key, &[]);
    let ran = decide(desk, claim, &["--finding", "refuted", "--confidence", "low", "--on", key]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran
}

#[test]
fn whoever_refutes_a_claim_hears_what_rests_on_it() {
    let desk = Desk::new();
    let (bridge, _) = supported(&desk, "bridge");
    let (detour, _) = supported(&desk, "detour");
    let (delay, _) = supported(&desk, "delay");
    for (from, to) in [(detour, bridge), (delay, detour)] {
        desk.ok(&["relate", &from.to_string(), "rests-on", &to.to_string()]);
    }
    let ran = refute(&desk, bridge, "harbour");
    ran.tells(&[&format!(
        "2 claims rest on #{bridge} and show `rests-on-fallen` until judged anew: #{detour}, #{delay}"
    )]);
    let verdict = ran.number();
    desk.ok(&["show", &delay.to_string()])
        .says(&["rests-on-fallen", &format!("rests on #{bridge} (refuted by verdict #{verdict}), through #{detour}")]);
    desk.ok(&["list", "flag:rests-on-fallen"]).says(&[&format!("#{detour}"), &format!("#{delay}")]);
    desk.ok(&["audit"])
        .says(&[&format!("W09 warning #{delay}"), &format!("on #{bridge} (refuted by verdict #{verdict})")]);
    let json = desk.ok(&["show", &delay.to_string(), "--json"]).json();
    let fallen = &json["claim"]["fallen"][0];
    assert_eq!(
        (&fallen["number"], &fallen["cause"], &fallen["by"]),
        (&bridge.into(), &"refuted".into(), &verdict.into())
    );
    assert_eq!(fallen["through"], serde_json::json!([detour]));

    // The one in between is judged anew and stands.
    let ran = decide(&desk, detour, &["--finding", "supported", "--confidence", "low", "--on", "gazette"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.never_says(&["rests-on-fallen"]);
    assert!(!flags(&desk, detour).contains(&"rests-on-fallen".to_owned()));
    assert!(!flags(&desk, delay).contains(&"rests-on-fallen".to_owned()));
    desk.ok(&["withdraw", &detour.to_string()])
        .tells(&[&format!("1 claim rests on #{detour} and shows `rests-on-fallen` until judged anew: #{delay}")]);
    // Who relates a claim to a fallen one hears it at once; another relation is nobody's fall.
    let (toll, _) = supported(&desk, "toll");
    let toll = toll.to_string();
    desk.ok(&["relate", &toll, "contradicts", &bridge.to_string()]).never_says(&["rests-on-fallen"]);
    desk.ok(&["relate", &toll, "rests-on", &bridge.to_string()]).tells(&[&format!(
        "#{toll} rests on #{bridge} (refuted by verdict #{verdict}), and shows `rests-on-fallen` until judged anew"
    )]);
    desk.sound();
}

#[test]
fn a_document_is_captured_again() {
    let desk = Desk::new();
    let write = |name: &str, text: &str| std::fs::write(desk.path(name), text).unwrap();
    write("page.txt", "The bridge is closed.");
    let document =
        desk.ok(&["document", "add", "page.txt", "--title", "Bridge", "--publisher", "The Example"]).number();
    let added = ["add", "--document", &document.to_string(), "--key", "bridge", "--statement", "The bridge is closed."];
    let added = desk.ok(&[&added[..], &["--quote", "bridge is closed", "--kind", "event"]].concat());
    let claim = added.number();
    let number = document.to_string();

    desk.ok(&["document", "capture", &number, "page.txt"]).says(&["on record already, nothing appended"]);
    write("again.txt", "The bridge is open.");
    let done = desk.ok(&["document", "capture", &number, "again.txt", "--how", "saved from the browser"]);
    done.says(&["snapshot-captured"]).tells(&["1 claim was read or judged by other bytes", "`document-changed`"]);
    assert!(flags(&desk, claim).contains(&"document-changed".to_owned()));
    desk.ok(&["list", "flag:document-changed"]).says(&[&format!("#{claim}")]);
    desk.ok(&["audit"]).says(&[&format!("W20 warning #{claim}")]);
    let json = desk.ok(&["document", "show", &number, "--json"]).json();
    assert_eq!(json["document"]["snapshots"].as_array().unwrap().len(), 2);
    assert_eq!(json["document"]["snapshots"][1]["how"], "saved from the browser");

    desk.fails(2, &["document", "capture", &number, "nowhere.txt"]).tells(&["cannot read nowhere.txt"]);
    desk.fails(2, &["document", "capture", "999", "again.txt"]).tells(&["there is no entry #999"]);
    desk.fails(2, &["document", "capture", "harbour", "again.txt"]).tells(&["harbour"]);
    // Back as it was.
    desk.ok(&["document", "capture", &number, "page.txt"]).never_says(&["other bytes"]);
    assert!(!flags(&desk, claim).contains(&"document-changed".to_owned()));
    desk.sound();
}

#[test]
fn a_correction_under_a_desk_says_that_it_is_out_before_it_is_reviewed() {
    let desk = Desk::new();
    desk.enrol("ben", "reviewer");
    desk.ok(&["policy", "set", "desk"]);
    let (claim, verdict) = supported(&desk, "bridge");
    let number = claim.to_string();
    desk.refused("G07", &["publish", &number]).tells(&["there are 0 that count"]);
    desk.ok(&["review", &verdict.to_string(), "--approve", "--as", "ben"]);
    desk.ok(&["publish", &number]);
    link(&desk, claim, "--refutes", "harbour", "harbour", &[]);
    let correct = [
        "correct",
        &number,
        "--kind",
        "correction",
        "--text",
        "It stayed open.",
        "--finding",
        "refuted",
        "--confidence",
        "low",
        "--rationale",
        "The harbour's log.",
        "--on",
        "harbour",
    ];
    // What the correction finds against a named party is public at once, so they are asked first.
    desk.refused("G08", &correct).tells(&[&format!("onrecord contact {number}")]);
    desk.ok(&["contact", &number, "--who", "City of Example", "--asked", "2025-04-01"]);
    let done = desk.ok(&correct);
    let correction = done.number().to_string();
    done.tells(&["a correction is out at once", &format!("`onrecord review {correction} --approve|--reject`")]);
    assert!(flags(&desk, claim).contains(&"not-second-read".to_owned()));
    desk.ok(&["audit"]).says(&[&format!("W21 warning #{number}"), "has 0 of 1 approving reviews that `desk` asks for"]);
    desk.ok(&["review", &correction, "--approve", "--as", "ben"]);
    assert!(!flags(&desk, claim).contains(&"not-second-read".to_owned()));
    desk.ok(&["audit"]).never_says(&["W21"]);
    desk.sound();
}
