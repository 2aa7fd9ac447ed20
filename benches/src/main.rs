//! Benchmarks; see README.md beside this crate.
fn main() {}
