//! Trusty URIs and nanopublications: the fixed vector, the order and escapes of the hash, hostile text, the shape.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use onrecord::exchange::format::{Counts, Format, Head};
use onrecord::exchange::nanopub::{Nanopub, Nanopubs};
use onrecord::exchange::rdf::{self, Object, Quad, XSD};
use onrecord::exchange::{names, trusty};
use onrecord::ledger::Ledger;
use onrecord::view::ClaimView;

const DESK: &str = "https://desk.example/np/";

fn quad(graph: &str, subject: &str, predicate: &str, object: Object) -> Quad {
    let expand = |name: &str| {
        let this = format!("{DESK}{}", trusty::PLACEHOLDER);
        for (prefix, namespace) in [
            ("np:", "http://www.nanopub.org/nschema#"),
            ("prov:", "http://www.w3.org/ns/prov#"),
            ("dct:", "http://purl.org/dc/terms/"),
            ("schema:", "https://schema.org/"),
            ("or:", "https://desk.example/ns/v1#"),
            ("led:", "https://desk.example/l/main/"),
        ] {
            if let Some(local) = name.strip_prefix(prefix) {
                return format!("{namespace}{local}");
            }
        }
        match name.strip_prefix("sub:") {
            Some(local) => format!("{this}#{local}"),
            None if name == "this" => this,
            None => name.to_owned(),
        }
    };
    let object = match object {
        Object::Iri(iri) => Object::Iri(expand(&iri)),
        other => other,
    };
    Quad { graph: expand(graph), subject: expand(subject), predicate: expand(predicate), object }
}

fn iri_of(name: &str) -> Object {
    Object::Iri(name.to_owned())
}

/// The vector of the trusty URI section of the standards: four graphs, confirmed by another program.
fn vector() -> Vec<Quad> {
    let a = rdf::RDF_TYPE;
    let (head, assertion, provenance, pubinfo) = ("sub:Head", "sub:assertion", "sub:provenance", "sub:pubinfo");
    vec![
        quad(head, "this", a, iri_of("np:Nanopublication")),
        quad(head, "this", "np:hasAssertion", iri_of(assertion)),
        quad(head, "this", "np:hasProvenance", iri_of(provenance)),
        quad(head, "this", "np:hasPublicationInfo", iri_of(pubinfo)),
        quad(assertion, "led:claim-12", a, iri_of("schema:Claim")),
        quad(
            assertion,
            "led:claim-12",
            "schema:text",
            Object::Lang { text: "Closed \"over three weeks\"\n(C:\\x)".into(), tag: "en".into() },
        ),
        quad(assertion, "led:claim-12", "or:quantityValue", Object::text("21")),
        quad(assertion, "led:claim-12", "or:version", Object::of_type("03", "integer")),
        quad(provenance, assertion, "prov:wasQuotedFrom", iri_of("https://news.example/a")),
        quad(provenance, assertion, "prov:wasAttributedTo", iri_of("led:agent-alice")),
        quad(pubinfo, "this", "dct:created", Object::of_type("2025-03-02T10:00:00Z", "dateTime")),
        quad(pubinfo, "this", "dct:creator", iri_of("led:agent-alice")),
        quad(pubinfo, "this", "dct:license", iri_of("https://creativecommons.org/licenses/by/4.0/")),
    ]
}

#[test]
fn the_fixed_vector_has_its_code() {
    let quads = vector();
    let form = trusty::normal_form(&quads, trusty::PLACEHOLDER);
    assert_eq!(form.len(), 1881);
    let digest = onrecord::hash::Digest::of(form.as_bytes());
    assert_eq!(digest.hex(), "c3272a6833a9003a9a35435bcf837845b9ccd9ec9ecf94bb921589ff2dfa55ed");
    assert_eq!(trusty::artifact_code(&quads, trusty::PLACEHOLDER), "RAwycqaDOpADqaNUNbz4N4RbnM2eyez5S7khWJ_y36Ve0");
}

