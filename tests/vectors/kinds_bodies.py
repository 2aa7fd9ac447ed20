"""A body of every kind with every key that it can have at once, and one with as few as may be, in plain form.

Written by hand from the tables of docs/format.md. `tests/it/examples.rs` says the same of the same words in Rust; neither is
made from the other.
"""

ORIGIN = "example.org/desk"
ROLES = ["recorder", "checker", "reviewer", "publisher", "admin"]


def bodies(ssh_key, verifier_key, sha256):
    def digest(number):
        return f"{number:02x}" * 32

    solo = {"clusters_high": 2, "clusters_moderate": 2, "contact_before": False, "name": "solo",
            "other_affiliation": False, "reviewers": 0}
    desk = {**solo, "contact_before": True, "name": "desk", "reviewers": 1,
            "roles": [{"kind": "claim-published", "role": "admin"}]}
    opening = {"log_key": verifier_key(ORIGIN, 200), "origin": ORIGIN,
               "owner": {"handle": "olga", "key": ssh_key(1)}, "policy": solo}

    passage = {"end": 27, "prefix": "The city ", "quote": "closed the bridge", "selector": "text-range",
               "sha256": sha256(b"closed the bridge"), "start": 10, "suffix": " on Sunday", "target": digest(3)}
    fragment = {"fragment": "t=10,20", "selector": "media-fragment", "target": digest(4)}
    outlet = {"cue": "reported", "damaged": True, "description": "a local paper", "end": 40, "factuality": "CT+",
              "mode": "indirect", "name": "The Example", "role": "outlet", "start": 32}
    nobody = {"factuality": "Uu", "role": "unknown"}
    probably = {"band": "likely", "class": "probability", "cue": "probably", "end": 58, "level": 1, "scope": [50, 90],
                "start": 50, "strength": "medium"}
    reportedly = {"class": "evidential", "cue": "reportedly", "level": 0, "strength": "low"}
    appearance = {"anchors": [passage, fragment], "attribution": [outlet, nobody], "document": 3,
                  "hedges": [probably, reportedly]}
    bare_appearance = {"attribution": [nobody], "document": 3}

    imported = {"by": "onrecord 0.1.0", "extra": [{"name": "datePublished", "value": " 27 March "}],
                "format": "claimreview", "locator": "/3", "origin": "example.net/desk#12@3f9a2b7c", "sha256": digest(5)}
    claim = {
        "actors": ["City of Example"],
        "appearance": appearance,
        "checkable": False,
        "imported": imported,
        "key": "bridge-closed",
        "kind": "quantity",
        "lang": "en",
        "places": ["Old Bridge", "Example"],
        "quantities": [
            {"comparator": "range", "high": "24.5", "text": "three weeks or a little more", "unit": "days", "value": "21"},
            {"comparator": "vague", "text": "dozens"},
        ],
        "statement": 'The city closed the old bridge for "about" three weeks.',
        "tags": ["traffic"],
        "times": [{"basis": "inferred", "edtf": "2025-03-02", "text": "Sunday"}],
        "translated_by": "a colleague",
        "why_not": "vague",
    }
    bare_claim = {"appearance": bare_appearance, "checkable": True, "kind": "event", "statement": "The bridge was closed."}

    guess = {"field": "title", "source": "https://digest.example/1", "value": "Bridge closed"}
    document = {
        "author": "A. Writer",
        "dated": "2025-03",
        "inferred": [guess, {**guess, "note": "The page has none; a digest elsewhere has."}],
        "lang": "en",
        "licence": "CC BY 4.0",
        "publisher": "The Example",
        "title": "Bridge closed",
        "url": "https://paper.example/bridge",
    }

    bare_evidence = {
        "class": "document",
        "cluster": "city",
        "credibility": "2",
        "obtained": "2025-04-10",
        "rating": {"value": "4"},
        "read": "full",
        "reliability": "B",
        "says": "Closed 2 March, opened again 26 March.",
        "stance": "supports",
        "url": "https://gazette.example/12",
    }
    evidence = {
        **bare_evidence,
        "archive": "https://archive.example/12",
        "dated": "2025-03-27",
        "document": 9,
        "imported": {"by": "onrecord 0.1.0", "format": "claimreview", "locator": "/3", "sha256": digest(5)},
        "key": "gazette",
        "label": "Mostly true",
        "lang": "en",
        "normalised": "partly-supported",
        "note": "Page 4.",
        "publisher": "City gazette",
        "rating": {"best": "5", "value": "4", "worst": "1"},
        "scale": "five steps",
        "title": "Gazette 12",
        "translated_by": "a colleague",
    }

    bare_verdict = {"confidence": "low", "finding": "supported", "judged_on": "2025-04-10",
                    "rationale": "The gazette gives 24 days; one cluster."}
    verdict = {**bare_verdict, "considered": [13], "likelihood": "very-likely",
               "method": "Gazette read in full; no reply sought.", "on": [11, 12]}

    def both(full, least=None):
        return {"full": full, "least": full if least is None else least}

    snapshot = {"archives": ["https://archive.example/1"], "bytes": 12345, "captured": "2025-03-03T10:00:00.000Z",
                "how": "downloaded by the desk", "media_type": "text/html", "sha256": digest(5)}
    bare_snapshot = {"how": "by hand", "media_type": "text/plain", "sha256": digest(5)}
    # Text that an encoder could spell in several ways: escapes, a letter and its decomposed twin, a character beyond the
    # basic plane, separators and marks that are no control characters.
    odd = 'a "quoted" back\\slash / and\ta tab,\na line \u00e9 e\u0301 \U0001d11e \u2028\u2029 \u202eright \ufeff\ufffd <&>\''

    return {
        "ledger-opened": both({**opening, "policy": desk}, opening),
        "agent-enrolled": both(
            {"handle": "ben-2_x.y", "key": ssh_key(2), "kind": "person", "roles": ROLES},
            {"handle": "b", "key": ssh_key(2), "kind": "program", "roles": []},
        ),
        "agent-described": both({"affiliation": "The Desk", "name": "Benedikta \u00d6."}, {}),
        "agent-key-changed": both({"key": ssh_key(3), "reason": "a new laptop"}),
        "agent-roles-changed": both({"roles": ["reviewer"]}, {"roles": []}),
        "agent-revoked": both({"from": 7, "reason": "key lost"}, {"reason": "left"}),
        "log-key-changed": both({"log_key": verifier_key(ORIGIN, 200)}),
        "policy-set": both(desk, solo),
        "document-registered": both(document, {}),
        "document-amended": both(document, {}),
        "snapshot-captured": {**both(snapshot, bare_snapshot), "limits": {**bare_snapshot, "bytes": 2**53 - 1}},
        "text-extracted": both({"algorithm": "utf-8", "code_points": 12000, "sha256": digest(6)},
                               {"algorithm": "utf-8", "sha256": digest(6)}),
        "claim-recorded": both(claim, bare_claim),
        "claim-amended": both(claim, bare_claim),
        "claim-moved": both({"assignee": "ben", "due": "2025-05-01", "note": "Ask the city first.", "to": "triaged"},
                            {"to": "parked"}),
        "appearance-recorded": both(appearance, bare_appearance),
        "anchor-moved": both({"anchor": 1, "reason": "the page moved", "to": passage},
                             {"anchor": 0, "reason": "a slip", "to": {"selector": "whole"}}),
        "claims-related": both({"kind": "content-of", "note": "Its\tcontent.", "to": 20},
                               {"foreign": "other.example/desk#12@00", "kind": "duplicates"}),
        "relation-withdrawn": both({"reason": "Wrong claim."}),
        "evidence-linked": both(evidence, bare_evidence),
        "evidence-withdrawn": both({"reason": "A forgery."}),
        "search-recorded": both(
            {"for": "closing dates", "found": 2, "languages": ["en", "de"], "note": "Paywalled pages left aside.",
             "on": "2025-04-10", "where": "city gazette; two papers"},
            {"for": "anything", "found": 0, "on": "2025-04-10", "where": "the web"},
        ),
        "contact-recorded": both(
            {"answer": "It was closed for repairs.", "asked": "2025-04-01", "outcome": "answered", "until": "2025-04-08",
             "who": "Works department"},
            {"outcome": "not-sought", "who": "Works department"},
        ),
        "verdict-issued": both(verdict, bare_verdict),
        "review-recorded": both({"decision": "reject", "note": "One cluster only."}, {"decision": "approve"}),
        "claim-published": both({"note": "With thanks."}, {}),
        "request-received": both({"from": "Works department", "text": "It was 23 days."}),
        "correction-issued": both(
            {"claim": claim, "kind": "correction", "text": "It was 23 days, not 24.", "verdict": verdict,
             "withdraws": [14, 15]},
            {"kind": "clarification", "text": "The old bridge is meant."},
        ),
        "claim-retracted": both({"reason": "It was another bridge."}),
        "note-added": {**both({"text": "Call again\non Monday."}), "text": {"text": odd}},
        "payload-withheld": both({"ground": "embargo", "until": "2025-06-01"}, {"ground": "a source's safety"}),
        "payload-released": both({"note": "embargo over"}, {}),
        "payload-erased": both({"authority": "the court", "ground": "order 12"}),
        "batch-signed": both({"count": 40, "root": digest(8)}),
    }
