//! Claim files: what reads, and every mistake with its line and column.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up may panic")]

use onrecord::claim::vocab::{ClaimKind, Comparator, Factuality, Finding, Selector};
use onrecord::draft::template::EXAMPLE;
use onrecord::draft::{Folder, Mistake, Wrong, parse};
use onrecord::hash::Digest;
use proptest::prelude::*;

/// The article of the example, for which its ranges and digests hold.
pub const ARTICLE: &str = "City desk. The works department said that the old bridge was closed for over three weeks \
from 2 March. Traders called it a disgrace.\n";

pub fn read(text: &str) -> Folder {
    parse(&[("article.toml", text)]).unwrap()
}

fn mistakes(files: &[(&str, &str)]) -> Vec<Mistake> {
    parse(files).unwrap_err().0
}

/// What `file:line:column` of the byte `at` would be in an editor.
fn place(text: &str, at: usize) -> String {
    let before = &text[..at];
    let line = before.split('\n').count();
    let column = before.split('\n').next_back().unwrap().chars().count() + 1;
    format!("article.toml:{line}:{column}")
}

/// The example with `from` as `to` has one mistake, which says `message`, where `at` stands next after the change;
/// `^at`: where it stood last before it.
#[track_caller]
fn one(from: &str, to: &str, at: &str, message: &str) {
    assert!(EXAMPLE.contains(from), "the example lacks {from}");
    let text = EXAMPLE.replacen(from, to, 1);
    let changed = EXAMPLE.find(from).unwrap();
    let at = match at.strip_prefix('^') {
        Some(at) => text[..changed].rfind(at).unwrap(),
        None => changed + text[changed..].find(at).unwrap(),
    };
    let found = mistakes(&[("article.toml", &text)]);
    let shown: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), 1, "{shown:#?}");
    assert_eq!(found[0].place.as_ref().unwrap().to_string(), place(&text, at), "{shown:#?}");
    assert!(shown[0].contains(message), "{shown:#?}");
}

#[test]
fn the_example_reads_and_holds_against_its_article() {
    let folder = read(EXAMPLE);
    assert_eq!(folder.document.sha256, Some(Digest::of(ARTICLE.as_bytes())));
    assert_eq!(folder.document.bytes, Some(ARTICLE.len() as u64));
    assert_eq!(onrecord::draft::check_text(&folder, ARTICLE), Vec::new());
    let keys: Vec<&str> = folder.claims.iter().map(|c| c.claims[0].as_str()).collect();
    assert_eq!(keys, ["bridge-closed", "works-said-closed", "closure-disgraceful"]);
    let claim = &folder.claims[0].body;
    assert_eq!(claim.kind, ClaimKind::Quantity);
    assert_eq!(claim.quantities[0].comparator, Comparator::Greater);
    assert_eq!(claim.appearance.attribution[1].factuality, Factuality::CertainPlus);
    assert_eq!(claim.appearance.hedges[0].scope, Some([72, 88]));
    assert_eq!(folder.searches[0].claims, ["bridge-closed", "works-said-closed"]);
    assert_eq!(folder.evidence.len(), 2);
    assert_eq!(folder.contacts[0].claims, ["bridge-closed"]);
    assert_eq!(folder.relations[0].to, "bridge-closed");
    assert_eq!(folder.verdicts[0].body.finding, Finding::Supported);
    assert_eq!(folder.verdicts[0].on, ["gazette"]);
    assert_eq!(folder.verdicts[0].considered, ["river-log"]);
    let anchor = &folder.claims[1].body.appearance.anchors[0];
    assert_eq!(anchor.selector, Selector::TextRange, "where left out");
    assert_eq!(anchor.target, folder.document.sha256, "where left out");
}

#[test]
fn places_are_kept() {
    let folder = read(EXAMPLE);
    let places = &folder.claims[0].places;
    let shown = |path: &str| places.of(path).to_string();
    let at = |needle: &str| place(EXAMPLE, EXAMPLE.find(needle).unwrap());
    assert_eq!(places.item().to_string(), at("[[claim]]"));
    assert_eq!(shown("appearance.hedges[0].cue"), at("\"over\""));
    assert_eq!(shown("appearance.hedges[0].band"), at("{ cue = \"over\""), "absent: what encloses it");
    assert_eq!(shown("why_not"), at("[[claim]]"));
}

