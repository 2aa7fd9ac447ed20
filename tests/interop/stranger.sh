#!/usr/bin/env bash
# A stranger's check of a ledger, with other people's tools: Go's sumdb/note and sumdb/tlog, PyPI aics-tlog, OpenSSH's
# ssh-keygen. Installs what is missing. Each tool must accept the ledger as it is, and refuse it with one byte changed.
#
#   tests/interop/stranger.sh [LEDGER]      without LEDGER: the demo's
set -euo pipefail
. "$(dirname "$0")/lib.sh"

ledger=${1:-}
if [ -z "$ledger" ]; then
  release_binary
  XDG_CONFIG_HOME="$work/config" XDG_STATE_HOME="$work/state" XDG_CACHE_HOME="$work/cache" \
    "$binary" demo "$work/demo" >/dev/null
  ledger="$work/demo/ledger"
fi

strangers
vkey=$(vkey_of "$ledger")
printf '%s\n' "$vkey" >"$work/log.vkey"

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
first_bundle=log/tile/entries/000; [ -f "$ledger/$first_bundle" ] || first_bundle=$(cd "$ledger" && ls log/tile/entries/000.p/* | tail -n 1)
first_tile=log/tile/0/000; [ -f "$ledger/$first_tile" ] || first_tile=$(cd "$ledger" && ls log/tile/0/000.p/* | tail -n 1)
damaged "$ledger" "$first_bundle"
must_fail "Go: a changed entry" go_check "$work/copy/log" "$vkey"
must_fail "ssh-keygen: a changed entry" python3 "$here/signatures.py" "$work/copy"
damaged "$ledger" "$first_tile"
must_fail "Go: a changed tile" go_check "$work/copy/log" "$vkey"
changed_leaf=$(($(wc -c <"$work/copy/$first_tile") / 64))
must_fail "aics-tlog: a changed tile" "$aics" verify-inclusion --tiles "$work/copy/log" --vkey-file "$work/log.vkey" --index "$changed_leaf"
damaged "$ledger" log/checkpoint
must_fail "Go: a changed checkpoint" go_check "$work/copy/log" "$vkey"
must_fail "aics-tlog: a changed checkpoint" "$aics" verify-checkpoint --tiles "$work/copy/log" --vkey-file "$work/log.vkey"
other="other.invalid+00000000+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
must_fail "Go: another log's key" go_check "$ledger/log" "$other"
echo "all hold"
