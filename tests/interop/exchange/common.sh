# What the scripts of this folder share. Sourced, not run.
#
# A ROOT is a folder with `ledger` and its `config`, `state`, `cache`, as tests/interop/make-desk.sh makes it. Scripts take
# any number of them; without one they make the demo's and the synthetic desk's.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ -z "${ONRECORD:-}" ]; then
  ONRECORD="$top/target/release/onrecord"
  [ -x "$ONRECORD" ] || ONRECORD="$top/target/debug/onrecord"
fi
[ -x "$ONRECORD" ] || { echo "build the program first: cargo build --all-features" >&2; exit 2; }
export ONRECORD

# at ROOT COMMAND…: runs the program on a root's ledger.
at() {
  local root=$1
  shift
  XDG_CONFIG_HOME="$root/config" XDG_STATE_HOME="$root/state" XDG_CACHE_HOME="$root/cache" \
    "$ONRECORD" --ledger "$root/ledger" "$@"
}

# Sets `roots`, from the arguments or made here.
find_roots() {
  roots=("$@")
  [ ${#roots[@]} -eq 0 ] || return 0
  mkdir "$work/demo-root"
  XDG_CONFIG_HOME="$work/demo-root/config" XDG_STATE_HOME="$work/demo-root/state" \
    XDG_CACHE_HOME="$work/demo-root/cache" "$ONRECORD" demo "$work/demo" >/dev/null
  mv "$work/demo/ledger" "$work/demo-root/ledger"
  "$top/tests/interop/make-desk.sh" "$work/desk-root" >/dev/null
  roots=("$work/demo-root" "$work/desk-root")
}

# must_fail WHAT COMMAND…: a negative control.
must_fail() {
  local what=$1
  shift
  if "$@" >"$work/said" 2>&1; then
    echo "FAILED: $what was accepted" >&2
    exit 1
  fi
  echo "  refused, as it must be: $what"
}

# venv PACKAGE…: a Python of its own with these packages; sets `python`.
venv() {
  python3 -m venv "$work/venv"
  python="$work/venv/bin/python"
  "$work/venv/bin/pip" install --quiet --disable-pip-version-check "$@"
}
