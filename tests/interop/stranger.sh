#!/usr/bin/env bash
# A stranger's check of a ledger, with other people's tools: Go's sumdb/note and sumdb/tlog, PyPI aics-tlog, OpenSSH's
# ssh-keygen. Installs what is missing. Each tool must accept the ledger as it is, and refuse it with one byte changed.
#
#   tests/interop/stranger.sh [LEDGER]      without LEDGER: the demo's
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

ledger=${1:-}
if [ -z "$ledger" ]; then
  binary=${ONRECORD:-$top/target/release/onrecord}
  [ -x "$binary" ] || (cd "$top" && cargo build --release --quiet)
  XDG_CONFIG_HOME="$work/config" XDG_STATE_HOME="$work/state" XDG_CACHE_HOME="$work/cache" \
    "$binary" demo "$work/demo" >/dev/null
  ledger="$work/demo/ledger"
fi

sudo=""; [ "$(id -u)" = 0 ] || sudo=sudo
if ! command -v go >/dev/null || [ ! -d /usr/share/gocode/src/golang.org/x/mod/sumdb ] || ! command -v ssh-keygen >/dev/null; then
  $sudo apt-get update -qq
  $sudo apt-get install -y -qq golang-go golang-golang-x-mod-dev golang-golang-x-crypto-dev openssh-client >/dev/null
fi
cat >"$work/requirements" <<'REQ'
aics-tlog==0.2.1 --hash=sha256:e8cd2be003001576353bbd1a139b68252baf85df8e5d356c5ff26f3c417efdfc
REQ
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --ignore-requires-python --no-deps --require-hashes -r "$work/requirements"
"$work/venv/bin/pip" install --quiet cryptography
aics="$work/venv/bin/aics-tlog"

# The log's key, as entry 0 gives it; a real stranger gets it by another way and compares.
vkey=$(python3 - "$ledger" <<'PY'
import glob, json, sys
path = sorted(glob.glob(sys.argv[1] + "/payload/000*"))[0]
path = path if not path.endswith(".p") else sorted(glob.glob(path + "/*"))[0]
data = open(path, "rb").read()
length = data[0] * 256 + data[1]
print(json.loads(data[2 : 2 + length])["body"]["log_key"])
PY
)
printf '%s\n' "$vkey" >"$work/log.vkey"

go_check() { (cd "$here" && GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS= go run stranger.go "$1" "$2"); }
must_fail() {
  what=$1; shift
  if "$@" >/dev/null 2>&1; then echo "FAILED: $what was accepted" >&2; exit 1; fi
  echo "  refused, as it must be: $what"
}

echo "Go sumdb/note and sumdb/tlog"
go_check "$ledger/log" "$vkey"
echo "aics-tlog"
"$aics" verify-checkpoint --tiles "$ledger/log" --vkey-file "$work/log.vkey" >/dev/null && echo "  checkpoint and tiles hold"
size=$(sed -n 2p "$ledger/log/checkpoint")
for index in 0 1 $((size / 2)) $((size - 1)); do
  "$aics" verify-inclusion --tiles "$ledger/log" --vkey-file "$work/log.vkey" --index "$index" >/dev/null
  echo "  entry $index is included"
done
echo "ssh-keygen -Y verify"
python3 "$here/signatures.py" "$ledger"

echo "negative controls"
flip() { # FILE: flips one bit in the middle of it
  python3 - "$1" <<'PY'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[len(data) // 2] ^= 1
open(sys.argv[1], "wb").write(data)
PY
}
damaged() { rm -rf "$work/copy"; cp -r "$ledger" "$work/copy"; flip "$work/copy/$1"; }
first_bundle=log/tile/entries/000; [ -f "$ledger/$first_bundle" ] || first_bundle=$(cd "$ledger" && ls log/tile/entries/000.p/* | tail -n 1)
first_tile=log/tile/0/000; [ -f "$ledger/$first_tile" ] || first_tile=$(cd "$ledger" && ls log/tile/0/000.p/* | tail -n 1)
damaged "$first_bundle"
must_fail "Go: a changed entry" go_check "$work/copy/log" "$vkey"
must_fail "ssh-keygen: a changed entry" python3 "$here/signatures.py" "$work/copy"
damaged "$first_tile"
must_fail "Go: a changed tile" go_check "$work/copy/log" "$vkey"
changed_leaf=$(($(wc -c <"$work/copy/$first_tile") / 64))
must_fail "aics-tlog: a changed tile" "$aics" verify-inclusion --tiles "$work/copy/log" --vkey-file "$work/log.vkey" --index "$changed_leaf"
damaged log/checkpoint
must_fail "Go: a changed checkpoint" go_check "$work/copy/log" "$vkey"
must_fail "aics-tlog: a changed checkpoint" "$aics" verify-checkpoint --tiles "$work/copy/log" --vkey-file "$work/log.vkey"
other="other.invalid+00000000+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
must_fail "Go: another log's key" go_check "$ledger/log" "$other"
echo "all hold"