#[test]
fn columns_count_characters() {
    let text = EXAMPLE.replacen("name = \"The Example\"", "name = \"°źÂț”ș𝄞\", rolle = 1", 1);
    let found = mistakes(&[("article.toml", &text)]);
    let line = text.lines().position(|l| l.contains("rolle")).unwrap() + 1;
    // `  { name = "°źÂț”ș𝄞", ` is 23 characters.
    assert_eq!(found[0].place.as_ref().unwrap().to_string(), format!("article.toml:{line}:23"));
}

#[test]
fn five_mistakes_five_messages() {
    let article = r#"[document]
sha256 = "4b7fa44a664e548e2bcd254e1af0db5cc7dcaef65f6b5a78c3a8257eece7d847"

[[claim]]
key = "works-said-closed"
statment = "x"
statement = "The works department said that the bridge was closed."
kind = "statement"
checkable = true
times = [{ text = "March", edtf = "2025-3", basis = "said" }]
[claim.appearance]
anchors = [{ start = 11, end = 101, sha256 = "a0972d64c3ab0edb43fbd1583218a9219a49c41efadab3527ed4b99e738cd7fd" }]
attribution = [{ name = "Die Brücke", role = "outlet", factuality = "CT+" }]
hedges = [{ cue = "said", class = "evidential", strength = "low", level = 1, start = 32, end = 36 }]
"#;
    let checks = "[[relation]]\nfrom = \"works-said-closed\"\nkind = \"content-of\"\nto = \"works-said-closd\"\n";
    let found = mistakes(&[("checks.toml", checks), ("article.toml", article)]);
    let shown: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "article.toml:6:1: `statment` is not a key of [[claim]]; right are `key`, `statement`, `kind`, `checkable`, \
             `why_not`, `quantities`, `times`, `places`, `actors`, `tags`, `lang`, `translated_by`, `appearance` (did you mean `statement`?)",
            "article.toml:8:8: `kind`: `statement` is not a kind of claim; one of: event, property, quantity, causal, \
             statement-made, opinion, forecast",
            "article.toml:10:35: times[0].edtf: `2025-3` is not an EDTF date; right are 2024, 2024-10, 2024-10-01, \
             2024-10-01T06:00:00Z, 2024-23 (autumn), 2024-10-0X, 2024~, 2024-09/2024-10, 2024-10/..",
            "article.toml:14:75: appearance.hedges[0].level: the attribution has 1 steps, counted from 0",
            "checks.toml:4:6: there is no claim `works-said-closd` in this folder (did you mean `works-said-closed`?)",
        ]
    );
}

#[test]
fn form() {
    one("title = \"Old bridge closed\"", "titel = \"Old bridge closed\"", "titel", "did you mean `title`?");
    one("unit = \"weeks\" }", "units = \"weeks\" }", "units", "`units` is not a key of a quantity");
    one("[[contact]] ", "[[contacts]] ", "contacts", "is not a key of a claim file");
    one(
        "statement = \"The city closed",
        "# \"The city closed",
        "^[[claim]]",
        "[[claim]] lacks `statement`: write a string",
    );
    one(
        "attribution = [{ name = \"The Example\", role = \"outlet\", factuality = \"CT+\" }]",
        "",
        "^[claim.appearance]",
        "[claim.appearance] lacks `attribution`: write a list",
    );
    one(
        "basis = \"inferred\" }]",
        "}]",
        "^{ text = \"2 March\"",
        "a time lacks `basis`: write one of \"said\", \"inferred\"",
    );
    one(
        "value = \"3\"",
        "value = 3",
        "3, unit",
        "`quantities[0].value` is 3; right is a string in quotation marks, such as \"3\"",
    );
    one("on = \"2025-04-10\"\nfound", "on = 2025-04-10\nfound", "2025-04-10", "such as \"2025-04-10\"");
    one("judged_on = \"2025-04-10\"", "judged_on = \"10 April\"", "\"10 April\"", "right is a day in quotation marks");
    one("places = [\"Old Bridge\"]", "places = \"Old Bridge\"", "\"Old Bridge\"", "right is a list: [\"Old Bridge\"]");
    one("checkable = true", "checkable = \"true\"", "\"true\"", "right is true or false, without quotation marks");
    one("found = 2 ", "found = -2 ", "-2", "a whole number from 0");
    one("found = 2 ", "found = 2.0 ", "2.0", "`found` is 2.0; right is a whole number");
    one("level = 1", "level = 64", "64", "a whole number from 0 to 63");
    one("scope = [72, 88]", "scope = [72]", "[72]", "two whole numbers, [start, end]");
    one("scope = [72, 88]", "scope = [72, \"88\"]", "\"88\"", "`appearance.hedges[0].scope[1]` is \"88\"");
    one("actors = [\"City of Example\"]", "actors = [\"City\", 3]", "3]", "`actors[1]` is 3");
    one(
        "tags = [\"transport\"]",
        "tags = [\"transport\"]\nquantities = 3",
        "quantities",
        "stands in this table already",
    );
    one(
        "times = [{ text = \"2 March\", edtf = \"2025-03-02\", basis = \"inferred\" }]",
        "times = [\"2 March\"]",
        "\"2 March\"",
        "`times[0]` is a string; right is a time, { … }",
    );
    one("[[relation]]", "[relation]", "[relation]", "a list of tables, each under [[relation]]");
    one("sha256 = \"0fa05a95", "sha256 = \"0FA05A95", "\"0FA", "64 lower-case hexadecimal digits");
    one("stance = \"supports\"", "stance = \"suports\"", "\"suports\"", "did you mean `supports`?");
}

