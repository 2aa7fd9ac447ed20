#!/usr/bin/env bash
# Exports held against other people's readers, each with a negative control: the demo ledger, a synthetic desk with
# published, reviewed, corrected and hostile claims, and RANDOM desks drawn at random (20; 500 on demand).
#
#   tests/interop/exchange.sh [FORMAT…]        without FORMAT: every one in exchange/
#
# Environment: ONRECORD the program; RANDOM_DESKS how many; EXCHANGE_WORK a folder to keep tools and ledgers in between
# runs. A format is one file exchange/FORMAT.sh: either a program that takes the folders of ledgers (see
# exchange/common.sh), or, not executable, three functions `install`, `accept`, `refuse` (see exchange/lib.sh).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
export HERE="$here" TOP="$top" RANDOM_DESKS="${RANDOM_DESKS:-20}"

if [ -z "${ONRECORD:-}" ]; then
  ONRECORD="$top/target/release/onrecord"
  [ -x "$ONRECORD" ] || ONRECORD="$top/target/debug/onrecord"
fi
[ -x "$ONRECORD" ] || { echo "build the program first: cargo build --all-features" >&2; exit 2; }
export ONRECORD

if [ -n "${EXCHANGE_WORK:-}" ]; then
  mkdir -p "$EXCHANGE_WORK"; WORK=$(cd "$EXCHANGE_WORK" && pwd)
else
  WORK=$(mktemp -d); trap 'rm -rf "$WORK"' EXIT
fi
export WORK
mkdir -p "$WORK/desks" "$WORK/tools"

# Where each ledger lies with the folders that act on it: name, folder.
if [ ! -e "$WORK/desks/demo/ledger" ]; then
  rm -rf "$WORK/desks/demo"; mkdir -p "$WORK/desks/demo"
  XDG_CONFIG_HOME="$WORK/desks/demo/config" XDG_STATE_HOME="$WORK/desks/demo/state" XDG_CACHE_HOME="$WORK/desks/demo/cache" \
    "$ONRECORD" demo "$WORK/desks/demo/made" >/dev/null
  mv "$WORK/desks/demo/made/ledger" "$WORK/desks/demo/ledger"
fi
make() { # NAME [SEED]
  [ -e "$WORK/desks/$1/done" ] && return
  rm -rf "$WORK/desks/$1"
  "$here/make-desk.sh" "$WORK/desks/$1" "${2:-}" >/dev/null
  touch "$WORK/desks/$1/done"
}
make desk
for seed in $(seq 1 "$RANDOM_DESKS"); do make "random-$seed" "$seed"; done

formats=("$@")
if [ ${#formats[@]} = 0 ]; then
  for file in "$here"/exchange/*.sh; do
    name=$(basename "$file" .sh)
    [ "$name" = lib ] || [ "$name" = common ] || formats+=("$name")
  done
fi
failed=0
for format in "${formats[@]}"; do
  echo "== $format"
  script="$here/exchange/$format.sh"
  [ -e "$script" ] || { echo "there is no $script" >&2; exit 2; }
  if [ -x "$script" ]; then
    "$script" "$WORK"/desks/* || failed=1
  else
    bash "$here/exchange/lib.sh" "$format" || failed=1
  fi
done
exit $failed
