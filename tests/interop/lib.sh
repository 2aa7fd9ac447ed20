# What the interop scripts share; sourced, not run. Sets: here, top, work (a scratch folder, removed at the end), aics, python.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# release_binary: sets `binary`, the one that $ONRECORD names, else the release build, with what speaks to servers.
release_binary() {
  binary=${ONRECORD:-$top/target/release/onrecord}
  [ -x "$binary" ] || (cd "$top" && cargo build --release --quiet --features net)
}

# debian PROBE PACKAGE…: installs packages unless the probe succeeds.
debian() {
  local probe=$1 sudo=""
  shift
  if bash -c "$probe" >/dev/null 2>&1; then return; fi
  [ "$(id -u)" = 0 ] || sudo=sudo
  $sudo apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null
}

# Go with its sumdb packages, OpenSSH, and aics-tlog from PyPI, pinned.
strangers() {
  debian 'command -v go && test -d /usr/share/gocode/src/golang.org/x/mod/sumdb && command -v ssh-keygen' \
    golang-go golang-golang-x-mod-dev golang-golang-x-crypto-dev openssh-client
  cat >"$work/requirements" <<'REQ'
aics-tlog==0.2.1 --hash=sha256:e8cd2be003001576353bbd1a139b68252baf85df8e5d356c5ff26f3c417efdfc
REQ
  python3 -m venv "$work/venv"
  python=$work/venv/bin/python
  "$work/venv/bin/pip" install --quiet --ignore-requires-python --no-deps --require-hashes -r "$work/requirements"
  "$work/venv/bin/pip" install --quiet cryptography
  aics="$work/venv/bin/aics-tlog"
  mkdir "$work/go"
  (cd "$here" && GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS= go build -o "$work/go/stranger" stranger.go)
}

# vkey_of LEDGER: the log's key, as entry 0 gives it; a real stranger gets it by another way and compares.
vkey_of() {
  python3 - "$1" <<'PY'
import glob, json, sys
path = sorted(glob.glob(sys.argv[1] + "/payload/000*"))[0]
path = path if not path.endswith(".p") else sorted(glob.glob(path + "/*"))[0]
data = open(path, "rb").read()
length = data[0] * 256 + data[1]
print(json.loads(data[2 : 2 + length])["body"]["log_key"])
PY
}

# go_check LEDGER/log VKEY: whole tiles, every entry, inclusion, consistency.
go_check() { "$work/go/stranger" "$1" "$2"; }

must_fail() {
  local what=$1
  shift
  if "$@" >/dev/null 2>&1; then echo "FAILED: $what was accepted" >&2; exit 1; fi
  echo "  refused, as it must be: $what"
}

flip() { # FILE: flips one bit in the middle of it
  python3 - "$1" <<'PY'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[len(data) // 2] ^= 1
open(sys.argv[1], "wb").write(data)
PY
}

# damaged LEDGER FILE: a copy of the ledger's public part and payloads in $work/copy, with one bit of that file flipped.
damaged() {
  rm -rf "$work/copy"
  mkdir "$work/copy"
  cp -r "$1/log" "$1/payload" "$work/copy"
  flip "$work/copy/$2"
}
