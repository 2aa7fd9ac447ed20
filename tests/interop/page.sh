#!/usr/bin/env bash
# The checker page in a real browser (Debian package chromium), driven by page.mjs (nodejs): a proof in the page and files from
# disk, with no key, a wrong one, the one that the file names, and the right one; a changed file must be refused.
#
#   tests/interop/page.sh          ONRECORD names the binary; else the release build
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_CONFIG_HOME="$work/config" XDG_STATE_HOME="$work/state" XDG_CACHE_HOME="$work/cache"

sudo=""; [ "$(id -u)" = 0 ] || sudo=sudo
if ! command -v chromium >/dev/null || ! command -v node >/dev/null; then
  $sudo apt-get update -qq
  $sudo apt-get install -y -qq chromium nodejs >/dev/null
fi
binary=${ONRECORD:-$top/target/release/onrecord}
[ -x "$binary" ] || (cd "$top" && cargo build --release --quiet)
"$binary" demo "$work/demo" >/dev/null 2>&1
export ONRECORD_LEDGER="$work/demo/ledger"
cd "$work"
"$binary" --quiet prove 4 --history --html --out page.html >/dev/null
"$binary" --quiet prove 4 --history --out file.bundle >/dev/null
sed 's/sharper/softer/' file.bundle >changed.bundle
cmp -s file.bundle changed.bundle && { echo "FAILED: nothing was changed" >&2; exit 1; }
vkey=$("$binary" stats --json | node -p 'JSON.parse(require("fs").readFileSync(0)).vkey')
echo "the checker page in $(chromium --version 2>/dev/null)"
timeout 120 node "$here/page.mjs" page.html "$vkey" file.bundle changed.bundle
echo "all hold"
