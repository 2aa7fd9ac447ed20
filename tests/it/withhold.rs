//! Withholding, public copies and erasure: what is kept back is not there, what is erased does not come back, and every
//! proof goes on holding.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use onrecord::hash::{Digest, Index};
use onrecord::ledger::catalog::Term;
use onrecord::ledger::{Ledger, Marked};
use onrecord::search::Search;
use onrecord::store::LocalStore;
use onrecord::time::Day;

use super::cli::{Desk, decide, link, supported};

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// Files of a folder that have these bytes somewhere.
fn having(folder: &Path, words: &str) -> Vec<String> {
    let has = |path: &PathBuf| {
        let bytes = fs::read(path).unwrap();
        bytes.windows(words.len()).any(|window| window.eq_ignore_ascii_case(words.as_bytes()))
    };
    let name = |path: PathBuf| path.strip_prefix(folder).unwrap().display().to_string();
    files(folder).into_iter().filter(has).map(name).collect()
}

fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(file, target).unwrap();
    }
}

/// Whose words are to go: a claim with its document held, evidence that repeats it, an amendment, and another claim.
fn told(desk: &Desk) -> (u64, u64) {
    fs::write(desk.path("gossip.txt"), "Gossip. Quillon Abernathy robbed the savings bank at noon.\n").unwrap();
    let ran = desk.ok(&[
        "add",
        "--statement",
        "Quillon Abernathy robbed the savings bank in May 2025.",
        "--document",
        "gossip.txt",
        "--title",
        "Gossip of the week",
        "--publisher",
        "The Example",
        "--kind",
        "event",
        "--quote",
        "Quillon Abernathy robbed the savings bank",
        "--keep-quote",
        "--said-by",
        "A neighbour:anonymous",
        "--actor",
        "Quillon Abernathy",
    ]);
    let claim = ran.out.lines().rev().find(|l| l.contains("claim-recorded")).unwrap();
    let claim: u64 = claim.split('#').nth(1).unwrap().split('@').next().unwrap().parse().unwrap();
    let number = claim.to_string();
    desk.ok(&["amend", &number, "--statement", "Quillon Abernathy robbed the savings bank on 3 May 2025."]);
    let says = "The police say that Quillon Abernathy robbed the savings bank.";
    desk.ok(&["evidence", &number, "--supports", "--publisher", "Police", "--says", says]);
    let other = desk.claim("fair", "The county fair was opened on 4 May 2025.");
    desk.ok(&["search", "abernathy"]).says(&["savings bank"]);
    (claim, other)
}

