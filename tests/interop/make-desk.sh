#!/usr/bin/env bash
# A synthetic desk under example.invalid for the interop scripts: policy desk, several agents, claims that are published,
# reviewed, corrected, retracted, withheld, at odds with each other, and worded to break what reads them carelessly.
#
#   tests/interop/make-desk.sh DIR [SEED]      without DIR: makes one, audits it, and removes it
#
# Makes DIR/ledger; keys and settings lie under DIR/config, DIR/state and DIR/cache: set XDG_CONFIG_HOME, XDG_STATE_HOME
# and XDG_CACHE_HOME to these to act on it. With SEED, a number, another desk, drawn at random from it. ONRECORD names the
# program (target/release/onrecord, else target/debug/onrecord).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
if [ -z "${ONRECORD:-}" ]; then
  ONRECORD="$top/target/release/onrecord"
  [ -x "$ONRECORD" ] || ONRECORD="$top/target/debug/onrecord"
fi
[ -x "$ONRECORD" ] || { echo "build the program first: cargo build --all-features" >&2; exit 2; }
command -v ssh-keygen >/dev/null || { echo "ssh-keygen is needed: apt-get install openssh-client" >&2; exit 2; }
if [ $# = 0 ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  ONRECORD="$ONRECORD" "$0" "$work/desk"
  XDG_CONFIG_HOME="$work/desk/config" XDG_STATE_HOME="$work/desk/state" XDG_CACHE_HOME="$work/desk/cache" \
    "$ONRECORD" --ledger "$work/desk/ledger" audit --no-lint
  exit
fi
[ ! -e "$1/ledger" ] || { echo "$1/ledger is there already" >&2; exit 2; }
mkdir -p "$1"
dir=$(cd "$1" && pwd)
export ONRECORD XDG_CONFIG_HOME="$dir/config" XDG_STATE_HOME="$dir/state" XDG_CACHE_HOME="$dir/cache"
exec python3 "$here/make_desk.py" "$dir" "${2:-}"
