#!/usr/bin/env bash
# Runs one format: tests/interop/exchange/FORMAT.sh, which defines
#
#   install        makes the tools ready, under $WORK/tools
#   accept NAME    exports the ledger NAME with `export_to`, and has the tools accept it; prints one line of figures
#   refuse         has the tools refuse what `must_fail` names, made from the export of `desk`
#
# Called by exchange.sh, which makes the ledgers under $WORK/desks.
set -euo pipefail
format=$1

# export_to NAME PATH OPTIONS…: an export of the ledger NAME.
export_to() {
  local name=$1 path=$2; shift 2
  rm -rf "$path" "$path.meta.json"
  XDG_CONFIG_HOME="$WORK/desks/$name/config" XDG_STATE_HOME="$WORK/desks/$name/state" XDG_CACHE_HOME="$WORK/desks/$name/cache" \
    "$ONRECORD" --quiet --ledger "$WORK/desks/$name/ledger" export --out "$path" "$@" >"$path.said"
}

# must_fail WHAT COMMAND…: the command must not succeed.
must_fail() {
  local what=$1; shift
  if "$@" >"$OUT/refused.log" 2>&1; then echo "FAILED: $what was accepted" >&2; exit 1; fi
  echo "  refused, as it must be: $what"
}

# python_with PACKAGE…: a Python with these packages, made once.
python_with() {
  local venv="$WORK/tools/venv-$format"
  if [ ! -e "$venv/done" ]; then
    rm -rf "$venv"; python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "$@"
    touch "$venv/done"
  fi
  PATH="$venv/bin:$PATH"
}

# node_with PACKAGE…: npm packages in $WORK/tools/node-FORMAT, on the PATH.
node_with() {
  local folder="$WORK/tools/node-$format"
  if [ ! -e "$folder/done" ]; then
    rm -rf "$folder"; mkdir -p "$folder"
    (cd "$folder" && npm init -y >/dev/null 2>&1 && npm install --silent --no-audit --no-fund --loglevel=error "$@" >/dev/null)
    touch "$folder/done"
  fi
  NODE_FOLDER="$folder"
  PATH="$folder/node_modules/.bin:$PATH"
}

OUT="$WORK/out/$format"
mkdir -p "$OUT"
# shellcheck source=/dev/null
. "$HERE/exchange/$format.sh"
install
for desk in "$WORK"/desks/*/; do
  name=$(basename "$desk")
  printf '  %s: ' "$name"
  accept "$name"
done
refuse