#[test]
fn values() {
    one("key = \"closure-disgraceful\"", "key = \"Closure\"", "\"Closure\"", "lower-case letters, digits and hyphens");
    one("lang = \"en\"", "lang = \"English\"", "\"English\"", "BCP 47");
    one("url = \"https://example.org/old-bridge\"", "url = \"example.org\"", "\"example.org\"", "begins with https://");
    one("how = \"as received\"", "how = \"\"", "\"\"", "must not be empty");
    one("places = [", "why_not = \"vague\"\nplaces = [", "\"vague\"", "a checkable claim has no reason why not");
    one("why_not = \"opinion\"", "", "^[[claim]]", "say why it is not checkable");
    one("end = 101, sha256 = \"0fa", "end = 41, sha256 = \"0fa", "41", "`end` lies after `start`");
    one("quote = \"the old", "quote = \"the new", "\"the new", "is not what the digest of the passage says");
    one("cue = \"over\"", "cue = \"ovr\"", "\"ovr\"", "has 3 characters, its range 4");
    one("level = 1", "level = 2", "2, start", "the attribution has 2 steps, counted from 0");
    one("scope = [72, 88]", "scope = [88, 72]", "[88", "end lies after start");
    one("asked = \"2025-04-02\"\n", "", "^[[contact]]", "say when they were asked");
    one("publisher = \"Harbour office\"\n", "", "^[[evidence]]", "say where it is from");
    one("found = 2 ", "found = 2000000 ", "2000000", "a number of pages");
    one("on = [\"gazette\"]", "on = [\"gazette\", \"gazette\"]", "\"gazette\"]", "on[1]: stands in the list already");
    one(
        "considered = [\"river-log\"]",
        "considered = [\"gazette\"]",
        "\"gazette\"]",
        "stands among the evidence already",
    );
    one("says = \"Closed", "says = \" Closed", "\" Closed", "must not begin or end with white space");
}

#[test]
fn a_mistake_brings_no_other_about() {
    // Each of these leaves a value unknown on which another check of the same table depends.
    one("kind = \"opinion\"", "kind = \"view\"", "\"view\"", "is not a kind of claim");
    one("checkable = false", "checkable = \"no\"", "\"no\"", "true or false");
    one("comparator = \">\"", "comparator = \"more\"", "\"more\"", "is not a comparator");
    one("outcome = \"answered\"", "outcome = \"yes\"", "\"yes\"", "is not a outcome of a contact");
    one("asked = \"2025-04-02\"", "asked = 2", "2\nuntil", "such as \"2\"");
    one("selector = \"text-range\"", "selector = \"text\"", "\"text\"", "is not a selector");
    one("start = 72", "start = \"72\"", "\"72\"", "a whole number");
    one("start = 42", "start = \"42\"", "\"42\"", "a whole number");
    one("role = \"official\"", "role = \"clerk\"", "\"clerk\"", "is not a role in an attribution");
    one("key = \"gazette\"", "key = 5", "5", "`key` is 5");
}

