//! The `onrecord` binary.
fn main() {}
