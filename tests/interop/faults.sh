#!/usr/bin/env bash
# The real binary under faults: an error or a kill at each call to the system in turn (faults.py), and a machine that is at fault
# as a whole (environment.py): no room, nothing to be written, two writers, a clock that goes back. The table of all cases goes to
# $FAULTS_TABLE where that is set.
#
#   tests/interop/faults.sh [OPTIONS of faults.py]       $ONRECORD names the binary, else the release build
set -euo pipefail
. "$(dirname "$0")/lib.sh"
release_binary
debian 'command -v strace && command -v faketime && command -v prlimit && command -v unshare' strace faketime util-linux
mkdir "$work/calls" "$work/machine"
echo "a machine at fault"
python3 "$here/environment.py" "$binary" "$work/machine"
echo "each call at fault"
status=0
python3 "$here/faults.py" "$binary" "$work/calls" "$@" || status=$?
[ -z "${FAULTS_TABLE:-}" ] || cp "$work/calls/faults.tsv" "$FAULTS_TABLE"
exit "$status"
