//! Checkpoints seen before, kept in the user's state folder by every verb that reads.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs;
use std::path::Path;

use crate::cli::Desk;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// The only file of what was seen by the user whose folders lie in `home`.
fn memory(home: &Path) -> Vec<serde_json::Value> {
    let file = fs::read_dir(home.join("state/onrecord/seen")).unwrap().next().unwrap().unwrap().path();
    fs::read_to_string(file).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A desk with two ledgers in `old/` and `forked/` that began as one; and a reader who has never seen either.
fn forked() -> (Desk, u64) {
    let desk = Desk::new();
    let claim = desk.claim("bridge", "The city closed the bridge on 2 March 2025.");
    copy(&desk.path("desk"), &desk.path("old"));
    desk.ok(&["note", &claim.to_string(), "one history"]);
    copy(&desk.path("desk"), &desk.path("new"));
    // Somebody else with the same keys and no memory of it.
    fs::remove_dir_all(desk.path("desk")).unwrap();
    copy(&desk.path("old"), &desk.path("desk"));
    copy(&desk.home(), &desk.path("forger"));
    fs::remove_dir_all(desk.path("forger/state")).unwrap();
    for text in ["another history", "and more of it"] {
        let ran = crate::cli::ran(desk.command_of(&desk.path("forger")).args(["note", &claim.to_string(), text]));
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    copy(&desk.path("desk"), &desk.path("forked"));
    (desk, claim)
}

fn read(desk: &Desk, home: &str, ledger: &str, more: &[&str]) -> crate::cli::Ran {
    let (home, ledger) = (desk.path(home), desk.path(ledger));
    crate::cli::ran(desk.command_of(&home).args(["--ledger", ledger.to_str().unwrap()]).args(more))
}

#[test]
fn every_reader_remembers_and_refuses_what_does_not_extend_it() {
    let (desk, claim) = forked();
    let claim = claim.to_string();
    for verb in [
        &["show", &claim][..],
        &["list"],
        &["stats"],
        &["history"],
        &["search", "bridge"],
        &["prove", &claim, "--out", "p"],
    ] {
        let home = format!("reader-{}", verb[0]);
        assert_eq!(read(&desk, &home, "old", verb).code, 0, "{verb:?}");
        let seen = memory(&desk.path(&home));
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0]["note"].as_str().unwrap().as_bytes(), fs::read(desk.path("old/log/checkpoint")).unwrap());
        // Growing is fine, and remembered; seen again, it is not written down again.
        for _ in 0..2 {
            assert_eq!(read(&desk, &home, "new", verb).code, 0);
            assert_eq!(memory(&desk.path(&home)).len(), 2);
        }
        // Another history, longer than the one seen: both are shown.
        let refused = read(&desk, &home, "forked", verb);
        assert_eq!((refused.code, refused.out.as_str()), (3, ""), "{verb:?}");
        let lines: Vec<String> = ["new", "forked"].map(|l| last_line(&desk, l)).to_vec();
        refused.tells(&["another history", "seen before, at 20", "found now", &lines[0], &lines[1]]);
        refused.tells(&["of what is found now, the first"]);
        // And the one that was put back.
        let refused = read(&desk, &home, "old", verb);
        assert_eq!(refused.code, 3);
        refused.tells(&["is behind what was seen", &last_line(&desk, "old"), &lines[0]]);
        assert_eq!(memory(&desk.path(&home)).len(), 2, "what was refused is not remembered");
        assert_eq!(read(&desk, &home, "new", verb).code, 0);
    }
}

/// The log's signature line on a ledger's checkpoint.
fn last_line(desk: &Desk, ledger: &str) -> String {
    fs::read_to_string(desk.path(ledger).join("log/checkpoint")).unwrap().lines().last().unwrap().to_owned()
}

#[test]
fn the_audit_holds_a_ledger_against_all_that_was_seen() {
    let (desk, _) = forked();
    assert_eq!(read(&desk, "reader", "new", &["audit", "--no-lint"]).code, 0);
    assert_eq!(memory(&desk.path("reader")).len(), 1, "an audit remembers, too");
    let forked = read(&desk, "reader", "forked", &["audit", "--no-lint"]);
    assert_eq!(forked.code, 1);
    forked.says(&["K02", "the checkpoint seen at 20"]);
    let old = read(&desk, "reader", "old", &["audit", "--no-lint"]);
    assert_eq!(old.code, 1);
    old.says(&["K01"]);
    assert_eq!(read(&desk, "other", "forked", &["audit", "--no-lint"]).code, 0, "the control: who has seen nothing");
    assert_eq!(memory(&desk.path("reader")).len(), 1);
}

