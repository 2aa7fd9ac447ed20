//! Has this been checked before? Paraphrases of the shipped claims, in other words than theirs, must find them; claims that
//! are unlike each other must not be taken for each other.

use std::sync::Arc;

use onrecord::claim::vocab::Comparator;
use onrecord::ledger::Ledger;
use onrecord::search::Search;
use onrecord::search::features::{Features, Term};
use onrecord::search::score::compare;
use onrecord::store::LocalStore;

use super::cli::Desk;

/// A sentence as somebody else would write it, and the key of the claim that it repeats.
const PARAPHRASES: &[(&str, &str)] = &[
    ("Iran launched about 180 missiles at Israel on 1 October", "missiles-200"),
    ("On October 1 more than two hundred Iranian missiles were shot at Israel", "missiles-200"),
    ("Two people were hurt when one UAV reached Eilat on Sept. 25", "eilat-two-casualties"),
    ("A pair of drones flew at Eilat on 25 September", "eilat-two-drones"),
    ("The drones launched at Eilat on 25 September came from Iraq", "eilat-drones-came-from-iraq"),
    ("One of Eilat's two drones was shot down on 25 September 2024", "eilat-one-drone-intercepted"),
    ("Donald Trump withdrew America from the nuclear deal with Iran in 2018", "us-left-nuclear-deal-2018"),
    ("The nuclear deal with Iran was signed in 2015", "nuclear-deal-dates-from-2015"),
    (
        "Grand Ayatollah Sistani's 2014 fatwa urged Iraqis to defend the country from Islamic State",
        "sistani-fatwa-2014",
    ),
    ("Iraq's Popular Mobilisation Forces were founded in 2014", "pmf-formed-2014"),
    ("Hashd al-Shaabi is the Arabic name of the PMF", "pmf-arabic-name"),
    ("The Houthis in Yemen are part of the Axis of Resistance", "houthis-in-axis"),
    ("Iran leads the so-called Axis of Resistance", "axis-led-by-iran"),
    ("US-led troops invaded Iraq in 2003", "us-led-invasion-2003"),
    ("Iraqi foreign minister: Fuad Hussein held the post in October 2024", "hussein-foreign-minister"),
    ("Iranian foreign minister Abbas Araghchi came to Iraq on 13 October", "araghchi-visited-iraq"),
    ("Israeli jets attacked Yemen's Hodeidah port", "israel-struck-hodeidah-port"),
    ("Yemen's Houthis sent drones against Israel", "houthi-drone-attacks-on-israel"),
    ("Israel's Channel 14 is on the political right", "ch14-right-wing"),
    ("Channel 14 put a photo of Ali al-Sistani on the air", "ch14-showed-sistani"),
    ("Haniyeh led Hamas at the time of his killing", "haniyeh-hamas-leader"),
    (
        "Iran's 1 October missile barrage was retaliation for Haniyeh's assassination",
        "oct1-attack-answered-haniyeh-killing",
    ),
    ("Renad Mansour works at Chatham House as senior research fellow", "mansour-chatham-house"),
    ("Islamic State was said to be defeated in Iraq at the end of 2017, in December", "is-declared-defeated-2017"),
    ("Fanar Haddad is an assistant professor at Copenhagen University", "haddad-at-copenhagen"),
    (
        "Kata'ib Hezbollah and other Iraqi militias got Iranian drone know-how",
        "militias-given-iranian-drone-technology",
    ),
    ("The Islamic Resistance in Iraq claimed a strike by drones on Israel on Oct 6", "iri-claimed-oct6-strike"),
    ("Eilat lies in Israel's south", "eilat-in-southern-israel"),
    ("Baghdad is against Israel using Iraq's airspace", "baghdad-opposes-israeli-airspace-use"),
    ("Jonathan Fenton-Harvey is a journalist and researcher", "author-bio"),
];