#[test]
fn order_and_repetition_of_quads_do_not_matter_and_content_does() {
    let quads = vector();
    let code = trusty::artifact_code(&quads, trusty::PLACEHOLDER);
    let mut turned = quads.clone();
    turned.reverse();
    turned.extend(quads.iter().take(3).cloned());
    assert_eq!(trusty::artifact_code(&turned, trusty::PLACEHOLDER), code);
    for at in 0..quads.len() {
        let mut changed = quads.clone();
        changed[at].object = Object::text("something else");
        assert_ne!(trusty::artifact_code(&changed, trusty::PLACEHOLDER), code, "quad {at}");
    }
}

#[test]
fn a_sealed_one_gives_its_own_code_again() {
    let mut quads = vector();
    let code = trusty::artifact_code(&quads, trusty::PLACEHOLDER);
    trusty::seal(&mut quads, &code);
    assert!(quads.iter().all(|q| !q.subject.contains(trusty::PLACEHOLDER)));
    assert_eq!(trusty::artifact_code(&quads, &code), code);
    // A code of the right length that is not the content's does not come out.
    let other = format!("RA{}", "A".repeat(43));
    assert_ne!(trusty::artifact_code(&quads, &other), other);
}

#[test]
fn literals_sort_as_the_module_says() {
    let s = |object: Object| Quad { graph: "g".into(), subject: "s".into(), predicate: "p".into(), object };
    let quads = [
        s(Object::Lang { text: "1".into(), tag: "EN".into() }),
        s(Object::text("1")),
        s(Object::of_type("1", "integer")),
        s(Object::Iri("z".into())),
    ];
    let form = trusty::normal_form(&quads, "no code");
    let objects: Vec<&str> = form.lines().skip(3).step_by(4).collect();
    let typed = format!("^{XSD}integer 1");
    let plain = format!("^{XSD}string 1");
    assert_eq!(objects, ["z", typed.as_str(), plain.as_str(), "@en 1"]);
}

#[test]
fn addresses_become_one_token_or_none() {
    assert_eq!(names::of_address("https://a.example/x y").as_deref(), Some("https://a.example/x%20y"));
    assert_eq!(
        names::of_address("https://a.example/><script>\"`{}|^\\").as_deref(),
        Some("https://a.example/%3E%3Cscript%3E%22%60%7B%7D%7C%5E%5C")
    );
    assert_eq!(names::of_address("https://a.example/\u{202e}x").as_deref(), Some("https://a.example/%E2%80%AEx"));
    assert_eq!(names::of_address("https://a.example/عربي").as_deref(), Some("https://a.example/عربي"));
    for not in ["javascript:alert(1)", "ftp://a.example/", "https://", "http:///x", "", "//a.example"] {
        assert_eq!(names::of_address(not), None, "{not}");
    }
}

#[test]
fn literals_are_escaped_so_that_nothing_ends_early() {
    let text = "a\"b\\c\nd\r\te\u{202e}f\u{0}</script>\u{e0041}";
    let escaped = rdf::literal(text);
    assert_eq!(escaped, "a\\\"b\\\\c\\nd\\r\\te\\u202Ef\\u0000</script>\\U000E0041");
    assert!(!escaped.contains('\n'));
}

/// The rules of a nanopublication over quads: what the standards call well-formed.
fn well_formed(quads: &[Quad]) -> Result<(), String> {
    let np = "http://www.nanopub.org/nschema#";
    let heads: Vec<&Quad> = quads.iter().filter(|q| q.object == Object::Iri(format!("{np}Nanopublication"))).collect();
    let [head] = heads.as_slice() else { return Err(format!("{} nanopublications", heads.len())) };
    let (name, graph) = (&head.subject, &head.graph);
    let mut parts = Vec::new();
    for has in ["hasAssertion", "hasProvenance", "hasPublicationInfo"] {
        let found: Vec<&Quad> =
            quads.iter().filter(|q| &q.graph == graph && q.predicate == format!("{np}{has}")).collect();
        let [one] = found.as_slice() else { return Err(format!("{has}: {}", found.len())) };
        let Object::Iri(part) = &one.object else { return Err(format!("{has} is a literal")) };
        if &one.subject != name || part == name || part == graph || parts.contains(&part) {
            return Err(format!("{has} is not a graph of its own"));
        }
        parts.push(part);
    }
    if let Some(quad) = quads.iter().find(|q| &q.graph != graph && !parts.contains(&&q.graph)) {
        return Err(format!("a quad in {}", quad.graph));
    }
    for part in &parts {
        if !quads.iter().any(|q| &q.graph == *part) {
            return Err(format!("{part} is empty"));
        }
    }
    if !quads.iter().any(|q| &q.graph == parts[1] && (&q.subject == parts[0])) {
        return Err("provenance says nothing of the assertion".into());
    }
    if !quads.iter().any(|q| &q.graph == parts[2] && &q.subject == name) {
        return Err("publication info says nothing of the nanopublication".into());
    }
    Ok(())
}

