//! Deciding on a claim: flags, file and editor, and the refusal of every guard on a verdict.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use onrecord::hash::Index;

use crate::cli::{Desk, Ran, decide, link, ran, refused, supported};

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

    // What is known by the next time stands above what is to be written.
    let b = link(&desk, claim, "--refutes", "river", "harbour", &[]);
    desk.ok(&["contact", &number, "--who", "The mayor", "--asked", "2025-04-02"]);
    desk.ok(&["withdraw", &number, "--evidence", &a.to_string(), "--reason", "Not about this bridge."]);
    edited(&desk, &edit, "cp \"$1\" seen.toml");
    let seen = std::fs::read_to_string(desk.path("seen.toml")).unwrap();
    for text in [
        "shown with: not-second-read, evidence-withdrawn",
        "# appears in #",
        "#   said by The Example (",
        "by ana: supported, confidence low, judged on ",
        "#   The gazette says so. Only it.",
        "# cluster harbour, 1 page:",
        &format!("# {b} [river]  refutes"),
        &format!("# withdrawn: #{a}"),
        "# asked The mayor: waiting for an answer",
    ] {
        assert!(seen.contains(text), "the template lacks `{text}`:\n{seen}");
    }

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
fn a_correction_is_written_in_an_editor() {
    let desk = Desk::new();
    let (claim, verdict) = supported(&desk, "bridge");
    let number = claim.to_string();
    let edit = ["correct", &number, "--edit"];
    // Of what is not published there is nothing to correct, and nobody writes in vain.
    let ran = edited(&desk, &edit, "touch opened");
    assert_eq!(ran.code, 2);
    ran.tells(&["is not published", "onrecord amend", "onrecord verify"]);
    assert!(!desk.path("opened").exists());
    desk.ok(&["publish", &number]);
    for script in ["true", ": > \"$1\""] {
        let ran = edited(&desk, &edit, script);
        assert_eq!(ran.code, 2);
        ran.tells(&["cancelled", "nothing was recorded"]);
    }
    assert_eq!(leftovers(&desk), Vec::<String>::new());

    // Mistakes have their places, and the text is kept.
    let ran = edited(
        &desk,
        &edit,
        "sed -i -e 's/^kind = .*/kind = \"corection\"/' -e 's/^confidence = .*/confidence = \"low\"/' \"$1\"",
    );
    assert_eq!(ran.code, 2);
    let file = kept(&ran);
    let text = std::fs::read_to_string(&file).unwrap();
    let line = |key: &str| text.lines().position(|l| l.starts_with(key)).unwrap() + 1;
    ran.tells(&[
        &format!("{file}:{}:8: `corection` is no kind; one of: correction, update, clarification (did you mean `correction`?)", line("kind")),
        &format!("{file}:{}:8: `text` is empty", line("text")),
        &format!("{file}:{}:11: `finding` is empty", line("finding")),
        &format!("`onrecord correct {claim} --file {file}`"),
    ]);
    assert!(desk.state(claim).corrections.is_empty());
    for words in [format!("verdict in force #{verdict} by ana"), "# appears in #".into(), "statement = \"".into()] {
        assert!(text.contains(&words), "the template lacks `{words}`:\n{text}");
    }

    // The statement left as it is, no verdict: only words for the public.
    let mended = text
        .replace("kind = \"corection\"", "kind = \"clarification\"")
        .replace("confidence = \"low\"", "confidence = \"\"")
        .replacen("'''\n\n'''", "'''\nThe bridge for cars.\n'''", 1);
    std::fs::write(&file, mended).unwrap();
    desk.ok(&["correct", &number, "--file", &file]).says(&["clarification of"]).never_says(&["reads now"]);
    let state = desk.state(claim);
    let body = state.corrections[0].body.clone().unwrap();
    assert_eq!((body.text.as_str(), body.claim, body.verdict), ("The bridge for cars.", None, None));

    // With another statement, and a verdict.
    let script = "sed -i -e 's/^kind = .*/kind = \"correction\"/' -e \"s/^text = '''/text = '''It was the 3rd./\" \
        -e 's/^statement = .*/statement = \"It was closed on the 3rd.\"/' -e 's/^finding = .*/finding = \"supported\"/' \
        -e 's/^confidence = .*/confidence = \"low\"/' -e \"s/^rationale = '''/rationale = '''So it says./\" \
        -e 's/^on = .*/on = [\"supports\"]/' \"$1\"";
    let ran = edited(&desk, &edit, script);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.says(&["correction of", "reads now: \"It was closed on the 3rd.\"", "supported, confidence low"]);
    assert_eq!(desk.state(claim).claim.unwrap().statement, "It was closed on the 3rd.");
    desk.fails(2, &["correct", &number]).tells(&["needs --kind and --text", "correction|update|clarification"]);
    desk.fails(2, &["correct", &number, "--text", "x"]).tells(&["needs --kind\n"]);
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
