# Web Annotation by the 54 MUST assertions of the W3C's tests (tests/data/webannotation) under PyPI jsonschema, and the
# positions by Python's own strings.
install() { python_with "jsonschema==4.23.0"; }

accept() {
  export_to "$1" "$OUT/$1.json" --format annotation --all
  python3 "$HERE/exchange/annotation.py" "$TOP/tests/data/webannotation" "$OUT/$1.json" "$WORK/desks/$1"
}

refuse() {
  spoil() { # WHAT EXPRESSION: changes the first annotation on a document
    python3 - "$OUT/desk.json" "$OUT/spoilt.json" "$2" <<'PY'
import json, sys
whole = json.load(open(sys.argv[1], encoding="utf-8"))
a = next(a for a in whole["first"]["items"] if isinstance(a["target"], dict) and "selector" in a["target"])
exec(sys.argv[3])
json.dump(whole, open(sys.argv[2], "w"))
PY
    must_fail "$1" python3 "$HERE/exchange/annotation.py" "$TOP/tests/data/webannotation" "$OUT/spoilt.json" "$WORK/desks/desk"
  }
  spoil "a target without source" 'del a["target"]["source"]'
  spoil "a negative position" 'a["target"]["selector"][0]["start"] = -1'
  spoil "a position in words" 'a["target"]["selector"][0]["end"] = "7"'
  spoil "another context" 'whole["@context"] = "https://www.w3.org/ns/anno.jsonld"'
  spoil "a position beside the words" 'a["target"]["selector"][0]["start"] += 1; a["target"]["selector"][0]["end"] += 1'
  spoil "a purpose on a plain body" 'a["body"] = {"id": a["body"], "purpose": "identifying"}'
}
