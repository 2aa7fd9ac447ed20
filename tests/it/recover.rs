//! What is derived comes back by itself, with a word about it; what is rolled back is refused.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs;
use std::path::Path;

use crate::cli::Desk;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

fn files(at: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(at).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

fn desk() -> (Desk, u64) {
    let desk = Desk::new();
    let claim = desk.claim("bridge-closed", "The city closed the old bridge on 2 March 2025.");
    desk.ok(&["note", &claim.to_string(), "first"]);
    (desk, claim)
}

#[test]
fn a_catalog_that_is_gone_is_built_again_and_says_so() {
    let (desk, claim) = desk();
    let before = desk.ok(&["show", &claim.to_string(), "--json"]);
    before.never_says(&["the catalog is"]);
    fs::remove_dir_all(desk.path("desk").join("catalog")).unwrap();
    let after = desk.ok(&["show", &claim.to_string(), "--json"]);
    after.tells(&["the catalog is built from the log"]);
    assert_eq!(after.out, before.out);
    assert_eq!(desk.ok(&["show", &claim.to_string(), "--json"]).err, "", "the second time there is nothing to tell");
}

#[test]
fn a_catalog_with_damage_in_any_file_never_answers_wrongly() {
    let (desk, claim) = desk();
    let number = claim.to_string();
    let before = desk.ok(&["show", &number, "--json"]).out;
    let folder = desk.path("desk").join("catalog");
    let kept = desk.path("kept");
    copy(&folder, &kept);
    let (mut all, mut told) = (Vec::new(), 0);
    files(&kept, &mut all);
    for file in all {
        let name = file.strip_prefix(&kept).unwrap().to_owned();
        let bytes = fs::read(&file).unwrap();
        for damage in [0, 1] {
            fs::remove_dir_all(&folder).unwrap();
            copy(&kept, &folder);
            let mut bytes = bytes.clone();
            match (damage, bytes.len()) {
                (_, 0) => continue,
                (0, len) => bytes.truncate(len / 2),
                (_, len) => bytes[..len / 2].iter_mut().for_each(|b| *b ^= 0x5a),
            }
            fs::write(folder.join(&name), bytes).unwrap();
            let after = desk.ok(&["show", &number, "--json"]);
            assert_eq!(after.out, before, "{}", name.display());
            told += u32::from(after.err.contains("the catalog is"));
        }
    }
    assert!(told > 0, "no damage was noticed: the control");
    desk.ok(&["audit", "--no-lint"]);
}

#[test]
fn a_rolled_back_ledger_is_refused_against_the_memory_outside() {
    let (desk, claim) = desk();
    let number = claim.to_string();
    let (folder, kept) = (desk.path("desk"), desk.path("kept"));
    copy(&folder, &kept);
    desk.ok(&["note", &number, "second"]);
    fs::remove_dir_all(&folder).unwrap();
    copy(&kept, &folder);
    let refused = desk.fails(3, &["note", &number, "instead of the second"]);
    refused.tells(&["behind", "seen before", "found now", "--accept-rollback", "nothing was read or recorded"]);
    // Reading is refused as well, the audit says what is wrong, and a person may decide to go on from the backup.
    desk.fails(3, &["show", &number]).tells(&["behind", "seen before", "found now"]);
    let audit = desk.run(&["audit", "--no-lint"]);
    assert_eq!(audit.code, 1);
    audit.says(&["K01", "does not hold"]);
    desk.ok(&["note", &number, "instead of the second", "--accept-rollback"]);
    desk.ok(&["note", &number, "third"]);
    desk.ok(&["audit", "--no-lint"]);
}