#[test]
fn what_is_erased_is_gone_from_every_file_and_does_not_come_back() {
    let desk = Desk::new();
    let (claim, other) = told(&desk);
    let ledger = desk.path("desk");
    let number = claim.to_string();
    // The positive control: the words are where they should be, before.
    let before = having(&ledger, "abernathy");
    assert!(before.iter().any(|f| f.starts_with("payload/")), "{before:?}");
    let opened = Ledger::open(
        Arc::new(LocalStore::open(&ledger).unwrap()),
        Some(&ledger.join("catalog")),
        Arc::new(|_: &str| {}),
    );
    assert!(!opened.unwrap().find(Term::Actor("Quillon Abernathy")).unwrap().is_empty());
    assert!(before.iter().any(|f| f.starts_with("blobs/")), "{before:?}");
    let kept = desk.path("kept");
    copy(&ledger, &kept);
    desk.ok(&["prove", &number, "--out", "before.tlog-proof"]);

    let with = ["--ground", "a private person", "--authority", "managing editor"];
    let erase = |more: &[&'static str]| {
        let mut args = vec!["erase", &number];
        args.extend(with);
        args.extend(more);
        desk.run(&args)
    };
    // Nothing is erased by accident, nor half.
    let ran = erase(&["--yes"]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    ran.tells(&[
        "4 other payloads repeat the words",
        "\"the example\" stands in #1, ",
        "claim-amended",
        "evidence-linked",
        "snapshot-captured",
        "--also all",
    ]);
    let ran = erase(&["--also", "all"]);
    assert_eq!(ran.code, 2);
    ran.tells(&["is for good, and nothing was erased", "`--yes`"]);
    assert_eq!(having(&ledger, "abernathy"), before);

    let begun = SystemTime::now() - Duration::from_millis(20);
    let ran = erase(&["--also", "all", "--yes"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.says(&["erased #", "payload-erased"]).tells(&["1 held document was removed", "out of reach"]);
    assert_eq!(having(&ledger, "abernathy"), Vec::<String>::new());
    assert_eq!(having(&ledger, "savings bank"), Vec::<String>::new());
    assert!(having(&desk.home(), "abernathy").is_empty(), "what is remembered of it is a keyed digest");
    for folder in ["catalog", "search"] {
        let all = files(&ledger.join(folder));
        assert!(!all.is_empty());
        for file in all {
            let written = fs::metadata(&file).unwrap().modified().unwrap();
            assert!(written >= begun, "{} is older than the erasure", file.display());
        }
    }
    let open = || {
        let store = Arc::new(LocalStore::open(&ledger).unwrap());
        Ledger::open(store, Some(&ledger.join("catalog")), Arc::new(|_: &str| {})).unwrap()
    };
    {
        let opened = open();
        assert!(opened.find(Term::Actor("Quillon Abernathy")).unwrap().is_empty());
        assert!(!opened.find(Term::Actor("City of Example")).unwrap().is_empty(), "the other claim's actor is found");
        let search = Search::open(&opened, &[ledger.join("search")], Arc::new(|_: &str| {})).unwrap();
        assert!(search.find(&opened, "abernathy", 10, None).unwrap().hits.is_empty());
        assert_eq!(search.find(&opened, "county fair", 10, None).unwrap().hits.len(), 1);
        assert!(search.similar(&opened, "Abernathy robbed the savings bank", 5).unwrap().is_empty());
        assert!(matches!(opened.marked(Index(claim)).unwrap(), Marked::Erased(_)));
        assert!(matches!(opened.marked(Index(other)).unwrap(), Marked::Not));
    }
    desk.ok(&["show", &number]).says(&["withheld"]).never_says(&["Abernathy"]);
    let audit = desk.ok(&["audit", "--json"]).json();
    assert_eq!(audit["outcome"], "holds");
    assert_eq!((audit["withheld"].as_u64(), audit["erased"].as_u64()), (Some(5), Some(5)), "{audit}");
    // Who kept the words can still show that they are the ones.
    desk.ok(&["check", "before.tlog-proof"]);
    desk.ok(&["prove", &number, "--out", "after.tlog-proof"]);
    let after = desk.run(&["check", "after.tlog-proof"]);
    assert!(after.out.contains("included"), "{}{}", after.out, after.err);
    assert!(having(&desk.path("after.tlog-proof").parent().unwrap().join("home"), "abernathy").is_empty());

    // A payload file comes back from a copy: no reader shows it, and the next writer empties it.
    let restore = || {
        for file in files(&kept.join("payload")) {
            let name = file.strip_prefix(&kept).unwrap().to_owned();
            let target = ledger.join(&name);
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::copy(&file, &target).unwrap();
        }
    };
    // The open bundle of the time of the erasure, with the words back in their slots.
    let bundle = files(&ledger.join("payload")).pop().unwrap();
    let full = put_back(&fs::read(&bundle).unwrap(), &kept);
    fs::write(&bundle, full).unwrap();
    restore();
    assert!(!having(&ledger.join("payload"), "abernathy").is_empty());
    desk.ok(&["show", &number]).never_says(&["Abernathy"]);
    desk.ok(&["search", "abernathy"]).never_says(&["savings"]);
    assert!(open().find(Term::Actor("Quillon Abernathy")).unwrap().is_empty(), "nor does the catalog learn it again");
    desk.ok(&["note", &other.to_string(), "Seen."]).tells(&["emptied again"]);
    assert_eq!(having(&ledger, "abernathy"), Vec::<String>::new());
    desk.ok(&["audit"]);
}

#[test]
fn a_name_that_is_everywhere_does_not_take_the_ledger_with_it() {
    let desk = Desk::new();
    let (claim, verdict) = supported(&desk, "bridge");
    let (other, _) = supported(&desk, "tunnel");
    let number = claim.to_string();
    let with = ["--ground", "x", "--authority", "y", "--yes", "--also", "all"];
    let mut args = vec!["erase", &number, "--whole"];
    args.extend(with);
    // "City of Example" and "The Example" stand in the other claim too, and so does what the evidence of both says.
    let ran = desk.ok(&args);
    ran.tells(&["note: what was copied before is out of reach"]).never_says(&["still stand"]);
    let erased = desk.ledger().erased().clone();
    assert!(erased.contains(&claim) && erased.contains(&verdict), "{erased:?}");
    assert!(!erased.contains(&other), "{erased:?}");
    desk.fails(2, &args).tells(&["all of it is erased already"]);
    desk.ok(&["audit"]);
}

/// A payload bundle with its empty slots filled from an older copy of the same bundle.
fn put_back(emptied: &[u8], kept: &Path) -> Vec<u8> {
    fn items(mut bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        while let [high, low, rest @ ..] = bytes {
            let len = usize::from(u16::from_be_bytes([*high, *low]));
            found.push(rest[..len].to_vec());
            bytes = &rest[len..];
        }
        found
    }
    let old = files(&kept.join("payload")).pop().unwrap();
    let old = items(&fs::read(old).unwrap());
    let mut full = Vec::new();
    for (k, item) in items(emptied).into_iter().enumerate() {
        let item = if item.is_empty() { old.get(k).cloned().unwrap_or_default() } else { item };
        full.extend(u16::try_from(item.len()).unwrap().to_be_bytes());
        full.extend(item);
    }
    full
}

#[test]
fn recording_again_what_was_erased_asks_first() {
    let desk = Desk::new();
    let (claim, _) = told(&desk);
    let with = ["--ground", "privacy", "--authority", "editor", "--also", "all", "--yes"];
    let mut args = vec!["erase".to_owned(), claim.to_string()];
    args.extend(with.map(str::to_owned));
    desk.ok(&args.iter().map(String::as_str).collect::<Vec<_>>());
    let again = |more: &[&'static str]| {
        let mut args = vec!["add", "--no-similar", "--document", "gossip.txt", "--title", "Gossip of the week"];
        args.extend(["--publisher", "The Example", "--kind", "event", "--said-by", "A neighbour:anonymous"]);
        args.extend(["--statement", "Quillon ABERNATHY robbed the savings bank — in May 2025."]);
        args.extend(more);
        desk.run(&args)
    };
    let size = desk.ledger().size();
    let ran = again(&[]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    ran.tells(&["what was erased from this ledger; nothing was recorded", "--record-erased"]);
    assert_eq!(desk.ledger().size(), size);
    assert_eq!(again(&["--record-erased"]).code, 0);
    desk.ok(&["audit"]);
    // What only shares a speaker or a publisher is nobody's business.
    desk.claim("road", "The road along the river was closed on 5 May 2025.");
    desk.fails(2, &["erase", "0", "--ground", "x", "--authority", "y", "--yes"]).tells(&["never withheld or erased"]);
    desk.fails(2, &["erase", &claim.to_string(), "--ground", "x", "--authority", "y", "--yes"])
        .tells(&["is erased already"]);
    desk.fails(2, &["release", &claim.to_string()]).tells(&["was erased by", "for good"]);
    desk.fails(2, &["withhold", &claim.to_string(), "--ground", "x"]).tells(&["is erased"]);
}

#[test]
fn a_public_copy_shows_what_is_public_and_nothing_else() {
    let desk = Desk::new();
    let (claim, _) = supported(&desk, "bridge");
    let (embargoed, _) = supported(&desk, "tunnel");
    let private = desk.claim("road", "The mayor owns the quarry beside the road.");
    let (number, tunnel) = (claim.to_string(), embargoed.to_string());
    desk.ok(&["note", &number, "Call Marguerite about it."]);
    desk.ok(&["contact", &number, "--who", "Works department", "--asked", "2025-03-03", "--outcome", "no-reply"]);
    desk.ok(&["publish", &number, &tunnel]);
    desk.ok(&["publish-log", "public"]).says(&["public copy of"]);
    let public = desk.path("public");
    assert!(!having(&public, "closed the bridge").is_empty(), "what is published is there");
    for words in ["Marguerite", "quarry", "Works department"] {
        assert!(having(&public, words).is_empty(), "{words} is the desk's");
        assert!(!having(&desk.path("desk"), words).is_empty(), "and is there, {words}");
    }
    assert!(!public.join("blobs").exists() && !public.join("head").exists() && !public.join("catalog").exists());
    // A stranger audits the copy: what is kept back cannot be determined, and is no hole.
    let audit = desk.run(&["--ledger", public.to_str().unwrap(), "audit", "--copy", "--json"]);
    let outcome = audit.json()["outcome"].clone();
    assert_eq!(outcome, "cannot-be-determined", "{}", audit.out);
    assert_eq!(audit.code, 4);
    assert!(audit.json()["withheld"].as_u64().unwrap() > 0);
    let again = desk.ok(&["--json", "publish-log", "public"]).json();
    assert_eq!((again["written"].as_u64(), again["emptied"].as_u64()), (Some(0), Some(0)), "{again}");

    // Withheld afterwards: a later run empties the slots, also those in partials that the log has outgrown.
    desk.ok(&["withhold", &tunnel, "--whole", "--ground", "embargo", "--until", "2999-01-01"]);
    assert!(!having(&public, "closed the tunnel").is_empty(), "what was copied is out of reach until the next run");
    let ran = desk.ok(&["--json", "publish-log", "public"]).json();
    assert!(ran["kept_back"].as_u64().unwrap() > again["kept_back"].as_u64().unwrap(), "{ran}");
    assert!(having(&public, "closed the tunnel").is_empty());
    assert!(!having(&public, "closed the bridge").is_empty());
    let ledger = desk.ledger();
    let shown = |day: &str| {
        let public = ledger.public(day.parse::<Day>().unwrap()).unwrap();
        public.may_show(&ledger.entry(Index(embargoed)).unwrap())
    };
    assert!(!shown("2998-12-31") && shown("2999-01-01"), "the embargo ends on its day");
    assert!(!ledger.public("2999-01-01".parse().unwrap()).unwrap().may_show(&ledger.entry(Index(private)).unwrap()));
    // The proof made under the embargo says that it was on record, and not what it says; shown later, it is the same entry.
    desk.ok(&["prove", &tunnel, "--withhold", "--out", "under.tlog-proof"]);
    assert!(!fs::read_to_string(desk.path("under.tlog-proof")).unwrap().contains("tunnel"));
    let under = desk.run(&["check", "under.tlog-proof"]);
    assert!(under.code == 0 || under.code == 4, "{}{}", under.out, under.err);
    assert!(under.out.contains("included"), "{}", under.out);
    desk.ok(&["release", &tunnel, "--whole"]);
    desk.ok(&["publish-log", "public"]);
    assert!(!having(&public, "closed the tunnel").is_empty(), "given back");
    desk.ok(&["prove", &tunnel, "--out", "later.tlog-proof"]);
    desk.ok(&["check", "later.tlog-proof"]);

    // Erased: gone from the copy with the next run.
    desk.ok(&["erase", &number, "--only", "--yes", "--ground", "error", "--authority", "editor"]);
    desk.ok(&["publish-log", "public"]).tells(&["emptied"]);
    assert!(having(&public, "The city closed the bridge").is_empty());
    desk.ok(&["audit"]).says(&["1 erased"]);
}

#[test]
fn a_copy_is_refused_where_something_else_stands() {
    let (desk, other) = (Desk::new(), Desk::new());
    desk.claim("bridge", "The city closed the bridge.");
    desk.fails(2, &["publish-log", "desk"]).tells(&["lies inside the ledger's own folder", "../public"]);
    desk.fails(2, &["publish-log", "desk/copy"]).tells(&["lies inside the ledger's own folder", "../public"]);
    desk.ok(&["publish-log", "public"]);
    other.claim("tunnel", "The city closed the tunnel.");
    let public = desk.path("public");
    other.fails(2, &["publish-log", public.to_str().unwrap()]).tells(&["not the first of this log"]);
    // A run that died half-way: whole files stay, the next run goes on.
    let tile = files(&public.join("log").join("tile")).pop().unwrap();
    fs::remove_file(&tile).unwrap();
    fs::remove_file(public.join("log").join("checkpoint")).unwrap();
    desk.ok(&["publish-log", "public"]);
    assert!(tile.is_file() && public.join("log").join("checkpoint").is_file());
    let before: Vec<(PathBuf, Digest)> =
        files(&public).into_iter().map(|f| (f.clone(), Digest::of(&fs::read(f).unwrap()))).collect();
    fs::write(&tile, [0; 32]).unwrap();
    desk.fails(2, &["publish-log", "public"]).tells(&["remove the folder and copy again"]);
    assert_eq!(files(&public).len(), before.len());
}

#[test]
fn withholding_is_said_and_counted() {
    let desk = Desk::new();
    let (claim, verdict) = supported(&desk, "bridge");
    let number = claim.to_string();
    desk.fails(2, &["withhold", &number, "--ground", "x", "--until", "2020-01-01"]).tells(&["has come already"]);
    desk.fails(2, &["withhold", "0", "--ground", "x"]).tells(&["never withheld or erased"]);
    desk.ok(&["withhold", &number, "--ground", "embargo"])
        .says(&["withheld #", "until it is released"])
        .tells(&["2 more payloads about the same subject are not withheld", "--whole"]);
    assert!(matches!(desk.ledger().marked(Index(claim)).unwrap(), Marked::Withheld { .. }));
    desk.ok(&["search", "bridge"]).never_says(&["The city closed the bridge"]);
    desk.ok(&["show", &number]).says(&["withheld"]);
    // What is said of a claim that is not published: only by a word of its own does it become public.
    let other = verdict.to_string();
    desk.fails(2, &["release", &other]).tells(&["is not withheld", "--unpublished"]);
    desk.ok(&["release", &number]).says(&["released #"]);
    desk.fails(2, &["release", &number]).tells(&["was released by"]);
    desk.ok(&["search", "bridge"]).says(&["The city closed the bridge"]);
    // An empty slot without an entry that allows it is a hole, and the audit of the desk's own ledger says so.
    desk.ok(&["audit"]);
    let evidence = link(&desk, claim, "--supports", "second", "county", &[]);
    desk.empty(evidence);
    assert_eq!(desk.run(&["audit"]).code, 1);
    decide(&desk, claim, &["--finding", "supported", "--confidence", "low", "--on", "gazette"]);
}
