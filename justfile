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

# Licences, advisories, sources of the dependencies (needs cargo-deny).
deny:
    cargo deny check

# Everything that the continuous integration runs.
ci:
    .ci/run