#[test]
fn two_mistakes_in_one_table_are_both_told() {
    let text = EXAMPLE.replacen("kind = \"opinion\"", "kind = \"view\"", 1).replacen(
        "why_not = \"opinion\"",
        "language = 1",
        1,
    );
    let found = mistakes(&[("article.toml", &text)]);
    let shown: Vec<String> = found.iter().map(ToString::to_string).collect();
    // `language` is no key of a claim, and whatever the kind should have been, a reason why not is wanting.
    assert_eq!(found.len(), 3, "{shown:#?}");
    assert!(shown[0].contains("say why it is not checkable"), "{shown:#?}");
    assert!(matches!(found[1].wrong, Wrong::NotInVocabulary { .. }));
    assert!(matches!(found[2].wrong, Wrong::UnknownKey { .. }));
}

#[test]
fn hedges_belong_to_a_passage() {
    one(
        "start = 72, end = 76",
        "start = 120, end = 124",
        "120",
        "`over` at 120..124 lies outside every anchor (42..101)",
    );
    one("start = 72, end = 76", "start = 36, end = 40", "36", "lies outside every anchor");
    for beside in ["start = 102, end = 106", "start = 37, end = 41", "start = 38, end = 42"] {
        read(&EXAMPLE.replacen("start = 72, end = 76", beside, 1));
    }
}

#[test]
fn names_that_nothing_bears() {
    let claim = "there is no claim `bridge-close` in this folder (did you mean `bridge-closed`?)";
    one("[\"bridge-closed\", \"works", "[\"bridge-close\", \"works", "\"bridge-close\"", claim);
    one("claim = \"bridge-closed\"\nwho", "claim = \"bridge-close\"\nwho", "\"bridge-close\"", claim);
    one("to = \"bridge-closed\"", "to = \"bridge-close\"", "\"bridge-close\"", claim);
    one("to = \"bridge-closed\"", "to = \"tax-rise\"", "\"tax-rise\"", "no claim `tax-rise` in this folder");
    one(
        "considered = [\"river-log\"]",
        "considered = [\"river-lg\"]",
        "\"river-lg\"",
        "there is no evidence `river-lg` in this folder (did you mean `river-log`?)",
    );
    one(
        "key = \"river-log\"\nclaim = \"bridge-closed\"",
        "key = \"river-log\"\nclaim = \"works-said-closed\"",
        "\"river-log\"]",
        "evidence `river-log` is on `works-said-closed`, not on `bridge-closed`",
    );
}

#[test]
fn what_stands_twice() {
    one(
        "key = \"closure-disgraceful\"",
        "key = \"bridge-closed\"",
        "\"bridge-closed\"",
        "claim `bridge-closed` is already in article.toml:24:7; choose another key",
    );
    one(
        "[\"bridge-closed\", \"works-said-closed\"]",
        "[\"bridge-closed\", \"bridge-closed\"]",
        "\"bridge-closed\"]",
        "`bridge-closed` stands in the list already",
    );
    one("[\"bridge-closed\", \"works-said-closed\"]", "[]", "[]", "`claim` names no claim");
    one("to = \"bridge-closed\"", "to = \"works-said-closed\"", "\"works", "cannot stand in a relation to itself");
    for header in ["[[search]]", "[[contact]]", "[[relation]]"] {
        let from = EXAMPLE.find(header).unwrap();
        let block = EXAMPLE[from..].split("\n\n").next().unwrap();
        let text = format!("{EXAMPLE}\n{block}\n");
        let found = mistakes(&[("article.toml", &text)]);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].to_string().contains(&format!("is already in {}; leave one out", place(EXAMPLE, from))));
        assert_eq!(found[0].place.as_ref().unwrap().line, EXAMPLE.lines().count() + 2);
    }
    let verdict = EXAMPLE[EXAMPLE.find("[[verdict]]").unwrap()..].replace("\"low\"", "\"moderate\"");
    let found = mistakes(&[("article.toml", &format!("{EXAMPLE}\n{verdict}"))]);
    assert!(matches!(found[..], [Mistake { wrong: Wrong::TwoVerdicts { .. }, .. }]), "{found:#?}");
    let evidence = EXAMPLE.find("[[evidence]]").unwrap();
    let block = EXAMPLE[evidence..].split("\n\n").next().unwrap();
    let found = mistakes(&[("article.toml", &format!("{EXAMPLE}\n{block}\n"))]);
    assert!(matches!(found[..], [Mistake { wrong: Wrong::TakenKey { what: "evidence", .. }, .. }]), "{found:#?}");
}

