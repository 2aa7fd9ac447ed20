//! What a shell offers at the cursor, asked of the program and of a real bash.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::process::Command;

use onrecord::cli::complete::words;

use crate::cli::{Desk, supported};

/// The words offered at the end of a line.
fn offered(desk: &Desk, line: &str) -> Vec<String> {
    let done = desk.ok(&["completions", "fish", "--line", line]);
    assert!(done.err.is_empty(), "{line}: {}", done.err);
    done.out.lines().map(|l| l.split('\t').next().unwrap().to_owned()).collect()
}

#[test]
fn lines_are_taken_apart_as_a_shell_does() {
    assert_eq!(words("onrecord list "), ["onrecord", "list", ""]);
    assert_eq!(words("onrecord  show 'a b'"), ["onrecord", "show", "a b"]);
    assert_eq!(words("list 'state:triaged -fi"), ["list", "state:triaged -fi"]);
    assert_eq!(words(r#"list "a\"b" c\ d"#), ["list", "a\"b", "c d"]);
    assert_eq!(words(""), [""]);
}

#[test]
fn fields_values_handles_and_claims_are_offered() {
    let desk = Desk::new();
    let (claim, _) = supported(&desk, "bridge");
    let has = |line: &str, some: &[&str]| {
        let offered = offered(&desk, line);
        assert!(some.iter().all(|word| offered.iter().any(|o| o == word)), "{line}: {offered:?}");
        offered
    };
    let only = |line: &str, all: &[&str]| assert_eq!(offered(&desk, line), all, "{line}");
    has("onrecord ", &["list", "verify", "triage"]);
    only("onrecord tria", &["triage"]);
    let fields = has("onrecord list ", &["finding:", "hedge:", "due:"]);
    assert_eq!(fields.len(), onrecord::query::FIELDS.len());
    only("onrecord list fin", &["finding:"]);
    only("onrecord list finding:con", &["finding:conflicting"]);
    only("onrecord list status:con", &["status:conflicting"]);
    only("onrecord list 'state:triaged -reviewed:t", &["state:triaged -reviewed:true"]);
    only("onrecord list '(finding:refuted OR finding:conf", &["(finding:refuted OR finding:conflicting"]);
    only("onrecord history --where checkable:", &["checkable:true", "checkable:false"]);
    for line in ["onrecord --as ", "onrecord triage 1 --assign ", "onrecord history --by "] {
        only(line, &["ana"]);
    }
    only("onrecord list assigned:", &["assigned:ana"]);
    only("onrecord triage 1 --assign=a", &["--assign=ana"]);
    only("onrecord verify bri", &["bridge"]);
    only(&format!("onrecord publish {claim}"), &[&claim.to_string()]);
    only(&format!("onrecord publish #{claim}"), &[&format!("#{claim}")]);
    has("onrecord review x ", &["bridge"]);
    has("onrecord relate bridge ", &["rests-on", "content-of"]);
    has("onrecord relate bridge rests-on ", &["bridge"]);
    has("onrecord verify bridge --finding ", &["supported", "not-checkable"]);
    only("onrecord verify bridge --confidence=l", &["--confidence=low"]);
    has("onrecord verify bridge --", &["--finding", "--rationale", "--ledger"]);
    only("onrecord explain G01", &["G01"]);
    has("onrecord agent ", &["list", "add"]);
    // What is not ours to know is left to the shell, which offers files.
    for line in ["onrecord add ", "onrecord document show ", "onrecord list --limit ", "onrecord nonsense "] {
        only(line, &[]);
    }
    // Claims are told with their words, and the ledger may be named in the line.
    desk.ok(&["completions", "fish", "--line", "onrecord show bri"]).says(&["bridge\t"]);
    only("onrecord --ledger /nowhere show ", &[]);
}

#[test]
fn nothing_is_offered_and_nothing_fails_where_there_is_no_ledger() {
    let desk = Desk::bare();
    for line in ["onrecord show ", "onrecord --as ", "onrecord list assigned:"] {
        assert_eq!(offered(&desk, line), [""; 0], "{line}");
    }
    assert_eq!(offered(&desk, "onrecord list finding:con"), ["finding:conflicting"]);
}

/// What a real bash would put in, word by word.
#[test]
fn bash_completes_with_its_own_idea_of_words() {
    if Command::new("bash").arg("--version").output().is_err() {
        eprintln!("skipped: there is no bash here");
        return;
    }
    let desk = Desk::new();
    supported(&desk, "bridge");
    let script = desk.ok(&["completions", "bash"]).out;
    let file = desk.path("completion.bash");
    std::fs::write(&file, script).unwrap();
    let asked = |line: &str| -> Vec<String> {
        let program =
            r#"source "$1"; COMP_LINE="$3"; COMP_POINT=${#COMP_LINE}; _onrecord "$2"; printf '%s\n' "${COMPREPLY[@]}""#;
        let mut bash = desk.other("bash", &desk.home());
        let output =
            bash.args(["--norc", "-c", program, "bash"]).arg(&file).arg(env!("CARGO_BIN_EXE_onrecord")).arg(line);
        let output = output.output().unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().filter(|l| !l.is_empty()).map(str::to_owned).collect()
    };
    assert_eq!(asked("onrecord lis"), ["list"]);
    assert_eq!(asked("onrecord list fin"), ["finding:"]);
    assert_eq!(asked("onrecord list finding:con"), ["conflicting"], "bash replaces what follows the colon");
    assert_eq!(asked("onrecord list finding:con "), asked("onrecord list "));
    assert_eq!(asked("onrecord list 'finding:con"), ["finding:conflicting"], "in quotation marks the whole word");
    assert_eq!(asked("onrecord list 'state:triaged finding:con"), ["state:triaged finding:conflicting"]);
    assert_eq!(asked("onrecord --as "), ["ana"]);
    assert_eq!(asked("onrecord triage bri"), ["bridge"]);
    assert_eq!(asked("onrecord triage bridge --assign=a"), ["ana"]);
    assert!(asked("onrecord add ").is_empty(), "bash then offers files");
}
