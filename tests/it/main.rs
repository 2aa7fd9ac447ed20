//! The one integration test binary.

mod catalog;
mod claims;
mod commit;
mod commit_faults;
mod draft;
mod draft_anchor;
mod draft_plan;
mod ledger;
mod ledger_oracle;
mod list;
mod store;
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