pub fn demo() -> (Desk, Ledger, Search) {
    let desk = Desk::bare();
    desk.ok(&["demo", "show"]);
    let folder = desk.path("show").join("ledger");
    let hush: onrecord::ledger::record::Notify = Arc::new(|_: &str| {});
    let ledger = Ledger::open(Arc::new(LocalStore::open(&folder).unwrap()), None, hush.clone()).unwrap();
    let search = Search::open(&ledger, &[folder.join("search")], hush).unwrap();
    (desk, ledger, search)
}

#[test]
fn paraphrases_find_the_claims_that_they_repeat() {
    let (_desk, ledger, search) = demo();
    let (mut first, mut among_three, mut missed) = (0, 0, Vec::new());
    for (text, key) in PARAPHRASES {
        let found = search.similar(&ledger, text, 3).unwrap();
        let key_of = |s: &onrecord::search::Similar| s.claim.claim.as_ref().unwrap().key.clone().unwrap();
        let keys: Vec<(String, u8)> = found.iter().map(|s| (key_of(s), s.likeness.rounded())).collect();
        first += usize::from(keys.first().is_some_and(|(k, _)| k == key));
        among_three += usize::from(keys.iter().any(|(k, _)| k == key));
        if keys.first().is_none_or(|(k, _)| k != key) {
            missed.push(format!("{key}: {keys:?}"));
        }
    }
    let all = PARAPHRASES.len();
    println!("{first} of {all} first, {among_three} among three\n{}", missed.join("\n"));
    assert!(first * 10 >= all * 8, "{first} of {all} first\n{}", missed.join("\n"));
    assert!(among_three * 10 >= all * 9, "{among_three} of {all} among three\n{}", missed.join("\n"));
}

#[test]
fn claims_that_differ_are_seldom_taken_for_each_other() {
    let (_desk, ledger, search) = demo();
    let claims: Vec<_> = ledger.claims().unwrap().into_iter().map(|n| ledger.claim(n).unwrap().unwrap()).collect();
    assert!(claims.len() > 100, "the shipped article was not added");
    let mut close = Vec::new();
    for state in &claims {
        let wording = state.claim.as_ref().unwrap();
        let found = search.similar_to(&ledger, wording, 2).unwrap();
        assert_eq!(found[0].claim.number, state.number, "each claim is most like itself");
        assert!(found[0].likeness.score > 99.0, "and wholly so: {}", wording.statement);
        close.extend(found.get(1).map(|s| (s.likeness.rounded(), s.claim.number, state.number)));
    }
    let over = |score: u8| close.iter().filter(|(s, ..)| *s >= score).count();
    println!("of {}: {} at 60, {} at 70, {} at 80, {} at 90", claims.len(), over(60), over(70), over(80), over(90));
    // What `add` would have warned of, had the others been on record before.
    assert!(over(80) * 10 <= claims.len(), "{} of {} would be warned of", over(80), claims.len());
}

fn alike(a: &str, b: &str) -> f64 {
    compare(&Features::of(a), &Features::of(b), &mut |_| 3.0).score
}

#[test]
fn numbers_are_read_with_their_comparators() {
    let number = |text: &str| {
        let found = Features::of(text).numbers;
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        (found[0].value, found[0].comparator)
    };
    assert_eq!(number("over 200 missiles"), (200.0, Comparator::Greater));
    assert_eq!(number("more than two hundred missiles"), (200.0, Comparator::Greater));
    assert_eq!(number("200-plus missiles"), (200.0, Comparator::GreaterEqual));
    assert_eq!(number("at least 1,200 homes"), (1200.0, Comparator::GreaterEqual));
    assert_eq!(number("no fewer than 30 homes"), (30.0, Comparator::GreaterEqual));
    assert_eq!(number("fewer than 30 homes"), (30.0, Comparator::Less));
    assert_eq!(number("about 2.5 million people"), (2_500_000.0, Comparator::About));
    assert_eq!(number("thirty-five people"), (35.0, Comparator::Equal));
    assert_eq!(number("up to 3 thousand"), (3000.0, Comparator::LessEqual));
    assert!(Features::of("one of them said so, and no one else").numbers.is_empty());
}