const BARE: &str = "[document]\nsha256 = \"4b7fa44a664e548e2bcd254e1af0db5cc7dcaef65f6b5a78c3a8257eece7d847\"\n";

#[test]
fn one_document() {
    let checks = |text: &str| parse(&[("article.toml", EXAMPLE), ("checks.toml", text)]).map_err(|e| e.to_string());
    assert!(checks(BARE).is_ok(), "a file of checks may name the same document");
    let two = "checks.toml:1:1: the folder's document is already given in article.toml:7:1";
    assert!(checks(&BARE.replace("4b7f", "5b7f")).unwrap_err().starts_with(two));
    assert!(checks(&format!("{BARE}title = \"Old bridge closed\"\n")).unwrap_err().starts_with(two));
    assert!(checks("[document]\nurl = \"https://example.org/old-bridge\"\n").unwrap_err().starts_with(two));
    assert!(checks("[[document]]\n").unwrap_err().contains("right is a table, [document]"));
    let found = mistakes(&[("a.toml", "")]);
    assert_eq!(
        found[0].to_string(),
        "a.toml:1:1: no `[document]` here; name it with `sha256`, or with `url` where no bytes were captured"
    );
    let found = mistakes(&[("a.toml", "[document]\ntitle = \"Old bridge\"\n")]);
    assert_eq!(
        found[0].to_string(),
        "a.toml:1:1: [document] lacks `sha256`; where no bytes were captured, `url` names it"
    );
    let found = mistakes(&[("a.toml", "[document]\nurl = \"https://example.org/\"\nbytes = 3\n")]);
    assert_eq!(
        found[0].to_string(),
        "a.toml:3:9: `bytes` describes captured bytes, and without `sha256` there are none; leave it out"
    );
    assert!(parse(&[("checks.toml", BARE)]).unwrap().document.names_only);
    assert!(!read(EXAMPLE).document.names_only);
}

#[test]
fn without_captured_bytes_only_the_whole_is_anchored() {
    let claim = |anchor: &str| {
        format!(
            "[document]\nurl = \"https://example.org/1\"\n[[claim]]\nkey = \"a\"\nstatement = \"A.\"\nkind = \"event\"\n\
             checkable = true\n[claim.appearance]\nanchors = [{anchor}]\n\
             attribution = [{{ name = \"The Example\", role = \"outlet\", factuality = \"CT+\" }}]\n"
        )
    };
    let folder = read(&claim("{ selector = \"whole\" }"));
    assert_eq!(folder.claims[0].body.appearance.anchors[0].target, None);
    let digest = "0fa05a95197928eaa9e9179c2c5d5a3112c09048f4126a6b6d32c94bd0b2a099";
    let found = mistakes(&[("a.toml", &claim(&format!("{{ start = 1, end = 2, sha256 = \"{digest}\" }}")))]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].wrong, Wrong::NeedsWhole);
    assert_eq!(found[0].place.as_ref().unwrap().to_string(), "a.toml:9:12");
    assert!(found[0].to_string().contains("selector = \"whole\""));
}

