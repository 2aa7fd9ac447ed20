//! Reading what others have checked: strict JSON, strict tables, labels, ratings that contradict themselves, and what each
//! format comes to.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use onrecord::claim::vocab::{EvidenceClass, Finding, Selector, Stance};
use onrecord::exchange::import::foreign::{Review, Row, Source};
use onrecord::exchange::import::map::{MapError, Mapping};
use onrecord::exchange::import::strict::{Value, parse};
use onrecord::exchange::import::{self, ImportError, Plan, html, label, lint};
use onrecord::hash::Digest;
use onrecord::text::CodePoints;

fn source(bytes: &[u8]) -> Source<'static> {
    Source { by: "test 1", format: "test", sha256: Digest::of(bytes), today: "2026-11-23".parse().unwrap() }
}

fn reviews(text: &str) -> Result<Plan, ImportError> {
    import::claimreviews(text.as_bytes(), &source(text.as_bytes()))
}

fn mapping(columns: &[(&str, &str)]) -> Mapping {
    let own = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
    Mapping::new(columns.iter().map(own), []).unwrap()
}

fn table(bytes: &[u8]) -> Result<Plan, ImportError> {
    let mapping = mapping(&[("claim", "statement"), ("label", "label"), ("url", "url")]);
    import::tables(bytes, b',', &mapping, &source(bytes))
}

/// Where a record is refused, and with which words.
fn refused(plan: &Plan) -> Vec<(String, String)> {
    plan.rejected.iter().map(|r| (r.locator.clone(), r.reason.clone())).collect()
}

#[test]
fn json_is_read_as_another_reader_reads_it() {
    let good = [
        r#"{"a":[1,-2.50,1e5,true,false,null,"x\n\u00e9\ud83d\ude00"],"b":{}}"#,
        " [ ] ",
        "\"\u{2028}\u{7f}\"",
        "0",
        "-0.0e-1",
    ];
    for text in good {
        let ours = parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        let theirs: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(plain(&ours.value), theirs, "{text}");
        assert_eq!(&text[ours.span.clone()], text.trim(), "the span of {text}");
    }
}

fn plain(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(b) => (*b).into(),
        Value::Number(text) => serde_json::from_str(text).unwrap(),
        Value::Text(text) => text.clone().into(),
        Value::Array(items) => items.iter().map(|n| plain(&n.value)).collect(),
        Value::Object(fields) => fields.iter().map(|(k, n)| (k.clone(), plain(&n.value))).collect(),
    }
}

