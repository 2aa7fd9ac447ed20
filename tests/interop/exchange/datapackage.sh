# Data packages by PyPI frictionless.
install() { python_with "frictionless==5.21.0"; }

validate() { (cd "$1" && frictionless validate datapackage.json); }

accept() {
  export_to "$1" "$OUT/$1" --format datapackage --all
  if ! validate "$OUT/$1" >"$OUT/$1.log" 2>&1; then tail -40 "$OUT/$1.log" >&2; exit 1; fi
  export_to "$1" "$OUT/$1-safe" --format datapackage --all --spreadsheet-safe
  if ! validate "$OUT/$1-safe" >"$OUT/$1.log" 2>&1; then tail -40 "$OUT/$1.log" >&2; exit 1; fi
  echo "$(($(wc -l <"$OUT/$1/entries.csv") - 1)) entries in $(ls "$OUT/$1"/*.csv | wc -l) tables"
}

# spoil NAME: a copy of the desk's package to spoil.
spoil() { rm -rf "$OUT/spoilt"; cp -r "$OUT/desk" "$OUT/spoilt"; }
# sealed: the description is brought up to what the tables are now, so that only what was spoilt is wrong.
sealed() {
  python3 - "$OUT/spoilt" <<'PY'
import hashlib, json, pathlib, sys
folder = pathlib.Path(sys.argv[1])
path = folder / "datapackage.json"
package = json.loads(path.read_text())
for resource in package["resources"]:
    data = (folder / resource["path"]).read_bytes()
    resource["bytes"], resource["hash"] = len(data), "sha256:" + hashlib.sha256(data).hexdigest()
path.write_text(json.dumps(package))
PY
}

refuse() {
  spoil; printf '\r\n' >>"$OUT/spoilt/claims.csv"
  must_fail "a file that is not what its digest says" validate "$OUT/spoilt"
  spoil; sealed; validate "$OUT/spoilt" >/dev/null
  spoil; sed -i '2s/^[0-9]*/999999/' "$OUT/spoilt/hedges.csv"; sealed
  must_fail "a hedge of an appearance that is not there" validate "$OUT/spoilt"
  spoil; sed -i '2s/recorded\|published\|retracted/somewhere/' "$OUT/spoilt/claims.csv"; sealed
  must_fail "a state that is none" validate "$OUT/spoilt"
  spoil; rm "$OUT/spoilt/hedges.csv"
  must_fail "a missing table" validate "$OUT/spoilt"
}
