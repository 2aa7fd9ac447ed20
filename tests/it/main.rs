//! The one integration test binary.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod audit;
mod ledgers;
mod store;
