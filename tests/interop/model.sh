#!/usr/bin/env bash
# Checks the model of the commit protocol (tests/model/commit.pml) with spin: every order of steps of two writers, within
# each of the bounds below; then one rule of the protocol is broken at a time, and the checker must find what that
# costs, by the property named. Installs spin where it is missing.
#
#   tests/interop/model.sh          the bounds below, some 20 million states
#   tests/interop/model.sh deep     also all kinds of trouble at once: some minutes and gigabytes more
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
model=$top/tests/model/commit.pml
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! command -v spin >/dev/null || ! command -v gcc >/dev/null; then
  sudo=""; [ "$(id -u)" = 0 ] || sudo=sudo
  $sudo apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq spin gcc libc6-dev >/dev/null
fi
cd "$work"

# search DEFINE…: leaves what the checker says in `out`. It stops at the first error; without one it has seen every state.
search() {
  rm -f pan* ./*.trail
  spin "$@" -a "$model" >spun 2>&1 || { cat spun >&2; exit 1; }
  gcc -O2 -w -DSAFETY -DCOLLAPSE -o pan pan.c
  ./pan -m100000 -w25 >out 2>&1
}
# A search that was cut short (depth, memory) proves nothing.
whole() { grep -q 'errors: 0' out && ! grep -qi 'truncated\|out of memory\|max search depth too small' out; }

total=0
holds() { # WHAT DEFINE…
  what=$1; shift
  search "$@" || true
  whole || { echo "FAILED: $what" >&2; cat out >&2; exit 1; }
  states=$(sed -n 's/^ *\([0-9e.+]*\) states, stored.*/\1/p' out)
  total=$(python3 -c "print($total + int(float('$states')))")
  printf '  holds: %-48s %s states\n' "$what" "$states"
}
refuted() { # WHAT PROPERTY DEFINE…: PROPERTY is a piece of the assertion that must be the one to fail
  what=$1 property=$2; shift 2
  search "$@" || true
  grep -q 'errors: 1' out || { echo "FAILED: not refuted: $what" >&2; exit 1; }
  grep 'assertion violated' out | grep -qF "$property" \
    || { echo "FAILED: $what is refuted, but not where it should be:" >&2; grep violated out >&2; exit 1; }
  echo "  refuted, as it must be: $what"
}

echo "the protocol, two writers"
holds "2 failed or unclear answers" -DFAULTS=2 -DKILLS=0 -DCUTS=0
holds "1 answer, 1 writer killed"   -DFAULTS=1 -DKILLS=1 -DCUTS=0
holds "1 answer, 1 power cut"       -DFAULTS=1 -DKILLS=0 -DCUTS=1
holds "1 writer killed, 1 power cut" -DFAULTS=0 -DKILLS=1 -DCUTS=1
if [ "${1:-}" = deep ]; then
  holds "1 answer, 1 writer killed, 1 power cut" -DFAULTS=1 -DKILLS=1 -DCUTS=1
  holds "3 answers" -DFAULTS=3 -DKILLS=0 -DCUTS=0
fi
echo "  $total states in all"

kept='acked' once='owner[base[' one='sealed' covered='tile[depth[' finished='(head!=h)||(ckpt!=c)'
echo "the protocol with one rule broken"
refuted "the checkpoint before its tiles: not covered" "$covered" -DCHECKPOINT_FIRST
refuted "the head set without compare: two histories are signed" "$one" -DBLIND_SWAP -DFAULTS=0 -DKILLS=0 -DCUTS=0
refuted "acknowledged before the head: not kept" "$kept" -DACK_EARLY -DFAULTS=0 -DKILLS=1 -DCUTS=0
refuted "no look for the own leaf after an unclear answer: recorded twice" "$once" -DNO_LOOK -DFAULTS=1 -DKILLS=0 -DCUTS=0
refuted "published under a head that is not synced: nobody can go on" "$finished" -DHEAD_NOT_SYNCED
refuted "tidied under a checkpoint that is not synced: nobody can go on" "$finished" -DOVERTAKEN_TIDIES
echo "all hold"