#[test]
fn a_person_may_go_on_from_a_backup_and_what_was_seen_is_kept() {
    let (desk, claim) = forked();
    let claim = claim.to_string();
    assert_eq!(read(&desk, "reader", "new", &["list"]).code, 0);
    assert_eq!(read(&desk, "reader", "forked", &["list", "--accept-rollback"]).code, 0);
    let seen = memory(&desk.path("reader"));
    assert_eq!(seen.len(), 2);
    assert!(seen[0]["set_aside"].is_string() && seen[1].get("set_aside").is_none());
    // From now on that is the history, and the other one is refused.
    assert_eq!(read(&desk, "reader", "forked", &["show", &claim]).code, 0);
    read(&desk, "reader", "new", &["show", &claim]).tells(&["behind"]);
}

#[test]
fn a_public_copy_may_be_behind_and_may_not_be_forked() {
    let (desk, _) = forked();
    let copies = |ledger: &str, to: &str| {
        let ran =
            read(&desk, "publisher", ledger, &["publish-log", desk.path(to).to_str().unwrap(), "--accept-rollback"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
    };
    copies("old", "copy-old");
    copies("new", "copy-new");
    copies("forked", "copy-forked");
    let list = |home: &str, copy: &str| read(&desk, home, copy, &["list"]);
    assert_eq!(list("reader", "copy-new").code, 0);
    let behind = list("reader", "copy-old");
    assert_eq!(behind.code, 0);
    behind.tells(&["this copy is behind"]);
    assert_eq!(list("reader", "copy-forked").code, 3);
    let audit = read(&desk, "reader", "copy-old", &["audit", "--copy", "--no-lint"]);
    audit.says(&["K08"]);
    assert_ne!(audit.code, 1);
    assert_eq!(read(&desk, "reader", "copy-forked", &["audit", "--copy", "--no-lint"]).code, 1);
    // Seen in the other order: a copy that was behind on its own branch does not pass for the beginning of the other.
    assert_eq!(list("other", "copy-forked").code, 0);
    assert_eq!(list("other", "copy-new").code, 0, "shorter than what was seen: nothing here can tell");
    assert_eq!(list("other", "copy-forked").code, 3, "but now it can");
}

#[test]
fn a_memory_that_cannot_be_used_is_said_and_stops_nobody() {
    let desk = Desk::new();
    desk.ok(&["list"]);
    let file = fs::read_dir(desk.home().join("state/onrecord/seen")).unwrap().next().unwrap().unwrap().path();
    for damaged in ["nonsense\n", "{\"seen\":\"now\",\"note\":\"none\"}\n", "{\"seen\":\"now\"}\n"] {
        fs::write(&file, damaged).unwrap();
        desk.ok(&["list"]).tells(&["cannot be read, so nothing is compared", "moving the file away"]);
        assert_eq!(fs::read_to_string(&file).unwrap(), damaged, "never overwritten");
    }
    fs::remove_file(&file).unwrap();
    desk.ok(&["list"]);
    assert_eq!(memory(&desk.home()).len(), 1);
}

#[test]
fn the_memory_stays_small() {
    let desk = Desk::new();
    let claim = desk.claim("bridge", "The city closed the bridge on 2 March 2025.").to_string();
    for n in 0..70 {
        desk.ok(&["note", &claim, &format!("note {n}")]);
    }
    let seen = memory(&desk.home());
    assert!(seen.len() <= 64, "{}", seen.len());
    let sizes: Vec<u64> =
        seen.iter().map(|s| s["note"].as_str().unwrap().lines().nth(1).unwrap().parse().unwrap()).collect();
    assert!(sizes.is_sorted());
    assert_eq!(*sizes.last().unwrap(), desk.ok(&["stats", "--json"]).json()["size"].as_u64().unwrap());
    let first = sizes[0];
    assert!(first <= 4, "the first that was seen stays: {first}");
}
