//! The desk's verbs as sessions: the good path, the typical mistakes, what is printed, and every guard's refusal.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use onrecord::claim::vocab::{Outcome, Read, Stance, Workflow};
use onrecord::entry::{Event, Proposal};
use onrecord::hash::Index;

use crate::cli::{Desk, Ran, ran, relations};

/// Evidence that a finding may rest on; more flags may follow.
fn link(desk: &Desk, claim: u64, stance: &str, key: &str, cluster: &str, more: &[&str]) -> u64 {
    let claim = claim.to_string();
    let mut args =
        vec!["evidence", &claim, stance, "--publisher", cluster, "--cluster", cluster, "--says", "So it is."];
    args.extend(["--reliability", "B", "--credibility", "2", "--key", key, "--dated", "2025-03"]);
    args.extend(more);
    desk.ok(&args).number()
}

fn decide(desk: &Desk, claim: u64, more: &[&str]) -> Ran {
    let claim = claim.to_string();
    let mut args = vec!["verify", &claim, "--rationale", "The gazette says so."];
    args.extend(more);
    desk.run(&args)
}

/// A claim with a verdict, `supported`, on one piece of evidence.
fn supported(desk: &Desk, key: &str) -> (u64, u64) {
    let claim = desk.claim(key, &format!("The city closed the {key} on 2 March 2025."));
    link(desk, claim, "--supports", "gazette", "city", &[]);
    let ran = decide(desk, claim, &["--finding", "supported", "--confidence", "low", "--on", "gazette"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    (claim, ran.number())
}

fn refused(ran: &Ran, code: &str, texts: &[&str]) {
    assert_eq!(ran.code, 2, "{}{}", ran.out, ran.err);
    assert!(ran.out.is_empty(), "{}", ran.out);
    ran.tells(&[&format!("[{code}]"), "nothing was recorded"]).tells(texts);
}

#[test]
fn evidence_is_linked_and_rated() {
    let desk = Desk::new();
    let claim = desk.claim("bridge", "The city closed the old bridge on 2 March 2025.");
    let number = claim.to_string();
    let args = [
        "evidence",
        &number,
        "--refutes",
        "--publisher",
        "City gazette",
        "--url",
        "https://gazette.example/12",
        "--says",
        "Open again on 26 March.",
        "--read",
        "full",
        "--reliability",
        "b",
        "--credibility",
        "2",
        "--class",
        "document",
        "--cluster",
        "city",
        "--dated",
        "2025-03-27",
        "--obtained",
        "2025-04-01",
        "--key",
        "gazette",
    ];
    let done = desk.ok(&args);
    let evidence = done.number();
    done.says(&[
        &format!("evidence on #{claim} \"The city closed the old bridge on 2 March 2025.\""),
        "refutes, rated B2, document, read: full, cluster city",
        " evidence-linked",
        &format!("size {}, root {}", desk.ledger().size(), desk.ledger().root()),
    ]);
    done.tells(&[&format!("next: `onrecord verify {claim} "), &format!("--on {evidence}`")]);
    done.never_says(&["guess", "nobody has judged"]);
    let leaf = desk.ledger().entry(Index(evidence)).unwrap().leaf;
    done.says(&[&format!("recorded #{evidence}@{} evidence-linked", leaf.short())]);
    let state = desk.state(claim);
    let body = state.evidence(Index(evidence)).unwrap().standing().unwrap();
    assert_eq!((body.stance, body.read, body.is_admissible()), (Stance::Refutes, Read::Full, true));

    // The same again appends nothing.
    desk.ok(&args).says(&[&format!("on record already, nothing appended: #{evidence}@")]);
    assert_eq!(desk.ledger().size(), evidence + 1);

    // Words find the claim; what is not said is a guess or not judged, and that is said.
    let done = desk.ok(&[
        "evidence",
        "city bridge",
        "--supports",
        "--url",
        "https://www.News.example:80/a?b",
        "--says",
        "Closed.",
    ]);
    done.says(&["supports, rated F6, news-report, read: excerpt, cluster news.example"]);
    done.tells(&["note: cluster `news.example` is a guess", "nobody has judged source and information (F6)"]);
    let document = (claim - 1).to_string();
    let done = desk.ok(&["evidence", &number, "--supports", "--document", &document, "--says", "It says so itself."]);
    done.tells(&["this is the document that makes the claim"]);
    desk.sound();
}

#[test]
fn evidence_json_is_a_receipt_and_errors_are_json_too() {
    let desk = Desk::new();
    let claim = desk.claim("bridge", "The city closed the old bridge on 2 March 2025.").to_string();
    let done = desk.ok(&["--json", "evidence", &claim, "--supports", "--publisher", "Gazette", "--says", "Closed."]);
    let json = done.json();
    let ledger = desk.ledger();
    assert_eq!(json["onrecord"], 1);
    assert_eq!(json["size"], ledger.size());
    assert_eq!(json["root"], ledger.root().hex());
    assert_eq!(json["entries"][0]["kind"], "evidence-linked");
    let number = json["entries"][0]["number"].as_u64().unwrap();
    assert_eq!(json["entries"][0]["leaf"], ledger.entry(Index(number)).unwrap().leaf.hex());
    assert_eq!(json["notes"].as_array().unwrap().len(), 2, "the guessed cluster and the missing rating: {json}");
    assert!(done.err.is_empty(), "{}", done.err);

    let failed =
        desk.fails(2, &["--json", "evidence", "999", "--supports", "--publisher", "Gazette", "--says", "Closed."]);
    let json: serde_json::Value = serde_json::from_str(&failed.err).unwrap();
    assert_eq!(json["error"]["kind"], "bad-input");
    assert!(json["error"]["message"].as_str().unwrap().contains("there is no entry #999"));
}

#[test]
fn evidence_mistakes_say_what_would_be_right() {
    let desk = Desk::new();
    let claim = desk.claim("bridge", "The city closed the old bridge on 2 March 2025.").to_string();
    desk.claim("tunnel", "The city closed the tunnel on 3 March 2025.");
    let with = |more: &[&str]| {
        let mut args = vec!["evidence", &claim, "--supports", "--publisher", "Gazette", "--says", "Closed."];
        args.extend(more);
        desk.fails(2, &args)
    };
    desk.fails(2, &["evidence", &claim, "--says", "Closed."]).tells(&["--supports|--refutes|--qualifies|--context"]);
    with(&["--refutes"]).tells(&["cannot be used with"]);
    with(&["--class", "newspaper"]).tells(&["news-report, fact-check"]);
    with(&["--class", "new-report"]).tells(&["a similar value exists: 'news-report'"]);
    with(&["--reliability", "G"]).tells(&["possible values: A, B, C, D, E, F"]);
    with(&["--dated", "March 2025"]).tells(&["`March 2025` is not an EDTF date", "2024-10-01"]);
    with(&["--obtained", "2025-02-30"]).tells(&["a day is written 2026-11-22"]);
    with(&["--obtained", "9999-01-01"]).tells(&["`--obtained 9999-01-01` lies in the future"]);
    with(&["--url", "gazette.example/12"]).tells(&["`--url`: an address begins with https://"]);
    with(&["--key", "12"]).tells(&["no number and no stance"]);
    with(&["--key", "supports"]).tells(&["no number and no stance"]);
    with(&["--document", "0"]).tells(&["is no document"]).never_says(&["recorded #"]);
    with(&["--lang", "English", "--url", "x"]).tells(&["2 values cannot be recorded", "`--lang`:", "`--url`:"]);
    desk.fails(2, &["evidence", &claim, "--supports", "--says", "Closed."])
        .tells(&["`--publisher`: say where it is from"]);
    desk.fails(2, &["evidence", "city closed", "--supports", "--publisher", "G", "--says", "C."]).tells(&[
        "2 claims fit `city closed`",
        "old bridge",
        "tunnel",
    ]);
    desk.fails(2, &["evidence", "harbour", "--supports", "--publisher", "G", "--says", "C."])
        .tells(&["no claim fits `harbour`", "onrecord list"]);
    link(&desk, claim.parse().unwrap(), "--supports", "gazette", "city", &[]);
    with(&["--key", "gazette"]).tells(&["has the key `gazette` already"]);
    desk.sound();
}

#[test]
fn text_of_others_cannot_fool_the_terminal() {
    let desk = Desk::new();
    let claim = desk.claim("bridge", "The city \u{202e}desolc the bridge.").to_string();
    let args = [
        "evidence",
        &claim,
        "--supports",
        "--publisher",
        "Ga\u{200b}zette",
        "--says",
        "Closed.",
        "--cluster",
        "c\u{2066}x",
    ];
    let done = desk.ok(&args);
    done.says(&["\\u{202e}", "c\\u{2066}x"]);
    done.never_says(&["\u{202e}", "\u{2066}", "\u{200b}"]);
}

#[test]
fn a_search_is_recorded_also_when_nothing_was_found() {
    let desk = Desk::new();
    let claim = desk.claim("bridge", "The city closed the old bridge on 2 March 2025.");
    let number = claim.to_string();
    let base = ["looked", &number, "--where", "city gazette", "--for", "dates of the closing"];
    let done = desk.ok(&[&base[..], &["--on", "2025-04-10", "--languages", "en,ar"]].concat());
    done.says(&["search for #", "on 2025-04-10, 0 found", " search-recorded"]);
    done.tells(&["recorded as having found nothing", "--finding not-enough-evidence"]);
    desk.ok(&[&base[..], &["--found", "2"]].concat())
        .tells(&[&format!("`onrecord evidence {claim} ")])
        .never_says(&["nothing;"]);
    let state = desk.state(claim);
    assert_eq!(state.searches.len(), 2);
    assert_eq!(state.searches[0].standing().unwrap().languages, ["en", "ar"]);

    desk.fails(2, &["looked", &number, "--where", "gazette"]).tells(&["--for <TEXT>"]);
    desk.fails(2, &[&base[..], &["--languages", "English"]].concat()).tells(&["BCP 47"]);
    desk.fails(2, &[&base[..], &["--on", "9999-01-01"]].concat()).tells(&["lies in the future"]);
    desk.fails(2, &[&base[..], &["--found", "many"]].concat()).tells(&["invalid value 'many'"]);
    desk.sound();
}

#[test]
fn a_contact_waits_and_is_brought_up_to_date() {
    let desk = Desk::new();
    let claim = desk.claim("bridge", "The city closed the old bridge on 2 March 2025.");
    let number = claim.to_string();
    let who = ["contact", &number, "--who", "Works department"];
    let asked = desk.ok(&[&who[..], &["--asked", "2025-04-01", "--until", "2025-04-05"]].concat());
    asked.says(&["Works department: waiting for an answer until 2025-04-05", " contact-recorded"]);
    asked.tells(&["--outcome answered|declined|no-reply"]);
    let done = desk.ok(&[&who[..], &["--outcome", "no-reply"]].concat());
    done.says(&["Works department: no-reply", &format!("takes the place of #{}", asked.number())]);
    let state = desk.state(claim);
    let standing: Vec<_> = state.contacts.iter().filter_map(|c| c.standing()).collect();
    let [contact] = standing.as_slice() else { panic!("{standing:?}") };
    assert_eq!(contact.outcome, Some(Outcome::NoReply));
    assert_eq!(contact.asked.unwrap().to_string(), "2025-04-01", "the day is carried over");

    desk.fails(2, &who).tells(&["`--asked`: say when they were asked"]);
    desk.fails(2, &[&who[..], &["--asked", "2025-04-05", "--until", "2025-04-01"]].concat())
        .tells(&["`--until`: lies before"]);
    desk.fails(2, &[&who[..], &["--asked", "2025-04-05", "--outcome", "no-replay"]].concat()).tells(&["'no-reply'"]);
    desk.fails(2, &[&who[..], &["--asked", "2025-04-05", "--answer", "No."]].concat())
        .tells(&["only outcome `answered`"]);
    let old = asked.number().to_string();
    desk.fails(2, &[&who[..], &["--outcome", "declined", "--update", &old]].concat())
        .tells(&["was brought up to date already", &format!("--update {}", done.number())]);
    // Two wait for the same name: which is meant must be said.
    for day in ["2025-05-01", "2025-05-02"] {
        desk.ok(&[&who[..], &["--asked", day]].concat());
    }
    desk.fails(2, &[&who[..], &["--outcome", "declined"]].concat()).tells(&["2 contacts wait", "asked 2025-05-02"]);
    desk.ok(&["contact", &number, "--who", "The mayor", "--outcome", "not-sought"])
        .tells(&["does not take this for a contact"]);
    desk.sound();
}

#[test]
fn a_claim_is_verified_by_flags() {
    let desk = Desk::new();
    let claim = desk.claim("bridge", "The city closed the old bridge on 2 March 2025.");
    let number = claim.to_string();
    let a = link(&desk, claim, "--supports", "gazette", "city", &["--read", "full"]);
    let b = link(&desk, claim, "--supports", "police", "police", &[]);
    let c = link(&desk, claim, "--refutes", "blog", "blog", &[]);
    let given = ["--finding", "supported", "--confidence", "high", "--on", "supports", "--considered", "refutes"];
    let done = decide(&desk, claim, &[&given[..], &["--method", "Gazette read in full."]].concat());
    let today = desk.ledger().state().last_time.unwrap().day();
    done.says(&[
        &format!("supported #{claim} \"The city closed"),
        &format!("supported, confidence high, judged on {today}, relies on #{a}, #{b}, considered #{c}"),
        " verdict-issued",
    ]);
    done.tells(&[&format!("`onrecord publish {claim}`"), "second-read"]);
    let verdict = desk.state(claim).verdict().unwrap().item.clone();
    assert_eq!(verdict.body.unwrap().on, [Index(a), Index(b)]);

    // Decided anew, by number and key, each once.
    let names = format!("#{a},gazette,{b}");
    let again = decide(
        &desk,
        claim,
        &["--finding", "supported", "--confidence", "low", "--on", &names, "--considered", "blog"],
    );
    again.says(&[
        &format!("relies on #{a}, #{b}, considered #{c}"),
        &format!("takes the place of verdict #{}", verdict.number.0),
    ]);

    // Mistakes.
    desk.fails(2, &["verify", &number]).tells(&[
        "needs --finding and --confidence and --rationale",
        "supported|partly-supported|refuted",
        "on a terminal",
    ]);
    desk.fails(2, &["verify", &number, "--finding", "supported"]).tells(&["needs --confidence and --rationale"]);
    let fails = |more: &[&str]| {
        let ran = decide(&desk, claim, more);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
        ran
    };
    fails(&["--finding", "false", "--confidence", "low"]).tells(&["a similar value exists: 'refuted'"]);
    fails(&["--finding", "suported", "--confidence", "low"]).tells(&["'supported'"]);
    fails(&["--finding", "refuted", "--confidence", "medium"]).tells(&["'moderate'"]);
    let low = ["--finding", "supported", "--confidence", "low", "--on"];
    fails(&[&low[..], &["gazete"]].concat()).tells(&[
        "has the key `gazete`",
        "did you mean `gazette`?",
        &format!("{b} [police]"),
    ]);
    fails(&[&low[..], &["qualifies"]].concat()).tells(&["no standing evidence on", "qualifies it"]);
    fails(&[&low[..], &[&number]].concat()).tells(&[&format!("#{claim} is not evidence on #{claim}")]);
    fails(&[&low[..], &["gazette@@", "--judged-on", "9999-12-31"]].concat()).tells(&["has the key"]);
    fails(&[&low[..], &["gazette", "--judged-on", "9999-12-31"]].concat()).tells(&["lies in the future"]);
    fails(&[&low[..], &["gazette", "--considered", "gazette"]].concat()).tells(&["stands among the evidence already"]);
    assert_eq!(desk.state(claim).verdicts.len(), 2);
    desk.sound();
}

#[test]
fn each_guard_on_a_verdict_refuses_with_a_way_out() {
    let desk = Desk::new();
    let claim = desk.claim("bridge", "The city closed the old bridge on 2 March 2025.");
    let low = |finding: &'static str, on: &str| {
        decide(&desk, claim, &["--finding", finding, "--confidence", "low", "--on", on])
    };
    refused(
        &decide(&desk, claim, &["--finding", "supported", "--confidence", "low"]),
        "G01",
        &["none is relied on; `--on` names it"],
    );
    refused(&low("not-enough-evidence", ""), "G03", &[&format!("`onrecord looked {claim} --where")]);
    link(&desk, claim, "--supports", "gazette", "city", &[]);
    refused(
        &low("refuted", "gazette"),
        "G01",
        &["needs evidence relied on that refutes", "the one relied on does not"],
    );
    refused(&low("conflicting", "gazette"), "G02", &["from another cluster"]);
    link(&desk, claim, "--refutes", "same-city", "city", &[]);
    refused(&low("conflicting", "gazette,same-city"), "G02", &["from another cluster"]);
    let unrated =
        ["evidence", &claim.to_string(), "--refutes", "--publisher", "Blog", "--says", "No.", "--key", "blog"];
    desk.ok(&unrated);
    refused(&low("refuted", "blog"), "G01", &["nobody has judged", "--reliability"]);

    let moderate = ["--finding", "supported", "--on", "gazette", "--confidence"];
    refused(
        &decide(&desk, claim, &[&moderate[..], &["moderate"]].concat()),
        "G04",
        &["of 2 clusters", "there is 1", "lower the confidence"],
    );
    link(&desk, claim, "--supports", "police", "police", &[]);
    let high = ["--finding", "supported", "--on", "gazette,police", "--confidence", "high"];
    refused(&decide(&desk, claim, &high), "G05", &["read in full", "--read full"]);

    let early = [&moderate[..], &["low", "--judged-on", "2024-01-01"]].concat();
    let ran = decide(&desk, claim, &early);
    assert_eq!(ran.code, 2);
    ran.tells(&["[G10]", "[G11]", "dated 2025-03", "was obtained on", "--judged-on"]);

    link(&desk, claim, "--supports", "gone", "gone", &[]);
    desk.ok(&["withdraw", &claim.to_string(), "--evidence", "gone", "--reason", "Not theirs."]);
    let gone = desk.state(claim).evidence.iter().find(|e| e.withdrawn.is_some()).unwrap().number.0.to_string();
    refused(&low("supported", &gone), "G12", &["was withdrawn by #", "leave it out"]);

    let opinion = desk.opinion("ugly", "The old bridge is ugly.");
    link(&desk, opinion, "--supports", "gazette", "city", &[]);
    let ran = decide(&desk, opinion, &["--finding", "supported", "--confidence", "low", "--on", "gazette"]);
    refused(&ran, "G13", &["not checkable", "find `not-checkable`"]);
    let ran = decide(&desk, opinion, &["--finding", "not-checkable", "--confidence", "high"]);
    ran.says(&["not-checkable #", "relies on no evidence"]);
    assert!(desk.state(claim).verdicts.is_empty(), "every verdict was refused");

    desk.ok(&["looked", &claim.to_string(), "--where", "gazette", "--for", "it"]);
    assert_eq!(low("not-enough-evidence", "").code, 0, "a search is now on record");
    desk.sound();
}

#[test]
fn what_is_erased_is_not_judged() {
    let desk = Desk::new();
    let claim = desk.claim("bridge", "The city closed the old bridge on 2 March 2025.");
    desk.empty(claim);
    let ran = decide(&desk, claim, &["--finding", "not-checkable", "--confidence", "low"]);
    refused(&ran, "G09", &["withheld or erased"]);
    let ran = desk.ok(&["evidence", &claim.to_string(), "--context", "--publisher", "G", "--says", "S."]);
    ran.says(&[&format!("#{claim} (withheld or erased)")]);
}

/// Runs `verify` with an editor that is a shell script; `$1` is the file.
fn edited(desk: &Desk, args: &[&str], script: &str) -> Ran {
    let editor = desk.path("editor.sh");
    std::fs::write(&editor, format!("set -e\n{script}\n")).unwrap();
    ran(desk.command().env("EDITOR", format!("sh {}", editor.display())).args(args))
}

fn kept(ran: &Ran) -> String {
    let at = ran.err.find("your text is kept in ").unwrap_or_else(|| panic!("not kept: {}", ran.err));
    ran.err[at + "your text is kept in ".len()..].lines().next().unwrap().to_owned()
}

#[test]
fn a_verdict_is_written_in_an_editor() {
    let desk = Desk::new();
    let claim = desk.claim("bridge", "The city closed the old bridge\u{2028} on 2 March 2025.");
    let number = claim.to_string();
    let a = link(&desk, claim, "--supports", "gazette", "city", &["--url", "https://gazette.example/12"]);
    desk.ok(&["looked", &number, "--where", "two papers", "--for", "dates", "--found", "1"]);
    let edit = ["verify", &number, "--edit"];
    let fill = "cp \"$1\" seen.toml\nsed -i -e 's/^finding = .*/finding = \"supported\"/' -e 's/^confidence = .*/confidence = \"low\"/' \
        -e \"s/^rationale = '''/rationale = '''The gazette says so.\\nOnly it./\" -e 's/^on = .*/on = [\"gazette\"]/' \"$1\"";
    let done = edited(&desk, &edit, fill);
    assert_eq!(done.code, 0, "{}", done.err);
    done.says(&["supported, confidence low", &format!("relies on #{a}")]);
    let body = desk.state(claim).verdict().unwrap().item.body.clone().unwrap();
    assert_eq!(body.rationale, "The gazette says so.\nOnly it.");
    assert_eq!(body.method, None);
    let seen = std::fs::read_to_string(desk.path("seen.toml")).unwrap();
    for text in [
        &format!("# {a} [gazette]  supports, B2, excerpt, cluster city: So it is."),
        "https://gazette.example/12",
        "in two papers for dates: 1 found",
        "old bridge\\u{2028} on",
        "judged_on = \"",
    ] {
        assert!(seen.contains(text), "the template lacks `{text}`:\n{seen}");
    }
    assert_eq!(leftovers(&desk), Vec::<String>::new(), "nothing is left in the temp folder");

    // Unchanged, emptied, or nothing but comments: cancelled.
    for script in ["true", ": > \"$1\"", "echo '# no' > \"$1\""] {
        let ran = edited(&desk, &edit, script);
        assert_eq!(ran.code, 2);
        ran.tells(&["cancelled", "nothing was recorded"]);
    }
    let ran = edited(&desk, &edit, "exit 3");
    assert_eq!(ran.code, 3);
    ran.tells(&["ended with", "VISUAL or EDITOR"]);
    assert_eq!(desk.state(claim).verdicts.len(), 1);
    assert_eq!(leftovers(&desk), Vec::<String>::new());
    desk.sound();
}

fn leftovers(desk: &Desk) -> Vec<String> {
    let names = std::fs::read_dir(desk.path(".")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    names.filter(|n| n.starts_with("onrecord-")).collect()
}

#[test]
fn mistakes_in_the_edited_text_name_line_and_column_and_keep_it() {
    let desk = Desk::new();
    let claim = desk.claim("bridge", "The city closed the old bridge on 2 March 2025.");
    let number = claim.to_string();
    link(&desk, claim, "--supports", "gazette", "city", &[]);
    let edit = ["verify", &number, "--edit"];
    let text = "finding = \"false\"\nconfidence = \"low\"\nrationale = \"\"\njudged_on = \"tomorrow\"\n\non = [\"gazete\", 3]\n";
    std::fs::write(desk.path("bad.toml"), text).unwrap();
    let ran = edited(&desk, &edit, "cp bad.toml \"$1\"");
    assert_eq!(ran.code, 2);
    let file = kept(&ran);
    ran.tells(&[
        "5 mistakes in the text; nothing was recorded",
        &format!("{file}:1:11: `false` is no finding; one of: supported"),
        "(did you mean `refuted`?)",
        &format!("{file}:3:13: `rationale` is empty"),
        &format!("{file}:4:13: a day is written"),
        &format!("{file}:6:7: no evidence on #{claim} has the key `gazete`"),
        &format!("{file}:6:17: #3 is not evidence"),
        &format!("`onrecord verify {claim} --file {file}`"),
    ]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);

    // Mended and taken from the file.
    let good = "finding = \"supported\"\nconfidence = \"low\"\nrationale = \"So it says.\"\non = [\"supports\"]\n";
    std::fs::write(&file, good).unwrap();
    desk.ok(&["verify", &number, "--file", &file]).says(&["supported, confidence low"]);
    assert!(std::fs::exists(&file).unwrap(), "a file of the user's stays");

    for (text, place) in [("finding = \n", "1:11"), ("finding = \"supported\"\nfindng = 1\n", "2:1"), ("on = 3", "1:6")]
    {
        std::fs::write(desk.path("bad.toml"), text).unwrap();
        let ran = desk.fails(2, &["verify", &number, "--file", "bad.toml"]);
        ran.tells(&[&format!("bad.toml:{place}: ")]);
    }
    desk.fails(3, &["verify", &number, "--file", "none.toml"]).tells(&["cannot read none.toml"]);
    desk.fails(2, &["verify", &number, "--file", "bad.toml", "--finding", "refuted"]).tells(&["cannot be used with"]);
    desk.sound();
}

#[test]
fn what_changed_while_the_editor_was_open_makes_the_verdict_be_refused() {
    let desk = Desk::new();
    let claim = desk.claim("bridge", "The city closed the old bridge on 2 March 2025.");
    let number = claim.to_string();
    link(&desk, claim, "--supports", "gazette", "city", &[]);
    let program = env!("CARGO_BIN_EXE_onrecord");
    let script = format!(
        "{program} note {claim} 'The gazette called: it was the 3rd.' >/dev/null 2>&1\n\
         printf 'finding = \"supported\"\\nconfidence = \"low\"\\nrationale = \"So.\"\\non = [\"gazette\"]\\n' > \"$1\""
    );
    let ran = edited(&desk, &["verify", &number, "--edit"], &script);
    refused(&ran, "S08", &["has changed since", &format!("`onrecord show {claim}`")]);
    let file = kept(&ran);
    assert_eq!(desk.state(claim).notes.len(), 1, "the other's note is on record");
    assert!(desk.state(claim).verdicts.is_empty());
    // Having looked again, the user records the text as it is.
    desk.ok(&["verify", &number, "--file", &file]);
    desk.sound();
}

#[test]
fn bare_verify_opens_the_editor_on_a_terminal() {
    let desk = Desk::new();
    let (claim, _) = supported(&desk, "bridge");
    let probe = std::process::Command::new("script").args(["-qec", "true", "/dev/null"]).output();
    if !probe.is_ok_and(|o| o.status.success()) {
        eprintln!("skipped: no program `script` to make a terminal with");
        return;
    }
    let editor = desk.path("editor.sh");
    std::fs::write(&editor, "sed -i 's/^finding = .*/finding = \"wrong word\"/' \"$1\"\n").unwrap();
    let mut command = std::process::Command::new("script");
    let inner = desk.command();
    for (name, value) in inner.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    let run = format!("{} verify {claim}", env!("CARGO_BIN_EXE_onrecord"));
    let output = command
        .current_dir(desk.path("."))
        .env("VISUAL", format!("sh {}", editor.display()))
        .args(["-qec", &run, "/dev/null"])
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("`wrong word` is no finding"), "{text}");
    assert!(text.contains("your text is kept in"), "{text}");
}

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
    ran.tells(&[
        &format!("#{bare} refused [G14]"),
        &format!("`onrecord verify {bare}` first"),
        "of the others neither",
    ]);
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
    desk.fails(2, &["correct", &number, "--kind", "correction"]).tells(&["--text <TEXT>"]);
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
    done.says(&[
        &format!("refuted, confidence low, judged on"),
        &format!("relies on #{gazette}"),
        "evidence withdrawn: #",
    ]);
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

#[test]
fn claims_evidence_and_relations_are_withdrawn() {
    let desk = Desk::new();
    let (claim, _) = supported(&desk, "bridge");
    let (other, _) = supported(&desk, "tunnel");
    let (a, b) = (claim.to_string(), other.to_string());
    desk.fails(2, &["withdraw", &a, "--evidence", "gazette"]).tells(&["--reason <TEXT>"]);
    let done = desk.ok(&["withdraw", &a, "--evidence", "gazette", "--reason", "Misread."]);
    done.says(&["withdrew evidence #", " evidence-withdrawn"])
        .tells(&["the verdict in force relies on it", "onrecord verify"]);
    let gone = desk.state(claim).evidence[0].number.0.to_string();
    desk.refused("G17", &["withdraw", &a, "--evidence", &gone, "--reason", "Again."]).tells(&["was withdrawn already"]);
    desk.fails(2, &["withdraw", &a, "--evidence", "gazette", "--reason", "Again."]).tells(&["has no evidence yet"]);
    desk.fails(2, &["withdraw", &a, "--evidence", &b, "--reason", "x"]).tells(&["is not evidence on"]);

    let related = desk.ok(&["relate", &a, "contradicts", &b]).number().to_string();
    desk.fails(2, &["withdraw", &b, "--relation", &related, "--reason", "x"])
        .tells(&["is no relation from", "that it goes from"]);
    desk.ok(&["withdraw", &a, "--relation", &related, "--reason", "They do not."])
        .says(&["withdrew relation #", " relation-withdrawn"]);
    assert!(relations(&desk.state(claim)).is_empty());
    desk.fails(2, &["withdraw", &a, "--relation", &related, "--reason", "x"]).tells(&["was withdrawn already"]);

    desk.ok(&["withdraw", &a, "--reason", "A duplicate."])
        .says(&["withdrew #", " claim-moved"])
        .tells(&["onrecord triage"]);
    assert_eq!(desk.state(claim).workflow, Some(Workflow::Withdrawn));
    desk.refused("S11", &["withdraw", &a]).tells(&["take it up again first"]);
    desk.refused("S11", &["publish", &a]).tells(&["onrecord triage"]);
    desk.ok(&["triage", &a]).says(&["withdrawn -> triaged"]);
    desk.sound();
}

#[test]
fn claims_are_related() {
    let desk = Desk::new();
    let said = desk.claim("said", "The mayor said that the bridge was closed.");
    let content = desk.claim("closed", "The city closed the old bridge on 2 March 2025.");
    let (a, b) = (said.to_string(), content.to_string());
    let done = desk.ok(&["relate", &a, "content-of", "old bridge", "--note", "His words."]);
    done.says(&["\"The mayor said", "content-of #", " claims-related"]);
    let number = done.number();
    desk.ok(&["relate", &a, "content-of", &b, "--note", "His words."])
        .says(&[&format!("nothing appended: #{number}@")]);
    assert_eq!(relations(&desk.state(said)).len(), 1);
    desk.fails(2, &["relate", &a, "content", &b]).tells(&["content-of, contradicts", "'content-of'"]);
    desk.fails(2, &["relate", &a, "supports", &a]).tells(&["a relation needs two claims"]);
    desk.fails(2, &["relate", &a, "supports", "0"]).tells(&["#0 is no claim but an entry of kind ledger-opened"]);
    desk.sound();
}

#[test]
fn claims_are_taken_up_and_parked() {
    let desk = Desk::new();
    desk.enrol("ben", "checker");
    let claim = desk.claim("bridge", "The city closed the old bridge on 2 March 2025.");
    let number = claim.to_string();
    let done = desk.ok(&["triage", &number, "--assign", "ben", "--due", "2099-01-01"]);
    done.says(&["recorded -> triaged; ben has it, due 2099-01-01", " claim-moved"]).tells(&["onrecord evidence"]);
    // What is not given stays.
    desk.ok(&["triage", &number, "--park", "--note", "Waits for the gazette."])
        .says(&["triaged -> parked; ben has it, due 2099-01-01"]);
    desk.ok(&["triage", &number, "--unassign", "--due", "2025-01-01"])
        .says(&["nobody has it, due 2025-01-01"])
        .tells(&["lies before today"]);
    desk.ok(&["triage", &number, "--no-due", "--in-review"]).says(&["triaged -> in-review; nobody has it\n"]);
    desk.fails(2, &["triage", &number, "--assign", "bem"]).tells(&["no agent `bem`", "did you mean `ben`?"]);
    desk.fails(2, &["triage", &number, "--due", "soon"]).tells(&["a day is written"]);
    desk.fails(2, &["triage", &number, "--park", "--in-review"]).tells(&["cannot be used with"]);
    desk.ok(&["agent", "revoke", "ben", "--reason", "Left."]);
    desk.fails(2, &["triage", &number, "--assign", "ben"]).tells(&["no agent `ben` can be given a claim"]);
    desk.sound();
}

#[test]
fn notes_are_written_on_anything() {
    let desk = Desk::new();
    let (claim, verdict) = supported(&desk, "bridge");
    desk.ok(&["note", &claim.to_string(), "Call", "back", "on Monday"]).says(&["stays with the desk", " note-added"]);
    desk.ok(&["note", &verdict.to_string(), "Ask ben."])
        .says(&[&format!("note on #{verdict}, verdict-issued about #{claim}")]);
    desk.ok(&["note", "closed the bridge", "By words."]);
    desk.ok(&["note", "0", "On the ledger."]);
    let state = desk.state(claim);
    let notes: Vec<&str> = state.notes.iter().filter_map(|n| n.standing().map(String::as_str)).collect();
    assert_eq!(notes, ["Call back on Monday", "Ask ben.", "By words."]);
    desk.fails(2, &["note", &claim.to_string()]).tells(&["<TEXT>"]);
    desk.fails(2, &["note", &claim.to_string(), " "]).tells(&["white space"]);
    desk.fails(2, &["note", "99", "x"]).tells(&["there is no entry #99"]);
    desk.sound();
}

#[test]
fn agents_are_enrolled_changed_and_revoked() {
    let desk = Desk::new();
    let key = desk.key("ben");
    let key = key.to_str().unwrap();
    let public = format!("{key}.pub");
    let add = ["agent", "add", "ben", "--key", &public, "--role"];
    let done = desk.ok(&[&add[..], &["reviewer,recorder", "--name", "Ben B.", "--affiliation", "Desk"]].concat());
    done.says(&["enrolled ben, a person: recorder,reviewer", "key SHA256:", " agent-enrolled", " agent-described"]);
    done.tells(&["onrecord agent use ben --key FILE"]);
    desk.refused("S14", &["agent", "add", "ben", "--key", desk.key("b2").to_str().unwrap(), "--role", "checker"])
        .tells(&["`ben` is taken"]);
    desk.refused("S15", &["agent", "add", "bert", "--key", key, "--role", "checker"])
        .tells(&["already that of agent `ben`"]);
    desk.fails(2, &[&add[..], &["editor"]].concat()).tells(&["recorder, checker, reviewer, publisher, admin"]);
    desk.fails(2, &["agent", "add", "Ben", "--key", key, "--role", "checker"])
        .tells(&["a handle has 1 to 40 lower-case letters"]);
    desk.fails(3, &["agent", "add", "carl", "--key", "none", "--role", "checker"])
        .tells(&["cannot read the key file none"]);
    desk.fails(2, &["agent", "add", "carl", "--key", "desk/head", "--role", "checker"])
        .tells(&["holds no usable key", "ssh-keygen"]);

    let list = desk.ok(&["agent", "list"]);
    list.says(&[
        "#0 ana*  person: recorder,checker,reviewer,publisher,admin",
        "ben  person: recorder,reviewer",
        "  Ben B.  Desk",
    ]);
    let json = desk.ok(&["agent", "list", "--json"]).json();
    assert_eq!(json["agents"][1]["handle"], "ben");
    assert_eq!(json["agents"][0]["acts_here"], true);

    desk.fails(3, &["note", "0", "x", "--as", "ben"]).tells(&["no key for agent `ben`", "onrecord agent use ben"]);
    desk.ok(&["agent", "use", "ben", "--key", key])
        .says(&["you act as ben in example.org/desk", "nothing was recorded"]);
    desk.refused("S04", &["policy", "set", "desk"]).tells(&["agent `ben` lacks the role `admin`"]);
    desk.ok(&["agent", "use", "ana"]);
    desk.fails(2, &["agent", "use", "bem"]).tells(&["did you mean `ben`?"]);
    desk.fails(2, &["agent", "use", "ben", "--key", desk.key("other").to_str().unwrap()])
        .tells(&["is not the key of agent `ben`"]);

    desk.ok(&["agent", "roles", "ben", "--role", "checker"])
        .says(&["recorder,reviewer -> checker", " agent-roles-changed"]);
    desk.ok(&["agent", "roles", "ben", "--role", "checker"]).says(&["nothing appended"]);
    desk.fails(2, &["agent", "roles", "ana", "--role", "checker"]).tells(&["without any admin"]);
    desk.fails(2, &["agent", "revoke", "ana", "--reason", "x"]).tells(&["without any admin"]);
    desk.ok(&["agent", "describe", "ben", "--affiliation", ""]).says(&["name Ben B., affiliation -"]);
    assert_eq!(desk.ledger().state().agent_named("ben").unwrap().affiliation, None);

    // A new key: the old one no longer signs, the settings follow.
    let new = desk.key("ben-new");
    desk.ok(&["agent", "key", "ben", "--key", &format!("{}.pub", new.display()), "--reason", "New laptop."]).says(&[
        "new key for ben",
        " -> SHA256:",
        &format!("settings now name {}", new.display()),
    ]);
    desk.ok(&["note", "0", "With the new key.", "--as", "ben"]);
    desk.fails(2, &["agent", "use", "ben", "--key", key])
        .tells(&["is not the key of agent `ben`", "onrecord agent key"]);

    desk.ok(&["agent", "revoke", "ben", "--reason", "Left."]).says(&["revoked ben", " agent-revoked"]);
    desk.refused("S03", &["note", "0", "Still here.", "--as", "ben"]).tells(&["agent `ben` was revoked"]);
    desk.fails(2, &["agent", "revoke", "ben", "--reason", "Left."]).tells(&["is revoked already"]);
    desk.ok(&["agent", "list"]).says(&["revoked from #"]);
    desk.sound();
}

#[test]
fn a_second_user_takes_part_with_keys_of_their_own() {
    let desk = Desk::new();
    let key = desk.key("ben");
    let key = key.to_str().unwrap();
    desk.ok(&["agent", "add", "ben", "--key", key, "--role", "checker"]);
    let claim = desk.claim("bridge", "The city closed the old bridge on 2 March 2025.").to_string();
    let home = desk.path("home-of-ben");
    std::fs::create_dir(&home).unwrap();
    let ben = |args: &[&str]| ran(desk.command_of(&home).args(args));
    let without = ben(&["note", &claim, "x"]);
    assert_eq!(without.code, 3);
    without.tells(&["this user has no keys for this ledger"]);
    let used = ben(&["agent", "use", "ben", "--key", key]);
    assert_eq!(used.code, 0, "{}", used.err);
    used.tells(&["does not have the log's private key", "--log-key FILE"]);
    assert_eq!(ben(&["note", &claim, "x"]).code, 3);
    let wrong = ben(&["agent", "use", "ben", "--log-key", key]);
    assert_eq!(wrong.code, 2);
    wrong.tells(&["is not a log key"]);
    let keys = desk.home().join("config/onrecord/keys");
    let log = std::fs::read_dir(keys)
        .unwrap()
        .map(|e| e.unwrap().path())
        .find(|p| p.extension().is_some_and(|e| e == "skey"));
    assert_eq!(ben(&["agent", "use", "ben", "--log-key", log.unwrap().to_str().unwrap()]).code, 0);
    let done = ben(&["looked", &claim, "--where", "gazette", "--for", "it"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let ledger = desk.ledger();
    let entry = ledger.entry(Index(done.number())).unwrap();
    assert_eq!(ledger.state().handle(entry.header.agent), "ben");
    desk.sound();
}

#[test]
fn the_policy_is_shown_and_set() {
    let desk = Desk::new();
    desk.ok(&["policy", "show"]).says(&["policy solo since #0", "reviewers           0", "contact-before      no"]);
    let size = desk.ledger().size();
    desk.ok(&["policy", "set", "solo"]).says(&["nothing appended"]);
    assert_eq!(desk.ledger().size(), size);
    let done = desk.ok(&["policy", "set", "desk", "--reviewers", "2", "--role-for", "note-added=recorder"]);
    done.says(&["policy solo -> custom", "reviewers: 0 -> 2", "role-for note-added: usual -> recorder", " policy-set"]);
    done.tells(&["it holds from here on"]);
    desk.ok(&["policy", "set", "--name", "strict", "--other-affiliation", "yes"])
        .says(&["custom -> strict", "other-affiliation: no -> yes"]);
    desk.ok(&["policy", "set", "--clusters-high", "3"]).says(&["policy strict -> strict", "clusters-high: 2 -> 3"]);
    let json = desk.ok(&["policy", "show", "--json"]).json();
    assert_eq!(json["policy"]["name"], "strict");
    assert_eq!(json["policy"]["reviewers"], 2);
    assert_eq!(json["policy"]["roles"][0]["role"], "recorder");
    desk.ok(&["policy", "set", "--role-for", "note-added="]).says(&["role-for note-added: recorder -> usual"]);
    desk.ok(&["policy", "set", "desk"]).says(&["strict -> desk"]);

    desk.fails(2, &["policy", "set", "dsk"]).tells(&["desk"]);
    desk.fails(2, &["policy", "set", "--reviewers", "11"]).tells(&["`--reviewers`: at most 10"]);
    desk.fails(2, &["policy", "set", "--clusters-moderate", "3"]).tells(&["is not above `clusters_high`"]);
    desk.fails(2, &["policy", "set", "--contact-before", "maybe"]).tells(&["`yes` or `no`"]);
    desk.fails(2, &["policy", "set", "--role-for", "notes-added=recorder"]).tells(&["did you mean `note-added`?"]);
    desk.sound();
}

#[test]
fn a_reviewer_of_the_same_house_is_refused_where_the_policy_says_so() {
    let desk = Desk::new();
    desk.enrol("ben", "reviewer");
    desk.ok(&["policy", "set", "--other-affiliation", "yes"]);
    let (_, verdict) = supported(&desk, "bridge");
    let review = ["review", &verdict.to_string(), "--approve", "--as", "ben"];
    desk.refused("G17", &review).tells(&["another affiliation"]);
    for (who, house) in [("ana", "Desk"), ("ben", "Desk")] {
        desk.ok(&["agent", "describe", who, "--affiliation", house]);
    }
    desk.refused("G17", &review);
    desk.ok(&["agent", "describe", "ben", "--affiliation", "Elsewhere"]);
    desk.ok(&review);
    desk.sound();
}

#[test]
fn quiet_keeps_the_data_and_drops_the_talk() {
    let desk = Desk::new();
    let claim = desk.claim("bridge", "The city closed the old bridge on 2 March 2025.").to_string();
    let done = desk.ok(&["--quiet", "evidence", &claim, "--supports", "--publisher", "Gazette", "--says", "Closed."]);
    assert!(done.err.is_empty(), "{}", done.err);
    done.says(&["evidence on #", "recorded #"]);
}
