//! The one integration test binary.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod audit;
mod audit_codes;
mod audit_lint;
mod ledgers;
mod store;
