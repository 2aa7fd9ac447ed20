#!/usr/bin/env bash
# Other people's programs on ledgers of 700 and of 70,000 entries, made by the real binary: Go's sumdb/note and sumdb/tlog, PyPI
# aics-tlog, OpenSSH, aics-witness, openssl. Each must accept the ledger, and refuse it with one bit changed, under another key, or forked: the same key,
# an entry more in one copy, another in the other. Some minutes.
#
#   tests/interop/scale.sh [SIZE…]       $ONRECORD names the binary, else the release build
set -euo pipefail
. "$(dirname "$0")/lib.sh"
release_binary
export ONRECORD=$binary
strangers

full() { # KIND WHERE: the first full file of a series, else its last partial
  (cd "$ledger" && if [ -f "$1" ]; then echo "$1"; else ls -tr "$1".p/* | tail -n 1; fi)
}

for size in ${*:-700 70000}; do
  began=$SECONDS
  home=$work/home-$size
  ledger=$(bash "$here/make-ledger.sh" "$size" "$home")
  vkey=$(vkey_of "$ledger")
  printf '%s\n' "$vkey" >"$work/log.vkey"
  log=$ledger/log
  old=$home/checkpoints/$(ls "$home/checkpoints" | sort -n | sed -n 2p)
  echo "$size entries, made in $((SECONDS - began)) s"

  echo " Go sumdb/note and sumdb/tlog"
  go_check "$log" "$vkey"
  echo " aics-tlog"
  "$aics" verify-checkpoint --tiles "$log" --vkey-file "$work/log.vkey" >/dev/null
  "$python" "$here/audit_tiles.py" "$log" "$vkey" "$old"
  "$aics" verify-inclusion --tiles "$log" --vkey-file "$work/log.vkey" --index $((size / 2)) >/dev/null
  "$aics" verify-consistency --tiles "$log" --vkey-file "$work/log.vkey" --old-checkpoint "$old" >/dev/null
  echo "  checkpoint, inclusion and consistency on its command line hold"
  echo " ssh-keygen -Y verify"
  python3 "$here/signatures.py" "$ledger"

  echo " negative controls"
  damaged "$ledger" "$(full log/tile/entries/000)"
  must_fail "Go: a changed entry" go_check "$work/copy/log" "$vkey"
  must_fail "aics-tlog: a changed entry" "$python" "$here/audit_tiles.py" "$work/copy/log" "$vkey"
  must_fail "ssh-keygen: a changed entry" python3 "$here/signatures.py" "$work/copy"
  tile=$(full log/tile/0/000)
  damaged "$ledger" "$tile"
  must_fail "Go: a changed tile" go_check "$work/copy/log" "$vkey"
  must_fail "aics-tlog: a changed tile" "$python" "$here/audit_tiles.py" "$work/copy/log" "$vkey"
  must_fail "aics-tlog: an entry under a changed tile" "$aics" verify-inclusion --tiles "$work/copy/log" \
    --vkey-file "$work/log.vkey" --index $(($(wc -c <"$ledger/$tile") / 64))
  damaged "$ledger" log/checkpoint
  must_fail "Go: a changed checkpoint" go_check "$work/copy/log" "$vkey"
  must_fail "aics-tlog: a changed checkpoint" "$aics" verify-checkpoint --tiles "$work/copy/log" --vkey-file "$work/log.vkey"
  must_fail "Go: another log's key" go_check "$log" "other.invalid+00000000+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"

  # Whoever holds the key can fork the log; a proof of growth from the one to the other must not be had.
  cp -r "$home" "$home-fork"
  note() { # HOME TEXT
    XDG_CONFIG_HOME="$1/config" XDG_STATE_HOME="$1/state" XDG_CACHE_HOME="$1/cache" \
      "$binary" --ledger "$1/ledger" note 2 "$2" --quiet >/dev/null
  }
  note "$home" "one history"
  cp "$log/checkpoint" "$work/one"
  note "$home" "and on"
  note "$home-fork" "another history"
  "$aics" verify-consistency --tiles "$log" --vkey-file "$work/log.vkey" --old-checkpoint "$work/one" >/dev/null
  must_fail "aics-tlog: growth from a fork of the log" "$aics" verify-consistency --tiles "$log" \
    --vkey-file "$work/log.vkey" --old-checkpoint "$home-fork/ledger/log/checkpoint"
  rm -rf "$home-fork"

  echo " witnesses: aics-witness for us, we for it, a quorum by aics-tlog"
  "$here/witness.sh" "$home" | sed 's/^/  /'
  echo " openssl ts"
  "$here/stamps.sh" "$home" | sed 's/^/  /'
  rm -rf "$home"
  echo " $size entries: all hold, $((SECONDS - began)) s"
done