fn head(ledger: &Ledger) -> Head {
    Head {
        origin: ledger.origin().to_owned(),
        id: ledger.id(),
        size: ledger.size(),
        root: ledger.root(),
        checkpoint: None,
        exported_at: ledger.state().last_time,
        query: String::new(),
        all: false,
        public: false,
        base: onrecord::exchange::iri::Base::parse("https://desk.example/l/main/").unwrap(),
    }
}

#[test]
fn the_check_of_the_shape_can_fail() {
    let quads = vector();
    assert_eq!(well_formed(&quads), Ok(()));
    for at in 0..4 {
        let mut without = quads.clone();
        without.remove(at);
        assert!(well_formed(&without).is_err(), "without quad {at} of the head");
    }
    let mut stray = quads.clone();
    stray.push(quad("https://elsewhere.example/g", "this", "dct:creator", iri_of("led:x")));
    assert!(well_formed(&stray).is_err());
}

fn views(ledger: &Ledger) -> Vec<ClaimView> {
    ledger.claims().unwrap().into_iter().map(|n| ClaimView::new(&ledger.claim(n).unwrap().unwrap(), ledger)).collect()
}

fn written(ledger: &Ledger) -> String {
    let mut out = Vec::new();
    let mut format = Nanopubs::new(ledger);
    let head = head(ledger);
    format.begin(&head, &mut out).unwrap();
    for view in views(ledger) {
        format.claim(&view, &mut out).unwrap();
    }
    format.end(&head, &Counts::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_correction_supersedes_what_stood_before_it_and_a_retraction_retracts_it() {
    let (store, ledger, numbers) = crate::history::corrected();
    let base = head(&ledger).base.as_str().to_owned();
    let text = written(&ledger);
    assert_eq!(text, written(&ledger), "the same bytes twice");
    assert_eq!(text.matches("np:hasAssertion").count(), 3);
    let claims = ledger.claims().unwrap();
    // Entries of `corrected`: three publications, a request, then what is named here.
    for (claim, cut, how) in [(0, numbers[4], "supersedes"), (1, numbers[5], "supersedes"), (2, numbers[9], "retracts")]
    {
        let then = Ledger::open(store.clone(), None, std::sync::Arc::new(|_: &str| {})).unwrap().as_of(cut).unwrap();
        let view = ClaimView::new(&then.claim(claims[claim]).unwrap().unwrap(), &then);
        let earlier = Nanopub::of(&view, &base, &then, None).unwrap();
        assert_eq!(well_formed(&earlier.quads), Ok(()));
        let line = format!("npx:{how} this:{}", earlier.name.strip_prefix(&format!("{base}np/")).unwrap());
        // The prefix `this` of the file is the folder of all nanopublications, so that the name stands in short form.
        assert!(text.contains(&line), "claim {claim}: {line}\n{text}");
    }
}

#[test]
fn every_verdict_of_the_demo_is_one_and_each_name_is_the_hash_of_its_content() {
    let (_desk, ledger, _) = crate::similar::demo();
    let base = head(&ledger).base.as_str().to_owned();
    let mut names = std::collections::BTreeSet::new();
    let (mut made, mut without) = (0, 0);
    for view in views(&ledger) {
        let Some(nanopub) = Nanopub::of(&view, &base, &ledger, None) else {
            without += 1;
            assert_eq!(view.finding, "unverified");
            continue;
        };
        made += 1;
        assert_eq!(well_formed(&nanopub.quads), Ok(()), "#{}", view.number);
        let code = nanopub.name.strip_prefix(&format!("{base}np/")).unwrap();
        assert_eq!(trusty::artifact_code(&nanopub.quads, code), code);
        assert!(names.insert(nanopub.name), "#{} has the name of another", view.number);
    }
    assert!(made > 50 && without > 0, "{made} made, {without} without a verdict");
}
