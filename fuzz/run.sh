#!/usr/bin/env bash
# Runs fuzz targets: every one for SECONDS, or those that are named.
#
#   fuzz/run.sh SECONDS [TARGET…]
#
# Needs Rust and a C++ compiler (libFuzzer is compiled from the crate libfuzzer-sys); no nightly: coverage comes from LLVM's
# own pass. New inputs go to fuzz/found/<target>, the seeds in fuzz/corpus stay as they are. An input that fails lands in
# fuzz/artifacts.
set -euo pipefail
cd "$(dirname "$0")"
seconds=${1:?how many seconds for each target}
shift
targets=("$@")
mapfile -t all < <(sed -n 's/^    ("\([a-z-]*\)", .*/\1/p' src/targets.rs)
[ ${#targets[@]} -gt 0 ] || targets=("${all[@]}")
for target in "${targets[@]}"; do
  [[ " ${all[*]} " == *" $target "* ]] || { echo "there is no target $target; there are: ${all[*]}" >&2; exit 2; }
done
host=$(rustc -vV | sed -n 's/^host: //p')
# What cargo-fuzz passes with `--sanitizer none`.
export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Ccodegen-units=1"
# With a target named, build scripts and macros stay without coverage.
cargo build --release --target "$host"
binary=${CARGO_TARGET_DIR:-target}/$host/release/fuzz
mkdir -p artifacts
for target in "${targets[@]}"; do
  mkdir -p "found/$target" "corpus/$target"
  echo "== $target"
  TARGET=$target "$binary" "found/$target" "corpus/$target" -max_total_time="$seconds" -max_len=70000 \
    -artifact_prefix="artifacts/$target-" -print_final_stats=1 2>&1 |
    grep -E '^(stat::number_of_executed_units|stat::average_exec_per_sec|stat::new_units_added|stat::peak_rss_mb|==|SUMMARY|thread)|DONE|panicked' || true
  [ -z "$(find artifacts -name "$target-*" -print -quit)" ] || { echo "FAILED: see fuzz/artifacts" >&2; exit 1; }
done
