#!/usr/bin/env bash
# Runs the shell blocks of docs/verify-by-hand.md as they stand there, in order, on the demo ledger; then each check again on a
# copy in which something was changed, where it must fail. A block that no step here runs is an error, so nothing printed there
# goes untried.
#
#   tests/interop/by-hand.sh          ONRECORD names the binary; else the release build
set -euo pipefail
. "$(dirname "$0")/lib.sh"

document=$top/docs/verify-by-hand.md
release_binary
export XDG_CONFIG_HOME="$work/config" XDG_STATE_HOME="$work/state" XDG_CACHE_HOME="$work/cache"
export SOURCE=$top PATH="$work/bin:$PATH" LEDGER VKEY STAMP
mkdir "$work/bin" "$work/room" "$work/used"
ln -s "$(realpath "$binary")" "$work/bin/onrecord"
onrecord demo "$work/demo" >/dev/null 2>&1

# In the document's place: installs only where something is missing, and asks nothing.
cat >"$work/bin/apt-get" <<'APT'
#!/bin/sh
if command -v go >/dev/null && test -d /usr/share/gocode/src/golang.org/x/mod/sumdb && command -v ssh-keygen >/dev/null &&
  command -v openssl >/dev/null && python3 -c 'import ensurepip, venv'; then exit 0; fi
[ "$(id -u)" = 0 ] || exec sudo -n sh -c '/usr/bin/apt-get update -qq && /usr/bin/apt-get "$@"' apt-get "$@"
/usr/bin/apt-get update -qq
DEBIAN_FRONTEND=noninteractive exec /usr/bin/apt-get "$@"
APT
chmod +x "$work/bin/apt-get"

# blocks HEADING [NUMBER]: the shell blocks under a heading, or one of them; notes them as used.
blocks() {
  python3 - "$document" "$work/used" "$@" <<'PY'
import sys

path, used, heading, *number = sys.argv[1:]
found, here, block = [], False, None
for line in open(path, encoding="utf-8").read().split("\n"):
    if block is not None:
        if line == "```":
            found, block = found + ["\n".join(block)], None
        else:
            block.append(line)
    elif line.startswith("## "):
        here = line == "## " + heading
    elif here and line == "```sh":
        block = []
if not found:
    sys.exit(f"no shell block under {heading!r}")
for n, text in enumerate(found, 1):
    if not number or n == int(number[0]):
        open(f"{used}/{heading.split(':')[0]} {n}", "w").close()
        print(text)
PY
}

# does HEADING [NUMBER]: those blocks in the room where the earlier ones ran.
does() {
  local text
  text=$(blocks "$@")
  # The first command that fails ends it; whoever types them sees that themselves.
  (cd "$work/room" && bash -euo pipefail -c "$text") >"$work/said" 2>&1
}
holds() {
  if ! does "$@"; then echo "FAILED: $*" >&2; cat "$work/said" >&2; exit 1; fi
  echo "  holds: $1${2:+, block $2}"
}
# reason: what the program said, without what frames it.
reason() { grep -o '"error": "[^"]*' "$work/said" | tail -n 1 | cut -d'"' -f4 | grep . || grep -v '^exit status' "$work/said" | tail -n 1; }
refuses() { # WHAT HEADING [NUMBER]
  local what=$1
  shift
  if does "$@"; then echo "FAILED: $what was accepted by: $*" >&2; cat "$work/said" >&2; exit 1; fi
  echo "  refused, as it must be: $what ($1): $(reason | cut -c 1-90)"
}

# An authority that answers one request, and its stamp on the checkpoint, laid down where `onrecord stamp` puts them.
stamp() {
  local at=$work/tsa size
  size=$(sed -n 2p "$LEDGER/log/checkpoint")
  mkdir "$at"
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$at/ca.key" -out "$at/ca.pem" -subj "/CN=root" -days 2 2>/dev/null
  openssl req -newkey rsa:2048 -nodes -keyout "$at/tsa.key" -out "$at/tsa.csr" -subj "/CN=tsa" 2>/dev/null
  printf 'extendedKeyUsage=critical,timeStamping\n' >"$at/ext"
  openssl x509 -req -in "$at/tsa.csr" -CA "$at/ca.pem" -CAkey "$at/ca.key" -CAcreateserial -days 2 -extfile "$at/ext" \
    -out "$at/tsa.pem" 2>/dev/null
  echo 01 >"$at/serial"
  printf '%s\n' '[t]' "serial = $at/serial" "signer_cert = $at/tsa.pem" "certs = $at/ca.pem" "signer_key = $at/tsa.key" \
    'signer_digest = sha256' 'default_policy = 1.2.3.4.1' 'digests = sha256' 'ess_cert_id_alg = sha256' >"$at/conf"
  mkdir "$LEDGER/stamps"
  STAMP=$LEDGER/stamps/$size.example
  head -n 3 "$LEDGER/log/checkpoint" >"$LEDGER/stamps/$size.txt"
  openssl ts -query -data "$LEDGER/stamps/$size.txt" -sha256 -cert -out "$STAMP.tsq" 2>/dev/null
  openssl ts -reply -config "$at/conf" -section t -queryfile "$STAMP.tsq" -out "$STAMP.tsr" 2>/dev/null
  cp "$at/ca.pem" "$work/room/root.pem"
}

