#!/usr/bin/env bash
# Witnesses: PyPI aics-witness cosigns for our client, its feeder and aics-tlog's log go to our witness; two different
# witnesses make a quorum; each refusal that the specification asks for; killed servers forget nothing.
#
#   tests/interop/witness.sh [HOME]     with HOME: on a copy of the ledger that make-ledger.sh made there, else on the demo's;
#                                       ONRECORD names the program; it must be built with the feature `net`
set -euo pipefail
given=${1:+$(cd "$1" && pwd)}
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
servers=()
finish() {
  for pid in "${servers[@]}"; do kill "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT

binary=${ONRECORD:-$top/target/release/onrecord}
[ -n "${ONRECORD:-}" ] || (cd "$top" && cargo build --release --quiet --features net)
export XDG_CONFIG_HOME="$work/config" XDG_STATE_HOME="$work/state" XDG_CACHE_HOME="$work/cache"
cd "$work"

cat >requirements <<'REQ'
aics-tlog==0.2.1 --hash=sha256:e8cd2be003001576353bbd1a139b68252baf85df8e5d356c5ff26f3c417efdfc
aics-witness==0.1.0 --hash=sha256:cd3f5acd2e79a8e29411a5a810b65ad7c5709d468cf1e889533bb0d5e5fe8400
REQ
python3 -m venv venv
venv/bin/pip install --quiet --ignore-requires-python --no-deps --require-hashes -r requirements
venv/bin/pip install --quiet 'cryptography>=50.0.2'

fail() { echo "FAILED: $*" >&2; exit 1; }
# ends CODE COMMAND…: the command must end with this code; what it says goes to the file `said`.
ends() {
  local wanted=$1 code=0
  shift
  "$@" >said 2>&1 || code=$?
  [ "$code" = "$wanted" ] || { cat said >&2; fail "exit code $code instead of $wanted: $*"; }
}
says() { grep -q -- "$1" said || { cat said >&2; fail "it does not say: $1"; }; }
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
await() { # URL: until somebody answers
  for _ in $(seq 100); do
    python3 - "$1" <<'PY' && return
import sys, urllib.error, urllib.request
try:
    urllib.request.urlopen(sys.argv[1], timeout=2)
except urllib.error.HTTPError:
    pass
except OSError:
    sys.exit(1)
PY
    sleep 0.1
  done
  fail "nobody answers at $1"
}
note_size() { sed -n 2p "$1"; }
number() { "$binary" --ledger "$1" list --json --limit 1 | python3 -c 'import json, sys; print(json.load(sys.stdin)["claims"][0]["number"])'; }

if [ -n "$given" ]; then
  for part in ledger config state cache; do if [ -d "$given/$part" ]; then cp -r "$given/$part" .; fi; done
  ledger="$work/ledger"
else
  ends 0 "$binary" demo demo
  ledger="$work/demo/ledger"
fi
vkey=$("$binary" --ledger "$ledger" stats --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["vkey"])')
origin=${vkey%%+*}
claim=$(number "$ledger")
printf '%s\n' "$vkey" >log.vkey

echo "servers"
aics_port=$(free_port) own_port=$(free_port)
aics_key=$(venv/bin/aics-witness init --config aics.json --name witness.invalid/aics --listen "127.0.0.1:$aics_port" 2>/dev/null)
venv/bin/aics-witness add-log --config aics.json --origin "$origin" --vkey "$vkey" >/dev/null 2>&1
serve_aics() { venv/bin/aics-witness serve --config aics.json >/dev/null 2>&1 & aics_pid=$!; servers+=("$aics_pid"); await "http://127.0.0.1:$aics_port/x/checkpoint"; }
own_key=$("$binary" --quiet witness init own --name witness.invalid/own)
"$binary" --quiet witness add-log own "$vkey" >/dev/null
serve_own() { "$binary" witness serve --dir own --listen "127.0.0.1:$own_port" >/dev/null 2>&1 & own_pid=$!; servers+=("$own_pid"); await "http://127.0.0.1:$own_port/"; }
serve_aics
serve_own
aics="http://127.0.0.1:$aics_port" own="http://127.0.0.1:$own_port"

echo "our client, two witnesses, quorum 2"
"$binary" --quiet --ledger "$ledger" witness add aics "$aics_key" "$aics" >/dev/null
"$binary" --quiet --ledger "$ledger" witness add own "$own_key" "$own" >/dev/null
cp -r "$ledger" before
ends 0 "$binary" --ledger "$ledger" witness request
cat >policy <<POLICY
log $vkey
witness A $aics_key $aics
witness B $own_key $own
group both all A B
quorum both
POLICY
aics_check() { venv/bin/aics-tlog verify-checkpoint --note "$1" --vkey-file log.vkey --witness-key "$aics_key" --witness-key "$own_key" --quorum 2 --origin "$origin"; }
cp "$ledger/log/checkpoint" cosigned
ends 0 aics_check cosigned
echo "  aics-tlog finds a quorum of 2 on the checkpoint at $(note_size cosigned)"
grep -v ' witness.invalid/own ' cosigned >one-of-two
ends 1 aics_check one-of-two
echo "  refused, as it must be: one of the two lines"
ends 0 "$binary" --ledger "$ledger" note "$claim" "after the cosignatures"
ends 0 "$binary" --ledger "$ledger" prove "$claim" --policy policy --out proof
says "cosigned by witness.invalid/"
ends 0 "$binary" check proof --trust policy
says "witness.invalid/aics on 20"
ends 0 "$binary" --ledger "$ledger" prove "$claim" --out bare
ends 1 "$binary" check bare --trust policy
says "not cosigned by a quorum"
echo "  a proof under the cosigned checkpoint holds for the quorum; one under the next checkpoint does not"
ends 0 "$binary" --ledger "$ledger" witness request --policy policy
says "quorum of the policy is reached"
ends 0 "$binary" --ledger "$ledger" audit --no-lint
says "by witness.invalid/aics on 20"

echo "a client that has lost every cosignature begins from 0 and is told the size by 409"
cp -r "$ledger" bare-copy
ends 0 "$binary" --ledger bare-copy note "$claim" "once more"
rm -r bare-copy/log/cosigned
ends 0 "$binary" --ledger bare-copy witness request
[ "$(grep -c witness.invalid bare-copy/log/checkpoint)" = 2 ] || fail "not two lines"

echo "a fork: the folder put back, another history on top of it"
export XDG_STATE_HOME="$work/other-state"
for text in one two three four five; do ends 0 "$binary" --ledger before note "$claim" "$text"; done
ends 1 "$binary" --ledger before witness request
[ "$(grep -c 'two histories' said)" = 2 ] || { cat said; fail "not both witnesses told"; }
for side in ours theirs; do [ "$(find other-state -name $side.checkpoint | wc -l)" = 2 ] || fail "$side is not kept"; done
ends 1 "$binary" --ledger before audit --no-lint --against "$(find other-state -name theirs.checkpoint | head -n 1)"
says K02
export XDG_STATE_HOME="$work/state"
echo "  both witnesses refuse it, and both checkpoints are kept"

echo "both servers killed and started again"
sizes() { python3 - "$origin" "$aics" "$own" <<'PY'
import hashlib, sys, urllib.request
for url in sys.argv[2:]:
    name = hashlib.sha256(sys.argv[1].encode()).hexdigest()
    print(urllib.request.urlopen(f"{url}/{name}/checkpoint").read().decode())
PY
}
sizes >held
disown "$aics_pid" "$own_pid"
kill -KILL "$aics_pid" "$own_pid"
while kill -0 "$aics_pid" 2>/dev/null || kill -0 "$own_pid" 2>/dev/null; do sleep 0.1; done
serve_aics
serve_own
sizes >held-after
cmp held held-after || fail "state was lost"
export XDG_STATE_HOME="$work/other-state"
ends 1 "$binary" --ledger before witness request
export XDG_STATE_HOME="$work/state"
echo "  they hold the same, and refuse the fork again"

echo "aics-tlog's log and aics-witness's feeder against our witness"
seed=$(printf '42%.0s' $(seq 32))
log=$(venv/bin/python "$here/witness.py" --vkey log.invalid/theirs "$seed")
"$binary" --quiet witness add-log own "$log" >/dev/null
venv/bin/python "$here/witness.py" "$own" "$own_key" log.invalid/theirs "$seed"
[ "$(find own/logs -path '*/refused/*' -type f | wc -l)" -ge 4 ] || fail "inconsistent requests are not kept"
kill -INT "$own_pid"
wait "$own_pid" || fail "our witness did not end cleanly"
echo "all hold"
