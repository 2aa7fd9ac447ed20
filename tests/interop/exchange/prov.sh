#!/usr/bin/env bash
# Provenance of real ledgers, judged by the PROV-JSON schema and by the Python package `prov`: it reads the file, writes it
# as RDF, and finds both equal. Each refuses the same file with something changed. `tests/it/prov.rs` checks what these do
# not see: references to nothing, circles, times out of order.
#
#   tests/interop/exchange/prov.sh [ROOT…]
set -euo pipefail
. "$(dirname "$0")/common.sh"
find_roots "$@"
venv 'prov[rdf]==3.2.3' jsonschema==4.26.0
schema="$top/tests/data/prov/prov-json.schema.json"
judge() { "$python" "$here/prov_check.py" "$schema" "$1"; }

for root in "${roots[@]}"; do
  out="$work/$(basename "$root").prov.json"
  at "$root" --quiet export --format prov --all --out "$out" >/dev/null
  judge "$out"
  "$work/venv/bin/prov-convert" -f rdf "$out" "$work/rt.ttl"
  "$work/venv/bin/prov-compare" -f json -F rdf "$out" "$work/rt.ttl"
  echo "  $(basename "$root"): equal after a round trip through RDF"
  sed 's/"or:finding":"/"or:finding":"not /' "$out" >"$work/changed.json"
  if ! cmp -s "$out" "$work/changed.json"; then
    must_fail "prov-compare: a changed finding" "$work/venv/bin/prov-compare" -f json -F rdf "$work/changed.json" "$work/rt.ttl"
  fi
  sed 's/"hadMember"/"hasMember"/' "$out" >"$work/misspelt.json"
  must_fail "the schema: a relation that is none" judge "$work/misspelt.json"
done
echo "provenance: all holds"