real=$work/demo/ledger
LEDGER=$real
VKEY=$(onrecord --ledger "$LEDGER" stats --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["vkey"])')
[ "$VKEY" = "$(vkey_of "$LEDGER")" ] || { echo "FAILED: stats prints another key than entry 0 names" >&2; exit 1; }
cp "$LEDGER/log/checkpoint" "$work/room/old-checkpoint"
cp -r "$LEDGER" "$work/fork"
onrecord --ledger "$LEDGER" --quiet note 12 "After the checkpoint that was kept." >/dev/null
XDG_STATE_HOME="$work/state-of-fork" onrecord --ledger "$work/fork" --quiet note 12 "Instead." >/dev/null
stamp

echo "docs/verify-by-hand.md, as it stands"
holds "What you need"
holds "The tree and the checkpoint: Go"
holds "The same in Python"
holds "That nothing was rewritten since"
holds "The checkpoint's signature: openssl"
holds "Who signed: ssh-keygen"
# Its blocks give each other variables.
holds "One entry, byte by byte"
for n in 1 2; do holds "One entry, without the ledger" "$n"; done
for n in 1 2; do holds "A claim's whole history, or a claim set" "$n"; done
holds "When: openssl"

printed=$(grep -c '^```sh$' "$document")
ran=$(find "$work/used" -type f | wc -l)
[ "$printed" = "$ran" ] || { echo "FAILED: $printed shell blocks are printed, $ran were run" >&2; exit 1; }
echo "  all $ran blocks were run"

echo "the same, where something was changed"
size=$(sed -n 2p "$real/log/checkpoint")
# last FOLDER: the bundle or tile that holds the last entry.
last() { (cd "$real" && find "$1" -type f -path "$1/$(printf %03d $(((size - 1) / 256)))*" | sort -V | tail -n 1); }
# spoilt FILE: one bit of that file flipped, in the copy that LEDGER names from now on.
spoilt() {
  damaged "$real" "$1"
  LEDGER=$work/copy
}
spoilt "$(last log/tile/0)"
refuses "a changed tile" "The tree and the checkpoint: Go"
refuses "a changed tile" "The same in Python"
spoilt log/tile/entries/000
refuses "a changed entry" "The tree and the checkpoint: Go"
refuses "a changed entry" "Who signed: ssh-keygen"
spoilt log/checkpoint
refuses "a changed checkpoint" "The tree and the checkpoint: Go"
refuses "a changed checkpoint" "The same in Python"
refuses "a changed checkpoint" "That nothing was rewritten since"
refuses "a changed checkpoint" "The checkpoint's signature: openssl"
LEDGER=$real
cp "$work/fork/log/checkpoint" "$work/room/old-checkpoint"
refuses "another history under the same key" "That nothing was rewritten since"
VKEY=$(cd "$top/tests/vectors" && python3 -c 'import sys, kinds; print(kinds.verifier_key(sys.argv[1], 9))' "${VKEY%%+*}")
refuses "another log's key" "The tree and the checkpoint: Go"
refuses "another log's key" "The same in Python"
refuses "another log's key" "The checkpoint's signature: openssl"
VKEY=$(vkey_of "$real")

# bent FILE FROM-END: one bit of that byte flipped, in place.
bent() {
  python3 - "$@" <<'PY'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[-int(sys.argv[2])] ^= 1
open(sys.argv[1], "wb").write(data)
PY
}
whole() { damaged "$real" log/checkpoint && cp "$real/log/checkpoint" "$work/copy/log/checkpoint" && LEDGER=$work/copy; }
whole
holds "One entry, byte by byte"
bent "$work/copy/$(last payload)" 3
refuses "a changed payload" "One entry, byte by byte"
whole
bent "$work/copy/$(last log/tile/entries)" 9
refuses "a changed entry" "One entry, byte by byte"
grep -q "^Good" "$work/said" && { echo "FAILED: ssh-keygen took it for good" >&2; exit 1; }
LEDGER=$real

cp "$work/room/entry-12.tlog-proof" "$work/proof"
bent "$work/room/entry-12.tlog-proof" 40
refuses "a changed proof" "One entry, without the ledger" 2
cp "$work/proof" "$work/room/entry-12.tlog-proof"
cp "$work/room/claims.bundle" "$work/bundle"
sed '3d' "$work/bundle" >"$work/room/claims.bundle"
refuses "a claim set without one of its lines" "A claim's whole history, or a claim set" 2
sed 's/claim-recorded/claim-amended/' "$work/room/claim.bundle" >"$work/changed"
cmp -s "$work/changed" "$work/room/claim.bundle" && { echo "FAILED: nothing was changed" >&2; exit 1; }
cp "$work/changed" "$work/room/claim.bundle"
cp "$work/bundle" "$work/room/claims.bundle"
refuses "a history with a word changed" "A claim's whole history, or a claim set" 2

bent "$STAMP.tsr" 1
refuses "a changed stamp" "When: openssl"
bent "$STAMP.tsr" 1
holds "When: openssl"
bent "${STAMP%.*}.txt" 3
refuses "a stamp on another text" "When: openssl"
echo "all hold"
