//! A ledger as it lies in a store: committing to it and reading from it.
//!
//! | file | idea |
//! |---|---|
//! | [`commit`] | the commit protocol, top to bottom |
//! | `outcome` | how a commit can end |
//! | `settle` | finishing what the head names; catching up with other writers |
//! | `publish` | from a head to bundles, tiles, checkpoint; tidying |
//! | `erase` | emptying payload slots for good |
//! | [`head`] | the commit cell |
//! | [`staging`] | a batch on its way |
//! | `edge` | what a writer keeps in memory: the tree's right edge and the open bundles |
//! | [`memory`] | what was signed last, kept outside the ledger's folder |
//! | [`log`] | where things lie, and the errors of reading them |
//! | [`reader`] | entries, payloads and hashes below a checkpoint |

pub mod commit;
mod edge;
mod erase;
pub mod head;
pub mod log;
pub mod memory;
mod outcome;
mod publish;
pub mod reader;
mod settle;
pub mod staging;
