//! The one integration test binary.
mod commit;
mod commit_faults;
mod ledger_oracle;
mod store;