#[test]
fn what_is_not_strict_json_is_refused_with_its_place() {
    let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    assert!(parse(&deep(32)).is_ok());
    let cases: &[(&str, usize, &str)] = &[
        (r#"{"a":1,"b":2,"a":3}"#, 13, "the key `a` stands twice"),
        (r#"{"a":{"x":1,"x":1}}"#, 12, "the key `x` stands twice"),
        ("[NaN]", 1, "`NaN`"),
        ("[1,Infinity]", 3, "`Infinity`"),
        (r#"["\ud800"]"#, 2, "surrogate"),
        (r#"["\udc00"]"#, 2, "surrogate"),
        (r#"["\ud83dx"]"#, 2, "surrogate"),
        (r#"["\ud83d\u0041"]"#, 2, "surrogate"),
        (&deep(33), 32, "nested deeper than 32"),
        ("01", 1, "zero"),
        ("1.", 2, "breaks off"),
        ("1e", 2, "breaks off"),
        ("+1", 0, "not a JSON value"),
        ("[1 2]", 3, "comma"),
        ("[1,]", 3, "not a JSON value"),
        ("{\"a\" 1}", 5, "colon"),
        ("{a:1}", 1, "quotation marks"),
        ("\"a", 2, "not closed"),
        ("\"a\nb\"", 2, "control character"),
        (r#""\x""#, 1, "escape"),
        (r#""\u12g4""#, 3, "four hexadecimal digits"),
        ("1 2", 2, "follows the value"),
        ("", 0, "missing"),
    ];
    for (text, at, words) in cases {
        let error = parse(text).err().unwrap_or_else(|| panic!("{text}"));
        assert_eq!(error.at, *at, "{text}: {error}");
        assert!(error.what.contains(words), "{text}: {error}");
    }
}

#[test]
fn a_table_that_another_reader_accepts_comes_out_alike() {
    let text =
        "claim,label,url\r\n\"says \"\"no\"\", twice\",\"a\r\nb\",\nplain,,https://a.example\r\n\r\n\"last\",x,y";
    let mut theirs = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let theirs: Vec<Vec<String>> = theirs.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect();
    let rows = import::table::Rows::new(text.as_bytes(), 0, b',');
    let ours: Vec<Vec<String>> = rows.map(|row| row.cells.unwrap()).collect();
    assert_eq!(ours, theirs);
}

#[test]
fn rows_that_are_wrong_are_named_and_the_others_go_in() {
    let text = b"claim,label,url\n\
        good one,False,https://a.example/1\n\
        ragged,False\n\
        too,many,cells,here\n\
        \"broken\"x,False,u\n\
        mid\"quote,False,u\n\
        nul\0byte,False,u\n\
        bad \xff byte,False,u\n\
        ,False,u\n\
        good two,True,https://a.example/2\n\
        \"never closed,False,u\nswallowed,x,y\n";
    let plan = table(text).unwrap();
    let statements: Vec<&str> = plan.rows.iter().map(|r| r.claim.statement.as_str()).collect();
    assert_eq!(statements, ["good one", "good two"]);
    let found = refused(&plan);
    let byte = |needle: &[u8]| text.windows(needle.len()).position(|w| w == needle).unwrap();
    let wanted = [
        ("row 3", "2 cells, and the heading row has 3".to_owned()),
        ("row 4", "4 cells".into()),
        ("row 5", format!("byte {}: text follows a closing quotation mark", byte(b"x,False,u"))),
        ("row 6", format!("byte {}: a quotation mark stands inside", byte(b"\"quote"))),
        ("row 7", format!("byte {}: a NUL", byte(b"\0"))),
        ("row 8", format!("byte {}: not UTF-8", byte(b"\xff"))),
        ("row 9", "its text is empty".into()),
        ("row 11", format!("byte {}: this quotation mark is never closed", byte(b"\"never"))),
    ];
    assert_eq!(found.len(), wanted.len(), "{found:?}");
    for ((locator, reason), (row, words)) in found.iter().zip(&wanted) {
        assert_eq!(locator, row);
        assert!(reason.contains(words.as_str()), "{row}: {reason}");
    }
    // A file with a byte that is no text has no text to count in: the claim points at the file as a whole.
    assert_eq!(plan.rows[0].claim.appearance.anchors[0].selector, Selector::Whole);
}

#[test]
fn headings_that_cannot_be_used_refuse_the_file() {
    let error = |bytes: &[u8]| table(bytes).unwrap_err().to_string();
    assert!(error(b"claim,label,url,label\nx,y,z,w\n").contains("`label` stands twice"));
    assert!(error(b"claims,label,url\nx,y,z\n").contains("did you mean `claims`?"));
    assert!(matches!(table(b""), Err(ImportError::Nothing(_))));
    let plan = table(b"\xef\xbb\xbfclaim,label,url\nx,False,\n").unwrap();
    assert!(plan.bom && plan.rows.len() == 1, "the mark is no part of the first column's name");
}

#[test]
fn mappings_say_all_that_is_wrong_with_them() {
    let own = |(a, b): (&str, &str)| (a.to_owned(), b.to_owned());
    let wrong = Mapping::new([("a", "label"), ("b", "label"), ("c", "lable")].map(own), [("kind", "evnt")].map(own));
    let wrong = wrong.unwrap_err();
    let texts: Vec<String> = wrong.iter().map(ToString::to_string).collect();
    assert!(matches!(wrong[0], MapError::Twice { .. }), "{texts:?}");
    assert!(texts[1].contains("did you mean `label`?"), "{texts:?}");
    assert!(texts[2].contains("did you mean `event`?"), "{texts:?}");
    assert!(wrong.contains(&MapError::NoStatement), "{texts:?}");
}

#[test]
fn labels_are_matched_whole_in_their_matching_form() {
    let finding = |text: &str| label::meaning(text).and_then(|m| m.finding);
    for (text, wanted) in [
        ("False", Some(Finding::Refuted)),
        ("FALSE.", Some(Finding::Refuted)),
        (" not  true ", Some(Finding::Refuted)),
        ("ＦＡＬＳＥ", Some(Finding::Refuted)),
        ("Pants on Fire!", Some(Finding::Refuted)),
        ("Mostly true", Some(Finding::PartlySupported)),
        ("Partly False", Some(Finding::PartlySupported)),
        ("Missing Context", Some(Finding::MisleadingContext)),
        ("Unproven", Some(Finding::NotEnoughEvidence)),
        ("Conflicting Evidence/Cherrypicking", Some(Finding::Conflicting)),
        ("TRUE", Some(Finding::Supported)),
        ("not exactly true", None),
        ("Truecrime", None),
        ("Satire", None),
        ("Falsch", None),
        ("مضلل", None),
        ("", None),
    ] {
        assert_eq!(finding(text), wanted, "{text}");
    }
    assert!(label::meaning("Mostly false").unwrap().lossy && !label::meaning("false").unwrap().lossy);
    // Known to come to nothing is another thing than unknown.
    assert!(label::meaning("satire").is_some() && label::meaning("falsch").is_none());
    for (text, _) in label::all() {
        assert_eq!(label::matching_form(text), text, "the list holds matching forms");
    }
    assert_eq!(label::all().count(), 49, "as many labels as the list has lines");
}

#[test]
fn ratings_that_contradict_themselves_are_told() {
    // label, value, worst, best, codes
    let some = |t: &str| (!t.is_empty()).then(|| t.to_owned());
    for (label, value, worst, best, codes) in [
        ("False", "1", "1", "5", ""),
        ("False", "5", "1", "5", "CR01"),
        ("False", "4", "1", "5", "CR01"),
        ("True", "1", "1", "5", "CR01"),
        ("True", "2", "1", "5", "CR01"),
        ("True", "3", "1", "5", ""),
        ("Misleading", "4", "1", "5", "CR02"),
        ("Misleading", "3.9", "1", "5", ""),
        ("False", "6", "1", "5", "CR03"),
        ("False", "one", "1", "5", "CR03"),
        ("False", "٢", "1", "5", "CR03"),
        ("False", "1", "5", "1", "CR04"),
        ("False", "1", "3", "3", "CR04"),
        ("False", "1", "", "", "CR05"),
        ("False", "1", "1", "", "CR05"),
        ("", "1", "1", "5", "CR06"),
        ("", "", "", "", "CR06"),
        ("Unproven", "2", "1", "5", "CR07"),
        ("Unproven", "", "", "", ""),
        ("Falsch", "5", "1", "5", ""),
    ] {
        let url = some("https://desk.example/1");
        let [label, value, worst, best] = [label, value, worst, best].map(some);
        let review = Review { label, value, worst, best, url, ..Review::default() };
        let found: Vec<&str> = lint::rating(&review).iter().map(|l| l.code).collect();
        assert_eq!(found.join(" "), codes, "{review:?}");
    }
    let dated = |reviewed: &str, made: &str| {
        let url = some("https://desk.example/1");
        let (dated, claim_dated) = (some(reviewed), some(made));
        let review = Review { label: some("False"), dated, claim_dated, url, ..Review::default() };
        lint::rating(&review).iter().any(|l| l.code == "CR09")
    };
    assert!(dated("2024-01-01", "2024-01-02") && dated("2024-01-01T08:00:00Z", "2024-02-01"));
    assert!(
        !dated("2024-01-02", "2024-01-01") && !dated("1-1-2024", "2024-02-01") && !dated("2024-01-02", "2024-01-02")
    );
    let bare = Review { label: some("True"), ..Review::default() };
    assert_eq!(lint::rating(&bare).iter().map(|l| l.code).collect::<Vec<_>>(), ["CR10"]);
}

const REVIEW: &str = r#"{"@context":"https://schema.org","@type":"ClaimReview","url":"https://desk.example/bridge",
 "claimReviewed":"Die Brücke war zu 😀","datePublished":"2025-04-01","author":{"@type":"Organization","name":"The Desk"},
 "reviewRating":{"@type":"Rating","ratingValue":1,"worstRating":1,"bestRating":5.0,"alternateName":"False"},
 "itemReviewed":{"@type":"Claim","datePublished":"3 March 2025","author":{"@type":"Person","name":"A. Speaker"},
  "appearance":[{"@type":"CreativeWork","url":"https://paper.example/1"}]},"inLanguage":"de"}"#;

/// The passage that a row's anchor selects, counted by hand.
fn passage<'t>(row: &Row, text: &'t str) -> &'t str {
    let anchor = &row.claim.appearance.anchors[0];
    let passage = CodePoints::new(text).slice(anchor.start.unwrap() as usize, anchor.end.unwrap() as usize).unwrap();
    assert_eq!(anchor.sha256.unwrap(), Digest::of(passage.as_bytes()));
    assert_eq!(anchor.target.unwrap(), Digest::of(text.as_bytes()));
    passage
}

#[test]
fn a_claim_review_becomes_a_claim_and_a_rating_and_no_verdict() {
    let plan = reviews(REVIEW).unwrap();
    let [row] = plan.rows.as_slice() else { panic!("{:?}", plan.rejected) };
    assert_eq!(row.claim.statement, "Die Brücke war zu 😀");
    assert_eq!(row.claim.lang.as_deref(), Some("de"));
    let names: Vec<_> = row.claim.appearance.attribution.iter().map(|s| s.name.as_deref().unwrap()).collect();
    assert_eq!(names, ["The Desk", "A. Speaker"]);
    assert_eq!(passage(row, REVIEW), REVIEW);
    let [evidence] = row.evidence.as_slice() else { panic!() };
    assert_eq!((evidence.class, evidence.stance), (EvidenceClass::FactCheck, Stance::Refutes));
    assert_eq!(evidence.label.as_deref(), Some("False"));
    assert_eq!(evidence.normalised, Some(Finding::Refuted));
    let rating = evidence.rating.as_ref().unwrap();
    // As written: not 5, not "1.0".
    assert_eq!((rating.value.as_str(), rating.best.as_deref()), ("1", Some("5.0")));
    assert_eq!(evidence.dated.as_deref(), Some("2025-04-01"));
    assert!(!evidence.is_admissible(), "nobody here has judged the source");
    let extra = |e: &[onrecord::claim::Extra]| e.iter().map(|x| (x.name.clone(), x.value.clone())).collect::<Vec<_>>();
    let imported = evidence.imported.as_ref().unwrap();
    assert!(extra(&imported.extra).contains(&("date of the claim".into(), "3 March 2025".into())));
    let imported = row.claim.imported.as_ref().unwrap();
    assert!(extra(&imported.extra).contains(&("itemReviewed.appearance".into(), "https://paper.example/1".into())));
    assert!(row.odd.is_empty(), "{:?}", row.odd);
}

#[test]
fn reviews_are_found_wherever_a_document_holds_them() {
    let forms = [
        (format!("[{REVIEW}]"), "/0"),
        (format!(r#"{{"@context":"https://schema.org","@graph":[{{"@type":"WebPage"}},{REVIEW}]}}"#), "/@graph/1"),
        (
            format!(r#"{{"@type":"DataFeed","dataFeedElement":[{{"@type":"DataFeedItem","item":[{REVIEW}]}}]}}"#),
            "/dataFeedElement/0/item/0",
        ),
        (REVIEW.replace("\"ClaimReview\"", "[\"Review\",\"http://schema.org/ClaimReview\"]"), "whole file"),
    ];
    for (text, pointer) in forms {
        let plan = reviews(&text).unwrap();
        assert_eq!(plan.rows.len(), 1, "{text}");
        assert_eq!(plan.rows[0].locator, pointer);
        assert!(passage(&plan.rows[0], &text).contains("Brücke"));
    }
    let none = [r#"{"@type":"Review","claimReviewed":"x"}"#, "[]", "{}"];
    assert!(none.iter().all(|text| matches!(reviews(text), Err(ImportError::Nothing(_)))));
    assert!(matches!(reviews("{\"a\":1,\n\"a\":2}"), Err(ImportError::NotJson { line: 2, .. })));
}

#[test]
fn a_page_is_searched_for_its_scripts() {
    let escaped = REVIEW.replace("The Desk", "The \\u003cDesk\\u003e &amp; co");
    let page = format!(
        "<!doctype html><title>Brücke — 😀</title><script>var x = \"<script type='application/ld+json'>\";</script>\n\
         <!-- <script type=\"application/ld+json\">{{\"@type\":\"ClaimReview\"}}</script> -->\n\
         <SCRIPT Type='application/LD+json; charset=utf-8'>\n{escaped}\n</script><p>ende</p>\
         <script type=\"application/ld+json\">{{broken</script>"
    );
    let found: Vec<&str> = html::scripts(&page).into_iter().map(|r| page[r].trim()).collect();
    assert_eq!(found, [escaped.as_str(), "{broken"]);
    let plan = reviews(&page).unwrap();
    assert_eq!(plan.rows.len(), 1);
    assert_eq!(passage(&plan.rows[0], &page), escaped);
    // A script's text is no HTML text: entities in it stand for themselves.
    assert_eq!(plan.rows[0].evidence[0].publisher.as_deref(), Some("The <Desk> &amp; co"));
    assert_eq!(refused(&plan)[0].0, "script 2");
    assert!(matches!(reviews("<p>nothing here</p>"), Err(ImportError::Nothing(_))));
    let two = format!("<script type=application/ld+json>[{REVIEW},{}]</script>", REVIEW.replace("zu", "offen"));
    assert!(reviews(&two).unwrap().rows.iter().all(|r| r.odd.iter().any(|o| o.code == "CR11")));
}

#[test]
fn odd_types_and_names_are_told() {
    let codes = |text: String| {
        let plan = reviews(&text).unwrap();
        plan.rows[0].odd.iter().map(|o| o.code).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(codes(REVIEW.replace("\"@type\":\"Rating\"", "\"@type\":\"Person\"")), "CR08");
    assert_eq!(codes(REVIEW.replace("\"@type\":\"Claim\"", "\"@type\":\"Event\"")), "CR08");
    assert_eq!(codes(REVIEW.replace("inLanguage", "inLanguge")), "CR12");
    assert_eq!(codes(REVIEW.replace("alternateName", "alternativeName")), "CR12 CR06");
    let plan = reviews(&REVIEW.replace("\"ratingValue\":1", "\"ratingValue\":5")).unwrap();
    let evidence = &plan.rows[0].evidence[0];
    assert_eq!((evidence.normalised, evidence.stance), (None, Stance::Context), "a contradiction comes to no finding");
    assert_eq!((evidence.label.as_deref(), evidence.rating.as_ref().unwrap().value.as_str()), (Some("False"), "5"));
}

#[test]
fn rows_of_the_search_api_have_one_claim_and_several_ratings() {
    let text = r#"{"claims":[{"text":"The moon is cheese","claimant":"A","claimDate":"2024-01-02T00:00:00Z","claimReview":[
        {"publisher":{"name":"One","site":"one.example"},"url":"https://one.example/1","title":"No","reviewDate":"2024-01-03T00:00:00Z","textualRating":"False","languageCode":"en"},
        {"publisher":{"site":"two.example"},"url":"https://two.example/1","textualRating":"Nonsense","languageCode":"en"}]}],"nextPageToken":"x"}"#;
    let plan = reviews(text).unwrap();
    let row = &plan.rows[0];
    assert_eq!((row.locator.as_str(), row.evidence.len()), ("/claims/0", 2));
    assert_eq!(row.unmapped, ["Nonsense"]);
    assert_eq!(row.evidence[1].publisher.as_deref(), Some("two.example"));
    assert_eq!(row.evidence[1].imported.as_ref().unwrap().locator, "/claims/0/claimReview/1");
}

#[test]
fn averitec_records_keep_labels_and_take_no_stance_for_their_answers() {
    let text = r#"[{"claim":"The sky fell in 2020.","required_reannotation":false,"label":"Conflicting Evidence/Cherrypicking",
        "justification":"Both.","claim_date":"1-9-2020","speaker":"Someone","original_claim_url":null,
        "fact_checking_article":"https://fc.example/1","reporting_source":"Blog","location_ISO_code":"US",
        "claim_types":["Numerical Claim","Causal Claim"],"fact_checking_strategies":["Written Evidence"],
        "questions":[{"question":"Did it?","answers":[
          {"answer":"Yes","answer_type":"Boolean","boolean_explanation":"It did.","source_url":"https://s.example/a","source_medium":"Web text","cached_source_url":"https://web.example/a"},
          {"answer":"No answer could be found.","answer_type":"Unanswerable","source_url":"","source_medium":""}]}]},
        7, {"label":"Refuted"}]"#;
    let plan = import::averitecs(text.as_bytes(), &source(text.as_bytes())).unwrap();
    let row = &plan.rows[0];
    assert_eq!(row.claim.kind.as_str(), "quantity");
    let [review, yes, none] = row.evidence.as_slice() else { panic!("{}", row.evidence.len()) };
    assert_eq!(review.label.as_deref(), Some("Conflicting Evidence/Cherrypicking"));
    assert_eq!((review.normalised, review.scale.as_deref()), (Some(Finding::Conflicting), Some("AVeriTeC")));
    assert!(review.note.as_deref().unwrap().contains("label-merges-two"));
    assert_eq!((yes.stance, none.stance), (Stance::Context, Stance::Context));
    assert_eq!((yes.says.as_str(), yes.archive.as_deref()), ("Yes It did.", Some("https://web.example/a")));
    assert!(yes.note.as_deref().unwrap().contains("Question: Did it?"));
    let extra = &review.imported.as_ref().unwrap().extra;
    assert!(extra.iter().any(|x| x.value == "1-9-2020"), "a date that is not ISO stays as written: {extra:?}");
    assert_eq!(refused(&plan).iter().map(|(l, _)| l.as_str()).collect::<Vec<_>>(), ["/1", "/2"]);
}

#[test]
fn lines_that_are_wrong_are_named_and_pointers_reach_inside() {
    let long = format!("{{\"t\":\"{}\"}}", "x".repeat(1 << 20));
    let deep = format!("{{\"t\":{}{}}}", "[".repeat(32), "]".repeat(32));
    let mut text =
        "\u{feff}{\"t\":\"one\u{2028}line\",\"by\":{\"name\":\"Ana\"},\"n\":4.0,\"l\":\"False\",\"none\":null}\r\n"
            .as_bytes()
            .to_vec();
    for line in [r#"{"t":"a","t":"b"}"#, r#"{"t":NaN}"#, r#"{"t":"\ud800"}"#, &deep, &long, "[1]", ""] {
        text.extend(line.as_bytes());
        text.push(b'\n');
    }
    text.extend(b"{\"t\":\"\xfe\"}\n{\"t\":\"last\"}");
    let mapping = mapping(&[("t", "statement"), ("/by/name", "speaker"), ("n", "rating"), ("l", "label")]);
    let plan = import::json_lines(&text, &mapping, &source(&text)).unwrap();
    assert!(plan.bom);
    let statements: Vec<&str> = plan.rows.iter().map(|r| r.claim.statement.as_str()).collect();
    assert_eq!(statements, ["one\u{2028}line", "last"], "a line ends at a line feed and nowhere else");
    let first = &plan.rows[0];
    assert_eq!(first.claim.appearance.attribution[1].name.as_deref(), Some("Ana"));
    assert_eq!(first.evidence[0].rating.as_ref().unwrap().value, "4.0");
    let found = refused(&plan);
    let wanted = [
        ("line 2", "stands twice"),
        ("line 3", "NaN"),
        ("line 4", "surrogate"),
        ("line 5", "nested deeper"),
        ("line 6", "at most 1048576"),
        ("line 7", "not an object"),
        ("line 9", "not UTF-8"),
    ];
    assert_eq!(found.len(), wanted.len(), "{found:?}");
    for ((locator, reason), (line, words)) in found.iter().zip(wanted) {
        assert_eq!(locator, line);
        assert!(reason.contains(words), "{line}: {reason}");
    }
}
