"""Every annotation of a collection against the W3C's assertions, and every quotation against the text it is from."""

import hashlib, json, pathlib, sys, warnings
import jsonschema

suite, path, desk = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
whole = json.load(open(path, encoding="utf-8"))
warnings.simplefilter("ignore", DeprecationWarning)  # of the resolver, whose successor wants other references
store = {}
for folder in ("annotations", "definitions"):
    for file in (suite / folder).rglob("*.json"):
        schema = json.load(open(file))
        store[file.name] = store[schema.get("id", file.name)] = schema
assertions = []
for file in sorted((suite / "annotations").rglob("*.json")):
    schema = json.load(open(file))
    resolver = jsonschema.RefResolver("", schema, store=store)
    assertions.append((file.name, schema.get("expectedResult", "valid"), jsonschema.Draft4Validator(schema, resolver=resolver)))
assert len(assertions) == 54, len(assertions)

texts = {hashlib.sha256(f.read_bytes()).hexdigest(): f.read_text(encoding="utf-8") for f in desk.glob("*.txt")}
ids, quotes = set(), 0
items = whole["first"]["items"]
assert whole["total"] == len(items)
for item in items:
    annotation = {"@context": whole["@context"], **item}
    for name, expected, validator in assertions:
        valid = validator.is_valid(annotation)
        assert valid == (expected == "valid"), f"{item['id']}: {name}: {[e.message for e in validator.iter_errors(annotation)][:2]}"
    assert item["id"] not in ids, item["id"]
    ids.add(item["id"])
    target = item["target"]
    if not isinstance(target, dict):
        continue
    text = texts.get(target.get("or:textDigest", "").removeprefix("sha256:"))
    selectors = {s["type"]: s for s in target.get("selector", [])}
    position, quote = selectors.get("TextPositionSelector"), selectors.get("TextQuoteSelector")
    if position:
        assert 0 <= position["start"] < position["end"], item["id"]
    if position and quote and text:
        assert text[position["start"]:position["end"]] == quote["exact"], f"{item['id']}: the words are not there"
        quotes += 1
print(f"{len(items)} annotations, {len(assertions)} assertions each, {quotes} quotations found in their text")
