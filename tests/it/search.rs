//! Full text: what is found, where, in which order; and the index, which comes back whatever happens to it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use onrecord::ledger::Ledger;
use onrecord::ledger::record::Notify;
use onrecord::search::fold::words;
use onrecord::search::{BadText, Place, Search, SearchError, What, parse};
use onrecord::store::LocalStore;

use super::cli::Desk;

/// A desk with three claims of one document.
fn desk() -> Desk {
    let desk = Desk::new();
    fs::write(desk.path("news.txt"), "News of the town. Nothing else.\n").unwrap();
    for (statement, more) in [
        ("The old bridge was closed in March 2025.", ["--place", "Vyšehrad"]),
        ("Traders of the old town lost customers while the bridge was closed.", ["--actor", "Société Générale"]),
        ("أعلنت الوزارة إغلاق الجسر القديم.", ["--tag", "water supply"]),
    ] {
        let document = ["--document", "news.txt", "--title", "Townsfolk Gazette", "--publisher", "The Example"];
        let mut args = vec!["add", "--no-similar", "--kind", "event", "--statement", statement];
        args.extend(document);
        args.extend(["--said-by", "Jan Novák:official"]);
        args.extend(more);
        desk.ok(&args);
    }
    desk
}

fn open(desk: &Desk) -> Ledger {
    let store = Arc::new(LocalStore::open(desk.path("desk")).unwrap());
    Ledger::open(store, None, Arc::new(|_: &str| {})).unwrap()
}

/// What a person was told.
fn told() -> (Notify, Arc<Mutex<Vec<String>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ear = Arc::clone(&heard);
    (Arc::new(move |text: &str| ear.lock().unwrap().push(text.to_owned())), heard)
}

fn statements(search: &Search, ledger: &Ledger, text: &str) -> Vec<String> {
    let found = search.find(ledger, text, 10, None).unwrap();
    assert!(found.all || found.hits.is_empty(), "some words only: {text}");
    found.hits.iter().map(|hit| hit.claim.claim.as_ref().unwrap().statement.clone()).collect()
}

fn folder(desk: &Desk) -> PathBuf {
    desk.path("desk").join("search")
}

fn opened(desk: &Desk, ledger: &Ledger) -> (Search, Vec<String>) {
    let (notify, heard) = told();
    let search = Search::open(ledger, &[folder(desk)], notify).unwrap();
    let heard = heard.lock().unwrap().clone();
    (search, heard)
}

#[test]
fn words_phrases_and_begins_are_found_everywhere_in_a_claim() {
    let desk = desk();
    let ledger = open(&desk);
    let (search, _) = opened(&desk, &ledger);
    let count = |text: &str| statements(&search, &ledger, text).len();
    assert_eq!(count("bridge"), 2);
    assert_eq!(count("bridges"), 2, "singular and plural");
    assert_eq!(count("trader"), 1, "and the other way");
    assert_eq!(count("BRIDGE traders"), 1, "all of the words");
    assert_eq!(count("\"old bridge\""), 1, "one after the other");
    assert_eq!(count("\"bridge old\""), 0);
    assert_eq!(count("brid*"), 2);
    assert_eq!(count("bridge -traders"), 1);
    assert_eq!(count("vysehrad"), 1, "a place, without its accent");
    assert_eq!(count("societe generale"), 1, "an actor");
    assert_eq!(count("novak"), 3, "a speaker");
    assert_eq!(count("gazette"), 3, "a title");
    assert_eq!(count("\"water supply\""), 1, "a tag");
    assert_eq!(count("الجسر"), 1);
    assert_eq!(count("اغلاق"), 1, "without the hamza of its alef");
    assert_eq!(count("zebra"), 0);
    let found = search.find(&ledger, "march novak", 10, None).unwrap();
    assert_eq!(found.hits[0].places, [Place::Statement, Place::Speaker], "the statement comes first");
    let some = search.find(&ledger, "bridge zebra", 10, None).unwrap();
    assert!(!some.all && some.hits.len() == 2, "no claim has all, two have some");
    let kept = |claim: &onrecord::entry::ClaimState| claim.number == found.hits[0].claim.number;
    assert_eq!(search.find(&ledger, "bridge", 10, Some(&kept)).unwrap().hits.len(), 1);
}

