#!/usr/bin/env bash
# Nanopublications of real ledgers, judged by @nanopub/sign (npm), by rdflib with the RA rule written from its
# specification, and by the rules of a well-formed nanopublication. The suite of published ones, where `shared/` is beside
# the project, shows that our own judge is right about others'. Each accepts what we wrote and refuses it with a word changed.
#
#   tests/interop/exchange/nanopub.sh [ROOT…]
set -euo pipefail
. "$(dirname "$0")/common.sh"
find_roots "$@"
venv rdflib==7.1.4
command -v npm >/dev/null || { echo "npm is needed: apt-get install npm" >&2; exit 2; }
(cd "$work" && npm init -y >/dev/null && npm install --silent --no-fund --no-audit @nanopub/sign@0.2.0 >/dev/null)
# The package declares ES modules and ships a CommonJS file for Node.
cp "$work/node_modules/@nanopub/sign/node.js" "$work/node_modules/@nanopub/sign/node.cjs"
cp "$here/nanopub_check.cjs" "$work/"

suite="$top/../shared/data/nanopub"
if [ -d "$suite" ]; then
  "$python" "$here/nanopub_check.py" --suite "$suite"
else
  echo "  skipped: the nanopublication suite is not beside the project"
fi
for root in "${roots[@]}"; do
  out="$work/$(basename "$root").trig"
  at "$root" --quiet export --format nanopub --all --out "$out" >/dev/null
  rm -rf "$work/each" && mkdir "$work/each"
  "$python" "$here/nanopub_check.py" "$out" --split "$work/each"
  (cd "$work" && node nanopub_check.cjs each)
  one=$(grep -l 'or:finding "' -r "$work/each" | sort | head -n 1 || true)
  [ -n "$one" ] || { echo "  no verdict in $root, nothing to judge"; continue; }
  mkdir -p "$work/bad" && rm -f "$work/bad"/*
  sed 's/or:finding "/or:finding "not /' "$one" >"$work/bad/changed.trig"
  cmp -s "$one" "$work/bad/changed.trig" && { echo "FAILED: the damage did nothing" >&2; exit 1; }
  must_fail "@nanopub/sign: a changed finding" node "$work/nanopub_check.cjs" "$work/bad"
  must_fail "the RA rule: a changed finding" "$python" "$here/nanopub_check.py" "$work/bad/changed.trig"
  # A head without its assertion is not well-formed, whatever its hash.
  sed '/np:hasAssertion/d' "$one" >"$work/bad/headless.trig"
  must_fail "no assertion named" "$python" "$here/nanopub_check.py" "$work/bad/headless.trig"
done
echo "nanopublications: all hold"