#[test]
fn dates_are_the_same_however_they_are_written() {
    let date = |text: &str| {
        let features = Features::of(text);
        assert_eq!(features.dates.len(), 1, "{text}: {:?}", features.dates);
        assert!(features.numbers.is_empty(), "{text}: {:?}", features.numbers);
        let date = &features.dates[0];
        (date.year, date.month, date.day)
    };
    for text in
        ["on 1 October 2024", "on October 1, 2024", "on 2024-10-01", "on Oct. 1st, 2024", "the 1st of October 2024"]
    {
        assert_eq!(date(text), (Some(2024), Some(10), Some(1)), "{text}");
    }
    assert_eq!(date("on 1 October"), (None, Some(10), Some(1)));
    assert_eq!(date("in mid-October 2024"), (Some(2024), Some(10), None));
    assert_eq!(date("since 2003"), (Some(2003), None, None));
    assert!(Features::of("it may march on").dates.is_empty(), "may and march are also words");
    assert_eq!(date("in May 2003"), (Some(2003), Some(5), None));
}

#[test]
fn what_tells_claims_apart_counts() {
    let claim = "Iran fired more than 200 missiles at Israel on 1 October 2024.";
    let same = alike("Iran launched over 200 missiles at Israel on 1 October", claim);
    let near = alike("Iran launched about 180 missiles at Israel on 1 October", claim);
    let far = alike("Iran launched 12 missiles at Israel on 1 October", claim);
    let other_day = alike("Iran launched over 200 missiles at Israel on 13 April", claim);
    let other_country = alike("Russia launched over 200 missiles at Ukraine on 1 October", claim);
    assert!(same > near && near > far, "{same} {near} {far}");
    assert!(same > other_day && same > other_country, "{same} {other_day} {other_country}");
    assert!(same > 90.0 && far < 85.0, "{same} {far}");
    assert!(alike("of the and", claim) < f64::EPSILON);
    assert!(alike("", "") < f64::EPSILON);
}

#[test]
fn names_of_countries_and_their_people_are_one() {
    let keys = |text: &str| Features::of(text).words.into_iter().map(|Term { key, .. }| key).collect::<Vec<_>>();
    assert_eq!(keys("Iranian"), keys("Iran"));
    assert_eq!(keys("the United States"), keys("US"));
    assert_ne!(keys("gave it to us"), keys("gave it to US"));
    assert_eq!(keys("launched"), keys("firing"));
    assert_ne!(keys("Iran"), keys("Iraq"));
}

#[test]
fn the_verb_tells_what_is_the_same_and_what_is_not() {
    let desk = Desk::bare();
    desk.ok(&["demo", "show"]);
    let ledger = desk.path("show").join("ledger").display().to_string();
    let ran = desk.ok(&["--ledger", &ledger, "similar", "Iran launched about 180 missiles at Israel on 1 October"]);
    let first = ran.out.lines().next().unwrap();
    assert!(first.contains("conflicting"), "{first}");
    ran.says(&["Iran fired more than 200 missiles at Israel on 1 October 2024.", "about 180 here, over 200 on record"]);
    ran.tells(&["complete up to entry #"]);
    let json = desk.ok(&["--ledger", &ledger, "--json", "similar", "180 missiles at Israel on 1 October"]).json();
    let claims = json["texts"][0]["claims"].as_array().unwrap();
    assert_eq!(claims[0]["key"], "missiles-200");
    assert!(claims[0]["score"].as_u64().unwrap() > claims[1]["score"].as_u64().unwrap());
    assert_eq!(json["complete_to"], json["size"]);
    // By number: others like it, and not itself.
    let number = &claims[0]["number"];
    let others = desk.ok(&["--ledger", &ledger, "--json", "similar", &number.to_string()]).json();
    let others = others["texts"][0]["claims"].as_array().unwrap();
    assert!(!others.is_empty() && others.iter().all(|c| c["number"] != *number));
    desk.ok(&["--ledger", &ledger, "similar", "zebras in Peru"]).tells(&["no claim on record is like that"]);
}