#[test]
fn torn_files() {
    for (from, to) in [
        ("kind = \"opinion\"", "kind = "),
        ("kind = \"opinion\"", "kind = opinion"),
        ("kind = \"opinion\"", "kind \"opinion\""),
        ("statement = \"The closing", "statement = The closing"),
        ("was a disgrace.\"", "was a disgrace."),
        ("actors = [\"City of Example\"]", "actors = [\"City of Example\""),
        ("actors = [\"City of Example\"]", "actors = [\"City of Example]"),
        ("[[search]]", "[[search]"),
        ("[claim.appearance]\nanchors", "[claim.appearance\nanchors"),
        ("unit = \"weeks\" }]", "unit = \"weeks\" ]"),
        ("says = \"Closed", "says = \"\"\"Closed"),
        ("key = \"gazette\" ", "key = \"\\gazette\" "),
    ] {
        let text = EXAMPLE.replacen(from, to, 1);
        assert_ne!(text, EXAMPLE, "{from}");
        let found = mistakes(&[("article.toml", &text)]);
        let shown: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert!(
            found.iter().all(|m| matches!(m.wrong, Wrong::Syntax { .. } | Wrong::KeyTwice { .. })),
            "{to}: {shown:#?}"
        );
        let line = place(EXAMPLE, EXAMPLE.find(from).unwrap());
        let line: usize = line.split(':').nth(1).unwrap().parse().unwrap();
        let near = found.iter().any(|m| m.place.as_ref().unwrap().line.abs_diff(line + to.matches('\n').count()) <= 1);
        // What is open to the end is noticed at the end.
        assert!(near || to.contains("\"\"\""), "{to} at line {line}: {shown:#?}");
        // A mistake elsewhere is told all the same.
        let text = text.replacen("lang = \"en\"", "lang = \"English\"", 1);
        let found = mistakes(&[("article.toml", &text)]);
        assert_eq!(found.len(), shown.len() + 1, "{to}: {found:#?}");
        assert!(found[0].to_string().contains("BCP 47"), "{found:#?}");
    }
}

#[test]
fn limits() {
    assert_eq!(parse::<&str, &str>(&[]).unwrap_err().0[0].wrong, Wrong::NoFile);
    let files: Vec<(String, &str)> = (0..65).map(|i| (format!("{i}.toml"), BARE)).collect();
    assert_eq!(parse(&files).unwrap_err().0[0].wrong, Wrong::TooManyFiles { given: 65, limit: 64 });
    let long = format!("{BARE}#{}", " ".repeat(1 << 20));
    let found = parse(&[("a.toml", &long)]).unwrap_err();
    assert_eq!(found.0[0].wrong, Wrong::TooLong { bytes: long.len(), limit: 1 << 20 });
    assert!(parse(&[("a.toml", &long[..1 << 20])]).is_ok());
    let found = parse(&[("a.toml", b"[document]\n# \xc3\xa9\xff".as_slice())]).unwrap_err();
    assert_eq!(found.to_string(), "a.toml:2:4: not UTF-8; save the file in that encoding");
    let search = |i| {
        format!(
            "[[search]]\nclaim = \"a\"\nwhere = \"w\"\nfor = \"f\"\nlanguages = []\non = \"2025-04-10\"\nfound = {i}\n"
        )
    };
    let searches: String = (0..4097).map(search).collect();
    let found = parse(&[("a.toml", format!("{BARE}{searches}"))]).unwrap_err();
    assert_eq!(found.0[0].wrong, Wrong::TooManyItems { table: "[[search]]", limit: 4096 });
    assert_eq!(found.0[0].place.as_ref().unwrap().line, 3 + 7 * 4096);
    let found = parse(&[("a.toml", format!("{BARE}{}", "[[search]]\n".repeat(201)))]).unwrap_err();
    assert_eq!((found.0.len(), &found.0[1000].wrong), (1001, &Wrong::More { count: 206 }));
}

#[test]
fn every_key_is_in_the_example() {
    let text = EXAMPLE
        .replace("{ ", "{ zz = 1, ")
        .replace("]]\n", "]]\nzz = 1\n")
        .replace("[claim.appearance]", "[claim.appearance]\nzz = 1");
    let text = text.replace("[document]\n", "[document]\nzz = 1\n").replace("[[search]]  ", "[[search]]\nzz = 1 #");
    let text =
        text.replace("[[evidence]]  ", "[[evidence]]\nzz = 1 #").replace("[[contact]]  ", "[[contact]]\nzz = 1 #");
    let text = text.replace("[[verdict]]  ", "[[verdict]]\nzz = 1 #");
    let mut tables = Vec::new();
    for mistake in mistakes(&[("article.toml", &text)]) {
        let Wrong::UnknownKey { table, known, .. } = mistake.wrong else { continue };
        for key in known {
            let there = EXAMPLE.contains(&format!("{key} = ")) || EXAMPLE.contains(&format!(".{key}]"));
            assert!(there, "{table}: {key}");
        }
        if !tables.contains(&table) {
            tables.push(table);
        }
    }
    tables.sort_unstable();
    let all = [
        "[[claim]]",
        "[[contact]]",
        "[[evidence]]",
        "[[relation]]",
        "[[search]]",
        "[[verdict]]",
        "[claim.appearance]",
        "[document]",
        "a hedge",
        "a quantity",
        "a step of the attribution",
        "a time",
        "an `inferred` field of [document]",
        "an anchor",
    ];
    assert_eq!(tables, all);
}