#[test]
fn what_cannot_be_understood_is_said_with_its_place() {
    assert_eq!(parse("").unwrap_err(), BadText::Nothing);
    assert_eq!(parse("… ! ").unwrap_err(), BadText::Nothing);
    assert_eq!(parse("red \"lines").unwrap_err(), BadText::Quote { at: 5 });
    assert_eq!(parse("-red -\"lines\"").unwrap_err(), BadText::OnlyNot);
    assert_eq!(parse("red l*").unwrap_err(), BadText::Short { word: "l".into(), at: 5 });
    let atoms = parse("al-Sistani \"red\" Kata'ib 1,000").unwrap();
    let what: Vec<What> = atoms.into_iter().map(|atom| atom.what).collect();
    let phrase = |words: &[&str]| What::Phrase(words.iter().map(|w| (*w).to_owned()).collect());
    assert_eq!(
        what,
        [phrase(&["al", "sistani"]), phrase(&["red"]), What::Word("kataib".into()), What::Word("1000".into())]
    );
}

#[test]
fn words_are_folded() {
    let folded = |text: &str| words(text).into_iter().map(|word| word.text).collect::<Vec<_>>();
    assert_eq!(folded("Ærøskøbing, Łódź & São"), ["ærøskøbing".replace('ø', "o"), "lodz".into(), "sao".into()]);
    assert_eq!(folded("Israel’s Kataʾib kata'ib"), ["israel", "kataib", "kataib"]);
    assert_eq!(folded("1,200 2.5 3. 4,5"), ["1200", "2.5", "3", "4", "5"]);
    assert_eq!(folded("مُحَمَّد أحمد إيران آية"), folded("محمد احمد ايران ايه"));
    assert_eq!(folded("٢٠٠ ۲۰۰"), ["200", "200"]);
    assert_eq!(folded("東京 tower"), ["東", "京", "tower"]);
    // Positions are those of the text as it was.
    let text = "Das Ñandú.";
    let last = words(text).pop().unwrap();
    assert_eq!(&text[last.start..last.end], "Ñandú");
    let long = "x".repeat(10_000);
    assert!(words(&long).is_empty(), "what is that long is no word");
}

