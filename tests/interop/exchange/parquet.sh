#!/usr/bin/env bash
# Parquet of real ledgers, read by DuckDB and by pyarrow: counts by finding agree with `onrecord stats`, rows with the CSV,
# and nested lists with the JSON Lines of the same claims. A cut file is refused by both.
#
#   tests/interop/exchange/parquet.sh [ROOT…]
set -euo pipefail
. "$(dirname "$0")/common.sh"
find_roots "$@"
venv pyarrow==22.0.0 duckdb==1.4.2
for root in "${roots[@]}"; do
  name="$work/$(basename "$root")"
  for format in parquet csv jsonl; do at "$root" --quiet export --format "$format" --all --out "$name.$format" >/dev/null; done
  at "$root" --json stats >"$name.stats.json"
  "$python" "$here/parquet_check.py" "$name"
  head -c -100 "$name.parquet" >"$work/cut.parquet"
  must_fail "pyarrow: a cut file" "$python" -c "import sys, pyarrow.parquet as p; p.read_table(sys.argv[1])" "$work/cut.parquet"
  must_fail "DuckDB: a cut file" "$python" -c "import sys, duckdb; duckdb.sql(f\"from '{sys.argv[1]}'\").fetchall()" "$work/cut.parquet"
  # A row that says another thing must be seen by the comparison.
  sed '2s/\r$/x\r/' "$name.csv" >"$work/other.csv" && cp "$name.parquet" "$work/other.parquet"
  cp "$name.jsonl" "$work/other.jsonl" && cp "$name.stats.json" "$work/other.stats.json"
  cmp -s "$name.csv" "$work/other.csv" && { echo "FAILED: the damage did nothing" >&2; exit 1; }
  must_fail "the comparison: a changed cell" "$python" "$here/parquet_check.py" "$work/other"
done
echo "parquet: all agree"
