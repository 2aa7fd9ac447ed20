# Lists the recipes.
default:
    @just --list

# Format, clippy, tests, documentation: before every commit.
check:
    cargo fmt --check
    cargo clippy --all-targets --workspace -- -D warnings
    cargo test
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps

# The benchmarks. They compile SQLite and take long.
bench *ARGS:
    cargo run --release -p onrecord-bench -- {{ARGS}}

# Writes the command-line snapshots anew. Read the difference before you commit it.
bless:
    TRYCMD=overwrite cargo test --test it cli
    ONRECORD_BLESS=1 cargo test --test it query::
    git diff --stat -- tests docs

# Each fuzz target, or those named, for a minute: `just fuzz note header`. All of them take half an hour.
fuzz *TARGETS:
    fuzz/run.sh 60 {{TARGETS}}

# Other people's programs on ledgers of ours, which they install: every script of tests/interop, or those named (`just interop stranger proof`).
interop *NAMES:
    #!/usr/bin/env bash
    set -euo pipefail
    names="{{NAMES}}"
    for name in $names; do
        [ -x "tests/interop/$name.sh" ] || { echo "there is no tests/interop/$name.sh" >&2; exit 2; }
    done
    if [ -z "${ONRECORD:-}" ]; then
        cargo build --release --all-features
        export ONRECORD="$PWD/target/release/onrecord"
    fi
    for script in tests/interop/*.sh; do
        name=$(basename "$script" .sh)
        # What is sourced, and what only makes something for the others.
        case "$name" in lib | make-*) continue ;; esac
        case " ${names:-$name} " in *" $name "*) ;; *) continue ;; esac
        echo "== $name"
        "$script"
    done

# Licences, advisories, sources of the dependencies (needs cargo-deny).
deny:
    cargo deny check

# Everything that the continuous integration runs.
ci:
    .ci/run
