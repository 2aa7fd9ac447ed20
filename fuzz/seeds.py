"""Makes the seeds of `fuzz/corpus` from a ledger of the demo and from the fixed vectors of the tests.

    fuzz/seeds.py LEDGER     a ledger that `onrecord demo` made; with the program's path in ONRECORD, also a history and a claim of it
"""

import json
import os
import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

top = Path(__file__).resolve().parent.parent
ledger = Path(sys.argv[1])
corpus = top / "fuzz" / "corpus"


def seed(target, name, data):
    folder = corpus / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())


PROOF = """c2sp.org/tlog-proof@v1
index 1
Aippeebat6pa5MPl5F9+l3ESp+Y1k4INvsHsc4ok+Tw=
WX/LMSgtNGVMIA00GPylcFxkjr8ybsc9jd7xGEH4dtg=

"""
NOTE = """log.example/onrecord
3
NmQuc8JUCrEh46a/lUWwokmCzYMOsT080Z3jzmwCHsE=

\u2014 log.example/onrecord ZfO5lTI0QUkL9rNisjVqJ1Ts58ebzkGTatn1ot+buZtpVyHRHP963izVZQJg+l8T+qx+JBQNQFoI6t9Y1Ck+7lhCkQA=
"""
COSIGNED = "\u2014 witness.example/w1 Ro2ZuwAAAABntksAkIQMiWKIIIVzRaro/Zh/Pua3tURvgJhRk3SDLTwoO8ztMFpbzOLqUj6dhy+yi+H8binj7+GSVaBobwotty6pAw=="
LOG = "log.example/onrecord+65f3b995+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
WITNESS = "witness.example/w1+468d99bb+BHm1Vi6P5lT5QHixEuipi6eQH4U65pW+1+DjkQutBJZk"

seed("note", "signed", NOTE)
seed("note", "cosigned", NOTE + COSIGNED + "\n")
seed("note", "empty-lines", "a\n\n\nb\n\n\u2014 k AAAAAA==\n")
seed("checkpoint", "signed", NOTE)
seed("checkpoint", "text", NOTE.split("\n\n")[0] + "\n")
seed("checkpoint", "extension", NOTE.split("\n\n")[0] + "\nextension\n")
seed("cosignature", "line", COSIGNED)
seed("vkey", "log", LOG)
seed("vkey", "witness", WITNESS)
seed("policy", "quorum", f"# a policy\nlog {LOG} https://log.example/\nwitness w1 {WITNESS}\ngroup g any w1\nquorum g\n")
seed("policy", "none", f"log {LOG}\nquorum none\n")
seed("proof", "vector", PROOF + NOTE)
seed("proof", "cosigned", PROOF + NOTE + COSIGNED + "\n")
for path in ("tile/0/000", "tile/0/x001/x234/067.p/12", "tile/63/000.p/1"):
    seed("tile-path", path.replace("/", "_"), path)
for path in ("tile/entries/000.p/3", "tile/entries/x001/000", "payload/000"):
    seed("bundle-path", path.replace("/", "_"), path)


def items(folder):
    found = []
    for path in sorted(p for p in Path(folder).rglob("*") if p.is_file()):
        data = path.read_bytes()
        at = 0
        while at < len(data):
            (length,) = struct.unpack_from(">H", data, at)
            found.append(data[at + 2 : at + 2 + length])
            at += 2 + length
    return found


kinds = re.findall(r'^        \w+ = "([a-z-]+)",$', (top / "src/entry/kind.rs").read_text(), re.M)[:34]
entries, payloads = items(ledger / "log/tile/entries"), items(ledger / "payload")
seen = set()
for entry, payload in zip(entries, payloads):
    kind = json.loads(entry)["kind"]
    if kind not in seen:
        seen.add(kind)
        seed("header", kind, entry)
        seed("payload", kind, bytes([kinds.index(kind)]) + payload)
        seed("json", kind, payload)
seed("json", "strings", '{"a":"\\"\\\\\u20ac\U0001f600","b":[1,-1,9007199254740991],"\u00f6":{}}')
few = b"".join(struct.pack(">H", len(e)) + e for e in entries[:3])
seed("bundle", "three", bytes([2]) + few)
seed("bundle", "empty-slot", bytes([1]) + b"\0\0\0\1x")
seed("head", "demo", (ledger / "head").read_bytes())
claims = sorted(p for p in (top / "claims").rglob("*.toml"))
blocks = claims[0].read_text().split("\n\n")
seed("claim-file", "first", "\n\n".join(blocks[:12]) + "\n")
for number, text in enumerate([
    "finding:conflicting -state:parked", 'hedge:evidential speaker:"Islamic Resistance in Iraq"',
    "(kind:quantity OR kind:event) clusters:2.. recorded:2026-11", 'missiles "over 200" verified:..2026-11-22', "-(a b) OR c",
]):
    seed("query", str(number), text)
