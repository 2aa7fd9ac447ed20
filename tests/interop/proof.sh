#!/usr/bin/env bash
# A stranger's check of proof files and bundles with Python's standard library and `cryptography` alone (proof.py): every
# hundredth entry, every tenth claim's history and the whole claim set of the demo ledger must hold; files with something
# changed, and every negative vector, must be refused.
#
#   tests/interop/proof.sh          ONRECORD names the binary; else the release build
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_CONFIG_HOME="$work/config" XDG_STATE_HOME="$work/state" XDG_CACHE_HOME="$work/cache"

binary=${ONRECORD:-$top/target/release/onrecord}
[ -x "$binary" ] || (cd "$top" && cargo build --release --quiet)
"$binary" demo "$work/demo" >/dev/null 2>&1
export ONRECORD_LEDGER="$work/demo/ledger"

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --only-binary :all: cryptography==48.0.0
check() { "$work/venv/bin/python3" "$here/proof.py" "$@"; }
vkey=$("$binary" stats --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["vkey"])')
size=$("$binary" stats --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["size"])')

# expect CODE WHAT COMMAND…: the exit code must be this one.
expect() {
  local code=$1 what=$2 found=0
  shift 2
  "$@" >"$work/said" 2>&1 || found=$?
  if [ "$found" != "$code" ]; then echo "FAILED: $what: exit code $found instead of $code: $(cat "$work/said")" >&2; exit 1; fi
}

entries=0
for index in 0 1 $(seq 4 97 $((size - 1))); do
  "$binary" --quiet prove "$index" --out "$work/p" >/dev/null
  expect 0 "entry $index" check "$work/p" "$vkey"
  entries=$((entries + 1))
done
echo "  $entries proof files hold"
claims=0
for number in $("$binary" list --jsonl | python3 -c 'import json, sys; print(*[json.loads(l)["number"] for l in sys.stdin][::10])'); do
  "$binary" --quiet prove "$number" --history --out "$work/h" >/dev/null
  expect 0 "history of $number" check "$work/h" "$vkey"
  claims=$((claims + 1))
done
echo "  $claims histories hold"
"$binary" --quiet export --format bundle --out "$work/set" >/dev/null
expect 0 "claim set" check "$work/set" "$vkey"
echo "  claim set: $(cat "$work/said")"

echo "negative controls"
sed 's/supported/refuted/' "$work/set" >"$work/changed"
cmp -s "$work/set" "$work/changed" && { echo "FAILED: nothing was changed" >&2; exit 1; }
expect 1 "claim set with a word changed" check "$work/changed" "$vkey"
sed '3d' "$work/set" >"$work/changed"
expect 1 "claim set without a line" check "$work/changed" "$vkey"
other=$(python3 - <<'PY'
import base64, hashlib
key = b"\x01" + base64.b64decode("AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4")[1:]
name = "other.invalid"
print(f"{name}+{hashlib.sha256(name.encode() + bytes([10]) + key).digest()[:4].hex()}+{base64.b64encode(key).decode()}")
PY
)
expect 4 "another log's key" check "$work/set" "$other"
log='example.org/desk+c1c6a441+AZf/yIPIC+5yN++V2bm3A9StY+YKIeYFhnaCt1uLP0MD'
witness='witness.example/w+505580c1+BGKmEbRy2JsOX8k8BpufcAtMVS1VvA6HtWAI7xe2sr6+'
for family in proof-files histories claim-sets; do
  check --vectors "$top/tests/vectors/negative/$family.jsonl" "$log" "$witness"
done
echo "all hold"