#[test]
fn against_the_article() {
    let told = |from: &str, to: &str| {
        let folder = read(&EXAMPLE.replacen(from, to, 1));
        let found = onrecord::draft::check_text(&folder, ARTICLE);
        assert_eq!(found.len(), 1, "{found:#?}");
        found[0].to_string()
    };
    assert!(told("start = 11, end = 101", "start = 12, end = 101").contains("12..101 reads `he works department"));
    assert!(
        told("start = 11, end = 101", "start = 11, end = 1000")
            .contains("does not lie within the document, which has 133 characters")
    );
    assert!(
        told("start = 72, end = 76", "start = 73, end = 77")
            .contains("the cue `over` is not what stands at 73..77, which is `ver `")
    );
    assert!(
        told("start = 32, end = 36", "start = 332, end = 336")
            .contains("the cue `said` is not what stands at 332..336, which is nothing")
    );
    let found = onrecord::draft::check_text(&read(EXAMPLE), "another text");
    assert_eq!(found[0].wrong, Wrong::OtherDocument { found: Digest::of(b"another text") });
}

/// The example with some bytes put in for others, here and there.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let tokens = vec!["[", "]]", "\"", "'''", "{", "}", "\n", "= ", ".", "9", "#", "[[claim]]\n", "\u{202e}"];
    let piece = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..20),
        proptest::sample::select(tokens).prop_map(|t| t.as_bytes().to_vec()),
    ];
    proptest::collection::vec((0..EXAMPLE.len(), 0usize..40, piece), 1..6).prop_map(|edits| {
        let mut bytes = EXAMPLE.as_bytes().to_vec();
        for (at, len, piece) in edits {
            let (from, to) = (at.min(bytes.len()), (at + len).min(bytes.len()));
            bytes.splice(from..to, piece);
        }
        bytes
    })
}

/// Whether every mistake has a place within the file, in order.
fn sound(bytes: &[u8], found: &[Mistake]) -> bool {
    let lines = bytes.split(|b| *b == b'\n').count();
    !found.is_empty()
        && found.windows(2).all(|w| w[0].place <= w[1].place)
        && found.iter().all(|m| m.place.as_ref().is_some_and(|p| (1..=lines).contains(&p.line) && p.column >= 1))
}

proptest! {
    #[test]
    fn nothing_panics_on_a_mutated_file(bytes in mutated()) {
        match parse(&[("article.toml", &bytes)]) {
            Err(mistakes) => prop_assert!(sound(&bytes, &mistakes.0), "{mistakes}"),
            Ok(folder) => drop(onrecord::draft::check_text(&folder, ARTICLE)),
        }
    }

    #[test]
    fn nothing_panics_on_any_bytes(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        text in "[\\[\\]{}=.\"'#a\n ]{0,60}",
    ) {
        for bytes in [bytes, text.into_bytes()] {
            if let Err(mistakes) = parse(&[("a.toml", &bytes)]) {
                prop_assert!(sound(&bytes, &mistakes.0), "{mistakes}");
            }
        }
    }

    #[test]
    fn a_line_left_out_never_panics(lines in proptest::collection::vec(0..EXAMPLE.lines().count(), 1..4)) {
        let kept = EXAMPLE.lines().enumerate().filter(|(i, _)| !lines.contains(i));
        let text: String = kept.map(|(_, line)| line.to_owned() + "\n").collect();
        if let Err(mistakes) = parse(&[("article.toml", &text)]) {
            prop_assert!(sound(text.as_bytes(), &mistakes.0), "{mistakes}");
        }
    }
}