seed("ssh-key", "ed25519", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4 ada@desk.example")
for text in ("2024-10-01", "2024-10", "2024-10-01/2024-10-03", "2024~", "2024-21", "../2024", "201X", "2024-10-01T12:00:00Z"):
    seed("edtf", re.sub(r"[^0-9A-Za-z]", "_", text), text)
seed("timestamp", "now", "2026-11-22T07:12:03.123Z")
seed("day", "one", "2026-11-22")
seed("csv", "quoted", 'number,statement\r\n1,"a ""b"", c"\r\n2,d\r\n')
seed("jsonl", "two", '{"number":1,"statement":"a"}\n{"number":2,"statement":"b\\u2028"}\n')
framed = lambda some: b"".join(struct.pack(">H", len(e)) + e for e in some)
seed("staging", "two", b"onrecord-staging/0\n0\n2\n" + framed(entries[:2]) + framed(payloads[:2]))
seed("witness-request", "first", "old 0\n\n" + NOTE)
seed("witness-request", "grown", "old 1\nWX/LMSgtNGVMIA00GPylcFxkjr8ybsc9jd7xGEH4dtg=\n\n" + NOTE)
REVIEW = {
    "@context": "https://schema.org", "@type": "ClaimReview", "url": "https://desk.example/1", "datePublished": "2024-10-03",
    "claimReviewed": "The bridge was closed for three weeks.", "author": {"@type": "Organization", "name": "The Desk"},
    "itemReviewed": {"@type": "Claim", "author": {"@type": "Person", "name": "Ada"}, "datePublished": "2024-10",
                     "appearance": [{"@type": "CreativeWork", "url": "https://a.example"}]},
    "reviewRating": {"@type": "Rating", "alternateName": "Mostly false", "ratingValue": "2", "bestRating": 5, "worstRating": 1},
}
text = json.dumps(REVIEW)
seed("reviews", "one", text)
seed("reviews", "feed", json.dumps({"@type": "DataFeed", "dataFeedElement": [{"@type": "DataFeedItem", "item": [REVIEW, {}]}]}))
seed("reviews", "graph", json.dumps({"@graph": [REVIEW, REVIEW]}))
seed("reviews", "page", f'<!doctype html><title>x</title><script type="application/ld+json">{text}</script><script>1</script>')
seed("reviews", "rows", json.dumps({"claims": [{"text": "It rained.", "claimant": "Bo", "claimReview": [
    {"publisher": {"name": "The Desk", "site": "desk.example"}, "url": "https://desk.example/2", "textualRating": "False"}]}]}))
seed("averitec", "one", json.dumps([{"claim": "It rained.", "label": "Refuted", "speaker": "Bo", "claim_date": "1-9-2020",
    "justification": "No.", "questions": [{"question": "Did it?", "answers": [
        {"answer": "No", "answer_type": "Boolean", "source_url": "https://a.example", "boolean_explanation": "dry"}]}]}]))
seed("table", "two", 'claim,who,label,page\r\n"It ""rained"", they say",Ada,False,https://desk.example/1\r\nIt snowed.,,True,\n')
seed("table", "bom", "\ufeffclaim,who,label,page\nهطل المطر,آدا,خطأ,x\n")
seed("lines", "two", '{"claim":"It rained.","who":"Ada","label":"False"}\n{"claim":"b","page":"https://a.example"}\n')
if "ONRECORD" in os.environ:
    run = lambda *args: subprocess.run([os.environ["ONRECORD"], "--ledger", str(ledger), "--quiet", *args], capture_output=True, check=True).stdout
    history = run("prove", "4", "--history", "--out", "-")
    seed("history", "claim-4", history)
    with tempfile.TemporaryDirectory() as folder:
        run("export", "--format", "jsonl", "--out", folder + "/claims.jsonl")
        seed("own-claim", "verified", Path(folder, "claims.jsonl").read_bytes().split(b"\n")[0])