#[test]
fn an_amended_statement_takes_the_place_of_the_former() {
    let desk = desk();
    let ledger = open(&desk);
    let (mut search, _) = opened(&desk, &ledger);
    assert_eq!(statements(&search, &ledger, "march").len(), 1);
    let number = ledger.claims().unwrap()[0].0.to_string();
    desk.ok(&["amend", &number, "--statement", "The old bridge was closed in April 2025."]);
    let ledger = open(&desk);
    search.catch_up(&ledger).unwrap();
    assert_eq!(search.size(), ledger.size());
    assert!(statements(&search, &ledger, "march").is_empty());
    assert_eq!(statements(&search, &ledger, "april"), ["The old bridge was closed in April 2025."]);
    desk.ok(&["evidence", &number, "--supports", "--url", "https://x.example/1", "--says", "A quokka saw it."]);
    let ledger = open(&desk);
    search.catch_up(&ledger).unwrap();
    assert_eq!(statements(&search, &ledger, "quokka").len(), 1);
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn a_damaged_index_is_made_anew_and_nothing_is_lost() {
    let desk = desk();
    let ledger = open(&desk);
    let index = folder(&desk).join("index");
    drop(opened(&desk, &ledger));
    let (search, heard) = opened(&desk, &ledger);
    assert!(heard.is_empty(), "a sound one is used as it is: {heard:?}");
    drop(search);
    let count = files(&index).len();
    assert!(count > 4, "{count}");
    for k in 0..count {
        let file = &files(&index)[k];
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let bytes = fs::read(file).unwrap();
        if bytes.is_empty() || name == ".managed.json" {
            continue;
        }
        let mut spoilt = bytes.clone();
        spoilt[bytes.len() / 2] ^= 0x20;
        fs::write(file, spoilt).unwrap();
        let (search, heard) = opened(&desk, &ledger);
        assert_eq!(statements(&search, &ledger, "bridge").len(), 2, "{name}: {heard:?}");
        assert!(heard.iter().any(|text| text.contains("made anew from the log")), "{name}: {heard:?}");
        drop(search);
        fs::remove_file(&files(&index)[k]).unwrap();
        let (search, _) = opened(&desk, &ledger);
        assert_eq!(statements(&search, &ledger, "bridge").len(), 2, "{name} removed");
    }
    assert!(!folder(&desk).join("aside").exists(), "what was set aside goes once the new one is ready");
}

#[test]
fn an_index_of_another_ledger_or_history_is_not_believed() {
    let (desk, other) = (desk(), Desk::new());
    let ledger = open(&other);
    let (search, _) = opened(&other, &ledger);
    drop(search);
    fs::create_dir_all(folder(&desk)).unwrap();
    fs::rename(folder(&other).join("index"), folder(&desk).join("index")).unwrap();
    let ledger = open(&desk);
    let (search, heard) = opened(&desk, &ledger);
    assert!(heard[0].contains("of the ledger"), "{heard:?}");
    assert_eq!(statements(&search, &ledger, "bridge").len(), 2);
    // An earlier view of the same ledger is behind the index.
    let earlier = open(&desk).as_of(2).unwrap();
    let (_, heard) = opened(&desk, &earlier);
    assert!(heard[0].contains("another history"), "{heard:?}");
}

#[test]
fn who_is_kept_waiting_is_answered_from_what_there_is() {
    let desk = desk();
    let ledger = open(&desk);
    let held = || {
        let lock =
            fs::File::options().create(true).truncate(false).write(true).open(folder(&desk).join("lock")).unwrap();
        lock.lock().unwrap();
        lock
    };
    fs::create_dir_all(folder(&desk)).unwrap();
    let lock = held();
    let (notify, _) = told();
    let refused = Search::open(&ledger, &[folder(&desk)], notify).err().unwrap();
    assert!(matches!(refused, SearchError::Taken { .. }), "{refused}");
    drop(lock);
    let (search, _) = opened(&desk, &ledger);
    let reflected = search.size();
    desk.ok(&["note", &ledger.claims().unwrap()[0].0.to_string(), "Seen."]);
    let ledger = open(&desk);
    let lock = held();
    let (search, _) = opened(&desk, &ledger);
    assert_eq!(search.size(), reflected, "as it was");
    assert_eq!(statements(&search, &ledger, "bridge").len(), 2);
    let ran = desk.ok(&["search", "bridge"]);
    ran.tells(&["another process is bringing the search index up to date", "before the latest"]);
    drop(lock);
}

#[test]
fn where_no_folder_can_be_written_the_index_is_in_memory() {
    let desk = desk();
    let ledger = open(&desk);
    let file = desk.path("file");
    fs::write(&file, "not a folder").unwrap();
    let (notify, _) = told();
    let search = Search::open(&ledger, &[file.join("search")], notify.clone()).unwrap();
    assert_eq!(statements(&search, &ledger, "bridge").len(), 2);
    let cache = desk.path("cache");
    let search = Search::open(&ledger, &[file.join("search"), cache.clone()], notify).unwrap();
    assert_eq!(statements(&search, &ledger, "bridge").len(), 2);
    assert!(cache.join("index").join("meta.json").is_file(), "the next folder is taken");
}

#[test]
fn adding_what_is_on_record_already_warns_and_goes_on() {
    let desk = desk();
    fs::write(desk.path("other.txt"), "Other news.\n").unwrap();
    let add = |more: &[&str]| {
        let mut args = vec!["add", "--document", "other.txt", "--publisher", "The Other", "--kind", "event"];
        args.extend(["--statement", "In March 2025 the old bridge was closed.", "--said-by", "Jan O'Neill:official"]);
        args.extend(more);
        desk.run(&args)
    };
    let first = desk.ledger().claims().unwrap()[0];
    let dry = add(&["--dry-run"]);
    assert_eq!(dry.code, 0);
    dry.tells(&[&format!("close to {first}"), &format!("onrecord appear {} --document other.txt", first.0)]);
    dry.tells(&[r"--said-by 'Jan O'\''Neill:official'"]);
    let ran = add(&["--no-similar"]);
    assert_eq!(ran.code, 0);
    assert!(!ran.err.contains("close to"), "{}", ran.err);
    let again = add(&["--key", "again", "--json", "--place", "Elsewhere"]);
    assert_eq!(again.code, 2, "on record already by its words: {}", again.out);
}
