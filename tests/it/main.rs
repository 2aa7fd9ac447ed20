//! The one integration test binary.

mod audit;
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod audit;
mod canon;
mod catalog;
mod claims;
mod cli;
mod cli_claims;
mod cli_desk;
mod commit;
mod commit_faults;
mod desk;
mod draft;
mod draft_anchor;
mod draft_plan;
mod entry;
mod examples;
mod format;
mod guard;
mod hash;
mod header;
mod json;
mod ledger;
mod ledger_oracle;
mod audit_codes;
mod audit_lint;
mod ledgers;
mod spec;
mod sshsig;
mod state;
mod store;
mod text;
mod time;
mod tlog_bundle;
mod tlog_checkpoint;
mod tlog_note;
mod tlog_oracle;
mod tlog_policy;
mod tlog_proof;
mod tlog_prooffile;
mod tlog_tile;
mod tlog_tree;
mod tlog_vector;
mod values;
